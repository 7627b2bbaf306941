"""What orders exact values: a number for each that sorts as the value does, and ranks counted from it.

Nothing here approximates: a quotient of float64 stands for its fraction only where no two different
fractions can give the same one (docs/engine.md), and else the fractions themselves are sorted. Only what
roots were worked for has too many digits to be an exact number; two such are equal if they agree in fifty,
because a root of a root is the same number on whichever way it was worked.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

import numpy as np

from kaocheng.engine.arrays import Exact
from kaocheng.engine.integers import Array

APART = 2**52  # quotients n / d with n·d below it are equal in float64 only if they are equal
_WORKED = Context(prec=50, Emin=-(10**6), Emax=10**6)  # of the digits of a root, those that are sure
_DIGITS = 10**_WORKED.prec
WIDE = 4  # a table of so many times the values is worth not sorting them


def sortable(values: Exact, at: Array) -> Array:
    """One number for each of the values *at* these positions, in their order, equal where they are."""
    keys, sure = rough(values, at)
    return keys if sure else _refined(keys, values, at)


def rough(values: Exact, at: Array) -> tuple[Array, bool]:
    """One number for each, never in the wrong order; and whether those that are equal are surely so.

    Dividing rounds to the nearest, which keeps the order: of two different quotients the larger fraction's
    is the larger.
    """
    n, d = values.n, values.d
    n = n if len(at) == len(n) else n[at]
    if isinstance(d, int):
        if n.dtype != object:
            return n, True
        return _places(n.tolist() if d <= _DIGITS else [Fraction(int(a), d) for a in n]), True
    d = d if len(at) == len(d) else d[at]
    if not values.slow:
        return n / d, max(-values.low, values.high) * values.below < APART
    return _places([Fraction(int(a), int(b)) for a, b in zip(n, d, strict=True)]), True


def _refined(keys: Array, values: Exact, at: Array) -> Array:
    """Places instead of quotients, so that equal quotients of different fractions are told apart."""
    order = np.argsort(keys)
    ordered = keys[order]
    like_next = np.append(ordered[1:] == ordered[:-1], False)
    doubtful = np.flatnonzero(like_next | np.append(False, like_next[:-1]))
    new = np.append(True, ~like_next[:-1])
    if doubtful.size:
        exact = [values.fraction(int(at[order[i]])) or Fraction(0) for i in doubtful]
        within = sorted(range(len(doubtful)), key=lambda i: (ordered[doubtful[i]], exact[i]))
        order[doubtful] = order[doubtful[within]]
        for place, before, now in zip(doubtful[1:], within, within[1:], strict=False):
            new[place] |= exact[before] != exact[now]
    places = np.empty(len(keys))
    places[order] = np.cumsum(new)
    return places


def _places(values: Sequence[Fraction | int]) -> Array:
    """Each value's place among the distinct ones."""
    keys: Sequence[Fraction | int | Decimal] = values
    if any(value.denominator > _DIGITS for value in values):
        keys = [_WORKED.divide(Decimal(value.numerator), Decimal(value.denominator)) for value in values]
    place = {key: float(i) for i, key in enumerate(sorted(set(keys)))}
    return np.array([place[key] for key in keys], float)


def in_groups(keys: Array, groups: Array, count: int) -> Array:
    """The positions of values, group by group of so many, from the lowest key; equal ones as they stand."""
    return np.lexsort((keys, groups)) if count > 1 else np.argsort(keys, kind="stable")


class Codes(NamedTuple):
    """A whole number for each value: values of one group side by side, in their order, equal where they are.

    Those of group ``g`` lie between ``edges[g]`` and ``edges[g + 1]``.
    """

    of: Array
    edges: Array


def codes(keys: Array, groups: Array) -> Codes:
    """Codes of the values that *keys* sort, each in its group of *groups* (from 0)."""
    count = int(groups.max(initial=0)) + 1
    low, high = (float(keys.min()), float(keys.max())) if keys.size else (0.0, 0.0)
    span = int(high - low) + 1 if high - low < 2**53 else 2**53
    if span * count <= WIDE * keys.size and not np.any(keys % 1):  # whole numbers, close together: counted
        of = (keys - low).astype(np.int64)
        return Codes(of + groups * span if count > 1 else of, np.arange(count + 1) * span)
    order = np.lexsort((keys, groups)) if count > 1 else np.argsort(keys)
    ordered, grouped = keys[order], groups[order]
    new = np.ones(len(order), bool)
    new[1:] = (ordered[1:] != ordered[:-1]) | (grouped[1:] != grouped[:-1])
    code = np.cumsum(new) - 1
    of = np.empty(len(order), np.int64)
    of[order] = code
    edges = np.searchsorted(grouped[new], np.arange(count + 1))
    return Codes(of, edges)


def ranked(known: Codes, groups: Array, ties: str, highest_first: bool) -> tuple[Array, int]:
    """The rank of each value in its group, as whole numbers over a denominator."""
    of, edges = known
    size = np.bincount(of, minlength=int(edges[-1]))
    upto = _upto(size)
    ahead = upto[edges[groups + 1]] - upto[of + 1] if highest_first else upto[of] - upto[edges[groups]]
    match ties:
        case "average":
            return 2 * ahead + size[of] + 1, 2
        case "dense":
            distinct = _upto(size > 0)
            better = (
                distinct[edges[groups + 1]] - distinct[of + 1]
                if highest_first
                else distinct[of] - distinct[edges[groups]]
            )
            return better + 1, 1
        case "ordinal":
            return ahead + 1 + _turn(of, upto), 1
    return ahead + 1, 1


def _upto(size: Array) -> Array:
    upto = np.zeros(len(size) + 1, np.int64)
    np.cumsum(size, out=upto[1:])
    return upto


def _turn(of: Array, upto: Array) -> Array:
    """The how-manieth of its equals each is, in the order of units."""
    order = np.argsort(of, kind="stable")
    turn = np.empty(len(of), np.int64)
    turn[order] = np.arange(len(of)) - upto[of[order]]
    return turn


def places(ordered: Sequence[object], ties: str) -> list[Fraction]:
    """The places of values already in order, equal ones side by side.

    >>> [str(p) for p in places([95, 93, 93, 90], "average")]
    ['1', '5/2', '5/2', '4']
    """
    result: list[Fraction] = []
    for distinct, (_value, equal) in enumerate(groupby(ordered), 1):
        tied, first = len(list(equal)), len(result) + 1
        if ties == "ordinal":
            result += [Fraction(first + i) for i in range(tied)]
        elif ties == "average":
            result += [Fraction(2 * first + tied - 1, 2)] * tied
        else:
            result += [Fraction(distinct if ties == "dense" else first)] * tied
    return result
