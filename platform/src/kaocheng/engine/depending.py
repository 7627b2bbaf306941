"""What hangs on a figure: every node, adjustment and veto that names it, straight or through others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kaocheng.engine import compose
from kaocheng.engine.alone import whole_of
from kaocheng.engine.grammar import BadExpression, Name, parse, walk
from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

Of = tuple[str, str]  # paper, and the code of a node, an adjustment or a veto
LABELS = frozenset(["label", "clause", "collector", "in", "then", "matter", "group"])
# what a composition may say and still pass on what its parts gain, point for point by its weights
PASSING = frozenset(["sum", "weighted", "mean", "weighted_mean"])
SAID = frozenset(
    ["compose", "of", "weight", "full", "rank", "group", "missing"]  # noqa: RUF005 (two lines read better)
    + ["show", "only_shown", "label", "in", "clause", "collector"]
)


def upon(run: Run, figure: str) -> frozenset[Of]:
    """All that may be another if the figure is; rather too much than too little."""
    whole = whole_of(run)
    found: frozenset[Of] = whole.once(("hanging on", figure), lambda: _upon(whole, figure))
    return found


def asked_by_results(run: Run, paper: PaperRule) -> set[str]:
    """The names that ranks, ties, bands and moves of grades go by."""

    def work() -> set[str]:
        return {name for rule in paper.table("results").values() for name in in_texts(rule)}

    found: set[str] = whole_of(run).once(("asked by results", paper.code), work)
    return found


def straight(run: Run, paper: PaperRule, node: NodeRule, figure: str) -> bool:
    """Whether a figure moves the total through this one leaf, and through compositions that pass it on."""
    key = ("straight", paper.code, node.code, figure)
    found: bool = whole_of(run).once(key, lambda: _straight(run, paper, node, figure))
    return found


def _straight(run: Run, paper: PaperRule, node: NodeRule, figure: str) -> bool:
    if any("@" in text for text in texts(node.keys)) or node.get("missing") == "last_period":
        return False
    mine = {code for home, code in upon(run, figure) if home == paper.code} - {node.code}
    for code in mine:
        other = paper.nodes.get(code)
        if other is None or str(other.get("compose")) not in PASSING or not other.keys.keys() <= SAID:
            return False
        if any("/" in reference for reference, _weight in compose.references(paper, other)):
            return False
    return True


def _upon(whole: Run, figure: str) -> frozenset[Of]:
    naming: Mapping[str, set[Of]] = whole.once(("naming",), lambda: _naming(whole.recipe))
    found: set[Of] = set()
    waiting = [figure]
    while waiting:
        for one in naming.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one[1])
    return frozenset(found)


def _naming(recipe: Recipe) -> Mapping[str, set[Of]]:
    """Name → who names it."""
    found: dict[str, set[Of]] = {}
    for paper in recipe.papers.values():
        for code, names in _named(recipe, paper):
            for name in names:
                found.setdefault(name, set()).add((paper.code, code))
    return found


def _named(recipe: Recipe, paper: PaperRule) -> Iterator[tuple[str, set[str]]]:
    for node in paper.nodes.values():
        names = in_texts(node.keys) | in_texts(recipe.methods.get(str(node.get("method")), {}))
        if node.composed:
            names |= in_texts({"": [reference for reference, _weight in compose.references(paper, node)]})
        elif node.code in recipe.figures:
            names.add(node.code)
        if node.get("not_applicable") == "own_rate":
            names |= set(paper.parts.get(str(node.get("in")), ())) - {node.code}
        names |= set(paper.excess.get(node.code, ()))
        for kind, where in (("adjustments", "to"), ("vetoes", "zero")):
            names |= {name for name, rule in paper.table(kind).items() if rule.get(where) == node.code}
        yield node.code, names
    for kind in ("adjustments", "vetoes"):
        for name, rule in paper.table(kind).items():
            yield name, in_texts({key: rule[key] for key in rule.keys() & {"formula", "most", "when"}})


def in_texts(keys: Mapping[str, Any]) -> set[str]:
    """The first word of every name in the expressions among some keys."""
    found = set()
    for text in texts(keys):
        try:
            found |= {tree.path[0] for tree in walk(parse(text)) if isinstance(tree, Name)}
        except BadExpression:
            continue  # a word of the method's own
    return found


def texts(keys: Mapping[str, Any]) -> Iterator[str]:
    """Every text among some keys that may be an expression."""
    for key, value in keys.items():
        if key in LABELS:
            continue
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from texts(value)
        elif isinstance(value, list | tuple):
            for inner in value:
                yield from texts(inner if isinstance(inner, Mapping) else {"": inner})
