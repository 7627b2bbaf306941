"""The questions the platform asks.

One is asked of every allowed pack when the platform starts; the others of the packs a tenant has
enabled, and of no other. A hook arrives together with the pack that needs it.
"""

from collections.abc import Sequence

import pluggy

from kaocheng.packs.values import Consequence, Finding, Pack, Progress, ReportedFigure, Signal, Standing

hookspec = pluggy.HookspecMarker("kaocheng")


@hookspec
def indicator_pack() -> Pack:  # type: ignore[empty-body]
    """What does this pack bring?

    Asked once, at start; the answer is plain data from then on.

    Returns:
        The `Pack`, with every edition it ever had. Its code is the name of the entry point.
    """


@hookspec
def doubts(figure: ReportedFigure, past: Sequence[ReportedFigure]) -> Sequence[Finding]:  # type: ignore[empty-body]
    """What looks wrong with this figure?

    Asked when a figure is filed, before anyone vouches for it. A doubt never blocks filing; it is
    shown to the verifier beside the figure.

    Args:
        figure: the figure just filed, in the indicator's own unit of measure.
        past: the same unit's earlier figures for that indicator and part, oldest first.

    Returns:
        One `Finding` per doubt; empty when there is none.
    """


@hookspec
def warnings(progress: Progress) -> Sequence[Signal]:  # type: ignore[empty-body]
    """Is this unit on schedule with this indicator (序时进度)?

    Asked for the pages on which the office and a unit see the year under way. It changes no score.

    Args:
        progress: the latest figure of the period, the year's target, and the day it is looked at.

    Returns:
        At most one `Signal`; empty when the pack has no opinion, as where there is no target.
    """


@hookspec
def consequences(standing: Standing, history: Sequence[Standing]) -> Sequence[Consequence]:  # type: ignore[empty-body]
    """What follows from this result (结果运用)?

    Asked when the standings of a year are shown to the office or published.

    Args:
        standing: the unit's result, with its grade.
        history: the same unit's results of earlier years, oldest first; years may be missing.

    Returns:
        One `Consequence` per measure, the gravest last; empty when nothing follows.
    """
