"""A page's tables as an Excel workbook: what stands on the page, typed, one sheet a table.

Registers that people go on working with have exports of their own, with more in them than a page shows;
every other table goes through here, so that no table is left that cannot be taken along.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from html.parser import HTMLParser

from kaocheng.formats import HERE, NOTHING, THIN
from kaocheng.pages.answers import Page
from kaocheng.pages.excel import Column, Percent, Table, excel

AS, EXCEL = "as", "excel"  # ?as=excel after the address of any page
_NUMBER = re.compile(r"[-−]?\d+(\.\d+)?", re.ASCII)
_PERCENT = re.compile(r"[-−]?\d+(\.\d+)?%", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?", re.ASCII)
_CONTROLS = frozenset(["button", "select", "textarea", "script", "svg"])
_VOID = frozenset(["input", "br", "img", "col", "hr"])
Shown = Decimal | date | str | None


def exported(html: str) -> Page | None:
    """The tables of a page to download; ``None`` where it has none."""
    reader = _Reader()
    reader.feed(html)
    tables = [table for table in map(_table, reader.tables) if table is not None]
    return excel(reader.heading or "kaocheng", *tables) if tables else None


class _Cell:
    def __init__(self, number: bool, span: int) -> None:
        self.text, self.number, self.span = "", number, span


class _Found:
    """One table: its caption, its header row and its rows, each cell as it was written."""

    def __init__(self, caption: str) -> None:
        self.caption = caption
        self.head: list[_Cell] = []
        self.rows: list[list[_Cell]] = []


class _Reader(HTMLParser):
    """Collects tables; what is pressed or drawn is no content."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[_Found] = []
        self.heading = ""
        self._open: list[str] = []
        self._cell: _Cell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        self._open.append(tag)
        named = dict(attrs)
        if tag == "table":
            self.tables.append(_Found(""))
        elif not self.tables:
            return
        elif tag == "tr":
            self.tables[-1].rows.append([])
        elif tag in ("td", "th") and self.tables[-1].rows:
            classes = (named.get("class") or "").split()
            self._cell = _Cell("n" in classes, int(named.get("colspan") or 1))
            self.tables[-1].rows[-1].append(self._cell)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if tag in ("td", "th"):
            self._cell = None
        elif tag == "thead" and self.tables:
            table = self.tables[-1]
            table.head, table.rows = (table.rows[-1] if table.rows else []), []

    def handle_data(self, data: str) -> None:
        if _CONTROLS & set(self._open):
            return
        if self._cell is not None:
            self._cell.text += data
        elif self._open[-1:] == ["caption"]:
            self.tables[-1].caption += data
        elif self._open[-1:] == ["h1"]:
            self.heading += data


def _table(found: _Found) -> Table | None:
    """The table without the columns in which nothing is written."""
    rows = [_spread(row) for row in found.rows]
    width = max(map(len, rows), default=0)
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    kept = [at for at in range(width) if any(row[at] is not None for row in padded)]
    if not kept:
        return None
    head = [cell for cell in found.head for _repeated in range(cell.span)]
    labels = [" ".join(head[at].text.split()) if at < len(head) else "" for at in kept]
    return Table(
        found.caption.strip() or "1",
        [Column(label, "shown") for label in labels],
        [[row[at] for at in kept] for row in padded],
    )


def _spread(row: list[_Cell]) -> list[Shown]:
    """A cell over several columns stands in the first of them."""
    values: list[Shown] = []
    for cell in row:
        values += [_shown(cell), *[None] * (cell.span - 1)]
    return values


def _shown(cell: _Cell) -> Shown:
    text = " ".join(cell.text.replace(THIN, "").split())
    if text in ("", NOTHING):
        return None
    plain = text.replace("−", "-")
    if _PERCENT.fullmatch(text):
        return Percent(plain[:-1])
    if cell.number and _NUMBER.fullmatch(text):
        return Decimal(plain)
    return _day(text) if _DAY.fullmatch(text) else text


def _day(text: str) -> Shown:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=HERE) if " " in text else date.fromisoformat(text)
    except ValueError:  # somebody's words, such as a 30th of February
        return text
