"""A blank workbook for a form: units and headers as the scheme names them, and a mark to know it by.

The mark is a digest of what the columns and rows mean; a template of another year, or from before a
change, carries another one.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from typing import Any, Self

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.errors import Missing
from kaocheng.figures.reading.forms import catalogue, claims, tasks
from kaocheng.figures.reading.names import FormName, IndicatorName, ListName, Names
from kaocheng.figures.reading.sheet import MARKER, letter
from kaocheng.i18n import _

__all__ = ["Mark", "NothingToCollect", "blank", "fills_in", "mark"]

_LINE = Side(style="thin", color="FF999999")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="FFF2F2F2")
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
BLANK_LINES = 20  # for forms whose lines are not known beforehand


@dataclass(eq=False)
class NothingToCollect(Missing):
    """A form in which nobody of that name fills in a column."""

    collector: str
    form: str
    known: tuple[str, ...]

    code = "nothing_to_collect"

    def __str__(self) -> str:
        return _(
            "“{form}”里没有“{collector}”要填的列;有列要填的:{known}",
            form=self.form,
            collector=self.collector,
            known=_("、").join(self.known) or "—",
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """What a template says about itself, in a defined name."""

    form: str
    collector: str
    digest: str

    def __str__(self) -> str:
        return f"{self.form}|{self.collector}|{self.digest}"

    @classmethod
    def read(cls, written: str) -> Self:
        """Read what ``str`` wrote; anything else is a mark that fits nothing."""
        form, _bar, rest = written.partition("|")
        collector, _bar, digest = rest.rpartition("|")
        return cls(form, collector, digest)


def mark(names: Names, form: FormName, collector: str = "") -> Mark:
    """The mark a current template of *form* carries."""
    group = _group(names, form)
    told = [
        names.tenant,
        names.year,
        form.code,
        form.kind,
        collector,
        [[u.code, u.label] for u in names.of_group(group)],
        [[h, p, m] for _one, h, p, m in _headers(names, form, group, collector)],
        [[one.code, [list(f[:2]) for f in one.fields]] for one in _lists(names, form)],
        [[a.code, a.label] for a in names.adjustments] if form.kind == "claims" else [],
    ]
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return Mark(form.code, collector, hashlib.sha256(body).hexdigest()[:24])


def fills_in(names: Names, form: FormName, collector: str) -> bool:
    """Whether *collector* has anything to fill in; lists are for whoever has something to put in them."""
    if not collector or form.kind in {"catalogue", "claims", "tasks"}:
        return True
    return bool(names.carried(form, _group(names, form), collector))


def blank(names: Names, form: FormName, collector: str = "") -> bytes:
    """A workbook to be filled in: for one collector, only his columns.

    Raises:
        NothingToCollect: he has none in this form.
    """
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    group = _group(names, form)
    if form.kind == "catalogue":
        _lined(sheet, form, [words[0] for words in catalogue.WORDS.values()])
    elif form.kind == "claims":
        fields = ("type", "matter", "points", "document")
        _lined(sheet, form, [_("序号"), group or _("单位"), *(claims.WORDS[f][0] for f in fields)])
    elif form.kind == "tasks":
        for one in _lists(names, form)[:1]:
            _tasks(sheet, form, one, names, group)
        headers = _headers(names, form, group, collector)
        if headers:
            _wide(book.create_sheet(_("其他数据")), form, headers, names, group)
    else:
        headers = _headers(names, form, group, collector)
        if not fills_in(names, form, collector):
            others = {one.collector: None for one in names.carried(form, group) if one.collector}
            raise NothingToCollect(collector, form.label or form.code, tuple(others))
        _wide(sheet, form, headers, names, group)
    book.defined_names[MARKER] = DefinedName(
        MARKER, attr_text=f'"{mark(names, form, collector)}"', hidden=True
    )
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _group(names: Names, form: FormName) -> str:
    """The form's class; where it names none, the one class that what it carries speaks of."""
    if form.group:
        return form.group
    if form.kind == "claims":
        spoken = [g for a in names.adjustments for g in a.groups]
    elif form.kind == "tasks":
        spoken = [g for one in names.lists for g in one.groups]
    else:
        spoken = [g for one in names.carried(form, "") for g in one.groups]
    return max(dict.fromkeys(spoken), key=spoken.count) if spoken else ""


