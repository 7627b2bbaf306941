"""Values drawn together: over a comparison group, the parts of a composition, the rows of a list, months."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np

from kaocheng.engine import circles
from kaocheng.engine import evaluate as language
from kaocheng.engine.arrays import MISSING, NA, OK, UNDEFINED, Exact, Truth, choose, larger, smaller
from kaocheng.engine.columns import no_number
from kaocheng.engine.compared import Compared
from kaocheng.engine.grammar import BadExpression, Call, Word
from kaocheng.engine.integers import Array
from kaocheng.engine.spelling import show
from kaocheng.i18n import _


def circle(tree: Call, scope: language.Scope) -> Exact:
    """``group.mean(e)``, ``others.max(e)``, ``group(zone).rank(e)``: worked out once for all units."""
    flat = scope.flat()
    result = scope.run.once(("circle", *flat.key, tree), lambda: _circle(tree, flat))
    taken = language.by_unit(result, scope)
    assert isinstance(taken, Exact)
    return taken


def _circle(tree: Call, flat: language.Scope) -> Exact:
    groups = flat.run.groups(flat, tree.circle)
    function = tree.path[1]
    if function == "portion" and len(tree.arguments) == 2:
        amount, by = (language.number(argument, flat) for argument in tree.arguments)
        return circles.portions(amount, by, groups)
    if function == "nth":
        values = language.number(tree.arguments[0], flat)
    else:
        values = _held(language.evaluate(tree.arguments[0], flat), function, tree)
    flat.run.once(("compared", *flat.key, tree), lambda: Compared(values, groups))
    return statistic(tree, values, groups, flat)


def statistic(tree: Call, values: Exact, groups: Array, scope: language.Scope) -> Exact:
    """The statistic that a call names, over *values* in *groups*."""
    which, function = tree.path
    folding, over = _FOLDS.get(function, circles.counted), _over(which)
    if function == "nth":
        k = language.number(tree.arguments[1], scope)
        place = None if k.shape and len(groups) == k.shape[0] else k.floor().fraction()
        if place is None:  # each unit asks for a place of its own
            return circles.nth_each(values, groups, k, others=which == "others")
        folding = circles.nth(int(place))
    words = [a.value for a in tree.arguments[1:] if isinstance(a, Word)]
    if function in ("rank", "rank_up"):
        result = circles.ranks(values, groups, words[0] if words else "competition", function == "rank")
    elif function == "sd" and words == ["population"]:
        result = over(values, groups, circles.Fold("sd", of_sample=False))
    elif function in _FOLDS or function == "nth":
        result = over(values, groups, folding)
    else:
        raise BadExpression(show(tree), tree.at, _("没有函数或方法“{name}”", name=".".join(tree.path)))
    if function == "sd":  # of fewer than it needs: a division by zero; of nobody: missing
        too_few = (result.state == MISSING) & (over(values, groups, circles.counted).n > 0)
        result = result.put(np.where(too_few, UNDEFINED, result.state).astype(np.uint8))
    return result


def _over(which: str) -> Callable[[Exact, Array, circles.Fold], Exact]:
    """A group with the unit itself, or without."""
    return circles.of_others if which == "others" else circles.of_group


def _held(value: language.Value, function: str, tree: Call) -> Exact:
    """A condition as one and zero; counted, only where it holds."""
    if isinstance(value, Truth):
        gap = MISSING if function == "count" else OK
        state = np.where(value.holds, OK, np.where(value.state == OK, gap, value.state))
        return Exact(np.where(value.holds, 1.0, 0.0), 1, state.astype(np.uint8))
    if isinstance(value, Exact):
        return value
    raise no_number(show(tree), value)


def over_parts(tree: Call, scope: language.Scope) -> Exact:
    """``parts.mean(score)``: over the parts of a composition."""
    if not tree.arguments:
        return fold(tree.path[1], [Exact.constant(1) for _part in scope.parts()], tree)
    values = [language.evaluate(tree.arguments[0], part) for part in scope.parts()]
    return fold(tree.path[1], values, tree)


def over_rows(tree: Call, scope: language.Scope) -> Exact:
    """``task.sum(e)``: over the unit's rows of a list, the same for each of them."""
    flat = scope.flat()
    result = scope.run.once(("over rows", *flat.key, tree), lambda: _over_rows(tree, flat))
    taken = language.by_unit(result, scope)
    assert isinstance(taken, Exact)
    return taken


