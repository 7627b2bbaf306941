"""The one array type of the engine: exact rationals for many units at once, with the state of each.

A decimal is a scaled integer held in float64, which stays exact while every intermediate integer is
below 2⁵³; each operation checks that bound and, where it does not hold, goes on in Python integers.
Missing, not applicable and undefined stand in a byte array beside the numbers, never in a number.

Shapes: one axis, the units (or the rows of a list), in the evaluator's order; a constant has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np

from kaocheng.engine.integers import (
    LIMIT,
    Array,
    as_array,
    as_numbers,
    as_whole,
    boolean,
    boxed,
    largest,
    plus,
    product,
    rounds_exactly,
    scalar,
    times,
    whole_numbers,
)

__all__ = [
    "LIMIT",
    "MISSING",
    "NA",
    "OK",
    "UNDEFINED",
    "Exact",
    "Truth",
    "Words",
    "choose",
    "larger",
    "smaller",
]


# In the order of precedence when two values meet: not applicable beats missing beats undefined.
OK, UNDEFINED, MISSING, NA = range(4)
_FINE = np.zeros((), np.uint8)


class Exact:
    """Rationals ``n / d`` with a state each.

    ``n``: float64 holding integers below 2⁵³, or object holding Python integers.  ``d``: one positive
    ``int`` for all, or an array of positive integers.  ``top``: a bound on ``|n|``.  Where the state is
    not ``OK`` the number is meaningless (kept 0 / 1).
    """

    __slots__ = ("d", "n", "state", "top")
    __array_ufunc__ = None

    def __init__(self, n: Array, d: int | Array = 1, state: Array = _FINE, top: int | None = None) -> None:
        # arithmetic on a dimensionless object array gives a bare Python integer
        self.n = n if isinstance(n, np.ndarray) else scalar(n)
        self.d = d
        self.state = state
        self.top = largest(n) if top is None else top

    # -- making ------------------------------------------------------------------------------------

    @classmethod
    def constant(cls, value: Fraction | int) -> Exact:
        """One value for everybody; broadcasts."""
        value = Fraction(value)
        n = np.array(float(value.numerator)) if abs(value.numerator) < LIMIT else boxed(value.numerator)
        return cls(n, value.denominator, top=abs(value.numerator))

    @classmethod
    def of(cls, values: Sequence[Fraction | int | None], states: Array | None = None) -> Exact:
        """One value each; ``None`` is missing unless *states* says otherwise."""
        d = lcm(*{v.denominator for v in values if v is not None}) if values else 1
        whole = [0 if v is None else v.numerator * (d // v.denominator) for v in values]
        if states is None:
            states = np.fromiter((MISSING if v is None else OK for v in values), np.uint8, len(values))
        return cls.of_whole(whole, d, states)

    @classmethod
    def of_whole(cls, whole: Sequence[int], d: int, states: Array) -> Exact:
        """One scaled integer each, all over *d*."""
        top = max(map(abs, whole), default=0)
        return cls(np.array(whole, dtype=float if top < LIMIT else object), d, states, top)

    @classmethod
    def nothing(cls, state: int, length: int | None = None) -> Exact:
        """A value that is missing (or not applicable, or undefined) for everybody."""
        shape = () if length is None else (length,)
        return cls(np.zeros(shape), 1, np.full(shape, state, np.uint8), 0)

    # -- reading -----------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """The common shape of number and state."""
        return np.broadcast_shapes(self.n.shape, self.state.shape, np.shape(self.d))

    def fraction(self, at: int = 0) -> Fraction | None:
        """The value of one unit, ``None`` unless its state is OK."""
        if int(self.state if not self.state.shape else self.state[at]) != OK:
            return None
        n = self.n.item() if not self.n.shape else self.n[at]
        d = self.d if isinstance(self.d, int) else (self.d.item() if not self.d.shape else self.d[at])
        return Fraction(int(n), int(d))

    def spread(self, length: int) -> Exact:
        """The same values with one element a unit."""
        shape = (length,)
        d = self.d if isinstance(self.d, int) else np.broadcast_to(self.d, shape)
        return Exact(np.broadcast_to(self.n, shape), d, np.broadcast_to(self.state, shape), self.top)

    def take(self, index: Array) -> Exact:
        """The values at *index*: a row's unit, a unit's parent."""
        if not self.shape:
            return self
        whole = self.spread(self.shape[0])
        d = whole.d if isinstance(whole.d, int) else whole.d[index]
        return Exact(whole.n[index], d, whole.state[index], self.top)

    def put(self, state: Array) -> Exact:
        """The same numbers under another *state*."""
        return Exact(self.n, self.d, state, self.top)

    def lean(self) -> Exact:
        """Lowest terms, and back to float64 where the integers allow it."""
        if self.n.dtype != object and (isinstance(self.d, int) or self.d.dtype != object):
            return self
        n, d = whole_numbers(self.n), self.d
        if isinstance(d, int):
            common = gcd(d, *map(int, n.flat))
            n, d = n // common, d // common
        else:
            n, d = np.broadcast_arrays(n, whole_numbers(d))
            common = np.gcd(np.abs(n), d)
            n, d = n // common, d // common
            if largest(d) < LIMIT:
                d = d.astype(float)
        top = largest(n)
        return Exact(n.astype(float) if top < LIMIT else n, d, self.state, top)

    # -- arithmetic --------------------------------------------------------------------------------

    def _with(self, other: Exact) -> Array:
        if self.state is _FINE:
            return other.state
        return self.state if other.state is _FINE else np.maximum(self.state, other.state)

    def __add__(self, other: Exact) -> Exact:
        a, b, d = _common(self, other)
        n, top = plus(*times(self.n, self.top, a), *times(other.n, other.top, b))
        return Exact(n, d, self._with(other), top)

    def __neg__(self) -> Exact:
        return Exact(-self.n, self.d, self.state, self.top)

    def __sub__(self, other: Exact) -> Exact:
        return self + (-other)

    def __mul__(self, other: Exact) -> Exact:
        n, top = times(self.n, self.top, other.n, other.top)
        d = product(self.d, other.d)
        if isinstance(d, int) and d > 1 and not self.n.shape and not other.n.shape:
            return _reduced(n, d, self._with(other))
        return Exact(n, d, self._with(other), top)

    def __truediv__(self, other: Exact) -> Exact:
        zero = other.n == 0
        state = self._with(other)
        if np.any(zero):
            state = np.where(zero & (state == OK), np.uint8(UNDEFINED), state).astype(np.uint8)
        sign = np.where(other.n < 0, -1, 1)
        below = np.where(zero, 1, as_array(abs(other.n)))
        n, top = times(np.asarray(self.n * sign), self.top, other.d)
        if not below.shape:
            d: int | Array = product(self.d, int(below))
            if isinstance(d, int) and not n.shape:
                return _reduced(n, d, state)
        else:
            d = product(self.d, below)
        return Exact(n, d, state, top)

    def __abs__(self) -> Exact:
        return Exact(abs(self.n), self.d, self.state, self.top)

    # -- order -------------------------------------------------------------------------------------

    def _beside(self, other: Exact) -> tuple[Array, Array, Array]:
        a, b, _ = _common(self, other)
        return times(self.n, self.top, a)[0], times(other.n, other.top, b)[0], self._with(other)

    def __lt__(self, other: Exact) -> Truth:
        a, b, state = self._beside(other)
        return Truth(boolean(a < b), state)

    def __le__(self, other: Exact) -> Truth:
        a, b, state = self._beside(other)
        return Truth(boolean(a <= b), state)

    def __gt__(self, other: Exact) -> Truth:
        return other < self

    def __ge__(self, other: Exact) -> Truth:
        return other <= self

    def same(self, other: Exact) -> Truth:
        """Equal, exactly (``==`` stays Python's)."""
        a, b, state = self._beside(other)
        return Truth(boolean(a == b), state)

    def differs(self, other: Exact) -> Truth:
        """Not equal."""
        return ~self.same(other)

    # -- steps -------------------------------------------------------------------------------------

    def floor(self) -> Exact:
        """The largest integer not above, of each."""
        if isinstance(self.d, int) and self.d == 1:
            return self
        if self.n.dtype != object and rounds_exactly(self.top, self.d):
            return Exact(np.floor(self.n / self.d), 1, self.state)
        return Exact(whole_numbers(self.n) // as_whole(self.d), 1, self.state).lean()

    def ceil(self) -> Exact:
        """The smallest integer not below, of each."""
        return -((-self).floor())

    def half_up(self, decimals: int) -> Exact:
        """Rounded to *decimals* places, a tie away from zero."""
        scale = 10**decimals
        if isinstance(self.d, int) and scale % self.d == 0:
            return self
        n, top = times(self.n, self.top, scale)
        sign, size = np.where(n < 0, -1, 1), as_array(abs(n))
        if n.dtype != object and rounds_exactly(top, self.d):
            whole = np.floor((size + self.d / 2) / self.d)
        else:
            d = as_whole(self.d)
            whole = (2 * whole_numbers(size) + d) // (2 * d)
        return Exact(whole * sign, scale, self.state).lean()


class Truth:
    """A condition for each unit, with its state."""

    __slots__ = ("state", "v")

    def __init__(self, v: Array, state: Array = _FINE) -> None:
        self.v = np.asarray(v, bool)
        self.state = state

    def __and__(self, other: Truth) -> Truth:
        """Looks at *other* only where this one holds, or to see whose gap is the greater."""
        off = ~self.v & (self.state == OK)
        return Truth(
            self.v & other.v, np.where(off, OK, np.maximum(self.state, other.state)).astype(np.uint8)
        )

    def __or__(self, other: Truth) -> Truth:
        """Looks at *other* only where this one does not hold, or to see whose gap is the greater."""
        on = self.v & (self.state == OK)
        return Truth(self.v | other.v, np.where(on, OK, np.maximum(self.state, other.state)).astype(np.uint8))

    def __invert__(self) -> Truth:
        return Truth(~self.v, self.state)

    @property
    def holds(self) -> Array:
        """True where it is known to hold."""
        held: Array = self.v & (self.state == OK)
        return held

    def take(self, index: Array) -> Truth:
        """The conditions at *index*."""
        if not self.v.shape and not self.state.shape:
            return self
        shape = np.broadcast_shapes(self.v.shape, self.state.shape)
        return Truth(np.broadcast_to(self.v, shape)[index], np.broadcast_to(self.state, shape)[index])


class Words:
    """A word for each unit (the kind of zone it lies in), with its state."""

    __slots__ = ("state", "v")

    def __init__(self, v: Array, state: Array = _FINE) -> None:
        self.v = v
        self.state = state

    def same(self, other: Words) -> Truth:
        """The same word."""
        return Truth(boolean(self.v == other.v), np.maximum(self.state, other.state))

    def take(self, index: Array) -> Words:
        """The words at *index*."""
        return self if not self.v.shape else Words(self.v[index], self.state[index])


def choose(condition: Truth, yes: Exact, no: Exact) -> Exact:
    """*yes* where the condition holds, *no* where it does not, its own state where that is unknown."""
    a, b, d = _common(yes, no)
    if not isinstance(d, int):  # each keeps its own denominator
        a = b = 1
        d = _either(condition, as_numbers(yes.d), as_numbers(no.d))
    (m, mt), (n, nt) = times(yes.n, yes.top, a), times(no.n, no.top, b)
    state = np.where(condition.state == OK, np.where(condition.v, yes.state, no.state), condition.state)
    return Exact(_either(condition, m, n), d, state.astype(np.uint8), max(mt, nt))


def smaller(a: Exact, b: Exact) -> Exact:
    """The smaller of the two, of each."""
    return choose(a <= b, a, b)


def larger(a: Exact, b: Exact) -> Exact:
    """The larger of the two, of each."""
    return choose(a >= b, a, b)


# -- two values side by side ---------------------------------------------------------------------------


def _either(condition: Truth, yes: Array, no: Array) -> Array:
    if object in (yes.dtype, no.dtype):
        yes, no = whole_numbers(yes), whole_numbers(no)
    return np.where(condition.v, yes, no)


def _common(a: Exact, b: Exact) -> tuple[Any, Any, Any]:
    """What each numerator is multiplied with, and the common denominator."""
    if isinstance(a.d, int) and isinstance(b.d, int):
        d = lcm(a.d, b.d)
        return d // a.d, d // b.d, d
    if a.d is b.d:
        return 1, 1, a.d
    return b.d, a.d, product(a.d, b.d)


def _reduced(n: Array, d: int, state: Array) -> Exact:
    value = Fraction(int(n.item()), d)
    return Exact.constant(value).put(state)
