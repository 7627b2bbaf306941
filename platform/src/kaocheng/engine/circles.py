"""Statistics of a comparison group (比较范围): the best, the mean, the rank, computed once for the group.

Every function takes exact values and the group number of each unit (−1: in no group) and skips whatever
is missing or not applicable; over nobody the result is missing, and a count is zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

import numpy as np

from kaocheng.engine.arrays import MISSING, OK, UNDEFINED, Exact, Truth, choose
from kaocheng.engine.integers import LIMIT, Array
from kaocheng.engine.irrational import each, square_root
from kaocheng.engine.order import Codes, codes, places, ranked, rough, sortable

__all__ = [
    "Fold",
    "counted",
    "deviation",
    "maximum",
    "mean",
    "median",
    "minimum",
    "nth",
    "nth_each",
    "of_group",
    "of_others",
    "places",
    "portions",
    "ranks",
    "shared_out",
    "summed",
]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Fold:
    """A statistic; called with the present values it gives theirs, or ``None`` where it has none."""

    kind: str
    k: int = 0  # of ``nth``: the k-th highest
    of_sample: bool = True  # of ``sd``

    def __call__(self, values: Sequence[Fraction]) -> Fraction | None:
        n = len(values)
        match self.kind:
            case "count":
                return Fraction(n)
            case "sd":
                return _deviation(values, self.of_sample)
            case "sum" | "mean":
                whole = sum(values, Fraction(0))
                return None if not n else whole / n if self.kind == "mean" else whole
        middle = [sorted(values)[at] for at in self.positions(n)]
        return sum(middle, Fraction(0)) / len(middle) if middle else None

    def positions(self, n: int) -> tuple[int, ...]:
        """Which of *n* values in order it is the mean of."""
        match self.kind:
            case "min":
                return (0,) if n else ()
            case "max":
                return (n - 1,) if n else ()
            case "nth":
                return (n - self.k,) if 1 <= self.k <= n else ()
        return ((n - 1) // 2, n // 2) if n else ()


def _deviation(values: Sequence[Fraction], of_sample: bool) -> Fraction | None:
    found = variance(values, of_sample)
    return None if found is None else square_root(found)


def variance(values: Sequence[Fraction], of_sample: bool = True) -> Fraction | None:
    """The square of the standard deviation; of a sample unless told otherwise."""
    n = len(values)
    if n < 1 + of_sample:
        return None
    centre = sum(values, Fraction(0)) / n
    return sum(((v - centre) ** 2 for v in values), Fraction(0)) / (n - of_sample)


minimum, maximum = Fold("min"), Fold("max")
summed, counted, mean, median = Fold("sum"), Fold("count"), Fold("mean"), Fold("median")
deviation = Fold("sd")  # of a sample unless told otherwise; missing over fewer than it needs


def nth(k: int) -> Fold:
    """The k-th highest; missing where there are fewer."""
    return Fold("nth", k)


def nth_each(values: Exact, groups: Array, k: Exact, *, others: bool = False) -> Exact:
    """The k-th highest of each unit's group (*others*: without itself), where *k* differs by unit."""
    return _Circle(values, groups).nth_each(k, others)


def of_group(values: Exact, groups: Array, fold: Fold) -> Exact:
    """*fold* over the present values of each group, given to every unit of the group.

    Of one group alone it is a constant, which keeps the arrays small.  Units in no group are given it as
    well.  To their own points that is nothing: the node does not apply to them, or the paper does not assess
    them (`kaocheng.engine.nodes`, `Run.score`).  But a wider circle around this one counts it, where it would
    count nothing of them if there were several groups.
    """
    circle = _Circle(values, groups)
    found = circle.statistic(fold)
    if circle.count == 1:
        only = found.fraction(0)
        return Exact.nothing(MISSING) if only is None else Exact.constant(only)
    return found.take(groups)


