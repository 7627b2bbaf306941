"""Work for later: queued with the change it belongs to, done once, done again when a worker dies."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, jobs, queue, tenant_session
from kaocheng.db.jobs import Job, NoSuchJob, State
from kaocheng.db.presence import present
from kaocheng.db.queue import Work
from kaocheng.db.roles import Urls
from kaocheng.errors import Refused

pytestmark = pytest.mark.database

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
done: list[tuple[int, int]] = []


@queue.task("test.note")
async def note(engine: AsyncEngine, tenant: int, number: int) -> None:
    done.append((tenant, number))


@queue.work("test.count")
async def count(work: Work) -> Mapping[str, Any]:
    for number in range(work.job.facts["to"]):
        await work.step(number + 1, work.job.facts["to"], "数数")
    return {"counted": work.job.facts["to"]}


@queue.work("test.refuse")
async def refuse(work: Work) -> Mapping[str, Any]:
    raise Refused("今天不行")


@queue.work("test.stumble")
async def stumble(work: Work) -> Mapping[str, Any]:
    raise ZeroDivisionError


async def settled(engine: AsyncEngine, tenant: TenantId, id: int) -> Job:
    for _attempt in range(200):
        async with tenant_session(engine, tenant) as session:
            job = await jobs.job(session, id)
        if job.ended:
            return job
        await asyncio.sleep(0.05)
    raise TimeoutError(job)


async def begin(
    engine: AsyncEngine, tenant: TenantId, kind: str, key: str | None = None, **facts: Any
) -> Job:
    async with tenant_session(engine, tenant) as session:
        return await queue.start(session, kind, facts, by=None, at=NOON, key=key)


def waiting(urls: Urls) -> int:
    with psycopg.connect(urls.owner) as owner:
        found = owner.execute(
            "select count(*) from queue.procrastinate_jobs where status = 'todo'"
        ).fetchone()
    assert found
    return int(found[0])


async def test_what_was_not_committed_was_never_queued(
    engine: AsyncEngine, urls: Urls, county: TenantId
) -> None:
    async def stumble() -> None:
        async with tenant_session(engine, county) as session:
            await jobs.defer(session, "test.note", tenant=county, number=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stumble()
    assert waiting(urls) == 0


async def test_what_is_waiting_already_is_not_queued_twice(
    engine: AsyncEngine, urls: Urls, county: TenantId
) -> None:
    for _twice in range(2):
        async with tenant_session(engine, county) as session:
            await jobs.defer(session, "test.note", tenant=county, number=1)
            await jobs.defer(session, "test.note", tenant=county, number=2)
    assert waiting(urls) == 2


async def test_a_worker_does_what_is_queued_in_order(
    engine: AsyncEngine, urls: Urls, county: TenantId, neighbour: TenantId
) -> None:
    done.clear()
    for tenant in (county, neighbour):
        async with tenant_session(engine, tenant) as session:
            for number in range(3):
                await jobs.defer(session, "test.note", tenant=tenant, number=number)
    async with queue.worker(urls.app, engine):
        for _attempt in range(200):
            if len(done) == 6:
                break
            await asyncio.sleep(0.05)
    assert [number for tenant, number in done if tenant == county] == [0, 1, 2]
    assert [number for tenant, number in done if tenant == neighbour] == [0, 1, 2]


async def test_a_job_says_how_far_it_is_and_what_came_of_it(
    engine: AsyncEngine, urls: Urls, county: TenantId
) -> None:
    job = await begin(engine, county, "test.count", to=3)
    assert (job.state, job.ended) == (State.WAITING, False)
    async with queue.worker(urls.app, engine):
        job = await settled(engine, county, job.id)
    assert (job.state, job.done, job.total, job.result) == (State.DONE, 3, 3, {"counted": 3})


async def test_a_refusal_ends_a_job_with_its_own_sentence_and_an_accident_with_ours(
    engine: AsyncEngine, urls: Urls, county: TenantId
) -> None:
    refused = await begin(engine, county, "test.refuse")
    stumbled = await begin(engine, county, "test.stumble")
    async with queue.worker(urls.app, engine):
        refused = await settled(engine, county, refused.id)
        stumbled = await settled(engine, county, stumbled.id)
    assert (refused.state, refused.message) == (State.FAILED, "今天不行")
    assert stumbled.state is State.FAILED
    assert "请再试一次" in stumbled.message


async def test_one_key_is_one_job_until_it_fails(engine: AsyncEngine, urls: Urls, county: TenantId) -> None:
    first = await begin(engine, county, "test.count", key="sheet 4", to=1)
    assert (await begin(engine, county, "test.count", key="sheet 4", to=1)).id == first.id
    assert (await begin(engine, county, "test.count", key="sheet 5", to=1)).id != first.id
    failed = await begin(engine, county, "test.refuse", key="x")
    async with queue.worker(urls.app, engine):
        await settled(engine, county, failed.id)
        again = await begin(engine, county, "test.refuse", key="x")
        assert (again.id, again.state) == (failed.id, State.WAITING)
        await settled(engine, county, again.id)


async def test_a_neighbour_has_no_such_job(
    engine: AsyncEngine, county: TenantId, neighbour: TenantId
) -> None:
    job = await begin(engine, county, "test.count", to=1)
    async with tenant_session(engine, neighbour) as session:
        assert await jobs.recent(session) == ()
        with pytest.raises(NoSuchJob):
            await jobs.job(session, job.id)
    async with tenant_session(engine, county) as session:
        assert [found.id for found in await jobs.recent(session, "test.count")] == [job.id]


HANGS = """
import asyncio, sys
from kaocheng.db import connect, queue

