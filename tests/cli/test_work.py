"""``kaocheng work`` as an operator runs it: killed in the middle of a county's job, and started again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, jobs, tenant_session
from kaocheng.db.jobs import Job, State
from kaocheng.db.queue import SILENCE
from kaocheng.db.roles import Urls
from kaocheng.scoring import jobs as scoring
from kaocheng.scoring import queries
from tests.scoring import county as given

pytestmark = [pytest.mark.database, pytest.mark.slow]


@pytest.fixture
def work(urls: Urls, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("kaocheng"), "work"],
            env=os.environ
            | {"DATABASE_URL": urls.app, "KAOCHENG_OWNER_URL": urls.owner, "KAOCHENG_DATA": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        assert "已在运行" in process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


async def became(engine: AsyncEngine, tenant: TenantId, id: int, state: State) -> Job:
    until = time.monotonic() + SILENCE / 2  # well before a silence would tell that its worker is dead
    while time.monotonic() < until:
        async with tenant_session(engine, tenant) as session:
            job = await jobs.job(session, id)
        if job.state is state:
            return job
        await asyncio.sleep(0.1)
    raise TimeoutError(job)


async def test_what_a_killed_worker_had_in_hand_is_done_at_the_next_start(
    engine: AsyncEngine, urls: Urls, county: TenantId, work: Callable[[], subprocess.Popen[str]]
) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    async with tenant_session(engine, county) as session:
        office = await given.somebody(engine, county, "li")
        begun = await scoring.start(session, "2026", by=office, at=given.NOON)
    with psycopg.connect(urls.owner) as owner:
        owner.execute("lock table score_sheet")  # so that it is caught in the middle
        killed = await asyncio.to_thread(work)
        await became(engine, county, begun.id, State.RUNNING)
        killed.send_signal(signal.SIGKILL)
        killed.wait()

    again = await asyncio.to_thread(work)
    done = await became(engine, county, begun.id, State.DONE)

    assert done.result == {"sheet": 1, "period": "2026", "number": 1, "again": False}
    async with tenant_session(engine, county) as session:
        assert len(await queries.heads(session)) == 1
    again.send_signal(signal.SIGTERM)
    assert again.wait(timeout=40) == 0
