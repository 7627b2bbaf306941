"""Whole numbers in arrays: float64 while each is below 2⁵³ and so exact, Python integers beyond."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
LIMIT = 2**53  # integers up to here are exact in float64
ROUNDING_LIMIT = 2**51  # one division, then one floor, is exact below it (docs/engine.md)


def whole_numbers(n: Array) -> Array:
    """The same numbers as Python integers."""
    return n if n.dtype == object else n.astype(np.int64).astype(object)


def largest(n: Array) -> int:
    """The largest size among them."""
    if not n.size:
        return 0
    return int(max(map(abs, n.flat))) if n.dtype == object else int(np.abs(n).max())


def scalar(value: Any) -> Array:
    """A bare number as an array without axes."""
    return boxed(value) if isinstance(value, int) else np.asarray(value, float)


def boxed(value: int) -> Array:
    """A Python integer as an array without axes."""
    cell = np.empty((), object)
    cell[()] = value
    return cell


def as_array(value: Any) -> Array:
    """What an operation on object arrays gave, as an array again."""
    return value if isinstance(value, np.ndarray) else scalar(value)


def boolean(v: Any) -> Array:
    """Comparisons of object arrays as plain truths."""
    return np.asarray(v, bool)


def as_numbers(d: int | Array) -> Array:
    """A denominator as an array."""
    if isinstance(d, int):
        return np.array(float(d)) if d < LIMIT else boxed(d)
    return d


def as_whole(d: int | Array) -> Any:
    """A denominator in Python integers."""
    return d if isinstance(d, int) else whole_numbers(d)


def rounds_exactly(top: int, d: int | Array) -> bool:
    """Whether one division and one floor in float64 round exactly."""
    most = d if isinstance(d, int) else (LIMIT if d.dtype == object else largest(d))
    return top + most < ROUNDING_LIMIT


def times(n: Array, top: int, m: int | Array, bound: int | None = None) -> tuple[Array, int]:
    """The products and a bound on them."""
    if isinstance(m, int):
        if m == 1:
            return n, top
        bound = m
    elif bound is None:
        bound = largest(m)
    most = top * bound
    if most >= LIMIT and n.dtype != object:
        most = largest(n) * bound
    small = m < LIMIT if isinstance(m, int) else m.dtype != object
    if most < LIMIT and n.dtype != object and small:
        return n * m, most
    return as_array(whole_numbers(n) * as_whole(m)), most


def plus(n: Array, top: int, m: Array, bound: int) -> tuple[Array, int]:
    """The sums and a bound on them."""
    summed = top + bound
    if object in (n.dtype, m.dtype) or summed >= LIMIT:
        return as_array(whole_numbers(n) + whole_numbers(m)), summed
    return n + m, summed


def product(a: int | Array, b: int | Array) -> int | Array:
    """The product of two denominators."""
    if isinstance(a, int) and isinstance(b, int):
        return a * b
    first, second = (b, a) if isinstance(a, int) else (a, b)
    assert not isinstance(first, int)
    return times(first, largest(first), second)[0]
