"""One unit's page: item by item against its class and its half-year; and its score slip (得分单)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.engine import telling
from kaocheng.engine.explain import Explanation
from kaocheng.formats import period as spoken
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Person, allows
from kaocheng.packs.shelf import TenantShelf
from kaocheng.pages import Ask, Page, may, render
from kaocheng.scoring import queries as scoring
from kaocheng.scoring import service as sheets
from kaocheng.standings import service, working
from kaocheng.standings.pages.shared import explained_for, follows
from kaocheng.standings.portrait import Portrait, portrait
from kaocheng.standings.reasons import gaps_in_words, in_words

MEAN = "path://M0,0h2v14h-2z"  # the class's mean, a stroke across the bar


class UnitPages(Controller):
    """What one unit's people want to know."""

    path = "/standings"
    guards = (may(Permission.READ_PUBLISHED, Permission.READ_UNPUBLISHED),)

    @get("/unit")
    async def unit(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        shelf: NamedDependency[TenantShelf],
        period: FromQuery[str],
        unit: FromQuery[str],
        sheet: FromQuery[int | None] = None,
        column: FromQuery[str] = "",
    ) -> Page:
        """One unit: item by item against its class and its half-year, and where the points went."""
        seen = await service.own(session, period, unit, by=person, at=datetime.now(UTC), number=sheet)
        paper, code = sheets.find_unit(seen.row.sheet, unit)
        drawn = portrait(paper, code, (await sheets.rows(session, seen.row, paper, [code]))[code])
        standing = next((s for s in paper.standings if s.unit == code), None)
        losses = await sheets.losses(session, seen.row, paper, code)
        told = await sheets.explain(session, seen.row, code)
        total = told.explanation
        after = await follows(session, shelf, seen, paper)
        compared = seen.ranked and len(paper.units) > 1  # the mean of one unit is the unit
        return render(
            request,
            "standings/unit.html",
            seen=seen,
            drawn=drawn,
            standing=standing if seen.ranked else None,
            reasons=in_words(standing, paper) if standing and seen.ranked else (),
            vetoed=told.vetoed,
            gaps=gaps_in_words(paper, code),
            losses=_ledger(total, losses),
            lost_in_all=telling.lost_in_all(total) if total.losses else "",
            lost=telling.lost_sum(total),
            by_reason=_by_reason(total),
            follows=after.by_unit().get(code, ()),
            explained=await explained_for(session, seen, code if column else "", column),
            compared=compared,
            chart=_chart(drawn, compared=compared),
            working=working,
            may_read_figures=allows(person, Permission.READ_FIGURES),
        )

    @get("/slip")
    async def slip(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        period: FromQuery[str],
        unit: FromQuery[str],
        sheet: FromQuery[int | None] = None,
    ) -> Page:
        """The score slip (得分单) of one unit, to be printed and signed."""
        seen = await service.own(session, period, unit, by=person, at=datetime.now(UTC), number=sheet)
        paper, code = sheets.find_unit(seen.row.sheet, unit)
        standing = next((s for s in paper.standings if s.unit == code), None)
        recipe, _inputs = await scoring.computed_from(session, seen.row)
        return render(
            request,
            "standings/slip.html",
            seen=seen,
            drawn=portrait(paper, code, (await sheets.rows(session, seen.row, paper, [code]))[code]),
            standing=standing if seen.ranked else None,
            reasons=in_words(standing, paper) if standing and seen.ranked else (),
            clauses=recipe.clauses,
            scheme=recipe.keys.get("name") or recipe.code,
        )


@dataclass(frozen=True, slots=True)
class Lost:
    """A line of the table that leads from full marks to the points."""

    label: str
    points: str
    reason: str
    next_step: str


def _ledger(total: Explanation, items: Sequence[Explanation]) -> list[Lost]:
    """Each loss and gain in points of the total, so that they add up; in its own where that has none."""
    if not total.losses:
        return [Lost(it.label, it.lost or "", it.lost_to, it.next_step) for it in items]
    told = {(it.node, it.period): it for it in items}
    lines = []
    for at in telling.by_item(total):
        node = at.key.rpartition("/")[2]
        item = told.get((node, at.period or total.period))
        label = f"{spoken(at.period)} {at.label}" if at.period else at.label
        points = at.printed if at.points > 0 else _("得 {points}", points=at.printed)
        reason = (item.lost_to if item and at.points > 0 else "") or at.why
        lines.append(Lost(label, points, reason, item.next_step if item and at.points > 0 else ""))
    return lines


def _by_reason(total: Explanation) -> list[tuple[str, str]]:
    """How many points of the total went for each reason, the dearest first; what was gained comes last."""
    sums: dict[str, Fraction] = {}
    for loss in total.losses:
        reason = _("四舍五入差额") if loss.kind == "round" else loss.why or loss.label
        sums[reason] = sums.get(reason, Fraction(0)) + Fraction(loss.points)
    dearest = sorted(sums.items(), key=lambda it: -it[1])
    return [
        (reason, telling.near(points) if points > 0 else _("得 {points}", points=telling.near(-points)))
        for reason, points in dearest
        if points
    ]


def _chart(drawn: Portrait, *, compared: bool) -> dict[str, Any]:
    """Bars from zero: the share of full marks, item by item, beside the mean of the class."""
    rated = [item for item in drawn.items if item.rate is not None and not item.row]
    series: list[dict[str, Any]] = [
        {"type": "bar", "name": drawn.label, "data": [_percent(i.rate) for i in rated], "barWidth": 8}
    ]
    if compared:
        means = [_percent(i.mean_rate) for i in rated]
        mean = {
            "type": "scatter",
            "name": _("本类平均"),
            "data": means,
            "symbol": MEAN,
            "symbolSize": [2, 14],
            "itemStyle": {"opacity": 1},
        }
        series.append(mean)
    return {
        # The legend shows each mark as it is drawn, and not as a patch of its colour.
        "legend": {"top": 0, "right": 8, "itemHeight": 14, "data": [_legend(one) for one in series]},
        "xAxis": {"type": "value", "min": 0, "axisLabel": {"formatter": "{value}%"}},
        "yAxis": {"type": "category", "inverse": True, "data": [i.label for i in rated]},
        "series": series,
    }


def _legend(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": one["name"], "icon": one.get("symbol", "path://M0,3h20v8h-20z")}


def _percent(rate: Any) -> float | None:
    return None if rate is None else round(float(rate) * 100, 1)
