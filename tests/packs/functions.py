"""Functions of a made-up pack, good ones and bad; no float is written here, because that is looked for."""

from fractions import Fraction
from itertools import count
from typing import Any

from kaocheng.engine.arrays import Exact
from kaocheng.engine.circles import maximum, of_group

HALF = Exact.constant(Fraction(1, 2))


def halved(x: Exact, full: Exact) -> Exact:
    return full * HALF + x * HALF


def against_best(x: Exact, full: Exact, group: Any) -> Exact:
    return full * x / of_group(x, group, maximum)


def raising(x: Exact, full: Exact) -> Exact:
    raise ZeroDivisionError("of nothing")


def writing(x: Exact, full: Exact) -> Exact:
    x.n[:] = 0
    return x


_calls = count()


def forgetful(x: Exact, full: Exact) -> Exact:
    return x + Exact.constant(next(_calls))


def first_is_best(x: Exact, full: Exact) -> Exact:
    length = x.shape[0]
    return full - Exact.of(list(range(length)))


def peeping(x: Exact, full: Exact) -> Exact:
    return full * x / Exact.constant(max(x.fraction(at) or Fraction(0) for at in range(x.shape[0])))


def no_column(x: Exact, full: Exact) -> Any:
    return x.n
