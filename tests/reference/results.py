"""Ranks and grades: circles, ties, bands, quotas and their edges, what comes after quotas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from . import bounds, numbers, periods
from .absolute import LIMITS, in_band
from .asked import sure
from .evaluate import Place, evaluate, number
from .expressions import Call, Number, Operation, Tree, node_reference, tree_of
from .numbers import NA, Gap, Value, half_up
from .scheme import Paper

if TYPE_CHECKING:
    from .world import World

LOWEST = (0, Fraction(0))
RANKS = ("rank_from", "rank_to")


@dataclass
class Standing:
    """One unit in one result."""

    unit: str
    place: Place
    total: Fraction | Gap
    apart: bool = False
    rank: Fraction | None = None
    grade: str = ""
    vetoes: list[dict[str, Any]] = field(default_factory=list)


def total_of(world: World, paper: Paper, code: str, unit: str, period: str) -> Fraction | Gap:
    """The points that are ranked, as rounded."""
    reference = node_reference(code)
    node, when = (
        paper.nodes[reference.code],
        world.period(reference.period, Place(world, paper, unit, period)),
    )
    value = world.score(paper, node.code, unit, when)
    decimals = node.get("round", bounds.printed_decimals(Place(world, paper, unit, when, node)))
    if isinstance(value, Gap) or decimals in (None, "none"):
        return value
    return half_up(value, int(decimals))


def standings(world: World, paper: Paper, code: str, period: str) -> dict[str, Standing]:
    """Every unit's rank and grade by a result."""
    result = paper.results.get(code, {})
    totals = paper.totals(world.scheme.periods)
    own_total = totals.get(period, totals.get(paper.period, next(iter(totals.values()))))
    by = result.get("by", own_total)
    if period != paper.period and by == totals.get(paper.period):
        by = own_total
    within = result.get("within", [])
    within = [within] if isinstance(within, str) else within
    circles: dict[tuple[Value, ...], list[Standing]] = {}
    for unit in world.units(paper):
        place = Place(world, paper, unit, period)
        if "if" in result and evaluate(tree_of(result["if"]), place) is not True:
            continue
        one = Standing(unit, place, total_of(world, paper, by, unit, period))
        if one.total is NA:
            continue
        one.apart = "apart" in result and truth(evaluate(tree_of(result["apart"]), place))
        one.vetoes = world.strikes(place)
        circles.setdefault(tuple(world.attribute(place, name) for name in within), []).append(one)
    circles = dict(sorted(circles.items(), key=lambda pair: [written(value) for value in pair[0]]))
    for circle in circles.values():
        rank(circle, result)
    if periods.alike(period, paper.period) and "bands" in result:
        quotas = pooled(list(circles.values()), result)
        for k, circle in enumerate(circles.values()):
            grade(circle, result, quotas[k])
    return {one.unit: one for circle in circles.values() for one in circle}


def truth(value: Value) -> bool:
    """Whether a condition or a 1 in groups.csv holds."""
    return value is True or (isinstance(value, Fraction) and value != 0)


def chain(one: Standing, names: list[str]) -> tuple[tuple[int, Fraction], ...]:
    """What decides between equal totals, in order; a gap comes last."""
    out = []
    for text in names:
        reference = (
            node_reference(text)
            if text.replace("@", "").replace("/", "").replace("_", "").isalnum()
            else None
        )
        world, paper = one.place.world, one.place.paper
        value: Value
        if reference is not None and reference.paper is None and reference.code in paper.adjustments:
            value = world.adjustment(paper, reference.code, one.unit, one.place.period)
        elif reference is not None and (reference.paper or reference.code in paper.nodes):
            other = world.scheme.papers[reference.paper] if reference.paper else paper
            period = world.period(reference.period, one.place)
            value = world.score(other, reference.code, one.unit, period)
        else:
            value = number(tree_of(text), one.place)
        out.append((1, value) if isinstance(value, Fraction) else LOWEST)
    return tuple(out)


def rank(circle: list[Standing], result: dict[str, Any]) -> None:
    """Ranks of those who have a total and are not listed apart."""
    names = listed(result.get("break", []))
    keyed = [(one, (one.total, chain(one, names))) for one in circle if isinstance(one.total, Fraction)]
    keyed = [(one, key) for one, key in keyed if not one.apart]
    ties = result.get("ties", "competition")
    for one, key in keyed:
        better = [other for _, other in keyed if other > key]
        equal = [j for j, (_, other) in enumerate(keyed) if other == key]
        if ties == "dense":
            one.rank = Fraction(len(set(better)) + 1)
        elif ties == "average":
            one.rank = len(better) + Fraction(len(equal) + 1, 2)
        elif ties == "ordinal":
            one.rank = Fraction(len(better) + 1 + sum(1 for j in equal if keyed[j][0].unit < one.unit))
        else:
            one.rank = Fraction(len(better) + 1)


