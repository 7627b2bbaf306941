import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kaocheng.cli.demo import own_tenants
from kaocheng.db.processes import at_work_in, free_port

pytestmark = pytest.mark.database

KAOCHENG = Path(sys.executable).with_name("kaocheng")


class Demo:
    """A demo in a folder of its own, as somebody runs it in a terminal."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[str] | None = None
        self.said: list[str] = []

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KAOCHENG_")}
        return kept | {"KAOCHENG_DATA": str(self.folder / "data"), "KAOCHENG_PORT": str(self.port)}

    @property
    def servers(self) -> list[int]:
        return at_work_in(self.folder / "data" / "database" / "cluster")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        order = [str(KAOCHENG), *arguments]
        return subprocess.run(
            order,
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,  # where no first demo runs, the second one would serve for ever
        )

    def start(self) -> None:
        """Start it, and wait until the page answers."""
        began = time.monotonic()
        self.said = []
        self.process = subprocess.Popen(
            [str(KAOCHENG), "demo"],
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.listening = threading.Thread(target=self._listen, args=(self.process,), daemon=True)
        self.listening.start()
        while not self.answers():
            assert self.process.poll() is None, "".join(self.said)
            assert time.monotonic() - began < 180, "".join(self.said)
            time.sleep(0.05)

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.said.append(line)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in", timeout=10) as page:
                return bool(page.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def ended(self) -> int:
        assert self.process is not None
        return self.process.wait(60)

    def clear(self) -> None:
        pids = self.servers + ([self.process.pid] if self.process and self.process.poll() is None else [])
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    folder = Path(tempfile.mkdtemp(prefix="kaocheng-demo-"))
    folder.chmod(0o755)
    demo = Demo(folder)
    yield demo
    demo.clear()
    shutil.rmtree(folder)


# The tests of this module follow one demo through its life, in this order.


def test_the_first_run_takes_the_county_all_the_way_and_says_what_each_step_took(demo: Demo) -> None:
    demo.start()
    said = "".join(demo.said)

    assert len(re.findall(r"用时 \d+\.\d 秒", said)) >= 10
    assert "07-乡镇全年完成情况-有错.xlsx:有 10 处错误,没有导入" in said
    shown = re.search(r"10 处全部列出:kaocheng (.*)", said)
    assert shown
    assert demo.run(*shlex.split(shown[1])).stdout.count("[错误]") == 10
    assert "已报送" in said
    assert f"http://127.0.0.1:{demo.port}" in said


def test_the_standings_can_be_read_by_other_commands_meanwhile(demo: Demo) -> None:
    printed = demo.run("standings", "yunling", "2026", "--class", "乡镇", "--csv")

    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.count("\n") == 17  # a header and sixteen townships


def test_a_second_one_in_the_same_folder_says_where_the_first_answers(demo: Demo) -> None:
    second = demo.run("demo")

    assert second.returncode == 0
    assert f"http://127.0.0.1:{demo.port}" in second.stdout
    assert demo.answers()


def test_stop_ends_pages_and_database(demo: Demo) -> None:
    assert demo.servers

    assert demo.run("demo", "--stop").returncode == 0
    assert demo.ended() == 0
    assert not demo.answers()
    assert demo.servers == []


def test_run_again_it_does_nothing_twice(demo: Demo) -> None:
    demo.start()
    said = "".join(demo.said)

    assert said.count("早已公布,不重做") == 2
    assert "没有变化" in said
    assert "07-乡镇全年完成情况-有错.xlsx:有 10 处错误,没有导入" in said
    assert not re.search(r"[1-9]\d* (个工作簿|个数|处变更)", said)


def test_killed_with_its_database_it_recovers_by_itself(demo: Demo) -> None:
    assert demo.process is not None
    for pid in [demo.process.pid, *demo.servers]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    demo.process.wait()

    demo.start()
    assert demo.run("standings", "yunling", "2026", "--class", "乡镇", "--csv").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_every_way_of_ending_it_stops_the_database_as_well(demo: Demo, number: signal.Signals) -> None:
    if demo.process is None or demo.process.poll() is not None:
        demo.start()
    assert demo.process is not None
    demo.process.send_signal(number)

    assert demo.ended() == 0
    assert demo.servers == []
    demo.listening.join()
    assert demo.said[-1] == "已停止\n"
    assert "Traceback" not in "".join(demo.said)


def test_what_a_killed_demo_left_running_can_be_stopped(demo: Demo) -> None:
    demo.start()
    assert demo.process is not None
    demo.process.kill()
    demo.process.wait()
    assert demo.servers

    assert "演示已停止" in demo.run("demo", "--stop").stdout
    assert demo.servers == []
    assert "没有正在运行的演示" in demo.run("demo", "--stop").stdout


@pytest.mark.slow
def test_killed_half_way_the_next_run_ends_where_an_undisturbed_one_does(demo: Demo) -> None:
    undisturbed = demo.run("standings", "yunling", "2026", "--class", "乡镇", "--csv")
    other = Demo(demo.folder / "other")
    other.folder.mkdir()
    order = [str(KAOCHENG), "demo", "--no-serve"]
    process = subprocess.Popen(
        order, env=other.environment, cwd=other.folder, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "云岭县:核验" in line:
            break
    process.kill()
    process.communicate()

    assert other.run("demo", "--no-serve").returncode == 0
    disturbed = other.run("standings", "yunling", "2026", "--class", "乡镇", "--csv")
    assert undisturbed.returncode == disturbed.returncode == 0
    assert disturbed.stdout == undisturbed.stdout


@pytest.mark.slow
def test_a_refused_workbook_stops_the_year_before_anything_is_scored(demo: Demo) -> None:
    tenants = demo.folder / "tenants"
    shutil.copytree(own_tenants(), tenants)
    townships = tenants / "yunling" / "workbooks" / "04-乡镇全年完成情况.xlsx"
    whole = townships.read_bytes()
    book = load_workbook(townships)
    book.worksheets[0]["C5"] = "约1200"
    book.save(townships)
    other = Demo(demo.folder / "refused")
    other.folder.mkdir()

    for arguments in (["--no-serve"], []):
        stopped = other.run("demo", "--tenants", str(tenants), *arguments)
        assert stopped.returncode == 2
        assert f"{townships} 有 1 处错误(Sheet1!C5)" in stopped.stderr
        assert "再运行一次" in stopped.stderr
        assert "云岭县:计分" not in stopped.stdout
        assert "早已公布" not in stopped.stdout.replace("东湖区:早已公布", "")
    assert other.servers == []
    assert other.run("standings", "yunling", "2026", "--class", "乡镇", "--csv").returncode != 0

    townships.write_bytes(whole)
    assert other.run("demo", "--tenants", str(tenants), "--no-serve").returncode == 0
    mended = other.run("standings", "yunling", "2026", "--class", "乡镇", "--csv")
    assert mended.stdout.count("\n") == 17


@pytest.mark.parametrize("verb", ["serve", "work"])
def test_serving_and_working_end_in_good_order(demo: Demo, verb: str) -> None:
    process = subprocess.Popen(
        [str(KAOCHENG), verb],
        env=demo.environment,
        cwd=demo.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert "Ctrl-C" in process.stdout.readline()
    time.sleep(1)
    process.terminate()

    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said == "已停止\n"
    assert demo.servers == []


def test_a_busy_port_is_one_sentence_before_anything_is_done(demo: Demo) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", demo.port))
        taken.listen()
        refused = demo.run("demo")

    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert f"端口 {demo.port} 已被别的程序占用" in refused.stderr
    assert refused.stdout == ""
