"""Roots: what is equal on paper is equal here, whichever number was worked."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine.irrational import power, square_root

SMALL = st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=1000)


@given(SMALL, st.integers(1, 999), st.integers(1, 999))
def test_the_root_of_a_square_multiple_is_that_multiple_of_the_root(
    x: Fraction, top: int, bottom: int
) -> None:
    times = Fraction(top, bottom)
    root, of_multiple = square_root(x), square_root(x * times**2)
    assert root is not None
    assert of_multiple == root * times


@given(SMALL)
def test_a_root_squared_is_its_number_to_fifty_digits(x: Fraction) -> None:
    root = power(x, Fraction(1, 2))
    assert root is not None
    assert abs(root * root - x) <= x / 10**50


def test_root_eighteen_is_three_roots_of_two_not_merely_nearly() -> None:
    two = square_root(Fraction(2))
    assert two is not None
    assert two.denominator > 1
    assert square_root(Fraction(18)) == 3 * two
