"""What a real office sends instead of the form: read as the same figures, or stopped with a finding."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures.reading import Preview, read
from tests.figures.reading.county import NAMES, preview, sample, saved

Change = Callable[[Workbook], object]


def changed(number: str, change: Change) -> Preview:
    name, content = sample(number)
    book = load_workbook(BytesIO(content))
    change(book)
    return read(saved(book), name, NAMES)


def put(**cells: object) -> Change:
    """Write these cells of the first sheet."""

    def write(book: Workbook) -> None:
        for place, value in cells.items():
            book.worksheets[0][place] = value

    return write


def unmerged(sheet: Worksheet, below: int = 0) -> None:
    for merged in [str(r) for r in sheet.merged_cells.ranges if r.min_row > below]:
        sheet.unmerge_cells(merged)


def lower(at: int) -> Change:
    """A row put in before row *at*, the merged headers moved along."""

    def write(book: Workbook) -> None:
        sheet = book.worksheets[0]
        ranges = [(r.min_row, r.min_col, r.max_row, r.max_col) for r in sheet.merged_cells.ranges]
        unmerged(sheet)
        sheet.insert_rows(at)
        for top, left, bottom, right in ranges:
            down = int(top >= at)
            sheet.merge_cells(
                start_row=top + down, start_column=left, end_row=bottom + down, end_column=right
            )

    return write


def plain_percentages(book: Workbook) -> None:
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if "%" in cell.number_format and isinstance(cell.value, int | float):
                cell.value, cell.number_format = round(cell.value * 100, 6), "General"


def spelt_percentages(book: Workbook) -> None:
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if "%" in cell.number_format and isinstance(cell.value, int | float):
                cell.value, cell.number_format = f"{round(cell.value * 100, 6)}%", "@"


def swapped(book: Workbook) -> None:
    sheet = book.worksheets[0]
    for row in range(2, 20):
        one, other = sheet.cell(row, 3), sheet.cell(row, 7)
        one.value, other.value = other.value, one.value


def cover(book: Workbook) -> None:
    sheet = book.create_sheet("封面", 0)
    sheet["A1"] = "云岭县2026年度考核资料"


def names_repeated(book: Workbook) -> None:
    sheet = book.worksheets[0]
    unmerged(sheet, below=2)
    name = None
    for row in range(3, 25):
        name = sheet.cell(row, 1).value or name
        sheet.cell(row, 1).value = name


def hidden(book: Workbook) -> None:
    book.worksheets[0].column_dimensions["F"].hidden = True
    book.worksheets[0].row_dimensions[9].hidden = True


LEGAL: list[tuple[str, str, Change]] = [
    ("04", "a blank row above the header", lower(2)),
    ("04", "a blank row between the header rows", lower(3)),
    ("04", "a blank row below the header", lower(4)),
    ("04", "单位 above the names", put(B2="单位")),
    ("04", "names with blanks and line breaks", put(B4="城 关 镇", B5=" 东川镇 ", B6="古城\n镇")),
    ("04", "numbers typed as text", put(D4="17,035.8", G4="１３，４６３．７", C4=" 2147.67 ")),
    ("04", "columns in another order", swapped),
    ("04", "a cover sheet in front", cover),
    ("04", "hidden rows and columns", hidden),
    ("04", "percentages as plain numbers", plain_percentages),
    ("04", "percentages as text", spelt_percentages),
    ("04", "no title, notes elsewhere", put(A1=None, A21="说明:数据由采集单位提供。", B22="审核:某某")),
    ("04", "another year in the title", put(A1="云岭县2025年度乡镇考核指标完成情况")),
    ("04", "serial numbers as text", put(A4="1", A5="2", A6="３")),
    ("04", "a column of remarks", put(AF2="备注", AF5="数据已更正")),
    ("02", "percentages as plain numbers", plain_percentages),
    ("02", "a total", put(A21="合计", C21=14325)),
    ("05", "measures and shares in the headers", put(C2="县级领导评价(分)", D2="部门评议(20%)")),
    ("05", "straight quotes", put(E2='"两代表一委员"评议')),
    ("05", "a column of ranks", put(G2="名次", G3=4)),
    ("06", "names only once", put(B4=None, B5=None)),
    ("06", "a slash for a veto's points", put(E10="/")),
    ("06", "a sum below", put(A11="合计", E11=11)),
    ("08", "dates as text", put(H4="2026-09-24", E4="2026-09-30")),
    ("08", "a time of day", put(H4=datetime(2026, 9, 24, 15, 30))),
    ("08", "progress as text", put(I20="40%")),
    ("08", "a name on every line", names_repeated),
    ("08", "names only once, unmerged", lambda book: unmerged(book.worksheets[0], below=2)),
    ("08", "sheets in another order", lambda book: book.move_sheet(book.worksheets[1], -1)),
    ("08", "other words in the headers", put(E2="计划完成日期", H2="实际完成日期")),
]
ILLEGAL: list[tuple[str, Change, str, str]] = [
    ("04", put(C3="亿元"), "measure_differs", "C3"),
    ("04", put(C4="2147.67万元"), "not_a_number", "C4"),
    ("04", put(D4="1,7035.8"), "not_a_number", "D4"),
    ("04", put(F4="(3.1)"), "not_a_number", "F4"),
    ("04", put(W17="无"), "not_a_number", "W17"),
    ("04", lambda book: book.worksheets[0].merge_cells("C9:C10"), "merged_cells", "C9"),
    ("04", put(AG5=12), "missing_header", "AG2"),
    ("02", put(M16=None), "empty_cell", "M16"),
    ("02", lambda book: book.worksheets[0].delete_cols(13), "missing_column", "B2"),
    ("06", put(E7=-0.5), "negative_points", "E7"),
    ("06", put(C10="否决"), "unknown_type", "C10"),
    ("06", put(E3=None), "empty_cell", "E3"),
    ("06", put(B3="县发改局"), "unknown_unit", "B3"),
    ("08", put(H4="2026.9.24"), "not_a_date", "H4"),
    ("08", put(H20="未完成"), "not_a_date", "H20"),
    ("08", put(I20=None), "empty_cell", "I20"),
    ("08", lambda book: book.worksheets[0].delete_rows(22, 3), "missing_unit", "A2"),
    ("08", lambda book: book.worksheets[1].delete_cols(6), "missing_column", "A1"),
]


@pytest.mark.parametrize(("number", "change"), [(n, c) for n, _, c in LEGAL], ids=[w for _, w, _ in LEGAL])
def test_the_same_figures_written_differently_are_the_same(number: str, change: Change) -> None:
    seen = changed(number, change)

    assert not seen.errors
    assert {e[:6] for e in seen.entries} == {e[:6] for e in preview(number).entries}


@pytest.mark.parametrize(("number", "change", "code", "cell"), ILLEGAL)
def test_what_cannot_be_meant_is_stopped_at_its_cell(
    number: str, change: Change, code: str, cell: str
) -> None:
    assert [(f.code, f.cell) for f in changed(number, change).errors] == [(code, cell)]
