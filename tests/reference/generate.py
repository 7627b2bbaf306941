"""Random schemes with inputs: every method and composition, gaps, ties. The same seed, the same case."""

from __future__ import annotations

from random import Random
from typing import Any

from .cases import Case
from .generate_leaves import LEAVES, Keys, Leaf, Sampler, between, number, of
from .generate_text import table, toml

YEAR, HALF, LAST = "2026", "2026H1", "2025"
ZONES = ("东", "西")


class Maker:
    """One case in the making."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.seed = seed
        self.figures: dict[str, Keys] = {}
        self.leaves: dict[str, Leaf] = {}
        self.nodes: dict[str, Keys] = {}
        self.figure_rows: list[list[str]] = []
        self.target_rows: list[list[str]] = []
        self.claim_rows: list[list[str]] = []
        self.list_rows: list[list[str]] = []
        self.adjustments: dict[str, Keys] = {}
        self.vetoes: dict[str, Keys] = {}
        self.results: dict[str, Keys] = {}
        self.two_periods = self.rng.random() < 0.35
        self.gaps = self.rng.choice([0.0, 0.0, 0.03, 0.1])
        self.units = [f"u{k:02}" for k in range(1, self.rng.choice([1, 2, 3, 4, 5, 7, 9, 12]) + 1)]
        self.attributes = {
            unit: {
                "zone": self.rng.choice(ZONES),
                "people": number(self.rng, 1, 30),
                "hard": self.rng.choice(["1", "1.1", "0.9", "1.25"]),
                "apart": "1" if self.rng.random() < 0.1 else "0",
            }
            for unit in self.units
        }

    def maybe(self, chance: float) -> bool:
        return self.rng.random() < chance

    # ---- the tree ----------------------------------------------------------------------------

    def leaf(self, parent: str, full: int | None, weight: str | None = None) -> str:
        """One leaf with a random method and random rules."""
        rng = self.rng
        code = f"n{len(self.leaves) + 1}"
        leaf = LEAVES[rng.choice(list(LEAVES))](rng, full or 5)
        keys = {key: substituted(value, code) for key, value in leaf.keys.items()}
        node: Keys = {"in": parent, "label": f"指标{len(self.leaves) + 1}"}
        if full is not None:
            node["full"] = full
        if weight is not None:
            node["weight"] = weight
        node |= keys
        if keys.get("method") not in ("rank_gain",):
            self.rules(node, full)
        self.nodes[code] = node
        self.leaves[code] = leaf
        self.figures[code] = self.figure(leaf)
        return code

    def figure(self, leaf: Leaf) -> Keys:
        keys: Keys = {"label": f"数{len(self.leaves)}", "unit": leaf.unit or "个"}
        if leaf.parts:
            keys["parts"] = {part: f"部分{part}" for part in leaf.parts}
        if leaf.targets and self.maybe(0.6):
            keys["target"] = {"half": self.rng.choice(["50%", "40%", "1/3"])}
        if not leaf.parts and self.maybe(0.05):
            keys["missing"] = "zero"
        return keys

    def rules(self, node: Keys, full: int | None) -> None:
        """Bounds and a coefficient, or gates and what stands for gaps; their order is nowhere said."""
        if self.maybe(0.3):
            self.bounds(node, full)
        else:
            self.substitutes(node, full)
        if self.maybe(0.08):
            node["applies"] = self.rng.choice(["unit.zone = '东'", "unit.people >= 5"])
        if self.maybe(0.12):
            node["round"] = self.rng.choice([0, 1, 3, "none"])
        if self.maybe(0.08):
            node["group"] = self.rng.choice(["zone", "paper", "class"])
        if self.maybe(0.08) and "applies" not in node:
            node["rank"] = self.rng.choice([True, {"group": "zone", "ties": "dense"}])

    def bounds(self, node: Keys, full: int | None) -> None:
        if self.maybe(0.4):
            node["times"] = self.rng.choice(["1.2", "unit.hard", "0.8"])
        if self.maybe(0.4) and "times" not in node:
            node["not_below"] = self.rng.choice(["none", -2] + (["20%"] if full is not None else []))
        if self.maybe(0.4) and "times" not in node:
            node["not_above"] = self.rng.choice(["none", 40] + (["120%", "80%"] if full is not None else []))

    def substitutes(self, node: Keys, full: int | None) -> None:
        rng = self.rng
        points: list[Any] = ["zero", "full"] if full is not None else ["zero"]
        if self.maybe(0.12):
            node["only_if"] = "unit.people > 8"
            if self.maybe(0.5):
                node["otherwise"] = rng.choice([1, "0.555"])
        if self.maybe(0.15):
            which = rng.choice(["missing", "not_applicable"])
            node[which] = rng.choice(["group_mean", "group_min"]) if which == "missing" else "group_mean"
            return
        if self.maybe(0.4):
            node["missing"] = rng.choice(["zero", "not_applicable", 1])
        if self.maybe(0.5):
            node["not_applicable"] = rng.choice([*points, "redistribute", "0.5"])

    def composition(  # noqa: PLR0912 - one branch a kind
        self, parent: str | None, depth: int, full: int, weight: str | None = None
    ) -> str:
        """A composition whose parts close to its full marks."""
        rng = self.rng
        code = f"c{len(self.nodes) + 1}"
        kinds = ["sum", "sum", "sum", "weighted", "mean", "weighted_mean", "rescale", "min", "max", "best"]
        kind = rng.choice([*kinds, "geometric", "harmonic", "product"] if depth < 2 else kinds)
        node: Keys = {"label": f"类{len(self.nodes) + 1}", "compose": kind, "full": full}
        if parent is not None:
            node["in"] = parent
        if weight is not None:
            node["weight"] = weight
        self.nodes[code] = node
        size = rng.randint(2, 4)
        marks = [full] * size
        if kind == "sum":
            marks = split(rng, full, size)
        elif kind == "rescale":
            marks = [rng.randint(2, 20) for _ in range(size)]
        weights: list[str | None] = [None] * size
        if kind == "weighted":
            weights = [f"{w}%" for w in split(rng, 100, size)]
        elif kind in ("weighted_mean", "geometric", "harmonic"):
            weights = [str(rng.randint(1, 5)) for _ in range(size)]
        if kind == "best":
            node["n"] = rng.randint(1, size)
            if self.maybe(0.5):
                node["take"] = "mean"
        if kind in ("rescale", "geometric", "harmonic", "weighted_mean"):
            node["undefined"] = rng.choice(["zero", "missing"])
        for mark, one in zip(marks, weights, strict=True):
            if kind == "product" and mark is not marks[0]:
                self.leaf(code, None, one)
            elif depth > 0 and mark >= 4 and self.maybe(0.45):
                self.composition(code, depth - 1, mark, one)
            else:
                self.leaf(code, mark, one)
        if self.maybe(0.1):
            node["not_above"] = rng.choice(["90%", full - 1])
        if self.maybe(0.1):
            node["round"] = rng.choice([0, 1, 2])
        if self.maybe(0.1) and kind in ("sum", "weighted", "mean", "weighted_mean"):
            node["available"] = rng.choice(["60%", {"count": "50%"}])
        if self.maybe(0.1):
            node["show"] = False
        return code

    def rows(self, parent: str, full: int) -> None:
        """A node scored row by row."""
        rng = self.rng
        fold = rng.choice(["mean", "min", "sum", {"weighted": "size"}, {"best": 2}])
        keys: Keys = {"in": parent, "label": "任务", "full": full, "rows": "task", "fold": fold}
        keys |= {"method": "cases", "else": "50%", "undefined": "zero"}
        keys["cases"] = [
            {"when": "is_missing(done)", "gives": "full * 50% * progress / 100"},
            {"when": "days(due, done) <= 0", "gives": "100%"},
            {"when": "days(due, done) <= 30", "gives": "80%"},
        ]
        if self.maybe(0.3):
            keys["applies"] = "size > 2"
        self.nodes["tasks"] = keys
        for unit in self.units:
            for k in range(1, rng.randint(0 if self.gaps else 1, 4) + 1):
                row = [unit, "task", str(k)]
                self.list_rows.append([*row, "size", number(rng, 1, 9)])
                self.list_rows.append(
                    [*row, "due", f"2026-{rng.randint(1, 9):02}-30".replace("02-30", "02-28")]
                )
                if self.maybe(0.8):
                    self.list_rows.append(
                        [*row, "done", f"2026-{rng.randint(1, 12):02}-{rng.choice([1, 28]):02}"]
                    )
                self.list_rows.append([*row, "progress", number(rng, 0, 100)])

    # ---- after the total ---------------------------------------------------------------------

    def after(self) -> None:
        rng = self.rng
        if self.maybe(0.5):
            self.bonus()
        if self.maybe(0.4):
            self.adjustments["minus"] = {"label": "扣分", "kind": "deduction", "to": "total"}
            self.claims("minus", between(0, 3, 2))
        if self.maybe(0.2):
            self.adjustments["extra"] = {"label": "另加", "kind": "bonus", "to": "total", "most": 2}
            self.adjustments["extra"]["formula"] = "unit.people / 7"
        if self.maybe(0.5):
            effect = rng.choice(
                [{"bars": ["优"]}, {"at_most": "中"}, {"grade": "差"}, {"down": 1}, {"bars": ["优", "良"]}]
            )
            self.vetoes["veto"] = {"label": "否决", **effect}
            if self.maybe(0.3):
                self.vetoes["veto"]["when"] = "unit.people < 5"
            else:
                for unit in self.units:
                    if self.maybe(0.2):
                        self.claim_rows.append([unit, "veto", "", "", "", "", "", ""])
        self.results["overall"] = self.result()
        if self.maybe(0.2):
            self.results["second"] = {**self.result(), "within": "zone"}

    def bonus(self) -> None:
        rng = self.rng
        keys: Keys = {"label": "加分", "kind": "bonus", "to": "total"}
        if self.maybe(0.7):
            caps: list[Any] = [5, "2.5", {"entry": 2, "unit": 4}, {"category": 3}, {"matter": 2, "unit": 6}]
            keys["most"] = rng.choice(caps)
        if self.maybe(0.3):
            keys["highest_only"] = "matter"
        levels = self.maybe(0.4)
        if levels:
            keys["levels"] = {"national": 3, "provincial": "1.5", "city": "0.5"}
        self.adjustments["bonus"] = keys
        self.claims("bonus", of("0.5", "1", "2", "3", "1.25"), levels=levels)

    def claims(self, code: str, points: Sampler, *, levels: bool = False) -> None:
        rng = self.rng
        for unit in self.units:
            for _ in range(rng.choice([0, 0, 1, 2, 4])):
                level = rng.choice(["national", "provincial", "city"]) if levels else ""
                matter, category = rng.choice(["m1", "m2"]), rng.choice(["k1", "k2"])
                period = rng.choice(["", "", YEAR])
                worth = "" if levels else points(rng)
                self.claim_rows.append([unit, code, worth, level, matter, category, "", period])

    def result(self) -> Keys:
        rng = self.rng
        lines = sorted(rng.sample(range(20, 95), 3), reverse=True)
        top: Keys = {"grade": "优", "from": lines[0]}
        if self.maybe(0.7):
            top |= {
                "most": rng.choice(["25%", "30%", "50%", 2, "1/3"]),
                "round": rng.choice(["down", "half_up", "up"]),
            }
            if self.maybe(0.2):
                top["at_least_one"] = True
            if self.maybe(0.2):
                top["of"] = "eligible"
            if self.maybe(0.2):
                top["round_first"] = 0
        second: Keys = {"grade": "良", "from": lines[1]}
        if self.maybe(0.25):
            second |= {"most": "60%", "round": "down", "with_above": True}
        keys: Keys = {"by": "total", "ties": rng.choice(["competition", "competition", "dense", "average"])}
        keys["bands"] = [top, second, {"grade": "中", "from": lines[2]}, {"grade": "差"}]
        children = [code for code, node in self.nodes.items() if node.get("in") == "total"]
        quotas = any("most" in band for band in keys["bands"])
        if self.maybe(0.3) and children and not quotas:
            keys["break"] = [rng.choice(children)]
        if quotas:
            keys["edge"] = {"by": children[:2], "still_tied": rng.choice(["none", "all"])}
        if self.maybe(0.15):
            keys["within"] = "zone"
        if self.maybe(0.1):
            keys = {"by": "total", "ties": keys["ties"], "apart": "unit.apart = 1"}
        if self.maybe(0.15) and "bands" in keys and not self.vetoes:
            keys["shift"] = [{"when": "unit.people > 20", "by": rng.choice([1, -1])}]
        return keys

    # ---- inputs ------------------------------------------------------------------------------

    def report(self) -> None:
        """Figures and targets of every leaf, with gaps."""
        periods = [YEAR, *([HALF] if self.two_periods else [])]
        for code, leaf in self.leaves.items():
            everybody = self.maybe(0.2)
            for kind, sample in leaf.targets.items():
                for unit in ["*"] if everybody else self.units:
                    if "target_zero" in leaf.keys or not self.maybe(self.gaps / 3):
                        self.target_rows.append([unit, code, kind, sample(self.rng), YEAR])
                    if self.two_periods and self.maybe(0.1):
                        self.target_rows.append([unit, code, kind, sample(self.rng), HALF])
            for unit in self.units:
                for period in [*periods, *([LAST] if leaf.last_year else [])]:
                    self.figure_rows += self.reported(unit, code, leaf, period)

    def reported(self, unit: str, code: str, leaf: Leaf, period: str) -> list[list[str]]:
        if "target_zero" not in leaf.keys and self.maybe(self.gaps):
            cell = self.rng.choice(["", "/", None])
            parts = list(leaf.parts) or [""]
            return [[unit, code, cell, period, part] for part in parts] if cell is not None else []
        if leaf.sample is not None:
            return [[unit, code, leaf.sample(self.rng), period, ""]]
        return [[unit, code, sample(self.rng), period, part] for part, sample in leaf.parts.items()]

    # ---- all of it ---------------------------------------------------------------------------

    def make(self) -> Case:
        rng = self.rng
        self.nodes["total"] = {"label": "总分", "compose": "sum", "full": 100}
        totals: Any = "total"
        if self.two_periods:
            shares = {"items@half": "30%", "items@year": "70%"}
            self.nodes["total"] = {"label": "总分", "compose": "weighted", "of": shares}
            self.nodes["items"] = {"label": "责任制", "compose": "sum", "full": 100}
            totals = {"year": "total", "half": "items"} if self.maybe(0.7) else "total"
            top = "items"
        else:
            top = "total"
        marks = split(rng, 100, rng.randint(2, 4))
        for mark in marks:
            if mark >= 4 and self.maybe(0.7):
                self.composition(top, 2, mark)
            else:
                self.leaf(top, mark)
        if not self.two_periods and self.maybe(0.3):
            self.nodes["total"]["full"] = 110
            self.rows("total", 10)
        if not self.two_periods and self.maybe(0.15):
            self.nodes["total"] |= {"not_above": rng.choice([95, "90%"])}
        self.after()
        self.report()
        return self.case(totals)

    def case(self, totals: Any) -> Case:
        rng = self.rng
        leaf_round, total_round = rng.choice([(2, 2), (2, 2), (1, 2), (3, 1), (0, 0), (2, 4)])
        head = {"code": f"random-{self.seed}", "name": "随机", "year": 2026, "language": 2}
        head["round"] = {"leaf": leaf_round, "total": total_round}
        text = ["[scheme]", *(f"{key} = {toml(value)}" for key, value in head.items())]
        text += ["[periods]", f'half = "{HALF}"', f'year = "{YEAR}"', "[figures]"]
        text += [f"{code} = {toml(keys)}" for code, keys in self.figures.items()]
        if "tasks" in self.nodes:
            fields = {"size": "个", "due": "date", "done": "date", "progress": "%"}
            text += ["[lists.task]", 'label = "任务"', f"fields = {toml(fields)}"]
        text += ["[papers.p]", 'class = "甲"', 'period = "year"', f"total = {toml(totals)}"]
        text += ["[papers.p.nodes]", *(f"{code} = {toml(keys)}" for code, keys in self.nodes.items())]
        for name, entries in (
            ("adjustments", self.adjustments),
            ("vetoes", self.vetoes),
            ("results", self.results),
        ):
            if entries:
                text += [f"[papers.p.{name}]", *(f"{code} = {toml(keys)}" for code, keys in entries.items())]
        groups = [[unit, "甲", *keys.values()] for unit, keys in self.attributes.items()]
        period = HALF if isinstance(totals, dict) and self.maybe(0.3) else ""
        return Case(
            name=f"seed {self.seed}",
            scheme="\n".join(text) + "\n",
            figures=table("unit,indicator,value,period,series", self.figure_rows),
            targets=table("unit,indicator,kind,value,period", self.target_rows),
            groups=table("unit,class,zone,people,hard,apart", groups),
            rows=table("unit,list,row,field,value", self.list_rows),
            claims=table("unit,adjustment,points,level,matter,category,date,period", self.claim_rows),
            period=period,
        )


def substituted(value: Any, code: str) -> Any:
    return value.replace("@", code) if isinstance(value, str) else value


def split(rng: Random, whole: int, size: int) -> list[int]:
    """Whole numbers that sum to the whole, none of them zero."""
    cuts = sorted(rng.sample(range(1, whole), min(size, whole) - 1)) if whole > 1 else []
    return [b - a for a, b in zip([0, *cuts], [*cuts, whole], strict=True)]


def random_case(seed: int) -> Case:
    """The case of a seed."""
    return Maker(seed).make()
