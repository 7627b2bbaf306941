"""One scheme and one set of inputs: everything that can be looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from . import adjustments, bounds, checks, methods, nodes, periods, results
from .asked import Asked, sure
from .checks import Struck
from .evaluate import Place, WrongScheme, as_number, evaluate, number
from .expressions import Call, Name, Tree, Word, node_reference, tree_of
from .inputs import Inputs
from .numbers import MISSING, NA, UNDEFINED, Gap, Value
from .scheme import Node, Paper, Scheme
from .statistics import position

Vetoes = dict[tuple[str, str], dict[str, Any]]  # by paper and code


class World:
    """Looks things up, each once."""

    def __init__(
        self, scheme: Scheme, inputs: Inputs, asked: str = "", sheets: Mapping[str, World] | None = None
    ) -> None:
        self.scheme = scheme
        self.inputs = inputs
        self.asked = asked  # the period of the run, where one is asked
        self.sheets = sheets or {}  # other assessments, by the code they are imported under
        self.memory: dict[tuple[object, ...], Any] = {}
        self.under_way: set[tuple[object, ...]] = set()
        self.opened: dict[tuple[str, str], set[str]] = {}  # columns by paper and node: the periods
        self.struck: set[Struck] = set()

    # ---- units, figures, targets -------------------------------------------------------------------

    def units(self, paper: Paper) -> list[str]:
        """Who is assessed by a paper, in the order of groups.csv."""
        wanted = paper.keys.get("class")
        return [u for u in self.inputs.units if wanted is None or self.class_of(paper, u, wanted) == wanted]

    def members(self, paper: Paper) -> frozenset[str]:
        """The same, to ask whether a unit is among them."""
        found: frozenset[str] = self.once(("members", paper.code), lambda: frozenset(self.units(paper)))
        return found

    def class_of(self, paper: Paper, unit: str, otherwise: Value = MISSING) -> Value:
        """A unit's class on the last day of the run's period."""
        found = self.inputs.attribute(unit, "class", periods.end(self.asked or paper.period))
        return otherwise if found is MISSING else found

    def attribute(self, place: Place, name: str) -> Value:
        if name == "class":
            return self.class_of(place.paper, place.unit)
        return self.inputs.attribute(place.unit, name, periods.end(place.period))

    def period(self, token: str | None, place: Place) -> str:
        """What `@half`, `@last_year`, `@2026-03` mean at a place."""
        if token is None:
            return place.period
        if token == "last_year":
            return periods.last_year(place.period)
        if token == "previous":
            return periods.previous(place.period)
        if token in self.scheme.periods:
            text = self.scheme.periods[token]
            return periods.shifted(text, 12 * (int(place.period[:4]) - int(place.paper.period[:4])))
        return token

    def undated(self, paper: Paper) -> str:
        """Whose a figure without a period is: the paper's own, or another like it that is asked for.

        Where no figure says a period, all are of the one that is asked for.
        """
        if self.asked and (periods.alike(self.asked, paper.period) or not self.inputs.dated_figures):
            return self.asked
        return paper.period

    def told(self, place: Place, code: str, part: str, period: str) -> Value | None:
        """What a unit reported, if anything."""
        found = self.inputs.figures.get((place.unit, code, period, part))
        if found is None and period == self.undated(place.paper):
            found = self.inputs.figures.get((place.unit, code, "", part))
        return found

    def figure(self, place: Place, code: str, part: str, period: str) -> Value:
        """What a unit reported, or what the scheme says instead."""
        found = self.told(place, code, part, period)
        if found is None and part and self.told(place, code, "", period) is NA:
            return NA  # "/" for a figure of parts is said of each part that is not there
        if found is None or found is MISSING or self.void(place, code, part, period):
            rule = self.scheme.figures[code].get("missing", "refuse")
            if rule == "zero":
                return Fraction(0)
            if rule == "not_applicable":
                return NA
            if rule == "last_period" and self.known(period):
                return self.figure(place, code, part, periods.previous(period))
            return MISSING
        return found

    def void(self, place: Place, code: str, part: str, period: str) -> bool:
        """Whether a check took the figure away."""
        return not place.handed_in and checks.away(self.struck, place.unit, code, part, period)

    def known(self, period: str) -> bool:
        """Whether anything at all may have been handed in so early."""
        own = [self.asked or paper.period for paper in self.scheme.papers.values()]
        own += [paper.period for paper in self.scheme.papers.values()]
        first = min(periods.months(text)[0] for text in own)
        if self.inputs.first_month is not None:
            first = min(first, self.inputs.first_month)
        return periods.months(period)[1] >= first

    def target(self, place: Place, code: str, kind: str, period: str) -> Value:
        """The unit's target before everybody's; the period's row before a longer period's share of it."""
        for unit in (place.unit, "*"):
            day = periods.end(period)
            direct = self.target_row(unit, code, kind, period, day)
            if direct is None and period == place.paper.period:
                direct = self.target_row(unit, code, kind, "", day)
            if direct is not None:
                return direct
            longer = sorted(
                {key[3] for key in self.inputs.targets if key[:3] == (unit, code, kind)},
                key=lambda text: (
                    periods.months(text or place.paper.period)[1]
                    - periods.months(text or place.paper.period)[0]
                ),
            )
            for text in longer:
                if not periods.contains(text or place.paper.period, period):
                    continue
                row = self.target_row(unit, code, kind, text, day)
                if row is None:
                    continue
                share = self.share(place, code, period) if kind == "target" else Fraction(1)
                return row * share if isinstance(row, Fraction) else row
        return MISSING

    def target_row(self, unit: str, code: str, kind: str, period: str, day: date) -> Value | None:
        rows = self.inputs.targets.get((unit, code, kind, period), [])
        valid = [row for row in rows if row.since is None or row.since <= day]
        if not valid:
            return None
        return max(enumerate(valid), key=lambda pair: (str(pair[1].since or ""), pair[0]))[1].value

    def by_unit(self, code: str) -> bool:
        """Whether a node's full marks are handed in, as targets of kind `full`."""
        return any(key[1:3] == (code, "full") for key in self.inputs.targets)

    def share(self, place: Place, code: str, period: str) -> Fraction:
        shares = self.scheme.figures.get(code, {}).get("target", {})
        for name, text in self.scheme.periods.items():
            moved = periods.shifted(text, 12 * (int(period[:4]) - int(text[:4])))
            if moved == period and name in shares:
                value = number(tree_of(shares[name]), place)
                assert isinstance(value, Fraction)
                return value
        return Fraction(1)

    def rows(self, place: Place, code: str) -> list[dict[str, Value]]:
        """The rows of a list, every declared field of each."""
        fields = self.scheme.lists[code].get("fields", {})
        lines = self.inputs.rows.get((place.unit, code), {})
        return [{field: line.get(field, MISSING) for field in fields} for line in lines.values()]

    # ---- groups ------------------------------------------------------------------------------------

    def group(self, place: Place, of: list[Tree]) -> list[str]:
        """The comparison group of a unit in a node."""
        node = place.node
        raw: Any = node.get("group", "paper") if node else "paper"
        if of:
            raw = [t.path[0] if isinstance(t, Name) else t.text for t in of if isinstance(t, (Name, Word))]
        names = [raw] if isinstance(raw, str) else list(raw)
        assessed = frozenset[str]().union(*(self.members(paper) for paper in self.scheme.papers.values()))
        everybody = names in (["all"], ["class"])
        members = [u for u in self.inputs.units if u in assessed] if everybody else self.units(place.paper)
        for name in names:
            if name in ("all", "paper"):
                continue
            own = self.attribute(place, name)
            members = [u for u in members if self.attribute(place.at(u), name) == own]
        if node is not None and "applies" in node.keys and "rows" not in node.keys:
            applies = tree_of(node.keys["applies"])
            members = [u for u in members if evaluate(applies, self.bare(place, u)) is True]
        return members

    def bare(self, place: Place, unit: str) -> Place:
        """Where a node's `applies` is asked: groups in it are of everybody."""
        node = place.node
        assert node is not None
        key = ("bare", node)
        if key not in self.memory:
            self.memory[key] = replace(node, keys={k: v for k, v in node.keys.items() if k != "applies"})
        return Place(self, place.paper, unit, place.period, self.memory[key])

    def values(self, tree: Tree, place: Place, members: list[str]) -> list[Value]:
        """An expression's values over a group, gaps left out."""
        return list(self.held(tree, place, members).values())

    def numbers(self, tree: Tree, place: Place, members: list[str]) -> dict[str, Fraction]:
        """An expression's numbers over a group, by unit."""
        return {unit: as_number(value) for unit, value in self.held(tree, place, members).items()}

    def held(self, tree: Tree, place: Place, members: list[str]) -> dict[str, Value]:
        """An expression's values over a group, by unit, gaps left out."""
        plain = place.it is None and place.part is None and place.local is None
        found = {}
        for unit in members:
            if plain:
                key = ("value", id(tree), tree, place.paper.code, place.node, place.period, unit)
                if key not in self.memory:
                    self.memory[key] = evaluate(tree, place.at(unit))
                value = self.memory[key]
            else:
                value = evaluate(tree, place.at(unit))
            if not isinstance(value, Gap):
                found[unit] = value
        return found

    # ---- nodes -------------------------------------------------------------------------------------

    def place(self, paper: Paper, code: str, unit: str, period: str) -> Place:
        return Place(self, paper, unit, period, paper.nodes[code])

    def once(self, key: tuple[object, ...], compute: Any) -> Any:
        """Compute a thing once; asking for it while it is being computed is a loop."""
        if key not in self.memory:
            if key in self.under_way:
                raise WrongScheme(f"a loop through {key}")
            self.under_way.add(key)
            try:
                self.memory[key] = compute()
            finally:
                self.under_way.discard(key)
        return self.memory[key]

    def score(self, paper: Paper, code: str, unit: str, period: str) -> Fraction | Gap:
        """The points of a node."""
        if not self.known(period):
            return MISSING
        if unit not in self.members(paper):
            return NA
        key = ("score", paper.code, code, unit, period)
        value: Fraction | Gap = self.once(key, lambda: nodes.score(self.place(paper, code, unit, period)))
        return value

    def raw(self, paper: Paper, code: str, unit: str, period: str) -> Fraction | Gap:
        """The points before the rules for missing and not applicable."""
        key = ("raw", paper.code, code, unit, period)
        value: Fraction | Gap = self.once(key, lambda: nodes.raw(self.place(paper, code, unit, period)))
        return value

    def rate(self, paper: Paper, code: str, unit: str, period: str) -> Fraction | Gap:
        """A node's share of its full marks."""
        score, full = self.score(paper, code, unit, period), self.full(self.place(paper, code, unit, period))
        if isinstance(score, Gap):
            return score
        if full is None:
            return MISSING
        return full if isinstance(full, Gap) else score / full if full else UNDEFINED

    def full(self, place: Place) -> Fraction | Gap | None:
        """The full marks of a place's node, or None where it has none."""
        if place.row is not None and isinstance(place.row.get("full"), (Fraction, Gap)):
            value = place.row["full"]
            return value if isinstance(value, (Fraction, Gap)) else None
        if place.node is None:
            return None
        key = ("full", place.paper.code, place.node, place.unit, place.period)
        if key not in self.memory:
            self.memory[key] = bounds.full(replace(place, row=None, local=None, it=None, part=None))
        found: Fraction | Gap | None = self.memory[key]
        return found

    def part_places(self, place: Place) -> list[Place]:
        """For `parts.mean(...)`: the same place, with each part of the composition beside it."""
        assert place.node is not None
        out = []
        for reference, weight in place.node.parts:
            part = node_reference(reference)
            paper = self.scheme.papers[part.paper] if part.paper else place.paper
            inner = self.place(paper, part.code, place.unit, self.period(part.period, place))
            out.append(replace(place, part=replace(inner, weight=weight)))
        return out

    def node_rank(self, paper: Paper, code: str, unit: str, period: str, which: str = "") -> Fraction | Gap:
        """The rank of a unit by a node's points."""
        spec = paper.nodes[code].get("rank", True)
        if which:
            spec = spec[which]
        spec = spec if isinstance(spec, dict) else {}
        own = self.score(paper, code, unit, period)
        if isinstance(own, Gap):
            return own
        place = self.place(paper, code, unit, period)
        keys = {"group": spec["group"]} if "group" in spec else {}
        whole = {key: value for key, value in paper.nodes[code].keys.items() if key != "applies"}
        grouped = replace(place, node=Node(code, {**whole, **keys}))
        members = set(self.units(paper)).intersection(self.group(grouped, []))
        found = {other: self.score(paper, code, other, period) for other in members}
        scored = {other: v for other, v in found.items() if not isinstance(v, Gap)}
        return position(own, scored, unit, spec.get("ties", "competition"))

    def reads(self, place: Place, paper: Paper, code: str, period: str, token: str | None) -> None:
        """An expression names a node in another period: that opens columns, unless it looks back."""
        if token not in ("previous", "last_year"):
            self.open(paper, code, period)

    def open(self, paper: Paper, code: str, period: str) -> None:
        """A node is computed in a period: so are its parts."""
        known = self.opened.setdefault((paper.code, code), set())
        if period in known:
            return
        known.add(period)
        node = paper.nodes[code]
        place = Place(self, paper, "", period, node)
        for span in nodes.spans(place):
            for reference, _ in node.parts:
                part = node_reference(reference)
                other = self.scheme.papers[part.paper] if part.paper else paper
                self.open(other, part.code, self.period(part.period, replace(place, period=span)))

    # ---- methods, adjustments, results ------------------------------------------------------------------

    def method_call(self, word: str, tree: Call, place: Place) -> Value:
        """A method as a function: points of `full`."""
        if word not in methods.METHODS and word not in self.scheme.methods:
            raise WrongScheme(f"nobody knows {word}()")
        keys: dict[str, Any] = dict(tree.keys)
        for flag in ("clamped", "symmetric"):
            if flag in keys:
                keys[flag] = Asked(place, keys).word(flag)
        return methods.apply(word, Asked(place, keys, tree.arguments[0] if tree.arguments else None, True))

    def limit(self, raw: object, place: Place) -> Fraction:
        """A limit of a band."""
        return sure(number(tree_of(raw), place))

    def claimed(self, paper: Paper, code: str, unit: str, period: str) -> Fraction | Gap:
        """What an adjustment comes to within its caps, positive."""
        key = ("adjustment", paper.code, code, unit, period)
        found: Fraction | Gap = self.once(
            key, lambda: adjustments.amount(Place(self, paper, unit, period), paper.adjustments[code], code)
        )
        return found

    def adjustment(self, paper: Paper, code: str, unit: str, period: str) -> Fraction | Gap:
        """What an adjustment comes to, unless too many carry it."""
        key = ("beyond", paper.code, code, period)
        broken = self.once(key, lambda: checks.beyond(self, paper, code, period))
        if broken == "refuse":
            raise checks.Refused(f"more units carry {code} than may")
        if broken == "void":
            return Fraction(0)
        return self.claimed(paper, code, unit, period)

    def vetoed(self, paper: Paper, unit: str, period: str, scope: str = "unit") -> Vetoes:
        """The vetoes that hold for a unit, of those that speak of the unit itself or of its leaders."""
        place = Place(self, paper, unit, period)
        return {
            (paper.code, code): veto
            for code, veto in paper.vetoes.items()
            if scope in adjustments.scopes(veto) and adjustments.veto_holds(place, code, veto)
        }

    def strikes(self, place: Place) -> list[dict[str, Any]]:
        """The vetoes on a unit, and those on the unit that somebody leads: each veto once."""
        found = self.vetoed(place.paper, place.unit, place.period)
        parent = self.attribute(place, "parent")
        for paper in self.scheme.papers.values():
            if isinstance(parent, str) and parent in self.members(paper):
                found |= self.vetoed(paper, parent, place.period, "leaders")
        return list(found.values())

    def result(self, paper: Paper, code: str, period: str) -> dict[str, results.Standing]:
        """Rank and grade of every unit by one result."""
        key = ("result", paper.code, code, period)
        found: dict[str, results.Standing] = self.once(
            key, lambda: results.standings(self, paper, code, period)
        )
        return found

    def grade(self, paper: Paper, code: str, unit: str, period: str) -> Value:
        standing = self.result(paper, code, period).get(unit)
        return standing.grade if standing is not None and standing.grade else MISSING
