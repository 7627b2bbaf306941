"""A sheet is the same bytes for the same inputs, survives being stored, and says where each number moved."""

import random
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from kaocheng.engine import Inputs, Recipe, Sheet, score
from kaocheng.engine.inputs import Figure
from kaocheng.rulebook import compile_scheme, read_scheme
from kaocheng.rulebook.files import Tables, read_inputs
from tests.engine.small import column, given, recipe

YUNLING = Path(__file__).parents[1] / "reference" / "data" / "yunling"


@cache
def county() -> tuple[Recipe, Inputs]:
    """The county's rules and everything its workbooks say."""
    scheme = read_scheme((YUNLING / "scheme.toml").read_text("utf-8"))
    named = (YUNLING / f"{name}.csv" for name in ("figures", "targets", "groups", "rows", "claims"))
    return compile_scheme(scheme), read_inputs(scheme, Tables(*named))


def shuffled(inputs: Inputs, seed: int) -> Inputs:
    """The same inputs in another order."""
    chance = random.Random(seed)

    named = ("units", "figures", "targets", "rows", "claims")
    return Inputs(*(tuple(chance.sample(one, len(one))) for one in (getattr(inputs, n) for n in named)))


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_units_and_figures_does_not_change_a_byte(seed: int) -> None:
    rules, inputs = county()
    mixed = shuffled(inputs, seed)

    assert mixed.units != inputs.units
    assert mixed.canonical() == inputs.canonical()
    assert score(rules, mixed).to_bytes() == score(rules, inputs).to_bytes()


@pytest.mark.parametrize("period", [None, "2026H1"])
def test_a_stored_sheet_reads_back_as_it_was(period: str | None) -> None:
    rules, inputs = county()
    sheet = score(rules, inputs, period)

    assert Sheet.from_bytes(sheet.to_bytes()) == sheet
    assert Sheet.from_bytes(sheet.to_bytes()).digest == sheet.digest


def test_a_stored_recipe_and_stored_inputs_give_the_same_sheet() -> None:
    rules, inputs = county()
    kept = Recipe.from_bytes(rules.to_bytes()), Inputs.from_bytes(inputs.canonical())

    assert (kept[0].digest, kept[1].digest) == (rules.digest, inputs.digest)
    assert score(*kept).to_bytes() == score(rules, inputs).to_bytes()


def test_the_first_result_is_still_the_result_after_storing() -> None:
    """Results stand in the order of the file, not of the alphabet."""
    rules = recipe("""
[figures]
total = { label = "总分" }
[papers.paper.nodes]
total = { full = 100, method = "given" }
[papers.paper.results.overall]
bands = [{ grade = "优", from = 90 }, { grade = "良" }]
[papers.paper.results.audit]
bands = [{ grade = "合格", from = 60 }, { grade = "不合格" }]
""")
    sheet = score(rules, given({"total": {"甲": "95"}}))
    kept = Sheet.from_bytes(sheet.to_bytes())

    assert list(kept.papers[0].results) == ["overall", "audit"]
    assert kept.papers[0].standings[0].grade == "优"


# -- what a figure moves -------------------------------------------------------------------------------


def with_figure(inputs: Inputs, unit: str, code: str, value: str) -> Inputs:
    """The same inputs with one figure of the year changed."""

    def changed(figure: Figure) -> Figure:
        hit = (figure.unit, figure.indicator, figure.period) == (unit, code, "2026")
        return figure._replace(value=value) if hit else figure

    found = replace(inputs, figures=tuple(map(changed, inputs.figures)))
    assert found != inputs
    return found


def moved(before: Sheet, after: Sheet) -> dict[str, set[str]]:
    """Column → the units whose cell differs."""
    return {
        key: units
        for old, new in zip(before.papers, after.papers, strict=True)
        for key, cells in old.values.items()
        if (units := {u for u, a, b in zip(old.units, cells, new.values[key], strict=True) if a != b})
    }


def test_a_figure_of_one_unit_moves_only_what_stands_on_it() -> None:
    """公共卫生服务考核 compares with nobody: one cell, and the sums above it."""
    rules, inputs = county()
    changed = with_figure(inputs, "城关镇", "health", "60")
    found = moved(score(rules, inputs), score(rules, changed))

    above = ("2026/society", "2026/items", "responsibility", "total")
    assert found == {key: {"城关镇"} for key in ("2026/health", *above)}


def test_a_new_best_moves_whoever_is_compared_with_it() -> None:
    """功效系数法: everybody between the ends moves in that column, the lowest does not; departments never."""
    rules, inputs = county()
    changed = with_figure(inputs, "城关镇", "industry", "20")
    before = score(rules, inputs)
    found = moved(before, score(rules, changed))
    townships = set(before.paper("乡镇").units)
    lowest = {
        u
        for u in townships
        if before.paper("乡镇").shown(u, "2026/industry") == "2.40"  # 4 × 60 %
    }

    assert found["2026/industry"] == townships - lowest
    assert set(found) == {"2026/industry", "2026/economy", "2026/items", "responsibility", "total"}


def test_nobody_scored_means_nothing_published() -> None:
    rules, _inputs = county()
    assert score(rules, Inputs()).papers == ()


def test_two_nodes_of_one_label_get_their_parents_in_front_however_they_are_its_parts() -> None:
    of = recipe("""
[figures]
a = { label = "数量" }
[papers.p.nodes]
total = { label = "总分", compose = "sum", of = ["economy", "society"] }
economy = { label = "经济", compose = "sum", of = ["a"] }
society = { label = "社会", compose = "sum" }
a = { method = "given", full = 100 }
b = { in = "society", label = "数量", method = "given", full = 100, x = "a" }
""")
    (paper,) = score(of, given({"a": {"u": 1}})).papers
    assert [c.label for c in paper.columns if c.show] == ["经济", "社会", "经济/数量", "社会/数量"]


def test_what_no_rule_rounds_is_printed_as_far_as_it_means_something() -> None:
    of = recipe("""
[scheme]
code = "t"
year = 2026
language = 2
[figures]
a = {}
[papers.p.nodes]
total = { compose = "sum" }
third = { in = "total", formula = "a / 3" }
root = { in = "total", formula = "sqrt(a)" }
tiny = { in = "total", formula = "a / 8 / 8 / 8 / 8 / 8 / 8 / 8 / 8" }
""")
    sheet = score(of, given({"a": {"u": 2, "v": 9}}))
    assert column(sheet, "third") == {"u": "0.66666666666666666667", "v": "3"}
    assert column(sheet, "root") == {"u": "1.41421356237309504880", "v": "3"}
    assert column(sheet, "tiny") == {"u": "0.00000011920928955078125", "v": "0.000000536441802978515625"}
    assert sheet.papers[0].value("u", "third") == Fraction(2, 3)
