"""The points of one node: measured, gated, bounded, rounded, and what stands for it where it is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from kaocheng.engine import adjust, circles, compose, periods
from kaocheng.engine.arrays import MISSING, NA, OK, UNDEFINED, Exact, Truth, choose, larger, smaller
from kaocheng.engine.evaluate import Rows, Scope, Value, evaluate, method_text, number, truth, when
from kaocheng.engine.grammar import BadExpression, Name, parse
from kaocheng.engine.methods import METHODS
from kaocheng.engine.methods.absolute import points as in_points
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.errors import Invalid
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

Array = np.ndarray[Any, Any]
ZERO = Exact.constant(0)


@dataclass(eq=False)
class OutOfRange(Invalid):
    """Points handed in that are below zero or above full marks."""

    unit: str
    node: str
    value: str
    full: str

    code = "out_of_range"

    def __str__(self) -> str:
        return _(
            "“{unit}”的“{node}”给了 {value} 分,应在 0 至 {full} 之间;请核对填报的分数",
            unit=self.unit, node=self.node, value=self.value, full=self.full,
        )  # fmt: skip


def points(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    """The points of every unit, rounded where the scheme rounds."""
    if node.get("across"):
        return _across(run, paper, node, period)
    here = run.scope(paper, node, period)
    if node.get("rows"):
        value = _by_rows(run, paper, node, period)
    elif node.composed:
        value = compose.composed(run, paper, node, period)
    else:
        value = leaf(run, here, bound=False)
    value = value + adjust.joined(run, paper, node.code, period)
    if node.composed:
        value = _gated(here, _undefined(here, value))
    value = rounded(run, here, bounded(run, here, value))
    return _instead(run, here, _vetoed(run, paper, node, period, value))


def leaf(run: Run, here: Scope, *, bound: bool = True) -> Exact:
    """One measured value's points: method or formula, gate, bounds, rounding (here may be rows)."""
    node = here.node
    assert node is not None
    value = _measured_by(node, here, number(formula(node, here), here))
    value = _undefined(here, value)
    if node.get("method") == "given":
        _check_range(run, here, value)
    value = _missing(here, _gated(here, value))
    if "times" in node.keys:
        value = value * number(str(node["times"]), here)
    return rounded(run, here, bounded(run, here, value)) if bound else value


PARTWISE = frozenset("cases checklist choice raters ballots status deduct count formula".split())


def _measured_by(node: NodeRule, here: Scope, value: Exact) -> Exact:
    """What a method gives one whose own value is not there: nothing, whatever branch it took."""
    name = str(node.get("method", "formula"))
    if name in PARTWISE or name not in METHODS:
        return value
    measured = evaluate(Name(("x",)), here)
    return value.put(np.maximum(value.state, np.where(measured.state == UNDEFINED, OK, measured.state)))


def formula(node: NodeRule, here: Scope) -> str:
    """The expression a leaf is worked out by."""
    if "method" in node.keys and node["method"] != "formula":
        return method_text(str(node["method"]), node.keys, here)
    return str(node.get("formula", "x"))


