"""Where a table lies in a sheet: found by the tenant's own names, wherever its rows and columns stand.

A table has one column of unit names, one or more header rows above them, and a column per figure.
"""

from collections import Counter
from dataclasses import dataclass, field

from kaocheng.figures.reading.cells import holds
from kaocheng.figures.reading.desk import ColumnUnderstood, Desk, address
from kaocheng.figures.reading.labels import (
    alike,
    header_measure,
    is_note,
    is_total,
    measure,
    plain,
    same_measure,
    straighten,
)
from kaocheng.figures.reading.names import IndicatorName, Names, PartName, UnitName
from kaocheng.figures.reading.sheet import Sheet, letter
from kaocheng.i18n import _

__all__ = ["Column", "Line", "Lookup", "Table", "find", "lines", "unit_column"]

IGNORED = frozenset({"序号", "编号", "行次", "no", "no.", "备注", "说明", "名次", "排名"})
UNIT_WORDS = frozenset(
    {"单位", "单位名称", "被考核单位", "考核单位", "部门", "乡镇", "县市区", "名称", "地区"}
)


class Lookup:
    """The tenant's names, ready to be looked up as a sheet writes them."""

    def __init__(self, names: Names, of: str, group: str = "") -> None:
        self.units: dict[str, UnitName] = {}
        for unit in names.units:
            self.units.setdefault(plain(unit.code), unit)
        for unit in names.units:
            self.units[plain(unit.label)] = unit
        self.indicators: dict[str, list[IndicatorName]] = {}
        self.parts: dict[str, list[tuple[IndicatorName, PartName]]] = {}
        self._named: dict[str, list[IndicatorName]] = {}
        for one in names.indicators:
            if one.of != of or (group and one.groups and group not in one.groups):
                continue
            self.indicators.setdefault(plain(one.label), []).append(one)
            self._named.setdefault(header_measure(one.label)[0], []).append(one)
            for part in one.parts:
                self.parts.setdefault(plain(part.label), []).append((one, part))

    def unit(self, written: str) -> UnitName | None:
        """The unit of that name or code."""
        return self.units.get(plain(written))

    def indicator(self, written: str) -> list[IndicatorName]:
        """Indicators a header may mean: by the whole of it, else without the measure in brackets."""
        whole = self.indicators.get(plain(written))
        if whole:
            return whole
        body = header_measure(written)[0]
        return self.indicators.get(body) or self._named.get(body) or []

    def part(self, written: str) -> list[tuple[IndicatorName, PartName]]:
        """Parts a header below an indicator's may mean."""
        return self.parts.get(plain(written)) or self.parts.get(header_measure(written)[0]) or []


