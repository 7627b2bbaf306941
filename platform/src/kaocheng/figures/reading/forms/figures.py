"""Figures and evaluations: a row per unit, a column per indicator or part of one."""

from decimal import Decimal

from kaocheng import numbers
from kaocheng.figures.reading import cells, layout, matching
from kaocheng.figures.reading.cells import Value
from kaocheng.figures.reading.desk import Desk, Entry, SheetUnderstood, address, title
from kaocheng.figures.reading.labels import PERCENT, plain
from kaocheng.figures.reading.layout import Column, Line, Lookup, Table
from kaocheng.figures.reading.percentages import Percentages
from kaocheng.figures.reading.sheet import Sheet, letter

__all__ = ["read", "read_sheets", "read_table"]


def read(desk: Desk) -> None:
    """Read every sheet that holds a table of figures."""
    read_sheets(desk, "figure")


def read_sheets(desk: Desk, of: str) -> None:
    """Read every sheet that holds a table of *of*; say so if none does."""
    found = [sheet for sheet in desk.book.sheets if sheet.rows and read_table(desk, sheet, of)]
    for sheet in desk.book.sheets:
        if sheet.rows and sheet not in found and found:
            desk.doubt("sheet_left_out", sheet, "A1", sheet=sheet.title)
    if not found:
        sheet = desk.book.sheets[0] if desk.book.sheets else Sheet("")
        desk.error("no_table", sheet, "A1", form=desk.form.label or desk.form.code)


def read_table(desk: Desk, sheet: Sheet, of: str) -> bool:
    """Read the table in *sheet*; False when there is none."""
    table = layout.find(desk, sheet, of)
    if table is None or not table.columns:
        return False
    lookup = Lookup(desk.names, of)
    lines, notes = layout.lines(desk, sheet, table, lookup)
    _absent(desk, sheet, table)
    kept = matching.once_each(desk, sheet, lines, table)
    _values(desk, sheet, table, lines, {line.row for line in kept})
    desk.understood.append(
        SheetUnderstood(
            sheet=sheet.title,
            title=title(sheet, table.header[0]),
            group=table.group,
            header_rows=table.header,
            unit_column=letter(table.unit_column),
            columns=tuple(column.understood() for column in table.columns),
            rows=tuple((line.row, line.unit.code) for line in kept if line.unit),
            left_out=(*table.left_out, *notes),
        )
    )
    return True


def _absent(desk: Desk, sheet: Sheet, table: Table) -> None:
    """Columns the form must carry and does not."""
    there = {(c.indicator.code, c.series) for c in table.columns}
    cell = address(table.header[0], table.unit_column)
    partly = {c.indicator.code for c in table.columns}
    due = list(desk.names.expected(desk.form, table.group, desk.collector))
    due += [c.indicator for c in table.columns if c.indicator not in due]
    for one in dict.fromkeys(due):
        if one.parts and one.code in partly:
            for part in one.parts:
                if (one.code, part.code) not in there:
                    desk.error("missing_column", sheet, cell, label=f"{one.label}·{part.label}")
        elif one.code not in partly:
            desk.error("missing_column", sheet, cell, label=one.label)


def _values(desk: Desk, sheet: Sheet, table: Table, lines: list[Line], kept: set[int]) -> None:
    covered = desk.merged(sheet, [line.row for line in lines], [c.index for c in table.columns])
    shape = [_Shape(c, letter(c.index), plain(c.indicator.measure) in PERCENT) for c in table.columns]
    entries, name = desk.entries, sheet.title
    for line in lines:
        found = sheet.rows.get(line.row, {})
        unit = line.unit.code if line.unit is not None and line.row in kept else None
        for column in shape:
            if covered and (line.row, column.index) in covered:
                continue
            cell = found.get(column.index)
            place = f"{column.letter}{line.row}"
            value: Value | None
            if cell is None or (value := cells.clean(cell, column.percent)) is None:
                outcome = cells.number(cell, percent=column.percent)
                desk.outcome(outcome, sheet, place)
                if outcome.value is None:
                    continue
                column.stored.note(place, outcome)
                value = outcome.value
            elif column.percent:
                column.stored.clean(place, value, cell.percent)
            if column.most is not None and isinstance(value, Decimal) and not 0 <= value <= column.most:
                facts = {"value": numbers.text(value), "most": numbers.text(column.most)}
                desk.error("out_of_range", sheet, place, **facts)
                continue
            if unit is not None:
                entries.append(
                    Entry(column.of, column.code, column.field, column.series, unit, value, name, place)
                )
    if lines and not any(
        sheet.rows.get(line.row, {}).keys() & {c.index for c in table.columns} for line in lines
    ):
        # Nothing at all is said once, not once for every cell.
        desk.findings[:] = [f for f in desk.findings if f.code != "empty_cell" or f.sheet != name]
        desk.error("nothing_filled_in", sheet, address(lines[0].row, table.columns[0].index))
    spoilt = {cell for column in shape if column.percent for cell in column.stored.settle(desk, sheet)}
    if spoilt:
        entries[:] = [e for e in entries if e.sheet != name or e.cell not in spoilt]


class _Shape:
    """A column's facts, laid out for the loop over cells."""

    __slots__ = ("code", "field", "index", "letter", "most", "of", "percent", "series", "stored")

    def __init__(self, column: Column, place: str, percent: bool) -> None:
        one = column.indicator
        self.index, self.letter, self.percent = column.index, place, percent
        self.of, self.code, self.field, self.series = one.of, one.code, one.field, column.series
        self.most = one.most
        self.stored = Percentages(column.label, column.cell)
