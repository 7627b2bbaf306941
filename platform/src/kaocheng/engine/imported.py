"""What another assessment gave the same units, taken from its score sheet (引用其他考核的结果).

The value is the sheet's own, exact and not as printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kaocheng.engine.arrays import MISSING, NA, OK, Exact, Words
from kaocheng.engine.grammar import BadExpression, Call, Name, Word, parse, walk
from kaocheng.engine.recipe import NodeRule, Recipe
from kaocheng.engine.sheet import NOT_APPLICABLE, Column, PaperSheet, Sheet, Standing
from kaocheng.errors import Invalid
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.evaluate import Scope, Value
    from kaocheng.engine.run import Run

AS = ("score", "rate", "rank", "grade")
BY_UNIT = "unit."  # a sheet named by an attribute of each unit
Taken = Fraction | str | None


@dataclass(eq=False)
class NotInTheSheet(Invalid):
    """A rule takes from a sheet what is not in it, or the sheet was not handed in."""

    sheet: str
    reason: str

    code = "not_in_the_sheet"

    def __str__(self) -> str:
        return _("引用得分表“{sheet}”:{reason}", sheet=self.sheet, reason=self.reason)


def in_words(node: NodeRule) -> bool:
    """Whether a node takes a grade, which is a word and no points."""
    return (node.get("method"), node.get("as")) == ("import", "grade")


class Named(NamedTuple):
    """A sheet as a rule writes it, and the node that is taken from it."""

    sheet: str
    node: str


def sheets_named(recipe: Recipe) -> frozenset[Named]:
    """Every sheet that the rules of a recipe take from."""
    found = set()
    for paper in recipe.papers.values():
        for node in paper.nodes.values():
            if node.get("method") == "import":
                found.add(Named(str(node["sheet"]), str(node.get("node", ""))))
            calls = [keys for text in _texts(node.keys) for keys in _calls(text) if "sheet" in keys]
            found |= {Named(keys["sheet"], keys.get("node", "")) for keys in calls}
    return frozenset(found)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and "import" in value:
        yield value
    elif isinstance(value, Mapping | list):
        for held in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(held)


def _calls(text: str) -> Iterator[Mapping[str, str]]:
    """The keys of each ``import(…)`` in an expression."""
    try:
        inside = list(walk(parse(text)))
    except BadExpression:  # a label
        return
    for tree in inside:
        if isinstance(tree, Call) and tree.path == ("import",):
            yield as_written(tree)


def as_written(tree: Call) -> Mapping[str, str]:
    """The keys of a call, each as a node would write it."""
    return {
        key: word.value
        if isinstance(word, Word)
        else ".".join(word.path) + (f"@{word.period}" if word.period else "")
        for key, word in tree.keywords
        if isinstance(word, Word | Name)
    }


def value(run: Run, here: Scope, keys: Mapping[str, Any]) -> Value:
    """What every unit has in the sheet that *keys* name."""
    wanted = tuple(str(keys.get(key) or "") for key in ("sheet", "paper", "node", "as"))

    def work() -> Value:
        taken = [
            _of_unit(run, named, at, *wanted[1:]) for at, named in enumerate(_sheets(run, here, wanted[0]))
        ]
        state = np.array(
            [MISSING if v is None else NA if v == NOT_APPLICABLE else OK for v in taken], np.uint8
        )
        if wanted[3] == "grade":
            return Words(np.array([v or "" for v in taken], object), state)
        return Exact.of([v if isinstance(v, Fraction) else 0 for v in taken], state)

    return run.once(("imported", *wanted, here.period), work)  # type: ignore[no-any-return]


def _sheets(run: Run, here: Scope, written: str) -> list[str]:
    """The code of each unit's sheet."""
    if not written.startswith(BY_UNIT):
        return [written] * len(run.units)
    named = run.attribute(written.removeprefix(BY_UNIT), here.period)
    if not isinstance(named, Words):
        return [""] * len(run.units)
    return [str(named.v[at]) if named.state[at] == OK else "" for at in range(len(run.units))]


