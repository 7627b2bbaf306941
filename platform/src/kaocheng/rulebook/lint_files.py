"""What is wrong in a scheme together with its units, targets and rows, before any figure is handed in."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from kaocheng.engine import compose, folded, nodes, quotas
from kaocheng.engine.arrays import MISSING, Exact
from kaocheng.engine.grammar import BadExpression, Call, Name, Tree, Word, parse, walk
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.engine.rounding import plain
from kaocheng.engine.run import Run
from kaocheng.errors import Place, Problem
from kaocheng.i18n import _
from kaocheng.rulebook import texts
from kaocheng.rulebook.files import Tables, read_files
from kaocheng.rulebook.findings import Finding
from kaocheng.rulebook.lint import Linter
from kaocheng.rulebook.scheme import Scheme
from kaocheng.rulebook.tables import Table, read_table

# What a method takes where the node says nothing else.
_TAKEN: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("completion", "met", "shortfall", "around", "control", "inverse"), ("target",)),
    "between": ("target", "base"),
}
EVERYBODY = ("paper", "all")  # groups that are no attribute
_ANSWERED = ("otherwise", "is_missing")  # what asks whether there is a target needs none


def lint_files(scheme: Scheme, tables: Tables, *, sound: bool = True) -> list[Finding]:
    """What the tables show: their own mistakes, and, of a *sound* scheme, where the two do not fit."""
    inputs, found = read_files(scheme, tables)
    if not sound or any(finding.severity == "error" for finding in found):
        return found
    lint = _FileLint(scheme, tables, Run(scheme.recipe, inputs))
    checks = [lint.classes(), lint.attributes(), lint.targets(), lint.rows(), lint.room()]
    for check in checks:
        try:
            found.extend(check)
        except Problem:  # the scheme's own findings say what cannot be worked out
            continue
    return list(dict.fromkeys(found))  # what holds in several periods is said once


class _FileLint:
    def __init__(self, scheme: Scheme, tables: Tables, run: Run) -> None:
        self.scheme, self.tables, self.run = scheme, tables, run
        self.linter = Linter(scheme)

    def _say(self, code: str, place: Place, reason: str, remedy: str = "") -> Finding:
        return Finding("warning", code, place, reason, remedy)

    def _units(self, positions: Iterable[int]) -> str:
        """Units by name: the first few, and how many they are."""
        order = {unit.code: n for n, unit in enumerate(self.run.inputs.units)}
        units = sorted((self.run.units[at] for at in positions), key=lambda unit: order[unit.code])
        names = [unit.label or unit.code for unit in units]
        shown = _("、").join(names[:5])
        return shown if len(names) < 6 else _("{names} 等 {n} 个单位", names=shown, n=len(names))

    def _scored(self) -> Iterator[tuple[PaperRule, str]]:
        """Each paper with every period it gives a result for."""
        for paper in self.run.recipe.papers.values():
            total = paper.keys.get("total")
            own = self.run.recipe.own_period(paper)
            listed = [self.run.recipe.period(name) for name in total] if isinstance(total, Mapping) else [own]
            for period in listed:
                if self.run.recipe.total(paper, period) is not None and self.run.members(paper).any():
                    yield paper, period

    # -- groups.csv --------------------------------------------------------------------------------

    def classes(self) -> Iterator[Finding]:
        """A paper that assesses nobody."""
        for paper in self.run.recipe.papers.values() if self.tables.groups else ():
            if not self.run.members(paper).any():
                reason = _("“{paper}”没有要考核的单位", paper=paper.label)
                place = self.scheme.source.place(("papers", paper.code))
                yield self._say("no_units", place, reason, _("请核对 class 与单位表的类别"))

    def attributes(self) -> Iterator[Finding]:
        """An attribute that a rule looks at and no unit has."""
        if self.tables.groups is None:
            return
        known = {name for unit in self.run.units for name in unit.attributes} | {"code", "label", "class"}
        known |= {name for unit in self.run.units for _day, held in unit.changes for name in held}
        for name in dict.fromkeys(self._looked_at()):
            if name not in known:
                reason = _("方案用到单位的“{name}”,单位表没有这一列", name=name)
                yield self._say("no_attribute", Place(self.tables.groups.name, 1), reason, _("请补上这一列"))

    def _looked_at(self) -> Iterator[str]:
        for paper in self.run.recipe.papers.values():
            for node in paper.nodes.values():
                yield from (a for a in nodes.listed(node.get("group") or []) if a not in EVERYBODY)
                yield from _attributes(written.text for written in texts.of_node(self.run.recipe, node))
            for kind in ("adjustments", "vetoes", "results"):
                for rule in paper.table(kind).values():
                    yield from nodes.listed(rule.get("within") or [])
                    yield from _attributes(written.text for written in texts.of_rule(kind, rule))

    # -- targets.csv -------------------------------------------------------------------------------

    def targets(self) -> Iterator[Finding]:
        """Units that have no target where a rule asks for one."""
        if self.tables.targets is None:
            return
        lacking: dict[tuple[str, str, tuple[int, ...]], list[str]] = {}
        for paper, period in self._scored():
            for home, node, when in self._reached(paper, str(self.run.recipe.total(paper, period)), period):
                for code, kind, at in self._asked(home, node, when):
                    if without := self._without(home, node, code, kind, at):
                        lacking.setdefault((code, kind, without), []).append(at)
        for (code, kind, without), periods in lacking.items():
            label = str(self.run.recipe.figures[code].get("label", code))
            facts = {
                "units": self._units(without),
                "label": label,
                "periods": _("、").join(sorted(set(periods))),
            }
            reason = _("{units} 没有“{label}”的目标({periods})", **facts)
            if kind != "target":
                reason = _("{units} 没有“{label}”的 {kind} 目标({periods})", kind=kind, **facts)
            remedy = _("请补上,或用 * 写对所有单位的")
            yield self._say("no_target", Place(self.tables.targets.name), reason, remedy)

    def _reached(
        self, paper: PaperRule, total: str, period: str
    ) -> Iterator[tuple[PaperRule, NodeRule, str]]:
        """Every leaf a total is made of, in each period."""
        waiting, seen = [(paper, total, period)], set()
        while waiting:
            home, code, when = waiting.pop(0)
            if (home.code, code, when) in seen:
                continue
            seen.add((home.code, code, when))
            node = home.nodes[code]
            for within in folded.spans(self.run, home, node, when):
                if node.composed and node["compose"] not in ("formula", "inherit"):
                    parts = compose.parts(self.run, home, node, within)
                    # of the years before nobody hands in targets again
                    year = self.run.recipe.year
                    waiting += [(p.paper, p.node.code, p.period) for p in parts if p.period >= year]
                else:
                    yield home, node, within

    def _asked(self, paper: PaperRule, node: NodeRule, period: str) -> Iterator[tuple[str, str, str]]:
        """Figure, kind and period of the targets a leaf takes."""
        if node.get("rows") or str(node.get("missing", "refuse")) != "refuse":
            return
        figure = self.linter.expressions.knowledge(paper).figure(node)
        for kind in _TAKEN.get(str(node.get("method")), ()):
            if kind not in node.keys and figure is not None:
                yield figure, kind, period
        for written in texts.of_node(self.run.recipe, node):
            tree = _tree(written.text)
            if tree is None or any(isinstance(t, Call) and t.path[0] in _ANSWERED for t in walk(tree)):
                continue
            for call in walk(tree):
                if isinstance(call, Call) and call.path in (("target",), ("base",)):
                    yield from self._called(call, figure, period)

    def _called(self, call: Call, figure: str | None, period: str) -> Iterator[tuple[str, str, str]]:
        named = call.arguments[0]
        if not isinstance(named, Name) or named.period in ("last_year", "previous"):
            return
        code = figure if named.path[0] == "x" else named.path[0]
        more = call.arguments[1] if len(call.arguments) > 1 else None
        kind = more.value if isinstance(more, Word) else call.path[0]
        if code in self.run.recipe.figures and (more is None or isinstance(more, Word)):
            yield str(code), kind, self.run.recipe.period(named.period) if named.period else period

    def _without(
        self, paper: PaperRule, node: NodeRule, code: str, kind: str, period: str
    ) -> tuple[int, ...]:
        """The units a leaf applies to that have no such target."""
        value = self.run.target_of(code, kind, self.run.scope(paper, node, period))
        asked = self.run.members(paper)
        if "applies" in node.keys:
            asked = asked & nodes.applies(self.run.scope(paper, node, period), len(self.run.units))
        state = value.spread(len(self.run.units)).state if isinstance(value, Exact) else value.state
        lacking = np.broadcast_to(np.asarray(state) == MISSING, asked.shape) & asked
        return tuple(int(at) for at in np.flatnonzero(lacking))

    # -- rows.csv ----------------------------------------------------------------------------------

    def rows(self) -> Iterator[Finding]:
        """Units without rows, and rows whose full marks do not make up the node's."""
        if self.tables.rows is None:
            return
        table = read_table(self.tables.rows, ("unit", "list", "row", "field", "value"), ("period",))
        for paper, period in self._scored():
            for home, node, when in self._reached(paper, str(self.run.recipe.total(paper, period)), period):
                if node.get("rows"):
                    yield from self._rows_of(home, node, when, table)

    def _rows_of(self, paper: PaperRule, node: NodeRule, period: str, table: Table) -> Iterator[Finding]:
        rows = self.run.rows(str(node["rows"]), period)
        label, state = self.linter.label(node), folded.by_rows(self.run, paper, node, period).state
        lacking = self.run.members(paper) & (state == MISSING)
        lacking[list(set(map(int, rows.units)))] = False
        if (
            lacking.any() and node.get("missing", "refuse") == "refuse"
        ):  # else the rule says what stands there
            units = self._units(int(at) for at in np.flatnonzero(lacking))
            reason = _("{units} 没有“{label}”的行", units=units, label=label)
            yield self._say("no_rows", Place(table.file), reason, _("没有的为缺数据,不得分;请补上"))
        for at, found, full in folded.unclosed(self.run, paper, node, period):
            unit = self.run.units[at]
            facts = {
                "unit": unit.label or unit.code,
                "label": label,
                "sum": plain(found),
                "full": plain(full),
            }
            reason = _("“{unit}”的“{label}”各行满分合计 {sum},应为 {full}", **facts)
            place = Place(table.file, _line(table, {unit.label, unit.code}))
            yield Finding("error", "not_closed", place, reason, _("请核对各行的 full"))

    # -- how many units there are ------------------------------------------------------------------

    def room(self) -> Iterator[Finding]:
        """Tables of ranks and quotas that do not fit the number of units."""
        if self.tables.groups is None:
            return
        for paper, period in self._scored():
            for home, node, when in self._reached(paper, str(self.run.recipe.total(paper, period)), period):
                if node.get("method") == "rank_table":
                    yield from self._table(home, node, when)
            if period == self.run.recipe.own_period(paper):
                for code in paper.table("results"):
                    yield from self._quotas(paper, code, period)

    def _table(self, paper: PaperRule, node: NodeRule, period: str) -> Iterator[Finding]:
        first, last = len(node.get("table") or ()), len(node.get("from_end") or ())
        group = self.run.groups(self.run.scope(paper, node, period))
        sizes = np.bincount(group[group >= 0])
        small = int(sizes[sizes > 0].min()) if (sizes > 0).any() else 0
        if first and last and 0 < small < first + last:
            facts = {"label": self.linter.label(node), "n": small, "a": first, "b": last}
            reason = _("“{label}”的比较组最少只有 {n} 个单位,前 {a} 名与后 {b} 名重叠", **facts)
            place = self.scheme.source.place(("papers", paper.code, "nodes", node.code, "from_end"))
            yield self._say("tables_meet", place, reason, _("重叠处按名次从前数;请核对"))

    def _quotas(self, paper: PaperRule, code: str, period: str) -> Iterator[Finding]:
        rule = paper.table("results")[code]
        for circle, size, places in quotas.room(self.run, paper, code, period):
            where = _("、").join(circle) or paper.label
            for number, band in enumerate(rule.get("bands") or [], 1):
                if number - 1 not in places:
                    continue
                facts = {"grade": band["grade"], "where": where, "n": size, "most": places[number - 1]}
                path = ("papers", paper.code, "results", code, "bands", f"#{number}")
                place = self.scheme.source.place(path)
                most, remedy = places[number - 1], _("请核对 most")
                if most is None:
                    reason = _("“{where}”没有“{grade}”的名额:{written} 缺数据", written=band["most"], **facts)
                elif not most:
                    reason = _("“{where}”有 {n} 个单位,“{grade}”一个名额也没有", **facts)
                    remedy = _("请核对 most,或写 at_least_one = true")
                elif most >= size:
                    reason = _("“{where}”只有 {n} 个单位,“{grade}”有 {most} 个名额,限不住", **facts)
                else:
                    continue
                yield self._say("no_places", place, reason, remedy)


def _attributes(written: Iterable[str]) -> Iterator[str]:
    for text in written:
        tree = _tree(text) if "unit" in text or "(" in text else None
        for inner in walk(tree) if tree is not None else ():
            if isinstance(inner, Name) and inner.path[0] == "unit" and len(inner.path) == 2:
                yield inner.path[1]
            for one in inner.circle if isinstance(inner, Call) else ():
                if isinstance(one, Name) and one.path[0] not in EVERYBODY:
                    yield ".".join(one.path)


def _tree(text: str) -> Tree | None:
    try:
        return parse(text)
    except BadExpression:
        return None


def _line(table: Table, names: set[str]) -> int:
    return next((line for line, unit in zip(table.lines, table["unit"], strict=True) if unit in names), 0)


__all__ = ["lint_files"]
