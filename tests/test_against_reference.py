"""`kaocheng compute` gives, cell by cell, what the slow exact evaluator in tests/reference gives.

``KAOCHENG_FUZZ`` is the number of random schemes; ``KAOCHENG_FUZZ_FROM`` the first seed, to look elsewhere.
"""

from __future__ import annotations

import os

import pytest

from .reference.cases import TRUTHS, Case, truth, yunling
from .reference.compare import disagreements
from .reference.generate import random_case
from .reference.generate_expressions import expression_case
from .reference.themes import NAMES, themed_case

FUZZ = int(os.environ.get("KAOCHENG_FUZZ", "250"))
FIRST = int(os.environ.get("KAOCHENG_FUZZ_FROM", "0"))
BATCH = 50


def agree(case: Case, *, codes: bool = True) -> None:
    found = disagreements(case, codes=codes)
    listed = "\n".join(str(one) for one in found[:20])
    assert not found, f"{case.name}: {len(found)} cells differ\n{listed}\n{case.scheme}"


@pytest.mark.parametrize("codes", [False, True])
@pytest.mark.parametrize(("period", "paper"), [("", "township"), ("", "department"), ("2026H1", "township")])
def test_the_county(period: str, paper: str, codes: bool) -> None:
    agree(yunling(period, paper), codes=codes)


@pytest.mark.parametrize("name", TRUTHS)
def test_published_results(name: str) -> None:
    agree(truth(name)[0], codes=False)


@pytest.mark.parametrize("first", range(FIRST, FIRST + FUZZ, BATCH))
def test_random_schemes(first: int) -> None:
    for seed in range(first, min(first + BATCH, FIRST + FUZZ)):
        agree(random_case(seed))


def test_random_expressions() -> None:
    for seed in range(FIRST, FIRST + FUZZ // 2):
        agree(expression_case(seed))


@pytest.mark.parametrize("name", NAMES)
def test_corners_of_the_language(name: str) -> None:
    for seed in range(FIRST, FIRST + max(2, FUZZ // 25)):
        agree(themed_case(name, seed))
