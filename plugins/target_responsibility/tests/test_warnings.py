"""The lights of the year under way: yellow from ten points behind the calendar, red above thirty."""

from datetime import date
from decimal import Decimal

import pytest

from kaocheng.packs import Progress
from kaocheng_target_responsibility import warnings

# 19 October 2026 is day 292 of 365: exactly 80 % of the year is gone.
DAY_292 = date(2026, 10, 19)


def a_light(
    value: str, target: str = "1000", indicator: str = "revenue", on: date = DAY_292
) -> tuple[str, str]:
    (signal,) = warnings(
        Progress(
            unit="chengguan",
            indicator=indicator,
            value=Decimal(value),
            target=Decimal(target),
            begins=date(2026, 1, 1),
            ends=date(2026, 12, 31),
            on=on,
        )
    )
    return signal.colour, str(signal.reason)


@pytest.mark.parametrize(
    ("value", "colour"),
    [
        ("700.1", "green"),  # 80 - 70.01 = 9.99 points behind
        ("700", "yellow"),  # exactly 10
        ("500", "yellow"),  # exactly 30
        ("499.9", "red"),  # 30.01
        ("1200", "green"),
    ],
)
def test_the_light_follows_how_far_the_unit_is_behind_the_calendar(value: str, colour: str) -> None:
    assert a_light(value)[0] == colour


def test_the_reason_stands_beside_the_colour() -> None:
    assert a_light("550") == ("yellow", "完成 55%,比时间进度 80% 慢 25 个百分点")


def test_after_the_year_all_of_it_is_gone() -> None:
    assert a_light("950", on=date(2027, 2, 1)) == ("green", "完成 95%,时间进度 100%")


@pytest.mark.parametrize(
    ("deaths", "limit", "colour"),
    [("0", "0", "green"), ("0", "1", "green"), ("1", "1", "yellow"), ("1", "0", "red"), ("2", "1", "red")],
)
def test_what_is_to_be_kept_low_is_yellow_at_its_limit_and_red_above(
    deaths: str, limit: str, colour: str
) -> None:
    assert a_light(deaths, limit, "deaths")[0] == colour


def test_without_a_target_or_a_pace_there_is_no_light() -> None:
    untargeted = Progress(
        unit="chengguan",
        indicator="industry",
        value=Decimal(5),
        target=None,
        begins=date(2026, 1, 1),
        ends=date(2026, 12, 31),
        on=DAY_292,
    )
    assert list(warnings(untargeted)) == []
