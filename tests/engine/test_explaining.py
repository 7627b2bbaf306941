"""Every cell explained: what is told comes to what the sheet says, and the losses add up exactly."""

import os
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaocheng.engine.explain import Explanation
from kaocheng.engine.imported import in_words
from kaocheng.engine.recipe import NodeRule
from kaocheng.engine.run import Run
from kaocheng.engine.score import sheet_of
from kaocheng.engine.sheet import NOT_APPLICABLE, Column, PaperSheet
from kaocheng.engine.working import work_out
from kaocheng.errors import Invalid
from tests.reference.cases import Case, truth, yunling
from tests.reference.generate import random_case
from tests.reference.generate_expressions import expression_case
from tests.reference.themes import NAMES, themed_case

from .test_alone import run_of

FUZZ = (
    int(os.environ.get("KAOCHENG_TEST_FUZZ", "250")) // 25
)  # random schemes: every cell of each is explained
NO_NODE = NodeRule("", {})
Told = tuple[PaperSheet, Column, str, Explanation]


def told(run: Run) -> Iterator[Told]:
    """Every node, row and adjustment of every unit, explained; nothing of a run that is refused."""
    try:
        sheet = sheet_of(run)
    except Invalid:
        return
    for paper in sheet.papers:
        for column in paper.columns:
            if column.kind not in ("node", "row", "adjustment"):
                continue
            _key, sign, row = column.key.partition("#")
            for unit in paper.units:
                try:
                    it = work_out(run, unit, column.node + sign + row, column.period, paper=paper.code)
                except KeyError:  # a row it does not have: others' lists are longer
                    assert sign
                    assert paper.values[column.key][paper.row[unit]] is None
                else:
                    yield paper, column, unit, it


def wrong(case: Case, kinds: set[str] | None = None) -> list[str]:
    """Explanations that do not come to their cell, and losses that do not add up."""
    run = run_of(case)
    found = []
    for paper, column, unit, it in told(run):
        cell = paper.values[column.key][paper.row[unit]]
        if kinds is not None:
            kinds |= {loss.kind for loss in it.losses}
        if in_words(run.recipe.papers[paper.code].nodes.get(column.node, NO_NODE)):
            found += [f"{case.name} {unit} {column.key}: {it.lines}"] * (it.lines != (cell or "缺",))
            continue
        state = {"scored": it.exact, "not_applicable": NOT_APPLICABLE}.get(it.state)
        if state != cell:
            found.append(f"{case.name} {unit} {column.key}: {state} is told, {cell} is scored")
        if it.lost_exact is not None and it.parts and not adds_up(run, paper, column, unit, it):
            found.append(f"{case.name} {unit} {column.key}: {it.lost_exact} lost, {it.losses} told")
    return found


def adds_up(run: Run, paper: PaperSheet, column: Column, unit: str, it: Explanation) -> bool:
    """Full marks − the total as rounded to be ranked (elsewhere: the points) = the sum of the losses."""
    assert it.full is not None
    ranked_to = run.recipe.ranked_to(run.recipe.papers[paper.code], column.node)
    total = column.key == paper.total and ranked_to is not None
    counted = paper.shown(unit, column.key) if total else it.exact
    return sum((Fraction(loss.points) for loss in it.losses), Fraction(0)) == Fraction(it.full) - Fraction(
        counted or 0
    )


@settings(max_examples=FUZZ, derandomize=True)
@given(st.integers(0, 10**6))
def test_random_schemes(seed: int) -> None:
    assert wrong(random_case(seed)) == []


@settings(max_examples=FUZZ, derandomize=True)
@given(st.integers(0, 10**6))
def test_random_expressions(seed: int) -> None:
    assert wrong(expression_case(seed)) == []


@pytest.mark.parametrize("name", NAMES)
def test_corners_of_the_language(name: str) -> None:
    assert wrong(themed_case(name, 2)) == []


@pytest.mark.parametrize("name", ["cn_single_cells", "freedom_house_fiw"])
def test_published_results(name: str) -> None:
    assert wrong(truth(name)[0]) == []


def test_the_county() -> None:
    """And nothing is lost to the scheme itself; 高桥镇 had no petitions, so points stand in."""
    kinds: set[str] = set()
    assert wrong(yunling(), kinds) == []
    assert kinds == {"score", "round", "bonus", "deduction", "cap", "stand_in"}


def test_the_countys_half_year() -> None:
    assert wrong(yunling("2026H1")) == []
