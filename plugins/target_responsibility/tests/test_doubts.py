"""Doubts about a county's figures, each with the arithmetic that raises it."""

from decimal import Decimal

import pytest

from kaocheng.packs import ReportedFigure
from kaocheng_target_responsibility import doubts


def a_figure(
    value: str | None,
    indicator: str = "revenue",
    period: str = "2026",
    target: str | None = None,
    series: str = "",
) -> ReportedFigure:
    return ReportedFigure(
        unit="chengguan",
        indicator=indicator,
        period=period,
        series=series,
        value=None if value is None else Decimal(value),
        target=None if target is None else Decimal(target),
    )


def said(figure: ReportedFigure, *past: ReportedFigure) -> list[str]:
    return [str(finding) for finding in doubts(figure, past)]


def test_a_cumulative_count_that_falls_within_the_year_is_doubted() -> None:
    assert said(a_figure("900.5"), a_figure("975.11", period="2026H1")) == [
        "累计数由 975.11 减为 900.5;请核对是否填成了本期数"
    ]


def test_a_count_begins_anew_each_year() -> None:
    assert said(a_figure("900.5", period="2026H1"), a_figure("2140", period="2025")) == []


def test_a_rate_may_fall() -> None:
    assert said(a_figure("7.6", "industry"), a_figure("12.5", "industry", "2026H1")) == []


def test_the_parts_of_an_indicator_are_not_compared_with_one_another() -> None:
    assert (
        said(
            a_figure("0", "discipline", series="minor"),
            a_figure("1", "discipline", "2026H1", series="serious"),
        )
        == []
    )


@pytest.mark.parametrize(("value", "doubted"), [("4000", False), ("4000.1", True)])
def test_more_than_four_times_the_half_year_is_doubted(value: str, doubted: bool) -> None:
    # 4 x 1000 = 4000: the limit itself is still believed
    assert bool(said(a_figure(value, "attraction"), a_figure("1000", "attraction", "2026H1"))) is doubted


@pytest.mark.parametrize(("value", "doubted"), [("4280", False), ("4280.01", True)])
def test_more_than_twice_the_target_is_doubted(value: str, doubted: bool) -> None:
    # 2 x 2140 = 4280
    assert bool(said(a_figure(value, target="2140"))) is doubted


def test_twice_a_limit_is_no_matter_of_the_unit_of_measure() -> None:
    assert said(a_figure("3", "deaths", target="1")) == []


@pytest.mark.parametrize("value", ["-0.1", "100.1", "985"])
def test_a_share_outside_0_to_100_is_doubted(value: str) -> None:
    assert said(a_figure(value, "schooling")) == [f"{value}% 不在 0 到 100 之间;请核对小数点"]


@pytest.mark.parametrize(("value", "doubted"), [("66.9", False), ("66.8", True)])
def test_a_share_that_moves_by_more_than_20_points_is_doubted(value: str, doubted: bool) -> None:
    # 86.9 - 20 = 66.9
    assert bool(said(a_figure(value, "waste"), a_figure("86.9", "waste", "2026H1"))) is doubted


def test_a_share_that_leaps_says_what_to_look_at() -> None:
    (told,) = said(a_figure("66.8", "waste"), a_figure("86.9", "waste", "2026H1"))
    assert told.endswith("超过 20 个百分点;请核对小数点和分母")


def test_what_does_not_apply_is_not_doubted() -> None:
    assert said(a_figure(None, "petitions"), a_figure("97.47", "petitions", "2026H1")) == []


def test_an_indicator_of_the_countys_own_is_left_to_others() -> None:
    assert said(a_figure("1", "tea_gardens"), a_figure("500", "tea_gardens", "2026H1")) == []
