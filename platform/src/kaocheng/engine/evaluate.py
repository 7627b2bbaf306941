"""Evaluates an expression for all units at once, in the scope of one node and period."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kaocheng.engine import periods
from kaocheng.engine.arrays import MISSING, NA, OK, UNDEFINED, Exact, Truth, Words
from kaocheng.engine.columns import day_beside, no_number
from kaocheng.engine.grammar import BadExpression, Call, Name, Number, Operation, Tree, Word, parse
from kaocheng.engine.methods import METHODS, Keys
from kaocheng.engine.spelling import written
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.recipe import NodeRule, PaperRule
    from kaocheng.engine.run import Run

Value = Exact | Truth | Words
Array = np.ndarray[Any, Any]
CIRCLES = ("group", "others")


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one list: whose each is, and its fields."""

    list: str
    units: Array  # position of the unit of each row
    fields: Mapping[str, Value]


@dataclass(eq=False, slots=True)
class Later:
    """A word by what is written for it: worked out when first needed, anew where names mean other things."""

    tree: Tree
    scope: Scope
    known: Value | None = None
    begun: bool = False

    def value(self, name: Name) -> Value:
        if self.known is None:
            if self.begun:
                _of_itself(name)()
            self.begun = True
            try:
                self.known = evaluate(self.tree, self.scope)
            finally:
                self.begun = False
        return self.known


@dataclass(slots=True)
class Scope:
    """Where a name is looked up: the node's own words first, then figures."""

    run: Run
    paper: PaperRule
    node: NodeRule | None
    period: str
    words: dict[str, Value | Later | Callable[[], Value]] = field(default_factory=dict)
    rows: Rows | None = None
    units: Scope | None = None  # of rows: the same names, unit by unit
    parts: Callable[[], tuple[Scope, ...]] = tuple  # of a composition, for parts.mean(…)
    figure: str | None = None  # what ``x.part`` is a part of
    way: tuple[object, ...] = ()  # how its words came to mean what they mean, since the node's own
    given: frozenset[str] = frozenset()  # the words that came so: they stand before a row's fields

    def within(self, via: object, **words: Value | Later | Callable[[], Value]) -> Scope:
        """The same scope with more words, told apart by what gave them."""
        more = replace(
            self, words={**self.words, **words}, way=(*self.way, via), given=self.given | words.keys()
        )
        if self.units is not None:  # what has been worked out row by row means nothing unit by unit
            written = {n: Later(w.tree, w.scope.flat()) for n, w in words.items() if isinstance(w, Later)}
            more.units = self.units.within(via, **written)
        return more

    def by_rows(self, rows: Rows) -> Scope:
        """The same names row by row: a row's fields, then the unit's words as they are for each row."""
        here = replace(self, rows=rows, units=self, words={}, way=(*self.way, "rows"))
        for name, word in self.words.items():
            here.words[name] = Later(word.tree, here) if isinstance(word, Later) else _taken(word, rows)
        here.words.update({n: value for n, value in rows.fields.items() if n not in self.given})
        return here

    @property
    def key(self) -> tuple[object, ...]:
        """The same for scopes in which every name means the same."""
        return (self.paper.code, self.node.code if self.node else None, self.period, *self.way)

    def flat(self) -> Scope:
        """The same scope seen by units, not by rows."""
        return self.units or self


def _taken(word: Value | Callable[[], Value], rows: Rows) -> Callable[[], Value]:
    return lambda: (word() if callable(word) else word).take(rows.units)


def number(tree: Tree | str, scope: Scope) -> Exact:
    """The numeric value of an expression."""
    value = evaluate(parse(tree) if isinstance(tree, str) else tree, scope)
    if isinstance(value, Exact):
        return value
    raise no_number(written(tree), value)


def truth(tree: Tree | str, scope: Scope) -> Truth:
    """The truth of a condition."""
    value = evaluate(parse(tree) if isinstance(tree, str) else tree, scope)
    if isinstance(value, Truth):
        return value
    raise BadExpression(written(tree), getattr(tree, "at", 0), _("这里要的是条件"))


