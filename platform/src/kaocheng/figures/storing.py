"""What a set of values changes, decided and stored by the database beside what stands.

One statement unpacks the values from where a preview keeps them, compares them with the standing ones and
writes the revisions that makes necessary: ten thousand values never come back here.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from kaocheng.db.session import TenantSession
from kaocheng.figures import queries
from kaocheng.figures.brought import Brought
from kaocheng.figures.domain import Workbook

# Where the values are: kept with a workbook's preview, or sent along.
_PREVIEWED = "select preview -> 'values' as v from workbook where tenant_id = $1 and id = $4::int"
_SENT = "select $4::text::jsonb as v"
# A value that is what it was makes no revision — unless that one was returned and is now insisted on.
# Rows of lists and claims that the form had brought and its new file no longer has are taken back; a row
# belongs to the form that brought any of its fields, so a date typed in later goes with its row.
#
# The full join is there for its own sake, and because it cannot be done as a loop within a loop, which is
# what a planner takes who knows nothing of how many values were sent.
_DECIDED = """
with kept as materialized ({source}),
columns as materialized (
  select ('{{' || (v ->> 'period') || '}}')::text[] as period,
         ('{{' || (v ->> 'unit_id') || '}}')::int[] as unit_id,
         ('{{' || (v ->> 'indicator_id') || '}}')::int[] as indicator_id,
         ('{{' || (v ->> 'series') || '}}')::text[] as series,
         ('{{' || (v ->> 'kind') || '}}')::smallint[] as kind,
         ('{{' || (v ->> 'written') || '}}')::text[] as written,
         ('{{' || (v ->> 'cell') || '}}')::text[] as cell,
         ('{{' || (v ->> 'doubts') || '}}')::text[] as doubts
  from kept
),
given as materialized (
  select *, case when kind = 0 then written::numeric end as value,
         case when kind = 1 then written::date end as day, case when kind = 3 then written end as word
  from (
    select coalesce(n.period, c.period[1]) as period, coalesce(n.unit_id, c.unit_id[1]) as unit_id,
           coalesce(n.indicator_id, c.indicator_id[1]) as indicator_id,
           coalesce(n.series, c.series[1]) as series, coalesce(n.kind, c.kind[1]) as kind,
           coalesce(n.written, c.written[1]) as written, coalesce(n.cell, c.cell[1]) as cell,
           coalesce(n.doubts, c.doubts[1]) as doubts
    from columns c,
         unnest(c.period, c.unit_id, c.indicator_id, c.series, c.kind, c.written, c.cell, c.doubts)
           as n (period, unit_id, indicator_id, series, kind, written, cell, doubts)
  ) each_row
),
standing as materialized (
  select distinct on (tenant_id, period, unit_id, indicator_id, series)
         period, unit_id, indicator_id, series, revision, kind, value, day, word
  from figure where tenant_id = $1 and period = any($2::text[])
  order by tenant_id desc, period desc, unit_id desc, indicator_id desc, series desc, revision desc
),
returned as materialized (
  select period, unit_id, indicator_id, series, revision from (
    select distinct on (tenant_id, period, unit_id, indicator_id, series, revision) *
    from vouching where tenant_id = $1 and period = any($2)
    order by tenant_id, period, unit_id, indicator_id, series, revision, turn desc
  ) latest where outcome = 'returned'
),
beside as materialized (
  select period, unit_id, indicator_id, series, g.kind, g.value, g.day, g.word, g.written, g.cell, g.doubts,
         s.revision, coalesce(s.kind, 4) as before,
         coalesce(
           (s.kind, s.value, s.day, s.word) is not distinct from (g.kind, g.value, g.day, g.word)
           and (period, unit_id, indicator_id, series, s.revision) not in (select * from returned), false
         ) as same
  from given g full join standing s using (period, unit_id, indicator_id, series)
),
listing as materialized (
  select id, of, code from indicator where tenant_id = $1 and of in ('row', 'claim')
),
earlier as materialized (
  select g.id, g.indicator_id from filing g
  join listing i on i.id = g.indicator_id
  join workbook w on w.tenant_id = g.tenant_id and w.id = g.workbook_id
  where g.tenant_id = $1 and w.form = $3::text and $3 <> ''
),
listed as (
  select b.*, bool_or((b.revision, b.indicator_id) in (select * from earlier))
           over (partition by b.period, b.unit_id, i.of, i.code, b.series) as brought_by_form
  from beside b join listing i on i.id = b.indicator_id
  where exists (select from earlier)
),
steps as not materialized (
  select period, unit_id, indicator_id, series, kind, value, day, word, written, cell, doubts, before
  from beside where written is not null and not same
  union all
  select period, unit_id, indicator_id, series, 4, null, null, null, '', '', '[]', before
  from listed where brought_by_form and written is null and before <> 4
)
"""
_COUNTED = """
select count(*) filter (where kind <> 4 and before = 4) as new,
       count(*) filter (where kind <> 4 and before <> 4) as changed,
       count(*) filter (where kind = 4) as withdrawn,
       (select count(*) from given) - count(*) filter (where kind <> 4) as unchanged,
       count(*) filter (where doubts <> '[]') as doubts
