"""What looks wrong with a value beside the unit's last one, its target and its peers'.

A doubt never blocks; it goes to the verifier.  So it is raised only where a slip of the pen is likely: a
figure far outside what all the others do, measured by median and median deviation.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import log
from statistics import median

from kaocheng import numbers
from kaocheng.figures.reading.cells import NA
from kaocheng.figures.reading.desk import Entry
from kaocheng.figures.reading.findings import DOUBT, Finding
from kaocheng.figures.reading.labels import PERCENT, plain
from kaocheng.figures.reading.names import Names

__all__ = ["Context", "doubts"]

Key = tuple[str, str, str]  # unit, code, series

FEWEST = 5  # peers; among fewer nothing is far
SMALL = 30.0  # counts below leap without being wrong
TIMES_OF_LAST = 8.0  # a slipped digit is ten times
TIMES_OF_TARGET = 3.0
TIMES_OF_PEERS = 5.0
POINTS = 5.0  # of a percentage
DEVIATIONS = 12.0  # times the median deviation, on top of the above


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is already known of the same units: the earlier period's values, this period's targets, and
    the codes whose value runs on through the year."""

    previous: Mapping[Key, Decimal] = field(default_factory=dict)
    targets: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    cumulative: frozenset[str] = frozenset()
    divides: frozenset[str] = frozenset()  # codes whose rule divides by the target, come what may
    always: frozenset[str] = frozenset()  # codes of which no rule says what not applicable would give


def doubts(entries: Sequence[Entry], names: Names, context: Context) -> list[Finding]:
    """At most one doubt per value, the weightiest."""
    measures = {i.code: i.measure for i in names.indicators if i.of == "figure"}
    grouped: dict[tuple[str, str, str, str], list[Entry]] = {}
    for entry in entries:
        if entry.of in TESTS and type(entry.value) is Decimal:
            grouped.setdefault((entry.of, entry.sheet, entry.code, entry.series), []).append(entry)
    found = _unasked(entries, context.always)
    for (of, _sheet, code, series), several in grouped.items():
        column = _column(code, series, several, plain(measures.get(code, "")) in PERCENT, context)
        told: set[str] = set()
        for test in TESTS[of]:
            for entry, reason, facts in test(column):
                if entry.cell not in told:
                    told.add(entry.cell)
                    found.append(Finding(DOUBT, reason, entry.sheet, entry.cell, facts))
    return found


def _unasked(entries: Sequence[Entry], always: frozenset[str]) -> list[Finding]:
    """Work said not to be there (“/”) where no rule speaks of that; of a figure in parts, told once."""
    told: dict[tuple[str, str, str], Finding] = {}
    for entry in entries:
        if entry.value is NA and entry.of == "figure" and entry.code in always:
            key = (entry.sheet, entry.unit, entry.code)
            told.setdefault(key, Finding(DOUBT, "unasked_not_applicable", entry.sheet, entry.cell, {}))
    return list(told.values())


@dataclass(slots=True)
class _Column:
    """All units' values of one indicator, or of one part of it, and what is known beside each."""

    entries: list[Entry]
    percent: bool
    cumulative: bool
    divides: bool
    values: list[float]
    lasts: list[Decimal | None]
    targets: list[Decimal | None]


Told = list[tuple[Entry, str, dict[str, str]]]


def _column(code: str, series: str, entries: list[Entry], percent: bool, context: Context) -> _Column:
    previous, targets = context.previous, {} if series else context.targets
    nothing: list[Decimal | None] = [None] * len(entries)
    return _Column(
        entries,
        percent,
        code in context.cumulative,
        code in context.divides,
        [float(entry.value) for entry in entries],  # type: ignore[arg-type]
        [previous.get((entry.unit, code, series)) for entry in entries] if previous else nothing,
        [targets.get((entry.unit, code)) for entry in entries] if targets else nothing,
    )


