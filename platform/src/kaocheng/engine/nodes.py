"""The points of one node: measured, gated, bounded, rounded, and what stands for it where it is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from kaocheng.engine import adjust, circles, compose, folded, imported, periods, vetoes
from kaocheng.engine.arrays import MISSING, NA, UNDEFINED, Exact, Truth, choose
from kaocheng.engine.evaluate import (
    Later,
    Scope,
    Value,
    evaluate,
    measured_by,
    method_text,
    number,
    truth,
)
from kaocheng.engine.grammar import BadExpression, Name, parse, walk
from kaocheng.engine.marks import bounded, check_range, holdable, rounded
from kaocheng.engine.methods import METHODS
from kaocheng.engine.methods.absolute import points as in_points
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

Array = np.ndarray[Any, Any]
Stages = Iterator[tuple[str, Exact]]
ZERO = Exact.constant(0)
WORDS = ("full", "x", "target", "base", "last")  # of every node


def points(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    """The points of every unit, rounded where the scheme rounds, and what stands in where there are none."""
    value = run.applied(paper, node.code, period)
    return value if value.all_ok else instead(run, run.scope(paper, node, period), value)


def applied(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    """The points of every unit to whom the node applies and whose values are there."""
    if imported.in_words(node):
        return Exact.nothing(NA, len(run.units))  # a grade has no points; whoever asks for it gets the word
    found = alike.points(run, paper, node, period)
    return last_of(stages(run, paper, node, period)) if found is None else found


def stages(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Stages:
    """Each step from what a node measures to what it counts, by name; what is told is what is done."""
    here = run.scope(paper, node, period)
    joins = adjust.joined(run, paper, node.code, period)
    if node.get("across"):
        yield "across", (value := folded.across(run, paper, node, period))
        yield "joined", (value := value + joins)
        yield "bounds", (value := bounded(run, here, value))
        yield "round", (value := rounded(run, here, value))
    else:
        for name, value in in_period(run, here, joins):
            yield name, value
    yield "veto", _vetoed(run, paper, node, period, value)


def in_period(run: Run, here: Scope, joins: Exact = ZERO) -> Stages:
    """Each step of one period's points: earned, joined by what is added to them, gated, bounded, rounded."""
    node = here.node
    assert node is not None
    for name, value in earned(run, here):
        yield name, value
    yield "joined", (value := value + joins)
    if not node.get("rows"):  # each row was asked by itself
        yield "gate", (value := _gated(here, value))
    if not node.composed:  # what is missing in a composition was a matter of its leaves
        yield "missing", (value := _missing(run, here, value))
    value = bounded(run, here, value)
    if node.get("missing") == "zero" and not node.composed:  # nothing is nothing, out of whatever full marks
        value = _filled(value, MISSING, ZERO)
    yield "bounds", value
    yield "round", rounded(run, here, value)


def earned(run: Run, here: Scope) -> Stages:
    """Each step of what the rows, or the parts or the method and their difficulty come to."""
    node = here.node
    assert node is not None
    if node.get("rows"):
        yield "rows", (value := folded.by_rows(run, here.paper, node, here.period))
        yield "undefined", _undefined(here, value)
        return
    if node.composed:
        yield "parts", (value := compose.composed(run, here.paper, node, here.period))
    else:
        yield "worked", (value := _by_method(here))
    yield "undefined", (value := _undefined(here, value))
    if node.get("method") == "given":
        check_range(run, here, value)
    if "times" in node.keys:
        yield "times", value * number(str(node["times"]), here)


def _by_method(here: Scope) -> Exact:
    node = here.node
    assert node is not None
    inner = measuring(here)
    return measured_by(str(node.get("method")), inner, number(formula(node, inner), inner))


def of_rows(run: Run, here: Scope) -> Exact:
    """The points of each row: a gap in one is a gap in the whole, so nothing stands in for it here."""
    return last_of(row_stages(run, here))


def row_stages(run: Run, here: Scope) -> Stages:
    """Each step of the points of every row."""
    assert here.node is not None
    keys = {key: value for key, value in here.node.keys.items() if key != "rows"}
    for name, value in earned(run, replace(here, node=NodeRule(here.node.code, keys))):
        yield name, value
    yield "gate", (value := _gated(here, value))
    yield "bounds", (value := bounded(run, here, value))
    yield "round", rounded(run, here, value)


