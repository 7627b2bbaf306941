"""How far a period has come, by collector and by unit; what is missing; every figure behind the counts."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.figures import expected, queries
from kaocheng.figures.domain import Debt, Figure, Of, Outcome, Progress
from kaocheng.figures.expected import Scope
from kaocheng.figures.pages.words import TONES, collector_name, place, shown, state
from kaocheng.formats import period as spoken
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Person, allows
from kaocheng.pages import Ask, Page, go, may, ordered, render
from kaocheng.pages.excel import Column, Table, excel

SHOWN = 600
KEYS: dict[str, Any] = {
    "label": lambda p: p.label,
    "expected": lambda p: p.expected,
    "filed": lambda p: p.filed,
    "vouched": lambda p: p.vouched,
    "missing": lambda p: p.missing,
}


class FiguresPages(Controller):
    """The year's figures, seen by whoever may see all of them."""

    path = "/figures"
    guards = (may(Permission.READ_FIGURES, Permission.READ_OWN_FIGURES),)

    @get("/")
    async def overview(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        period: FromQuery[str] = "",
        sort: FromQuery[str] = "",
    ) -> Page:
        """Who has handed in how much of a period; a unit's own people go to what they owe."""
        if not allows(person, Permission.READ_FIGURES):
            return go(request, "/figures/mine")
        periods = await expected.scheme_periods(session)
        period = period or await _working_period(session, periods)
        collectors = await expected.progress(session, period) if period else ()
        units = await expected.progress(session, period, by_unit=True) if period else ()
        return render(
            request,
            "figures/overview.html",
            period_code=period,
            periods=periods,
            collectors=ordered(collectors, sort, KEYS),
            units=units,
            total=_total(collectors, period),
            workbooks=(await queries.handed_in(session))[:20],
            sort=sort,
            name=collector_name,
            can_import=allows(person, Permission.IMPORT_FIGURES),
            can_verify=allows(person, Permission.VERIFY),
        )

    @get("/values")
    async def values(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        period: FromQuery[str] = "",
        collector: FromQuery[str | None] = None,
        unit: FromQuery[str] = "",
        outcome: FromQuery[str] = "",
        of: FromQuery[str] = "",
    ) -> Page:
        """Every figure of a period with where it came from, and what is missing."""
        found = _chosen(await _all(session, person, period), collector, unit, outcome, of)
        missing = (
            await _missing(session, person, period, collector, unit) if outcome in ("", "missing") else ()
        )
        return render(
            request,
            "figures/values.html",
            figures=found[:SHOWN],
            count=len(found),
            missing=missing,
            period_code=period,
            asked={"collector": collector, "unit": unit, "outcome": outcome, "of": of},
            labels=await expected.series_labels(session),
            place=place,
            shown=shown,
            state=state,
            tones=TONES,
            name=collector_name,
        )

    @get("/values.xlsx")
    async def export(
        self,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        period: FromQuery[str] = "",
        collector: FromQuery[str | None] = None,
        unit: FromQuery[str] = "",
        outcome: FromQuery[str] = "",
        of: FromQuery[str] = "",
    ) -> Page:
        """The same, whole, as a workbook."""
        found = _chosen(await _all(session, person, period), collector, unit, outcome, of)
        labels = await expected.series_labels(session)
        return excel(_("{period}填报数据", period=spoken(period)), _table(found, labels))


async def _working_period(session: TenantSession, periods: Sequence[str]) -> str:
    """The latest period anything was filed for; before that, the first the scheme declares."""
    filed = [p for p in await queries.periods(session) if p in periods]
    return max(filed, key=expected.ends, default=periods[0] if periods else "")


async def _all(session: TenantSession, person: Person, period: str) -> tuple[Figure, ...]:
    own = None if allows(person, Permission.READ_FIGURES) else [int(person.unit_id or 0)]
    return await queries.current(session, [period] if period else None, units=own)


async def _missing(
    session: TenantSession, person: Person, period: str, collector: str | None, unit: str
) -> tuple[Debt, ...]:
    if not period:
        return ()
    own = (
        Scope()
        if allows(person, Permission.READ_FIGURES)
        else Scope(units=frozenset({int(person.unit_id or 0)}))
    )
    return tuple(
        d
        for d in await expected.debts(session, [period], own)
        if d.figure is None
        and unit in ("", d.expectation.unit)
        and collector in (None, d.expectation.indicator.collector)
    )


def _chosen(
    figures: Sequence[Figure], collector: str | None, unit: str, outcome: str, of: str
) -> list[Figure]:
    return [
        f
        for f in figures
        if collector in (None, f.indicator.collector)
        and unit in ("", f.unit)
        and (outcome in ("", f.outcome) or (outcome == "doubted" and f.doubts))
        and of in ("", f.indicator.of)
    ]


def _total(rows: Sequence[Progress], period: str) -> Progress:
    return Progress(
        code="",
        label="",
        period=period,
        expected=sum(r.expected for r in rows),
        filed=sum(r.filed for r in rows),
        vouched=sum(r.vouched for r in rows),
        returned=sum(r.returned for r in rows),
        doubted=sum(r.doubted for r in rows),
    )


def _table(figures: Sequence[Figure], labels: Any) -> Table:
    columns = (
        Column(_("时段")),
        Column(_("单位")),
        Column(_("采集单位")),
        Column(_("指标")),
        Column(_("分项")),
        Column(_("计量单位")),
        Column(_("填报值"), "number"),
        Column(_("状态")),
        Column(_("填报人")),
        Column(_("填报时间"), "date"),
        Column(_("来源"), width=34),
        Column(_("核验人")),
        Column(_("核验时间"), "date"),
        Column(_("意见"), width=30),
    )
    kinds = {Of.TARGET: _("目标"), Of.ROW: _("任务"), Of.CLAIM: _("加减分与否决")}
    return Table(
        _("填报数据"),
        columns,
        (
            (
                f.key.period,
                f.unit_label,
                collector_name(f.indicator.collector),
                f.indicator.label + (f"({kinds[f.indicator.of]})" if f.indicator.of is Of.TARGET else ""),
                labels.get((f.indicator.id, f.key.series), f.key.series),
                f.indicator.measure,
                str(f.value),
                state(f),
                f.filer,
                f.filed_at,
                f.source,
                f.judge,
                f.judged_at,
                f.reason if f.outcome is Outcome.RETURNED else "",
            )
            for f in figures
        ),
    )
