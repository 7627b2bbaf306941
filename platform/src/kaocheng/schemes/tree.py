"""One paper as its readers see it: the tree of its nodes in page order, each beside its clause."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe
from kaocheng.engine.wording import vocabulary
from kaocheng.formats import span
from kaocheng.schemes import words
from kaocheng.schemes.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One node of the tree, ready to be read."""

    code: str
    label: str
    depth: int
    composed: bool
    full: str
    share: str
    measure: str
    method: str
    details: tuple[str, ...]
    collector: str
    clause: str
    clause_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An adjustment, a veto or a result: what it is called, what it says, and its clause."""

    code: str
    label: str
    says: tuple[str, ...]
    clause: str
    clause_text: str


def lines(recipe: Recipe, paper: PaperRule) -> tuple[Line, ...]:
    """The nodes from the top down; what adds to two nodes stands under the first of them."""
    below = {code: _parts(paper, node) for code, node in paper.nodes.items()}
    inside = {part for parts in below.values() for part in parts}
    depths: dict[str, int] = {}

    def walk(code: str, depth: int) -> None:
        if code not in depths:
            depths[code] = depth
            for part in below[code]:
                walk(part, depth + 1)

    for code in paper.nodes:
        if code not in inside:
            walk(code, 0)
    return tuple(_line(recipe, paper, paper.nodes[code], depth) for code, depth in depths.items())


def labelled(paper: PaperRule, recipe: Recipe, code: str) -> str:
    """The tenant's word for a node, a figure or a period of one (``items@half``)."""
    name, at, period = code.partition("@")
    node = paper.nodes.get(name)
    other = paper.table("adjustments").get(name) or recipe.figures.get(name, {})
    label = _label(recipe, node) if node else str(other.get("label", name))
    return f"{label}({span(recipe.period(period))})" if at else label


def words_of(recipe: Recipe, paper: PaperRule, node: NodeRule | None = None) -> Words:
    """The tenant's words in a rule of *paper*; in the row of *node* its figure's parts go by their own."""
    code = node.code if node is not None else ""
    parts = {part: str(label) for part, label in (recipe.figures.get(code, {}).get("parts") or {}).items()}
    fields = recipe.lists.get(str(node.get("rows")), {}).get("fields") or {} if node is not None else {}
    named = vocabulary(recipe, paper, code, fields) | {f"{code}.{part}": parts[part] for part in parts}
    named |= {f"@{name}": span(period) for name, period in recipe.periods.items()}
    return Words(lambda name: parts.get(name) or labelled(paper, recipe, name), named)


def _parts(paper: PaperRule, node: NodeRule) -> tuple[str, ...]:
    named = [str(part).partition("@")[0] for part in node.get("of") or ()] if node.composed else []
    found = dict.fromkeys([*named, *paper.parts.get(node.code, ())])
    return tuple(part for part in found if part in paper.nodes and part != node.code)


def _line(recipe: Recipe, paper: PaperRule, node: NodeRule, depth: int) -> Line:
    figure = recipe.figures.get(node.code, {})
    clause = str(_inherited(paper, node, "clause") or "")
    above = paper.nodes.get(str(node.get("in", "")))
    if node.composed and above is not None and above.get("clause") == clause:
        clause = ""  # the group says nothing of its own; the clause stands one line up
    return Line(
        code=node.code,
        label=_label(recipe, node),
        depth=depth,
        composed=node.composed,
        full=str(node.get("full", "")),
        share=_share(paper, node),
        measure=str(figure.get("unit", "")),
        method=words.method(node, recipe.methods),
        details=words.details(node, words_of(recipe, paper, node)),
        collector=str(figure.get("collector") or _inherited(paper, node, "collector") or ""),
        clause=clause,
        clause_text=recipe.clauses.get(clause, ""),
    )


def _label(recipe: Recipe, node: NodeRule) -> str:
    return str(node.get("label") or recipe.figures.get(node.code, {}).get("label") or node.code)


def _share(paper: PaperRule, node: NodeRule) -> str:
    """What the node weighs in whatever names it with a weight, where it is named once."""
    found = [
        str(share)
        for other in paper.nodes.values()
        if isinstance(other.get("of"), Mapping)
        for part, share in other["of"].items()
        if part == node.code
    ]
    return found[0] if len(found) == 1 else str(node.get("weight", ""))


def _inherited(paper: PaperRule, node: NodeRule, key: str) -> Any:
    while True:
        if node.get(key) is not None or node.get("in") not in paper.nodes:
            return node.get(key)
        node = paper.nodes[node["in"]]
