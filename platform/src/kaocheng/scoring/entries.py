"""The working of one column: a node's is the engine's; a bonus's is its entries, added and capped."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kaocheng.engine.explain import Explanation, Used
from kaocheng.engine.inputs import Inputs
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.run import Run
from kaocheng.engine.sheet import PaperSheet
from kaocheng.engine.working import work_out
from kaocheng.i18n import _
from kaocheng.numbers import text

__all__ = ["worked_out"]


def worked_out(
    recipe: Recipe, inputs: Inputs, run_period: str, paper: PaperSheet, unit: str, key: str
) -> Explanation:
    """The working of one column of the sheet of *run_period*, for one unit."""
    column = paper.column[key]
    if column.kind == "adjustment":
        return _entries(recipe, inputs, run_period, paper, unit, key)
    return work_out(Run(recipe, inputs, run_period), unit, column.node, column.period or run_period)


def _entries(
    recipe: Recipe, inputs: Inputs, run_period: str, paper: PaperSheet, unit: str, key: str
) -> Explanation:
    column, rules = paper.column[key], recipe.papers[paper.code]
    rule = rules.table("adjustments")[column.node]
    own = recipe.own_period(rules)
    claims = [
        claim
        for claim in inputs.claims
        if (claim.unit, claim.adjustment) == (unit, column.node) and (claim.period or own) == run_period
    ]
    points, clause = paper.shown(unit, key), rule.get("clause")
    sign = "-" if rule.get("kind") == "deduction" else ""
    return Explanation(
        unit=unit,
        unit_label=paper.labels.get(unit, unit),
        paper=paper.code,
        node=column.node,
        period=run_period,
        label=column.label,
        method=_("逐件相加"),
        clause=clause,
        clause_text=str(recipe.clauses.get(str(clause), "")),
        full=None,
        state="scored" if points else "missing",
        points=points or None,
        exact=paper.values[key][paper.row[unit]],
        used=tuple(
            Used(
                claim.matter or column.label,
                claim.points or claim.level,
                _("分"),
                "claim",
                (column.node, str(n)),
            )
            for n, claim in enumerate(claims, 1)
        ),
        lines=tuple(_added([claim.points for claim in claims if claim.points], points, rule)),
        to_total=f"{sign}{points}" if points and Fraction(points) else points or None,
    )


def _added(entries: Sequence[str], points: str, rule: Mapping[str, Any]) -> Iterator[str]:
    """The sum of the entries, and what the rule's caps leave of it."""
    if not entries:
        yield _("没有记录")
        return
    asked = sum((Fraction(entry) for entry in entries), Fraction(0))
    yield " + ".join(entries) + (
        f" = {text(Decimal(asked.numerator) / asked.denominator)}" if entries[1:] else ""
    )
    if points and Fraction(points) != asked:
        most = rule.get("most")
        if isinstance(most, int | str):
            yield _("最多 {most} 分,计 {points} 分", most=most, points=points)
        else:
            yield _("按上限规定,计 {points} 分", points=points)
