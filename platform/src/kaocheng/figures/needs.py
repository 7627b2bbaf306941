"""What a scheme needs handed in, by class and period: read off the recipe before any number is known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kaocheng.engine import grammar
from kaocheng.engine.periods import MONTHS, inside
from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe
from kaocheng.figures.domain import Of

# Keys of a node that hold words or names of other things, never an expression over figures.
_WORDS = frozenset(
    (
        *("label", "in", "clause", "collector", "method", "compose", "of", "weight", "group", "direction"),
        *("round", "rate_round", "show", "only_shown", "rank", "rows", "fold", "across", "steps", "open"),
        *("available", "inherit", "from", "take"),
    )
)
_TARGETED = frozenset({"completion", "met", "shortfall", "around", "control", "inverse", "between"})
_OTHER_YEARS = frozenset({"last_year", "previous"})


class Need(NamedTuple):
    """One value each unit of a class owes for a period; *part* is empty for a figure without parts."""

    period: str
    of: Of
    code: str
    part: str = ""


def needs(recipe: Recipe) -> Mapping[str, tuple[Need, ...]]:
    """Class → what each of its units owes, in the order of the scheme; the class "" is every unit.

    Covers figures (every part), targets (where a method or an expression asks for one and none is
    written into the rule), and lists.
    """
    found: dict[str, dict[Need, None]] = {}
    for paper in recipe.papers.values():
        walker = _Walker(recipe, paper)
        walker.walk()
        found.setdefault(paper.group, {}).update(walker.found)
    return {group: tuple(sorted_needs) for group, sorted_needs in found.items()}


@dataclass
class _Walker:
    """One paper's tree, followed from what is ranked down to what is reported."""

    recipe: Recipe
    paper: PaperRule
    found: dict[Need, None] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def walk(self) -> None:
        """Start from the total of each period the paper publishes."""
        declared = self.paper.keys.get("total")
        periods = [self.recipe.own_period(self.paper)]
        if isinstance(declared, Mapping):
            periods = [self.recipe.period(name) for name in declared]
        for period in periods:
            total = self.recipe.total(self.paper, period)
            if total:
                self._node(total, period)

    def _node(self, code: str, period: str) -> None:
        node = self.paper.nodes.get(code)
        if node is None or (code, period) in self.seen:
            return
        self.seen.add((code, period))
        for when in self._across(node, period):
            if node.composed:
                self._parts(node, when)
            self._leaf(node, when)

    def _across(self, node: NodeRule, period: str) -> list[str]:
        across = node.get("across")
        if isinstance(across, str):
            return inside(period, across) if across in MONTHS else [self.recipe.period(across)]
        return [self.recipe.period(str(name)) for name in across] if across else [period]

    def _parts(self, node: NodeRule, period: str) -> None:
        for written in node.get("of") or self.paper.parts.get(node.code, ()):
            code, _at, named = str(written).partition("@")
            if named not in _OTHER_YEARS:
                self._node(code, self.recipe.period(named) if named else period)

    def _leaf(self, node: NodeRule, period: str) -> None:
        rows = node.get("rows")
        fields = self.recipe.lists.get(rows, {}).get("fields", {}) if rows else {}
        if rows:
            self.found[Need(period, Of.ROW, str(rows))] = None
        measured = "x" in node.keys or "formula" in node.keys or rows or node.composed
        if not measured and node.code in self.recipe.figures:
            self._figure(node.code, period)
        if node.get("method") in _TARGETED and "target" not in node.keys and not rows:
            self._target(self._measured(node))
        for tree in expressions(node.keys):
            self._tree(tree, period, frozenset(fields) | frozenset(node.get("let") or ()))

    def _measured(self, node: NodeRule) -> str:
        x = node.get("x")
        return x if isinstance(x, str) and x in self.recipe.figures else node.code

    def _tree(self, tree: grammar.Tree, period: str, own: frozenset[str]) -> None:
        targets = {
            argument
            for call in grammar.walk(tree)
            if isinstance(call, grammar.Call) and call.path in {("target",), ("base",)}
            for argument in call.arguments[:1]
        }
        folded = dict(_over_months(tree))
        for part in grammar.walk(tree):
            if isinstance(part, grammar.Call) and part.path in {("score",), ("rate",)}:
                for name in part.arguments[:1]:
                    if isinstance(name, grammar.Name):
                        self._node(name.path[0], self._when(name, period) or period)
            elif isinstance(part, grammar.Name) and part.path[0] in self.recipe.figures:
                when = self._when(part, period)
                if part in targets:
                    self._target(part.path[0])
                elif part.path[0] not in own and when:
                    for one in inside(when, folded[part]) if part in folded else [when]:
                        self._figure(part.path[0], one)

    def _when(self, name: grammar.Name, period: str) -> str | None:
        named = (name.period or "").lstrip("@").strip()
        if named in _OTHER_YEARS:
            return None
        return self.recipe.period(named) if named else period

    def _figure(self, code: str, period: str) -> None:
        # A figure with parts is reported whole, though a rule may use only some of them.
        for part in self.recipe.figures[code].get("parts") or [""]:
            self.found[Need(period, Of.FIGURE, code, part)] = None

    def _target(self, code: str) -> None:
        if code in self.recipe.figures:
            # A half-year's target is a share of the year's, or the same: it is set once, for the year.
            self.found[Need(self.recipe.own_period(self.paper), Of.TARGET, code)] = None


def _over_months(tree: grammar.Tree) -> Iterator[tuple[grammar.Name, str]]:
    """What ``sum(revenue, month)`` adds up, and the kind of period it goes over."""
    for call in grammar.walk(tree):
        if isinstance(call, grammar.Call) and len(call.path) == 1 and len(call.arguments) == 2:
            figure, kind = call.arguments
            if isinstance(figure, grammar.Name) and isinstance(kind, grammar.Name) and kind.path[0] in MONTHS:
                yield figure, kind.path[0]


def expressions(keys: Mapping[str, Any]) -> Iterator[grammar.Tree]:
    """Every expression among a node's keys."""
    for name, value in keys.items():
        if name not in _WORDS:
            yield from _trees(value)


def _trees(value: Any) -> Iterator[grammar.Tree]:
    if isinstance(value, str):
        try:
            yield grammar.parse(value)
        except grammar.BadExpression:
            return
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _trees(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _trees(one)
