"""What joins a node from outside its tree: bonuses, deductions, another node's excess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from kaocheng.engine.arrays import OK, Exact, Truth, choose, larger, smaller
from kaocheng.engine.evaluate import Scope, number
from kaocheng.engine.grammar import is_share
from kaocheng.engine.inputs import Claim
from kaocheng.engine.recipe import PaperRule
from kaocheng.errors import Invalid
from kaocheng.i18n import _
from kaocheng.numbers import decimal

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

Array = np.ndarray[Any, Any]
Entry = tuple[Fraction, Claim]
Left = tuple[str, Fraction | None, Fraction]  # a cap's kind, how much it lets through, what is left
ZERO = Exact.constant(0)
OF_ENTRIES = ("matter", "category", "unit")  # whose highest entries alone may count


@dataclass(eq=False)
class BadClaim(Invalid):
    """An entry of a bonus, deduction or veto that cannot be counted."""

    unit: str
    adjustment: str
    reason: str

    code = "bad_claim"

    def __str__(self) -> str:
        return _("“{unit}”的“{kind}”:{reason}", unit=self.unit, kind=self.adjustment, reason=self.reason)


@dataclass(eq=False)
class LimitBroken(Invalid):
    """More units carry an adjustment than the scheme lets them."""

    adjustment: str
    units: Sequence[str]
    reason: str

    code = "limit_broken"

    def __str__(self) -> str:
        return _(
            "“{kind}”{reason}:{units};请核减",
            kind=self.adjustment,
            reason=self.reason,
            units=_("、").join(self.units),
        )


def joined(run: Run, paper: PaperRule, code: str, period: str) -> Exact:
    """Everything that joins the node *code*: adjustments with their sign, and excess over full marks."""
    result = Exact.constant(0)
    for name, rule in paper.table("adjustments").items():
        if rule.get("to") == code:
            amount = adjustment(run, paper, name, period)
            result = result + (-amount if rule.get("kind") == "deduction" else amount)
    for other in paper.excess.get(code, ()):
        result = result + excess(run, paper, other, period)
    return result


def adjustment(run: Run, paper: PaperRule, name: str, period: str) -> Exact:
    """An adjustment's amount for every unit, after its caps; counted upwards whatever its kind."""
    amount: Exact = run.once(
        ("adjustment", paper.code, name, period), lambda: _limited(run, paper, name, period)
    )
    return amount


def _limited(run: Run, paper: PaperRule, name: str, period: str) -> Exact:
    """The amounts, unless more units carry them than may (面上控制)."""
    rule = paper.table("adjustments")[name]
    limits = rule.get("limits") or {}
    limits = limits if isinstance(limits, Mapping) else {"most": limits}
    amount = _adjustment(run, paper, name, period)
    carriers = _carriers(run, paper, amount)
    reason = _too_many(run, paper, limits, carriers, period) if carriers else ""
    if not reason:
        return amount
    if limits.get("then") == "void":
        return Exact.constant(0)
    raise LimitBroken(str(rule.get("label", name)), [run.units[at].label for at in carriers], reason)


def _too_many(
    run: Run, paper: PaperRule, limits: Mapping[str, Any], carriers: Sequence[int], period: str
) -> str:
    here, among = Scope(run, paper, None, period), int(run.members(paper).sum())
    if "most" in limits:
        most = _constant(limits["most"], here)
        allowed = int(most * among if is_share(str(limits["most"])) else most)
        if len(carriers) > allowed:
            return _("最多 {most} 个单位,现有 {count} 个", most=allowed, count=len(carriers))
    for other, share in (limits.get("needs") or {}).items():
        bearing = len(_carriers(run, paper, _adjustment(run, paper, other, period)))
        least = _constant(share, here) * (among if is_share(str(share)) else 1)
        if bearing <= least:
            label = paper.table("adjustments")[other].get("label", other)
            return _(
                "“{other}”的单位要超过 {share},现有 {count} 个,共 {among} 个",
                other=label,
                share=share,
                count=bearing,
                among=among,
            )
    return ""


def _carriers(run: Run, paper: PaperRule, amount: Exact) -> list[int]:
    """Who carries an adjustment: an amount above zero."""
    held = np.broadcast_to((amount > Exact.constant(0)).holds, (len(run.units),))
    return [int(at) for at in np.flatnonzero(held & run.members(paper))]


def _adjustment(run: Run, paper: PaperRule, name: str, period: str) -> Exact:
    rule = paper.table("adjustments")[name]
    here = Scope(run, paper, None, period)
    if "formula" in rule:
        amount = number(str(rule["formula"]), here)
        return smaller(amount, number(str(rule["most"]), here)) if _plain(rule.get("most")) else amount
    entries: dict[int, list[Entry]] = {}
    members = run.members(paper)
    for at, claim in run.claims(name, period, run.recipe.own_period(paper)):
        if not members[at]:  # another paper's entries may go by the same code
            continue
        points = _points(run, rule, name, claim, at)
        if _in_window(run, rule, name, claim, at):
            entries.setdefault(at, []).append((points, claim))
    caps = _caps(rule, here)
    amounts = [list(_left(rule, _of(caps, i), entries.get(i, [])))[-1][2] for i in range(len(run.units))]
    carried = np.array([i in entries for i in range(len(run.units))])
    gaps = np.max([cap.state for cap in caps.values()], axis=0, initial=OK)  # a cap nobody told is not 0
    return Exact.of(amounts, np.where(carried, gaps, OK).astype(np.uint8))


def asked(run: Run, paper: PaperRule, name: str, period: str, at: int) -> Fraction | None:
    """What one unit's entries come to before any cap; nothing for an adjustment without entries."""
    found = capped(run, paper, name, period, at)
    return found[0][2] if found else None


