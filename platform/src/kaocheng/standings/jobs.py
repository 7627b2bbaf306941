"""Publishing as long work: begun from a page, done by the worker, its end there for whoever comes back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kaocheng import settings
from kaocheng.db import queue
from kaocheng.db.jobs import Job
from kaocheng.db.session import TenantSession
from kaocheng.identity import queries as identity
from kaocheng.identity.domain import NotSignedIn, Permission, Person, require
from kaocheng.scoring import queries as scoring
from kaocheng.standings import service

KIND = "standings.publish"


async def start(
    session: TenantSession, sheet_id: int, readers: Sequence[str], *, by: Person, at: datetime
) -> Job:
    """Begin to publish one sheet to the named readers; begun twice, it is the same job.

    Raises:
        NotAllowed: publishing is not *by*'s to do.
        NoSuchSheet: there is no such sheet.
        NoSuchReader: the tenant does not report to one of them.
    """
    require(by, Permission.PUBLISH)
    head = await scoring.head(session, sheet_id)
    named = sorted(reader.code for reader in await service.readers(session, readers))
    facts = {"sheet": head.id, "period": head.period, "number": head.number, "readers": named}
    key = f"{head.id} {' '.join(named)}"
    return await queue.start(session, KIND, facts, by=by.id, at=at, key=key)


@queue.work(KIND)
async def publish(work: queue.Work) -> Mapping[str, Any]:
    """Publish the sheet of a job; safe to do twice, because a sheet is published once."""
    facts = work.job.facts
    async with work.session() as session:
        everybody = await identity.people(session)
        by = next((person for person in everybody if person.id == work.job.started_by), None)
        if by is None:
            raise NotSignedIn
        made = await service.publish(
            session,
            facts["sheet"],
            facts["readers"],
            by=by,
            at=datetime.now(UTC),
            data=settings.read().data,
        )
    return {"publication": made.id, "period": made.period, "number": made.number, "next": "/publish"}
