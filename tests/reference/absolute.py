"""Methods that look at the unit alone: targets, steps, cases, parts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from .asked import Asked, Short, divided, sure
from .evaluate import as_number, evaluate, number
from .expressions import tree_of
from .numbers import MISSING, NA, UNDEFINED, Gap, ceil, floor, worst

LIMITS = ("from", "above", "to", "below")


def given(m: Asked) -> Fraction:
    x = m.x()
    full = m.place.world.full(m.place)
    if full is not None and not 0 <= x <= sure(full):
        raise Short(MISSING)
    return x


def zero_target(m: Asked, x: Fraction) -> Fraction:
    """What a target of zero gives."""
    rule = m.word("target_zero")
    if rule == "full_if_zero":
        return m.w if x == 0 else Fraction(0)
    if rule == "full":
        return m.w
    if rule == "zero":
        return Fraction(0)
    raise Short(NA if rule == "not_applicable" else UNDEFINED)


def stepped(steps: str, distance: Fraction) -> Fraction:
    """Whole steps, begun steps, or exact, alike on both sides of zero."""
    size = abs(distance)
    size = {"up": ceil, "whole": floor}.get(steps, lambda v: v)(size)
    return -size if distance < 0 else size


def completion(m: Asked) -> Fraction:
    x, target = m.x(), m.own("target")
    if target == 0:
        return zero_target(m, x)
    rate = m.rated(x / target)
    if m.has("least") and rate < m.value("least"):
        return Fraction(0)
    points = m.w * max(Fraction(0), min(Fraction(1), rate))
    over = m.keys.get("over")
    if over is not None and rate > 1:
        each = sure(number(tree_of(over["each"]), m.place))
        extra = m.points(over["add"]) * stepped(over.get("steps", "exact"), (rate - 1) / each)
        points += min(extra, m.points(over["most"])) if "most" in over else extra
    return points


def met(m: Asked) -> Fraction:
    x, target = m.x(), m.own("target")
    sign = m.word("is", "<=" if m.down else ">=")
    holds = {">=": x >= target, "<=": x <= target, ">": x > target, "<": x < target, "=": x == target}[sign]
    return m.w if holds else Fraction(0)


def shortfall(m: Asked) -> Fraction:
    x, target = m.x(), m.own("target")
    distance = max(Fraction(0), x - target if m.down else target - x)
    return m.w - m.points(m.keys["deduct"]) * stepped(m.word("steps", "exact"), distance / m.value("each"))


def around(m: Asked) -> Fraction:
    x, target = m.x(), m.own("target")
    distance = (target - x if m.down else x - target) / m.value("each")
    at_target = m.w * m.value("at_target", "100%")
    return at_target + m.points(m.keys["rate"]) * stepped(m.word("steps", "exact"), distance)


def control(m: Asked) -> Fraction:
    x, target = m.x(), m.own("target")
    return zero_target(m, x) if target == 0 else m.w * (2 - m.rated(x / target))


def between(m: Asked) -> Fraction:
    x, base, target = m.x(), m.own("base"), m.own("target")
    return m.w * m.rated(divided(x - base, target - base))


def interpolate(m: Asked) -> Fraction:
    x = m.x()
    knots = sorted((sure(number(tree_of(at), m.place)), m.points(gives)) for at, gives in m.keys["knots"])
    if m.word("beyond", "hold") == "hold":
        x = max(knots[0][0], min(knots[-1][0], x))
    k = 0
    while k < len(knots) - 2 and x > knots[k + 1][0]:
        k += 1
    (x0, y0), (x1, y1) = knots[k], knots[k + 1]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def bands(m: Asked) -> Fraction:
    x = m.x()
    listed = m.keys["bands"]
    for k, band in enumerate(listed):
        edges = {key: m.place.world.limit(band[key], m.place) for key in LIMITS if key in band}
        if not in_band(x, edges):
            continue
        before = listed[k - 1] if k else {}
        low = band.get("from", band.get("above", before.get("to", before.get("below"))))
        high = band.get("to", band.get("below", before.get("from", before.get("above"))))
        local = dict(m.place.local or {})
        for word, raw in (("lo", low), ("hi", high)):
            if raw is not None:
                local[word] = (tree_of(raw), m.place.local)
        return m.points(band["gives"], replace(m.place, local=local))
    if "else" not in m.keys:
        raise Short(MISSING)
    return m.points(m.keys["else"])


def in_band(x: Fraction, edges: dict[str, Fraction]) -> bool:
    """Whether a number lies within the edges that are given."""
    return (
        ("from" not in edges or x >= edges["from"])
        and ("above" not in edges or x > edges["above"])
        and ("to" not in edges or x <= edges["to"])
        and ("below" not in edges or x < edges["below"])
    )


def progressive(m: Asked) -> Fraction:
    x = m.x()
    points = m.points(m.keys.get("start", 0))
    if x < 0 and not m.keys.get("symmetric", False):
        return points
    size, low, added = abs(x), Fraction(0), Fraction(0)
    for band in m.keys["bands"]:
        high = sure(number(tree_of(band["to"]), m.place)) if "to" in band else None
        width = max(Fraction(0), (size if high is None else min(size, high)) - low)
        each = sure(number(tree_of(band.get("each", 1)), m.place))
        added += width / each * m.points(band["rate"])
        low = high if high is not None else low
    return points - added if x < 0 else points + added


def interval(m: Asked) -> Fraction:
    x, lo, hi = m.x(), m.value("lo"), m.value("hi")
    if x < lo:
        outer = m.value("outer_lo", m.keys["lo"])
        return m.w * max(Fraction(0), (x - outer) / (lo - outer)) if outer < lo else Fraction(0)
    if x > hi:
        outer = m.value("outer_hi", m.keys["hi"])
        return m.w * max(Fraction(0), (outer - x) / (outer - hi)) if outer > hi else Fraction(0)
    return m.w


def cases(m: Asked) -> Fraction:
    for case in m.keys["cases"]:
        holds = evaluate(tree_of(case["when"]), m.place)
        if isinstance(holds, Gap):
            raise Short(holds)
        if holds:
            return m.points(case["gives"])
    if "else" not in m.keys:
        raise Short(MISSING)
    return m.points(m.keys["else"])


def per_parts(m: Asked) -> Fraction:
    """`sum(per_s * x_s)`, or `per * x` of a plain figure."""
    per = m.keys["per"]
    if not isinstance(per, dict):
        return m.points(per) * m.x()
    values = {part: m.part(part) for part in per}
    gap = worst(*values.values())
    if gap is not None:
        raise Short(gap)
    return sum((m.points(rate) * as_number(values[part]) for part, rate in per.items()), Fraction(0))


def deduct(m: Asked) -> Fraction:
    """`w - sum(per_s * x_s)`; without full marks nothing is there to lose from, so it counts below zero."""
    return (m.w if m.place.world.full(m.place) is not None else Fraction(0)) - per_parts(m)


def count(m: Asked) -> Fraction:
    first = m.keys.get("first")
    if first is not None:
        x, quota = m.x(), sure(number(tree_of(first["count"]), m.place))
        beyond = max(Fraction(0), x - quota) * m.points(m.keys.get("then", 0))
        points = min(x, quota) * m.points(first["each"]) + beyond
    else:
        points = per_parts(m)
    return min(points, m.points(m.keys["most"])) if m.has("most") else points


def status(m: Asked) -> Fraction:
    coefficients = m.keys["coefficients"]
    values = {part: m.part(part) for part in m.parts("coefficients")}
    if gap := worst(*(values[part] for part in coefficients)):
        raise Short(gap)
    top = sum(
        (sure(number(tree_of(c), m.place)) * as_number(values[part]) for part, c in coefficients.items()),
        Fraction(0),
    )
    whole = sum((as_number(v) for v in values.values() if not isinstance(v, Gap)), Fraction(0))
    return m.w * m.rated(divided(top, whole))


def checklist(m: Asked) -> Fraction:
    values = {part: m.part(part) for part in m.keys["elements"]}
    if gap := worst(*values.values()):
        raise Short(gap)
    held = (raw for part, raw in m.keys["elements"].items() if as_number(values[part]) != 0)
    return sum((m.points(raw) for raw in held), Fraction(0))


def choice(m: Asked) -> Fraction:
    chosen = m.part("choice") if "choice" in m.parts() else m.x_at(m.place)
    if isinstance(chosen, Gap):
        raise Short(chosen)
    if str(chosen) not in m.keys["choices"]:
        raise Short(MISSING)
    gives = m.keys["choices"][str(chosen)]
    if not isinstance(gives, list):
        return m.points(gives)
    low, high = sorted(m.points(bound) for bound in gives)
    score = sure(m.part("score"))
    if not low <= score <= high:
        raise Short(MISSING)
    return score