def evaluate(tree: Tree, scope: Scope) -> Value:
    """The value of a tree: numbers, a condition, or words, one a unit (or a row)."""
    return _EVALUATE[type(tree)](tree, scope)


# -- names ---------------------------------------------------------------------------------------------


def _named(name: Name, scope: Scope) -> Value:
    head, rest = name.path[0], name.path[1:]
    if head.startswith("_"):
        return Exact.nothing({"_missing": MISSING, "_undefined": UNDEFINED, "_not_applicable": NA}[head])
    if head == "unit" and rest:
        return by_unit(scope.run.attribute(rest[0], when(name.period, scope)), scope)
    if not rest and head in scope.words and name.period is None:
        return _word(name, scope)
    if name.path == ("x",) and scope.node is not None and "x" in scope.words:
        there = scope.run.scope(scope.paper, scope.node, when(name.period, scope))
        return by_unit(evaluate(Name(("x",), at=name.at), there), scope)
    if head == "x" and rest and rest[0] in row_parts(scope):
        return scope.rows.fields[rest[0]]  # type: ignore[union-attr]
    if head == "x" and rest and scope.figure and "x" in scope.words:
        return _figure(scope.figure, rest[0], name.period, scope, name)
    if scope.rows is not None and not rest and head in scope.rows.fields:
        return scope.rows.fields[head]
    if rest[:1] == ("rank",) and head in scope.paper.nodes and "rank" not in scope.run.series(head):
        return by_unit(_rank(name, scope), scope)
    if scope.node is None and head in scope.paper.nodes and not rest:  # before a figure: lint asks which
        return by_unit(scope.run.score(scope.paper, head, when(name.period, scope)), scope)
    if head in scope.run.recipe.figures:
        return _figure(head, rest[0] if rest else "", name.period, scope, name)
    if scope.node is None and head in scope.paper.table("adjustments") and not rest:
        return by_unit(scope.run.score(scope.paper, head, when(name.period, scope)), scope)
    raise BadExpression(written(name), name.at, _("没有叫“{name}”的指标或名称", name=".".join(name.path)))


def _word(name: Name, scope: Scope) -> Value:
    """One of the scope's own words, worked out once."""
    head = name.path[0]
    word = scope.words[head]
    if isinstance(word, Later):
        return word.value(name)
    if callable(word):
        scope.words[head] = _of_itself(name)
        word = scope.words[head] = word()
    return word


def row_parts(scope: Scope) -> tuple[str, ...]:
    """Row by row the fields are the parts of what is measured, unless a figure with parts is."""
    if scope.rows is None or (scope.figure and scope.run.series(scope.figure)):
        return ()
    return tuple(scope.rows.fields)


def _rank(name: Name, scope: Scope) -> Value:
    """``revenue.rank``, and ``revenue.rank.near`` of a node with several ranks by name."""
    node, which = scope.paper.nodes[name.path[0]], ".".join(name.path[2:])
    named = node.get("rank")
    if which and not (isinstance(named, Mapping) and which in named):
        raise BadExpression(
            written(name), name.at, _("“{node}”没有叫“{name}”的名次", node=node.label, name=which)
        )
    return scope.run.node_rank(scope.paper, node.code, when(name.period, scope), which)


def _of_itself(name: Name) -> Callable[[], Value]:
    """What a word stands for while it is being worked out."""

    def work() -> Value:
        raise BadExpression(written(name), name.at, _("“{name}”要由它自己算出", name=name.path[0]))

    return work


def _figure(code: str, part: str, period: str | None, scope: Scope, name: Name) -> Value:
    parts = scope.run.series(code)
    if part and part not in parts:
        raise BadExpression(written(name), name.at, _("指标“{name}”没有“{part}”这一项", name=code, part=part))
    return by_unit(scope.run.figure(code, part, when(period, scope)), scope)


def by_unit(value: Value, scope: Scope) -> Value:
    return value if scope.rows is None else value.take(scope.rows.units)


