"""One use of a method: its x, its keys, its comparison group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from .evaluate import Place, WrongScheme, as_number, evaluate, figure_path, number, of_figure, own_name
from .expressions import Name, Number, Tree, Word, heads, tree_of
from .numbers import MISSING, UNDEFINED, Gap, Value, half_up
from .statistics import position

Points = Fraction | Gap
X = Name(("x",))


class Short(Exception):
    """A gap met on the way; it is the result."""

    def __init__(self, gap: Gap) -> None:
        self.gap = gap


def sure(value: Value) -> Fraction:
    """The number, or out with the gap."""
    if isinstance(value, Gap):
        raise Short(value)
    return as_number(value)


def divided(top: Fraction, bottom: Fraction) -> Fraction:
    """A quotient, or out with *undefined*."""
    if bottom == 0:
        raise Short(UNDEFINED)
    return top / bottom


@dataclass
class Asked:
    """One use of a method: where, with which x and keys."""

    place: Place
    keys: dict[str, Any]
    x_tree: Tree | None = None
    called: bool = False  # as a function, whose full marks may be its own

    @property
    def down(self) -> bool:
        node = self.place.node
        return self.word("direction", node.get("direction", "up") if node else "up") == "down"

    @property
    def w(self) -> Fraction:
        if self.called and "full" in self.keys:
            return self.value("full")
        full = self.place.world.full(self.place)
        return sure(MISSING if full is None else full)

    def x(self) -> Fraction:
        return sure(self.x_at(self.place))

    def x_at(self, place: Place) -> Value:
        tree = self.x_tree or X
        return evaluate(tree, place)

    def has(self, key: str) -> bool:
        return key in self.keys

    def word(self, key: str, default: str = "") -> str:
        raw = self.keys.get(key, default)
        if isinstance(raw, Name):
            return raw.path[0]
        if isinstance(raw, Word):
            return raw.text
        return str(raw)

    def own(self, key: str) -> Fraction:
        """`target`, `base`, `last`: of the call, else of the node."""
        if key in self.keys:
            return self.value(key)
        asked = self.x_tree
        if self.called and isinstance(asked, Name) and self.another(asked):
            place = replace(self.place, period=self.place.world.period(asked.period, self.place))
            return sure(of_figure(key, asked.path, place))
        return sure(evaluate(Name((key,)), self.place))

    def another(self, name: Name) -> bool:
        """Whether a method is asked about a figure that is not the node's own in the node's period."""
        place = self.place
        known = name.path[0] in place.world.scheme.figures and own_name(name.path[0], place) is None
        own = place.node is not None and figure_path(place.world, place.node)[0] == name.path[0]
        return known and not (own and name.period is None)

    def value(self, key: str, default: object = None) -> Fraction:
        raw = self.keys.get(key, default)
        if raw is None:
            raise WrongScheme(f"{key} is not given")
        return sure(evaluate(tree_of(raw), self.place))

    def points(self, raw: object, place: Place | None = None) -> Fraction:
        """Points: a number, a share of full marks, or an expression."""
        tree = tree_of(raw)
        if isinstance(tree, Number) and tree.percent:
            return tree.value * self.w
        return sure(number(tree, place or self.place))

    def rated(self, rate: Fraction) -> Fraction:
        """A rate, rounded where the document rounds it before it is multiplied."""
        node = self.place.node
        decimals = node.get("rate_round") if node else None
        return rate if decimals is None else half_up(rate, int(decimals))

    def group(self) -> list[Fraction]:
        """The numbers of the comparison group."""
        return list(self.peers(self.place).values())

    def peers(self, place: Place) -> dict[str, Fraction]:
        """The same by unit."""
        return place.world.numbers(self.x_tree or X, place, place.world.group(place, []))

    def figure(self) -> str:
        """The figure whose parts the method reads."""
        tree = self.x_tree
        if isinstance(tree, Name) and tree.path[0] in self.place.world.scheme.figures:
            return tree.path[0]
        assert self.place.node is not None
        return figure_path(self.place.world, self.place.node)[0]

    def part(self, part: str) -> Value:
        if self.in_row():
            assert self.place.row is not None
            return self.place.row[part]
        return self.place.world.figure(self.place, self.figure(), part, self.place.period)

    def in_row(self) -> bool:
        """Whether a row's fields are the parts: no figure is measured that has parts itself."""
        parts = self.place.world.scheme.figures.get(self.figure(), {}).get("parts")
        return self.place.row is not None and not parts

    def parts(self, counted: str = "") -> list[str]:
        """The parts; of a row, where they are added up, those that *counted* names."""
        if self.in_row():
            return list(self.keys[counted] if counted else self.place.row or ())
        return list(self.place.world.scheme.figures[self.figure()].get("parts", {}))

    def rank(self) -> Fraction:
        return self.position(self.place, up=self.down)

    def position(self, place: Place, *, up: bool) -> Fraction:
        """The rank at a place, from the end where *up* is turned round."""
        own, ties = sure(self.x_at(place)), self.word("ties", "competition")
        return position(own, self.peers(place), place.unit, ties, up=up)


def asked_of_the_unit(place: Place) -> Value:
    """What `applies` says of a unit without rows; true where it speaks of their fields."""
    node = place.node
    assert node is not None
    tree = tree_of(node.get("applies", True))
    fields = place.world.scheme.lists[node.keys["rows"]].get("fields", {})
    named = heads(tree)
    for word in named & set(node.get("let", {})):
        named = named | heads(tree_of(node.get("let")[word]))
    return True if named & set(fields) else evaluate(tree, place)
