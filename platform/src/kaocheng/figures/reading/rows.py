"""A worksheet's cells as the library understands them, row by row, without its objects around each.

The library builds a styled cell of each of a form's ten thousand, only to be asked for the value.  Its
own parser of rows is used here directly, on a part in which nothing is declared: see `undeclared`.
"""

from collections.abc import Generator, Iterator
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, iterparse
from xml.parsers.expat import ParserCreate

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import MERGE_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.worksheet.merge import MergeCells

__all__ = ["Declares", "Rows", "number_format", "undeclared"]


COLUMNS = {get_column_letter(number): number for number in range(1, 703)}  # as far as ZZ


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

    def parse_row(self, row: Any) -> tuple[int, list[dict[str, Any]]]:
        """As the library does, but plain numbers, which most cells of a form are, without its detours."""
        number, _none = super().parse_row(Element(row.tag, row.attrib))  # type: ignore[arg-type]
        here, dates = str(number), self.date_formats
        cells: list[dict[str, Any]] = []
        for element in row:
            place = element.get("r")
            if place and len(element) == 1 and element.get("t", "n") == "n" and place.endswith(here):
                value, style = element[0], int(element.get("s", 0))
                column = COLUMNS.get(place[: -len(here)])
                if column and style not in dates and value.tag == VALUE_TAG and value.text:
                    self.col_counter = column
                    cells.append(
                        {
                            "row": number,
                            "column": column,
                            "value": _number(value.text),
                            "data_type": "n",
                            "style_id": style,
                        }
                    )
                    continue
            cells.append(self.parse_cell(element))
        return number, cells

    def ranges(self) -> Iterator[tuple[int, int, int, int]]:
        """Top, left, bottom and right of each merged range."""
        for merged in self.merged_cells.mergeCell if self.merged_cells else ():
            yield merged.min_row, merged.min_col, merged.max_row, merged.max_col


def _number(written: str) -> int | float:
    return float(written) if "." in written or "E" in written or "e" in written else int(written)


def number_format(ws: ReadOnlyWorksheet, style: int) -> str:
    """How a cell of that style shows its number."""
    return str(ReadOnlyCell(ws, 1, 1, None, "n", style).number_format)


def undeclared(content: bytes) -> bytes:
    """*content*, once it is seen to declare nothing: what is declared stands before the first element.

    The parser that refuses declarations by itself is written in Python and takes half of the time that a
    workbook takes; the fast one may have what was looked into before, in whatever encoding it is.
    """
    looking, begun = ParserCreate(), []

    def refuse(*_declared: object) -> int:
        raise Declares

    looking.StartDoctypeDeclHandler = refuse
    looking.EntityDeclHandler = refuse
    looking.UnparsedEntityDeclHandler = refuse
    looking.ExternalEntityRefHandler = refuse
    looking.StartElementHandler = lambda *_element: begun.append(True)
    for start in range(0, len(content), 4096):
        looking.Parse(content[start : start + 4096], False)
        if begun:
            break
    return content
