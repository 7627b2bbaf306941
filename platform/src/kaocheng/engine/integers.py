"""Whole numbers in arrays: float64 while each is below 2⁵³ and so exact, Python integers beyond.

A *number* here is one Python integer for all units, an array of one for each, or an array still to be
worked (`kaocheng.engine.blocks`).
"""

from __future__ import annotations

from math import gcd
from typing import Any

import numpy as np

from kaocheng.engine.blocks import Array, Deferred, settled, work

__all__ = [
    "LIMIT",
    "ROUNDING_LIMIT",
    "Array",
    "Number",
    "as_array",
    "boolean",
    "boxed",
    "either",
    "hull",
    "in_lowest_terms",
    "nearest",
    "negated",
    "plain",
    "product",
    "quotient",
    "rounded",
    "size",
    "small",
    "total",
    "whole_numbers",
    "whole_rounded",
    "within",
]

Number = int | Array | Deferred
LIMIT = 2**53  # integers up to here are exact in float64
ROUNDING_LIMIT = 2**49  # `rounded` is exact below it (docs/engine.md)
SHADE = 1 + 2.0**-51  # makes of a tie the least more than a tie, and of nothing else something else


def whole_numbers(n: Number) -> Any:
    """The same numbers as Python integers."""
    if isinstance(n, int):
        return n
    made = settled(n)
    return made if made.dtype == object else made.astype(np.int64).astype(object)


def within(n: Number) -> tuple[int, int]:
    """The smallest and the largest of them."""
    if isinstance(n, int):
        return n, n
    made = settled(n)
    return (int(made.min()), int(made.max())) if made.size else (0, 0)


def boxed(value: int) -> Array:
    """One integer as an array without axes."""
    cell = np.empty((), float if abs(value) < LIMIT else object)
    cell[()] = value
    return cell


def as_array(value: Any) -> Array:
    """What an operation on object arrays gave, as an array again."""
    return value if isinstance(value, np.ndarray) else boxed(value)


def boolean(v: Any) -> Array:
    """Comparisons of object arrays as plain truths."""
    return np.asarray(v, bool)


def small(*numbers: Number) -> bool:
    """Whether all of them are held in float64."""
    return not any(abs(n) >= LIMIT if isinstance(n, int) else n.dtype.char == "O" for n in numbers)


def product(a: Number, b: Number, most: int) -> Number:
    """a·b, none of which is larger than *most*."""
    if type(a) is int:
        if type(b) is int:
            return a * b
        a, b = b, a
    if type(b) is int:
        if b in (0, 1):
            return a if b else 0
        if most < LIMIT and small(a, b):
            return work(np.multiply, a, float(b))
    elif most < LIMIT and small(a, b):
        return work(np.multiply, a, b)
    return as_array(whole_numbers(a) * whole_numbers(b))


def total(a: Number, b: Number, most: int) -> Number:
    """a + b, none of which is larger than *most*."""
    if type(a) is int:
        if type(b) is int:
            return a + b
        a, b = b, a
    if most < LIMIT and small(a, b):
        return work(np.add, a, float(b) if type(b) is int else b)
    return as_array(whole_numbers(a) + whole_numbers(b))


def negated(a: Number) -> Number:
    """−a."""
    if isinstance(a, int):
        return -a
    return work(np.negative, a) if a.dtype != object else as_array(-settled(a))


def size(a: Number) -> Number:
    """|a|."""
    if isinstance(a, int):
        return abs(a)
    return work(np.abs, a) if a.dtype != object else as_array(abs(settled(a)))


def quotient(n: Number, d: Number) -> Array | Deferred:
    """⌊n / d⌋, by one division and one floor: exact for whatever float64 holds."""
    return work(np.floor, work(np.divide, plain(n), plain(d)))


def rounded(n: Number, d: Number, negative: bool) -> Array | Deferred:
    """n / d rounded half away from zero; exact for n below `ROUNDING_LIMIT`."""
    if type(d) is int:
        shaded = work(np.multiply, plain(n), 1.0 / d * SHADE)
    else:
        shaded = work(np.multiply, work(np.divide, plain(n), d), SHADE)
    whole = work(np.rint, shaded)
    return work(np.add, whole, 0.0) if negative else whole  # and no negative zero


def whole_rounded(n: Number, step: int, d: Number) -> Array:
    """step·n / d rounded half away from zero, whatever their size."""
    top, below = whole_numbers(n) * step, whole_numbers(d)
    whole = (2 * abs(top) + below) // (2 * below)
    return as_array(np.where(np.asarray(top < 0), -whole, whole))


def in_lowest_terms(n: Number, d: int | Array) -> tuple[Array, int | Array]:
    """The same fractions as Python integers without a common factor; denominators in float64 if they fit."""
    top = whole_numbers(n)
    if isinstance(d, int):
        common = gcd(d, *map(int, top.flat))
        return top // common, d // common
    top, below = np.broadcast_arrays(top, whole_numbers(d))
    common = np.gcd(np.abs(top), below)
    top, below = top // common, below // common
    return top, below.astype(float) if within(below)[1] < LIMIT else below


def hull(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    """What the product of a number of the first range with one of the second lies between."""
    if a[0] >= 0 <= b[0]:
        return a[0] * b[0], a[1] * b[1]
    ends = [x * y for x in a for y in b]
    return min(ends), max(ends)


def nearest(n: int, d: int) -> int:
    """n / d to the nearest whole number, half away from zero."""
    whole = (2 * abs(n) + d) // (2 * d)
    return whole if n >= 0 else -whole


def plain(n: Number) -> Any:
    """Something numpy calculates with in float64; the caller knows that it fits."""
    return float(n) if type(n) is int else n


def either(v: Array | Deferred, yes: Number, no: Number) -> Number:
    """*yes* where *v* is true, else *no*."""
    if small(yes, no):
        return work(np.where, v, plain(yes), plain(no))
    return np.where(settled(v), _objects(yes), _objects(no))


def _objects(n: Number) -> Array:
    return np.array(n, object) if type(n) is int else whole_numbers(n)
