"""What a comparison group gives each of its units."""

from tests.engine.small import given, leaf, points, recipe

PLACES = "formula = 'group.portion(5, x)', round = 0"


def test_extra_places_are_shared_out_by_contribution() -> None:
    """5 × 50, 30 and 21 of 101 are 2.48, 1.49 and 1.04: the one place left goes to the largest remainder."""
    found = points(leaf(PLACES), given({"value": {"a": 50, "b": 30, "c": 21}}))
    assert found == {"a": "2", "b": "2", "c": "1"}


def test_of_equal_remainders_the_larger_contribution_takes_the_place() -> None:
    found = points(leaf(PLACES), given({"value": {"a": 3, "b": 6, "c": 3}}))
    assert found == {"a": "1", "b": "3", "c": "1"}  # 1.25, 2.5, 1.25


def test_alike_in_everything_the_first_by_code_takes_the_place() -> None:
    assert points(leaf(PLACES), given({"value": {"b": 3, "a": 3}})) == {"a": "3", "b": "2"}


def test_whoever_has_no_contribution_leaves_its_places_to_the_others() -> None:
    found = points(leaf(PLACES), given({"value": {"a": 4, "b": "/", "c": -1, "e": 1}}, units=["d"]))
    assert found == {"a": "4", "b": "/", "c": "0", "d": "", "e": "1"}


def test_where_nobody_contributed_there_is_no_portion() -> None:
    found = points(leaf(f"{PLACES}, undefined = 7"), given({"value": {"a": 0, "b": 0}}))
    assert found == {"a": "7", "b": "7"}


def test_the_number_of_places_may_follow_from_the_group() -> None:
    """Half of one unit is no place, half of three one: what is not whole is cut off."""
    zones = {"a": {"zone": "山"}, **{unit: {"zone": "坝"} for unit in "bcd"}}
    node = "group = 'zone', formula = 'group.portion(group.count(x) / 2, x)', round = 0"
    found = points(leaf(node), given({"value": {"a": 1, "b": 3, "c": 2, "d": 1}}, attributes=zones))
    assert found == {"a": "0", "b": "1", "c": "0", "d": "0"}


def test_a_unit_in_no_group_has_no_points_of_what_the_one_group_makes() -> None:
    """Of one group the statistic is one number for all; whoever stands outside still gets nothing of it."""
    body = """
[figures]
worth = { label = "产值" }
[papers.town]
class = "镇"
[papers.town.nodes]
total = { compose = "sum", of = ["shown", "asked"] }
shown = { full = 10, formula = "10 * group.max(worth) / 100", applies = "unit.asked = '是'" }
asked = { full = 10, formula = "10 * group.max(worth) / 100" }
[papers.town.results.overall]
by = "total"
"""
    attributes = {"a": {"asked": "是"}, "b": {"asked": "否"}}
    inputs = given({"worth": {"a": 100, "b": 50}}, attributes=attributes, group="镇")
    assert points(recipe(body), inputs, "shown") == {"a": "10.00", "b": "/"}
