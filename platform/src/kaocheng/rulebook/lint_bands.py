"""Bands beside one another: gaps, overlaps, bands nobody reaches; tables of ranks that meet in the middle."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.i18n import _
from kaocheng.rulebook.findings import Finding, fraction
from kaocheng.rulebook.located import Path

if TYPE_CHECKING:
    from kaocheng.rulebook.lint import Linter

End = tuple[Fraction, int]  # a limit, and whether the point itself is on this side (0) or just beyond it (1)
_LIMITED = frozenset(["if", "from", "above", "below", "to", "most", "rank_from", "rank_to"])
_CONDITIONS = ("if", "most", "rank_from", "rank_to")  # "least" gives a grade beyond them


@dataclass(frozen=True, slots=True)
class Band:
    """From *low* (included) to *high* (not included); ``None`` is endless."""

    low: End | None
    high: End | None
    number: int  # in the list, from 1

    @property
    def empty(self) -> bool:
        """Whether nothing lies in it."""
        return self.low is not None and self.high is not None and self.low >= self.high

    def overlaps(self, other: Band) -> bool:
        """Whether some value lies in both."""
        low = max((e for e in (self.low, other.low) if e is not None), default=None)
        high = min((e for e in (self.high, other.high) if e is not None), default=None)
        return low is None or high is None or low < high


class BandLint:
    """The checks of one scheme's bands and tables."""

    def __init__(self, linter: Linter) -> None:
        self.linter = linter

    def nodes(self, paper: PaperRule) -> Iterator[Finding]:
        """A leaf's bands, knots, limits and tables of ranks."""
        for node in paper.nodes.values():
            path = ("papers", paper.code, "nodes", node.code)
            match node.get("method"):
                case "bands":
                    yield from self._leaf(node, path)
                case "interpolate" | "progressive":
                    yield from self._rising(node, path)
                case "interval":
                    yield from self._interval(node, path)
                case "rank_table":
                    yield from self._table(node, path)

    def results(self, paper: PaperRule) -> Iterator[Finding]:
        """Grades nobody reaches, between or below which somebody has none, or that two bands claim."""
        for code, rule in paper.table("results").items():
            rows = rule.get("bands") or []
            path = ("papers", paper.code, "results", code, "bands")
            plain = [not any(key in row for key in _CONDITIONS) for row in rows]
            given = {n for n, row in enumerate(rows, 1) if _given_otherwise(row, rule, paper)}
            by = str(rule.get("by") or self.linter.recipe.total(paper, self.linter.recipe.own_period(paper)))
            decimals = rule.get("round_first", self.linter.recipe.ranked_to(paper, by))
            yield from self._beside(
                path, rows, plain, outer=False, rest=False, given=given, decimals=decimals
            )
            sure = [_band(row, 0) for row, alone in zip(rows, plain, strict=True) if alone]
            known = [band for band in sure if band is not None]
            open_end = not known or any(None in hole for hole in _holes(known))
            if rows and open_end and _LIMITED & set(rows[-1]):
                reason = _("最后一个等次“{grade}”还有条件,有的单位可能没有等次", grade=rows[-1].get("grade"))
                here = (*path, f"#{len(rows)}")
                yield self.linter.finding("warning", "band_gap", here, reason, _("请去掉它的条件"))

    # -- bands -------------------------------------------------------------------------------------

    def _leaf(self, node: NodeRule, path: Path) -> Iterator[Finding]:
        rows = node["bands"]
        unit = str((self.linter.recipe.figures.get(node.code) or {}).get("unit", ""))
        yield from self._beside(
            (*path, "bands"),
            rows,
            [True] * len(rows),
            rest="else" in node.keys,
            above=Fraction(100) if unit == "%" else None,
        )

    def _beside(
        self,
        path: Path,
        rows: Sequence[Mapping[str, Any]],
        plain: Sequence[bool],
        *,
        rest: bool,
        outer: bool = True,
        above: Fraction | None = None,
        given: Collection[int] = (),
        decimals: int | None = None,
    ) -> Iterator[Finding]:
        """What is wrong among bands of which the first that holds counts.

        Args:
            decimals: of the value, where it is rounded before it is looked up.
            plain: which hold by their limits alone.
            given: which of them, from 1, are reached without their limits too.
        """
        bands = [_band(row, number) for number, row in enumerate(rows, 1)]
        if any(band is None for band in bands):
            return  # limits that differ by unit
        before: list[Band] = []
        for band, sure in zip(bands, plain, strict=True):
            assert band is not None
            here = (*path, f"#{band.number}")
            if band.empty:
                reason = _("第 {n} 档的下限不低于上限,什么值都到不了", n=band.number)
                yield self.linter.finding("error", "unreachable_band", here, reason, _("请核对上下限"))
                continue
            if not _left(band, before) and band.number not in given:
                reason = _("第 {n} 档到不了:前面各档已经全占了", n=band.number)
                remedy = _("请按由高到低排列,或核对上下限")
                yield self.linter.finding("error", "unreachable_band", here, reason, remedy)
            elif (other := _claimed(band, before)) is not None:
                reason = _("第 {a} 档和第 {b} 档有重叠,重叠处按写在前面的算", a=other.number, b=band.number)
                remedy = _("一头改用 above 或 below,或核对上下限")
                yield self.linter.finding("warning", "band_overlap", here, reason, remedy)
            if sure:
                before.append(band)
        holes = [hole for hole in _holes(before) if decimals is None or _reached(*hole, decimals)]
        yield from self._gaps(path, holes, rest=rest, outer=outer, above=above)

    def _gaps(
        self,
        path: Path,
        holes: list[tuple[End | None, End | None]],
        *,
        rest: bool,
        outer: bool,
        above: Fraction | None,
    ) -> Iterator[Finding]:
        for low, high in holes:
            outside = low is None or high is None
            if outside and (rest or not outer or (low is None and high is not None and high[0] <= 0)):
                continue  # figures seldom go below zero
            if high is None and low is not None and above is not None and low[0] >= above:
                continue
            if rest and low is not None and high is not None and high[0] - low[0] > 1:
                continue  # a wide hole between bands is what ``else`` is for; a narrow one is a slip
            where = _between(low, high)
            reason = _("{where}的值不在任何一档里,按 else 算", where=where) if rest else None
            yield self.linter.finding(
                "warning",
                "band_gap",
                path,
                reason or _("{where}的值不在任何一档里", where=where),
                _("请让上下限相接(一头 from,一头 below)") if not outside else _("请补一档,或写 else"),
            )

    # -- knots, limits, tables ---------------------------------------------------------------------

    def _rising(self, node: NodeRule, path: Path) -> Iterator[Finding]:
        limits: Sequence[Fraction | None]
        if node["method"] == "interpolate":
            # in any order, as the engine sorts them; two at one place say two things
            known = [value for knot in node["knots"] if (value := fraction(knot[0])) is not None]
            key, limits = "knots", known if len(set(known)) < len(known) else sorted(known)
        else:
            key, limits = "bands", [fraction(band["to"]) for band in node["bands"] if "to" in band]
            for number, band in enumerate(node["bands"][:-1], 1):
                if "to" not in band:
                    reason = _("第 {n} 档没有上限,后面的各档都到不了", n=number)
                    here = (*path, "bands", f"#{number}")
                    yield self.linter.finding("error", "unreachable_band", here, reason, _("请写 to"))
        for number, (a, b) in enumerate(pairwise(limits), 2):
            if a is not None and b is not None and a >= b:
                here = (*path, key, f"#{number}")
                reason = _("第 {n} 个界限不高于前一个", n=number)
                yield self.linter.finding("error", "band_order", here, reason, _("请按由低到高排列"))

    def _interval(self, node: NodeRule, path: Path) -> Iterator[Finding]:
        names = [key for key in ("outer_lo", "lo", "hi", "outer_hi") if key in node.keys]
        limits = [(key, fraction(node[key])) for key in names]
        for (a, low), (b, high) in pairwise(limits):
            touching = {a, b} != {"lo", "hi"} and low == high
            if low is not None and high is not None and (low > high or touching):
                reason, remedy = _("{b} 应高于 {a}", a=a, b=b), _("请核对上下限")
                if low == high:
                    outer = a if a == "outer_lo" else b
                    remedy = _("一出界就不得分的,请删去 {outer}", outer=outer)
                yield self.linter.finding("error", "band_order", (*path, b), reason, remedy)

    def _table(self, node: NodeRule, path: Path) -> Iterator[Finding]:
        first, last = len(node.get("table") or ()), len(node.get("from_end") or ())
        if not first and not last:
            yield self.linter.finding(
                "error", "missing_key", path, _("没有写 table 或 from_end"), _("请补上")
            )
        if first and last:
            reason = _(
                "单位少于 {n} 个时,前 {a} 名与后 {b} 名会重叠,按名次从前数", n=first + last, a=first, b=last
            )
            here = (*path, "from_end")
            yield self.linter.finding("warning", "tables_meet", here, reason, _("请核对各类单位的个数"))


