"""Exact numbers for the reference evaluator: reading, half-up rounding, printing, roots."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, localcontext
from enum import Enum
from fractions import Fraction


class Gap(Enum):
    """What stands where a number does not."""

    MISSING = "missing"
    NA = "not applicable"
    UNDEFINED = "undefined"


MISSING, NA, UNDEFINED = Gap.MISSING, Gap.NA, Gap.UNDEFINED
Value = Fraction | date | str | bool | Gap


class Written(Fraction):
    """A number that was handed in, which may be somebody's code: 0101 is not 101 there."""

    text = ""


NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\Z")
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")


def read_cell(text: str) -> Value:
    """The value of a CSV cell: a number, a date, "/" for not applicable, nothing for missing, else a word."""
    text = text.strip()
    if text == "":
        return MISSING
    if text == "/":
        return NA
    if NUMBER.match(text):
        number = Written(text)
        number.text = text
        return number
    if day := DAY.match(text):
        return date(*(int(part) for part in day.groups()))
    if text.endswith("%") and NUMBER.match(text[:-1]):
        return Fraction(text[:-1])
    return text


def code(value: Value) -> str:
    """A value as the code of a unit, the way it was written."""
    return value.text if isinstance(value, Written) else str(value)


def half_up(value: Fraction, decimals: int) -> Fraction:
    """The nearest number with so many decimals; a tie goes away from zero."""
    scale = Fraction(10) ** decimals
    shifted = abs(value) * scale + Fraction(1, 2)
    whole = Fraction(shifted.numerator // shifted.denominator) / scale
    return -whole if value < 0 else whole


def fixed(value: Fraction, decimals: int) -> str:
    """The value, rounded half up, with exactly so many decimals."""
    rounded = half_up(value, decimals)
    digits = abs(rounded) * 10**decimals
    text = str(digits.numerator // digits.denominator).rjust(decimals + 1, "0")
    if decimals:
        text = f"{text[:-decimals]}.{text[-decimals:]}"
    return f"-{text}" if rounded < 0 else text


def plain(value: Fraction) -> str:
    """The exact decimal where there is one of up to forty places, else twenty digits after the point."""
    denominator = value.denominator
    twos = fives = 0
    while denominator % 2 == 0:
        denominator //= 2
        twos += 1
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    if denominator == 1 and max(twos, fives) <= 40:
        return fixed(value, max(twos, fives))
    return fixed(value, 20)


def floor(value: Fraction) -> Fraction:
    """The largest whole number not above."""
    return Fraction(value.numerator // value.denominator)


def ceil(value: Fraction) -> Fraction:
    """The smallest whole number not below."""
    return -floor(-value)


def whole_root(number: int, degree: int) -> int | None:
    """The whole root of a whole number, where it has one."""
    if number < 2:
        return number
    low, high = 1, 1 << (number.bit_length() // degree + 1)
    while low <= high:
        middle = (low + high) // 2
        power = middle**degree
        if power == number:
            return middle
        if power < number:
            low = middle + 1
        else:
            high = middle - 1
    return None


def power(base: Fraction, exponent: Fraction) -> Fraction | Gap:
    """Exact where the result is rational, else correct to some seventy digits."""
    if base == 0:
        return UNDEFINED if exponent < 0 else Fraction(int(exponent == 0))
    if exponent.denominator == 1:
        return base**exponent.numerator
    if base < 0:
        return UNDEFINED
    degree = exponent.denominator
    top, bottom = whole_root(base.numerator, degree), whole_root(base.denominator, degree)
    if top is not None and bottom is not None:
        return Fraction(top, bottom) ** exponent.numerator
    with localcontext() as context:
        context.prec = 80
        left = Decimal(base.numerator) / Decimal(base.denominator)
        return Fraction(left ** (Decimal(exponent.numerator) / Decimal(degree)))


def logarithm(value: Fraction) -> Fraction | Gap:
    """The natural logarithm, correct to some seventy digits."""
    if value <= 0:
        return UNDEFINED
    with localcontext() as context:
        context.prec = 80
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).ln())


def exponential(value: Fraction) -> Fraction:
    """e to that power, correct to some seventy digits."""
    with localcontext() as context:
        context.prec = 80
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).exp())


def worst(*values: Value) -> Gap | None:
    """The gap that wins among operands: not applicable before missing before undefined."""
    for gap in (NA, MISSING, UNDEFINED):
        if any(value is gap for value in values):
            return gap
    return None


def largest_remainder(shares: list[Fraction], total: int) -> list[int]:
    """Whole numbers that sum to the total, nearest to the shares, larger remainders first."""
    wholes = [int(floor(share)) for share in shares]
    order = sorted(range(len(shares)), key=lambda k: (wholes[k] - shares[k], k))
    for k in order[: max(0, total - sum(wholes))]:
        wholes[k] += 1
    return wholes
