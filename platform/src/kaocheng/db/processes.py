"""What the system knows of processes, locks and ports, as far as keeping a database needs it."""

import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold *file* alone; the system lets go of it for us if we are killed."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def see_processes() -> bool:
    """Whether this system shows its processes as folders (Linux does)."""
    return (PROC / "self").exists()


def answers(port: int) -> bool:
    """Whether a PostgreSQL replies there: one that was just killed is still listed, and listens no more.

    It is asked whether it speaks TLS, which any server answers with one letter before anybody signs in.
    """
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as asked:
            asked.sendall(struct.pack("!II", 8, 80877103))
            return asked.recv(1) in (b"N", b"S")
    except OSError:
        return False


def exists(pid: int) -> bool:
    """Whether the number is in use, be it by a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def lives(pid: int, folder: Path) -> bool:
    """Whether process *pid* lives and works in *folder*.

    A number alone proves nothing: it may be a zombie's, or by now another program's.
    """
    if not see_processes():
        return exists(pid)
    return _state(pid) not in ("", "Z", "X") and _works_in(pid, folder)


def at_work_in(folder: Path) -> list[int]:
    """The live processes whose working folder is *folder*."""
    numbers = (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return [pid for pid in numbers if _works_in(pid, folder) and _state(pid) not in ("", "Z", "X")]


def free_port() -> int:
    """A port of the loopback that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _state(pid: int) -> str:
    with suppress(OSError):
        # The name between the brackets may itself hold brackets and spaces.
        return os.fsdecode((PROC / str(pid) / "stat").read_bytes()).rpartition(")")[2].split()[0]
    return ""


def _works_in(pid: int, folder: Path) -> bool:
    with suppress(OSError):
        return Path(os.readlink(PROC / str(pid) / "cwd")) == folder
    return False


@dataclass(frozen=True, slots=True)
class Note:
    """What PostgreSQL writes about itself into ``postmaster.pid``."""

    pid: int
    port: int
    sockets: Path
    ready: bool

    @classmethod
    def read(cls, file: Path) -> "Note | None":
        """The note, as far as it is written; None where there is none that could be read."""
        try:
            lines = os.fsdecode(file.read_bytes()).splitlines() + [""] * 8
        except OSError:
            return None
        if not lines[0].strip().isdigit():
            return None
        port = lines[3].strip()
        return cls(
            pid=int(lines[0]),
            port=int(port) if port.isdigit() else 0,
            sockets=Path(lines[4].strip()),
            ready=lines[7].strip() == "ready",
        )
