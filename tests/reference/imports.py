"""What another assessment gave the same unit: its score, share of full marks, rank or grade."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .expressions import Name, Tree, Word, node_reference
from .numbers import MISSING, UNDEFINED, Gap, Value
from .place import Place, WrongScheme
from .scheme import Node, Paper
from .statistics import position

if TYPE_CHECKING:
    from .asked import Asked
    from .world import World


def in_words(node: Node) -> bool:
    """Whether a node takes a grade, which is a word."""
    return (node.get("method"), node.get("as")) == ("import", "grade")


def imported(m: Asked) -> Fraction:
    """The value taken; a share of full marks times the node's own, where it has any."""
    from .asked import sure

    value = sure(taken(m.place, m.keys))
    marked = m.place.world.full(m.place) is not None
    return m.w * value if written(m.keys.get("as")) == "rate" and marked else value


def written(raw: object) -> str:
    """A key of an import, in a node or in a call: a text, a word, or a name with its period."""
    if isinstance(raw, Word):
        return raw.text
    if isinstance(raw, Name):
        return ".".join(raw.path) + (f"@{raw.period}" if raw.period else "")
    assert not isinstance(raw, Tree)
    return str(raw or "")


def taken(place: Place, keys: Mapping[str, Any]) -> Value:
    """What the sheet has for the unit; missing where it is not there."""
    code = written(keys["sheet"])
    if code.startswith("unit."):
        named = place.world.attribute(place, code.removeprefix("unit."))
        if isinstance(named, Gap):
            return MISSING
        code = str(named)
    other = place.world.sheets[code]
    wanted = written(keys.get("paper"))
    papers = [p for p in other.scheme.papers.values() if wanted in ("", p.code, p.keys.get("class"))]
    there = [paper for paper in papers if place.unit in other.units(paper)]
    if len(there) > 1:
        raise WrongScheme(f"{place.unit} is in several papers")
    if not there:
        return MISSING
    return found(other, there[0], place.unit, written(keys.get("node")), written(keys.get("as")) or "score")


def found(other: World, paper: Paper, unit: str, node: str, kind: str) -> Value:
    """One unit's value in one paper of the sheet."""
    whole = other.asked or paper.period
    if kind in ("rank", "grade") and (not node or node in paper.results):
        standing = other.result(paper, node or next(iter(paper.results), ""), whole).get(unit)
        if standing is None:
            return MISSING
        answer = standing.grade or None if kind == "grade" else standing.rank
        return MISSING if answer is None else answer
    part = node_reference(node or paper.totals(other.scheme.periods)[whole])
    period = other.scheme.periods.get(part.period or "", part.period or whole)
    if kind == "rank":
        return rank(other, paper, part.code, unit, period)
    value = other.score(paper, part.code, unit, period)
    if kind == "score" or isinstance(value, Gap):
        return value
    full = other.full(other.place(paper, part.code, unit, period))
    if not isinstance(full, Fraction):
        raise WrongScheme(f"{node} has no full marks")
    return value / full if full else UNDEFINED


def rank(other: World, paper: Paper, node: str, unit: str, period: str) -> Value:
    """As the sheet ranks the node, else by its values there, 1 2 2 4."""
    own = other.score(paper, node, unit, period)
    if isinstance(own, Gap):
        return own
    if "rank" in paper.nodes[node].keys:
        return other.node_rank(paper, node, unit, period)
    found = {one: other.score(paper, node, one, period) for one in other.units(paper)}
    return position(own, {u: v for u, v in found.items() if isinstance(v, Fraction)}, unit, "competition")
