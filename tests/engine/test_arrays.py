"""Arithmetic on exact arrays is the arithmetic of fractions, within 2⁵³ and far beyond it."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kaocheng.engine import blocks
from kaocheng.engine.arrays import (
    MISSING,
    NA,
    OK,
    UNDEFINED,
    Exact,
    Truth,
    choose,
    larger,
    smaller,
)
from kaocheng.engine.integers import ROUNDING_LIMIT, rounded
from kaocheng.engine.rounding import half_up, plain, printed

BEYOND = 2**70  # well past what float64 holds exactly
wholes = st.one_of(st.integers(-1000, 1000), st.integers(-(2**54), 2**54), st.integers(-BEYOND, BEYOND))
denominators = st.one_of(st.sampled_from([1, 2, 3, 7, 10, 100, 10**6]), st.integers(1, 2**54))
fractions = st.builds(Fraction, wholes, denominators)
columns = st.integers(1, 5).flatmap(
    lambda n: st.tuples(
        st.lists(fractions, min_size=n, max_size=n), st.lists(fractions, min_size=n, max_size=n)
    )
)
Column = tuple[list[Fraction], list[Fraction]]


@pytest.fixture(scope="module", autouse=True, params=["in one piece", "in blocks"])
def _worked(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test runs on columns worked at once, and on columns worked by threes when they are looked at."""
    if request.param == "in one piece":
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "SHORT", 0)
        patch.setattr(blocks, "BLOCK", 3)
        yield


def values(of: Exact, length: int) -> list[Fraction | None]:
    """Every value of an array."""
    whole = of.spread(length)
    return [whole.fraction(i) for i in range(length)]


@pytest.mark.parametrize(
    "operation",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: -a * abs(b),
        lambda a, b: (a + b) * (a - b) - a,
    ],
)
@given(columns)
def test_adding_and_multiplying_are_exact(
    operation: Callable[[object, object], object], pair: Column
) -> None:
    a, b = pair
    found = operation(Exact.of(a), Exact.of(b))

    assert isinstance(found, Exact)
    assert values(found, len(a)) == [operation(x, y) for x, y in zip(a, b, strict=True)]


@given(columns)
def test_dividing_is_exact_and_by_zero_undefined(pair: Column) -> None:
    a, b = pair
    found = Exact.of(a) / Exact.of(b)

    assert values(found, len(a)) == [x / y if y else None for x, y in zip(a, b, strict=True)]
    assert list(found.spread(len(a)).state) == [OK if y else UNDEFINED for y in b]


@given(columns, fractions)
def test_a_chain_of_quotients_stays_exact(pair: Column, c: Fraction) -> None:
    """Several ratios in one formula: denominators that differ from unit to unit."""
    a, b = pair
    found = Exact.of(a) / Exact.of(b) + Exact.constant(c) * Exact.of(b) - Exact.of(b) / Exact.of(a)

    wanted = [x / y + c * y - y / x if x and y else None for x, y in zip(a, b, strict=True)]
    assert values(found, len(a)) == wanted
    assert values(found.lean(), len(a)) == wanted


@given(columns)
def test_order_is_exact(pair: Column) -> None:
    a, b = pair
    x, y = Exact.of(a), Exact.of(b)

    for found, wanted in (
        (x < y, [p < q for p, q in zip(a, b, strict=True)]),
        (x <= y, [p <= q for p, q in zip(a, b, strict=True)]),
        (x > y, [p > q for p, q in zip(a, b, strict=True)]),
        (x.same(y), [p == q for p, q in zip(a, b, strict=True)]),
        (x.differs(y), [p != q for p, q in zip(a, b, strict=True)]),
    ):
        assert list(np.broadcast_to(found.holds, (len(a),))) == wanted


@given(columns)
def test_smaller_and_larger_pick_exactly(pair: Column) -> None:
    a, b = pair
    assert values(smaller(Exact.of(a), Exact.of(b)), len(a)) == list(map(min, a, b))
    assert values(larger(Exact.of(a), Exact.of(b)), len(a)) == list(map(max, a, b))


@given(st.lists(fractions, min_size=1, max_size=5), st.integers(0, 4))
def test_steps_and_rounding_are_exact(a: list[Fraction], decimals: int) -> None:
    x = Exact.of(a)
    assert values(x.floor(), len(a)) == [floor(v) for v in a]
    assert values(x.ceil(), len(a)) == [ceil(v) for v in a]
    assert values(x.half_up(decimals), len(a)) == [half_up(v, decimals) for v in a]