def of_others(values: Exact, groups: Array, fold: Fold) -> Exact:
    """*fold* over the present values of each unit's group, the unit itself left out."""
    circle = _Circle(values, groups)
    if fold.kind in ("min", "max", "median", "nth"):
        return circle.ordered_without_own(fold)
    if fold.kind == "sd":
        return circle.deviation_without_own(fold.of_sample)
    own = Exact(circle.present.astype(float))
    left = Exact(circle.sizes.astype(float)).take(groups) - own
    if fold.kind == "count":
        return left
    mine = choose(Truth(circle.present), values.put(None), Exact.constant(0))
    whole = circle.statistic(summed).put(None).take(groups) - mine
    result = whole / left if fold.kind == "mean" else whole
    return result.put(np.where(left.n > 0, OK, MISSING).astype(np.uint8))


def ranks(values: Exact, groups: Array, ties: str = "competition", highest_first: bool = True) -> Exact:
    """Each present unit's rank in its group; 1 is the best; the state of the value elsewhere.

    *ties*: ``competition`` 1 2 2 4, ``dense`` 1 2 2 3, ``average`` 1 2.5 2.5 4, ``ordinal`` 1 2 3 4 in
    the order of units.
    """
    circle = _Circle(values, groups)
    rank, d = ranked(circle.codes, circle.within, ties, highest_first)
    if len(rank) == len(groups):
        return Exact(rank.astype(float), d)
    n = np.zeros(len(groups))
    n[circle.at] = rank
    state = np.broadcast_to(values.state, n.shape)
    return Exact(n, d, np.where((state == OK) & ~circle.present, MISSING, state).astype(np.uint8))


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


def _present(values: Exact, groups: Array) -> Array:
    present: Array = (values.state == OK) & (groups >= 0)
    return present


