"""Values whose integers would leave float64: estimated with a proven error, worked exactly where it matters.

Several ratios in one formula multiply their denominators beyond 2⁵³.  Such a value keeps the operation it
is the result of.  Rounding and comparing look at a float64 estimate; only cells that lie nearer to a tie,
or to each other, than the error of the estimate are worked in whole numbers, once per distinct input
(docs/engine.md).  Whatever else asks for the numbers gets them exactly, all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from operator import add, mul
from typing import Any

import numpy as np

from kaocheng.engine.arrays import OK, UNDEFINED, Exact, Truth
from kaocheng.engine.blocks import settled, together, work
from kaocheng.engine.integers import Array, Number, whole_numbers
from kaocheng.engine.states import State, graver, told

U = 2.0**-53  # half a unit in the last place: what one operation can be off by, relatively
SLACK = 1 + 2.0**-30  # for what the errors themselves are off by
LEAST = 2.0**-960  # and for what is too small for float64
SURE = 2.0**51  # above, every estimate is worked exactly
Estimate = tuple[Any, Any]  # the float64, and how far it is off at most


class Postponed(Exact):
    """The result of an operation that has not been worked in whole numbers."""

    __slots__ = ("inputs", "length", "operation", "worked")
    waits = True

    def __init__(self, operation: str, inputs: tuple[Any, ...], state: State, length: int) -> None:
        self.operation, self.inputs, self.length = operation, inputs, length
        self._state = state
        self.worked: Exact | None = None

    # -- the numbers, for whoever needs them all ---------------------------------------------------

    def whole(self) -> Exact:
        """All values, worked in whole numbers."""
        if self.worked is None:
            self.worked = exactly(self, slice(None)).put(self._state)
        return self.worked

    _n = property(lambda self: self.whole()._n)
    _d = property(lambda self: self.whole()._d)
    low = property(lambda self: self.whole().low)
    high = property(lambda self: self.whole().high)
    below = property(lambda self: self.whole().below)
    n = property(lambda self: self.whole().n)
    d = property(lambda self: self.whole().d)
    slow = property(lambda self: True)

    @property
    def shape(self) -> tuple[int, ...]:
        """One axis, the units."""
        return (self.length,)

    def fraction(self, at: int = 0) -> Any:
        """The value of one unit."""
        if self.worked is None and self.state[at] == OK:
            return exactly(self, np.array([at])).fraction(0)
        return self.whole().fraction(at)

    def spread(self, length: int) -> Exact:
        """Itself: it has one element a unit."""
        return self

    def lean(self) -> Exact:
        """Itself: it is nowhere yet."""
        return self

    def put(self, state: State) -> Exact:
        """The same values under another *state*."""
        return Postponed(self.operation, self.inputs, told(state), self.length)

    def take(self, index: Array) -> Exact:
        """The values at *index*."""
        state = None if self._state is None else self._state[index]
        return exactly(self, index).put(state)

    # -- operations --------------------------------------------------------------------------------

    def __add__(self, other: Exact) -> Exact:
        if not other.waits and isinstance(other._n, int) and other._n == 0:
            return self.put(graver(self._state, other._state))
        return postponed("+", self, other)

    def __mul__(self, other: Exact) -> Exact:
        return postponed("*", self, other)

    def __neg__(self) -> Exact:
        return postponed("*", self, Exact.constant(-1))

    def __truediv__(self, other: Exact) -> Exact:
        return self * other._inverse()

    def __abs__(self) -> Exact:
        return abs(self.whole())

    def _inverse(self) -> Exact:
        zero = (self.same(Exact.constant(0))).v
        state = self._state
        if zero.any():
            known = self.state
            state = np.where(zero & (known == OK), np.uint8(UNDEFINED), known).astype(np.uint8)
        return Postponed("1/", (self, zero), state, self.length)

    def _compare(self, other: Exact, sign: Callable[[Any, Any], Any]) -> Truth:
        return compared(self, other, sign)

    def floor(self) -> Exact:
        """The largest integer not above, of each."""
        return self.whole().floor()

    def half_up(
        self, decimals: int, redone: list[int] | None = None, between: tuple[Fraction, Fraction] | None = None
    ) -> Exact:
        """Rounded to *decimals* places, a tie away from zero; *redone*: cells worked exactly."""
        return half_up(self, decimals, redone)


@np.errstate(all="ignore")
def half_up(value: Exact, decimals: int, redone: list[int] | None = None) -> Exact:
    """Rounded by the estimate, and exactly where that lies too near a tie."""
    scale: int = 10**decimals
    estimate, error = _times(estimated(value), (float(scale), 0.0))
    raised = work(np.add, work(np.abs, estimate), 0.5)
    floor = work(np.floor, raised)
    sure, n = together(
        work(_sure, raised, floor, error, kind=bool),
        work(np.add, work(np.copysign, floor, estimate), 0.0),
    )
    doubtful = np.flatnonzero(~sure if value._state is None else ~sure & (value._state == OK))
    if value._state is not None:
        n[value._state != OK] = 0
    if doubtful.size:
        alike, which = distinct(value, doubtful)
        exact = np.broadcast_to(
            (exactly(value, alike).half_up(decimals) * Exact.constant(scale)).n, alike.shape
        )
        if redone is not None:
            redone.append(len(alike))
        n = n if exact.dtype != object else n.astype(object)
        n[doubtful] = exact[which]
    return Exact(n, scale, value._state)


def _sure(raised: Array, floor: Array, error: Array) -> Any:
    """Where what was raised by a half lies farther from the whole numbers around it than it can be off."""
    rest, off = raised - floor, error * SLACK + raised * (2 * U)
    return (rest > off) & (rest < 1 - off) & (raised < SURE)


def _far(apart: Array, error: Array) -> Any:
    """Where a difference is surely none of the estimates' making."""
    return np.abs(apart) > error * SLACK + LEAST


