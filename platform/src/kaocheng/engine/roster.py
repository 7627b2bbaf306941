"""The units in the order of their codes, and what their attributes say of all of them at once.

Everything here is worked out when it is first asked for, and once for all runs over the same units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from kaocheng.engine.inputs import Unit
from kaocheng.engine.integers import Array

OWN = {"code": "code", "label": "label", "class": "group"}  # what every unit has beside its attributes
WIDE = 4  # so many times the units' number, and numbers are compacted in a table


class Worded(NamedTuple):
    """A word of each unit, as its place among the distinct ones, which are in order."""

    of: Array
    distinct: list[str]

    def same(self, word: str) -> Array:
        """Who has this one."""
        found: Array = self.of == (self.distinct.index(word) if word in self.distinct else -1)
        return found


class Roster:
    """All units of a run."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = sorted(units, key=attrgetter("code"))
        self._words: dict[tuple[str, str], Worded] = {}

    @cached_property
    def at(self) -> Mapping[str, int]:
        """Where each stands, by code."""
        return {unit.code: i for i, unit in enumerate(self.units)}

    @cached_property
    def assessed(self) -> Array:
        """Who is assessed at all."""
        found = np.fromiter((unit.assessed for unit in self.units), bool, len(self.units))
        found.setflags(write=False)
        return found

    @cached_property
    def changing(self) -> bool:
        """Whether any attribute changes from some day."""
        return any(unit.changes for unit in self.units)

    def position(self, unit: str) -> int | None:
        """Where a unit stands, by code or label."""
        if unit in self.at:
            return self.at[unit]
        return next((i for i, known in enumerate(self.units) if known.label == unit), None)

    def has(self, name: str) -> bool:
        """Whether units have such an attribute at all, be it empty."""
        return name in OWN or any(
            name in unit.attributes or any(name in held for _day, held in unit.changes) for unit in self.units
        )

    def words(self, name: str, day: str) -> Worded:
        """An attribute of every unit as it holds on *day*; empty where it has none."""
        if (name, day) not in self._words:
            self._words[name, day] = self._worded(name, day)
        return self._words[name, day]

    def _worded(self, name: str, day: str) -> Worded:
        if self.changing:
            texts = [unit.word(name, day) for unit in self.units]
        else:
            own = attrgetter(OWN[name]) if name in OWN else lambda _unit: ""
            texts = [str(unit.attributes.get(name, own(unit)) or "") for unit in self.units]
        distinct = sorted(set(texts))
        place = {text: i for i, text in enumerate(distinct)}
        return Worded(np.fromiter(map(place.__getitem__, texts), np.int64, len(texts)), distinct)


def numbered(words: Iterable[Worded], inside: Array) -> Array:
    """A number from 0 for each combination of words that somebody *inside* has, in order; −1 outside."""
    numbers = np.zeros(len(inside), np.int64)
    for known in words:
        numbers = _compact(numbers * len(known.distinct) + known.of, inside)
    return np.where(inside, numbers, -1)


def _compact(numbers: Array, inside: Array) -> Array:
    """The numbers of whoever is *inside* as 0, 1, 2 …, in order."""
    most = int(numbers.max(initial=0)) + 1
    if most > WIDE * len(numbers):
        numbers = np.unique(numbers, return_inverse=True)[1]
        most = len(numbers)
    seen = np.zeros(most, bool)
    seen[numbers if inside.all() else numbers[inside]] = True
    return numbers if seen.all() else np.maximum(np.cumsum(seen) - 1, 0)[numbers]
