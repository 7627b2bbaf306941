"""In which order a node's rules apply: difficulty, gates, gaps, periods, what joins from outside."""

import pytest

from kaocheng.engine import Claim, score
from tests.engine.small import given, leaf, points, recipe

HALVES = {"value@2026H1": {"a": "4"}, "value@2026H2": {"a": "6"}}


@pytest.mark.parametrize(
    ("rule", "value", "gives"),
    [
        ("only_if = 'x > 20', otherwise = 1", "10", "1.00"),
        ("missing = 3", "", "3.00"),
        ("not_applicable = 3", "/", "3.00"),
        ("undefined = 3", "0", "6.00"),  # stands where the method's points stand
    ],
)
def test_difficulty_multiplies_what_was_reached_not_what_the_document_puts_there(
    rule: str, value: str, gives: str
) -> None:
    of = leaf(f"full = 10, formula = '10 / x', times = 2, {rule}")
    figures = {"value": {"a": value} if value else {}}
    assert points(of, given(figures, units="a")) == {"a": gives}


TOTAL = """
[figures]
value = {}
[papers.paper.nodes]
points = { compose = "sum", of = ["part"], RULE }
part = { x = "value", full = 10, method = "given" }
[papers.paper.adjustments]
[papers.paper.vetoes]
"""


def test_difficulty_multiplies_a_composition_too() -> None:
    of = recipe(TOTAL.replace("RULE", "times = '1.5'"))
    assert points(of, given({"value": {"a": 6}})) == {"a": "9.00"}


@pytest.mark.parametrize(
    ("rule", "gives"),
    [
        ("fold = 'mean'", "5.00"),
        ("fold = 'mean', only_if = 'value > 5', otherwise = 1", "3.50"),
        ("fold = 'mean', applies = 'value > 5'", "6.00"),
        ("fold = 'sum', times = 2", "20.00"),
    ],
)
def test_a_composition_is_gated_in_each_period_it_is_scored_in(rule: str, gives: str) -> None:
    of = recipe(TOTAL.replace("RULE", f"across = 'half', {rule}"))
    assert points(of, given(HALVES)) == {"a": gives}


@pytest.mark.parametrize("period", ["", "2026"])
def test_a_bonus_for_the_year_joins_a_node_of_several_periods_after_the_fold(period: str) -> None:
    body = TOTAL.replace("RULE", "across = 'half', fold = 'mean'")
    of = recipe(body.replace("[papers.paper.vetoes]", "bonus = { kind = 'bonus', to = 'points' }"))
    assert points(of, given(HALVES, claims=[Claim("a", "bonus", "2", period=period)])) == {"a": "7.00"}


def test_a_veto_makes_a_node_of_several_periods_nothing() -> None:
    of = recipe(TOTAL.replace("RULE", "across = 'half', fold = 'mean'") + "accident = { zero = 'points' }\n")
    assert points(of, given(HALVES, claims=[Claim("a", "accident")])) == {"a": "0.00"}


def test_a_rank_by_name_is_a_value_too() -> None:
    of = recipe("""
[figures]
value = {}
[papers.paper]
total = "points"
[papers.paper.nodes]
points = { x = "value", formula = "x", rank = { all = {}, near = { group = "zone" } } }
seen = { formula = "10 * points.rank.all + points.rank.near", only_shown = true, round = 0 }
""")
    zones = {"a": {"zone": "山"}, "b": {"zone": "山"}, "c": {"zone": "坝"}}
    found = points(of, given({"value": {"a": 3, "b": 2, "c": 1}}, attributes=zones), "seen")
    assert found == {"a": "11", "b": "22", "c": "31"}


def test_tens_and_hundreds_are_rounded_as_in_a_spreadsheet() -> None:
    of = leaf("formula = 'round(x, -1)', round = 0")
    assert points(of, given({"value": {"a": "15", "b": "-15", "c": "14.9"}})) == {
        "a": "20",
        "b": "-20",
        "c": "10",
    }


def test_knots_may_be_written_from_the_highest_down() -> None:
    of = leaf("full = 10, method = 'interpolate', knots = [['20', '60%'], ['10', '80%']]")
    assert points(of, given({"value": {"a": 15, "b": 9, "c": 30}})) == {"a": "7.00", "b": "8.00", "c": "6.00"}


def test_a_word_chosen_without_a_number_beside_it_needs_none() -> None:
    of = leaf("full = 10, method = 'choice', choices = { \"好\" = '100%', \"一般\" = ['50%', '80%'] }")
    assert points(of, given({"value": {"a": "好", "b": "一般"}})) == {"a": "10.00", "b": ""}


def test_a_paper_for_everybody_shows_each_units_own_class() -> None:
    sheet = score(leaf("formula = 'x'"), given({"value": {"a": 1}}, group="镇"))
    assert sheet.papers[0].classes == {"a": "镇"}
    assert b"classes" not in score(leaf("formula = 'x'"), given({"value": {"a": 1}})).to_bytes()


@pytest.mark.parametrize(
    ("only", "wanted"),
    [
        ('"category"', "5.00"),
        ("{ category = 2 }", "8.00"),
        ("{ category = 2, unit = 3 }", "7.00"),
        ("{ matter = 1, category = 1 }", "5.00"),
    ],
)
def test_only_the_best_entries_of_a_kind_count(only: str, wanted: str) -> None:
    """甲 3 + 2 + 2 and 乙 2 + 1: one each 5, two each 3 + 2 + 2 + 1, of these the three best 7."""
    kinds = {"甲": "322", "乙": "21"}
    claims = [Claim("a", "bonus", p, matter=f"{k}{p}", category=k) for k, ps in kinds.items() for p in ps]
    adjustment = f'kind = "bonus", to = "points", highest_only = {only}'
    body = (
        "[figures]\nvalue = {}\n[papers.paper.nodes]\npoints = { full = 20, x = 'value', method = 'given' }\n"
    )
    of = recipe(f"{body}[papers.paper.adjustments]\nbonus = {{ {adjustment} }}\n")
    assert points(of, given({"value": {"a": 0}}, claims=claims)) == {"a": wanted}


@pytest.mark.parametrize("nothing", ["0", "'0'", "'zero'"])
def test_a_plain_nought_stands_for_a_division_by_zero(nothing: str) -> None:
    of = leaf(f"full = 10, method = 'ratio', to = 'value - 4', undefined = {nothing}")
    assert points(of, given({"value": {"a": 4, "b": 12}})) == {"a": "0.00", "b": "10.00"}
