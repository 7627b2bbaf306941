"""A scheme as the file says it, with `like`, `drop` and inheritance carried out."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from .expressions import Number, node_reference, tree_of

METHOD_KEYS = frozenset(
    [
        "out_of",
        "least",
        "over",
        "target_zero",
        "is",
        "to",
        "each",
        "deduct",
        "steps",
        "at_target",
        "rate",
        "knots",
        "beyond",
        "bands",
        "else",
        "start",
        "symmetric",
        "lo",
        "hi",
        "outer_lo",
        "outer_hi",
        "cases",
        "per",
        "first",
        "then",
        "most",
        "coefficients",
        "elements",
        "choices",
        "equal",
        "clamped",
        "at_mean",
        "mean_of",
        "step",
        "ties",
        "first_gets",
        "last_gets",
        "alone",
        "table",
        "from_end",
        "rest",
        "mean",
        "spread",
        "sd",
        "values",
        "leave_out",
        "issued",
        "turnout",
        "classes",
        "trim",
        "severity",
        "sheet",
        "paper",
        "node",
        "as",
        "method",
        "formula",
    ]
)


WORDS = ("word", "text", "文字", "文本", "说明")


@dataclass(eq=False)
class Node:
    """One node of a paper: its keys, and who it belongs to."""

    code: str
    keys: dict[str, Any]
    parent: str | None = None
    parts: list[tuple[str, Any]] = field(default_factory=list)  # (reference, weight or None)

    def get(self, key: str, default: Any = None) -> Any:
        return self.keys.get(key, default)

    @property
    def composed(self) -> bool:
        return "compose" in self.keys


@dataclass(eq=False)
class Paper:
    """One paper: who is assessed by it, its nodes, what follows the total."""

    code: str
    keys: dict[str, Any]
    nodes: dict[str, Node]
    round: dict[str, int]
    period: str

    @cached_property
    def adjustments(self) -> dict[str, dict[str, Any]]:
        return dict(self.keys.get("adjustments", {}))

    @cached_property
    def vetoes(self) -> dict[str, dict[str, Any]]:
        return dict(self.keys.get("vetoes", {}))

    @cached_property
    def results(self) -> dict[str, dict[str, Any]]:
        return dict(self.keys.get("results", {}))

    @cached_property
    def excess_to(self) -> dict[str, list[str]]:
        """By node, the nodes whose excess it takes."""
        found: dict[str, list[str]] = {}
        for node in self.nodes.values():
            if "excess_to" in node.keys:
                found.setdefault(node.keys["excess_to"], []).append(node.code)
        return found

    def totals(self, periods: dict[str, str]) -> dict[str, str]:
        """What is ranked, by the period's text."""
        total = self.keys.get("total", next(iter(self.nodes)))
        if isinstance(total, str):
            return {self.period: total}
        return {periods.get(code, code): node for code, node in total.items()}


