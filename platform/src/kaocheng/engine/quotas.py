"""The places of limited grades, circle by circle: how many units, what share of them, how many places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from kaocheng.engine import grade, nodes
from kaocheng.engine.arrays import Exact
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
    grading = grade.ranked(run, paper, result, period)
    circle = int(grading.circle[at])
    if circle < 0:
        return None
    exact = {i: quota.fraction(circle) or Fraction(0) for i, quota in grading.exact_quotas.items()}
    eligible = {
        i: int(grading.among(grading.eligible(grading.bands[i]))[circle])
        for i in exact
        if grading.bands[i].get("of") == "eligible"
    }
    places = {i: int(quota[circle]) for i, quota in grading.places.items()}
    return Circle(int(grading.sizes[circle]), exact, eligible, places)


def room(
    run: Run, paper: PaperRule, result: str, period: str
) -> Iterator[tuple[tuple[str, ...], int, Mapping[int, int | None]]]:
    """Each circle of a result: its attributes, how many units it has, and the places of each limited band.

    ``None`` are places that the circle's own value should say, and there is none.
    """
    grading = grade.ranked(run, paper, result, period)
    within = nodes.listed(grading.rule["within"]) if grading.rule.get("within") else []
    for circle in np.argsort(grading.first).tolist():
        first = int(grading.first[circle])
        places = {
            i: None if _said(grading, i).fraction(first) is None else int(quota[circle])
            for i, quota in grading.places.items()
        }
        yield tuple(run.word(a, first, period) for a in within), int(grading.sizes[circle]), places


def _said(grading: grade.Grading, i: int) -> Exact:
    return grading.numbers(str(grading.bands[i]["most"]))
