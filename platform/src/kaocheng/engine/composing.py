"""The working of a composition: its parts with their weights, what joins them, and how they are folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kaocheng.engine import adjust, compose, sums
from kaocheng.engine import evaluate as language
from kaocheng.engine.arrays import MISSING, NA, OK
from kaocheng.engine.explain import Cut, Part, Used
from kaocheng.engine.grammar import parse
from kaocheng.engine.methods import METHODS
from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe
from kaocheng.engine.rounding import plain
from kaocheng.engine.score import node_label
from kaocheng.engine.terms import Seat, Term, terms
from kaocheng.engine.wording import in_words, labels, percent, shown
from kaocheng.engine.writing import Writer
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.working import Working


def method(recipe: Recipe, node: NodeRule) -> str:
    """The trade's word for how a node is worked out."""
    if node.get("across"):
        return _("分时段计分")
    if node.composed:
        return {
            "sum": _("各项相加"),
            "weighted": _("加权"),
            "mean": _("平均"),
            "weighted_mean": _("加权平均"),
            "product": _("基数乘系数"),
            "rescale": _("折算"),
            "min": _("取小"),
            "max": _("取大"),
            "best": _("取优"),
            "geometric": _("几何平均"),
            "harmonic": _("调和平均"),
            "inherit": _("随单位"),
            "formula": _("公式"),
        }.get(str(node["compose"]), _("合成"))
    name = str(node.get("method"))
    found, own = METHODS.get(name), recipe.methods.get(name)
    if own is not None:
        return str(own.get("label") or _("本方案自定({name})", name=name))
    return _(found.chinese) if found else _("公式")


def parts_of(seat: Seat, paper: PaperRule, node: NodeRule, period: str) -> list[compose.Part]:
    """The parts of a composition that has any."""
    return compose.parts(seat.run, paper, node, period)


def lines(it: Working) -> Iterator[str]:
    """The composition with its parts' points in it."""
    kind = str(it.node["compose"])
    if kind in ("formula", "inherit"):
        yield from _expression(it)
        return
    found = terms(it.seat, it.paper, it.node, it.period)
    several = len({term.part.period for term in found}) > 1
    counted = [term for term in found if term.state == OK or (term.state == MISSING and it.value is None)]
    written = [_written(it, term, several) for term in counted]
    out = [_label(it, term, several) for term in found if term not in counted]
    yield from _joined_up(it, kind, counted, written)
    scaled = next((term for term in found if term.scaled), None)
    if out and scaled is not None and scaled.weight:
        times = shown(scaled.coefficient / scaled.weight)
        yield _("不适用:{names};它的分值由其余各项分担(× {times})", names=_("、").join(out), times=times)
    elif out and counted:
        yield _("不适用:{names},不计", names=_("、").join(out))


def _joined_up(it: Working, kind: str, found: Sequence[Term], written: Sequence[str]) -> Iterator[str]:
    added = " + ".join(written)
    several = f"({added})" if len(written) > 1 else added
    match kind:
        case "sum" | "weighted":
            yield added
        case "mean":
            yield f"{several} ÷ {len(written)}"
        case "weighted_mean":
            whole = sum((term.weight for term in found), Fraction(0))
            yield f"{several} ÷ {shown(whole)}"
        case "product":
            yield " × ".join(written)
        case "rescale":
            below = sum((term.weight * (term.full or 0) for term in found), Fraction(0))
            full = it.seat.of(language.number("full", it.scope))
            yield f"{several} ÷ {shown(below)} × {shown(full)}"
        case "min" | "max":
            yield f"{_('较小者') if kind == 'min' else _('较大者')}({', '.join(written)})"
        case "best":
            chosen = [text for term, text in zip(found, written, strict=True) if term.coefficient]
            text = " + ".join(chosen)
            mean = it.node.get("take") == "mean" and len(chosen) > 1
            yield _(
                "取最高的 {n} 项:{text}", n=len(chosen), text=f"({text}) ÷ {len(chosen)}" if mean else text
            )
        case "geometric":
            yield _("几何平均({parts})", parts=", ".join(written))
        case _:
            yield _("调和平均({parts})", parts=", ".join(written))


def _written(it: Working, term: Term, several: bool) -> str:
    points = shown(term.score) if term.state == OK else "/" if term.state == NA else _("缺")
    share = str(it.node["compose"]) == "weighted"
    weight = percent(term.weight) if share else shown(term.weight)
    return f"{_label(it, term, several)} {points}" + (f" × {weight}" if term.part.weighed else "")


