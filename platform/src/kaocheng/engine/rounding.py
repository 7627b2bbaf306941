"""The only place that rounds: half up, away from zero for negatives, as the spreadsheet does."""

from fractions import Fraction
from functools import lru_cache


def half_up(value: Fraction, decimals: int) -> Fraction:
    """*value* at *decimals* places, a tie going away from zero.

    >>> half_up(Fraction("2.675"), 2), half_up(Fraction("-0.5"), 0)
    (Fraction(67, 25), Fraction(-1, 1))
    """
    return Fraction(_steps(value, decimals), 10**decimals)


def _steps(value: Fraction, decimals: int) -> int:
    """How many steps of the last decimal that is."""
    scale: int = 10**decimals
    above, below = abs(value.numerator) * scale, value.denominator
    whole = (2 * above + below) // (2 * below)
    return whole if value.numerator >= 0 else -whole


EXACT = -1  # decimals of a column that no rule rounds: printed as exactly as a decimal can
LONGEST = 20  # decimals of a value that no decimal writes exactly
WORKED = 40  # a decimal of more places comes of a root or logarithm, whose last digits mean nothing


def plain(value: Fraction | None) -> str:
    """*value* as the shortest exact text: a decimal where one exists, else a fraction.

    >>> plain(Fraction(5, 4)), plain(Fraction(1, 3)), plain(None)
    ('1.25', '1/3', '')
    """
    if value is None:
        return ""
    places = _places(value.denominator)
    return str(value) if places is None else printed(value, places)


@lru_cache(4096)
def _places(below: int) -> int | None:
    """The decimals that a fraction over *below* needs; nothing where no decimal is exact."""
    places = twos = fives = 0
    while below % 10 == 0:
        below, places = below // 10, places + 1
    while below % 2 == 0:
        below, twos = below // 2, twos + 1
    while below % 5 == 0:
        below, fives = below // 5, fives + 1
    return places + max(twos, fives) if below == 1 else None


def printed(value: Fraction, decimals: int) -> str:
    """*value* as it is printed, with exactly *decimals* places (``EXACT``: as it is).

    >>> printed(Fraction(1, 3), 2), printed(Fraction(-1, 1000), 2)
    ('0.33', '0.00')
    """
    if decimals == EXACT:
        text = plain(value)
        ends = "/" not in text and len(text.partition(".")[2]) <= WORKED
        return text if ends else printed(value, LONGEST)
    steps = _steps(value, decimals)
    digits = str(abs(steps)).rjust(decimals + 1, "0")
    sign = "-" if steps < 0 else ""
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)
