"""Claims: one line per bonus, deduction or veto, with its matter, points and document."""

from collections import Counter
from decimal import Decimal

from kaocheng import numbers
from kaocheng.figures.reading import cells, headed, matching
from kaocheng.figures.reading.cells import NA, Outcome, Value
from kaocheng.figures.reading.desk import ColumnUnderstood, Desk, Entry, SheetUnderstood, address, title
from kaocheng.figures.reading.headed import Headed
from kaocheng.figures.reading.labels import alike, header_measure, plain
from kaocheng.figures.reading.layout import Line, Lookup
from kaocheng.figures.reading.names import AdjustmentName, UnitName
from kaocheng.figures.reading.sheet import Sheet, letter
from kaocheng.i18n import _

__all__ = ["WORDS", "read"]

WORDS = {
    "type": ("类型", "加减分类型", "项目类型", "类别类型", "加扣分类型", "事项类型"),
    "matter": ("事项", "加减分事项", "具体事项", "事由", "内容", "事项名称", "加减分内容"),
    "points": ("分值", "分数", "加减分值", "加减分", "得分", "计分"),
    "document": ("依据文号", "文号", "依据", "依据文件", "文件依据", "文件名称及文号"),
    "level": ("级别", "层级", "表彰级别"),
    "category": ("类别", "加减分类别"),
    "date": ("日期", "发生日期", "时间", "发文日期", "认定日期"),
}
NEEDED = ("type", "matter", "points")
MEASURES = {"points": "分", "date": "date"}


def read(desk: Desk) -> None:
    """Read every sheet that lists claims."""
    found = False
    for sheet in desk.book.sheets:
        table = headed.find(sheet, WORDS, desk.form.columns, 3) if sheet.rows else None
        if table is not None:
            found = True
            _read(desk, sheet, table)
    if not found:
        desk.error("no_table", desk.book.sheets[0], "A1", form=desk.form.label or desk.form.code)


def _read(desk: Desk, sheet: Sheet, table: Headed) -> None:
    lookup = Lookup(desk.names, "figure")
    groups = tuple(dict.fromkeys(unit.group for unit in desk.names.units))
    column = headed.names_column(sheet, lookup, table, groups)
    if column is None:
        desk.error("no_table", sheet, address(table.row, 1), form=desk.form.label or desk.form.code)
        return
    for field in NEEDED:
        if field not in table.columns:
            desk.error("missing_column", sheet, address(table.row, column), label=WORDS[field][0])
    if any(field not in table.columns for field in NEEDED):
        return
    rows = _rows(desk, sheet, table, column, lookup)
    desk.understood.append(
        SheetUnderstood(
            sheet=sheet.title,
            title=title(sheet, table.row),
            header_rows=tuple(range(table.row, table.body)),
            unit_column=letter(column),
            columns=tuple(
                ColumnUnderstood(
                    letter(c),
                    sheet.text(table.row, c),
                    "claim",
                    "",
                    f,
                    "",
                    WORDS[f][0],
                    MEASURES.get(f, ""),
                    "",
                )
                for f, c in table.columns.items()
            ),
            rows=tuple(rows),
            left_out=tuple(f"{letter(c)} {header}" for c, header in table.others.items() if c != column),
        )
    )


