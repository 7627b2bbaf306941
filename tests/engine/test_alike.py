"""Leaves of one shape are worked out as each of them would be by itself, whatever their columns hold."""

from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from kaocheng.engine import Figures, Recipe, Target, alike, blocks, nodes, score
from kaocheng.engine.score import sheet_of
from kaocheng.errors import Invalid
from tests.engine.test_alone import run_of
from tests.reference.compare import disagreements
from tests.reference.generate import random_case

LIKE = 5  # leaves of each shape
OWN_TARGETS = 3  # the seed of figures whose targets are columns too
SHAPES: dict[str, dict[str, Any]] = {
    "completion": {"method": "completion"},
    "least": {"method": "completion", "least": "60%", "over": {"each": "1%", "add": "0.1", "most": "2"}},
    "down": {"method": "control", "direction": "down"},
    "met": {"method": "met"},
    "shortfall": {"method": "shortfall", "each": "3", "deduct": "0.7", "steps": "whole"},
    "around": {"method": "around", "at_target": "80%", "rate": "0.3", "each": "7", "not_above": "110%"},
    "bands": {
        "method": "bands",
        "bands": [{"from": 90, "gives": "100%"}, {"from": 50, "gives": "(x - 50) / 3"}],
    },
    "lines": {"method": "interpolate", "knots": [[0, 0], [60, "30%"], [110, "100%"]]},
    "ratio": {"method": "inverse"},
    "formula": {"formula": "full * clamp(x / target - 1 / 3, 0, 1) - 1 / 7", "not_below": "none"},
    "best": {"method": "to_best"},
}


def recipe(shape: dict[str, Any]) -> Recipe:
    leaves = {f"i{n}": {"in": "total", "full": 10, "label": f"第{n}项", **shape} for n in range(LIKE)}
    total = {"total": {"compose": "sum", "full": 10 * LIKE}}
    return Recipe(
        {
            "code": "like",
            "year": 2026,
            "round": {"leaf": 2, "total": 2},
            "figures": {code: {} for code in leaves},
            "papers": {"town": {"nodes": total | leaves}},
        }
    )


def figures(seed: int, units: int) -> Figures:
    """Five columns that differ in bounds, one with a gap, one or each with targets of its own."""
    drawn = np.random.default_rng(seed)
    columns = [
        drawn.integers(low, high, units)
        for low, high in ((0, 12000), (1, 11000), (-400, 9000), (5000, 10**9), (9, 20000))
    ]
    values = np.asfortranarray(np.stack(columns, 1).astype(float))
    missing = np.zeros(values.shape, bool)
    missing[0, 4] = seed % 2 == 0
    codes = [f"u{n:03}" for n in range(units)]
    if seed == OWN_TARGETS:
        own = drawn.integers(1, 20000, values.shape)
        names = [*(f"i{n}" for n in range(LIKE)), *(f"target(i{n})" for n in range(LIKE))]
        both, gaps = np.asfortranarray(np.hstack([values, own])), np.hstack([missing, missing])
        return Figures(codes, names, both, 2, missing=gaps)
    targets = [Target("*", f"i{n}", "100") for n in range(LIKE)]
    targets += [Target(code, "i1", str(drawn.integers(1, 200))) for code in codes]
    return Figures(codes, [f"i{n}" for n in range(LIKE)], values, 2, missing=missing, targets=tuple(targets))


@pytest.fixture(params=["in one piece", "in blocks"])
def _worked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in blocks":
        monkeypatch.setattr(blocks, "SHORT", 0)
        monkeypatch.setattr(blocks, "BLOCK", 7)


def points(shape: dict[str, Any], given: Figures) -> list[list[Fraction | None]]:
    town = score(recipe(shape), given).paper("town")
    return [list(town.exact(node)) for node in town.nodes]


@pytest.mark.usefixtures("_worked")
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_like_leaves_come_to_what_each_does_by_itself(
    shape: dict[str, Any], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = figures(seed, 30)
    found = points(shape, given)

    monkeypatch.setattr(nodes.alike, "points", lambda *_leaf: None)
    assert found == points(shape, given)


@pytest.mark.parametrize(("name", "shared"), [("completion", True), ("best", False)])
def test_what_looks_at_others_is_worked_out_by_itself(
    name: str, shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []
    work_out = alike.points
    monkeypatch.setattr(
        nodes.alike, "points", lambda *leaf: (told.append((it := work_out(*leaf)) is not None), it)[1]
    )
    points(SHAPES[name], figures(1, 30))

    assert any(told) is shared


@pytest.mark.parametrize("seed", range(100))
def test_points_lie_between_the_bounds_that_are_known_of_them(seed: int) -> None:
    run = run_of(random_case(seed))
    with suppress(Invalid):
        sheet_of(run)
    known = [value for key, value in run._known.items() if key[0] == "score" and not value.waits]

    assert [value for value in known if value.n.min() < value.low or value.n.max() > value.high] == []


@pytest.mark.parametrize("short", [blocks.SHORT, 0])
@pytest.mark.parametrize("seed", range(150))
def test_schemes_at_random_with_every_leaf_worked_out_unseen(
    seed: int, short: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alike, "FIRST", 0)
    monkeypatch.setattr(blocks, "SHORT", short)
    monkeypatch.setattr(blocks, "BLOCK", 2)
    assert not disagreements(random_case(seed))
