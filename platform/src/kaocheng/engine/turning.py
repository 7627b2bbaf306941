"""Where a formula turns: targets, bands, steps, the values of others; and how far one step of a figure is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd
from typing import TYPE_CHECKING

import numpy as np

from kaocheng.engine import evaluate as language
from kaocheng.engine import nodes
from kaocheng.engine.alone import LooksAtOthers, whole_of
from kaocheng.engine.arrays import OK, Exact
from kaocheng.engine.compared import Compared
from kaocheng.engine.evaluate import Scope
from kaocheng.engine.grammar import BadExpression, Call, Name, Number, Operation, Tree, parse, walk
from kaocheng.engine.order import sortable
from kaocheng.engine.others import is_x
from kaocheng.engine.what_if import DEAREST, Key

if TYPE_CHECKING:
    from kaocheng.engine.terms import Seat

COUNTED = frozenset("个件次人户起篇项家份名处条场期宗例座所天名类册台套")  # measures that have no halves
MOST_DECIMALS = 2  # of a step
ELSEWHERE = (("at",), ("target",), ("base",), ("score",), ("rate",), ("grade",))  # not what the unit reports
TOLD_APART = ("+", "-", "<", "<=", ">", ">=", "=", "!=")
Figure = tuple[str, str]  # code and part


def figures(scope: Scope) -> tuple[Figure, ...]:
    """The figures of its own period that a node is worked out from, in the order they are named."""
    found: tuple[Figure, ...] = whole_of(scope.run).once(
        ("figures of", *scope.key), lambda: _counted_in(list(_figures(scope)))
    )
    return found


def _counted_in(found: list[tuple[Figure, bool]]) -> tuple[Figure, ...]:
    """Those that do more than divide; what is only counted per (人口, 应办件数) is no step to take."""
    whole = dict.fromkeys(figure for figure, divides in found if not divides)
    return tuple(whole or dict.fromkeys(figure for figure, _divides in found))


def _figures(scope: Scope) -> Iterator[tuple[Figure, bool]]:
    node, run = scope.node, scope.run
    assert node is not None
    written = [nodes.formula(node, nodes.measuring(scope))]
    written += [str(node[key]) for key in ("x", "times", "only_if") if key in node.keys]
    written += [str(text) for text in (node.get("let") or {}).values()]
    written += [str(node[key]) for key in ("base", "last") if key in node.keys]
    texts = [(text, False) for text in written]
    texts += [(str(node["to"]), True)] if "to" in node.keys else []
    for text, divisor in texts:
        for name, divides in _names(_parsed(text), divisor):
            if name.period and language.when(name.period, scope) != scope.period:
                continue
            if name.path[0] == "x" and scope.figure:
                code, rest = scope.figure, name.path[1:]
                if not rest and "x" in node.keys:
                    continue  # its own expression is among the texts
            elif name.path[0] in run.recipe.figures:
                code, rest = name.path[0], name.path[1:]
            else:
                continue
            parts = tuple(run.series(code)) if not rest else rest[:1]
            yield from (((code, part), divides) for part in parts or ("",))


def _parsed(text: str) -> Tree | None:
    try:
        return parse(text)
    except BadExpression:  # a word of the method's own
        return None


def _names(tree: Tree | None, divides: bool) -> Iterator[tuple[Name, bool]]:
    """The names of a formula that stand for what the unit itself reports, and whether they only divide."""
    if isinstance(tree, Name):
        yield tree, divides
    elif isinstance(tree, Operation):
        for n, part in enumerate(tree.parts):
            yield from _names(part, divides or (tree.sign == "/" and n > 0))
    elif isinstance(tree, Call) and tree.path not in ELSEWHERE:
        for argument in (*tree.arguments, *(value for _key, value in tree.keywords)):
            yield from _names(argument, divides)


@dataclass(frozen=True, slots=True)
class Turning:
    """One figure of one unit, as a node's formula makes use of it."""

    seat: Seat
    scope: Scope
    key: Key
    now: Fraction

    def step(self) -> Fraction:
        """One step of the figure: a whole unit; between 0 and 1 its last decimal, the second at most."""
        between = abs(self.now) < 1 and not self._counted()
        return Fraction(1, 10 ** self._decimals()) if between else Fraction(1)

    def values(self) -> Iterator[Fraction]:
        """Where the formula turns, on either side; of what is counted, the next whole number beyond."""
        counted = self._counted()
        for value in self._values():
            if not counted or value.denominator == 1:
                yield value
            else:
                yield Fraction(ceil(value) if value > self.now else floor(value))

    def _values(self) -> Iterator[Fraction]:
        scope = nodes.measuring(self.scope)
        node = self.scope.node
        assert node is not None
        measured = self._measured()
        if measured:
            target = self._number(parse("target"), scope)
            if target is not None:
                yield target
                yield from self._steps_from(target)
        for tree in dict.fromkeys(walk(parse(nodes.formula(node, scope)))):
            if isinstance(tree, Operation) and len(tree.parts) == 2:
                yield from self._beside(tree, scope, measured)
            elif isinstance(tree, Call) and tree.path in (("min",), ("max",), ("clamp",)):
                if any(self._own(argument) for argument in tree.arguments):
                    yield from self._fixed(tree.arguments, scope)
            elif isinstance(tree, Call) and tree.path[0] in language.CIRCLES and measured:
                yield from self._others(tree, scope)

    def _beside(self, tree: Operation, scope: Scope, measured: bool) -> Iterator[Fraction]:
        """What stands beside the figure; of a plainly measured one, any bound of the formula."""
        apart = measured and not any(self._own(part) for part in walk(tree))  # the two ends of a range
        if tree.sign in TOLD_APART and (apart or any(self._own(part) for part in tree.parts)):
            yield from self._fixed(tree.parts, scope)
        elif tree.sign == "/" and measured and isinstance(tree.parts[1], Name):
            yield from self._fixed(tree.parts[1:], scope)

    def _measured(self) -> bool:
        """Whether the figure is the node's ``x`` as it was reported."""
        code, part, _period = self.key
        node = self.scope.node
        assert node is not None
        if "x" not in node.keys:
            return self.scope.figure == code and not part
        return self._own(_parsed(str(node["x"])))

    def _own(self, tree: Tree | None) -> bool:
        code, part, _period = self.key
        if not isinstance(tree, Name) or tree.period:
            return False
        path = (code, part) if part else (code,)
        of_x = self.scope.figure == code and tree.path == (("x", part) if part else ("x",))
        return tree.path == path or of_x

    def _fixed(self, trees: tuple[Tree, ...], scope: Scope) -> Iterator[Fraction]:
        """The values among these that do not hang on the figure: numbers, keys of the rule, targets."""
        for tree in trees:
            plain = isinstance(tree, Number) or (
                isinstance(tree, Name)
                and tree.path[0] not in ("x", "full", *self.scope.run.recipe.figures)
                and not tree.path[0].startswith("_")
            )
            asked = isinstance(tree, Call) and tree.path in (("target",), ("base",))
            if (plain or asked) and (value := self._number(tree, scope)) is not None:
                yield value

    def _number(self, tree: Tree, scope: Scope) -> Fraction | None:
        value = language.evaluate(tree, scope)
        return self.seat.of(value) if isinstance(value, Exact) else None

    def _steps_from(self, target: Fraction) -> Iterator[Fraction]:
        """The next few steps away from or towards a target."""
        node = self.scope.node
        assert node is not None
        over, each = node.get("over"), node.get("each")
        width = Fraction(0)
        if isinstance(over, Mapping):
            width = target * (language.number(str(over["each"]), self.scope).fraction() or 0)
        elif each is not None:
            width = language.number(str(each), self.scope).fraction() or Fraction(0)
        if width > 0:
            first = floor((self.now - target) / width)
            yield from (target + width * (first + k) for k in (-2, -1, 0, 1, 2))

    def _others(self, tree: Call, scope: Scope) -> Iterator[Fraction]:
        """The values of others that a comparison turns at: the best, the lowest, those next to one's own."""
        whole = whole_of(self.scope.run)
        compared = whole.known(("compared", *scope.key, tree))
        if not isinstance(compared, Compared):
            return
        place = getattr(self.scope.run, "place", self.seat.at)
        values, at, _whole = compared.around(place, DEAREST)
        if values is None:
            raise LooksAtOthers
        if not is_x(tree.arguments[0]):
            return
        others = values.take(np.flatnonzero((values.state == OK) & (np.arange(len(values.state)) != at)))
        count, now = others.shape[0], Exact.constant(self.now)
        order = np.argsort(sortable(others, np.arange(count)))
        below, up_to = (
            int(np.count_nonzero(np.broadcast_to(held.holds, (count,))))
            for held in (others < now, others <= now)
        )
        told = {0, count - 1, below - 1, up_to} & set(range(count))
        yield from (value for i in told if (value := others.fraction(int(order[i]))) is not None)

    # -- how far a step is -------------------------------------------------------------------------

    def _counted(self) -> bool:
        """Whether the figure counts things, so that it moves by whole ones."""
        measure = str(self.scope.run.recipe.figures[self.key[0]].get("unit") or "个")
        return measure in COUNTED and self._decimals() == 0

    def _decimals(self) -> int:
        """The most decimals that anybody reported."""
        whole = whole_of(self.scope.run)
        found: int = whole.once(("decimals", *self.key), lambda: _decimals(whole.figure(*self.key)))
        return found


def _decimals(value: language.Value) -> int:
    if not isinstance(value, Exact) or not isinstance(value.d, int):
        return MOST_DECIMALS
    n = value.n[value.state == OK] if value.shape and value.state.shape else value.n
    below = ((k, value.d // gcd(value.d, 10**k)) for k in range(MOST_DECIMALS))
    return next((k for k, multiple in below if not np.any(n % multiple)), MOST_DECIMALS)
