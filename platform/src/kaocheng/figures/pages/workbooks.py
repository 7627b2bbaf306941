"""A workbook on its way in: dropped, understood, looked over, agreed to or discarded; and blank ones."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from kaocheng.db.session import TenantSession
from kaocheng.errors import Problem
from kaocheng.figures import expected, jobs, naming, previewing, queries, reading, service, storing
from kaocheng.figures.domain import NoSuchWorkbook, Value, Workbook
from kaocheng.figures.pages.words import shown
from kaocheng.figures.previewing import Preview
from kaocheng.figures.reading import Finding
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Person, Role, allows
from kaocheng.packs.shelf import TenantShelf
from kaocheng.pages import Ask, Page, answer, form, go, may, render
from kaocheng.pages.excel import XLSX
from kaocheng.tenancy import queries as tenancy


@dataclass(frozen=True, slots=True)
class Said:
    """A finding as the kit shows one."""

    severity: str
    place: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One list's rows, or all bonuses, deductions and vetoes, as a table."""

    label: str
    fields: Sequence[str]
    rows: Sequence[tuple[str, str, Sequence[str]]]


class WorkbookPages(Controller):
    """From a file to figures, nothing stored before somebody agrees."""

    path = "/figures"
    guards = (may(Permission.FILE_FIGURES, Permission.READ_FIGURES),)

    @get("/import", guards=[may(Permission.IMPORT_FIGURES)])
    async def choose(self, request: Ask, session: NamedDependency[TenantSession]) -> Page:
        """Where a file is dropped; which form and period it is, is seen from it."""
        return await _choose(request, session)

    @post("/import", guards=[may(Permission.IMPORT_FIGURES)])
    async def drop(
        self,
        request: Ask,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        shelf: NamedDependency[TenantShelf],
    ) -> Page:
        """Read the file and show what was understood; a large one as a job."""
        handed_in = await form(request, "file", "form", "period")
        upload = handed_in.upload("file", required=_("文件"))
        at = datetime.now(UTC)
        wanted = {"form": handed_in.text("form") or None, "period": handed_in.text("period") or None}
        if jobs.is_long(upload.content):
            job = await jobs.start(session, upload.name, upload.content, **wanted, by=person, at=at)
            return go(request, f"/jobs/{job}")
        try:
            seen = await service.preview(
                session,
                upload.name,
                upload.content,
                **wanted,
                by=person,
                at=at,
                shelf=shelf,
            )
        except Problem as problem:
            return await _choose(request, session, mistake=str(problem), chosen=wanted, status=422)
        before = _("这个文件以前已经存入,没有重复存") if seen.already else ""
        return go(request, f"/figures/workbooks/{seen.workbook_id}", before)

    @get("/workbooks/{id:int}")
    async def workbook(
        self,
        request: Ask,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        id: FromPath[int],
    ) -> Page:
        """What was understood, what it would change, and everything there is to say about it."""
        book, kept = await _readable(session, person, id, values=True)
        seen = previewing.from_json(kept)
        open_, stored = book.state == "previewed", book.state == "stored"
        importing = allows(person, Permission.IMPORT_FIGURES)
        return render(
            request,
            "figures/workbook.html",
            book=book,
            seen=seen,
            changes=await storing.count(session, book) if open_ and not seen.errors else None,
            since=(await storing.count(session, book)).written if stored and importing else 0,
            errors=_said(seen.errors),
            conversions=_said(seen.conversions),
            doubts=_said(seen.doubts),
            sheets=_sheets(seen),
            units=await _unit_labels(session),
            lists=await _lists(session, seen),
            can_agree=open_ and importing,
        )

    @post("/workbooks/{id:int}/agree", guards=[may(Permission.IMPORT_FIGURES)])
    async def agree(
        self,
        request: Ask,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        shelf: NamedDependency[TenantShelf],
        id: FromPath[int],
    ) -> Page:
        """Store all of it; the conversions are agreed to by the same press, which lists them."""
        handed_in = await form(request, "conversions", "again")
        stored = await service.agree(
            session,
            id,
            by=person,
            at=datetime.now(UTC),
            accept_conversions=handed_in.text("conversions") == "agreed",
            again=handed_in.text("again") == "agreed",
            shelf=shelf,
        )
        facts = {"new": stored.new, "changed": stored.changed, "withdrawn": stored.withdrawn}
        said = _(
            "已存入:新 {new} 个,改 {changed} 个,撤回 {withdrawn} 个,未变 {unchanged} 个;等待核验",
            **facts,
            unchanged=stored.unchanged,
        )
        if not any(facts.values()):
            said = _("已存入;内容与已有的相同,没有要改的")
        if previewing.from_json((await queries.workbook(session, id))[1]).stated:
            said = _("方案已按本表出一版新草案,冻结之前请核对")
        if stored.again:
            said = _("这个文件以前已经存入,没有重复存")
        return go(request, f"/figures/workbooks/{id}", said)

    @post("/workbooks/{id:int}/discard", guards=[may(Permission.IMPORT_FIGURES)])
    async def discard(
        self,
        request: Ask,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        id: FromPath[int],
    ) -> Page:
        """Decide against it."""
        await form(request)
        await service.discard(session, id, by=person, at=datetime.now(UTC))
        return go(request, "/figures/import", _("已放弃,一个数也没有存"))

    @get("/workbooks/{id:int}/original.xlsx")
    async def original(
        self, session: NamedDependency[TenantSession], person: NamedDependency[Person], id: FromPath[int]
    ) -> Page:
        """The file as it was handed in."""
        book, _kept = await _readable(session, person, id)
        return answer(await queries.content(session, id), book.name, XLSX)

    @get("/workbooks/{id:int}/returned.xlsx")
    async def returned(
        self, session: NamedDependency[TenantSession], person: NamedDependency[Person], id: FromPath[int]
    ) -> Page:
        """The file with a comment in every cell there is something to say about."""
        book, kept = await _readable(session, person, id)
        content = await queries.content(session, id)
        findings = previewing.from_json(kept).findings
        marked = await asyncio.to_thread(reading.returned, content, book.name, findings)
        return answer(marked, _("批注-{name}", name=book.name), XLSX)

    @get("/templates")
    async def templates(
        self, request: Ask, session: NamedDependency[TenantSession], person: NamedDependency[Person]
    ) -> Page:
        """Every form there is, to be downloaded blank; for a collector those in which he has columns."""
        words = await naming.names(session)
        forms = [
            form
            for form in await tenancy.forms(session)
            if reading.fills_in(words, words.form(form.code), _collector(person))
        ]
        return render(request, "figures/templates.html", forms=forms, units=await _unit_labels(session))

    @get("/templates/{code:str}/blank.xlsx")
    async def template(
        self, session: NamedDependency[TenantSession], person: NamedDependency[Person], code: FromPath[str]
    ) -> Page:
        """One form, blank; for a collector with his own columns only."""
        words = await naming.names(session)
        wanted = words.form(code)
        blank = await asyncio.to_thread(reading.blank, words, wanted, _collector(person))
        return answer(blank, _("{label}-空白表.xlsx", label=wanted.label or wanted.code), XLSX)


