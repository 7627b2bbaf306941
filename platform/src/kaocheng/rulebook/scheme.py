"""A scheme as it was read: every paper whole, after ``like`` and ``from``, with its lines remembered."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from kaocheng.engine.recipe import Recipe
from kaocheng.rulebook.source import Source


class Packs(Protocol):
    """What the packs at hand give a scheme; ``KeyError`` where they have no such thing."""

    def template(self, reference: str) -> Mapping[str, Any]:
        """The tables of ``pack:template@edition``."""

    def method(self, reference: str) -> Mapping[str, Any]:
        """The table of the method ``pack:method@edition``, by value."""

    def offers(self, method: str) -> Sequence[str]:
        """The references of methods of this name."""


@dataclass(frozen=True, slots=True)
class FigureRule:
    """Something that is reported."""

    code: str
    label: str
    measure: str = ""
    collector: str = ""
    parts: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ListRule:
    """A list below a unit (tasks, projects), with the measure of each field."""

    code: str
    label: str
    fields: Mapping[str, str]
    collector: str = ""


@dataclass(frozen=True)
class Scheme:
    """A whole scheme, ready to be linted and compiled."""

    source: Source
    keys: Mapping[str, Any]
    packs: Packs | None = field(default=None, compare=False, repr=False)  # at hand where it was read

    @property
    def text(self) -> str:
        """The file as it was written."""
        return self.source.text

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def code(self) -> str:
        """The scheme's code."""
        return str(self.keys["code"])

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.keys.get("name") or self.code)

    @property
    def year(self) -> int:
        """The year it assesses."""
        return int(self.keys["year"])

    @property
    def periods(self) -> Mapping[str, str]:
        """Names of periods → periods."""
        found: Mapping[str, str] = self.keys.get("periods") or {}
        return found

    @property
    def clauses(self) -> Mapping[str, str]:
        """Clause code → words."""
        found: Mapping[str, str] = self.keys.get("clauses") or {}
        return found

    @cached_property
    def figures(self) -> Mapping[str, FigureRule]:
        """What is reported, by code."""
        return {
            code: FigureRule(
                code,
                str(rule.get("label", code)),
                str(rule.get("unit", "")),
                str(rule.get("collector", "")),
                rule.get("parts"),
            )
            for code, rule in (self.keys.get("figures") or {}).items()
        }

    @cached_property
    def lists(self) -> Mapping[str, ListRule]:
        """Lists, by code."""
        return {
            code: ListRule(
                code,
                str(rule.get("label", code)),
                dict(rule.get("fields") or {}),
                str(rule.get("collector", "")),
            )
            for code, rule in (self.keys.get("lists") or {}).items()
        }

    @property
    def recipe(self) -> Recipe:
        """The scheme by value; ``compile_scheme`` checks it first."""
        return Recipe(self.keys)
