"""What was handed in, read from the long CSV files."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from . import periods
from .numbers import MISSING, Value, read_cell


@dataclass
class Claim:
    """One entry of a bonus, a deduction or a veto."""

    points: Fraction | None
    level: str
    matter: str
    category: str
    day: date | None
    period: str


@dataclass
class Target:
    """One row of targets.csv."""

    value: Value
    since: date | None


@dataclass
class Inputs:
    """All five files, keyed for looking up."""

    units: dict[str, dict[str, Value]] = field(default_factory=dict)  # assessed, with attributes
    figures: dict[tuple[str, str, str, str], Value] = field(
        default_factory=dict
    )  # unit, figure, period, part
    targets: dict[tuple[str, str, str, str], list[Target]] = field(default_factory=dict)
    rows: dict[tuple[str, str], dict[str, dict[str, Value]]] = field(default_factory=dict)
    claims: dict[tuple[str, str], list[Claim]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)  # units any file speaks of, assessed or not
    dated: dict[tuple[str, str], list[tuple[date, Value]]] = field(default_factory=dict)
    first_month: int | None = None
    dated_figures: bool = False  # whether any figure says its period

    def since(self, period: str) -> None:
        """Something was handed in for a period."""
        if period:
            first = periods.months(period)[0]
            self.first_month = first if self.first_month is None else min(first, self.first_month)

    def attribute(self, unit: str, name: str, day: date) -> Value:
        """What groups.csv says of a unit, as of a day."""
        entries = [value for since, value in self.dated.get((unit, name), []) if since <= day]
        if entries:
            return entries[-1]
        return self.units.get(unit, {}).get(name, MISSING)


def table(text: str) -> list[dict[str, str]]:
    """The rows of a CSV, cells stripped."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    return [{key: (cell or "").strip() for key, cell in row.items() if key} for row in reader]


def day_of(text: str) -> date | None:
    """A date cell."""
    return date.fromisoformat(text) if text else None


def cell(text: str, of_words: bool) -> Value:
    """A cell; where words are declared, digits are words too."""
    return text if of_words and text not in ("", "/") else read_cell(text)


def read_inputs(
    codes: dict[str, str],
    *,
    figures: str,
    targets: str = "",
    groups: str = "",
    rows: str = "",
    claims: str = "",
    claim_codes: dict[str, str] | None = None,
    known_periods: dict[str, str] | None = None,
    words: frozenset[tuple[str, str]] = frozenset(),
) -> Inputs:
    """Read the files; `codes` maps a figure's code or label to its code, `words` are those of words."""
    found = Inputs()
    known = known_periods or {}
    found.named = {row["unit"] for text in (figures, targets, groups, rows) for row in table(text)}
    for row in table(groups):
        unit = row.pop("unit")
        since = day_of(row.pop("from", ""))
        values = {name: read_cell(cell) for name, cell in row.items()}
        if isinstance(values.get("class"), Fraction):
            values["class"] = row["class"]
        if since is None or unit not in found.units:
            found.units.setdefault(unit, {}).update(values)
        if since is not None:
            for name, value in values.items():
                if value is MISSING:
                    continue
                found.dated.setdefault((unit, name), []).append((since, value))
                found.dated[unit, name].sort(key=lambda entry: entry[0])
    for row in table(figures):
        period = known.get(row.get("period", ""), row.get("period", ""))
        code = codes.get(row["indicator"], row["indicator"])
        found.figures[row["unit"], code, period, row.get("series", "")] = cell(
            row["value"], ("", code) in words
        )
        if not groups:
            found.units.setdefault(row["unit"], {})
        found.since(period)
        found.dated_figures |= bool(period)
    for row in table(targets):
        period = known.get(row.get("period", ""), row.get("period", ""))
        code = codes.get(row["indicator"], row["indicator"])
        key = (row["unit"], code, row.get("kind") or "target", period)
        found.targets.setdefault(key, []).append(Target(read_cell(row["value"]), day_of(row.get("from", ""))))
    for row in table(rows):
        lines = found.rows.setdefault((row["unit"], row["list"]), {})
        lines.setdefault(row["row"], {})[row["field"]] = cell(
            row["value"], (row["list"], row["field"]) in words
        )
    for row in table(claims):
        found.since(known.get(row.get("period", ""), row.get("period", "")))
        points = read_cell(row.get("points", ""))
        code = row["adjustment"]
        code = (claim_codes or {}).get(code, code)
        found.claims.setdefault((row["unit"], code), []).append(
            Claim(
                points=points if isinstance(points, Fraction) else None,
                level=row.get("level", ""),
                matter=row.get("matter", ""),
                category=row.get("category", ""),
                day=day_of(row.get("date", "")),
                period=known.get(row.get("period", ""), row.get("period", "")),
            )
        )
    return found
