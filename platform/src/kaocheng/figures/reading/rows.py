"""A worksheet's cells as the library understands them, row by row, without its objects around each.

The library builds a styled cell of each of a form's ten thousand, only to be asked for the value.  Its
own parser of rows is used here directly, on a part in which nothing is declared: see `undeclared`.  And
plain numbers, which most of them are, are taken out of the part before: see `Rows`.
"""

import re
from collections.abc import Generator, Iterator
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import iterparse
from xml.parsers.expat import ParserCreate

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import INLINE_STRING, MERGE_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.worksheet.merge import MergeCells

__all__ = ["Declares", "Rows", "number_format", "undeclared"]

Number = tuple[int, int | float, int]  # a plain number: its column, itself, its style
Row = tuple[int, list[Number], list[dict[str, Any]]]  # its number, its plain numbers, its other cells

TEXT_TAG = INLINE_STRING.removesuffix("is") + "t"

COLUMNS = {get_column_letter(number).encode(): number for number in range(1, 703)}  # as far as ZZ


class Declares(ValueError):
    """The part declares a document type or an entity; no workbook does."""


# A number in a row that says which, as all programs write it: C5, a style, 62.47.
_NUMBER = re.compile(rb'<c r="([A-Z]{1,2})(\d+)"(?: s="(\d+)")?(?: t="n")?><v>(-?\d+(?:\.\d+)?)</v></c>')
_UNPLACED = re.compile(rb"<c(?! r=)[\s/>]")  # where it stands follows from the cells before it


class Rows(WorkSheetParser):
    """The rows of one worksheet; its merged ranges are known when the last row has been read.

    What is not as plain as `_NUMBER`, down to a date, is left to the library.  It looks alike wherever it
    stands, in a comment too, so a part that has any is left to the library whole.
    """

    def __init__(self, ws: Any) -> None:  # a ReadOnlyWorksheet, whose published types are incomplete
        book = ws.parent
        with ws._get_source() as part:
            content = undeclared(part.read())
        self._numbers: dict[int, list[Number]] = {}
        if not (b"<!" in content or content.find(b"<?", 4) > 0 or _UNPLACED.search(content)):
            content = b"</row>".join([self._others(row, book) for row in content.split(b"</row>")])
        super().__init__(
            BytesIO(content),
            ws._shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )

    def _others(self, row: bytes, book: Any) -> bytes:
        """What is left of a row, as it is written, without its numbers."""
        parts = _NUMBER.split(row)
        rows, styles = set(parts[2::5]), {written: int(written or 0) for written in set(parts[3::5])}
        if len(rows) != 1 or any(style in book._date_formats for style in styles.values()):
            return row
        (here,) = rows
        if b'<row r="%b"' % here not in parts[0] or int(here) in self._numbers:
            return row
        self._numbers[int(here)] = [
            (COLUMNS[column], float(value) if b"." in value else int(value), styles[style])
            for column, style, value in zip(parts[1::5], parts[3::5], parts[4::5], strict=True)
        ]
        return b"".join(parts[0::5])

    def parse(self) -> Generator[Row, None, None]:
        """Each row, its plain numbers apart; of what else there is only the merged ranges are read."""
        element: Any
        for _event, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                number, others = self.parse_row(element)
                yield number, self._numbers.pop(number, []), others
                element.clear()
            elif element.tag == MERGE_TAG:
                self.merged_cells = MergeCells.from_tree(element)

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """As the library does, but a cell's own plain text without an object for each of its parts."""
        if element.get("t") == "inlineStr" and len(element) == 1:
            inside = element[0]
            if inside.tag == INLINE_STRING and len(inside) == 1 and inside[0].tag == TEXT_TAG:
                inside.tag, inside.text = VALUE_TAG, inside[0].text
                element.set("t", "str")
        return super().parse_cell(element)

    def ranges(self) -> Iterator[tuple[int, int, int, int]]:
        """Top, left, bottom and right of each merged range."""
        for merged in self.merged_cells.mergeCell if self.merged_cells else ():
            yield merged.min_row, merged.min_col, merged.max_row, merged.max_col


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
