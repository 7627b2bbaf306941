"""A scheme in the making, with everything that will be handed in for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from .cases import Case
from .generate_leaves import Keys, Leaf, number
from .generate_text import table, toml

YEAR, HALF, LAST = "2026", "2026H1", "2025"
PERIODS = {"q1": "2026Q1", "nine": "2026-01..2026-09", "half": HALF, "year": YEAR}
ZONES = ("东", "西")
ATTRIBUTES = ("zone", "people", "hard", "apart", "points", "parent", "district", "quota")
AFTER = ("adjustments", "vetoes", "results")


@dataclass
class Sheet:
    """One paper in the making."""

    code: str
    group: str  # the class of unit it assesses
    units: list[str]
    keys: Keys = field(default_factory=dict)
    nodes: dict[str, Keys] = field(default_factory=dict)
    adjustments: dict[str, Keys] = field(default_factory=dict)
    vetoes: dict[str, Keys] = field(default_factory=dict)
    results: dict[str, Keys] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The paper as lines of TOML."""
        text = [f"[papers.{self.code}]", *(f"{key} = {toml(value)}" for key, value in self.keys.items())]
        for name in ("nodes", *AFTER):
            entries = getattr(self, name)
            if entries:
                text += [f"[papers.{self.code}.{name}]"]
                text += [f"{code} = {toml(keys)}" for code, keys in entries.items()]
        return text


class Draft:
    """One case in the making: *rng* decides its shape, `data` what is handed in."""

    def __init__(self, rng: Random, name: str) -> None:
        self.rng = rng
        self.name = name
        self.data = Random(rng.getrandbits(32))
        self.head: Keys = {}
        self.figures: dict[str, Keys] = {}
        self.leaves: dict[str, Leaf] = {}
        self.reporters: dict[str, list[str]] = {}  # who reports each leaf's figure
        self.lists: dict[str, Keys] = {}
        self.methods: dict[str, Keys] = {}
        self.checks: dict[str, Keys] = {}
        self.sheets: list[Sheet] = []
        self.others: dict[str, Case] = {}  # other assessments, by the code they are imported under
        self.attributes: dict[str, dict[str, str]] = {}
        self.changes: list[list[str]] = []  # dated rows of groups.csv
        self.figure_rows: list[list[str]] = []
        self.target_rows: list[list[str]] = []
        self.claim_rows: list[list[str]] = []
        self.list_rows: list[list[str]] = []
        self.period = ""
        self.two_periods = self.maybe(0.25)
        self.prefix = "01" if self.maybe(0.06) else "u"  # 0101 is a code and no number
        self.tied = self.maybe(0.2)  # few different values, so that many units are alike
        self.gaps = rng.choice([0.0, 0.0, 0.0, 0.03, 0.1])

    def maybe(self, chance: float) -> bool:
        return self.rng.random() < chance

    def people(self, prefix: str, sizes: list[int]) -> list[str]:
        """Units of one class, with their attributes."""
        units = [f"{prefix}{k:02}" for k in range(1, self.rng.choice(sizes) + 1)]
        for unit in units:
            self.attributes[unit] = {
                "zone": self.data.choice(ZONES),
                "people": number(self.data, 1, 30),
                "hard": self.data.choice(["1", "1.1", "0.9", "1.25"]),
                "apart": "1" if self.data.random() < 0.1 else "0",
                "points": number(self.data, 3, 9),
                "parent": self.data.choice(["", "", f"{prefix}01"]),
                "district": self.data.choice(["east", "west", "west", ""]),
                "quota": self.data.choice(["1", "2", "3", "2.5", "1", ""]),
            }
        return units

    def spelled(self, row: list[str]) -> list[str]:
        """A row of figures, its period and its indicator perhaps called by another of their names."""
        unit, code, cell, period, part = row
        names = {text: name for name, text in PERIODS.items()}
        if self.data.random() < 0.02:
            code = str(self.figures.get(code, {}).get("label", code))
        if self.data.random() < 0.02:
            period = names.get(period, period)
        if self.data.random() < 0.02 and PERIODS.get(period, period) == YEAR:
            period = ""
        percent = self.figures.get(row[1], {}).get("unit") == "%" and cell[:1].isdigit()
        return [unit, code, f"{cell}%" if percent and self.data.random() < 0.05 else cell, period, part]

    def case(self) -> Case:
        """The texts."""
        head: Keys = {"code": "random", "name": "随机", "year": 2026, "language": 2, **self.head}
        text = ["[scheme]", *(f"{key} = {toml(value)}" for key, value in head.items())]
        text += ["[periods]", *(f"{code} = {toml(period)}" for code, period in PERIODS.items())]
        text += ["[figures]", *(f"{code} = {toml(keys)}" for code, keys in self.figures.items())]
        for name, entries in (("lists", self.lists), ("methods", self.methods), ("checks", self.checks)):
            for code, keys in entries.items():
                text += [f"[{name}.{code}]", *(f"{key} = {toml(value)}" for key, value in keys.items())]
        for sheet in self.sheets:
            text += sheet.lines()
        group = {unit: sheet.group for sheet in self.sheets for unit in sheet.units}
        if self.data.random() < 0.15:  # units may stand in any order in the file
            group = dict(self.data.sample(list(group.items()), len(group)))
        self.figure_rows = [self.spelled(row) for row in self.figure_rows]
        groups: list[list[Any]] = [[u, group[u], *self.attributes[u].values(), ""] for u in group]
        return Case(
            name=self.name,
            scheme="\n".join(text) + "\n",
            figures=table("unit,indicator,value,period,series", self.figure_rows),
            targets=table("unit,indicator,kind,value,period,from", self.target_rows),
            groups=table(f"unit,class,{','.join(ATTRIBUTES)},from", groups + self.changes),
            rows=table("unit,list,row,field,value", self.list_rows),
            claims=table("unit,adjustment,points,level,matter,category,date,period", self.claim_rows),
            period=self.period,
            sheets=self.others,
        )


def filled(value: Any, code: str) -> Any:
    """Keys with the leaf's own code in the place of §."""
    if isinstance(value, str):
        return value.replace("§", code)
    if isinstance(value, list):
        return [filled(one, code) for one in value]
    if isinstance(value, dict):
        return {key: filled(one, code) for key, one in value.items()}
    return value


def split(rng: Random, whole: int, size: int) -> list[int]:
    """Whole numbers that sum to the whole, none of them zero."""
    cuts = sorted(rng.sample(range(1, whole), min(size, whole) - 1)) if whole > 1 else []
    return [b - a for a, b in zip([0, *cuts], [*cuts, whole], strict=True)]
