"""Running and ending: one demo to a data folder, where it answers, how it is told to stop and stops."""

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from kaocheng.db import embedded
from kaocheng.i18n import _

__all__ = ["Running", "ending", "orderly", "running", "stop"]

PATIENCE = 40.0  # seconds to stop in good order
ENDING = "ending"  # noted instead of an address from when the demo is told to end until it has


@dataclass(frozen=True, slots=True)
class Running:
    """The one demo of a data folder: this process."""

    file: int

    def at(self, address: str) -> None:
        """Note where it answers, beside the number of its process."""
        os.ftruncate(self.file, 0)
        os.pwrite(self.file, f"{os.getpid()} {address}".encode(), 0)


@contextmanager
def running(data: Path) -> Iterator[Running | str]:
    """Be the one demo of *data*; or get the address of the one there is, empty while it gets ready."""
    global _here  # noqa: PLW0603  # a signal is told to the process, which is at most one demo
    file = _open(data)
    try:
        if not _taken(file) and not _ended(file):
            yield _note(file)[1]
            return
        _here = Running(file)
        _here.at("")
        yield _here
    finally:
        _here = None
        os.close(file)


def ending() -> None:
    """Note that this process has been told to end, so that whoever starts a demo now waits for the place."""
    if _here:
        _here.at(ENDING)


def stop(data: Path) -> bool:
    """Stop the demo of *data* and the database nobody uses any more; False when neither was running."""
    file = _open(data)
    try:
        found = not _taken(file)
        if found:
            _end(file)
    finally:
        os.close(file)
    return embedded.rest(data) or found


@contextmanager
def orderly() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal all end the block in good order, its ``finally`` included."""
    told = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM]
    before = {number: signal.signal(number, _told) for number in told}
    signal.signal(signal.SIGHUP, _hung_up)
    sys.unraisablehook = _lost
    try:
        yield
    except _Ended:
        # What told us to end stays ignored: the process has only its last line left to run.
        print(_("已停止"), flush=True)
    else:
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.unraisablehook = sys.__unraisablehook__


class _Ended(BaseException):
    pass


_here: Running | None = None


def _told(number: int, frame: FrameType | None) -> NoReturn:
    # Once is enough: a second Ctrl-C must not cut the stopping short.
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(each, signal.SIG_IGN)
    ending()
    raise _Ended


def _hung_up(number: int, frame: FrameType | None) -> None:
    # The web server knows SIGTERM and ends in its own good order; of a closed terminal it knows nothing.
    signal.raise_signal(signal.SIGTERM)


def _lost(what: "sys.UnraisableHookArgs") -> None:
    # Told while a dead object was being buried, where no exception gets out: told again a moment later.
    if what.exc_type is not _Ended:
        sys.__unraisablehook__(what)
        return
    signal.signal(signal.SIGALRM, _told)
    signal.setitimer(signal.ITIMER_REAL, 0.01)


def _ended(file: int) -> bool:
    """Whether the demo that has the place was about to leave it, and now has."""
    until = time.monotonic() + PATIENCE
    while _note(file)[1] == ENDING and time.monotonic() < until:
        if _taken(file):
            return True
        time.sleep(0.05)
    return False


def _end(file: int) -> None:
    until = time.monotonic() + PATIENCE
    told = False
    while not _taken(file):
        pid = _note(file)[0]
        # The number is safe to use: whoever wrote it still holds the lock.
        if pid and (not told or time.monotonic() > until):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if told else signal.SIGTERM)
            told, until = True, time.monotonic() + PATIENCE
        time.sleep(0.05)


def _open(data: Path) -> int:
    return os.open(data / "demo.pid", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _note(file: int) -> tuple[int, str]:
    pid, _space, address = os.pread(file, 200, 0).decode().partition(" ")
    return (int(pid) if pid.isdigit() else 0), address
