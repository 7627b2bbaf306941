"""The working of a node that is scored over several periods: each period by itself, then their fold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kaocheng.engine import by_row, compose, composing, folded, marks, nodes, sums
from kaocheng.engine.arrays import MISSING, NA, OK, Exact
from kaocheng.engine.evaluate import Scope, number
from kaocheng.engine.explain import Cut, Rounding
from kaocheng.engine.rounding import plain, printed
from kaocheng.engine.wording import formula, shown
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.working import Working

OF_THE_YEAR = ("rule", "attribute")  # inputs that are the same in every period


def lines(it: Working) -> Iterator[str]:
    """The node in each period, and how the periods are folded."""
    run, node = it.run, it.node
    spans = folded.spans(run, it.paper, node, it.period)
    each = [folded.in_period(run, it.paper, node, p) for p in spans]
    points = [_("缺") if it.seat.state(v) != OK else shown(it.seat.of(v)) for v in each]
    points = ["/" if it.seat.state(v) == NA else text for v, text in zip(each, points, strict=True)]
    if node.composed or node.get("rows"):
        yield _(",").join(f"{period} {text}" for period, text in zip(spans, points, strict=True))
    else:
        yield formula(nodes.scope(run, it.paper, folded.plain(node), it.period))
        for period, value, text in zip(spans, each, points, strict=True):
            yield f"{period} {_(';').join(_one(it, period)) if it.seat.state(value) == OK else text}"
    fold = folded.fold_of(run, it.paper, node, it.period)
    whole = it.seat.of(compose.over_periods(run, fold, spans, each))
    if whole is None:
        yield _("缺数据,不能计分") if it.state == MISSING else _("本项不适用,分值由同类各项分担")
        return
    there = {p: t for p, v, t in zip(spans, each, points, strict=True) if it.seat.state(v) == OK}
    yield f"{_folded(it, fold, there)} = {shown(whole)}"
    bounded = it.seat.of(marks.bounded(run, it.scope, Exact.constant(whole)))
    if bounded is not None and bounded != whole:
        kind = _("最高") if bounded < whole else _("最低")
        it.cuts.append(Cut(kind, plain(bounded), plain(whole), plain(bounded)))
        yield _("{kind} {bound} 分", kind=kind, bound=shown(bounded))
    if it.value is not None and bounded is not None and it.value != bounded and it.rounds:
        after = printed(it.value, it.decimals)
        it.roundings.append(Rounding(_("得分"), it.decimals, plain(bounded), after))
        it.before = bounded
        yield _("四舍五入到 {places} 位:{value}", places=it.decimals, value=after)


def _folded(it: Working, fold: Any, there: Mapping[str, str]) -> str:
    """The periods' points, drawn together."""
    points = [f"({text})" if text.startswith("-") else text for text in there.values()]
    if isinstance(fold, dict) and not sums.few(fold):
        weights = {p: number(str(fold.get(p, 0)), Scope(it.run, it.paper, None, p)).fraction() for p in there}
        added = " + ".join(f"{text} × {fold.get(p, 0)}" for p, text in zip(there, points, strict=True))
        whole = sum((w or Fraction(0) for w in weights.values()), Fraction(0))
        return added if whole == 1 else f"({added}) ÷ {shown(whole)}"
    if fold in ("mean", "sum"):
        added = " + ".join(points)
        return added if fold == "sum" else f"({added}) ÷ {len(points)}" if points[1:] else added
    return composing.folding(fold)


def _one(it: Working, period: str) -> Iterator[str]:
    """The node in one of its periods, in numbers; what it was worked from is noted with the period."""
    here = nodes.scope(it.run, it.paper, folded.plain(it.node), period)
    stages = [(name, it.seat.of(value)) for name, value in nodes.in_period(it.run, here)]
    before, it.used = it.used, {}
    yield from by_row.through(it, here, it.seat.at, stages, told=False)
    for key, used in it.used.items():
        said = used.kind in OF_THE_YEAR or f"({period})" in used.name
        dated = used if said else replace(used, name=f"{used.name}({period})")
        before.setdefault(key if used.kind in OF_THE_YEAR else (*key, period), dated)
    it.used = before
