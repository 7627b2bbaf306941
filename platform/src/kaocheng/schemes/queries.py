"""Questions about a tenant's schemes: the one in force, every version, and the indicators declared."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert

from kaocheng.db.session import TenantSession, next_number
from kaocheng.engine.periods import NoSuchPeriod, span
from kaocheng.engine.recipe import Recipe
from kaocheng.identity.domain import PersonId
from kaocheng.schemes.domain import Declared, NoScheme, SchemeVersion, State
from kaocheng.schemes.tables import indicator as indicators_table
from kaocheng.schemes.tables import scheme as schemes_table

_c = schemes_table.c


async def in_force(session: TenantSession, year: int | None = None) -> SchemeVersion:
    """The frozen version of *year* (left out: the latest there is), or its draft while none is frozen.

    Raises:
        NoScheme: the tenant has adopted none.
    """
    asked = select(schemes_table).where(_c.state != State.SUPERSEDED)
    if year is not None:
        asked = asked.where(_c.year == year)
    newest = asked.order_by(_c.year.desc(), _c.state == State.DRAFT, _c.version.desc()).limit(1)
    row = (await session.execute(newest)).one_or_none()
    if row is None:
        raise NoScheme(year)
    return _version(row)


async def period_meant(session: TenantSession, written: str) -> str:
    """The period somebody names: as it is written, or by its name in the scheme.

    Raises:
        NoSuchPeriod: it is none.
    """
    try:
        span(written)
    except NoSuchPeriod:
        try:
            named = (await in_force(session)).recipe.period(written)
        except NoScheme:
            named = written
        span(named)
        return named
    return written


async def versions(session: TenantSession, year: int | None = None) -> tuple[SchemeVersion, ...]:
    """Every version of *year*, or of all years, the latest first."""
    asked = select(schemes_table).order_by(_c.year.desc(), _c.version.desc())
    if year is not None:
        asked = asked.where(_c.year == year)
    return tuple(map(_version, await session.execute(asked)))


async def version(session: TenantSession, year: int, number: int) -> SchemeVersion:
    """One version by its year and number.

    Raises:
        NoScheme: there is none.
    """
    asked = select(schemes_table).where(_c.year == year, _c.version == number)
    row = (await session.execute(asked)).one_or_none()
    if row is None:
        raise NoScheme(year, number)
    return _version(row)


async def is_draft(session: TenantSession, id: int) -> bool:
    """Whether the version of this number may still change before the round opens."""
    return bool(await session.scalar(select(_c.state == State.DRAFT).where(_c.id == id)))


async def keep(session: TenantSession, version: Mapping[str, Any]) -> SchemeVersion:
    """Add one version; nothing it says can be changed afterwards."""
    row = {"tenant_id": session.tenant, "id": await next_number(session, "scheme"), **version}
    kept = await session.execute(insert(schemes_table).values(row).returning(schemes_table))
    return _version(kept.one())


async def move(session: TenantSession, id: int, **where_it_stands: Any) -> None:
    """Say where a version stands now: state, reason, frozen by whom and when."""
    await session.execute(schemes_table.update().where(_c.id == id).values(**where_it_stands))


async def keep_indicators(session: TenantSession, declared: Sequence[Declared], *, relabel: bool) -> None:
    """Give each thing declared its number for ever; with *relabel*, its newest name and collector too."""
    known = await session.execute(
        select(indicators_table.c.of, indicators_table.c.code, indicators_table.c.field)
    )
    there = {tuple(row) for row in known}
    fresh = [one for one in declared if one[:3] not in there]
    if fresh:
        first = await next_number(session, "indicator", many=len(fresh))
        rows = [
            {"tenant_id": session.tenant, "id": first + place, **one._asdict()}
            for place, one in enumerate(fresh)
        ]
        await session.execute(insert(indicators_table), rows)
    if relabel:
        await _relabel(session, [one for one in declared if one[:3] in there])


async def _relabel(session: TenantSession, declared: Sequence[Declared]) -> None:
    connection = await session.raw()
    await connection.execute(
        "update indicator i set label = n.label, measure = n.measure, collector = n.collector"
        " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])"
        " as n (of, code, field, label, measure, collector)"
        " where i.of = n.of and i.code = n.code and i.field = n.field"
        " and (i.label, i.measure, i.collector) <> (n.label, n.measure, n.collector)",
        *[[one[place] for one in declared] for place in range(len(Declared._fields))],
    )


async def hold(session: TenantSession) -> None:
    """Let one at a time decide what the tenant's scheme is; released when the transaction ends."""
    connection = await session.raw()
    await connection.execute("select pg_advisory_xact_lock($1, hashtext('schemes'))", int(session.tenant))


@lru_cache(maxsize=32)
def _recipe(stored: bytes) -> Recipe:
    """What is stored never changes, and one import or page asks for it several times."""
    return Recipe.from_bytes(stored)


def _version(row: Row[Any]) -> SchemeVersion:
    return SchemeVersion(
        id=row.id,
        code=row.code,
        name=row.name,
        year=row.year,
        version=row.version,
        text=row.text,
        digest=row.digest,
        recipe=_recipe(row.recipe),
        recipe_digest=row.recipe_digest,
        packs=row.packs,
        state=State(row.state),
        reason=row.reason,
        adopted_by=_person(row.adopted_by),
        adopted_at=row.adopted_at,
        frozen_by=_person(row.frozen_by),
        frozen_at=row.frozen_at,
        basis=row.basis,
    )


def _person(id: int | None) -> PersonId | None:
    return None if id is None else PersonId(id)
