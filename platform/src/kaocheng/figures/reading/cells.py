"""One cell to one value: by the one number grammar, or with the reason why not.

What could mean two things is an error; what was written unusually but means one thing is a conversion.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from kaocheng import numbers
from kaocheng.figures.reading.findings import CONVERSION, ERROR
from kaocheng.figures.reading.labels import DIRECTIONS, straighten
from kaocheng.figures.reading.sheet import Cell

__all__ = ["NA", "NotApplicable", "Outcome", "Stored", "Value", "clean", "day", "holds", "number", "words"]

LONGEST_WORD = 2000
LARGEST = Decimal(10) ** 24
MOST_CLEAN = 1e15
EARLIEST, LATEST = 1990, 2100  # a year outside was a number that somebody formatted as a date
TWO_READINGS = Decimal("1.5")  # above 150 % a percentage-formatted cell may hold 98.5 for 98.5 %
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
# The one accepted form is ISO's; what was probably meant by these is suggested, never read.
_YEAR_FIRST = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?", re.ASCII)


class NotApplicable(Enum):
    """The declared word for what a unit does not have this period: neither missing nor zero."""

    WORD = "/"


NA = NotApplicable.WORD
Value = Decimal | date | str | NotApplicable


class Stored(Enum):
    """How a cell of a percentage column holds its number."""

    FORMATTED = "formatted"  # 0.985 shown as 98.5 %
    PLAIN = "plain"  # 98.5
    SPELT = "spelt"  # the text "98.5%"
    OTHER = "other"


class Outcome(NamedTuple):
    """A value, or why there is none; *code* without *kind* error is a conversion to agree to."""

    value: Value | None
    kind: str = ""
    code: str = ""
    facts: Mapping[str, str] = {}
    stored: Stored = Stored.OTHER
    suggestion: str = ""


def number(cell: Cell | None, *, percent: bool) -> Outcome:
    """Read a number; *percent* when the column's measure is per cent.

    A percentage-formatted cell counts a hundredfold, in a percentage column only.
    """
    if cell is None:
        return _error("empty_cell")
    kind = cell.kind
    if kind == "n":
        return _stored_number(cell, percent)
    if kind == "s":
        return _written_number(cell, percent)
    return _unreadable(cell, "not_a_number")


def clean(cell: Cell, percent: bool) -> Decimal | None:
    """The number of a cell that holds nothing else, as its column counts; None where there is more to say.

    Most cells are such, and a workbook has many.
    """
    value = cell.value
    if cell.kind != "n" or not -MOST_CLEAN < value < MOST_CLEAN:
        return None
    found = Decimal(value) if type(value) is int else numbers.from_float(value)
    if not cell.percent:
        return found
    return found.scaleb(2) if percent and -1.5 <= value <= 1.5 else None


def holds(cell: Cell) -> bool:
    """Whether a cell in a row without a name holds a value; a seal or a signature does not."""
    return cell.kind != "s" or number(cell, percent=True).value is not None


def day(cell: Cell | None) -> Outcome:
    """Read a date: a date-typed cell, or ISO text; a bare number could be counted from 1900 or 1904."""
    if cell is None:
        return _error("empty_cell")
    if cell.kind == "d" and isinstance(cell.value, datetime):
        return _dated(cell.value)
    if cell.kind == "s":
        return _written_day(cell)
    return _unreadable(cell, "not_a_date")


def words(cell: Cell | None) -> Outcome:
    """Read a text; invisible characters are taken out and listed, those that turn its direction refused."""
    if cell is None:
        return _error("empty_cell")
    if cell.kind == "s":
        return _written_words(cell.value)
    if cell.kind == "n":
        stored = _stored_number(cell._replace(percent=False), False)
        return Outcome(numbers.text(stored.value)) if isinstance(stored.value, Decimal) else stored
    if cell.kind == "d" and isinstance(cell.value, datetime):
        return Outcome(cell.value.date().isoformat())
    return _unreadable(cell, "not_a_text")


def _written_words(written: str) -> Outcome:
    if DIRECTIONS.search(written):
        return _error("direction_characters", written=_short(DIRECTIONS.sub("", written)))
    bare = straighten(written)
    if not bare:
        return _error("empty_cell")
    if len(bare) > LONGEST_WORD:
        return _error("too_long", most=str(LONGEST_WORD))
    changed = bare != written.strip()
    return (
        Outcome(bare, CONVERSION, "invisible_characters", {"written": _short(bare)})
        if changed
        else Outcome(bare)
    )


def _stored_number(cell: Cell, percent: bool) -> Outcome:
    try:
        value = _decimal(cell.value)
    except numbers.NotANumber:
        return _error("not_a_number", written=_short(str(cell.value)))
    if not cell.percent:
        return Outcome(value, stored=Stored.PLAIN)
    if not percent:
        shown = numbers.text(value.scaleb(2))
        return _error("unit_ambiguous", written=f"{shown}%", other=numbers.text(value))
    if value > TWO_READINGS or value < -TWO_READINGS:
        written, meant = numbers.text(value.scaleb(2)), numbers.text(value)
        return _error("unit_ambiguous", f"{meant}%", written=f"{written}%", other=f"{meant}%")
    return Outcome(value.scaleb(2), stored=Stored.FORMATTED)


def _written_number(cell: Cell, percent: bool) -> Outcome:
    written = cell.value
    if straighten(written) in {"/", "／"}:
        return (
            Outcome(NA)
            if written == "/"
            else Outcome(NA, CONVERSION, "text_straightened", _facts(written, "/"))
        )
    try:
        reading = numbers.read(written)
    except numbers.NotANumber:
        return _error("not_a_number", written=_short(written))
    if abs(reading.value) >= LARGEST:
        return _error("not_a_number", written=_short(written))
    value = numbers.text(reading.value)
    if reading.percent and not percent:
        return _error("unit_ambiguous", written=_short(written), other=value)
    if reading.percent:
        return Outcome(
            reading.value, CONVERSION, "percent_as_text", _facts(written, f"{value}%"), Stored.SPELT
        )
    code = "text_straightened" if reading.changes else "number_as_text"
    return Outcome(reading.value, CONVERSION, code, _facts(written, value), Stored.PLAIN)


def _decimal(value: int | float) -> Decimal:
    """The decimal Excel shows; 15 significant digits is all it keeps, of integers too."""
    if type(value) is int and -(10**15) < value < 10**15:
        return Decimal(value)
    found = numbers.from_float(float(value))
    if abs(found) >= LARGEST:
        raise numbers.NotANumber(str(value), "")
    return found


def _dated(stamp: datetime) -> Outcome:
    if not EARLIEST <= stamp.year <= LATEST:
        return _error("not_a_date", written=stamp.date().isoformat())
    if stamp.time() != time():
        shown = stamp.strftime("%Y-%m-%d %H:%M")
        return Outcome(stamp.date(), CONVERSION, "time_dropped", _facts(shown, stamp.date().isoformat()))
    return Outcome(stamp.date())


def _written_day(cell: Cell) -> Outcome:
    bare = straighten(cell.value)
    parts = _YEAR_FIRST.fullmatch(bare)
    try:
        meant = date(*map(int, parts.groups())) if parts else None
    except ValueError:
        meant = None
    if meant is None or not EARLIEST <= meant.year <= LATEST:
        return _error("not_a_date", written=_short(cell.value))
    if not _ISO.fullmatch(bare):
        return _error("not_a_date", meant.isoformat(), written=_short(cell.value))
    return Outcome(meant, CONVERSION, "date_as_text", _facts(cell.value, bare))


def _unreadable(cell: Cell, code: str) -> Outcome:
    if cell.kind == "f":
        return _error("formula_not_allowed", written=_short(str(cell.value)))
    if cell.kind == "e":
        return _error("error_cell", written=_short(str(cell.value)))
    value = cell.value.date().isoformat() if isinstance(cell.value, datetime) else str(cell.value)
    return _error(code, written=_short(value))


def _error(code: str, suggestion: str = "", /, **facts: str) -> Outcome:
    return Outcome(None, ERROR, code, facts, suggestion=suggestion)


def _facts(written: str, value: str) -> dict[str, str]:
    return {"written": _short(written), "value": value}


def _short(written: str) -> str:
    return written if len(written) <= 60 else written[:59] + "…"
