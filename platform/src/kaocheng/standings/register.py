"""The register of one class, as it is printed: places in order, the quota line, and why each grade.

Pure: a sheet in, what a page, a command or a program shows out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kaocheng.engine.rounding import printed
from kaocheng.engine.sheet import Column, PaperSheet, Standing
from kaocheng.formats import span
from kaocheng.i18n import _
from kaocheng.scoring.domain import bare

__all__ = [
    "Line",
    "Place",
    "Register",
    "Scale",
    "by_rank",
    "heading",
    "headline",
    "line",
    "register",
]


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
    quota: str  # how many places there are
    places: int  # how many units have the grade
    units: int  # in the class
    after: str  # code of the last unit above
    above: str  # labels
    above_score: str
    below: str
    below_score: str
    gap: str
    stopped: bool  # by the quota; else the score of the unit below is too low
    tied: tuple[str, ...]  # labels of those a tie across the line left out
    vetoed: tuple[str, ...]  # labels of those above the line who take no place


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One class, ready to be shown."""

    paper: PaperSheet
    columns: tuple[Column, ...]
    places: tuple[Place, ...]
    scale: Scale | None
    line: Line | None

    @property
    def best(self) -> str:
        """The best grade anybody has."""
        return next((p.standing.grade for p in self.places if p.standing.grade and not p.standing.vetoes), "")


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
    """The columns that fit on one page: what the total is made of, and of a composition its compositions."""
    nodes = [c for c in paper.columns if c.kind == "node" and c.show and c.key != paper.total]
    composed = {c.parent for c in paper.columns if c.kind == "node"}
    shown: list[Column] = []
    for column in (c for c in nodes if c.parent == paper.total):
        below = [c for c in nodes if c.parent == column.key]
        shown += below if below and all(c.key in composed for c in below) else [column]
    return (*(shown or nodes), *(c for c in paper.columns if c.kind == "adjustment"))


def heading(column: Column, paper: PaperSheet) -> str:
    """What a column is called: with its part of the year in front where its node has several."""
    node, _sign, row = column.key.partition("#")
    label = bare(column)
    if column.kind == "row":
        label = _("{label}第 {n} 项", label=label.removesuffix(f"#{row}"), n=row)
    several = column.kind in ("node", "row") and node != column.node
    return f"{span(column.period)} {label}" if several else label


def by_rank(paper: PaperSheet) -> list[Standing]:
    """The standings from the first place down; those without a rank last, in the order of units."""
    return sorted(paper.standings, key=lambda s: (_rank(s), paper.row[s.unit]))


def line(paper: PaperSheet) -> Line | None:
    """The quota's line: the last unit inside it, and the best below that might have been.

    Below is whoever the quota stopped, or, where it stopped nobody, whoever fell short of the score.
    """
    ranked = [s for s in by_rank(paper) if s.score is not None]
    held = [s for s in ranked if _said(s, HELD) and s.grade == _said(s, HELD)["grade"]]
    if not held:
        return None
    last, facts = held[-1], _said(held[-1], HELD)
    stopped = [s for s in ranked if _said(s, STOPPED)]
    short = [s for s in ranked[ranked.index(last) + 1 :] if not s.vetoes]
    first = next(iter(stopped or short), None)
    return Line(
        grade=last.grade or "",
        quota=facts["quota"],
        places=sum(s.grade == last.grade for s in held),
        units=len(paper.units),
        after=last.unit,
        above=_label(paper, last),
        above_score=paper.shown(last.unit, paper.total),
        below=_label(paper, first) if first else "",
        below_score=paper.shown(first.unit, paper.total) if first else "",
        gap=_gap(paper, last.unit, first.unit) if first else "",
        stopped=bool(stopped),
        tied=tuple(_label(paper, s) for s in stopped if _said(s, frozenset({"quota_tied"}))),
        vetoed=tuple(
            _label(paper, s)
            for s in ranked
            if _rank(s) <= _rank(last) and any(code == "barred" for code, _facts in s.why)
        ),
    )


def _label(paper: PaperSheet, standing: Standing) -> str:
    return paper.labels.get(standing.unit, standing.unit)


def _said(standing: Standing, codes: frozenset[str]) -> Mapping[str, str]:
    """The facts of the first of these reasons, or none."""
    return next((facts for code, facts in standing.why if code in codes), {})


# The reasons (Standing.why) that speak of a quota's line: inside it, and stopped by it.
HELD = frozenset({"quota_in"})
STOPPED = frozenset({"quota_out", "quota_tied"})


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
