"""Where one reading collects what it understands, what it reads and what it finds, whichever form it is."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from kaocheng.figures.reading.cells import Outcome, Value
from kaocheng.figures.reading.findings import CONVERSION, DOUBT, ERROR, Finding
from kaocheng.figures.reading.names import FormName, Names
from kaocheng.figures.reading.sheet import Book, Cell, Sheet, letter

__all__ = ["ColumnUnderstood", "Desk", "Entry", "SheetUnderstood"]


class Entry(NamedTuple):
    """One value for one unit, and the cell it stands in."""

    of: str
    code: str
    field: str
    series: str
    unit: str
    value: Value
    sheet: str
    cell: str


class ColumnUnderstood(NamedTuple):
    """A column and what it was taken for; *measure* is the declared one, *written* the sheet's."""

    column: str
    header: str
    of: str
    code: str
    field: str
    series: str
    label: str
    measure: str
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetUnderstood:
    """What was made of one sheet, for a person to look over."""

    sheet: str
    title: str = ""
    group: str = ""
    header_rows: tuple[int, ...] = ()
    unit_column: str = ""
    columns: tuple[ColumnUnderstood, ...] = ()
    rows: tuple[tuple[int, str], ...] = ()
    left_out: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For programs and for keeping."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        return told | {"columns": [column._asdict() for column in self.columns]}


@dataclass(slots=True)
class Desk:
    """One reading under way."""

    book: Book
    names: Names
    form: FormName
    period: str = ""
    collector: str = ""
    entries: list[Entry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    understood: list[SheetUnderstood] = field(default_factory=list)
    catalogue: Any = None

    def error(self, code: str, sheet: Sheet, cell: str, suggestion: str = "", /, **facts: str) -> None:
        """What blocks."""
        self.findings.append(Finding(ERROR, code, sheet.title, cell, facts, suggestion))

    def conversion(self, code: str, sheet: Sheet, cell: str, /, **facts: str) -> None:
        """What was straightened."""
        self.findings.append(Finding(CONVERSION, code, sheet.title, cell, facts))

    def doubt(self, code: str, sheet: Sheet, cell: str, /, **facts: str) -> None:
        """What the verifier should look at."""
        self.findings.append(Finding(DOUBT, code, sheet.title, cell, facts))

    def outcome(self, outcome: Outcome, sheet: Sheet, cell: str) -> None:
        """Whatever reading the cell gave besides a clean value."""
        if outcome.kind:
            self.findings.append(
                Finding(
                    outcome.kind, outcome.code, sheet.title, cell, dict(outcome.facts), outcome.suggestion
                )
            )

    def merged(self, sheet: Sheet, rows: Iterable[int], columns: Iterable[int]) -> frozenset[tuple[int, int]]:
        """Report merged ranges over values; the cells under them, which hold nothing to read."""
        here, across = frozenset(rows), frozenset(columns)
        covered: set[tuple[int, int]] = set()
        for found in sheet.merged:
            places = [
                (r, c)
                for r in range(found.top, found.bottom + 1)
                if r in here
                for c in range(found.left, found.right + 1)
                if c in across
            ]
            if places:
                self.error("merged_cells", sheet, address(found.top, found.left), range=found.address)
                covered.update(places)
        return frozenset(covered)


def address(row: int, column: int) -> str:
    """Such as ``E7``."""
    return f"{letter(column)}{row}"


def title(sheet: Sheet, above: int) -> str:
    """The longest text above the header: the table's title."""
    heads: list[Cell] = [c for c in sheet.texts if c.row < above]
    return max((str(c.value).strip() for c in heads), key=len, default="")
