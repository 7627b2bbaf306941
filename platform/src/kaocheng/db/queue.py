"""Work for later: put into the queue in the business transaction, done by a worker, done again if it dies.

What is queued is a name and numbers, never a tenant's data: the queue's tables have no row security.
A task must be safe to run twice, because a worker may be killed after doing it and before saying so.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Queued
from procrastinate.jobs import Status
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import jobs
from kaocheng.db.jobs import Job, JobId
from kaocheng.db.presence import present
from kaocheng.db.session import TenantId, TenantSession, tenant_session
from kaocheng.errors import Problem
from kaocheng.i18n import _, speaking

__all__ = ["Task", "Work", "assemble", "rescue", "start", "task", "work", "worker"]

log = logging.getLogger(__name__)

QUEUE = "kaocheng"
TRIES = 3
SILENCE = 30.0  # seconds without a sign of life, after which a worker counts as dead
RESCUE_EVERY = 10.0
LOOK_EVERY = 0.5  # seconds: somebody waits for a job's page, and a tenant's next job for the one before

Task: TypeAlias = Callable[..., Awaitable[None]]
_tasks: dict[str, Task] = {}


def task(name: str) -> Callable[[Task], Task]:
    """Register what the worker does for *name*: an async function of the engine and the ids deferred."""

    def register(does: Task) -> Task:
        _tasks[name] = does
        return does

    return register


@dataclass(frozen=True, slots=True)
class Work:
    """A job in hand: whose, what about, and how to say how far it is."""

    engine: AsyncEngine
    tenant: TenantId
    job: Job

    def session(self) -> AbstractAsyncContextManager[TenantSession]:
        """One transaction of the tenant."""
        return tenant_session(self.engine, self.tenant)

    async def step(self, done: int, total: int, message: str = "") -> None:
        """Say how far it is; seen at once by whoever looks, though the work is not committed yet."""
        async with self.session() as session:
            await jobs.step(session, self.job.id, done, total, message)


def work(kind: str) -> Callable[[Callable[[Work], Awaitable[Mapping[str, Any]]]], Task]:
    """Register what is done for jobs of *kind*: an async function of the `Work`, giving its result."""

    def register(does: Callable[[Work], Awaitable[Mapping[str, Any]]]) -> Task:
        async def run(engine: AsyncEngine, tenant: int, job: int) -> None:
            await _do(does, engine, TenantId(tenant), JobId(job))

        return task(kind)(run)

    return register


async def start(
    session: TenantSession,
    kind: str,
    facts: Mapping[str, Any],
    *,
    by: int | None,
    at: datetime,
    key: str | None = None,
) -> Job:
    """Begin a job of *kind*; with a *key*, whatever was begun under it is the same job.

    One that failed is tried again.
    """
    known = await jobs.find(session, kind, key) if key is not None else None
    if known and known.state is not jobs.State.FAILED:
        return known
    begun = (
        await jobs.again(session, known.id)
        if known
        else await jobs.keep(session, kind, facts, by=by, at=at, key=key)
    )
    await jobs.defer(session, kind, tenant=session.tenant, job=begun.id)
    return begun


@asynccontextmanager
async def worker(url: str, engine: AsyncEngine, *, concurrency: int = 2) -> AsyncIterator[asyncio.Task[None]]:
    """A worker beside whatever else runs in this event loop, stopped at the end of the block.

    It connects to *url* as the application does; what it is given to do uses *engine*.  The only worker
    there is takes up at once what a killed one had in hand.
    """
    app = assemble(url, engine, concurrency)
    async with app.open_async(), present(url, lambda: rescue(app, engine, silence=0)):
        running = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                concurrency=concurrency,
                fetch_job_polling_interval=LOOK_EVERY,
                install_signal_handlers=False,
                delete_jobs="successful",
                stalled_worker_timeout=SILENCE,
                shutdown_graceful_timeout=SILENCE,
            )
        )
        rescuing = asyncio.create_task(_keep_rescuing(app, engine))
        try:
            yield running
        finally:
            for either in (rescuing, running):
                either.cancel()
                with suppress(asyncio.CancelledError):
                    await either


async def rescue(app: procrastinate.App, engine: AsyncEngine, silence: float = SILENCE) -> int:
    """Queue again what dead workers had in hand; what has killed its worker repeatedly is given up."""
    stalled = list(await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=silence))
    for queued in stalled:
        # Another worker may be rescuing the same one.
        with suppress(ConnectorException):
            if queued.attempts + 1 < TRIES:
                await app.job_manager.retry_job(queued)
            else:
                await _give_up(app, engine, queued)
    return len(stalled)


async def _give_up(app: procrastinate.App, engine: AsyncEngine, queued: Queued) -> None:
    log.error("%s %s ended its worker %d times; given up", queued.task_name, queued.task_kwargs, TRIES)
    await app.job_manager.finish_job(queued, status=Status.FAILED, delete_job=False)
    ids: dict[str, Any] = dict(queued.task_kwargs)
    if "job" in ids:
        await _end(engine, TenantId(ids["tenant"]), JobId(ids["job"]), jobs.State.FAILED, message=_lost())


async def _keep_rescuing(app: procrastinate.App, engine: AsyncEngine) -> None:
    while True:
        try:
            await rescue(app, engine)
        except Exception:
            log.exception("could not look for jobs of dead workers; trying again")
        await asyncio.sleep(RESCUE_EVERY)


def assemble(url: str, engine: AsyncEngine, concurrency: int) -> procrastinate.App:
    """procrastinate over its own pool, knowing every task registered so far."""
    connector = procrastinate.PsycopgConnector(
        conninfo=url,
        kwargs={"options": "-c search_path=queue", "application_name": "kaocheng worker"},
        min_size=1,
        max_size=concurrency + 2,
    )
    app = procrastinate.App(connector=connector)
    patience = procrastinate.RetryStrategy(max_attempts=TRIES, exponential_wait=2)
    for name, does in _tasks.items():
        app.task(name=name, queue=QUEUE, retry=patience)(_bound(does, engine))
    return app


def _bound(does: Task, engine: AsyncEngine) -> Task:
    async def run(**ids: int) -> None:
        await does(engine, **ids)

    return run


async def _do(
    does: Callable[[Work], Awaitable[Mapping[str, Any]]], engine: AsyncEngine, tenant: TenantId, id: JobId
) -> None:
    async with tenant_session(engine, tenant) as session:
        job = await jobs.job(session, id)
        if job.ended:
            return
        language = await _language(session, job)
        await jobs.step(session, id, 0, job.total)
    with speaking(language):
        try:
            result = await does(Work(engine, tenant, job))
        except Problem as problem:
            await _end(engine, tenant, id, jobs.State.FAILED, message=str(problem))
        except Exception:
            log.exception("job %d of tenant %d failed", id, tenant)
            await _end(engine, tenant, id, jobs.State.FAILED, message=_lost())
        else:
            await _end(engine, tenant, id, jobs.State.DONE, result=result)


async def _language(session: TenantSession, job: Job) -> str:
    """In which language to say how it went: that of whoever began it."""
    found = await session.scalar(
        text("select language from person where tenant_id = :tenant and id = :id"),
        {"tenant": session.tenant, "id": job.started_by},
    )
    return found or "zh"


async def _end(
    engine: AsyncEngine,
    tenant: TenantId,
    id: JobId,
    state: jobs.State,
    *,
    message: str = "",
    result: Mapping[str, Any] | None = None,
) -> None:
    async with tenant_session(engine, tenant) as session:
        await jobs.end(session, id, state, at=datetime.now(UTC), message=message, result=result)


def _lost() -> str:
    return _("任务意外中断,什么都没有保存;请再试一次,仍不行请把时间告诉系统管理员")