def _label(it: Working, term: Term, several: bool) -> str:
    label = node_label(it.run.recipe, term.part.node)
    return f"{term.part.period} {label}" if several or term.part.period != it.period else label


def _expression(it: Working) -> Iterator[str]:
    """A composition by formula, or a value taken from another unit."""
    if it.node["compose"] == "formula":
        text = str(it.node["formula"])
    else:
        text = f"at({it.node.get('from', 'unit.parent')}, score({it.node['node']}))"
    tree = parse(text)
    writer = Writer(it.scope, it.seat.at, it.seat.at)
    written = writer.numbers(tree)
    it.used |= writer.used
    it.roundings += writer.roundings
    yield in_words(tree, labels(it.scope))
    yield from dict.fromkeys(writer.first)
    for why in dict.fromkeys(writer.because):
        yield _("因 {reason}", reason=why)
    value = it.seat.of(language.number(tree, it.scope))
    if value is not None:
        yield f"{written} = {shown(value)}" if written != shown(value) else written


def joined(it: Working, before: Fraction | None) -> Iterator[str]:
    """Bonuses and deductions that join a node, and the excess of others."""
    for name, rule in it.paper.table("adjustments").items():
        if rule.get("to") != it.node.code:
            continue
        amount = it.seat.of(adjust.adjustment(it.run, it.paper, name, it.period))
        label = str(rule.get("label", name))
        yield f"{'-' if rule.get('kind') == 'deduction' else '+'} {label} {shown(amount)}"
        asked = adjust.asked(it.run, it.paper, name, it.period, it.seat.at)
        if asked is not None and amount is not None and asked != amount:
            it.cuts.append(Cut(label, plain(amount), plain(asked), plain(amount)))
        for used in entries(it.seat, it.paper, name, it.period):
            it.used.setdefault((used.kind, *used.key), used)
    if before is None:
        return
    for node in it.paper.nodes.values():
        if node.get("excess_to") == it.node.code:
            extra = it.seat.of(adjust.excess(it.run, it.paper, node.code, it.period))
            if extra:
                label = node_label(it.run.recipe, node)
                yield _("+ {node}超过满分的部分 {points}", node=label, points=shown(extra))


def entries(seat: Seat, paper: PaperRule, name: str, period: str) -> Iterator[Used]:
    """The entries of an adjustment, each with the key its origin is found by."""
    label = str(paper.table("adjustments")[name].get("label", name))
    for n, (points, claim, counts) in enumerate(adjust.entries_of(seat.run, paper, name, period, seat.at), 1):
        said = claim.matter if claim.matter[:1] != "#" else ""  # an entry's number says nothing to anybody
        said = " ".join(filter(None, (said or label, claim.level)))
        said = said if counts else _("{name}(不在规定的日期内,不计)", name=said)
        yield Used(said, plain(points), _("分"), "claim", (name, str(n)))


def folding(fold: Any) -> str:
    """How the points of several periods, or rows, become one."""
    if few := sums.few(fold):
        most, mean = few
        how = _("取最高的 {n} 次平均", n=most) if mean else _("取最高的 {n} 次合计", n=most)
    elif isinstance(fold, Mapping):
        how = _("按“{field}”加权平均", field=fold["weighted"])
    else:
        words = {"mean": _("平均"), "last": _("取最后一期"), "min": _("取最低"), "max": _("取最高")}
        how = words.get(str(fold), _("合计"))
    return how


def parts(it: Working) -> Iterator[Part]:
    """What a composition is made of; a hidden part or another paper's with what is behind it."""
    from kaocheng.engine.working import behind

    if it.node.get("across") or str(it.node["compose"]) in ("formula", "inherit"):
        return
    linear = str(it.node["compose"]) not in ("product", "geometric", "harmonic")
    for term in terms(it.seat, it.paper, it.node, it.period):
        part = term.part
        visible = part.node.get("show") is not False and part.paper is it.paper
        yield Part(
            key=key_of(it, part.node.code, part.period),
            paper=part.paper.code,
            node=part.node.code,
            period=part.period,
            label=node_label(it.run.recipe, part.node),
            points="/" if term.state == NA else None if term.score is None else shown(term.score),
            full=None if term.full is None else plain(term.full),
            weight=plain(term.weight) if part.weighed else None,
            adds=plain(term.coefficient * term.score) if linear and term.score is not None else None,
            shown=visible,
            used=() if visible else behind(it.run, part.paper, part.node, part.period, it.seat.at),
        )


def key_of(it: Working, code: str, period: str) -> str:
    """A column's key as the working's reader asks for it."""
    return code if period == it.period else f"{period}/{code}"
