"""From ranks to grades: bands, quotas and their edge, vetoes, shifts, and why; of all units at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from kaocheng.engine import circles, limits, line, nodes, vetoes
from kaocheng.engine.arrays import OK, Exact, Truth, choose
from kaocheng.engine.cells import texts_of
from kaocheng.engine.grammar import is_share
from kaocheng.engine.integers import Array
from kaocheng.engine.line import NOBODY, Line
from kaocheng.engine.ranking import Ranking
from kaocheng.engine.recipe import PaperRule
from kaocheng.engine.rounding import plain
from kaocheng.engine.sheet import Standing

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

Why = tuple[str, Mapping[str, str]]
NONE = -1  # no grade
SHUT, BAND, IN, TIED, OUT = range(1, 6)  # what a band was to a unit; 0: nothing
TOLD = {IN: "quota_in", TIED: "quota_tied", OUT: "quota_out"}


def standings(run: Run, paper: PaperRule, result: str, period: str) -> tuple[Standing, ...]:
    """One standing for each unit of the paper, in the order of units."""
    found: tuple[Standing, ...] = run.once(
        ("standings", paper.code, result, period),
        lambda: tuple(ranked(run, paper, result, period).standings()),
    )
    return found


def ranked(run: Run, paper: PaperRule, result: str, period: str) -> Grading:
    """A result, with everybody's place and grade."""
    found: Grading = run.once(
        ("ranked", paper.code, result, period), lambda: Grading(run, paper, result, period)
    )
    return found


def ranks(run: Run, paper: PaperRule, result: str, period: str) -> Exact:
    """The ranks of `standings`, of all units at once; missing for whoever has none."""
    return ranked(run, paper, result, period).ranks


@dataclass(frozen=True, slots=True)
class Given:
    """Everybody's grade by bands and quotas."""

    grade: Array
    last: Array  # the grade given from the last rank upwards
    what: list[Array] = field(default_factory=list)  # what each band was to everybody
    quota: dict[int, Array] = field(default_factory=dict)  # the places there were, circle by circle
    line: dict[int, Line] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """Grades changed after the quotas: of whom, in order; from, to which was meant, to which it came."""

    kind: str
    at: Array
    before: Array
    meant: Array
    now: Array