@dataclass(eq=False)
class Scheme:
    """The whole file."""

    keys: dict[str, Any]
    periods: dict[str, str]
    figures: dict[str, dict[str, Any]]
    lists: dict[str, dict[str, Any]]
    methods: dict[str, dict[str, Any]]
    checks: dict[str, dict[str, Any]]
    papers: dict[str, Paper]

    @cached_property
    def words(self) -> frozenset[tuple[str, str]]:
        """Fields of lists, and figures (of list ""), that hold words whatever they look like."""
        measures = {("", code): rule.get("unit") for code, rule in self.figures.items()}
        for code, rule in self.lists.items():
            measures |= {(code, field): unit for field, unit in rule.get("fields", {}).items()}
        return frozenset(key for key, unit in measures.items() if unit in WORDS)


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Tables key by key; a new method or formula drops the keys of the old one."""
    old = dict(old)
    if "method" in new or "formula" in new:
        old = {key: value for key, value in old.items() if key not in METHOD_KEYS}
    for key, value in new.items():
        whole = key == "of" and isinstance(value, dict) and closes(value)
        if isinstance(value, dict) and isinstance(old.get(key), dict) and not whole:
            old[key] = merged(old[key], value)
        else:
            old[key] = value
    return old


def closes(weights: dict[str, Any]) -> bool:
    """Whether weights said anew make up the whole."""
    found = [tree_of(weight) for weight in weights.values()]
    return all(isinstance(one, Number) for one in found) and sum(
        one.value for one in found if isinstance(one, Number)
    ) == Fraction(1)


def without(node: dict[str, Any], drop: list[str]) -> dict[str, Any]:
    """A node whose parts are those that are left."""
    of = node.get("of")
    if isinstance(of, dict):
        return {**node, "of": {part: w for part, w in of.items() if node_reference(part).code not in drop}}
    if isinstance(of, list):
        return {**node, "of": [part for part in of if node_reference(part).code not in drop]}
    return node


def resolved(papers: dict[str, dict[str, Any]], code: str) -> dict[str, Any]:
    """A paper with what it is `like` merged in and what it drops taken out."""
    keys = dict(papers[code])
    like, drop = keys.pop("like", None), keys.pop("drop", [])
    if like is not None:
        base = resolved(papers, like)
        keep = {
            key: {c: v for c, v in value.items() if c not in drop}
            if key in ("nodes", "adjustments", "vetoes", "results")
            else value
            for key, value in base.items()
        }
        keys = merged_paper(keep, keys)
        keys["nodes"] = {c: without(node, drop) for c, node in keys.get("nodes", {}).items()}
        if isinstance(keys.get("total"), dict):
            keys["total"] = {when: node for when, node in keys["total"].items() if node not in drop}
    return keys


def merged_paper(base: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    """As `merged`; the paper's plain keys are replaced."""
    out = dict(base)
    for key, value in keys.items():
        if isinstance(value, dict) and isinstance(out.get(key), dict):
            out[key] = merged(out[key], value)
        else:
            out[key] = value
    return out


def nodes_of(keys: dict[str, Any]) -> dict[str, Node]:
    """The nodes in file order, each with its parts and parent."""
    nodes = {code: Node(code, dict(spec)) for code, spec in keys.get("nodes", {}).items()}
    for node in nodes.values():
        if not node.composed:
            continue
        of = node.get("of")
        if isinstance(of, dict):
            node.parts = list(of.items())
        elif of is not None:
            node.parts = [(reference, None) for reference in of]
        else:
            node.parts = [(n.code, n.get("weight")) for n in nodes.values() if n.get("in") == node.code]
    for node in nodes.values():
        if "in" in node.keys:
            node.parent = node.keys["in"]
    for node in nodes.values():
        for reference, _ in node.parts:
            part = node_reference(reference)
            if part.paper is None and part.code in nodes and nodes[part.code].parent is None:
                nodes[part.code].parent = node.code
    return nodes


def inherit(nodes: dict[str, Node]) -> None:
    """`clause`, `collector`, `group` and `missing` go down the tree."""
    for node in nodes.values():
        for key in ("clause", "collector", "group", "missing"):
            above, seen = nodes.get(node.parent or ""), {node.code}
            while key not in node.keys and above is not None and above.code not in seen:
                seen.add(above.code)
                if key in above.keys:
                    node.keys[key] = above.keys[key]
                above = nodes.get(above.parent or "")


def read_scheme(text: str) -> Scheme:
    """The scheme of a TOML text."""
    raw = tomllib.loads(text)
    head = raw.get("scheme", {})
    periods = {code: str(period) for code, period in raw.get("periods", {}).items()}
    papers = {}
    for code in raw.get("papers", {}):
        keys = resolved(raw["papers"], code)
        nodes = nodes_of(keys)
        inherit(nodes)
        own = keys.get("period")
        period = periods.get(own, own) if own else str(head.get("year", ""))
        papers[code] = Paper(code, keys, nodes, {**head.get("round", {}), **keys.get("round", {})}, period)
    return Scheme(
        keys=head,
        periods=periods,
        figures=raw.get("figures", {}),
        lists=raw.get("lists", {}),
        methods=raw.get("methods", {}),
        checks=raw.get("checks", {}),
        papers=papers,
    )
