"""How soon the embedded database is there, and what its walls between tenants cost."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from kaocheng.db import TenantId
from kaocheng.db.embedded import serve
from kaocheng.db.programs import find, ordinary_user
from kaocheng.db.session import driver_url
from tests.bench import Ratio, benchmark, big, compare


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


FIGURES = "select unit_id, indicator_id, series, revision, kind, value from figure where period = '2026'"
OF_ONE = f"{FIGURES} and tenant_id = 1"


@benchmark(
    "read a tenant's 10 000 figures through row security",
    against="the same read by the superuser, whom it does not hold, naming the tenant",
    at_most=1.15,
)
def row_security() -> Ratio:
    """The driver and the statement of the hot paths, a neighbour's 10 000 figures in the same table."""
    with big.installation() as place:
        engine = create_async_engine(driver_url(place.urls.app, "asyncpg"), poolclass=NullPool)
        for tenant in (1, 2):
            asyncio.run(big.found(engine, TenantId(tenant), 100))
        big.analyze(place)
        with asyncio.Runner() as loop:
            app = loop.run(asyncpg.connect(place.urls.app))
            superuser = loop.run(asyncpg.connect(place.superuser_url))
            try:
                return compare(
                    ours=lambda: loop.run(_figures(app, FIGURES, TenantId(1))),
                    plain=lambda: loop.run(_figures(superuser, OF_ONE, TenantId(1))),
                    rounds=40,
                )
            finally:
                loop.run(app.close())
                loop.run(superuser.close())


async def _figures(connection: asyncpg.Connection, asked: str, tenant: TenantId) -> None:
    async with connection.transaction():
        await connection.execute(f"set local app.tenant_id = '{tenant}'")
        assert len(await connection.fetch(asked)) == 10_100  # and a target for each indicator
