"""The functions of the expression language that are not methods: ``if``, ``target``, ``score`` …"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import reduce

import numpy as np

from kaocheng.engine import aggregates, imported, irrational, periods, plugged, raters
from kaocheng.engine import evaluate as language
from kaocheng.engine.arrays import MISSING, NA, OK, Exact, Truth, Words, choose, larger, smaller
from kaocheng.engine.grammar import BadExpression, Call, Name, Operation, Tree, Word
from kaocheng.engine.inputs import NOT_APPLICABLE
from kaocheng.engine.recipe import PaperRule
from kaocheng.engine.spelling import show
from kaocheng.i18n import _


def constant(tree: Tree, scope: language.Scope) -> Fraction:
    """The one number that stands there for everybody."""
    given = language.number(tree, scope)
    value = given.fraction()
    if value is None or not np.all(given.same(Exact.constant(value)).holds):
        raise BadExpression(show(tree), getattr(tree, "at", 0), _("这里要的是一个固定的数"))
    return value


def _if(tree: Call, scope: language.Scope) -> language.Value:
    condition, yes, no = _arguments(tree, 3)
    held = language.truth(condition, scope)
    a, b = language.evaluate(yes, scope), language.evaluate(no, scope)
    a, b = language.wordlike(a, b), language.wordlike(b, a)
    if isinstance(a, Exact) and isinstance(b, Exact):
        return choose(held, a, b)
    if isinstance(a, Truth) and isinstance(b, Truth):
        chosen = np.where(held.v, a.state, b.state)
        return Truth(np.where(held.v, a.v, b.v), np.where(held.state == OK, chosen, held.state))
    if isinstance(a, Words) and isinstance(b, Words):
        chosen = np.where(held.v, a.state, b.state)
        return Words(np.where(held.v, a.v, b.v), np.where(held.state == OK, chosen, held.state))
    raise BadExpression(show(tree), tree.at, _("if 的两个结果要同是数、同是条件或同是词"))


def _folded(function: str) -> Callable[[Call, language.Scope], language.Value]:
    """min, max, sum, mean, count: over a figure's parts, over months, or over the arguments."""

    def call(tree: Call, scope: language.Scope) -> language.Value:
        first = tree.arguments[0] if tree.arguments else None
        figure = whole_figure(first, scope)
        if figure is not None and isinstance(first, Name):
            if len(tree.arguments) == 2 and is_span(tree.arguments[1]):
                kind = tree.arguments[1].path[0]  # type: ignore[union-attr]
                return language.by_unit(_over_time(function, _by_period(first, kind, scope.flat())), scope)
            series = scope.run.series(figure)
            if series and len(tree.arguments) <= 2:
                return aggregates.fold(function, _by_part(tree, figure, first, scope))
        if len(tree.arguments) == 2 and is_span(tree.arguments[1]) and first is not None:
            kind = tree.arguments[1].path[0]  # type: ignore[union-attr]
            within = [_at(scope.flat(), p) for p in periods.inside(scope.period, kind)]
            folded = _over_time(function, [language.evaluate(first, inner) for inner in within])
            return language.by_unit(folded, scope)
        if function in ("min", "max") and len(tree.arguments) >= 2:
            pick = smaller if function == "min" else larger
            values = [language.number(argument, scope) for argument in tree.arguments]
            result = values[0]
            for value in values[1:]:
                result = pick(result, value)
            return result
        return aggregates.fold(function, [language.evaluate(a, scope) for a in tree.arguments], tree)

    return call


def _by_part(tree: Call, figure: str, name: Name, scope: language.Scope) -> list[language.Value]:
    when = language.when(name.period, scope)
    values = [
        language.by_unit(scope.run.figure(figure, part, when), scope) for part in scope.run.series(figure)
    ]
    if len(tree.arguments) == 1:
        return values
    return [
        language.evaluate(tree.arguments[1], scope.within((name, n), it=value))
        for n, value in enumerate(values)
    ]


def _by_period(name: Name, kind: str, scope: language.Scope) -> list[language.Value]:
    """``sum(x, month)`` over the node's period, ``sum(x@half, month)`` over that one."""
    plain, whole = replace(name, period=None), language.when(name.period, scope)
    return [language.evaluate(plain, _at(scope, p)) for p in periods.inside(whole, kind)]


def _over_time(function: str, values: list[language.Value]) -> Exact:
    """Over months every month must be there: a sum that lacks one is missing."""
    folded = aggregates.fold(function, values)
    if function == "count":
        return folded
    gaps = reduce(np.maximum, [value.state for value in values], folded.state)
    return folded.put(gaps)


