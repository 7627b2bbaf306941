"""From an uploaded file to what it says: which form, what was understood, the values, and what was found.

Nothing here knows a database or a page; the same bytes and names give the same preview.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from kaocheng import numbers
from kaocheng.figures.reading.cells import NA, NotApplicable, Value
from kaocheng.figures.reading.desk import ColumnUnderstood, Desk, Entry, SheetUnderstood
from kaocheng.figures.reading.doubts import Context, doubts
from kaocheng.figures.reading.findings import CONVERSION, DOUBT, ERROR, Finding
from kaocheng.figures.reading.forms import READERS
from kaocheng.figures.reading.forms.catalogue import Catalogue
from kaocheng.figures.reading.names import Names
from kaocheng.figures.reading.recognise import Chosen, recognise, stated_period
from kaocheng.figures.reading.sheet import Book, open_book

__all__ = ["Preview", "read", "understand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a workbook says, before anything is kept."""

    form: str
    kind: str
    period: str
    understood: tuple[SheetUnderstood, ...] = ()
    entries: tuple[Entry, ...] = ()
    findings: tuple[Finding, ...] = ()
    catalogue: Catalogue | None = None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What blocks."""
        return tuple(f for f in self.findings if f.kind == ERROR)

    @property
    def conversions(self) -> tuple[Finding, ...]:
        """What a person agrees to once."""
        return tuple(f for f in self.findings if f.kind == CONVERSION)

    @property
    def doubts(self) -> tuple[Finding, ...]:
        """What the verifier will look at."""
        return tuple(f for f in self.findings if f.kind == DOUBT)

    def as_json(self) -> dict[str, Any]:
        """For programs and for keeping; numbers as text."""
        return {
            "form": self.form,
            "kind": self.kind,
            "period": self.period,
            "counts": {
                "values": len(self.entries),
                "errors": len(self.errors),
                "conversions": len(self.conversions),
                "doubts": len(self.doubts),
            },
            "understood": [_sheet_json(sheet) for sheet in self.understood],
            "findings": [finding.as_json() for finding in self.findings],
            "entries": [[*e[:5], *_value_json(e.value), e.sheet, e.cell] for e in self.entries],
            "catalogue": self.catalogue.as_json() if self.catalogue else None,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read back what ``as_json`` wrote."""
        return cls(
            form=kept["form"],
            kind=kept["kind"],
            period=kept["period"],
            understood=tuple(_sheet(s) for s in kept["understood"]),
            entries=tuple(_entry(entry) for entry in kept["entries"]),
            findings=tuple(Finding.from_json(f) for f in kept["findings"]),
            catalogue=Catalogue.from_json(kept["catalogue"]) if kept["catalogue"] else None,
        )


def read(
    content: bytes,
    file: str,
    names: Names,
    *,
    form: str = "",
    period: str = "",
    collector: str = "",
    context: Context | None = None,
) -> Preview:
    """Open, recognise and understand in one go; see `understand` for the parts.

    Raises:
        guard.TooLarge, guard.WrongFormat, guard.Unreadable, guard.ActiveContent, names.NoSuchForm,
        recognise.FormUnclear, recognise.OldTemplate.
    """
    book = open_book(content, file)
    return understand(
        book, names, recognise(book, names, form=form, period=period, collector=collector), context
    )


def understand(book: Book, names: Names, chosen: Chosen, context: Context | None = None) -> Preview:
    """What *book* says as the chosen form; *context* is for its form and period."""
    desk = Desk(book, names, chosen.form, chosen.period, chosen.collector)
    _title(desk)
    READERS[chosen.form.kind](desk)
    if context is not None:
        desk.findings += doubts(desk.entries, names, context)
    order = {sheet.title: place for place, sheet in enumerate(book.sheets)}
    found = sorted(desk.findings, key=lambda f: (order.get(f.sheet, 0), *_place(f.cell)))
    return Preview(
        form=chosen.form.code,
        kind=chosen.form.kind,
        period=chosen.period,
        understood=tuple(desk.understood),
        entries=tuple(desk.entries),
        findings=tuple(found),
        catalogue=desk.catalogue,
    )


def _title(desk: Desk) -> None:
    """Doubt a file whose title speaks of another period."""
    for sheet in desk.book.sheets[:1]:
        for cell in sheet.texts:
            stated = stated_period(cell.value) if cell.row <= 3 else ""
            if stated and desk.period and stated != desk.period and _comparable(stated, desk.period):
                desk.doubt(
                    "period_differs", sheet, cell.address, title=str(cell.value)[:40], period=desk.period
                )
            if stated:
                return


def _comparable(stated: str, period: str) -> bool:
    """A title that names only the year says nothing about a half of it."""
    return not period.startswith(stated)


_CELL = re.compile(r"([A-Z]+)(\d+)")


def _place(cell: str) -> tuple[int, int, str]:
    found = _CELL.match(cell)
    return (int(found[2]), len(found[1]), found[1]) if found else (0, 0, cell)


def _value_json(value: Value) -> tuple[str, str]:
    if isinstance(value, Decimal):
        return "decimal", numbers.text(value)
    if isinstance(value, date):
        return "date", value.isoformat()
    return ("not_applicable", "/") if isinstance(value, NotApplicable) else ("word", value)


def _entry(kept: Sequence[str]) -> Entry:
    of, code, field, series, unit, kind, written, sheet, cell = kept
    return Entry(of, code, field, series, unit, _value(kind, written), sheet, cell)


def _value(kind: str, written: str) -> Value:
    if kind == "decimal":
        return Decimal(written)
    if kind == "date":
        return date.fromisoformat(written)
    return NA if kind == "not_applicable" else written


def _sheet_json(sheet: SheetUnderstood) -> dict[str, Any]:
    return {
        "sheet": sheet.sheet,
        "title": sheet.title,
        "group": sheet.group,
        "header_rows": list(sheet.header_rows),
        "unit_column": sheet.unit_column,
        "columns": [column._asdict() for column in sheet.columns],
        "rows": [list(row) for row in sheet.rows],
        "left_out": list(sheet.left_out),
    }


def _sheet(kept: Mapping[str, Any]) -> SheetUnderstood:
    return SheetUnderstood(
        sheet=kept["sheet"],
        title=kept["title"],
        group=kept["group"],
        header_rows=tuple(kept["header_rows"]),
        unit_column=kept["unit_column"],
        columns=tuple(ColumnUnderstood(**column) for column in kept["columns"]),
        rows=tuple((row, name) for row, name in kept["rows"]),
        left_out=tuple(kept["left_out"]),
    )
