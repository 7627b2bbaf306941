"""One unit's sheet, item by item: against its class, against its half-year, and where the points went.

Pure: a sheet in, what the unit's page and its score slip (得分单) show out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from kaocheng.engine.sheet import Column, PaperSheet
from kaocheng.scoring.domain import bare
from kaocheng.scoring.explaining import RowsToldOf
from kaocheng.standings.register import heading

__all__ = ["Item", "Portrait", "Sum", "portrait"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One indicator of the unit's paper, in each period it is scored in."""

    node: str
    label: str
    group: str  # label of the node it adds to
    clause: str | None
    full: Fraction | None
    keys: tuple[str, ...]  # of its columns, one per period of the portrait; empty where there is none
    points: tuple[str, ...]
    mean: Fraction | None  # of the class, in the last period
    rate: Fraction | None
    mean_rate: Fraction | None
    lost: Fraction | None
    row: bool = False  # one row of a list, part of the item above it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What items add up to, a bonus or a deduction, and last of all the total; in the period it is of."""

    label: str
    clause: str | None
    full: str | None
    keys: tuple[str, ...]  # as of an item
    points: tuple[str, ...]
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """A unit's items, the periods beside one another, and the sums above them."""

    unit: str
    label: str
    paper: PaperSheet
    periods: tuple[str, ...]
    items: tuple[Item, ...]
    sums: tuple[Sum, ...]


def portrait(paper: PaperSheet, unit: str, rows: RowsToldOf | None = None) -> Portrait:
    """What *paper* says of one unit; *rows* is what its lists' rows say of themselves."""
    leaves = [c for c in paper.columns if c.kind == "node" and c.show and not _composed(paper, c)]
    periods = tuple(dict.fromkeys(c.period for c in leaves))
    return Portrait(
        unit=unit,
        label=paper.labels.get(unit, unit),
        paper=paper,
        periods=periods,
        items=tuple(_items(paper, unit, leaves, periods, rows or {})),
        sums=tuple(_sums(paper, unit, periods)),
    )


def _sums(paper: PaperSheet, unit: str, periods: Sequence[str]) -> Iterator[Sum]:
    """The sums in the order of the working: each period's own, what they are put together to, the total."""
    rows: dict[str, dict[int, Column]] = {}
    for c in paper.columns:
        if c.key != paper.total and c.show and (c.kind == "adjustment" or _composed(paper, c)):
            place = periods.index(c.period) if c.period in periods else max(len(periods) - 1, 0)
            row = c.node if place not in rows.get(c.node, {}) else c.key
            rows.setdefault(row, {})[place] = c
    halves = [own for own in rows.values() if len(own) > 1]
    for own in (*halves, *(own for own in rows.values() if len(own) == 1)):
        yield _sum(paper, unit, periods, own)
    total = paper.column.get(paper.total)
    if total is not None:
        yield replace(_sum(paper, unit, periods, {max(len(periods) - 1, 0): total}), total=True)


def _sum(paper: PaperSheet, unit: str, periods: Sequence[str], row: Mapping[int, Column]) -> Sum:
    last = row[max(row)]
    own = [row.get(place) for place in range(max(len(periods), 1))]
    return Sum(
        label=bare(last) if len(row) > 1 else heading(last, paper),
        clause=last.clause,
        full=last.full,
        keys=tuple(c.key if c else "" for c in own),
        points=tuple(paper.shown(unit, c.key) if c else "" for c in own),
    )


def class_mean(paper: PaperSheet, key: str) -> Fraction | None:
    """The mean of a column over the class, of those who have a value."""
    values = [v for unit in paper.units if (v := paper.value(unit, key)) is not None]
    return sum(values, Fraction(0)) / len(values) if values else None


def _composed(paper: PaperSheet, column: Column) -> bool:
    return column.kind == "node" and any(c.parent == column.key and c.kind == "node" for c in paper.columns)


def _items(
    paper: PaperSheet, unit: str, leaves: Sequence[Column], periods: Sequence[str], told: RowsToldOf
) -> Iterator[Item]:
    for node in dict.fromkeys(c.node for c in leaves):
        by_period = {c.period: c for c in leaves if c.node == node}
        last = next(by_period[p] for p in reversed(periods) if p in by_period)
        parent = paper.column.get(last.parent or "")
        full = Fraction(last.full) if last.full else None
        points, mean = paper.value(unit, last.key), class_mean(paper, last.key)
        yield Item(
            node=node,
            label=bare(last),
            group=bare(parent) if parent else "",
            clause=last.clause,
            full=full,
            keys=tuple(by_period[p].key if p in by_period else "" for p in periods),
            points=tuple(paper.shown(unit, by_period[p].key) if p in by_period else "" for p in periods),
            mean=mean,
            rate=points / full if full and points is not None else None,
            mean_rate=mean / full if full and mean is not None else None,
            lost=full - points if full is not None and points is not None else None,
        )
        yield from _rows(paper, unit, by_period, periods, told)


def _rows(
    paper: PaperSheet,
    unit: str,
    by_period: Mapping[str, Column],
    periods: Sequence[str],
    told: RowsToldOf,
) -> Iterator[Item]:
    """The rows of a list below their item: a department's tasks, each with its own points."""
    above = {column.key: period for period, column in by_period.items()}
    found: dict[str, dict[str, Column]] = {}
    for c in paper.columns:
        if c.kind == "row" and c.parent in above and paper.shown(unit, c.key):
            found.setdefault(c.label, {})[above[c.parent]] = c
    for label, own in found.items():
        texts = [told[c.key] for c in own.values() if c.key in told]
        full = next((_worth(it.full) for it in reversed(texts) if it.full), None)
        points = paper.value(unit, own[next(p for p in reversed(periods) if p in own)].key)
        yield Item(
            node=next(iter(own.values())).node,
            label=next((it.name for it in texts if it.name), label),
            group="",
            clause=None,
            full=full,
            keys=tuple(own[p].key if p in own else "" for p in periods),
            points=tuple(paper.shown(unit, own[p].key) if p in own else "" for p in periods),
            mean=None,
            rate=points / full if full and points is not None else None,
            mean_rate=None,
            lost=full - points if full is not None and points is not None else None,
            row=True,
        )


def _worth(written: str) -> Fraction | None:
    try:
        return Fraction(written)
    except ValueError:
        return None
