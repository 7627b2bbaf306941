"""What the first pages are made of: a thing to do with its button, a cell of the year, a bar."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias
from urllib.parse import urlencode

Told: TypeAlias = tuple[str, Mapping[str, Any]]  # a template, and what it is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """One thing that waits for this person, and the button that moves it on."""

    tag: str
    text: str
    tone: str = ""
    small: str = ""
    path: str = ""
    label: str = ""
    main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where one period stands at one stage; *state* is ``now`` where the work is."""

    value: str
    note: str = ""
    path: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One period of the year."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One unit's share of what it owes."""

    label: str
    share: Fraction
    path: str = ""


def to(path: str, **query: str) -> str:
    """*path* with its query; what is empty is left out.

    >>> to("/figures", period="2026", unit="")
    '/figures?period=2026'
    """
    asked = {name: value for name, value in query.items() if value}
    return path + ("?" + urlencode(asked) if asked else "")