def _at(scope: language.Scope, period: str) -> language.Scope:
    """The same scope in another period: what depends on the period is looked up anew."""
    return scope.run.scope(scope.paper, scope.node, period) if scope.node else replace(scope, period=period)


def whole_figure(tree: Tree | None, scope: language.Scope) -> str | None:
    """The figure that a name stands for as a whole, with all its parts."""
    if not isinstance(tree, Name):
        return None
    if tree.path == ("x",) and scope.figure and "x" in scope.words:
        return scope.figure
    known = (
        len(tree.path) == 1 and tree.path[0] in scope.run.recipe.figures and tree.path[0] not in scope.words
    )
    return tree.path[0] if known else None


def is_span(tree: Tree) -> bool:
    """Whether a name is a kind of period: ``month``, ``quarter``."""
    return isinstance(tree, Name) and tree.path[0] in periods.MONTHS


def _target(kind: str) -> Callable[[Call, language.Scope], language.Value]:
    def call(tree: Call, scope: language.Scope) -> language.Value:
        figure = tree.arguments[0]
        if not isinstance(figure, Name):
            raise BadExpression(show(tree), tree.at, _("{name}() 里要写指标", name=tree.path[0]))
        wanted = kind
        if len(tree.arguments) == 2:
            second = tree.arguments[1]
            wanted = second.value if isinstance(second, Word) else ".".join(getattr(second, "path", ()))
        code = scope.figure if figure.path == ("x",) else figure.path[0]
        inner = replace(scope, period=language.when(figure.period, scope))
        return scope.run.target_of(code or "", wanted, inner)

    return call


def _score(tree: Call, scope: language.Scope) -> language.Value:
    paper, named = _paper_named(tree.arguments[0], scope)
    word = named.path[0] if isinstance(named, Name) else ""
    if paper is not None and word not in paper.nodes and word in paper.table("adjustments"):
        period = language.when(getattr(named, "period", None), scope)
        return language.by_unit(scope.run.score(paper, word, period), scope)
    paper, code, period = node_named(tree.arguments[0], scope)
    if isinstance(paper, str):
        raise BadExpression(show(tree), tree.at, _("没有节点“{name}”", name=paper))
    node = paper.nodes[code]
    if imported.in_words(node):
        return language.evaluate(Name(("x",)), scope.run.scope(paper, node, period))
    return language.by_unit(scope.run.score(paper, code, period), scope)


def _rate(tree: Call, scope: language.Scope) -> language.Value:
    paper, code, period = node_named(tree.arguments[0], scope)
    if isinstance(paper, str):
        raise BadExpression(show(tree), tree.at, _("没有节点“{name}”", name=paper))
    rate = scope.run.score(paper, code, period) / scope.run.full(paper, code, period)
    return language.by_unit(rate, scope)


def node_named(tree: Tree, scope: language.Scope):  # type: ignore[no-untyped-def]
    """The paper, node and period that ``items@half`` or ``province/total`` names."""
    paper, named = _paper_named(tree, scope)
    if paper is None or not isinstance(named, Name) or named.path[0] not in paper.nodes:
        return show(tree), "", ""
    return paper, named.path[0], language.when(named.period, scope)


def _paper_named(tree: Tree, scope: language.Scope) -> tuple[PaperRule | None, Tree]:
    """The paper that ``province/…`` names, else the scope's own; and what is named in it."""
    if isinstance(tree, Operation) and tree.sign == "/" and isinstance(tree.parts[0], Name):
        return scope.run.recipe.papers.get(tree.parts[0].path[0]), tree.parts[1]
    return scope.paper, tree


def _grade(tree: Call, scope: language.Scope) -> language.Value:
    paper, name = _paper_named(tree.arguments[0] if tree.arguments else Name(("",)), scope)
    if paper is None or not isinstance(name, Name):
        raise BadExpression(show(tree), tree.at, _("grade() 里要写结果的代码"))
    grades = scope.run.grades(paper, name.path[0], language.when(name.period, scope))
    return language.by_unit(grades, scope)


def _figure(tree: Call, scope: language.Scope) -> language.Value:
    name = tree.arguments[0]
    if not isinstance(name, Name) or name.path[0] not in scope.run.recipe.figures:
        raise BadExpression(show(tree), tree.at, _("没有指标“{name}”", name=show(name)))
    part = name.path[1] if len(name.path) > 1 else ""
    return language.by_unit(scope.run.figure(name.path[0], part, language.when(name.period, scope)), scope)


