"""What units scored, as arrays: the counterpart of `kaocheng.engine.figures.Figures`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kaocheng.engine import grade, marks
from kaocheng.engine.arrays import NA, OK, Exact
from kaocheng.engine.blocks import settle
from kaocheng.engine.explain import Explanation
from kaocheng.engine.integers import Array
from kaocheng.engine.recipe import PaperRule
from kaocheng.engine.sheet import Standing

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

FLOATS = 15  # decimals of what no decimal writes exactly


@dataclass(frozen=True, eq=False)
class Points:
    """One node's points, rounded as they are printed.

    ``values``: (units,) float64, whole numbers in units of 10⁻ᵈ, d = ``decimals``; 0 where there is none.
    ``missing``, ``not_applicable``: (units,) bool.
    """

    values: Array
    decimals: int
    missing: Array
    not_applicable: Array


@dataclass(frozen=True, eq=False)
class PaperScores:
    """One paper's units and what they scored; axis 0 of every array is ``units``."""

    run: Run
    rules: PaperRule
    period: str

    @cached_property
    def units(self) -> tuple[str, ...]:
        """(units,) the codes, sorted."""
        return tuple(self.run.units[at].code for at in self._at)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes in the order of the scheme."""
        return tuple(self.rules.nodes)

    @cached_property
    def _at(self) -> Array:
        return np.flatnonzero(self.run.members(self.rules))

    def exact(self, node: str) -> Sequence[Fraction | None]:
        """(units,) the points as exact fractions before they are printed; ``None``: none."""
        value = self._of(node)
        return [value.fraction(i) for i in range(len(self._at))]

    def column(self, node: str) -> Points:
        """The points of *node*; nothing is copied where the paper assesses all units.

        Raises:
            KeyError: there is no such node.
        """
        here = self.run.scope(self.rules, self.rules.nodes[node], self.period)
        places, value = marks.places(self.run, here), self._of(node)
        if places is None:
            places = self.run.recipe.decimals(self.rules, "total")
        if places is None:
            places = _decimals(value.d)
        whole = value.half_up(places) * Exact.constant(10**places)
        there = value.state
        return Points(whole.n, places, (there != OK) & (there != NA), there == NA)

    def _of(self, node: str) -> Exact:
        value = self.run.score(self.rules, node, self.period)
        return value if len(self._at) == len(self.run.units) else value.take(self._at)

    def points(self, nodes: Sequence[str] | None = None) -> Array:
        """(units, nodes) float64, column-major: points of *nodes* (default: all), NaN where there are none.

        The nearest float to each exact value, for plots and tables; what is to be exact takes `column`.
        """
        chosen = self.nodes if nodes is None else nodes
        found = np.empty((len(self.units), len(chosen)), order="F")
        for at, node in enumerate(chosen):
            column = self.column(node)
            whole = column.values.astype(float, copy=False)
            np.divide(whole, float(10**column.decimals), out=found[:, at])
            if (gaps := column.missing | column.not_applicable).any():
                found[gaps, at] = np.nan
        return found

    def ranks(self, result: str = "") -> Array:
        """(units,) float64 ranks in *result* (default: the paper's first); NaN where there is none."""
        code = result or next(iter(self.rules.table("results")), "")
        found = grade.ranks(self.run, self.rules, code, self.period).take(self._at)
        below = found.d if isinstance(found.d, int) else found.d.astype(float)
        return np.where(found.state == OK, found.n / below, np.nan)

    def standings(self, result: str = "") -> tuple[Standing, ...]:
        """One standing a unit, with its grade and the reasons for it; made one by one, and so not fast."""
        code = result or next(iter(self.rules.table("results")), "")
        return grade.standings(self.run, self.rules, code, self.period)

    def explain(self, unit: str, node: str) -> Explanation:
        """The working of one node's score for one unit, without scoring anybody anew.

        Under a composition with the items where one more step of a figure brings the total most.

        Raises:
            KeyError: no such unit or node.
        """
        from kaocheng.engine.steps_below import with_steps
        from kaocheng.engine.working import work_out

        return with_steps(self.run, work_out(self.run, unit, node, self.period))


class Scores:
    """What one run of arrays yields: `PaperScores` for each paper that publishes something in its period.

    ``exact_cells``: how many cells took the slow exact path.
    """

    def __init__(self, run: Run) -> None:
        self.period = run.period
        self.papers = tuple(PaperScores(run, paper, period) for paper, period in run.paper_periods())
        for paper in self.papers:
            nodes = sorted(paper.rules.nodes.values(), key=lambda node: not node.composed)
            points = [run.score(paper.rules, node.code, paper.period) for node in nodes]
            composed = [value for node, value in zip(nodes, points, strict=True) if node.composed]
            settle(value._n for value in composed if not value.waits)  # a leaf's: when somebody looks at them
        self.exact_cells = run.slow

    def paper(self, group_or_code: str) -> PaperScores:
        """The paper of one class, by the class's name or the paper's code.

        Raises:
            KeyError: there is no such paper.
        """
        for paper in self.papers:
            if group_or_code in (paper.rules.code, paper.rules.group, paper.rules.label):
                return paper
        raise KeyError(group_or_code)


def _decimals(d: int | Array) -> int:
    """As many decimals as a value over *d* needs that no rule rounds, or as a float holds."""
    fits = (places for places in range(FLOATS) if isinstance(d, int) and 10**places % d == 0)
    return next(fits, FLOATS)
