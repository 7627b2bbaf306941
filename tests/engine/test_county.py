"""云岭县's 考核办法, clause by clause, each score worked by hand beside the figures it comes from.

The rules are the county's own ``scheme.toml``; only the figures are ours.  The arithmetic stands in the
comments, so that whoever doubts a number needs nothing but a pencil.
"""

from fractions import Fraction
from pathlib import Path

import pytest

from kaocheng.engine import score
from tests.engine.small import Values, given, points, recipe

TEXT = (Path(__file__).parents[2] / "tenants" / "yunling" / "scheme.toml").read_text("utf-8")
COUNTY = recipe(TEXT)


def got(node: str, figures: Values, *, targets: Values | None = None, when: str = "2026") -> dict[str, str]:
    """Each township's points for one indicator."""
    inputs = given(figures, targets=targets, group="乡镇", period=when if "H" in when else "2026")
    return points(COUNTY, inputs, f"{when}/{node}")


def one(node: str, value: str, target: str = "", when: str = "2026") -> str:
    """The points of a single township."""
    targets = {f"{node}@2026": {"城关镇": target}} if target else None
    return got(node, {f"{node}@{when}": {"城关镇": value}}, targets=targets, when=when)["城关镇"]


# -- 经济发展 ------------------------------------------------------------------------------------------


def test_completion_gives_the_share_of_the_target_reached() -> None:
    """表.1, 8 points: 8 × 975.11 ÷ 1070 = 7800.88 ÷ 1070 = 7.290542… → 7.29."""
    assert one("revenue", "975.11", "1070") == "7.29"


def test_what_goes_beyond_the_target_counts_no_more_where_the_rule_says_so() -> None:
    """表.1: 1,200 of 1,070 is more than the target, so 8."""
    assert one("revenue", "1200", "1070") == "8.00"


def test_a_half_is_rounded_up() -> None:
    """表.1: 8 × 911.25 ÷ 1,000 = 7.29; 8 × 910.625 ÷ 1,000 = 7.285, whose half goes up, to 7.29."""
    assert (one("revenue", "911.25", "1000"), one("revenue", "910.625", "1000")) == ("7.29", "7.29")
    # 8 × 910.624 ÷ 1,000 = 7.284992, just below the half
    assert one("revenue", "910.624", "1000") == "7.28"


@pytest.mark.parametrize(
    ("done", "points"),
    [
        ("59.99", "0.00"),  # 59.99 % < 60 %
        ("59.9999999999", "0.00"),  # rounds to 60 %, and yet is below it
        ("60", "3.60"),  # exactly 60 %: 6 × 0.6
        ("60.01", "3.60"),  # 6 × 0.6001 = 3.6006
        ("100", "6.00"),
    ],
)
def test_below_sixty_per_cent_of_the_investment_target_there_is_nothing(done: str, points: str) -> None:
    """表.2, 6 points."""
    assert one("investment", done, "100") == points


@pytest.mark.parametrize(
    ("done", "points"),
    [
        ("98.5", "4.93"),  # 5 × 0.985 = 4.925, half up
        ("100", "5.00"),
        ("109.99", "5.00"),  # 9.99 % over: no whole step of 10 %
        ("110", "5.30"),  # exactly 10 %: one step
        ("119.9", "5.30"),
        ("120", "5.60"),  # two
        ("130", "5.90"),  # three: 0.9, the most
        ("500", "5.90"),
    ],
)
def test_attracted_investment_gains_by_whole_tenths_beyond_the_target(done: str, points: str) -> None:
    """表.3, 5 points, 0.3 for each whole 10 % over, at most 0.9."""
    assert one("attraction", done, "100") == points


def test_a_step_is_whole_also_where_binary_fractions_fall_short_of_it() -> None:
    """表.3: 120 of 100 is two whole steps, 5.6; in binary fractions (1.2 − 1) ÷ 0.1 is 1.9999…, one step."""
    assert (120 / 100 - 1) / 0.1 < 2
    assert one("attraction", "120", "100") == "5.60"


def test_efficacy_lies_between_the_lowest_and_the_highest() -> None:
    """表.4, 4 points, over all townships: lowest 3.1, highest 9.1, so

    东川镇 4 × (0.6 + 0.4 × (8.1 − 3.1) ÷ (9.1 − 3.1)) = 4 × (0.6 + 0.4 × 5/6) = 4 × 0.93333… = 3.7333…
    """
    assert got("industry", {"industry": {"城关镇": "3.1", "东川镇": "8.1", "古城镇": "9.1"}}) == {
        "东川镇": "3.73",
        "古城镇": "4.00",
        "城关镇": "2.40",
    }


