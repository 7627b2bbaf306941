"""Logarithms, powers and roots: no rational is exact for them, so they are worked far past any rounding.

Where the result *is* rational (a perfect square, a whole power, ln 1) it is returned exactly; elsewhere
it is irrational, cannot lie on a rounding boundary, and sixty digits decide on which side it lies.
Square roots keep their outer factor apart: √18 is three times √2 in digits as on paper, so that what is
equal by arithmetic ties, whichever of the two was worked.
"""

from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction
from math import isqrt

import numpy as np

from kaocheng.engine.arrays import OK, UNDEFINED, Exact

DIGITS = 60
_WORK = Context(prec=DIGITS + 10, Emin=-(10**6), Emax=10**6)
LARGEST = 10**6  # exponents and roots beyond this are no scoring rule's
SMALL_PRIMES = [p for p in range(2, 1000) if all(p % q for q in range(2, isqrt(p) + 1))]


def each(value: Exact, function: Callable[[Fraction], Fraction | None]) -> Exact:
    """*function* of each value, worked once per distinct value; ``None`` is undefined."""
    state = np.array(value.state, copy=True)
    if not value.shape:
        found = value.fraction()
        result = None if found is None else function(found)
        return Exact.nothing(int(state) or UNDEFINED) if result is None else Exact.constant(result)
    length = value.shape[0]
    whole, known = value.spread(length), dict[Fraction, Fraction | None]()
    state = np.array(whole.state, copy=True)
    results: list[Fraction | int] = [0] * length
    for i in np.flatnonzero(state == OK):
        x = whole.fraction(int(i))
        assert x is not None
        if x not in known:
            known[x] = function(x)
        result = known[x]
        if result is None:
            state[i] = UNDEFINED
        else:
            results[i] = result
    return Exact.of(results, state)


def square_root(x: Fraction) -> Fraction | None:
    """√x; undefined below zero."""
    return power(x, Fraction(1, 2))


def logarithm(x: Fraction) -> Fraction | None:
    """ln x; undefined at and below zero."""
    if x <= 0:
        return None
    return Fraction(0) if x == 1 else _fraction(_WORK.ln(_decimal(x)))


def exponential(x: Fraction) -> Fraction | None:
    """eˣ; undefined where it would be absurdly large."""
    if abs(x) > 1000:
        return None
    return Fraction(1) if x == 0 else _fraction(_WORK.exp(_decimal(x)))


def power(x: Fraction, p: Fraction) -> Fraction | None:
    """xᵖ; undefined for zero to a negative power and for roots of negatives."""
    if p.denominator == 1:
        if (x == 0 and p < 0) or abs(p) > 1000:
            return None
        return x**p.numerator
    if x < 0 or (x == 0 and p < 0):
        return None
    if x in (0, 1):
        return x
    root = _root(x, p.denominator) if p.denominator < 100 else None
    if root is not None and abs(p.numerator) < 1000:
        return root**p.numerator
    if p == Fraction(1, 2):
        outer, kernel = drawn_out(x.numerator * x.denominator)
        return Fraction(outer, x.denominator) * _fraction(_WORK.sqrt(Decimal(kernel)))
    return _fraction(_WORK.exp(_WORK.multiply(_WORK.ln(_decimal(x)), _decimal(p))))


def drawn_out(n: int) -> tuple[int, int]:
    """q and k with n = q²·k, k free of the squares of small primes."""
    outer = 1
    for prime in SMALL_PRIMES:
        square = prime * prime
        if square > n:
            break
        while n % square == 0:
            n //= square
            outer *= prime
    return outer, n


def _root(x: Fraction, k: int) -> Fraction | None:
    above, below = _whole_root(x.numerator, k), _whole_root(x.denominator, k)
    return None if above is None or below is None else Fraction(above, below)


def _whole_root(n: int, k: int) -> int | None:
    if k == 2:
        root = isqrt(n)
        return root if root * root == n else None
    low, high = 0, 1 << (n.bit_length() // k + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**k < n:
            low = middle + 1
        else:
            high = middle
    return low if low**k == n else None


def _decimal(x: Fraction) -> Decimal:
    return _WORK.divide(Decimal(x.numerator), Decimal(x.denominator))


def _fraction(x: Decimal) -> Fraction:
    return Fraction(Context(prec=DIGITS, Emin=-(10**6), Emax=10**6).plus(x))
