"""Statistics of a comparison group (比较范围): the best, the mean, the rank, computed once for the group.

Every function takes exact values and the group number of each unit (−1: in no group) and skips whatever
is missing or not applicable; over nobody the result is missing, and a count is zero.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any, TypeVar

import numpy as np

from kaocheng.engine.arrays import LIMIT, MISSING, OK, UNDEFINED, Exact
from kaocheng.engine.irrational import square_root

Array = np.ndarray[Any, Any]
Fold = Callable[[Sequence[Fraction]], Fraction | None]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Compared:
    """What a statistic was taken over: a value of every unit, and the group each stands in."""

    values: Exact
    groups: Array

    def beside(self, at: int) -> Array:
        """The places of those in the group of the unit at *at* whose value is there."""
        group = self.groups[at]
        found: Array = np.flatnonzero((self.groups == group) & _present(self.values, self.groups))
        return found if group >= 0 else found[:0]


def of_group(values: Exact, groups: Array, fold: Fold) -> Exact:
    """*fold* over the present values of each group, given to every unit of the group."""
    length = len(groups)
    present = _present(values, groups)
    if int(groups.max(initial=-1)) <= 0:  # one group: one constant, which keeps the arrays small
        result = _fast(values, present, fold)
        return Exact.nothing(MISSING) if result is None else Exact.constant(result)
    whole = values.spread(length)
    members: dict[int, list[Fraction]] = {}
    for i in np.flatnonzero(present):
        found = whole.fraction(int(i))
        assert found is not None
        members.setdefault(int(groups[i]), []).append(found)
    folded = {group: fold(found) for group, found in members.items()}
    empty = fold([])
    return Exact.of([folded.get(int(g), empty) for g in groups])


def of_others(values: Exact, groups: Array, fold: Fold) -> Exact:
    """*fold* over the present values of each unit's group, the unit itself left out."""
    whole, present = values.spread(len(groups)), _present(values, groups)
    members: dict[int, list[tuple[int, Fraction]]] = {}
    for i in np.flatnonzero(present):
        found = whole.fraction(int(i))
        assert found is not None
        members.setdefault(int(groups[i]), []).append((int(i), found))
    return Exact.of([fold([v for j, v in members.get(int(g), []) if j != i]) for i, g in enumerate(groups)])


def minimum(values: Sequence[Fraction]) -> Fraction | None:
    """The lowest."""
    return min(values, default=None)


def maximum(values: Sequence[Fraction]) -> Fraction | None:
    """The highest."""
    return max(values, default=None)


def summed(values: Sequence[Fraction]) -> Fraction | None:
    """The sum; missing over nobody."""
    return sum(values, Fraction(0)) if values else None


def counted(values: Sequence[Fraction]) -> Fraction | None:
    """How many; zero over nobody."""
    return Fraction(len(values))


def mean(values: Sequence[Fraction]) -> Fraction | None:
    """The mean."""
    return sum(values, Fraction(0)) / len(values) if values else None


def median(values: Sequence[Fraction]) -> Fraction | None:
    """The middle one, or the mean of the middle two."""
    ordered, n = sorted(values), len(values)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2 if n else None


def deviation(values: Sequence[Fraction], of_sample: bool = True) -> Fraction | None:
    """The standard deviation, of a sample unless told otherwise; missing over fewer than it needs."""
    n = len(values)
    if n < 1 + of_sample:
        return None
    centre = sum(values, Fraction(0)) / n
    return square_root(sum(((v - centre) ** 2 for v in values), Fraction(0)) / (n - of_sample))


def nth(k: int) -> Fold:
    """The k-th highest; missing where there are fewer."""

    def fold(values: Sequence[Fraction]) -> Fraction | None:
        return sorted(values, reverse=True)[k - 1] if 1 <= k <= len(values) else None

    return fold


def ranks(values: Exact, groups: Array, ties: str = "competition", highest_first: bool = True) -> Exact:
    """Each present unit's rank in its group; 1 is the best; the state of the value elsewhere.

    *ties*: ``competition`` 1 2 2 4, ``dense`` 1 2 2 3, ``average`` 1 2.5 2.5 4, ``ordinal`` 1 2 3 4 in
    the order of units.
    """
    whole, present = values.spread(len(groups)), _present(values, groups)
    state = np.where((whole.state == OK) & ~present, MISSING, whole.state).astype(np.uint8)
    result: list[Fraction | int] = [0] * len(groups)
    members: dict[int, list[int]] = {}
    for at in np.flatnonzero(present):
        members.setdefault(int(groups[at]), []).append(int(at))
    known = _sortable(whole, present)
    for indices in members.values():
        ordered = sorted(indices, key=known.__getitem__, reverse=highest_first)
        for i, rank in zip(ordered, places([known[i] for i in ordered], ties), strict=True):
            result[i] = rank
    return Exact.of(result, state)


