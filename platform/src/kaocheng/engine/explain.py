"""The working of one score, for one unit: clause, inputs, formula with its numbers, rounding, result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kaocheng.engine.inputs import Inputs
    from kaocheng.engine.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Used:
    """One value the score was worked from.

    *kind* is ``figure``, ``target``, ``row``, ``claim``, ``node`` or ``group`` (a statistic of the
    comparison group); *key* finds its provenance: (indicator, series, period) for a figure,
    (indicator, kind, period) for a target, (list, row, field) for a row, (adjustment, n) for a claim,
    (node, period) for a node.
    """

    name: str  # in the tenant's words: "招商引资到位资金", "目标值", "本组最高"
    value: str | None  # as printed: decimals as filed, "/" or None
    measure: str = ""  # unit of measure
    kind: str = "figure"
    key: tuple[str, ...] = ()
    unit: str = ""  # whose value it is, when it is another's (the group's best)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One unit's score at one node in one period, worked out in full."""

    unit: str
    unit_label: str
    paper: str
    node: str
    period: str
    label: str
    method: str  # the trade's word for it, in the reader's language
    clause: str | None  # code of the clause
    clause_text: str
    full: str | None
    state: str  # "scored" | "missing" | "not_applicable"
    points: str | None  # as printed
    exact: str | None  # decimal or fraction before printing
    used: tuple[Used, ...] = ()
    lines: tuple[str, ...] = ()  # the arithmetic, one step a line, numbers filled in
    rounded: tuple[str, str] | None = None  # before, after
    parts: tuple[tuple[str, str, str | None], ...] = ()  # (column key, label, points) it is made of
    lost: str | None = None  # full marks minus points
    lost_to: str = ""  # in words
    next_step: str = ""  # what one more step of the figure would bring, in words
    to_total: str | None = None  # what these points add to the total
    facts: Mapping[str, str] | None = None


def explain(
    recipe: Recipe,
    inputs: Inputs,
    unit: str,
    node: str,
    period: str | None = None,
    *,
    run_period: str | None = None,
) -> Explanation:
    """The working of one node's score for one unit.

    Args:
        recipe, inputs: what the sheet was made from.
        unit: its code (or label).
        node: its code.
        period: of the node (``2026H1``); default the run's.
        run_period: the period the sheet was made for; default the paper's own.

    Raises:
        KeyError: no such unit or node.
    """
    from kaocheng.engine.run import Run
    from kaocheng.engine.working import work_out

    return work_out(Run(recipe, inputs, run_period), unit, node, period)
