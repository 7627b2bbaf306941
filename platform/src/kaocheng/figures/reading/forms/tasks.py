"""Task books: one line per task of a unit, and beside them sheets of figures about the same units."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kaocheng import numbers
from kaocheng.figures.reading import cells, headed, matching
from kaocheng.figures.reading.cells import Outcome
from kaocheng.figures.reading.desk import ColumnUnderstood, Desk, Entry, SheetUnderstood, address, title
from kaocheng.figures.reading.forms import figures
from kaocheng.figures.reading.headed import Headed
from kaocheng.figures.reading.labels import PERCENT, alike, plain
from kaocheng.figures.reading.layout import IGNORED, Line, Lookup
from kaocheng.figures.reading.names import FieldName, ListName, UnitName
from kaocheng.figures.reading.percentages import Percentages
from kaocheng.figures.reading.sheet import Cell, Sheet, letter

__all__ = ["read", "words"]

# What offices write above a field of this code; where a list has other codes, the measure decides.
WORDS: Mapping[str, tuple[str, ...]] = {
    "task": ("目标任务", "工作任务", "任务", "任务内容", "任务名称", "重点工作", "工作内容", "主要任务"),
    "full": ("分值", "满分", "标准分", "权重分", "赋分"),
    "due": (
        "完成时限",
        "时限",
        "期限",
        "完成期限",
        "截止日期",
        "截止时间",
        "时间要求",
        "要求完成日期",
        "计划完成日期",
        "计划完成时间",
    ),
    "done": ("完成日期", "实际完成日期", "完成时间", "实际完成时间", "办结日期"),
    "progress": ("完成进度", "进度", "完成比例", "完成率", "进展", "完成情况(%)"),
}
BY_MEASURE: Mapping[str, tuple[str, ...]] = {
    "date": ("日期", "时间", "时限", "期限"),
    "%": ("进度", "率", "比例", "占比"),
    "text": ("任务", "内容", "事项", "名称", "项目"),
    "分": ("分值", "分数", "得分", "满分"),
}
POINTS = "full"
NOT_YET = frozenset({"done"})  # an empty cell says that it is not finished
TEXT, DATE = frozenset({"text", "word", "文字"}), frozenset({"date", "日期"})


def read(desk: Desk) -> None:
    """Read the sheets that list tasks, and those that hold figures."""
    found = False
    for sheet in desk.book.sheets:
        if not sheet.rows:
            continue
        listed = _list(desk, sheet)
        if listed is not None:
            _Listing(desk, sheet, *listed).read()
            found = True
        elif not figures.read_table(desk, sheet, "figure"):
            desk.doubt("sheet_left_out", sheet, "A1", sheet=sheet.title)
    if not found:
        desk.error("no_table", desk.book.sheets[0], "A1", form=desk.form.label or desk.form.code)


def words(one: ListName) -> dict[str, tuple[str, ...]]:
    """The headers by which each field of a list is known."""
    return {
        f.code: (
            *((f.label,) if f.label else ()),
            *((one.label,) if f.measure in TEXT else ()),
            *WORDS.get(f.code, ()),
        )
        for f in one.fields
    }


def _list(desk: Desk, sheet: Sheet) -> tuple[ListName, Headed] | None:
    """The list whose fields the sheet's headers name best."""
    best: tuple[ListName, Headed] | None = None
    for one in desk.names.lists:
        table = headed.find(sheet, words(one), desk.form.columns, 2)
        if table is None:
            continue
        table = _by_measure(one, table)
        if best is None or len(table.columns) > len(best[1].columns):
            best = one, table
    return best


def _by_measure(one: ListName, table: Headed) -> Headed:
    """Bind what is left where a single field and a single header speak of the same measure."""
    columns, others = dict(table.columns), dict(table.others)
    for measure, hints in BY_MEASURE.items():
        fields = [f for f in one.fields if f.measure == measure and f.code not in columns]
        headers = [c for c, text in others.items() if any(hint in plain(text) for hint in hints)]
        if len(fields) == 1 and len(headers) == 1:
            columns[fields[0].code] = headers[0]
            others.pop(headers[0])
    return Headed(table.row, table.body, columns, others)


def _reader(measure: str) -> Callable[[Cell | None], Outcome]:
    if measure in DATE:
        return cells.day
    if measure in TEXT:
        return cells.words
    percent = plain(measure) in PERCENT
    return lambda cell: cells.number(cell, percent=percent)


