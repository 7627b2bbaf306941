"""Several ratios in one formula: estimated, and yet exact on every cell, ties and zeros among them."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine import arrays, beside
from kaocheng.engine.arrays import Exact, Truth, choose, larger, smaller
from kaocheng.engine.postponed import Postponed
from kaocheng.engine.rounding import half_up

Row = tuple[int, int, int, int, int]
round_ones = st.integers(-20, 20).map(lambda n: n * 500_000)
odd_ones = st.integers(-(10**9), 10**9)


def rows(cell: st.SearchStrategy[int]) -> st.SearchStrategy[list[Row]]:
    return st.lists(st.tuples(cell, cell, cell, cell, cell), min_size=2, max_size=9)


@pytest.fixture(scope="module", autouse=True)
def _however_short() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrays, "FEW", 0)
        patch.setattr(beside, "FEW", 0)
        yield


def clamped(x: Any, lo: Any, hi: Any) -> Any:
    return smaller(larger(x, lo), hi) if isinstance(x, Exact) else min(max(x, lo), hi)


def between(a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
    """Growth between two growths, as under efficacy with several ratios."""
    return (a / b - c / d) / (e / d - c / d)


def added(a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
    return a / b + c / d - b / e


def multiplied(a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
    return (a / b) * (c / d) * (e / a)


FORMULAS = [between, added, multiplied]


def fractions(formula: Callable[..., Any], table: list[Row]) -> list[Fraction | None]:
    found: list[Fraction | None] = []
    for row in table:
        try:
            found.append(formula(*map(Fraction, row)))
        except ZeroDivisionError:
            found.append(None)
    return found


def columns(table: list[Row]) -> list[Exact]:
    return [Exact.of(list(column)) for column in zip(*table, strict=True)]


def told(value: Exact, length: int) -> list[Fraction | None]:
    whole = value.spread(length)
    return [whole.fraction(i) for i in range(length)]


@pytest.mark.parametrize("formula", FORMULAS)
@given(st.one_of(rows(round_ones), rows(odd_ones)), st.integers(0, 4))
def test_rounded(formula: Callable[..., Any], table: list[Row], decimals: int) -> None:
    wanted = fractions(formula, table)

    found = formula(*columns(table)).half_up(decimals)

    assert told(found, len(table)) == [None if v is None else half_up(v, decimals) for v in wanted]


@pytest.mark.parametrize("formula", FORMULAS)
@given(st.one_of(rows(round_ones), rows(odd_ones)))
def test_held_between_bounds_and_rounded(formula: Callable[..., Any], table: list[Row]) -> None:
    wanted = fractions(formula, table)

    found = clamped(formula(*columns(table)), Exact.constant(0), Exact.constant(1)).half_up(2)

    held = [None if v is None else half_up(clamped(v, Fraction(0), Fraction(1)), 2) for v in wanted]
    assert told(found, len(table)) == held


@pytest.mark.parametrize("formula", FORMULAS)
@given(st.one_of(rows(round_ones), rows(odd_ones)))
def test_compared(formula: Callable[..., Any], table: list[Row]) -> None:
    """With what it is nearly, and with what it is."""
    given_ = columns(table)
    one, other = formula(*given_), added(*reversed(given_))
    wanted = list(zip(fractions(formula, table), fractions(added, [row[::-1] for row in table]), strict=True))

    for sign in ("__lt__", "__le__", "same"):
        held: Truth = getattr(one, sign)(other)
        named = {"same": "__eq__"}.get(sign, sign)
        expected = [a is not None and b is not None and getattr(a, named)(b) for a, b in wanted]
        assert list(np.broadcast_to(held.holds, (len(table),))) == expected
    assert told(choose(one <= other, one, other), len(table)) == [
        None if a is None or b is None else min(a, b) for a, b in wanted
    ]


@given(st.integers(0, 2**32), st.sampled_from([2, 3]))
def test_ties_that_float64_misses(seed: int, decimals: int) -> None:
    """Sums of thousandths, each over a denominator of its own: a tenth of them are ties of hundredths."""
    drawn = np.random.default_rng(seed)
    thousandths, over = drawn.integers(-3000, 3000, (3, 200)), drawn.integers(10**5, 10**6, (3, 200)) * 2 + 1
    a, b, c = (
        Exact.of([int(n * m) for n, m in zip(*of, strict=True)]) / Exact.of([int(m) * 1000 for m in of[1]])
        for of in zip(thousandths, over, strict=True)
    )
    sums = [Fraction(int(n), 1000) for n in thousandths.sum(axis=0)]
    zero = Exact.constant(0)

    assert told((a + b + c).half_up(decimals), 200) == [half_up(v, decimals) for v in sums]
    assert list((a + b + c >= zero).holds) == [v >= 0 for v in sums]
    assert list((a + b).same(-c).holds) == [v == 0 for v in sums]


def test_a_tie_is_seen_however_many_ratios_make_it() -> None:
    third, two = Exact.of([1] * 3), Exact.of([10**9 + 7] * 3)
    tie = third / two * Exact.of([10**9 + 7, 10**9 + 8, 10**9 + 6]) / Exact.of([10**9 + 9] * 3)
    tie = tie * Exact.of([10**9 + 9] * 3) / Exact.constant(2)  # ½, a little more, a little less
    redone: list[int] = []

    found = tie.half_up(0, redone)

    assert isinstance(tie, Postponed)
    assert told(found, 3) == [1, 1, 0]
    assert redone == [1]


def test_like_inputs_are_worked_exactly_once() -> None:
    columns_ = [Exact.of([n * 10**8] * 1000) for n in (3, 7, 2, 7, 5)]
    tie = added(*columns_) * Exact.constant(Fraction(7, 5)) + between(*columns_) * Exact.constant(0)
    redone: list[int] = []

    tie.half_up(2, redone)

    assert sum(redone) <= 1
