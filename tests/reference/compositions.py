"""How parts become a whole."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

from .asked import sure
from .evaluate import Place, number
from .expressions import heads, node_reference, tree_of
from .numbers import MISSING, NA, UNDEFINED, Gap, code, power
from .scheme import Node

Points = Fraction | Gap
ZERO = Fraction(0)


def node_of(place: Place) -> Node:
    """The node of a place that has one."""
    assert place.node is not None
    return place.node


def times(place: Place) -> Points:
    return number(tree_of(node_of(place).get("times", 1)), place)


def row_times(place: Place) -> bool:
    """Whether the difficulty is each row's own, so that the whole has none."""
    node = node_of(place)
    if place.row is not None or "rows" not in node.keys:
        return False
    fields = place.world.scheme.lists[node.keys["rows"]].get("fields", {})
    return bool(heads(tree_of(node.get("times", 1))) & set(fields))


def best_of(points: list[Fraction], fold: Any) -> tuple[list[Fraction], Any]:
    """`{ best = 3, take = "mean" }`: the best three, and how they become one; else everything."""
    if not isinstance(fold, dict):
        return points, fold
    return sorted(points, reverse=True)[: int(fold["best"])], fold.get("take", "sum")


def folded(fold: str, points: list[Fraction]) -> Fraction:
    if fold == "sum":
        return sum(points, ZERO)
    if fold == "mean":
        return sum(points, ZERO) / len(points)
    if fold == "min":
        return min(points)
    if fold == "max":
        return max(points)
    return points[-1]


class Piece:
    """One part of a composition: its points, full marks and weight."""

    def __init__(self, place: Place, code: str, weight: Fraction, *, weighed: bool) -> None:
        self.place, self.code, self.weight, self.weighed = place, code, weight, weighed

    @property
    def value(self) -> Points:
        place = self.place
        return place.world.score(place.paper, self.code, place.unit, place.period)

    @property
    def full(self) -> Points | None:
        return self.place.world.full(self.place)


def parts(place: Place) -> list[Piece]:
    """The parts of a composition."""
    world, out = place.world, []
    for reference, weight in node_of(place).parts:
        part = node_reference(reference)
        paper = world.scheme.papers[part.paper] if part.paper else place.paper
        inner = world.place(paper, part.code, place.unit, world.period(part.period, place))
        if node_of(inner).get("only_shown", False) and "of" not in node_of(place).keys:
            continue
        raw_weight = 1 if weight is None else weight
        said = sure(number(tree_of(raw_weight), place))
        out.append(Piece(inner, part.code, said, weighed=weight is not None))
    return out


def composition(place: Place) -> Points:
    """The points of a composition before its bounds."""
    node = node_of(place)
    kind = node.keys["compose"]
    if kind == "formula":
        return number(tree_of(node.keys["formula"]), place)
    if kind == "inherit":
        return inherited(place)
    pieces = parts(place)
    if pieces and all(p.value is NA for p in pieces):
        return NA
    if not pieces or not enough(place, pieces):
        return MISSING
    counted = [p for p in pieces if isinstance(p.value, Fraction)]
    if not counted:
        return NA
    weights = [Fraction(1) if kind in ("sum", "mean", "rescale") else p.weight for p in counted]
    values = [sure(p.value) for p in counted]
    if kind in ("sum", "weighted"):
        return redistributed(kind, pieces)
    if kind == "rescale":
        marks, whole = [p.full for p in counted], place.world.full(place)
        if not isinstance(whole, Fraction) or not all(isinstance(f, Fraction) for f in marks):
            return MISSING
        available = sum((sure(f) for f in marks if f is not None), ZERO)
        return whole * sum(values, ZERO) / available if available else UNDEFINED
    if kind == "product":
        out = Fraction(1)
        for value in values:
            out *= value
        return out
    if kind in ("min", "max"):
        return min(values) if kind == "min" else max(values)
    if kind == "best":
        best = sorted(values, reverse=True)[: int(node.keys["n"])]
        return folded("mean" if node.get("take") == "mean" else "sum", best)
    return mean(kind, weights, values)


def mean(kind: str, weights: list[Fraction], values: list[Fraction]) -> Points:
    """The arithmetic, geometric or harmonic mean, over what applies and weighs something."""
    whole = sum(weights, ZERO)
    if whole == 0:
        return UNDEFINED
    values = [value for weight, value in zip(weights, values, strict=True) if weight]
    weights = [weight for weight in weights if weight]
    if kind == "geometric":
        if any(value < 0 for value in values):
            return UNDEFINED
        degree = lcm(*((weight / whole).denominator for weight in weights))
        steps = degree if degree < 100 else 1  # one root of all together is exact where it can be
        out = Fraction(1)
        for weight, value in zip(weights, values, strict=True):
            factor = power(value, weight / whole * steps)
            if isinstance(factor, Gap):
                return factor
            out *= factor
        return power(out, Fraction(1, steps))
    if kind == "harmonic":
        if any(value == 0 for value in values):
            return UNDEFINED
        inverses = sum((w / v for w, v in zip(weights, values, strict=True)), ZERO)
        return whole / inverses if inverses else UNDEFINED
    return sum((w * v for w, v in zip(weights, values, strict=True)), ZERO) / whole


def enough(place: Place, pieces: list[Piece]) -> bool:
    """Whether nothing is missing, or so little that `available` allows it."""
    node = node_of(place)
    if "available" not in node.keys:
        return all(p.value is not MISSING for p in pieces)
    rule = node.keys["available"]
    by_count = isinstance(rule, dict)
    least = sure(number(tree_of(rule["count"] if by_count else rule), place))

    def size(piece: Piece) -> Fraction:
        whole = piece.full
        if by_count:
            return Fraction(1)
        if piece.weighed:
            return piece.weight
        return whole if isinstance(whole, Fraction) else Fraction(1)

    there = sum((size(p) for p in pieces if isinstance(p.value, Fraction)), ZERO)
    return there >= least * sum((size(p) for p in pieces), ZERO)


def redistributed(kind: str, pieces: list[Piece]) -> Fraction:
    """A sum whose parts that do not apply hand their full marks to their siblings."""
    whole = applying = shared = fixed = ZERO
    for piece in pieces:
        weight = Fraction(1) if kind == "sum" else piece.weight
        value, marks = piece.value, piece.full
        upwards = isinstance(marks, Fraction) and weight > 0
        if upwards and isinstance(marks, Fraction):
            whole += weight * marks
        if isinstance(value, Gap):
            continue
        if upwards and isinstance(marks, Fraction):
            applying += weight * marks
            shared += weight * value
        else:
            fixed += weight * value
    return shared * whole / applying + fixed if applying else shared + fixed


def inherited(place: Place) -> Points:
    """A person's points from the unit an attribute names."""
    node, world = node_of(place), place.world
    origin = node.keys.get("from", "parent")
    unit = world.attribute(place, str(origin).removeprefix("unit."))
    if isinstance(unit, Gap):
        return unit
    part = node_reference(node.keys["node"])
    paper = world.scheme.papers[part.paper] if part.paper else place.paper
    return world.score(paper, part.code, code(unit), world.period(part.period, place))
