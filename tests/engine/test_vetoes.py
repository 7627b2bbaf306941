"""Whom a veto strikes, for how long; and how many units may carry a bonus."""

from dataclasses import replace

import pytest

from kaocheng.engine import Claim, Inputs, Unit, score
from kaocheng.engine.adjust import LimitBroken
from tests.engine.small import given, points, recipe, standings

TOWN = """
[figures]
total = {}
deaths = { missing = "zero" }
[papers.town]
class = "镇"
[papers.town.nodes]
total = { full = 100, method = "given" }
[papers.town.adjustments]
[papers.town.vetoes]
"""
RESULT = """
[papers.town.results.overall]
bands = [{ grade = "优", from = 90 }, { grade = "良", from = 80 }, { grade = "中" }]
"""
PEOPLE = """
[papers.people]
class = "人"
[papers.people.nodes]
share = { compose = "inherit", node = "town/total" }
[papers.people.results.overall]
by = "share"
bands = [{ grade = "优", from = 90 }, { grade = "称职" }]
"""


def grades(
    veto: str, *claims: Claim, deaths: dict[str, str] | None = None, people: str = ""
) -> dict[str, str | None]:
    """The grade of 甲镇, with 95 points, and of 王, who leads it."""
    of = recipe(TOWN + f"accident = {{ {veto} }}\n" + RESULT + people)
    inputs = given(
        {"total": {"jia": 95}, **{f"deaths@{year}": {"jia": n} for year, n in (deaths or {}).items()}}
    )
    units = (Unit("jia", "甲镇", "镇"), Unit("wang", "王", "人", {"parent": "甲镇"}))
    sheet = score(of, replace(inputs, units=units, claims=claims))
    return {s.unit: s.grade for paper in sheet.papers for s in paper.standings}


ENTRY = Claim("jia", "accident")


def test_a_veto_that_lasts_two_years_strikes_in_the_next_and_no_longer() -> None:
    veto = "for_years = 2, bars = ['优']"
    assert grades(veto, ENTRY) == {"jia": "良"}
    assert grades(veto, replace_period(ENTRY, "2025")) == {"jia": "良"}
    assert grades(veto, replace_period(ENTRY, "2025-03")) == {"jia": "良"}
    assert grades(veto, replace_period(ENTRY, "2024")) == {"jia": "优"}
    assert grades("bars = ['优']", replace_period(ENTRY, "2025")) == {"jia": "优"}


def replace_period(claim: Claim, period: str) -> Claim:
    return claim._replace(period=period)


def test_a_condition_that_held_last_year_still_strikes() -> None:
    veto = "for_years = 3, when = 'deaths > 2', bars = ['优']"
    assert grades(veto, deaths={"2024": "3"}) == {"jia": "良"}
    assert grades(veto, deaths={"2023": "3"}) == {"jia": "优"}


def test_a_veto_with_a_condition_may_be_reported_as_well() -> None:
    veto = "when = 'deaths > 2', bars = ['优']"
    assert grades(veto, ENTRY) == {"jia": "良"}
    assert grades(veto) == {"jia": "优"}


def test_a_veto_may_reach_the_leaders_with_the_unit_or_instead_of_it() -> None:
    assert grades("bars = ['优']", ENTRY, people=PEOPLE) == {"jia": "良", "wang": "优"}
    assert grades("scope = ['unit', 'leaders'], bars = ['优']", ENTRY, people=PEOPLE) == {
        "jia": "良",
        "wang": "称职",
    }
    assert grades("scope = 'leaders', bars = ['优']", ENTRY, people=PEOPLE) == {"jia": "优", "wang": "称职"}


def test_leaders_may_lose_a_grade_by_the_veto_of_their_unit() -> None:
    assert grades("scope = 'leaders', down = 1", ENTRY, people=PEOPLE) == {"jia": "优", "wang": "称职"}


BONUS = TOWN.replace(
    "[papers.town.adjustments]\n",
    """[papers.town.adjustments]
bonus = { label = "加分", kind = "bonus", to = "total", limits = LIMITS }
penalty = { label = "扣分", kind = "deduction", to = "total" }
""",
)
TEN = {"total": dict.fromkeys("abcdefghij", 80)}


