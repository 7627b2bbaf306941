"""The working of a node that is scored once per row of a list: each row by itself, then their fold."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from kaocheng.engine import composing, folded, nodes
from kaocheng.engine.arrays import NA, OK
from kaocheng.engine.evaluate import Scope
from kaocheng.engine.explain import Cut, Rounding
from kaocheng.engine.grammar import parse
from kaocheng.engine.rounding import plain, printed
from kaocheng.engine.wording import formula, shown
from kaocheng.engine.writing import Writer
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.working import Working

SAID = 2  # conditions before a row's numbers
Stage = tuple[str, Fraction | None]


def lines(it: Working) -> Iterator[str]:
    """Each row, and what they come to."""
    rows, _values = folded.row_points(it.run, it.paper, it.node, it.period)
    called = partial(it.run.row_name, rows.list, it.period, it.run.units[it.seat.at].code)
    for n, i in enumerate(np.flatnonzero(rows.units == it.seat.at), 1):
        yield _("{name}:{value}", name=called(n), value=_(";").join(_row(it, int(i), told=False)))
    if it.value is not None:
        whole = it.seat.of(folded.by_rows(it.run, it.paper, it.node, it.period))
        yield f"{composing.folding(it.node.get('fold', 'sum'))} {shown(whole)}"
        return
    for at, found, full in folded.unclosed(it.run, it.paper, it.node, it.period):
        if at == it.seat.at:
            facts = {"sum": plain(found), "full": plain(full)}
            yield _("各项分值合计 {sum},与满分 {full} 不符,不能计分;请核对任务书的分值", **facts)
            return
    yield _("缺数据,不能计分")


def row(it: Working, n: int) -> Iterator[str]:
    """One row of the list; what it got is the value asked for."""
    rows, values = folded.row_points(it.run, it.paper, it.node, it.period)
    mine = np.flatnonzero(rows.units == it.seat.at)
    if not 1 <= n <= len(mine):
        raise KeyError(f"{it.node.code}#{n}")
    i = int(mine[n - 1])
    it.value, it.state = values.fraction(i), int(values.state[i])
    if it.state == OK:
        yield formula(_scope(it))
    yield from _row(it, i, told=True)


def _scope(it: Working) -> Scope:
    return nodes.measuring(folded.row_scope(it.run, it.paper, it.node, it.period))


def _row(it: Working, i: int, *, told: bool) -> Iterator[str]:
    """What was worked out first, the conditions, the numbers, and what became of them; all *told* alone."""
    _rows, values = folded.row_points(it.run, it.paper, it.node, it.period)
    here = folded.row_scope(it.run, it.paper, it.node, it.period)
    if values.fraction(i) is None:
        _writer, text, _value = it.write(_scope(it), i)
        na = int(values.state[i]) == NA
        yield _("不适用") if na else f"{text} = {_('缺')}"
        return
    length = len(values.state) if values.state.shape else i + 1
    stages = [(name, value.spread(length).fraction(i)) for name, value in nodes.row_stages(it.run, here)]
    yield from through(it, here, i, stages, told=told)


def through(it: Working, here: Scope, i: int, stages: list[Stage], *, told: bool) -> Iterator[str]:
    """The numbers of one row (or one period), and what became of them stage by stage."""
    writer, text, _value = it.write(nodes.measuring(here), i)
    yield from dict.fromkeys(writer.first)
    changed = _changed(stages)
    first, result = changed[0][1], changed[-1][1]
    worked = shown(first) if changed[1:] else printed(result or Fraction(0), it.decimals)
    plainly = text in (worked, shown(first))
    why = _(";").join(dict.fromkeys(writer.because[-SAID:]))
    said = _("缺") if first is None else worked if plainly else f"{text} = {worked}"
    yield _("{name}:{value}", name=why, value=said) if why else said
    for (_name, before), (name, after) in pairwise(changed):
        yield _stage(it, here, i, (name, before, after), told=told)


def _changed(stages: list[Stage]) -> list[Stage]:
    """The first value, and each that differs from the one before."""
    later = [(name, value) for (_n, before), (name, value) in pairwise(stages) if value != before]
    return [stages[0], *later]


def _stage(
    it: Working, here: Scope, i: int, stage: tuple[str, Fraction | None, Fraction | None], *, told: bool
) -> str:
    name, before, after = stage
    if name == "times":
        times = Writer(here, i, it.seat.at).numbers(parse(str(it.node["times"])), 4)
        facts = {"before": shown(before), "times": times, "after": shown(after)}
        return _("难度系数:{before} × {times} = {after}", **facts)
    if name == "gate" and "only_if" in it.node.keys:
        condition = Writer(here, i, it.seat.at).condition(parse(str(it.node["only_if"])))
        return _("{condition} 不成立,按 {points} 分计", condition=condition, points=shown(after))
    if name == "bounds" and before is not None and after is not None:
        kind = _("最高") if after < before else _("最低")
        it.cuts += [Cut(kind, plain(after), plain(before), plain(after))] if told else []
        return _("{kind} {bound} 分", kind=kind, bound=shown(after))
    if name == "round" and before is not None:
        value = printed(after or Fraction(0), it.decimals)
        it.roundings += [Rounding(_("得分"), it.decimals, plain(before), value)] if told else []
        return _("四舍五入到 {places} 位:{value}", places=it.decimals, value=value)
    kind = {"undefined": _("除数为零"), "missing": _("缺数据")}.get(name, _("不适用"))
    return _("{kind},计 {points} 分", kind=kind, points=shown(after))
