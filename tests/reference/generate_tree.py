"""Random trees: compositions within compositions, and the rules that any node may carry."""

from __future__ import annotations

from typing import Any

from .generate_draft import HALF, LAST, YEAR, Draft, Sheet, filled, split
from .generate_formulas import QUARTERS
from .generate_leaves import Keys, Leaf, between
from .generate_relative import LEAVES, METHODS, coefficient

KINDS = ["sum", "sum", "sum", "weighted", "mean", "weighted_mean", "rescale", "min", "max", "best", "formula"]
ROOTS = ["geometric", "harmonic", "product"]
OF_PARTS = [
    "parts.sum(score)",
    "parts.mean(score) + parts.count(rate >= 60%) / 2",
    "parts.max(score) - parts.min(score)",
    "parts.mean(rate) * full",
    "parts.sum(score * weight) / parts.sum(weight)",
    "parts.sum(score * weight / 5) + parts.max(weight)",
    "parts.sum(score) / parts.sum(full) * full",
    "parts.mean(score) - parts.sd(score, 'population') / 2",
    "parts.count(rank <= 2) + parts.mean(score)",
    "parts.sum(full * rate) / 2 + parts.count()",
    "parts.min(if(rate < 60%, 0, score)) + parts.max(rank) / 9",
    "group.rank(parts.sum(score)) + parts.sum(score) / 3",
    "if(parts.min(rate) >= 60%, parts.sum(score), parts.sum(score) * 80%)",
]
PLAIN = ("given", "convert", "completion", "ratio", "shortfall", "bands", "met", "interval", "deduct")


LISTED = ("sum", "mean", "rescale", "min", "max", "best")  # no weights to be named beside the parts
GROUPS: list[Any] = ["zone", "paper", "class", "all", ["zone", "class"]]


