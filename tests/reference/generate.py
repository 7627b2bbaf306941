"""Random schemes with inputs: every method and composition, gaps, ties. The same seed, the same case."""

from __future__ import annotations

from random import Random
from typing import Any

from . import generate_inputs as inputs
from .cases import Case
from .generate_after import After
from .generate_draft import ZONES, Draft, Sheet, split
from .generate_import import imports
from .generate_leaves import Keys
from .generate_rows import tasks
from .generate_tree import Tree

ABOVE = [
    "at(unit.parent, score(p/total)) * 40%",
    "40 * at(unit.parent, rate(p/total))",
    "otherwise(at(unit.parent, rate(p/total) * 40), 3)",
    "40% * at('<first>', score(p/total))",
]
DATED = 0.15
SIZES = [1, 2, 3, 4, 5, 7, 9, 12]


def main_paper(draft: Draft) -> Sheet:
    """The paper every scheme has."""
    rng = draft.rng
    sheet = Sheet("p", "甲", draft.people(draft.prefix, [7, 9, 12] if draft.tied else SIZES))
    draft.sheets.append(sheet)
    tree = Tree(draft, sheet)
    totals: Any = "total"
    top = "total"
    sheet.nodes["total"] = {"label": "总分", "compose": "sum", "full": 100}
    if draft.two_periods:
        shares = {"items@half": "30%", "items@year": "70%"}
        sheet.nodes["total"] = {"label": "总分", "compose": "weighted", "of": shares}
        sheet.nodes["items"] = {"label": "责任制", "compose": "sum", "full": 100}
        totals = {"year": "total", "half": "items"} if draft.maybe(0.7) else "total"
        top = "items"
    for mark in split(rng, 100, rng.randint(2, 3)):
        if mark >= 4 and draft.maybe(0.65):
            tree.composition(top, 1, mark)
        else:
            tree.leaf(top, mark)
    if not draft.two_periods:
        one_period(draft, tree)
    sheet.keys = {"class": "甲", "period": "year", "total": totals}
    if draft.maybe(0.15):
        sheet.keys["round"] = {"leaf": rng.choice([0, 1, 3])}
    After(draft, sheet).write()
    if draft.maybe(0.25):
        tree.looks()
    if isinstance(totals, dict) and draft.maybe(0.3):
        draft.period = "2026H1"
    return sheet


def one_period(draft: Draft, tree: Tree) -> None:
    """What a paper of one period may have besides."""
    rng, nodes = draft.rng, tree.sheet.nodes
    if draft.maybe(0.25):
        nodes["total"]["full"] += 10
        tasks(draft, tree.sheet, "total", 10)
    if draft.maybe(0.1):
        nodes["total"]["full"] += 10
        imports(draft, tree.sheet, "total", 10)
    if draft.maybe(0.06):
        nodes["total"]["round"] = rng.choice([0, 1, 3, "none"])
    if draft.maybe(0.1):
        nodes["total"] |= {"not_above": rng.choice([95, "90%"])}
    if draft.maybe(0.2):
        tree.overflow()


def second_paper(draft: Draft, first: Sheet) -> None:
    """Persons who inherit from their units, a class of its own that looks at the first, or a likeness."""
    rng = draft.rng
    way = rng.choice(["persons", "class", "like"])
    sheet = Sheet("q", "乙", draft.people("v", [1, 2, 4, 6]))
    draft.sheets.append(sheet)
    for unit in sheet.units:
        draft.attributes[unit]["parent"] = draft.data.choice(first.units)
    if way == "like":
        likeness(draft, first, sheet)
        led(draft, first)
        return
    tree = Tree(draft, sheet)
    sheet.keys = {"class": "乙", "period": "year", "total": "total"}
    sheet.nodes["total"] = {"label": "总评", "compose": "sum", "full": 100}
    node: Keys = {"label": "单位得分"}
    if way == "persons":
        own = tree.leaf("total", 100)
        sheet.nodes[own].pop("in")
        sheet.nodes["total"] |= {"compose": "weighted", "of": {"above": "40%", own: "60%"}}
        node |= {"full": 100, "compose": "inherit", "from": "unit.parent", "node": "p/total"}
    else:
        tree.leaf("total", 60)
        node |= {"in": "total", "full": 40, "undefined": "zero"}
        node["formula"] = rng.choice(ABOVE).replace("<first>", first.units[0])
    sheet.nodes["above"] = node
    After(draft, sheet).write()
    led(draft, first)


def led(draft: Draft, first: Sheet) -> None:
    """Vetoes that strike who leads the unit, beside it or in its place."""
    for veto in first.vetoes.values():
        if draft.maybe(0.6):
            veto["scope"] = draft.rng.choice(["leaders", "leaders", ["unit", "leaders"], "unit"])


def likeness(draft: Draft, first: Sheet, sheet: Sheet) -> None:
    """The first paper again, for others, with a little changed."""
    rng = draft.rng
    sheet.keys = {"like": "p", "class": "乙"}
    drop = [code for code in (*first.adjustments, *first.vetoes) if draft.maybe(0.3)]
    limits = [adjustment.get("limits") for adjustment in first.adjustments.values()]
    used = str(first.results) + str(first.nodes) + str(limits)
    drop = [code for code in drop if code not in used]
    if drop:
        sheet.keys["drop"] = drop
    leaves = [c for c, n in first.nodes.items() if c in draft.leaves and "full" in n]
    if leaves:
        changes: list[Keys] = [{"round": 1}, {"missing": "zero"}, {"label": "另一指标"}]
        sheet.nodes[rng.choice(leaves)] = rng.choice(changes)
    for code in draft.leaves:
        draft.reporters[code] = [*draft.reporters[code], *sheet.units]


def checked(draft: Draft) -> None:
    """Checks on what is handed in."""
    rng = draft.rng
    for code, leaf in draft.leaves.items():
        if not draft.maybe(0.25) or not leaf.counts:
            continue
        keys: Keys = {"figure": code, "then": rng.choice(["void", "void", "doubt"]), "say": "请核对"}
        if leaf.parts:
            keys["each"] = "part"
            keys["when"] = rng.choice(["it > 5", "group.count(it >= 3) > 2"])
        else:
            plain = [f"{code} > 90", "it < 1", f"{code} > unit.people", "it = group.max(it)"]
            keys["when"] = rng.choice(plain)
        draft.checks[f"check_{code}"] = keys


def drafted(rng: Random, name: str) -> Draft:
    """A whole case in the making."""
    draft = Draft(rng, name)
    leaf_round, total_round = rng.choice([(2, 2), (2, 2), (1, 2), (3, 1), (0, 0), (2, 4)])
    draft.head["round"] = {"leaf": leaf_round, "total": total_round}
    first = main_paper(draft)
    if draft.maybe(0.25):
        second_paper(draft, first)
    if draft.maybe(0.12):
        checked(draft)
    inputs.report(draft)
    if draft.maybe(DATED):
        inputs.changes(draft)
    return draft


def random_case(seed: int) -> Case:
    """The case of a seed."""
    return drafted(Random(seed), f"seed {seed}").case()


__all__ = ["ZONES", "drafted", "random_case"]