def _lists(names: Names, form: FormName) -> list[ListName]:
    if form.kind != "tasks":
        return []
    return [one for one in names.lists if not form.group or not one.groups or form.group in one.groups]


def _headers(
    names: Names, form: FormName, group: str, collector: str
) -> list[tuple[IndicatorName, str, str, str]]:
    """Each column of values: its indicator, the header, the part's header, the measure."""
    if form.kind in {"catalogue", "claims"}:
        return []
    found = []
    for one in names.carried(form, group, collector):
        parts = one.parts if one.of == "figure" else ()
        found += [(one, one.label, part.label, one.measure) for part in parts] or [
            (one, one.label, "", one.measure)
        ]
    return found


def _wide(
    sheet: Worksheet,
    form: FormName,
    headers: list[tuple[IndicatorName, str, str, str]],
    names: Names,
    group: str,
) -> None:
    _title(sheet, form, len(headers) + 2)
    for column, label in ((1, _("序号")), (2, group or _("单位"))):
        _head(sheet, 2, column, label)
        _head(sheet, 3, column, "")
        sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    start = 3
    for place, (one, label, part, measure) in enumerate(headers, start=3):
        _head(sheet, 3, place, f"{part}({measure})" if part and measure else part or measure)
        if one is not (headers[place - 2][0] if place - 2 < len(headers) else None):
            _head(sheet, 2, start, label)
            if place > start:
                sheet.merge_cells(start_row=2, end_row=2, start_column=start, end_column=place)
            start = place + 1
    for row, unit in enumerate(names.of_group(group), start=4):
        _fill(sheet, row, 1, row - 3)
        _fill(sheet, row, 2, unit.label)
        for column in range(3, len(headers) + 3):
            _fill(sheet, row, column, None)
    _widths(sheet, 3, len(headers) + 2)
    note = _("注:按表头的计量单位只填数;没有此项工作填“/”;不要合并单元格,不要用公式。")
    sheet.cell(row=len(names.of_group(group)) + 4, column=1, value=note)


def _tasks(sheet: Worksheet, form: FormName, one: ListName, names: Names, group: str) -> None:
    known = tasks.words(one)
    headers = [next(iter(known[f.code]), f.code) for f in one.fields]
    _lined(sheet, form, [group or _("单位"), _("序号"), *headers])
    for place, field in enumerate(one.fields, start=3):
        for row in range(3, BLANK_LINES + 3):
            if field.measure in tasks.DATE:
                sheet.cell(row=row, column=place).number_format = "yyyy-mm-dd"


def _lined(sheet: Worksheet, form: FormName, headers: list[str]) -> None:
    _title(sheet, form, len(headers))
    for column, label in enumerate(headers, start=1):
        _head(sheet, 2, column, label)
        for row in range(3, BLANK_LINES + 3):
            _fill(sheet, row, column, None)
    _widths(sheet, 2, len(headers))


def _title(sheet: Worksheet, form: FormName, width: int) -> None:
    _fill(sheet, 1, 1, form.label or form.code)
    sheet.cell(row=1, column=1).font = Font(bold=True, size=14)
    sheet.cell(row=1, column=1).alignment = _CENTRE
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=width)
    sheet.row_dimensions[1].height = 30


def _head(sheet: Worksheet, row: int, column: int, label: str) -> None:
    _fill(sheet, row, column, label or None)
    cell = sheet.cell(row=row, column=column)
    cell.font, cell.fill, cell.alignment = Font(bold=True), _HEAD, _CENTRE


def _fill(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    cell = sheet.cell(row=row, column=column, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # a name that begins with = stays a name
    cell.border = _BOX


def _widths(sheet: Worksheet, header: int, columns: int) -> None:
    for column in range(1, columns + 1):
        sheet.column_dimensions[letter(column)].width = 6 if column == 1 else 14
    sheet.freeze_panes = f"C{header + 1}"
