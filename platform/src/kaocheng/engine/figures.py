"""Figures as arrays, for whoever has them in hand: one row a unit, one column a figure, no text for each.

The engine's other way in is `kaocheng.engine.inputs.Inputs`, a text for every value, as an office files
them; a scheme gives the same points for the same figures either way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from kaocheng.engine.arrays import MISSING, NA, Exact
from kaocheng.engine.grammar import BadExpression, Call, Name, Tree, Word, parse
from kaocheng.engine.inputs import Claim, Inputs, Row, Target, Unit
from kaocheng.engine.integers import LIMIT, Array
from kaocheng.engine.roster import Roster
from kaocheng.errors import Invalid
from kaocheng.i18n import _


@dataclass(eq=False)
class BadFigures(Invalid):
    """Arrays that are no figures."""

    where: str
    reason: str

    code = "bad_figures"

    def __str__(self) -> str:
        return _("数组 {where}:{reason}", where=self.where, reason=self.reason)


class Of(NamedTuple):
    """What a column holds: a figure (or a part of it), or a target of a kind; empty period: the run's own."""

    figure: str
    part: str = ""
    kind: str = ""
    period: str = ""


@dataclass(frozen=True, eq=False)
class Figures:
    """What units report, as arrays; checked when it is made, and not copied where that can be helped.

    Args:
        units: (units,) codes, or `Unit`s where classes or attributes matter; in any order, none twice.
        columns: (columns,) names as expressions write them: ``revenue``, ``culture.built``,
            ``revenue@2025``, ``target(revenue)``, ``target(revenue@2026H1, "stretch")``.
        values: (units, columns), exact: whole numbers in units of 10⁻ᵈ (any integer type, or float64
            that holds whole numbers below 2⁵³), or objects (``int``, ``Decimal``, ``Fraction``) as they are.
            Column-major float64 (``order="F"``) is used in place: leave it alone while its scores are in use.
        decimals: d, of every column or (columns,); a figure in % with two decimals holds 9853 for 98.53 %.
        missing: (units, columns) true where a value should be there and is not; ``None``: nowhere.
        not_applicable: (units, columns) true where there is no such work; beats *missing*.
        targets, rows, claims: what else was handed in, as in `Inputs` (everybody's targets: unit ``*``).

    Raises:
        BadFigures: shapes that do not fit, a unit or column twice, a value that is not exact (NaN,
            infinity, a float with a fraction or beyond 2⁵³).

    >>> import numpy as np
    >>> from kaocheng.engine import Figures, Recipe, Target, score
    >>> recipe = Recipe({
    ...     "code": "example", "year": 2026, "round": {"leaf": 2, "total": 2},
    ...     "figures": {"revenue": {"unit": "万元"}, "roads": {"unit": "公里"}},
    ...     "papers": {"town": {"nodes": {
    ...         "total": {"compose": "sum", "full": 100},
    ...         "revenue": {"in": "total", "full": 60, "method": "completion"},
    ...         "roads": {"in": "total", "full": 40, "method": "completion"}}}}})
    >>> figures = Figures(
    ...     ["a", "b", "c"], ["revenue", "roads"],
    ...     np.array([[98500, 120], [101000, 90], [98500, 0]]), decimals=[2, 1],
    ...     missing=np.array([[False, False], [False, False], [False, True]]),
    ...     targets=(Target("*", "revenue", "1000"), Target("*", "roads", "12")))
    >>> town = score(recipe, figures).paper("town")
    >>> town.units, town.column("revenue").values, town.column("revenue").decimals
    (('a', 'b', 'c'), array([5910., 6000., 5910.]), 2)
    >>> town.column("total").missing, town.ranks()
    (array([False, False,  True]), array([ 1.,  2., nan]))
    """

    units: Sequence[str | Unit]
    columns: Sequence[str]
    values: Array
    decimals: int | Sequence[int] = 0
    missing: Array | None = None
    not_applicable: Array | None = None
    targets: tuple[Target, ...] = ()
    rows: tuple[Row, ...] = ()
    claims: tuple[Claim, ...] = ()
    exact: Mapping[Of, Exact] = field(init=False, repr=False)  # each column, in the order of the units' codes

    def __post_init__(self) -> None:
        shape = (len(self.units), len(self.columns))
        for name in ("values", "missing", "not_applicable"):
            given = getattr(self, name)
            if given is not None and given.shape != shape:
                raise BadFigures(name, _("形状应为 {wanted},而它是 {found}", wanted=shape, found=given.shape))
        if len({unit.code for unit in self._given}) < len(self.units):
            raise BadFigures("units", _("同一单位出现两次"))
        named = {_of(name): at for at, name in enumerate(self.columns)}
        if len(named) < len(self.columns):
            raise BadFigures("columns", _("同一列出现两次"))
        places = np.broadcast_to(np.asarray(self.decimals, int), (len(self.columns),)).tolist()
        exact = {of: self._exact(at, 10 ** places[at]) for of, at in named.items()}
        object.__setattr__(self, "exact", exact)

    @cached_property
    def _given(self) -> list[Unit]:
        return [Unit(unit) if isinstance(unit, str) else unit for unit in self.units]

    @cached_property
    def roster(self) -> Roster:
        """The units in the order of their codes."""
        return Roster(self._given)

    @cached_property
    def _order(self) -> Array | None:
        """What brings the rows into the order of codes; ``None`` where they are in it."""
        codes = [unit.code for unit in self._given]
        order = sorted(range(len(codes)), key=codes.__getitem__)
        return None if order == list(range(len(codes))) else np.array(order)

    @cached_property
    def beside(self) -> Inputs:
        """All that is not an array."""
        return Inputs(tuple(self.roster.units), (), self.targets, self.rows, self.claims)

    def _exact(self, at: int, d: int) -> Exact:
        state = np.zeros(len(self.units), np.uint8)
        for mask, gap in ((self.missing, MISSING), (self.not_applicable, NA)):
            if mask is not None:
                state[mask[:, at]] = gap
        column = self.values[:, at]
        known = state if state.any() else None
        if column.dtype == object:
            value = self._objects(column, state, at)
        else:
            value = Exact(self._whole(column, state, at), d, known)
        return value if self._order is None else value.take(self._order)

    def _whole(self, column: Array, state: Array, at: int) -> Array:
        if state.any():
            column = np.where(state, 0, column)
        if column.dtype.kind in "iu":
            low, high = int(column.min(initial=0)), int(column.max(initial=0))
            return column.astype(float if max(-low, high) < LIMIT else object)
        if column.dtype != float:
            raise BadFigures(
                self.columns[at], _("要整数、双精度数或 Decimal,而它是 {found}", found=column.dtype)
            )
        with np.errstate(invalid="ignore"):
            odd = np.flatnonzero(~((np.floor(column) == column) & (np.abs(column) < LIMIT)))
        if odd.size:
            raise BadFigures(
                self.columns[at],
                _(
                    "第 {row} 行的 {found} 不是整数:请换算成整数,decimals 里写位数;没有值的用 missing 标出",
                    row=int(odd[0]) + 1,
                    found=column[odd[0]],
                ),
            )
        return np.ascontiguousarray(column)

    def _objects(self, column: Array, state: Array, at: int) -> Exact:
        """Numbers as they are, each distinct one turned into a fraction once."""
        known: dict[Any, Fraction] = {}
        for value in set(column[state == 0].tolist()):
            if not isinstance(value, int | Decimal | Fraction) or (
                isinstance(value, Decimal) and not value.is_finite()
            ):
                raise BadFigures(self.columns[at], _("{found} 不是精确的数", found=repr(value)))
            known[value] = Fraction(value)
        return Exact.of([known.get(v, 0) if s == 0 else 0 for v, s in zip(column, state, strict=True)], state)


def _of(name: str) -> Of:
    """What a column's name means."""
    tree = parse(name)
    kind = ""
    if isinstance(tree, Call) and len(tree.path) == 1 and 1 <= len(tree.arguments) <= 2:
        kind = _word(tree.arguments[1]) if len(tree.arguments) == 2 else tree.path[0]
        tree = tree.arguments[0]
    if not isinstance(tree, Name) or len(tree.path) > 2:
        raise BadExpression(name, 0, _("列名要写成 revenue、culture.built、revenue@2025 或 target(revenue)"))
    return Of(tree.path[0], tree.path[1] if len(tree.path) == 2 else "", kind, tree.period or "")


def _word(tree: Tree) -> str:
    return tree.value if isinstance(tree, Word) else ".".join(getattr(tree, "path", ("",)))
