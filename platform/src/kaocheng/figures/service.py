"""The verbs by which figures come in: preview a workbook, agree to it, discard it, type a value."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from kaocheng import record
from kaocheng.db.session import TenantSession, next_number
from kaocheng.errors import Problem
from kaocheng.figures import previewing, queries, storing, supplying
from kaocheng.figures.brought import Brought
from kaocheng.figures.domain import (
    AlreadyStored,
    ConversionsOpen,
    Discarded,
    ErrorsRemain,
    Indicator,
    Key,
    NewValue,
    NoSuchFigure,
    NoSuchWorkbook,
    NotAValue,
    NotFiled,
    NotYoursToFile,
    Stored,
    Workbook,
)
from kaocheng.figures.expected import EVERYTHING
from kaocheng.figures.overtaking import overtaken
from kaocheng.figures.previewing import Preview
from kaocheng.figures.quiet import no_search
from kaocheng.figures.reading.guard import within_size
from kaocheng.figures.remit import remit
from kaocheng.figures.tables import workbook as workbooks
from kaocheng.identity.domain import Permission, Person, Role, require
from kaocheng.packs.shelf import TenantShelf
from kaocheng.tenancy import queries as tenancy


class Typed(NamedTuple):
    """One value as a person typed it into a form; *unit_id*, *indicator_id* and *series* say of what.

    *seen* is the revision he was shown beside the field, 0 for none; without it nobody asks what he saw.
    """

    period: str
    unit_id: int
    indicator_id: int
    series: str
    written: str
    seen: int | None = None

    @property
    def key(self) -> Key:
        return Key(self.period, self.unit_id, self.indicator_id, self.series)


async def look(
    session: TenantSession,
    name: str,
    content: bytes,
    *,
    form: str | None = None,
    period: str | None = None,
    collector: str = "",
    shelf: TenantShelf | None = None,
) -> Preview:
    """Read a workbook and say what it would change; nothing at all is kept."""
    return await previewing.read(
        session, name, content, form=form, period=period, collector=collector, shelf=shelf
    )


async def preview(
    session: TenantSession,
    name: str,
    content: bytes,
    *,
    form: str | None = None,
    period: str | None = None,
    by: Person,
    at: datetime,
    shelf: TenantShelf | None = None,
) -> Preview:
    """Read a workbook and keep the file with what was understood, to be agreed to; no value is stored.

    Raises:
        NotYoursToFile: it holds figures that somebody else collects.
    """
    require(by, Permission.IMPORT_FIGURES)
    collector = "" if _for_all(by) else by.unit_label
    with no_search():
        seen = await look(session, name, content, form=form, period=period, collector=collector, shelf=shelf)
        if not _for_all(by):
            await _yours(session, by, (value.key for value in seen.values))
        return await _kept(session, seen, content, by, at)


async def agree(
    session: TenantSession,
    workbook_id: int,
    *,
    by: Person,
    at: datetime,
    accept_conversions: bool = False,
    again: bool = False,
    shelf: TenantShelf | None = None,
) -> Stored:
    """Store everything a previewed workbook holds, or nothing; a second time changes nothing.

    *again* goes back to a workbook that was stored before: what was changed or sent back since becomes
    its values once more, as new revisions.

    Raises:
        NoSuchWorkbook: there is none of that number, or it is somebody else's.
        ErrorsRemain: the preview found errors.
        ConversionsOpen: values were straightened and nobody agreed to that.
        Discarded: somebody decided against it.
        NotYoursToFile: it holds figures that somebody else collects.
        FrozenPoints, SchemeMoved, SchemeRefused: the scheme changed since it was previewed.
    """
    require(by, Permission.IMPORT_FIGURES)
    book, kept = await queries.workbook(session, workbook_id, lock=True, values=not _for_all(by))
    _may_touch(book, by)
    seen = previewing.from_json(kept)
    if book.state == "stored" and not again:
        return await _stored_before(session, book)
    stored = await _agree(session, book, seen, by, at, accept_conversions)
    if seen.stated and book.state != "stored":
        await supplying.supply(session, seen.stated, book, by=by, at=at, shelf=shelf)
    return stored


async def _stored_before(session: TenantSession, book: Workbook) -> Stored:
    """Nothing is done twice; what going back to it would change is only counted."""
    now = await storing.count(session, book)
    return Stored(
        workbook_id=book.id,
        form=book.form,
        period=book.period,
        digest=book.digest,
        unchanged=now.unchanged,
        again=True,
        since=now.written,
    )


async def _agree(
    session: TenantSession,
    book: Workbook,
    seen: Preview,
    by: Person,
    at: datetime,
    accept_conversions: bool,
) -> Stored:
    if book.state == "discarded":
        raise Discarded(book.name)
    if seen.errors:
        raise ErrorsRemain(book.name, len(seen.errors), previewing.sentence(seen.errors[0]))
    if seen.conversions and not accept_conversions and book.state != "stored":
        raise ConversionsOpen(book.name, len(seen.conversions))
    if not _for_all(by):
        await _yours(session, by, (value.key for value in seen.values))
    await _mark(session, book.id, "stored", by, at)
    return await _store(session, book, [book.period] if book.period else [], by, at)


async def discard(session: TenantSession, workbook_id: int, *, by: Person, at: datetime) -> None:
    """Decide against a previewed workbook.

    Raises:
        NoSuchWorkbook: there is none of that number, or it is somebody else's.
        AlreadyStored: its values are in; they can be superseded, not taken back.
    """
    require(by, Permission.IMPORT_FIGURES)
    book, _kept_before = await queries.workbook(session, workbook_id, lock=True)
    _may_touch(book, by)
    if book.state == "stored":
        raise AlreadyStored(book.name)
    await _mark(session, book.id, "discarded", by, at)
    await record.write(session, "workbook.discarded", by.id, {"workbook": book.id, "digest": book.digest}, at)


async def file(
    session: TenantSession,
    typed: Sequence[Typed],
    *,
    by: Person,
    at: datetime,
    shelf: TenantShelf | None = None,
) -> Stored:
    """Keep values typed into a form, all or none, by the same grammar as a workbook's.

    What somebody else filed meanwhile is not written over unseen.

    Raises:
        NotFiled: something typed is no value of its indicator; says which and why.
        NotYoursToFile: somebody else reports one of them.
        NoSuchFigure: there is no such unit or indicator in this tenant.
    """
    require(by, Permission.FILE_FIGURES)
    await _yours(session, by, [one.key for one in typed])
    known = await queries.indicators(session)
    values: list[NewValue] = []
    mistakes: dict[Key, str] = {}
    for one in typed:
        try:
            values.append(NewValue(key=one.key, value=known[one.indicator_id].read(one.written)))
        except Problem as problem:
            mistakes[one.key] = _mistake(known[one.indicator_id], one.written, problem)
    shown = {one.key: one.seen for one in typed if one.seen is not None}
    mistakes |= await overtaken(session, shown, {value.key: value.value for value in values})
    if mistakes:
        raise NotFiled(mistakes)
    brought = Brought.of(await previewing.doubted(session, values, shelf))
    return await _store(session, brought, list({value.key.period for value in values}), by, at)


async def _store(
    session: TenantSession, values: Workbook | Brought, periods: Sequence[str], by: Person, at: datetime
) -> Stored:
    """Write the revisions *values* make necessary, and one entry in the record, under the periods' lock."""
    filing = await storing.store(session, values, periods, by=by.id, at=at)
    book = values if isinstance(values, Workbook) else None
    stored = Stored(
        workbook_id=book.id if book else None,
        form=book.form if book else "",
        period=book.period if book else " ".join(sorted(periods)),
        digest=book.digest if book else "",
        **filing.counts._asdict(),
    )
    known = await queries.indicators(session)
    await record.write(session, "figures.filed", by.id, _facts(stored, filing, known, by), at)
    return stored


