"""Under a total or a composition: the items where one more step would bring the total most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from kaocheng.engine import compose, depending, steps
from kaocheng.engine.alone import Alone
from kaocheng.engine.explain import Explanation, Step
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.engine.run import Run
from kaocheng.engine.score import node_label
from kaocheng.engine.steps import Leaf
from kaocheng.engine.terms import Seat
from kaocheng.i18n import _

TOLD = 5  # items
TRIED = 200  # items; of more, those with most to gain
REASONS = 3
NAMED = 5  # items of one reason
Why = dict[str, dict[str, None]]  # a reason, and the items it is true of

Below = tuple[PaperRule, NodeRule, str]


def with_steps(run: Run, it: Explanation) -> Explanation:
    """The working with the first step of each item below that brings the total most, the largest first.

    Asked for by who shows one working.  An item that cannot gain as much as the least of those to be told
    is not tried.
    """
    paper, at = run.recipe.papers[it.paper], run.position(it.unit)
    node = paper.nodes.get(it.node)
    if node is None or it.steps or it.points is None or at is None:
        return it
    seat = Seat(Alone(run, at), 0)
    leaves = [Leaf(seat, *one, paper) for one in _below(seat, paper, node, it.period) if one[1] is not node]
    if not leaves:
        return it
    found, why = _best(leaves, it.period)
    if found:
        return replace(it, steps=found, no_step="")
    return replace(it, no_step=it.no_step or _(";").join(_reasons(why)))


def _best(leaves: list[Leaf], told: str) -> tuple[tuple[Step, ...], Why]:
    """The steps that bring most, in the order of the scheme where several bring the same; or why none do."""
    most = {id(leaf): leaf.most() for leaf in leaves if leaf.value is not None}
    ends = [leaf for leaf in leaves if id(leaf) in most]
    ends.sort(key=lambda leaf: (most[id(leaf)] is not None, -(most[id(leaf)] or 0)))
    gains: dict[int, tuple[Fraction, Step]] = {}
    why: Why = {}
    for leaf in ends[:TRIED]:
        end = most[id(leaf)]
        if end is not None and (end == 0 or _least(gains) > end):
            break
        found, reason = steps.ahead(leaf, first=True)
        if reason:
            why.setdefault(reason, {})[_name(leaf, told)] = None
        for step in found:
            gain = leaf.better * Fraction(step.total_gain or 0)
            if gain > 0:
                gains[id(leaf)] = gain, replace(step, words=_said(leaf, step, told))
    in_order = [gains[id(leaf)] for leaf in leaves if id(leaf) in gains]
    in_order.sort(key=lambda pair: -pair[0])
    return tuple(step for _gain, step in in_order[:TOLD]), why


def _reasons(why: Why) -> Iterator[str]:
    """Why no step is told, each reason with the items it is true of."""
    for reason, names in list(why.items())[:REASONS]:
        named = _("、").join(list(names)[:NAMED])
        more = _("等 {n} 项", n=len(names)) if len(names) > NAMED else ""
        yield _("{name}:{value}", name=named + more, value=reason)


def _least(gains: dict[int, tuple[Fraction, Step]]) -> Fraction:
    """What the last of those to be told gains, once there are enough."""
    largest = sorted((gain for gain, _step in gains.values()), reverse=True)
    return largest[TOLD - 1] if len(largest) >= TOLD else Fraction(-1)


def _said(leaf: Leaf, step: Step, told: str) -> str:
    return _("{name}:{value}", name=_name(leaf, told), value=step.words)


def _name(leaf: Leaf, told: str) -> str:
    label = node_label(leaf.seat.run.recipe, leaf.node)
    return label if leaf.period == told else f"{leaf.period} {label}"


def _below(seat: Seat, paper: PaperRule, node: NodeRule, period: str) -> Iterator[Below]:
    """The items a node is made of: its parts, or those whose points its formula names; each once."""
    seen: set[tuple[str, str, str]] = set()
    waiting = [(paper, node, period)]
    while waiting:
        paper, node, period = here = waiting.pop()
        if (paper.code, node.code, period) in seen:
            continue
        seen.add((paper.code, node.code, period))
        if not node.composed:
            yield here
        waiting += reversed(_inside(seat.run, *here))


def _inside(run: Run, paper: PaperRule, node: NodeRule, period: str) -> list[Below]:
    inside = [(part.paper, part.node, part.period) for part in compose.parts(run, paper, node, period)]
    if node.composed and node["compose"] != "formula":
        return inside
    named = depending.in_texts(node.keys)
    scored = [n for code, n in paper.nodes.items() if code in named and code != node.code]
    return inside + [(paper, other, period) for other in scored if not _is_figure(run, node, other.code)]


def _is_figure(run: Run, node: NodeRule, code: str) -> bool:
    """Whether a name that is both a node and a figure means the figure."""
    return code in run.recipe.figures and not any(f"score({code}" in t for t in depending.texts(node.keys))
