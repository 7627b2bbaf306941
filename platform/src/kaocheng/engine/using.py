"""What a formula made use of for one unit, by the tenant's names: figures, targets, rows, nodes."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from kaocheng.engine import evaluate as language
from kaocheng.engine.arrays import NA, OK, Truth, Words
from kaocheng.engine.explain import Rounding, Used
from kaocheng.engine.grammar import Call, Name, Number, Tree, parse
from kaocheng.engine.methods import METHODS
from kaocheng.engine.methods.absolute import points as in_points
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.engine.score import node_label
from kaocheng.engine.wording import (
    attribute_label,
    day,
    field_label,
    in_words,
    kind_label,
    labels,
    percent,
    shown,
    word,
)
from kaocheng.i18n import _

NO_MEASURES = ("date", "text", "word")  # what a list's field may hold that has no unit of measure


class Using(ABC):
    """One unit (or one row of a list) in one node's scope: its values, and where each came from."""

    def __init__(self, scope: language.Scope, at: int, unit: int, *, deep: bool = True) -> None:
        self.scope, self.at, self.unit, self.deep = scope, at, unit, deep
        self.used: dict[tuple[str, ...], Used] = {}
        self.because: list[str] = []  # conditions that decided a branch
        self.first: list[str] = []  # what was worked out before the formula
        self.roundings: list[Rounding] = []
        self.open: set[str] = (
            set()
        )  # keys of the node that are being written: inside, their name is a figure's

    @abstractmethod
    def numbers(self, tree: Tree, outer: int = -1) -> str:
        """The tree with this unit's numbers in it; what it made use of is noted down."""

    # -- values ------------------------------------------------------------------------------------

    def value(self, tree: Tree) -> str:
        """The value of a tree for this unit, as text."""
        return self._text(language.evaluate(tree, self.scope))

    def _text(self, value: language.Value) -> str:
        state = int(value.state if not value.state.shape else value.state[self.at])
        if state != OK:
            return "/" if state == NA else _("缺")
        if isinstance(value, Words):
            return word(str(value.v if not value.v.shape else value.v[self.at]))
        if isinstance(value, Truth):
            return _("是") if (value.v if not value.v.shape else value.v[self.at]) else _("否")
        return shown(value.fraction(self.at))

    def _holds(self, tree: Tree) -> bool:
        held = language.truth(tree, self.scope).holds
        return bool(held if not held.shape else held[self.at])

    def _kept(self, value: str) -> str | None:
        return None if value == _("缺") else value

    def _use_node(
        self, paper: PaperRule, node: NodeRule, period: str, value: str, *, rate: bool = False
    ) -> None:
        from kaocheng.engine.working import behind

        label = node_label(self.scope.run.recipe, node)
        name = _("{node}得分率", node=label) if rate else label
        if period != self.scope.period:
            name = f"{name}({period})"
        hidden = node.get("show") is False or paper.code != self.scope.paper.code
        inputs = behind(self.scope.run, paper, node, period, self.unit) if hidden and self.deep else ()
        self._use(Used(name, self._kept(value), "", "node", (node.code, period), behind=inputs))

    # -- names -------------------------------------------------------------------------------------

    def _name(self, name: Name, outer: int) -> str:
        if name.path[0].startswith("_"):
            return ""
        found = language.evaluate(name, self.scope)
        value = self._text(found)
        text = self._written(name, value, outer)
        quoted = isinstance(found, Words) and text == value and value not in (_("缺"), "/")
        return f"“{value}”" if quoted else text

    def _written(self, name: Name, value: str, outer: int) -> str:
        run, head, rest = self.scope.run, name.path[0], name.path[1:]
        node = self.scope.node
        if self.scope.rows is not None and head in self.scope.rows.fields:
            return self._field(head, value)
        if rest == ("rank",) and head in self.scope.paper.nodes and "rank" not in run.series(head):
            label = _("{node}名次", node=node_label(run.recipe, self.scope.paper.nodes[head]))
            self._use(Used(label, self._kept(value), "", "node", (head, "rank")))
        elif head == "unit" and rest:
            self._use(Used(attribute_label(rest[0]), self._kept(value), kind="attribute", key=rest))
        elif head == "x" and rest and self.scope.figure:
            self._use_figure(self.scope.figure, rest[0], name, value)
        elif not rest and node is not None and head in ("x", "last") and name.period is None:
            self._measure(head, value)
        elif not rest and node is not None and head in ("target", "base"):
            self._promise(head, value)
        elif not rest and node is not None and head in (node.get("let") or {}):
            inner = self.numbers(parse(str(node["let"][head])))
            return f"[{inner}]" if inner != value else value
        elif head in run.recipe.figures and (head not in self.scope.words or head in self.open):
            self._use_figure(head, rest[0] if rest else "", name, value)
        elif node is not None and head in node.keys and head not in ("full", "x"):
            return self._key(head, value, outer)
        elif head in self.scope.paper.nodes and head not in self.scope.words:
            period = language.when(name.period, self.scope)
            self._use_node(self.scope.paper, self.scope.paper.nodes[head], period, value)
        return value

    def _field(self, head: str, value: str) -> str:
        rows = self.scope.rows
        assert rows is not None
        kind = str(self.scope.run.recipe.lists[rows.list]["fields"].get(head, ""))
        text = day(value) if kind == "date" else value
        first = int(np.flatnonzero(rows.units == self.unit)[0])
        number = self.at - first + 1
        unit = self.scope.run.units[self.unit].code
        called = self.scope.run.row_name(rows.list, self.scope.period, unit, number)
        name = _("{row}·{field}", row=called, field=field_label(head, kind))
        measure = "" if kind in NO_MEASURES else kind
        self._use(Used(name, self._kept(text), measure, kind="row", key=(rows.list, str(number), head)))
        return text

    def _key(self, head: str, value: str, outer: int) -> str:
        node = self.scope.node
        assert node is not None
        method = METHODS.get(str(node.get("method")))
        written = in_points(node[head]) if method and head in method.points else str(node[head])
        try:
            tree = parse(written)
        except Exception:  # a word, not an expression: its value says it all
            return value
        if isinstance(tree, Number) and not tree.percent:
            return value
        self.open.add(head)
        text = self.numbers(tree, max(outer, 4))
        self.open.discard(head)
        return text

    def _measure(self, head: str, value: str) -> None:
        node = self.scope.node
        assert node is not None
        if self.scope.way and isinstance(self.scope.way[-1], Call):
            return  # the argument of a method used as a function: told where it stands
        if head == "x" and node.get("method") == "import":
            said = _("引自“{sheet}”", sheet=node["sheet"])
            self._use(
                Used(said, self._kept(value), "", "sheet", (str(node["sheet"]), str(node.get("node", ""))))
            )
        elif head == "x" and "x" in node.keys:
            self._worked_out(head, parse(str(node["x"])), value)
        elif self.scope.figure:
            period = language.when("last_year" if head == "last" else None, self.scope)
            self._use_figure(self.scope.figure, "", Name((self.scope.figure,), period), value)

    def _promise(self, head: str, value: str) -> None:
        node = self.scope.node
        assert node is not None
        if head in node.keys:
            tree = parse(str(node[head]))
            if not isinstance(tree, Number):
                self._worked_out(head, tree, value)
                return
            self._use(Used(kind_label(head), self._kept(value), kind="rule", key=(node.code, head)))
        else:
            self._use_target(self.scope.figure or node.code, head, value)

    def _worked_out(self, head: str, tree: Tree, value: str) -> None:
        """What the node measures or aims at, where that is an expression of its own."""
        text, words = self.numbers(tree), labels(self.scope)
        if not isinstance(tree, Name) and text != value:
            facts = {"name": words[head], "words": in_words(tree, words), "text": text, "value": value}
            self.first.append(_("{name}:{words} = {text} = {value}", **facts))

    def _use_figure(self, code: str, part: str, name: Name, value: str) -> None:
        rule = self.scope.run.recipe.figures[code]
        label = str(rule.get("label", code)) + (f"·{rule['parts'][part]}" if part else "")
        period = language.when(name.period, self.scope)
        if period != self.scope.period:
            label = f"{label}({period})"
        measure = str(rule.get("unit", ""))
        self._use(Used(label, self._kept(value), measure, "figure", (code, part, period)))

    def _use_target(self, code: str | None, kind: str, value: str) -> None:
        rule = self.scope.run.recipe.figures.get(code or "", {})
        measure = str(rule.get("unit", ""))
        whose = "" if code in (None, self.scope.figure) else str(rule.get("label", code))
        label = kind_label(kind, whose)
        period, whole = self.scope.run.promised(code or "", kind, self.scope.period, self.unit)
        share = self.scope.run.share(code or "", self.scope.period)
        if period != self.scope.period and kind == "target" and share != 1:
            facts = {"period": period, "whole": whole, "share": percent(share), "value": value}
            self.first.append(_("目标值:{period} 年度目标 {whole} × {share} = {value}", **facts))
        self._use(Used(label, self._kept(value), measure, "target", (code or "", kind, period)))

    def _use(self, used: Used) -> None:
        self.used.setdefault((used.kind, *used.key), used)
