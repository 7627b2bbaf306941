"""Bonuses, deductions and vetoes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from . import periods
from .checks import Refused
from .evaluate import Place, evaluate, number
from .expressions import tree_of
from .inputs import Claim, day_of
from .numbers import Gap, worst

ZERO = Fraction(0)


@dataclass
class Entry:
    """An entry with the points it is worth."""

    points: Fraction
    claim: Claim


def value(raw: object, place: Place) -> Fraction:
    """A number of the scheme."""
    found = number(tree_of(raw), place)
    assert isinstance(found, Fraction)
    return found


def claims(place: Place, code: str) -> list[Claim]:
    """The unit's entries of a period; an entry without one is the paper's own period's."""
    world = place.world
    return [
        c
        for c in world.inputs.claims.get((place.unit, code), [])
        if (c.period or place.paper.period) == place.period
    ]


def amount(place: Place, keys: dict[str, Any], code: str) -> Fraction | Gap:
    """What an adjustment comes to for a unit, within its caps."""
    caps = keys.get("most", {})
    if not isinstance(caps, dict):
        caps = {"unit": caps}
    if "formula" in keys:
        total = number(tree_of(keys["formula"]), place)
        if isinstance(total, Gap):
            return total
        return min(total, value(caps["unit"], place)) if "unit" in caps else total
    worths = [Entry(worth(claim, keys, place), claim) for claim in claims(place, code)]
    entries = [entry for entry in worths if counts(entry.claim, keys)]
    if not entries:
        return ZERO
    if gap := worst(*(number(tree_of(cap), place) for cap in caps.values())):
        return gap
    if "entry" in caps:
        for entry in entries:
            entry.points = min(entry.points, value(caps["entry"], place))
    entries = highest(entries, keys.get("highest_only", {}))
    for kind in ("matter", "category"):
        if kind in caps:
            entries = together(entries, kind, value(caps[kind], place))
    total = sum((entry.points for entry in entries), ZERO)
    return min(total, value(caps["unit"], place)) if "unit" in caps else total


def together(entries: list[Entry], kind: str, most: Fraction) -> list[Entry]:
    """Entries of one matter or category as one, within its cap."""
    sums = [(sum((e.points for e in alike), ZERO), alike[0].claim) for alike in gathered(entries, kind)]
    return [Entry(min(points, most), claim) for points, claim in sums]


def highest(entries: list[Entry], only: str | dict[str, int]) -> list[Entry]:
    """The best entry of each matter (category), or the best n of each and of the unit's."""
    counts = {only: 1} if isinstance(only, str) else only
    for field in ("matter", "category", "unit"):
        if field in counts:
            alike = [entries] if field == "unit" else gathered(entries, field)
            ranked = [sorted(together, key=lambda entry: entry.points, reverse=True) for together in alike]
            best = {id(entry) for together in ranked for entry in together[: counts[field]]}
            entries = [entry for entry in entries if id(entry) in best]
    return entries


def worth(claim: Claim, keys: dict[str, Any], place: Place) -> Fraction:
    """The points written in an entry, else those of its level."""
    if claim.points is not None:
        return claim.points
    if claim.level not in keys.get("levels", {}):
        raise Refused(f"neither points nor a known level: {claim}")
    return value(keys["levels"][claim.level], place)


def counts(claim: Claim, keys: dict[str, Any]) -> bool:
    """Whether an entry falls into the window."""
    window = keys.get("window")
    if window is None:
        return True
    if claim.day is None:
        raise Refused("an entry without a date, where dates decide")
    first, last = day_of(str(window.get("from", ""))), day_of(str(window.get("to", "")))
    return (first is None or claim.day >= first) and (last is None or claim.day <= last)


def gathered(entries: list[Entry], field: str) -> list[list[Entry]]:
    """Entries of one matter or category together; one without stands alone."""
    out: dict[object, list[Entry]] = {}
    for k, entry in enumerate(entries):
        name = getattr(entry.claim, field)
        out.setdefault(name or k, []).append(entry)
    return list(out.values())


def scopes(veto: dict[str, Any]) -> list[str]:
    """Whom a veto strikes: the unit, its leaders, or both."""
    scope = veto.get("scope", "unit")
    return [scope] if isinstance(scope, str) else list(scope)


def veto_holds(place: Place, code: str, keys: dict[str, Any]) -> bool:
    """Whether a veto was reported or its condition held, this year or in a year it still reaches from."""
    for years in range(int(keys.get("for_years", 1))):
        then = replace(place, period=periods.shifted(place.period, -12 * years))
        if "when" in keys and evaluate(tree_of(keys["when"]), then) is True:
            return True
        if reported(then, code, years):
            return True
    return False


def reported(place: Place, code: str, years: int) -> bool:
    """Whether there is an entry of the period; of an earlier year, of any part of it."""
    if claims(place, code):
        return True
    entries = place.world.inputs.claims.get((place.unit, code), []) if years else []
    return any(c.period and periods.contains(place.period, c.period) for c in entries)
