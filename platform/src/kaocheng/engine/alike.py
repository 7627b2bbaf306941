"""Leaves of one shape are worked out once: what was done with the columns of one is done with the others'.

A hundred indicators scored by completion differ in their columns and in nothing that decides what is
done with them: they have the same keys, scales, and bounds.  The second such leaf is worked out on
columns that cannot be looked at, in a run where nothing can be looked up.  Unless somebody tried to,
what was noted down (`kaocheng.engine.blocks`) is all of the work, and is done with every further leaf's
columns.  So nothing here knows any method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, cast

import numpy as np

from kaocheng.engine import nodes
from kaocheng.engine.arrays import Exact
from kaocheng.engine.blocks import Deferred, Noted
from kaocheng.engine.evaluate import Scope, Value, evaluate
from kaocheng.engine.grammar import Name
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.errors import Invalid

if TYPE_CHECKING:
    from kaocheng.engine.recipe import Recipe
    from kaocheng.engine.run import Run

FIRST = 1  # so many leaves of a shape are worked out by themselves, before it is worth seeing what they do
NAMES = frozenset(["in", "label", "clause", "show", "weight"])  # keys that decide nothing about points
SAID = frozenset(["x", "target", "base", "last", "let"])  # keys by which a leaf's words mean something else


class LookedAt(Exception):
    """Somebody wanted to know more than the shape."""


Done = Callable[[list[Value]], Exact]


@dataclass(slots=True)
class Shape:
    """What leaves with the same keys do."""

    seen: int = 0
    tries: int = 3  # left to see what their formula makes use of
    words: tuple[str, ...] | None = None  # that, in this order
    known: dict[tuple[Any, ...], Done | None] = field(default_factory=dict)  # for columns of a signature


def points(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact | None:
    """The points of a leaf as those of another like it were worked out; ``None``: it is to be worked out."""
    added_to: frozenset[str] = run.once(("added to", paper.code), lambda: _added_to(paper))
    if node.composed or "across" in node.keys or node.code in added_to:
        return None
    said = repr([(key, value) for key, value in node.keys.items() if key not in NAMES])
    shape: Shape = run.once(("alike", paper.code, period, said, len(run.units)), Shape)
    shape.seen += 1
    if shape.seen <= FIRST or ((figure := nodes.measured(run, node)) and run.series(figure)):
        return None
    try:
        if shape.words is None:
            if not shape.tries:
                return None
            shape.tries -= 1
            shape.words = _used(run.scope(paper, node, period))
        given = _given(run, paper, node, period, shape.words)
        signed = tuple(map(_signature, given))
    except (LookedAt, Invalid):  # what is wrong is said where it is worked out
        return None
    if signed not in shape.known:
        here = run.scope(paper, node, period)
        shape.known[signed] = _worked_out(here, shape.words, given, signed)
    done = shape.known[signed]
    return None if done is None else done(given)


def _given(run: Run, paper: PaperRule, node: NodeRule, period: str, words: Iterable[str]) -> list[Value]:
    """What the words of a leaf mean."""
    if node.get("method") == "import" or not node.keys.keys().isdisjoint(SAID):
        here = run.scope(paper, node, period)
        return [evaluate(Name((word,)), here) for word in words]
    return [nodes.usual(word, run, paper, node, period) for word in words]


def _added_to(paper: PaperRule) -> frozenset[str]:
    """The nodes whose points are made of more than their own keys say."""
    to = {str(rule.get("to")) for rule in paper.table("adjustments").values()}
    vetoed = {str(rule.get("zero")) for rule in paper.table("vetoes").values()}
    return frozenset({*to, *vetoed, *paper.excess})


def _signature(value: Value) -> tuple[int, ...]:
    """What decides what is done with a value: one for all as it is; of a column its scale and its bounds."""
    if not isinstance(value, Exact) or value.waits or not value.all_ok:
        raise LookedAt
    n, d = value._n, value._d
    if type(d) is not int or (type(n) is not int and cast("Any", n).dtype != float):
        raise LookedAt
    if type(n) is int:
        return n, d
    low = min(value.low, 1) if value.low >= 0 else -(1 << (-value.low).bit_length())
    return low, 1 << max(value.high, 0).bit_length(), d


class _Rules:
    """A run in which nothing can be looked up but the rules."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.slow = 0

    def series(self, _code: str) -> Mapping[str, str]:
        return {}

    def __getattr__(self, _name: str) -> NoReturn:
        raise LookedAt


def _used(here: Scope) -> tuple[str, ...]:
    """The words that a leaf's points are made of."""
    used: dict[str, Value] = {}

    def asked(word: str) -> Value:
        used[word] = evaluate(Name((word,)), here)
        return _hidden(used[word], _signature(used[word]))

    _unseen(here, {word: partial(asked, word) for word in nodes.WORDS})
    return tuple(used)


def _worked_out(
    here: Scope, words: tuple[str, ...], given: list[Value], signed: tuple[tuple[int, ...], ...]
) -> Done | None:
    """What was done with values that nobody looked at, to be done with any of the same signature."""
    hidden = [_hidden(value, shape) for value, shape in zip(given, signed, strict=True)]
    try:
        found = _unseen(here, dict(zip(words, hidden, strict=True)))
    except (LookedAt, Invalid):
        return None
    if found.waits or not found.all_ok or type(found._d) is not int:
        return None
    if type(found._n) is int:
        return lambda _given: found
    columns, last = [value._n for value in hidden], cast("Deferred", found._n)
    if any(last is column for column in columns):  # as it is
        last = Deferred(np.positive, (last,), last.length, float)
    noted = Noted(last, columns)
    low, high, d = found.low, found.high, found._d

    def done_with(given: list[Value]) -> Exact:
        columns = [value._n for value in cast("list[Exact]", given)]
        return Exact(noted.done_with(columns), d, None, low, high, d)

    return done_with


def _unseen(here: Scope, words: Mapping[str, Any]) -> Exact:
    rules = cast("Run", _Rules(here.run.recipe))
    return nodes.last_of(nodes.in_period(rules, replace(here, run=rules, words=dict(words))))


def _hidden(value: Value, shape: tuple[int, ...]) -> Exact:
    """A value with a certain signature and no numbers."""
    if len(shape) == 2:
        return cast("Exact", value)
    low, high, d = shape
    return Exact(Deferred(_look, (), value._n.shape[0], float), d, None, low, high, d)  # type: ignore[union-attr]


def _look() -> NoReturn:
    raise LookedAt