def test_efficacy_gives_everybody_full_marks_when_all_are_alike() -> None:
    """表.4: highest = lowest leaves no distance to measure; each has the best value there is."""
    assert set(got("industry", {"industry": {"城关镇": "5", "东川镇": "5.0"}}).values()) == {"4.00"}


def test_efficacy_of_a_falling_figure() -> None:
    """表.4 with growth below zero: −2 … 4; 1 lies in the middle: 4 × (0.6 + 0.4 × 3/6) = 3.2."""
    assert got("industry", {"industry": {"城关镇": "-2", "东川镇": "1", "古城镇": "4"}})["东川镇"] == "3.20"


def test_equal_investments_share_a_rank_and_the_next_is_passed_over() -> None:
    """表.6, 3 points, each place down costs 2 % of them, 0.06; places 1 2 2 4: 3, 2.94, 2.94, 2.82."""
    found = got(
        "projects", {"projects": {"城关镇": "900", "东川镇": "800", "古城镇": "800", "西坪镇": "700"}}
    )
    assert found == {"城关镇": "3.00", "东川镇": "2.94", "古城镇": "2.94", "西坪镇": "2.82"}


# -- 社会发展 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "points"),
    [
        ("99.2", "4.00"),  # at or above 98
        ("98", "4.00"),
        ("97.95", "3.90"),  # 0.05 short = half a step of 0.1: 4 − 0.2 × 0.5
        ("97.9", "3.80"),
        ("96.33", "0.66"),  # 1.67 short = 16.7 steps: 4 − 3.34
        ("96", "0.00"),  # 20 steps: 4 − 4
        ("95", "0.00"),  # deducted until nothing is left
    ],
)
def test_schooling_loses_in_proportion(rate: str, points: str) -> None:
    """表.7, 4 points, 98 % wanted, 0.2 for each 0.1 percentage point, parts in proportion."""
    assert one("schooling", rate) == points


@pytest.mark.parametrize(
    ("rate", "points"),
    [
        ("96", "4.00"),
        ("95.99", "3.50"),  # 0.01 short counts as a whole point
        ("95", "3.50"),  # exactly one
        ("94.9", "3.00"),  # 1.1 short: two
        ("88", "0.00"),  # eight: 4 − 4
    ],
)
def test_insurance_loses_for_each_point_begun(rate: str, points: str) -> None:
    """表.8, 4 points, target 96 %, 0.5 for each percentage point, a part of one as a whole one."""
    assert one("insured", rate, "96") == points


def test_a_health_mark_is_converted() -> None:
    """表.9, 3 points: 3 × 95.5 ÷ 100 = 2.865, half up to 2.87."""
    assert one("health", "95.5") == "2.87"


def test_culture_counts_what_is_under_way_half() -> None:
    """表.10, 3 points, plan 10: 3 × (6 × 1 + 3 × 0.5 + 1 × 0) ÷ 10 = 3 × 7.5 ÷ 10 = 2.25."""
    parts: Values = {
        "culture.built": {"城关镇": "6"},
        "culture.under_way": {"城关镇": "3"},
        "culture.not_begun": {"城关镇": "1"},
    }
    assert got("culture", parts, targets={"culture": {"城关镇": "10"}}) == {"城关镇": "2.25"}


# -- 人民生活、环境保护 --------------------------------------------------------------------------------


def test_income_counts_its_level_and_its_growth() -> None:
    """表.11, 7 points: 40 % level to the highest, 60 % growth by efficacy.

    城关镇 22,000 from 20,000: growth 10 %, the lowest;  东川镇 20,000 from 16,000: 25 %, the highest.
    城关镇: 7 × 40 % × 22000/22000 + 7 × 60 % × 0.6 = 2.8 + 2.52 = 5.32
    东川镇: 7 × 40 % × 20000/22000 + 7 × 60 % × 1 = 2.545454… + 4.2 = 6.745454… → 6.75
    """
    found = got(
        "income",
        {
            "income.now": {"城关镇": "22000", "东川镇": "20000"},
            "income.before": {"城关镇": "20000", "东川镇": "16000"},
        },
    )
    assert found == {"城关镇": "5.32", "东川镇": "6.75"}


def test_energy_is_all_or_nothing() -> None:
    """表.15, 4 points: reaching the target exactly is reaching it."""
    assert (one("energy", "3.2", "3.2"), one("energy", "3.19", "3.2")) == ("4.00", "0.00")


@pytest.mark.parametrize(
    ("rate", "points"),
    [
        ("95", "4.00"),
        ("94.99", "3.00"),
        ("90", "3.00"),
        ("89.99", "2.00"),
        ("80", "2.00"),
        ("79.99", "0.00"),
    ],
)
def test_each_band_of_waste_handling_includes_its_lower_line(rate: str, points: str) -> None:
    """表.16: 95 and more 4; 90 and more 3; 80 and more 2; else nothing."""
    assert one("waste", rate) == points


