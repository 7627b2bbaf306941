"""The one array type of the engine: exact rationals for many units at once, with the state of each.

A decimal is a scaled integer held in float64, which stays exact while every intermediate integer is
below 2⁵³; each operation checks that bound and, where it does not hold, goes on in Python integers.
Missing, not applicable and undefined stand in a byte array beside the numbers, never in a number.

Shapes: one axis, the units (or the rows of a list), in the evaluator's order; a constant has none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import numpy as np

from kaocheng.engine.beside import FEW, length, nowhere_above, over_one, too_large
from kaocheng.engine.blocks import Deferred, work
from kaocheng.engine.integers import (
    LIMIT,
    Array,
    Number,
    as_array,
    boolean,
    boxed,
    either,
    hull,
    in_lowest_terms,
    negated,
    plain,
    product,
    quotient,
    size,
    small,
    total,
    whole_numbers,
    within,
)
from kaocheng.engine.states import MISSING, NA, OK, UNDEFINED, State, Truth, Words, fine, graver, told

__all__ = ["MISSING", "NA", "OK", "UNDEFINED", "Exact", "Truth", "Words", "choose", "larger", "smaller"]


class Exact:
    """Rationals ``n / d`` with a state each.

    ``n``: float64 holding integers below 2⁵³, or object holding Python integers.  ``d``: one positive
    ``int`` for all, or an array of positive integers.  All ``n`` lie between ``low`` and ``high`` and no
    ``d`` is above ``below``, so that what an operation can give is known before it is done.  Where the
    state is not ``OK`` the number is meaningless (kept 0 / 1).
    """

    __slots__ = ("_d", "_n", "_state", "below", "high", "low")
    __array_ufunc__ = None
    waits = False  # whether its numbers are still to be worked (kaocheng.engine.postponed)

    def __init__(
        self,
        n: Number,
        d: Number = 1,
        state: State = None,
        low: int | None = None,
        high: int | None = None,
        below: int | None = None,
    ) -> None:
        self._n: Number = n if isinstance(n, int | Deferred) or n.ndim else int(n.item())
        self._d: Number = d if isinstance(d, int | Deferred) or d.ndim else int(d.item())
        self._state = state
        self.low, self.high = within(self._n) if low is None or high is None else (low, high)
        self.below = within(self._d)[1] if below is None else below

    # -- making ------------------------------------------------------------------------------------

    @staticmethod
    def constant(value: Fraction | int) -> Exact:
        """One value for everybody; broadcasts."""
        return _constant(int(value.numerator), int(value.denominator))

    @classmethod
    def of(cls, values: Sequence[Fraction | int | None], states: Array | None = None) -> Exact:
        """One value each; ``None`` is missing unless *states* says otherwise."""
        d = lcm(*{v.denominator for v in values if v is not None}) if values else 1
        whole = [0 if v is None else v.numerator * (d // v.denominator) for v in values]
        if states is None:
            states = np.fromiter((MISSING if v is None else OK for v in values), np.uint8, len(values))
        return cls.of_whole(whole, d, states)

    @classmethod
    def of_whole(cls, whole: Sequence[int], d: int, states: State) -> Exact:
        """One scaled integer each, all over *d*."""
        low, high = min(whole, default=0), max(whole, default=0)
        n = np.array(whole, dtype=float if max(-low, high) < LIMIT else object)
        return cls(n, d, told(states), low, high)

    @classmethod
    def nothing(cls, state: int, length: int | None = None) -> Exact:
        """A value that is missing (or not applicable, or undefined) for everybody."""
        shape = () if length is None else (length,)
        return cls(0 if length is None else np.zeros(shape), 1, np.full(shape, state, np.uint8), 0, 0)

    # -- reading -----------------------------------------------------------------------------------

    @property
    def n(self) -> Array:
        """The numerators."""
        if isinstance(self._n, int):
            return boxed(self._n)
        if type(self._n) is Deferred:
            self._n = self._n.array()
        return self._n  # type: ignore[return-value]

    @property
    def d(self) -> int | Array:
        """The denominator, or the denominators."""
        if type(self._d) is Deferred:
            self._d = self._d.array()
        return self._d  # type: ignore[return-value]

    @property
    def state(self) -> Array:
        """The state of each."""
        return fine(self.shape) if self._state is None else self._state

    @property
    def all_ok(self) -> bool:
        """Whether everybody has a value."""
        return self._state is None

    @property
    def shape(self) -> tuple[int, ...]:
        """The common shape of number and state."""
        for part in (self._n, self._d, self._state):
            if part is not None and not isinstance(part, int) and part.shape:
                return part.shape
        return ()

    @property
    def ratio(self) -> bool:
        """Whether each has a denominator of its own."""
        return not self.waits and type(self._d) is not int

    @property
    def slow(self) -> bool:
        """Whether its integers are too large for float64."""
        return not small(self._n, self._d) or self.below >= LIMIT

    def fraction(self, at: int = 0) -> Fraction | None:
        """The value of one unit, ``None`` unless its state is OK."""
        state = self._state
        if state is not None and int(state[at] if state.shape else state) != OK:
            return None
        if type(self._n) is type(self._d) is int:
            return Fraction(self._n, self._d)
        n, d = self.n, self.d
        below = d if isinstance(d, int) else d[at]
        return Fraction(int(n[at] if n.shape else n.item()), int(below))

    def spread(self, length: int) -> Exact:
        """The same values with one element a unit."""
        n, d, state = self._n, self._d, self._state
        if isinstance(n, int):
            n = np.full(length, n, float if abs(n) < LIMIT else object)
        elif state is None:
            return self
        if state is not None and not state.shape:
            state = np.full(length, state, np.uint8)
        return Exact(n, d, state, self.low, self.high, self.below)

    def take(self, index: Array) -> Exact:
        """The values at *index*: a row's unit, a unit's parent."""
        n, d = (part if isinstance(part, int) else part.take(index) for part in (self._n, self._d))
        state = self._state if self._state is None or not self._state.shape else self._state[index]
        return Exact(n, d, state, self.low, self.high, self.below)

    def one(self, at: int) -> Exact:
        """The value of one unit, as a constant: Python's whole numbers, whose bounds are themselves."""
        state, taken = self._state, self.take(np.array([at])) if self.waits else self
        if state is not None and (known := int(state[at] if state.shape else state)) != OK:
            return Exact.nothing(known)
        n, d = _cell(taken._n, at), _cell(taken._d, at)
        return Exact(n, d, None, n, n, d)

    def put(self, state: State) -> Exact:
        """The same numbers under another *state*."""
        state = told(state)
        if state is self._state:
            return self
        return Exact(self._n, self._d, state, self.low, self.high, self.below)

    def lean(self) -> Exact:
        """Lowest terms, and back to float64 where the integers allow it."""
        if isinstance(self._n, int) or not self.slow:
            return self
        n, d = in_lowest_terms(self._n, self.d)
        low, high = within(n)
        return Exact(n.astype(float) if max(-low, high) < LIMIT else n, d, self._state, low, high)

    # -- arithmetic --------------------------------------------------------------------------------

    def __add__(self, other: Exact) -> Exact:
        state = graver(self._state, other._state)
        for zero, alone in ((self, other), (other, self)):
            if not zero.waits and type(zero._n) is int and zero._n == 0:
                return alone.put(state)
        if other.waits or too_large(self, other):
            return later.postponed("+", self, other)
        a, b, d, below = over_one(self, other)
        low, high = a.low + b.low, a.high + b.high
        n = total(a.n, b.n, max(-low, high))
        if type(n) is int and type(d) is int and (common := gcd(n, d)) > 1:
            n, d = n // common, d // common
            low, high, below = n, n, d
        return Exact(n, d, state, low, high, below)

    def __neg__(self) -> Exact:
        return Exact(negated(self._n), self._d, self._state, -self.high, -self.low, self.below)

    def __sub__(self, other: Exact) -> Exact:
        return self + (-other)

    def __mul__(self, other: Exact) -> Exact:
        for one, alone in ((other, self), (self, other)):
            if not one.waits and type(one._n) is type(one._d) is int and one._n == one._d == 1:
                return alone.put(graver(self._state, other._state))
        if other.waits:
            return later.postponed("*", self, other)
        a, b, c, d = self._n, other._n, self._d, other._d
        if type(b) is int and type(c) is int and (common := gcd(b, c)) > 1:
            b, c = b // common, c // common
        if type(a) is int and type(d) is int and (common := gcd(a, d)) > 1:
            a, d = a // common, d // common
        ends = (a, a) if type(a) is int else (self.low, self.high)
        others = (b, b) if type(b) is int else (other.low, other.high)
        low, high = hull(ends, others)
        if max(-low, high) >= LIMIT and not type(a) is type(b) is int:
            low, high = hull(within(a), within(b))  # bounds that are reached may do
        below = (c if type(c) is int else self.below) * (d if type(d) is int else other.below)
        if below >= LIMIT and not type(c) is type(d) is int:
            below = within(c)[1] * within(d)[1]
        if max(-low, high, below) >= LIMIT and small(a, b, c, d) and max(map(length, (a, b, c, d))) > FEW:
            return later.postponed("*", self, other)
        state = graver(self._state, other._state)
        return Exact(product(a, b, max(-low, high)), product(c, d, below), state, low, high, below)

    def __truediv__(self, other: Exact) -> Exact:
        if not other.waits and type(self._d) is not int and self._d is other._d:  # what is common goes first
            a, b = (Exact(v._n, 1, v._state, v.low, v.high, 1) for v in (self, other))
            return a * b._inverse()
        return self * other._inverse()

    def _inverse(self) -> Exact:
        """One over each; undefined where that is zero."""
        if self.high < 0:
            return -((-self)._inverse())
        least = self._d if type(self._d) is int else 1
        if self.low > 0:
            return Exact(self._d, self._n, self._state, least, self.below, self.high)
        n, state = self.n, self._state
        zero = boolean(n == 0)
        if zero.any():
            known = self.state
            state = np.where(zero & (known == OK), np.uint8(UNDEFINED), known).astype(np.uint8)
            n = np.where(zero, 1, n)
        top, above = max(-self.low, self.high, 1), self._d
        if self.low >= 0:
            return Exact(above, n, state, least, self.below, top)
        above = product(above, np.where(n < 0, -1.0, 1.0), self.below)
        return Exact(above, as_array(abs(n)), state, -self.below, self.below, top)

    def __abs__(self) -> Exact:
        if self.low >= 0:
            return self
        return Exact(size(self._n), self._d, self._state, 0, max(-self.low, self.high), self.below)

    # -- order -------------------------------------------------------------------------------------

    def _compare(self, other: Exact, sign: Callable[[Any, Any], Any]) -> Truth:
        if other.waits or too_large(self, other):
            return later.compared(self, other, sign)
        a, b, _d, _below = over_one(self, other)
        state = graver(self._state, other._state)
        apart = a.low > b.high or a.high < b.low or a.low == a.high == b.low == b.high
        if apart or (sign not in (eq, ne) and sign(a.low, b.high) == sign(a.high, b.low)):
            return Truth(sign(a.low, b.low) if apart else sign(a.low, b.high), state)
        if small(a.n, b.n):
            return Truth(work(sign, plain(a.n), plain(b.n), kind=bool), state)
        return Truth(boolean(sign(whole_numbers(a.n), whole_numbers(b.n))), state)

    def __lt__(self, other: Exact) -> Truth:
        return self._compare(other, lt)

    def __le__(self, other: Exact) -> Truth:
        return self._compare(other, le)

    def __gt__(self, other: Exact) -> Truth:
        return self._compare(other, gt)

    def __ge__(self, other: Exact) -> Truth:
        return self._compare(other, ge)

    def same(self, other: Exact) -> Truth:
        """Equal, exactly (``==`` stays Python's)."""
        return self._compare(other, eq)

    def differs(self, other: Exact) -> Truth:
        """Not equal."""
        return self._compare(other, ne)

    # -- steps -------------------------------------------------------------------------------------

    def floor(self) -> Exact:
        """The largest integer not above, of each."""
        n, d = self._n, self._d
        if type(d) is int:
            if d == 1:
                return self
            low, high = self.low // d, self.high // d
        else:
            low, high = min(self.low, 0), max(self.high, 0)
        if type(n) is int and type(d) is int:
            return Exact(n // d, 1, self._state)
        if small(n, d):
            return Exact(quotient(n, d), 1, self._state, low, high, 1)
        return Exact(as_array(whole_numbers(n) // whole_numbers(d)), 1, self._state).lean()

    def ceil(self) -> Exact:
        """The smallest integer not below, of each."""
        return -((-self).floor())

    def half_up(
        self, decimals: int, redone: list[int] | None = None, between: tuple[Fraction, Fraction] | None = None
    ) -> Exact:
        """Rounded to *decimals* places, a tie away from zero; *redone*: cells worked the slow way."""
        return halves.half_up(self, decimals, redone, between)


def _cell(number: Number, at: int) -> int:
    if type(number) is int:
        return number
    return int(number.take(np.array([at]))[0] if type(number) is Deferred else number[at])  # type: ignore[index]


@lru_cache(4096)
def _constant(above: int, below: int) -> Exact:
    return Exact(above, below, None, above, above, below)


def choose(condition: Truth, yes: Exact, no: Exact) -> Exact:
    """*yes* where the condition holds, *no* where it does not, its own state where that is unknown."""
    v, state = condition._v, condition._state
    if not (state is None and yes._state is None and no._state is None):
        state = np.where(condition.v, yes.state, no.state)
        state = told(np.where(condition.state == OK, state, condition.state).astype(np.uint8))
    if isinstance(v, bool):
        return (yes if v else no).put(state)
    if yes.waits or no.waits:
        return later.chosen(condition, yes, no, state)
    if type(yes._d) is type(no._d) is int or yes._d is no._d:
        a, b, d, below = over_one(yes, no)
        m, n, low, high = a.n, b.n, min(a.low, b.low), max(a.high, b.high)
    else:  # each keeps its own denominator
        m, n, low, high = yes._n, no._n, min(yes.low, no.low), max(yes.high, no.high)
        d, below = either(v, yes._d, no._d), max(yes.below, no.below)
    return Exact(either(v, m, n), d, state, low, high, below)


def smaller(a: Exact, b: Exact) -> Exact:
    """The smaller of the two, of each."""
    return _extreme(a, b, np.minimum)


def larger(a: Exact, b: Exact) -> Exact:
    """The larger of the two, of each."""
    return _extreme(a, b, np.maximum)


def _extreme(a: Exact, b: Exact, step: Any) -> Exact:
    for one, two in ((a, b), (b, a)):
        if nowhere_above(one, two) if step is np.minimum else nowhere_above(two, one):
            return one.put(graver(a._state, b._state))
    if a.waits or b.waits or too_large(a, b) or not (type(a._d) is int or type(b._d) is int or a._d is b._d):
        return choose(a <= b if step is np.minimum else a >= b, a, b)
    state = graver(a._state, b._state)
    first, second, d, below = over_one(a, b)
    pick = min if step is np.minimum else max
    low, high = pick(first.low, second.low), pick(first.high, second.high)
    if small(first.n, second.n):
        return Exact(work(step, plain(first.n), plain(second.n)), d, state, low, high, below)
    n = as_array(step(whole_numbers(first.n), whole_numbers(second.n)))
    return Exact(n, d, state, low, high, below)


from kaocheng.engine import halves  # noqa: E402  (these build on this)
from kaocheng.engine import postponed as later  # noqa: E402
