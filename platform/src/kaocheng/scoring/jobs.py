"""A run as long work: begun from a page, done by the worker, its progress there for whoever comes back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kaocheng.db import queue
from kaocheng.db.jobs import Job
from kaocheng.db.session import TenantSession
from kaocheng.identity import queries as identity
from kaocheng.identity.domain import Permission, Person, require
from kaocheng.scoring import service

KIND = "scoring.run"


async def start(session: TenantSession, period: str, *, by: Person, at: datetime) -> Job:
    """Begin a run of *period*.

    Raises:
        NotAllowed: scoring is not *by*'s to do.
        NoSuchPeriod: the scheme in force says nothing about *period*.
    """
    require(by, Permission.SCORE)
    await service.scheme_for(session, period)
    return await queue.start(session, KIND, {"period": period}, by=by.id, at=at)


@queue.work(KIND)
async def _run(work: queue.Work) -> Mapping[str, Any]:
    async def step(done: int) -> None:
        await work.step(done, service.STEPS)

    async with work.session() as session:
        people = {person.id: person for person in await identity.people(session)}
        made = await service.run(
            session,
            work.job.facts["period"],
            by=people[work.job.started_by],  # type: ignore[index]  # a page began it, so somebody did
            at=datetime.now(UTC),
            step=step,
        )
    return {"sheet": made.id, "period": made.period, "number": made.number, "again": made.again}
