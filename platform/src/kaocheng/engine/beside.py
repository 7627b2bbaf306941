"""Two columns side by side: their numerators over one denominator, and what those lie between."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, NamedTuple

from kaocheng.engine.integers import LIMIT, Number, product, within

if TYPE_CHECKING:
    from kaocheng.engine.arrays import Exact


class Raised(NamedTuple):
    """Numerators brought to a common denominator, and what they lie between."""

    n: Number
    low: int
    high: int


def over_one(a: Exact, b: Exact) -> tuple[Raised, Raised, Number, int]:
    """The numerators of both over their common denominator, and a bound of that."""
    c, d = a._d, b._d
    if type(c) is int and type(d) is int:
        common = c if c == d else lcm(c, d)
        return _raised(a, common // c, 1), _raised(b, common // d, 1), common, common
    if c is d:
        return _raised(a, 1, 1), _raised(b, 1, 1), c, a.below
    below = a.below * b.below
    if below >= LIMIT:
        below = within(c)[1] * within(d)[1]
    return _raised(a, d, b.below), _raised(b, c, a.below), product(c, d, below), below


def _raised(value: Exact, by: Number, most: int) -> Raised:
    """The numerators times a positive number that is no larger than *most*."""
    n, low, high = value._n, value.low, value.high
    if type(by) is int:
        if by == 1:
            return Raised(n, low, high)
        if max(-low, high) * by >= LIMIT:
            low, high = within(n)
        low, high = low * by, high * by
    else:
        if max(-low, high) * most >= LIMIT:
            (low, high), most = within(n), within(by)[1]
        low, high = min(low, low * most), max(high, high * most)
    return Raised(product(n, by, max(-low, high)), low, high)
