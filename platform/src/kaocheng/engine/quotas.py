"""The places of limited grades, circle by circle: how many units, what share of them, how many places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine import grade
from kaocheng.engine.recipe import PaperRule

if TYPE_CHECKING:
    from kaocheng.engine.run import Run


@dataclass(frozen=True, slots=True)
class Circle:
    """Who is ranked together, as far as quotas go."""

    units: int
    exact: Mapping[int, Fraction]  # the quota of each limited band, before it is rounded to places
    eligible: Mapping[int, int]  # for how many a band holds, where the quota is a share of those
    places: Mapping[int, int]


def circle_of(run: Run, paper: PaperRule, result: str, period: str, at: int) -> Circle | None:
    """The circle of one unit; nothing where it is listed apart or not in the result."""
    found: Mapping[int, Circle] = run.once(
        ("circles of", paper.code, result, period), lambda: _circles(run, paper, result, period)
    )
    return found.get(at)


def _circles(run: Run, paper: PaperRule, result: str, period: str) -> Mapping[int, Circle]:
    ranking = grade.ranked(run, paper, result, period)  # ranks and vetoes say for whom a band holds
    circles = ranking.by_circle(ranking.places)
    limited = {i: band for i, band in enumerate(ranking.bands) if "most" in band}
    places = {i: ranking.quotas(band, circles) for i, band in limited.items()}
    found: dict[int, Circle] = {}
    for key, circle in circles.items():
        exact = {i: ranking.exact_quota(band, circle) for i, band in limited.items()}
        eligible = {
            i: sum(ranking.eligible(band, place) for place in circle)
            for i, band in limited.items()
            if band.get("of") == "eligible"
        }
        one = Circle(len(circle), exact, eligible, {i: places[i][key] for i in limited})
        found |= {place.at: one for place in circle}
    return found


def room(
    run: Run, paper: PaperRule, result: str, period: str
) -> Iterator[tuple[tuple[str, ...], int, Mapping[int, int | None]]]:
    """Each circle of a result: its attributes, how many units it has, and the places of each limited band.

    ``None`` are places that the circle's own value should say, and there is none.
    """
    ranking = grade.Ranking(run, paper, result, period)
    circles_ = ranking.by_circle(ranking.places)
    limited = {i: band for i, band in enumerate(ranking.bands) if "most" in band}
    quotas = {i: ranking.quotas(band, circles_) for i, band in limited.items()}
    for key, circle in circles_.items():
        there = {i: ranking.numbers(str(b["most"])).fraction(circle[0].at) for i, b in limited.items()}
        yield key, len(circle), {i: None if there[i] is None else quotas[i][key] for i in limited}