@settings(max_examples=400)
@given(st.integers(1, 2**51), st.integers(0, 2**48), st.sampled_from([-1, 0, 1]))
@example(1, ROUNDING_LIMIT // 2 - 1, -1)
@example(ROUNDING_LIMIT // 3, 1, -1)
@example(ROUNDING_LIMIT - 2, 0, 1)
def test_beside_a_tie_the_fast_path_falls_on_the_right_side(half: int, k: int, beside: int) -> None:
    """P / D at a tie or one step of P beside it, P up to the bound (docs/engine.md)."""
    d = 2 * half
    k %= max(1, (ROUNDING_LIMIT - half) // d)
    p = k * d + half + beside
    if not 0 <= p < ROUNDING_LIMIT:
        return
    above = np.array([float(p)])

    for column in (Exact(above, np.array([float(d)])), Exact(above, d)):
        assert column.n.dtype == float  # float64 all the way: this is the fast path
        assert column.half_up(0).fraction() == half_up(Fraction(p, d), 0)
        assert (-column).half_up(0).fraction() == -half_up(Fraction(p, d), 0)
        assert column.floor().fraction() == p // d
        assert (-column).floor().fraction() == -p // d


def test_beyond_the_bound_the_same_question_goes_to_whole_numbers() -> None:
    """Just below 1.5, which is 1; but float64 has no number between and makes 2 of it."""
    d = 2**51 + 1
    p = (3 * d - 1) // 2
    assert blocks.settled(rounded(np.array([float(p)]), np.array([float(d)]), negative=False))[0] == 2
    assert Exact(np.array([float(p)]), np.array([float(d)])).half_up(0).fraction() == 1
    many = Exact(np.full(100, float(p)), np.full(100, float(d)))  # estimated, and found too near
    assert many.half_up(0).fraction(99) == 1


@given(st.integers(1, 2**53 - 1), st.integers(1, 2**53 - 1))
@example(2**53 - 1, 2)
@example(2**53 - 1, 3)
def test_a_floor_is_exact_wherever_float_is(p: int, d: int) -> None:
    for n in (p, -p, p // d * d, p // d * d - 1):
        assert Exact(np.array([float(n)]), np.array([float(d)])).floor().fraction() == n // d
        assert Exact(np.array([float(n)]), d).floor().fraction() == n // d


@given(fractions, st.integers(0, 4))
def test_a_half_goes_away_from_zero(value: Fraction, decimals: int) -> None:
    step = Fraction(1, 10**decimals)
    found = half_up(value, decimals)

    assert found % step == 0
    assert abs(found - value) <= step / 2
    if abs(found - value) == step / 2:
        assert abs(found) > abs(value)


@given(fractions)
def test_a_value_as_text_is_the_value(value: Fraction) -> None:
    assert Fraction(plain(value)) == value
    assert Fraction(printed(value, 3)) == half_up(value, 3)


# -- what stands where a number is not there -----------------------------------------------------------

states = st.lists(st.sampled_from([OK, UNDEFINED, MISSING, NA]), min_size=4, max_size=4)


def with_states(marks: list[int]) -> Exact:
    return Exact.of([0 if m else 6 for m in marks], np.array(marks, np.uint8))


@given(states, states)
def test_the_graver_gap_wins(a: list[int], b: list[int]) -> None:
    """Not applicable before missing before undefined, whatever the operation."""
    x, y = with_states(a), with_states(b)
    for found in (x + y, x - y, x * y, smaller(x, y)):
        assert list(np.broadcast_to(found.state, (4,))) == list(map(max, a, b))


def test_not_applicable_comes_before_missing_and_missing_before_undefined() -> None:
    gap = {name: Exact.nothing(state, 1) for name, state in (("na", NA), ("missing", MISSING))}
    undefined = Exact.of([1]) / Exact.of([0])

    assert (gap["na"] + gap["missing"]).state[0] == NA
    assert (undefined + gap["missing"]).state[0] == MISSING
    assert (undefined * gap["na"]).state[0] == NA
    assert undefined.state[0] == UNDEFINED


@given(states)
def test_a_choice_has_the_state_of_its_condition_where_that_is_a_gap(marks: list[int]) -> None:
    asked = Truth(np.array([True, False, True, False]), np.array(marks, np.uint8))
    found = choose(asked, Exact.constant(1), Exact.constant(2)).spread(4)

    assert list(found.state) == marks
    assert [found.fraction(i) for i in range(4)] == [
        None if m else Fraction(1 + i % 2) for i, m in enumerate(marks)
    ]


def test_a_condition_looks_no_further_than_it_must() -> None:
    no, yes = Truth(np.array([False])), Truth(np.array([True]))
    gap = Truth(np.array([False]), np.array([MISSING], np.uint8))

    assert ((no & gap).state[0], (yes | gap).state[0]) == (OK, OK)
    assert ((yes & gap).state[0], (no | gap).state[0]) == (MISSING, MISSING)
