"""A second, slow, exact evaluator of the scheme language, written from its description alone."""

from __future__ import annotations

from .checks import Refused, beyond, strike
from .inputs import read_inputs
from .output import write
from .periods import alike
from .scheme import read_scheme
from .world import World


def compute(
    scheme_text: str,
    figures: str,
    *,
    targets: str = "",
    groups: str = "",
    rows: str = "",
    claims: str = "",
    period: str = "",
    paper: str = "",
    codes: bool = False,
) -> dict[str, str]:
    """The standings of every paper (or of one), as CSV texts by the paper's code."""
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
    )
    world = World(scheme, inputs, scheme.periods.get(period, period))
    world.struck = strike(world)
    found = {}
    for code, one in scheme.papers.items():
        if paper and code != paper:
            continue
        asked = world.asked or one.period
        if asked not in one.totals(scheme.periods) and (
            isinstance(one.keys.get("total"), dict) or not alike(asked, one.period)
        ):
            continue
        for adjustment in one.adjustments:
            if beyond(world, one, adjustment, asked) == "refuse":
                raise Refused(f"more units carry {adjustment} than may")
        found[code] = write(world, one, asked, codes=codes)
    return found