"""
_COUNT = _DECIDED + _COUNTED + "from steps"
# A filing's number is drawn only if there is something to file, so that numbers have no gaps.  No two writers
# ever have the same filing, so nothing is looked for that might be there before: on ten thousand figures ON
# CONFLICT takes as long as writing them.  (A sharded database, which asks for it, refuses to write in WITH.)
_STORE = (
    _DECIDED
    + """,
number as (
  insert into counter (tenant_id, name, last) select $1, 'filing', 1 where exists (select from steps)
  on conflict (tenant_id, name) do update set last = counter.last + 1
  returning last as filing
),
filed as (
  insert into filing (tenant_id, id, indicator_id, filed_by, filed_at, workbook_id)
  select $1, filing, indicator_id, $5, $6, $7
  from number, (select distinct indicator_id from steps) brought
  returning indicator_id
),
figures as (
  insert into figure (tenant_id, period, unit_id, indicator_id, series, revision, kind, value, day, word,
                      cell, doubts)
  select $1, period, unit_id, indicator_id, series, filing, kind, value, day, word, nullif(cell, ''),
         case when doubts = '[]' then '[]' else doubts::jsonb end
  from steps, number
)
"""
    + _COUNTED
    + """,
       (select filing from number) as filing,
       (select array_agg(indicator_id) from filed) as indicators,
       encode(sha256(convert_to(coalesce(string_agg(
         period || '~' || unit_id || '~' || indicator_id || '~' || series || '~' || written, E'\n'
         order by unit_id, indicator_id, series collate "C", period collate "C"
       ), ''), 'UTF8')), 'hex') as digest
from steps
"""
)


class Counts(NamedTuple):
    """How many values are new, replace another (or insist on it), are taken back, are what they were."""

    new: int
    changed: int
    withdrawn: int
    unchanged: int
    doubts: int  # new revisions a verifier should look at

    @property
    def written(self) -> int:
        """How many new revisions that makes."""
        return self.new + self.changed + self.withdrawn


class Filing(NamedTuple):
    """What was stored: under which number (None if nothing), of which indicators, and the values' digest."""

    counts: Counts
    number: int | None
    indicators: frozenset[int]
    digest: str


async def count(session: TenantSession, book: Workbook) -> Counts:
    """What storing a previewed workbook would change now."""
    connection = await session.raw()
    found = await connection.fetchrow(
        _COUNT.format(source=_PREVIEWED), int(session.tenant), [book.period], book.form, book.id
    )
    assert found is not None
    return Counts(*found)


async def store(
    session: TenantSession,
    values: Workbook | Brought,
    periods: Sequence[str],
    *,
    by: int,
    at: datetime,
) -> Filing:
    """Write the revisions that *values* make necessary, all by one statement, under the periods' lock."""
    await queries.hold(session, periods)
    connection = await session.raw()
    asked = (int(session.tenant), list(periods))
    if isinstance(values, Workbook):
        statement = _STORE.format(source=_PREVIEWED)
        found = await connection.fetchrow(statement, *asked, values.form, values.id, by, at, values.id)
    else:
        sent = json.dumps(values.as_json(), ensure_ascii=False)
        found = await connection.fetchrow(_STORE.format(source=_SENT), *asked, "", sent, by, at, None)
    assert found is not None
    return Filing(Counts(*found[:5]), found["filing"], frozenset(found["indicators"] or ()), found["digest"])