def places(ordered: Sequence[object], ties: str) -> list[Fraction]:
    """The places of values already in order, equal ones side by side.

    >>> [str(p) for p in places([95, 93, 93, 90], "average")]
    ['1', '5/2', '5/2', '4']
    """
    result: list[Fraction] = []
    for distinct, (_value, equal) in enumerate(groupby(ordered), 1):
        tied, first = len(list(equal)), len(result) + 1
        if ties == "ordinal":
            result += [Fraction(first + i) for i in range(tied)]
        elif ties == "average":
            result += [Fraction(2 * first + tied - 1, 2)] * tied
        else:
            result += [Fraction(distinct if ties == "dense" else first)] * tied
    return result


def portions(amount: Exact, values: Exact, groups: Array) -> Exact:
    """Each unit's part of *amount* whole places, shared out over its group in proportion to *values*.

    By largest remainder, so that they sum to the amount; of equal remainders the larger value's comes first.
    """
    whole, places_, present = values.spread(len(groups)), amount.spread(len(groups)), _present(values, groups)
    state = np.where((whole.state == OK) & ~present, MISSING, whole.state).astype(np.uint8)
    result: list[Fraction | int] = [0] * len(groups)
    members: dict[int, dict[int, Fraction]] = {}
    for at in map(int, np.flatnonzero(present)):
        members.setdefault(int(groups[at]), {})[at] = max(whole.fraction(at) or Fraction(0), Fraction(0))
    for shares in members.values():
        first, total = min(shares), sum(shares.values(), Fraction(0))
        available = places_.fraction(first)
        if available is None or not total:
            state[list(shares)] = UNDEFINED if available is not None else places_.state[first]
            continue
        by_size = sorted(shares, key=lambda at: -shares[at])
        exact = {at: int(available) * shares[at] / total for at in by_size}
        for at, part in shared_out(int(available), exact).items():
            result[at] = part
    return Exact.of(result, state)


def shared_out(whole: int, exact: Mapping[Key, Fraction]) -> dict[Key, int]:
    """Whole numbers near the *exact* ones that sum to *whole*: the largest remainders are rounded up.

    Of equal remainders the first named is.

    >>> shared_out(2, {"山": Fraction(3, 5), "坝": Fraction(9, 10), "城": Fraction(3, 5)})
    {'山': 1, '坝': 1, '城': 0}
    """
    parts = {key: int(share) for key, share in exact.items()}
    by_remainder = sorted(exact, key=lambda key: parts[key] - exact[key])
    for key in by_remainder[: max(0, whole - sum(parts.values()))]:
        parts[key] += 1
    return parts


def _sortable(values: Exact, present: Array) -> Mapping[int, Fraction | int]:
    """What orders the present values: their numerators where all are over one denominator."""
    at = map(int, np.flatnonzero(present))
    if isinstance(values.d, int):
        return {i: int(values.n[i]) for i in at}
    return {i: values.fraction(i) or Fraction(0) for i in at}


def _present(values: Exact, groups: Array) -> Array:
    state = np.broadcast_to(values.state, (len(groups),))
    present: Array = (state == OK) & (groups >= 0)
    return present


def _fast(values: Exact, present: Array, fold: Fold) -> Fraction | None:
    """The fold over one group, in float64 where its integers allow."""
    length = len(present)
    if isinstance(values.d, int) and values.n.dtype != object:
        n = np.broadcast_to(values.n, (length,))[present]
        if not n.size:
            return fold([])
        if fold is minimum or fold is maximum:
            return Fraction(int(n.min() if fold is minimum else n.max()), values.d)
        if fold is counted:
            return Fraction(n.size)
        if fold in (summed, mean) and values.top * n.size < LIMIT:
            return Fraction(int(n.sum()), values.d) / (n.size if fold is mean else 1)
    whole = values.spread(length)
    return fold([f for i in np.flatnonzero(present) if (f := whole.fraction(int(i))) is not None])
