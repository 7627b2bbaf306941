"""The one reader of workbooks: openpyxl behind the guard, each sheet as rows of plain cells, in one pass.

Formulas are read as formulas, never as the value somebody's program last saw in them.
"""

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from kaocheng.figures.reading import guard
from kaocheng.figures.reading.labels import plain
from kaocheng.figures.reading.rows import Rows, number_format
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
    guard.check(content, file)
    with _library(file):
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            sheets = tuple(map(_sheet, book.worksheets))
        finally:
            book.close()
    mark = book.defined_names.get(MARKER)
    return Book(file, sheets, str(mark.attr_text).strip('"') if mark is not None else "")


def load(content: bytes, file: str) -> Workbook:
    """The library's own workbook, for returning it with comments."""
    guard.check(content, file)
    with _library(file):
        return load_workbook(io.BytesIO(content), data_only=False, keep_links=False)


@contextmanager
def _library(file: str) -> Iterator[None]:
    """Whatever the library says of a file it cannot read, said our way."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about extensions it leaves out; none of them holds a value
            yield
    except Exception as broken:  # the library has no error of its own for a broken part
        raise guard.Unreadable(file, _("文件不完整或已损坏")) from broken


def _sheet(ws: ReadOnlyWorksheet) -> Sheet:
    sheet, percents = Sheet(ws.title), _Formats(ws)
    parser = Rows(ws)
    for row, numbers, others in parser.parse():
        cells = {
            column: Cell(row, column, NUMBER, value, percents[style]) for column, value, style in numbers
        }
        cells |= {c["column"]: cell for c in others if (cell := _cell(row, c, percents)) is not None}
        if cells:
            sheet.rows.setdefault(row, {}).update(cells)
    sheet.merged = tuple(Range(*edges) for edges in parser.ranges())
    sheet.anchors = {
        (row, column): r
        for r in sheet.merged
        for row in range(r.top, r.bottom + 1)
        for column in range(r.left, r.right + 1)
    }
    for (row, column), r in sheet.anchors.items():  # a merged range shows its first cell and hides the others
        if (row, column) != (r.top, r.left):
            sheet.rows.get(row, {}).pop(column, None)
    sheet.rows = {row: cells for row, cells in sheet.rows.items() if cells}
    sheet.texts = [c for cells in sheet.rows.values() for c in cells.values() if c.kind == TEXT]
    return sheet


def _cell(row: int, stored: Mapping[str, Any], percents: "_Formats") -> Cell | None:
    """One stored cell, None where nothing is in it."""
    value, kind = stored["value"], stored["data_type"]
    if value is None:
        return None
    column, style = stored["column"], stored["style_id"]
    if kind == NUMBER:
        return Cell(row, column, NUMBER, value, percents[style])
    if kind != TEXT:
        return Cell(row, column, kind, _bare(value))
    value = str(value)
    bare = value.strip()
    if not bare:
        return None
    return Cell(row, column, ERROR if bare in ERRORS else TEXT, value, percents[style])


def _bare(value: Any) -> Any:
    """A formula of any type as its text, a time stamp as it is."""
    if isinstance(value, (str, bool, date, datetime, int, float)):
        return value
    return str(getattr(value, "text", None) or value)


class _Formats(dict[int, bool]):
    """Which styles show a percentage, asked once per style."""

    def __init__(self, ws: ReadOnlyWorksheet) -> None:
        self._ws = ws

    def __missing__(self, style: int) -> bool:
        known = self[style] = shows_percent(number_format(self._ws, style))
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