def _at_unit(tree: Call, scope: language.Scope) -> language.Value:
    if scope.rows is not None and not isinstance(tree.arguments[0], Word):  # a row may name the unit
        found = scope.run.once(("at rows", *scope.key, tree), lambda: (scope.rows, _elsewhere(tree, scope)))
        value: language.Value = found[1]
        return value
    flat = scope.flat()
    whole = scope.run.once(("at", *flat.key, tree), lambda: _elsewhere(tree, flat))
    return language.by_unit(whole, scope)


def _elsewhere(tree: Call, scope: language.Scope) -> language.Value:
    where, expression = _arguments(tree, 2)
    value = language.evaluate(expression, scope.flat())
    if isinstance(where, Word):
        index = scope.run.position(where.value)
        if index is None:
            return Exact.nothing(MISSING)
        length = len(scope.run.units)
        picked = (
            value.take(np.array([index]))
            if not isinstance(value, Exact)
            else value.spread(length).take(np.array([index]))
        )
        if isinstance(picked, Exact):
            found = picked.fraction(0)
            return Exact.constant(found) if found is not None else Exact.nothing(int(picked.state[0]))
        return picked
    named = _naming(where, scope)
    if not isinstance(named, Words):
        raise BadExpression(show(tree), tree.at, _("at() 的第一个值要是单位的名称"))
    codes = np.broadcast_to(named.v, (len(scope.run.units if scope.rows is None else scope.rows.units),))
    found_at = [scope.run.position(str(code)) for code in codes]
    gone = np.array([i is None for i in found_at], bool)
    picked = value.take(np.array([0 if i is None else i for i in found_at], np.intp))
    state = np.where(gone, np.where(codes == NOT_APPLICABLE, NA, MISSING), picked.state).astype(np.uint8)
    if isinstance(picked, Exact):
        return picked.put(state)
    return type(picked)(picked.v, state)


def _naming(where: Tree, scope: language.Scope) -> language.Value:
    """The units named: an attribute as it is written, for 0101 is a unit's code and no number."""
    if not isinstance(where, Name) or where.path[0] != "unit" or len(where.path) != 2:
        return language.evaluate(where, scope)
    known = scope.run.words(where.path[1], language.when(where.period, scope))
    return language.by_unit(Words(np.array(known.distinct)[known.of]), scope)


def _arithmetic(
    function: Callable[..., Exact], count: int
) -> Callable[[Call, language.Scope], language.Value]:
    def call(tree: Call, scope: language.Scope) -> language.Value:
        return function(*(language.number(a, scope) for a in _arguments(tree, count)))

    return call


def _clamp(x: Exact, lo: Exact, hi: Exact) -> Exact:
    return smaller(larger(x, lo), hi)


def _round(tree: Call, scope: language.Scope) -> language.Value:
    value = language.number(tree.arguments[0], scope)
    decimals = constant(tree.arguments[1], scope) if len(tree.arguments) > 1 else Fraction(0)
    if decimals < 0:  # to tens, hundreds …, as the spreadsheet does
        tens = Exact.constant(10 ** -int(decimals))
        return (value / tens).half_up(0) * tens
    return value.half_up(int(decimals))


def _days(tree: Call, scope: language.Scope) -> language.Value:
    start, end = (_day(argument, scope) for argument in _arguments(tree, 2))
    return end - start


def _day(tree: Tree, scope: language.Scope) -> Exact:
    """A date that was handed in, or one the rule writes out: ``"2026-10-31"``."""
    if isinstance(tree, Word):
        try:
            return Exact.constant(date.fromisoformat(tree.value).toordinal())
        except ValueError:
            raise BadExpression(show(tree), tree.at, _("这里要的是日期,如 2026-10-31")) from None
    return language.number(tree, scope)


def _state_is(*states: int) -> Callable[[Call, language.Scope], language.Value]:
    def call(tree: Call, scope: language.Scope) -> language.Value:
        value = language.evaluate(tree.arguments[0], scope)
        return Truth(np.isin(value.state, states))

    return call


def _otherwise(tree: Call, scope: language.Scope) -> language.Value:
    value, instead = (language.evaluate(a, scope) for a in _arguments(tree, 2))
    value, instead = language.wordlike(value, instead), language.wordlike(instead, value)
    there = Truth(np.asarray(value.state == OK))
    if isinstance(value, Exact) and isinstance(instead, Exact):
        return choose(there, value.put(np.zeros((), np.uint8)), instead)
    if isinstance(value, Words) and isinstance(instead, Words):
        return Words(np.where(there.v, value.v, instead.v), np.where(there.v, OK, instead.state))
    raise BadExpression(show(tree), tree.at, _("otherwise 的两个值要同是数或同是词"))


