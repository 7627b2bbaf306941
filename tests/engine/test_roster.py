"""Attributes as numbers of distinct words are the attributes."""

from itertools import product

import numpy as np
import pytest

from kaocheng.engine.inputs import Unit
from kaocheng.engine.roster import Roster, numbered

NAMES = ("zone", "kind", "size")


def units(count: int) -> list[Unit]:
    """Units with every mixture of words, and some without."""
    drawn = np.random.default_rng(count)
    return [
        Unit(f"u{n:03}", attributes={name: "abc"[drawn.integers(3)] for name in NAMES if drawn.integers(4)})
        for n in range(count)
    ]


@pytest.mark.parametrize(("count", "of"), list(product((1, 2, 7, 40), (1, 2, 3))))
@pytest.mark.parametrize("share", [0, 0.2, 0.7, 1])
def test_combinations_of_words_are_numbered_in_order(count: int, of: int, share: float) -> None:
    roster = Roster(units(count))
    inside = np.random.default_rng(of).random(count) < share
    found = numbered([roster.words(name, "") for name in NAMES[:of]], inside)

    keys = [tuple(unit.word(name, "") for name in NAMES[:of]) for unit in roster.units]
    order = sorted({key for key, there in zip(keys, inside, strict=True) if there})
    assert list(found) == [order.index(key) if there else -1 for key, there in zip(keys, inside, strict=True)]
