"""A department's tasks are worth together what the scheme gives them, or the table is not taken."""

from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures.domain import ErrorsRemain
from tests.yunling import TASKS, WORKBOOKS, County

pytestmark = pytest.mark.database


def tasks(change: Callable[[Worksheet], None]) -> bytes:
    """The county's task book after *change*."""
    book = load_workbook(WORKBOOKS / TASKS)
    change(book.worksheets[0])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


async def test_the_countys_own_tasks_close(yunling: County) -> None:
    assert not (await yunling.preview(TASKS)).errors


async def test_a_departments_tasks_that_do_not_add_up_are_an_error_at_its_cells(yunling: County) -> None:
    content = tasks(lambda sheet: sheet.__setitem__("D3", 25))

    (error,) = (await yunling.preview(TASKS, content=content)).errors

    assert (error.code, error.cell) == ("rows_open", "D3")
    assert error.what.startswith("“县发改局”各行分值(D3:D")
    assert error.what.endswith("合计 75 分,方案规定为 70 分")
    assert error.remedy == "请改正各行分值,使合计等于 70"
    with pytest.raises(ErrorsRemain, match="合计 75 分"):
        await yunling.import_(TASKS, content=content)


async def test_points_shifted_among_a_departments_tasks_are_its_own_affair(yunling: County) -> None:
    def shift(sheet: Worksheet) -> None:
        sheet["D3"], sheet["D4"] = sheet["D3"].value + 5, sheet["D4"].value - 5

    assert not (await yunling.preview(TASKS, content=tasks(shift))).errors


async def test_a_cell_that_cannot_be_read_is_said_alone(yunling: County) -> None:
    content = tasks(lambda sheet: sheet.__setitem__("D3", "二十"))
    assert [e.code for e in (await yunling.preview(TASKS, content=content)).errors] == ["not_a_number"]