@queue.work("test.count")
async def hang(work):
    await work.step(1, 2)
    print("started", flush=True)
    await asyncio.sleep(600)

async def main(url):
    async with queue.worker(url, connect(url)) as running:
        await running

asyncio.run(main(sys.argv[1]))
"""


def killed_at_work(urls: Urls) -> None:
    """Let a worker of its own process take the job up, and kill it there."""
    with subprocess.Popen(
        [sys.executable, "-c", HANGS, urls.app], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "started\n"
        process.kill()


async def test_the_job_of_a_killed_worker_is_done_by_the_next(
    engine: AsyncEngine, urls: Urls, county: TenantId
) -> None:
    job = await begin(engine, county, "test.count", to=3)
    await asyncio.to_thread(killed_at_work, urls)
    app = queue.assemble(urls.app, engine, 1)
    async with app.open_async():
        assert await queue.rescue(app, engine) == 0  # it might yet be alive
        assert await queue.rescue(app, engine, silence=0) == 1
    async with queue.worker(urls.app, engine):
        assert (await settled(engine, county, job.id)).result == {"counted": 3}


async def test_a_worker_that_lost_its_server_is_seen_again_and_keeps_what_it_has_in_hand(
    engine: AsyncEngine, urls: Urls, county: TenantId, server: str
) -> None:
    alone: list[str] = []

    async def noted(who: str) -> None:
        alone.append(who)

    def shown() -> list[int]:
        with psycopg.connect(server.replace("/postgres?", f"/{make_url(urls.app).database}?")) as admin:
            asked = "select pid from pg_locks where locktype = 'advisory' and granted"
            return [pid for (pid,) in admin.execute(f"{asked} and mode = 'ShareLock'")]

    async with present(urls.app, lambda: noted("first")):
        (before,) = shown()
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute("select pg_terminate_backend(%s)", (before,))
        for _attempt in range(100):
            await asyncio.sleep(0.05)
            if shown() not in ([], [before]):
                break
        async with present(urls.app, lambda: noted("second")):
            assert len(shown()) == 2
    assert alone == ["first"]


async def test_a_job_that_kills_every_worker_is_given_up(
    engine: AsyncEngine, urls: Urls, county: TenantId
) -> None:
    job = await begin(engine, county, "test.count", to=3)
    app = queue.assemble(urls.app, engine, 1)
    async with app.open_async():
        for _attempt in range(queue.TRIES):
            await asyncio.to_thread(killed_at_work, urls)
            assert await queue.rescue(app, engine, silence=0) == 1
    async with tenant_session(engine, county) as session:
        assert (await jobs.job(session, job.id)).state is State.FAILED
    assert waiting(urls) == 0
