"""The cell of a file that somebody must be sent to, where only scoring finds that it is wrong."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from kaocheng.engine.inputs import Unit
from kaocheng.engine.marks import OutOfRange
from kaocheng.engine.rounding import plain
from kaocheng.errors import Invalid
from kaocheng.numbers import NotANumber, read
from kaocheng.rulebook import Scheme
from kaocheng.rulebook.tables import BadTable, read_table


def of_points(scheme: Scheme, units: Sequence[Unit], figures: Path, wrong: OutOfRange) -> Invalid:
    """Points out of range, said of the cell they were handed in by, where one plainly is."""
    if wrong.figure is None:
        return wrong
    table = read_table(figures, ("unit", "indicator", "value"), ("period", "series"))
    called = {
        name for unit in units if wrong.unit in (unit.code, unit.label) for name in (unit.code, unit.label)
    }
    figure = (wrong.figure, scheme.recipe.figures[wrong.figure].get("label"))
    cells = zip(table["unit"], table["indicator"], table["value"], strict=True)
    for row, (unit, indicator, value) in enumerate(cells):
        if unit in called and indicator in figure and _number(value) == wrong.value:
            table.found.clear()  # said before
            table.wrong(row, "value", wrong.reason, wrong.remedy)
            return BadTable(table.found)
    return wrong


def _number(written: str) -> str:
    try:
        return plain(Fraction(read(written).value))
    except NotANumber:
        return ""
