"""Means by powers, of parts that weigh something and parts that do not."""

import pytest

from tests.engine.small import given, points, recipe


@pytest.mark.parametrize(("kind", "mean"), [("geometric", "6.00"), ("harmonic", "5.54")])
def test_a_part_that_weighs_nothing_does_not_count_in_a_mean(kind: str, mean: str) -> None:
    """√(4 × 9) = 6, 2 ÷ (1/4 + 1/9) = 72/13; where only what weighs nothing applies, there is no mean."""
    of = recipe(f"""
[figures]
a = {{}}
b = {{}}
c = {{}}
[papers.town.nodes]
total = {{ compose = "{kind}", full = 10, undefined = 7 }}
a = {{ in = "total", full = 10, weight = 2, method = "given" }}
b = {{ in = "total", full = 10, weight = 2, method = "given" }}
c = {{ in = "total", full = 10, weight = 0, method = "given" }}
""")
    inputs = given({"a": {"甲": 4, "乙": "/"}, "b": {"甲": 9, "乙": "/"}, "c": {"甲": 0, "乙": 5}})
    assert points(of, inputs, "total") == {"甲": mean, "乙": "7.00"}
