"""A second, slow, exact evaluator of the scheme language, written from its description alone."""

from __future__ import annotations

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
    world = World(scheme, inputs)
    found = {}
    for code, one in scheme.papers.items():
        if paper and code != paper:
            continue
        asked = scheme.periods.get(period, period) or one.period
        if asked in one.totals(scheme.periods) or (
            not isinstance(one.keys.get("total"), dict) and alike(asked, one.period)
        ):
            found[code] = write(world, one, asked, codes=codes)
    return found