@dataclass(slots=True)
class _Listing:
    """One sheet of tasks, being read."""

    desk: Desk
    sheet: Sheet
    named: ListName
    table: Headed

    def read(self) -> None:
        desk, sheet, table = self.desk, self.sheet, self.table
        lookup = Lookup(desk.names, "figure")
        column = headed.names_column(sheet, lookup, table, self.named.groups)
        if column is None:
            desk.error("no_table", sheet, address(table.row, 1), form=desk.form.label or desk.form.code)
            return
        known = words(self.named)
        for field in self.named.fields:
            if field.code not in table.columns:
                label = next(iter(known[field.code]), field.code)
                desk.error("missing_column", sheet, address(table.row, column), label=label)
        lines = [line for line, _unit in headed.carried(desk, sheet, table, column, lookup)]
        group = self._group(lines)
        kept = self._units(lines, column, group)
        self._values(lines, kept, column)
        self._closing(kept, self.named.full.get(group))
        self._understood(column, group, kept)

    def _group(self, lines: list[Line]) -> str:
        groups = [line.unit.group for line in lines if line.unit]
        return self.desk.form.group or (max(sorted(set(groups)), key=groups.count) if groups else "")

    def _units(self, lines: list[Line], column: int, group: str) -> dict[int, UnitName]:
        """The unit of each row; names unknown to the class and units without a row are reported once."""
        units = self.desk.names.of_group(group)
        there = {line.unit.code for line in lines if line.unit}
        waiting = [u for u in units if u.code not in there]
        kept: dict[int, UnitName] = {}
        told: set[str] = set()
        for line in lines:
            cell = self.sheet.at(line.row, column)
            place = cell.address if cell else address(line.row, column)
            if place in told:
                if line.unit in units and line.unit:
                    kept[line.row] = line.unit
                continue
            told.add(place)
            unit = matching.the_unit(self.desk, self.sheet, line, units, column)
            if unit is not None:
                kept[line.row] = unit
                continue
            near = max(waiting, key=lambda u: alike(u.label, line.written), default=None)
            likely = near is not None and alike(near.label, line.written) >= matching.LIKELY
            suggestion = near.label if near and likely else ""
            self.desk.error("unknown_unit", self.sheet, place, suggestion, written=line.written[:60])
        for unit in waiting:
            self.desk.error("missing_unit", self.sheet, address(self.table.row, column), unit=unit.label)
        return kept

    def _values(self, lines: list[Line], kept: dict[int, UnitName], column: int) -> None:
        desk, sheet, table = self.desk, self.sheet, self.table
        rows = [line.row for line in lines]
        covered = desk.merged(sheet, rows, table.columns.values())
        series = self._series(kept)
        for field in self.named.fields:
            if field.code not in table.columns:
                continue
            index = table.columns[field.code]
            reader = _reader(field.measure)
            stored = Percentages(sheet.text(table.row, index), table.cell(field.code))
            read: list[Entry] = []
            for row in rows:
                cell = sheet.rows[row].get(index)
                if (row, index) in covered or (cell is None and self._optional(field)):
                    continue
                outcome = reader(cell)
                place = address(row, index)
                desk.outcome(outcome, sheet, place)
                if outcome.value is None:
                    continue
                stored.note(place, outcome)
                if row in kept:
                    unit, number = kept[row].code, series[row]
                    read.append(
                        Entry(
                            "row",
                            self.named.code,
                            field.code,
                            number,
                            unit,
                            outcome.value,
                            sheet.title,
                            place,
                        )
                    )
            spoilt = set(stored.settle(desk, sheet)) if plain(field.measure) in PERCENT else set()
            desk.entries.extend(e for e in read if e.cell not in spoilt)

    def _closing(self, kept: dict[int, UnitName], full: Decimal | None) -> None:
        """Each unit's points must add up to what the scheme gives them together, or no sum of them counts."""
        column = self.table.columns.get(POINTS)
        if full is None or column is None:
            return
        read = {
            e.cell: e.value for e in self.desk.entries if e.sheet == self.sheet.title and e.field == POINTS
        }
        cells_of: dict[UnitName, list[str]] = {}
        for row, unit in kept.items():
            cells_of.setdefault(unit, []).append(address(row, column))
        for unit, own in cells_of.items():
            if not all(cell in read for cell in own):
                continue  # an unreadable cell is said already
            found = [value for cell in own if isinstance(value := read[cell], Decimal)]
            if sum(found) != full:
                facts = {"sum": numbers.text(sum(found, Decimal(0))), "full": numbers.text(full)}
                span = own[0] if len(own) == 1 else f"{own[0]}:{own[-1]}"
                self.desk.error("rows_open", self.sheet, own[0], unit=unit.label, range=span, **facts)

    def _optional(self, field: FieldName) -> bool:
        return field.optional or field.code in NOT_YET

    def _series(self, kept: dict[int, UnitName]) -> dict[int, str]:
        """Row numbers within each unit: the sheet's own 1, 2, 3 … where it has them, else the order."""
        number = next((c for c, text in self.table.others.items() if plain(text) in IGNORED), None)
        rows: dict[str, list[int]] = {}
        for row, unit in kept.items():
            rows.setdefault(unit.code, []).append(row)
        found: dict[int, str] = {}
        for several in rows.values():
            own = [self._own_number(row, number) for row in several]
            ordered = set(own) == {str(n) for n in range(1, len(several) + 1)}
            for place, row in enumerate(several):
                found[row] = own[place] if ordered else str(place + 1)
        return found

    def _own_number(self, row: int, column: int | None) -> str:
        outcome = cells.number(self.sheet.rows[row].get(column), percent=False) if column else Outcome(None)
        return numbers.text(outcome.value) if isinstance(outcome.value, Decimal) else ""

    def _understood(self, column: int, group: str, kept: dict[int, UnitName]) -> None:
        measures = {f.code: f.measure for f in self.named.fields}
        sheet, table = self.sheet, self.table
        self.desk.understood.append(
            SheetUnderstood(
                sheet=sheet.title,
                title=title(sheet, table.row),
                group=group,
                header_rows=tuple(range(table.row, table.body)),
                unit_column=letter(column),
                columns=tuple(
                    ColumnUnderstood(
                        letter(c),
                        sheet.text(table.row, c),
                        "row",
                        self.named.code,
                        f,
                        "",
                        sheet.text(table.row, c),
                        measures[f],
                        "",
                    )
                    for f, c in table.columns.items()
                    if f in measures
                ),
                rows=tuple((row, unit.code) for row, unit in kept.items()),
                left_out=tuple(f"{letter(c)} {text}" for c, text in table.others.items() if c != column),
            )
        )
