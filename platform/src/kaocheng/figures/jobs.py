"""Reading a large workbook takes seconds: done by the worker, its progress seen by whoever comes back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kaocheng import settings
from kaocheng.db import queue
from kaocheng.db.jobs import JobId
from kaocheng.db.session import TenantSession
from kaocheng.errors import Problem
from kaocheng.figures import queries, service
from kaocheng.figures.shelf import tenants_shelf
from kaocheng.i18n import _
from kaocheng.identity import queries as identity
from kaocheng.identity.domain import NotSignedIn, Permission, Person, require

IMPORT = "figures.import"
LONG = 100_000  # bytes: over ten thousand cells; below that the job would take longer to start than to do


def is_long(content: bytes) -> bool:
    """Whether reading *content* is work for the worker."""
    return len(content) > LONG


async def start(
    session: TenantSession,
    name: str,
    content: bytes,
    *,
    form: str | None,
    period: str | None,
    by: Person,
    at: datetime,
) -> JobId:
    """Keep the file, and have the worker preview it once this transaction commits."""
    require(by, Permission.IMPORT_FIGURES)
    kept = await service.keep_unread(session, name, content, by=by, at=at)
    facts = {"workbook": kept, "name": name, "form": form, "period": period}
    return (await queue.start(session, IMPORT, facts, by=by.id, at=at)).id


@queue.work(IMPORT)
async def preview(work: queue.Work) -> Mapping[str, Any]:
    """Read the file of a job; the same verb as for a small one, and safe to do twice."""
    facts = work.job.facts
    await work.step(0, 2, _("读取《{name}》", name=facts["name"]))
    try:
        async with work.session() as session:
            seen = await _read(session, facts, work.job.started_by)
    except Problem:
        await _drop(work, facts["workbook"])  # nothing of it can be agreed to, so nobody is asked
        raise
    if seen != facts["workbook"]:
        await _drop(work, facts["workbook"])
    await work.step(2, 2)
    return {"workbook": seen, "next": f"/figures/workbooks/{seen}"}


async def _read(session: TenantSession, facts: Mapping[str, Any], started_by: int | None) -> int:
    by = next((person for person in await identity.people(session) if person.id == started_by), None)
    if by is None:
        raise NotSignedIn
    seen = await service.preview(
        session,
        facts["name"],
        await queries.content(session, facts["workbook"]),
        form=facts["form"],
        period=facts["period"],
        by=by,
        at=datetime.now(UTC),
        shelf=await tenants_shelf(session, settings.read().allowed_packs),
    )
    assert seen.workbook_id is not None
    return seen.workbook_id


async def _drop(work: queue.Work, workbook: int) -> None:
    async with work.session() as session:
        await service.drop_unread(session, workbook)
