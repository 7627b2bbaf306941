"""What each part of a composition counts for one unit: the coefficient its points enter the whole with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine import compose, nodes
from kaocheng.engine.alone import Alone, whole_of
from kaocheng.engine.arrays import OK, Exact
from kaocheng.engine.evaluate import number
from kaocheng.engine.recipe import NodeRule, PaperRule

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

ZERO, ONE = Fraction(0), Fraction(1)
Stage = tuple[str, Fraction | None, int]


@dataclass(frozen=True, slots=True)
class Term:
    """One part with its points, and how much of the whole one point of it is."""

    part: compose.Part
    state: int
    score: Fraction | None
    full: Fraction | None
    weight: Fraction
    coefficient: Fraction  # 0 where it does not count
    base: Fraction  # what the part would be with nothing lost
    scaled: bool = False  # it takes on the marks of what does not apply
    marked: bool = True  # it has full marks


@dataclass(frozen=True, slots=True)
class Seat:
    """One unit in a run: alone, or at its place among all."""

    run: Run
    at: int

    def of(self, value: Exact) -> Fraction | None:
        """This unit's value."""
        return value.fraction(self.at)

    def state(self, value: Exact) -> int:
        """Whether it is there, missing or not applicable."""
        return int(value.state if not value.state.shape else value.state[self.at])

    def stages(self, paper: PaperRule, node: NodeRule, period: str) -> list[Stage]:
        """Each stage of a node's points by name, with this unit's value after it and its state."""
        key = ("told stages", paper.code, node.code, period, self.at)
        steps = nodes.stages(self.run, paper, node, period)
        found: list[Stage] = self.run.once(key, lambda: self.told(steps))
        return found

    def told(self, steps: nodes.Stages) -> list[Stage]:
        """This unit's value after each of some stages; most leave it as it was."""
        found: list[Stage] = []
        before = None
        for name, value in steps:
            known = found[-1][1:] if value is before else (self.of(value), self.state(value))
            found.append((name, *known))
            before = value
        return found


def terms(seat: Seat, paper: PaperRule, node: NodeRule, period: str) -> list[Term]:
    """The parts of a composition with their coefficients: Σ coefficient · points is the whole.

    For a product the coefficients are those of a telescope: what the part's loss takes from the whole,
    the parts before it as they are and those after it without loss.  Geometric and harmonic means have
    none (all 0).
    """
    key = ("terms", paper.code, node.code, period, seat.at)
    found: list[Term] = seat.run.once(key, lambda: _terms(seat, paper, node, period))
    return found


def _terms(seat: Seat, paper: PaperRule, node: NodeRule, period: str) -> list[Term]:
    run, kind = seat.run, str(node["compose"])
    none_said = ONE if kind == "product" else ZERO
    found = []
    for part in compose.parts(run, paper, node, period):
        score = run.score(part.paper, part.node.code, part.period)
        full = seat.of(run.full(part.paper, part.node.code, part.period))
        told = seat.of(compose.told_full(run, part.paper, part.node, part.period))
        base = none_said if told is None else told
        weight = seat.of(part.weight) or ZERO
        state = seat.state(score)
        found.append(Term(part, state, seat.of(score), full, weight, ZERO, base, marked=told is not None))
    there = [term for term in found if term.state == OK]
    coefficients = dict(
        zip(map(id, there), _coefficients(seat, paper, node, period, kind, there), strict=True)
    )
    left_out = kind in ("sum", "weighted") and any(term.state != OK for term in found)
    marks = _sharing(seat, paper, node, period) if left_out else []
    factor = _factor(marks, found) if left_out else ONE
    result = []
    for n, term in enumerate(found):
        takes = factor != 1 and marks[n] is not None and id(term) in coefficients
        coefficient = coefficients.get(id(term), ZERO)
        result.append(replace(term, coefficient=coefficient * factor if takes else coefficient, scaled=takes))
    return result


def counts_for(
    seat: Seat, paper: PaperRule, node: NodeRule, period: str
) -> Mapping[tuple[str, str], Fraction]:
    """How much of a composition one point of each part (node, period) of its own paper is."""

    def work() -> Mapping[tuple[str, str], Fraction]:
        made_of = compose.parts(seat.run, paper, node, period)
        plainly = str(node["compose"]) in ("sum", "weighted") and all(
            seat.state(seat.run.score(p.paper, p.node.code, p.period)) == OK for p in made_of
        )
        weighed = (
            [(p, seat.of(p.weight) or ZERO) for p in made_of]
            if plainly
            else [(t.part, t.coefficient) for t in terms(seat, paper, node, period)]
        )
        found: dict[tuple[str, str], Fraction] = {}
        for part, weight in weighed:
            if part.paper is paper:
                at = (part.node.code, part.period)
                found[at] = found.get(at, ZERO) + weight
        return found

    key = ("counts for", paper.code, node.code, period, seat.at)
    found: Mapping[tuple[str, str], Fraction] = seat.run.once(key, work)
    return found


