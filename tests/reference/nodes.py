"""How a node gets its points: leaves, rows, periods, compositions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from . import methods, periods
from .adjustments import scopes, veto_holds
from .asked import Asked, Short, asked_of_the_unit, sure
from .bounds import bound, bounded, full
from .compositions import ZERO, Points, best_of, composition, folded, node_of, parts, times
from .evaluate import Place, evaluate, number
from .expressions import tree_of
from .imports import in_words
from .numbers import MISSING, NA, UNDEFINED, Gap, worst


def ruled(rule: Any, place: Place) -> Points:
    """Points that a rule names: full, zero, missing, not_applicable, or an expression."""
    if rule == "full":
        whole = place.world.full(place)
        return bounded(whole, place) if isinstance(whole, Fraction) else MISSING
    if rule == "zero":
        held = bounded(ZERO, place)
        return ZERO if held is MISSING else held  # nothing is nothing, out of whatever full marks
    if rule in ("missing", "refuse"):
        return MISSING
    if rule in ("not_applicable", "redistribute"):
        return NA
    try:
        return bounded(Asked(place, {}).points(rule), place)
    except Short:
        return MISSING


def score(place: Place) -> Points:
    """The points of a node with all its rules."""
    if zeroed(place):
        return ZERO
    if "across" in node_of(place).keys:
        return across(place)
    return single(place)


def zeroed(place: Place) -> bool:
    """Whether a veto takes the node's points away."""
    bare = Place(place.world, place.paper, place.unit, place.period)
    return any(
        veto.get("zero") == node_of(place).code and "unit" in scopes(veto) and veto_holds(bare, code, veto)
        for code, veto in place.paper.vetoes.items()
    )


def single(place: Place) -> Points:
    """The points in one period, after the rules for missing and not applicable."""
    node, world = node_of(place), place.world
    value = world.raw(place.paper, node.code, place.unit, place.period)
    if value is MISSING and not node.composed:
        value = missing(node.get("missing", "refuse"), place)
    if value is NA:
        return not_applicable(node.get("not_applicable", "redistribute"), place)
    return value


def missing(rule: Any, place: Place) -> Points:
    node, world = node_of(place), place.world
    if rule == "last_period":
        return world.score(place.paper, node.code, place.unit, periods.previous(place.period))
    if rule in ("group_min", "group_mean"):
        return of_group(rule, place, before_rules)
    return ruled(rule, place)


def not_applicable(rule: Any, place: Place) -> Points:
    if rule == "group_mean":
        return of_group(rule, place, marked)
    if rule == "own_rate":
        return own_rate(place)
    return ruled(rule, place)


def before_rules(place: Place) -> Points:
    """The points before the rules for missing and not applicable; those a veto took are zero."""
    node = node_of(place)
    value = place.world.raw(place.paper, node.code, place.unit, place.period)
    return ZERO if value is not NA and zeroed(place) else value


def of_group(rule: str, place: Place, points_of: Callable[[Place], Points]) -> Points:
    """The mean or the least of the group's rounded points, rounded."""
    world = place.world
    own = set(world.units(place.paper)) - {place.unit}
    members = world.group(world.bare(place, place.unit), [])  # who does not apply has no points
    found = [points_of(place.at(u)) for u in members if u in own]
    points = [v for v in found if isinstance(v, Fraction)]
    if not points:
        return MISSING
    value = min(points) if rule == "group_min" else sum(points, ZERO) / len(points)
    return bounded(value, place)


def own_rate(place: Place) -> Points:
    """Full marks times the rate of the siblings that apply."""
    node, world = node_of(place), place.world
    whole = world.full(place)
    if node.parent is None or not isinstance(whole, Fraction):
        return MISSING
    top = bottom = ZERO
    for part in parts(world.place(place.paper, node.parent, place.unit, place.period)):
        if part.code == node.code or not isinstance(part.full, Fraction):
            continue
        value = there(part.place)
        if value is MISSING:
            return MISSING
        if isinstance(value, Fraction):
            top, bottom = top + value, bottom + part.full
    return bounded(whole * top / bottom, place) if bottom else MISSING


