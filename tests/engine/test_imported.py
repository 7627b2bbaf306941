"""What another assessment gave the same units, taken from its sheet."""

from dataclasses import replace

import pytest

from kaocheng.engine import Inputs, Sheet, Unit, score
from kaocheng.engine.imported import NotInTheSheet
from tests.engine.small import given, points, recipe

PROVINCE = recipe("""
[figures]
economy = {}
people = {}
[papers.city]
total = "total"
[papers.city.nodes]
total = { compose = "sum", full = 30 }
economy = { in = "total", full = 20, formula = "full * x / 3", rank = true }
people = { in = "total", full = 10, method = "given" }
[papers.city.results.overall]
bands = [{ grade = "优秀", from = 20 }, { grade = "良好" }]
[papers.city.results.growth]
by = "economy"
ties = "average"
bands = [{ grade = "1级", from = 10 }, { grade = "2级" }]
""")
FIGURES = {"economy": {"a": 2, "b": 1, "c": "1"}, "people": {"a": 9, "b": 8, "c": "/"}}


def sheet() -> Sheet:
    return score(PROVINCE, given(FIGURES))


def beside(sheet: Sheet, units: str = "abc") -> Inputs:
    return replace(given(units=units), sheets={"province": sheet.to_bytes().decode()})


def leaf(keys: str) -> dict[str, str]:
    of = recipe(f"[papers.paper.nodes]\npoints = {{ method = 'import', sheet = 'province', {keys} }}\n")
    return points(of, beside(sheet()))


@pytest.mark.parametrize(
    ("keys", "gives"),
    [
        ("round = 2", {"a": "22.33", "b": "14.67", "c": "10.01"}),  # c's 6.67 stands for all: × 30 ÷ 20
        ("node = 'people', round = 0", {"a": "9", "b": "8", "c": "/"}),
        ("node = 'people', as = 'rate', round = 1", {"a": "0.9", "b": "0.8", "c": "/"}),
        ("node = 'people', as = 'rate', full = 5, round = 1", {"a": "4.5", "b": "4.0", "c": "/"}),
        ("as = 'rank', round = 0", {"a": "1", "b": "2", "c": "3"}),
        ("as = 'rank', node = 'economy', round = 0", {"a": "1", "b": "2", "c": "2"}),
        ("as = 'rank', node = 'people', round = 0", {"a": "1", "b": "2", "c": "/"}),
        ("as = 'rank', node = 'growth', round = 1", {"a": "1.0", "b": "2.5", "c": "2.5"}),
        ("as = 'grade'", {"a": "优秀", "b": "良好", "c": "良好"}),
        ("as = 'grade', node = 'growth'", {"a": "1级", "b": "2级", "c": "2级"}),
    ],
)
def test_a_score_a_rate_a_rank_and_a_grade_are_taken(keys: str, gives: dict[str, str]) -> None:
    assert leaf(keys) == gives


def test_the_exact_value_is_taken_not_the_printed_one() -> None:
    """20 × 2 ÷ 3 is printed 13.33; three times it is 40 and not 39.99."""
    of = recipe("""
[papers.paper.nodes]
points = { formula = "3 * import(sheet = 'province', node = 'economy')", round = 2 }
""")
    exact = replace(
        sheet(),
        papers=(
            replace(
                sheet().papers[0], values={**sheet().papers[0].values, "economy": ("40/3", "20/3", "20/3")}
            ),
        ),
    )
    assert points(of, beside(exact)) == {"a": "40.00", "b": "20.00", "c": "20.00"}


def test_a_grade_decides_by_its_word() -> None:
    of = recipe("""
[papers.paper.nodes]
standing = { method = "import", sheet = "province", as = "grade", only_shown = true }
points.round = 0
points.let = { growth = "import(sheet = 'province', node = growth, as = grade)" }
points.formula = "if(score(standing) = '优秀', 3, 1) + if(growth = '1级', 2, 0)"
[papers.paper]
total = "points"
""")
    assert points(of, beside(sheet())) == {"a": "5", "b": "1", "c": "1"}


def test_each_unit_may_have_its_own_sheet() -> None:
    """A bureau's branches are assessed by their districts: the attribute ``district`` names the sheet."""
    of = recipe(
        "[papers.paper.nodes]\n"
        "points = { method = 'import', sheet = 'unit.district', as = 'rank', round = 0 }\n"
    )
    given_ = Inputs(
        units=tuple(
            Unit(u, u, "", {"district": d} if d else {}) for u, d in (("a", "east"), ("b", "west"), ("c", ""))
        ),
        sheets={
            "east": sheet().to_bytes().decode(),
            "west": score(PROVINCE, given({"economy": {"b": 1}, "people": {"b": 1}})).to_bytes().decode(),
        },
    )
    assert points(of, given_) == {"a": "1", "b": "1", "c": ""}


def test_whoever_is_not_in_the_sheet_has_nothing_from_it() -> None:
    of = recipe(
        "[papers.paper.nodes]\n"
        "points = { method = 'import', sheet = 'province', round = 0, missing = 'zero' }\n"
    )
    assert points(of, beside(sheet(), "ad")) == {"a": "22", "d": "0"}


def test_units_are_found_by_name_where_the_codes_differ() -> None:
    theirs = given({"economy": {"007": 3}, "people": {"007": 10}})
    theirs = replace(theirs, units=(Unit("007", "甲市"),))
    of = recipe("[papers.paper.nodes]\npoints = { method = 'import', sheet = 'province', round = 0 }\n")
    ours = replace(beside(score(PROVINCE, theirs)), units=(Unit("jia", "甲市"),))
    assert points(of, ours) == {"jia": "30"}


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("paper = 'county'", "没有卷“county”"),
        ("node = 'trade'", "没有节点“trade”"),
        ("node = 'economy', as = 'grade'", "“economy”没有等次"),
    ],
)
def test_what_is_not_in_the_sheet_is_said(keys: str, reason: str) -> None:
    with pytest.raises(NotInTheSheet, match=reason):
        leaf(keys)


def test_a_sheet_that_was_not_handed_in_is_asked_for() -> None:
    of = recipe("[papers.paper.nodes]\npoints = { method = 'import', sheet = 'province' }\n")
    with pytest.raises(NotInTheSheet, match="“province”:没有交来"):
        score(of, given(units="a"))


def test_the_sheet_is_part_of_the_inputs() -> None:
    inputs = beside(sheet())
    assert Inputs.from_bytes(inputs.canonical()) == replace(
        inputs, units=tuple(sorted(inputs.units, key=lambda u: u.code))
    )
    assert inputs.digest != replace(inputs, sheets={}).digest
    assert b"sheets" not in given(units="a").canonical()
