"""What compares units, over a group of one, of none, of equals, and with members that have no value."""

import pytest

from kaocheng.engine import score
from kaocheng.errors import Invalid
from tests.engine.small import given, leaf, points, recipe

TO_MEAN = 'full = 10, method = "to_mean", at_mean = 8, rate = 1, each = 1'

# rule → (one unit of 7, two units of 7, and 甲 of 9 beside one of 5)
RULES = {
    "full = 10, method = 'efficacy', start = '60%'": ("10.00", "10.00", "10.00"),
    "full = 10, method = 'efficacy', start = '60%', equal = '80%'": ("8.00", "8.00", "10.00"),
    "full = 10, method = 'efficacy', start = '60%', direction = 'down'": ("10.00", "10.00", "6.00"),
    "full = 10, method = 'to_best'": ("10.00", "10.00", "10.00"),
    "full = 9, method = 'to_best', direction = 'down'": ("9.00", "9.00", "5.00"),
    TO_MEAN: ("8.00", "8.00", "10.00"),
    f"{TO_MEAN}, mean_of = 'others', not_above = 'none'": ("", "8.00", "12.00"),
    "full = 10, method = 'rank_steps', step = 1, direction = 'down'": ("10.00", "10.00", "9.00"),
    "full = 10, method = 'rank_line', first_gets = 10, last_gets = 5, alone = 7, direction = 'down'": (
        "7.00",
        "10.00",
        "5.00",
    ),
    "full = 10, method = 'rank_table', table = [5], from_end = [2], direction = 'down'": (
        "5.00",
        "5.00",
        "2.00",
    ),
    "full = 10, method = 'share'": ("10.00", "10.00", "10.00"),
    "full = 100, method = 'z', mean = 70, spread = 10, sd = 'population', undefined = '60'": (
        "60.00",
        "60.00",
        "80.00",
    ),
    "full = 100, method = 'z', mean = 70, spread = 10, undefined = '60'": ("60.00", "60.00", "77.07"),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_group_of_one(rule: str) -> None:
    assert points(leaf(rule), given({"value": {"甲": 7}})) == {"甲": RULES[rule][0]}


@pytest.mark.parametrize("rule", RULES)
def test_a_group_of_equals(rule: str) -> None:
    equal = RULES[rule][1]
    assert points(leaf(rule), given({"value": {"甲": 7, "乙": 7}})) == {"甲": equal, "乙": equal}


@pytest.mark.parametrize("rule", RULES)
def test_members_without_a_value_are_not_in_the_group(rule: str) -> None:
    there = given({"value": {"甲": 9, "乙": 5, "丙": "/"}}, units=["丁"])
    found = points(leaf(rule), there)
    assert found["甲"] == RULES[rule][2]
    assert (found["丙"], found["丁"]) == ("/", "")


@pytest.mark.parametrize("rule", RULES)
def test_a_group_of_none(rule: str) -> None:
    assert points(leaf(rule), given({"value": {"甲": "/"}}, units=["乙"])) == {"甲": "/", "乙": ""}


@pytest.mark.parametrize(
    "rule",
    [
        "full = 10, method = 'to_best', group = 'zoen'",
        "full = 10, formula = 'value / group(zoen).max(value)', undefined = 'zero'",
    ],
)
def test_a_group_by_what_no_unit_has_is_refused_and_not_one_of_everybody(rule: str) -> None:
    units = {"甲": {"zone": "东"}, "乙": {"zone": "西"}}
    there = given({"value": {"甲": 7, "乙": 14}}, attributes=units)
    assert (
        points(leaf(rule.replace("zoen", "zone")), there)["甲"]
        != points(leaf(rule.replace("zoen", "paper")), there)["甲"]
    )
    with pytest.raises(Invalid, match="按“zoen”分组,而没有一个单位写了它"):
        points(leaf(rule), there)


def test_a_ranking_within_what_no_unit_has_is_refused_as_well() -> None:
    units = {"甲": {"zone": "东"}, "乙": {"zone": "西"}}
    there = given({"value": {"甲": 7, "乙": 14}}, attributes=units)
    ranked = """
[figures]
value = { label = "得分" }
[papers.town.nodes]
value = { label = "总分", full = 20, method = "given" }
[papers.town.results.overall]
within = "zone"
"""
    assert [one.rank for one in score(recipe(ranked), there).papers[0].standings] == [1, 1]
    with pytest.raises(Invalid, match="按“zoen”分组,而没有一个单位写了它"):
        score(recipe(ranked.replace("zone", "zoen")), there)


def test_the_largest_share_of_a_sum_below_zero() -> None:
    node = leaf('full = 10, method = "share", x = "value", undefined = "zero"')
    assert points(node, given({"value": {"a": -3, "b": 0, "c": 1}})) == {
        "a": "10.00",
        "b": "0.00",
        "c": "0.00",
    }
    assert points(node, given({"value": {"a": 3, "b": 0, "c": 1}})) == {
        "a": "10.00",
        "b": "0.00",
        "c": "3.33",
    }
    assert points(node, given({"value": {"a": 0, "b": 0}})) == {"a": "0.00", "b": "0.00"}


def test_points_that_stand_for_an_unknown_applies_count_in_the_mean() -> None:
    figures = "value = {}\nfarms = {}"
    node = leaf(
        'full = 10, x = "value", method = "given", applies = "farms > 0",'
        ' missing = "zero", not_applicable = "group_mean"',
        figures,
    )
    inputs = given({"value": {"a": 8, "b": 6, "c": 6}, "farms": {"a": 1, "b": 0}})  # of c nobody knows
    assert points(node, inputs) == {"a": "8.00", "b": "4.00", "c": "0.00"}
