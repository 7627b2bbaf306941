"""Long work as rows: its progress survives leaving the page, and its end can be read later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from sqlalchemy import Row, insert, select, text, update

from kaocheng.db.session import TenantSession, next_number
from kaocheng.db.tables import job as jobs
from kaocheng.errors import Missing
from kaocheng.i18n import _

__all__ = [
    "Job",
    "JobId",
    "NoSuchJob",
    "State",
    "again",
    "defer",
    "end",
    "find",
    "job",
    "keep",
    "recent",
    "step",
]

JobId = NewType("JobId", int)


class State(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of long work: what it is about (*facts*), how far it is, what came of it."""

    id: JobId
    kind: str
    state: State
    done: int
    total: int
    message: str
    facts: Mapping[str, Any]
    result: Mapping[str, Any] | None
    started_by: int | None
    started_at: datetime
    ended_at: datetime | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (State.DONE, State.FAILED)


@dataclass(eq=False)
class NoSuchJob(Missing):
    """There is no such job in this tenant."""

    id: int

    code = "no_such_job"

    def __str__(self) -> str:
        return _("没有第 {id} 号任务;请回到首页看正在办理的", id=self.id)


async def job(session: TenantSession, id: int) -> Job:
    """One job.

    Raises:
        NoSuchJob: there is none.
    """
    row = (await session.execute(select(jobs).where(jobs.c.id == id))).first()
    if row is None:
        raise NoSuchJob(id)
    return _job(row)


async def recent(session: TenantSession, kind: str | None = None, *, most: int = 20) -> tuple[Job, ...]:
    """The newest jobs, of one kind or of all, newest first."""
    wanted = select(jobs).order_by(jobs.c.id.desc()).limit(most)
    found = await session.execute(wanted if kind is None else wanted.where(jobs.c.kind == kind))
    return tuple(map(_job, found))


async def find(session: TenantSession, kind: str, key: str) -> Job | None:
    """The job of that kind that was started under *key*, or None."""
    row = (await session.execute(select(jobs).where(jobs.c.kind == kind, jobs.c.key == key))).first()
    return None if row is None else _job(row)


async def keep(
    session: TenantSession,
    kind: str,
    facts: Mapping[str, Any],
    *,
    by: int | None,
    at: datetime,
    key: str | None,
) -> Job:
    """Write a new job down, waiting."""
    id = await next_number(session, "job")
    made = insert(jobs).values(
        tenant_id=session.tenant,
        id=id,
        kind=kind,
        state=State.WAITING,
        done=0,
        total=0,
        message="",
        facts=dict(facts),
        started_by=by,
        started_at=at,
        key=key,
    )
    return _job((await session.execute(made.returning(jobs))).one())


async def again(session: TenantSession, id: JobId) -> Job:
    """Put a job that failed back to waiting."""
    await _set(session, id, state=State.WAITING, done=0, total=0, message="", result=None, ended_at=None)
    return await job(session, id)


async def step(session: TenantSession, id: JobId, done: int, total: int, message: str = "") -> None:
    """Say how far it is: *done* of *total*."""
    await _set(session, id, state=State.RUNNING, done=done, total=total, message=message)


async def end(
    session: TenantSession,
    id: JobId,
    state: State,
    *,
    at: datetime,
    message: str = "",
    result: Mapping[str, Any] | None = None,
) -> None:
    """Say how it ended."""
    await _set(
        session,
        id,
        state=state,
        message=message,
        result=None if result is None else dict(result),
        ended_at=at,
    )


async def _set(session: TenantSession, id: JobId, **values: Any) -> None:
    await session.execute(
        update(jobs).where(jobs.c.tenant_id == session.tenant, jobs.c.id == id).values(**values)
    )


def _job(row: Row[Any]) -> Job:
    return Job(
        id=JobId(row.id),
        kind=row.kind,
        state=State(row.state),
        done=row.done,
        total=row.total,
        message=row.message,
        facts=row.facts,
        result=row.result,
        started_by=row.started_by,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


async def defer(session: TenantSession, name: str, **ids: int) -> None:
    """Have the worker do *name* with these ids, if this transaction commits.

    One tenant's tasks are done one after another; what is waiting already is not queued twice.
    """
    lock = f"tenant {session.tenant}"
    args = json.dumps(ids, sort_keys=True)
    await session.execute(
        text("select queue.defer(:task, cast(:args as jsonb), :lock, :once)"),
        {"task": name, "args": args, "lock": lock, "once": f"{lock}: {name} {args}"},
    )
