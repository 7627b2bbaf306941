"""The functions that know nothing but their arguments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from . import numbers
from .numbers import Value
from .place import WrongScheme, as_number


def days(first: Value, last: Value) -> Value:
    first, last = (date.fromisoformat(day) if isinstance(day, str) else day for day in (first, last))
    if not isinstance(first, date) or not isinstance(last, date):
        raise WrongScheme("days() asks for two dates")
    return Fraction((last - first).days)


def dates(values: list[Value]) -> list[Value]:
    """A date the rule writes out, beside one that was handed in."""
    one = any(type(value) is date for value in values)
    return [date.fromisoformat(value) if one and isinstance(value, str) else value for value in values]


PLAIN: dict[str, Callable[..., Value]] = {
    "min": lambda *values: min(as_number(v) for v in values),
    "max": lambda *values: max(as_number(v) for v in values),
    "abs": lambda value: abs(as_number(value)),
    "floor": lambda value: numbers.floor(as_number(value)),
    "ceil": lambda value: numbers.ceil(as_number(value)),
    "clamp": lambda value, low, high: min(as_number(high), max(as_number(low), as_number(value))),
    "round": lambda value, decimals=Fraction(0): numbers.half_up(as_number(value), int(decimals)),
    "days": days,
    "ln": lambda value: numbers.logarithm(as_number(value)),
    "exp": lambda value: numbers.exponential(as_number(value)),
    "sqrt": lambda value: numbers.power(as_number(value), Fraction(1, 2)),
    "power": lambda base, exponent: numbers.power(as_number(base), as_number(exponent)),
}
