"""From an uploaded file to what it says: which form, what was understood, the values, and what was found.

Nothing here knows a database or a page; the same bytes and names give the same preview.
"""

import re
from dataclasses import dataclass

from kaocheng.figures.reading.desk import Desk, Entry, SheetUnderstood
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