def _given_otherwise(row: Mapping[str, Any], rule: Mapping[str, Any], paper: PaperRule) -> bool:
    """Whether a grade is given without its limits: from the last rank, by a veto, a shift or a promotion."""
    grade = row.get("grade")
    vetoes = [*paper.table("vetoes").values()]
    lowered = any(
        veto.keys() & {"down", "bars"} or grade in (veto.get("grade"), veto.get("at_most")) for veto in vetoes
    )
    promoted = any(grade == promotion.get("to") for promotion in rule.get("promote") or [])
    return "least" in row or lowered or promoted or bool(rule.get("shift"))


def _band(row: Mapping[str, Any], number: int) -> Band | None:
    """A band of numbers; ``None`` where a limit is no number."""
    ends: dict[str, End] = {}
    for key, beyond in (("from", 0), ("above", 1), ("below", 0), ("to", 1)):
        if key in row:
            limit = fraction(row[key])
            if limit is None:
                return None
            ends[key] = (limit, beyond)
    lows = [ends[key] for key in ("from", "above") if key in ends]
    highs = [ends[key] for key in ("below", "to") if key in ends]
    return Band(max(lows, default=None), min(highs, default=None), number)


def _left(band: Band, before: Sequence[Band]) -> bool:
    """Whether the earlier bands leave something of it."""
    pieces = [band]
    for other in before:
        pieces = [piece for whole in pieces for piece in _without(whole, other)]
    return bool(pieces)


