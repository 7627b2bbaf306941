"""From totals to ranks and grades: ties, bands, quotas and their edge, vetoes, shifts, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from kaocheng.engine import circles, limits, marks, nodes, periods, vetoes
from kaocheng.engine.arrays import NA, OK, Exact, Truth, Words
from kaocheng.engine.evaluate import Scope, Value, evaluate, number
from kaocheng.engine.grammar import Name, is_share, parse
from kaocheng.engine.recipe import PaperRule
from kaocheng.engine.rounding import half_up, plain
from kaocheng.engine.sheet import Standing

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

Array = np.ndarray[Any, Any]
Why = tuple[str, Mapping[str, str]]


@dataclass(slots=True, eq=False)
class Placed:
    """One unit on its way to a grade; equal only to itself."""

    at: int
    unit: str
    order: int | None  # the higher the total the higher; the same for the same total; none without one
    rank: Fraction | None = None
    grade: str | None = None
    barred: set[str] = field(default_factory=set)
    forced: str | None = None
    down: int = 0  # grades lower
    vetoes: list[str] = field(default_factory=list)
    apart: bool = False
    why: list[Why] = field(default_factory=list)


def standings(run: Run, paper: PaperRule, result: str, period: str) -> tuple[Standing, ...]:
    """One standing for each unit of the paper, in the order of units."""
    ranking = ranked(run, paper, result, period)
    return run.once(  # type: ignore[no-any-return]
        ("standings", paper.code, result, period),
        lambda: tuple(ranking.standing(place) for place in ranking.places),
    )


def ranked(run: Run, paper: PaperRule, result: str, period: str) -> Ranking:
    """A result with everybody's place and grade found."""
    return run.once(  # type: ignore[no-any-return]
        ("ranked", paper.code, result, period), lambda: Ranking(run, paper, result, period).settled()
    )


def ranks(run: Run, paper: PaperRule, result: str, period: str) -> Exact:
    """The ranks of `standings`, of all units at once; missing for whoever has none."""
    ranking = Ranking(run, paper, result, period)
    if ranking.rule.keys() & {"break", "if", "apart"}:
        placed = ranked(run, paper, result, period).place_of
        return Exact.of([placed[at].rank if at in placed else None for at in range(len(run.units))])
    within = tuple(Name((name,)) for name in nodes.listed(ranking.rule.get("within") or "paper"))
    groups = run.groups(ranking.here, within)
    ties = str(ranking.rule.get("ties", "competition"))
    return circles.ranks(ranking.rounded, groups, ties)