def listed(raw: Any) -> list[str]:
    return [raw] if isinstance(raw, str) else list(raw)


def holds(one: Standing, band: dict[str, Any], result: dict[str, Any]) -> bool:
    """Whether a unit meets a band's own conditions: limits, `if`, ranks."""
    if not isinstance(one.total, Fraction):
        return False
    total, first = one.total, band.get("round_first", result.get("round_first"))
    if first is not None:
        total = half_up(total, int(first))
    said = {key: number(tree_of(band[key]), one.place) for key in LIMITS if key in band}
    edges = {key: edge for key, edge in said.items() if isinstance(edge, Fraction)}
    if len(edges) < len(said) or not in_band(total, edges):
        return False
    if "if" in band and evaluate(tree_of(band["if"]), one.place) is not True:
        return False
    for key in RANKS:
        if key in band:
            line = number(tree_of(band[key]), one.place)
            if one.rank is None or isinstance(line, Gap):
                return False
            if one.rank < line if key == "rank_from" else one.rank > line:
                return False
    return True


def barred(one: Standing, grades: list[str], grade: str) -> bool:
    """Whether a veto keeps a unit from a grade."""
    for veto in one.vetoes:
        if grade in veto.get("bars", []):
            return True
        if veto.get("at_most") in grades and grades.index(grade) < grades.index(veto["at_most"]):
            return True
        if veto.get("grade") in grades and grade != veto["grade"]:
            return True
    return False


def rounded(value: Fraction, band: dict[str, Any]) -> int:
    """A quota as whole places."""
    way = band.get("round", "down")
    whole = {"down": numbers.floor, "up": numbers.ceil}.get(way, lambda v: half_up(v, 0))(value)
    return max(int(whole), 1) if band.get("at_least_one") else int(whole)


def exact_quota(circle: list[Standing], band: dict[str, Any], eligible: int) -> Fraction:
    """A quota before rounding."""
    size = sum(1 for one in circle if not one.apart)
    if band.get("of") == "eligible":
        size = eligible
    counted = [one for one in circle if not one.apart]
    if not counted:
        return Fraction(0)
    tree = tree_of(band["most"])
    value = number(tree, min(counted, key=lambda one: one.unit).place)
    if isinstance(value, Gap):  # said by nobody, so that there are none
        return Fraction(0)
    return value * size if is_share(tree, circle[0].place) else value


def is_share(tree: Tree, place: Place) -> bool:
    """Whether a quota is a share: a percentage, what numbers make of one, a choice among or sum of such."""
    if isinstance(tree, Number):
        return tree.percent or tree.value == 0
    written = list(leaves(tree))
    if all(isinstance(leaf, Number) for leaf in written):
        value = number(tree, place)
        below_one = isinstance(value, Fraction) and 0 <= value < 1
        return below_one or any(isinstance(leaf, Number) and leaf.percent for leaf in written)
    if isinstance(tree, Operation):
        return tree.sign in ("+", "-", "*", "minus") and all(is_share(one, place) for one in tree.operands)
    if isinstance(tree, Call) and tree.path in (("if",), ("at",)):
        return all(is_share(one, place) for one in tree.arguments[1:])
    chosen = isinstance(tree, Call) and tree.path in (("min",), ("max",), ("clamp",), ("otherwise",))
    return chosen and all(is_share(one, place) for one in tree.arguments)


def leaves(tree: Tree) -> Iterator[Tree]:
    """What arithmetic is made of."""
    if isinstance(tree, Operation):
        for operand in tree.operands:
            yield from leaves(operand)
    else:
        yield tree


def written(value: Value) -> str:
    """An attribute as groups.csv has it."""
    return numbers.plain(value) if isinstance(value, Fraction) else str(value)


def eligible(one: Standing, band: dict[str, Any], result: dict[str, Any]) -> bool:
    """Whether a unit could have a grade: it meets the band, and no veto bars it."""
    grades = [other["grade"] for other in result["bands"]]
    return not one.apart and holds(one, band, result) and not barred(one, grades, band["grade"])


