"""Writes an expression out for one unit, in words and in numbers, along the branches that were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np

from kaocheng.engine import evaluate as language
from kaocheng.engine.arrays import NA, OK, Truth, Words
from kaocheng.engine.explain import Used
from kaocheng.engine.grammar import Call, Name, Number, Operation, Tree, Word, parse
from kaocheng.engine.rounding import plain, printed
from kaocheng.i18n import _

SIGNS = {"*": " × ", "/": " ÷ ", "+": " + ", "-": " - ", "<=": " ≤ ", ">=": " ≥ ", "!=": " ≠ "}
BINDING = {
    "or": 0,
    "and": 1,
    "<": 2,
    "<=": 2,
    "=": 2,
    "!=": 2,
    ">=": 2,
    ">": 2,
    "+": 3,
    "-": 3,
    "*": 4,
    "/": 4,
}
DECIMALS = 6  # of a value that is only passed through


class Writer:
    """One unit (or one row of a list) in one node's scope."""

    def __init__(self, scope: language.Scope, at: int, unit: int) -> None:
        self.scope, self.at, self.unit = scope, at, unit
        self.used: dict[tuple[str, ...], Used] = {}
        self.because: list[str] = []  # conditions that decided a branch
        self.first: list[str] = []  # what was worked out before the formula

    # -- values ------------------------------------------------------------------------------------

    def value(self, tree: Tree) -> str:
        """The value of a tree for this unit, as text."""
        return self._text(language.evaluate(tree, self.scope))

    def _text(self, value: language.Value) -> str:
        state = int(value.state if not value.state.shape else value.state[self.at])
        if state != OK:
            return "/" if state == NA else _("缺")
        if isinstance(value, Words):
            return str(value.v if not value.v.shape else value.v[self.at])
        if isinstance(value, Truth):
            held = bool(value.v if not value.v.shape else value.v[self.at])
            return _("是") if held else _("否")
        return shown(value.fraction(self.at))

    def _holds(self, tree: Tree) -> bool:
        held = language.truth(tree, self.scope).holds
        return bool(held if not held.shape else held[self.at])

    # -- writing -----------------------------------------------------------------------------------

    def numbers(self, tree: Tree, outer: int = -1) -> str:
        """The tree with this unit's numbers in it, only the branches that were taken."""
        match tree:
            case Number():
                return shown(tree.value * 100) + "%" if tree.percent else shown(tree.value)
            case Word():
                return f"“{tree.value}”"
            case Name():
                return self._name(tree)
            case Operation():
                return self._operation(tree, outer)
        return self._call(tree, outer)

    def _operation(self, tree: Operation, outer: int) -> str:
        if len(tree.parts) == 1:
            return f"-{self.numbers(tree.parts[0], 5)}"
        binding = BINDING[tree.sign]
        left, right = tree.parts
        sign = SIGNS.get(tree.sign, {"and": _(" 且 "), "or": _(" 或 ")}.get(tree.sign, f" {tree.sign} "))
        tight = binding + (1 if tree.sign in ("-", "/") else 0)
        text = f"{self.numbers(left, binding)}{sign}{self.numbers(right, tight)}"
        return f"({text})" if binding < outer else text

    def _call(self, tree: Call, outer: int) -> str:
        head = tree.path[0]
        if tree.path == ("if",):
            condition, yes, no = tree.arguments
            held = self._holds(condition)
            said = self.numbers(condition)
            if held:
                self.because.append(_("{condition} 成立", condition=said))
            elif not _is_guard(condition):
                self.because.append(_("{condition} 不成立", condition=said))
            return self.numbers(yes if held else no, outer)
        if tree.path == ("clamp",):
            return self._held(tree, outer)
        if tree.path in (("min",), ("max",), ("abs",), ("floor",), ("ceil",), ("round",), ("days",)):
            return self._function(tree)
        if head in language.CIRCLES and len(tree.path) == 2:
            return self._statistic(tree)
        if tree.path in (("target",), ("base",)) and isinstance(tree.arguments[0], Name):
            figure = tree.arguments[0].path[0]
            self._use_target(self.scope.figure if figure == "x" else figure, _kind(tree), self.value(tree))
            return self.value(tree)
        if tree.path in (("score",), ("rate",)):
            text = language.show(tree.arguments[0])
            self._use(Used(text, self.value(tree), kind="node", key=(text, self.scope.period)))
            return self.value(tree)
        for argument in tree.arguments:
            self.numbers(argument)
        return self._method(tree) or self.value(tree)

    def _method(self, tree: Call) -> str:
        """A method used as a function, written out by its own formula."""
        from kaocheng.engine.methods import METHODS

        if len(tree.path) != 1 or tree.path[0] not in METHODS or not tree.arguments:
            return ""
        scope, given = language.called(tree, self.scope)
        inner = Writer(scope, self.at, self.unit)
        text = inner.numbers(parse(language.method_text(tree.path[0], given, scope)), 4)
        self.used |= {k: u for k, u in inner.used.items() if u.kind == "group"}
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

    def _function(self, tree: Call) -> str:
        names = {
            "min": _("较小者"),
            "max": _("较大者"),
            "abs": _("绝对值"),
            "floor": _("去尾"),
            "ceil": _("进一"),
            "round": _("四舍五入"),
            "days": _("天数"),
        }
        if tree.path == ("days",):
            due, done = (self.numbers(argument) for argument in tree.arguments)
            days = self.value(tree)
            return (
                days
                if days in (_("缺"), "/")
                else _("{due} 至 {done} 的 {days} 天", due=due, done=done, days=days)
            )
        inside = ", ".join(self.numbers(argument) for argument in tree.arguments)
        return f"{names[tree.path[0]]}({inside})"

    def _statistic(self, tree: Call) -> str:
        value = self.value(tree)
        names = {
            "min": _("本组最低"),
            "max": _("本组最高"),
            "mean": _("本组平均"),
            "median": _("本组中位数"),
            "sum": _("本组合计"),
            "count": _("本组个数"),
            "sd": _("本组标准差"),
            "nth": _("本组第几位"),
            "rank": _("本组名次"),
            "rank_up": _("本组名次(由低到高)"),
            "portion": _("本组占比"),
        }
        who = self._who(tree) if tree.path[1] in ("min", "max") else ""
        name = names.get(tree.path[1], tree.path[1])
        self._use(Used(name, value, kind="group", key=(language.show(tree), self.scope.period), unit=who))
        return value

    def _who(self, tree: Call) -> str:
        """Whose value the best or the lowest of the group is."""
        flat = replace(self.scope, rows=None)
        best = language.number(tree, flat).spread(len(flat.run.units)).fraction(self.unit)
        values = language.number(tree.arguments[0], flat).spread(len(flat.run.units))
        groups = flat.run.groups(flat, tree.circle)
        for i in np.flatnonzero(groups == groups[self.unit]):
            if best is not None and values.fraction(int(i)) == best:
                return flat.run.units[int(i)].label or flat.run.units[int(i)].code
        return ""

    def _name(self, name: Name) -> str:
        if name.path[0].startswith("_"):
            return ""
        value = self.value(name)
        run, head, rest = self.scope.run, name.path[0], name.path[1:]
        node = self.scope.node
        if self.scope.rows is not None and head in self.scope.rows.fields:
            return self._field(head, value)
        if head == "x" and rest and self.scope.figure:
            self._use_figure(self.scope.figure, rest[0], name, value)
        elif not rest and node is not None and head in ("x", "last") and name.period is None:
            self._measure(head, value)
        elif not rest and node is not None and head in ("target", "base"):
            self._promise(head, value)
        elif not rest and node is not None and head in (node.get("let") or {}):
            inner = self.numbers(parse(str(node["let"][head])), 4)
            return f"[{inner}]" if inner != value else value
        elif head in run.recipe.figures and head not in self.scope.words:
            self._use_figure(head, rest[0] if rest else "", name, value)
        elif node is not None and head in node.keys and head not in ("full", "else", "x"):
            return self._key(str(node[head]), value)
        return value

    def _field(self, head: str, value: str) -> str:
        rows = self.scope.rows
        assert rows is not None
        text = _day(value) if self.scope.run.recipe.lists[rows.list]["fields"].get(head) == "date" else value
        first = int(np.flatnonzero(rows.units == self.unit)[0])
        number = str(self.at - first + 1)
        self._use(Used(head, text, kind="row", key=(rows.list, number, head)))
        return text

    def _key(self, written: str, value: str) -> str:
        try:
            tree = parse(written)
        except Exception:  # a word, not an expression: its value says it all
            return value
        return value if isinstance(tree, Number) and not tree.percent else self.numbers(tree, 4)

    def _measure(self, head: str, value: str) -> None:
        node = self.scope.node
        assert node is not None
        if head == "x" and "x" in node.keys:
            self.numbers(parse(str(node["x"])))
        elif self.scope.figure:
            period = language.when("last_year" if head == "last" else None, self.scope)
            self._use_figure(self.scope.figure, "", Name((self.scope.figure,), period), value)

    def _promise(self, head: str, value: str) -> None:
        node = self.scope.node
        assert node is not None
        if head in node.keys:
            tree = parse(str(node[head]))
            if not isinstance(tree, Number):
                self.numbers(tree)
                return
            self._use(Used(_kind_label(head), value, kind="rule", key=(node.code, head)))
        else:
            self._use_target(self.scope.figure or node.code, head, value)

    def _use_figure(self, code: str, part: str, name: Name, value: str) -> None:
        rule = self.scope.run.recipe.figures[code]
        label = str(rule.get("label", code)) + (f"·{rule['parts'][part]}" if part else "")
        period = language.when(name.period, self.scope)
        if period != self.scope.period:
            label = f"{label}({period})"
        self._use(Used(label, value, str(rule.get("unit", "")), "figure", (code, part, period)))

    def _use_target(self, code: str | None, kind: str, value: str) -> None:
        measure = str(self.scope.run.recipe.figures.get(code or "", {}).get("unit", ""))
        period, whole = self.scope.run.promised(code or "", kind, self.scope.period, self.unit)
        share = self.scope.run.share(code or "", self.scope.period)
        if period != self.scope.period and kind == "target" and share != 1:
            part = shown(share * 100) + "%"
            facts = {"period": period, "whole": whole, "share": part, "value": value}
            self.first.append(_("目标值:{period} 年度目标 {whole} × {share} = {value}", **facts))
        self._use(Used(_kind_label(kind), value, measure, "target", (code or "", kind, period)))

    def _use(self, used: Used) -> None:
        self.used.setdefault((used.kind, *used.key), used)


