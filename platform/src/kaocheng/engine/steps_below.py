"""Under a total or a composition: the items where one more step would bring the total most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from kaocheng.engine import compose, steps
from kaocheng.engine.alone import Alone, LooksAtOthers
from kaocheng.engine.explain import Explanation, Step
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.engine.run import Run
from kaocheng.engine.score import node_label
from kaocheng.engine.terms import Seat
from kaocheng.engine.working import Working
from kaocheng.i18n import _

TOLD = 5  # items
LOOKED_AT = 200  # items below; more are not worked out for one page's sake


def with_steps(run: Run, it: Explanation) -> Explanation:
    """The working with the first step of each item below that brings the total most, the largest first.

    Asked for by who shows one working, because every item below is tried: as dear as explaining each.
    """
    paper, at = run.recipe.papers[it.paper], run.position(it.unit)
    node = paper.nodes.get(it.node)
    if node is None or not node.composed or it.steps or it.points is None or at is None:
        return it
    below = dict.fromkeys(_leaves(run, paper, node, it.period))
    if len(below) > LOOKED_AT:
        return it
    seat = Seat(Alone(run, at), 0)
    found = [step for code, period in below if (step := _first(seat, paper, code, period, it.period))]
    found.sort(key=lambda step: -Fraction(step.total_gain or 0))
    return replace(it, steps=tuple(found[:TOLD]))


def _leaves(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Iterator[tuple[str, str]]:
    """The measured items of this paper that a composition is made of, in the order of the scheme."""
    for part in compose.parts(run, paper, node, period):
        if part.paper is not paper:
            continue
        if part.node.composed:
            yield from _leaves(run, paper, part.node, part.period)
        else:
            yield part.node.code, part.period


def _first(seat: Seat, paper: PaperRule, code: str, period: str, told: str) -> Step | None:
    """The nearest step of one item, if the total is known to gain by it."""
    leaf = Working(seat, paper, paper.nodes[code], period)
    factor = steps.share_of_total(seat, paper, leaf.node, period)
    if factor is None or leaf.value is None:
        return None
    try:
        for _line in leaf.lines():  # what is used is known when it is told
            pass
    except LooksAtOthers:
        return None
    for step in steps.ahead(leaf, factor)[:1]:
        if step.total_gain is not None and Fraction(step.total_gain) > 0:
            label = node_label(seat.run.recipe, leaf.node)
            name = label if period == told else f"{period} {label}"
            return replace(step, words=_("{name}:{value}", name=name, value=step.words))
    return None
