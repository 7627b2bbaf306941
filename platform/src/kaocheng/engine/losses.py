"""Where the points went: full marks minus the score, told apart by node, exactly.

The identity, for any node with full marks that has a score (``B`` full marks, ``v`` the points)::

    B − v  =  Σ losses                                                    (gains are negative losses)

It holds step by step.  What a node is worked out by is a chain of stages v₀ → v₁ → … → v (worked out, joined
by bonuses, held within bounds, rounded …), so B − v = (B − v₀) + (v₀ − v₁) + …; each difference is one loss
with the stage's name.  Of a composition v₀ = Σ cᵢ·sᵢ over its parts, so with each part's own full marks Bᵢ

    B − v₀  =  (B − Σ cᵢ·Bᵢ)  +  Σ cᵢ·(Bᵢ − sᵢ)

where the first bracket is what full marks the parts do not make up (nothing in a scheme that closes) and
each Bᵢ − sᵢ is told apart in its turn.  cᵢ holds weights and redistribution (``terms.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from kaocheng.engine import adjust, compose, folded, marks, nodes, sums
from kaocheng.engine.apportion import Taken, by_formula, by_powers
from kaocheng.engine.arrays import NA, OK, Exact
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.engine.rounding import half_up
from kaocheng.engine.score import node_label
from kaocheng.engine.terms import ONE, ZERO, Seat, Term, terms
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

LINEAR = frozenset(["sum", "weighted", "mean", "weighted_mean", "rescale", "product", "min", "max", "best"])
Told = tuple[str, Fraction | None]  # a stage and the value after it


@dataclass(frozen=True, slots=True)
class Lost:
    """Points lost (gained where negative) at one stage of one node, in points of the node asked about."""

    paper: PaperRule
    node: str
    period: str
    label: str
    kind: str
    points: Fraction
    why: str = ""


@dataclass(frozen=True, slots=True)
class _At:
    """A node in a period, and how much of the node asked about one point of it is."""

    paper: PaperRule
    node: NodeRule
    period: str
    share: Fraction
    depth: int = 0


def losses(seat: Seat, paper: PaperRule, node: NodeRule, period: str) -> list[Lost] | None:
    """Everything between full marks and the points; nothing where there is no score or no full marks."""
    full = seat.of(compose.told_full(seat.run, paper, node, period))
    value = seat.of(seat.run.score(paper, node.code, period))
    if full is None or value is None:
        return None
    found = list(_Losing(seat).of(_At(paper, node, period, ONE), full))
    return [lost for lost in found if lost.points]


def rounding_of_total(seat: Seat, paper: PaperRule, node: NodeRule, period: str) -> Lost | None:
    """What is lost (or gained) when the total is rounded to be ranked and printed."""
    value = seat.of(seat.run.score(paper, node.code, period))
    decimals = marks.ranked_to(seat.run, paper, node.code)
    if value is None or decimals is None:
        return None
    points = value - half_up(value, decimals)
    label = node_label(seat.run.recipe, node)
    why = _("总分四舍五入到 {places} 位", places=decimals)
    return Lost(paper, node.code, period, label, "round", points, why) if points else None


class _Losing:
    def __init__(self, seat: Seat) -> None:
        self.seat = seat

    def of(self, here: _At, base: Fraction) -> Iterator[Lost]:
        """All between *base* and the points of a node."""
        run = self.seat.run
        leaf = not here.node.composed and not here.node.get("rows") and not here.node.get("across")
        if leaf and self.seat.of(run.score(here.paper, here.node.code, here.period)) == base:
            return
        if here.node.get("across"):
            yield from self._across(here, base)
            return
        scope = run.scope(here.paper, here.node, here.period)
        told = [(name, v) for name, v, _state in self.seat.stages(here.paper, here.node, here.period)]
        told.append(("stand_in", self.seat.of(run.score(here.paper, here.node.code, here.period))))
        if leaf:
            told = _measured(told)
        yield from self._staged(here, base, told, rounds=marks.places(run, scope))

    def _staged(self, here: _At, base: Fraction, told: list[Told], *, rounds: int | None) -> Iterator[Lost]:
        """The first stage that has a value against *base*, then each stage against the one before."""
        start = max((i + 1 for i, (_n, value) in enumerate(told) if value is None), default=0)
        if start == len(told):
            return
        first, value = told[start]
        assert value is not None
        whole = self._whole(here, value) if start == 0 and here.node.composed else None
        rows = self._rows(here, base) if start == 0 and here.node.get("rows") else None
        if whole is not None:
            yield from self._parts(here, base, *whole)
        elif rows is not None:
            yield from rows
        else:
            kind = "score" if start == 0 and not here.node.composed else "whole" if start == 0 else first
            yield self._lost(here, kind, base - value)
        for (_before, a), (name, b) in pairwise(told[start:]):
            assert a is not None
            assert b is not None
            if name == "joined":
                yield from self._joined(here, a - b)
            elif a != b:
                yield self._lost(here, name, a - b, rounds=rounds)

    def _lost(self, here: _At, kind: str, points: Fraction, *, rounds: int | None = None) -> Lost:
        label, why = node_label(self.seat.run.recipe, here.node), _why(kind, rounds)
        if kind == "stand_in" and self._not_theirs(here):
            why = _("不适用,按规定计分")
        if kind == "whole" and here.node["compose"] == "inherit":
            why = _("随单位")
        return Lost(here.paper, here.node.code, here.period, label, kind, here.share * points, why)

    def _not_theirs(self, here: _At) -> bool:
        return self.seat.state(self.seat.run.applied(here.paper, here.node.code, here.period)) == NA

    def _whole(self, here: _At, value: Fraction) -> tuple[Fraction, list[Taken]] | None:
        """What a composition is with nothing lost, and what each part takes from it."""
        kind = str(here.node["compose"])
        of = (self.seat, here.paper, here.node, here.period)
        if kind in ("geometric", "harmonic"):
            return by_powers(*of, value)
        if kind == "formula":
            return by_formula(*of, value)
        if kind not in LINEAR:
            return None
        found = terms(*of)
        # a telescope starts from the product of the parts without loss; elsewhere bases enter as they are
        top = _product(found) if kind == "product" else _summed(found)
        return top, [
            Taken(
                t.part.paper, t.part.node, t.part.period, t.base, t.coefficient, t.marked or kind != "product"
            )
            for t in found
            if t.state == OK
        ]

    def _parts(self, here: _At, base: Fraction, top: Fraction, parts: list[Taken]) -> Iterator[Lost]:
        parts, left_out = self._without_strangers(parts, top - base)
        if base != top - left_out:
            yield self._lost(here, "structure", base - top + left_out)
        for part in parts:
            if not part.coefficient:
                continue
            at = _At(part.paper, part.node, part.period, here.share * part.coefficient, here.depth + 1)
            if part.marked or not part.node.composed:
                yield from self.of(at, part.base)
            else:  # a coefficient has no full marks that its own parts could fall short of
                value = self.seat.of(self.seat.run.score(part.paper, part.node.code, part.period))
                yield self._lost(at, "score", part.base - (value or ZERO))

    def _without_strangers(self, parts: list[Taken], over: Fraction) -> tuple[list[Taken], Fraction]:
        """Parts that are not the unit's business count for nothing, where full marks leave no room for them.

        A scheme may list everybody's items in one composition, give none for those that do not apply, and
        close for each unit by its own: nobody lost those, and nobody gained them back.
        """
        run, kept, left_out = self.seat.run, [], ZERO
        for part in parts:
            marks_ = part.coefficient * part.base
            code = part.node.code
            stranger = 0 < marks_ <= over - left_out and not self.seat.of(
                run.score(part.paper, code, part.period)
            )
            if stranger and self.seat.state(run.applied(part.paper, code, part.period)) == NA:
                left_out += marks_
                kept.append(replace(part, base=ZERO))
            else:
                kept.append(part)
        return kept, left_out

    def _rows(self, here: _At, base: Fraction) -> list[Lost] | None:
        """Each row of a list against its own full marks, where they add up to the node's."""
        if here.node.get("fold", "sum") != "sum":
            return None
        rows, values = folded.row_points(self.seat.run, here.paper, here.node, here.period)
        full = rows.fields.get("full")
        if not isinstance(full, Exact):
            return None
        mine = np.flatnonzero(rows.units == self.seat.at)
        each = [(full.spread(len(rows.units)).fraction(int(i)), values.fraction(int(i))) for i in mine]
        if any(f is None or v is None for f, v in each) or sum((f or ZERO for f, _v in each), ZERO) != base:
            return None
        lost = [self._lost(here, "score", (f or ZERO) - (v or ZERO)) for f, v in each]
        of = (self.seat, here.node, here.period)
        return [
            replace(one, node=f"{one.node}#{n}", label=folded.row_label(*of, one.label, n))
            for n, one in enumerate(lost, 1)
        ]

    def _joined(self, here: _At, lost: Fraction) -> Iterator[Lost]:
        """Bonuses and deductions one by one, with what their caps cut; another node's excess."""
        run, told = self.seat.run, ZERO
        for name, rule in here.paper.table("adjustments").items():
            if rule.get("to") != here.node.code:
                continue
            deducted = rule.get("kind") == "deduction"
            amount = self.seat.of(adjust.adjustment(run, here.paper, name, here.period))
            if not amount:
                continue
            asked = adjust.asked(run, here.paper, name, here.period, self.seat.at)
            for kind, points in (("entries", amount if asked is None else asked), ("cap", amount)):
                if kind == "cap" and (asked is None or asked == amount):
                    continue
                signed = points if kind == "entries" else amount - (asked or ZERO)
                kind_ = ("deduction" if deducted else "bonus") if kind == "entries" else "cap"
                label = str(rule.get("label", name))
                why = "" if kind == "entries" else _("{label}的上限", label=label)
                points_ = here.share * (signed if deducted else -signed)
                yield Lost(here.paper, name, here.period, label, kind_, points_, why)
            told += amount if deducted else -amount
        if lost != told:
            yield replace(self._lost(here, "excess", lost - told), why=_("其他项目超过满分的部分计入"))

    def _across(self, here: _At, base: Fraction) -> Iterator[Lost]:
        """Each period against full marks in it, by its share in the fold; then bounds and rounding."""
        run, seat, node = self.seat.run, self.seat, here.node
        spans = folded.spans(run, here.paper, node, here.period)
        each = [folded.in_period(run, here.paper, node, p) for p in spans]
        fold = folded.fold_of(run, here.paper, node, here.period)
        folded_value = seat.of(compose.over_periods(run, fold, spans, each))
        scope = run.scope(here.paper, node, here.period)
        value = seat.of(run.applied(here.paper, node.code, here.period))
        final = seat.of(run.score(here.paper, node.code, here.period))
        told: list[Told] = [("worked", folded_value)]
        if folded_value is not None:
            bounded = seat.of(marks.bounded(run, scope, Exact.constant(folded_value)))
            told += [("bounds", bounded), ("round", value)]
        told.append(("stand_in", final))
        shares = self._shares(fold, spans, each)
        if folded_value is None or shares is None:
            yield from self._staged(here, base, told, rounds=marks.places(run, scope))
            return
        top = ZERO
        for period, value_, share in zip(spans, each, shares, strict=True):
            points = seat.of(value_)
            if share and points is not None:
                full = seat.of(run.full(here.paper, node.code, period)) or ZERO
                top += share * full
                at = _At(here.paper, folded.plain(node), period, here.share * share)
                yield from self._in_period(at, full, points)
        if base != top:
            yield self._lost(here, "structure", base - top)
        yield from self._steps(here, told, marks.places(run, scope))

    def _in_period(self, here: _At, full: Fraction, points: Fraction) -> Iterator[Lost]:
        """One period of a node that is scored across several, by the stages of that period."""
        if full == points:
            return
        run = self.seat.run
        scope = nodes.scope(run, here.paper, here.node, here.period)
        told = [(name, value) for name, value, _state in self.seat.told(nodes.in_period(run, scope))]
        if told[-1][1] != points:
            yield self._lost(here, "score", full - points)
            return
        told = told if here.node.composed or here.node.get("rows") else _measured(told)
        yield from self._staged(here, full, told, rounds=marks.places(run, scope))

    def _steps(self, here: _At, told: list[Told], rounds: int | None) -> Iterator[Lost]:
        for (_before, a), (name, b) in pairwise(told):
            if a is not None and b is not None and a != b:
                yield self._lost(here, name, a - b, rounds=rounds)

    def _shares(self, fold: Any, spans: list[str], each: list[Exact]) -> list[Fraction] | None:
        """What each period counts in the fold, for this unit."""
        there = [self.seat.state(value) != NA for value in each]
        few = sums.few(fold)
        match fold:
            case "sum":
                return [ONE if t else ZERO for t in there]
            case "mean":
                return [Fraction(1, sum(there)) if t else ZERO for t in there]
            case "last":
                return [ZERO] * (len(spans) - 1) + [ONE]
            case _ if few or fold in ("min", "max"):
                known = [(self.seat.of(value), n) for n, value in enumerate(each) if there[n]]
                if not known or any(value is None for value, _n in known):
                    return None
                most, mean = few or (1, False)
                known.sort(key=lambda one: one[0] or ZERO, reverse=fold != "min")
                chosen = [n for _value, n in known[:most]]
                share = Fraction(1, len(chosen)) if mean else ONE
                return [share if n in chosen else ZERO for n in range(len(spans))]
            case dict():
                weights = _weights(self.seat.run, fold, spans)
                left = sum((w for w, t in zip(weights, there, strict=True) if t), ZERO)
                return [w / left if t and left else ZERO for w, t in zip(weights, there, strict=True)]
        return None


