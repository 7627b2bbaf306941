"""The working of one score in lines of text, in the reader's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from kaocheng.engine.explain import Explanation, Loss, Neighbour, Place, Step, Used
from kaocheng.engine.rounding import printed
from kaocheng.engine.wording import shown
from kaocheng.i18n import _

PERIODS = 4  # of one item told apart
NEAR = 4  # decimals of points lost, beyond the two that are counted in


@dataclass(frozen=True, slots=True)
class LostAt:
    """All that was lost (gained, where negative) at one item, its rounding apart."""

    label: str
    period: str  # where it is not that of what is explained
    key: str
    points: Fraction
    printed: str  # to four decimals, without a sign
    why: str


def as_text(it: Explanation) -> str:
    """The whole working, as lines."""
    return "\n".join([*heading(it), *inputs(it.used), *arithmetic(it), *after(it)])


def heading(it: Explanation) -> Iterator[str]:
    """What is explained, by which clause and method."""
    yield f"{it.unit_label} · {it.label} · {it.period}"
    if it.clause_text:
        yield _("依据 {clause}:“{text}”", clause=it.clause or "", text=it.clause_text)
    if it.method:
        yield _("方法:{method}", method=it.method)


def inputs(used: Iterable[Used], depth: int = 1) -> Iterator[str]:
    """Each value the score was worked from, and what is behind it."""
    for one in used:
        yield "  " * depth + _("{name}:{value}", name=name_of(one), value=value_of(one))
        yield from inputs(one.behind, depth + 1)


def name_of(used: Used) -> str:
    """What a value is called; of another unit, with whose it is; of a statistic, over how many."""
    name = _("{name}({unit})", name=used.name, unit=used.unit_label) if used.unit_label else used.name
    if used.among is None:
        return name
    if used.skipped:
        return _("{name},{n} 个单位,{skipped} 个未计", name=name, n=used.among, skipped=used.skipped)
    return _("{name},{n} 个单位", name=name, n=used.among)


def value_of(used: Used) -> str:
    """The value with its unit of measure."""
    if used.value is None:
        return _("缺")
    return used.value if used.value == "/" else f"{used.value} {used.measure}".rstrip()


def arithmetic(it: Explanation) -> Iterator[str]:
    """The formula with its numbers, and the result."""
    yield from it.lines
    yield _("得分:{result}", result=result(it))


def result(it: Explanation) -> str:
    """The result, or which of the two other states it is in."""
    if it.state == "missing":
        return _("缺数据,没有得分")
    if it.state == "not_applicable":
        return _("不适用(/)")
    if it.full:
        return _("{points} 分(满分 {full})", points=it.points, full=it.full)
    return _("{points} 分", points=it.points)


def after(it: Explanation, *, ranked: bool = True) -> Iterator[str]:
    """What was lost, what one more step would bring, what it counts in the total, who stands beside."""
    if it.lost and it.lost_to:
        yield _("失分 {lost}:{reason}", lost=it.lost, reason=it.lost_to)
    yield from ahead(it, ranked=ranked)
    if it.to_total and it.place is None:
        yield _("计入总分:{points}", points=it.to_total)
    if it.losses:
        yield lost_in_all(it)
        for at in by_item(it):
            label = f"{at.period} {at.label}" if at.period else at.label
            yield "  " + _("{name}:{value}", name=label, value=_of(at))
    if it.place and ranked:
        yield from standing(it.place)
    if it.grounds and ranked:
        yield from graded(it)


def ahead(it: Explanation, *, ranked: bool = True) -> Iterator[str]:
    """What one more step of each figure brings to the node, the total and the rank; or why none is told."""
    for step in it.steps:
        yield _one_step(step, ranked)
    if it.no_step and not it.steps:
        yield _("再进一步:{reason}", reason=it.no_step)


def _one_step(step: Step, ranked: bool) -> str:
    facts = {"step": step.words, "total": step.total or "", "rank": step.rank or ""}
    if step.total is None and step.rank and ranked:
        return _("{step},第 {rank} 名(其他单位不变)", **facts)
    if step.total is None:
        return step.words
    if step.total_still:
        return _("{step};总分仍为 {total}", **facts)
    if not step.rank or not ranked:
        return _("{step};总分 {total}", **facts)
    return _("{step};总分 {total},第 {rank} 名(其他单位不变)", **facts)


def lost_in_all(it: Explanation) -> str:
    """Full marks, points and the difference that the losses add up to."""
    facts = {"full": it.full, "points": it.points, "lost": lost_sum(it)}
    return _("满分 {full},得 {points},各项失分减得分合计 {lost}:", **facts)


def lost_sum(it: Explanation) -> str:
    """What the losses less the gains come to."""
    return near(_summed(it.losses))


def by_item(it: Explanation) -> list[LostAt]:
    """The losses item by item, the dearest first; all roundings as one; they add up to the same."""
    found: dict[tuple[str, str, str], list[Loss]] = {}
    rounding, in_many = Fraction(0), _in_many(it.losses)
    for loss in it.losses:
        if loss.kind == "round":
            rounding += Fraction(loss.points)
        else:
            cap = loss.why if loss.kind == "cap" else ""
            found.setdefault((loss.node, "" if loss.node in in_many else loss.period, cap), []).append(loss)
    items = []
    for (_node, period, cap), several in found.items():
        points, first = _summed(several), several[0]
        other = "" if cap or period == it.period else period
        if points:
            why = "" if cap else first.why
            times = len({loss.period for loss in several})
            many = _("{name}({n} 个时段)", name=first.label, n=times) if times > 1 else first.label
            items.append(LostAt(cap or many, other, first.key, points, _four(points), why))
    items.sort(key=lambda at: -at.points)
    if rounding:
        items.append(LostAt(_("四舍五入差额"), "", "", rounding, _four(rounding), ""))
    return items


def _in_many(losses: Iterable[Loss]) -> set[str]:
    """The items that lost something in more periods than a reader wants to be told one by one."""
    lost = {(loss.node, loss.period) for loss in losses}
    return {node for node, times in Counter(node for node, _period in lost).items() if times > PERIODS}


def standing(place: Place) -> Iterator[str]:
    """The rank among how many, and the next unit on each side."""
    if place.level:
        yield _(
            "第 {rank} 名,共 {among} 个单位,{level} 个同分",
            rank=place.rank,
            among=place.among,
            level=place.level,
        )
    else:
        yield _("第 {rank} 名,共 {among} 个单位", rank=place.rank, among=place.among)
    if place.above:
        yield _("前一名 {unit} {score},差 {gap}", **_beside(place.above))
    if place.below:
        yield _("后一名 {unit} {score},领先 {gap}", **_beside(place.below))


def graded(it: Explanation) -> Iterator[str]:
    """The grade, and why it is that one."""
    yield _("等次:{grade}", grade=it.grade or "–")
    for reason in it.grounds:
        yield f"  {reason}"


def near(points: Fraction) -> str:
    """Points to four decimals, without noughts at the end."""
    text = printed(points, NEAR)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if points == 0 or text.strip("-") != "0" else shown(points)


def _four(points: Fraction) -> str:
    return printed(abs(points), NEAR)


def _beside(neighbour: Neighbour) -> dict[str, str]:
    return {"unit": neighbour.label, "score": neighbour.score, "gap": neighbour.gap}


def _of(at: LostAt) -> str:
    points = _("得 {points}", points=near(-at.points)) if at.points < 0 else near(at.points)
    return _("{points}({why})", points=points, why=at.why) if at.why else points


def _summed(losses: Iterable[Loss]) -> Fraction:
    return sum((Fraction(loss.points) for loss in losses), Fraction(0))
