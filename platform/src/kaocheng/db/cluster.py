"""One data folder's database: its files, its locks, its server process.

Everything here must survive being killed at any line: files are made beside and renamed, locks
belong to processes, and a note left by a dead server is believed only when a live process of this
very folder stands behind it.
"""

import fcntl
import logging
import os
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from kaocheng.db import passwords
from kaocheng.db import programs as installations
from kaocheng.db.processes import Note, answers, at_work_in, exists, free_port, lives, locked, see_processes
from kaocheng.db.programs import Programs, User
from kaocheng.errors import Refused
from kaocheng.i18n import _

log = logging.getLogger(__name__)

SUPERUSER = "kaocheng_super"
DATABASE = "kaocheng"
PATIENCE = 300.0  # seconds; recovery after a crash replays everything since the last checkpoint
LONGEST_SOCKET = 90  # a socket's whole path must stay under 104 bytes


@dataclass(eq=False)
class ForeignVersion(Refused):
    """The data folder was made by a PostgreSQL whose programs are not here."""

    folder: Path
    found: str
    here: int | None

    def __str__(self) -> str:
        return _(
            "数据文件夹“{folder}”属于 PostgreSQL {found},这里的程序是 {here};"
            "请先用原来的版本导出再导入,或用 KAOCHENG_DATA 换一个文件夹",
            folder=self.folder,
            found=self.found or "?",
            here=self.here or _("(没有)"),
        )


@dataclass(eq=False)
class DiskFull(Refused):
    """There is no room for the database to start, or to go on."""

    folder: Path

    def __str__(self) -> str:
        return _("磁盘已满,数据库无法运行:请在“{folder}”所在的磁盘上腾出空间后再试", folder=self.folder)


@dataclass(eq=False)
class DidNotStart(Refused):
    """The server ended before it was ready, for a reason only its log tells."""

    logbook: Path
    last: str

    def __str__(self) -> str:
        return _("数据库没有启动起来:{last};全部日志在“{log}”", last=self.last, log=self.logbook)