def postponed(operation: str, a: Exact, b: Exact) -> Postponed:
    """The sum or product of two values, not worked yet."""
    length = (a.shape or b.shape)[0]
    return Postponed(operation, (a, b), graver(a._state, b._state), length)


def chosen(condition: Truth, yes: Exact, no: Exact, state: State) -> Postponed:
    """One of two values for each unit, not worked yet."""
    length = (yes.shape or no.shape)[0]
    return Postponed("if", (np.broadcast_to(condition.v, (length,)), yes, no), state, length)


@np.errstate(all="ignore")
def compared(a: Exact, b: Exact, sign: Callable[[Any, Any], Any]) -> Truth:
    """Which of two is larger: by the estimates, and exactly where they are too near."""
    (x, e), (y, f) = estimated(a), estimated(b)
    apart, error = _plus((x, e), (work(np.negative, y), f))
    result, far = together(work(sign, apart, 0.0, kind=bool), work(_far, apart, error, kind=bool))
    state = graver(a._state, b._state)
    near = np.flatnonzero(~far if state is None else ~far & (state == OK))
    if near.size:
        both = postponed("+", a, b)
        alike, which = distinct(both, near)
        one, two = exactly(a, alike).put(None), exactly(b, alike).put(None)
        result[near] = np.broadcast_to(one._compare(two, sign).v, (len(alike),))[which]
    return Truth(result, state)


# -- estimates -----------------------------------------------------------------------------------------


def estimated(value: Exact) -> Estimate:
    """A float64 for each value and a bound on its error; both may still be to be worked."""
    if not isinstance(value, Postponed) or value.worked is not None:
        return _quotient(value)
    if value.operation == "if":
        condition, (a, e), (b, f) = value.inputs[0], estimated(value.inputs[1]), estimated(value.inputs[2])
        return work(np.where, condition, a, b), work(np.where, condition, e, f)
    if value.operation == "1/":
        return _inverse(estimated(value.inputs[0]))
    a, b = (estimated(part) for part in value.inputs)
    return _plus(a, b) if value.operation == "+" else _times(a, b)


def _quotient(value: Exact) -> Estimate:
    estimate = work(np.divide, _floats(value._n), _floats(value._d))
    return estimate, work(np.multiply, work(np.abs, estimate), 4 * U)


def _floats(n: Number) -> Any:
    if not isinstance(n, int) and n.dtype != object:
        return n
    try:
        return float(n) if isinstance(n, int) else settled(n).astype(float)
    except OverflowError:  # no estimate at all: every cell is worked exactly
        return np.inf


def _plus(a: Estimate, b: Estimate) -> Estimate:
    estimate = work(np.add, a[0], b[0])
    error = work(np.add, work(np.add, a[1], b[1]), work(np.multiply, work(np.abs, estimate), U))
    return estimate, error


def _times(a: Estimate, b: Estimate) -> Estimate:
    estimate = work(np.multiply, a[0], b[0])
    crossed = work(
        np.add,
        work(np.multiply, work(np.abs, a[0]), b[1]),
        work(np.multiply, work(np.add, work(np.abs, b[0]), b[1]), a[1]),
    )
    return estimate, work(np.add, crossed, work(np.multiply, work(np.abs, estimate), U))


def _inverse(a: Estimate) -> Estimate:
    def bound(x: Array, e: Array) -> Array:
        size = np.abs(x)
        with np.errstate(divide="ignore", invalid="ignore"):
            off = e / (size * (size - e)) + U / size
        return np.where(size > 2 * e, off, np.inf)

    def one_over(x: Array) -> Array:
        return 1.0 / np.where(x == 0, 1.0, x)

    return work(one_over, a[0]), work(bound, a[0], a[1])


# -- exactly -------------------------------------------------------------------------------------------


def exactly(value: Exact, at: Array | slice) -> Exact:
    """The values at these places in whole numbers, whatever their states."""
    if not isinstance(value, Postponed):
        n, d = value._n, value._d
        n = n if isinstance(n, int) else whole_numbers(value.n[at])
        d = d if isinstance(d, int) else whole_numbers(value.d[at])  # type: ignore[index]
        return Exact(n, d)
    if value.operation == "if":
        condition, yes, no = value.inputs
        from kaocheng.engine.arrays import choose

        return choose(Truth(condition[at]), exactly(yes, at), exactly(no, at))
    if value.operation == "1/":
        return exactly(value.inputs[0], at)._inverse().put(None)
    work_out = add if value.operation == "+" else mul
    found: Exact = work_out(*(exactly(part, at) for part in value.inputs))
    return found


def distinct(value: Exact, at: Array) -> tuple[Array, Array]:
    """Of the places *at*, one for each distinct input, and which of those each place is like."""
    code = np.zeros(len(at), np.int64)
    for column in _columns(value, set()):
        _values, which = np.unique(column[at], return_inverse=True)
        _codes, code = np.unique(code * (int(which.max()) + 1) + which, return_inverse=True)
    _codes, first, which = np.unique(code, return_index=True, return_inverse=True)
    return at[first], which


def _columns(value: Exact, seen: set[int]) -> Iterator[Array]:
    """Every array that a value is made from, once."""
    parts = value.inputs if isinstance(value, Postponed) else (value._n, value._d)
    for part in parts:
        if isinstance(part, Exact):
            yield from _columns(part, seen)
        elif not isinstance(part, int) and id(part) not in seen:
            seen.add(id(part))
            yield settled(part)