def when(period: str | None, scope: Scope) -> str:
    """The period that ``@…`` means in this scope."""
    if period is None:
        return scope.period
    if period == "last_year":
        return periods.last_year(scope.period)
    if period == "previous":
        return periods.previous(scope.period)
    return scope.run.recipe.named(period, scope.paper, scope.period)


# -- operators -----------------------------------------------------------------------------------------


_ARITHMETIC: Mapping[str, Callable[[Exact, Exact], Exact]] = {
    "+": Exact.__add__,
    "-": Exact.__sub__,
    "*": Exact.__mul__,
    "/": Exact.__truediv__,
}


def _operation(tree: Operation, scope: Scope) -> Value:
    if tree.sign == "not":
        return ~truth(tree.parts[0], scope)
    if tree.sign in ("and", "or"):
        left, right = (truth(part, scope) for part in tree.parts)
        return left & right if tree.sign == "and" else left | right
    if len(tree.parts) == 1:
        return -number(tree.parts[0], scope)
    if tree.sign in ("+", "-", "*", "/"):
        return _ARITHMETIC[tree.sign](number(tree.parts[0], scope), number(tree.parts[1], scope))
    return _compare(tree, scope)


def _compare(tree: Operation, scope: Scope) -> Truth:
    left, right = (evaluate(part, scope) for part in tree.parts)
    left, right = day_beside(left, right), day_beside(right, left)
    if isinstance(left, Words) or isinstance(right, Words):
        left, right = wordlike(left, right), wordlike(right, left)
        if isinstance(left, Words) and isinstance(right, Words) and tree.sign in ("=", "!="):
            return left.same(right) if tree.sign == "=" else ~left.same(right)
    elif isinstance(left, Exact) and isinstance(right, Exact):
        return {
            "<": left.__lt__,
            "<=": left.__le__,
            ">": left.__gt__,
            ">=": left.__ge__,
            "=": left.same,
            "!=": left.differs,
        }[tree.sign](right)
    raise BadExpression(written(tree), tree.at, _("两边不能这样比较:一边是词,一边是数"))


def wordlike(value: Value, beside: Value) -> Value:
    """Nobody's value stands beside a word as well as beside a number: it stays missing."""
    if isinstance(value, Exact) and isinstance(beside, Words) and not np.any(value.state == OK):
        return Words(np.array("", object), value.state)
    return value


# -- calls ---------------------------------------------------------------------------------------------


def _call(tree: Call, scope: Scope) -> Value:
    head = tree.path[0]
    if len(tree.path) == 2:
        if head in CIRCLES:
            return aggregates.circle(tree, scope)
        if head == "parts":
            return aggregates.over_parts(tree, scope)
        if head in scope.run.recipe.lists:
            return aggregates.over_rows(tree, scope)
    if len(tree.path) == 1:
        function = _FUNCTIONS.get(head)
        if function and not (head in METHODS and tree.keywords):
            return function(tree, scope)
        if head in METHODS or head in scope.run.recipe.methods:
            return _method(tree, scope)
    raise BadExpression(written(tree), tree.at, _("没有函数或方法“{name}”", name=".".join(tree.path)))


def _method(tree: Call, scope: Scope) -> Value:
    """A method as a function: points of ``full``, its keys as arguments."""
    if tree.path[0] == "import":
        return _imported(tree, scope)
    inner, given = called(tree, scope)
    return measured_by(tree.path[0], inner, number(method_text(tree.path[0], given, inner), inner))


