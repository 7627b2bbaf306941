"""What a reader is told of the rules: which figures divide by their target, and which always have a value."""

import tomllib

from kaocheng.engine.recipe import Recipe
from kaocheng.figures.naming import always_there, dividing


def rules(*nodes: str) -> Recipe:
    """A scheme of figures a, b and c, and one paper of these nodes."""
    lines = ["total = { compose = 'sum' }", *nodes]
    text = "code = 'x-2026'\nyear = '2026'\n[figures]\na = {}\nb = {}\nc = {}\n[papers.one.nodes]\n"
    return Recipe(tomllib.loads(text + "\n".join(lines)))


def test_a_figure_divides_by_its_target_where_its_method_does() -> None:
    found = rules("a = { full = 5, method = 'completion' }", "b = { full = 5, method = 'shortfall' }")
    assert dividing(found) == {"a"}


def test_the_figure_measured_is_meant_and_not_the_node_that_measures_it() -> None:
    found = rules("other = { full = 5, x = 'b', method = 'completion' }")
    assert dividing(found) == {"b"}


def test_an_expression_is_measured_against_the_nodes_own_target() -> None:
    found = rules("a = { full = 5, x = 'b + c', method = 'completion' }")
    assert dividing(found) == {"a"}


def test_a_target_of_nothing_that_is_provided_for_divides_nothing() -> None:
    found = rules(
        "a = { full = 5, method = 'completion', target_zero = 'full' }",
        "b = { full = 5, method = 'completion', target = 100 }",
    )
    assert dividing(found) == frozenset()


def test_a_figure_may_be_not_applicable_where_a_rule_says_what_follows_or_asks() -> None:
    found = rules(
        "a = { full = 5, method = 'completion', not_applicable = 'full' }",
        "b = { full = 5, method = 'met', applies = 'unit.port = \"是\"' }",
        "d = { full = 5, formula = 'otherwise(c, 0)' }",
    )
    assert always_there(found) == frozenset()
    assert always_there(rules("a = { full = 5, method = 'completion' }")) == {"a", "b", "c"}


def test_what_is_measured_by_another_node_may_be_not_applicable_as_that_says() -> None:
    found = rules("other = { full = 5, x = 'b', method = 'met', not_applicable = 'group_mean' }")
    assert always_there(found) == {"a", "c"}