class _Circle:
    """The values that count, in their groups; what it gives by group ends with what nobody has."""

    def __init__(self, values: Exact, groups: Array) -> None:
        self.values, self.groups = values.spread(len(groups)), groups
        self.count = max(int(groups.max(initial=-1)), 0) + 1
        self.present = _present(self.values, groups)
        self.at = np.flatnonzero(self.present)
        self.within = groups[self.at]
        self.sizes = np.bincount(self.within, minlength=self.count + 1)

    @cached_property
    def keys(self) -> Array:
        return sortable(self.values, self.at)

    @cached_property
    def codes(self) -> Codes:
        return codes(self.keys, self.within)

    @cached_property
    def ordered(self) -> Array:
        """The units, group by group, each group in the order of its values."""
        found: Array = self.at[np.argsort(self.codes.of, kind="stable")]
        return found

    @cached_property
    def first(self) -> Array:
        """Where in that order each group begins."""
        return np.cumsum(self.sizes) - self.sizes

    def statistic(self, fold: Fold) -> Exact:
        match fold.kind:
            case "count":
                return Exact(self.sizes.astype(float))
            case "min" | "max":
                return self._taken(self._extreme(fold.kind == "min"))
            case "median" | "nth":
                where = [[f + p for p in fold.positions(n)] for f, n in self._runs()]
                return self._middle([w[0] if w else -1 for w in where], [w[-1] if w else -1 for w in where])
        if fold.kind == "sd":
            return Exact.of([fold(members) for members in self._members()])
        whole = self._sums()
        if fold.kind == "mean":
            whole = whole / Exact(np.maximum(self.sizes, 1).astype(float))
        return whole.put(np.where(self.sizes > 0, OK, MISSING).astype(np.uint8))

    def _runs(self) -> list[tuple[int, int]]:
        return list(zip(self.first.tolist(), self.sizes.tolist(), strict=True))

    def _members(self) -> list[list[Fraction]]:
        found = self.values.take(self.ordered)
        fractions = [found.fraction(i) or Fraction(0) for i in range(len(self.ordered))]
        return [fractions[first : first + n] for first, n in self._runs()]

    def _sums(self) -> Exact:
        values, size = self.values, max(-self.values.low, self.values.high)
        if isinstance(values.d, int) and not values.slow and size * len(self.at) < LIMIT:
            n = np.bincount(self.within, weights=values.n[self.at], minlength=self.count + 1)
            return Exact(n, values.d)
        return Exact.of([sum(members, Fraction(0)) for members in self._members()])

    def _extreme(self, lowest: bool) -> Array:
        """Whose value is the lowest (highest) of each group; −1: nobody's."""
        who = np.full(self.count + 1, -1)
        if not len(self.at):
            return who
        keys, sure = rough(self.values, self.at)
        best = np.full(self.count, np.inf if lowest else -np.inf)
        (np.minimum if lowest else np.maximum).at(best, self.within, keys)
        hits = np.flatnonzero(keys == best[self.within])
        if not sure and len(hits) > len(np.unique(self.within[hits])):
            hits = hits[np.argsort(sortable(self.values, self.at[hits]), kind="stable")]
            hits = hits[::-1] if lowest else hits  # the last one named is taken
        who[self.within[hits]] = self.at[hits]
        return who

    def _taken(self, who: Array) -> Exact:
        """The values of these units; missing where it is nobody."""
        if not len(self.groups):
            return Exact.nothing(MISSING, len(who))
        return self.values.put(None).take(who).put(np.where(who >= 0, OK, MISSING).astype(np.uint8))

    def _middle(self, a: Sequence[int] | Array, b: Sequence[int] | Array) -> Exact:
        """The mean of the values at two places of the order."""
        who = np.append(self.ordered, -1)
        first, second = who[np.asarray(a, int)], who[np.asarray(b, int)]
        one = self._taken(first)
        return one if np.array_equal(first, second) else (one + self._taken(second)) / Exact.constant(2)

    @cached_property
    def turn(self) -> Array:
        """Each unit's own place in its group, from the lowest; beyond all of them where it has none."""
        found = np.full(len(self.groups), len(self.groups))
        found[self.ordered] = np.arange(len(self.ordered)) - self.first[self.groups[self.ordered]]
        return found

    def nth_each(self, k: Exact, others: bool) -> Exact:
        """The k-th highest, by the *k* of each unit; missing where there are fewer; a gap of *k* stays."""
        which = k.floor().spread(len(self.groups))
        size = self.sizes[self.groups] - (self.present if others else 0)
        at = size - np.clip(which.n, 0, len(self.groups) + 1).astype(int)
        there = (at >= 0) & (at < size)
        at = self.first[self.groups] + at + ((at >= self.turn) if others else 0)
        who = np.full(len(self.groups), -1)
        who[there] = self.ordered[at[there]]
        found = self._taken(who)
        return found.put(np.where(which.state == OK, found.state, which.state).astype(np.uint8))

    def ordered_without_own(self, fold: Fold) -> Exact:
        """A statistic of places, of every unit's group without itself."""
        left, turn = self.sizes[self.groups] - self.present, self.turn
        where = {n: fold.positions(n) for n in np.unique(left).tolist()}
        ends = []
        for end in (0, -1):
            at = np.array([where[n][end] if where[n] else -1 for n in left.tolist()], int)
            ends.append(np.where(at < 0, -1, self.first[self.groups] + at + (at >= turn)))
        return self._middle(*ends)

    def deviation_without_own(self, of_sample: bool) -> Exact:
        """The standard deviation of every unit's group without itself."""
        sums = [(sum(m, Fraction(0)), sum((v * v for v in m), Fraction(0)), len(m)) for m in self._members()]
        result: list[Fraction | None] = []
        for at, group in enumerate(self.groups.tolist()):
            own = (self.values.fraction(at) or Fraction(0)) if self.present[at] else None
            whole, squares, n = sums[group]
            if own is not None:
                whole, squares, n = whole - own, squares - own * own, n - 1
            enough = n >= 1 + of_sample
            result.append((squares - whole * whole / n) / (n - of_sample) if enough else None)
        return each(Exact.of(result), square_root)
