"""What one more step of a figure would bring one unit, everybody else standing still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from kaocheng.engine import depending, folded, marks, nodes, periods, places
from kaocheng.engine import evaluate as language
from kaocheng.engine.alone import Alone, LooksAtOthers
from kaocheng.engine.arrays import Exact
from kaocheng.engine.explain import Step
from kaocheng.engine.grammar import BadExpression
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.engine.rounding import half_up, plain, printed
from kaocheng.engine.terms import Seat, share_of_total
from kaocheng.engine.turning import Turning, figures
from kaocheng.engine.what_if import Key, WhatIf
from kaocheng.engine.wording import shown
from kaocheng.errors import Invalid
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

TRIED = 24  # values of the figure looked at
WIDER = (1, 10, 100, 1000, 10_000)  # how many steps, where one does not show in the points
JUDGED = frozenset(["ballots", "raters", "choice", "given", "import"])


@dataclass(frozen=True)
class Leaf:
    """A measured item of one unit, and the total of the paper it is looked at from."""

    seat: Seat
    paper: PaperRule
    node: NodeRule
    period: str
    top: PaperRule

    @cached_property
    def scope(self) -> language.Scope:
        """Where its names are looked up."""
        return self.seat.run.scope(self.paper, self.node, self.period)

    @cached_property
    def when(self) -> str:
        """The period its figures are of: of a node scored over several, the last, for the others are over."""
        if not self.node.get("across"):
            return self.period
        return folded.spans(self.seat.run, self.paper, self.node, self.period)[-1]

    @cached_property
    def inner(self) -> language.Scope:
        """Where the names of its formula are looked up in that period."""
        if not self.node.get("across"):
            return self.scope
        return nodes.scope(self.seat.run, self.paper, folded.plain(self.node), self.when)

    @property
    def over(self) -> bool:
        """Whether its period ended before that of the total did, so that no figure of it can change."""
        return self.total is not None and periods.span(self.when).end < periods.span(self.total[1]).end

    @cached_property
    def value(self) -> Fraction | None:
        """Its points."""
        return self.seat.of(self.seat.run.score(self.paper, self.node.code, self.period))

    @cached_property
    def decimals(self) -> int:
        """What they are printed to."""
        places_ = marks.places(self.seat.run, self.scope)
        return places_ if places_ is not None else (self.seat.run.recipe.decimals(self.paper, "total") or 0)

    @cached_property
    def total(self) -> tuple[str, str] | None:
        """The node that is ranked, and its period."""
        run = self.seat.run
        own = run.period if run.asked else run.recipe.own_period(self.top)
        code = run.recipe.total(self.top, own)
        return None if code is None else (code, own)

    @property
    def is_total(self) -> bool:
        """Whether it is what is ranked."""
        return self.paper is self.top and self.total == (self.node.code, self.period)

    @cached_property
    def share(self) -> Fraction | None:
        """What one point here is of the total, where every step up to it is linear."""
        if self.paper is not self.top:
            return None
        return share_of_total(self.seat, self.paper, self.node, self.period)

    @property
    def counts(self) -> bool:
        """Whether it has a part in what is ranked or graded: the total, or what a result asks for."""
        upon = depending.upon(self.seat.run, self.node.code)
        asked = depending.asked_by_results(self.seat.run, self.top) | (
            {self.total[0]} if self.total else set()
        )
        return not self.total or bool(asked & ({self.node.code} | {code for _home, code in upon}))

    @cached_property
    def better(self) -> int:
        """1 where a higher total is better, -1 where a lower one is."""
        return places.better(self.seat.run, self.top)

    def most(self) -> Fraction | None:
        """The most that the total can gain by this item; nothing where that is not known beforehand."""
        if self.value is None or not self.share or self.share * self.better < 0:
            return None
        ceiling = marks.ceiling(self.seat.run, self.scope)
        used = figures(self.inner)
        plainly = all(depending.straight(self.seat.run, self.paper, self.node, code) for code, _part in used)
        return (ceiling - self.value) * abs(self.share) if ceiling is not None and plainly else None


def ahead(leaf: Leaf, *, first: bool = False) -> tuple[tuple[Step, ...], str]:
    """The next step, band or whole unit of each figure that would bring more, the nearest first; or why none.

    Only the *first* where no more is asked for.
    """
    if leaf.value is None or not isinstance(leaf.seat.run, Alone):
        return (), ""
    ceiling = marks.ceiling(leaf.seat.run, leaf.scope)
    up = leaf.better * (leaf.share or 1) > 0
    if up and ceiling is not None and leaf.value >= ceiling:
        return (), ""
    if why := _why_not(leaf):
        return (), why
    steps = _Steps(leaf, leaf.seat.run)
    try:
        found = tuple(islice(steps.found(), 1 if first else None))
    except LooksAtOthers:
        return (), _("与许多单位比较或由名次决定,数据变动一步的结果要全体重排才知道")
    except (BadExpression, Invalid):
        return (), _("数据变动一步后不能计分")
    return found, "" if found else _("数据再变动一步,总分不会更好")


def _why_not(leaf: Leaf) -> str:
    node = leaf.node
    if node.get("rows"):
        return _("按清单逐项计分,见各项")
    if leaf.over:
        return _("时段已过,数据不能再变")
    if node.get("method") in JUDGED:
        return _("由评分人或另一张得分表给分,不随数据推算")
    if not leaf.counts:
        return _("不计入总分")
    return "" if figures(leaf.inner) else _("不由本单位填报的数据直接算得")


@dataclass(frozen=True, slots=True)
class _Gain:
    key: Key
    now: Fraction
    value: Fraction
    points: Fraction
    total: Fraction | None  # then, before it is rounded


class _Steps:
    def __init__(self, leaf: Leaf, run: Alone) -> None:
        self.leaf, self.run = leaf, run
        at = leaf.total
        whole = run.whole
        self.total_now = None if at is None else whole.score(leaf.top, *at).fraction(run.place)

    def found(self) -> Iterator[Step]:
        """Of the figure measured, its next threshold; else a whole unit more or less of each figure used."""
        whole: list[_Gain] = []
        leaf = self.leaf
        for code, part in figures(leaf.inner):
            key: Key = (code, part, leaf.when)
            value = self.run.figure(*key)
            now = leaf.seat.of(value) if isinstance(value, Exact) else None
            if now is None:
                continue
            turning = Turning(leaf.seat, leaf.inner, key, now)
            near = self._first(key, now, turning.values())
            if near is not None:
                yield self._step(near)
            step = turning.step()
            if near is None or abs(near.value - now) > step:
                unit = self._unit(key, now, step)
                whole += [unit] if unit is not None else []
        yield from (self._step(gain) for gain in whole[:3])

    def _first(self, key: Key, now: Fraction, candidates: Iterable[Fraction]) -> _Gain | None:
        """The nearest value that brings more."""
        negative = now < 0
        most = self._most(key, now)
        within = {c if most is None else min(c, most) for c in candidates}
        possible = {c for c in within if c != now and (c >= 0 or negative)}
        ordered = sorted(possible, key=lambda c: abs(c - now))
        return next((gain for c in ordered[:TRIED] if (gain := self._gain(key, now, c))), None)

    def _most(self, key: Key, now: Fraction) -> Fraction | None:
        """What a percentage cannot be above: a hundred, unless somebody's is, or a target."""
        code, part, period = key
        if now > 100 or self.run.recipe.figures[code].get("unit") != "%":
            return None
        whole = self.run.whole
        found: bool = whole.once(("above a hundred", *key), lambda: _above_a_hundred(whole, key))
        target = self.run.target(code, "target", period)
        aimed = None if part or not isinstance(target, Exact) else self.leaf.seat.of(target)
        return None if found or (aimed or 0) > 100 else Fraction(100)

    def _unit(self, key: Key, now: Fraction, step: Fraction) -> _Gain | None:
        """One step up or down; as many as it takes for the points to show it."""
        nearest = None
        for times in WIDER:
            gain = self._first(key, now, (now + times * step, now - times * step))
            nearest = nearest or gain
            if gain is not None and self._shows(gain):
                return gain
        return nearest

    def _shows(self, gain: _Gain) -> bool:
        assert self.leaf.value is not None
        return printed(gain.points, self.leaf.decimals) != printed(self.leaf.value, self.leaf.decimals)

    # -- what it would bring -----------------------------------------------------------------------

    def _gain(self, key: Key, now: Fraction, value: Fraction) -> _Gain | None:
        """What the figure at *value* brings; nothing where it makes nothing better."""
        leaf, there = self.leaf, WhatIf(self.run, key, value)
        points = there.score(leaf.paper, leaf.node.code, leaf.period).fraction(0)
        if points is None or points == leaf.value or leaf.value is None:
            return None
        counted = leaf.share is not None and leaf.share != 0
        if counted and (points > leaf.value) != (leaf.better * (leaf.share or 0) > 0):
            return None
        total = self._total(there, key, points - leaf.value)
        if total is not None and self.total_now is not None:
            gained = leaf.better * (total - self.total_now)
            if gained < 0 or (gained == 0 and points < leaf.value):
                return None
        elif points < leaf.value:
            return None
        return _Gain(key, now, value, points, total)

    def _total(self, there: WhatIf, key: Key, gained: Fraction) -> Fraction | None:
        """The total there would be, before it is rounded; nothing where it does not hang on the figure."""
        leaf = self.leaf
        if leaf.total is None or self.total_now is None:
            return None
        code, own = leaf.total
        if leaf.share is not None and depending.straight(self.run, leaf.paper, leaf.node, key[0]):
            return self.total_now + leaf.share * gained
        if (leaf.top.code, code) not in there.anew or periods.span(own).end <= there.since:
            return None
        return there.score(leaf.top, code, own).fraction(0)

    # -- in words ----------------------------------------------------------------------------------

    def _step(self, gain: _Gain) -> Step:
        leaf = self.leaf
        assert leaf.value is not None
        total, rank, more = self._told(gain.total)
        now = self._told(self.total_now)[0]
        return Step(
            figure=gain.key[:2],
            value=plain(gain.value),
            points=printed(gain.points, leaf.decimals),
            gain=plain(gain.points - leaf.value),
            total=None if leaf.is_total else total,
            rank=rank,
            total_gain=more,
            total_still=total is not None and total == now,
            words=self._words(gain),
        )

    def _told(self, then: Fraction | None) -> tuple[str | None, str | None, str | None]:
        """A total as it is printed, its rank, and what is gained before it is rounded."""
        now, leaf = self.total_now, self.leaf
        if then is None or now is None or leaf.total is None:
            return None, None, None
        more = plain(then - now)
        decimals = marks.ranked_to(self.run, leaf.top, leaf.total[0])
        if decimals is None:
            return plain(then), self._rank(then, now, leaf.total[1]), more
        then, now = half_up(then, decimals), half_up(now, decimals)
        return printed(then, decimals), self._rank(then, now, leaf.total[1]), more

    def _rank(self, total: Fraction, now: Fraction, period: str) -> str | None:
        rule = next(iter(self.leaf.top.table("results").values()), {})
        found = places.ladder(self.run.whole, self.leaf.top, period)
        at = self.run.place
        if found is None or found.rung(at) is None or rule.get("ties", "competition") != "competition":
            return None
        rank, level = found.rank(at, total, now)
        return None if level and rule.get("break") else str(rank)  # a tie that other columns break

    def _words(self, gain: _Gain) -> str:
        code, part, _period = gain.key
        rule = self.run.recipe.figures[code]
        own = self.leaf.scope.figure == code
        measure = _("个百分点") if rule.get("unit") == "%" else rule.get("unit", "")
        gap = _("{amount} {measure}", amount=shown(abs(gain.value - gain.now)), measure=measure).strip()
        label = str(rule.get("label", code))
        what = str(rule["parts"][part]) if part else "" if own else label
        what = what if own or not part else f"{label}·{what}"
        what = f"{self.leaf.when} {what or label}" if self.leaf.when != self.leaf.period else what
        facts = {"part": what, "gap": gap, "points": self._points(gain)}
        assert self.leaf.value is not None
        fewer = gain.value < gain.now
        if gain.points < self.leaf.value:
            less, more = (
                _("再减少 {gap},降为 {points} 分", **facts),
                _("再增加 {gap},降为 {points} 分", **facts),
            )
            said = less if fewer else more
            return _("{name}:{value}", name=what, value=said) if what else said
        if what and fewer:
            return _("{part}再减少 {gap},可得 {points} 分", **facts)
        if what:
            return _("{part}再增加 {gap},可得 {points} 分", **facts)
        if fewer:
            return _("再减少 {gap},可得 {points} 分", **facts)
        return _("再增加 {gap},可得 {points} 分", **facts)

    def _points(self, gain: _Gain) -> str:
        """The points then; with as many decimals as it takes to tell them from those of now."""
        return printed(gain.points, self.leaf.decimals) if self._shows(gain) else shown(gain.points)


def _above_a_hundred(whole: Run, key: Key) -> bool:
    """Whether anybody reported more than a hundred."""
    value = whole.figure(*key)
    return isinstance(value, Exact) and bool(np.any((value > Exact.constant(100)).holds))
