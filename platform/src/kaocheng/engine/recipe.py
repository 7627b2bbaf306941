"""The recipe: a scheme compiled by value, all a run needs besides its inputs.

It is plain data (strings, lists, tables) in the scheme's own words, so that it is kept beside the sheet
for ever, has one digest, and reads like the 考核办法 it came from.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kaocheng.engine.periods import moved, span

ENGINE = "1"  # changes when the same recipe and inputs could give another sheet


@dataclass(frozen=True)
class NodeRule:
    """One node of a paper: a leaf with a method or formula, or a composition of parts."""

    code: str
    keys: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.keys[key]

    def get(self, key: str, default: Any = None) -> Any:
        """A key of the node as the scheme gives it."""
        return self.keys.get(key, default)

    @property
    def label(self) -> str:
        """The tenant's word for it."""
        return str(self.keys.get("label") or self.code)

    @property
    def composed(self) -> bool:
        """Whether it is made of parts."""
        return "compose" in self.keys


@dataclass(frozen=True)
class PaperRule:
    """One class's paper (卷): its tree, its adjustments, vetoes and results."""

    code: str
    keys: Mapping[str, Any]

    @property
    def group(self) -> str:
        """The class it assesses; empty: every unit."""
        return str(self.keys.get("class", ""))

    @property
    def label(self) -> str:
        """What it is called."""
        return str(self.keys.get("label") or self.group or self.code)

    @cached_property
    def nodes(self) -> Mapping[str, NodeRule]:
        """Its nodes in the order of the file."""
        return {code: NodeRule(code, keys) for code, keys in self.keys["nodes"].items()}

    @cached_property
    def parts(self) -> Mapping[str, tuple[str, ...]]:
        """Node → the nodes that say they are ``in`` it."""
        inside: dict[str, list[str]] = {}
        for node in self.nodes.values():
            if node.get("in"):
                inside.setdefault(node["in"], []).append(node.code)
        return {code: tuple(children) for code, children in inside.items()}

    @cached_property
    def excess(self) -> Mapping[str, tuple[str, ...]]:
        """Node → the nodes whose points beyond full marks join it."""
        found: dict[str, list[str]] = {}
        for node in self.nodes.values():
            if node.get("excess_to"):
                found.setdefault(node["excess_to"], []).append(node.code)
        return {code: tuple(others) for code, others in found.items()}

    def table(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Its ``adjustments``, ``vetoes`` or ``results``."""
        found: Mapping[str, Mapping[str, Any]] = self.keys.get(kind) or {}
        return found


@dataclass(frozen=True)
class Recipe:
    """A whole scheme, by value."""

    keys: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The scheme's code."""
        return str(self.keys["code"])

    @property
    def year(self) -> str:
        """The year it assesses, as a period."""
        return str(self.keys["year"])

    @cached_property
    def papers(self) -> Mapping[str, PaperRule]:
        """Its papers in the order of the file."""
        return {code: PaperRule(code, keys) for code, keys in self.keys["papers"].items()}

    @property
    def periods(self) -> Mapping[str, str]:
        """The names of its periods: ``half`` → ``2026H1``."""
        found: Mapping[str, str] = self.keys.get("periods") or {}
        return found

    @property
    def figures(self) -> Mapping[str, Mapping[str, Any]]:
        """What is reported."""
        found: Mapping[str, Mapping[str, Any]] = self.keys.get("figures") or {}
        return found

    @property
    def lists(self) -> Mapping[str, Mapping[str, Any]]:
        """Lists below a unit."""
        found: Mapping[str, Mapping[str, Any]] = self.keys.get("lists") or {}
        return found

    @property
    def methods(self) -> Mapping[str, Mapping[str, Any]]:
        """Methods of the scheme's own, and of its packs."""
        found: Mapping[str, Mapping[str, Any]] = self.keys.get("methods") or {}
        return found

    @property
    def checks(self) -> Mapping[str, Mapping[str, Any]]:
        """Checks on what is handed in."""
        found: Mapping[str, Mapping[str, Any]] = self.keys.get("checks") or {}
        return found

    @property
    def clauses(self) -> Mapping[str, str]:
        """Clause code → the words of the document."""
        found: Mapping[str, str] = self.keys.get("clauses") or {}
        return found

    def home(self, paper: PaperRule, reference: str) -> tuple[PaperRule, str]:
        """The paper whose node a reference names (``province/total``), else *paper*; and the name there."""
        other, _slash, rest = (part.strip() for part in reference.partition("/"))
        found = self.papers.get(other)
        known = found is not None and rest.partition("@")[0] in found.nodes
        return (found, rest) if found is not None and known else (paper, reference.strip())

    def decimals(self, paper: PaperRule, what: str) -> int | None:
        """Decimals of a ``leaf`` or the ``total``; ``None`` where nothing is rounded."""
        declared = {**(self.keys.get("round") or {}), **(paper.keys.get("round") or {})}.get(what)
        return None if declared in (None, "none") else int(declared)

    def ranked_to(self, paper: PaperRule, code: str, *, promised: bool = False) -> int | None:
        """Decimals a node is ranked and graded by: its own, else the total's; ``None``: exactly.

        *promised*: its full marks are handed in with the targets.
        """
        node = paper.nodes.get(code.partition("@")[0])
        if node is not None and "round" in node.keys:
            return None if node["round"] in (None, "none") else int(node["round"])
        leaf = node is not None and not node.composed and (promised or "full" in node.keys)
        own = self.decimals(paper, "leaf") if leaf else None
        return self.decimals(paper, "total") if own is None else own

    def period(self, name: str) -> str:
        """A period by its name in the scheme, or as it is written."""
        return str(self.periods.get(name, name))

    def named(self, name: str, paper: PaperRule, period: str) -> str:
        """What ``@half`` is in *period*: the scheme's own, in as many years before (or after) as that is."""
        known = self.periods.get(name)
        if known is None:
            return name
        return moved(str(known), int(period[:4]) - int(self.own_period(paper)[:4]))

    def own_period(self, paper: PaperRule) -> str:
        """The period a paper's grades belong to."""
        return self.period(str(paper.keys.get("period") or self.year))

    def undated(self, asked: str) -> str:
        """What a figure belongs to that says no period, in a run of *asked*: the paper's own period.

        Where another year or month is asked for, that one takes its place.
        """
        first = next(iter(self.papers.values()), None)
        own = self.own_period(first) if first else self.year
        return asked if span(asked).months == span(own).months else own

    def publishes(self, paper: PaperRule, period: str) -> bool:
        """Whether the scheme itself names *period* as one the paper gives a result for."""
        named = isinstance(paper.keys.get("total"), Mapping) or period == self.own_period(paper)
        return named and self.total(paper, period) is not None

    def total(self, paper: PaperRule, period: str) -> str | None:
        """The node ranked in *period*; ``None`` where the paper gives no result then.

        A paper of one month, quarter or year can be asked for any other: the rules of July score August.
        """
        declared = paper.keys.get("total")
        if isinstance(declared, Mapping):
            return next((node for name, node in declared.items() if self.period(name) == period), None)
        if declared is None:
            tops = [n.code for n in paper.nodes.values() if not n.get("in") and not n.get("only_shown")]
            declared = "total" if "total" in paper.nodes else (tops[0] if tops else None)
        alike = period == (own := self.own_period(paper)) or span(period).months == span(own).months
        return str(declared) if declared and alike else None

    def to_bytes(self) -> bytes:
        """Canonical JSON; the order of nodes is part of it, because it is the order of pages."""
        return json.dumps(self.keys, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Recipe":
        """Read back what ``to_bytes`` wrote."""
        return cls(json.loads(stored))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.to_bytes()).hexdigest()
