"""What lint knows of one paper: its names, the measures of its figures, what a node's own words stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from kaocheng.engine import compose, periods
from kaocheng.engine.grammar import BadExpression, Tree, parse
from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe
from kaocheng.engine.spelling import show
from kaocheng.i18n import _
from kaocheng.rulebook import sorts
from kaocheng.rulebook.infer import Reader
from kaocheng.rulebook.sorts import ANYTHING, Sort
from kaocheng.rulebook.source import nearest

LOOKING_BACK = ("last_year", "previous")
# What a method divides by, in its own words.
DIVISORS: Mapping[str, str] = {
    "completion": "target",
    "control": "target",
    "ratio": "to",
    "convert": "out_of",
    "inverse": "x",
    "between": "target - base",
    "shortfall": "each",
    "around": "each",
    "to_mean": "each",
    "status": "_sum",
    "ballots": "_sum",
    "share": "group.sum(x)",
    "to_best": "group.max(x)",
    "z": "group.sd(x)",
}
STATED = {"_sum": "x"}  # how a divisor is shown


class Knowledge:
    """One paper, as far as it is known before any number is."""

    def __init__(self, recipe: Recipe, paper: PaperRule) -> None:
        self.recipe, self.paper = recipe, paper
        self._measured: dict[str, Sort] = {}
        self._rough: dict[str, bool] = {}
        self._words: dict[str, OwnWords] = {}

    @cached_property
    def after(self) -> frozenset[str]:
        """What a plain name may mean after the total, besides figures."""
        return frozenset([*self.paper.nodes, *self.paper.table("adjustments")])

    @cached_property
    def with_rank(self) -> frozenset[str]:
        """Figures that have a part called ``rank``."""
        return frozenset(c for c, rule in self.recipe.figures.items() if "rank" in (rule.get("parts") or {}))

    def label(self, code: str) -> str:
        """The tenant's word for a figure."""
        return str(self.recipe.figures.get(code, {}).get("label") or code)

    def measured(self, code: str) -> Sort:
        """A figure's value."""
        if code not in self._measured:
            unit = str(self.recipe.figures.get(code, {}).get("unit", "")).strip()
            self._measured[code] = sorts.measured(unit)
        return self._measured[code]

    def fields(self, code: str) -> Mapping[str, Sort]:
        """The fields of a list, as names."""
        fields = (self.recipe.lists.get(code) or {}).get("fields") or {}
        return {name: sorts.measured(str(unit)) for name, unit in fields.items()}

    def no_period(self, name: str) -> str | None:
        """What to do about a period nobody declared; ``None`` where there is one."""
        return no_period(self.recipe, name)

    def figure(self, node: NodeRule) -> str | None:
        """The figure a node measures: the one of its code, or the one its x plainly names."""
        written = node.get("x")
        if isinstance(written, str) and written.strip() in self.recipe.figures:
            return written.strip()
        return node.code if node.code in self.recipe.figures else None

    def own(self, node: NodeRule) -> OwnWords:
        """A node's own words."""
        if node.code not in self._words:
            self._words[node.code] = OwnWords(self, node)
        return self._words[node.code]

    def reader(self, node: NodeRule | None) -> Reader:
        """A reader of a node's expressions, or of what comes after the total."""
        if node is None:
            return Reader(self, nodes_plain=True)
        own = self.own(node)
        fields = frozenset(self.fields(str(node["rows"]))) if node.get("rows") else frozenset[str]()
        return Reader(self, own.words, self.figure(node), written=own.written, row_fields=fields)

    # -- values that are neither rational nor rounded ----------------------------------------------

    def rough(self, code: str) -> bool:
        """Whether a node's score is neither rational nor rounded."""
        if code not in self._rough:
            self._rough[code] = False  # a loop is said elsewhere
            node = self.paper.nodes.get(code)
            self._rough[code] = node is not None and self._rough_node(node)
        return self._rough[code]

    def _rough_node(self, node: NodeRule) -> bool:
        if node.get("round") not in (None, "none"):
            return False
        if not node.composed:
            full = "full" in node.keys and "round" not in node.keys
            rounded = full and self.recipe.decimals(self.paper, "leaf") is not None
            return not rounded and self._rough_leaf(node)
        if node["compose"] == "formula":
            return self.sort_of(node, str(node.get("formula", "0"))).rough
        if node["compose"] == "geometric":
            return True
        parts = [ref.partition("@")[0].strip() for ref, _w in compose.references(self.paper, node)]
        return any(self.rough(part) for part in parts)

    def _rough_leaf(self, node: NodeRule) -> bool:
        method = str(node.get("method", "formula"))
        if method == "formula":
            return self.sort_of(node, str(node.get("formula", "x"))).rough
        return method == "z" or (not method.startswith("rank_") and self.sort_of(node, "x").rough)

    def sort_of(self, node: NodeRule, text: str) -> Sort:
        """What an expression of a node yields; what is wrong with it is said where it is checked."""
        try:
            return self.reader(node).sort(parse(text))
        except BadExpression:
            return ANYTHING

    # -- what a method divides by ------------------------------------------------------------------

    def method_divisor(
        self, reader: Reader, tree: Tree, method: str, given: Mapping[str, Tree], measured: Sort
    ) -> None:
        """Note in *reader* the divisor of a method called as a function, where it could be zero."""
        if method not in DIVISORS:
            return
        words: dict[str, Any] = {"x": measured, "_sum": sorts.COUNT}
        for key, value in given.items():
            sort = Reader(self, reader.words, reader.figure).sort(value)
            safe = bool(reader.facts) and show(value) in reader.facts
            words[key] = sorts.at_least(sort, Fraction(1)) if safe else sort
        inner = Reader(self, {**reader.words, **words}, reader.figure, facts=reader.facts)
        divisor = parse(DIVISORS[method])
        inner.divides(divisor, inner.sort(divisor))
        if inner.divisors and not reader.answered:
            reader.divisors.append(given.get(DIVISORS[method], tree))