class Grading(Ranking):
    """A ranking with its grades, each a number: its place among the bands."""

    def __init__(self, run: Run, paper: PaperRule, result: str, period: str) -> None:
        super().__init__(run, paper, result, period)
        self.bands: Sequence[Mapping[str, Any]] = (self.rule.get("bands") or []) if self.graded else []
        self.grades = [str(band["grade"]) for band in self.bands]
        self._kept: dict[tuple[str, str], Array] = {}

    # -- vetoes --------------------------------------------------------------------------------------

    @cached_property
    def struck(self) -> Sequence[tuple[str, Mapping[str, Any], Array]]:
        """Each veto, its rule, and whom it strikes."""
        return list(vetoes.over(self.run, self.paper, self.period)) if self.bands else []

    @cached_property
    def shut(self) -> Sequence[Array | None]:
        """For each band, whom a veto keeps from its grade."""
        found: list[Array | None] = [None] * len(self.grades)
        for _code, rule, whom in self.struck:
            barred = set(nodes.listed(rule["bars"])) if rule.get("bars") else set()
            if rule.get("at_most") in self.grades:  # a grade of another result touches this one not
                barred |= set(self.grades[: self.grades.index(str(rule["at_most"]))])
            for i, grade in enumerate(self.grades):
                if grade in barred:
                    known = found[i]
                    found[i] = whom if known is None else known | whom
        return found

    @cached_property
    def forced(self) -> Array:
        """The grade that a veto gives."""
        found = np.full(len(self.run.units), NONE)
        for _code, rule, whom in self.struck:
            if rule.get("grade") in self.grades:
                found[whom & self.members] = self.grades.index(str(rule["grade"]))
        return found

    # -- bands and quotas ----------------------------------------------------------------------------

    @cached_property
    def exact_quotas(self) -> Mapping[int, Exact]:
        """The quota of each limited band in each circle, before it is rounded to places."""
        return {i: self.exact_quota(band, "most") for i, band in enumerate(self.bands) if "most" in band}

    def exact_quota(self, band: Mapping[str, Any], key: str) -> Exact:
        """What a band says in each circle, by the circle's first unit."""
        text, count = str(band[key]), len(self.sizes)
        said = self.numbers(text).spread(len(self.run.units)).take(self.first)
        value = choose(Truth(np.asarray(said.state == OK)), said.put(None), Exact.constant(0)).spread(count)
        if not is_share(text):
            return value
        units = self.among(self.eligible(band)) if band.get("of") == "eligible" else self.sizes
        return value * Exact(units.astype(float))

    def eligible(self, band: Mapping[str, Any]) -> Array:
        """For whom a band holds that nothing keeps from it."""
        found = (self.forced < 0) & self._meets(band)
        shut = self.shut[self.grades.index(str(band["grade"]))]
        return found if shut is None else found & ~shut

    @cached_property
    def places(self) -> Mapping[int, Array]:
        """The places of each limited grade in each circle."""
        return {i: self._places(self.bands[i], exact) for i, exact in self.exact_quotas.items()}

    def _places(self, band: Mapping[str, Any], exact: Exact) -> Array:
        if not (band.get("pool") or self.rule.get("pool")):
            return self.whole_places(band, exact)
        each = {circle: exact.fraction(circle) or Fraction(0) for circle in range(len(self.sizes))}
        whole = self.whole_places(band, Exact.of([sum(each.values(), Fraction(0))]))
        parts = circles.shared_out(int(whole[0]), each)
        return np.array([parts[circle] for circle in each], np.int64)

    @staticmethod
    def whole_places(band: Mapping[str, Any], quota: Exact) -> Array:
        """The places of a quota."""
        match band.get("round", "down"):
            case "up":
                whole = quota.ceil()
            case "half_up":
                whole = quota.half_up(0)
            case _:
                whole = quota.floor()
        known = whole.lean().n
        known = known if known.dtype == object else known.astype(np.int64)
        return np.maximum(known, 1) if band.get("at_least_one") else known

    def _meets(self, band: Mapping[str, Any]) -> Array:
        """For whom a band holds, whatever keeps him from it."""
        kept = self.there & self._keeps(band)
        for key in limits.OF_RANKS:
            if key in band:
                kept = kept & limits.rank_within(key, self.numbers(str(band[key])), self.ranks).holds
        return kept

    def _keeps(self, band: Mapping[str, Any]) -> Array:
        """Whose total keeps the limits of a band, and for whom its condition holds; ranks apart."""
        first = band.get("round_first", self.rule.get("round_first"))
        said = {key: str(band[key]) for key in (*limits.OF_TOTALS, "if") if key in band}
        known = (str(first), str(said))
        if known not in self._kept:
            score = self.rounded if first is None else self.rounded.half_up(int(first))
            kept = np.ones(len(self.run.units), bool)
            for limit in limits.OF_TOTALS:
                if limit in said:
                    kept = kept & limits.within(limit, self.numbers(said[limit]), score).holds
            self._kept[known] = kept & self.holds(said["if"]) if "if" in said else kept
        return self._kept[known]

    # -- grades --------------------------------------------------------------------------------------

    @cached_property
    def given(self) -> Given:
        """Everybody's grade by bands and quotas, and what each band was to him."""
        found = Given(self.forced.copy(), np.full(len(self.run.units), NONE))
        self._from_the_last(found)
        better = np.zeros(len(self.sizes), np.int64)
        for i, band in enumerate(self.bands):
            open_to, what = (found.grade < 0) & self._meets(band), np.zeros(len(found.grade), np.uint8)
            shut = self.shut[i]
            if shut is not None:
                what[open_to & shut] = SHUT
                open_to = open_to & ~shut
            if "most" in band:
                quota = np.maximum(0, self.places[i] - better) if band.get("with_above") else self.places[i]
                self._within_quota(found, i, open_to, quota, what)
            else:
                what[open_to] = BAND
            chosen = (what == BAND) | (what == IN)
            found.grade[chosen] = self.grades.index(self.grades[i])
            found.what.append(what)
            better = better + self.among(chosen)
        return found

    def _within_quota(self, found: Given, i: int, open_to: Array, quota: Array, what: Array) -> None:
        """The best of each circle; who is listed apart takes no place."""
        found.quota[i] = quota
        found.line[i] = ends = self._up_to_the_line(open_to & (self.circle >= 0), quota, self.line_strength)
        what[ends.chosen], what[ends.tied], what[ends.beyond] = IN, TIED, OUT

    def _up_to_the_line(self, whom: Array, quota: Array, strength: Array) -> Line:
        """Who of some units gets a place, by the edge rule where several stand alike across the line."""
        all_tied = (self.rule.get("edge") or {}).get("still_tied", "none") == "all"
        return line.up_to(np.flatnonzero(whom), self.circle, strength, quota, all_tied=all_tied)

    def _from_the_last(self, found: Given) -> None:
        """Grades that must be given at *least* so often, from the last rank upwards."""
        for i, band in reversed(list(enumerate(self.bands))):
            if "least" in band:
                quota = found.quota[i] = self.whole_places(band, self.exact_quota(band, "least"))
                open_to = self.there & (self.circle >= 0) & (found.grade < 0)
                turned = self.line_strength.max(initial=0) - self.line_strength
                chosen = self._up_to_the_line(open_to, quota, turned).chosen
                found.last[chosen], found.grade[chosen] = i, self.grades.index(self.grades[i])

    # -- after quotas --------------------------------------------------------------------------------

    @cached_property
    def grade(self) -> Array:
        """Everybody's grade in the end."""
        found: Array = self.given.grade.copy()
        for move in self.moves:
            found[move.at] = move.now
        return found

    @cached_property
    def moves(self) -> Sequence[Move]:
        """What shifts and promotions change, one after another; what a veto fixed, nothing moves."""
        if not self.bands:
            return []
        found, moved = self.given.grade.copy(), np.zeros(len(self.run.units), np.int64)
        movable = self.members & (found >= 0) & (self.forced < 0)
        for _code, rule, whom in self.struck:
            moved[whom] -= int(rule.get("down", 0))
        for shift in self.rule.get("shift") or []:
            moved[self.holds(str(shift["when"]))] += int(shift["by"])
        at = np.flatnonzero(movable & (moved != 0))
        moves = [self._move("shift", found, at, np.clip(found[at] - moved[at], 0, len(self.grades) - 1))]
        for promotion in self.rule.get("promote") or []:
            to = self.grades.index(str(promotion["to"]))
            at = np.flatnonzero(movable & (found > to) & self.holds(str(promotion["when"])))
            moves.append(self._move("promote", found, at, np.full(len(at), to)))
        return moves

    def _move(self, kind: str, found: Array, at: Array, meant: Array) -> Move:
        """To another grade; past those a veto keeps from the unit, whatever else speaks for it."""
        now = meant.copy()
        for i, shut in enumerate(self.shut[:-1]):
            if shut is not None:
                now[(now == i) & shut[at]] += 1
        before, first = found[at], np.array([self.grades.index(grade) for grade in self.grades], np.int64)
        found[at] = now = first[now]
        return Move(kind, at, before, meant, now)

    # -- as it is told -------------------------------------------------------------------------------

    def standing(self, at: int) -> Standing:
        """One unit's place and grade."""
        score, rank = (value.fraction(at) for value in (self.rounded, self.ranks))
        grade = int(self.grade[at])
        return Standing(
            unit=self.run.units[at].code,
            score=None if score is None else plain(score),
            rank=None if rank is None else _rank(plain(rank)),
            grade=self.grades[grade] if score is not None and grade >= 0 else None,
            vetoes=tuple(code for code, _rule, whom in self.struck if whom[at]),
            apart=bool(self.apart[at]),
            why=tuple(self._why(at)),
        )

    def standings(self) -> Iterator[Standing]:
        """Everybody's; whoever has the same reasons as somebody before has the same grade and vetoes."""
        scores, ranks_, units = texts_of(self.rounded), texts_of(self.ranks), self.run.units
        known: dict[tuple[int, ...], Standing] = {}
        alike = zip(*(column.tolist() for column in self._reasons()), strict=True)
        for at, (inside, same) in enumerate(zip(self.members.tolist(), alike, strict=True)):
            if inside:
                like = known[same] if same in known else known.setdefault(same, self.standing(at))
                rank = None if (text := ranks_[at]) is None else _rank(text)
                yield Standing(
                    units[at].code, scores[at], rank, like.grade, like.vetoes, like.apart, like.why
                )

    def _reasons(self) -> Iterator[Array]:
        """Columns of which any two units have the same if their reasons are the same."""
        yield from (self.circle, self.there, self.given.last, *self.given.what)
        yield from (whom for _code, _rule, whom in self.struck)
        for move in self.moves:
            found = np.full(len(self.run.units), NONE)
            found[move.at] = (move.before * len(self.grades) + move.meant) * len(self.grades) + move.now
            yield found

    def _why(self, at: int) -> Iterator[Why]:
        """What gave one unit its grade, in the order in which it happened."""
        for code, rule, whom in self.struck:
            if whom[at]:
                yield "veto", {"veto": str(rule.get("label", code))}
        last = int(self.given.last[at])
        if last >= 0:
            quota = self.given.quota[last][self.circle[at]]
            yield "least", {"grade": self.grades[last], "quota": str(quota)}
        for i, what in enumerate(self.given.what):
            if what[at]:
                yield self._by_band(i, int(what[at]), int(self.circle[at]))
        for move in self.moves:
            n = int(np.searchsorted(move.at, at))
            if n < len(move.at) and move.at[n] == at:
                yield from self._moved(move, n)
        if not self.there[at]:
            yield "no_total", {}

    def _by_band(self, i: int, what: int, circle: int) -> Why:
        grade = self.grades[i]
        if what == SHUT:
            return "barred", {"grade": grade}
        if what == BAND:
            return "band", {"grade": grade, **limits.told(self.bands[i])}
        facts, ends = {"grade": grade, "quota": str(self.given.quota[i][circle])}, self.given.line[i]
        for key, who in (("last_in", ends.last_in), ("first_out", ends.first_out)):
            unit = int(who[circle])
            if unit != NOBODY:
                facts |= {key: self.run.units[unit].code, f"{key}_score": plain(self.rounded.fraction(unit))}
        return TOLD[what], facts

    def _moved(self, move: Move, n: int) -> Iterator[Why]:
        before, meant, now = (self.grades[int(found[n])] for found in (move.before, move.meant, move.now))
        if meant != now:
            yield "barred", {"grade": meant}
        if before != now:
            yield move.kind, {"from": before, "to": now}


def _rank(text: str) -> int | str:
    return int(text) if text.isdigit() else text
