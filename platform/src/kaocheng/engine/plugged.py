"""Methods that packs bring as functions of columns: named in a recipe, found by digest, trusted with nothing.

A recipe names such a function by its pack, code and edition and by the digest of the pack's files, so what
a name means never changes; where no pack of that digest is at hand there is nothing to compute with, and
that is said.  What a function gives back is looked at before it counts: one that raises, or answers with
anything but exact values of the right shape, is told once and leaves its nodes without points.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from kaocheng.engine import evaluate as language
from kaocheng.engine.arrays import MISSING, NA, OK, Exact
from kaocheng.engine.blocks import settled
from kaocheng.engine.grammar import Call, Name, Word
from kaocheng.engine.integers import LIMIT, Array, Number
from kaocheng.engine.postponed import Postponed
from kaocheng.errors import Refused
from kaocheng.i18n import _

OWN = ("x", "target", "base", "last", "full")  # what a function may take besides its keys,
PARTS, GROUP = "parts", "group"  # the parts of the figure by code, and the circle of each unit as a number
Works = Callable[..., Exact]
log = logging.getLogger(__name__)
_offered: dict[tuple[str, str], Works] = {}


@dataclass(eq=False)
class PackNeeded(Refused):
    """A recipe uses a pack's function that is not here, or not as it was."""

    label: str
    function: str
    digest: str

    code = "pack_needed"

    def __str__(self) -> str:
        pack, _colon, rest = self.function.partition(":")
        return _(
            "方法“{label}”要有指标包 {pack}@{edition} 才能计算(摘要 {digest});请操作员安装并准许它",
            label=self.label,
            pack=pack,
            edition=rest.partition("@")[2],
            digest=self.digest,
        )


class NotExact(TypeError):
    """What a function gave back is no column of exact values; *why* is a word of ``_said``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return _said(self.why)


def _said(problem: str) -> str:
    """A problem as it is kept (a word, or the name of an exception) in the reader's language."""
    return {
        "wrote": _("方法改动了交给它的数据"),
        "not_a_column": _("给出的不是 Exact"),
        "not_a_fraction": _("给出的不是分数或整数"),
        "wrong_length": _("给出的个数与单位数不符"),
        "wrong_state": _("给出的状态不合规定"),
        "not_whole": _("给出的数不是整数之比:有 NaN、无穷或浮点小数"),
        "not_above_zero": _("给出的分母不是正数"),
    }.get(problem, problem)


@dataclass(frozen=True, slots=True, order=True)
class Failed:
    """A pack's function that gave nothing to count with."""

    function: str
    label: str
    problem: str

    def __str__(self) -> str:
        return _(
            "指标包 {pack} 的方法“{label}”出错({problem}),用它的项目没有得分,其他照算;请告知操作员",
            pack=self.function.partition(":")[0],
            label=self.label,
            problem=_said(self.problem),
        )


def offer(function: str, digest: str, works: Works) -> None:
    """Let recipes that name this function of a pack of this digest be computed here."""
    _offered[function, digest] = works


def is_plugged(rule: Mapping[str, Any] | None) -> bool:
    """Whether a recipe's method is a pack's function, not an expression."""
    return rule is not None and "function" in rule


def required(rule: Mapping[str, Any] | None) -> Sequence[str]:
    """The keys a node must give a function: those without a default."""
    if rule is None or "function" not in rule:
        return ()
    return [key for key in rule.get("keys") or () if key not in (rule.get("defaults") or {})]


def in_words(rule: Mapping[str, Any]) -> str:
    """The formula as the pack says it, and which pack says so."""
    pack, _colon, rest = str(rule["function"]).partition(":")
    edition = rest.partition("@")[2]
    return _("{formula}(指标包 {pack}@{edition})", formula=rule["formula"], pack=pack, edition=edition)


def as_expression(code: str, rule: Mapping[str, Any], parts: Sequence[str]) -> str:
    """The call that stands for the function, with everything it takes as arguments."""
    taken = [name for one in rule["takes"] for name in _names(one, parts)]
    named = ", ".join([f'"{code}"', *taken])
    return f"_plugged({named})"


def _names(taken: str, parts: Sequence[str]) -> list[str]:
    if taken == PARTS:
        return [f"x.{part}" for part in parts]
    return [] if taken == GROUP else [taken]


def arguments(tree: Call) -> tuple[str, dict[str, Name], dict[str, Name]]:
    """The method such a call is of, its columns by name and the parts of the figure by code."""
    first, *rest = tree.arguments
    assert isinstance(first, Word)
    named = [argument for argument in rest if isinstance(argument, Name)]
    parts = {name.path[1]: name for name in named if name.path[0] == "x" and name.path[1:]}
    return first.value, {name.path[0]: name for name in named if not name.path[1:]}, parts


def call(tree: Call, scope: language.Scope) -> language.Value:
    """What a pack's function gives every unit (or row of a list)."""
    code, columns, parts = arguments(tree)
    takes = scope.run.recipe.methods[code]["takes"]

    def work() -> Exact:
        of_columns = {name: language.number(tree, scope) for name, tree in columns.items()}
        of_parts = {part: language.number(tree, scope) for part, tree in parts.items()}
        return _worked(code, of_columns, of_parts, scope)

    # What looks at others is found once, with all in view; the rest is one unit's own affair.
    found: Exact = scope.run.once(("circle", *scope.key, tree), work) if GROUP in takes else work()
    return found


