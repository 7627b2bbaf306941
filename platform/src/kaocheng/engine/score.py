"""Scoring: a recipe and inputs become a score sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from typing import Any, overload

import numpy as np

from kaocheng.engine import adjust, compose, folded, grade, imported, marks, nodes, periods
from kaocheng.engine.arrays import MISSING, NA, OK, Exact, Words
from kaocheng.engine.cells import text_of, texts_of
from kaocheng.engine.evaluate import Scope, evaluate
from kaocheng.engine.figures import Figures
from kaocheng.engine.grammar import BadExpression, Call, Name, parse, walk
from kaocheng.engine.inputs import Inputs
from kaocheng.engine.recipe import ENGINE, NodeRule, PaperRule, Recipe
from kaocheng.engine.rounding import EXACT, plain
from kaocheng.engine.run import Run
from kaocheng.engine.scores import Scores
from kaocheng.engine.sheet import NOT_APPLICABLE, Column, PaperSheet, Sheet, Standing

Texts = tuple[str | None, ...]


@overload
def score(recipe: Recipe, inputs: Inputs, period: str | None = None) -> Sheet: ...
@overload
def score(recipe: Recipe, inputs: Figures, period: str | None = None) -> Scores: ...
def score(recipe: Recipe, inputs: Inputs | Figures, period: str | None = None) -> Sheet | Scores:
    """Score every paper that publishes something in *period* (default: each paper's own period).

    Texts in, a sheet of texts out, with standings, digests and notes; arrays in, arrays out.

    Raises:
        Invalid: an input or a rule makes no sense; nothing is half scored.
    """
    run = Run(recipe, inputs, period)
    return Scores(run) if isinstance(inputs, Figures) else sheet_of(run)


def sheet_of(run: Run) -> Sheet:
    """The sheet of a run."""
    struck = run.struck  # first of all: what is refused is not scored
    papers = tuple(_Paper(run, paper, period).sheet() for paper, period in run.paper_periods())
    return Sheet(
        engine=ENGINE,
        scheme=run.recipe.code,
        recipe=run.recipe.digest,
        inputs=sha256(run.frozen).hexdigest(),
        period=run.period,
        papers=papers,
        exact_cells=run.slow,
        facts=dict(sorted(run.functions.items())),
        struck=struck,
        failed=tuple(sorted(run.failed)),
    )


class _Paper:
    def __init__(self, run: Run, paper: PaperRule, period: str) -> None:
        self.run, self.paper, self.period = run, paper, period
        self.total = str(run.recipe.total(paper, period))
        self.columns: list[Column] = []
        self.values: dict[str, Texts] = {}

    def sheet(self) -> PaperSheet:
        computed = self._computed()
        single = [code for code in self.paper.nodes if len(computed.get(code, ())) == 1]
        several = sorted({p for code in computed for p in computed[code] if code not in single}, key=_by_time)
        keys: dict[tuple[str, str], str] = {}
        for code in single:
            keys[code, computed[code][0]] = code
        for period in several:
            for code in self.paper.nodes:
                if code not in single and period in computed.get(code, ()):
                    keys[code, period] = f"{period}/{code}"
        for (code, period), key in keys.items():
            self._node(self.paper.nodes[code], period, key, keys)
        for name, rule in self.paper.table("adjustments").items():
            if rule.get("to") is None or any(code == rule.get("to") for code, _p in keys):
                self._adjustment(name, rule)
        results = self._results()
        return PaperSheet(
            code=self.paper.code,
            label=self.paper.label,
            group=self.paper.group,
            total=keys[self.total, self.period],
            columns=tuple(self.columns),
            units=tuple(self._unit(i).code for i in self._members),
            labels={self._unit(i).code: self._unit(i).label or self._unit(i).code for i in self._members},
            values=self.values,
            results=results,
            notes=tuple(self._notes(keys)),
            classes=self._classes(),
        )

    @cached_property
    def _members(self) -> list[int]:
        return [int(i) for i in np.flatnonzero(self.run.members(self.paper))]

    def _classes(self) -> Mapping[str, str]:
        """The class of each unit that is not the paper's: of a paper for everybody."""
        found = {at: self.run.word("class", at, self.run.period) for at in self._members}
        return {self._unit(at).code: c for at, c in found.items() if c not in ("", self.paper.group)}

    def _unit(self, at: int) -> Any:
        return self.run.units[at]

    # -- which nodes, in which periods -------------------------------------------------------------

    def _computed(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        self._reach(self.total, self.period, found)
        own = self.period == self.run.recipe.own_period(self.paper)
        if own or self.run.recipe.total(self.paper, self.run.recipe.own_period(self.paper)) == self.total:
            for code in self.paper.nodes:
                if code not in found:
                    self._reach(code, self.period, found)
        return found

    def _reach(self, code: str, period: str, found: dict[str, list[str]]) -> None:
        if period in found.setdefault(code, []):
            return
        found[code].append(period)
        node = self.paper.nodes[code]
        inside = folded.spans(self.run, self.paper, node, period) if node.composed else []
        for within in inside:
            for part in compose.parts(self.run, self.paper, node, within):
                named = [ref for ref, _w in compose.references(self.paper, node)]
                if part.paper is self.paper and not any("@previous" in r or "@last_year" in r for r in named):
                    self._reach(part.node.code, part.period, found)
        for name in self._scored_in(node):
            if name.path[0] in self.paper.nodes and name.period not in ("previous", "last_year"):
                when = self.run.recipe.named(name.period, self.paper, period) if name.period else period
                self._reach(name.path[0], when, found)

    def _scored_in(self, node: NodeRule) -> Iterator[Name]:
        for text in _texts(node.keys):
            try:
                tree = parse(text)
            except BadExpression:
                continue  # a label, a clause: no expression
            for inner in walk(tree):
                if isinstance(inner, Call) and inner.path in (("score",), ("rate",)) and inner.arguments:
                    named = inner.arguments[0]
                    if isinstance(named, Name):
                        yield named

    # -- columns -----------------------------------------------------------------------------------

    def _node(self, node: NodeRule, period: str, key: str, keys: Mapping[tuple[str, str], str]) -> None:
        points = self.run.score(self.paper, node.code, period)
        here = self.run.scope(self.paper, node, period)
        places = marks.places(self.run, here)
        decimals = places if places is not None else self.run.recipe.decimals(self.paper, "total")
        prefix = f"{period}/" if "/" in key else ""
        column = Column(
            key=key,
            node=node.code,
            period=period,
            label=prefix + self._label(node),
            decimals=EXACT if decimals is None else decimals,
            full=self._full(node, period),
            parent=self._parent(node, period, keys),
            clause=node.get("clause"),
            show=node.get("show") is not False and key != keys.get((self.total, self.period)),
        )
        self._add(column, self._words_of(here) if imported.in_words(node) else self._texts_of(points))
        for name in nodes.rank_rules(node):
            rank = self.run.node_rank(self.paper, node.code, period, name)
            suffix = f".rank.{name}" if name else ".rank"
            ranked = Column(
                key + suffix,
                node.code,
                period,
                column.label + suffix,
                "rank",
                EXACT,
                parent=key,
                show=column.show,
            )
            self._add(ranked, self._texts_of(rank))
        if node.get("rows"):
            self._rows(node, period, column)

    def _rows(self, node: NodeRule, period: str, column: Column) -> None:
        rows, points = folded.row_points(self.run, self.paper, node, period)
        by_unit: dict[int, list[str | None]] = {}
        for i, unit in enumerate(rows.units):
            by_unit.setdefault(int(unit), []).append(text_of(points, i))
        longest = max((len(by_unit.get(at, [])) for at in self._members), default=0)
        for n in range(longest):
            texts = tuple(by_unit[at][n] if n < len(by_unit.get(at, [])) else None for at in self._members)
            row = Column(
                f"{column.key}#{n + 1}",
                node.code,
                period,
                f"{column.label}#{n + 1}",
                "row",
                column.decimals,
                parent=column.key,
                clause=column.clause,
                show=column.show,
            )
            self._add(row, texts)

    def _adjustment(self, name: str, rule: Mapping[str, Any]) -> None:
        amount = adjust.adjustment(self.run, self.paper, name, self.period).spread(len(self.run.units))
        decimals = self.run.recipe.decimals(self.paper, "total")
        column = Column(
            name,
            name,
            self.period,
            str(rule.get("label", name)),
            "adjustment",
            EXACT if decimals is None else decimals,
            parent=rule.get("to"),
            clause=rule.get("clause"),
        )
        self._add(column, self._texts_of(amount))

    def _results(self) -> Mapping[str, tuple[Standing, ...]]:
        table = self.paper.table("results") or {"overall": {}}
        found = {code: grade.standings(self.run, self.paper, code, self.period) for code in table}
        for code in list(found)[1:]:
            by_unit = {s.unit: s for s in found[code]}
            standing = [by_unit.get(self._unit(at).code) for at in self._members]
            label = str(table[code].get("label", code))
            ranks = tuple(None if s is None or s.rank is None else str(s.rank) for s in standing)
            self._add(Column(f"{code}.rank", code, self.period, f"{label}.rank", "rank", EXACT), ranks)
            grades = tuple(None if s is None else s.grade for s in standing)
            self._add(Column(f"{code}.grade", code, self.period, f"{label}.grade", "grade", EXACT), grades)
        return found

    def _add(self, column: Column, texts: Texts) -> None:
        self.columns.append(column)
        self.values[column.key] = texts

    def _words_of(self, here: Scope) -> Texts:
        """The grades that a node takes from another sheet."""
        words = evaluate(Name(("x",)), here)
        assert isinstance(words, Words)
        return tuple(
            {OK: str(words.v[at]), NA: NOT_APPLICABLE}.get(int(words.state[at])) for at in self._members
        )

    def _texts_of(self, value: Exact) -> Texts:
        texts = texts_of(value.spread(len(self.run.units)))
        return tuple(texts[at] for at in self._members)

    def _label(self, node: NodeRule) -> str:
        label = node_label(self.run.recipe, node)
        above = self._above.get(node.code) if self._bearers[label] > 1 else None
        return label if above is None else f"{node_label(self.run.recipe, self.paper.nodes[above])}/{label}"

    @cached_property
    def _above(self) -> Mapping[str, str]:
        """The node that each node is part of: the one it says, else the first that lists it."""
        found = {n.code: str(n["in"]) for n in self.paper.nodes.values() if n.get("in") in self.paper.nodes}
        for node in self.paper.nodes.values():
            for reference, _weight in compose.references(self.paper, node) if node.composed else ():
                found.setdefault(reference.partition("@")[0].strip(), node.code)
        return found

    @cached_property
    def _bearers(self) -> Counter[str]:
        """How many nodes bear each label."""
        return Counter(node_label(self.run.recipe, node) for node in self.paper.nodes.values())

    def _full(self, node: NodeRule, period: str) -> str | None:
        marks = compose.told_full(self.run, self.paper, node, period)
        known = (
            {marks.spread(len(self.run.units)).fraction(at) for at in self._members}
            if marks.shape
            else {marks.fraction()}
        )
        only = known.pop() if len(known) == 1 else None
        return None if only is None else plain(only)

    def _parent(self, node: NodeRule, period: str, keys: Mapping[tuple[str, str], str]) -> str | None:
        if node.get("in"):
            return keys.get((str(node["in"]), period))
        for (code, when), key in keys.items():
            other = self.paper.nodes[code]
            if other.composed and code != node.code:
                made_of = compose.parts(self.run, self.paper, other, when)
                if any(
                    p.node.code == node.code and p.period == period and p.paper is self.paper for p in made_of
                ):
                    return key
        return None

    def _notes(self, keys: Mapping[tuple[str, str], str]) -> Iterator[str]:
        """For each unit without a total: the leaves it lacks, as unit, node and period."""
        total = self.run.score(self.paper, self.total, self.period)
        for at in self._members:
            if int(total.state[at]) == NA or total.fraction(at) is not None:
                continue
            for code, period in keys:
                node = self.paper.nodes[code]
                if not node.composed and int(self.run.score(self.paper, code, period).state[at]) == MISSING:
                    yield f"{self._unit(at).code}\t{code}\t{period}"


def node_label(recipe: Recipe, node: NodeRule) -> str:
    """The tenant's word for a node: its own label, else its figure's."""
    if node.get("label"):
        return str(node["label"])
    return str(recipe.figures.get(node.code, {}).get("label") or node.code)


def _texts(keys: Mapping[str, Any]) -> Iterator[str]:
    for key, value in keys.items():
        if key in ("label", "clause", "collector", "in"):
            continue
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _texts(value)
        elif isinstance(value, list):
            for inner in value:
                yield from _texts(inner if isinstance(inner, Mapping) else {"": inner})


def _by_time(period: str) -> tuple[int, int]:
    months = periods.span(period)
    return (months.first + months.months, months.months)
