"""What a scoring run is given: units, and everything handed in about them, as plain values.

A value is text in the one number grammar, an ISO date, a word, or ``/`` for *not applicable*; what is
not here is *missing*.  The canonical bytes do not depend on the order in which anything was given.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple, TypeVar

NOT_APPLICABLE = "/"
EVERYBODY = "*"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unit:
    """Whoever is assessed, or a reference unit (the city as a whole) that no paper assesses."""

    code: str
    label: str = ""
    group: str = ""  # the class (类别) whose paper it is assessed by
    attributes: Mapping[str, str] = field(default_factory=dict)
    assessed: bool = True
    changes: tuple[tuple[str, Mapping[str, str]], ...] = ()  # (day, what holds from that day), by day

    def word(self, name: str, day: str) -> str:
        """An attribute as it holds on *day*; empty where it has none."""
        text = {"code": self.code, "label": self.label, "class": self.group, **self.attributes}.get(name, "")
        for since, changed in self.changes:
            if since <= day:
                text = changed.get(name, text)
        return str(text or "")


class Figure(NamedTuple):
    """One value one unit reports for one indicator; *series* names a part of it."""

    unit: str
    indicator: str
    value: str
    period: str = ""
    series: str = ""


class Target(NamedTuple):
    """What was promised: *kind* is ``target``, ``base``, ``full`` … and unit ``*`` is everybody.

    An approved change is a second row of the same key, in force *since* a day.
    """

    unit: str
    indicator: str
    value: str
    kind: str = "target"
    period: str = ""
    since: str = ""


class Row(NamedTuple):
    """One field of one row of a unit's list (a task's due date)."""

    unit: str
    list: str
    row: str
    field: str
    value: str
    period: str = ""


class Claim(NamedTuple):
    """One entry of a bonus, a deduction or a reported veto."""

    unit: str
    adjustment: str
    points: str = ""
    level: str = ""
    matter: str = ""
    category: str = ""
    date: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything one run is computed from, besides its recipe."""

    units: tuple[Unit, ...] = ()
    figures: tuple[Figure, ...] = ()
    targets: tuple[Target, ...] = ()
    rows: tuple[Row, ...] = ()
    claims: tuple[Claim, ...] = ()
    sheets: Mapping[str, str] = field(
        default_factory=dict
    )  # code → another assessment's score sheet, as JSON

    def canonical(self) -> bytes:
        """The same bytes for the same inputs, however they were ordered."""
        units = sorted(map(_unit, self.units), key=itemgetter(0))
        written: dict[str, object] = {
            "units": units,
            "figures": sorted(self.figures),
            "targets": sorted(self.targets),
            "rows": sorted(self.rows),
            "claims": sorted(self.claims),
        }
        if self.sheets:
            written["sheets"] = dict(sorted(self.sheets.items()))
        return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Inputs":
        """Read back what ``canonical`` wrote."""
        read = json.loads(stored)
        return cls(
            units=tuple(
                Unit(code, label, group, dict(known), assessed, tuple((d, dict(c)) for d, c in changes))
                for code, label, group, known, assessed, *changes in read["units"]
            ),
            figures=_all(Figure, read["figures"]),
            targets=_all(Target, read["targets"]),
            rows=_all(Row, read["rows"]),
            claims=_all(Claim, read["claims"]),
            sheets=read.get("sheets", {}),
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes, in hexadecimal."""
        return hashlib.sha256(self.canonical()).hexdigest()


def _unit(unit: Unit) -> list[object]:
    """One unit in canonical form; what never changed says nothing of changes."""
    known = [unit.code, unit.label, unit.group, sorted(unit.attributes.items()), unit.assessed]
    return [*known, *([since, sorted(changed.items())] for since, changed in unit.changes)]


def _all(kind: type[T], rows: Iterable[list[str]]) -> tuple[T, ...]:
    return tuple(kind(*row) for row in rows)