def _worked(
    code: str, columns: Mapping[str, Exact], parts: Mapping[str, Exact], scope: language.Scope
) -> Exact:
    """What the function gives for these columns; missing for everybody where it fails.

    Raises:
        PackNeeded: no pack of the digest the recipe names is here.
    """
    run, rule = scope.run, scope.run.recipe.methods[code]
    label, function, digest = str(rule.get("label", code)), str(rule["function"]), str(rule["digest"])
    works = _offered.get((function, digest))
    if works is None:
        raise PackNeeded(label, function, digest)
    run.functions[code] = f"{function} {digest}"
    length = len(run.units) if scope.rows is None else len(scope.rows.units)
    group = run.groups(scope) if GROUP in rule["takes"] else None
    if group is not None and scope.rows is not None:
        group = group[scope.rows.units]
    if (
        length == 1
    ):  # what one unit has is a constant when it is looked at alone; functions are told of columns
        columns, parts = ({n: v.spread(1) for n, v in given.items()} for given in (columns, parts))
    try:
        return answer(works, rule["takes"], columns, parts, group, length)
    except Exception as problem:  # whatever a pack raises is the pack's, and is said so
        log.exception("%s failed", function)
        why = problem.why if isinstance(problem, NotExact) else type(problem).__name__
        run.failed.add(Failed(function, label, why))
        return Exact.nothing(MISSING, length)


def answer(
    works: Works,
    takes: Sequence[str],
    columns: Mapping[str, Exact],
    parts: Mapping[str, Exact],
    group: Array | None,
    length: int,
) -> Exact:
    """What *works* gives for what it takes, looked at before it counts.

    Raises:
        NotExact: it is no column of exact values, one a unit.
    """
    given: dict[str, Any] = {name: _kept(columns[name]) for name in takes if name in columns}
    if PARTS in takes:
        given[PARTS] = {part: _kept(column) for part, column in parts.items()}
    if GROUP in takes:
        assert group is not None
        given[GROUP] = _read_only(group)
    return sound(works(**given), length)


def each(works: Callable[..., Fraction | int | None], *columns: Exact) -> Exact:
    """*works* of each unit's own values as fractions, asked once for each distinct input.

    Where one of a unit's values is not there, neither is the result, for the gravest reason among them;
    ``None`` is missing.

    >>> each(lambda x, most: min(x, most), Exact.of([3, 7, None]), Exact.constant(5)).fraction(1)
    Fraction(5, 1)
    """
    length = max((column.shape[0] for column in columns if column.shape), default=1)
    spread = [column.spread(length) for column in columns]
    state = np.array(np.max([column.state for column in spread], axis=0), np.uint8)
    known: dict[tuple[Fraction | None, ...], Fraction | int | None] = {}
    values: list[Fraction | int | None] = [None] * length
    for at in map(int, np.flatnonzero(state == OK)):
        own = tuple(column.fraction(at) for column in spread)
        if own not in known:
            known[own] = _rational(works(*own))
        values[at] = known[own]
        if values[at] is None:
            state[at] = MISSING
    return Exact.of(values, state)


def _rational(value: object) -> Fraction | int | None:
    if value is None or (isinstance(value, int | Fraction) and not isinstance(value, bool)):
        return value
    raise NotExact("not_a_fraction")


# -- what a function is handed, and what it hands back -------------------------------------------------


def _kept(column: Exact) -> Exact:
    """The same values in arrays that nobody can write into."""
    if column.waits:
        return column
    n, d, state = column._n, column._d, column._state
    state = None if state is None else _read_only(state)
    return Exact(_fixed(n), _fixed(d), state, column.low, column.high, column.below)


def _fixed(number: Number) -> Number:
    return number if isinstance(number, int) else _read_only(settled(number))


def _read_only(array: Array) -> Array:
    seen = array.view()
    seen.flags.writeable = False
    return seen


def sound(result: object, length: int) -> Exact:
    """*result*, if it is exact and as long as it must be; its bounds are found anew.

    Raises:
        NotExact: it is not.
    """
    if not isinstance(result, Exact):
        raise NotExact("not_a_column")
    if result.shape not in ((), (length,)):
        raise NotExact("wrong_length")
    for column in _leaves(result):
        _require_whole(column)
    if result.waits:
        return result
    n, d, state = result._n, result._d, result._state
    if state is not None:
        gone = np.broadcast_to(state != OK, result.shape)
        n = n if isinstance(n, int) else np.where(gone, 0, settled(n))
    return Exact(n, d, state)


def _leaves(value: Exact) -> Iterator[Exact]:
    """The columns a value is made from; itself, unless it waits."""
    if not isinstance(value, Postponed):
        yield value
        return
    for part in value.inputs:
        if isinstance(part, Exact):
            yield from _leaves(part)


def _require_whole(column: Exact) -> None:
    n, d = (number if isinstance(number, int) else settled(number) for number in (column._n, column._d))
    if any(isinstance(number, np.ndarray) and number.dtype not in (float, object) for number in (n, d)):
        raise NotExact("not_whole")
    n, d = np.asarray(n), np.asarray(d)
    state = column.state
    if state.dtype != np.uint8 or (state.size and int(state.max()) > NA):
        raise NotExact("wrong_state")
    there = np.broadcast_to(state == OK, np.broadcast_shapes(n.shape, d.shape, state.shape))
    for number in (n, d):
        if not _are_whole(np.broadcast_to(number, there.shape)[there]):
            raise NotExact("not_whole")
    if np.any(d <= 0):
        raise NotExact("not_above_zero")


def _are_whole(cells: Array) -> bool:
    if cells.dtype == object:
        return all(isinstance(cell, int) and not isinstance(cell, bool) for cell in cells.flat)
    with np.errstate(invalid="ignore"):
        return bool(np.all(np.isfinite(cells) & (np.floor(cells) == cells) & (np.abs(cells) < LIMIT)))
