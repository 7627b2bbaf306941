"""Works one score out for one unit, from the same run that made the sheet, so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np

from kaocheng.engine import checks, compose, composing, folded, imported, marks, nodes, places, steps, vetoes
from kaocheng.engine import evaluate as language
from kaocheng.engine.adding import added
from kaocheng.engine.alone import Alone, LooksAtOthers
from kaocheng.engine.arrays import MISSING, NA, OK, UNDEFINED, Words
from kaocheng.engine.evaluate import Scope
from kaocheng.engine.explain import Cut, Explanation, Loss, Rounding, Used
from kaocheng.engine.grammar import Name, parse
from kaocheng.engine.inputs import Figure
from kaocheng.engine.losses import Lost, losses, rounding_of_total
from kaocheng.engine.reasons import reason
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.engine.rounding import half_up, plain, printed
from kaocheng.engine.run import Run
from kaocheng.engine.score import node_label
from kaocheng.engine.terms import Seat
from kaocheng.engine.wording import formula, shown
from kaocheng.engine.writing import Writer
from kaocheng.i18n import _


def work_out(
    run: Run, unit: str, code: str = "", period: str | None = None, *, paper: str = ""
) -> Explanation:
    """The working of one node (its total, where none is named) for one unit.

    Args:
        run: of all units; only *unit* is looked at, everything about others is found there once.
        unit: code or label.
        code: of a node, of one row of a list (``tasks#2``), or of an adjustment.
        period: of the node; default the run's.
        paper: its code, where a unit is in several.

    Raises:
        KeyError: no such unit or node.
    """
    at = run.position(unit)
    if at is None:
        raise KeyError(unit)
    name, _sign, row = code.partition("#")
    for rules in run.recipe.papers.values():
        own = run.period if run.asked else run.recipe.own_period(rules)
        if not run.members(rules)[at] or paper not in ("", rules.code):
            continue
        when = run.recipe.period(period) if period else own
        node = rules.nodes.get(name or run.recipe.total(rules, own) or "")
        if node is None and name in rules.table("adjustments"):
            return added(Seat(Alone(run, at), 0), rules, name, when)
        if node is None:
            continue
        run.score(rules, node.code, when)  # all it looks at in others is found out here, once
        try:
            return Working(Seat(Alone(run, at), 0), rules, node, when).explanation(row)
        except LooksAtOthers:
            return Working(Seat(run, at), rules, node, when).explanation(row)
    raise KeyError(code)


def behind(
    run: Run, paper: PaperRule, node: NodeRule, period: str, at: int, depth: int = 9
) -> tuple[Used, ...]:
    """What a node that no page shows was worked from, down to what was handed in."""
    working = Working(Seat(run, at), paper, node, period)
    if not depth:
        return ()
    if node.composed and str(node["compose"]) not in ("formula", "inherit"):
        found = [
            used
            for term in composing.parts_of(working.seat, paper, node, period)
            for used in behind(run, term.paper, term.node, term.period, at, depth - 1)
        ]
        return tuple(dict.fromkeys(found))
    for _line in working.lines():  # what is used is known when it is told
        pass
    return tuple(working.used.values())


class Working:
    """One node in one period for one unit, in the making."""

    def __init__(self, seat: Seat, paper: PaperRule, node: NodeRule, period: str) -> None:
        self.seat, self.run = seat, seat.run
        self.paper, self.node, self.period = paper, node, period
        self.scope = self.run.scope(paper, node, period)
        self.points = self.run.score(paper, node.code, period)
        self.value = seat.of(self.points)
        self.state = seat.state(self.points)
        rounds = marks.places(self.run, self.scope)
        self.rounds = rounds is not None
        self.decimals = rounds if rounds is not None else (self.run.recipe.decimals(paper, "total") or 0)
        self.used: dict[tuple[str, ...], Used] = {}
        self.roundings: list[Rounding] = []
        self.cuts: list[Cut] = []
        self.before: Fraction | None = None  # before rounding
        self.stood_in = ""  # why the rule gives points in place of a value, where it does

    def explanation(self, row: str = "") -> Explanation:
        """The whole working; of one *row* of its list where one is asked for."""
        lines = list(self.row(int(row)) if row else self.lines())
        lines += self._voided()
        full = self.seat.of(compose.told_full(self.run, self.paper, self.node, self.period))
        lost = None if full is None or self.value is None or row else full - self.value
        label = node_label(self.run.recipe, self.node)
        own = self.run.period if self.run.asked else self.run.recipe.own_period(self.paper)
        total = self.run.recipe.total(self.paper, own) == self.node.code and self.period == own
        after = self.value
        if total and self.value is not None:
            lines += self._rounded_total()
        unit = self.run.units[self.seat.at]
        leaf = steps.Leaf(self.seat, self.paper, self.node, self.period, self.paper)
        factor = None if row else leaf.share
        found = () if row else self._losses(total)
        ahead, no_step = ((), "") if row or self.node.composed else steps.ahead(leaf)
        return Explanation(
            unit=unit.code,
            unit_label=unit.label or unit.code,
            paper=self.paper.code,
            node=self.node.code,
            period=self.period,
            label=f"{label}#{row}" if row else label,
            method=composing.method(self.run.recipe, self.node),
            clause=self.node.get("clause"),
            clause_text=str(self.run.recipe.clauses.get(str(self.node.get("clause")), "")),
            full=None if full is None or row else plain(full),
            state={OK: "scored", NA: "not_applicable"}.get(self.state, "missing"),
            points=None if after is None else printed(after, self.decimals),
            exact=None if after is None else plain(after),
            used=tuple(sorted(self.used.values(), key=lambda used: used.kind == "group")),  # its own first
            lines=tuple(lines),
            rounded=self._rounded(),
            roundings=tuple(self.roundings),
            cuts=tuple(self.cuts),
            parts=tuple(composing.parts(self)) if self.node.composed else (),
            lost=None if lost is None else printed(lost, self.decimals),
            lost_exact=None if lost is None else plain(lost),
            lost_to=self._lost_to(lost),
            losses=found,
            steps=ahead,
            next_step=ahead[0].words if ahead else "",
            no_step=no_step,
            to_total=None if factor is None or after is None else shown(after * factor),
            place=places.place(self.seat, self.paper, self.period) if total else None,
            facts=None if factor is None else {"share_of_total": plain(factor)},
        )

    def _voided(self) -> list[str]:
        """What was handed in and does not count, and the check that says so."""
        own = self.run.units[self.seat.at].code
        handed_in = [
            Figure(own, used.key[0], "", used.key[2], used.key[1])
            for used in self.used.values()
            if used.kind == "figure" and used.unit in ("", own) and len(used.key) == 3
        ]
        void = [one for one in self.run.struck if one.then == checks.VOID]
        return [str(one) for one in void if any(one.covers(figure, figure.period) for figure in handed_in)]

    # -- the arithmetic ----------------------------------------------------------------------------

    def lines(self) -> Iterator[str]:
        """The arithmetic, one step a line."""
        if self._stands_outside():
            yield from self._condition("applies")
            yield from self._stages()
            return
        if self.node.get("across"):
            yield from composing.across(self)
            return
        if imported.in_words(self.node):
            yield self._word()
            return
        if self.node.get("rows"):
            yield from self._rows()
        elif self.node.composed:
            yield from composing.lines(self)
        elif self.state == MISSING:
            yield from self._gap()
            return
        else:
            yield from self._worked()
        yield from self._stages()

    def _word(self) -> str:
        """The grade that a node takes from another sheet."""
        word = language.evaluate(Name(("x",)), self.scope)
        assert isinstance(word, Words)
        at = self.seat.at if word.state.shape else ()
        return str(word.v[at]) if word.state[at] == OK else _("缺")

    def _worked(self) -> Iterator[str]:
        scope = nodes.measuring(self.scope)
        writer, text, value = self.write(scope, self.seat.at)
        if (said := formula(self.scope, writer.taken)) != _("实际值"):
            yield said
        yield from dict.fromkeys(writer.first)
        for because in dict.fromkeys(writer.because):
            yield _("因 {reason}", reason=because)
        if value is not None:
            yield f"{text} = {shown(value)}" if text != shown(value) else text

    def write(self, scope: Scope, at: int) -> tuple[Writer, str, Fraction | None]:
        """A leaf's formula with the numbers of this unit (or of one of its rows)."""
        tree = parse(nodes.formula(self.node, scope))
        writer = Writer(scope, at, self.seat.at)
        text = writer.numbers(tree)
        self.used |= {key: used for key, used in writer.used.items() if key not in self.used}
        self.roundings += writer.roundings
        length = len(self.run.units) if scope.rows is None else len(scope.rows.units)
        return writer, text, language.number(tree, scope).spread(length).fraction(at)

    def _gap(self) -> Iterator[str]:
        for _line in self._worked():
            pass
        own = self.run.recipe.methods.get(str(self.node.get("method"))) or {}
        if failed := [str(one) for one in sorted(self.run.failed) if one.function == own.get("function")]:
            yield failed[0]
            return
        lacking = _("、").join(used.name for used in self.used.values() if used.value is None)
        yield _("缺 {names},不能计分", names=lacking or _("数据"))

    def _stages(self) -> Iterator[str]:
        """What happened to the first value on its way to the points."""
        told = [
            (name, self.seat.of(value), self.seat.state(value))
            for name, value in nodes.stages(self.run, self.paper, self.node, self.period)
        ]
        told.append(("stand_in", self.value, self.state))
        for (_name, a, was), (name, b, state) in pairwise(told):
            if name == "joined":
                yield from composing.joined(self, a)
            if (a, was) != (b, state):
                yield from self._stage(name, a, was, b, state)
        if self.node.composed and self.value is not None and told[0][1] is not None:
            yield f"= {shown(self.value)}"
        if self.state != OK and not (self.state == MISSING and not self.node.composed):
            yield _("本项不适用,分值由同类各项分担") if self.state == NA else _("缺数据,不能计分")

    def _stage(
        self, name: str, a: Fraction | None, was: int, b: Fraction | None, state: int
    ) -> Iterator[str]:
        if name == "gate":
            yield from () if self._stands_outside() else self._gate(b)
        elif name == "times" and b is not None:
            writer = Writer(self.scope, self.seat.at, self.seat.at)
            times = writer.numbers(parse(str(self.node["times"])), 4)
            self.used |= {key: used for key, used in writer.used.items() if key not in self.used}
            yield _("难度系数:{before} × {times} = {after}", before=shown(a), times=times, after=shown(b))
        elif name == "bounds" and a is not None and b is not None:
            kind = _("最高") if b < a else _("最低")
            self.cuts.append(Cut(kind, plain(b), plain(a), plain(b)))
            yield _("{kind} {bound} 分", kind=kind, bound=shown(b))
        elif name == "round" and a is not None and b is not None:
            after = printed(b, self.decimals)
            self.before = a
            self.roundings.append(Rounding(_("得分"), self.decimals, plain(a), after))
            yield _("四舍五入到 {places} 位:{value}", places=self.decimals, value=after)
        elif name == "veto":
            yield from self._vetoes()
        elif name in ("undefined", "missing", "stand_in") and b is not None:
            yield self._instead(name, was, b)

    def _gate(self, after: Fraction | None) -> Iterator[str]:
        for key in {"only_if", "applies"} & self.node.keys.keys():
            yield from self._condition(key, after)

    def _stands_outside(self) -> bool:
        """Whether the node does not apply to the unit, so that nothing was worked out for it."""
        if "applies" not in self.node.keys or self.node.get("rows") or self.node.get("across"):
            return False
        asked = nodes.asked(self.scope).holds
        return not bool(asked[self.seat.at] if asked.shape else asked)

    def _condition(self, key: str, after: Fraction | None = None) -> Iterator[str]:
        """The condition that a node has, where it does not hold."""
        writer, tree = Writer(self.scope, self.seat.at, self.seat.at), parse(str(self.node[key]))
        said = writer.condition(tree)
        self.used |= {k: used for k, used in writer.used.items() if k not in self.used}
        if key == "applies" and (self._stands_outside() or self.state == NA):
            yield _("{condition} 不成立", condition=said)
        elif key == "only_if" and writer.value(tree) == _("否"):
            yield _("{condition} 不成立,按 {points} 分计", condition=said, points=shown(after))

    def _vetoes(self) -> Iterator[str]:
        for code, rule in self.paper.table("vetoes").items():
            if rule.get("zero") != self.node.code:
                continue
            struck = vetoes.vetoed(self.run, self.paper, code, self.period)
            if struck[self.seat.at if len(struck) > 1 else 0]:
                yield _("{veto},本项计 0 分", veto=str(rule.get("label", code)))

    def _instead(self, name: str, state: int, points: Fraction) -> str:
        self.stood_in = {NA: _("不适用,按规定计分"), UNDEFINED: _("除数为零,按规定计分")}.get(
            state, _("缺数据,按规定计分")
        )
        rule = {NA: "not_applicable", MISSING: "missing", UNDEFINED: "undefined"}[state]
        said = self.node.get(rule)
        names = {
            "group_mean": _("本组各单位本项得分的平均"),
            "full": _("满分"),
            "zero": _("零分"),
            "own_rate": _("本单位其他各项的得分率折算"),
            "group_min": _("本组最低得分"),
            "last_period": _("上期得分"),
        }
        kind = {NA: _("不适用"), MISSING: _("缺数据")}.get(state, _("除数为零"))
        how = names.get(str(said), str(said))
        return _("{kind},按{how}计:{points}", kind=kind, how=how, points=printed(points, self.decimals))

    # -- rows of a list ----------------------------------------------------------------------------

    def _rows(self) -> Iterator[str]:
        rows, _values = folded.row_points(self.run, self.paper, self.node, self.period)
        for n, i in enumerate(np.flatnonzero(rows.units == self.seat.at), 1):
            yield f"#{n} {self._of_row(int(i))}"
        if self.value is not None:
            yield _("合计 {total}", total=printed(self.value, self.decimals))
            return
        for at, found, full in folded.unclosed(self.run, self.paper, self.node, self.period):
            if at == self.seat.at:
                facts = {"sum": plain(found), "full": plain(full)}
                yield _("各项分值合计 {sum},与满分 {full} 不符,不能计分;请核对任务书的分值", **facts)
                return
        yield _("缺数据,不能计分")

    def row(self, n: int) -> Iterator[str]:
        """One row of the list; what it got is the value asked for."""
        rows, values = folded.row_points(self.run, self.paper, self.node, self.period)
        mine = np.flatnonzero(rows.units == self.seat.at)
        if not 1 <= n <= len(mine):
            raise KeyError(f"{self.node.code}#{n}")
        scope = nodes.measuring(folded.row_scope(self.run, self.paper, self.node, self.period))
        i = int(mine[n - 1])
        self.value, self.state = values.fraction(i), int(values.state[i])
        if self.state == OK:
            yield formula(scope)
        yield self._of_row(i)

    def _of_row(self, i: int) -> str:
        _rows, values = folded.row_points(self.run, self.paper, self.node, self.period)
        scope = nodes.measuring(folded.row_scope(self.run, self.paper, self.node, self.period))
        writer, text, _value = self.write(scope, i)
        value = values.fraction(i)
        why = _(";").join(writer.because[-2:])
        why = _("{why}:", why=why) if why else ""
        if value is None and int(values.state[i]) == NA:
            return _("不适用")
        result = _("缺") if value is None else printed(value, self.decimals)
        return f"{why}{text} = {result}"

    # -- around the score --------------------------------------------------------------------------

    def _rounded(self) -> tuple[str, str] | None:
        if self.before is None or self.value is None or self.node.composed:
            return None
        return shown(self.before), printed(self.value, self.decimals)

    def _rounded_total(self) -> Iterator[str]:
        """The rounding that ranks and grades are made by."""
        decimals = self.run.recipe.ranked_to(self.paper, self.node.code)
        assert self.value is not None
        if decimals is not None and half_up(self.value, decimals) != self.value:
            after = printed(self.value, decimals)
            self.roundings.append(Rounding(_("总分"), decimals, plain(self.value), after))
            yield _("四舍五入到 {places} 位:{value}", places=decimals, value=after)

    def _losses(self, total: bool) -> tuple[Loss, ...]:
        if not self.node.composed:
            return ()
        found = losses(self.seat, self.paper, self.node, self.period) or []
        extra = rounding_of_total(self.seat, self.paper, self.node, self.period) if total and found else None
        return tuple(self._told(lost) for lost in [*found, *([extra] if extra else [])])

    def _told(self, lost: Lost) -> Loss:
        return Loss(
            node=lost.node,
            period=lost.period,
            label=lost.label,
            kind=lost.kind,
            points=plain(lost.points),
            printed=shown(lost.points),
            why=lost.why or (self._reason(lost) if lost.kind == "score" and lost.points > 0 else ""),
            key=composing.key_of(self, lost.node, lost.period),
        )

    def _reason(self, lost: Lost) -> str:
        node = lost.paper.nodes.get(lost.node)
        return "" if node is None else reason(self.run.recipe, node)

    def _lost_to(self, lost: Fraction | None) -> str:
        if not lost or lost < 0 or self.node.composed:
            return ""
        return self.stood_in or reason(self.run.recipe, self.node)
