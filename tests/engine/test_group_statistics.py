"""Statistics of groups, all at once, are those of each unit's group taken alone, in fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine import circles
from kaocheng.engine.arrays import MISSING, NA, OK, Exact

FOLDS = {
    "min": circles.minimum,
    "max": circles.maximum,
    "sum": circles.summed,
    "count": circles.counted,
    "mean": circles.mean,
    "median": circles.median,
    "sd": circles.deviation,
    "population sd": circles.Fold("sd", of_sample=False),
    "second": circles.nth(2),
}
decimals = st.integers(-500, 500).map(lambda n: Fraction(n, 100))
ratios = st.builds(Fraction, st.integers(-9, 9), st.integers(1, 9))
huge = st.builds(Fraction, st.integers(-(2**70), 2**70), st.integers(1, 2**60))
Member = tuple[Fraction, int, int]


def members(values: st.SearchStrategy[Fraction]) -> st.SearchStrategy[list[Member]]:
    one = st.tuples(values, st.sampled_from([OK, OK, OK, MISSING, NA]), st.integers(-1, 2))
    return st.lists(one, min_size=1, max_size=12)


def column(given_: list[Member]) -> tuple[Exact, np.ndarray, list[Fraction | None]]:
    values, states, groups = zip(*given_, strict=True)
    exact = Exact.of(values) / Exact.of([7] * len(values)) / Exact.of([Fraction(1, 7)] * len(values))
    known = [v if s == OK and g >= 0 else None for v, s, g in given_]
    return exact.put(np.array(states, np.uint8)), np.array(groups), known


@pytest.mark.parametrize("fold", FOLDS.values(), ids=FOLDS)
@given(st.one_of(members(decimals), members(ratios), members(huge)))
def test_over_a_group(fold: circles.Fold, given_: list[Member]) -> None:
    values, groups, known = column(given_)
    found = circles.of_group(values, groups, fold).spread(len(groups))

    for at, group in enumerate(groups):
        inside = [v for v, g in zip(known, groups, strict=True) if g == group and v is not None]
        if group >= 0:
            assert found.fraction(at) == fold(inside)


@pytest.mark.parametrize("fold", FOLDS.values(), ids=FOLDS)
@given(st.one_of(members(decimals), members(ratios), members(huge)))
def test_over_the_others_of_a_group(fold: circles.Fold, given_: list[Member]) -> None:
    values, groups, known = column(given_)
    found = circles.of_others(values, groups, fold).spread(len(groups))

    for at, group in enumerate(groups):
        others = [v for i, v in enumerate(known) if i != at and groups[i] == group and v is not None]
        assert found.fraction(at) == fold(others)


@pytest.mark.parametrize("others", [False, True])
@given(st.one_of(members(decimals), members(ratios), members(huge)), st.data())
def test_a_place_of_each_units_own(others: bool, given_: list[Member], data: st.DataObject) -> None:
    values, groups, known = column(given_)
    size = len(groups)
    ks = data.draw(st.lists(st.one_of(st.integers(-1, 6), st.none()), min_size=size, max_size=size))
    found = circles.nth_each(values, groups, Exact.of(ks), others=others)

    for at, k in enumerate(ks):
        mates = [i for i in range(size) if groups[i] == groups[at] >= 0 and not (others and i == at)]
        inside = [v for i in mates if (v := known[i]) is not None]
        assert found.fraction(at) == (None if k is None else circles.nth(k)(inside))


@pytest.mark.parametrize("ties", ["competition", "dense", "average", "ordinal"])
@pytest.mark.parametrize("highest_first", [True, False])
@given(st.one_of(members(decimals), members(ratios), members(huge)))
def test_ranks_in_a_group(ties: str, highest_first: bool, given_: list[Member]) -> None:
    values, groups, known = column(given_)
    found = circles.ranks(values, groups, ties, highest_first)

    for group in set(groups.tolist()) - {-1}:
        inside = [i for i, v in enumerate(known) if groups[i] == group and v is not None]
        ordered = sorted(inside, key=lambda i: known[i] or Fraction(0), reverse=highest_first)
        wanted = circles.places([known[i] for i in ordered], ties)
        assert [found.fraction(i) for i in ordered] == wanted
    for at, value in enumerate(known):
        assert value is not None or found.fraction(at) is None
