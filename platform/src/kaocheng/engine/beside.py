"""Two columns side by side: their numerators over one denominator, and what those lie between."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, NamedTuple

from kaocheng.engine.integers import LIMIT, Number, product, small, within

if TYPE_CHECKING:
    from kaocheng.engine.arrays import Exact


FEW = 64  # columns so short are worked in whole numbers sooner than they are estimated


class Raised(NamedTuple):
    """Numerators brought to a common denominator, and what they lie between."""

    n: Number
    low: int
    high: int


def over_one(a: Exact, b: Exact) -> tuple[Raised, Raised, Number, int]:
    """The numerators of both over their common denominator, and a bound of that."""
    c, d = a._d, b._d
    if c is d or (type(c) is type(d) is int and c == d):
        return Raised(a._n, a.low, a.high), Raised(b._n, b.low, b.high), c, a.below
    if type(c) is int and type(d) is int:
        common = lcm(c, d)
        return _raised(a, common // c, 1), _raised(b, common // d, 1), common, common
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


def too_large(a: Exact, b: Exact) -> bool:
    """Whether many float64 numerators, brought over one denominator, would leave float64."""
    c, d = a._d, b._d
    if c is d or (type(c) is int and type(d) is int) or a.below * b.below < LIMIT > _reach(a, b):
        return False
    return small(a._n, b._n, c, d) and max(map(length, (a._n, b._n, c, d))) > FEW


def nowhere_above(a: Exact, b: Exact) -> bool:
    """Whether the bounds say that no *a* is larger than any *b*; they need not."""
    return not (a.waits or b.waits) and type(a._d) is type(b._d) is int and a.high * b._d <= b.low * a._d


def _reach(a: Exact, b: Exact) -> int:
    return max(-a.low, a.high) * b.below + max(-b.low, b.high) * a.below


def length(n: Number) -> int:
    """How many there are; one for all counts as none."""
    return 0 if isinstance(n, int) else n.shape[0]
