"""What a statistic was taken over: whose value it is, who stands beside it, what another would make of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from kaocheng.engine.arrays import OK, Exact
from kaocheng.engine.integers import Array
from kaocheng.engine.order import sortable


@dataclass(frozen=True)
class Compared:
    """What a statistic was taken over: a value of every unit, and the group each stands in."""

    values: Exact
    groups: Array

    def counts(self, at: int, *, others: bool = False) -> tuple[int, int]:
        """How many values the group of the unit at *at* has, and how many of its units have none."""
        there, whole = self._sizes
        group = int(self.groups[at])
        if group < 0:
            return 0, 0
        self_there = bool(others and _present(self.values, self.groups)[at])
        return int(there[group]) - self_there, int(whole[group] - there[group]) - (others and not self_there)

    def bearer(self, at: int, value: Fraction | None, *, others: bool = False) -> int | None:
        """Whose value *value* is, in the group of the unit at *at*: its own before another's."""
        if value is None or self.groups[at] < 0:
            return None
        found = self._bearers(int(self.groups[at]), value)
        if others:
            found = found[found != at]
        if not found.size:
            return None
        return at if at in found else int(found[0])

    def around(self, at: int, most: int) -> tuple[Exact | None, int, bool]:
        """The values of a unit's group, its own place among them, and whether these are all.

        Of a group above *most*, those at both ends and beside the unit's own; nothing where it is in none.
        """
        group = int(self.groups[at])
        if group < 0:
            return None, 0, False
        whole = int(self._sizes[1][group]) <= most
        mates = self._mates(group) if whole else self._beside(at, group)
        return self.values.spread(len(self.groups)).take(mates), int(np.searchsorted(mates, at)), whole

    def _beside(self, at: int, group: int) -> Array:
        if at not in self._asked:
            self._asked.clear()  # one unit is explained at a time, and asked about again and again
            self._asked[at] = self._found_beside(at, group)
        return self._asked[at]

    @cached_property
    def _asked(self) -> dict[int, Array]:
        return {}

    def _found_beside(self, at: int, group: int) -> Array:
        ordered = self.ordered(group)
        own = self._of(at)
        middle = 0 if own is None else self.below(group, own)
        level = 0 if own is None else self.below(group, own, level=True)
        near = [*range(2), *range(middle - 2, middle + 2), *range(level - 2, level + 2), -2, -1]
        chosen = {int(ordered[i]) for i in near if -len(ordered) <= i < len(ordered)}
        return np.array(sorted(chosen | {at}))

    def ordered(self, group: int) -> Array:
        """The units of a group that have a value, from the lowest to the highest."""
        if group not in self._orders:
            mates = self._mates(group)
            mates = mates[_present(self.values.spread(len(self.groups)), self.groups)[mates]]
            keys = sortable(self.values.spread(len(self.groups)), mates)
            self._orders[group] = mates[np.argsort(keys, kind="stable")]
        return self._orders[group]

    def below(self, group: int, value: Fraction, *, level: bool = False) -> int:
        """How many values of a group are below *value*; with those that are *level* with it."""
        find = bisect_right if level else bisect_left
        return find(self.ordered(group), value, key=lambda i: self._of(int(i)) or Fraction(0))

    def rank(self, at: int, value: Fraction, *, highest_first: bool = True) -> int:
        """The unit's rank in its group, 1 2 2 4, if its own value were *value*."""
        group, now = int(self.groups[at]), self._of(at)
        if highest_first:
            before = len(self.ordered(group)) - self.below(group, value, level=True)
            return 1 + before - (now is not None and now > value)
        return 1 + self.below(group, value) - (now is not None and now < value)

    def _of(self, at: int) -> Fraction | None:
        return self.values.fraction(at)

    def _mates(self, group: int) -> Array:
        return self._members[0][self._members[1][group] : self._members[1][group + 1]]

    @cached_property
    def _orders(self) -> dict[int, Array]:
        return {}

    @cached_property
    def _sizes(self) -> tuple[Array, Array]:
        inside = self.groups[self.groups >= 0]
        present = self.groups[_present(self.values, self.groups)]
        length = int(self.groups.max(initial=-1)) + 1
        return np.bincount(present, minlength=length), np.bincount(inside, minlength=length)

    @cached_property
    def _known(self) -> dict[tuple[int, Fraction], Array]:
        return {}

    def _bearers(self, group: int, value: Fraction) -> Array:
        if (group, value) not in self._known:
            mates = self._mates(group)
            same = self.values.spread(len(self.groups)).take(mates).same(Exact.constant(value))
            self._known[group, value] = mates[np.broadcast_to(same.holds, mates.shape)]
        return self._known[group, value]

    @cached_property
    def _members(self) -> tuple[Array, Array]:
        """The places of all units, group by group, and where each group begins."""
        order = np.argsort(self.groups, kind="stable")
        length = int(self.groups.max(initial=-1)) + 1
        return order, np.searchsorted(self.groups[order], np.arange(length + 1))


def _present(values: Exact, groups: Array) -> Array:
    present: Array = (values.state == OK) & (groups >= 0)
    return present