def called(tree: Call, scope: Scope) -> tuple[Scope, Mapping[str, Any]]:
    """Where the formula of a method used as a function is worked out, and the keys it was given."""
    given: dict[str, Any] = {}
    for key, argument in tree.keywords:
        given[key] = word_or(argument, METHODS, tree.path[0], key)
    words: dict[str, Value | Later | Callable[[], Value]] = {}
    figure = scope.figure
    if tree.arguments:
        argument = tree.arguments[0]
        words["x"] = Later(argument, scope)
        if isinstance(argument, Name) and _another(argument, scope):
            figure, there = argument.path[0], replace(scope, period=when(argument.period, scope))
            for word in ("target", "base"):
                words[word] = Later(Call((word,), (Name((figure,)),)), there)
            words["last"] = Later(replace(argument, period="last_year"), there)
    own = scope.run.recipe.methods.get(tree.path[0])
    for key, value in ((own or {}).get("defaults") or {}).items():
        words[key] = Later(parse(str(value)), scope)
    in_points = METHODS[tree.path[0]].points if tree.path[0] in METHODS else ()
    for key, value in given.items():
        if isinstance(value, Number) and value.percent and key in in_points:  # a share of full marks
            value = Operation("*", (Name(("full",)), value))  # noqa: PLW2901
        if isinstance(value, Tree):
            words[key] = Later(value, scope)
    return replace(scope.within(tree, **words), figure=figure), given


def _another(name: Name, scope: Scope) -> bool:
    """Whether a method is asked about a figure that is not the node's own in the node's period."""
    code = name.path[0]
    own = code in scope.words or (code == scope.figure and not name.period)
    return code in scope.run.recipe.figures and not own


def _imported(tree: Call, scope: Scope) -> Value:
    """``import(sheet = "city", node = "economy", as = "rate")``."""
    keys = imported.as_written(tree)
    value = by_unit(imported.value(scope.run, scope, keys), scope)
    text = method_text("import", keys, scope)
    return value if text == "x" else number(text, scope.within(tree, x=value))


PARTWISE = frozenset(
    ["cases", "checklist", "choice", "raters", "ballots", "status", "deduct", "count", "formula"]
)


def measured_by(method: str, scope: Scope, value: Exact) -> Exact:
    """What a method gives one whose own value is not there: nothing, whatever branch it took."""
    if method in PARTWISE or method not in METHODS:
        return value
    measured = evaluate(Name(("x",)), scope)
    if isinstance(measured, Exact) and measured.all_ok:
        return value
    return value.put(np.maximum(value.state, np.where(measured.state == UNDEFINED, OK, measured.state)))


def word_or(argument: Tree, methods: Mapping[str, Any], method: str, key: str) -> Any:
    """A keyword's value: one of the method's words, a text where it takes a table, else an expression."""
    if method in methods and key in methods[method].tables:
        return argument.value if isinstance(argument, Word) else written(argument)
    words = key == "direction" or (method in methods and methods[method].words.get(key))
    if isinstance(argument, Word) and words:
        return argument.value
    if isinstance(argument, Name) and (words or argument.path[0] in CIRCLES):
        return argument.path[0]
    return argument


def method_text(method: str, given: Mapping[str, Any], scope: Scope) -> str:
    """The formula of a method of the catalogue, or of the scheme's own."""
    own = scope.run.recipe.methods.get(method)
    if own is not None and plugged.is_plugged(own):
        return plugged.as_expression(method, own, tuple(scope.run.series(scope.figure or "")))
    if own is not None:
        return str(own["formula"])
    down = given.get("direction", scope.node and scope.node.get("direction")) == "down"
    listed = given.get({"status": "coefficients", "ballots": "values"}.get(method, ""))
    fields = tuple(f for f in row_parts(scope) if listed is None or f in listed)
    parts = fields or (tuple(scope.run.series(scope.figure)) if scope.figure else ())
    marked = scope.node is not None and marks.has_full(scope.run, scope)
    keys = {**given, "full": given.get("full", "full" if marked else None)}
    return METHODS[method].formula(Keys(keys, parts, down))


_EVALUATE: Mapping[type, Callable[[Any, Scope], Value]] = {
    Number: lambda tree, _scope: Exact.constant(tree.value),
    Word: lambda tree, _scope: Words(np.array(tree.value, object)),
    Name: _named,
    Operation: _operation,
    Call: _call,
}

# -- functions -----------------------------------------------------------------------------------------

from kaocheng.engine import aggregates, imported, marks, plugged  # noqa: E402  (they evaluate, so they come last)
from kaocheng.engine import functions as _functions  # noqa: E402  (they evaluate, so they come last)

_FUNCTIONS: Mapping[str, Callable[[Call, Scope], Value]] = _functions.FUNCTIONS