def _rows(desk: Desk, sheet: Sheet, table: Headed, column: int, lookup: Lookup) -> list[tuple[int, str]]:
    lines = list(headed.carried(desk, sheet, table, column, lookup))
    units = _allowed(desk, lines)
    covered = desk.merged(sheet, [line.row for line, _unit in lines], table.columns.values())
    series: Counter[tuple[str, str]] = Counter()
    seen: dict[tuple[object, ...], int] = {}
    kept: list[tuple[int, str]] = []
    for line, _unit in lines:
        unit = matching.the_unit(desk, sheet, line, units, column)
        if unit is None:
            near = max((u.label for u in units), key=lambda label: alike(label, line.written), default="")
            suggestion = near if alike(near, line.written) >= matching.LIKELY else ""
            desk.error(
                "unknown_unit", sheet, address(line.row, column), suggestion, written=line.written[:60]
            )
        if any((line.row, c) in covered for c in table.columns.values()):
            continue
        adjustment = _adjustment(desk, sheet, table, line, unit)
        values = _fields(desk, sheet, table, line, adjustment) if adjustment else None
        if unit is None or adjustment is None or values is None:
            continue
        told = (unit.code, adjustment.code, *sorted((f, str(v)) for f, v in values.items()))
        if told in seen:
            desk.error("duplicate_row", sheet, address(line.row, column), first=str(seen[told]))
            continue
        seen[told] = line.row
        series[unit.code, adjustment.code] += 1
        number = str(series[unit.code, adjustment.code])
        kept.append((line.row, unit.code))
        for field, value in values.items():
            place = address(line.row, table.columns[field])
            desk.entries.append(
                Entry("claim", adjustment.code, field, number, unit.code, value, sheet.title, place)
            )
    return kept


def _allowed(desk: Desk, lines: list[tuple[Line, UnitName | None]]) -> tuple[UnitName, ...]:
    """Units of the form's class; without one, of the classes whose papers have adjustments."""
    groups = {g for a in desk.names.adjustments for g in a.groups}
    if desk.form.group:
        groups = {desk.form.group}
    return tuple(u for u in desk.names.units if not groups or u.group in groups)


def _adjustment(
    desk: Desk, sheet: Sheet, table: Headed, line: Line, unit: UnitName | None
) -> AdjustmentName | None:
    outcome = cells.words(sheet.rows[line.row].get(table.columns["type"]))
    place = address(line.row, table.columns["type"])
    desk.outcome(outcome, sheet, place)
    if not isinstance(outcome.value, str):
        return None
    group = unit.group if unit else ""
    ours = [a for a in desk.names.adjustments if not a.groups or not group or group in a.groups]
    written = {plain(outcome.value), header_measure(outcome.value)[0]}
    for adjustment in ours:
        if plain(adjustment.label) in written:
            return adjustment
    near = max((a.label for a in ours), key=lambda label: alike(label, str(outcome.value)), default="")
    suggestion = near if near and alike(near, outcome.value) >= 0.5 else ""
    known = _("、").join(a.label for a in ours)
    desk.error("unknown_type", sheet, place, suggestion, written=outcome.value[:60], known=known)
    return None


def _fields(
    desk: Desk, sheet: Sheet, table: Headed, line: Line, adjustment: AdjustmentName
) -> dict[str, Value] | None:
    """The claim's values by field; None when one of them cannot be read."""
    values: dict[str, Value] = {}
    sound = True
    for field, column in table.columns.items():
        if field == "type":
            continue
        cell = sheet.rows[line.row].get(column)
        place = address(line.row, column)
        if field == "points":
            outcome = _points(desk, sheet, place, adjustment, cells.number(cell, percent=False))
        elif cell is None and field != "matter":
            continue
        else:
            outcome = cells.day(cell) if field == "date" else cells.words(cell)
        desk.outcome(outcome, sheet, place)
        if outcome.kind == "error":
            sound = False
        elif outcome.value is not None and outcome.value is not NA and outcome.value != "/":
            values[field] = outcome.value
    return values if sound else None


def _points(desk: Desk, sheet: Sheet, place: str, adjustment: AdjustmentName, outcome: Outcome) -> Outcome:
    """Points are positive, and a veto has none."""
    value = outcome.value
    if adjustment.kind == "veto":
        if outcome.code in {"empty_cell", "not_a_number"} or not isinstance(value, Decimal):
            return Outcome(None) if outcome.code != "formula_not_allowed" else outcome
        desk.conversion("points_left_out", sheet, place, type=adjustment.label, written=numbers.text(value))
        return Outcome(None)
    if value is NA:
        return Outcome(None, "error", "empty_cell", {})
    if isinstance(value, Decimal) and value < 0:
        facts = {"type": adjustment.label, "written": numbers.text(value)}
        return Outcome(None, "error", "negative_points", facts, suggestion=numbers.text(-value))
    return outcome
