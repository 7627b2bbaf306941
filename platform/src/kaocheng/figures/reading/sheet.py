"""The one reader of workbooks: openpyxl behind the guard, each sheet as rows of plain cells, in one pass.

Formulas are read as formulas, never as the value somebody's program last saw in them.
"""

import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures.reading import guard
from kaocheng.figures.reading.labels import plain
from kaocheng.i18n import _

__all__ = ["MARKER", "Book", "Cell", "Range", "Sheet", "letter", "open_book"]

MARKER = "kaocheng_template"
NUMBER, TEXT, FORMULA, ERROR, DATE, TRUTH = "n", "s", "f", "e", "d", "b"
ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
letter = lru_cache(maxsize=1024)(get_column_letter)


class Cell(NamedTuple):
    """One cell as stored: what kind of value, which, and whether its format shows a percentage."""

    row: int
    column: int
    kind: str
    value: Any
    percent: bool = False

    @property
    def address(self) -> str:
        """Such as ``E7``."""
        return f"{letter(self.column)}{self.row}"


class Range(NamedTuple):
    """A merged range."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def address(self) -> str:
        """Such as ``B3:B8``."""
        return f"{letter(self.left)}{self.top}:{letter(self.right)}{self.bottom}"


@dataclass(slots=True)
class Sheet:
    """A sheet's filled cells by row and column, and its merged ranges."""

    title: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    texts: list[Cell] = field(default_factory=list)
    merged: tuple[Range, ...] = ()
    anchors: dict[tuple[int, int], Range] = field(default_factory=dict)

    def at(self, row: int, column: int) -> Cell | None:
        """The cell there, or of the merged range that covers it: for labels and headers."""
        found = self.rows.get(row, {}).get(column)
        if found is None and (covering := self.anchors.get((row, column))):
            return self.rows.get(covering.top, {}).get(covering.left)
        return found

    def text(self, row: int, column: int) -> str:
        """The label there, seen through merged ranges; a number is written out."""
        cell = self.at(row, column)
        return "" if cell is None else str(cell.value).strip()


@dataclass(frozen=True, slots=True)
class Book:
    """An opened workbook: its visible name, its sheets, and the mark our templates carry."""

    file: str
    sheets: tuple[Sheet, ...]
    marker: str = ""

    def heads(self) -> Iterator[str]:
        """Texts in the first rows of each sheet, where titles stand."""
        for sheet in self.sheets:
            for cell in sheet.texts:
                if cell.row <= 3:
                    yield str(cell.value)


def open_book(content: bytes, file: str) -> Book:
    """Guard, parse, and reduce to plain cells.

    Raises:
        guard.TooLarge, guard.WrongFormat, guard.Unreadable, guard.ActiveContent.
    """
    book = load(content, file)
    formats = _Formats()
    sheets = tuple(_sheet(ws, formats) for ws in book.worksheets)
    mark = book.defined_names.get(MARKER)
    return Book(file, sheets, str(mark.attr_text).strip('"') if mark is not None else "")


def load(content: bytes, file: str) -> Workbook:
    """The library's own workbook, for reading and for returning it with comments."""
    guard.check(content, file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about extensions it leaves out; none of them holds a value
            return load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
    except Exception as broken:  # the library has no error of its own for a broken part
        raise guard.Unreadable(file, _("文件不完整或已损坏")) from broken


def _sheet(ws: Worksheet, formats: "_Formats") -> Sheet:
    sheet = Sheet(ws.title)
    # The public iteration visits every cell of the bounding box, which one stray cell makes endless.
    stored: dict[tuple[int, int], Any] = ws._cells
    rows, texts = sheet.rows, sheet.texts
    last = 0
    row_cells: dict[int, Cell] = {}
    for (row, column), found in stored.items():
        value = found.value
        if value is None:
            continue
        kind = found.data_type
        if row != last:
            row_cells = rows.setdefault(row, {})
            last = row
        if kind == NUMBER:
            cell = Cell(row, column, NUMBER, value, formats.percent(found))
        elif kind == TEXT:
            value = str(value)
            if not value.strip():
                continue
            cell = Cell(
                row, column, ERROR if value.strip() in ERRORS else TEXT, value, formats.percent(found)
            )
            texts.append(cell)
        else:
            cell = Cell(row, column, kind, _bare(value))
        row_cells[column] = cell
    sheet.merged = tuple(Range(r.min_row, r.min_col, r.max_row, r.max_col) for r in ws.merged_cells.ranges)
    sheet.anchors = {
        (row, column): r
        for r in sheet.merged
        for row in range(r.top, r.bottom + 1)
        for column in range(r.left, r.right + 1)
    }
    return sheet


def _bare(value: Any) -> Any:
    """A formula of any type as its text, a time stamp as it is."""
    if isinstance(value, (str, bool, date, datetime, int, float)):
        return value
    return str(getattr(value, "text", None) or value)


class _Formats:
    """Which number formats show a percentage, asked once per format."""

    def __init__(self) -> None:
        self._known: dict[int, bool] = {0: False}

    def percent(self, cell: Any) -> bool:
        number = cell._style.numFmtId
        known = self._known.get(number)
        if known is None:
            known = self._known[number] = shows_percent(cell.number_format)
        return known


def shows_percent(number_format: str) -> bool:
    """Whether a number format multiplies by a hundred.

    >>> shows_percent("0.00%"), shows_percent('0.0"%"'), shows_percent("General")
    (True, False, False)
    """
    return "%" in re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", number_format)


def blank(cell: Cell | None) -> bool:
    """Whether there is nothing to read."""
    return cell is None or (cell.kind == TEXT and not plain(cell.value))
