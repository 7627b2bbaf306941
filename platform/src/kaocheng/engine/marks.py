"""Full marks of a node, the bounds its points are held within, and the decimals they are rounded to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from kaocheng.engine import compose
from kaocheng.engine.arrays import MISSING, OK, Exact, Truth, choose, larger, smaller
from kaocheng.engine.evaluate import Scope, number
from kaocheng.engine.grammar import Name, parse, walk
from kaocheng.engine.methods.absolute import points as in_points
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.engine.rounding import plain
from kaocheng.engine.states import graver
from kaocheng.errors import Invalid
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

ZERO = Exact.constant(0)


@dataclass(eq=False)
class OutOfRange(Invalid):
    """Points handed in that are below zero or above full marks."""

    unit: str
    node: str
    value: str
    full: str
    figure: str | None = None  # whose value it is, where the points are a figure as it was handed in

    code = "out_of_range"

    @property
    def reason(self) -> str:
        """What is wrong."""
        facts = {"unit": self.unit, "node": self.node, "value": self.value, "full": self.full}
        return _("“{unit}”的“{node}”给了 {value} 分,应在 0 至 {full} 之间", **facts)

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return _("请核对填报的分数")

    def __str__(self) -> str:
        return self.reason + _(";{remedy}", remedy=self.remedy)


def full(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    """Full marks: set for the unit as a target, said, or what the parts make up."""
    here = Scope(run, paper, node, period)
    if "full" in node.keys:
        said = number(str(node["full"]), here)
    else:
        said = compose.full(run, paper, node, period) if node.composed else Exact.nothing(MISSING)
    if run.has_target(node.code, "full"):
        own = run.target_of(node.code, "full", here)
        if isinstance(own, Exact):
            said = choose(Truth(own.state == OK), own, said)
    return said


def bounded(run: Run, here: Scope, value: Exact) -> Exact:
    """Held within the node's bounds: 0 and full marks for a leaf with full marks, else what it says."""
    node = here.node
    assert node is not None
    for key, hold in (("not_below", larger), ("not_above", smaller)):
        bound = _bound(run, here, key)
        if bound is not None:
            value = hold(value, bound)
    return value


def _between(run: Run, here: Scope) -> tuple[Fraction, Fraction] | None:
    """The bounds, where both are the same for everybody; where there is no number stands 0."""
    bounds = [_bound(run, here, key) for key in ("not_below", "not_above")]
    ends = [Fraction(0), *(bound.fraction() for bound in bounds if bound is not None and not bound.shape)]
    known = [end for end in ends if end is not None]
    return (min(known), max(known)) if len(known) == 3 else None


def holdable(run: Run, here: Scope, value: Exact) -> Exact:
    """Missing where a bound is (a unit without full marks): the node's rule speaks of those points too."""
    for key in ("not_below", "not_above"):
        bound = _bound(run, here, key)
        if bound is not None and not bound.all_ok:
            value = value.put(graver(value._state, bound._state))
    return value


def ceiling(run: Run, here: Scope) -> Fraction | None:
    """The most points the node can give one unit; nothing where there is no end to them."""
    bound = _bound(run, here, "not_above")
    return None if bound is None else bound.fraction()


def _difficulty(here: Scope) -> Exact:
    """What raises the ceiling; where it is not there, what stands for the points has the ceiling as it is."""
    assert here.node is not None
    times = number(str(here.node["times"]), here)
    if times.all_ok:
        return times
    return choose(Truth(np.asarray(times.state == OK)), times.put(np.zeros((), np.uint8)), Exact.constant(1))


def _bound(run: Run, here: Scope, key: str) -> Exact | None:
    node = here.node
    assert node is not None
    harder = key == "not_above" and "times" in node.keys  # difficulty raises the ceiling as well
    by_row = harder and here.rows is None and bool(node.get("rows")) and asks_rows(run, node, "times")
    harder = harder and not by_row  # each row had its own ceiling
    if key in node.keys:
        if node[key] == "none":
            return None
        said = number(in_points(node[key]), here)
        return said * _difficulty(here) if harder else said
    if node.composed or not has_full(run, here):
        return number("full", here) if key == "not_above" and "excess_to" in node.keys else None
    if key == "not_below":
        return ZERO
    if by_row:
        return None
    most = number("full", here)
    over = node.get("over")
    if isinstance(over, Mapping) and "most" in over:
        most = most + number(in_points(over["most"]), here)
    elif isinstance(over, Mapping):
        return None
    return most * _difficulty(here) if harder else most


def has_full(run: Run, here: Scope) -> bool:
    node = here.node
    assert node is not None
    in_row = here.rows is not None and "full" in here.rows.fields
    return in_row or "full" in node.keys or run.has_target(node.code, "full")


def rounded(run: Run, here: Scope, value: Exact) -> Exact:
    """What was held within the node's bounds, rounded half up to its decimals, where it has any."""
    decimals = places(run, here)
    if decimals is None:
        return value
    redone: list[int] = []
    points = value.half_up(decimals, redone, _between(run, here) if value.ratio else None)
    run.slow += sum(redone)
    return points


def places(run: Run, here: Scope) -> int | None:
    """The decimals a node is rounded to; ``None`` where the scheme does not round it."""
    node = here.node
    assert node is not None
    if "round" in node.keys:
        return None if node["round"] in ("none", None) else int(node["round"])
    if node.composed:
        return None  # the total is rounded where it is ranked, graded and printed
    return run.recipe.decimals(here.paper, "leaf") if has_full(run, here) else None


def ranked_to(run: Run, paper: PaperRule, code: str) -> int | None:
    """The decimals a node is ranked and graded by: those it is printed with; ``None``: exactly."""
    promised = run.has_target(code.partition("@")[0], "full")
    return run.recipe.ranked_to(paper, code, promised=promised)


def check_range(run: Run, here: Scope, value: Exact) -> None:
    if here.rows is not None or not has_full(run, here):
        return
    most = number("full", here)
    outside = (value < ZERO) | (value > most)
    wrong = np.flatnonzero(np.broadcast_to(outside.holds, (len(run.units),)) & run.members(here.paper))
    if wrong.size:
        at, node = int(wrong[0]), here.node
        assert node is not None
        given, whole = (plain(v.spread(len(run.units)).fraction(at)) for v in (value, most))
        label = node.get("label") or run.recipe.figures.get(here.figure or "", {}).get("label") or node.code
        unit = run.units[at].label or run.units[at].code
        raise OutOfRange(unit, str(label), given, whole, here.figure)


def asks_rows(run: Run, node: NodeRule, key: str) -> bool:
    """Whether a key of a node speaks of a row's fields, by itself or through a word of the node."""
    fields = run.recipe.lists[str(node["rows"])].get("fields") or {}
    words = {name: parse(str(text)) for name, text in (node.get("let") or {}).items()}
    waiting, seen = [parse(str(node[key]))], set[str]()
    while waiting:
        for part in walk(waiting.pop()):
            name = part.path[0] if isinstance(part, Name) else ""
            if name in fields:
                return True
            if name in words and name not in seen:
                seen.add(name)
                waiting.append(words[name])
    return False
