"""The scheme as a workbook: the tree and what follows from it, for every paper."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.figures.test_pages import as_
from tests.web.conftest import browser
from tests.yunling import County, settled, urls, yunling

__all__ = ["browser", "settled", "urls", "yunling"]
pytestmark = pytest.mark.database


async def test_the_rules_leave_as_a_workbook_whole(yunling: County, browser) -> None:
    async with as_(yunling, browser, "lina") as b:
        answer = await b.get("/schemes/2026/1/scheme.xlsx")
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["乡镇", "乡镇 加分、否决、等次", "县直部门", "县直部门 加分、否决、等次"]
    assert "一票否决" in {row[0].value for row in book["乡镇 加分、否决、等次"]}