@dataclass(eq=False)
class Gone(Refused):
    """The note in the data folder names a folder that is no longer there."""

    note: Path
    home: Path

    def __str__(self) -> str:
        return _(
            "“{note}”指明数据库在“{home}”,但那里已没有文件夹;请恢复它,或删去这个说明文件以从空库开始",
            note=self.note,
            home=self.home,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server, and how its superuser reaches it."""

    port: int
    socket_dir: Path
    password: str
    pid: int

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        """The address at which *role* reaches *database*."""
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def password_of(self, role: str) -> str:
        """The password of one of our own roles."""
        return passwords.of_role(self.password, role)

    @property
    def superuser_url(self) -> str:
        """The address for creating roles and databases; never the application's."""
        return self.url(SUPERUSER, self.password, "postgres")


class Cluster:
    """One data folder's database: its files, its locks, its server."""

    def __init__(self, data: Path, major: int | None = None) -> None:
        self.data = data
        self.user = installations.ordinary_user()
        self._major = major
        self._child: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Find the folder and the programs; to be called alone."""
        self.home = _home(self.data, self.user).resolve()
        self.files = self.home / "cluster"
        self.logbook = self.home / "postgres.log"
        self.programs = self._programs(self._major)

    def _programs(self, major: int | None) -> Programs:
        marker = self.files / "PG_VERSION"
        if not marker.exists():
            return installations.find(major, self.user)
        found = marker.read_text("utf-8").strip()
        try:
            if not found.isdigit() or major not in (None, int(found)):
                raise installations.NoPrograms
            return installations.find(int(found), self.user)
        except installations.NoPrograms:
            raise ForeignVersion(self.files, found, major or installations.newest_here()) from None

    # -- who uses it ---------------------------------------------------------------------------

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else starts or stops this server meanwhile."""
        return locked(self.data / "database.lock")

    def enter(self) -> int:
        """Count as one more user of the server."""
        users = os.open(self.data / "database.users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(users, fcntl.LOCK_SH)
        return users

    def leave(self, users: int) -> None:
        """Count as one user fewer; stop the server when there is none left."""
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            self.stop()
        finally:
            os.close(users)

    # -- is it there ---------------------------------------------------------------------------

    def running(self) -> Server | None:
        """The server that already runs on this folder, once it is ready; None when there is none."""
        until = time.monotonic() + PATIENCE
        while (note := self._note()) and self._lives(note.pid):
            if note.ready and answers(note.port):
                return Server(
                    port=note.port,
                    socket_dir=note.sockets,
                    password=passwords.secret(self.data),
                    pid=note.pid,
                )
            if time.monotonic() > until:
                raise DidNotStart(self.logbook, self._last_words(0))
            time.sleep(0.01)
        return None

    def alive(self) -> bool:
        """Whether a server process of this folder lives, ready or not."""
        note = self._note()
        return note is not None and self._lives(note.pid)

    def _note(self) -> Note | None:
        return Note.read(self.files / "postmaster.pid")

    def _lives(self, pid: int) -> bool:
        if self._child is not None and self._child.pid == pid:
            return self._child.poll() is None  # which also buries it, if it is dead
        return lives(pid, self.files)

    # -- start ---------------------------------------------------------------------------------

    def start(self) -> Server:
        """Start the server, making its files first where there are none."""
        self._make()
        remembered = self._port()
        for attempt in range(6):
            self._clear_what_a_crash_left()
            port = remembered if remembered and attempt < 3 else free_port()
            written = self.written()
            self._launch(port)
            if server := self._await():
                (self.home / "port").write_text(str(port), "utf-8")
                return server
            self.refuse_a_full_disk(self.since(written))
            log.warning("PostgreSQL did not start on port %s, attempt %s", port, attempt + 1)
            time.sleep(0.1 * (attempt + 1))
        raise DidNotStart(self.logbook, self._last_words(written))

    def _make(self) -> None:
        if (self.files / "PG_VERSION").exists():
            return
        making = self.home / "cluster.new"
        shutil.rmtree(making, ignore_errors=True)
        secret = self.home / "secret.new"
        secret.unlink(missing_ok=True)
        handle = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, passwords.secret(self.data).encode())
            if self.user:
                os.fchown(handle, self.user.uid, self.user.gid)
            order = [self.programs.path("initdb"), "-D", str(making), "-U", SUPERUSER, "--encoding=UTF8"]
            order += ["--auth=scram-sha-256", f"--pwfile={secret}", "--locale=C"]
            if self.programs.major >= 17:
                order += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            done = subprocess.run(order, capture_output=True, cwd="/", check=False, **self._as_whom())
        finally:
            os.close(handle)
            secret.unlink()
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace")
            self.logbook.write_text(said, "utf-8")
            shutil.rmtree(making, ignore_errors=True)
            self.refuse_a_full_disk(said)
            raise DidNotStart(self.logbook, self._last_words(0))
        # Renamed when whole, so that a start cut short leaves no half-made database.
        making.rename(self.files)

    def _launch(self, port: int) -> None:
        sockets = self._sockets()
        if self.logbook.exists() and self.logbook.stat().st_size > 20_000_000:
            self.logbook.rename(self.logbook.with_suffix(".log.1"))
        order = [self.programs.path("postgres"), "-D", str(self.files), "-p", str(port), "-k", str(sockets)]
        order += ["-c", "listen_addresses=127.0.0.1", "-c", "log_line_prefix=%m [%p] "]
        # A county's tables lie in memory, where an index costs no more than reading on; told of a disk that
        # turns, the planner sorts ten thousand new figures to compare them, once he has statistics.
        order += ["-c", "random_page_cost=1.1"]
        with self.logbook.open("ab") as book:
            # A session of its own: Ctrl-C is for us, and we stop the server in good order.
            self._child = subprocess.Popen(
                order,
                stdin=subprocess.DEVNULL,
                stdout=book,
                stderr=book,
                cwd="/",
                start_new_session=True,
                **self._as_whom(),
            )

    def _await(self) -> Server | None:
        assert self._child is not None
        until = time.monotonic() + PATIENCE
        while self._child.poll() is None:
            note = self._note()
            if note and note.ready and note.pid == self._child.pid:
                return self.running()
            if time.monotonic() > until:
                self._child.send_signal(signal.SIGQUIT)
                self._child.wait()
            time.sleep(0.005)
        return None

    def _clear_what_a_crash_left(self) -> None:
        """Make way after a kill: orphans end, and a note that names a zombie or a stranger goes.

        PostgreSQL itself refuses to start for as long as the number in its note exists, which in a
        container without an init may be for ever.
        """
        note = self._note()
        if note is None or not see_processes():
            return
        for wait, blow in ((2.0, signal.SIGQUIT), (4.0, signal.SIGKILL), (2.0, None)):
            if self._orphans_end(wait):
                break
            for pid in at_work_in(self.files):
                with suppress(ProcessLookupError):
                    os.kill(pid, blow or 0)
        if exists(note.pid) and not self._lives(note.pid):
            (self.files / "postmaster.pid").unlink(missing_ok=True)
        # The socket's own lock names the same number, and would be believed as wrongly.
        for left in note.sockets.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def _orphans_end(self, within: float) -> bool:
        until = time.monotonic() + within
        while at_work_in(self.files):
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    # -- stop ----------------------------------------------------------------------------------

    def stop(self) -> None:
        """End the server in good order, else at once."""
        note = self._note()
        if note is None or not self._lives(note.pid):
            return
        for blow, patience in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
            with suppress(ProcessLookupError):
                os.kill(note.pid, blow)
            until = time.monotonic() + patience
            while self._lives(note.pid):
                if time.monotonic() > until:
                    break
                time.sleep(0.01)
            else:
                break
        if note.sockets.parent != self.home:
            with suppress(OSError):
                note.sockets.rmdir()

    # -- small things --------------------------------------------------------------------------

    def _sockets(self) -> Path:
        """The folder of the socket: ours, or a short one under the temporary folder if ours is too deep."""
        place = self.home / "run"
        if len(str(place)) > LONGEST_SOCKET:
            note = self.home / "sockets"
            place = Path(os.fsdecode(note.read_bytes())) if note.exists() else place
            owner = self.user.uid if self.user else os.geteuid()
            # Anybody may put a folder there in our absence; one that is not ours is not used again.
            if not place.is_dir() or place.parent == self.home or place.stat().st_uid != owner:
                place = Path(mkdtemp(prefix="kaocheng-"))
                note.write_bytes(os.fsencode(place))
        place.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(place, self.user.uid, self.user.gid)
        return place

    def _port(self) -> int | None:
        with suppress(OSError, ValueError):
            return int((self.home / "port").read_text("utf-8"))
        return None

    def _as_whom(self) -> dict[str, Any]:
        return self.user.as_whom if self.user else {}

    def written(self) -> int:
        """How long the server's log is by now."""
        return self.logbook.stat().st_size if self.logbook.exists() else 0

    def refuse_a_full_disk(self, said: str) -> None:
        """Raise `DiskFull` if that is what the server died of, which may be at any line."""
        # The log is on the same disk, so it may have had no room to say so.
        if "No space left on device" in said or shutil.disk_usage(self.home).free < 1_000_000:
            raise DiskFull(self.home)

    def since(self, written: int) -> str:
        """What the log says from there on."""
        with self.logbook.open("rb") as book:
            book.seek(written)
            return book.read().decode(errors="replace")

    def _last_words(self, written: int) -> str:
        lines = [line for line in self.since(written).splitlines() if line.strip()]
        told = [line for line in lines if "FATAL" in line or "error" in line or "PANIC" in line]
        return (told or lines or ["?"])[-1].strip()


def _home(data: Path, user: User | None) -> Path:
    """Where the database's own files lie: in *data*, unless its user cannot get there.

    A folder under root's home is closed to everybody else; then they lie in a folder every user
    can reach, and *data* keeps a note of which.
    """
    note = data / "database-home"
    if note.exists():
        home = Path(os.fsdecode(note.read_bytes()).strip())
        if not home.is_dir():
            raise Gone(note, home)
        return home
    if user is None or user.reaches(data):
        home = data / "database"
    else:
        home = installations.SHARED / f"data-{secrets.token_hex(8)}"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user:
        home.parent.chmod(0o755) if home.parent == installations.SHARED else None
        os.chown(home, user.uid, user.gid)
    if home.parent != data:
        making = note.with_suffix(".new")
        making.write_bytes(os.fsencode(home))
        making.rename(note)
    return home
