"""Writes an expression out for one unit, in numbers, along the branches that were taken."""

from __future__ import annotations

from dataclasses import replace

from kaocheng.engine import evaluate as language
from kaocheng.engine import functions, others, plugged
from kaocheng.engine.alone import Alone, LooksAtOthers
from kaocheng.engine.explain import Rounding, Used
from kaocheng.engine.grammar import Call, Name, Number, Operation, Tree, Word, parse, walk
from kaocheng.engine.methods import METHODS
from kaocheng.engine.run import Run
from kaocheng.engine.several import asked_of
from kaocheng.engine.spelling import show
from kaocheng.engine.together import Together
from kaocheng.engine.wording import (
    BINDING,
    as_given,
    gap_asked,
    in_words,
    kind_of,
    labels,
    only_guards,
    percent,
    shown,
    sign,
    statistics,
    word,
)
from kaocheng.engine.wording import functions as function_names
from kaocheng.i18n import _

OF_ONE = tuple(
    (name,) for name in ("if", "min", "max", "clamp", "abs", "floor", "ceil", "round", "otherwise")
)
SEVERAL = 3  # choices in one formula: more than a reader follows
LONGEST_NAME = 24  # of an expression beside the statistic taken over it


class Writer(Together):
    """The formula of one unit (or one row of a list) in one node's scope."""

    # -- writing -----------------------------------------------------------------------------------

    def numbers(self, tree: Tree, outer: int = -1) -> str:
        """The tree with this unit's numbers in it, only the branches that were taken."""
        match tree:
            case Number():
                return percent(tree.value) if tree.percent else shown(tree.value)
            case Word():
                return f"“{word(tree.value)}”"
            case Name():
                return self._name(tree, outer)
            case Operation():
                return self._operation(tree, outer)
        return self._call(tree, outer)

    def _operation(self, tree: Operation, outer: int) -> str:
        if len(tree.parts) == 1:
            return (_("非 ") if tree.sign == "not" else "-") + self.numbers(tree.parts[0], 5)
        binding, (left, right) = BINDING[tree.sign], tree.parts
        tight = binding + (1 if tree.sign in ("-", "/") else 0)
        before, after = self.numbers(left, binding), self.numbers(right, tight)
        after = f"({after})" if after.startswith("-") and binding > BINDING["="] else after
        text = f"{before}{sign(tree.sign)}{after}"
        return f"({text})" if binding < outer else text

    def _call(self, tree: Call, outer: int) -> str:
        head = tree.path[0]
        if tree.path in (("if",), ("clamp",)):
            return self._if(tree, outer) if head == "if" else self._held(tree, outer)
        if tree.path == ("round",):
            return self._round(tree)
        if figures := self._many(tree):
            return figures
        if tree.path == ("days",) or (len(tree.path) == 1 and head in function_names()):
            return self._function(tree)
        if tree.path == ("_plugged",):
            return self._plugged(tree)
        if tree.path in (("is_missing",), ("is_na",)):
            self.numbers(tree.arguments[0])
            return asked_of(in_words(tree.arguments[0], labels(self.scope)), head, holds=self._holds(tree))
        if head in language.CIRCLES and len(tree.path) == 2:
            return self._statistic(tree)
        if tree.path in (("target",), ("base",)) and isinstance(tree.arguments[0], Name):
            figure = tree.arguments[0].path[0]
            self._use_target(self.scope.figure if figure == "x" else figure, kind_of(tree), self.value(tree))
            return self.value(tree)
        if tree.path in (("score",), ("rate",)):
            return self._scored(tree)
        if tree.path == ("at",):
            return self._elsewhere(tree)
        if len(tree.path) == 1 and head != "grade":  # else over parts or rows, whose names are their own
            for argument in tree.arguments:
                self.numbers(argument)
        return self._method(tree) or self.value(tree)

    def _if(self, tree: Call, outer: int) -> str:
        condition, yes, no = tree.arguments
        held = self._holds(condition)
        said = self.condition(condition)
        if gap := gap_asked(condition):
            if held:
                self.because.append(_("{name}缺数据", name=in_words(gap, labels(self.scope))))
        elif held:
            self.because.append(_("{condition} 成立", condition=said))
        elif not only_guards(condition):
            self.because.append(_("{condition} 不成立", condition=said))
        return self.numbers(yes if held else no, outer)

    def condition(self, tree: Tree) -> str:
        """A condition in numbers; what it asks of the unit also in words, for a bare yes says nothing."""
        said = self.numbers(tree)
        if not any(isinstance(name, Name) and name.path[0] == "unit" for name in walk(tree)):
            return said
        return _("{words}(即 {said})", words=in_words(tree, labels(self.scope)), said=said)

    def taken(self, tree: Tree) -> Tree:
        """The tree along the branches this unit took, where several were open."""
        if sum(isinstance(part, Call) and part.path == ("if",) for part in walk(tree)) < SEVERAL:
            return tree
        return self._pruned(tree)

    def _pruned(self, tree: Tree) -> Tree:
        if isinstance(tree, Operation):
            return replace(tree, parts=tuple(self._pruned(part) for part in tree.parts))
        if not isinstance(tree, Call) or tree.path not in OF_ONE:
            return tree  # over rows, parts or others, whose names are their own
        if tree.path == ("if",):
            condition, yes, no = tree.arguments
            return self._pruned(yes if self._holds(condition) else no)
        return replace(tree, arguments=tuple(self._pruned(argument) for argument in tree.arguments))

    def _method(self, tree: Call) -> str:
        """A method used as a function, written out by its own formula."""
        own = self.scope.run.recipe.methods.get(tree.path[0])
        known = tree.path[0] in METHODS and tree.arguments and tree.path[0] != "import"
        if len(tree.path) != 1 or not (known or own) or plugged.is_plugged(own):
            return ""
        for argument in tree.arguments[:1]:
            written, value = self.numbers(argument), self.value(argument)
            if written.strip("[]“”") != value:
                self.first.append(f"{in_words(argument, labels(self.scope))} = {written} = {value}")
        scope, given = language.called(tree, self.scope)
        inner = Writer(scope, self.at, self.unit, deep=self.deep)
        text = inner.numbers(parse(language.method_text(tree.path[0], given, scope)), 4)
        self.used |= {k: u for k, u in inner.used.items() if own or u.kind == "group"}
        self.because += inner.because
        self.first += inner.first
        self.roundings += inner.roundings
        return text

    def _held(self, tree: Call, outer: int) -> str:
        inner, low, high = tree.arguments
        text = self.numbers(inner, outer)
        value, result = self.value(inner), self.value(tree)
        if value == result:
            return text
        bound = self.value(high) if result == self.value(high) else self.value(low)
        self.because.append(
            _("{text} = {value},按 {bound} 计", text=self.numbers(inner), value=value, bound=bound)
        )
        return bound

    def _round(self, tree: Call) -> str:
        """A rounding the document makes before it goes on (``rate_round``)."""
        inner = tree.arguments[0]
        text, before, after = self.numbers(inner), self.value(inner), self.value(tree)
        places = int(functions.constant(tree.arguments[1], self.scope)) if tree.arguments[1:] else 0
        if before == after:
            return text if isinstance(inner, Name | Number) else f"({text})"
        self.roundings.append(Rounding(text, places, before, after))
        text = before if text in (before, f"({before})") else f"{text} = {before}"
        self.first.append(_("{text},四舍五入到 {places} 位:{after}", text=text, places=places, after=after))
        return after

    def _function(self, tree: Call) -> str:
        if tree.path == ("days",):
            due, done = (self.numbers(argument).strip("“”") for argument in tree.arguments)
            days = self.value(tree)
            return (
                days
                if days in (_("缺"), "/")
                else _("{due} 至 {done} 的 {days} 天", due=due, done=done, days=days)
            )
        inside = ", ".join(self.numbers(argument) for argument in tree.arguments)
        return f"{function_names()[tree.path[0]]}({inside})"

    def _plugged(self, tree: Call) -> str:
        """A pack's function: all that it was given, by name."""
        code, columns, parts = plugged.arguments(tree)
        given = {name: self.numbers(name) for name in (*parts.values(), *columns.values())}
        return as_given(self.scope, code, given)

    # -- others ------------------------------------------------------------------------------------

    def _statistic(self, tree: Call) -> str:
        value = self.value(tree)
        name = statistics().get(".".join(tree.path), tree.path[1])
        scope, argument = others.outermost(self.scope, tree.arguments[0])
        if not others.is_x(argument):
            what = in_words(argument, labels(scope))
            name = f"{name}({what if len(what) <= LONGEST_NAME else _('算得的值')})"
        if tree.path[1] not in others.SET_BY_ONE and self.scope.rows is None and not scope.way[1:]:
            Writer.numbers(self, tree.arguments[0])  # a rank is of the unit's own value
        key = (f"{'.'.join(tree.path)}({show(argument)})", self.scope.period)
        used = Used(name, self._kept(value), kind="group", key=key)
        self._use(self._set_by(used, tree) if self.deep else used)
        return value

    def _set_by(self, used: Used, tree: Call) -> Used:
        """Whose value the best or the lowest of the group is, and where that came from."""
        found = others.set_by(self.scope, tree, self.unit)
        if found is None:
            return used
        used = replace(used, among=found.among, skipped=found.skipped)
        if found.whole is None or found.place is None:
            return used
        unit = found.whole.units[found.place]
        behind = self._behind(found.whole, found.place, tree.arguments[0]) if not found.own else ()
        return replace(used, unit=unit.code, unit_label=unit.label or unit.code, behind=behind)

    def _behind(self, whole: Run, other: int, tree: Tree) -> tuple[Used, ...]:
        """What another unit's value was worked from."""
        like, tree = others.outermost(self.scope, tree)
        there = others.same_scope(Alone(whole, other), like)
        if there is None:
            return ()
        writer = Writer(there, 0, 0, deep=False)
        try:
            writer.numbers(tree)
        except LooksAtOthers:
            return ()
        unit = whole.units[other]
        return tuple(
            replace(used, unit=unit.code, unit_label=unit.label or unit.code)
            for used in writer.used.values()
            if used.kind != "group"
        )

    def _elsewhere(self, tree: Call) -> str:
        """A value at another unit: the city as a whole, the unit above."""
        where, expression = tree.arguments
        value, said = self.value(tree), self.value(where)
        run = self.scope.run
        whole = run.whole if isinstance(run, Alone) else run
        other = whole.position(said)
        label = whole.units[other].label or said if other is not None else said
        name = _("{unit}的{what}", unit=label, what=in_words(expression, labels(self.scope)))
        behind = self._behind(whole, other, expression) if other is not None and self.deep else ()
        code = whole.units[other].code if other is not None else said
        key = (show(tree), self.scope.period)
        self._use(Used(name, self._kept(value), "", "group", key, code, label, behind))
        return value

    def _scored(self, tree: Call) -> str:
        """A node's points in the formula; where no page shows them, with what they were worked from."""
        value = self.value(tree)
        paper, code, period = functions.node_named(tree.arguments[0], self.scope)
        if not isinstance(paper, str):
            self._use_node(paper, paper.nodes[code], period, value, rate=tree.path == ("rate",))
        return value
