"""What follows the total of a random paper: adjustments, vetoes, ranks and grades."""

from __future__ import annotations

from typing import Any

from .generate_draft import HALF, YEAR, Draft, Sheet
from .generate_leaves import Keys, Sampler, between, of

GRADES = ["优", "良", "中", "差"]


class After:
    """Writes what follows the total of one paper."""

    def __init__(self, draft: Draft, sheet: Sheet) -> None:
        self.draft, self.sheet, self.rng = draft, sheet, draft.rng
        self.maybe = draft.maybe

    def write(self) -> None:
        rng = self.rng
        if self.maybe(0.5):
            self.bonus()
        if self.maybe(0.4):
            joins = [c for c, n in self.sheet.nodes.items() if n.get("compose") == "sum" or "across" in n]
            to = rng.choice(["total", "total", *joins])
            self.sheet.adjustments["minus"] = {"label": "扣分", "kind": "deduction", "to": to}
            self.claims("minus", between(0, 3, 2))
        if self.maybe(0.2):
            keys: Keys = {"label": "另加", "kind": rng.choice(["bonus", "deduction"]), "to": "total"}
            if self.maybe(0.5):
                keys["most"] = 2
            keys["formula"] = self.amount()
            self.sheet.adjustments["extra"] = keys
        if self.maybe(0.5):
            self.veto("veto")
            if self.maybe(0.3):
                self.veto("second")
        if self.maybe(0.1):
            self.sheet.nodes["total"]["round"] = rng.choice([0, 1, 3, "none"])
        self.sheet.results["overall"] = self.result("total")
        if self.maybe(0.3):
            children = [c for c, n in self.sheet.nodes.items() if n.get("in") == "total"]
            self.sheet.results["second"] = self.result(rng.choice(["total", *children, *self.halves()]))
            if self.maybe(0.2):
                self.sheet.results["third"] = self.result(rng.choice(["total", *children]))

    def halves(self) -> list[str]:
        """What may be ranked of another period."""
        return ["items@half"] if "items" in self.sheet.nodes else []

    def amount(self) -> str:
        """What an adjustment comes to by a formula."""
        leaves = [c for c, n in self.sheet.nodes.items() if "full" in n and c in self.draft.leaves]
        figures = [
            c for c, leaf in self.draft.leaves.items() if leaf.counts and not leaf.parts and c in leaves
        ]
        texts = ["unit.people / 7", "if(unit.zone = '东', 1.005, 0)"]
        texts += [f"if(score({c}) >= 3, 2, rate({c}))" for c in leaves[:2]]
        texts += [f"max(0, figure({c}) - 4) / 3" for c in figures[:1]]
        texts += [f"otherwise(score({c}@last_year), 1) / 3" for c in leaves[-1:]]
        return self.rng.choice(texts)

    # ---- adjustments and vetoes --------------------------------------------------------------

    def bonus(self) -> None:
        rng = self.rng
        keys: Keys = {"label": "加分", "kind": "bonus", "to": "total"}
        if self.maybe(0.7):
            caps: list[Any] = [5, "2.5", {"entry": 2, "unit": 4}, {"category": 3}, {"matter": 2, "unit": 6}]
            caps.append({"entry": "1.5", "matter": 2, "category": 3, "unit": 4})
            caps += ["unit.hard", {"unit": "unit.quota", "entry": "3.5"}]
            keys["most"] = rng.choice(caps)
        if self.maybe(0.3):
            keys["highest_only"] = rng.choice(
                ["matter", "category", {"category": 2}, {"matter": 1, "unit": 3}]
            )
        levels = self.maybe(0.4)
        if levels:
            keys["levels"] = {"national": 3, "provincial": "1.5", "city": "0.5"}
        dated = self.maybe(0.25)
        if dated:
            keys["window"] = rng.choice(
                [{"from": "2025-12-01", "to": "2026-06-30"}, {"from": "2026-03-01"}, {"to": "2026-06-30"}]
            )
        if self.maybe(0.15):
            keys["limits"] = {
                "most": rng.choice(["50%", "1/3", 2]),
                "then": rng.choice(["void", "void", "refuse"]),
            }
        elif self.maybe(0.1):
            self.sheet.adjustments["first"] = {"label": "先扣", "kind": "deduction", "to": "total"}
            self.claims("first", of("0.5", "1"))
            keys["limits"] = {"needs": {"first": rng.choice(["15%", "50%", 1])}, "then": "void"}
        self.sheet.adjustments["bonus"] = keys
        self.claims("bonus", of("0.5", "1", "2", "3", "1.25"), levels=levels, dated=dated)

    def claims(self, code: str, points: Sampler, *, levels: bool = False, dated: bool = False) -> None:
        data = self.draft.data
        for unit in self.sheet.units:
            for _ in range(data.choice([0, 0, 1, 2, 4])):
                level = data.choice(["national", "provincial", "city"]) if levels else ""
                matter, category = data.choice(["m1", "m2", ""]), data.choice(["k1", "k2", ""])
                day = data.choice(["2025-11-30", "2026-03-01", "2026-06-30", "2026-07-01"]) if dated else ""
                worth = "" if levels else points(data)
                period = data.choice(["", "", YEAR, YEAR, HALF])
                self.draft.claim_rows.append([unit, code, worth, level, matter, category, day, period])

    def veto(self, code: str) -> None:
        rng = self.rng
        effects: list[Keys] = [{"bars": ["优"]}, {"bars": ["优", "良"]}, {"at_most": "中"}, {"grade": "差"}]
        effects += [{"down": 1}, {"down": 2}]
        own = [c for c, n in self.sheet.nodes.items() if "in" in n]
        if own:
            effects.append({"zero": rng.choice(own)})
        keys: Keys = {"label": f"否决{code}", **rng.choice(effects)}
        if self.maybe(0.3):
            marked = [c for c, n in self.sheet.nodes.items() if "full" in n and c in self.draft.leaves]
            asked = [f"rate({c}) < 40%" for c in marked[:1] if keys.get("zero") not in (*marked[:1], *own)]
            asked += [f"is_missing(score({c}))" for c in marked[-1:] if "zero" not in keys]
            keys["when"] = rng.choice(["unit.people < 5", "unit.zone = '西' and unit.people > 9", *asked])
        else:
            years = [YEAR, "", "2025", "2024", "2025-07"]
            if self.maybe(0.3):
                keys["for_years"] = rng.choice([2, 3])
            for unit in self.sheet.units:
                if self.draft.data.random() < 0.25:
                    when = self.draft.data.choice(years if "for_years" in keys else years[:2])
                    self.draft.claim_rows.append([unit, code, "", "", "", "", "", when])
        self.sheet.vetoes[code] = keys

    # ---- results -----------------------------------------------------------------------------

    def result(self, by: str) -> Keys:
        rng = self.rng
        keys: Keys = {
            "by": by,
            "ties": rng.choice(["competition", "competition", "dense", "average", "ordinal"]),
        }
        if self.maybe(0.2):
            keys["within"] = rng.choice(["zone", ["zone"], ["zone", "hard"]])
        if self.maybe(0.12):
            keys["apart"] = "unit.apart = 1"
        if self.maybe(0.08):
            keys["if"] = rng.choice(["unit.people > 2", "score(total) > 20"])
        children = [c for c, n in self.sheet.nodes.items() if n.get("in") == "total"]
        if self.maybe(0.25) and children:
            broken = [*children, *self.sheet.adjustments, "unit.people", *self.halves()]
            keys["break"] = [rng.choice([*broken, *(f"rate({c}) - {k}" for k, c in enumerate(children[:1]))])]
            keys["break"] += ["-unit.people"] if self.maybe(0.2) else []
        if not self.maybe(0.15):
            self.bands(keys)
        if any("most" in band for band in keys.get("bands", ())):
            chain = children[:2] or [by]
            chain = rng.choice([chain, chain, chain, [*self.halves(), *chain], ["-unit.people", *chain[:1]]])
            keys["edge"] = {"by": chain, "still_tied": rng.choice(["none", "all"])}
        if any("least" in band for band in keys.get("bands", ())):
            keys["edge"] = {"by": children[: rng.choice([0, 1])], "still_tied": rng.choice(["none", "all"])}
        if self.maybe(0.15) and "bands" in keys:
            keys["shift"] = [{"when": "unit.people > 20", "by": rng.choice([1, -1, 2])}]
            if self.maybe(0.4):
                keys["shift"].append({"when": f"score({(children or [by])[0]}) < 20", "by": -1})
        if self.maybe(0.15) and "bands" in keys:
            when = rng.choice(["unit.people > 24", f"rate({(children or ['total'])[-1]}) >= 80%"])
            keys["promote"] = [{"when": when, "to": rng.choice(["优", "良"])}]
        if self.maybe(0.06) and "bands" in keys:
            keys["round_first"] = rng.choice([0, 1])
        return keys

    def bands(self, keys: Keys) -> None:
        rng = self.rng
        whole = self.sheet.nodes[keys["by"].partition("@")[0]].get("full", 100)
        whole = 10 if isinstance(whole, str) else whole
        low, high = (20, 95) if whole >= 100 else (1, max(4, int(whole)))
        if self.draft.tied:
            high = max(low + 3, high * 2 // 3)
        lines = sorted(rng.sample(range(low, high + 1), 3), reverse=True)
        keys["bands"] = [
            self.best(keys, lines[0]),
            self.second(keys, lines),
            {"grade": "中", "from": lines[2]},
            {"grade": "差"},
        ]
        third, last = keys["bands"][2:]
        if self.maybe(0.1):
            third["rank_from"] = rng.choice([2, "if(unit.zone = '东', 2, 3)", "group.count(unit.people) / 2"])
        if self.maybe(0.12) and "pool" not in keys:
            last |= {"least": rng.choice(["10%", "30%", 1, 2]), "round": rng.choice(["down", "up"])}

    def best(self, keys: Keys, line: int) -> Keys:
        """The band of the best, usually of few."""
        rng = self.rng
        top: Keys = {"grade": "优", rng.choice(["from", "from", "above"]): line}
        if self.maybe(0.6):
            said = ["if(unit.zone = '东', 40%, 25%)", "unit.quota", "group.count(unit.people) / 3"]
            top["most"] = rng.choice(["25%", "30%", "50%", 2, "1/3", "25%", "1/3", rng.choice(said)])
            top["round"] = rng.choice(["down", "half_up", "up"])
            for key, value in (("at_least_one", True), ("of", "eligible"), ("round_first", 0)):
                if self.maybe(0.2):
                    top[key] = value
            if "within" in keys and self.maybe(0.4):
                keys["pool"] = True
        elif self.maybe(0.2):
            top["rank_to"] = rng.choice([1, 2, "unit.people / 4", "30% * group.count(unit.people)"])
        if self.maybe(0.15):
            top["if"] = "unit.people >= 3"
        return top

    def second(self, keys: Keys, lines: list[int]) -> Keys:
        """The band below, whose places may count those above."""
        rng = self.rng
        second: Keys = {"grade": "良", "from": lines[1]}
        if self.maybe(0.1):
            second[rng.choice(["below", "to"])] = lines[0]
        if self.maybe(0.08):
            second["from"] = rng.choice([f"{lines[1]} - unit.people / 20", "group.mean(score(total))"])
        if self.maybe(0.25) and "pool" not in keys:
            second |= {"most": rng.choice(["60%", 3]), "round": "down"}
            if self.maybe(0.6):
                second["with_above"] = True
        return second