def scope(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Scope:
    """A node's own words, each worked out when it is first needed."""
    here = Scope(run, paper, node, period, {}, figure=_measured(run, node))
    base = here.words
    figure = here.figure

    def default(kind: str) -> Callable[[], Value]:
        return lambda: run.target_of(figure or node.code, kind, here)

    def of_figure(when_: str | None) -> Callable[[], Value]:
        def work() -> Value:
            if figure is None:
                raise BadExpression(node.code, 0, _("节点“{node}”没有写 x,也没有同名的指标", node=node.label))
            return run.figure(figure, "", when(when_, here))

        return work

    base["full"] = lambda: run.full(paper, node.code, period)
    for word, otherwise in (
        ("x", of_figure(None)),
        ("target", default("target")),
        ("base", default("base")),
        ("last", _last(node, here, of_figure("last_year"))),
    ):
        base[word] = _said(node, here, word) or otherwise
    for name, text in (node.get("let") or {}).items():
        base[name] = _later(str(text), here)
    base.update(_method_words(run, node, here))
    if node.composed:
        made_of = compose.parts(run, paper, node, period)
        here.parts = lambda: tuple(_part_scope(run, paper, part) for part in made_of)
    return here


def _last(node: NodeRule, here: Scope, otherwise: Callable[[], Value]) -> Callable[[], Value]:
    """Last year's measured value: the same expression a year earlier where x is one."""
    if "x" not in node.keys:
        return otherwise
    return lambda: evaluate(
        parse(str(node["x"])), here.run.scope(here.paper, node, periods.last_year(here.period))
    )


def _part_scope(run: Run, paper: PaperRule, part: compose.Part) -> Scope:
    inner = run.scope(part.paper, part.node, part.period)
    score = run.score(part.paper, part.node.code, part.period)
    return inner.within(
        score=score,
        rate=lambda: score / run.full(part.paper, part.node.code, part.period),
        rank=lambda: run.node_rank(part.paper, part.node.code, part.period),
        weight=part.weight,
    )


def _measured(run: Run, node: NodeRule) -> str | None:
    """The figure a node measures: the one of its code, or the one its x plainly names."""
    written = node.get("x")
    if isinstance(written, str):
        tree = parse(written)
        if isinstance(tree, Name) and len(tree.path) == 1 and tree.path[0] in run.recipe.figures:
            return tree.path[0]
    return node.code if node.code in run.recipe.figures else None


def _said(node: NodeRule, here: Scope, key: str) -> Callable[[], Value] | None:
    return _later(str(node[key]), here) if key in node.keys else None


def _later(text: str, here: Scope) -> Callable[[], Value]:
    return lambda: evaluate(parse(text), here)


def _method_words(run: Run, node: NodeRule, here: Scope) -> Mapping[str, Callable[[], Value]]:
    name = str(node.get("method", ""))
    own = run.recipe.methods.get(name)
    if own is not None:
        defaults = own.get("defaults") or {}
        given = {key: node.get(key, defaults.get(key)) for key in own.get("keys") or ()}
        return {key: _later(str(value), here) for key, value in given.items() if value is not None}
    method = METHODS.get(name)
    if method is None:
        return {}
    words = {key: _later(str(node[key]), here) for key in (*method.shares, *method.numbers) if key in node.keys}
    return {**words, **{key: _later(in_points(node[key]), here) for key in method.points if key in node.keys}}


# -- full marks, bounds, rounding ----------------------------------------------------------------------


def full(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    """Full marks: said, set by unit as a target, or what the parts make up."""
    here = Scope(run, paper, node, period)
    if "full" in node.keys:
        return number(str(node["full"]), here)
    if node.composed:
        return compose.full(run, paper, node, period)
    if run.has_target(node.code, "full"):
        value = run.target_of(node.code, "full", here)
        return value if isinstance(value, Exact) else Exact.nothing(MISSING)
    return Exact.nothing(MISSING)


def bounded(run: Run, here: Scope, value: Exact) -> Exact:
    """Held within the node's bounds: 0 and full marks for a leaf with full marks, else what it says."""
    node = here.node
    assert node is not None
    for key, hold in (("not_below", larger), ("not_above", smaller)):
        bound = _bound(run, here, key)
        if bound is not None:
            value = hold(value, bound.put(np.where(bound.state == OK, 0, bound.state).astype(np.uint8)))
    return value


def _bound(run: Run, here: Scope, key: str) -> Exact | None:
    node = here.node
    assert node is not None
    harder = key == "not_above" and "times" in node.keys  # difficulty raises the ceiling as well
    if key in node.keys:
        if node[key] == "none":
            return None
        said = number(in_points(node[key]), here)
        return said * number(str(node["times"]), here) if harder else said
    if node.composed or not _has_full(run, here):
        return number("full", here) if key == "not_above" and "excess_to" in node.keys else None
    if key == "not_below":
        return ZERO
    most = number("full", here)
    over = node.get("over")
    if isinstance(over, Mapping) and "most" in over:
        most = most + number(in_points(over["most"]), here)
    elif isinstance(over, Mapping):
        return None
    return most * number(str(node["times"]), here) if harder else most


def _has_full(run: Run, here: Scope) -> bool:
    node = here.node
    assert node is not None
    in_row = here.rows is not None and "full" in here.rows.fields
    return in_row or "full" in node.keys or run.has_target(node.code, "full")


def rounded(run: Run, here: Scope, value: Exact) -> Exact:
    """Rounded half up to the node's decimals, where it has any."""
    decimals = places(run, here)
    if decimals is None:
        return value
    if value.n.dtype == object or (not isinstance(value.d, int) and value.d.dtype == object):
        run.slow += value.n.size
    return value.half_up(decimals)


def places(run: Run, here: Scope) -> int | None:
    """The decimals a node is rounded to; ``None`` where the scheme does not round it."""
    node = here.node
    assert node is not None
    if "round" in node.keys:
        return None if node["round"] in ("none", None) else int(node["round"])
    if node.composed:
        return None  # the total is rounded where it is ranked, graded and printed
    return run.recipe.decimals(here.paper, "leaf") if _has_full(run, here) else None


def _check_range(run: Run, here: Scope, value: Exact) -> None:
    if here.rows is not None or not _has_full(run, here):
        return
    most = number("full", here)
    outside = (value < ZERO) | (value > most)
    wrong = np.flatnonzero(np.broadcast_to(outside.holds, (len(run.units),)) & run.members(here.paper))
    if wrong.size:
        at, node = int(wrong[0]), here.node
        assert node is not None
        shown = [str(v.spread(len(run.units)).fraction(at)) for v in (value, most)]
        raise OutOfRange(run.units[at].label or run.units[at].code, node.label, *shown)


# -- gates and what stands instead ---------------------------------------------------------------------


def applies(here: Scope, length: int) -> Array:
    """To whom a node applies."""
    node = here.node
    assert node is not None
    if "applies" not in node.keys or node.get("rows"):
        return np.ones(length, bool)
    bare = replace(here, node=NodeRule(node.code, {k: v for k, v in node.keys.items() if k != "applies"}))
    found = truth(str(node["applies"]), bare)
    return np.broadcast_to(found.holds, (length,))


def _gated(here: Scope, value: Exact) -> Exact:
    node = here.node
    assert node is not None
    if "only_if" in node.keys:
        otherwise = number(in_points(node.get("otherwise", 0)), here)
        value = choose(truth(str(node["only_if"]), here), value, otherwise)
    if "applies" in node.keys:
        held = truth(str(node["applies"]), here)
        value = choose(held, value, Exact.nothing(NA))
    return value


def _undefined(here: Scope, value: Exact) -> Exact:
    rule = here.node.get("undefined") if here.node else None
    return _filled(value, UNDEFINED, _standing_in(here, rule or "missing"))


def _missing(here: Scope, value: Exact) -> Exact:
    node = here.node
    rule = node.get("missing") if node else None
    if rule is None or rule in ("refuse", "group_min", "group_mean") or node is None:
        return value
    if rule == "last_period":
        before = periods.previous(here.period)
        return _filled(value, MISSING, here.run.score(here.paper, node.code, before))
    return _filled(value, MISSING, _standing_in(here, rule))


def _standing_in(here: Scope, rule: Any) -> Exact:
    match rule:
        case "missing" | "refuse":
            return Exact.nothing(MISSING)
        case "not_applicable":
            return Exact.nothing(NA)
        case "zero":
            return ZERO
        case "full":
            return number("full", here)
    return number(in_points(rule), here)


def _filled(value: Exact, state: int, instead: Exact) -> Exact:
    """*instead* wherever *value* is in *state*."""
    where = np.asarray(value.state == state)
    if not where.any():
        return value
    return choose(Truth(~where), value, instead)


def _instead(run: Run, here: Scope, value: Exact) -> Exact:
    """What stands for a value that is missing or not applicable, taken from the group's own points."""
    node = here.node
    assert node is not None
    length = len(run.units)
    missing = node.get("missing")
    if not node.composed and missing in ("group_min", "group_mean"):
        fold = circles.minimum if missing == "group_min" else circles.mean
        value = _filled(value, MISSING, _of_points(run, here, value, fold))
    rule = node.get("not_applicable")
    whole = value.spread(length)
    if rule is None or rule == "redistribute" or not np.any(whole.state == NA):
        return value
    if rule == "group_mean":
        return _filled(whole, NA, _of_points(run, here, whole, circles.mean))
    if rule == "own_rate":
        rate = compose.own_rate(run, here.paper, node, here.period)
        return _filled(whole, NA, rounded(run, here, bounded(run, here, rate * number("full", here))))
    return _filled(whole, NA, rounded(run, here, bounded(run, here, _standing_in(here, rule))))


def _of_points(run: Run, here: Scope, value: Exact, fold: circles.Fold) -> Exact:
    groups = run.groups(replace(here, node=_without(here.node, "applies")), ())
    return rounded(run, here, circles.of_group(value.spread(len(run.units)), groups, fold))


def _without(node: NodeRule | None, key: str) -> NodeRule | None:
    return node and NodeRule(node.code, {k: v for k, v in node.keys.items() if k != key})


def _vetoed(run: Run, paper: PaperRule, node: NodeRule, period: str, value: Exact) -> Exact:
    for code, rule in paper.table("vetoes").items():
        if rule.get("zero") == node.code:
            value = choose(Truth(~adjust.vetoed(run, paper, code, period)), value, ZERO)
    return value


# -- rows and periods ----------------------------------------------------------------------------------


def row_points(run: Run, paper: PaperRule, node: NodeRule, period: str) -> tuple[Rows, Exact]:
    """The points of each row of the node's list, bounded and rounded, with whose row it is."""

    def work() -> tuple[Rows, Exact]:
        here = row_scope(run, paper, node, period)
        assert here.rows is not None
        return here.rows, leaf(run, here).spread(len(here.rows.units))

    return run.once(("row points", paper.code, node.code, period), work)  # type: ignore[no-any-return]


def row_scope(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Scope:
    """Where names are looked up row by row: the row's fields, then the unit's own words for each row."""

    def work() -> Scope:
        rows = run.rows(str(node["rows"]), period)
        here = replace(scope(run, paper, node, period), rows=rows, words={})
        outer = scope(run, paper, node, period)
        for name, word in outer.words.items():
            if name in (node.get("let") or {}):
                here.words[name] = _later(str(node["let"][name]), here)
            elif name in rows.fields:
                here.words[name] = rows.fields[name]
            elif name in node.keys or name in ("x", "target", "base", "last"):
                here.words[name] = _rowwise(node, name, here, word, rows)
            else:
                here.words[name] = _taken(word, rows)
        for name, column in rows.fields.items():
            here.words.setdefault(name, column)
        return here

    return run.once(("row scope", paper.code, node.code, period), work)  # type: ignore[no-any-return]


def _rowwise(node: NodeRule, name: str, here: Scope, word: Any, rows: Rows) -> Value | Callable[[], Value]:
    if name in node.keys and name != "full":
        method = METHODS.get(str(node.get("method", "")))
        text = in_points(node[name]) if method and name in method.points else str(node[name])
        return _later(text, here)
    return _taken(word, rows)


def _taken(word: Any, rows: Rows) -> Callable[[], Value]:
    return lambda: (word() if callable(word) else word).take(rows.units)


def _by_rows(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    rows, value = row_points(run, paper, node, period)
    found: dict[int, list[int]] = {}
    for i, unit in enumerate(rows.units):
        if int(value.state[i]) != NA:
            found.setdefault(int(unit), []).append(i)
    results: list[Fraction | None] = [None] * len(run.units)
    for unit, indices in found.items():
        each = [value.fraction(i) for i in indices]
        if all(v is not None for v in each):
            weights = _row_weights(node, rows, indices)
            results[unit] = _fold_rows(node.get("fold", "sum"), [v for v in each if v is not None], weights)
    state = np.array([MISSING if v is None else OK for v in results], np.uint8)
    inapplicable = np.setdiff1d(np.unique(rows.units), list(found))  # rows it has, none of which applies
    state[inapplicable.astype(int)] = NA
    return Exact.of([v or 0 for v in results], state)


def _row_weights(node: NodeRule, rows: Rows, indices: list[int]) -> list[Fraction]:
    fold = node.get("fold")
    field = rows.fields.get(str(fold["weighted"])) if isinstance(fold, Mapping) and "weighted" in fold else None
    if not isinstance(field, Exact):
        return []
    whole = field.spread(len(rows.units))
    return [whole.fraction(i) or Fraction(0) for i in indices]


def _fold_rows(fold: Any, values: list[Fraction], weights: list[Fraction]) -> Fraction | None:
    if isinstance(fold, Mapping):
        if "best" in fold:
            return sum(sorted(values, reverse=True)[: int(fold["best"])], Fraction(0))
        weight = sum(weights, Fraction(0))
        return sum((v * w for v, w in zip(values, weights, strict=True)), Fraction(0)) / weight if weight else None
    match fold:
        case "mean":
            return sum(values, Fraction(0)) / len(values)
        case "min":
            return min(values)
        case "max":
            return max(values)
    return sum(values, Fraction(0))


def _across(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    """The node scored in each period inside this one, then folded, bounded and rounded again."""
    inner = NodeRule(node.code, {k: v for k, v in node.keys.items() if k not in ("across", "fold")})
    kind, fold = node["across"], node.get("fold", "mean")
    if isinstance(kind, str) and kind in periods.MONTHS:
        spans = periods.inside(period, kind)
    else:
        spans = [run.recipe.period(name) for name in (kind if isinstance(kind, list) else fold)]
    each = [_in_period(run, paper, inner, p) for p in spans]
    here = run.scope(paper, node, period)
    value = compose.over_periods(run, fold, spans, each)
    return _instead(run, here, rounded(run, here, bounded(run, here, value)))


def _in_period(run: Run, paper: PaperRule, inner: NodeRule, period: str) -> Exact:
    if inner.composed:
        return compose.composed(run, paper, inner, period)
    here = scope(run, paper, inner, period)
    if inner.get("rows"):
        return rounded(run, here, bounded(run, here, _by_rows(run, paper, inner, period)))
    return _instead(run, here, leaf(run, here))


# -- small readings ------------------------------------------------------------------------------------


def listed(value: Any) -> list[str]:
    """A word or a list of words, as a list."""
    return [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]


def rank_rules(node: NodeRule) -> Mapping[str, Mapping[str, Any]]:
    """The ranks a node declares, by name; the plain one has none."""
    rule = node.get("rank")
    if rule is True:
        return {"": {}}
    if not isinstance(rule, Mapping):
        return {}
    if set(rule) <= {"group", "ties"}:
        return {"": rule}
    return {name: (inner if isinstance(inner, Mapping) else {}) for name, inner in rule.items()}
