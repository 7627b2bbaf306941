"""The kit a pack is written with: frozen values and the platform's questions, and no way to the outside.

A pack receives plain values and returns plain values, so an auditor can read it whole and a tenant can
enable it without a migration. It imports this package and ``kaocheng.engine``, and nothing else of ours.
"""

import pluggy

from kaocheng.packs.values import (
    ArrayMethod,
    Consequence,
    Edition,
    Example,
    Finding,
    Indicator,
    Method,
    Pack,
    Progress,
    ReportedFigure,
    Sentence,
    Signal,
    Standing,
    Template,
    say,
)

hookimpl = pluggy.HookimplMarker("kaocheng")

__all__ = [
    "ArrayMethod",
    "Consequence",
    "Edition",
    "Example",
    "Finding",
    "Indicator",
    "Method",
    "Pack",
    "Progress",
    "ReportedFigure",
    "Sentence",
    "Signal",
    "Standing",
    "Template",
    "hookimpl",
    "say",
]
