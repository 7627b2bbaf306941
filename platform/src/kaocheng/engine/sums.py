"""Several columns drawn into one: weighted sums, the least and the largest, the best few, means by powers.

Beside each column stands who has it (``there``); what one does not have counts nothing.  Columns that are
still to be worked by the same steps are added as they are worked, and none of them is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import lcm
from operator import add
from typing import Any, NamedTuple

import numpy as np

from kaocheng.engine import irrational
from kaocheng.engine.arrays import MISSING, OK, UNDEFINED, Exact, Truth, choose, larger, smaller
from kaocheng.engine.blocks import Noted, noted, work
from kaocheng.engine.integers import LIMIT, Array, Number

ZERO = Exact.constant(0)
EVERYBODY = np.ones((), bool)


def weighted(values: Sequence[Exact], there: Sequence[Array], weights: Sequence[Exact]) -> Exact:
    """Each value that is there times its weight, added up."""
    return added(
        value * weight if everywhere(applies) else choose(Truth(applies), value * weight, ZERO)
        for value, applies, weight in zip(values, there, weights, strict=True)
    )


def everywhere(there: Array) -> bool:
    """Whether nobody lacks it."""
    return there is EVERYBODY or bool(np.all(there))


class _Like(NamedTuple):
    """A column still to be worked by noted steps, and what of."""

    value: Exact
    columns: Sequence[Number]


def added(terms: Iterable[Exact]) -> Exact:
    """Their sum."""
    sums: list[Exact] = []
    alike: dict[tuple[Noted, int], list[_Like]] = {}
    for term in terms:
        steps, columns = noted(term._n) if not term.waits and term.all_ok else (None, ())
        if steps is not None and type(term._d) is int:
            alike.setdefault((steps, term._d), []).append(_Like(term, columns))
        else:
            sums.append(term)
    sums += [_added_alike(steps, d, ones) for (steps, d), ones in alike.items()]
    return reduce(add, sums, ZERO)


def _added_alike(steps: Noted, d: int, ones: Sequence[_Like]) -> Exact:
    values = [one.value for one in ones]
    if sum(max(-value.low, value.high) for value in values) >= LIMIT:
        return reduce(add, values)
    low, high = sum(value.low for value in values), sum(value.high for value in values)
    n = work(steps.added, *[column for one in ones for column in one.columns])
    return Exact(n, d, None, low, high, d)


def extreme(kind: str, scores: Sequence[Exact], there: Sequence[Array]) -> Exact:
    """The least or the largest of those that are there."""
    pick = smaller if kind == "min" else larger
    result, seen = scores[0], there[0]
    for score, applies in zip(scores[1:], there[1:], strict=True):
        both = choose(Truth(np.asarray(seen)), pick(result, score), score)
        result, seen = choose(Truth(applies), both, result), seen | applies
    return result


def few(fold: Any) -> tuple[int, bool] | None:
    """How many of the best ``{ best = 3, take = "mean" }`` takes, and whether in the mean; else nothing."""
    if not isinstance(fold, Mapping) or "best" not in fold:
        return None
    return int(fold["best"]), fold.get("take") == "mean"


def best(n: int, mean: bool, scores: Sequence[Exact], there: Sequence[Array]) -> Exact:
    """The *n* largest, added or in the mean, unit by unit; missing where one is."""
    length = max((s.shape[0] for s in scores if s.shape), default=1)
    columns = [s.spread(length) for s in scores]
    results: list[Fraction | None] = []
    for i in range(length):
        applying = [c for c, t in zip(columns, there, strict=True) if np.broadcast_to(t, (length,))[i]]
        values = [c.fraction(i) for c in applying]
        if any(v is None for v in values) or not values:
            results.append(None)
            continue
        results.append(of_best(n, mean, [v for v in values if v is not None]))
    return Exact.of(results)


def of_best(n: int, mean: bool, values: Sequence[Fraction]) -> Fraction:
    """The *n* largest, added or in the mean."""
    top = sorted(values, reverse=True)[:n]
    return sum(top, Fraction(0)) / (len(top) if mean else 1)


def by_powers(kind: str, scores: Sequence[Exact], there: Sequence[Array], weights: Sequence[Exact]) -> Exact:
    """Geometric and harmonic means, unit by unit."""
    length = max((s.shape[0] for s in scores if s.shape), default=1)
    columns = [s.spread(length) for s in scores]
    relative = [w.fraction() or Fraction(0) for w in weights]
    results: list[Fraction | None] = []
    state = np.zeros(length, np.uint8)
    for i in range(length):
        pairs = [
            (c.fraction(i), w)
            for c, t, w in zip(columns, there, relative, strict=True)
            if np.broadcast_to(t, (length,))[i]
        ]
        gap = not pairs or any(v is None for v, _w in pairs)
        result = None if gap else power_mean(kind, [(v or Fraction(0), w) for v, w in pairs])
        state[i] = MISSING if gap else UNDEFINED if result is None else OK
        results.append(result or Fraction(0))
    return Exact.of(results, state)


def power_mean(kind: str, pairs: list[tuple[Fraction, Fraction]]) -> Fraction | None:
    """The harmonic or geometric mean of values with their weights; what weighs nothing does not count."""
    pairs = [(v, w) for v, w in pairs if w]
    weight = sum((w for _v, w in pairs), Fraction(0))
    if not weight:
        return None
    if kind == "harmonic":
        below = sum((w / v for v, w in pairs), Fraction(0)) if all(v for v, _w in pairs) else Fraction(0)
        return weight / below if below else None
    if any(v <= 0 for v, _w in pairs):
        return Fraction(0) if all(v >= 0 for v, _w in pairs) else None
    degree = lcm(*((w / weight).denominator for _v, w in pairs))
    steps = degree if degree < 100 else 1  # one root of all together, so that a mean of equals is that number
    product = Fraction(1)
    for value, w in pairs:
        factor = irrational.power(value, w / weight * steps)
        product *= factor if factor is not None else 0
    return irrational.power(product, Fraction(1, steps))
