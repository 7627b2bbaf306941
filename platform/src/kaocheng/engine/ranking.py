"""Who stands where in a result: its circles, what orders the units in them, and their ranks.

Everything is a column over all units of the run, so that one unit's place costs no more than everybody's
and everybody's no more than a few sorts of whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kaocheng.engine import circles, marks, nodes, periods
from kaocheng.engine.arrays import NA, OK, Exact, Truth, Words
from kaocheng.engine.evaluate import Scope, Value, evaluate, number
from kaocheng.engine.grammar import BadExpression, Name, parse
from kaocheng.engine.integers import LIMIT, Array
from kaocheng.engine.order import codes, sortable
from kaocheng.engine.recipe import PaperRule
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.run import Run


class Ranking:
    """One result of one paper in one period; nothing is worked out before it is asked for."""

    def __init__(self, run: Run, paper: PaperRule, result: str, period: str) -> None:
        self.run, self.paper, self.period = run, paper, period
        self.rule = paper.table("results").get(result, {})
        self.here = Scope(run, paper, None, period)
        self.graded = periods.span(period).months == periods.span(run.recipe.own_period(paper)).months
        by = self.rule.get("by")
        total = run.recipe.total(paper, period)
        # in a period of its own (半年初评) a paper ranks by that period's total
        self.by = str(by) if by and self.graded else str(total or by)

    @cached_property
    def rounded(self) -> Exact:
        """What is ranked, as it is rounded."""
        decimals = marks.ranked_to(self.run, self.paper, self.by)
        score = self._node(self.paper, self.by).spread(len(self.run.units))
        return score if decimals is None else score.half_up(decimals)

    def _node(self, paper: PaperRule, reference: str) -> Exact:
        """A node's score, of the period asked or of the one it names (``items@half``)."""
        code, _at, period = reference.partition("@")
        when = self.run.recipe.named(period, self.paper, self.period) if period else self.period
        return self.run.score(paper, code, when)

    # -- who is in it, and who is ranked with whom ---------------------------------------------------

    @cached_property
    def members(self) -> Array:
        """Who is in the result."""
        found: Array = self.run.members(self.paper) & (self.rounded.state != NA)
        return found & self.holds(str(self.rule["if"])) if "if" in self.rule else found

    @cached_property
    def apart(self) -> Array:
        """Who is listed apart: without a rank, taking no place."""
        if "apart" not in self.rule:
            return np.zeros(len(self.run.units), bool)
        found: Array = self.members & self.holds(str(self.rule["apart"]))
        return found

    @cached_property
    def circle(self) -> Array:
        """The number of each unit's circle, in the order of what they are called; −1 for who is in none."""
        within = tuple(Name((name,)) for name in nodes.listed(self.rule.get("within") or "paper"))
        groups = self.run.groups(self.here, within)
        inside = self.members & ~self.apart
        used = np.zeros(int(groups.max(initial=0)) + 1, bool)  # some have nobody whom this result ranks
        used[groups[inside]] = True
        return np.where(inside, (np.cumsum(used) - 1)[groups], -1)

    @cached_property
    def sizes(self) -> Array:
        """How many units each circle has."""
        return np.bincount(self.circle[self.circle >= 0])

    def among(self, whom: Array) -> Array:
        """How many of some units each circle has."""
        return np.bincount(self.circle[whom & (self.circle >= 0)], minlength=len(self.sizes))

    @cached_property
    def first(self) -> Array:
        """The first unit of each circle."""
        inside = np.flatnonzero(self.circle >= 0)[::-1]
        found = np.zeros(len(self.sizes), np.int64)
        found[self.circle[inside]] = inside  # the last one written stays
        return found

    # -- in what order -------------------------------------------------------------------------------

    @cached_property
    def there(self) -> Array:
        """Who has a total."""
        found: Array = self.members & (self.rounded.state == OK)
        return found

    @cached_property
    def ranks(self) -> Exact:
        """Everybody's rank in his circle; who has no total or is listed apart has none."""
        values, broken = self.rounded, nodes.listed(self.rule.get("break") or [])
        if broken:
            values = Exact(self.strength(broken).astype(float), 1, values._state)
        return circles.ranks(values, self.circle, str(self.rule.get("ties", "competition")))

    def strength(self, chain: Sequence[str]) -> Array:
        """The higher the total the higher, and of equal totals by the *chain*, whose gaps come last.

        Whole numbers, the same where nothing tells two units apart.
        """
        at = np.flatnonzero(self.there)
        strength, span = _coded(self.rounded, at)
        for step in chain:
            value = self.value(step).spread(len(self.run.units))
            known = np.flatnonzero(value.state[at] == OK)
            of, width = _coded(value, at[known])
            code = np.zeros(len(at), np.int64)
            code[known] = of + 1
            if span * (width + 1) >= LIMIT:
                distinct, strength = np.unique(strength, return_inverse=True)
                span = len(distinct)
            strength, span = strength * (width + 1) + code, span * (width + 1)
        found = np.zeros(len(self.run.units), np.int64)
        found[at] = strength
        return found

    @cached_property
    def line_strength(self) -> Array:
        """What decides who is on which side of a quota's line."""
        edge = (self.rule.get("edge") or {}).get("by")
        # first the chain that broke ties of rank, so that grades follow ranks
        return self.strength(
            [step for steps in (self.rule.get("break"), edge) if steps for step in nodes.listed(steps)]
        )

    def value(self, step: str) -> Exact:
        """A node (``items@year``, ``province/total``), an adjustment, or an expression."""
        home, name = self.run.recipe.home(self.paper, step)
        known = {*home.nodes, *home.table("adjustments")}
        return self._node(home, name) if name.partition("@")[0] in known else self.numbers(step)

    def value_of(self, step: str, at: int) -> Fraction | None:
        """The same, of one unit."""
        return self.value(step).fraction(at)

    # -- what its rules ask --------------------------------------------------------------------------

    def holds(self, condition: str) -> Array:
        """For whom a condition holds; worked out once for all units."""

        def work() -> Array:
            held = _truth(condition, evaluate(parse(condition), self.here)).holds
            return np.broadcast_to(held, (len(self.run.units),))

        found: Array = self.run.once(("holds", self.paper.code, self.period, condition), work)
        return found

    def numbers(self, expression: str) -> Exact:
        """The value of an expression, one for everybody or one each; worked out once."""
        key = ("numbers", self.paper.code, self.period, expression)
        found: Exact = self.run.once(key, lambda: number(expression, self.here))
        return found


def _coded(values: Exact, at: Array) -> tuple[Array, int]:
    """Whole numbers from 0 that order the values at some places, and how many there may be."""
    of, edges = codes(sortable(values, at), np.zeros(len(at), np.int64))
    return of, int(edges[-1])


_MARKS = {
    "是": True,
    "yes": True,
    "true": True,
    "1": True,
    "否": False,
    "no": False,
    "false": False,
    "0": False,
}


def _truth(condition: str, value: Value) -> Truth:
    """A condition, or a mark in groups.csv: 1 or 是 holds; a word that says neither yes nor no is refused."""
    if isinstance(value, Truth):
        return value
    if not isinstance(value, Words):
        return value.differs(Exact.constant(0))
    there = np.asarray(value.state == OK)
    words, at = np.unique(np.where(there, value.v, "0").astype(str), return_inverse=True)
    marks = [_MARKS.get(word.casefold()) for word in words]
    if None in marks:
        word = words[marks.index(None)]
        raise BadExpression(condition, 0, _("“{word}”看不出是还是否;请写 是 或 否,或写成比较", word=word))
    return Truth(np.array(marks, bool)[at].reshape(np.shape(value.v)), value.state)
