"""A node scored once per row of a list, or once per period inside its own, and then folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from kaocheng.engine import compose, marks, nodes, periods, sums
from kaocheng.engine.arrays import MISSING, NA, OK, UNDEFINED, Exact
from kaocheng.engine.evaluate import Rows, Scope
from kaocheng.engine.recipe import NodeRule, PaperRule

if TYPE_CHECKING:
    from kaocheng.engine.run import Run
    from kaocheng.engine.terms import Seat


def row_points(run: Run, paper: PaperRule, node: NodeRule, period: str) -> tuple[Rows, Exact]:
    """The points of each row of the node's list, bounded and rounded, with whose row it is."""

    def work() -> tuple[Rows, Exact]:
        here = row_scope(run, paper, node, period)
        assert here.rows is not None
        return here.rows, nodes.of_rows(run, here).spread(len(here.rows.units))

    return run.once(("row points", paper.code, node.code, period), work)  # type: ignore[no-any-return]


def row_label(seat: Seat, node: NodeRule, period: str, label: str, n: int) -> str:
    """What the *n*-th row is called: by its own words, or by the node's label and its number."""
    name = seat.run.row_name(str(node["rows"]), period, seat.run.units[seat.at].code, n)
    return f"{label}{name}" if name == f"#{n}" else name


def row_scope(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Scope:
    """Where names are looked up row by row: the row's fields, then the unit's own words for each row."""

    def work() -> Scope:
        return run.scope(paper, node, period).by_rows(run.rows(str(node["rows"]), period))

    return run.once(("row scope", paper.code, node.code, period), work)  # type: ignore[no-any-return]


def by_rows(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    rows, value = row_points(run, paper, node, period)
    weighs = _row_weights(node, rows)
    found: dict[int, list[int]] = {}
    for i, unit in enumerate(rows.units):
        if int(value.state[i]) != NA and (weighs is None or int(weighs.state[i]) != NA):
            found.setdefault(int(unit), []).append(i)
    results: list[Fraction | None] = [None] * len(run.units)
    for unit, indices in found.items():
        each = [value.fraction(i) for i in indices]
        weights = [weighs.fraction(i) for i in indices] if weighs is not None else []
        if all(v is not None for v in (*each, *weights)):
            results[unit] = _fold_rows(
                node.get("fold", "sum"),
                [v for v in each if v is not None],
                [w for w in weights if w is not None],
            )
    state = np.array([MISSING if v is None else OK for v in results], np.uint8)
    state[[unit for unit, *_sums in unclosed(run, paper, node, period)]] = MISSING
    weightless = [
        u
        for u in found
        if results[u] is None
        and all(value.state[i] == OK and (weighs is None or weighs.state[i] == OK) for i in found[u])
    ]
    state[weightless] = UNDEFINED
    inapplicable = np.setdiff1d(np.unique(rows.units), list(found))  # rows it has, none of which applies
    state[inapplicable.astype(int)] = NA
    if "applies" in node.keys and not marks.asks_rows(run, node, "applies"):
        asked = nodes.asked(run.scope(paper, node, period)).holds
        state[np.setdiff1d(np.flatnonzero(~np.broadcast_to(asked, state.shape)), rows.units)] = NA
    return Exact.of([v or 0 for v in results], state)


def unclosed(
    run: Run, paper: PaperRule, node: NodeRule, period: str
) -> Iterator[tuple[int, Fraction, Fraction]]:
    """Units whose rows' full marks do not make up the node's, so that no sum of them means anything.

    Rows that do not apply may be part of the node's full marks or not: either closes. Each with what its
    rows make up and what they should.
    """
    rows, points = row_points(run, paper, node, period)
    marks = rows.fields.get("full")
    if not isinstance(marks, Exact) or "full" not in node.keys or node.get("fold", "sum") != "sum":
        return
    whole, each = run.full(paper, node.code, period), marks.spread(len(rows.units))
    sums: dict[int, Fraction] = {}
    idle: dict[int, Fraction] = {}  # of these, what stands in rows that do not apply
    for i, unit in enumerate(rows.units):
        mark = each.fraction(i) or Fraction(0)
        sums[int(unit)] = sums.get(int(unit), Fraction(0)) + mark
        if int(points.state[i]) == NA:
            idle[int(unit)] = idle.get(int(unit), Fraction(0)) + mark
    full = whole.spread(len(run.units))
    for unit, found in sums.items():
        if (wanted := full.fraction(unit)) not in (None, found, found - idle.get(unit, 0)):
            yield unit, found, wanted or Fraction(0)


def _row_weights(node: NodeRule, rows: Rows) -> Exact | None:
    """The field that rows are weighted by; one that a row lacks makes the whole missing."""
    fold = node.get("fold")
    field = (
        rows.fields.get(str(fold["weighted"])) if isinstance(fold, Mapping) and "weighted" in fold else None
    )
    return field.spread(len(rows.units)) if isinstance(field, Exact) else None


def _fold_rows(fold: Any, values: list[Fraction], weights: list[Fraction]) -> Fraction | None:
    if few := sums.few(fold):
        return sums.of_best(*few, values)
    if isinstance(fold, Mapping):
        weight = sum(weights, Fraction(0))
        return (
            sum((v * w for v, w in zip(values, weights, strict=True)), Fraction(0)) / weight
            if weight
            else None
        )
    match fold:
        case "mean":
            return sum(values, Fraction(0)) / len(values)
        case "min":
            return min(values)
        case "max":
            return max(values)
    return sum(values, Fraction(0))


def across(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    """The node scored in each period inside this one, then folded; bounds and rounding come after."""
    within = spans(run, paper, node, period)
    each = [in_period(run, paper, node, p) for p in within]
    return compose.over_periods(run, fold_of(run, paper, node, period), within, each)


def fold_of(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Any:
    """How a node folds its periods: a word, how many of the best, or weights by period."""
    fold = node.get("fold", "mean")
    if not isinstance(fold, Mapping) or sums.few(fold):
        return fold
    return {run.recipe.named(str(name), paper, period): weight for name, weight in fold.items()}


def spans(run: Run, paper: PaperRule, node: NodeRule, period: str) -> list[str]:
    """The periods inside *period* that a node is scored in; itself where it says nothing."""
    kind = node.get("across")
    if not kind:
        return [period]
    if isinstance(kind, str) and kind in periods.MONTHS:
        return periods.inside(period, kind)
    named = kind if isinstance(kind, list) else node.get("fold")
    return [run.recipe.named(str(name), paper, period) for name in named or ()]


def in_period(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    """The points of a node in one of the periods it is scored across."""
    found: Exact = run.once(
        ("in period", paper.code, node.code, period),
        lambda: _in_period(run, paper, plain(node), period),
    )
    return found


def plain(node: NodeRule) -> NodeRule:
    """A node scored across periods as it is in one of them."""
    return NodeRule(node.code, {k: v for k, v in node.keys.items() if k not in ("across", "fold")})


def _in_period(run: Run, paper: PaperRule, inner: NodeRule, period: str) -> Exact:
    here = nodes.scope(run, paper, inner, period)
    value = nodes.last_of(nodes.in_period(run, here))
    return value if value.all_ok else nodes.instead(run, here, value)
