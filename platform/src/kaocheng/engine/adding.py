"""The working of a bonus or a deduction: its entries added, what its caps leave, or its formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from kaocheng.engine import adjust
from kaocheng.engine.composing import entries
from kaocheng.engine.evaluate import Scope
from kaocheng.engine.explain import Cut, Explanation, Used
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
    amount = seat.of(adjust.adjustment(run, paper, name, period))
    asked = adjust.asked(run, paper, name, period, seat.at)
    used = list(entries(seat, paper, name, period))
    told: list[str] = []
    if "formula" in rule:
        told += _by_formula(seat, paper, str(rule["formula"]), period, used)
    told += _capped([u.value or "" for u in used], asked, amount, rule)
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
        state="missing" if amount is None else "scored",
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


def _capped(
    written: list[str], asked: Fraction | None, amount: Fraction | None, rule: Mapping[str, Any]
) -> Iterator[str]:
    """The sum of the entries, and what the rule's caps leave of it."""
    if asked is not None and not written:
        yield _("没有记录")
    elif asked is not None:
        yield " + ".join(written) + (f" = {shown(asked)}" if written[1:] else "")
    if asked is None or amount is None or asked == amount:
        return
    most = rule.get("most")
    if isinstance(most, int | str) and not rule.get("highest_only"):
        yield _("最多 {most} 分,计 {points} 分", most=most, points=shown(amount))
    else:
        yield _("按上限规定,计 {points} 分", points=shown(amount))
