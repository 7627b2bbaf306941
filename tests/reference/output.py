"""The standings as CSV, one row a unit."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from fractions import Fraction

from . import bounds, imports, nodes, results
from .evaluate import Place
from .numbers import NA, Gap, Value, fixed, plain
from .periods import alike, months
from .scheme import Node, Paper
from .world import World

Column = tuple[str, Callable[[str], str]]


def cell(value: Value, decimals: int | None) -> str:
    """A value as it prints."""
    if value is NA:
        return "/"
    if isinstance(value, Gap):
        return ""
    if isinstance(value, Fraction):
        return plain(value) if decimals is None else fixed(value, decimals)
    return str(value)


def label(world: World, node: Node) -> str:
    """A node's label, else its figure's."""
    return str(node.get("label", world.scheme.figures.get(node.code, {}).get("label", node.code)))


def head_of(world: World, paper: Paper, node: Node) -> str:
    """A node's label, its parent's in front where another node bears the same."""
    own = label(world, node)
    if [label(world, other) for other in paper.nodes.values()].count(own) > 1 and node.parent:
        return f"{label(world, paper.nodes[node.parent])}/{own}"
    return own


def reached(world: World, paper: Paper, period: str) -> tuple[str, list[Node]]:
    """The node that is ranked, and the nodes computed with it."""
    totals = paper.totals(world.scheme.periods)
    total = totals.get(period, totals.get(paper.period, next(iter(totals.values()))))
    world.open(paper, total, period)
    for unit in world.units(paper):
        world.score(paper, total, unit, period)
    if alike(period, paper.period):
        for node in paper.nodes.values():
            if (paper.code, node.code) not in world.opened:
                world.open(paper, node.code, period)
    worked: set[tuple[str, str]] = set()
    while left := [(c, p) for (home, c), spans in world.opened.items() if home == paper.code for p in spans]:
        if not (left := [one for one in left if one not in worked]):
            break
        worked |= set(left)
        for code, span in left:  # whatever an expression names is then opened too
            for unit in world.units(paper):
                world.score(paper, code, unit, span)
    return total, [n for n in paper.nodes.values() if (paper.code, n.code) in world.opened]


def node_columns(world: World, paper: Paper, node: Node, period: str, head: str) -> list[Column]:
    """A node's column, its rows and its ranks."""
    place = Place(world, paper, "", period, node)
    decimals = bounds.printed_decimals(place)
    if imports.in_words(node):
        return [(head, lambda unit: cell(imports.taken(place.at(unit), node.keys), None))]
    columns: list[Column] = [(head, lambda unit: cell(world.score(paper, node.code, unit, period), decimals))]
    ranks = node.get("rank")
    if ranks:
        several = isinstance(ranks, dict) and all(isinstance(spec, dict) for spec in ranks.values())
        for which in ranks if several else [""]:
            name = f"{head}.rank" + (f".{which}" if which else "")
            columns.append((name, rank_cell(world, paper, node, period, which)))
    if "rows" in node.keys:
        by_unit = {u: [p for _, p in nodes.row_points(place.at(u))] for u in world.units(paper)}
        for k in range(max((len(points) for points in by_unit.values()), default=0)):
            columns.append((f"{head}#{k + 1}", row_cell(by_unit, k, decimals)))
    return columns


def row_cell(by_unit: dict[str, list[Fraction | Gap]], k: int, decimals: int | None) -> Callable[[str], str]:
    return lambda unit: cell(by_unit[unit][k], decimals) if k < len(by_unit[unit]) else ""


def rank_cell(world: World, paper: Paper, node: Node, period: str, which: str) -> Callable[[str], str]:
    return lambda unit: cell(world.node_rank(paper, node.code, unit, period, which), None)


def standing_cells(found: dict[str, results.Standing], unit: str) -> tuple[str, str]:
    one = found.get(unit)
    if one is None:
        return "", ""
    return "" if one.rank is None else plain(one.rank), one.grade


def write(world: World, paper: Paper, period: str, *, codes: bool = False) -> str:
    """The CSV of a paper in a period."""
    total, listed = reached(world, paper, period)
    columns: list[Column] = []
    shown = [n for n in listed if codes or (n.code != total and n.get("show", True) is not False)]
    several: dict[str, list[Node]] = {}
    for node in shown:
        opened = world.opened[paper.code, node.code]
        for one in opened:
            if len(opened) > 1:
                several.setdefault(one, []).append(node)
        if len(opened) == 1:
            head = node.code if codes else head_of(world, paper, node)
            columns += node_columns(world, paper, node, next(iter(opened)), head)
    for one in sorted(several, key=results_order):
        for node in several[one]:
            head = f"{one}/{node.code if codes else head_of(world, paper, node)}"
            columns += node_columns(world, paper, node, one, head)
    reaching = {node.code for node in listed}
    for code, keys in paper.adjustments.items():
        if keys.get("to") is None or keys["to"] in reaching:
            head = code if codes else str(keys.get("label", code))
            columns.append((head, adjustment_cell(world, paper, code, period)))
    result_codes = list(paper.results)
    first = world.result(paper, result_codes[0] if result_codes else "", period)
    for code in result_codes[1:]:
        found = world.result(paper, code, period)
        columns.append((f"{code}.rank", lambda unit, found=found: standing_cells(found, unit)[0]))  # type: ignore[misc]
        columns.append((f"{code}.grade", lambda unit, found=found: standing_cells(found, unit)[1]))  # type: ignore[misc]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["unit", "class", "score", "rank", "grade", *(head for head, _ in columns)])
    for unit in world.units(paper):
        decimals = bounds.printed_decimals(world.place(paper, total, unit, period))
        score = cell(world.score(paper, total, unit, period), decimals)
        rank, grade = standing_cells(first, unit)
        attribute = cell(world.class_of(paper, unit, paper.keys.get("class", "")), None)
        writer.writerow([unit, attribute, score, rank, grade, *(show(unit) for _, show in columns)])
    return out.getvalue()


def adjustment_cell(world: World, paper: Paper, code: str, period: str) -> Callable[[str], str]:
    return lambda unit: cell(world.adjustment(paper, code, unit, period), paper.round.get("total"))


def results_order(text: str) -> tuple[int, int]:
    """Periods by their end, shorter ones first."""

    first, last = months(text)
    return last, -first
