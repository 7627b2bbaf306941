"""Whom a veto strikes (一票否决): the unit, its leaders, and for how many years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kaocheng.engine import periods
from kaocheng.engine.arrays import OK, Words
from kaocheng.engine.evaluate import Scope, truth
from kaocheng.engine.recipe import PaperRule

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

Array = np.ndarray[Any, Any]
SCOPES = UNIT, LEADERS = ("unit", "leaders")
ABOVE = "parent"  # the attribute that names a person's unit


def over(run: Run, paper: PaperRule, period: str) -> Iterator[tuple[str, Mapping[str, Any], Array]]:
    """Every veto that can strike a unit of *paper*: its own, and any paper's on the leaders of its units."""
    for other in (paper, *(one for one in run.recipe.papers.values() if one.code != paper.code)):
        for code, rule in other.table("vetoes").items():
            whom = vetoed(run, paper, code, period) if other is paper else np.zeros(len(run.units), bool)
            if LEADERS in scopes(rule):
                struck = _struck(run, other, code, period) & run.members(other)
                whom = whom | (_led(run, struck, period) & run.members(paper))
            elif other is not paper:
                continue
            yield code, rule, whom


def vetoed(run: Run, paper: PaperRule, code: str, period: str) -> Array:
    """The units of the paper that its own veto strikes themselves: what a veto sets to zero is theirs."""

    def work() -> Array:
        if UNIT not in scopes(paper.table("vetoes")[code]):
            return np.zeros(len(run.units), bool)
        return _struck(run, paper, code, period) & run.members(paper)

    found: Array = run.once(("vetoed", paper.code, code, period), work)
    return found


def scopes(rule: Mapping[str, Any]) -> list[str]:
    """Whom a veto reaches."""
    said = rule.get("scope", UNIT)
    return [str(s) for s in said] if isinstance(said, list | tuple) else [str(said)]


def _struck(run: Run, paper: PaperRule, code: str, period: str) -> Array:
    """Of all units, those reported or for whom the condition holds, in this year or the years it lasts."""

    def work() -> Array:
        rule = paper.table("vetoes")[code]
        struck = np.zeros(len(run.units), bool)
        when, own = period, run.recipe.own_period(paper)
        for year in range(int(rule.get("for_years", 1))):
            for at in _reported(run, code, when, own, whole_year=year > 0):
                struck[at] = True
            if "when" in rule:
                held = truth(str(rule["when"]), Scope(run, paper, None, when)).holds
                struck = struck | np.broadcast_to(held, struck.shape)
            when = periods.last_year(when)
        return struck

    found: Array = run.once(("struck", paper.code, code, period), work)
    return found


def _reported(run: Run, code: str, period: str, own: str, *, whole_year: bool) -> Iterator[int]:
    """Who has an entry in *period*; of an earlier year an entry of any part of it goes on."""
    for claim in run.inputs.claims:
        if claim.adjustment == code and claim.unit in run.at:
            when = claim.period or own
            if when == period or (whole_year and periods.span(when) in periods.span(period)):
                yield run.at[claim.unit]


def _led(run: Run, struck: Array, period: str) -> Array:
    """The persons whose unit is struck."""
    above = run.attribute(ABOVE, period)
    if not isinstance(above, Words):
        return np.zeros(len(run.units), bool)
    at = [
        run.position(str(name)) if state == OK else None
        for name, state in zip(above.v, above.state, strict=True)
    ]
    return np.array([found is not None and bool(struck[found]) for found in at], bool)
