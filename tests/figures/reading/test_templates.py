"""Blank templates: filled in they read back as filled in, and one of another year is refused."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures.reading import Preview, UnitName, blank, read
from kaocheng.figures.reading.recognise import OldTemplate
from kaocheng.figures.reading.template import NothingToCollect
from tests.figures.reading import county
from tests.figures.reading.county import NAMES

# What a spreadsheet can hold and show: fifteen significant digits.
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False, allow_infinity=False)


def filled(content: bytes, values: list[Decimal]) -> tuple[bytes, dict[str, Decimal]]:
    """The template with *values* repeated over all its value cells."""
    book = load_workbook(BytesIO(content))
    sheet = book.worksheets[0]
    written: dict[str, Decimal] = {}
    for row in sheet.iter_rows(min_row=4, min_col=3, max_row=19):
        for cell in row:
            value = values[len(written) % len(values)]
            written[cell.coordinate] = value
            sheet[cell.coordinate] = float(value)
    return county.saved(book), written


@settings(max_examples=15)
@given(values=st.lists(AMOUNTS, min_size=1, max_size=29))
def test_a_template_filled_with_any_numbers_reads_back_the_same_numbers(values: list[Decimal]) -> None:
    content, written = filled(blank(NAMES, NAMES.form("year")), values)

    preview = read(content, "下载的模板.xlsx", NAMES)

    # a % column of numbers all below one is asked back, and not read: it may mean shares
    asked = {f.cell.rstrip("0123456789") for f in preview.errors}
    clear = {cell: value for cell, value in written.items() if cell.rstrip("0123456789") not in asked}
    assert {e.cell: e.value for e in preview.entries} == clear
    assert not [f for f in preview.errors if f.code != "maybe_fractions"]


@pytest.mark.parametrize("form", ["targets", "half", "year", "evaluation"])
def test_a_blank_template_is_recognised_and_only_lacks_values(form: str) -> None:
    preview = read(blank(NAMES, NAMES.form(form)), "x.xlsx", NAMES)

    assert preview.form == form
    assert {f.code for f in preview.findings} == {"nothing_filled_in"}


@pytest.mark.parametrize(
    ("form", "codes"), [("catalogue", set()), ("claims", set()), ("tasks", {"missing_unit"})]
)
def test_a_blank_list_is_recognised_too(form: str, codes: set[str]) -> None:
    preview = read(blank(NAMES, NAMES.form(form)), "x.xlsx", NAMES)

    assert preview.form == form
    assert codes <= {f.code for f in preview.errors}
    assert "no_table" not in {f.code for f in preview.errors}


def test_a_collectors_template_holds_only_his_columns_and_is_complete_with_them() -> None:
    preview = read(blank(NAMES, NAMES.form("year"), "县统计局"), "x.xlsx", NAMES)

    assert [c.label for c in preview.understood[0].columns] == [
        "规模以上工业增加值增速",
        "农村居民人均可支配收入·本期",
        "农村居民人均可支配收入·上年同期",
    ]
    assert {f.code for f in preview.findings} == {"nothing_filled_in"}


@pytest.mark.parametrize(
    ("form", "known"), [("year", "有列要填的:.*县统计局"), ("evaluation", "有列要填的:—")]
)
def test_who_fills_in_nothing_gets_no_empty_form(form: str, known: str) -> None:
    with pytest.raises(NothingToCollect, match=f"没有“县档案局”要填的列;{known}"):
        blank(NAMES, NAMES.form(form), "县档案局")


@pytest.mark.parametrize("other", [{"year": "2025"}, {"tenant": "neighbour"}, {"units": NAMES.units[:-1]}])
def test_a_template_of_another_year_tenant_or_list_of_units_is_refused(other: dict[str, object]) -> None:
    old = blank(replace(NAMES, **other), NAMES.form("tasks"))  # type: ignore[arg-type]

    with pytest.raises(OldTemplate, match="重新下载模板"):
        read(old, "x.xlsx", NAMES)
    assert OldTemplate.code == "template_version"


def test_a_template_used_for_another_form_is_refused() -> None:
    with pytest.raises(OldTemplate):
        read(blank(NAMES, NAMES.form("half")), "x.xlsx", NAMES, form="year")


def test_a_name_that_begins_like_a_formula_stays_a_name() -> None:
    names = replace(NAMES, units=(UnitName("a", "=1+1", county.TOWN), UnitName("b", "@乙", county.TOWN)))
    sheet = load_workbook(BytesIO(blank(names, names.form("evaluation")))).active

    assert isinstance(sheet, Worksheet)
    assert (sheet["B4"].data_type, sheet["B4"].value) == ("s", "=1+1")


def test_tasks_and_votes_filled_into_the_template_read_back() -> None:
    book = load_workbook(BytesIO(blank(NAMES, NAMES.form("tasks"))))
    tasks, votes = book.worksheets
    departments = NAMES.of_group(county.DEPARTMENT)
    for row, unit in enumerate(departments, start=3):
        for column, value in enumerate(
            (unit.label, 1, "做一件事", 70, "2026-09-30", "2026-09-01", 100), start=1
        ):
            tasks.cell(row, column, value)
    for cells in votes.iter_rows(min_row=4, max_row=3 + len(departments), min_col=3):
        for cell in cells:
            votes[cell.coordinate] = 3

    preview: Preview = read(county.saved(book), "x.xlsx", NAMES)

    assert not preview.errors
    assert len(preview.entries) == 6 * 5 + 6 * 6