@dataclass(frozen=True, slots=True)
class Column:
    """A column of values."""

    index: int
    header: str
    indicator: IndicatorName
    part: PartName | None = None
    written: str = ""  # the measure, where the sheet states one
    cell: str = ""

    @property
    def series(self) -> str:
        """The part's code, empty for a plain indicator."""
        return self.part.code if self.part else ""

    @property
    def label(self) -> str:
        """The indicator's name, and its part's."""
        return f"{self.indicator.label}·{self.part.label}" if self.part else self.indicator.label

    def understood(self) -> ColumnUnderstood:
        """As shown to a person."""
        one = self.indicator
        return ColumnUnderstood(
            letter(self.index),
            self.header,
            one.of,
            one.code,
            one.field,
            self.series,
            self.label,
            one.measure,
            self.written,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A row below the header: the name as written, and the unit it names."""

    row: int
    written: str
    unit: UnitName | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table as found: header rows, the column of names, the columns of values."""

    unit_column: int
    header: tuple[int, ...]
    group: str
    columns: tuple[Column, ...]
    left_out: tuple[str, ...]
    body: int  # the first row below the header


def unit_column(sheet: Sheet, lookup: Lookup) -> tuple[int, int, str] | None:
    """The column with the most unit names, the first row of them, and the class most of them are in."""
    columns: Counter[int] = Counter()
    first: dict[int, int] = {}
    groups: dict[int, Counter[str]] = {}
    for cell in sheet.texts:
        if (unit := lookup.unit(cell.value)) is not None:
            columns[cell.column] += 1
            first[cell.column] = min(cell.row, first.get(cell.column, cell.row))
            groups.setdefault(cell.column, Counter())[unit.group] += 1
    if not columns:
        return None
    best = min(columns, key=lambda column: (-columns[column], column))
    return best, first[best], groups[best].most_common(1)[0][0]


def find(desk: Desk, sheet: Sheet, of: str) -> Table | None:
    """The table of *of* (figures or targets) in *sheet*; None when there is none."""
    everything = Lookup(desk.names, of)
    names = unit_column(sheet, everything)
    if names is None:
        return None
    column, first_unit, group = names
    lookup = Lookup(desk.names, of, desk.form.group or group)
    header = _header_row(sheet, lookup, first_unit)
    if header is None:
        return None
    body = _body_row(sheet, column, header, first_unit)
    top = min((r for r in _hits(sheet, lookup, header) if header - 3 <= r), default=header)
    rows = tuple(range(top, body))
    headers = _Headers(desk, sheet, lookup, rows, column)
    headers.read()
    group = desk.form.group or group
    return Table(column, rows, group, tuple(headers.found), tuple(headers.left_out), body)


def _hits(sheet: Sheet, lookup: Lookup, last: int) -> Counter[int]:
    """How many headers in each row name an indicator."""
    return Counter(c.row for c in sheet.texts if c.row <= last and lookup.indicator(c.value))


def _header_row(sheet: Sheet, lookup: Lookup, before: int) -> int | None:
    hits = _hits(sheet, lookup, before - 1)
    if not hits:
        hits = Counter(c.row for c in sheet.texts if c.row < before and lookup.part(c.value))
    return max(hits, key=lambda row: (hits[row], -row)) if hits else None


def _body_row(sheet: Sheet, column: int, header: int, first_unit: int) -> int:
    """The first row with a name of its own below the header."""
    for row in range(header + 1, first_unit):
        over = sheet.anchors.get((row, column))
        written = sheet.text(row, column)
        named = written and not (over and over.top <= header) and plain(written) not in UNIT_WORDS
        numbers = [c.value for c in sheet.rows.get(row, {}).values() if c.kind == "n"]
        if (named or numbers) and not _counts_columns(numbers):
            return row
    return first_unit


def _counts_columns(numbers: list[int | float]) -> bool:
    """Whether a row only numbers the columns (栏次), which belongs to the header."""
    return len(numbers) > 1 and numbers == list(range(int(numbers[0]), int(numbers[0]) + len(numbers)))


@dataclass(slots=True)
class _Headers:
    """The header rows of one table, being matched with the tenant's names."""

    desk: Desk
    sheet: Sheet
    lookup: Lookup
    rows: tuple[int, ...]
    names: int  # the column of unit names
    found: list[Column] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Match each column, left to right; report what is strange or there twice."""
        sheet, last = self.sheet, self.rows[-1]
        filled = {c for r, cells in sheet.rows.items() if r > last for c in cells}
        headed = {c for r in self.rows for c in sheet.rows.get(r, {})}
        seen: dict[tuple[str, str], Column] = {}
        for index in sorted(headed | filled):
            stack = self._stack(index)
            if index == self.names or any(plain(text) in IGNORED for text in stack):
                continue
            column = self._column(stack, index)
            if column is None:
                self._stray(stack, index)
                continue
            key = (column.indicator.code, column.series)
            if key in seen:
                first = letter(seen[key].index)
                self.desk.error("duplicate_column", sheet, column.cell, label=column.label, first=first)
                continue
            seen[key] = column
            self.found.append(column)

    def _stack(self, index: int) -> list[str]:
        """The header texts over a column, top down; a merged one once."""
        texts: list[str] = []
        last = None
        for row in self.rows:
            cell = self.sheet.at(row, index)
            if cell is not None and cell is not last:
                texts.append(straighten(str(cell.value)))
            last = cell
        return [text for text in texts if text]

    def _column(self, stack: list[str], index: int) -> Column | None:
        one, part = self._meant(stack, index)
        if one is None or (one.parts and part is None):
            return None
        label = f"{one.label}·{part.label}" if part else one.label
        stated = next(filter(None, map(measure, reversed(stack))), "")
        if stated and one.measure and not same_measure(stated, one.measure):
            facts = {"label": label, "written": stated, "declared": one.measure}
            self.desk.error("measure_differs", self.sheet, self._cell(index), **facts)
        return Column(index, " / ".join(stack), one, part, stated, self._cell(index))

    def _meant(self, stack: list[str], index: int) -> tuple[IndicatorName | None, PartName | None]:
        named = [one for text in stack for one in self.lookup.indicator(text)]
        parts = [pair for text in stack for pair in self.lookup.part(text)]
        if not named and parts:
            # Some leave the cells beside an indicator empty instead of merging it over its parts.
            before = self.found[-1].indicator if self.found else None
            parts = [pair for pair in parts if pair[0] == before] or parts
            named = [one for one, _part in parts]
        several = list(dict.fromkeys(named))
        if len(several) > 1:
            labels = _("、").join(one.label for one in several)
            self.desk.error(
                "ambiguous_column", self.sheet, self._cell(index), written=stack[-1], labels=labels
            )
        if not several:
            return None, None
        return several[0], next((part for owner, part in parts if owner == several[0]), None)

    def _cell(self, index: int) -> str:
        row = max((r for r in self.rows if index in self.sheet.rows.get(r, {})), default=self.rows[0])
        return address(row, index)

    def _stray(self, stack: list[str], index: int) -> None:
        """A column that is no figure's: an error where it holds anything, unless the form leaves it out."""
        header = " / ".join(stack)
        if not self._holds(index) or (stack and self.desk.form.columns.get(stack[-1]) == ""):
            self.left_out.extend([f"{letter(index)} {header}"] if stack else [])
        elif not stack:
            self.desk.error("missing_header", self.sheet, self._cell(index), column=letter(index))
        else:
            labels = [one.label for several in self.lookup.indicators.values() for one in several]
            labels += [part.label for several in self.lookup.parts.values() for _one, part in several]
            # Above the unit of measure, or below an indicator that is named right.
            strange = [text for text in stack if not self.lookup.indicator(text)] or stack
            likeness = {label: max(alike(label, text) for text in strange) for label in labels}
            nearest = max(likeness, key=lambda label: likeness[label], default="")
            suggestion = nearest if likeness.get(nearest, 0) >= 0.5 else ""
            self.desk.error("unknown_column", self.sheet, self._cell(index), suggestion, written=header)

    def _holds(self, index: int) -> bool:
        """Whether the column holds anything beside a unit's name."""
        return any(
            index in cells and any(c.kind == "s" and self.lookup.unit(c.value) for c in cells.values())
            for row, cells in self.sheet.rows.items()
            if row > self.rows[-1]
        )


def lines(desk: Desk, sheet: Sheet, table: Table, lookup: Lookup) -> tuple[list[Line], list[str]]:
    """The rows of *table* that are a unit's, or should be; and the notes and totals that are not."""
    values = {column.index for column in table.columns}
    found: list[Line] = []
    left_out: list[str] = []
    for row in sorted(r for r in sheet.rows if r >= table.body):
        cells = sheet.rows[row]
        written = sheet.text(row, table.unit_column)
        unit = lookup.unit(written) if written else None
        if unit is None:
            texts = [str(c.value) for c in cells.values() if c.kind == "s"]
            if any(is_total(text) for text in texts) or any(is_note(text) for text in texts[:1]):
                left_out.append(f"{row} {texts[0].strip()[:40]}")
                continue
            filled = [cells[index] for index in values if index in cells]
            if not filled or not (written or any(map(holds, filled))):
                if texts:
                    left_out.append(f"{row} {texts[0].strip()[:40]}")
                continue
            if not written:
                desk.error("nameless_row", sheet, address(row, table.unit_column), row=str(row))
                continue
        found.append(Line(row, written, unit))
    return found, left_out
