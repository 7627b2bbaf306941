"""One unit's sheet, item by item: against its class, against its half-year, and where the points went.

Pure: a sheet in, what the unit's page and its score slip (得分单) show out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kaocheng.engine.sheet import Column, PaperSheet
from kaocheng.scoring.domain import bare

__all__ = ["Item", "Portrait", "portrait"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """A unit's items, the periods beside one another, and the sums above them."""

    unit: str
    label: str
    paper: PaperSheet
    periods: tuple[str, ...]
    items: tuple[Item, ...]
    sums: tuple[tuple[Column, str], ...]  # compositions and adjustments, as printed

    @property
    def lost(self) -> tuple[Item, ...]:
        """The items that lost points, the dearest first."""
        return tuple(
            sorted((i for i in self.items if i.lost and i.lost > 0), key=lambda i: i.lost or 0, reverse=True)
        )


def portrait(paper: PaperSheet, unit: str) -> Portrait:
    """What *paper* says of one unit."""
    leaves = [c for c in paper.columns if c.kind == "node" and c.show and not _composed(paper, c)]
    periods = tuple(dict.fromkeys(c.period for c in leaves))
    return Portrait(
        unit=unit,
        label=paper.labels.get(unit, unit),
        paper=paper,
        periods=periods,
        items=tuple(_items(paper, unit, leaves, periods)),
        sums=tuple(
            (c, paper.shown(unit, c.key))
            for c in paper.columns
            if c.show and (c.kind == "adjustment" or (c.kind == "node" and _composed(paper, c)))
        ),
    )


def class_mean(paper: PaperSheet, key: str) -> Fraction | None:
    """The mean of a column over the class, of those who have a value."""
    values = [v for unit in paper.units if (v := paper.value(unit, key)) is not None]
    return sum(values, Fraction(0)) / len(values) if values else None


def _composed(paper: PaperSheet, column: Column) -> bool:
    return any(c.parent == column.key and c.kind == "node" for c in paper.columns)


def _items(paper: PaperSheet, unit: str, leaves: Sequence[Column], periods: Sequence[str]) -> Iterator[Item]:
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
