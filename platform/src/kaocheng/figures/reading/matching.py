"""Which unit each row is: known, unknown, repeated or absent, and what a wrong name was meant to be."""

from collections.abc import Collection, Sequence

from kaocheng.figures.reading.desk import Desk, address
from kaocheng.figures.reading.labels import DIRECTIONS, alike, straighten
from kaocheng.figures.reading.layout import Line, Table
from kaocheng.figures.reading.names import UnitName
from kaocheng.figures.reading.sheet import Sheet

__all__ = ["once_each", "the_unit"]

LIKELY = 0.4  # names of three characters sharing two reach 0.67, sharing only 镇 0.33
IN_PLACE = 0.3  # what standing between the right neighbours is worth, each side


def once_each(desk: Desk, sheet: Sheet, lines: Sequence[Line], table: Table) -> list[Line]:
    """The first row of each unit of the class; what is unknown, repeated or missing is reported."""
    units, column = desk.names.of_group(table.group), table.unit_column
    known = frozenset(units)
    kept: list[Line] = []
    wrong: list[tuple[int, Line]] = []
    first: dict[str, int] = {}
    for place, line in enumerate(lines):
        unit = the_unit(desk, sheet, line, known, column)
        if unit is None or unit.code in first:
            wrong.append((place, line))
            continue
        first[unit.code] = line.row
        kept.append(line)
    waiting = [unit for unit in units if unit.code not in first]
    meant = _all_meant(wrong, lines, units, waiting)
    for place, line in wrong:
        suggestion = meant[place].label if place in meant else ""
        cell = address(line.row, column)
        if line.unit is not None and line.unit.code in first:
            desk.error(
                "duplicate_unit",
                sheet,
                cell,
                suggestion,
                unit=line.unit.label,
                first=str(first[line.unit.code]),
            )
        else:
            desk.error("unknown_unit", sheet, cell, suggestion, written=line.written[:60])
    for unit in waiting:
        desk.error("missing_unit", sheet, address(table.header[0], column), unit=unit.label)
    return kept


def the_unit(
    desk: Desk, sheet: Sheet, line: Line, units: Collection[UnitName], column: int
) -> UnitName | None:
    """The unit *line* names, if it is one of *units*; an unusual writing is listed."""
    if line.unit is None or line.unit not in units:
        return None
    cell = address(line.row, column)
    written = line.written
    if DIRECTIONS.search(written):
        desk.error("direction_characters", sheet, cell, written=DIRECTIONS.sub("", written))
    elif written not in {line.unit.label, line.unit.code}:
        desk.conversion("name_straightened", sheet, cell, written=straighten(written), unit=line.unit.label)
    return line.unit


def _all_meant(
    wrong: Sequence[tuple[int, Line]],
    lines: Sequence[Line],
    units: Sequence[UnitName],
    waiting: Sequence[UnitName],
) -> dict[int, UnitName]:
    """For each wrong row, by its place, the unit it was meant for; the last of each belong together."""
    unclaimed = list(waiting)
    found: dict[int, UnitName] = {}
    for place, line in wrong:
        meant = _meant(line, place, lines, units, unclaimed)
        if meant is not None:
            unclaimed.remove(meant)
            found[place] = meant
    left = [place for place, _line in wrong if place not in found]
    if len(left) == len(unclaimed) == 1:
        found[left[0]] = unclaimed[0]
    return found


def _meant(
    line: Line, place: int, lines: Sequence[Line], units: Sequence[UnitName], waiting: Sequence[UnitName]
) -> UnitName | None:
    """The unit without a row that is nearest by name, and by its place between its neighbours."""
    order = {unit.code: number for number, unit in enumerate(units)}
    before = _order(lines, place - 1, order)
    after = _order(lines, place + 1, order)

    def likelihood(unit: UnitName) -> float:
        # A name that is a unit's own says nothing about the other unit its row was meant for.
        score = 0.0 if line.unit is not None else alike(unit.label, line.written)
        return score + IN_PLACE * ((before == order[unit.code] - 1) + (after == order[unit.code] + 1))

    best = max(waiting, key=likelihood, default=None)
    return best if best is not None and likelihood(best) >= LIKELY else None


def _order(lines: Sequence[Line], place: int, order: dict[str, int]) -> int | None:
    """Where the unit of a row stands among all units; before the first and after the last is an edge."""
    if place < 0:
        return -1
    if place >= len(lines):
        return len(order)
    unit = lines[place].unit
    return order.get(unit.code) if unit else None
