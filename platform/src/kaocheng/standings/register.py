"""The register of one class, as it is printed: places in order, the quota line, and why each grade.

Pure: a sheet in, what a page, a command or a program shows out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kaocheng.engine.rounding import printed
from kaocheng.engine.sheet import Column, PaperSheet, Standing

__all__ = ["Line", "Place", "Register", "Scale", "register"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One unit's row of the register."""

    unit: str
    label: str
    standing: Standing
    score: str
    dot: Fraction | None  # where the total stands on the scale, 0 to 1
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """The labelled ends of the scale on which the totals are dots: a small spread is no bar from zero."""

    low: int
    high: int

    def at(self, value: Fraction) -> Fraction:
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where the places of a grade end: the last unit above it and the first below, by name."""

    grade: str
    places: int  # how many units have the grade
    above: str  # labels
    above_score: str
    below: str
    below_score: str
    gap: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One class, ready to be shown."""

    paper: PaperSheet
    columns: tuple[Column, ...]
    places: tuple[Place, ...]
    scale: Scale | None
    line: Line | None


def register(paper: PaperSheet, columns: Sequence[Column] | None = None) -> Register:
    """The units of *paper* by rank, with the given columns, or those its total is made of."""
    chosen = tuple(columns if columns is not None else headline(paper))
    scores = [paper.value(unit, paper.total) for unit in paper.units]
    scale = _scale([score for score in scores if score is not None])
    order = sorted(paper.standings, key=lambda s: (_rank(s), paper.row[s.unit]))
    return Register(
        paper=paper,
        columns=chosen,
        places=tuple(_place(paper, standing, chosen, scale) for standing in order),
        scale=scale,
        line=line(paper),
    )


def headline(paper: PaperSheet) -> tuple[Column, ...]:
    """The columns that make up the total two levels down, and the adjustments: what fits on one page."""
    near = {paper.total}
    for _level in range(2):
        near |= {c.key for c in paper.columns if c.parent in near}
    shown = [c for c in paper.columns if c.kind == "node" and c.show and c.key in near - {paper.total}]
    if not shown:
        shown = [c for c in paper.columns if c.kind == "node" and c.show and c.key != paper.total]
    return (*shown, *(c for c in paper.columns if c.kind == "adjustment"))


def by_rank(paper: PaperSheet) -> list[Standing]:
    """The standings from the first place down; those without a rank last, in the order of units."""
    return sorted(paper.standings, key=lambda s: (_rank(s), paper.row[s.unit]))


def line(paper: PaperSheet) -> Line | None:
    """The quota's line: the last unit with the best grade given, and the best unit whom it stopped.

    Only where a quota or its edge is among the reasons of somebody's grade.
    """
    ranked = [s for s in by_rank(paper) if s.score is not None]
    stopped = [s for s in ranked if any(code in STOPPED for code, _facts in s.why)]
    held = [s for s in ranked if any(code in HELD for code, _facts in s.why)]
    if not stopped or not held:
        return None
    grade = held[-1].grade or ""
    above = [s for s in held if s.grade == grade]
    last, first = above[-1], stopped[0]
    return Line(
        grade=grade,
        places=len(above),
        above=paper.labels.get(last.unit, last.unit),
        above_score=paper.shown(last.unit, paper.total),
        below=paper.labels.get(first.unit, first.unit),
        below_score=paper.shown(first.unit, paper.total),
        gap=_gap(paper, last.unit, first.unit),
    )


# The reasons (Standing.why) that speak of a quota's line: inside it, and stopped by it.
HELD = frozenset({"within_quota", "edge_won"})
STOPPED = frozenset({"over_quota", "edge_lost", "still_tied"})


def _place(paper: PaperSheet, standing: Standing, columns: Sequence[Column], scale: Scale | None) -> Place:
    score = paper.value(standing.unit, paper.total)
    return Place(
        unit=standing.unit,
        label=paper.labels.get(standing.unit, standing.unit),
        standing=standing,
        score=paper.shown(standing.unit, paper.total),
        dot=scale.at(score) if scale and score is not None else None,
        cells=tuple(paper.shown(standing.unit, column.key) for column in columns),
    )


def _scale(scores: Sequence[Fraction]) -> Scale | None:
    if not scores:
        return None
    step = next(s for s in _steps() if max(scores) - min(scores) <= 4 * s)
    low, high = int(min(scores) // step) * step, -int(-max(scores) // step) * step
    return Scale(low, high if high > low else low + step)


def _steps() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50 …: the round distances people read a scale by."""
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def _rank(standing: Standing) -> float:
    return float(standing.rank) if isinstance(standing.rank, int) else float("inf")


def _gap(paper: PaperSheet, above: str, below: str) -> str:
    decimals = paper.column[paper.total].decimals
    one, other = (Fraction(paper.shown(unit, paper.total)) for unit in (above, below))
    return printed(one - other, decimals)