def capped(run: Run, paper: PaperRule, name: str, period: str, at: int) -> list[Left]:
    """What one unit's entries come to, and what each cap leaves; nothing of an adjustment by formula."""
    rule, here = paper.table("adjustments")[name], Scope(run, paper, None, period)
    if "formula" in rule:
        return []
    of_unit = entries_of(run, paper, name, period, at)
    entries = [(points, claim) for points, claim, counts in of_unit if counts]
    return list(_left(rule, _of(_caps(rule, here), at), entries))


def entries_of(
    run: Run, paper: PaperRule, name: str, period: str, at: int
) -> list[tuple[Fraction, Claim, bool]]:
    """One unit's entries with their points, and whether they fall into the days that count."""
    rule = paper.table("adjustments")[name]
    return [
        (_points(run, rule, name, claim, place), claim, _in_window(run, rule, name, claim, place))
        for place, claim in run.claims(name, period, run.recipe.own_period(paper))
        if place == at
    ]


def _plain(most: Any) -> bool:
    return most is not None and not isinstance(most, Mapping)


def _points(run: Run, rule: Mapping[str, Any], name: str, claim: Claim, at: int) -> Fraction:
    who = run.units[at].label or run.units[at].code
    if claim.points:
        points = Fraction(decimal(claim.points))
        if points < 0:
            reason = _("分值 {points} 是负数;加分扣分都填正数", points=claim.points)
            raise BadClaim(who, str(rule.get("label", name)), reason)
        return points
    levels = rule.get("levels") or {}
    if claim.level in levels:
        return Fraction(decimal(str(levels[claim.level])))
    raise BadClaim(
        who, str(rule.get("label", name)), _("既没有分值,也没有可查的级别“{level}”", level=claim.level)
    )


def _in_window(run: Run, rule: Mapping[str, Any], name: str, claim: Claim, at: int) -> bool:
    window = rule.get("window")
    if not window:
        return True
    if not claim.date:
        who = run.units[at].label or run.units[at].code
        raise BadClaim(who, str(rule.get("label", name)), _("规定了起止日期,这一条没有写日期"))
    return str(window.get("from", "")) <= claim.date <= str(window.get("to", "9999"))


def _caps(rule: Mapping[str, Any], here: Scope) -> Mapping[str, Exact]:
    """The caps of an adjustment, by what they cap; each may differ by unit."""
    most = rule.get("most")
    written = {"unit": most} if _plain(most) else most or {}
    return {kind: number(str(cap), here).spread(len(here.run.units)) for kind, cap in written.items()}


def _of(caps: Mapping[str, Exact], at: int) -> Mapping[str, Fraction]:
    return {kind: cap.fraction(at) or Fraction(0) for kind, cap in caps.items()}


def _left(rule: Mapping[str, Any], caps: Mapping[str, Fraction], entries: Sequence[Entry]) -> Iterator[Left]:
    """What one unit's entries come to, then after each cap by its kind."""
    listed = list(entries)
    yield "entries", None, _sum(listed)
    if "entry" in caps:
        listed = [(min(points, caps["entry"]), claim) for points, claim in listed]
        yield "entry", caps["entry"], _sum(listed)
    only = rule.get("highest_only") or {}
    only = only if isinstance(only, Mapping) else {str(only): 1}
    for kind in (kind for kind in OF_ENTRIES if kind in only):
        listed = _highest(listed, kind, int(only[kind]))
        yield f"highest {kind}", Fraction(int(only[kind])), _sum(listed)
    for kind in ("matter", "category"):
        if kind in caps:
            sums: dict[str, Fraction] = {}
            firsts: dict[str, Claim] = {}
            for n, (points, claim) in enumerate(listed):
                key = getattr(claim, kind) or f"\0{n}"  # an entry without a matter stands for itself
                sums[key] = sums.get(key, Fraction(0)) + points
                firsts.setdefault(key, claim)
            listed = [(min(total, caps[kind]), firsts[key]) for key, total in sums.items()]
            yield kind, caps[kind], _sum(listed)
    whole = _sum(listed)
    if "unit" in caps:
        yield "unit", caps["unit"], min(whole, caps["unit"])


def _sum(listed: Sequence[Entry]) -> Fraction:
    return sum((points for points, _claim in listed), Fraction(0))


def _highest(entries: Sequence[Entry], kind: str, most: int) -> list[Entry]:
    """The *most* highest of each matter (category, the unit), in their order; of equals the first."""
    alike: dict[str, list[int]] = {}
    for n, (_points, claim) in enumerate(entries):
        key = "" if kind == "unit" else getattr(claim, kind) or f"\0{n}"  # one without a matter is its own
        alike.setdefault(key, []).append(n)
    kept = [n for group in alike.values() for n in sorted(group, key=lambda n: -entries[n][0])[:most]]
    return [entries[n] for n in sorted(kept)]


def _constant(written: Any, here: Scope) -> Fraction:
    return number(str(written), here).fraction() or Fraction(0)


def excess(run: Run, paper: PaperRule, code: str, period: str) -> Exact:
    """What a node earned above its upper bound, for the node it is handed to; stand-ins earn none."""
    from kaocheng.engine import marks, nodes

    node = paper.nodes[code]
    here = run.scope(paper, node, period)
    free = nodes.free(run, here)
    if node.composed:
        free = free + joined(run, paper, code, period)
    over = free - marks.bounded(run, here, free)
    return larger(choose(Truth(np.asarray(over.state == OK)), over, ZERO), ZERO)
