"""A percentage stored in two ways in one column: listed where it is plain, an error where it is not."""

from dataclasses import dataclass, field
from decimal import Decimal

from kaocheng import numbers
from kaocheng.figures.reading.cells import TWO_READINGS, Outcome, Stored
from kaocheng.figures.reading.desk import Desk
from kaocheng.figures.reading.findings import CONVERSION, Finding
from kaocheng.figures.reading.sheet import Sheet

__all__ = ["Percentages"]


@dataclass(slots=True)
class Percentages:
    """How the cells of one column are stored: as fractions shown as per cent, or as plain numbers."""

    label: str
    header: str
    formatted: list[tuple[str, Decimal]] = field(default_factory=list)
    plain: list[tuple[str, Decimal, bool]] = field(default_factory=list)

    def clean(self, cell: str, value: Decimal, formatted: bool) -> None:
        """Remember a cell that holds a number and nothing else."""
        if formatted:
            self.formatted.append((cell, value))
        else:
            self.plain.append((cell, value, False))

    def note(self, cell: str, outcome: Outcome) -> None:
        """Remember how *cell* held its number."""
        value = outcome.value
        if not isinstance(value, Decimal):
            return
        if outcome.stored is Stored.FORMATTED:
            self.formatted.append((cell, value))
        elif outcome.stored is Stored.PLAIN:
            self.plain.append((cell, value, bool(outcome.kind)))

    def settle(self, desk: Desk, sheet: Sheet) -> list[str]:
        """Report the column; the cells that can be read in two ways are returned."""
        if not self.formatted:
            return self._all_plain(desk, sheet)
        spoilt = []
        minority = len(self.plain) <= len(self.formatted)
        for cell, value, told in self.plain:
            if value and abs(value) <= TWO_READINGS:
                self._two_readings(desk, sheet, cell, value)
                spoilt.append(cell)
            elif minority and not told:
                self._listed(desk, sheet, cell, value)
        if not minority:
            for cell, value in self.formatted:
                self._listed(desk, sheet, cell, value)
        return spoilt

    def _all_plain(self, desk: Desk, sheet: Sheet) -> list[str]:
        values = [value for _cell, value, _told in self.plain]
        if len(values) > 2 and all(0 <= v <= 1 for v in values) and any(v % 1 for v in values):
            # A whole column can be meant in two ways as well as a cell; a percentage format settles it.
            desk.error("maybe_fractions", sheet, self.header, label=self.label)
            return [cell for cell, _value, _told in self.plain]
        return []

    def _two_readings(self, desk: Desk, sheet: Sheet, cell: str, value: Decimal) -> None:
        shown, other = numbers.text(value), numbers.text(value.scaleb(2))
        desk.findings[:] = [f for f in desk.findings if (f.sheet, f.cell) != (sheet.title, cell)]
        desk.error("unit_ambiguous", sheet, cell, f"{other}%", written=shown, other=f"{other}%")

    def _listed(self, desk: Desk, sheet: Sheet, cell: str, value: Decimal) -> None:
        facts = {"value": f"{numbers.text(value)}%"}
        desk.findings.append(Finding(CONVERSION, "percent_mixed", sheet.title, cell, facts))
