"""One run: a recipe over inputs, each node worked out once for all units, in any order that is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from kaocheng.engine import checks, circles, marks, nodes, periods
from kaocheng.engine.arrays import MISSING, NA, OK, Exact, Truth, Words, choose
from kaocheng.engine.columns import parsed, shared, typed
from kaocheng.engine.evaluate import Rows, Scope, Value, number
from kaocheng.engine.grammar import Name, Tree, Word
from kaocheng.engine.inputs import EVERYBODY, NOT_APPLICABLE, Claim, Inputs
from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe
from kaocheng.errors import Invalid
from kaocheng.i18n import _

Array = np.ndarray[Any, Any]


@dataclass(eq=False)
class Loop(Invalid):
    """Nodes that need each other."""

    chain: tuple[str, ...]

    code = "cycle"

    def __str__(self) -> str:
        return _("节点互相引用成环:{chain}", chain=" → ".join(self.chain))


@dataclass(eq=False)
class OddValue(Invalid):
    """A word among numbers."""

    unit: str
    figure: str
    written: str

    code = "not_a_number"

    def __str__(self) -> str:
        return _(
            "“{unit}”的“{figure}”写的是“{written}”,不是数;请填数,没有此项工作请填“/”",
            unit=self.unit,
            figure=self.figure,
            written=self.written,
        )


class Run:
    """Everything one run knows; nothing is computed before it is needed, and nothing twice."""

    def __init__(self, recipe: Recipe, inputs: Inputs, period: str | None = None) -> None:
        self.recipe = recipe
        self.inputs = inputs
        self.units = sorted(inputs.units, key=lambda unit: unit.code)
        self.at = {unit.code: i for i, unit in enumerate(self.units)}
        first = next(iter(recipe.papers.values()), None)
        self.period = (
            recipe.period(period) if period else (recipe.own_period(first) if first else recipe.year)
        )
        self.asked = period is not None
        self.slow = 0  # cells rounded in whole integers, because float64 would not have been exact
        self._known: dict[tuple[Any, ...], Any] = {}
        self._working: list[tuple[str, str, str]] = []

    def once(self, key: tuple[Any, ...], work: Callable[[], Any]) -> Any:
        """The result of *work*, done at most once for this *key*."""
        if key not in self._known:
            self._known[key] = work()
        return self._known[key]

    # -- what was handed in ------------------------------------------------------------------------

    @cached_property
    def struck(self) -> tuple[checks.Struck, ...]:
        """What the scheme's checks found in what was handed in; they refuse it here."""
        return checks.struck(self)

    @cached_property
    def handed_in(self) -> Mapping[tuple[str, str, str], dict[int, str]]:
        """(figure, part, period) → the text of each unit, without what a check voids."""
        found: dict[tuple[str, str, str], dict[int, str]] = {}
        for unit, indicator, value, period, series in checks.left(
            self.inputs.figures, self.struck, self.period
        ):
            at = self.at.get(unit)
            if at is not None:
                found.setdefault((indicator, series, period or self.period), {})[at] = value
        return found

    def series(self, code: str) -> Mapping[str, str]:
        """The parts of a figure, by code."""
        parts: Mapping[str, str] = self.recipe.figures.get(code, {}).get("parts") or {}
        return parts

    def figure(self, code: str, part: str, period: str) -> Value:
        """A figure (or one part of it) of every unit in *period*."""

        def work() -> Value:
            texts = self.handed_in.get((code, part, period), {})
            value = self.column(texts)
            if isinstance(value, Words):
                self._all_words(code, texts)
            zero = self.recipe.figures[code].get("missing") == "zero"
            if zero and isinstance(value, Exact):
                there = Truth(np.asarray(value.state != MISSING))
                value = choose(there, value, Exact.constant(0))
            return value

        return self.once(("figure", code, part, period), work)  # type: ignore[no-any-return]

    def _all_words(self, code: str, texts: Mapping[int, str]) -> None:
        """Refuse the one text that is no number among numbers."""
        odd = [at for at, text in texts.items() if parsed(text) is None and text != NOT_APPLICABLE]
        if len(odd) < len([text for text in texts.values() if text != NOT_APPLICABLE]):
            unit, label = self.units[odd[0]], self.recipe.figures[code].get("label", code)
            raise OddValue(unit.label or unit.code, str(label), texts[odd[0]])

    def column(self, texts: Mapping[int, str], length: int | None = None) -> Value:
        """Values by position, typed by what they are: numbers, days, or words."""
        return typed(texts, len(self.units) if length is None else length)

    def attribute(self, name: str) -> Value:
        """An attribute of every unit."""

        def work() -> Value:
            texts = {}
            for i, unit in enumerate(self.units):
                known = {"code": unit.code, "label": unit.label, "class": unit.group, **unit.attributes}
                text = known.get(name)
                if text not in (None, ""):
                    texts[i] = str(text)
            return self.column(texts)

        return self.once(("attribute", name), work)  # type: ignore[no-any-return]

    def position(self, unit: str) -> int | None:
        """Where a unit stands, by code or label."""
        if unit in self.at:
            return self.at[unit]
        return next((i for i, known in enumerate(self.units) if known.label == unit), None)

    # -- targets -----------------------------------------------------------------------------------

    @cached_property
    def _targets(self) -> Mapping[tuple[str, str], dict[str, dict[str, list[tuple[str, str]]]]]:
        found: dict[tuple[str, str], dict[str, dict[str, list[tuple[str, str]]]]] = {}
        for target in self.inputs.targets:
            of_period = found.setdefault((target.indicator, target.kind), {}).setdefault(target.period, {})
            of_period.setdefault(target.unit, []).append((target.since, target.value))
        return found

    def has_target(self, code: str, kind: str) -> bool:
        """Whether anybody has such a target."""
        return (code, kind) in self._targets

    def target_of(self, code: str, kind: str, scope: Scope) -> Value:
        """Each unit's target: the period's own row, else a longer period's row times the share."""
        value = self.once(
            ("target", code, kind, scope.period), lambda: self._target(code, kind, scope.period)
        )
        return value if scope.rows is None else value.take(scope.rows.units)  # type: ignore[no-any-return]

    def _target(self, code: str, kind: str, period: str) -> Value:
        """A unit's own row, of the period or of a longer one, comes before everybody's."""
        rows = self._targets.get((code, kind), {})
        result: Value = Exact.nothing(MISSING)
        last = periods.last_day(period)
        for everybody, level in product((True, False), reversed(self._ladder(rows, period))):
            at = {EVERYBODY: 0} if everybody else self.at
            texts = {
                at[unit]: text
                for unit, changes in rows[level].items()
                if unit in at and (text := _in_force(changes, last))
            }
            if not texts:
                continue
            value = shared(texts[0]) if everybody else self.column(texts)
            if not isinstance(value, Exact):
                return value
            if level != period and kind == "target":
                value = value * Exact.constant(self.share(code, period))
            there = np.full(() if everybody else len(self.units), everybody)
            there[() if everybody else list(texts)] = True
            assert isinstance(result, Exact)
            result = choose(Truth(there), value, result)
        return result

    def promised(self, code: str, kind: str, period: str, at: int) -> tuple[str, str]:
        """The period and the value of the row that a unit's target comes from, before any share."""
        rows = self._targets.get((code, kind), {})
        for whose, level in product((self.units[at].code, EVERYBODY), self._ladder(rows, period)):
            if text := _in_force(rows[level].get(whose, []), periods.last_day(period)):
                return level, text
        return period, ""

    def _ladder(self, rows: Mapping[str, Any], period: str) -> list[str]:
        """The periods whose targets hold in *period*: itself, then ever longer ones, then undated."""
        if not rows:
            return []
        now = periods.span(period)
        longer = [p for p in rows if p and p != period and now in periods.span(p)]
        longer.sort(key=lambda p: periods.span(p).months)
        return [p for p in (period, *longer, "") if p in rows]

    def share(self, code: str, period: str) -> Fraction:
        """What part of the longer period's target holds in *period*."""
        shares = self.recipe.figures.get(code, {}).get("target") or {}
        for name, written in shares.items():
            if self.recipe.period(name) == period:
                constant = number(
                    str(written), Scope(self, next(iter(self.recipe.papers.values())), None, period)
                )
                return constant.fraction() or Fraction(0)
        return Fraction(1)

    # -- lists and claims --------------------------------------------------------------------------

    def rows(self, name: str, period: str) -> Rows:
        """The rows of a list, in the order of units and then of rows."""

        def work() -> Rows:
            fields = self.recipe.lists[name].get("fields") or {}
            found: dict[tuple[int, tuple[int, str]], dict[str, str]] = {}
            for row in self.inputs.rows:
                at = self.at.get(row.unit)
                if row.list == name and at is not None and row.period in ("", period):
                    order = (int(row.row), "") if row.row.isdigit() else (10**9, row.row)
                    found.setdefault((at, order), {})[row.field] = row.value
            keys = sorted(found)
            columns = {
                field: self.column(
                    {i: found[key][field] for i, key in enumerate(keys) if found[key].get(field, "") != ""},
                    len(keys),
                )
                for field in fields
            }
            return Rows(name, np.array([unit for unit, _order in keys], int), columns)

        return self.once(("rows", name, period), work)  # type: ignore[no-any-return]

    def claims(self, adjustment: str, period: str, own: str) -> list[tuple[int, Claim]]:
        """The entries of one adjustment or veto in *period*; an undated one is the paper's own."""
        return [
            (self.at[claim.unit], claim)
            for claim in self.inputs.claims
            if claim.adjustment == adjustment and claim.unit in self.at and (claim.period or own) == period
        ]

    # -- who belongs where -------------------------------------------------------------------------

    def members(self, paper: PaperRule) -> Array:
        """The units a paper assesses."""

        def work() -> Array:
            only = len(self.recipe.papers) == 1
            known = any(unit.group for unit in self.units)
            return np.array(
                [
                    unit.assessed and (not paper.group or unit.group == paper.group or (only and not known))
                    for unit in self.units
                ],
                bool,
            )

        found: Array = self.once(("members", paper.code), work)
        return found

    def groups(self, scope: Scope, circle: tuple[Tree, ...] = ()) -> Array:
        """The comparison group of each unit, as a number; −1 for who is in none."""
        named = [_attribute(tree) for tree in circle] or nodes.listed(
            (scope.node.get("group") if scope.node else None) or "paper"
        )
        node = scope.node.code if scope.node is not None and scope.node.get("applies") else None
        key = ("groups", scope.paper.code, tuple(named), node, scope.period if node else "")
        found: Array = self.once(key, lambda: self._groups(scope, named, node))
        return found

    def _groups(self, scope: Scope, named: list[str], node: str | None) -> Array:
        if named == ["all"]:
            inside = np.any([self.members(paper) for paper in self.recipe.papers.values()], axis=0)
        else:
            inside = self.members(scope.paper)
        if node is not None and scope.node is not None:
            inside = inside & nodes.applies(
                self.scope(scope.paper, scope.node, scope.period), len(self.units)
            )
        keys: list[tuple[str, ...]] = [
            tuple(self._word(name, i) for name in named if name not in ("paper", "all"))
            for i in range(len(self.units))
        ]
        numbers = {
            key: n
            for n, key in enumerate(sorted({k for k, there in zip(keys, inside, strict=True) if there}))
        }
        return np.array([numbers[k] if there else -1 for k, there in zip(keys, inside, strict=True)], int)

    def _word(self, attribute: str, at: int) -> str:
        unit = self.units[at]
        return unit.group if attribute == "class" else str(unit.attributes.get(attribute, ""))

    @cached_property
    def _first_month(self) -> int:
        """Where what was handed in begins: before it a score is missing, and ``@previous`` ends."""
        dated = {figure.period or self.period for figure in self.inputs.figures}
        dated |= {row.period for row in self.inputs.rows if row.period}
        dated |= {claim.period for claim in self.inputs.claims if claim.period}
        own = [periods.span(self.recipe.own_period(paper)).first for paper in self.recipe.papers.values()]
        return min([*(periods.span(p).first for p in dated), *own, periods.span(self.period).first])

    # -- nodes -------------------------------------------------------------------------------------

    def scope(self, paper: PaperRule, node: NodeRule, period: str) -> Scope:
        """Where a node's names are looked up, in one period."""
        found: Scope = self.once(
            ("scope", paper.code, node.code, period), lambda: nodes.scope(self, paper, node, period)
        )
        return found

    def score(self, paper: PaperRule, code: str, period: str) -> Exact:
        """The points of a node in a period, of every unit of the paper; not applicable to others."""
        key = (paper.code, code, period)
        if periods.span(period).end <= self._first_month:
            return Exact.nothing(MISSING, len(self.units))
        if ("score", *key) not in self._known:
            if key in self._working:
                start = self._working.index(key)
                raise Loop(tuple(f"{c}@{p}" for _paper, c, p in (*self._working[start:], key)))
            if len(self._working) > 400:
                raise Loop(tuple(f"{c}@{p}" for _paper, c, p in self._working[-4:]))
            self._working.append(key)
            try:
                points = nodes.points(self, paper, paper.nodes[code], period)
            finally:
                self._working.pop()
            state = np.where(self.members(paper), points.state, np.uint8(NA)).astype(np.uint8)
            self._known[("score", *key)] = points.spread(len(self.units)).put(state).lean()
        found: Exact = self._known[("score", *key)]
        return found

    def applied(self, paper: PaperRule, code: str, period: str) -> Exact:
        """A node's points before anything stands in where they are missing or not applicable."""
        found: Exact = self.once(
            ("applied", paper.code, code, period),
            lambda: nodes.applied(self, paper, paper.nodes[code], period),
        )
        return found

    def full(self, paper: PaperRule, code: str, period: str) -> Exact:
        """Full marks of a node; missing where it has none."""
        found: Exact = self.once(
            ("full", paper.code, code, period), lambda: marks.full(self, paper, paper.nodes[code], period)
        )
        return found

    def node_rank(self, paper: PaperRule, code: str, period: str, name: str = "") -> Exact:
        """The units ranked by a node, as its ``rank`` key says."""
        rule = nodes.rank_rules(paper.nodes[code]).get(name, {})
        group = rule.get("group") or paper.nodes[code].get("group") or "paper"
        circle = tuple(Name((attribute,)) for attribute in nodes.listed(group))
        scope = Scope(self, paper, None, period)
        groups = self.groups(scope, circle)
        return circles.ranks(self.score(paper, code, period), groups, rule.get("ties", "competition"))

    def grades(self, paper: PaperRule, result: str, period: str) -> Words:
        """The grade each unit has in a result, as words."""
        from kaocheng.engine import grade

        def work() -> Words:
            code = result or next(iter(paper.table("results")), "")
            standings = grade.standings(self, paper, code, period)
            words, state = np.full(len(self.units), "", object), np.full(len(self.units), MISSING, np.uint8)
            for standing in standings:
                if standing.grade is not None:
                    at = self.at[standing.unit]
                    words[at], state[at] = standing.grade, OK
            return Words(words, state)

        return self.once(("grades", paper.code, result, period), work)  # type: ignore[no-any-return]

    def paper_periods(self) -> Iterable[tuple[PaperRule, str]]:
        """The papers that publish something in this run, with the period of each."""
        for paper in self.recipe.papers.values():
            period = self.period if self.asked else self.recipe.own_period(paper)
            if self.recipe.total(paper, period) is not None and self.members(paper).any():
                yield paper, period


def _in_force(changes: list[tuple[str, str]], last: str) -> str:
    """The latest value that was in force by the *last* day."""
    return max((change for change in changes if change[0] <= last), default=("", ""))[1]


def _attribute(tree: Tree) -> str:
    return tree.value if isinstance(tree, Word) else ".".join(getattr(tree, "path", ("",)))