def _coefficients(
    seat: Seat, paper: PaperRule, node: NodeRule, period: str, kind: str, there: Sequence[Term]
) -> list[Fraction]:
    weights = [term.weight for term in there]
    scores = [term.score or ZERO for term in there]
    match kind:
        case "sum" | "weighted":
            return weights
        case "mean" | "weighted_mean":
            whole = sum(weights, ZERO)
            return [w / whole if whole else ZERO for w in weights]
        case "rescale":
            full = seat.of(number("full", seat.run.scope(paper, node, period))) or ZERO
            below = sum((w * (term.full or ZERO) for w, term in zip(weights, there, strict=True)), ZERO)
            return [w * full / below if below else ZERO for w in weights]
        case "product":
            return _telescope(scores, [term.base for term in there])
        case "min" | "max":
            chosen = scores.index(min(scores) if kind == "min" else max(scores)) if scores else -1
            return [ONE if i == chosen else ZERO for i in range(len(there))]
        case "best":
            n = min(int(node.get("n", 1)), len(there))
            top = sorted(range(len(there)), key=lambda i: -scores[i])[:n]
            share = Fraction(1, len(top)) if node.get("take") == "mean" and top else ONE
            return [share if i in top else ZERO for i in range(len(there))]
    return [ZERO] * len(there)


def _telescope(scores: Sequence[Fraction], bases: Sequence[Fraction]) -> list[Fraction]:
    found = []
    for i in range(len(scores)):
        coefficient = ONE
        for before in scores[:i]:
            coefficient *= before
        for after in bases[i + 1 :]:
            coefficient *= after
        found.append(coefficient)
    return found


def _sharing(seat: Seat, paper: PaperRule, node: NodeRule, period: str) -> list[Fraction | None]:
    """The marks of each part that takes on those of what does not apply; which do is alike for all units."""
    whole, place = (seat.run.whole, seat.run.place) if isinstance(seat.run, Alone) else (seat.run, seat.at)
    marks = whole.once(
        ("upwards", paper.code, node.code, period),
        lambda: compose.upwards(whole, compose.parts(whole, paper, node, period)),
    )
    return [None if mark is None else mark.fraction(place) for mark in marks]


def _factor(marks: Sequence[Fraction | None], found: Sequence[Term]) -> Fraction:
    """What the parts that apply are multiplied with, so that the whole keeps its full marks."""
    whole = sum((mark for mark in marks if mark is not None), ZERO)
    pairs = zip(marks, found, strict=True)
    left = sum((mark for mark, term in pairs if mark is not None and term.state == OK), ZERO)
    return whole / left if left else ONE


def share_of_total(seat: Seat, paper: PaperRule, node: NodeRule, period: str) -> Fraction | None:
    """What one point here is of the total, where every step up to it is linear; with redistribution."""
    own = seat.run.period if seat.run.asked else seat.run.recipe.own_period(paper)
    total = seat.run.recipe.total(paper, own)
    if total is None:
        return None
    return _share(seat, paper, (node.code, period), (total, own), 0)


def _share(
    seat: Seat, paper: PaperRule, here: tuple[str, str], top: tuple[str, str], depth: int
) -> Fraction | None:
    if here == top:
        return ONE
    found: Fraction | None = None
    for code in _users(seat.run, paper).get(here[0], ()):
        node = paper.nodes[code]
        if str(node["compose"]) not in ("sum", "weighted", "mean", "weighted_mean", "rescale") or depth > 30:
            continue
        for when in dict.fromkeys((here[1], top[1])):
            counted = counts_for(seat, paper, node, when)
            if here not in counted:
                continue
            above = _share(seat, paper, (code, when), top, depth + 1)
            if above is None:
                continue
            found = (found or Fraction(0)) + above * counted[here]
            break
    return found


def _users(run: Run, paper: PaperRule) -> Mapping[str, list[str]]:
    """Node → the compositions it is a part of, in this paper."""

    def work() -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for other in paper.nodes.values():
            for reference, _weight in compose.references(paper, other) if other.composed else ():
                users = found.setdefault(reference.partition("@")[0].strip(), [])
                users += [other.code] if other.code not in users else []
        return found

    return whole_of(run).once(("users", paper.code), work)  # type: ignore[no-any-return]
