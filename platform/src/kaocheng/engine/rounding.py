"""The only place that rounds: half up, away from zero for negatives, as the spreadsheet does."""

from fractions import Fraction


def half_up(value: Fraction, decimals: int) -> Fraction:
    """*value* at *decimals* places, a tie going away from zero.

    >>> half_up(Fraction("2.675"), 2), half_up(Fraction("-0.5"), 0)
    (Fraction(67, 25), Fraction(-1, 1))
    """
    scale = 10**decimals
    scaled = abs(value) * scale
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, scale)


def printed(value: Fraction, decimals: int) -> str:
    """*value* as it is printed, with exactly *decimals* places.

    >>> printed(Fraction(1, 3), 2), printed(Fraction(-1, 1000), 2)
    ('0.33', '0.00')
    """
    whole = half_up(value, decimals) * 10**decimals
    digits = str(abs(whole.numerator)).rjust(decimals + 1, "0")
    sign = "-" if whole < 0 else ""
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)
