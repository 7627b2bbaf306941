"""Questions to what was published: what, to whom, and what is still to be handed over."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from kaocheng.db.session import TenantSession
from kaocheng.identity.tables import person
from kaocheng.schemes.tables import scheme
from kaocheng.scoring import elsewhere
from kaocheng.scoring import queries as scoring
from kaocheng.scoring.elsewhere import Taken
from kaocheng.scoring.tables import score_sheet
from kaocheng.standings.domain import Delivery, NoSuchPublication, Publication
from kaocheng.standings.tables import outbox, publication, reader

_c = publication.c


async def publications(session: TenantSession, period: str | None = None) -> Sequence[Publication]:
    """Everything published, of *period* or at all, the latest first."""
    asked = _publications().order_by(_c.id.desc())
    if period is not None:
        asked = asked.where(_c.period == period)
    return await _read(session, asked)


async def published(session: TenantSession, period: str) -> Publication | None:
    """What counts as published for *period*: the latest."""
    asked = _publications().where(_c.period == period).order_by(_c.id.desc()).limit(1)
    return next(iter(await _read(session, asked)), None)


async def publication_of(session: TenantSession, sheet_id: int) -> Publication | None:
    """The publication of one sheet, if it was published."""
    return next(iter(await _read(session, _publications().where(_c.sheet_id == sheet_id))), None)


async def by_id(session: TenantSession, id: int) -> Publication:
    """One publication.

    Raises:
        NoSuchPublication: there is none of that number in this tenant.
    """
    found = await _read(session, _publications().where(_c.id == id))
    if not found:
        raise NoSuchPublication(id)
    return found[0]


async def bundle(session: TenantSession, id: int) -> bytes:
    """The signed bundle of a publication, byte for byte."""
    stored = await session.scalar(select(_c.bundle).where(_c.id == id))
    if stored is None:
        raise NoSuchPublication(id)
    return bytes(stored)


async def keep(session: TenantSession, made: Publication, bundle: bytes) -> None:
    """Keep a publication, once and for all."""
    await session.execute(
        insert(publication).values(
            tenant_id=session.tenant,
            id=made.id,
            sheet_id=made.sheet_id,
            period=made.period,
            bundle=bundle,
            digest=made.digest,
            key_id=made.key_id,
            published_by=made.published_by,
            published_at=made.published_at,
        )
    )


async def address(
    session: TenantSession, publication_id: int, *, outbox_id: int, reader_id: int, reader_code: str
) -> None:
    """Name one more reader, and put the handing over on the list of what is still to be done."""
    await session.execute(
        insert(reader).values(
            tenant_id=session.tenant, publication_id=publication_id, reader_code=reader_code
        )
    )
    await session.execute(
        insert(outbox).values(
            tenant_id=session.tenant,
            id=outbox_id,
            publication_id=publication_id,
            reader_id=reader_id,
            reader_code=reader_code,
        )
    )


async def waiting(session: TenantSession, id: int) -> tuple[int, int, str, datetime | None]:
    """One entry of the outbox: publication, reader's tenant and code, and when it was delivered."""
    o = outbox.c
    row = (
        await session.execute(
            select(o.publication_id, o.reader_id, o.reader_code, o.delivered_at).where(o.id == id)
        )
    ).one()
    return row.publication_id, row.reader_id, row.reader_code, row.delivered_at


async def undelivered(session: TenantSession) -> Sequence[int]:
    """What is still to be handed over."""
    o = outbox.c
    return (await session.scalars(select(o.id).where(o.delivered_at.is_(None)).order_by(o.id))).all()


async def delivered(session: TenantSession, id: int, *, verdict: str, reason: str, at: datetime) -> None:
    """Note how the handing over went, the first time it did."""
    await session.execute(
        update(outbox)
        .where(outbox.c.id == id, outbox.c.delivered_at.is_(None))
        .values(delivered_at=at, verdict=verdict, reason=reason)
    )


@elsewhere.place(elsewhere.PUBLISHED)
async def of_scheme(session: TenantSession, code: str, period: str) -> Sequence[Taken]:
    """What counts as published for *period* of the tenant's own scheme of that code."""
    asked = _publications().join(
        scheme, (scheme.c.tenant_id == _c.tenant_id) & (scheme.c.id == score_sheet.c.scheme_id)
    )
    asked = asked.where(scheme.c.code == code, _c.period == period).order_by(_c.id.desc()).limit(1)
    row = (await session.execute(asked)).one_or_none()
    if row is None:
        return []
    sheet, origin = await scoring.taken(session, await scoring.head(session, row.sheet_id), code)
    at = row.published_at.isoformat()
    return [Taken(sheet, origin._replace(vouched_by=row.publisher, vouched_at=at))]


def _publications() -> Select[Any]:
    return (
        select(
            _c.id,
            _c.sheet_id,
            _c.period,
            score_sheet.c.number,
            _c.digest,
            _c.key_id,
            _c.published_by,
            person.c.label.label("publisher"),
            _c.published_at,
        )
        .join(score_sheet, (score_sheet.c.tenant_id == _c.tenant_id) & (score_sheet.c.id == _c.sheet_id))
        .join(person, (person.c.tenant_id == _c.tenant_id) & (person.c.id == _c.published_by))
    )


async def _read(session: TenantSession, asked: Select[Any]) -> Sequence[Publication]:
    rows = (await session.execute(asked)).all()
    deliveries = await _deliveries(session, [row.id for row in rows])
    return [Publication(**row._mapping, deliveries=tuple(deliveries[row.id])) for row in rows]


async def _deliveries(session: TenantSession, ids: Sequence[int]) -> dict[int, list[Delivery]]:
    o = outbox.c
    found: dict[int, list[Delivery]] = defaultdict(list)
    if ids:
        asked = (
            select(o.publication_id, o.id, o.reader_code, o.delivered_at, o.verdict, o.reason)
            .where(o.publication_id.in_(ids))
            .order_by(o.id)
        )
        for row in await session.execute(asked):
            facts = dict(row._mapping)
            found[facts.pop("publication_id")].append(Delivery(**facts))
    return found
