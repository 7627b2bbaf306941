"""A table leaves as typed cells: numbers count, dates sort, and no name becomes a formula."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from kaocheng.pages.excel import Column, Table, workbook

COLUMNS = (Column("单位"), Column("得分", "number", 2), Column("日期", "date"))


def cells(*rows: tuple[Any, ...]) -> list[list[Any]]:
    sheet = load_workbook(BytesIO(workbook(Table("名次", COLUMNS, rows)))).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(min_row=2)]


@pytest.mark.parametrize("name", ["=1+1", "+86", "-镇", "@all", "\tx", '=HYPERLINK("http://x")'])
def test_a_name_that_begins_like_a_formula_stays_a_name(name: str) -> None:
    [[cell, *_rest]] = cells((name, None, None))

    assert (cell.value, cell.data_type) == (name, "s")
    assert cell.quotePrefix


def test_a_score_is_a_number_with_its_decimals() -> None:
    [[_name, score, day]] = cells(("城关镇", "89.86", date(2027, 1, 6)))

    assert (score.value, score.data_type, score.number_format) == (89.86, "n", "0.00")
    assert day.number_format == "yyyy-mm-dd"


def test_not_applicable_and_missing_are_not_zero() -> None:
    [[_a, absent, _b], [_c, missing, _d]] = cells(("甲", "/", None), ("乙", None, None))

    assert (absent.value, missing.value) == ("/", None)


def test_a_number_longer_than_a_spreadsheet_keeps_is_written_out() -> None:
    [[_name, long, _day]] = cells(("甲", Decimal("12345678901234567.5"), None))

    assert (long.value, long.data_type) == ("12345678901234567.5", "s")


def test_a_fraction_is_rounded_as_the_column_says() -> None:
    [[_name, third, _day]] = cells(("甲", Fraction(2, 3), None))

    assert third.value == 0.67


def test_characters_a_workbook_cannot_hold_are_left_out() -> None:
    [[name, *_rest]] = cells(("城\x00关\x0b镇", None, None))

    assert name.value == "城关镇"


def test_two_tables_of_one_name_get_two_sheets() -> None:
    content = workbook(Table("乡镇/街道", COLUMNS, ()), Table("乡镇/街道", COLUMNS, ()))

    assert load_workbook(BytesIO(content)).sheetnames == ["乡镇 街道", "乡镇 街道 2"]
