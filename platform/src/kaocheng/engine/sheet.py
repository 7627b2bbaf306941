"""The score sheet: what one run yields, immutable, the same bytes for the same inputs and recipe.

Values are kept exactly, as text: a decimal (``86.57``), a fraction where no decimal is exact
(``1/3``), ``/`` for *not applicable*, ``None`` for *missing*.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from kaocheng.engine.checks import Struck, told
from kaocheng.engine.plugged import Failed
from kaocheng.engine.rounding import printed

NOT_APPLICABLE = "/"
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+|/[0-9]+)?")  # a grade may be called 3星


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a paper: a node in one period, a row of a list, an adjustment or another result."""

    key: str  # "revenue", "2026H1/revenue" where a node is computed in several periods, "tasks#1"
    node: str
    period: str
    label: str
    kind: str = "node"  # node | row | adjustment | rank | grade
    decimals: int = 2  # how it is printed
    full: str | None = None  # full marks, as text, where they are the same for every unit
    parent: str | None = None  # key of the column it adds to
    clause: str | None = None
    show: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit's place in one result, and the reasons for its grade as (code, facts) pairs."""

    unit: str
    score: str | None
    rank: int | str | None
    grade: str | None
    vetoes: tuple[str, ...] = ()
    apart: bool = False
    why: tuple[tuple[str, Mapping[str, str]], ...] = ()


@dataclass(frozen=True)
class PaperSheet:
    """One class of units, scored by one paper."""

    code: str
    label: str
    group: str
    total: str  # key of the column that is "the" score
    columns: tuple[Column, ...]
    units: tuple[str, ...]
    labels: Mapping[str, str]
    values: Mapping[str, tuple[str | None, ...]]  # column key → one text per unit, in the order of units
    results: Mapping[str, tuple[Standing, ...]]  # result code → one per unit; the first is "the" result
    notes: tuple[str, ...] = ()
    classes: Mapping[str, str] = field(default_factory=dict)  # unit → its class, where the paper names none

    @cached_property
    def row(self) -> Mapping[str, int]:
        """Unit code → its position in every column."""
        return {unit: i for i, unit in enumerate(self.units)}

    @cached_property
    def column(self) -> Mapping[str, Column]:
        """Column key → column."""
        return {column.key: column for column in self.columns}

    @property
    def standings(self) -> tuple[Standing, ...]:
        """The paper's own result: one standing per unit, in the order of units."""
        return next(iter(self.results.values()), ())

    def value(self, unit: str, key: str) -> Fraction | None:
        """The exact value; ``None`` where it is missing or not applicable."""
        stored = self.values[key][self.row[unit]]
        return None if stored is None or not _is_number(stored) else Fraction(stored)

    def shown(self, unit: str, key: str) -> str:
        """The cell as it is printed: rounded half up to the column's decimals; ``/``; or empty."""
        stored = self.values[key][self.row[unit]]
        if stored is None:
            return ""
        return _printed(stored, self.column[key].decimals) if _is_number(stored) else stored


@dataclass(frozen=True)
class Sheet:
    """Everything one run yields."""

    engine: str
    scheme: str
    recipe: str  # digest
    inputs: str  # digest
    period: str
    papers: tuple[PaperSheet, ...]
    exact_cells: int = 0  # cells that took the slow exact path
    facts: Mapping[str, str] = field(default_factory=dict)  # functions of packs, by the method's code
    struck: tuple[Struck, ...] = ()  # what a check doubted or voided
    failed: tuple[Failed, ...] = ()  # functions of packs that gave nothing to count with

    @property
    def findings(self) -> list[str]:
        """What the scheme's checks and the packs' functions found, a line each."""
        return [*told(self.struck), *map(str, self.failed)]

    def paper(self, group_or_code: str) -> PaperSheet:
        """The paper of one class, by the class's name or the paper's code."""
        for paper in self.papers:
            if group_or_code in (paper.code, paper.group, paper.label):
                return paper
        raise KeyError(group_or_code)

    def to_bytes(self) -> bytes:
        """Canonical JSON; the order of results is kept beside them, because the first is "the" result."""
        return json.dumps(
            self, default=_fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode()

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Sheet":
        """Read back what ``to_bytes`` wrote."""
        read = json.loads(stored)
        struck = tuple(Struck(**one) for one in read.get("struck", ()))
        failed = tuple(Failed(**one) for one in read.get("failed", ()))
        papers = tuple(map(_paper, read["papers"]))
        return cls(**{**read, "papers": papers, "struck": struck, "failed": failed})


def _fields(part: Any) -> dict[str, Any]:
    """The fields of one dataclass, for JSON; what is inside them is asked for in its turn."""
    written = {f.name: getattr(part, f.name) for f in fields(part)}
    # A sheet that has nothing of these keeps the bytes it always had.
    for later in ("struck", "classes", "failed"):
        if later in written and not written[later]:
            del written[later]
    return written | {"order": list(part.results)} if isinstance(part, PaperSheet) else written


def _paper(read: dict[str, Any]) -> PaperSheet:
    order = read.pop("order", None) or list(read["results"])
    return PaperSheet(
        **{
            **read,
            "columns": tuple(Column(**c) for c in read["columns"]),
            "units": tuple(read["units"]),
            "values": {k: tuple(v) for k, v in read["values"].items()},
            "results": {k: tuple(map(_standing, read["results"][k])) for k in order},
            "notes": tuple(read["notes"]),
        }
    )


def _standing(read: dict[str, Any]) -> Standing:
    return Standing(**{**read, "vetoes": tuple(read["vetoes"]), "why": tuple((c, f) for c, f in read["why"])})


@lru_cache(100_000)  # a page shows thousands of cells and few different numbers
def _printed(stored: str, decimals: int) -> str:
    return printed(Fraction(stored), decimals)


def _is_number(stored: str) -> bool:
    return _NUMBER.fullmatch(stored) is not None
