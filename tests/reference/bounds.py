"""What bounds a node's points, and the decimals they are rounded to."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from .asked import Asked
from .compositions import ZERO, Points, node_of, parts, row_times, times
from .evaluate import Place, number
from .expressions import Number, tree_of
from .numbers import MISSING, Gap, half_up
from .scheme import Node


def decimals(place: Place) -> int | None:
    """The decimals of its own rounding; a composition or a leaf without full marks has none unless said."""
    node = node_of(place)
    if "round" in node.keys:
        return None if node.keys["round"] == "none" else int(node.keys["round"])
    marked = "full" in node.keys or place.world.by_unit(node.code)
    return place.paper.round.get("leaf") if marked and not node.composed else None


def printed_decimals(place: Place) -> int | None:
    """The decimals a node is printed, ranked and graded by: its own, else its paper's for totals."""
    own, total = decimals(place), place.paper.round.get("total")
    return own if own is not None else None if total in (None, "none") else int(total)


def full(place: Place) -> Points | None:
    """The unit's own, else those declared, else what the parts' come to."""
    node = node_of(place)
    own = place.world.target(place, node.code, "full", place.period)
    if isinstance(own, Fraction):
        return own
    if "full" in node.keys:
        return number(tree_of(node.keys["full"]), replace(place, node=Node(node.code, {})))
    if not node.composed or node.get("compose") == "formula":
        return MISSING if not node.composed and place.world.by_unit(node.code) else None
    found: list[tuple[Fraction, Fraction]] = []
    for part in parts(place):
        if isinstance(part.full, Fraction):
            found.append((part.weight, part.full))
    if not found:
        return None
    kind = node.get("compose")
    if kind in ("sum", "rescale"):
        return sum((f for _, f in found), ZERO)
    if kind == "weighted":
        return sum((w * f for w, f in found if w > 0), ZERO)
    if len({f for _, f in found}) == 1:
        return found[0][1]
    return None


def bound(place: Place, key: str) -> Points | None:
    """`not_below` and `not_above`: what is said, else 0 and full marks for a leaf that has them."""
    node = node_of(place)
    whole = place.world.full(place)
    if key in node.keys:
        if node.keys[key] == "none":
            return None
        tree = tree_of(node.keys[key])
        value = number(tree, place)
        if isinstance(tree, Number) and tree.percent:
            value = tree.value * whole if isinstance(whole, Fraction) else MISSING
    elif node.composed or whole is None:
        return None
    elif key == "not_below":
        return ZERO
    elif row_times(place) or ("over" in node.keys and "most" not in node.keys["over"]):
        return None
    else:
        value = whole
        if "over" in node.keys and isinstance(whole, Fraction):
            value = whole + Asked(place, node.keys).points(node.keys["over"]["most"])
    factor = ZERO + 1 if row_times(place) else times(place)
    if key == "not_above" and isinstance(value, Fraction) and isinstance(factor, Fraction):
        return value * factor
    return value


def bounded(points: Points, place: Place) -> Points:
    """Within the bounds, and rounded."""
    if isinstance(points, Gap):
        return points
    low, high = bound(place, "not_below"), bound(place, "not_above")
    if isinstance(low, Gap) or isinstance(high, Gap):
        return low if isinstance(low, Gap) else MISSING
    if low is not None:
        points = max(points, low)
    if high is not None:
        points = min(points, high)
    places = decimals(place)
    return points if places is None else half_up(points, places)