def _why(kind: str, rounds: int | None) -> str:
    """What a stage took points for, where its name alone does not tell."""
    match kind:
        case "round":
            return _("四舍五入") if rounds is None else _("四舍五入到 {places} 位", places=rounds)
        case "bounds":
            return _("上下限")
        case "gate":
            return _("前提条件不成立")
        case "veto":
            return _("一票否决")
        case "undefined":
            return _("除数为零,按规定计分")
        case "missing" | "stand_in":
            return _("缺数据,按规定计分")
        case "whole":
            return _("按公式合成,不能分到各部分")
        case "structure":
            return _("各部分满分与总满分之差")
    return ""


def _weights(run: Run, fold: dict[str, Any], spans: list[str]) -> list[Fraction]:
    from kaocheng.engine.evaluate import Scope, number

    first = next(iter(run.recipe.papers.values()))
    return [number(str(fold.get(p, 0)), Scope(run, first, None, p)).fraction() or ZERO for p in spans]


def _measured(told: list[Told]) -> list[Told]:
    """Of a leaf, what is beyond its bounds was never points: the first value is the one within them."""
    names = [name for name, _value in told]
    joined = dict(told)["joined"]
    before = told[names.index("joined") - 1][1]
    if joined != before or joined is None:
        return told
    kept = names.index("bounds")
    return told if told[kept][1] is None else [("worked", told[kept][1]), *told[kept + 1 :]]


def _summed(found: list[Term]) -> Fraction:
    return sum((term.coefficient * term.base for term in found), ZERO)


def _product(found: list[Term]) -> Fraction:
    whole = ONE
    for term in found:
        if term.state == OK:
            whole *= term.base
    return whole