def _of_unit(run: Run, code: str, at: int, paper: str, node: str, kind: str) -> Taken:
    if not code:
        return None
    unit = run.units[at]
    found = _place(_sheet(run, code), code, paper, unit.code, unit.label)
    if found is None:
        return None
    return _Reading(code, run.recipe.period(node.partition("@")[2]), *found).taken(
        node.partition("@")[0], kind
    )


def _sheet(run: Run, code: str) -> Sheet:
    text = run.inputs.sheets.get(code)
    if text is None:
        raise NotInTheSheet(
            code, _("没有交来;请把它的得分表(JSON)一并交来,如 --sheet {sheet}=文件", sheet=code)
        )
    return run.once(("sheet", code), lambda: Sheet.from_bytes(text.encode()))  # type: ignore[no-any-return]


def _place(sheet: Sheet, code: str, paper: str, unit: str, label: str) -> tuple[PaperSheet, str] | None:
    """The paper that has the unit, and the unit's code there."""
    papers = [p for p in sheet.papers if not paper or paper in (p.code, p.group, p.label)]
    if not papers:
        raise NotInTheSheet(code, _("里面没有卷“{paper}”", paper=paper))
    found = [(p, named) for p in papers if (named := _named(p, unit, label)) is not None]
    if len(found) > 1:
        raise NotInTheSheet(code, _("“{unit}”在几张卷里都有;请写 paper", unit=label or unit))
    return found[0] if found else None


def _named(paper: PaperSheet, unit: str, label: str) -> str | None:
    if unit in paper.row:
        return unit
    return next((code for code, name in paper.labels.items() if label and name == label), None)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One unit in one paper of a sheet; *period* of the node where it is named."""

    sheet: str
    period: str
    paper: PaperSheet
    unit: str

    def taken(self, node: str, kind: str) -> Taken:
        """The score, rate, rank or grade; of a node, a result, or the paper itself."""
        if kind in ("rank", "grade") and (not node or node in self.paper.results):
            standing = self._standing(node)
            if standing is None:
                return None
            if kind == "grade":
                return standing.grade
            return None if standing.rank is None else Fraction(str(standing.rank))
        column = self._column(node)
        if kind == "rank":
            return self._rank(column)
        if kind == "grade":
            raise NotInTheSheet(self.sheet, _("“{node}”没有等次;等次请写结果的代码", node=node))
        stored = self.paper.values[column.key][self.paper.row[self.unit]]
        if stored is None or stored == NOT_APPLICABLE:
            return stored
        return Fraction(stored) / self._full(column) if kind == "rate" else Fraction(stored)

    def _standing(self, result: str) -> Standing | None:
        standings = self.paper.results[result] if result else self.paper.standings
        return next((standing for standing in standings if standing.unit == self.unit), None)

    def _column(self, node: str) -> Column:
        if not node:
            return self.paper.column[self.paper.total]
        found = [
            column
            for column in self.paper.columns
            if column.kind in ("node", "adjustment")
            and node in (column.node, column.label)
            and self.period in ("", column.period)
        ]
        if len(found) != 1:
            reason = (
                _("“{node}”有几个时段;请写成 {node}@2026 的样子", node=node)
                if found
                else _("里面没有节点“{node}”", node=node)
            )
            raise NotInTheSheet(self.sheet, reason)
        return found[0]

    def _full(self, column: Column) -> Fraction:
        if column.full is None or not Fraction(column.full):
            raise NotInTheSheet(self.sheet, _("“{node}”没有一致的满分,算不出得分率", node=column.label))
        return Fraction(column.full)

    def _rank(self, column: Column) -> Taken:
        """As the sheet ranks the node, else by its points among the units of the paper."""
        ranked = self.paper.values.get(f"{column.key}.rank")
        at = self.paper.row[self.unit]
        if ranked is not None:
            stored = ranked[at]
            return stored if stored is None or stored == NOT_APPLICABLE else Fraction(stored)
        points = [self.paper.value(unit, column.key) for unit in self.paper.units]
        own = points[at]
        if own is None:
            return self.paper.values[column.key][at]  # a gap there is the same gap here
        return Fraction(1 + sum(p is not None and p > own for p in points))
