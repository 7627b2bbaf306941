"""Clause 六, case by case."""

from typing import Any

import pytest

from kaocheng.packs import Standing
from kaocheng_target_responsibility import consequences


def a_standing(grade: str | None, **facts: Any) -> Standing:
    ordinary = {"year": 2026, "unit": "shimen", "paper": "township", "rank": 8}
    return Standing(grade=grade, **{**ordinary, **facts})


def codes(standing: Standing, *history: Standing) -> list[str]:
    return [consequence.code for consequence in consequences(standing, history)]


def test_nothing_follows_from_an_ordinary_year() -> None:
    assert codes(a_standing("良好")) == []


def test_excellence_is_rewarded() -> None:
    assert codes(a_standing("优秀", rank=1)) == ["reward"]


def test_the_last_township_is_talked_to_and_rectifies_even_when_its_grade_is_fair() -> None:
    found = consequences(a_standing("一般", rank=16, last=True), ())

    assert [c.code for c in found] == ["talk", "rectify"]
    assert {c.clause for c in found} == {"六"}
    assert str(found[0].reason) == "乡镇最后一名(第 16 名)"


def test_the_last_department_answers_for_nothing_but_its_grade() -> None:
    assert codes(a_standing("一般", paper="department", rank=6, last=True)) == []


def test_a_poor_department_is_talked_to_and_rectifies() -> None:
    assert codes(a_standing("较差", paper="department")) == ["talk", "rectify"]


def test_poor_two_years_running_the_team_is_reorganised() -> None:
    assert codes(a_standing("较差"), a_standing("较差", year=2025)) == ["talk", "rectify", "reorganise"]


@pytest.mark.parametrize(
    "history",
    [(), (a_standing("较差", year=2024),), (a_standing("较差", year=2024), a_standing("一般", year=2025))],
)
def test_a_year_between_breaks_the_row(history: tuple[Standing, ...]) -> None:
    assert codes(a_standing("较差"), *history) == ["talk", "rectify"]


def test_a_unit_without_a_grade_has_no_consequences() -> None:
    assert codes(a_standing(None, rank=None), a_standing("较差", year=2025)) == []


def test_nothing_follows_from_the_half_year_even_for_the_last() -> None:
    assert codes(a_standing(None, rank=16, last=True)) == []
