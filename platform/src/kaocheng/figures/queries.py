"""Questions to what was handed in: a period's figures as they stand, one figure's whole life, a workbook."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from kaocheng.db.session import TenantSession
from kaocheng.figures import doubting
from kaocheng.figures.domain import (
    Behind,
    Figure,
    Indicator,
    Key,
    Kind,
    NoSuchFigure,
    NoSuchWorkbook,
    Of,
    Outcome,
    Register,
    Value,
    Workbook,
)
from kaocheng.figures.tables import workbook as workbooks
from kaocheng.identity.tables import person as persons

if TYPE_CHECKING:
    from asyncpg import Record

_KINDS = tuple(Kind)

# One statement reads a period whole: the latest revision of each figure beside the latest thing said of it.
# Whose and from where it is stays a number, to be looked up here: there are few units, people and files to
# ten thousand figures, and a planner without statistics, as after a first import, would go through them all
# for each figure.
#
# The latest revisions are those the key's index meets first when it is read backwards, with nothing to sort;
# what was said of them lies in the same order.  The full join is there for its own sake: a planner without
# statistics, who takes both for a handful, could make a loop within a loop of any other; nor would it stay
# one if the condition after it could not be met by what is missing.
_WANTED = """
  where ($1::text[] is null or period = any($1)) and ($2::int[] is null or unit_id = any($2))
    and ($3::int[] is null or indicator_id = any($3))
  order by tenant_id desc, period desc, unit_id desc, indicator_id desc, series desc, revision desc
"""
_STANDING = f"""
with latest as (
  select distinct on (tenant_id, period, unit_id, indicator_id, series) * from figure {_WANTED}
),
said as (
  select distinct on (tenant_id, period, unit_id, indicator_id, series) * from vouching {_WANTED}, turn desc
)
{{columns}}
from latest f full join said v using (tenant_id, period, unit_id, indicator_id, series, revision)
"""
_COLUMNS = """
select period, unit_id, indicator_id, series, f.revision, f.kind, f.value, f.day, f.word, f.cell,
       nullif(f.doubts, '[]') as doubts, v.outcome, v.by_person, v.at, v.reason
"""
_CURRENT = _STANDING.format(columns=_COLUMNS) + "where coalesce(f.kind, -1) >= 0"
# What a run is frozen from: each value as text, and nothing that is only told to people.
_REGISTER = (
    _STANDING.format(
        columns="""
select period, unit_id, indicator_id, series, revision,
       case f.kind when 0 then trim_scale(f.value)::text when 1 then to_char(f.day, 'YYYY-MM-DD')
                   when 2 then '/' else f.word end as written,
       coalesce(f.cell, '') as cell, v.outcome, v.by_person, v.at
"""
    )
    + "where coalesce(f.kind, 4) <> 4"
)
# Of one figure there are few revisions: each looks up what was said of it.
_SAID = """
left join lateral (
  select outcome, by_person, reason, at from vouching
  where tenant_id = f.tenant_id and period = f.period and unit_id = f.unit_id
    and indicator_id = f.indicator_id and series = f.series and revision = f.revision
  order by turn desc limit 1
) v on true
"""
_HISTORY = f"""
{_COLUMNS} from figure f {_SAID}
where f.period = any($1) and f.unit_id = any($2) and f.indicator_id = $3 and f.series = $4
order by f.revision desc
"""
_FILINGS = "select id, indicator_id, filed_by, filed_at, workbook_id from filing where id = any($1)"
_UNITS = "select id, code, label from unit where id = any($1) order by ordinal, id"
_BOOKS = "select id, name from workbook where id = any($1)"
_PEOPLE = "select id, label from person where id = any($1)"
# The last value that was vouched for, before the revision a verifier now has in front of him.
_JUDGED_BEFORE = """
select distinct on (f.tenant_id, f.period, f.unit_id, f.indicator_id, f.series)
       f.period, f.unit_id, f.indicator_id, f.series, f.kind, f.value, f.day, f.word
from figure f
join vouching v on v.tenant_id = f.tenant_id and v.period = f.period and v.unit_id = f.unit_id
     and v.indicator_id = f.indicator_id and v.series = f.series and v.revision = f.revision
     and v.outcome <> 'undone'
where f.period = any($1)
  and f.revision < (select max(n.revision) from figure n
       where n.tenant_id = f.tenant_id and n.period = f.period and n.unit_id = f.unit_id
         and n.indicator_id = f.indicator_id and n.series = f.series)
