"""A unit's place in its circle: the next above and below, and how far away they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from kaocheng.engine import grade, marks, nodes
from kaocheng.engine.alone import Alone, whole_of
from kaocheng.engine.arrays import OK, Exact
from kaocheng.engine.evaluate import Scope
from kaocheng.engine.explain import Neighbour, Place
from kaocheng.engine.grammar import Name
from kaocheng.engine.integers import Array
from kaocheng.engine.order import in_groups
from kaocheng.engine.recipe import PaperRule
from kaocheng.engine.rounding import half_up, plain, printed
from kaocheng.engine.terms import Seat

if TYPE_CHECKING:
    from kaocheng.engine.run import Run


RED, OTHER_LIGHTS = ("红", "red"), ("黄", "橙", "绿", "蓝", "yellow", "amber", "orange", "green", "blue")


def better(run: Run, paper: PaperRule) -> int:
    """1 where a higher total is better, -1 where a lower one is."""
    found: int = whole_of(run).once(("better", paper.code), lambda: -1 if lowest_is_best(paper) else 1)
    return found


def lowest_is_best(paper: PaperRule) -> bool:
    """Whether the paper's lowest totals are its best, as its bands say.

    Bands stand from the best grade to the worst.  If the first is held from above and not from below, fewer
    is better.  A table of warning lights may begin with red, which nobody takes for the best.  And what is
    ranked may be the total with its sign turned.
    """
    rule = next(iter(paper.table("results").values()), {})
    if any(_turned(paper, str(rule.get("by", "")), total) for total in _totals(paper)):
        return True
    bands = rule.get("bands") or []
    if not bands:
        return False
    first, grades = bands[0], [str(band.get("grade", "")).lower() for band in bands]
    if grades[0].startswith(RED) and any(grade.startswith(OTHER_LIGHTS) for grade in grades):
        return True  # and 红榜, the list of honour, is no light
    return bool(first.keys() & {"below", "to"}) and not first.keys() & {"from", "above"}


def _totals(paper: PaperRule) -> list[str]:
    said = paper.keys.get("total", "total")
    return [str(code) for code in said.values()] if isinstance(said, Mapping) else [str(said)]


@dataclass(frozen=True, slots=True)
class Ladder:
    """The ranked units, circle by circle and in each from the lowest total to the highest."""

    ranks: Exact
    groups: Array  # the circle of each unit
    order: Array  # the places of the ranked units
    totals: Array  # their totals, times *below*
    begins: Array  # where each circle begins in *order*
    below: int
    turned: bool = False  # the totals' signs are turned, so that the lowest stands highest

    def rung(self, at: int) -> tuple[Array, Array] | None:
        """The places and the totals of the circle of the unit at *at*; nothing where it has no rank."""
        if self.ranks.fraction(at) is None:
            return None
        first, last = self.begins[self.groups[at]], self.begins[self.groups[at] + 1]
        return self.order[first:last], self.totals[first:last]

    def rank(self, at: int, total: Fraction, now: Fraction) -> tuple[int, bool]:
        """The rank of *total* among the others in the circle, and whether one of them has the same."""
        rung = self.rung(at)
        assert rung is not None
        below = -self.below if self.turned else self.below
        wanted, own = total * below, now * below
        above = len(rung[1]) - _up_to(rung[1], wanted)
        same = len(rung[1]) - above - _below(rung[1], wanted)
        return 1 + above - (own > wanted), same - (own == wanted) > 0


def ladder(whole: Run, paper: PaperRule, period: str) -> Ladder | None:
    """By the paper's own result; nothing where it ranks by another node, or by totals of no one scale."""
    found: Ladder | None = whole.once(("ladder", paper.code, period), lambda: _ladder(whole, paper, period))
    return found


def _ladder(whole: Run, paper: PaperRule, period: str) -> Ladder | None:
    result, rule = next(iter(paper.table("results").items()), ("overall", {}))
    code = whole.recipe.total(paper, period)
    by = str(rule.get("by") or code)
    if code is None or (by != code and not _turned(paper, by, code)):
        return None
    decimals = marks.ranked_to(whole, paper, by)
    total = whole.score(paper, by, period)
    total = (total if decimals is None else total.half_up(decimals)).spread(len(whole.units))
    if not isinstance(total.d, int):
        return None
    ranks = grade.ranks(whole, paper, result, period).spread(len(whole.units))
    within = tuple(Name((name,)) for name in nodes.listed(rule.get("within") or "paper"))
    groups = whole.groups(Scope(whole, paper, None, period), within)
    order = np.flatnonzero((ranks.state == OK) & (groups >= 0))
    count = int(groups.max(initial=-1)) + 1
    order = order[in_groups(total.n[order], groups[order], count)]
    begins = np.searchsorted(groups[order], np.arange(count + 1))
    return Ladder(ranks, groups, order, total.n[order], begins, total.d, by != code)


def _turned(paper: PaperRule, by: str, total: str) -> bool:
    """Whether a node is the total with its sign turned: ``-score(total)``, or its product after a minus."""
    said = [str(paper.nodes[code].get("formula", "")) if code in paper.nodes else "" for code in (by, total)]
    negative, formula = ("".join(text.split()) for text in said)
    product = formula if not set(formula) & {"+", "-"} else ""
    return negative in {f"-score({total})", f"-{product}"} - {"-"}


def place(seat: Seat, paper: PaperRule, period: str) -> Place | None:
    """Where a unit stands by the paper's own result; nothing where it has no rank."""
    whole, at = (seat.run.whole, seat.run.place) if isinstance(seat.run, Alone) else (seat.run, seat.at)
    found = ladder(whole, paper, period)
    rung = None if found is None else found.rung(at)
    if found is None or rung is None:
        return None
    units, totals = rung
    code = str(whole.recipe.total(paper, period))
    decimals = marks.ranked_to(whole, paper, code)
    exact = whole.score(paper, code, period).fraction(at) or Fraction(0)
    exact = -exact if found.turned else exact
    own = exact if decimals is None else half_up(exact, decimals)
    first, after = _below(totals, own * found.below), _up_to(totals, own * found.below)

    def neighbour(i: int) -> Neighbour | None:
        if not 0 <= i < len(units):
            return None
        total, unit = Fraction(int(totals[i]), found.below), whole.units[int(units[i])]
        told = -total if found.turned else total
        text = plain(told) if decimals is None else printed(told, decimals)
        rank = plain(found.ranks.fraction(int(units[i])))
        return Neighbour(unit.code, unit.label or unit.code, text, rank, plain(abs(total - own)))

    level = after - first - 1
    return Place(plain(found.ranks.fraction(at)), len(units), neighbour(after), neighbour(first - 1), level)


def _below(totals: Array, wanted: Fraction) -> int:
    """How many of the ordered *totals* are below; asked in whole numbers, which is exact and quick."""
    return int(np.searchsorted(totals, [ceil(wanted)], "left")[0])


def _up_to(totals: Array, wanted: Fraction) -> int:
    """How many of the ordered *totals* are not above."""
    return int(np.searchsorted(totals, [floor(wanted)], "right")[0])
