"""What happened to a node's first value on its way to its points: gates, bounds, roundings, vetoes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from kaocheng.engine import composing, nodes, vetoes
from kaocheng.engine.arrays import MISSING, NA, OK, UNDEFINED
from kaocheng.engine.explain import Cut, Rounding
from kaocheng.engine.grammar import parse
from kaocheng.engine.methods.absolute import points as in_points
from kaocheng.engine.rounding import plain, printed
from kaocheng.engine.wording import in_words, labels, shown
from kaocheng.engine.writing import Writer
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.working import Working


def stages(it: Working) -> Iterator[str]:
    """What happened to the first value on its way to the points."""
    told = [*it.seat.stages(it.paper, it.node, it.period), ("stand_in", it.value, it.state)]
    for (_name, a, was), (name, b, state) in pairwise(told):
        if name == "joined":
            yield from composing.joined(it, a)
        if (a, was) != (b, state):
            yield from stage(it, name, a, was, b, state)
    if it.node.composed and it.value is not None and told[0][1] is not None:
        yield f"= {shown(it.value)}"
    if it.state != OK and not (it.state == MISSING and not it.node.composed):
        yield _("本项不适用,分值由同类各项分担") if it.state == NA else _("缺数据,不能计分")


def stage(
    it: Working, name: str, a: Fraction | None, was: int, b: Fraction | None, state: int
) -> Iterator[str]:
    """One of them."""
    if name == "gate":
        yield from () if stands_outside(it) else gate(it, b)
    elif name == "times" and b is not None:
        writer = Writer(it.scope, it.seat.at, it.seat.at)
        times = writer.numbers(parse(str(it.node["times"])), 4)
        it.used |= {key: used for key, used in writer.used.items() if key not in it.used}
        yield _("难度系数:{before} × {times} = {after}", before=shown(a), times=times, after=shown(b))
    elif name == "bounds" and a is not None and b is not None:
        kind = _("最高") if b < a else _("最低")
        it.cuts.append(Cut(kind, plain(b), plain(a), plain(b)))
        yield _("{kind} {bound} 分", kind=kind, bound=shown(b))
    elif name == "round" and a is not None and b is not None:
        after = printed(b, it.decimals)
        it.before = a
        it.roundings.append(Rounding(_("得分"), it.decimals, plain(a), after))
        yield _("四舍五入到 {places} 位:{value}", places=it.decimals, value=after)
    elif name == "veto":
        yield from struck(it)
    elif name in ("undefined", "missing", "stand_in") and b is not None:
        yield instead(it, name, was, b)


def gate(it: Working, after: Fraction | None) -> Iterator[str]:
    """The conditions that do not hold."""
    for key in ("applies", "only_if"):
        if key in it.node.keys:
            yield from condition(it, key, after)


def stands_outside(it: Working) -> bool:
    """Whether the node does not apply to the unit, so that nothing was worked out for it."""
    if "applies" not in it.node.keys or it.node.get("rows") or it.node.get("across"):
        return False
    asked = nodes.asked(it.scope).holds
    return not bool(asked[it.seat.at] if asked.shape else asked)


def condition(it: Working, key: str, after: Fraction | None = None) -> Iterator[str]:
    """The condition that a node has, where it does not hold."""
    writer, tree = Writer(it.scope, it.seat.at, it.seat.at), parse(str(it.node[key]))
    said = writer.condition(tree)
    it.used |= {k: used for k, used in writer.used.items() if k not in it.used}
    if key == "applies" and (stands_outside(it) or it.state == NA):
        yield _("{condition} 不成立", condition=said)
    elif key == "only_if" and writer.value(tree) == _("否"):
        yield _("{condition} 不成立,按 {points} 分计", condition=said, points=shown(after))


def struck(it: Working) -> Iterator[str]:
    """The vetoes that set it to nothing."""
    for code, rule in it.paper.table("vetoes").items():
        if rule.get("zero") != it.node.code:
            continue
        whom = vetoes.vetoed(it.run, it.paper, code, it.period)
        if whom[it.seat.at if len(whom) > 1 else 0]:
            yield _("{veto},本项计 0 分", veto=str(rule.get("label", code)))


def instead(it: Working, name: str, state: int, points: Fraction) -> str:
    """What stands in where there is no value."""
    it.stood_in = {NA: _("不适用,按规定计分"), UNDEFINED: _("除数为零,按规定计分")}.get(
        state, _("缺数据,按规定计分")
    )
    rule = {NA: "not_applicable", MISSING: "missing", UNDEFINED: "undefined"}[state]
    said = it.node.get(rule)
    names = {
        "group_mean": _("本组各单位本项得分的平均"),
        "full": _("满分"),
        "zero": _("零分"),
        "own_rate": _("本单位其他各项的得分率折算"),
        "group_min": _("本组最低得分"),
        "last_period": _("上期得分"),
    }
    kind = {NA: _("不适用"), MISSING: _("缺数据")}.get(state, _("除数为零"))
    how = names.get(str(said)) or f" {in_words(parse(in_points(said)), labels(it.scope))} "
    return _("{kind},按{how}计:{points}", kind=kind, how=how, points=printed(points, it.decimals))