def _over_rows(tree: Call, scope: language.Scope) -> Exact:
    rows = scope.run.rows(tree.path[0], scope.period)
    inner = scope.by_rows(rows)
    value = language.evaluate(tree.arguments[0], inner) if tree.arguments else Exact.constant(1)
    whole = _held(value, tree.path[1], tree).spread(len(rows.units))
    length = len(scope.run.units)
    folding, gaps = _by_rows(tree, scope, length)
    per_unit: list[list[Fraction]] = [[] for _unit in range(length)]
    has, applies = np.zeros(length, bool), np.zeros(length, bool)
    for i, unit in enumerate(rows.units):
        found = whole.fraction(i)
        if found is not None:
            per_unit[int(unit)].append(found)
        has[unit], applies[unit] = True, applies[unit] or whole.state[i] != NA
    results = [one(values) for one, values in zip(folding, per_unit, strict=True)]
    nothing = np.where(has & ~applies, NA, MISSING)  # of rows none of which applies
    if tree.path[1] == "sd":
        nothing = np.where([bool(values) for values in per_unit], UNDEFINED, nothing)
    state = np.where([value is None for value in results], nothing, OK)
    state = np.where(gaps == OK, state, gaps)
    return Exact.of([value or 0 for value in results], state.astype(np.uint8))


def _by_rows(tree: Call, scope: language.Scope, length: int) -> tuple[list[circles.Fold], Array]:
    """What is done with the rows of each unit, and where that itself has a gap."""
    function, options = tree.path[1], tree.arguments[1:]
    if function == "nth":
        k = language.number(options[0], scope).floor().spread(length)
        return [circles.nth(int(k.fraction(i) or 0)) for i in range(length)], k.state
    folding = _FOLDS[function]
    if function == "sd" and [a.value for a in options if isinstance(a, Word)] == ["population"]:
        folding = circles.Fold("sd", of_sample=False)
    return [folding] * length, np.zeros(length, np.uint8)


def fold(function: str, values: list[language.Value], tree: Call | None = None) -> Exact:
    """sum, count, min, max, mean over values that are present; over nothing missing (a count: zero)."""
    if function == "count":
        counted = Exact.constant(0)
        for value in values:
            held = value.holds if isinstance(value, Truth) else np.asarray(value.state == OK)
            counted = counted + Exact(np.where(held, 1.0, 0.0))
        return counted
    numbers = [v for v in values if isinstance(v, Exact)]
    if function == "sd":
        words = [a.value for a in tree.arguments[1:] if isinstance(a, Word)] if tree else []
        return _deviation(numbers, words != ["population"])
    result, present = Exact.constant(0), Exact.constant(0)
    worst: Array = np.zeros((), np.uint8)
    first = True
    for value in numbers:
        there = Truth(np.asarray(value.state == OK))
        clean = value.put(np.zeros((), np.uint8))
        worst = np.maximum(worst, value.state)
        if function in ("min", "max"):
            better = (smaller if function == "min" else larger)(result, clean)
            kept = choose(present.same(Exact.constant(0)), clean, better) if not first else clean
            result = choose(there, kept, result)
        else:
            result = result + choose(there, clean, Exact.constant(0))
        present = present + Exact(np.where(there.v, 1.0, 0.0))
        first = False
    if function == "mean":
        result = result / present
    nobody = np.asarray(present.n == 0)
    # nothing was reported: not applicable if every part says so, else missing
    state = np.where(nobody, np.where(worst == NA, NA, MISSING), OK).astype(np.uint8)
    if any(np.any(v.state != NA) for v in numbers):
        all_na = np.all([np.broadcast_to(v.state, state.shape) == NA for v in numbers], axis=0)
        state = np.where(nobody, np.where(all_na, NA, MISSING), OK).astype(np.uint8)
    return result.put(state)


def _deviation(values: list[Exact], of_sample: bool) -> Exact:
    length = max((v.shape[0] for v in values if v.shape), default=1)
    columns = [v.spread(length) for v in values]
    found, state = [], []
    for i in range(length):
        present = [f for c in columns if (f := c.fraction(i)) is not None]
        found.append(circles.Fold("sd", of_sample=of_sample)(present))
        nobody = NA if columns and all(c.state[i] == NA for c in columns) else MISSING
        state.append(OK if found[-1] is not None else UNDEFINED if present else nobody)
    return Exact.of([v or 0 for v in found], np.array(state, np.uint8))


_FOLDS: Mapping[str, circles.Fold] = {
    "min": circles.minimum,
    "max": circles.maximum,
    "mean": circles.mean,
    "median": circles.median,
    "sum": circles.summed,
    "count": circles.counted,
    "sd": circles.deviation,
}