order by f.tenant_id, f.period, f.unit_id, f.indicator_id, f.series, f.revision desc
"""
# From each period to the next one, instead of through all that was ever filed.
_PERIODS = """
with recursive filed (period) as (
  select min(period) from figure
  union all
  select (select min(period) from figure where figure.period > filed.period) from filed
  where filed.period is not null
)
select period from filed where period is not null order by period
"""


async def indicators(session: TenantSession) -> Mapping[int, Indicator]:
    """Everything the scheme in force lets anybody hand in, by id."""
    connection = await session.raw()
    rows = await connection.fetch(
        "select id, of, code, field, label, measure, collector from indicator order by id"
    )
    return {row["id"]: _indicator(row) for row in rows}


async def units(session: TenantSession) -> Mapping[int, str]:
    """Every unit's code by its id, everybody's included: what a file's rows are tied to."""
    connection = await session.raw()
    return {row["id"]: row["code"] for row in await connection.fetch("select id, code from unit")}


async def current(
    session: TenantSession,
    periods: Collection[str] | None = None,
    *,
    of: Collection[Of] | None = None,
    units: Collection[int] | None = None,
    withdrawn: bool = False,
) -> tuple[Figure, ...]:
    """The latest revision of every figure of *periods* with the latest thing said of it, in unit order."""
    known = await indicators(session)
    connection = await session.raw()
    wanted = None if of is None else [i.id for i in known.values() if i.of in of]
    rows = await connection.fetch(_CURRENT, _list(periods), _list(units), wanted)
    return await _figures(
        session, rows if withdrawn else [row for row in rows if row["kind"] != Kind.WITHDRAWN]
    )


async def register(session: TenantSession) -> Register:
    """Everything that was handed in as it stands, in no order: what a run is frozen from."""
    connection = await session.raw()
    rows = await connection.fetch(_REGISTER, None, None, None)
    return Register(rows, await _behind(session, rows))


async def vouched(
    session: TenantSession, periods: Collection[str] | None = None, *, of: Collection[Of] | None = None
) -> tuple[Figure, ...]:
    """The figures that count towards a score: the latest revision, where somebody vouched for it."""
    return tuple(f for f in await current(session, periods, of=of) if f.outcome is Outcome.VOUCHED)


async def history(session: TenantSession, key: Key) -> tuple[Figure, ...]:
    """Every revision of one figure, the latest first: who filed it when, from which cell, and what was said.

    Raises:
        NoSuchFigure: nobody in this tenant ever filed it.
    """
    connection = await session.raw()
    rows = await connection.fetch(_HISTORY, [key.period], [key.unit_id], key.indicator_id, key.series)
    if not rows:
        raise NoSuchFigure
    return await _figures(session, rows)


async def judged_before(session: TenantSession, periods: Collection[str]) -> dict[Key, Value]:
    """What each figure was when it was last vouched for or sent back, where it was filed again since."""
    connection = await session.raw()
    rows = await connection.fetch(_JUDGED_BEFORE, list(periods))
    return {_key(row): _value(row) for row in rows}


async def periods(session: TenantSession) -> tuple[str, ...]:
    """The periods anything was filed for, latest last."""
    connection = await session.raw()
    return tuple(row["period"] for row in await connection.fetch(_PERIODS))


async def hold(session: TenantSession, periods: Collection[str]) -> None:
    """Let one writer at a time decide revisions of a period; released when the transaction ends."""
    connection = await session.raw()
    for period in sorted(set(periods)):
        await connection.execute(
            "select pg_advisory_xact_lock($1, hashtext('figures ' || $2))", int(session.tenant), period
        )


async def workbook(
    session: TenantSession, id: int, *, lock: bool = False, values: bool = False
) -> tuple[Workbook, dict[str, Any]]:
    """One workbook and what its preview understood; the values themselves only where they are asked for.

    Raises:
        NoSuchWorkbook: there is none of that number in this tenant.
    """
    preview = workbooks.c.preview if values else workbooks.c.preview.op("-")("values")
    asked = _workbook_columns(type_coerce(preview, JSONB).label("preview")).where(workbooks.c.id == id)
    if lock:
        asked = asked.with_for_update(of=workbooks)
    row = (await session.execute(asked)).one_or_none()
    if row is None:
        raise NoSuchWorkbook(id)
    return _workbook(row), dict(row.preview)


async def content(session: TenantSession, id: int) -> bytes:
    """The bytes of a workbook, as they were handed in."""
    found = await session.scalar(select(workbooks.c.content).where(workbooks.c.id == id))
    if found is None:
        raise NoSuchWorkbook(id)
    return bytes(found)