def _falls(column: _Column) -> Told:
    if not column.cumulative:
        return []
    return [
        (entry, "falls", {"value": _text(entry.value), "last": _text(last)})
        for entry, last in zip(column.entries, column.lasts, strict=True)
        if last is not None and entry.value < last  # type: ignore[operator]
    ]


def _from_last(column: _Column) -> Told:
    return _beside(column, column.lasts, TIMES_OF_LAST, "far_from_last", "last")


def _from_target(column: _Column) -> Told:
    return _beside(column, column.targets, TIMES_OF_TARGET, "far_from_target", "target")


def _beside(column: _Column, others: list[Decimal | None], times: float, code: str, name: str) -> Told:
    """Values unlike their own last value or target, where the others' are not."""
    if not others:
        return []
    told: Told = []
    for place in _far(
        column.values, [None if o is None else float(o) for o in others], column.percent, times
    ):
        entry = column.entries[place]
        told.append((entry, code, {"value": _text(entry.value), name: _text(others[place])}))
    return told


def _from_peers(column: _Column) -> Told:
    """Values unlike the others', where nothing nearer is known: a small unit has small figures."""
    known = zip(column.lasts, column.targets, strict=True)
    alone = {place for place, (last, target) in enumerate(known) if last is None and target is None}
    if not alone:
        return []
    middle = median(column.values)
    told: Told = []
    for place in _far(column.values, [middle] * len(column.values), column.percent, TIMES_OF_PEERS):
        if place in alone:
            entry = column.entries[place]
            facts = {"value": _text(entry.value), "median": numbers.text(numbers.from_float(middle))}
            told.append((entry, "far_from_peers", facts))
    return told


def _negative(column: _Column) -> Told:
    values = column.values
    if min(values) >= 0 or 0 in values:
        return []
    below = [entry for entry, value in zip(column.entries, values, strict=True) if value < 0]
    if len(values) - len(below) < FEWEST or len(below) > len(values) / 5:
        return []
    return [(entry, "negative", {"value": _text(entry.value)}) for entry in below]


def _zero(column: _Column) -> Told:
    """Targets of nothing, where the rule divides by them and does not say what such a target gives."""
    if not column.divides:
        return []
    return [
        (entry, "zero_target", {})
        for entry in column.entries
        if entry.value == 0 and entry.field in ("", "target")
    ]


def _far(values: list[float], beside: Sequence[float | None], percent: bool, times: float) -> list[int]:
    """Places whose value lies unlike the others from what it is measured by.

    Percentages by difference in points, amounts by how many times; small counts not at all.
    """
    if beside.count(None) > len(beside) - FEWEST or _close(values, beside, percent, times):
        return []
    distances: dict[int, float] = {}
    for place, (value, other) in enumerate(zip(values, beside, strict=True)):
        if other is None:
            continue
        if percent:
            distances[place] = value - other
        elif value > 0 < other and (value >= SMALL or other >= SMALL):
            distances[place] = log(value / other)
    if len(distances) < FEWEST:
        return []
    ordered = sorted(distances.values())
    middle = ordered[len(ordered) // 2]
    least = POINTS if percent else log(times)
    if ordered[-1] - middle <= least and middle - ordered[0] <= least:
        return []  # the usual case; the deviation need not be known
    usual = median([abs(distance - middle) for distance in ordered])
    limit = max(DEVIATIONS * usual, least)
    return [place for place, distance in distances.items() if abs(distance - middle) > limit]


def _close(values: list[float], beside: Sequence[float | None], percent: bool, times: float) -> bool:
    """Whether all are measured by the same and lie too near each other for any to be far from it."""
    low, high = min(values), max(values)
    if beside.count(beside[0]) < len(beside):
        return False
    return high - low < POINTS if percent else low > 0 and high < low * times


def _text(value: object) -> str:
    return numbers.text(value) if isinstance(value, Decimal) else ""


# Towns of unlike size have unlike targets; that one is below zero is a slip all the same.
TESTS: Mapping[str, Sequence[Callable[[_Column], Told]]] = {
    "figure": (_falls, _from_last, _from_target, _from_peers, _negative),
    "target": (_zero, _negative),
}
