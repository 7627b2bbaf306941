"""Tables read by what their headers say (catalogue, claims, tasks): a line per entry, a column per field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kaocheng.figures.reading.desk import Desk, address
from kaocheng.figures.reading.labels import header_measure, is_note, is_total, plain
from kaocheng.figures.reading.layout import UNIT_WORDS, Line, Lookup, unit_column
from kaocheng.figures.reading.names import UnitName
from kaocheng.figures.reading.sheet import Sheet

__all__ = ["Headed", "carried", "find", "names_column"]

Vocabulary = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Headed:
    """The header row, the column of each field, and the columns that are none."""

    row: int
    body: int
    columns: Mapping[str, int]
    others: Mapping[int, str]

    def cell(self, field: str) -> str:
        """Where the field's header stands."""
        return address(self.row, self.columns[field])


def find(sheet: Sheet, words: Vocabulary, bound: Mapping[str, str], least: int) -> Headed | None:
    """The header row is the one that names most fields, at least *least* of them."""
    best: Headed | None = None
    for row in sorted({cell.row for cell in sheet.texts})[:30]:
        found = _fields(sheet, row, words, bound)
        if len(found.columns) >= least and (best is None or len(found.columns) > len(best.columns)):
            best = found
    return best


def _fields(sheet: Sheet, row: int, words: Vocabulary, bound: Mapping[str, str]) -> Headed:
    headers = {c: str(cell.value) for c, cell in sorted(sheet.rows[row].items()) if cell.kind == "s"}
    ours = {plain(header): field for header, field in bound.items()}
    columns: dict[str, int] = {}
    for column, header in headers.items():
        field = ours.get(plain(header))
        if field:
            columns.setdefault(field, column)
    by_word = {plain(word): field for field, several in words.items() for word in several}
    for column, header in headers.items():
        field = by_word.get(plain(header)) or by_word.get(header_measure(header)[0])
        if field and plain(header) not in ours and column not in columns.values():
            columns.setdefault(field, column)
    taken = set(columns.values())
    others = {column: header for column, header in headers.items() if column not in taken}
    bottom = max((r.bottom for r in sheet.merged if r.top == row and r.left in taken), default=row)
    return Headed(row, bottom + 1, columns, others)


def names_column(sheet: Sheet, lookup: Lookup, headed: Headed, groups: Sequence[str]) -> int | None:
    """The column of unit names: by the names in it, else by its header."""
    found = unit_column(sheet, lookup)
    if found is not None and found[1] > headed.row:
        return found[0]
    words = UNIT_WORDS | {plain(group) for group in groups}
    return next((column for column, header in headed.others.items() if plain(header) in words), None)


def carried(
    desk: Desk, sheet: Sheet, headed: Headed, column: int, lookup: Lookup
) -> Iterator[tuple[Line, UnitName | None]]:
    """The lines below the header with the unit each belongs to.

    A name may be merged down over its lines; where the cells below a name are merely left empty, the
    name holds for them too, and that is listed.
    """
    last: UnitName | None = None
    for row in sorted(r for r in sheet.rows if r >= headed.body):
        cells = sheet.rows[row]
        texts = [str(c.value) for c in cells.values() if c.kind == "s"]
        written = sheet.text(row, column)
        unit = lookup.unit(written) if written else None
        if unit is None and (any(map(is_total, texts)) or any(map(is_note, texts[:1]))):
            continue
        if not any(c in cells for c in headed.columns.values()):
            continue
        if not written:
            if last is None:
                desk.error("nameless_row", sheet, address(row, column), row=str(row))
                continue
            desk.conversion("label_carried_down", sheet, address(row, column), row=str(row), unit=last.label)
            written, unit = last.label, last
        last = unit
        yield Line(row, written, unit), unit