def _collector(person: Person) -> str:
    """Whose columns alone this person's blank forms have; empty for everybody's."""
    return person.unit_label if Role.OFFICE not in person.roles and Role.COLLECTOR in person.roles else ""


async def _choose(
    request: Ask,
    session: TenantSession,
    *,
    mistake: str = "",
    chosen: Mapping[str, str | None] | None = None,
    status: int = 200,
) -> Page:
    return render(
        request,
        "figures/import.html",
        status=status,
        forms=await tenancy.forms(session),
        periods=await expected.scheme_periods(session),
        waiting=await queries.handed_in(session, state="previewed"),
        chosen=chosen or {"form": None, "period": None},
        mistake=mistake,
    )


async def _readable(
    session: TenantSession, person: Person, id: int, *, values: bool = False
) -> tuple[Workbook, Mapping[str, Any]]:
    book, kept = await queries.workbook(session, id, values=values)
    if book.filed_by != person.id and not allows(person, Permission.READ_FIGURES):
        raise NoSuchWorkbook(id)
    return book, kept


async def _unit_labels(session: TenantSession) -> Mapping[str, str]:
    return {unit.code: unit.label for unit in await tenancy.units(session)}


def _said(findings: Sequence[Finding]) -> list[Said]:
    return [Said(f.kind, f"{f.sheet}!{f.cell}" if f.cell else f.sheet, f.what, f.remedy) for f in findings]


def _sheets(seen: Preview) -> list[Mapping[str, Any]]:
    """Each sheet as it stands in the file: rows of units, columns of indicators, what was found where."""
    values = {value.cell: value.value for value in seen.values}
    kinds: dict[str, str] = {}
    for finding in sorted(seen.findings, key=lambda f: ("doubt", "conversion", "error").index(f.kind)):
        kinds[f"{finding.sheet}!{finding.cell}"] = finding.kind
    return [
        {
            **sheet,
            "cells": [
                (
                    name,
                    [
                        _cell(values, kinds, f"{sheet['sheet']}!{column['column']}{row}")
                        for column in sheet["columns"]
                    ],
                )
                for row, name in sheet["rows"]
            ],
        }
        for sheet in seen.understood
    ]


def _cell(values: Mapping[str, Value], kinds: Mapping[str, str], cell: str) -> tuple[str, str, str]:
    value = values.get(cell)
    return cell.rpartition("!")[2], shown(value) if value else "", kinds.get(cell, "")


async def _lists(session: TenantSession, seen: Preview) -> list[Listed]:
    """Rows of lists as a table each, claims of every kind in one: the unit, what, and its fields by name."""
    known = await queries.indicators(session)
    units = {int(u.id): u.label for u in await tenancy.units(session)}
    found: dict[str, dict[tuple[str, str], dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for value in seen.values:
        indicator = known.get(value.key.indicator_id)
        if indicator is not None and indicator.of in ("row", "claim"):
            label, _dot, field = indicator.label.rpartition("·")
            what = value.key.series if indicator.of == "row" else f"{label} {value.key.series}"
            row = found[label if indicator.of == "row" else ""][units.get(value.key.unit_id, ""), what]
            row[field] = shown(value.value)
    return [
        Listed(
            label,
            fields := list(dict.fromkeys(field for row in rows.values() for field in row)),
            [(unit, what, [row.get(field, "") for field in fields]) for (unit, what), row in rows.items()],
        )
        for label, rows in found.items()
    ]
