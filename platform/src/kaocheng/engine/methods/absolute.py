"""Methods that compare a unit with its own target, base or bounds (绝对计分)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kaocheng.engine.methods import Keys

LACKING = "_missing"  # names of the states, which no scheme can write


def given(keys: Keys) -> str:
    """Points handed in by whoever scores."""
    return "x"


def imported(keys: Keys) -> str:
    """The score, rank or grade in another sheet as it stands there; a rate of full marks (引用)."""
    return "full * x" if keys.word("as", "score") == "rate" and keys.given.get("full") is not None else "x"


def convert(keys: Keys) -> str:
    """w·x / out_of (折算)."""
    return f"full * {rate(keys, 'x / out_of')}"


def completion(keys: Keys) -> str:
    """w·min(x / target, 1); below *least* nothing; above the target a bonus by steps (完成率)."""
    done = rate(keys, "x / target")
    text = f"full * clamp({done}, 0, 1)"
    if "over" in keys:
        over = keys.table("over")
        beyond = steps(f"({done} - 1) / ({over['each']})", str(over.get("steps", "exact")))
        bonus = f"({points(over['add'])}) * {beyond}"
        if "most" in over:
            bonus = f"min({bonus}, {points(over['most'])})"
        text += f" + if({done} > 1, {bonus}, 0)"
    if "least" in keys:
        text = f"if({done} < least, 0, {text})"
    return _zero_target(keys, text)


def met(keys: Keys) -> str:
    """w where x meets the target, nothing elsewhere (达标)."""
    return f"if(x {keys.word('is', '<=' if keys.down else '>=')} target, full, 0)"


def ratio(keys: Keys) -> str:
    """w·x / to."""
    return f"full * {rate(keys, 'x / to')}"


def shortfall(keys: Keys) -> str:
    """w − deduct · distance short of the target / each (每差扣分)."""
    distance = "max(0, x - target)" if keys.down else "max(0, target - x)"
    return f"full - deduct * {steps(f'{distance} / each', keys.word('steps', 'exact'))}"


def around(keys: Keys) -> str:
    """w·at_target + rate · distance from the target / each, alike on both sides (基准起算)."""
    distance = "(target - x)" if keys.down else "(x - target)"
    kind = keys.word("steps", "exact")
    if kind == "exact":
        return f"full * at_target + rate * {distance} / each"
    size = steps(f"abs({distance}) / each", kind)
    return f"full * at_target + rate * if({distance} < 0, -1, 1) * {size}"


def control(keys: Keys) -> str:
    """w·(2 − x / target): full at or below the target, nothing at twice (控制型)."""
    return _zero_target(keys, f"full * (2 - {rate(keys, 'x / target')})")


def inverse(keys: Keys) -> str:
    """w·target / x."""
    return f"full * {rate(keys, 'target / x')}"


def between(keys: Keys) -> str:
    """w·(x − base) / (target − base)."""
    return f"full * {rate(keys, '(x - base) / (target - base)')}"


def interpolate(keys: Keys) -> str:
    """Straight lines through the knots; held or extended beyond them."""
    knots = [(str(k), points(g)) for k, g in _ascending(keys.table("knots"))]
    lines = [f"{ga} + (x - ({a})) * ({gb} - {ga}) / (({b}) - ({a}))" for (a, ga), (b, gb) in pairwise(knots)]
    hold = keys.word("beyond", "hold") == "hold"
    text = knots[-1][1] if hold or not lines else lines[-1]
    for (b, _g), line in reversed(list(zip(knots[1:], lines, strict=True))):
        text = f"if(x <= {b}, {line}, {text})"
    return f"if(x <= {knots[0][0]}, {knots[0][1]}, {text})" if hold else text


def _ascending(knots: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Knots from the lowest up, in whatever order they are written; expressions as they stand."""
    try:
        return sorted(knots, key=lambda knot: Fraction(str(knot[0])))
    except ValueError:
        return list(knots)


def bands(keys: Keys) -> str:
    """The first band that holds; *gives* may use the band's ``lo`` and ``hi`` (分段计分)."""
    table: list[Mapping[str, Any]] = list(keys.table("bands"))
    text = "else" if "else" in keys else LACKING
    for i in range(len(table) - 1, -1, -1):
        lo, hi = bounds(table, i)
        gives = inside(points(table[i]["gives"]), {"lo": lo, "hi": hi})
        text = f"if({_within(table[i])}, {gives}, {text})"
    return text


