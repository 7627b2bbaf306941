"""Questions to the inbox: what came, what was in it, and how subordinates compare."""

import json
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, insert, select

from kaocheng.db.session import TenantSession
from kaocheng.rollup.domain import NoSuchBundle, Received, Result, Summary, Verdict
from kaocheng.rollup.tables import inbox
from kaocheng.tenancy.tables import reports_to, tenant

_c = inbox.c
_HEAD = (
    _c.id,
    _c.sender,
    _c.sender_name,
    _c.period,
    _c.scheme,
    _c.digest,
    _c.verdict,
    _c.reason,
    _c.number,
    _c.published_at,
    _c.received_at,
)
# One pass over one period's results: what each class of each subordinate comes to.  OFFSET keeps the planner
# from writing the rate out wherever it is used: it would be divided three times.
_SUMMARIES = """
with graded as (
  select inbox_id, paper, "group", grade, count(*) as units, count(score) as scored,
         sum(rate) as rates, min(rate) as low, max(rate) as high, min(rank) as best
  from (
    select inbox_id, paper, "group", grade, rank, score, score / "full" as rate
    from inbox_result where inbox_id = any($1) offset 0
  ) rated
  group by inbox_id, paper, "group", grade
)
select inbox_id, paper, "group", sum(units)::int as units, sum(scored)::int as scored,
       sum(rates) as rates, min(low) as low, max(high) as high,
       json_object_agg(grade, units order by best)::text as grades
from graded
group by inbox_id, paper, "group"
order by inbox_id, paper
"""
_KEEP = """
insert into inbox_result (tenant_id, inbox_id, paper, unit, "group", label, score, "full", rank, grade)
select $1, $2, n.paper, n.unit, n.class, n.label, n.score, n.full_marks, n.rank, n.grade
from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::numeric[], $9::int[],
            $10::text[])
  as n (paper, unit, class, label, score, full_marks, rank, grade)
on conflict do nothing
"""


async def received(session: TenantSession) -> Sequence[Received]:
    """Everything in the inbox, the latest first."""
    return await _read(session, select(*_HEAD).order_by(_c.id.desc()))


async def by_id(session: TenantSession, id: int) -> Received:
    """One bundle of the inbox.

    Raises:
        NoSuchBundle: there is none of that number in this tenant.
    """
    found = await _read(session, select(*_HEAD).where(_c.id == id))
    if not found:
        raise NoSuchBundle(id)
    return found[0]


async def same(session: TenantSession, digest: str, verdict: Verdict) -> Received | None:
    """The bundle of these very bytes with this verdict, if it came before."""
    asked = select(*_HEAD).where(_c.digest == digest, _c.verdict == verdict.value)
    return next(iter(await _read(session, asked)), None)


async def subordinates(session: TenantSession) -> Sequence[tuple[str, str]]:
    """Who reports to this tenant, as the operator declared it: code and name."""
    asked = (
        select(tenant.c.code, tenant.c.name)
        .join(reports_to, reports_to.c.lower_id == tenant.c.id)
        .where(reports_to.c.upper_id == session.tenant)
        .order_by(tenant.c.code)
    )
    return [(row.code, row.name) for row in await session.execute(asked)]


async def content(session: TenantSession, id: int) -> bytes:
    """The bundle, byte for byte as it came."""
    stored = await session.scalar(select(_c.bundle).where(_c.id == id))
    if stored is None:
        raise NoSuchBundle(id)
    return bytes(stored)


async def summaries(session: TenantSession, inbox_ids: Sequence[int]) -> dict[int, list[Summary]]:
    """What each class comes to, by bundle."""
    connection = await session.raw()
    found: dict[int, list[Summary]] = defaultdict(list)
    for row in await connection.fetch(_SUMMARIES, list(inbox_ids)):
        grades = json.loads(row["grades"])
        found[row["inbox_id"]].append(
            Summary(
                inbox_id=row["inbox_id"],
                paper=row["paper"],
                group=row["group"],
                units=row["units"],
                scored=row["scored"],
                mean=_share(row["rates"], row["scored"]),
                low=row["low"],
                high=row["high"],
                grades={grade: count for grade, count in grades.items() if grade},
            )
        )
    return found


async def keep(session: TenantSession, it: Received, content: bytes, results: Sequence[Result]) -> None:
    """Keep a bundle verbatim, with the results it is compared by."""
    facts: dict[str, Any] = {column.name: getattr(it, column.name) for column in _HEAD}
    await session.execute(
        insert(inbox).values(
            tenant_id=session.tenant, bundle=content, **{**facts, "verdict": it.verdict.value}
        )
    )
    if results:
        connection = await session.raw()
        await connection.execute(
            _KEEP,
            int(session.tenant),
            it.id,
            [r.paper for r in results],
            [r.unit for r in results],
            [r.group for r in results],
            [r.label for r in results],
            [r.score for r in results],
            [r.full for r in results],
            [r.rank for r in results],
            [r.grade for r in results],
        )


async def _read(session: TenantSession, asked: Select[Any]) -> Sequence[Received]:
    return [
        Received(**{**row._mapping, "verdict": Verdict(row.verdict)}) for row in await session.execute(asked)
    ]


def _share(total: Decimal | None, count: int) -> Decimal | None:
    return None if total is None or not count else total / count
