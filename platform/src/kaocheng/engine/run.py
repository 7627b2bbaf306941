"""One run: a recipe over inputs, each node worked out once for all units, in any order that is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kaocheng.engine import adjust, circles, marks, nodes, periods
from kaocheng.engine.arrays import MISSING, NA, OK, Exact, Words
from kaocheng.engine.evaluate import Scope
from kaocheng.engine.figures import Figures
from kaocheng.engine.grammar import Name, Tree, Word
from kaocheng.engine.handed_in import HandedIn
from kaocheng.engine.inputs import Inputs
from kaocheng.engine.plugged import Failed
from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe
from kaocheng.engine.roster import numbered
from kaocheng.errors import Invalid
from kaocheng.i18n import _

Array = np.ndarray[Any, Any]


@dataclass(eq=False)
class Loop(Invalid):
    """Nodes that need each other."""

    chain: tuple[str, ...]

    code = "cycle"

    def __str__(self) -> str:
        return _("节点互相引用成环:{chain}", chain=" → ".join(self.chain))


@dataclass(eq=False)
class NoSuchGroup(Invalid):
    """A comparison group by an attribute that no unit has: everybody would be in one, without a word."""

    attribute: str
    asks: str

    code = "no_such_group"

    def __str__(self) -> str:
        reason = _("“{asks}”按“{name}”分组,而没有一个单位写了它", asks=self.asks, name=self.attribute)
        return _("{reason};请核对方案里的名称与单位表的列", reason=reason)


class Run(HandedIn):
    """Everything one run knows; nothing is computed before it is needed, and nothing twice."""

    def __init__(self, recipe: Recipe, inputs: Inputs | Figures, period: str | None = None) -> None:
        super().__init__(recipe, inputs, period)
        self.slow = 0  # cells rounded in whole integers, because float64 would not have been exact
        self.failed: set[Failed] = set()  # functions of packs that gave nothing to count with
        self.functions: dict[str, str] = {}  # those that were asked: method → function and digest
        self._working: list[tuple[str, str, str]] = []

    # -- who belongs where -------------------------------------------------------------------------

    def members(self, paper: PaperRule) -> Array:
        """The units a paper assesses."""

        def work() -> Array:
            everybody, classes = self.roster.assessed, self.words("class", self.period)
            if not paper.group or (len(self.recipe.papers) == 1 and not any(classes.distinct)):
                return everybody
            return everybody & classes.same(paper.group)

        found: Array = self.once(("members", paper.code), work)
        return found

    def groups(self, scope: Scope, circle: tuple[Tree, ...] = ()) -> Array:
        """The comparison group of each unit, as a number; −1 for who is in none."""
        named = [_attribute(tree) for tree in circle] or nodes.listed(
            (scope.node.get("group") if scope.node else None) or "paper"
        )
        node = scope.node.code if scope.node is not None and scope.node.get("applies") else None
        when = scope.period if node else self.day(scope.period)
        key = ("groups", scope.paper.code, tuple(named), node, when)
        found: Array = self.once(key, lambda: self._groups(scope, named, node))
        return found

    def _groups(self, scope: Scope, named: list[str], node: str | None) -> Array:
        if named == ["all"]:
            inside = np.any([self.members(paper) for paper in self.recipe.papers.values()], axis=0)
        else:
            inside = self.members(scope.paper)
        if node is not None and scope.node is not None:
            inside = inside & nodes.applies(
                self.scope(scope.paper, scope.node, scope.period), len(self.units)
            )
        named = [name for name in named if name not in ("paper", "all")]
        if not named:
            return np.where(inside, 0, -1)
        for name in named:
            if inside.any() and not self.roster.has(name):
                asks = scope.node if scope.node is not None else scope.paper
                raise NoSuchGroup(name, str(asks.label or asks.code))
        return numbered([self.words(name, scope.period) for name in named], inside)

    # -- nodes -------------------------------------------------------------------------------------

    def scope(self, paper: PaperRule, node: NodeRule, period: str) -> Scope:
        """Where a node's names are looked up, in one period."""
        found: Scope = self.once(
            ("scope", paper.code, node.code, period), lambda: nodes.scope(self, paper, node, period)
        )
        return found

    def score(self, paper: PaperRule, code: str, period: str) -> Exact:
        """What a node or an adjustment comes to in a period, for every unit of the paper."""
        key = ("score", paper.code, code, period)
        known: Exact | None = self._known.get(key)
        if known is not None:
            return known
        if periods.span(period).end <= self.first_month:
            return Exact.nothing(MISSING, len(self.units))
        self._begin(key[1:])
        try:
            node = paper.nodes.get(code)
            points = (
                nodes.points(self, paper, node, period)
                if node is not None
                else adjust.adjustment(self, paper, code, period)
            )
        finally:
            self._working.pop()
        found = self._of_members(paper, points.spread(len(self.units))).lean()
        self._known[key] = found
        return found

    def _begin(self, key: tuple[str, str, str]) -> None:
        """Until it is worked out, whatever asks for it again is a loop."""
        if key in self._working:
            start = self._working.index(key)
            raise Loop(tuple(f"{c}@{p}" for _paper, c, p in (*self._working[start:], key)))
        if len(self._working) > 400:
            raise Loop(tuple(f"{c}@{p}" for _paper, c, p in self._working[-4:]))
        self._working.append(key)

    def _of_members(self, paper: PaperRule, points: Exact) -> Exact:
        """Points as they are, not applicable to whom the paper does not assess."""
        if self.once(("all members", paper.code), lambda: bool(self.members(paper).all())):
            return points
        return points.put(np.where(self.members(paper), points.state, np.uint8(NA)))

    def applied(self, paper: PaperRule, code: str, period: str) -> Exact:
        """A node's points before anything stands in where they are missing or not applicable."""
        found: Exact = self.once(
            ("applied", paper.code, code, period),
            lambda: nodes.applied(self, paper, paper.nodes[code], period),
        )
        return found

    def full(self, paper: PaperRule, code: str, period: str) -> Exact:
        """Full marks of a node; missing where it has none."""
        found: Exact = self.once(
            ("full", paper.code, code, period), lambda: marks.full(self, paper, paper.nodes[code], period)
        )
        return found

    def node_rank(self, paper: PaperRule, code: str, period: str, name: str = "") -> Exact:
        """The units ranked by a node, as its ``rank`` key says."""
        key = ("node rank", paper.code, code, period, name)
        found: Exact = self.once(key, lambda: self._node_rank(paper, code, period, name))
        return found

    def _node_rank(self, paper: PaperRule, code: str, period: str, name: str) -> Exact:
        rule = nodes.rank_rules(paper.nodes[code]).get(name, {})
        group = rule.get("group") or paper.nodes[code].get("group") or "paper"
        circle = tuple(Name((attribute,)) for attribute in nodes.listed(group))
        scope = Scope(self, paper, None, period)
        groups = self.groups(scope, circle)
        return circles.ranks(self.score(paper, code, period), groups, rule.get("ties", "competition"))

    def grades(self, paper: PaperRule, result: str, period: str) -> Words:
        """The grade each unit has in a result, as words."""
        from kaocheng.engine import grade

        if periods.span(period).end <= self.first_month:
            return Words(np.full(len(self.units), "", object), np.full(len(self.units), MISSING, np.uint8))

        def work() -> Words:
            code = result or next(iter(paper.table("results")), "")
            self._begin((paper.code, f"grade({code})", period))
            try:
                found = grade.ranked(self, paper, code, period)
                there = found.there & (found.grade >= 0)
            finally:
                self._working.pop()
            words = np.array([*found.grades, ""], object)[np.where(there, found.grade, -1)]
            return Words(words, np.where(there, OK, MISSING).astype(np.uint8))

        return self.once(("grades", paper.code, result, period), work)  # type: ignore[no-any-return]

    def paper_periods(self) -> Iterable[tuple[PaperRule, str]]:
        """The papers that publish something in this run, with the period of each."""
        for paper in self.recipe.papers.values():
            period = self.period if self.asked else self.recipe.own_period(paper)
            if self.recipe.total(paper, period) is not None and self.members(paper).any():
                yield paper, period


def _attribute(tree: Tree) -> str:
    return tree.value if isinstance(tree, Word) else ".".join(getattr(tree, "path", ("",)))
