"""Where an expression is asked, and what may be asked of its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .expressions import Tree
from .numbers import Value
from .scheme import Node, Paper

if TYPE_CHECKING:
    from .world import World

Local = Mapping[str, tuple[Tree, Any]]


@dataclass(frozen=True)
class Place:
    """Where an expression is asked: whose, in which node, period, row and part."""

    world: World
    paper: Paper
    unit: str
    period: str
    node: Node | None = None
    row: Mapping[str, Value] | None = None
    it: Value | None = None
    part: Place | None = None  # inside parts.mean(...): the place of that part
    local: Local | None = None  # keys of a scheme's own method, `lo` and `hi` of a band
    weight: Any = None  # of the part, as its composition writes it
    handed_in: bool = False  # inside a check: figures as they came, before any check took one away

    def at(self, unit: str) -> Place:
        """The same question of another unit."""
        return Place(
            self.world,
            self.paper,
            unit,
            self.period,
            self.node,
            None,
            None,
            self.part and self.part.at(unit),
            self.local,
            self.weight,
            self.handed_in,
        )


class WrongScheme(Exception):
    """The scheme says something that has no meaning."""


def as_number(value: Value) -> Fraction:
    """The number, where it must be one."""
    if isinstance(value, bool):
        return Fraction(int(value))
    if not isinstance(value, Fraction):
        raise WrongScheme(f"{value!r} is no number")
    return value
