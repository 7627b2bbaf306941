"""A unit's own page: what it owes, its score as it stands, and which losses can still be recovered."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from kaocheng.db.session import TenantSession
from kaocheng.errors import Missing
from kaocheng.figures import expected
from kaocheng.figures.asking import calendar
from kaocheng.figures.domain import Debt
from kaocheng.figures.remit import remit
from kaocheng.formats import day_prose, number, today
from kaocheng.formats import period as spoken
from kaocheng.i18n import _
from kaocheng.identity.domain import Person
from kaocheng.scoring import service as scoring
from kaocheng.standings import service as standings
from kaocheng.standings.domain import Seen
from kaocheng.tenancy import queries as tenancy
from kaocheng.tenancy.domain import Unit
from kaocheng.web.home.lines import Todo, Told, to

SHOWN = 8  # debts on the first page; the rest are one press away
LOSSES = 8


async def page(session: TenantSession, person: Person) -> Told:
    """The liaison's page."""
    unit = next((u for u in await tenancy.units(session) if u.id == person.unit_id), None)
    if unit is None:
        return "home/no_unit.html", {}
    periods = await expected.scheme_periods(session)
    days = await calendar(session)
    owing = await expected.debts(session, periods, replace(await remit(session, person), collectors=None))
    return "home/liaison.html", {
        "unit": unit,
        "todos": [todo_of(debt, days.due(debt.expectation)) for debt in owing[:SHOWN]],
        "count": len(owing),
        **await _score(session, await _seen(session, periods, unit, person), unit),
    }


def todo_of(debt: Debt, due: date | None) -> Todo:
    """One figure that is owed until *due* or was sent back, with what was said of it."""
    owed, returned = debt.expectation, debt.figure
    name = owed.indicator.label + (f"({owed.series_label})" if owed.series_label else "")
    left = (due - today()).days if due else None
    facts = [
        _("目标 {target} {measure}", target=number(str(debt.target)), measure=owed.indicator.measure)
        if debt.target
        else "",
        _("上一时段 {value}", value=number(str(debt.earlier))) if debt.earlier else "",
        spoken(owed.key.period),
        _("采集单位 {name}", name=owed.indicator.collector) if owed.indicator.collector else "",
    ]
    if returned is not None:
        tag, tone = _("退回"), "bad"
        facts.insert(0, f"“{returned.reason}” — {returned.judge}")
    elif left is None:
        tag, tone = _("未报"), ""
    elif left < 0:
        tag, tone = _("已过期"), "bad"
    else:
        tag, tone = _("还剩 {days} 天", days=left), "warn" if left <= 7 else ""
    return Todo(
        tag=tag,
        tone=tone,
        text=name,
        small=" · ".join(filter(None, facts)),
        path=to("/figures/mine", period=owed.key.period),
        label=_("修改") if returned is not None else _("填写"),
        main=True,
    )


async def _seen(session: TenantSession, periods: Sequence[str], unit: Unit, person: Person) -> Seen | None:
    """The latest score there is: published, or as it stands."""
    for period in reversed(periods):
        with suppress(Missing):
            seen = await standings.own(session, period, unit.code, by=person, at=datetime.now(UTC))
            paper, code = scoring.find_unit(seen.row.sheet, unit.code)
            if paper.shown(code, paper.total):  # a year begun has a sheet and no total yet
                return seen
    return None


async def _score(session: TenantSession, seen: Seen | None, unit: Unit) -> Mapping[str, Any]:
    if seen is None:
        return {"seen": None}
    paper, code = scoring.find_unit(seen.row.sheet, unit.code)
    losses = await scoring.losses(session, seen.row, paper, code)
    return {
        "seen": seen,
        "score": paper.shown(code, paper.total),
        "standing": next((s for s in paper.standings if s.unit == code), None) if seen.ranked else None,
        "losses": losses[:LOSSES],
        "published_on": day_prose(seen.publication.published_at) if seen.publication else "",
        "unit_path": to("/standings/unit", period=seen.row.period, unit=code),
    }
