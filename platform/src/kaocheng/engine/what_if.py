"""One unit's run with one figure other than it is; everybody else stands still."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from kaocheng.engine import adjust, aggregates, depending, nodes, periods
from kaocheng.engine import evaluate as language
from kaocheng.engine.alone import Alone, LooksAtOthers
from kaocheng.engine.arrays import Exact, Truth, Words, choose
from kaocheng.engine.compared import Compared
from kaocheng.engine.evaluate import Value
from kaocheng.engine.grammar import Call
from kaocheng.engine.recipe import PaperRule

DEAREST = 500  # a larger group is not worked out anew for one unit's sake
ANEW = frozenset(["applied", "in period", "row points", "over rows", "adjustment", "vetoed", "struck"])
Key = tuple[str, str, str]  # figure, part, period


class WhatIf(Alone):
    """What hangs on the figure is worked out anew, for the one unit."""

    def __init__(self, unit: Alone, changed: Key, value: Fraction) -> None:
        super().__init__(unit.whole, unit.place)
        self.changed, self.value = changed, value
        self.anew = depending.upon(unit, changed[0])
        self.since = periods.span(changed[2]).first  # nothing earlier hangs on it

    def once(self, key: tuple[Any, ...], work: Callable[[], Any]) -> Any:
        """As the unit's run, except where the figure makes a difference."""
        if key in self._known:
            return self._known[key]
        if key[1:3] in self.anew:
            if key[0] == "circle":
                self._known[key] = self._statistic(key)
            elif key[0] in ANEW:
                self._known[key] = work()
        return super().once(key, work)

    def figure(self, code: str, part: str, period: str) -> Value:
        """The figure, as it would be."""
        if (code, part, period) == self.changed:
            return Exact.constant(self.value)
        return super().figure(code, part, period)

    def score(self, paper: PaperRule, code: str, period: str) -> Exact:
        """The points there would be."""
        if (paper.code, code) not in self.anew or periods.span(period).end <= self.since:
            return super().score(paper, code, period)
        key = ("score", paper.code, code, period)
        if key not in self._known:
            node = paper.nodes.get(code)
            found = (
                adjust.adjustment(self, paper, code, period)
                if node is None
                else nodes.points(self, paper, node, period)
            )
            self._known[key] = found.one(0)
        points: Exact = self._known[key]
        return points

    def node_rank(self, paper: PaperRule, code: str, period: str, name: str = "") -> Exact:
        """A rank, unless it may be another: everybody's would have to be found anew."""
        if (paper.code, code) in self.anew:
            raise LooksAtOthers
        return super().node_rank(paper, code, period, name)

    def grades(self, paper: PaperRule, result: str, period: str) -> Words:
        """A grade, unless it may be another."""
        if any(home == paper.code for home, _code in self.anew):
            raise LooksAtOthers
        return super().grades(paper, result, period)

    def _statistic(self, key: tuple[Any, ...]) -> Exact:
        """A statistic of the group with this unit's value as it would be."""
        tree, compared = key[-1], self.whole.known(("compared", *key[1:]))
        if not isinstance(compared, Compared) or not isinstance(tree, Call):
            raise LooksAtOthers
        scope = self._scope_of(key)
        values, at, whole = compared.around(self.place, DEAREST)
        if values is None:
            raise LooksAtOthers
        own = language.number(tree.arguments[0], scope).spread(1)
        if whole or tree.path[1] in ("min", "max"):
            each = choose(Truth(np.arange(len(values.state)) == at), own, values)
            return aggregates.statistic(tree, each, np.zeros(len(values.state), int), scope).one(at)
        return self._of_many(key, tree, compared, own.fraction(0))

    def _of_many(self, key: tuple[Any, ...], tree: Call, compared: Compared, own: Fraction | None) -> Exact:
        """A statistic of a group too large to be gone through again, from what it was and the change."""
        now = compared.values.spread(len(compared.groups)).fraction(self.place)
        if own is None or now is None or len(tree.arguments) > 1 or tree.path[0] != "group":
            raise LooksAtOthers
        function = tree.path[1]
        if function in ("rank", "rank_up"):
            return Exact.of([compared.rank(self.place, own, highest_first=function == "rank")])
        if function == "count":
            return Exact.of([compared.counts(self.place)[0]])
        if function not in ("sum", "mean"):
            raise LooksAtOthers
        was = self.whole.known(key)
        before = was.spread(len(compared.groups)).fraction(self.place) if isinstance(was, Exact) else None
        if before is None:
            raise LooksAtOthers
        below = compared.counts(self.place)[0] if function == "mean" else 1
        return Exact.of([before + (own - now) / below])

    def _scope_of(self, key: tuple[Any, ...]) -> language.Scope:
        """Where the statistic's expression stands, from what its key tells of it."""
        _circle, paper, node, period, *way, _tree = key
        if node not in self.recipe.papers[paper].nodes:
            raise LooksAtOthers
        scope = self.scope(self.recipe.papers[paper], self.recipe.papers[paper].nodes[node], period)
        for via in way:
            if isinstance(via, Call):
                scope = language.called(via, scope)[0]
            elif scope.node is not None and via == scope.node.get("method"):
                scope = nodes.measuring(scope)
            else:
                raise LooksAtOthers
        return scope
