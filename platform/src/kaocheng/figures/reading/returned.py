"""The workbook as it was handed in, with a comment in every cell there is something to say about."""

import io

from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.utils.exceptions import CellCoordinatesException
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures.reading.findings import CONVERSION, DOUBT, ERROR, Finding
from kaocheng.figures.reading.sheet import letter, load
from kaocheng.i18n import _

__all__ = ["returned"]

LONGEST = 2000


def returned(content: bytes, file: str, findings: tuple[Finding, ...]) -> bytes:
    """A copy of the workbook; comments already there are kept above ours.

    Raises:
        guard.TooLarge, guard.WrongFormat, guard.Unreadable, guard.ActiveContent.
    """
    book = load(content, file)
    kinds = {ERROR: _("错误"), CONVERSION: _("换算"), DOUBT: _("可疑")}
    said: dict[tuple[str, str], list[str]] = {}
    for found in findings:
        line = _("【{kind}】{what}。{remedy}", kind=kinds[found.kind], what=found.what, remedy=found.remedy)
        said.setdefault((found.sheet, found.cell), []).append(line)
    for (sheet, cell), lines in said.items():
        if sheet in book.sheetnames and _is_cell(cell):
            there = _anchor(book[sheet], cell)
            if there is None:
                continue
            before = [there.comment.text] if there.comment else []
            text = "\n".join([*before, *lines])[:LONGEST]
            there.comment = Comment(text, "考成", height=40 + 60 * len(lines), width=320)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _is_cell(written: str) -> bool:
    try:
        coordinate_from_string(written)
    except CellCoordinatesException:
        return False
    return True


def _anchor(sheet: Worksheet, cell: str) -> Cell | None:
    """The cell itself, or the first of the merged range over it: only that one can carry a comment."""
    for merged in sheet.merged_cells.ranges:
        if cell in merged:
            cell = f"{letter(merged.min_col)}{merged.min_row}"
    there = sheet[cell]
    return there if isinstance(there, Cell) else None  # none where merged ranges overlap