def free(run: Run, here: Scope) -> Exact:
    """What a node earned where its gate let it, before any bound."""
    return _gated(replace(here, node=_without(here.node, "otherwise")), last_of(earned(run, here)))


def last_of(steps: Stages) -> Exact:
    """What the last of some steps came to."""
    for _name, value in steps:
        last = value
    return last


def formula(node: NodeRule, here: Scope) -> str:
    """The expression a leaf is worked out by."""
    if "method" in node.keys and node["method"] != "formula":
        return method_text(str(node["method"]), node.keys, here)
    return str(node.get("formula", "x"))


def scope(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Scope:
    """A node's own words, each worked out when it is first needed."""
    here = Scope(run, paper, node, period, {}, figure=measured(run, node))
    base = here.words
    for word in WORDS:
        base[word] = partial(usual, word, run, paper, node, period)
        if word in node.keys and word != "full":
            base[word] = later(str(node[word]), here)
    if "x" in node.keys and "last" not in node.keys:
        base["last"] = _last(node, here)
    if node.get("method") == "import":
        base["x"] = lambda: imported.value(run, here, node.keys)
    for name, text in (node.get("let") or {}).items():
        base[name] = later(str(text), here)
    if node.composed:
        made_of = compose.parts(run, paper, node, period)
        here.parts = lambda: tuple(_part_scope(run, paper, part) for part in made_of)
    return here


def usual(word: str, run: Run, paper: PaperRule, node: NodeRule, period: str) -> Value:
    """What one of a node's words means where the node does not say."""
    if word == "full":
        return run.full(paper, node.code, period)
    figure = measured(run, node)
    if word in ("target", "base"):
        return run.target(figure or node.code, word, period)
    if figure is None:
        raise BadExpression(node.code, 0, _("节点“{node}”没有写 x,也没有同名的指标", node=node.label))
    return run.figure(figure, "", period if word == "x" else periods.last_year(period))


def _last(node: NodeRule, here: Scope) -> Callable[[], Value]:
    """Last year's measured value: the same expression a year earlier."""
    expression = parse(str(node["x"]))
    if any(isinstance(word, Name) and word.path == ("last",) for word in walk(expression)):
        # a growth is measured against the figure itself, or it would never begin
        return partial(usual, "last", here.run, here.paper, node, here.period)
    return lambda: evaluate(expression, here.run.scope(here.paper, node, periods.last_year(here.period)))


def _part_scope(run: Run, paper: PaperRule, part: compose.Part) -> Scope:
    inner = run.scope(part.paper, part.node, part.period)
    score = run.score(part.paper, part.node.code, part.period)
    return inner.within(
        ("part", part.weight.fraction()),
        score=score,
        rate=lambda: score / run.full(part.paper, part.node.code, part.period),
        rank=lambda: run.node_rank(part.paper, part.node.code, part.period),
        weight=part.weight,
    )


def measured(run: Run, node: NodeRule) -> str | None:
    """The figure a node measures: the one of its code, or the one its x plainly names."""
    written = node.get("x")
    if isinstance(written, str):
        tree = parse(written)
        if isinstance(tree, Name) and len(tree.path) == 1 and tree.path[0] in run.recipe.figures:
            return tree.path[0]
    return node.code if node.code in run.recipe.figures else None


def later(text: str, here: Scope) -> Later:
    return Later(parse(text), here)


def measuring(here: Scope) -> Scope:
    """The scope of a node's method: its keys are names there, and nowhere else in the node."""
    node = here.node
    assert node is not None
    name = str(node.get("method", ""))
    own = here.run.recipe.methods.get(name)
    if own is not None:
        defaults = own.get("defaults") or {}
        given = {key: node.get(key, defaults.get(key)) for key in own.get("keys") or ()}
        words = {key: later(str(v), here) for key, v in given.items() if v is not None}
        return here.within(name, **words)
    method = METHODS.get(name)
    if method is None:
        return here
    words = {
        key: later(str(node[key]), here) for key in (*method.shares, *method.numbers) if key in node.keys
    }
    in_marks = {key: later(in_points(node[key]), here) for key in method.points if key in node.keys}
    return here.within(name, **words, **in_marks)


# -- gates and what stands instead ---------------------------------------------------------------------


def applies(here: Scope, length: int) -> Array:
    """To whom a node applies."""
    node = here.node
    assert node is not None
    if "applies" not in node.keys or node.get("rows"):
        return np.ones(length, bool)
    return np.broadcast_to(asked(here).holds, (length,))


def _outside(run: Run, here: Scope, length: int) -> Array:
    """Whom a node does not apply to although a veto sets its points to zero for them."""
    node = here.node
    assert node is not None
    if all(rule.get("zero") != node.code for rule in here.paper.table("vetoes").values()):
        return np.zeros(length, bool)
    *_before, (_name, value), (_veto, _after) = stages(run, here.paper, node, here.period)
    found: Array = value.spread(length).state == NA
    return found


def asked(here: Scope) -> Truth:
    """The condition itself: groups in it are of everybody, whoever the node then applies to."""
    assert here.node is not None
    bare = replace(here, node=_without(here.node, "applies"), way=(*here.way, "applies"))
    return truth(str(here.node["applies"]), bare)


def _gated(here: Scope, value: Exact) -> Exact:
    node = here.node
    assert node is not None
    if "only_if" in node.keys:
        otherwise = number(in_points(node.get("otherwise", 0)), here)
        value = choose(truth(str(node["only_if"]), here), value, otherwise)
    if "applies" in node.keys:
        value = choose(asked(here), value, Exact.nothing(NA))
    return value


def _undefined(here: Scope, value: Exact) -> Exact:
    if value.all_ok:
        return value
    rule = here.node.get("undefined", "missing") if here.node else "missing"
    return _filled(value, UNDEFINED, _standing_in(here, rule))


def _missing(run: Run, here: Scope, value: Exact) -> Exact:
    node = here.node
    rule = node.get("missing") if node else None
    if rule is None or rule in ("refuse", "group_min", "group_mean") or node is None:
        return value
    value = holdable(run, here, value)
    if value.all_ok:
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
    if value.all_ok:
        return value
    where = np.asarray(value.state == state)
    if not where.any():
        return value
    return choose(Truth(~where), value, instead)


def instead(run: Run, here: Scope, value: Exact) -> Exact:
    """What stands for a value that is missing or not applicable, taken from the group's own points."""
    node = here.node
    assert node is not None
    value = there(run, here, value)
    rule = node.get("not_applicable")
    whole = value.spread(len(run.units))
    if rule is None or rule == "redistribute" or not np.any(whole.state == NA):
        return value
    if rule == "group_mean":
        return _filled(whole, NA, _of_points(run, here, whole, circles.mean))
    if rule == "own_rate":
        rate = compose.own_rate(run, here.paper, node, here.period)
        return _filled(whole, NA, rounded(run, here, bounded(run, here, rate * number("full", here))))
    stands = bounded(run, here, _standing_in(here, rule))
    if rule == "zero":
        stands = _filled(stands, MISSING, ZERO)
    return _filled(whole, NA, rounded(run, here, stands))


def there(run: Run, here: Scope, value: Exact) -> Exact:
    """With what the group's points say of those whose own are missing."""
    missing = here.node.get("missing") if here.node and not here.node.composed else None
    if missing not in ("group_min", "group_mean"):
        return value
    fold = circles.minimum if missing == "group_min" else circles.mean
    return _filled(value, MISSING, _of_points(run, here, value, fold))


def _of_points(run: Run, here: Scope, value: Exact, fold: circles.Fold) -> Exact:
    groups = run.groups(replace(here, node=_without(here.node, "applies")), ())
    whole = value.spread(len(run.units))
    counted = run.members(here.paper) & ~_outside(run, here, len(run.units))
    own = whole.put(np.where(counted, whole.state, NA).astype(np.uint8))
    found = circles.of_group(own, groups, fold)
    return rounded(run, here, bounded(run, here, found))


def _without(node: NodeRule | None, key: str) -> NodeRule | None:
    return node and NodeRule(node.code, {k: v for k, v in node.keys.items() if k != key})


def _vetoed(run: Run, paper: PaperRule, node: NodeRule, period: str, value: Exact) -> Exact:
    for code, rule in paper.table("vetoes").items():
        if rule.get("zero") == node.code:
            value = choose(Truth(~vetoes.vetoed(run, paper, code, period)), value, ZERO)
    return value


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


from kaocheng.engine import alike  # noqa: E402  (it works leaves out by the stages above)
