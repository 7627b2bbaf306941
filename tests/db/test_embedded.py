import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from kaocheng.db import programs
from kaocheng.db.cluster import DidNotStart, DiskFull, ForeignVersion, Gone
from kaocheng.db.embedded import serve
from kaocheng.db.processes import at_work_in, lives
from kaocheng.db.programs import SHARED, NoPrograms, User

pytestmark = pytest.mark.database

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root has somebody else's rights to drop to")

# Starts the server, says where it is, and keeps using it until its input ends.
USER = """
import sys
from pathlib import Path
from kaocheng.db.embedded import serve
with serve(Path(sys.argv[1])) as server:
    print(server.port, server.pid, server.superuser_url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder an ordinary user can reach (pytest's own is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="kaocheng-test-"))
    folder.chmod(0o755)
    yield folder / "data"
    for pid in at_work_in(folder / "data" / "database" / "cluster"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder)


@pytest.fixture
def users(data: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Other processes that use the same data folder."""
    started: list[subprocess.Popen[str]] = []

    def another() -> subprocess.Popen[str]:
        order = [sys.executable, "-c", USER, str(data)]
        process = subprocess.Popen(order, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield another
    for process in started:
        process.kill()
        process.communicate()


def hello(process: subprocess.Popen[str]) -> tuple[int, int, str]:
    assert process.stdout is not None
    port, pid, url = process.stdout.readline().split()
    return int(port), int(pid), url


def value(url: str, question: str) -> object:
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def keep(url: str, words: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists kept (words text)")
        connection.execute("insert into kept values (%s)", (words,))


def fill(ballast: Path) -> None:
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(100_000))


def die_of_a_full_disk(url: str, ballast: Path) -> None:
    """Have a server write what it cannot do without; it ends, and all that is seen is a lost connection."""
    fill(ballast)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("checkpoint")


def until(true: Callable[[], bool], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def answers(url: str) -> bool:
    try:
        return value(url, "select 1") == 1
    except psycopg.OperationalError:
        return False


def test_what_was_written_is_there_at_the_next_start(data: Path) -> None:
    with serve(data) as server:
        keep(server.superuser_url, "第一次")
    with serve(data) as server:
        assert value(server.superuser_url, "select words from kept") == "第一次"


def test_it_listens_on_the_loopback_and_a_socket_and_lets_nobody_in_without_the_password(data: Path) -> None:
    with serve(data) as server:
        assert value(server.superuser_url, "show listen_addresses") == "127.0.0.1"
        way = f"host={server.socket_dir} port={server.port} dbname=postgres user=kaocheng_super"
        assert value(f"{way} password={server.password}", "select 1") == 1
        for wrong in (way, way.replace(f"host={server.socket_dir}", "host=127.0.0.1")):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(f"{wrong} password=wrong")
        kept = data / "database-password"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert kept.read_text() == server.password


def test_four_starters_at_once_share_one_server(
    data: Path, users: Callable[[], subprocess.Popen[str]]
) -> None:
    greetings = {hello(process) for process in [users() for _ in range(4)]}

    assert len(greetings) == 1


def test_the_last_one_out_stops_it_and_no_one_before(
    data: Path, users: Callable[[], subprocess.Popen[str]]
) -> None:
    first, second = users(), users()
    _, pid, url = hello(first)
    hello(second)

    first.communicate()
    assert answers(url)
    second.communicate()
    assert not lives(pid, data / "database" / "cluster")


def test_a_user_that_was_killed_does_not_keep_it_running_for_ever(
    data: Path, users: Callable[[], subprocess.Popen[str]]
) -> None:
    killed = users()
    _, pid, url = hello(killed)
    keep(url, "答应过的")
    killed.kill()
    killed.wait()

    with serve(data) as server:
        assert server.pid == pid  # attached to what the killed one left running
        assert value(server.superuser_url, "select words from kept") == "答应过的"
    assert not at_work_in(data / "database" / "cluster")


def test_a_killed_server_comes_back_by_itself_on_the_same_port_with_what_was_committed(data: Path) -> None:
    with serve(data) as server:
        keep(server.superuser_url, "已提交")
        os.kill(server.pid, signal.SIGKILL)

        until(lambda: answers(server.superuser_url))
        assert value(server.superuser_url, "select words from kept") == "已提交"


def test_a_killed_server_whose_zombie_nobody_buries_does_not_stop_the_next_start(
    data: Path, users: Callable[[], subprocess.Popen[str]]
) -> None:
    parent = users()
    _, pid, url = hello(parent)
    keep(url, "还在")
    os.kill(parent.pid, signal.SIGSTOP)  # so that it cannot bury its child
    os.kill(pid, signal.SIGKILL)
    until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z")

    began = time.monotonic()
    with serve(data) as server:
        assert time.monotonic() - began < 5
        assert value(server.superuser_url, "select words from kept") == "还在"
        assert Path(f"/proc/{pid}").exists()  # the zombie is still there: that was the difficulty


def test_server_and_user_killed_together_leave_nothing_in_the_way(
    data: Path, users: Callable[[], subprocess.Popen[str]]
) -> None:
    user = users()
    _, pid, url = hello(user)
    keep(url, "都没了")
    for each in (pid, user.pid):
        os.kill(each, signal.SIGKILL)

    with serve(data) as server:
        assert value(server.superuser_url, "select words from kept") == "都没了"


def test_a_note_that_names_a_stranger_is_not_believed(data: Path) -> None:
    with serve(data):
        pass
    note = data / "database" / "cluster" / "postmaster.pid"
    note.write_text(f"{os.getppid()}\n{note.parent}\n1\n5432\n\n127.0.0.1\n\nready\n")

    with serve(data) as server:
        assert value(server.superuser_url, "select 1") == 1


def test_a_start_cut_short_while_making_the_files_is_begun_again(data: Path) -> None:
    half = data / "database" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    with serve(data) as server:
        assert value(server.superuser_url, "select 1") == 1
    assert not half.exists()


def test_a_port_taken_meanwhile_is_exchanged_for_another(data: Path) -> None:
    with serve(data) as server:
        port = server.port
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind(("127.0.0.1", port))
        thief.listen()
        with serve(data) as server:
            assert server.port != port
            assert answers(server.superuser_url)


def test_a_chinese_folder_is_found_where_the_locale_knows_no_chinese(data: Path) -> None:
    strange = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    order = [sys.executable, "-c", USER, str(data.with_name("考 核 数据"))]
    for _begun in range(2):
        done = subprocess.run(
            order, env=os.environ | strange, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()


def test_a_folder_of_another_postgresql_gets_one_sentence(data: Path) -> None:
    with serve(data):
        pass
    (data / "database" / "cluster" / "PG_VERSION").write_text("19\n")

    with pytest.raises(ForeignVersion, match="属于 PostgreSQL 19") as refusal, serve(data):
        pass
    assert str(data) in str(refusal.value)


def test_settings_the_server_refuses_are_told_with_its_own_words_and_the_log(data: Path) -> None:
    with serve(data):
        pass
    with (data / "database" / "cluster" / "postgresql.conf").open("a") as file:
        file.write("work_mem = 'plenty'\n")

    with pytest.raises(DidNotStart, match=r"postgres\.log"), serve(data):
        pass


@as_root
def test_a_full_disk_gets_one_sentence_and_room_on_it_brings_everything_back(data: Path) -> None:
    data.mkdir()
    data.chmod(0o755)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", str(data)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode != 0:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        with pytest.raises(DiskFull, match="磁盘已满"), serve(data):
            pass
        subprocess.run(["mount", "-o", "remount,size=90m", str(data)], check=True)
        with serve(data) as server:
            keep(server.superuser_url, "有地方")
        fill(data / "ballast")
        with pytest.raises(DiskFull, match="磁盘已满"), serve(data):
            pass
        (data / "ballast").unlink()
        with pytest.raises(DiskFull, match="磁盘已满"), serve(data) as server:
            die_of_a_full_disk(server.superuser_url, data / "ballast")
        (data / "ballast").unlink()
        with serve(data) as server:
            assert value(server.superuser_url, "select words from kept") == "有地方"
    finally:
        subprocess.run(["umount", str(data)], check=True)


@as_root
def test_under_root_it_runs_as_an_ordinary_user_from_a_folder_that_user_can_read(data: Path) -> None:
    user = programs.ordinary_user()
    assert user is not None
    with serve(data) as server:
        status = Path(f"/proc/{server.pid}/status").read_text()
        program = Path(os.readlink(f"/proc/{server.pid}/exe"))

    assert f"Uid:\t{user.uid}\t{user.uid}" in status
    assert program.is_relative_to(SHARED)
    assert user.reaches(program.parent)


@as_root
def test_a_data_folder_closed_to_others_still_works_under_root(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with serve(closed) as server:
        keep(server.superuser_url, "关着门")
    home = Path((closed / "database-home").read_text())
    try:
        with serve(closed) as server:
            assert value(server.superuser_url, "select words from kept") == "关着门"
    finally:
        shutil.rmtree(home)

    with pytest.raises(Gone, match="没有文件夹"), serve(closed):
        pass


@as_root
def test_an_ordinary_user_needs_no_rights_but_his_own(data: Path) -> None:
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    user = programs.ordinary_user()
    said = python and subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout
    if not python or not user or f" {sys.version_info[0]}.{sys.version_info[1]}." not in str(said):
        pytest.skip("no Python of this version that an ordinary user may run")
    data.mkdir()
    os.chown(data, user.uid, user.gid)
    paths = [path for path in sys.path if path.endswith("site-packages")]
    paths.append(str(Path(programs.__file__).parents[2]))
    if not all(user.reaches(Path(path)) for path in paths):
        pytest.skip("an ordinary user cannot read this environment")
    environment = {"PYTHONPATH": ":".join(paths), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}
    order = [python, "-c", USER, str(data)]
    done = subprocess.run(
        order, input="", capture_output=True, text=True, check=False, env=environment, **user.as_whom
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0].isdigit()
    assert (data / "database" / "cluster").stat().st_uid == user.uid


def test_a_system_postgresql_serves_where_it_is_asked_for_and_its_folder_stays_its_own(data: Path) -> None:
    try:
        programs.find(15, programs.ordinary_user())
    except NoPrograms:
        pytest.skip("PostgreSQL 15 is not installed")
    with serve(data, major=15) as server:
        assert str(value(server.superuser_url, "show server_version")).startswith("15.")
    with serve(data) as server:
        assert str(value(server.superuser_url, "show server_version")).startswith("15.")
    with pytest.raises(ForeignVersion, match="属于 PostgreSQL 15"), serve(data, major=18):
        pass


def test_a_version_that_is_not_here_is_named(data: Path) -> None:
    with pytest.raises(NoPrograms, match="PostgreSQL 99"), serve(data, major=99):
        pass


def test_whoever_may_not_pass_a_folder_on_the_way_does_not_reach_it(tmp_path: Path) -> None:
    inside = tmp_path / "open"
    inside.mkdir(mode=0o755)
    tmp_path.chmod(0o700)
    stranger = User("stranger", 65_533, 65_533)

    assert not stranger.reaches(inside)
    assert User("ourselves", os.geteuid(), os.getegid()).reaches(tmp_path)
