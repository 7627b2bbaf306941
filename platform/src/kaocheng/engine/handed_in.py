"""What was handed in, read as values of all units at once: figures, attributes, targets, lists, claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from kaocheng.engine import checks, periods
from kaocheng.engine.arrays import MISSING, NA, OK, Exact, Truth, Words, choose
from kaocheng.engine.columns import WORDY, parsed, shared, typed, worded
from kaocheng.engine.evaluate import Rows, Scope, Value, by_unit, number
from kaocheng.engine.figures import Figures, Of
from kaocheng.engine.inputs import EVERYBODY, NOT_APPLICABLE, Claim, Figure, Inputs, Row, Unit
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.roster import Roster, Worded
from kaocheng.errors import Invalid
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.run import Run


NOTHING, ONE = Exact.nothing(MISSING), Exact.constant(1)


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


class HandedIn:
    """The inputs of one run; nothing is read before it is needed, and nothing twice."""

    def __init__(self, recipe: Recipe, inputs: Inputs | Figures, period: str | None = None) -> None:
        self.recipe = recipe
        self.given = inputs
        self.inputs = inputs.beside if isinstance(inputs, Figures) else inputs
        self.roster = inputs.roster if isinstance(inputs, Figures) else Roster(inputs.units)
        first = next(iter(recipe.papers.values()), None)
        self.period = (
            recipe.period(period) if period else (recipe.own_period(first) if first else recipe.year)
        )
        self.asked = period is not None
        self._columns = self._dated(inputs.exact) if isinstance(inputs, Figures) else {}
        self._known: dict[tuple[Any, ...], Any] = {}

    def _dated(self, columns: Mapping[Of, Exact]) -> dict[Of, Exact]:
        """The columns handed in as arrays, each under its period; an undated figure is this run's."""
        own = {of: "" if of.kind else self.period for of in columns}
        return {
            Of(of.figure, of.part, of.kind, self.recipe.period(of.period) if of.period else own[of]): column
            for of, column in columns.items()
        }

    @property
    def units(self) -> list[Unit]:
        """The units in the order of their codes."""
        return self.roster.units

    @property
    def at(self) -> Mapping[str, int]:
        """Where each unit stands."""
        return self.roster.at

    def once(self, key: tuple[Any, ...], work: Callable[[], Any]) -> Any:
        """The result of *work*, done at most once for this *key*."""
        if key not in self._known:
            self._known[key] = work()
        return self._known[key]

    def known(self, key: tuple[Any, ...]) -> Any:
        """What was worked out for this *key*, if it was."""
        return self._known.get(key)

    @cached_property
    def frozen(self) -> bytes:
        """The inputs as the bytes that the sheet names by their digest."""
        return self.inputs.canonical()

    @cached_property
    def struck(self) -> tuple[checks.Struck, ...]:
        """What the scheme's checks found in what was handed in; they refuse it here."""
        return checks.struck(cast("Run", self))

    @cached_property
    def handed_in(self) -> Mapping[tuple[str, str, str], dict[int, str]]:
        """(figure, part, period) → the text of each unit, without what a check voids."""
        found: dict[tuple[str, str, str], dict[int, str]] = {}
        undated = self.recipe.undated(self.period)
        for unit, indicator, value, period, series in checks.left(self.inputs.figures, self.struck, undated):
            at = self.at.get(unit)
            if at is not None:
                found.setdefault((indicator, series, period or undated), {})[at] = value
        for (indicator, series, period), texts in list(found.items()):
            # "/" for a figure of parts is said of each part that is not there
            for part in self.series(indicator) if not series else ():
                there = found.setdefault((indicator, part, period), {})
                for at, text in texts.items():
                    if text == NOT_APPLICABLE:
                        there.setdefault(at, text)
        return found

    def series(self, code: str) -> Mapping[str, str]:
        """The parts of a figure, by code."""
        parts: Mapping[str, str] = self.recipe.figures.get(code, {}).get("parts") or {}
        return parts

    def figure(self, code: str, part: str, period: str) -> Value:
        """A figure (or one part of it) of every unit in *period*."""

        def work() -> Value:
            value: Value | None = self._columns.get(Of(code, part, "", period))
            if value is not None:
                value = self._left(value, code, part, period)
            else:
                texts = self.handed_in.get((code, part, period), {})
                measure = self.recipe.figures[code].get("unit")
                value = self.column(texts, measure=measure)
                if isinstance(value, Words) and measure not in WORDY:
                    self._all_words(code, texts)
            if "missing" not in self.recipe.figures[code] or not isinstance(value, Exact):
                return value
            there = Truth(np.asarray(value.state != MISSING))
            return value if np.all(there.v) else choose(there, value, self._instead(code, part, period))

        return self.once(("figure", code, part, period), work)  # type: ignore[no-any-return]

    def _left(self, value: Value, code: str, part: str, period: str) -> Value:
        """A column without what a check voids."""
        void = [
            self.at[one.unit]
            for one in self.struck
            if one.then == checks.VOID and one.covers(Figure(one.unit, code, "", period, part), period)
        ]
        if not void or not isinstance(value, Exact):
            return value
        state = np.array(value.state)
        state[void] = MISSING
        return value.put(state)

    def _instead(self, code: str, part: str, period: str) -> Exact:
        """What stands for a number that was not handed in."""
        match self.recipe.figures[code]["missing"]:
            case "zero":
                return Exact.constant(0)
            case "not_applicable":
                return Exact.nothing(NA)
            case "last_period" if periods.span(period).end > self.first_month:
                before = self.figure(code, part, periods.previous(period))
                return before if isinstance(before, Exact) else Exact.nothing(MISSING)
        return Exact.nothing(MISSING)

    @cached_property
    def first_month(self) -> int:
        """Where what was handed in begins: before it a score is missing, and ``@previous`` ends."""
        dated = {period for _figure, _part, period in self.handed_in}
        dated |= {of.period for of in self._columns if not of.kind}
        dated |= {row.period for row in self.inputs.rows if row.period}
        dated |= {claim.period for claim in self.inputs.claims if claim.period}
        own = [periods.span(self.recipe.own_period(paper)).first for paper in self.recipe.papers.values()]
        return min([*(periods.span(p).first for p in dated), *own, periods.span(self.period).first])

    def _all_words(self, code: str, texts: Mapping[int, str]) -> None:
        """Refuse the one text that is no number among numbers."""
        odd = [at for at, text in texts.items() if parsed(text) is None and text != NOT_APPLICABLE]
        if len(odd) < len([text for text in texts.values() if text != NOT_APPLICABLE]):
            unit, label = self.units[odd[0]], self.recipe.figures[code].get("label", code)
            raise OddValue(unit.label or unit.code, str(label), texts[odd[0]])

    def column(self, texts: Mapping[int, str], length: int | None = None, measure: Any = "") -> Value:
        """Values by position, typed by what they are: numbers, days, or words; words where declared so."""
        return (worded if measure in WORDY else typed)(texts, len(self.units) if length is None else length)

    def attribute(self, name: str, period: str) -> Value:
        """An attribute of every unit as it holds in *period*, on its last day."""

        def work() -> Value:
            known = self.words(name, period)
            texts = {i: text for i, text in enumerate(known.distinct) if text}
            return self.column(texts, len(known.distinct)).take(known.of)

        return self.once(("attribute", name, self.day(period)), work)  # type: ignore[no-any-return]

    def word(self, name: str, at: int, period: str) -> str:
        """One unit's attribute; its class is that of the run's period, because it decides its paper."""
        return self.units[at].word(name, self.day(self.period if name == "class" else period))

    def words(self, name: str, period: str) -> Worded:
        """An attribute of every unit, as it is written."""
        return self.roster.words(name, self.day(self.period if name == "class" else period))

    def day(self, period: str) -> str:
        """The day whose attributes hold in *period*; none in particular where they never change."""
        return periods.last_day(period) if self.roster.changing else ""

    def position(self, unit: str) -> int | None:
        """Where a unit stands, by code or label."""
        return self.roster.position(unit)

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
        return (code, kind) in self._targets or (code, kind) in self._target_columns

    @cached_property
    def _target_columns(self) -> Mapping[tuple[str, str], dict[str, Exact]]:
        found: dict[tuple[str, str], dict[str, Exact]] = {}
        for of, column in self._columns.items():
            if of.kind:
                found.setdefault((of.figure, of.kind), {})[of.period] = column
        return found

    def target_of(self, code: str, kind: str, scope: Scope) -> Value:
        """The target that holds in a scope, for each of its units or rows."""
        return by_unit(self.target(code, kind, scope.period), scope)

    def target(self, code: str, kind: str, period: str) -> Value:
        """Each unit's target: the period's own row, else a longer period's row times the share."""
        found: Value = self.once(("target", code, kind, period), lambda: self._target(code, kind, period))
        return found

    def _target(self, code: str, kind: str, period: str) -> Value:
        """A unit's own row, of the period or of a longer one, comes before everybody's."""
        rows, columns = self._targets.get((code, kind), {}), self._target_columns.get((code, kind), {})
        result: Value = NOTHING
        last = periods.last_day(period)
        for everybody, level in product((True, False), reversed(self._ladder({**rows, **columns}, period))):
            here = rows.get(level, {})
            shared_out = level != period and kind == "target"
            part = Exact.constant(self.share(code, period)) if shared_out else ONE
            if everybody:
                if text := _in_force(here.get(EVERYBODY, []), last):
                    value = shared(text)
                    if not isinstance(value, Exact):
                        return value
                    result = value * part
                continue
            assert isinstance(result, Exact)
            if level in columns:
                result = _where(columns[level].state == OK, columns[level].put(None) * part, result)
            texts = {
                self.at[unit]: text
                for unit, changes in here.items()
                if unit != EVERYBODY and unit in self.at and (text := _in_force(changes, last))
            }
            if not texts:
                continue
            own = self.column(texts)
            if not isinstance(own, Exact):
                return own
            there = np.zeros(len(self.units), bool)
            there[list(texts)] = True
            result = _where(there, own * part, result)
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
        if not rows.keys() - {period}:
            return list(rows)
        now = periods.span(period)
        longer = [p for p in rows if p and p != period and now in periods.span(p)]
        longer.sort(key=lambda p: periods.span(p).months)
        return [p for p in (period, *longer, "") if p in rows]

    def share(self, code: str, period: str) -> Fraction:
        """What part of the longer period's target holds in *period*."""
        shares = self.recipe.figures.get(code, {}).get("target") or {}
        for name, written in shares.items():
            known = self.recipe.period(name)
            if periods.moved(known, int(period[:4]) - int(known[:4])) == period:
                constant = number(
                    str(written),
                    Scope(cast("Run", self), next(iter(self.recipe.papers.values())), None, period),
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
                    found.setdefault((at, _order(row)), {})[row.field] = row.value
            keys = sorted(found)
            columns = {
                field: self.column(
                    {i: found[key][field] for i, key in enumerate(keys) if found[key].get(field, "") != ""},
                    len(keys),
                    measure,
                )
                for field, measure in fields.items()
            }
            return Rows(name, np.array([unit for unit, _order in keys], int), columns)

        return self.once(("rows", name, period), work)  # type: ignore[no-any-return]

    def row_texts(self, name: str, period: str, unit: str) -> list[Mapping[str, str]]:
        """The fields of each of one unit's rows as they were handed in, in the rows' order."""
        return self.once(("row texts", name, period), lambda: self._row_texts(name, period)).get(unit, [])  # type: ignore[no-any-return]

    def _row_texts(self, name: str, period: str) -> Mapping[str, list[Mapping[str, str]]]:
        found: dict[str, dict[tuple[int, str], dict[str, str]]] = {}
        for row in self.inputs.rows:
            if row.list == name and row.period in ("", period):
                found.setdefault(row.unit, {}).setdefault(_order(row), {})[row.field] = row.value
        return {unit: [rows[key] for key in sorted(rows)] for unit, rows in found.items()}

    def row_names(self, name: str, period: str, unit: str) -> list[str]:
        """What each row of one unit calls itself: its first field of words; empty where it has none."""
        fields: Mapping[str, Any] = self.recipe.lists[name].get("fields") or {}
        told = next((field for field, measure in fields.items() if measure in WORDY), "")
        return [texts.get(told, "") for texts in self.row_texts(name, period, unit)]

    def row_name(self, name: str, period: str, unit: str, n: int) -> str:
        """What the *n*-th of them calls itself, else its number."""
        names = self.row_names(name, period, unit)
        return (names[n - 1] if 0 < n <= len(names) else "") or f"#{n}"

    def claims(self, adjustment: str, period: str, own: str) -> list[tuple[int, Claim]]:
        """The entries of one adjustment or veto in *period*; an undated one is the paper's own."""
        entries = self._claims.get(adjustment, {})
        return [(at, claim) for at in entries for claim in entries[at] if (claim.period or own) == period]

    def claims_of(self, at: int, adjustment: str, period: str, own: str) -> list[Claim]:
        """One unit's entries."""
        entries = self._claims.get(adjustment, {}).get(at, ())
        return [claim for claim in entries if (claim.period or own) == period]

    @cached_property
    def _claims(self) -> Mapping[str, Mapping[int, list[Claim]]]:
        found: dict[str, dict[int, list[Claim]]] = {}
        for claim in self.inputs.claims:
            if claim.unit in self.at:
                found.setdefault(claim.adjustment, {}).setdefault(self.at[claim.unit], []).append(claim)
        return found


def _order(row: Row) -> tuple[int, str]:
    return (int(row.row), "") if row.row.isdigit() else (10**9, row.row)


def _where(there: np.ndarray[Any, Any], own: Exact, result: Exact) -> Exact:
    """A unit's own value where there is one; where all have theirs, what else there is bounds nothing."""
    return own if there.all() else choose(Truth(there), own, result)


def _in_force(changes: list[tuple[str, str]], last: str) -> str:
    """The latest value that was in force by the *last* day."""
    return max((change for change in changes if change[0] <= last), default=("", ""))[1]