def there(place: Place) -> Points:
    """The points before anything stands where the node does not apply; those a veto took are zero."""
    return ZERO if zeroed(place) else before_veto(place)


def marked(place: Place) -> Points:
    """The same, but a veto gives no points where the node does not apply: nobody's mean counts them."""
    value = before_veto(place)
    return ZERO if value is not NA and zeroed(place) else value


def before_veto(place: Place) -> Points:
    """The points before a veto, and before anything stands where the node does not apply."""
    node = node_of(place)
    if "across" in node.keys:
        return across(place)
    value = place.world.raw(place.paper, node.code, place.unit, place.period)
    if value is MISSING and not node.composed:
        return missing(node.get("missing", "refuse"), place)
    return value


def raw(place: Place) -> Points:
    """The points before those rules, in the place's period."""
    node = node_of(place)
    if in_words(node):
        return NA
    if "rows" in node.keys:
        return by_rows(place)
    if "applies" in node.keys:
        applies = evaluate(tree_of(node.keys["applies"]), place.world.bare(place, place.unit))
        if isinstance(applies, Gap):
            return applies
        if applies is False:
            return NA
    return gated(place)


def gated(place: Place) -> Points:
    """Gate, method or composition, what joins, bounds and rounding."""
    closed = gate(place)
    if isinstance(closed, Gap):
        return closed
    if closed:
        try:
            return bounded(Asked(place, {}).points(node_of(place).get("otherwise", 0)), place)
        except Short as short:
            return short.gap
    value = before_bounds(place)
    if place.row is None and "across" not in node_of(place).keys:
        value = joined(value, place)
    return MISSING if value is UNDEFINED else bounded(value, place)


def gate(place: Place) -> bool | Gap:
    """Whether the node's gate is closed to the unit."""
    holds = evaluate(tree_of(node_of(place).get("only_if", True)), place)
    return holds if isinstance(holds, Gap) else holds is False


def before_bounds(place: Place) -> Points:
    """The points as the method or composition gives them, times the difficulty."""
    node = node_of(place)
    method = node.get("method", "formula" if "formula" in node.keys else "given")
    value = composition(place) if node.composed else methods.apply(method, Asked(place, node.keys))
    if value is UNDEFINED:
        value = undefined(node.get("undefined", "missing"), place)
    if isinstance(value, Gap):
        return value
    factor = times(place)
    if isinstance(factor, Gap):
        return factor
    return value * factor


def joined(value: Points, place: Place) -> Points:
    """With the excess and the adjustments that join a node, once in the period it is asked for."""
    node, world = node_of(place), place.world
    joins = [value]
    for code, adjustment in place.paper.adjustments.items():
        if adjustment.get("to") == node.code:
            points = world.adjustment(place.paper, code, place.unit, place.period)
            less = isinstance(points, Fraction) and adjustment.get("kind", "bonus") != "bonus"
            joins.append(-sure(points) if less else points)
    if gap := worst(*joins):
        return gap
    for other in place.paper.excess_to.get(node.code, ()):
        joins.append(excess(world.place(place.paper, other, place.unit, place.period)))
    return sum((sure(points) for points in joins), ZERO)


def undefined(rule: Any, place: Place) -> Points:
    """What stands for the method's points where a division is by zero."""
    words: dict[Any, Points] = {"zero": ZERO, "missing": MISSING, "not_applicable": NA}
    if rule == "full":
        whole = place.world.full(place)
        return MISSING if whole is None else whole
    if rule in words:
        return words[rule]
    try:
        return Asked(place, {}).points(rule)
    except Short as short:
        return short.gap