def no_period(recipe: Recipe, name: str, *, declared: bool = True) -> str | None:
    """What to do about a period nobody declared; ``None`` where there is one."""
    if declared and (name in LOOKING_BACK or name in recipe.periods):
        return None
    try:
        periods.span(name)
    except periods.NoSuchPeriod:
        written = _("请写成 2026、2026H1、2026Q3、2026-07 或 2026-01..2026-09")
        return nearest(name, [*recipe.periods, *LOOKING_BACK]) or (
            _("请写在 [periods] 里") if declared else written
        )
    return None


class OwnWords:
    """The names of one node, each worked out when it is first needed."""

    def __init__(self, about: Knowledge, node: NodeRule) -> None:
        self.about, self.node = about, node
        self.loops: set[str] = set()
        self._known: dict[str, Sort] = {}
        self._working: list[str] = []
        said = {**node.keys, **(node.get("let") or {})}
        names = ("x", "target", "base", "last", "full", *(node.get("let") or {}))
        self.written = {
            name: str(said[name])
            for name in names
            if said.get(name) is not None and not isinstance(said[name], dict | list)
        }
        self.words: dict[str, Sort | Callable[[], Sort]] = {}
        for name in names:
            self.words[name] = self._later(name)
        if node.get("rows"):
            self.words.update(about.fields(str(node["rows"])))

    def _later(self, name: str) -> Callable[[], Sort]:
        return lambda: self._once(name)

    def _once(self, name: str) -> Sort:
        if name in self._known:
            return self._known[name]
        if name in self._working:
            self.loops.add(name)
            return ANYTHING
        self._working.append(name)
        try:
            sort = self._work(name)
        finally:
            self._working.pop()
        self._known[name] = sort
        return sort

    def _work(self, name: str) -> Sort:
        if name in self.written:
            return self.about.sort_of(self.node, self.written[name])
        figure = self.about.figure(self.node)
        if name == "full" or figure is None:
            return ANYTHING
        return self.about.measured(figure)

    @property
    def has_x(self) -> bool:
        """Whether there is something for the node to measure."""
        if self.node.get("method") == "import":
            return True  # what the other sheet says
        return "x" in self.node.keys or self.about.figure(self.node) is not None
