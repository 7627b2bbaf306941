"""A unit's place in its circle: the next above and below, and how far away they are."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine import grade, nodes
from kaocheng.engine.alone import Alone
from kaocheng.engine.explain import Neighbour, Place
from kaocheng.engine.recipe import PaperRule
from kaocheng.engine.rounding import plain, printed
from kaocheng.engine.sheet import Standing
from kaocheng.engine.terms import Seat

if TYPE_CHECKING:
    from kaocheng.engine.run import Run


@dataclass(frozen=True, slots=True)
class Ladder:
    """The units of one circle from the lowest score to the highest."""

    scores: list[Fraction]
    standings: list[Standing]

    def rank(self, score: Fraction, *, without: Fraction) -> int:
        """The rank of *score* among the others; *without* is the unit's own score as it stands."""
        above = len(self.scores) - bisect_right(self.scores, score)
        return 1 + above - (without > score)


def place(seat: Seat, paper: PaperRule, period: str) -> Place | None:
    """Where a unit stands by the paper's own result; nothing where it has no rank."""
    whole, at = (seat.run.whole, seat.run.place) if isinstance(seat.run, Alone) else (seat.run, seat.at)
    own, ladder = standing_of(whole, paper, period, at)
    if own is None or ladder is None or own.rank is None or own.score is None:
        return None
    score = Fraction(own.score)
    first, after = bisect_left(ladder.scores, score), bisect_right(ladder.scores, score)
    decimals = whole.recipe.decimals(paper, "total")

    def neighbour(i: int) -> Neighbour | None:
        if not 0 <= i < len(ladder.scores):
            return None
        standing, gap = ladder.standings[i], abs(ladder.scores[i] - score)
        unit = whole.units[whole.at[standing.unit]]
        text = plain(ladder.scores[i]) if decimals is None else printed(ladder.scores[i], decimals)
        return Neighbour(unit.code, unit.label or unit.code, text, str(standing.rank), plain(gap))

    return Place(str(own.rank), len(ladder.scores), neighbour(after), neighbour(first - 1), after - first - 1)


def standing_of(whole: Run, paper: PaperRule, period: str, at: int) -> tuple[Standing | None, Ladder | None]:
    """A unit's standing in the paper's own result, and the ladder it stands on."""
    by_unit, ladders = whole.once(("ladders", paper.code, period), lambda: _ladders(whole, paper, period))
    own = by_unit.get(whole.units[at].code)
    return own, None if own is None or own.apart else ladders.get(_circle(whole, paper, period, at))


def _ladders(
    whole: Run, paper: PaperRule, period: str
) -> tuple[Mapping[str, Standing], Mapping[tuple[str, ...], Ladder]]:
    found = grade.standings(whole, paper, next(iter(paper.table("results")), "overall"), period)
    circles: dict[tuple[str, ...], list[tuple[Fraction, Standing]]] = {}
    for standing in found:
        if standing.score is not None and not standing.apart:
            key = _circle(whole, paper, period, whole.at[standing.unit])
            circles.setdefault(key, []).append((Fraction(standing.score), standing))
    ladders = {}
    for key, rungs in circles.items():
        rungs.sort(key=lambda rung: rung[0])
        ladders[key] = Ladder([score for score, _s in rungs], [standing for _score, standing in rungs])
    return {standing.unit: standing for standing in found}, ladders


def _circle(whole: Run, paper: PaperRule, period: str, at: int) -> tuple[str, ...]:
    """The circle of a unit, as the result's ``within`` says."""
    rule = next(iter(paper.table("results").values()), {})
    within = nodes.listed(rule["within"]) if rule.get("within") else []
    return tuple(whole.word(a, at, period) for a in within)