def _facts(
    stored: Stored, filing: storing.Filing, known: Mapping[int, Indicator], by: Person
) -> dict[str, record.Fact]:
    """Counts, the file, for whom it was done, and a digest that names every figure with its new value."""
    acting_for = sorted({known[indicator].collector for indicator in filing.indicators} - {""})
    return {
        "filing": filing.number,
        "workbook": stored.workbook_id,
        "digest": stored.digest,
        "form": stored.form,
        "period": stored.period,
        "new": stored.new,
        "changed": stored.changed,
        "withdrawn": stored.withdrawn,
        "unchanged": stored.unchanged,
        "figures": filing.digest,
        # Who did it is the entry's own; whose work it is stands here, so that acting for somebody shows.
        "for": [collector for collector in acting_for if collector != by.unit_label],
    }


async def keep_unread(session: TenantSession, name: str, content: bytes, *, by: Person, at: datetime) -> int:
    """Keep a file whose form and period nobody knows yet; the number it waits under to be read."""
    require(by, Permission.IMPORT_FIGURES)
    within_size(content, name)
    digest = hashlib.sha256(content).hexdigest()
    unread = Preview(
        name=name,
        digest=digest,
        form="",
        form_label="",
        kind="",
        period="",
        understood=(),
        values=Brought(),
        findings=(),
    )
    known = await queries.same_file(session, digest, "", "")
    return await _keep(session, unread, content, by, at, known=known)


