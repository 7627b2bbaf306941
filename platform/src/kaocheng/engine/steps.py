"""What one more step of a figure would bring one unit, everybody else standing still."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kaocheng.engine import aggregates, compose, marks, nodes, periods, places
from kaocheng.engine import evaluate as language
from kaocheng.engine.alone import Alone, LooksAtOthers
from kaocheng.engine.arrays import Exact
from kaocheng.engine.circles import Compared
from kaocheng.engine.evaluate import Value
from kaocheng.engine.explain import Step
from kaocheng.engine.grammar import BadExpression, Call, Name, Number, Operation, Tree, parse, walk
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.engine.rounding import half_up, plain, printed
from kaocheng.engine.terms import ONE, Seat, counts_for
from kaocheng.engine.wording import shown
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.run import Run
    from kaocheng.engine.working import Working

DEAREST = 500  # a larger group is not worked out anew for one unit's sake
TRIED = 24  # values of the figure looked at
JUDGED = frozenset(["ballots", "raters", "choice", "given", "import", "checklist"])
Key = tuple[str, str, str]  # figure, part, period


class WhatIf(Alone):
    """One unit's run with one figure other than it is; what hangs on the node asked about is anew."""

    def __init__(self, seat: Alone, changed: Key, value: Fraction, anew: frozenset[tuple[str, str]]) -> None:
        super().__init__(seat.whole, seat.place)
        self.changed, self.value, self.anew = changed, value, anew
        self.since = periods.span(changed[2]).first  # nothing earlier hangs on it

    def once(self, key: tuple[Any, ...], work: Callable[[], Any]) -> Any:
        """As the unit's run, except where the figure makes a difference."""
        if key in self._known:
            return self._known[key]
        if key[0] == "circle":
            self._known[key] = self._statistic(key)
        elif key[0] in ("applied", "in period", "row points") and key[1:3] in self.anew:
            self._known[key] = work()
        return super().once(key, work)

    def figure(self, code: str, part: str, period: str) -> Value:
        """The figure, as it would be."""
        if (code, part, period) == self.changed:
            return Exact.of([self.value])
        return super().figure(code, part, period)

    def score(self, paper: PaperRule, code: str, period: str) -> Exact:
        """The points there would be."""
        if (paper.code, code) not in self.anew or periods.span(period).end <= self.since:
            return super().score(paper, code, period)
        key = ("score", paper.code, code, period)
        if key not in self._known:
            self._known[key] = nodes.points(self, paper, paper.nodes[code], period).spread(1)
        found: Exact = self._known[key]
        return found

    def _statistic(self, key: tuple[Any, ...]) -> Exact:
        """A statistic of the group with this unit's value as it would be."""
        tree, compared = key[-1], self.whole.known(("compared", *key[1:]))
        if not isinstance(compared, Compared) or not isinstance(tree, Call):
            raise LooksAtOthers
        _circle, paper, node, period, *way, _tree = key
        scope = self.scope(self.recipe.papers[paper], self.recipe.papers[paper].nodes[node], period)
        for via in way:
            if isinstance(via, Call):
                scope = language.called(via, scope)[0]
            elif scope.node is not None and via == scope.node.get("method"):
                scope = nodes.measuring(scope)
            else:
                raise LooksAtOthers
        values, groups, at = compared.around(self.place, DEAREST)
        if values is None or groups is None:
            raise LooksAtOthers
        own = language.number(tree.arguments[0], scope).spread(1)
        each = [own.fraction(0) if i == at else values.fraction(i) for i in range(len(groups))]
        return aggregates.statistic(tree, Exact.of(each), groups, scope).take(_index(at))


def _index(at: int) -> Any:
    import numpy as np

    return np.array([at])


def ahead(it: Working, factor: Fraction | None) -> tuple[Step, ...]:
    """The next step, band or whole unit of each figure that would bring points; the nearest first."""
    if it.value is None or it.node.composed or it.node.get("rows") or it.node.get("across"):
        return ()
    if it.node.get("method") in JUDGED or not isinstance(it.run, Alone):
        return ()
    if marks.at_most(it.run, it.scope, it.value):
        return ()
    try:
        return tuple(_Steps(it, it.run, factor).found())
    except (LooksAtOthers, BadExpression):
        return ()


@dataclass(frozen=True, slots=True)
class _Gain:
    key: Key
    value: Fraction
    points: Fraction


