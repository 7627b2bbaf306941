"""Random expressions: arithmetic, conditions, gaps, groups, other periods, each a node of its own."""

from __future__ import annotations

from random import Random

from .cases import Case
from .generate import ZONES
from .generate_leaves import number
from .generate_text import table

FIGURES = ("a", "b", "c")
PARTED = "race"
PARTS = ("p1", "p2", "p3", "p4")


class Writer:
    """Writes expressions of a wanted kind and depth."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def constant(self) -> str:
        return self.rng.choice(["0", "1", "2", "3", "0.5", "40%", "12.5", "100", "1.005", "7"])

    def figure(self) -> str:
        rng = self.rng
        return rng.choice(
            [
                *FIGURES,
                *FIGURES,
                f"{rng.choice(FIGURES)}@last_year",
                f"{rng.choice(FIGURES)}@half",
                f"{PARTED}.{rng.choice(PARTS)}",
                f"target({rng.choice(FIGURES)})",
                f"target({rng.choice(FIGURES)}, 'stretch')",
                f"base({rng.choice(FIGURES)})",
                "unit.people",
            ]
        )

    def number(self, depth: int, *, grouped: bool = True) -> str:
        rng = self.rng
        if depth == 0:
            return self.constant() if rng.random() < 0.3 else self.figure()
        kind = rng.randrange(12 if grouped else 9)
        if kind < 4:
            sign = rng.choice("+-*/")
            left, right = (self.number(depth - 1, grouped=grouped) for _ in range(2))
            return f"({left} {sign} {right})"
        if kind == 4:
            word = rng.choice(["abs", "floor", "ceil", "-", "min", "max"])
            if word == "-":
                return f"(-{self.number(depth - 1, grouped=grouped)})"
            inner = self.number(depth - 1, grouped=grouped)
            if word in ("min", "max"):
                inner += f", {self.number(depth - 1, grouped=grouped)}"
            return f"{word}({inner})"
        if kind == 5:
            return f"round({self.number(depth - 1, grouped=grouped)}, {rng.randint(0, 3)})"
        if kind == 6:
            return f"clamp({self.number(depth - 1, grouped=grouped)}, 0, {rng.choice(['5', '50', '100'])})"
        if kind == 7:
            condition = self.condition(depth - 1, grouped=grouped)
            first, second = self.number(depth - 1, grouped=grouped), self.number(depth - 1, grouped=grouped)
            return f"if({condition}, {first}, {second})"
        if kind == 8:
            return f"otherwise({self.number(depth - 1, grouped=grouped)}, {self.constant()})"
        if kind == 9:
            return self.parts()
        return self.group(depth)

    def parts(self) -> str:
        rng = self.rng
        word = rng.choice(["sum", "count", "min", "max", "mean"])
        if word == "count":
            return f"count({PARTED}, it >= {rng.randint(1, 9)})"
        return f"{word}({PARTED})" if rng.random() < 0.6 else f"{word}({PARTED}, it * {self.constant()} + 1)"

    def group(self, depth: int) -> str:
        rng = self.rng
        who = rng.choice(["group", "group", "others", "group(zone)"])
        inner = self.number(depth - 1, grouped=False)
        word = rng.choice(["min", "max", "mean", "median", "sum", "count", "rank", "rank_up", "nth"])
        if who == "others" and word in ("rank", "rank_up"):
            who = "group"
        if word == "nth":
            of_each = [f"ceil({who}.count({inner}) / 2)", f"{self.figure()} / 20", "group(zone).count(1)"]
            return f"{who}.nth({inner}, {rng.choice(['1', '2', '3', *of_each])})"
        if word in ("rank", "rank_up") and rng.random() < 0.4:
            return f"{who}.{word}({inner}, '{rng.choice(['average', 'dense'])}')"
        if word == "count" and rng.random() < 0.5:
            return f"{who}.count({self.condition(depth - 1, grouped=False)})"
        return f"{who}.{word}({inner})"

    def condition(self, depth: int, *, grouped: bool = True) -> str:
        rng = self.rng
        kind = rng.randrange(7)
        if kind == 0 and depth > 0:
            word = rng.choice(["and", "or"])
            left, right = (
                self.condition(depth - 1, grouped=grouped),
                self.condition(depth - 1, grouped=grouped),
            )
            return f"({left} {word} {right})"
        if kind == 1 and depth > 0:
            return f"(not {self.condition(depth - 1, grouped=grouped)})"
        if kind == 2:
            return f"unit.zone = '{rng.choice(ZONES)}'"
        if kind == 3:
            return f"is_missing({self.figure()})"
        if kind == 4:
            return f"is_na({self.figure()})"
        sign = rng.choice(["<", "<=", "=", "!=", ">=", ">"])
        size = max(0, depth - 1)
        return f"{self.number(size, grouped=grouped)} {sign} {self.number(size, grouped=grouped)}"


def expression_case(seed: int) -> Case:
    """A dozen random expressions over a handful of units."""
    rng = Random(f"expressions {seed}")
    writer = Writer(rng)
    gap = rng.choice([0.0, 0.1, 0.25])
    units = [f"u{k}" for k in range(1, rng.choice([1, 2, 4, 7]) + 1)]
    nodes = []
    for k in range(12):
        rule = rng.choice(["zero", "missing", "not_applicable", "7"])
        keys = f'label = "式{k}", only_shown = true, undefined = "{rule}"'
        nodes.append(f'e{k} = {{ {keys}, formula = "{writer.number(rng.randint(1, 4))}" }}')
    text = f"""[scheme]
code = "expressions-{seed}"
name = "式"
year = 2026
language = 2
round = {{ leaf = 2, total = {rng.choice([0, 2, 5])} }}
[periods]
half = "2026H1"
year = "2026"
[figures]
a = {{ label = "甲", unit = "个" }}
b = {{ label = "乙", unit = "个", target = {{ half = "50%" }} }}
c = {{ label = "丙", unit = "个" }}
race = {{ label = "赛", unit = "分", parts = {{ {", ".join(f'{p} = "{p}"' for p in PARTS)} }} }}
[papers.p]
class = "甲"
period = "year"
total = "total"
[papers.p.nodes]
total = {{ label = "总分", compose = "sum", of = ["points"] }}
points = {{ label = "分", x = "a", full = 30, method = "convert", out_of = 20, missing = "zero" }}
""" + "\n".join(nodes)
    figures = []
    for unit in units:
        for period in ("2026", "2025", "2026H1"):
            for code in FIGURES:
                if rng.random() >= gap:
                    cell = "/" if rng.random() < gap else number(rng, -3, 20, rng.choice([0, 0, 1, 2]))
                    figures.append([unit, code, cell, period, ""])
            for part in PARTS:
                if rng.random() >= gap:
                    figures.append([unit, PARTED, number(rng, 0, 10), period, part])
    targets = [
        [unit, code, kind, number(rng, 0, 12), "2026"]
        for unit in units
        for code in FIGURES
        for kind in ("target", "base", "stretch")
        if rng.random() >= gap
    ]
    groups = [[unit, "甲", rng.choice(ZONES), number(rng, 1, 9)] for unit in units]
    return Case(
        name=f"expressions {seed}",
        scheme=text + "\n",
        figures=table("unit,indicator,value,period,series", figures),
        targets=table("unit,indicator,kind,value,period", targets),
        groups=table("unit,class,zone,people", groups),
    )
