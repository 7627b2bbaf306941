"""Tables as Excel workbooks: numbers stay numbers, and a name that begins with ``=`` stays a name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from kaocheng.engine.rounding import printed
from kaocheng.formats import HERE
from kaocheng.pages.answers import Page, answer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXACT_DIGITS = 15  # what a spreadsheet keeps of a number; longer ones are written as text, unchanged
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Percent(Decimal):
    """A share as it is written: 98.5 is 98.5 %."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, what it holds, how many decimals a number shows."""

    label: str
    kind: Literal["text", "number", "date", "shown"] = "text"  # shown: each cell by what it holds
    decimals: int | None = None
    width: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a workbook."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    notes: Sequence[str] = field(default=())


def excel(name: str, *tables: Table) -> Page:
    """*tables* as one workbook to download, one sheet each."""
    return answer(workbook(*tables), f"{name}.xlsx", XLSX)


def workbook(*tables: Table) -> bytes:
    """The same, as bytes."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(_sheet_name(table.title, book.sheetnames))
        sheet.freeze_panes = "B2"
        for position, column in enumerate(table.columns, 1):
            width = column.width or max(10, min(40, 2 * len(column.label) + 4))
            sheet.column_dimensions[get_column_letter(position)].width = width
        sheet.append([_heading(sheet, column.label) for column in table.columns])
        for row in table.rows:
            sheet.append([_cell(sheet, v, c) for v, c in zip(row, table.columns, strict=True)])
        for note in table.notes:
            sheet.append([_text(sheet, note)])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any, column: Column) -> Any:
    if value is None or value == "":
        return None
    if column.kind == "number":
        return _number(sheet, value, column.decimals)
    if isinstance(value, Percent):
        return _percent(sheet, value)
    if column.kind == "shown" and isinstance(value, Decimal):
        return _number(sheet, value, _decimals(value))
    if column.kind in ("date", "shown") and isinstance(value, (date, datetime)):
        at = value.astimezone(HERE).replace(tzinfo=None) if isinstance(value, datetime) else value
        cell: Any = WriteOnlyCell(sheet)
        cell.value = at
        cell.number_format = "yyyy-mm-dd hh:mm" if isinstance(value, datetime) else "yyyy-mm-dd"
        return cell
    return _text(sheet, str(value))


def _number(sheet: Any, value: Any, decimals: int | None) -> Any:
    written = str(value)
    if isinstance(value, Fraction) or ("/" in written and written != "/"):
        written = printed(Fraction(value), 12 if decimals is None else decimals)
    if not _NUMBER.fullmatch(written):
        return _text(sheet, written)  # "/" stays what it is: not applicable
    exact = Decimal(written)
    if len(exact.normalize().as_tuple().digits) > EXACT_DIGITS:
        return _text(sheet, written)
    cell: Any = WriteOnlyCell(sheet)
    cell.value = exact
    if decimals is not None:
        cell.number_format = "0" if decimals == 0 else "0." + "0" * decimals
    return cell


def _percent(sheet: Any, value: Percent) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    cell.value = Decimal(value) / 100
    cell.number_format = "0." + "0" * _decimals(value) + "%" if _decimals(value) else "0%"
    return cell


def _decimals(value: Decimal) -> int:
    return max(0, -int(value.as_tuple().exponent))


def _text(sheet: Any, value: str) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    # Past the property, which would take a leading "=" for a formula.
    cell._value, cell.data_type = _ILLEGAL.sub("", value)[:32767], "s"
    if value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        cell.quotePrefix = True
    return cell


def _heading(sheet: Any, label: str) -> Any:
    cell = _text(sheet, label)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    cell.border = Border(bottom=Side(style="thin"))
    return cell


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    name = re.sub(r"[\[\]:*?/\\']", " ", _ILLEGAL.sub("", title)).strip()[:28] or "1"
    unique, count = name, 2
    while unique in taken:
        unique, count = f"{name} {count}", count + 1
    return unique
