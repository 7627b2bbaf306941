"""The workbook as it was handed in, with a comment in every cell there is something to say about."""

import io

from openpyxl.comments import Comment
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.utils.exceptions import CellCoordinatesException

from kaocheng.figures.reading.findings import CONVERSION, DOUBT, ERROR, Finding
from kaocheng.figures.reading.sheet import load
from kaocheng.i18n import _

__all__ = ["returned"]

LONGEST = 2000


def returned(content: bytes, file: str, findings: tuple[Finding, ...]) -> bytes:
    """A copy of the workbook; comments already there are kept above ours.

    Raises:
        guard.TooLarge, guard.WrongFormat, guard.Unreadable, guard.ActiveContent.
    """
    book = load(content, file)
    kinds = {ERROR: _("错误"), CONVERSION: _("换算"), DOUBT: _("疑点")}
    said: dict[tuple[str, str], list[str]] = {}
    for found in findings:
        line = f"【{kinds[found.kind]}】{found.what}。{found.remedy}"
        said.setdefault((found.sheet, found.cell), []).append(line)
    for (sheet, cell), lines in said.items():
        if sheet in book.sheetnames and _is_cell(cell):
            there = book[sheet][cell]
            before = [there.comment.text] if there.comment else []
            note = Comment(
                "\n".join([*before, *lines])[:LONGEST], "考成", height=40 + 60 * len(lines), width=320
            )
            there.comment = note
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _is_cell(written: str) -> bool:
    try:
        coordinate_from_string(written)
    except CellCoordinatesException:
        return False
    return True
