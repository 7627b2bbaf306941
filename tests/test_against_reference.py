"""`kaocheng compute` gives, cell by cell, what the slow exact evaluator in tests/reference gives.

``KAOCHENG_TEST_FUZZ`` is the number of random schemes (1,000 in ``make test``) and
``KAOCHENG_TEST_FUZZ_FROM`` the first seed, to look elsewhere.  ``make fuzz`` tries 100,000.
"""

from __future__ import annotations

import os
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .reference.cases import TRUTHS, truth, yunling
from .reference.generate import drafted
from .reference.seeds import disagreement, failure
from .reference.themes import NAMES, themed_case

FUZZ = int(os.environ.get("KAOCHENG_TEST_FUZZ", "200"))
FIRST = int(os.environ.get("KAOCHENG_TEST_FUZZ_FROM", "0"))
BATCH = 50


@pytest.mark.parametrize("codes", [False, True])
@pytest.mark.parametrize(("period", "paper"), [("", "township"), ("", "department"), ("2026H1", "township")])
def test_the_county(period: str, paper: str, codes: bool) -> None:
    assert not disagreement(yunling(period, paper), codes=codes)


@pytest.mark.parametrize("name", TRUTHS)
def test_published_results(name: str) -> None:
    assert not disagreement(truth(name)[0], codes=False)


@pytest.mark.parametrize("first", range(FIRST, FIRST + FUZZ, BATCH))
def test_random_schemes(first: int) -> None:
    for seed in range(first, min(first + BATCH, FIRST + FUZZ)):
        said = failure(seed)
        assert not said, said


@pytest.mark.parametrize("name", NAMES)
def test_corners_of_the_language(name: str) -> None:
    for seed in range(FIRST, FIRST + 2):
        assert not disagreement(themed_case(name, seed))


@settings(
    max_examples=max(10, FUZZ // 10),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.randoms(use_true_random=False))
def test_schemes_that_shrink(rng: Random) -> None:
    """The same schemes with every choice made by hypothesis, which shows the smallest that fails."""
    assert not disagreement(drafted(rng, "hypothesis").case())