class Ranking:
    """One result of one paper in one period, worked out for everybody."""

    def __init__(self, run: Run, paper: PaperRule, result: str, period: str) -> None:
        self.run, self.paper, self.period = run, paper, period
        self.rule = paper.table("results").get(result, {})
        self.here = Scope(run, paper, None, period)
        self.graded = periods.span(period).months == periods.span(run.recipe.own_period(paper)).months
        by = self.rule.get("by")
        total = run.recipe.total(paper, period)
        # in a period of its own (半年初评) a paper ranks by that period's total
        self.by = str(by) if by and self.graded else str(total or by)
        self.bands: Sequence[Mapping[str, Any]] = (self.rule.get("bands") or []) if self.graded else []
        self.grades = [str(band["grade"]) for band in self.bands]
        self._kept: dict[tuple[str, ...], Array] = {}

    def settled(self) -> Ranking:
        """With everybody's place and grade."""
        places = self.places
        for circle in self.by_circle(places).values():
            self._rank(circle)
        if self.bands:
            circles_ = self.by_circle(places)
            self._veto(places)
            quotas = {i: self.quotas(band, circles_) for i, band in enumerate(self.bands)}
            for key, circle in circles_.items():
                self._grade(circle, {i: quotas[i].get(key) for i in quotas})
            if apart := [place for place in places if place.apart]:
                self._grade(apart, {i: 0 for i, band in enumerate(self.bands) if "most" in band})
            self._afterwards(places)
        return self

    # -- who, and in what order --------------------------------------------------------------------

    def _node(self, paper: PaperRule, reference: str) -> Exact:
        """A node's score, of the period asked or of the one it names (``items@half``)."""
        code, _at, period = reference.partition("@")
        when = self.run.recipe.named(period, self.paper, self.period) if period else self.period
        return self.run.score(paper, code, when)

    @cached_property
    def rounded(self) -> Exact:
        """What is ranked, as it is rounded."""
        decimals = marks.ranked_to(self.run, self.paper, self.by)
        score = self._node(self.paper, self.by).spread(len(self.run.units))
        return score if decimals is None else score.half_up(decimals)

    def score(self, place: Placed) -> Fraction | None:
        """A unit's total as it is rounded."""
        return self.rounded.fraction(place.at)

    @cached_property
    def places(self) -> list[Placed]:
        """Who is in the result, in the order of units."""
        everybody = np.zeros(len(self.run.units), np.int64)
        order = circles.ranks(self.rounded, everybody, "dense", highest_first=False)
        members = self.run.members(self.paper) & (self.rounded.state != NA)
        if "if" in self.rule:
            members = members & self.holds(str(self.rule["if"]))
        apart = self.holds(str(self.rule["apart"])) if "apart" in self.rule else np.zeros(len(members), bool)
        units = self.run.units
        known = [int(n) if ok else None for n, ok in zip(order.n, order.state == OK, strict=True)]
        held = np.flatnonzero(members).tolist()
        return [Placed(at, units[at].code, known[at], apart=bool(apart[at])) for at in held]

    @cached_property
    def place_of(self) -> Mapping[int, Placed]:
        """The place of each unit that is in the result."""
        return {place.at: place for place in self.places}

    def holds(self, condition: str) -> Array:
        """For whom a condition holds; worked out once for all units."""

        def work() -> Array:
            return np.broadcast_to(
                _truth(evaluate(parse(condition), self.here)).holds, (len(self.run.units),)
            )

        found: Array = self.run.once(("holds", self.paper.code, self.period, condition), work)
        return found

    def numbers(self, expression: str) -> Exact:
        """The value of an expression for every unit; worked out once."""

        def work() -> Exact:
            return number(expression, self.here).spread(len(self.run.units))

        found: Exact = self.run.once(("numbers", self.paper.code, self.period, expression), work)
        return found

    def by_circle(self, places: Sequence[Placed]) -> Mapping[tuple[str, ...], list[Placed]]:
        """Who is ranked with whom."""
        found: dict[tuple[str, ...], list[Placed]] = {}
        within = nodes.listed(self.rule["within"]) if self.rule.get("within") else []
        for place in places:
            key = tuple(self.run.word(a, place.at, self.period) for a in within)
            if not place.apart:
                found.setdefault(key, []).append(place)
        return found

    def _rank(self, circle: Sequence[Placed]) -> None:
        chain = nodes.listed(self.rule["break"]) if self.rule.get("break") else []
        keys = {
            p.at: (p.order, *(self._gaps_last(step, p.at) for step in chain))
            for p in circle
            if p.order is not None
        }
        ordered = sorted((p for p in circle if p.order is not None), key=lambda p: keys[p.at], reverse=True)
        ranks = circles.places([keys[p.at] for p in ordered], str(self.rule.get("ties", "competition")))
        for place, rank in zip(ordered, ranks, strict=True):
            place.rank = rank

    def _gaps_last(self, step: str, at: int) -> tuple[int, Fraction]:
        value = self.value_of(step, at)
        return (0, Fraction(0)) if value is None else (1, value)

    def value_of(self, step: str, at: int) -> Fraction | None:
        """A node (``items@year``, ``province/total``), an adjustment, or an expression, of one unit."""
        home, name = self.run.recipe.home(self.paper, step)
        known = {*home.nodes, *home.table("adjustments")}
        value = self._node(home, name) if name.partition("@")[0] in known else self.numbers(step)
        return (value if value.shape else value.spread(len(self.run.units))).fraction(at)

    # -- vetoes ------------------------------------------------------------------------------------

    def _veto(self, places: Sequence[Placed]) -> None:
        for code, rule, struck in vetoes.over(self.run, self.paper, self.period):
            for place in places:
                if struck[place.at]:
                    place.vetoes.append(code)
                    place.down += int(rule.get("down", 0))
                    place.barred |= set(nodes.listed(rule["bars"])) if rule.get("bars") else set()
                    if rule.get("at_most") in self.grades:  # a grade of another result touches this one not
                        place.barred |= set(self.grades[: self.grades.index(str(rule["at_most"]))])
                    if rule.get("grade") in self.grades:
                        place.forced = str(rule["grade"])
                    place.why.append(("veto", {"veto": str(rule.get("label", code))}))

    # -- bands and quotas --------------------------------------------------------------------------

    def quotas(
        self, band: Mapping[str, Any], among: Mapping[tuple[str, ...], list[Placed]]
    ) -> Mapping[tuple[str, ...], int]:
        """The places of a grade in each circle."""
        if "most" not in band:
            return {}
        exact = {key: self.exact_quota(band, circle) for key, circle in among.items()}
        if not (band.get("pool") or self.rule.get("pool")):
            return {key: self.whole_places(band, quota) for key, quota in exact.items()}
        whole = self.whole_places(band, sum(exact.values(), Fraction(0)))
        return circles.shared_out(whole, {key: exact[key] for key in sorted(exact)})

    def exact_quota(self, band: Mapping[str, Any], circle: Sequence[Placed]) -> Fraction:
        """A quota before it is rounded to places."""
        text = str(band["most"])
        value = self.numbers(text).fraction(circle[0].at) or Fraction(0)
        if not is_share(text):
            return value
        return value * (
            sum(self.eligible(band, p) for p in circle) if band.get("of") == "eligible" else len(circle)
        )

    def eligible(self, band: Mapping[str, Any], place: Placed) -> bool:
        """Whether a band holds for a unit that nothing keeps from it."""
        return place.forced is None and str(band["grade"]) not in place.barred and self._meets(band, place)

    @staticmethod
    def whole_places(band: Mapping[str, Any], quota: Fraction) -> int:
        """The places of a quota."""
        match band.get("round", "down"):
            case "up":
                whole = -(-quota.numerator // quota.denominator)
            case "half_up":
                whole = int(half_up(quota, 0))
            case _:
                whole = quota.numerator // quota.denominator
        return max(whole, 1) if band.get("at_least_one") else whole

    def _meets(self, band: Mapping[str, Any], place: Placed) -> bool:
        if place.order is None or not self._keeps(band)[place.at]:
            return False
        bound = {
            key: self.numbers(str(band[key])).fraction(place.at) for key in limits.OF_RANKS if key in band
        }
        return all(b is not None and limits.rank_within(key, b, place.rank) for key, b in bound.items())

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

    def _grade(self, circle: Sequence[Placed], quotas: Mapping[int, int | None]) -> None:
        for place in circle:
            if place.forced is not None:
                place.grade = place.forced
        self._from_the_last(circle)
        better = 0
        for i, band in enumerate(self.bands):
            waiting = [p for p in circle if p.grade is None and self._meets(band, p)]
            for place in waiting:
                if self.grades[i] in place.barred:
                    place.why.append(("barred", {"grade": self.grades[i]}))
            open_to = [p for p in waiting if self.grades[i] not in p.barred]
            quota = quotas.get(i)
            if quota is not None:
                left = max(0, quota - better) if band.get("with_above") else quota
                # who is listed apart is graded by the score alone, and takes no place
                chosen = self._within_quota([p for p in open_to if not p.apart], left, self.grades[i])
            else:
                chosen = open_to
            line = ("band", {"grade": self.grades[i], **limits.told(band)})
            for place in chosen:
                place.grade = self.grades[i]
                if quota is None:
                    place.why.append(line)
            better += len(chosen)

    def _from_the_last(self, circle: Sequence[Placed]) -> None:
        """Grades that must be given at *least* so often, from the last rank upwards."""
        for i, band in reversed(list(enumerate(self.bands))):
            if "least" in band:
                quota = self.whole_places(band, self.exact_quota({**band, "most": band["least"]}, circle))
                ranked = [p for p in circle if p.rank is not None and p.grade is None]
                _ordered, chosen, _tied = self._up_to_the_line(ranked, quota, from_the_last=True)
                for place in chosen:
                    place.grade = self.grades[i]
                    place.why.append(("least", {"grade": self.grades[i], "quota": str(quota)}))

    def _within_quota(self, open_to: Sequence[Placed], quota: int, grade: str) -> list[Placed]:
        """The best *quota* of them."""
        ordered, chosen, tied = self._up_to_the_line(open_to, quota)
        self._say_quota(ordered, chosen, tied, quota, grade)
        return chosen

    def _up_to_the_line(
        self, among: Sequence[Placed], quota: int, *, from_the_last: bool = False
    ) -> tuple[list[Placed], list[Placed], list[Placed]]:
        """All in order, the first *quota* of them, and who is tied across that line (the edge rule)."""
        edge = self.rule.get("edge") or {}
        # first the chain that broke ties of rank, so that grades follow ranks
        chain = [
            step for rule in (self.rule.get("break"), edge.get("by")) if rule for step in nodes.listed(rule)
        ]
        keys = {p.at: (p.order, *(self._gaps_last(step, p.at) for step in chain)) for p in among}
        ordered = sorted(among, key=lambda p: keys[p.at], reverse=not from_the_last)
        chosen = ordered[:quota]
        tied: list[Placed] = []
        if 0 < quota < len(ordered) and keys[ordered[quota - 1].at] == keys[ordered[quota].at]:
            tied = [p for p in ordered if keys[p.at] == keys[ordered[quota].at]]
            undecided = set(tied)
            chosen = [p for p in chosen if p not in undecided]
            if edge.get("still_tied", "none") == "all":
                chosen += tied
        return ordered, chosen, tied

    def _say_quota(
        self, ordered: Sequence[Placed], chosen: list[Placed], tied: list[Placed], quota: int, grade: str
    ) -> None:
        facts = {"grade": grade, "quota": str(quota)}
        inside, undecided = set(chosen), set(tied)
        out = [p for p in ordered if p not in inside]
        if chosen:
            facts |= {"last_in": chosen[-1].unit, "last_in_score": plain(self.score(chosen[-1]))}
        if out:
            facts |= {"first_out": out[0].unit, "first_out_score": plain(self.score(out[0]))}
        for place in ordered:
            kind = "quota_in" if place in inside else "quota_tied" if place in undecided else "quota_out"
            place.why.append((kind, facts))

    # -- after quotas ------------------------------------------------------------------------------

    def _afterwards(self, places: Sequence[Placed]) -> None:
        for place in places:
            if place.grade not in self.grades or place.forced is not None:
                continue  # what a veto fixed, nothing moves
            moved = -place.down
            for shift in self.rule.get("shift") or []:
                if self.holds(str(shift["when"]))[place.at]:
                    moved += int(shift["by"])
            if moved:
                to = min(max(self.grades.index(place.grade) - moved, 0), len(self.grades) - 1)
                self._move(place, to, "shift")
            for promotion in self.rule.get("promote") or []:
                to = self.grades.index(str(promotion["to"]))
                if to < self.grades.index(place.grade) and self.holds(str(promotion["when"]))[place.at]:
                    self._move(place, to, "promote")

    def _move(self, place: Placed, to: int, kind: str) -> None:
        """To another grade; past those a veto keeps from the unit, whatever else speaks for it."""
        open_to = [grade for grade in self.grades[to:] if grade not in place.barred] or [self.grades[-1]]
        if open_to[0] != self.grades[to]:
            place.why.append(("barred", {"grade": self.grades[to]}))
        if open_to[0] != place.grade:
            place.why.append((kind, {"from": str(place.grade), "to": open_to[0]}))
            place.grade = open_to[0]

    def standing(self, place: Placed) -> Standing:
        """A unit's place and grade, as they are told."""
        score = self.score(place)
        rank = None if place.rank is None else plain(place.rank)
        return Standing(
            unit=place.unit,
            score=None if score is None else plain(score),
            rank=int(rank) if rank is not None and rank.isdigit() else rank,
            grade=place.grade if score is not None else None,
            vetoes=tuple(place.vetoes),
            apart=place.apart,
            why=(*place.why, *([("no_total", {})] if score is None else [])),
        )


def _truth(value: Value) -> Truth:
    """A condition, or a mark in groups.csv: 1 or 是 holds."""
    if isinstance(value, Truth):
        return value
    if isinstance(value, Words):
        return Truth(np.isin(value.v, ("是", "yes", "true")), value.state)
    return value.differs(Exact.constant(0))
