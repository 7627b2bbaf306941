"""The comparison with the second evaluator sees each of these faults, planted one by one in the product."""

from __future__ import annotations

from functools import lru_cache

import pytest

from .reference.compare import disagreements
from .reference.faults import FAULTS, Fault, planted
from .reference.generate import random_case

SEEDS = 1000  # of one run of `make test`
case = lru_cache(maxsize=128)(random_case)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_comparison_sees(fault: Fault) -> None:
    with planted(fault):
        assert any(seen(seed) for seed in (fault.seed, *range(SEEDS))), (
            f"{fault.name}: nothing differs in {SEEDS} seeds"
        )


def seen(seed: int) -> bool:
    """Whether a seed tells: cells that differ, not merely a run that broke."""
    return any(one.column != "exit" for one in disagreements(case(seed)))
