"""The working of one score, for one unit: clause, inputs, formula with its numbers, rounding, result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kaocheng.engine.states import NA, OK

if TYPE_CHECKING:
    from kaocheng.engine.inputs import Inputs
    from kaocheng.engine.recipe import Recipe


STATES = {OK: "scored", NA: "not_applicable"}  # else: "missing"


@dataclass(frozen=True, slots=True)
class Used:
    """One value the score was worked from.

    *kind* is ``figure``, ``target``, ``row``, ``claim``, ``attribute``, ``node``, ``rule`` (a number of the
    scheme) or ``group`` (a statistic of the comparison group, a value at another unit); *key* finds its
    provenance: (indicator, series, period) for a figure, (indicator, kind, period) for a target, (list,
    row, field) for a row, (adjustment, n) for a claim, (node, period) for a node.
    """

    name: str  # in the tenant's words: "招商引资到位资金", "目标值", "本组最高"
    value: str | None  # as printed: decimals as filed, "/" or None
    measure: str = ""  # unit of measure
    kind: str = "figure"
    key: tuple[str, ...] = ()
    unit: str = ""  # whose value it is, when it is another's (the group's best)
    unit_label: str = ""
    behind: tuple[Used, ...] = ()  # what this value itself was worked from, where no page of its own says so
    among: int | None = None  # of a statistic: how many values it was taken over
    skipped: int = 0  # and how many units of the group had none

    def flat(self) -> Iterator[Used]:
        """Itself and all that is behind it."""
        yield self
        for used in self.behind:
            yield from used.flat()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a composition."""

    key: str  # of its column
    paper: str
    node: str
    period: str
    label: str
    points: str | None  # "/" or None where it has none
    full: str | None
    weight: str | None  # as the scheme writes it
    adds: str | None  # what it adds to the whole, exactly; None where the whole is no sum
    shown: bool  # whether it has a working of its own to look at
    used: tuple[Used, ...] = ()  # of a hidden part or another paper's: what it was worked from


@dataclass(frozen=True, slots=True)
class Rounding:
    """One rounding, half up."""

    what: str
    decimals: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A bound or a cap that held points back, or up."""

    what: str
    bound: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Loss:
    """Points between full marks and the score: lost, or gained where negative; all of a node add up.

    *kind*: ``score`` (of a leaf), ``round``, ``bounds``, ``bonus``, ``deduction``, ``cap``, ``excess``,
    ``gate``, ``veto``, ``stand_in`` (points in place of a value), ``structure`` (full marks that the parts
    do not make up), ``whole`` (of a composition that is no sum of its parts).
    """

    node: str
    period: str
    label: str
    kind: str
    points: str  # exactly, in points of the node that is explained
    printed: str
    why: str = ""
    key: str = ""  # of the column it is about

    @property
    def gained(self) -> bool:
        """Whether it is a gain."""
        return self.points.startswith("-")


@dataclass(frozen=True, slots=True)
class Step:
    """What one more step of a figure would bring, everything else standing still."""

    figure: tuple[str, str]  # code and part
    value: str  # the figure there
    points: str  # the node's then
    gain: str  # exactly
    total: str | None  # the total then, as it is printed; None where it is not moved by this, or is the node
    rank: str | None
    words: str
    total_gain: str | None = None  # exactly, before the total is rounded
    total_still: bool = False  # the total is the one there is now, at least as it is printed


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The next unit above or below in the same circle."""

    unit: str
    label: str
    score: str
    rank: str
    gap: str


@dataclass(frozen=True, slots=True)
class Place:
    """The rank of a unit and the units beside it."""

    rank: str
    among: int
    above: Neighbour | None
    below: Neighbour | None
    level: int = 0  # how many others have the same total


@dataclass(frozen=True, slots=True)
class Explanation:
    """One unit's score at one node in one period, worked out in full."""

    unit: str
    unit_label: str
    paper: str
    node: str
    period: str
    label: str
    method: str  # the trade's word for it, in the reader's language
    clause: str | None  # code of the clause
    clause_text: str
    full: str | None
    state: str  # "scored" | "missing" | "not_applicable"
    points: str | None  # as printed
    exact: str | None  # decimal or fraction before printing
    used: tuple[Used, ...] = ()
    lines: tuple[str, ...] = ()  # the arithmetic, one step a line, numbers filled in
    rounded: tuple[str, str] | None = None  # before, after
    roundings: tuple[Rounding, ...] = ()  # each on the way
    cuts: tuple[Cut, ...] = ()
    parts: tuple[Part, ...] = ()  # what it is made of
    lost: str | None = None  # full marks minus points
    lost_to: str = ""  # in words
    losses: tuple[Loss, ...] = ()  # add up to *lost* exactly
    lost_exact: str | None = None
    steps: tuple[Step, ...] = ()  # the nearest first; of a composition those below that bring the total most
    next_step: str = ""  # what one more step of the figure would bring, in words
    no_step: str = ""  # why there is none, where points could be gained
    to_total: str | None = None  # what these points add to the total
    place: Place | None = None  # of a total
    grade: str = ""  # of a total, where the paper gives one
    grounds: tuple[str, ...] = ()  # why, a sentence each
    facts: Mapping[str, str] | None = None


def explain(
    recipe: Recipe,
    inputs: Inputs,
    unit: str,
    node: str,
    period: str | None = None,
    *,
    run_period: str | None = None,
) -> Explanation:
    """The working of one node's score for one unit.

    Whoever explains many keeps the ``Run`` and asks ``working.work_out``: only that unit is looked at.

    Args:
        recipe, inputs: what the sheet was made from.
        unit: its code (or label).
        node: its code; ``tasks#2`` for one row of a list, an adjustment's for a bonus; empty for the total.
        period: of the node (``2026H1``); default the run's.
        run_period: the period the sheet was made for; default the paper's own.

    Raises:
        KeyError: no such unit or node.
    """
    from kaocheng.engine.run import Run
    from kaocheng.engine.steps_below import with_steps
    from kaocheng.engine.working import work_out

    run = Run(recipe, inputs, run_period)
    return with_steps(run, work_out(run, unit, node, period))
