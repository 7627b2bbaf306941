"""A second, slow, exact evaluator of the scheme language, written from its description alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .checks import strike
from .inputs import read_inputs
from .output import write
from .periods import alike
from .scheme import read_scheme
from .world import World


def world_of(
    scheme_text: str,
    figures: str,
    *,
    targets: str = "",
    groups: str = "",
    rows: str = "",
    claims: str = "",
    period: str = "",
    sheets: Mapping[str, World] | None = None,
) -> World:
    """A scheme with what was handed in for it, its checks asked."""
    scheme = read_scheme(scheme_text)
    names = {str(keys.get("label", code)): code for code, keys in scheme.figures.items()}
    names.update({code: code for code in scheme.figures})
    inputs = read_inputs(
        names,
        figures=figures,
        targets=targets,
        groups=groups,
        rows=rows,
        claims=claims,
        known_periods=scheme.periods,
        words=scheme.words,
    )
    world = World(scheme, inputs, scheme.periods.get(period, period), sheets)
    world.struck = strike(world)
    return world


def compute(
    scheme_text: str, figures: str, *, paper: str = "", codes: bool = False, **more: Any
) -> dict[str, str]:
    """The standings of every paper (or of one), as CSV texts by the paper's code."""
    world = world_of(scheme_text, figures, **more)
    scheme, found = world.scheme, {}
    for code, one in scheme.papers.items():
        if paper and code != paper:
            continue
        asked = world.asked or one.period
        if asked not in one.totals(scheme.periods) and (
            isinstance(one.keys.get("total"), dict) or not alike(asked, one.period)
        ):
            continue
        found[code] = write(world, one, asked, codes=codes)
    return found