async def handed_in(session: TenantSession, *, state: str | None = None) -> tuple[Workbook, ...]:
    """The workbooks handed in, the latest first; not those that turned out to be none, or another's bytes."""
    unread = (workbooks.c.form == "") & (workbooks.c.state == "discarded")
    asked = _workbook_columns().where(~unread).order_by(workbooks.c.filed_at.desc(), workbooks.c.id.desc())
    if state:
        asked = asked.where(workbooks.c.state == state)
    return tuple(_workbook(row) for row in await session.execute(asked))


async def same_file(session: TenantSession, digest: str, form: str, period: str) -> Workbook | None:
    """The workbook these very bytes already are, for this form and period."""
    asked = _workbook_columns().where(
        workbooks.c.digest == digest, workbooks.c.form == form, workbooks.c.period == period
    )
    row = (await session.execute(asked)).one_or_none()
    return _workbook(row) if row is not None else None


def _workbook_columns(*more: Any) -> Any:
    c = workbooks.c
    return select(
        c.id,
        c.form,
        c.period,
        c.name,
        c.digest,
        c.size,
        c.state,
        c.filed_by,
        c.filed_at,
        persons.c.label,
        *more,
    ).join(persons, (persons.c.tenant_id == c.tenant_id) & (persons.c.id == c.filed_by))


def _workbook(row: Any) -> Workbook:
    return Workbook(
        id=row.id,
        form=row.form,
        period=row.period,
        name=row.name,
        digest=row.digest,
        size=row.size,
        state=row.state,
        filed_by=row.filed_by,
        filer=row.label,
        filed_at=row.filed_at,
    )


def _indicator(row: "Record") -> Indicator:
    of = Of(row["of"])
    # What is promised is set by the office, whoever collects what is done about it.
    collector = "" if of is Of.TARGET else row["collector"]
    return Indicator(row["id"], of, row["code"], row["field"], row["label"], row["measure"], collector)


def _list(of: Collection[Any] | None) -> list[Any] | None:
    return None if of is None else list(of)


def _key(row: "Record") -> Key:
    return Key(row["period"], row["unit_id"], row["indicator_id"], row["series"])


def _value(row: "Record") -> Value:
    return Value(_KINDS[row["kind"]], row["value"], row["day"], row["word"])


_OUTCOMES = {"vouched": Outcome.VOUCHED, "returned": Outcome.RETURNED}  # what was undone is as good as filed


async def _figures(session: TenantSession, rows: Sequence["Record"]) -> tuple[Figure, ...]:
    """What the rows say, in unit order (revisions of one figure as they come)."""
    if not rows:
        return ()
    behind = await _behind(session, rows)
    ordinal = {unit: place for place, unit in enumerate(behind.units)}
    ordered = sorted(rows, key=lambda row: (row[0], ordinal[row[1]], row[2], len(row[3]), row[3]))
    return tuple(_figure(row, behind) for row in ordered)


async def _behind(session: TenantSession, rows: Sequence["Record"]) -> Behind:
    """Every indicator, and the units, people and files that *rows* name."""
    known = await indicators(session)
    connection = await session.raw()
    filed = await connection.fetch(_FILINGS, list({row["revision"] for row in rows}))
    units = await connection.fetch(_UNITS, list({row["unit_id"] for row in rows}))
    whose = {row["by_person"] for row in rows} | {row["filed_by"] for row in filed}
    people = dict(await connection.fetch(_PEOPLE, list(whose - {None})))
    books = dict(await connection.fetch(_BOOKS, list({row["workbook_id"] for row in filed} - {None})))
    return Behind(
        indicators=known,
        units={id: (code, label) for id, code, label in units},
        people=people,
        filings={
            (id, indicator): (by, people[by], at, book, books.get(book, ""))
            for id, indicator, by, at, book in filed
        },
    )


def _figure(row: "Record", behind: Behind) -> Figure:
    """One row, its columns in their order."""
    period, unit, indicator, series, revision, kind, value, day, word, cell, doubts, *said = row
    outcome, judge, judged_at, reason = said
    code, label = behind.units[unit]
    filed_by, filer, filed_at, workbook, name = behind.filings[revision, indicator]
    return Figure(
        Key(period, unit, indicator, series),
        revision,
        Value(_KINDS[kind], value, day, word),
        behind.indicators[indicator],
        code,
        label,
        filed_by,
        filer,
        filed_at,
        workbook,
        name,
        cell or "",
        tuple(map(doubting.spoken, doubts)) if doubts else (),
        _OUTCOMES.get(outcome, Outcome.FILED),
        judge,
        behind.people.get(judge, ""),
        judged_at,
        reason or "",
    )
