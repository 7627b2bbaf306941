"""Questions of the second pair of eyes: what waits, what changed, what has been scored already."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from kaocheng.db.session import TenantSession
from kaocheng.figures import queries as figures
from kaocheng.figures.domain import Key, Outcome, Value
from kaocheng.figures.expected import series_labels, values_before
from kaocheng.verification.domain import Filter, Judged, Ref, Waiting
from kaocheng.verification.tables import scored_period

# The turn is counted here, in the statement that writes it; the figures' lock keeps it from moving.
_KEEP = """
insert into vouching (tenant_id, period, unit_id, indicator_id, series, revision, turn, outcome,
                      by_person, filed_by, reason, at)
select $1, n.period, n.unit_id, n.indicator_id, n.series, n.revision,
       1 + coalesce((select max(v.turn) from vouching v
            where v.tenant_id = $1 and v.period = n.period and v.unit_id = n.unit_id
              and v.indicator_id = n.indicator_id and v.series = n.series and v.revision = n.revision), 0),
       $2, $3, n.filed_by, $4, $5
from unnest($6::text[], $7::int[], $8::int[], $9::text[], $10::int[], $11::int[])
  as n (period, unit_id, indicator_id, series, revision, filed_by)
on conflict do nothing
"""


async def queue(session: TenantSession, wanted: Filter = Filter()) -> tuple[Waiting, ...]:  # noqa: B008
    """What nobody has looked at yet, in unit order, with what it was before."""
    periods = [wanted.period] if wanted.period else None
    found = [f for f in await figures.current(session, periods, withdrawn=True) if f.outcome is Outcome.FILED]
    if not found:
        return ()
    present = sorted({f.key.period for f in found})
    before = await figures.judged_before(session, present)
    earlier = await _earlier(session, present)
    labels = await series_labels(session)
    waiting = (
        Waiting(
            figure=f,
            before=before.get(f.key),
            earlier=earlier.get(f.key),
            series_label=labels.get((f.indicator.id, f.key.series), f.key.series),
        )
        for f in found
    )
    return tuple(w for w in waiting if wanted.takes(w))


async def judgements(session: TenantSession, key: Key) -> Sequence[tuple[int, str, str, str, datetime]]:
    """Everything said of one figure, the latest first: revision, outcome, who, reason, when."""
    connection = await session.raw()
    rows = await connection.fetch(
        "select v.revision, v.outcome, p.label, v.reason, v.at from vouching v"
        " join person p on p.tenant_id = v.tenant_id and p.id = v.by_person"
        " where v.period = $1 and v.unit_id = $2 and v.indicator_id = $3 and v.series = $4"
        " order by v.revision desc, v.turn desc",
        *key,
    )
    return [(r["revision"], r["outcome"], r["label"], r["reason"], r["at"]) for r in rows]


async def scored_since(session: TenantSession, period: str, at: datetime) -> int | None:
    """The number of the first score sheet made of *period* after *at*, if there is one."""
    c = scored_period.c
    asked = select(c.sheet).where(c.period == period, c.at >= at).order_by(c.at).limit(1)
    found = await session.scalar(asked)
    return int(found) if found is not None else None


async def keep(
    session: TenantSession,
    judged: Mapping[Ref, int],
    outcome: str,
    *,
    by: int,
    at: datetime,
    reason: str,
) -> Judged:
    """Add one judgement of each revision in *judged* (which says who filed it), by one statement."""
    connection = await session.raw()
    refs = list(judged)
    said = await connection.execute(
        _KEEP,
        int(session.tenant),
        outcome,
        by,
        reason,
        at,
        [r.key.period for r in refs],
        [r.key.unit_id for r in refs],
        [r.key.indicator_id for r in refs],
        [r.key.series for r in refs],
        [r.revision for r in refs],
        [judged[r] for r in refs],
    )
    return Judged(count=int(said.rsplit(" ", 1)[-1]))


async def _earlier(session: TenantSession, periods: Sequence[str]) -> dict[Key, Value]:
    """Each figure's value a period before, under the key it has now."""
    found: dict[Key, Value] = {}
    for period in periods:
        found |= await values_before(session, period)
    return found