def _without(band: Band, other: Band) -> Iterator[Band]:
    if not band.overlaps(other):
        yield band
        return
    if other.low is not None and not (below := Band(band.low, other.low, band.number)).empty:
        yield below
    if other.high is not None and not (above := Band(other.high, band.high, band.number)).empty:
        yield above


def _claimed(band: Band, before: Sequence[Band]) -> Band | None:
    """An earlier band whose inside one of this band's own limits lies in: the author meant them apart."""
    for other in before:
        high, low = band.high, band.low
        ends = high is not None and _above(high, other.low) and (other.high is None or high <= other.high)
        begins = low is not None and _below(low, other.high) and (other.low is None or low >= other.low)
        if band.overlaps(other) and (ends or begins):
            return other
    return None


def _above(end: End, low: End | None) -> bool:
    return low is None or end > low


def _below(end: End, high: End | None) -> bool:
    return high is None or end < high


def _reached(low: End | None, high: End | None, decimals: int) -> bool:
    """Whether a value of so many decimals lies between: none of one decimal is above 9.9 and below 10."""
    if low is None or high is None:
        return True
    step = Fraction(1, 10**decimals)
    first = -(-low[0] // step) * step
    if low[1] and first == low[0]:
        first += step
    return first < high[0] or (first == high[0] and bool(high[1]))


def _holes(bands: Sequence[Band]) -> Iterator[tuple[End | None, End | None]]:
    """Where no band is, from below upwards."""
    if not bands:
        return
    free: list[Band] = [Band(None, None, 0)]
    for band in bands:
        free = [piece for whole in free for piece in _without(whole, band)]
    for piece in sorted(free, key=lambda b: (b.low is not None, b.low or (Fraction(0), 0))):
        yield piece.low, piece.high


def _between(low: End | None, high: End | None) -> str:
    if low is None and high is not None:
        return _("{high} 以下", high=_plain(high[0]))
    if high is None and low is not None:
        return _("{low} 以上", low=_plain(low[0]))
    assert low is not None
    assert high is not None
    if low[0] == high[0]:
        return _("正好 {low}", low=_plain(low[0]))
    return _("{low} 与 {high} 之间", low=_plain(low[0]), high=_plain(high[0]))


def _plain(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else str(float(value))
