"""Who counts in which class of raters, and whether a ballot is whole."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine.ballots import RaterClass, completeness, counted_once

NAMES = st.sampled_from("abcdefgh")
CLASSES = st.dictionaries(
    st.text("klmn", min_size=1, max_size=2),
    st.builds(RaterClass, st.frozensets(NAMES), st.fractions(Fraction(1, 100), 1)),
    max_size=5,
)


@given(CLASSES, NAMES)
def test_each_rater_counts_once_nobody_himself_and_the_weights_sum_to_one(
    classes: dict[str, RaterClass], rated: str
) -> None:
    found = counted_once(classes, rated)
    raters = [rater for one in found.values() for rater in one.raters]

    assert sorted(raters) == sorted({r for one in classes.values() for r in one.raters} - {rated})
    assert all(one.raters for one in found.values())
    assert sum((one.weight for one in found.values()), Fraction(0)) == (1 if found else 0)


@given(CLASSES, NAMES)
def test_classes_that_are_left_keep_their_proportions(classes: dict[str, RaterClass], rated: str) -> None:
    found = counted_once(classes, rated)
    quotients = {one.weight / classes[code].weight for code, one in found.items()}

    assert len(quotients) <= 1


def test_classes_without_weight_are_refused() -> None:
    with pytest.raises(ValueError, match="no weight"):
        counted_once({"peers": RaterClass(frozenset("a"), Fraction(0))}, "z")


@given(st.frozensets(NAMES), st.frozensets(st.sampled_from("xyz")))
def test_a_ballot_is_whole_exactly_when_every_pair_is_there_and_no_other(
    assigned: frozenset[str], items: frozenset[str]
) -> None:
    pairs = [(rated, item) for rated in assigned for item in items]

    assert completeness(assigned, items, pairs).whole
    assert not completeness(assigned, items, [*pairs, ("somebody else", "x")]).whole
    assert not pairs or completeness(assigned, items, pairs[1:]).open == (pairs[0],)