# -- 社会平安、队伍建设 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deaths", "allowed", "points"),
    [
        ("0", "0", "5.00"),  # nothing allowed, none died
        ("1", "0", "0.00"),  # nothing allowed, one died
        ("2", "2", "5.00"),  # 5 × (2 − 1)
        ("3", "2", "2.50"),  # 5 × (2 − 1.5)
        ("4", "2", "0.00"),  # twice the limit
        ("1", "2", "5.00"),  # 5 × 1.5 = 7.5, at most 5
    ],
)
def test_deaths_are_a_controlled_figure(deaths: str, allowed: str, points: str) -> None:
    """表.17, 5 points."""
    assert one("deaths", deaths, allowed) == points


def test_a_township_without_petitions_gets_the_mean_of_the_others() -> None:
    """表.18, 4 points, 0.2 for each percentage point below 100.

    城关镇 98 → 3.6;  东川镇 95.05 → 4 − 0.2 × 4.95 = 3.01;  古城镇 has none: (3.6 + 3.01) ÷ 2 = 3.305 → 3.31.
    """
    found = got("petitions", {"petitions": {"城关镇": "98", "东川镇": "95.05", "古城镇": "/"}})
    assert found == {"城关镇": "3.60", "东川镇": "3.01", "古城镇": "3.31"}


def test_the_mean_itself_is_rounded_before_it_counts() -> None:
    """表.18 keeps two decimals of the mean: 3.31 joins the sum, not 3.305."""
    figures = {"petitions": {"城关镇": "98", "东川镇": "95.05", "古城镇": "/"}}
    (sheet,) = score(COUNTY, given(figures, group="乡镇")).papers
    assert sheet.value("古城镇", "2026/petitions") == Fraction("3.31")


def test_the_mean_that_stands_in_is_of_rounded_points() -> None:
    """表.18 says 平均得分: 99.98 → 3.996 → 4.00 and 99.94 → 3.988 → 3.99; (4.00 + 3.99) ÷ 2 = 3.995 → 4.00.

    From unrounded points it would be 3.992 → 3.99.
    """
    found = got("petitions", {"petitions": {"城关镇": "99.98", "东川镇": "99.94", "古城镇": "/"}})
    assert found["古城镇"] == "4.00"


def test_the_lowest_crime_gets_everything_and_the_others_their_share() -> None:
    """表.19, 5 points, best 2.4: 5 × 2.4 ÷ 3.6 = 3.333…"""
    assert got("crime", {"crime": {"城关镇": "2.4", "东川镇": "3.6"}}) == {"城关镇": "5.00", "东川镇": "3.33"}


def test_no_crime_at_all_leaves_the_others_nothing() -> None:
    """表.19: 5 × 0 ÷ 3.6 = 0; and 0 ÷ 0, which is the lowest, has full marks."""
    assert got("crime", {"crime": {"城关镇": "0", "东川镇": "3.6"}}) == {"城关镇": "5.00", "东川镇": "0.00"}


def test_abstentions_are_no_valid_votes() -> None:
    """表.20, 7 points: 20 × 1 + 10 × 0.8 + 6 × 0.6 + 4 × 0.4 = 33.2 of 40 valid votes, 7 × 33.2/40 = 5.81."""
    votes = {"excellent": "20", "competent": "10", "basic": "6", "poor": "4", "abstain": "15"}
    assert got("leadership", {f"leadership.{k}": {"城关镇": v} for k, v in votes.items()}) == {
        "城关镇": "5.81"
    }


def test_disciplined_cases_cost_one_or_two_until_nothing_is_left() -> None:
    """表.21, 7 points: 2 minor and 1 serious cost 4; 4 serious cost 8, more than there is."""
    found = got(
        "discipline",
        {
            "discipline.minor": {"城关镇": "2", "东川镇": "0"},
            "discipline.serious": {"城关镇": "1", "东川镇": "4"},
        },
    )
    assert found == {"城关镇": "3.00", "东川镇": "0.00"}


# -- 半年 ----------------------------------------------------------------------------------------------


def test_at_half_year_a_total_is_measured_against_half_the_target() -> None:
    """二.2: revenue's target 2,140 is 1,070 at half-year: 8 × 1000 ÷ 1070 = 7.4766… → 7.48."""
    assert one("revenue", "1000", "2140", when="2026H1") == "7.48"


def test_at_half_year_a_rate_keeps_its_target() -> None:
    """二.2 does not name insurance: 95 % against 96 % costs 0.5 at half-year too."""
    assert one("insured", "95", "96", when="2026H1") == "3.50"
