"""The working of a bonus or a deduction: its entries added, what its caps leave, or its formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from kaocheng.engine import adjust
from kaocheng.engine.composing import entries
from kaocheng.engine.evaluate import Scope, number
from kaocheng.engine.explain import STATES, Cut, Explanation, Used
from kaocheng.engine.grammar import parse
from kaocheng.engine.recipe import PaperRule
from kaocheng.engine.rounding import plain, printed
from kaocheng.engine.terms import Seat
from kaocheng.engine.wording import in_words, labels, shown
from kaocheng.engine.writing import Writer
from kaocheng.i18n import _


def added(seat: Seat, paper: PaperRule, name: str, period: str) -> Explanation:
    """The working of one adjustment for one unit."""
    run, rule = seat.run, paper.table("adjustments")[name]
    given = adjust.adjustment(run, paper, name, period)
    amount = seat.of(given)
    used, told = list(entries(seat, paper, name, period)), list[str]()
    if "formula" in rule:
        asked = seat.of(number(str(rule["formula"]), Scope(run, paper, None, period)))
        told += _by_formula(seat, paper, str(rule["formula"]), period, used)
        stages: list[adjust.Left] = []
        if asked is not None and amount is not None and asked != amount:
            stages = [("entries", None, asked), ("unit", amount, amount)]
    else:
        asked = adjust.asked(run, paper, name, period, seat.at)
        told += _added(seat, paper, name, period)
        stages = adjust.capped(run, paper, name, period, seat.at)
    told += _capped(stages, amount)
    unit, clause = run.units[seat.at], rule.get("clause")
    decimals = run.recipe.decimals(paper, "total") or 0
    signed = None if amount is None else -amount if rule.get("kind") == "deduction" else amount
    cut = asked is not None and amount is not None and asked != amount
    label = str(rule.get("label", name))
    return Explanation(
        unit=unit.code,
        unit_label=unit.label or unit.code,
        paper=paper.code,
        node=name,
        period=period,
        label=label,
        method=_("公式") if "formula" in rule else _("逐件相加"),
        clause=clause,
        clause_text=str(run.recipe.clauses.get(str(clause), "")),
        full=None,
        state=STATES.get(seat.state(given), "missing"),
        points=None if amount is None else printed(amount, decimals),
        exact=None if amount is None else plain(amount),
        used=tuple(used),
        lines=tuple(told),
        cuts=(Cut(label, plain(amount), plain(asked), plain(amount)),) if cut else (),
        to_total=None if signed is None else printed(signed, decimals),
    )


def _by_formula(seat: Seat, paper: PaperRule, text: str, period: str, used: list[Used]) -> Iterator[str]:
    scope, tree = Scope(seat.run, paper, None, period), parse(text)
    writer = Writer(scope, seat.at, seat.at)
    written = writer.numbers(tree)
    used += writer.used.values()
    yield in_words(tree, labels(scope))
    yield f"{written} = {writer.value(tree)}"


def _added(seat: Seat, paper: PaperRule, name: str, period: str) -> Iterator[str]:
    """The entries that count, added."""
    written = [
        plain(points)
        for points, _c, counts in adjust.entries_of(seat.run, paper, name, period, seat.at)
        if counts
    ]
    asked = adjust.asked(seat.run, paper, name, period, seat.at)
    if not written:
        yield _("没有记录")
    else:
        yield " + ".join(written) + (f" = {shown(asked)}" if written[1:] else "")


def _capped(stages: Sequence[adjust.Left], amount: Fraction | None) -> Iterator[str]:
    """What each of the rule's caps leaves, where it takes something away."""
    for (_kind, _cap, before), (kind, cap, left) in pairwise(stages):
        if left == before:
            continue
        facts = {"most": shown(cap), "points": shown(left)}
        match kind:
            case "entry":
                yield _("每件最多 {most} 分,计 {points} 分", **facts)
            case "matter":
                yield _("同一事项最多 {most} 分,计 {points} 分", **facts)
            case "category":
                yield _("同一类最多 {most} 分,计 {points} 分", **facts)
            case "unit":
                yield _("最多 {most} 分,计 {points} 分", **facts)
            case "highest matter":
                yield _("同一事项只计最高的 {most} 件,计 {points} 分", **facts)
            case "highest category":
                yield _("同一类只计最高的 {most} 件,计 {points} 分", **facts)
            case _:
                yield _("只计最高的 {most} 件,计 {points} 分", **facts)
    if stages and amount is not None and stages[-1][2] != amount:
        yield _("得到的单位超过规定的数量,计 {points} 分", points=shown(amount))
