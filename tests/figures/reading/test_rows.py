"""Plain numbers are taken out of a sheet before the library reads it: what is read stays the same."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from kaocheng.figures.reading.rows import Rows
from kaocheng.figures.reading.sheet import Sheet, open_book

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PART = "xl/worksheets/sheet1.xml"
DATE = 1  # the style of the only cell of `book` that shows a date


def book(rows: str, head: str = "") -> bytes:
    """A workbook whose sheet holds these *rows*, as they are written."""
    made, plain, whole = Workbook(), BytesIO(), BytesIO()
    made.active["A1"].number_format = "yyyy-mm-dd"
    made.save(plain)
    with ZipFile(plain) as old, ZipFile(whole, "w") as new:
        for name in old.namelist():
            sheet = f'{head}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
            new.writestr(name, sheet if name == PART else old.read(name))
    return whole.getvalue()


def read(rows: str, head: str = "") -> Sheet:
    (sheet,) = open_book(book(rows, head), "表.xlsx").sheets
    return sheet


def row(number: int, cells: str) -> str:
    return f'<row r="{number}">{cells}</row>'


ROWS = {
    "numbers": row(2, '<c r="A2"><v>1</v></c><c r="B2" s="0" t="n"><v>-2.50</v></c><c r="C2"/>'),
    "between texts": row(
        3, '<c r="A3" t="str"><v>镇</v></c><c r="B3"><v>7</v></c><c r="C3" t="b"><v>1</v></c>'
    ),
    "its own text": row(4, '<c r="A4" t="inlineStr"><is><t>甲 &amp; 乙</t></is></c><c r="B4"><v>7</v></c>'),
    "text of parts": row(4, '<c r="A4" t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r></is></c>'),
    "a formula": row(5, '<c r="A5"><f>1+1</f><v>2</v></c><c r="B5"><v>3</v></c>'),
    "a date": row(6, f'<c r="A6" s="{DATE}"><v>46000</v></c><c r="B6"><v>3</v></c>'),
    "far to the right": row(7, '<c r="ZZ7"><v>1</v></c><c r="AAA7"><v>2</v></c>'),
    "large and small": row(8, '<c r="A8"><v>1E-7</v></c><c r="B8"><v>123456789012345678</v></c>'),
    "no place": row(9, '<c r="A9"><v>1</v></c><c><v>2</v></c><c r="D9"><v>3</v></c>'),
    "an empty row before": '<row r="10"/>' + row(11, '<c r="A11"><v>1</v></c>'),
    "a row that does not say which": '<row><c r="A1"><v>1</v></c></row><row><c r="A2"><v>2</v></c></row>',
    "cells of another row": row(12, '<c r="A13"><v>1</v></c><c r="B12"><v>2</v></c>'),
    "the same row twice": row(14, '<c r="A14"><v>1</v></c>') + row(14, '<c r="B14"><v>2</v></c>'),
    "a number that is none": row(15, '<c r="A15"><v> 1 </v></c><c r="B15" t="e"><v>#N/A</v></c>'),
}


ROWS["many of them"] = "".join(rows for name, rows in ROWS.items() if name != "no place")


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_numbers_taken_out_read_as_the_library_reads_them(rows: str) -> None:
    # A comment anywhere leaves a sheet to the library whole.
    assert read(rows).rows == read(rows + "<!-- whole -->").rows


def test_numbers_are_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[str] = []
    theirs = Rows.parse_cell
    monkeypatch.setattr(Rows, "parse_cell", lambda self, e: left.append(e.get("r")) or theirs(self, e))
    sheet = read(ROWS["numbers"] + ROWS["between texts"])
    assert left == ["C2", "A3", "C3"]
    assert [cell.value for cells in sheet.rows.values() for cell in cells.values()] == [
        1,
        -2.5,
        7,
        "镇",
        True,
    ]


def test_a_number_in_a_comment_is_none() -> None:
    assert read('<!-- <row r="2"><c r="A2"><v>1</v></c></row> -->' + row(3, "")).rows == {}


def test_a_number_of_another_language_is_none() -> None:
    other = '<y xmlns="urn:other"><row r="2"><c r="A2"><v>1</v></c></row></y>'
    assert read(row(3, '<c r="A3" t="str"><v>甲</v></c>') + other).rows.keys() == {3}
