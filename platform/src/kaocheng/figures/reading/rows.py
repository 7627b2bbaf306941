"""A worksheet's cells as the library understands them, row by row, without its objects around each.

The library builds a styled cell of each of a form's ten thousand, only to be asked for the value.  Its
own parser of rows is used here directly, on a part in which nothing is declared: see `undeclared`.
"""

from collections.abc import Generator, Iterator
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import iterparse
from xml.parsers.expat import ParserCreate

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import MERGE_TAG, ROW_TAG, WorkSheetParser
from openpyxl.worksheet.merge import MergeCells

__all__ = ["Declares", "Rows", "number_format", "undeclared"]


class Declares(ValueError):
    """The part declares a document type or an entity; no workbook does."""


class Rows(WorkSheetParser):
    """The rows of one worksheet; its merged ranges are known when the last row has been read."""

    def __init__(self, ws: Any) -> None:  # a ReadOnlyWorksheet, whose published types are incomplete
        book = ws.parent
        with ws._get_source() as part:
            content = undeclared(part.read())
        super().__init__(
            BytesIO(content),
            ws._shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )

    def parse(self) -> Generator[tuple[int, list[dict[str, Any]]], None, None]:
        """Each row's number and cells; of what else a worksheet holds only its merged ranges are read."""
        element: Any
        for _event, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                yield self.parse_row(element)
                element.clear()
            elif element.tag == MERGE_TAG:
                self.merged_cells = MergeCells.from_tree(element)

    def ranges(self) -> Iterator[tuple[int, int, int, int]]:
        """Top, left, bottom and right of each merged range."""
        for merged in self.merged_cells.mergeCell if self.merged_cells else ():
            yield merged.min_row, merged.min_col, merged.max_row, merged.max_col


def number_format(ws: ReadOnlyWorksheet, style: int) -> str:
    """How a cell of that style shows its number."""
    return str(ReadOnlyCell(ws, 1, 1, None, "n", style).number_format)


def undeclared(content: bytes) -> bytes:
    """*content*, once it is seen to declare nothing.

    The parser that refuses declarations by itself is written in Python and takes half of the time that a
    workbook takes; the fast one may have what was looked through before, in whatever encoding it is.
    """
    looking = ParserCreate()

    def refuse(*_declared: object) -> int:
        raise Declares

    looking.StartDoctypeDeclHandler = refuse
    looking.EntityDeclHandler = refuse
    looking.UnparsedEntityDeclHandler = refuse
    looking.ExternalEntityRefHandler = refuse
    looking.Parse(content, True)
    return content