def _power(x: Exact, p: Exact) -> Exact:
    exponent = p.fraction() if not p.shape else None
    if exponent is not None:
        return irrational.each(x, lambda v: irrational.power(v, exponent))
    length = max(len(x.shape) and x.shape[0], len(p.shape) and p.shape[0])
    a, b = x.spread(length), p.spread(length)
    state = np.array(np.maximum(a.state, b.state), copy=True)
    results: list[Fraction | int] = [0] * length
    for i in np.flatnonzero(state == OK):
        base, index = a.fraction(int(i)), b.fraction(int(i))
        assert base is not None
        assert index is not None
        result = irrational.power(base, index) if abs(index) < irrational.LARGEST else None
        if result is None:
            state[i] = 1
        else:
            results[i] = result
    return Exact.of(results, state)


def _trimmed(tree: Call, scope: language.Scope) -> language.Value:
    """The mean of raters' scores; made alike with all units in view where the scheme asks for it."""
    if any(isinstance(argument, Word) for argument in tree.arguments[3:]):
        return scope.run.once(("circle", *scope.key, tree), lambda: _mean_of_raters(tree, scope))  # type: ignore[no-any-return]
    return _mean_of_raters(tree, scope)


def _mean_of_raters(tree: Call, scope: language.Scope) -> Exact:
    """The mean, the highest and lowest *beside* dropped where more than *above* scored."""
    above, beside, condition, *members = tree.arguments
    severity = members.pop(0) if isinstance(members[0], Word) else None
    most, each = int(constant(above, scope)), int(constant(beside, scope))
    values = [language.number(member, scope) for member in members]
    nobodys = np.logical_and.reduce([value.state == NA for value in values])
    left_out = condition.value if isinstance(condition, Word) else ""
    if left_out:
        values = [
            v.put(
                np.where(
                    language.truth(left_out, scope.within((tree, n), it=v)).holds, MISSING, v.state
                ).astype(np.uint8)
            )
            for n, v in enumerate(values)
        ]
    length = len(scope.run.units) if scope.rows is None else len(scope.rows.units)
    columns = [[v.fraction(i) for i in range(length)] for v in (value.spread(length) for value in values)]
    if isinstance(severity, Word):
        groups = scope.run.groups(scope)
        groups = groups if scope.rows is None else groups[scope.rows.units]
        columns = raters.alike(columns, groups, severity.value)
    means: list[Fraction | None] = []
    for i in range(length):
        scores = sorted(f for column in columns if (f := column[i]) is not None)
        if most >= 0 and len(scores) > most:
            scores = scores[each : len(scores) - each]
        means.append(sum(scores, Fraction(0)) / len(scores) if scores else None)
    mean = Exact.of(means)
    return mean.put(np.where(nobodys, NA, mean.state).astype(np.uint8))


def _arguments(tree: Call, count: int) -> tuple[Tree, ...]:
    if len(tree.arguments) != count:
        raise BadExpression(
            show(tree), tree.at, _("{name}() 要 {count} 个值", name=tree.path[0], count=count)
        )
    return tree.arguments


FUNCTIONS: Mapping[str, Callable[[Call, language.Scope], language.Value]] = {
    "if": _if,
    **{name: _folded(name) for name in ("sum", "count", "min", "max", "mean")},
    "target": _target("target"),
    "base": _target("base"),
    "score": _score,
    "rate": _rate,
    "grade": _grade,
    "figure": _figure,
    "at": _at_unit,
    "floor": _arithmetic(Exact.floor, 1),
    "ceil": _arithmetic(Exact.ceil, 1),
    "abs": _arithmetic(Exact.__abs__, 1),
    "clamp": _arithmetic(_clamp, 3),
    "round": _round,
    "days": _days,
    "ln": _arithmetic(lambda x: irrational.each(x, irrational.logarithm), 1),
    "exp": _arithmetic(lambda x: irrational.each(x, irrational.exponential), 1),
    "sqrt": _arithmetic(lambda x: irrational.each(x, irrational.square_root), 1),
    "power": _arithmetic(_power, 2),
    "is_missing": _state_is(MISSING),
    "is_na": _state_is(NA),
    "otherwise": _otherwise,
    "_trimmed": _trimmed,
    "_plugged": plugged.call,
}