def _is_guard(condition: Tree) -> bool:
    """Whether a condition only guards a formula (÷ 0, all alike), so that its failing is no news."""
    if not isinstance(condition, Operation) or len(condition.parts) < 2:
        return False
    right = condition.parts[1]
    if isinstance(right, Number) and not right.value:
        return True
    return condition.sign == "=" and not isinstance(right, Word)


def in_words(tree: Tree, labels: Mapping[str, str], outer: int = -1) -> str:
    """A formula in the trade's words: 分值 × 实际值 ÷ 目标值."""
    match tree:
        case Number():
            return shown(tree.value * 100) + "%" if tree.percent else shown(tree.value)
        case Word():
            return f"“{tree.value}”"
        case Name():
            return labels.get(".".join(tree.path), labels.get(tree.path[0], ".".join(tree.path)))
        case Operation():
            if len(tree.parts) == 1:
                return f"-{in_words(tree.parts[0], labels, 5)}"
            binding = BINDING[tree.sign]
            sign = SIGNS.get(tree.sign, f" {tree.sign} ")
            tight = binding + (1 if tree.sign in ("-", "/") else 0)
            left, right = in_words(tree.parts[0], labels, binding), in_words(tree.parts[1], labels, tight)
            return f"({left}{sign}{right})" if binding < outer else f"{left}{sign}{right}"
    if tree.path in (("target",), ("base",)):
        return _kind_label(_kind(tree))
    if tree.path == ("if",) and tree.arguments[1] == Name(
        ("_undefined",), None, getattr(tree.arguments[1], "at", 0)
    ):
        return in_words(tree.arguments[2], labels, outer)
    inside = ", ".join(in_words(argument, labels) for argument in tree.arguments)
    return f"{labels.get('.'.join(tree.path), '.'.join(tree.path))}({inside})"


def shown(value: Fraction | None) -> str:
    """A number passed through: exact where six decimals suffice, else cut with an ellipsis."""
    if value is None:
        return ""
    exact = plain(value)
    if "/" not in exact and len(exact.partition(".")[2]) <= DECIMALS:
        return exact
    return printed(value, DECIMALS) + "…"


def _day(text: str) -> str:
    return date.fromordinal(int(text)).isoformat() if text.isdigit() else text


def _kind(tree: Call) -> str:
    if len(tree.arguments) == 2 and isinstance(tree.arguments[1], Word):
        return tree.arguments[1].value
    return tree.path[0]


def _kind_label(kind: str) -> str:
    return {
        "target": _("目标值"),
        "base": _("基期值"),
        "full": _("分值"),
        "stretch": _("挑战目标"),
        "due": _("时限"),
    }.get(kind, kind)
