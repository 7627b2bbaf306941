"""How soon the embedded database is there."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from kaocheng.db.embedded import serve
from kaocheng.db.programs import find, ordinary_user
from tests.bench import Ratio, benchmark, compare


@benchmark("start the embedded database and stop it", against="pg_ctl start and stop", at_most=1.5)
def warm_start() -> Ratio:
    """A warm start and stop by our supervisor, against PostgreSQL's own tool on the same files."""
    folder = Path(tempfile.mkdtemp(prefix="kaocheng-bench-"))
    folder.chmod(0o755)
    user = ordinary_user()
    ctl = find(None, user).path("pg_ctl")
    files = folder / "data" / "database" / "cluster"
    as_whom = user.as_whom if user else {}

    def ours() -> None:
        with serve(folder / "data"):
            pass

    def plain() -> None:
        sockets = files.parent / "run"
        start = [
            ctl,
            "-D",
            files,
            "-w",
            "-o",
            f"-c listen_addresses= -k {sockets}",
            "-l",
            os.devnull,
            "start",
        ]
        for order in (start, [ctl, "-D", files, "-w", "-m", "fast", "stop"]):
            subprocess.run(order, check=True, capture_output=True, cwd="/", **as_whom)

    try:
        ours()
        return compare(ours=ours, plain=plain)
    finally:
        shutil.rmtree(folder)
