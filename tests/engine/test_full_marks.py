"""Full marks: what the node says, and what is set for one unit."""

import pytest

from tests.engine.small import given, leaf, points

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
