"""Whoever owes a figure is told the last day of the form it stands in, and of no other's."""

from datetime import date

import pytest

from kaocheng.figures import expected
from kaocheng.figures.asking import calendar
from kaocheng.figures.domain import Of
from tests.figures.test_pages import as_
from tests.web.conftest import browser
from tests.yunling import County

__all__ = ["browser"]
pytestmark = pytest.mark.database


async def test_each_class_has_the_day_of_its_own_form(yunling: County) -> None:
    """Townships report their year by 15 January, departments theirs with the tasks by 20 February."""
    async with yunling.session() as session:
        days = await calendar(session)
        owed = await expected.expected(session, "2026")

    found: dict[tuple[str, str], set[date | None]] = {}
    for one in (one for one in owed if one.indicator.of is Of.FIGURE):
        group = days.groups[one.unit]
        found.setdefault((group, one.indicator.code), set()).add(days.due(one))

    assert found["乡镇", "revenue"] == {date(2027, 1, 15)}
    assert found["乡镇", "public"] == {date(2027, 1, 20)}
    assert found["县直部门", "vote"] == {date(2027, 2, 20)}


async def test_only_forms_that_ask_something_of_a_unit_stand_on_its_liaisons_page(
    yunling: County, browser
) -> None:
    async with as_(yunling, browser, "chenxia") as b:
        town = (await b.get("/figures/mine")).text
    async with as_(yunling, browser, "liugang") as b:
        department = (await b.get("/figures/mine?period=2026")).text

    assert "乡镇全年完成情况:2027年1月15日截止" in town
    assert "部门任务书" not in town
    assert "部门任务书及完成情况:2027年2月20日截止" in department