def excess(place: Place) -> Fraction:
    """What a node earned above its upper bound."""
    node = node_of(place)
    applies = evaluate(tree_of(node.get("applies", True)), place.world.bare(place, place.unit))
    if gate(place) is not False or applies is not True:
        return ZERO
    value, high = before_bounds(place), bound(place, "not_above")
    if node.composed:
        value = joined(value, place)
    if isinstance(value, Fraction) and isinstance(high, Fraction):
        return max(ZERO, value - high)
    return ZERO


def row_points(place: Place) -> list[tuple[dict[str, Any], Points]]:
    """Each row with its points, bounded and rounded; rows that do not apply are not applicable."""
    node, world = node_of(place), place.world
    out: list[tuple[dict[str, Any], Points]] = []
    for line in world.rows(place, node.keys["rows"]):
        asked = replace(place, row=line)
        applies = evaluate(tree_of(node.get("applies", True)), asked)
        if isinstance(applies, Gap):
            out.append((line, applies))
        elif applies is False:
            out.append((line, NA))
        else:
            out.append((line, gated(asked)))
    return out


def closed(place: Place, lines: list[tuple[dict[str, Any], Points]]) -> bool:
    """Whether rows that say their own full marks, all or those that apply, add up to the node's."""
    node = node_of(place)
    each = [(line["full"], points) for line, points in lines if isinstance(line.get("full"), Fraction)]
    asked = each and "full" in node.keys and node.get("fold", "sum") == "sum"
    whole = sum((marks for marks, _ in each), ZERO)
    applying = sum((marks for marks, points in each if points is not NA), ZERO)
    return not asked or full(place) in (whole, applying)


def by_rows(place: Place) -> Points:
    """Scored once a row, then folded, bounded and rounded again."""
    lines = row_points(place)
    if not lines and asked_of_the_unit(place) is False:
        return NA
    if not lines or not closed(place, lines) or any(p is MISSING for _, p in lines):
        return MISSING
    fold = node_of(place).get("fold", "sum")
    weighed = fold.get("weighted") if isinstance(fold, dict) else None
    counted = [(x, p) for x, p in lines if isinstance(p, Fraction) and (not weighed or x[weighed] is not NA)]
    if not counted:
        return NA
    points = [p for _, p in counted]
    if weighed:
        weights = [line[weighed] for line, _ in counted]
        if MISSING in weights:
            return MISSING
        whole = sum(weights, ZERO)
        if whole == 0:
            value = undefined(node_of(place).get("undefined", "missing"), place)
        else:
            value = sum((w * p for w, p in zip(weights, points, strict=True)), ZERO) / whole
        return bounded(joined(value, place), place)
    points, fold = best_of(points, fold)
    return bounded(joined(folded(fold, points), place), place)


def spans(place: Place) -> list[str]:
    """The periods a node is scored in."""
    raw = node_of(place).get("across")
    if raw is None:
        return [place.period]
    if raw in ("month", "quarter", "half"):
        return periods.inside(place.period, str(raw))
    return [place.world.period(name, place) for name in raw]


def across(place: Place) -> Points:
    """Scored in each period, then folded."""
    node = node_of(place)
    fold = node.get("fold", "mean")
    points: list[tuple[Fraction, Fraction]] = []
    listed = spans(place)
    if fold == "last":
        return bounded(joined(single(replace(place, period=listed[-1])), place), place)
    weights = (
        {place.world.period(name, place): w for name, w in fold.items()}
        if isinstance(fold, dict) and "best" not in fold
        else {}
    )
    for span in listed:
        asked = replace(place, period=span)
        value = single(asked)
        if value is MISSING:
            return MISSING
        weight = Fraction(1)
        if weights:
            weight = sure(number(tree_of(weights.get(span, 0)), place))
        if isinstance(value, Fraction):
            points.append((weight, value))
    if not points:
        return NA
    if weights:
        whole = sum((w for w, _ in points), ZERO)
        return bounded(joined(sum((w * p for w, p in points), ZERO) / whole, place), place)
    counted, fold = best_of([p for _, p in points], fold)
    return bounded(joined(folded(fold, counted), place), place)