def progressive(keys: Keys) -> str:
    """start + the width inside each band × its rate, added up (累进计分)."""
    size = "abs(x)" if keys.word("symmetric", "false").lower() == "true" else "max(0, x)"
    terms, lower = [], "0"
    for band in keys.table("bands"):
        upper = f"min({size}, {band['to']})" if "to" in band else size
        terms.append(f"max(0, {upper} - ({lower})) / ({band.get('each', 1)}) * {points(band['rate'])}")
        lower = str(band.get("to", lower))
    added = " + ".join(terms) or "0"
    if size == "abs(x)":
        added = f"if(x < 0, -1, 1) * ({added})"
    return f"{'start' if 'start' in keys else '0'} + {added}"


def interval(keys: Keys) -> str:
    """w inside [lo, hi], falling in a straight line to nothing at the outer bounds (区间最优)."""
    below = "full * max(0, x - outer_lo) / (lo - outer_lo)" if "outer_lo" in keys else "0"
    above = "full * max(0, outer_hi - x) / (outer_hi - hi)" if "outer_hi" in keys else "0"
    return f"if(x < lo, {below}, if(x > hi, {above}, full))"


def cases(keys: Keys) -> str:
    """The first case whose condition holds (分情形)."""
    text = "else" if "else" in keys else LACKING
    for case in reversed(list(keys.table("cases"))):
        text = f"if({case['when']}, {points(case['gives'])}, {text})"
    return text


# -- shared wording ------------------------------------------------------------------------------------


def points(written: Any) -> str:
    """Points as an expression: a bare percentage is a share of full marks.

    >>> points("80%"), points("0.3"), points("full / 2")
    ('(full * 80%)', '(0.3)', '(full / 2)')
    """
    text = str(written).strip()
    share = text.endswith("%") and text[:-1].replace(".", "", 1).lstrip("-").isdigit()
    return f"(full * {text})" if share else f"({text})"


def rate(keys: Keys, ratio: str) -> str:
    """A ratio, rounded first where the document rounds it before it is multiplied."""
    return f"round({ratio}, {keys.given['rate_round']})" if "rate_round" in keys else f"({ratio})"


def steps(distance: str, kind: str) -> str:
    """A distance counted exactly, in whole steps, or with a part of a step as a whole one."""
    return {"up": f"ceil({distance})", "whole": f"floor({distance})"}.get(kind, f"({distance})")


def inside(text: str, words: Mapping[str, str | None]) -> str:
    """*text* with some names standing for expressions."""
    for word, meaning in words.items():
        if meaning is not None:
            text = re.sub(rf"(?<![\w.@]){word}(?![\w.(])", f"({meaning})", text)
    return text


def _zero_target(keys: Keys, text: str) -> str:
    if "target_zero" not in keys:
        return text
    gives = {
        "full_if_zero": "if(x = 0, full, 0)",
        "full": "full",
        "zero": "0",
        "not_applicable": "if(is_missing(x), x, _not_applicable)",
    }[keys.word("target_zero", "")]
    return f"if(target = 0, {gives}, {text})"


def _within(band: Mapping[str, Any]) -> str:
    signs = {"from": ">=", "above": ">", "to": "<=", "below": "<"}
    bounds = [f"x {sign} ({band[key]})" for key, sign in signs.items() if key in band]
    return " and ".join(bounds) or "1 = 1"


def bounds(table: list[Mapping[str, Any]], i: int) -> tuple[str | None, str | None]:
    """A band's own bounds, or those its neighbour in the list leaves it."""

    def lower(band: Mapping[str, Any]) -> str | None:
        return str(band["from"]) if "from" in band else str(band["above"]) if "above" in band else None

    def upper(band: Mapping[str, Any]) -> str | None:
        return str(band["to"]) if "to" in band else str(band["below"]) if "below" in band else None

    lo, hi = lower(table[i]), upper(table[i])
    if i and lo is not None and hi is None:
        hi = lower(table[i - 1])
    if i and hi is not None and lo is None:
        lo = upper(table[i - 1])
    return lo, hi