class _Steps:
    def __init__(self, it: Working, run: Alone, factor: Fraction | None) -> None:
        self.it, self.run, self.factor = it, run, factor

    def found(self) -> Iterator[Step]:
        """Of the figure measured, its next threshold; else a whole unit more or less of each figure used."""
        whole: list[_Gain] = []
        told = False  # the total and the rank are worked out for the nearest step
        for used in self.it.used.values():
            if used.kind != "figure" or used.unit or len(used.key) != 3 or used.key[2] != self.it.period:
                continue
            key: Key = (used.key[0], used.key[1], used.key[2])
            now = self.it.seat.of(_number(self.run.figure(*key)))
            if now is None:
                continue
            near = self._first(key, now, self._thresholds(key, now))
            if near is not None:
                yield self._step(near, now, counted=not told)
                told = True
            if near is None or abs(near.value - now) > 1:
                unit = self._first(key, now, (now + 1, now - 1))
                whole += [unit] if unit is not None else []
        for gain in whole[:3]:
            now = self.it.seat.of(_number(self.run.figure(*gain.key)))
            yield self._step(gain, now or Fraction(0), counted=gain is whole[0] and not told)

    def _first(self, key: Key, now: Fraction, candidates: Iterable[Fraction]) -> _Gain | None:
        """The nearest value that brings more points."""
        assert self.it.value is not None
        negative = now < 0
        ordered = sorted(
            {c for c in candidates if c != now and (c >= 0 or negative)}, key=lambda c: abs(c - now)
        )
        for candidate in ordered[:TRIED]:
            points = self._points(key, candidate)
            if points is not None and points > self.it.value:
                return _Gain(key, candidate, points)
        return None

    def _points(self, key: Key, value: Fraction) -> Fraction | None:
        it = self.it
        there = WhatIf(self.run, key, value, frozenset([(it.paper.code, it.node.code)]))
        return there.score(it.paper, it.node.code, it.period).fraction(0)

    # -- where to look -----------------------------------------------------------------------------

    def _thresholds(self, key: Key, now: Fraction) -> Iterator[Fraction]:
        """Where the formula of a plainly measured figure turns: targets, bands, steps, others' values."""
        it = self.it
        if it.scope.figure != key[0] or key[1] or "x" in it.node.keys:
            return
        scope = nodes.measuring(it.scope)
        target = it.seat.of(_number(language.evaluate(parse("target"), it.scope)))
        if target is not None:
            yield target
            yield from self._steps_from(target, now)
        for tree in walk(parse(nodes.formula(it.node, scope))):
            if isinstance(tree, Operation) and len(tree.parts) == 2:
                yield from (v for part in tree.parts if (v := self._fixed(part, scope)) is not None)
            elif isinstance(tree, Call) and tree.path[0] in language.CIRCLES:
                yield from self._others(tree, scope, now)

    def _fixed(self, tree: Tree, scope: language.Scope) -> Fraction | None:
        """The value of a bound written in the rule."""
        if not isinstance(tree, Number | Name) or (isinstance(tree, Name) and tree.path[0] in ("x", "full")):
            return None
        if isinstance(tree, Name) and tree.path[0].startswith("_"):
            return None
        value = language.evaluate(tree, scope)
        return self.it.seat.of(value) if isinstance(value, Exact) else None

    def _steps_from(self, target: Fraction, now: Fraction) -> Iterator[Fraction]:
        """The next few steps away from or towards a target."""
        over, each = self.it.node.get("over"), self.it.node.get("each")
        width = Fraction(0)
        if isinstance(over, Mapping):
            width = target * (language.number(str(over["each"]), self.it.scope).fraction() or 0)
        elif each is not None:
            width = language.number(str(each), self.it.scope).fraction() or Fraction(0)
        if width > 0:
            steps = (now - target) / width
            first = steps.numerator // steps.denominator
            yield from (target + width * (first + k) for k in (-2, -1, 0, 1, 2))

    def _others(self, tree: Call, scope: language.Scope, now: Fraction) -> Iterator[Fraction]:
        """The values of others that a comparison turns at: the best, the lowest, those next to one's own."""
        compared = self.run.whole.known(("compared", *scope.key, tree))
        if not isinstance(compared, Compared):
            return
        values, groups, at = compared.around(self.run.place, DEAREST)
        if values is None or groups is None:
            raise LooksAtOthers
        if tree.arguments[:1] != (Name(("x",), None, tree.arguments[0].at),):
            return
        others = [v for i in range(len(groups)) if i != at and (v := values.fraction(i)) is not None]
        if others:
            yield from (min(others), max(others))
        above, below = [v for v in others if v > now], [v for v in others if v < now]
        yield from [min(above)] if above else []
        yield from [max(below)] if below else []

    # -- what it would bring -----------------------------------------------------------------------

    def _step(self, gain: _Gain, now: Fraction, *, counted: bool) -> Step:
        it = self.it
        assert it.value is not None
        total, rank, more = self._total(gain) if self.factor and counted else (None, None, None)
        return Step(
            figure=gain.key[:2],
            value=plain(gain.value),
            points=printed(gain.points, it.decimals),
            gain=plain(gain.points - it.value),
            total=total,
            rank=rank,
            total_gain=more,
            words=self._words(gain, now),
        )

    def _words(self, gain: _Gain, now: Fraction) -> str:
        code, part, _period = gain.key
        rule = self.run.recipe.figures[code]
        measure = _("个百分点") if rule.get("unit") == "%" else rule.get("unit", "")
        gap = _("{amount} {measure}", amount=shown(abs(gain.value - now)), measure=measure).strip()
        gets = printed(gain.points, self.it.decimals)
        what = str(rule["parts"][part]) if part else ""
        if what:
            return (
                _("{part}再减少 {gap} 可得 {points} 分", part=what, gap=gap, points=gets)
                if gain.value < now
                else _("{part}再增加 {gap} 可得 {points} 分", part=what, gap=gap, points=gets)
            )
        return (
            _("再减少 {gap} 可得 {points} 分", gap=gap, points=gets)
            if gain.value < now
            else _("再增加 {gap} 可得 {points} 分", gap=gap, points=gets)
        )

    def _total(self, gain: _Gain) -> tuple[str | None, str | None, str | None]:
        """The total there would be, as it is printed, its rank, and what is gained before rounding."""
        it, whole = self.it, self.run.whole
        own = whole.period if whole.asked else whole.recipe.own_period(it.paper)
        code = whole.recipe.total(it.paper, own)
        if code is None:
            return None, None, None
        anew = frozenset(
            (it.paper.code, c) for c in (*_above(self.run, it.paper, it.node.code), it.node.code)
        )
        then = WhatIf(self.run, gain.key, gain.value, anew).score(it.paper, code, own).fraction(0)
        now = whole.score(it.paper, code, own).fraction(self.run.place)
        decimals = whole.recipe.ranked_to(it.paper, code)
        if then is None or now is None:
            return None, None, None
        more = plain(then - now)
        if decimals is None:
            return plain(then), self._rank(then, now, own), more
        then, now = half_up(then, decimals), half_up(now, decimals)
        return printed(then, decimals), self._rank(then, now, own), more

    def _rank(self, total: Fraction, now: Fraction, period: str) -> str | None:
        rule = next(iter(self.it.paper.table("results").values()), {})
        found = places.ladder(self.run.whole, self.it.paper, period)
        at = self.run.place
        if found is None or found.rung(at) is None or rule.get("ties", "competition") != "competition":
            return None
        rank, level = found.rank(at, total, now)
        return None if level and rule.get("break") else str(rank)  # a tie that other columns break


