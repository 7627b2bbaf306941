"""Full marks: what the node says, and what is set for one unit."""

import pytest

from tests.engine.small import given, leaf, points, recipe

RULES = {
    "convert": ("out_of = 100", "5.00", "10.00"),
    "deduct": ("per = 1", "0.00", "0.00"),
    "completion": ("target = 40, target_zero = 'zero'", "10.00", "20.00"),
}


@pytest.mark.parametrize("method", RULES)
def test_full_marks_may_be_set_for_one_unit_as_a_target(method: str) -> None:
    """b has what the node or everybody's row says, c the double."""
    keys, b, c = RULES[method]
    figures = {"points": {"b": 50, "c": 50}}
    for said, everybody in (("full = 10, ", {}), ("", {"*": 10})):
        of = leaf(f"{said}x = 'points', method = '{method}', {keys}", "points = {}")
        found = points(of, given(figures, targets={"points:full": {**everybody, "c": 20}}))
        assert found == {"b": b, "c": c}


def test_a_deduction_starts_from_the_full_marks_of_its_unit() -> None:
    of = leaf("x = 'points', method = 'deduct', per = 1", "points = {}")
    found = points(of, given({"points": {"b": 3, "c": 3}}, targets={"points:full": {"b": 10, "c": 20}}))
    assert found == {"b": "7.00", "c": "17.00"}


@pytest.mark.parametrize(
    ("keys", "b", "c"),
    [
        ("missing = 'refuse'", "9.00", ""),
        ("missing = 'not_applicable'", "9.00", "/"),
        ("missing = 'group_mean'", "9.00", ""),  # what would stand there has no ceiling either
        ("missing = 'group_mean', not_above = 7", "7.00", "7.00"),
        ("missing = 'zero'", "9.00", "0.00"),  # nothing is nothing, out of whatever full marks
        ("missing = 'zero', not_above = 'none'", "9.00", "9.00"),
        ("not_above = '80%'", "8.00", ""),
    ],
)
def test_points_under_a_ceiling_that_a_unit_does_not_have_are_missing(keys: str, b: str, c: str) -> None:
    """Both measure 9; b has full marks of 10, c none, and the node's own rule speaks of what is missing."""
    of = leaf(f"formula = 'x', {keys}", "value = {}")
    assert points(of, given({"value": {"b": 9, "c": 9}}, targets={"points:full": {"b": 10}})) == {
        "b": b,
        "c": c,
    }


def test_a_share_of_no_full_marks_is_missing_before_it_is_undefined() -> None:
    """All measure alike, so that z divides by zero; of 10 marks that is 0, of none it is missing."""
    keys = "method = 'z', mean = '60%', spread = '10%', undefined = 'zero', missing = 1"
    figures = given({"value": {"b": 3, "c": 3}})
    assert points(leaf(f"full = 10, {keys}"), figures) == {"b": "0.00", "c": "0.00"}
    assert points(leaf(keys), figures) == {"b": "1.00", "c": "1.00"}


def test_parts_without_full_marks_cannot_be_rescaled() -> None:
    """(6 + 9) ÷ (10 + 20) × 60 = 30; what a part without full marks earned is not lost without a word."""
    nodes = """
[figures]
a = {{}}
b = {{}}
[papers.paper.nodes]
total = {{ compose = "rescale", full = 60 }}
a = {{ in = "total", full = 10, formula = "x" }}
b = {{ in = "total", {full}formula = "x" }}
"""
    figures = given({"a": {"u": 6}, "b": {"u": 9}})
    assert points(recipe(nodes.format(full="full = 20, ")), figures, "total") == {"u": "30.00"}
    assert points(recipe(nodes.format(full="")), figures, "total") == {"u": ""}
