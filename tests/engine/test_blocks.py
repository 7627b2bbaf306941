"""What is noted down is worked when somebody looks, as much of it as he looks at, and comes to the same."""

from collections.abc import Callable

import numpy as np
import pytest

from kaocheng.engine import Figures, Recipe, Target, blocks, score
from kaocheng.engine.blocks import Deferred, Noted, settle, work

LONG = 3 * blocks.BLOCK + 5
Steps = Callable[[np.ndarray], np.ndarray | Deferred]


def halved(column: np.ndarray | Deferred) -> Deferred:
    """Steps of every sort: a function of numpy, a condition, and a choice by it."""
    half = work(np.multiply, column, 0.5)
    found = work(np.where, work(np.greater, column, 100.0, kind=bool), half, work(np.add, half, column))
    assert isinstance(found, Deferred)
    return found


def plainly(column: np.ndarray) -> np.ndarray:
    return np.where(column > 100, column / 2, column / 2 + column)


@pytest.fixture
def columns() -> list[np.ndarray]:
    drawn = np.random.default_rng(5)
    return [drawn.integers(0, 200, LONG).astype(float) for _ in range(4)]


def test_a_few_of_many_are_worked_alone(columns: list[np.ndarray]) -> None:
    few = np.array([7, LONG - 1, 7])
    steps = halved(columns[0])

    assert steps.take(few).tolist() == plainly(columns[0])[few].tolist()
    assert steps._made is None

    settle([steps])
    assert steps.take(few).tolist() == plainly(columns[0])[few].tolist()


def test_many_are_all_worked_and_kept(columns: list[np.ndarray]) -> None:
    steps, all_of_them = halved(columns[0]), np.arange(LONG)[::-1]

    assert steps.take(all_of_them).tolist() == plainly(columns[0])[::-1].tolist()
    assert steps._made is not None


@pytest.mark.parametrize("length", [LONG, 9])
def test_noted_steps_are_done_with_other_columns(columns: list[np.ndarray], length: int) -> None:
    columns = [column[:length] for column in columns]
    unseen = Deferred(lambda: pytest.fail("looked at"), (), LONG, float)
    steps = Noted(halved(unseen), [unseen])
    done = [steps.done_with([column]) for column in columns]
    whole = work(steps.added, *columns)

    for column, found in zip(columns, done, strict=True):
        assert blocks.settled(found).tolist() == plainly(column).tolist()
    assert blocks.settled(whole).tolist() == sum(map(plainly, columns)).tolist()


def test_points_of_a_leaf_are_worked_when_they_are_looked_at() -> None:
    codes = [f"i{n}" for n in range(4)]
    leaves = {code: {"in": "total", "full": 25, "method": "completion"} for code in codes}
    recipe = Recipe(
        {
            "code": "late",
            "year": 2026,
            "round": {"leaf": 2, "total": 2},
            "figures": {code: {} for code in codes},
            "papers": {"town": {"nodes": {"total": {"compose": "sum", "full": 100}} | leaves}},
        }
    )
    drawn = np.random.default_rng(3).integers(0, 12000, (LONG, 4))
    units = [f"u{n:06}" for n in range(LONG)]
    targets = tuple(Target("*", code, "100") for code in codes)
    town = score(recipe, Figures(units, codes, np.asfortranarray(drawn.astype(float)), 2, targets=targets))
    paper = town.paper("town")
    leaf = paper.run.score(paper.rules, "i3", paper.period)

    assert isinstance(leaf._n, Deferred)
    assert leaf._n._made is None
    points = np.floor(np.minimum(drawn, 10000) * 25 / 100 + 0.5)
    assert paper.column("i3").values.tolist() == points[:, 3].tolist()
    assert paper.column("total").values.tolist() == points.sum(1).tolist()
    assert leaf._n._made is not None
