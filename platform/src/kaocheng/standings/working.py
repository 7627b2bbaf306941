"""The working of a score in words: what the page shows beside the table and the command line prints."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from kaocheng.engine import telling
from kaocheng.formats import day
from kaocheng.i18n import _
from kaocheng.scoring.domain import Explained, Origin, Traced
from kaocheng.standings.reasons import in_words

__all__ = [
    "as_text",
    "beside",
    "effect_in_words",
    "inputs",
    "reasons",
    "result",
    "source",
    "steps",
    "telling",
    "told_of",
    "value",
]


def as_text(explained: Explained, *, ranked: bool = True) -> str:
    """The whole working, as lines."""
    return "\n".join(_lines(explained, ranked))


@dataclass(frozen=True, slots=True)
class Inputs:
    """Values that came the same way, named, and who stands for them all."""

    entries: tuple[tuple[str, Traced], ...]
    origin: Origin | None
    source: str  # file and cells


def inputs(explained: Explained) -> list[Inputs]:
    """What the score was worked from; neighbours with the same filer, voucher and file are told together."""
    found = []
    for _way, group in groupby(explained.traced, key=_way_in):
        traced = list(group)
        cells = _cells(it.origin.cell for it in traced if it.origin and it.origin.cell)
        first = traced[0].origin
        found.append(
            Inputs(
                entries=tuple((telling.name_of(replace(it.used, unit_label=it.whose)), it) for it in traced),
                origin=first,
                source=source(first._replace(cell=cells)) if first else "",
            )
        )
    return found


def _cells(written: Iterable[str]) -> str:
    """Several cells, their sheet named once: Sheet1!D7、E7."""
    known = list(dict.fromkeys(written))
    sheets = {cell.rpartition("!")[0] for cell in known}
    if len(sheets) != 1:
        return _("、").join(known)
    return _("、").join([*known[:1], *(cell.rpartition("!")[2] for cell in known[1:])])


def _way_in(it: Traced) -> tuple[object, ...]:
    row = it.used.key[1] if it.used.kind == "row" and len(it.used.key) == 3 else ""
    if it.origin is None:
        return (row, it.whose, None)
    o = it.origin
    return (row, it.whose, o.filed_by, day(o.filed), o.vouched_by, day(o.vouched), o.workbook, o.words)


def source(origin: Origin) -> str:
    """The file and cell an input came from, or that it was typed."""
    if not origin.workbook:
        return _("网页填写")
    return f"{origin.workbook} · {origin.cell}" if origin.cell else origin.workbook


def result(explained: Explained) -> str:
    """The result, or which of the two other states it is in."""
    return telling.result(explained.explanation)


def steps(explained: Explained, ranked: bool) -> list[str]:
    """What one more step of each figure would bring, or why nothing is told."""
    return list(telling.ahead(explained.explanation, ranked=ranked))


def beside(explained: Explained) -> list[str]:
    """The rank, and the next unit on each side."""
    place = explained.explanation.place
    return list(telling.standing(place)) if place else []


def _lines(explained: Explained, ranked: bool) -> Iterator[str]:
    it = explained.explanation
    yield from telling.heading(it)
    for group in inputs(explained):
        for name, traced in group.entries:
            yield "  " + _("{name}:{value}", name=name, value=value(traced))
        if group.origin:
            yield from told_of(group.origin, group.source)
    yield from telling.arithmetic(it)
    yield from _after(explained, ranked)


def _after(explained: Explained, ranked: bool) -> Iterator[str]:
    yield from telling.after(explained.explanation, ranked=ranked)
    if explained.effect and ranked:
        yield effect_in_words(explained)


def effect_in_words(explained: Explained) -> str:
    """What full marks here would do, the others standing still."""
    effect = explained.effect
    assert effect is not None
    if effect.rank[0] == effect.rank[1]:
        return _(
            "此项若得满分,总分 +{total} 为 {score},名次不变(其他单位不变)",
            total=effect.total,
            score=effect.score,
        )
    return _(
        "此项若得满分,总分 +{total} 为 {score},名次由 {now} 升到 {then}(其他单位不变)",
        total=effect.total,
        score=effect.score,
        now=effect.rank[0],
        then=effect.rank[1],
    )


def reasons(explained: Explained) -> list[str]:
    """Why the unit has its grade, and what a veto of it is about."""
    it = explained.explanation
    about = [_("否决事项:{matter}", matter=matter) for matter in explained.vetoed]
    if it.grounds:
        return [*it.grounds, *about]
    return [*in_words(explained.standing, explained.paper), *about] if explained.standing else []


def value(traced: Traced) -> str:
    """The value with its unit of measure."""
    return telling.value_of(traced.used)


def told_of(origin: Origin, source: str) -> Iterator[str]:
    """Who filed a number, who vouched for it, on the reader's day, and where it came from."""
    yield "    " + _("填报 {who} · {day}", who=origin.filed_by, day=day(origin.filed))
    if origin.vouched_by:
        yield "    " + _("核验 {who} · {day}", who=origin.vouched_by, day=day(origin.vouched))
    yield "    " + _("来源 {source}", source=source)
