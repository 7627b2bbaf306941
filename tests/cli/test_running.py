import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from kaocheng.cli import main
from kaocheng.cli.running import Running, running, stop
from kaocheng.cli.serve import PortBusy, _Pages, address, bound
from kaocheng.settings import Settings

# Is the demo of a folder until told to stop, and says so when it has stopped in good order.
ONE = """
import sys, time
from pathlib import Path
from kaocheng.cli.running import orderly, running
with orderly(), running(Path(sys.argv[1])) as ours:
    ours.at("http://127.0.0.1:1")
    try:
        print("ready", flush=True)
        time.sleep(600)
    finally:
        print("in order", flush=True)
"""

# Takes a moment to stop, as one that still answers somebody does.
SLOW = ONE.replace('print("in order", flush=True)', 'print("ending", flush=True)\n        time.sleep(1)')

# Is told to end while a dead object is buried: no exception gets out of there.
BURYING = """
import signal, time, weakref
from kaocheng.cli.running import orderly
class Thing: pass
with orderly():
    thing = Thing()
    grave = weakref.ref(thing, lambda _grave: [signal.raise_signal(signal.SIGTERM), time.sleep(0)])
    del thing
    time.sleep(60)
    print("never told")
"""


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen([sys.executable, "-c", ONE, tmp_path], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_second_demo_learns_where_the_first_one_answers(
    tmp_path: Path, another: Callable[[], subprocess.Popen[str]]
) -> None:
    another()

    with running(tmp_path) as found:
        assert found == "http://127.0.0.1:1"


def test_stop_ends_it_in_good_order(tmp_path: Path, another: Callable[[], subprocess.Popen[str]]) -> None:
    process = another()

    assert stop(tmp_path)
    said, _ = process.communicate(timeout=10)
    assert "in order" in said
    assert process.returncode == 0
    assert not stop(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_of_being_told_to_end_is_in_good_order(
    number: signal.Signals, another: Callable[[], subprocess.Popen[str]]
) -> None:
    process = another()
    process.send_signal(number)
    process.send_signal(number)  # a second one must not cut the stopping short

    said, _ = process.communicate(timeout=10)
    assert "in order" in said
    assert process.returncode == 0


def test_it_is_heard_while_a_dead_object_is_buried() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BURYING], capture_output=True, text=True, check=False, timeout=50
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "已停止\n", "")


def test_a_demo_that_was_killed_is_not_running(
    tmp_path: Path, another: Callable[[], subprocess.Popen[str]]
) -> None:
    process = another()
    process.kill()
    process.wait()

    with running(tmp_path) as found:
        assert isinstance(found, Running)
    assert not stop(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_starts_while_it_ends_waits_for_the_place(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, tmp_path], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "ending\n"

        with running(tmp_path) as found:
            assert isinstance(found, Running)
            assert process.poll() is not None or process.wait(timeout=1) == 0


def test_pages_that_finish_what_they_answer_are_ending(tmp_path: Path) -> None:
    with running(tmp_path) as ours:
        assert isinstance(ours, Running)
        ours.at("http://127.0.0.1:1")
        uvicorn_told = _Pages(uvicorn.Config("none:none"))
        uvicorn_told.handle_exit(signal.SIGTERM, None)
        assert (tmp_path / "demo.pid").read_text() == f"{os.getpid()} ending"


def test_a_busy_port_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = replace(Settings(), port=taken.getsockname()[1])
        with pytest.raises(PortBusy, match="KAOCHENG_PORT"), bound(settings):
            pass


def test_any_free_port_will_do_and_is_told() -> None:
    with bound(replace(Settings(), port=0)) as door:
        assert address(door) == f"http://127.0.0.1:{door.getsockname()[1]}"


def test_stopping_what_never_ran_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAOCHENG_DATA", str(tmp_path / "never"))
    assert main(["demo", "--stop"]) == 0
    assert "没有正在运行的演示" in capsys.readouterr().out
    assert not (tmp_path / "never").exists()


def test_nothing_is_stopped_that_is_not_the_demos(tmp_path: Path) -> None:
    (tmp_path / "demo.pid").write_text(f"{os.getpid()} http://127.0.0.1:1")

    assert not stop(tmp_path)
    time.sleep(0.1)  # we are still here