async def drop_unread(session: TenantSession, workbook_id: int) -> None:
    """The file has been read and is kept under its form and period: it no longer waits as unread."""
    await session.execute(
        update(workbooks)
        .where(workbooks.c.tenant_id == session.tenant, workbooks.c.id == workbook_id, workbooks.c.form == "")
        .values(state="discarded")
    )


async def _kept(session: TenantSession, seen: Preview, content: bytes, by: Person, at: datetime) -> Preview:
    """The preview with its workbook's number; the same bytes, form and period are one workbook."""
    same = await queries.same_file(session, seen.digest, seen.form, seen.period)
    if same is not None and same.state == "stored":
        return seen.kept_as(same.id, already=same)
    return seen.kept_as(await _keep(session, seen, content, by, at, known=same))


async def _keep(
    session: TenantSession,
    seen: Preview,
    content: bytes,
    by: Person,
    at: datetime,
    *,
    known: Workbook | None = None,
) -> int:
    """Write the workbook down as previewed, over itself if it is *known* already."""
    number = known.id if known else await next_number(session, "workbook")
    row = {
        "tenant_id": session.tenant,
        "id": number,
        "form": seen.form,
        "period": seen.period,
        "name": seen.name,
        "digest": seen.digest,
        "size": len(content),
        "content": content,
        "state": "previewed",
        "preview": seen.as_json(),
        "filed_by": by.id,
        "filed_at": at,
    }
    kept = insert(workbooks).values(row)
    one = kept.on_conflict_do_update(
        index_elements=["tenant_id", "digest", "form", "period"],
        # By the row as it was sent: ten thousand values need not come a second time.
        set_={key: kept.excluded[key] for key in ("name", "state", "preview", "filed_by", "filed_at")},
        where=workbooks.c.state != "stored",
    ).returning(workbooks.c.id)
    id = await session.scalar(one)
    if id is None:  # stored by somebody else this very moment
        same = await queries.same_file(session, seen.digest, seen.form, seen.period)
        return same.id if same else number
    return int(id)


async def _mark(session: TenantSession, id: int, state: str, by: Person, at: datetime) -> None:
    await session.execute(
        update(workbooks)
        .where(workbooks.c.tenant_id == session.tenant, workbooks.c.id == id)
        .values(state=state, filed_by=by.id, filed_at=at)
    )


def _may_touch(book: Workbook, by: Person) -> None:
    if book.filed_by != by.id and not _for_all(by):
        raise NoSuchWorkbook(book.id)


def _for_all(by: Person) -> bool:
    """The office may act for every collector; the record then says for whom."""
    return Role.OFFICE in by.roles


async def _yours(session: TenantSession, by: Person, keys: Iterable[Key]) -> None:
    """Everything in *keys* exists here and is this person's to report."""
    known = await queries.indicators(session)
    units = await queries.units(session)
    yours = EVERYTHING if _for_all(by) else await remit(session, by)
    for key in keys:
        indicator = known.get(key.indicator_id)
        if indicator is None or key.unit_id not in units:
            raise NoSuchFigure
        if not yours.covers(key.unit_id, indicator):
            named = {int(unit.id): unit.label for unit in await tenancy.units(session)}
            raise NotYoursToFile(indicator.label, indicator.collector, named.get(key.unit_id, ""))


def _mistake(indicator: Indicator, written: str, problem: Problem) -> str:
    return str(
        problem if isinstance(problem, NotAValue) else NotAValue(indicator.label, written, str(problem))
    )
