"""What is looked at before anything is scored: checks of what came in, limits on who carries a bonus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from . import numbers
from .evaluate import Place, evaluate, number
from .expressions import Name, Number, tree_of
from .numbers import MISSING
from .scheme import Paper

if TYPE_CHECKING:
    from .world import World

Struck = tuple[str, str, str, str]  # unit, figure, part, period; "*" for every figure or part


class Refused(Exception):
    """The scheme says that nothing may be scored."""


def away(struck: set[Struck], unit: str, code: str, part: str, period: str) -> bool:
    """Whether a value is among those struck out."""
    wanted = ((code, part), (code, "*"), ("*", "*"))
    return bool(struck) and any((unit, figure, one, period) in struck for figure, one in wanted)


def strike(world: World) -> set[Struck]:
    """Ask every check; what is void is struck out, what is refused ends the run."""
    struck: set[Struck] = set()
    for code, check in world.scheme.checks.items():
        for paper in world.scheme.papers.values():
            if check.get("paper", paper.code) != paper.code:
                continue
            for unit in world.units(paper):
                for place, value in asked(world, check, Place(world, paper, unit, paper.period)):
                    if evaluate(tree_of(check["when"]), place) is not True:
                        continue
                    if check.get("then") == "refuse":
                        raise Refused(f"{code}: {value}")
                    if check.get("then") == "void":
                        struck.add(value)
    return struck


def asked(world: World, check: dict[str, Any], place: Place) -> Iterator[tuple[Place, Struck]]:
    """Where a check looks, and what it would strike out there."""
    place = replace(place, handed_in=True, local={})
    if "figure" not in check:
        period = world.asked or place.paper.period
        yield replace(place, period=period), (place.unit, "*", "*", period)
        return
    code = check["figure"]
    there: dict[str, list[str]] = {}
    for (unit, figure, period, part), value in world.inputs.figures.items():
        if (unit, figure) == (place.unit, code) and value is not MISSING:
            there.setdefault(period or world.undated(place.paper), []).append(part)
    for period, parts in there.items():
        for part in parts if check.get("each") == "part" else ["*"]:
            it = Name((code,) if part in ("", "*") else (code, part))
            yield (
                replace(place, period=period, local={"it": (it, None)}),
                (place.unit, code, part, period),
            )


def carriers(world: World, paper: Paper, code: str, period: str) -> int:
    """How many units carry an adjustment."""
    return sum(1 for unit in world.units(paper) if above_zero(world, paper, code, unit, period))


def above_zero(world: World, paper: Paper, code: str, unit: str, period: str) -> bool:
    amount = world.claimed(paper, code, unit, period)
    return isinstance(amount, Fraction) and amount > 0


def beyond(world: World, paper: Paper, code: str, period: str) -> str:
    """What follows where more units carry an adjustment than may, or too few carry another; else nothing."""
    limits = paper.adjustments[code].get("limits")
    if limits is None or not carriers(world, paper, code, period):
        return ""
    size = len(world.units(paper))
    place = Place(world, paper, "", period)

    def so_many(raw: object) -> Fraction:
        tree = tree_of(raw)
        value = number(tree, place)
        assert isinstance(value, Fraction)
        share = (isinstance(tree, Number) and tree.percent) or value.denominator > 1
        return value * size if share else value

    broken = any(
        carriers(world, paper, other, period) <= so_many(least)
        for other, least in limits.get("needs", {}).items()
    )
    if "most" in limits:
        broken |= carriers(world, paper, code, period) > numbers.floor(so_many(limits["most"]))
    return str(limits.get("then", "refuse")) if broken else ""
