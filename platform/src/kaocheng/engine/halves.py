"""Rounding a column: half up, by one product and one rounding wherever that is exact (docs/engine.md)."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from kaocheng.engine import postponed as later
from kaocheng.engine.arrays import Exact
from kaocheng.engine.beside import FEW, length
from kaocheng.engine.blocks import settled
from kaocheng.engine.integers import ROUNDING_LIMIT, nearest, product, rounded, small, whole_rounded, within
from kaocheng.engine.rounding import half_up as one_half_up

Ends = tuple[Fraction, Fraction]


def half_up(
    value: Exact, decimals: int, redone: list[int] | None = None, between: Ends | None = None
) -> Exact:
    """*value* rounded to *decimals* places; what it is known to lie *between* need not be looked for."""
    scale, n, d = 10**decimals, value._n, value._d
    if type(d) is int and scale % d == 0:
        return value
    if type(n) is int and type(d) is int:
        return Exact.constant(one_half_up(Fraction(n, d), decimals)).put(value._state)
    common = gcd(scale, d) if type(d) is int else 1
    step = scale // common
    d = d // common if type(d) is int else d
    low, high = value.low, value.high
    if step * max(-low, high) >= ROUNDING_LIMIT:
        low, high = within(n)
    low, high = low * step, high * step
    if not small(n, d) or max(-low, high) >= ROUNDING_LIMIT:
        if small(n, d) and max(length(n), length(d)) > FEW:
            return later.half_up(value, decimals, redone)
        nearest_ones = whole_rounded(n, step, d)
        if redone is not None:
            redone.append(nearest_ones.size)
        return Exact(nearest_ones, scale, value._state).lean()
    whole = rounded(product(n, step, max(-low, high)), d, low < 0)
    if type(d) is int:
        return Exact(whole, scale, value._state, nearest(low, d), nearest(high, d), scale)
    if between is None:
        return Exact(settled(whole), scale, value._state)
    least, most = (int(one_half_up(end, decimals) * scale) for end in between)
    return Exact(whole, scale, value._state, least, most, scale)
