"""Where the places of a limited grade end, in every circle at once, and who is tied across that line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kaocheng.engine.integers import Array
from kaocheng.engine.order import in_groups

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Line:
    """Who of those that wanted a place got one; who is neither chosen nor tied is beyond the line."""

    chosen: Array  # places of units, as the other two
    tied: Array
    beyond: Array
    last_in: Array  # the last unit chosen of each circle, and the first of the others
    first_out: Array


def up_to(among: Array, circle: Array, strength: Array, quota: Array, *, all_tied: bool) -> Line:
    """The strongest of each circle, as many as its quota; a tie across the line goes to all or none of them.

    Args:
        among: the units that want a place, in order.
        circle, strength: of every unit.
        quota: of every circle.
        all_tied: whether who is tied across the line is chosen.
    """
    inner, power = circle[among], strength[among]
    order = in_groups(-power, inner, len(quota))
    ordered, inner, power = among[order], inner[order], power[order]
    size = np.bincount(inner, minlength=len(quota))
    begin = np.cumsum(size) - size
    within = np.arange(len(ordered)) - begin[inner] < quota[inner]
    cut = np.flatnonzero((quota > 0) & (quota < size))
    at = begin[cut] + quota[cut].astype(np.int64)  # the first beyond the line
    cut, at = (found[power[at - 1] == power[at]] for found in (cut, at))
    level = np.full(len(quota), NOBODY, np.int64)
    level[cut] = power[at]
    tied = power == level[inner]
    within = within | tied if all_tied else within & ~tied
    ends = begin + np.bincount(inner[within], minlength=len(quota))  # those within come first
    who = np.append(ordered, NOBODY)
    return Line(
        chosen=ordered[within],
        tied=ordered[tied & ~within],
        beyond=ordered[~tied & ~within],
        last_in=np.where(ends > begin, who[ends - 1], NOBODY),
        first_out=np.where(ends < begin + size, who[ends], NOBODY),
    )
