"""The inbox of the level above: what came, how subordinates compare, each as far as it was published."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.engine import telling
from kaocheng.engine.explain import Explanation
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.run import Run
from kaocheng.engine.sheet import PaperSheet, Sheet
from kaocheng.formats import period as spoken
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Person
from kaocheng.pages import Ask, Page, answer, form, go, here, may, ordered, render
from kaocheng.pages.excel import Column, Table, excel
from kaocheng.rollup import queries, service
from kaocheng.rollup.domain import Comparison, Subordinate, Summary, latest, periods
from kaocheng.scoring.domain import NoSuchClass
from kaocheng.scoring.explaining import rows_of, worked_out
from kaocheng.scoring.service import find_column, find_unit
from kaocheng.standings import keys
from kaocheng.standings.bundle import Bundle
from kaocheng.standings.pages.shared import cells
from kaocheng.standings.portrait import portrait
from kaocheng.standings.reasons import gaps_in_words, in_words, line_in_words, vetoes
from kaocheng.standings.register import heading, register

Line = tuple[Subordinate, Summary | None]
KEYS: Mapping[str, Callable[[Line], Any]] = {
    "name": lambda line: line[0].name,
    "units": lambda line: line[1].units if line[1] else None,
    "mean": lambda line: line[1].mean if line[1] else None,
    "high": lambda line: line[1].high if line[1] else None,
    "low": lambda line: line[1].low if line[1] else None,
    "spread": lambda line: line[1].spread if line[1] else None,
}


class InboxPages(Controller):
    """What subordinates handed up."""

    path = "/inbox"
    guards = (may(Permission.READ_INBOX),)

    @get("/")
    async def inbox(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        period: FromQuery[str] = "",
        sort: FromQuery[str] = "",
    ) -> Page:
        """The subordinates side by side, who is missing, and everything that came."""
        received = await queries.received(session)
        known = periods(received)
        period = period or latest(known)
        comparison = await service.compare(session, period, received)
        return render(
            request,
            "rollup/inbox.html",
            period=period,
            periods=known,
            comparison=comparison,
            lines=ordered(_lines(comparison), sort, KEYS),
            received=received,
            trusted=_trusted(request),
            sort=sort,
        )

    @post("/")
    async def receive(
        self, request: Ask, *, session: NamedDependency[TenantSession], person: NamedDependency[Person]
    ) -> Page:
        """Take in a bundle that somebody brings as a file."""
        upload = (await form(request, "bundle")).upload("bundle", required=_("结果包"))
        it = await service.hand_in(
            session, upload.content, trusted=_trusted(request), by=person, at=datetime.now(UTC)
        )
        if not it.accepted:
            return go(request, "/inbox", _("没有收下“{name}”:{reason}", name=upload.name, reason=it.reason))
        said = _("早已收下,没有重复") if it.again else _("签名有效,重算一致,已收下")
        return go(request, f"/inbox/{it.id}", said)

    @get("/comparison.xlsx")
    async def export(self, *, session: NamedDependency[TenantSession], period: FromQuery[str]) -> Page:
        """The comparison as a workbook."""
        comparison = await service.compare(session, period, await queries.received(session))
        return excel(_("{period}下级结果比较", period=spoken(period)), _table(comparison))

    @get("/{id:int}")
    async def opened(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        id: FromPath[int],
        group: FromQuery[str] = "",
        unit: FromQuery[str] = "",
        column: FromQuery[str] = "",
    ) -> Page:
        """One subordinate's results as it published them."""
        received, opened = await service.opened(session, id)
        paper = _paper(opened.sheet, group)
        shown = register(paper)
        return render(
            request,
            "rollup/opened.html",
            received=received,
            manifest=opened.manifest,
            papers=opened.sheet.papers,
            shown=shown,
            line=line_in_words(shown.line) if shown.line else "",
            gaps=gaps_in_words(paper),
            heading=heading,
            cells=cells,
            telling=telling,
            adjustments=_adjustments(opened.recipe),
            vetoes=vetoes,
            chosen=unit,
            explained=await _explained(opened, unit, column) if unit else None,
        )

    @get("/{id:int}/unit")
    async def unit(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        id: FromPath[int],
        unit: FromQuery[str],
        column: FromQuery[str] = "",
    ) -> Page:
        """One unit of a subordinate, as far as the bundle goes: points and figures, no persons."""
        received, opened = await service.opened(session, id)
        paper, code = find_unit(opened.sheet, unit)
        standing = next((s for s in paper.standings if s.unit == code), None)
        return render(
            request,
            "rollup/unit.html",
            telling=telling,
            adjustments=_adjustments(opened.recipe),
            received=received,
            drawn=portrait(paper, code, rows_of(_run(opened), paper, code)),
            standing=standing,
            reasons=in_words(standing, paper) if standing else (),
            explained=await _explained(opened, code, column) if column else None,
        )

    @get("/{id:int}/bundle")
    async def bundle(self, *, session: NamedDependency[TenantSession], id: FromPath[int]) -> Page:
        """The bundle, byte for byte as it came."""
        received = await queries.by_id(session, id)
        name = f"{received.sender or 'unknown'}-{received.period}-{received.digest[:12]}.kcb"
        return answer(await queries.content(session, id), name, "application/json")


async def _explained(opened: Bundle, unit: str, column: str) -> Explanation:
    paper, code = find_unit(opened.sheet, unit)
    key = find_column(paper, column)
    return await asyncio.to_thread(worked_out, _run(opened), paper, code, paper.column[key])


def _run(opened: Bundle) -> Run:
    return Run(opened.recipe, opened.inputs, opened.manifest.period)


def _adjustments(recipe: Recipe) -> Mapping[str, str]:
    """What bonuses and deductions are called: the words of each entry stay with the county."""
    return {
        code: str(keys.get("label", code))
        for paper in recipe.papers.values()
        for code, keys in paper.table("adjustments").items()
    }


def _trusted(request: Ask) -> service.Trusted:
    return keys.trusted(request.app.state.settings.data, here().tenant_code)


def _paper(sheet: Sheet, group: str) -> PaperSheet:
    try:
        return sheet.paper(group) if group else sheet.papers[0]
    except KeyError:
        raise NoSuchClass(group, tuple(paper.group for paper in sheet.papers)) from None


def _lines(comparison: Comparison) -> list[Line]:
    return [(one, summary) for one in comparison.subordinates for summary in one.classes or (None,)]


def _table(comparison: Comparison) -> Table:
    return Table(
        spoken(comparison.period),
        (
            Column(_("地区")),
            Column(_("类别")),
            Column(_("单位数"), "number", 0),
            Column(_("平均得分率"), "number", 4),
            Column(_("最高得分率"), "number", 4),
            Column(_("最低得分率"), "number", 4),
            Column(_("差距"), "number", 4),
            Column(_("等次")),
            Column(_("方案")),
        ),
        [
            [
                one.name,
                summary.group if summary else None,
                summary.units if summary else None,
                *((summary.mean, summary.high, summary.low, summary.spread) if summary else (None,) * 4),
                _grades(summary) if summary else _("尚未报送"),
                one.received.scheme if one.received else None,
            ]
            for one, summary in _lines(comparison)
        ],
    )


def _grades(summary: Summary) -> str:
    return _("、").join(f"{grade} {count}" for grade, count in summary.grades.items())
