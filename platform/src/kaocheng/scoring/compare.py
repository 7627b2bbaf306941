"""Two score sheets side by side: a correction is approved by what it moves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kaocheng.engine.rounding import printed
from kaocheng.engine.sheet import PaperSheet, Sheet, Standing

__all__ = ["Cell", "Comparison", "Move", "Places", "compare"]

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that is not what it was; an empty text is *missing* or a column that was not there."""

    key: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What two sheets say differently about one unit."""

    unit: str
    label: str
    group: str
    score: Pair
    by: str | None  # signed difference of the totals; None where one of them is missing
    rank: Pair
    grade: Pair
    cells: tuple[Cell, ...]

    @property
    def moved(self) -> bool:
        """Whether the score, the rank or the grade differ, not only a cell below them."""
        return self.score[0] != self.score[1] or self.rank[0] != self.rank[1] or self.regraded

    @property
    def regraded(self) -> bool:
        return self.grade[0] != self.grade[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Who gained and who lost a grade in one class: the quota, seen from its places."""

    group: str
    grade: str
    before: int
    after: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The difference between two sheets of one period."""

    before: str  # digests
    after: str
    moves: tuple[Move, ...]
    places: tuple[Places, ...]
    same_recipe: bool
    same_inputs: bool

    @property
    def moved(self) -> tuple[Move, ...]:
        """The units whose score, rank or grade differ."""
        return tuple(move for move in self.moves if move.moved)


def compare(before: Sheet, after: Sheet) -> Comparison:
    """Who moves, by how much, and which rank, grade and quota change.

    Units are matched by code within their class; one that is in only one of the sheets has empty
    texts on the other side.
    """
    olds = {paper.group: paper for paper in before.papers}
    news = {paper.group: paper for paper in after.papers}
    groups = [*news, *(group for group in olds if group not in news)]
    return Comparison(
        before=before.digest,
        after=after.digest,
        moves=tuple(move for group in groups for move in _moves(group, olds.get(group), news.get(group))),
        places=tuple(
            places for group in groups for places in _places(group, olds.get(group), news.get(group))
        ),
        same_recipe=before.recipe == after.recipe,
        same_inputs=before.inputs == after.inputs,
    )


def _moves(group: str, old: PaperSheet | None, new: PaperSheet | None) -> Iterator[Move]:
    was, now = _by_unit(old), _by_unit(new)
    for unit in [*now, *(unit for unit in was if unit not in now)]:
        cells = tuple(_cells(unit, old, new))
        score = (_total(old, unit), _total(new, unit))
        rank = (_rank(was.get(unit)), _rank(now.get(unit)))
        grade = (_grade(was.get(unit)), _grade(now.get(unit)))
        if cells or score[0] != score[1] or rank[0] != rank[1] or grade[0] != grade[1]:
            yield Move(
                unit=unit,
                label=_label(unit, new, old),
                group=group,
                score=score,
                by=_difference(unit, old, new),
                rank=rank,
                grade=grade,
                cells=cells,
            )


def _cells(unit: str, old: PaperSheet | None, new: PaperSheet | None) -> Iterator[Cell]:
    keys = [column.key for column in new.columns] if new else []
    keys += [column.key for column in old.columns if column.key not in keys] if old else []
    totals = {paper.total for paper in (old, new) if paper}  # said beside, as the score
    for key in (key for key in keys if key not in totals):
        before, after = _shown(old, unit, key), _shown(new, unit, key)
        if before != after:
            paper = new if new and key in new.column else old
            assert paper is not None
            yield Cell(key, paper.column[key].label, before, after)


def _places(group: str, old: PaperSheet | None, new: PaperSheet | None) -> Iterator[Places]:
    was, now = _by_unit(old), _by_unit(new)
    ranked = sorted(
        [*now.values(), *was.values()], key=lambda s: s.rank if isinstance(s.rank, int) else 10**9
    )
    grades = dict.fromkeys(_grade(s) for s in ranked)  # the best first
    for grade in grades:
        before = {unit for unit, standing in was.items() if _grade(standing) == grade}
        after = {unit for unit, standing in now.items() if _grade(standing) == grade}
        if grade and before != after:
            yield Places(
                group=group,
                grade=grade,
                before=len(before),
                after=len(after),
                gained=tuple(_label(u, new, old) for u in now if u in after - before),
                lost=tuple(_label(u, new, old) for u in was if u in before - after),
            )


def _by_unit(paper: PaperSheet | None) -> Mapping[str, Standing]:
    standings: Sequence[Standing] = paper.standings if paper else ()
    return {standing.unit: standing for standing in standings}


def _rank(standing: Standing | None) -> str:
    return "" if standing is None or standing.rank is None else str(standing.rank)


def _grade(standing: Standing | None) -> str:
    return "" if standing is None else standing.grade or ""


def _total(paper: PaperSheet | None, unit: str) -> str:
    return _shown(paper, unit, paper.total) if paper else ""


def _shown(paper: PaperSheet | None, unit: str, key: str) -> str:
    there = paper is not None and unit in paper.row and key in paper.column
    return paper.shown(unit, key) if there and paper else ""


def _label(unit: str, *papers: PaperSheet | None) -> str:
    return next((p.labels[unit] for p in papers if p and unit in p.labels), unit)


def _difference(unit: str, old: PaperSheet | None, new: PaperSheet | None) -> str | None:
    if not old or not new or unit not in old.row or unit not in new.row:
        return None
    before, after = _points(old, unit), _points(new, unit)
    if before is None or after is None:
        return None
    decimals = new.column[new.total].decimals
    text = printed(after - before, decimals)
    return f"+{text}" if after > before else text


def _points(paper: PaperSheet, unit: str) -> Fraction | None:
    # As printed: the difference must be that of the two numbers a reader sees.
    exact = paper.value(unit, paper.total)
    return None if exact is None else Fraction(printed(exact, paper.column[paper.total].decimals))
