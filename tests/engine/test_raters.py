"""Strict and lenient raters (打分宽严校正)."""

import pytest

from tests.engine.small import given, points, recipe

JURY = """
[figures]
mark = {{ parts = {{ a = "甲", b = "乙", c = "丙" }} }}
[papers.paper.nodes]
points = {{ full = 100, method = "raters", x = "mark", {keys} }}
"""
# a is lenient and saw u and v; b is strict and saw v and w: means 90 and 70, of all four scores 80
MARKS = {"mark.a": {"u": 95, "v": 85}, "mark.b": {"v": 75, "w": 65}}


def scored(keys: str, marks: dict[str, dict[str, int]] = MARKS) -> list[str]:
    return list(points(recipe(JURY.format(keys=keys)), given(marks)).values())


@pytest.mark.parametrize(
    ("severity", "gives"),
    [
        ("none", ["95.00", "80.00", "65.00"]),
        ("shift", ["85.00", "80.00", "75.00"]),
        # 95 × 80 ÷ 90; (85 × 80 ÷ 90 + 75 × 80 ÷ 70) ÷ 2; 65 × 80 ÷ 70
        ("ratio", ["84.44", "80.63", "74.29"]),
        # each is 1 ÷ √2 of an sd from his mean; the common sd is √(500 ÷ 3): 80 ± 9.128…
        ("sd", ["89.13", "80.00", "70.87"]),
    ],
)
def test_a_strict_and_a_lenient_rater_are_made_alike(severity: str, gives: list[str]) -> None:
    assert scored(f"severity = '{severity}'") == gives


def test_a_rater_who_saw_one_unit_only_gives_it_the_common_mean() -> None:
    assert scored("severity = 'shift'", {"mark.a": {"u": 90, "v": 80}, "mark.b": {"v": 70}}) == [
        "85.00",
        "77.50",
    ]


def test_a_rater_without_spread_gives_the_common_mean() -> None:
    marks = {"mark.a": {"u": 70, "v": 70}, "mark.b": {"u": 90, "v": 90}}
    assert scored("severity = 'sd'", marks) == ["80.00", "80.00"]


def test_what_is_left_out_measures_nobody_and_what_is_trimmed_is_trimmed_afterwards() -> None:
    marks = {
        "mark.a": {"u": 80, "v": 0, "w": 60},
        "mark.b": {"u": 90, "v": 90, "w": 90},
        "mark.c": {"u": 70, "w": 80},
    }
    # means 70, 90, 75, common 80: a gives 90, –, 70; b 80, 80, 80; c 75, –, 85
    keys = "severity = 'shift', leave_out = 'it = 0', trim = { above = 2, each = 1 }"
    assert scored(keys, marks) == ["80.00", "80.00", "80.00"]


def test_each_class_of_raters_is_measured_by_itself() -> None:
    classes = "{ p = { of = ['a'], weight = '50%' }, q = { of = ['b'], weight = '50%' } }"
    keys = f"severity = 'shift', classes = {classes}"
    assert scored(keys) == scored(keys.replace("shift", "none"))


def test_the_common_mean_is_that_of_the_comparison_group() -> None:
    zones = {"u": {"zone": "山"}, "v": {"zone": "山"}, "w": {"zone": "坝"}}
    of = recipe(JURY.format(keys="severity = 'shift', group = 'zone'"))
    # in 山: a 90, b 75, common 85; in 坝 b alone
    assert points(of, given(MARKS, attributes=zones)) == {"u": "90.00", "v": "82.50", "w": "65.00"}


def test_where_no_rater_could_be_asked_the_item_does_not_apply() -> None:
    """/ for every rater, or once for the figure; one who was to score and did not leaves it missing."""
    marks = {"mark.a": {"u": "/", "v": "/"}, "mark.b": {"u": "/"}, "mark.c": {"u": "/"}, "mark": {"w": "/"}}
    two = "{ p = { of = ['a', 'b'], weight = '50%' }, q = { of = ['c'], weight = '50%' } }"
    for keys in ("trim = { above = 2, each = 1 }", f"classes = {two}"):
        found = points(recipe(JURY.format(keys=keys)), given(marks))
        assert found == {"u": "/", "v": "", "w": "/"}


def test_what_does_not_apply_as_a_whole_does_not_apply_in_any_part() -> None:
    """But a part that was handed in all the same counts."""
    of = recipe(JURY.format(keys="out_of = 100").replace('"raters", x = "mark"', '"convert", x = "mark.a"'))
    found = points(of, given({"mark": {"u": "/", "v": "/"}, "mark.a": {"v": 80, "w": 70}}))
    assert found == {"u": "/", "v": "80.00", "w": "70.00"}
