"""What each part takes from a whole that is no sum of them: of means by powers and of formulas.

Both ways are exact, and the parts' losses add up to the whole's.  A mean by powers treats its parts alike:
what it loses is shared out in proportion to weight × share of full marks lost.  A formula does not: its
nodes are put in one by one, in the order it names them, from what each is with nothing lost to what it
came to, and what the whole falls by is that node's.  One without full marks (a coefficient) starts from
what leaves the others as they are: 1 where it multiplies, else 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from kaocheng.engine import compose, functions, sums
from kaocheng.engine import evaluate as language
from kaocheng.engine.arrays import OK
from kaocheng.engine.grammar import Call, Name, Number, Operation, Tree, parse
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.engine.terms import ONE, ZERO, Seat, Term, terms

Reference = tuple[str, str, str]  # paper, node, period


@dataclass(frozen=True, slots=True)
class Taken:
    """One part: what it would be with nothing lost, and how much of the whole one point of it takes."""

    paper: PaperRule
    node: NodeRule
    period: str
    base: Fraction
    coefficient: Fraction
    marked: bool = True  # it has full marks, which its own parts may be told by


def by_powers(
    seat: Seat, paper: PaperRule, node: NodeRule, period: str, value: Fraction
) -> tuple[Fraction, list[Taken]] | None:
    """The whole with nothing lost and what each part takes; nothing where they cannot be told apart."""
    found = [term for term in terms(seat, paper, node, period) if term.state == OK]
    if any(term.full is None or term.base <= 0 or (term.score or ZERO) > term.base for term in found):
        return None
    top = sums.power_mean(str(node["compose"]), [(term.base, term.weight) for term in found])
    lost = sum((_share_lost(term) for term in found), ZERO)
    if top is None or (not lost and top != value):
        return None
    each = (top - value) / lost if lost else ZERO
    return top, [_taken(term, each * term.weight / term.base) for term in found]


def _share_lost(term: Term) -> Fraction:
    return term.weight * (term.base - (term.score or ZERO)) / term.base


def _taken(term: Term, coefficient: Fraction) -> Taken:
    return Taken(term.part.paper, term.part.node, term.part.period, term.base, coefficient)


def by_formula(
    seat: Seat, paper: PaperRule, node: NodeRule, period: str, value: Fraction
) -> tuple[Fraction, list[Taken]] | None:
    """The same of a formula over nodes; nothing where it names none, or draws many together."""
    return _Formula(seat, paper, node, period).taken(value)


class _Formula:
    def __init__(self, seat: Seat, paper: PaperRule, node: NodeRule, period: str) -> None:
        self.seat, self.scope = seat, seat.run.scope(paper, node, period)
        self.let = {name: parse(str(text)) for name, text in (node.get("let") or {}).items()}
        self.tree = self._inlined(parse(str(node["formula"])))

    def taken(self, value: Fraction) -> tuple[Fraction, list[Taken]] | None:
        scores, bases = {}, {}
        for reference, factor in self._references(self.tree).items():
            score, base = self._of(reference, factor)
            if score is not None:
                scores[reference], bases[reference] = score, base
        steps = self._steps(scores, bases)
        if not scores or steps is None or steps[-1] != value:
            return None
        found = []
        for reference, before, after in zip(scores, steps, steps[1:], strict=False):
            home, node, period = self._at(reference)
            lost = bases[reference] - scores[reference]
            marked = self._full(reference) is not None
            coefficient = (before - after) / lost if lost else ZERO
            found.append(Taken(home, node, period, bases[reference], coefficient, marked))
        return steps[0], found

    def _steps(
        self, scores: dict[Reference, Fraction], bases: dict[Reference, Fraction]
    ) -> list[Fraction] | None:
        """The whole with nothing lost, then with one node after another as it came out."""
        now, values = dict(bases), [self._value(bases)]
        for reference, score in scores.items():
            now[reference] = score
            values.append(self._value(now))
        known = [value for value in values if value is not None]
        return known if len(known) == len(values) else None

    def _value(self, points: dict[Reference, Fraction]) -> Fraction | None:
        return self.seat.of(language.number(self._put(self.tree, points), self.scope))

    def _of(self, reference: Reference, factor: bool) -> tuple[Fraction | None, Fraction]:
        home, node, period = self._at(reference)
        full = self._full(reference)
        return self.seat.of(self.seat.run.score(home, node.code, period)), (
            full if full is not None else ONE if factor else ZERO
        )

    def _full(self, reference: Reference) -> Fraction | None:
        home, node, period = self._at(reference)
        return self.seat.of(compose.told_full(self.seat.run, home, node, period))

    def _at(self, reference: Reference) -> tuple[PaperRule, NodeRule, str]:
        home = self.seat.run.recipe.papers[reference[0]]
        return home, home.nodes[reference[1]], reference[2]

    # -- the formula's own nodes -------------------------------------------------------------------

    def _inlined(self, tree: Tree) -> Tree:
        """The formula with its ``let`` words written out."""
        if isinstance(tree, Name):
            return self._inlined(self.let[tree.path[0]]) if tree.path[0] in self.let else tree
        return _over(tree, self._inlined)

    def _references(self, tree: Tree, factor: bool = False) -> dict[Reference, bool]:
        """Each node whose score or rate is asked for, and whether it multiplies."""
        if (reference := self._asked(tree)) is not None:
            return {reference: factor}
        found: dict[Reference, bool] = {}
        multiplies = isinstance(tree, Operation) and tree.sign in ("*", "/")
        for part in _parts(tree):
            for reference, there in self._references(part, multiplies).items():
                found[reference] = found.get(reference, False) or there
        return found

    def _asked(self, tree: Tree) -> Reference | None:
        if isinstance(tree, Call) and tree.path in (("score",), ("rate",)) and len(tree.arguments) == 1:
            home, code, period = functions.node_named(tree.arguments[0], self.scope)
            if isinstance(home, PaperRule) and code in home.nodes:
                return home.code, code, period
        return None

    def _put(self, tree: Tree, points: dict[Reference, Fraction]) -> Tree:
        reference = self._asked(tree)
        if reference is not None and isinstance(tree, Call):
            if reference not in points:
                return tree
            full = self._full(reference) or ONE
            return Number(points[reference] / (full if tree.path == ("rate",) else ONE))
        return _over(tree, lambda part: self._put(part, points))


def _parts(tree: Tree) -> Sequence[Tree]:
    """What may name a node of this unit: nothing inside what looks at others or at parts."""
    if isinstance(tree, Operation):
        return tree.parts
    return tree.arguments if isinstance(tree, Call) and len(tree.path) == 1 and tree.path != ("at",) else ()


def _over(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    if isinstance(tree, Operation):
        return replace(tree, parts=tuple(change(part) for part in tree.parts))
    if isinstance(tree, Call) and _parts(tree):
        return replace(tree, arguments=tuple(change(part) for part in tree.arguments))
    return tree