def totals(limits: str, *claims: Claim) -> dict[str, str]:
    return points(
        recipe(BONUS.replace("LIMITS", limits).replace("full = 100", "full = 100, not_above = 'none'")),
        inputs(*claims),
        "total",
    )


def inputs(*claims: Claim) -> Inputs:
    return given(TEN, claims=claims, group="镇")


def carrying(adjustment: str, units: str) -> list[Claim]:
    return [Claim(unit, adjustment, "2") for unit in units]


def test_only_so_many_units_may_carry_a_bonus() -> None:
    assert totals('{ most = "25%" }', *carrying("bonus", "ab"))["a"] == "82.00"
    with pytest.raises(LimitBroken, match="“加分”最多 2 个单位,现有 3 个:a、b、c;请核减"):
        totals('{ most = "25%" }', *carrying("bonus", "abc"))
    with pytest.raises(LimitBroken):
        totals("1", *carrying("bonus", "ab"))


def test_a_limit_may_take_the_bonus_from_everybody() -> None:
    assert set(totals('{ most = 2, then = "void" }', *carrying("bonus", "abc")).values()) == {"80.00"}


def test_no_bonus_before_enough_units_were_marked_down() -> None:
    """More than 15 % of ten units: two are enough, one is not; and without a bonus nothing is asked."""
    limits = '{ needs = { penalty = "15%" } }'
    assert totals(limits, *carrying("bonus", "a"), *carrying("penalty", "bc"))["a"] == "82.00"
    assert totals(limits, *carrying("penalty", "b"))["b"] == "78.00"
    with pytest.raises(LimitBroken, match="“扣分”的单位要超过 15%,现有 1 个,共 10 个"):
        totals(limits, *carrying("bonus", "a"), *carrying("penalty", "b"))


def test_whoever_a_veto_strikes_is_named_by_it() -> None:
    of = recipe(TOWN + "accident = { bars = ['优'] }\n" + RESULT)
    assert standings(of, given({"total": {"a": 95}}, claims=[Claim("a", "accident")], group="镇"))[
        "a"
    ].vetoes == ("accident",)


def test_what_a_veto_took_from_a_unit_the_node_does_not_apply_to_is_in_no_mean() -> None:
    """丁 has 0 by the veto; (60 + 80) / 2 stands for 丙, not (60 + 80 + 0) / 3."""
    of = recipe("""
[figures]
safety = {}
[papers.town.nodes]
safety = { full = 100, method = "given", applies = "unit.mines = 1", not_applicable = "group_mean" }
[papers.town.vetoes]
accident = { zero = "safety" }
""")
    mines = {"jia": {"mines": "1"}, "yi": {"mines": "1"}, "bing": {"mines": "0"}, "ding": {"mines": "0"}}
    inputs = given(
        {"safety": {"jia": 60, "yi": 80, "bing": 90, "ding": 90}},
        claims=[Claim("ding", "accident")],
        attributes=mines,
    )
    assert points(of, inputs, "safety") == {"jia": "60.00", "yi": "80.00", "bing": "70.00", "ding": "0.00"}


def test_nor_does_a_mean_count_what_a_veto_took_where_the_figure_is_not_applicable() -> None:
    """丁 reported “/” and has 0 by the veto; 乙's zero by the veto counts: 丙 gets (60 + 0) / 2."""
    of = recipe("""
[figures]
safety = {}
[papers.town.nodes]
safety = { full = 100, method = "given", not_applicable = "group_mean" }
[papers.town.vetoes]
accident = { zero = "safety" }
""")
    inputs = given(
        {"safety": {"jia": 60, "yi": 80, "bing": "/", "ding": "/"}},
        claims=[Claim("ding", "accident"), Claim("yi", "accident")],
    )
    assert points(of, inputs, "safety") == {"jia": "60.00", "yi": "0.00", "bing": "30.00", "ding": "0.00"}