class Tree:
    """Grows the nodes of one paper."""

    def __init__(self, draft: Draft, sheet: Sheet) -> None:
        self.draft, self.sheet, self.rng = draft, sheet, draft.rng
        self.maybe = draft.maybe
        self.inside: list[str] = []  # what is in a composition that is scored quarter by quarter
        self.quarterly = False

    # ---- leaves ------------------------------------------------------------------------------

    def leaf(self, parent: str, full: int | None, weight: str | None = None) -> str:
        """One leaf with a random method and random rules."""
        rng, draft = self.rng, self.draft
        code = f"n{len(draft.leaves) + 1}"
        method = rng.choice(list(LEAVES))
        leaf = coefficient(rng, 1) if full is None else LEAVES[method](rng, full)
        node: Keys = {"in": parent, "label": f"指标{len(draft.leaves) + 1}"}
        if full is not None:
            node["full"] = full
        if weight is not None:
            node["weight"] = weight
        node |= leaf.keys
        for name, keys in METHODS.items():
            if name in str(leaf.keys):
                draft.methods[name] = keys
        if full is not None and node.get("method") not in ("given", "choice") and self.maybe(0.05):
            self.marked_by_unit(node, leaf)
        draft.leaves[code] = leaf
        draft.reporters[code] = self.sheet.units
        draft.figures[code] = self.figure(leaf)
        if self.quarterly:
            leaf.spans = (*leaf.spans, *QUARTERS)
            self.inside.append(code)
        if not self.folded(node, leaf) and node.get("method") != "rank_gain":
            self.rules(node, full, leaf)
        self.sheet.nodes[code] = filled(node, code)
        return code

    def marked_by_unit(self, node: Keys, leaf: Leaf) -> None:
        """Full marks that differ by unit: an attribute of each, or targets of kind `full`."""
        if self.maybe(0.5):
            node["full"] = "unit.points"
        else:
            node.pop("full")
            leaf.targets["full"] = between(3, 9)

    def figure(self, leaf: Leaf) -> Keys:
        rng = self.rng
        keys: Keys = {"label": f"数{len(self.draft.leaves)}", "unit": leaf.unit or "个"}
        if leaf.parts:
            keys["parts"] = {part: f"部分{part}" for part in leaf.parts}
        if leaf.targets and self.maybe(0.6):
            keys["target"] = {"half": rng.choice(["50%", "40%", "1/3"])}
            if self.maybe(0.2):
                keys["target"]["q1"] = rng.choice(["1/4", "20%"])
        if leaf.counts and self.maybe(0.08):
            keys["missing"] = rng.choice(["zero", "not_applicable", "last_period"])
            leaf.spans = (*leaf.spans, LAST) if keys["missing"] == "last_period" else leaf.spans
        return keys

    def folded(self, node: Keys, leaf: Leaf) -> bool:
        """Scored in several periods; then in those alone."""
        rng = self.rng
        if (
            self.quarterly
            or leaf.spans
            or leaf.targets
            or node.get("method") not in PLAIN
            or not self.maybe(0.25)
        ):
            return False
        if self.draft.two_periods or self.maybe(0.6):
            node["across"], leaf.spans = rng.choice([("quarter", QUARTERS), ("quarter", QUARTERS), MONTHS])
            node["fold"] = rng.choice(["mean", "sum", "last", "min", "max", {"best": 2, "take": "mean"}])
        else:
            node["across"], leaf.spans = ["q1", "half", "year"], (QUARTERS[0], HALF, YEAR)
            weights = {"q1": "20%", "half": "30%", "year": "50%"}
            node["fold"] = rng.choice([weights, weights, "mean", "sum", "last"])
        if self.maybe(0.3):
            node["missing"] = rng.choice(["zero", "not_applicable"])
        return True

    def rules(self, node: Keys, full: int | None, leaf: Leaf) -> None:
        """Bounds, a coefficient, a gate, and what stands for gaps."""
        rng = self.rng
        self.bounds(node, full)
        self.substitutes(node, full, leaf)
        if self.maybe(0.08):
            node["applies"] = rng.choice(["unit.zone = '东'", "unit.people >= 5", *self.asked(leaf)])
        if self.maybe(0.12):
            node["round"] = rng.choice([0, 1, 3, "none"])
        if self.maybe(0.12):
            nested = "group(zone)" in str(node.get("formula"))  # another paper has no zones of this one
            node["group"] = "zone" if nested else rng.choice(GROUPS)
        if self.maybe(0.08) and "applies" not in node:
            several = {"z": {"group": "zone"}, "d": {"ties": "dense"}, "a": {"ties": "average"}}
            wide = {"group": rng.choice(["all", "class", ["zone", "class"]]), "ties": "ordinal"}
            node["rank"] = rng.choice([True, {"group": "zone", "ties": "dense"}, several, wide])
        if self.maybe(0.05):
            node["show"] = False

    def bounds(self, node: Keys, full: int | None) -> None:
        rng = self.rng
        if self.maybe(0.1):
            node["times"] = rng.choice(["1.2", "unit.hard", "0.8", "1 + unit.people / 100"])
        if self.maybe(0.12):
            node["not_below"] = rng.choice(["none", -2, "unit.hard"] + (["20%"] if full is not None else []))
        if self.maybe(0.12):
            less = ["120%", "80%", "full - unit.hard"] if full is not None else []
            node["not_above"] = rng.choice(["none", 40, "unit.points", *less])

    def substitutes(self, node: Keys, full: int | None, leaf: Leaf) -> None:
        rng = self.rng
        points: list[Any] = ["zero", "full"] if full is not None else ["zero"]
        if self.maybe(0.1):
            gates = ["unit.people > 8", "unit.zone = '东' and unit.people > 3"]
            node["only_if"] = rng.choice([*gates, *self.asked(leaf)])
            if self.maybe(0.5):
                node["otherwise"] = rng.choice(
                    [1, "0.555", "unit.hard"] + (["20%"] if full is not None else [])
                )
        if self.maybe(0.45):
            rules = ["zero", "not_applicable", 1, "group_mean", "group_min", "refuse", "unit.hard"]
            node["missing"] = rng.choice(rules + (["30%", "full / 3"] if full is not None else []))
        elif self.maybe(0.06) and not leaf.targets:
            node["missing"] = "last_period"
            leaf.spans = (*leaf.spans, LAST)
        if self.maybe(0.4):
            more = ["redistribute", "0.5", "group_mean", "unit.hard"]
            more += ["own_rate", "30%", "full / 3"] if full is not None else []
            node["not_applicable"] = rng.choice([*points, *more])

    def asked(self, leaf: Leaf) -> list[str]:
        """Conditions on what the leaf itself measures."""
        if leaf.parts or not leaf.counts:
            return []
        return ["x >= 3", "§ > 2", "group.max(x) > x", "not is_missing(§)"]

    # ---- compositions ------------------------------------------------------------------------

    def composition(self, parent: str, depth: int, full: int, weight: str | None = None) -> str:
        """A composition whose parts close to its full marks."""
        rng = self.rng
        code = f"c{len(self.sheet.nodes) + 1}"
        kind = rng.choice(KINDS + ROOTS if depth < 2 else KINDS)
        node: Keys = {"in": parent, "label": f"类{len(self.sheet.nodes) + 1}", "compose": kind, "full": full}
        if weight is not None:
            node["weight"] = weight
        self.sheet.nodes[code] = node
        if self.quarterly:
            self.inside.append(code)
        size = rng.randint(1 if kind in ("sum", "mean", "min") else 2, 3)
        marks = split(rng, full, size) if kind == "sum" else [full] * size
        if kind == "rescale":
            marks = [rng.randint(2, 20) for _ in range(size)]
        self.particulars(node, kind, size)
        alone = not self.quarterly and not self.draft.two_periods and kind != "rescale"
        if alone and self.maybe(0.1):
            self.quarterly = True
            node |= {"across": "quarter", "fold": rng.choice(["mean", "sum", "last", "min", "max"])}
        for k, (mark, one) in enumerate(zip(marks, self.weights(node, kind, size), strict=False)):
            if kind == "product" and k:
                self.leaf(code, None, one)
            elif depth > 0 and mark >= 4 and self.maybe(0.4):
                self.composition(code, depth - 1, mark, one)
            else:
                self.leaf(code, mark, one)
        if "across" in node:
            self.quarterly = False
        if kind in ("weighted", "weighted_mean", "formula") and self.maybe(0.3):
            self.tabled(node, code)
        elif kind in LISTED and self.maybe(0.15):
            node["of"] = [c for c, n in self.sheet.nodes.items() if n.get("in") == code]
        self.limits(node, kind, full)
        return code

    def tabled(self, node: Keys, code: str) -> None:
        """The weights in a table of the composition, not beside each part."""
        parts = {c: n for c, n in self.sheet.nodes.items() if n.get("in") == code}
        node["of"] = {c: n.pop("weight") for c, n in parts.items()}

    def particulars(self, node: Keys, kind: str, size: int) -> None:
        """The keys of one kind of composition."""
        rng = self.rng
        if kind == "best":
            node["n"] = rng.randint(1, size)
            if self.maybe(0.5):
                node["take"] = "mean"
        if kind == "formula":
            node["formula"] = rng.choice(OF_PARTS)
        if kind in ("rescale", "geometric", "harmonic", "weighted_mean", "formula"):
            node["undefined"] = rng.choice(["zero", "missing"])

    def weights(self, node: Keys, kind: str, size: int) -> list[str | None]:
        rng = self.rng
        if kind == "weighted" and self.maybe(0.2):
            node["open"] = True
            return [rng.choice(["1", "2", "30%", "0.5", "1/3", "-20%", "0"]) for _ in range(size)]
        if kind == "weighted":
            return [f"{w}%" for w in split(rng, 100, size)]
        if kind in ("weighted_mean", "geometric", "harmonic", "formula"):
            return [str(rng.choice([1, 2, 3, 4, 5, 0 if k else 1])) for k in range(size)]
        return [None] * size

    def limits(self, node: Keys, kind: str, full: int) -> None:
        """Bounds, rounding and gates of a composition, which has none unless it says so."""
        rng = self.rng
        if self.maybe(0.1):
            node["not_above"] = rng.choice(["90%", full - 1])
        if self.maybe(0.1):
            node["not_below"] = rng.choice(["10%", 1])
        if self.maybe(0.1):
            node["round"] = rng.choice([0, 1, 2])
        whole = ("sum", "weighted", "mean", "weighted_mean", "rescale")
        if (
            self.maybe(0.15) and kind in whole and "open" not in node
        ):  # of weights below zero there is no share
            node["available"] = rng.choice(["60%", {"count": "50%"}])
        if self.maybe(0.1):
            node["show"] = False
        if self.maybe(0.1):
            node["rank"] = rng.choice([True, {"ties": "average"}])
        self.gates(node)

    def gates(self, node: Keys) -> None:
        """Whom a composition counts for, and what stands for those it does not."""
        rng = self.rng
        if self.maybe(0.08):
            node["only_if"] = "unit.people > 4"
            if self.maybe(0.5):
                node["otherwise"] = rng.choice([1, "30%"])
        if self.maybe(0.08):
            node["missing"] = rng.choice(["zero", "not_applicable", "group_mean", 1])  # of its leaves
        if self.maybe(0.08):
            node["group"] = rng.choice(GROUPS)
        if self.maybe(0.05):
            node["applies"] = rng.choice(["unit.zone = '东'", "unit.people >= 5"])
        if self.maybe(0.06):
            rules = ["full", "zero", "own_rate", "20%", *([] if "across" in node else ["group_mean"])]
            node["not_applicable"] = rng.choice(rules)
        if self.maybe(0.06):
            node["times"] = "unit.hard"

    # ---- nodes that name others --------------------------------------------------------------

    def overflow(self) -> None:
        """What one leaf earns above its bound joins another node."""
        nodes = self.sheet.nodes
        rich = [c for c, n in nodes.items() if n.get("method") in ("ratio", "convert", "count", "completion")]
        rich = [c for c in rich if "full" in nodes[c] and not {"across", "rows"} & set(nodes[c])]
        rich = [c for c in rich if c not in self.inside]
        others = [c for c, n in nodes.items() if "full" in n and c not in rich and n.get("in") == "total"]
        if rich and others:
            node = nodes[self.rng.choice(rich)]
            node.pop("not_above", None)
            node["not_above"], node["excess_to"] = "60%", self.rng.choice(others)

    def graded(self) -> list[str]:
        """What looks at a grade, or at another period."""
        texts = ["if(grade(overall) = '优', 5, 1)", "otherwise(if(grade(overall) != '差', rate(<a>), 0), 7)"]
        texts = texts if "bands" in self.sheet.results["overall"] else []
        return texts + (
            ["score(<a>@half) + score(<b>)", "rate(items@half) * 9"] if self.draft.two_periods else []
        )

    def looks(self) -> None:
        """Nodes nobody adds up, each an expression over what others scored.

        Not of what is scored by quarters inside another: the product shows the year of whatever is named, the
        reference only of what somebody's value came to ask for.
        """
        rng = self.rng
        full = [c for c, n in self.sheet.nodes.items() if "full" in n and c not in self.inside]
        for k in range(rng.randint(1, 2)):
            a, b = rng.choice(full), rng.choice(full)
            text = rng.choice(LOOKS + self.graded()).replace("<a>", a).replace("<b>", b)
            if "rank" in text:
                self.sheet.nodes[a].setdefault("rank", True)
                if self.sheet.nodes[a]["rank"] is not True:
                    continue
            keys: Keys = {"label": f"看{k}", "formula": text, "only_shown": True, "undefined": "missing"}
            self.sheet.nodes[f"look{k}"] = keys


MONTHS = ("month", tuple(f"2026-{k:02}" for k in range(1, 13)))
LOOKS = [
    "score(<a>) + score(<b>) / 3",
    "rate(<a>) * 100",
    "<a>.rank + 1",
    "group.max(score(<a>)) - score(<a>)",
    "group.rank(score(<a>))",
    "if(score(<a>) >= score(<b>), rate(<b>), 0)",
    "score(<a>) - score(<a>@last_year)",
    "otherwise(score(<a>@previous), 7) + score(<b>)",
    "group(zone).mean(score(<a>) + score(<b>))",
    "others.max(score(<a>)) - rate(<b>)",
    "otherwise(at(unit.parent, score(<a>)), score(<b>)) / 2",
    "group.rank(rate(<a>), 'ordinal') + group.count(score(<b>) > score(<a>))",
    "to_best(score(<a>), full = 10) + score(<b>)",
]


__all__ = ["Tree", "between"]
