"""Schemes written by hand, each for some corner of the language, with random inputs."""

from __future__ import annotations

import re
from random import Random

from . import periods
from .cases import HERE, Case
from .generate_leaves import number
from .generate_text import table
from .scheme import Scheme, read_scheme

CHOICE = re.compile("«([^»]*)»")  # «a¦b»: one of them, by the seed
GIVEN = HERE.parent / "schemes" / "given"  # the language's authors' own
PATHS = {
    **{path.stem: path for path in (HERE / "data" / "schemes").glob("*.toml")},
    **{path.parent.name: path for path in GIVEN.glob("*/scheme.toml")},
}
SPANS = {
    "across": [*periods.inside("2026H1", "month"), *periods.inside("2026H1", "quarter"), "2025-12"],
    "36-warning-lights": [*periods.inside("2025", "month"), "2025"],
    "odds": ["2026", *periods.inside("2026", "quarter"), "2025"],
    "ledger": ["2026", "2026H1", "2025"],
    "seed-000-bureau-comprehensive": ["2022", *periods.inside("2022", "month")],
    "11-jiangxi-base-coefficient": ["2022", "2021"],
    "27-water-pollution-basin": ["2010", "2009"],
}
RANGES = {
    "分": (0, 100, 1),
    "%": (55, 100, 1),
    "个": (0, 9, 0),
    "次": (0, 4, 0),
    "人": (0, 60, 0),
    "是否": (0, 1, 0),
}
OWN = {"issued": (8, 50, 0), "other": (0, 20, 1), "order": (0, 20, 1), "months": (10, 12, 0)}
LEVELS = ("rank_first", "rank_front", "award", "instruction", "conference")


class Theme:
    """Random inputs for one scheme."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.rng = Random(f"{name} {seed}")
        written = PATHS[name].read_text(encoding="utf-8")
        self.text = CHOICE.sub(lambda found: self.rng.choice(found[1].split("¦")), written)
        self.scheme: Scheme = read_scheme(self.text)
        self.gap = self.rng.choice([0.0, 0.02, 0.08])
        self.spans = SPANS.get(self.name) or list(self.scheme.periods.values())

    def groups(self) -> list[list[str]]:
        rows = []
        classes = dict.fromkeys(paper.keys.get("class", "") for paper in self.scheme.papers.values())
        first: list[str] = []
        for k, name in enumerate(classes):
            units = [f"{'abcdefg'[k]}{j}" for j in range(1, self.rng.choice([1, 2, 4, 6, 9]) + 1)]
            first = first or units
            for unit in units:
                zone, coast = self.rng.choice("东西"), self.rng.choice(["1", "0"])
                if self.name == "circles":  # circles of unlike size: equal remainders have no order
                    zone = "东" if len(units) > 2 and unit in units[: len(units) // 3] else "西"
                apart, weight = self.rng.choice(["0", "0", "1"]), self.rng.choice(["1", "1.2"])
                has_gdp = self.rng.choice(["1", "1", "0"])
                rows.append([unit, name, zone, coast, apart, weight, has_gdp, self.rng.choice(first)])
        return rows

    def value(self, measure: str, code: str = "") -> str:
        low, high, decimals = OWN.get(code) or RANGES.get(measure, (1, 120, 1))
        if "date" in measure:
            return (
                f"{self.scheme.keys['year']}-{self.rng.randint(1, 12):02}-{self.rng.choice([1, 15, 28]):02}"
            )
        return number(self.rng, low, high, decimals)

    def figures(self, units: list[str]) -> list[list[str]]:
        rows = []
        for code, keys in self.scheme.figures.items():
            for unit in units:
                for span in self.spans:
                    if self.rng.random() < self.gap:
                        continue
                    for part in keys.get("parts", {"": ""}):
                        cell = (
                            "/"
                            if self.rng.random() < self.gap / 2
                            else self.value(keys.get("unit", ""), code)
                        )
                        rows.append([unit, code, cell, span, part])
        return rows

    def targets(self, units: list[str]) -> list[list[str]]:
        rows = []
        for code, keys in self.scheme.figures.items():
            for kind in ("target", "base", "stretch", *(["full"] if self.name == "targets" else [])):
                for unit in units[: len(units) // 2] if kind == "full" else units:
                    for span in self.spans:
                        longest = span == self.spans[-1] or len(self.spans) < 3
                        if self.rng.random() < (0.9 if longest or "month" in self.text else 0.2):
                            value = self.value(keys.get("unit", ""))
                            rows.append([unit, code, kind, value, span, ""])
                            if longest and self.rng.random() < 0.1:
                                again = self.value(keys.get("unit", ""))
                                rows.append([unit, code, kind, again, span, f"{span[:4]}-05-01"])
        return rows

    def lists(self, units: list[str]) -> list[list[str]]:
        rows = []
        for code, keys in self.scheme.lists.items():
            for unit in units:
                for k in range(self.rng.randint(0 if self.gap else 1, 4)):
                    for name, measure in keys.get("fields", {}).items():
                        if measure in ("", "text"):
                            cell = self.rng.choice(["省", "市"])
                        elif self.rng.random() < 0.15 and name in ("done", "closed", "neighbour_samples"):
                            continue
                        else:
                            cell = "12" if name == "months" else self.value(measure)
                        rows.append([unit, code, str(k + 1), name, cell])
        return rows

    def claims(self, groups: list[list[str]]) -> list[list[str]]:
        rows = []
        for paper in self.scheme.papers.values():
            units = [row[0] for row in groups if row[1] == paper.keys.get("class", "")]
            for code, keys in {**paper.adjustments, **paper.vetoes}.items():
                for unit in units:
                    if "when" in keys or "formula" in keys or self.rng.random() < 0.6:
                        continue
                    points = "" if "levels" in keys or "kind" not in keys else number(self.rng, 0, 3, 1)
                    level = self.rng.choice(LEVELS) if "levels" in keys else ""
                    rows.append([unit, code, points, level, self.rng.choice(["", "m"]), "", "", ""])
        return rows

    def case(self) -> Case:
        groups = self.groups()
        units = [row[0] for row in groups]
        everybody = [*units, "市", "city"]
        targets = self.targets(units)
        return Case(
            name=f"{self.name}",
            scheme=self.text,
            figures=table("unit,indicator,value,period,series", self.figures(everybody)),
            targets=table("unit,indicator,kind,value,period,from", targets),
            groups=table("unit,class,zone,coast,apart,weight,has_gdp,parent", groups),
            rows=table("unit,list,row,field,value", self.lists(units)),
            claims=table("unit,adjustment,points,level,matter,category,date,period", self.claims(groups)),
            period=self.rng.choice(["", "", self.spans[0]] if self.name == "targets" else [""]),
        )


NAMES = sorted(PATHS)


def themed_case(name: str, seed: int) -> Case:
    """Random inputs for the scheme of that name."""
    return Theme(name, seed).case()
