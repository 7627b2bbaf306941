"""Methods that compare a unit with its peers, and those that count votes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil

from . import periods
from .asked import Asked, Short, X, divided, sure
from .evaluate import as_number, evaluate, number
from .expressions import tree_of
from .numbers import MISSING, NA, UNDEFINED, Gap, power, worst
from .statistics import deviation, position, statistic


def efficacy(m: Asked) -> Fraction:
    x, start = m.x(), m.value("start", 0)
    found = m.group() if not (m.has("lo") and m.has("hi")) else []
    lo = m.value("lo") if m.has("lo") else min(found)
    hi = m.value("hi") if m.has("hi") else max(found)
    if lo == hi:
        equal = m.word("equal", "full")
        return m.w if equal == "full" else m.points(m.keys["equal"])
    if m.down:
        lo, hi = hi, lo
    share = m.rated((x - lo) / (hi - lo))
    if m.keys.get("clamped", False) not in (False, "false"):
        share = max(Fraction(0), min(Fraction(1), share))
    return m.w * (start + (1 - start) * share)


def to_best(m: Asked) -> Fraction:
    x, found = m.x(), m.group()
    best = min(found) if m.down else max(found)
    if best < 0:
        raise Short(UNDEFINED)
    return m.w * m.rated(divided(best, x) if m.down else divided(x, best))


def to_mean(m: Asked) -> Fraction:
    x = m.x()
    which = m.word("mean_of", "group")
    if which in ("group", "others"):
        place = m.place
        members = place.world.group(place, [])
        if which == "others":
            members = [unit for unit in members if unit != place.unit]
        tree = m.x_tree or X
        values = [v for v in place.world.values(tree, place, members) if not isinstance(v, Gap)]
        if not values:
            raise Short(MISSING)
        mean = sum((as_number(v) for v in values), Fraction(0)) / len(values)
    else:
        mean = m.value("mean_of")
    distance = (mean - x if m.down else x - mean) / m.value("each", 1)
    return m.points(m.keys.get("at_mean", 0)) + m.points(m.keys["rate"]) * distance


def rank_line(m: Asked) -> Fraction:
    rank, n = m.rank(), len(m.group())
    first = m.points(m.keys.get("first_gets", "100%"))
    if n == 1:
        return m.points(m.keys["alone"]) if m.has("alone") else first
    return first - (rank - 1) * (first - m.points(m.keys["last_gets"])) / (n - 1)


def rank_table(m: Asked) -> Fraction:
    rank = m.rank()
    table, from_end = m.keys.get("table", []), m.keys.get("from_end", [])
    rest = m.keys.get("rest", 0)
    back = m.position(m.place, up=not m.down)
    for place, row in ((rank, table), (back, from_end)):
        if place < len(row) + 1:
            rows = [*row, rest]
            above, below = rows[int(place) - 1], rows[ceil(place) - 1]
            return (m.points(above) + m.points(below)) / 2
    return m.points(rest)


def rank_gain(m: Asked) -> Fraction:
    place = m.place
    earlier = replace(place, period=periods.last_year(place.period))
    tree = m.x_tree or X
    among = place.world.numbers(tree, earlier, place.world.group(place, []))
    own = sure(evaluate(tree, earlier))
    before = position(own, among, place.unit, m.word("ties", "competition"), up=m.down)
    return m.points(m.keys["rate"]) * (before - m.rank())


def share(m: Asked) -> Fraction:
    x, found = m.x(), m.group()
    whole = sum(found, Fraction(0))
    return m.w * divided(divided(x, whole), max(divided(v, whole) for v in found))


def z(m: Asked) -> Fraction:
    x, found = m.x(), m.group()
    spread = deviation(found, m.word("sd", "sample") == "population")
    distance = divided(x - sum(found, Fraction(0)) / len(found), sure(spread))
    return m.points(m.keys["mean"]) + m.points(m.keys["spread"]) * (-distance if m.down else distance)


def ballots(m: Asked) -> Fraction:
    values, left_out = m.keys["values"], m.keys.get("leave_out", [])
    counted = {part: m.part(part) for part in m.parts("values") if part not in left_out}
    if m.has("turnout"):
        cast = statistic("sum", [m.part(part) for part in m.parts()])
        issued = evaluate(tree_of(m.keys["issued"]), m.place)
        if gap := worst(cast, issued):
            raise Short(gap)
        if divided(sure(cast), sure(issued)) < m.value("turnout"):
            raise Short(MISSING)
    if gap := worst(*counted.values()):
        raise Short(gap)
    top = sum(
        (
            sure(number(tree_of(value), m.place)) * as_number(counted[part])
            for part, value in values.items()
            if part in counted
        ),
        Fraction(0),
    )
    whole = sum((as_number(n) for n in counted.values()), Fraction(0))
    return m.w * m.rated(divided(top, whole))


def counted(m: Asked, raters: list[str], unit: str) -> dict[str, Fraction]:
    """The scores some raters gave a unit, without those left out."""
    place = m.place.at(unit)
    asked = m if unit == m.place.unit else replace(m, place=place)
    scores = {r: asked.part(r) for r in raters}
    there = {r: as_number(v) for r, v in scores.items() if not isinstance(v, Gap)}
    if m.has("leave_out"):
        tree = tree_of(m.keys["leave_out"])
        there = {r: v for r, v in there.items() if evaluate(tree, replace(place, it=v)) is not True}
    return there


def evened(m: Asked, raters: list[str]) -> list[Fraction]:
    """The scores some raters gave the unit, each rater brought to the level of all of them."""
    own, way = counted(m, raters, m.place.unit), m.word("severity", "none")
    if way == "none":
        return list(own.values())
    members = m.place.world.group(m.place, [])
    everything = [counted(m, raters, unit) for unit in members]
    common = [score for scores in everything for score in scores.values()]
    mean = sum(common, Fraction(0)) / len(common) if common else Fraction(0)
    out = []
    for rater, score in own.items():
        given = [scores[rater] for scores in everything if rater in scores]
        level = sum(given, Fraction(0)) / len(given)
        if way == "shift" or len(set(given)) == 1:
            out.append(score + mean - level)
        elif way == "ratio":
            out.append(divided(score * mean, level))
        else:
            ratio = power(variance(common) / variance(given), Fraction(1, 2))
            out.append((score - level) * sure(ratio) + mean)
    return out


def variance(found: list[Fraction]) -> Fraction:
    """Of a sample of more than one."""
    mean = sum(found, Fraction(0)) / len(found)
    return sum(((v - mean) ** 2 for v in found), Fraction(0)) / (len(found) - 1)


def raters(m: Asked) -> Fraction:
    top = weights = Fraction(0)
    for group in m.keys.get("classes", {"": {"of": m.parts(), "weight": 1}}).values():
        found = sorted(evened(m, group["of"]))
        trim = m.keys.get("trim")
        if trim is not None and len(found) > int(trim["above"]):
            each = int(trim.get("each", 1))
            found = found[each : len(found) - each]
        if found:
            weight = sure(number(tree_of(group.get("weight", 1)), m.place))
            top += weight * sum(found, Fraction(0)) / len(found)
            weights += weight
    if weights == 0:
        everyone = [
            r for group in m.keys.get("classes", {"": {"of": m.parts()}}).values() for r in group["of"]
        ]
        world, place = m.place.world, m.place
        asked = [world.figure(place, m.figure(), rater, place.period) for rater in everyone]
        raise Short(NA if all(value is NA for value in asked) else MISSING)
    return top / weights