def pooled(circles: list[list[Standing]], result: dict[str, Any]) -> list[dict[int, int]]:
    """With `pool` the circles' quotas are summed, rounded once and shared out by largest remainder."""
    out: list[dict[int, int]] = [{} for _ in circles]
    if not result.get("pool"):
        return out
    for k, band in enumerate(result["bands"]):
        if "most" not in band:
            continue
        shares = [exact_quota(c, band, sum(1 for one in c if eligible(one, band, result))) for c in circles]
        places = numbers.largest_remainder(shares, rounded(sum(shares, Fraction(0)), band))
        for j, number_of in enumerate(places):
            out[j][k] = number_of
    return out


def grade(circle: list[Standing], result: dict[str, Any], pool: dict[int, int]) -> None:
    """Bands from the best down, quotas with their edge, then vetoes, shifts and promotions."""
    bands: list[dict[str, Any]] = result["bands"]
    grades = [band["grade"] for band in bands]
    edge = result.get("edge", {})
    given = 0
    for k in reversed(range(len(bands))):
        if "least" in bands[k]:
            from_below(circle, result, k)
    for k, band in enumerate(bands):
        able = [
            one
            for one in circle
            if not one.grade and holds(one, band, result) and not barred(one, grades, band["grade"])
        ]
        if "most" in band:
            places = pool.get(k)
            if places is None:
                size = sum(1 for one in circle if eligible(one, band, result))
                places = rounded(exact_quota(circle, band, size), band)
            if band.get("with_above"):
                places = max(0, places - given)
            able = chosen(
                [one for one in able if not one.apart], places, edge, listed(result.get("break", []))
            )
        for one in able:
            one.grade = band["grade"]
        given += sum(1 for one in able if not one.apart)
    for one in circle:
        if isinstance(one.total, Fraction):
            after(one, result, grades)


def chosen(
    able: list[Standing],
    places: int,
    edge: dict[str, Any],
    tie_break: list[str],
    *,
    from_below: bool = False,
) -> list[Standing]:
    """The best (or the last) so many; a tie across the line is settled by the edge's chain."""
    names = tie_break + listed(edge.get("by", []))

    def key(one: Standing) -> tuple[Fraction, Any]:
        return sure(one.total), chain(one, names)

    able = sorted(able, key=key, reverse=not from_below)
    if len(able) <= places:
        return able
    if places <= 0:
        return []
    line = key(able[places - 1])
    tied = [one for one in able if key(one) == line]
    inside = [one for one in able[:places] if key(one) != line]
    if key(able[places]) != line or edge.get("still_tied", "none") == "all":
        return inside + [one for one in tied if one not in inside]
    return inside


def from_below(circle: list[Standing], result: dict[str, Any], k: int) -> None:
    """A grade that at least so many must have, taken from the last rank upwards."""
    bands: list[dict[str, Any]] = result["bands"]
    band, grades = bands[k], [band["grade"] for band in bands]
    ranked = [one for one in circle if isinstance(one.total, Fraction) and not one.apart]
    places = rounded(exact_quota(circle, {**band, "most": band["least"]}, len(ranked)), band)
    open_to = [
        one for one in ranked if not one.grade and not any(veto.get("grade") in grades for veto in one.vetoes)
    ]
    edge, names = result.get("edge", {}), listed(result.get("break", []))
    for one in chosen(open_to, places, edge, names, from_below=True):
        one.grade = band["grade"]


def after(one: Standing, result: dict[str, Any], grades: list[str]) -> None:
    """What comes after quotas."""
    if not one.grade:
        return
    place = one.place
    position = grades.index(one.grade)
    for veto in one.vetoes:
        position += int(veto.get("down", 0))
    for rule in result.get("shift", []):
        if evaluate(tree_of(rule["when"]), place) is True:
            position -= int(sure(number(tree_of(rule["by"]), place)))
    position = past_the_barred(one, grades, max(0, min(len(grades) - 1, position)))
    for rule in result.get("promote", []):
        if evaluate(tree_of(rule["when"]), place) is True:
            position = min(position, past_the_barred(one, grades, grades.index(rule["to"])))
    one.grade = grades[position]
    for veto in one.vetoes:
        if veto.get("grade") in grades and not barred(one, grades, veto["grade"]):
            one.grade = veto["grade"]


def past_the_barred(one: Standing, grades: list[str], position: int) -> int:
    """The first grade from *position* on that no veto keeps from the unit."""
    while position < len(grades) - 1 and barred(one, grades, grades[position]):
        position += 1
    return position
