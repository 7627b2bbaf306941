"""Works one score out for one unit, from the same run that made the sheet, so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kaocheng.engine import (
    by_period,
    by_row,
    checks,
    compose,
    composing,
    folded,
    imported,
    marks,
    nodes,
    on_the_way,
    places,
    steps,
)
from kaocheng.engine import evaluate as language
from kaocheng.engine.adding import added
from kaocheng.engine.alone import Alone, LooksAtOthers
from kaocheng.engine.arrays import MISSING, OK, Words
from kaocheng.engine.evaluate import Scope
from kaocheng.engine.explain import STATES, Cut, Explanation, Loss, Rounding, Used
from kaocheng.engine.graded import grounds
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
        lines = list(by_row.row(self, int(row)) if row else self.lines())
        lines += self._voided()
        full = self.seat.of(compose.told_full(self.run, self.paper, self.node, self.period))
        lost = None if full is None or self.value is None or row else full - self.value
        label = node_label(self.run.recipe, self.node)
        own = self.run.period if self.run.asked else self.run.recipe.own_period(self.paper)
        total = self.run.recipe.total(self.paper, own) == self.node.code and self.period == own
        after = self.value
        graded = grounds(self.seat, self.paper, self.period) if total and not row else ("", ())
        if total and self.value is not None:
            lines += self._rounded_total()
        unit = self.run.units[self.seat.at]
        leaf = steps.Leaf(self.seat, self.paper, self.node, self.period, self.paper)
        counts = leaf.total is None or self.seat.of(self.run.score(self.paper, *leaf.total)) is not None
        factor = leaf.share if counts and not row else None
        found = () if row else self._losses(total)
        ahead, no_step = ((), "") if row or self.node.composed else steps.ahead(leaf)
        return Explanation(
            unit=unit.code,
            unit_label=unit.label or unit.code,
            paper=self.paper.code,
            node=self.node.code,
            period=self.period,
            label=folded.row_label(self.seat, self.node, self.period, label, int(row)) if row else label,
            method=composing.method(self.run.recipe, self.node),
            clause=self.node.get("clause"),
            clause_text=str(self.run.recipe.clauses.get(str(self.node.get("clause")), "")),
            full=None if full is None or row else plain(full),
            state=STATES.get(self.state, "missing"),
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
            place=places.place(self.seat, self.paper, self.period) if total and not row else None,
            grade=graded[0],
            grounds=graded[1],
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
        if on_the_way.stands_outside(self):
            yield from on_the_way.condition(self, "applies")
            yield from on_the_way.stages(self)
            return
        if self.node.get("across"):
            yield from by_period.lines(self)
            return
        if imported.in_words(self.node):
            yield self._word()
            return
        if self.node.get("rows"):
            yield from by_row.lines(self)
        elif self.node.composed:
            yield from composing.lines(self)
        elif self.state == MISSING:
            yield from self._gap()
            return
        else:
            yield from self._worked()
        yield from on_the_way.stages(self)

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
        rule = self.run.recipe.methods.get(str(self.node.get("method"))) or {}
        if failed := [str(one) for one in sorted(self.run.failed) if one.function == rule.get("function")]:
            yield failed[0]
            return
        gaps = [used for used in self.used.values() if used.value is None]
        own = [used.name for used in gaps if used.kind != "group"] or [used.name for used in gaps]
        lacking = _("、").join(own)
        if not lacking and self.node.get("method") == "choice":
            yield _("所填的不是规定的档,或分数不在这一档之内,不能计分")
            return
        yield _("缺 {names},不能计分", names=lacking or _("数据"))

    # -- around the score --------------------------------------------------------------------------

    def _rounded(self) -> tuple[str, str] | None:
        if self.before is None or self.value is None or self.node.composed:
            return None
        return shown(self.before), printed(self.value, self.decimals)

    def _rounded_total(self) -> Iterator[str]:
        """The rounding that ranks and grades are made by."""
        decimals = marks.ranked_to(self.run, self.paper, self.node.code)
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