def _number(value: Value) -> Exact:
    return value if isinstance(value, Exact) else Exact.nothing(2)


def share_of_total(seat: Seat, paper: PaperRule, node: NodeRule, period: str) -> Fraction | None:
    """What one point here is of the total, where every step up to it is linear; with redistribution."""
    own = seat.run.period if seat.run.asked else seat.run.recipe.own_period(paper)
    total = seat.run.recipe.total(paper, own)
    if total is None:
        return None
    return _share(seat, paper, (node.code, period), (total, own), 0)


def _share(
    seat: Seat, paper: PaperRule, here: tuple[str, str], top: tuple[str, str], depth: int
) -> Fraction | None:
    if here == top:
        return ONE
    found: Fraction | None = None
    for code in _users(seat.run, paper).get(here[0], ()):
        node = paper.nodes[code]
        if str(node["compose"]) not in ("sum", "weighted", "mean", "weighted_mean", "rescale") or depth > 30:
            continue
        for when in dict.fromkeys((here[1], top[1])):
            made_of = compose.parts(seat.run, paper, node, when)
            if not any((p.node.code, p.period) == here and p.paper is paper for p in made_of):
                continue
            above = _share(seat, paper, (code, when), top, depth + 1)
            if above is None:
                continue
            found = (found or Fraction(0)) + above * counts_for(seat, paper, node, when, here)
            break
    return found


def _users(run: Run, paper: PaperRule) -> Mapping[str, list[str]]:
    """Node → the compositions it is a part of, in this paper."""

    def work() -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for other in paper.nodes.values():
            for reference, _weight in compose.references(paper, other) if other.composed else ():
                users = found.setdefault(reference.partition("@")[0].strip(), [])
                users += [other.code] if other.code not in users else []
        return found

    whole = run.whole if isinstance(run, Alone) else run
    return whole.once(("users", paper.code), work)  # type: ignore[no-any-return]


def _above(run: Alone, paper: PaperRule, code: str) -> list[str]:
    """Every node that counts this one, directly or not."""
    users = _users(run, paper)
    found: list[str] = []
    waiting = [code]
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user not in found:
                found.append(user)
                waiting.append(user)
    return found
