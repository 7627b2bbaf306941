"""Checks on what was handed in, before anything is scored from it (数据校验).

A check says what is wrong: a share above a hundred, a rater who gives everybody the same.  It looks at what
was handed in, never at what another check leaves of it, so their order means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kaocheng.engine.evaluate import Scope, truth
from kaocheng.engine.inputs import Figure
from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe
from kaocheng.errors import Invalid
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

MOST_NAMED = 20  # units in one sentence
REFUSE, DOUBT, VOID = THEN = ("refuse", "doubt", "void")


@dataclass(frozen=True, slots=True, order=True)
class Struck:
    """What one check found: whose, of which figure (or, without one, all that was handed in), and when."""

    check: str
    unit: str
    period: str
    figure: str = ""
    part: str = ""
    then: str = REFUSE
    label: str = ""  # of the unit
    what: str = ""  # label of the figure and its part, or of the paper
    say: str = ""  # the scheme's own words

    def __str__(self) -> str:
        said = _(
            "“{unit}”{period}的“{what}”:{say}",
            unit=self.label,
            period=self.period,
            what=self.what,
            say=self.say or _("不合核对条件“{check}”", check=self.check),
        )
        return _("{said};作废,按缺数据处理", said=said) if self.then == VOID else said

    def covers(self, figure: Figure, period: str) -> bool:
        """Whether a figure handed in, for *period*, is what was found wrong."""
        return (
            figure.unit == self.unit
            and period == self.period
            and self.figure in ("", figure.indicator)
            and self.part in ("", figure.series)
        )


@dataclass(eq=False)
class NotAsAgreed(Invalid):
    """What was handed in does not pass a check that refuses it."""

    found: Sequence[Struck]

    code = "not_as_agreed"

    def __str__(self) -> str:
        lines = told(self.found)
        shown = _(";").join(lines[:5])
        if len(lines) > 5:
            shown += _("……共 {count} 处", count=len(lines))
        return _("{shown};请核对后再算", shown=shown)


def told(found: Iterable[Struck]) -> list[str]:
    """A line for each finding; what several units share is said once, with all their names."""
    shared: dict[Struck, list[str]] = {}
    for one in found:
        shared.setdefault(replace(one, unit="", label=""), []).append(one.label)
    lines = []
    for one, labels in shared.items():
        names = _("、").join(labels[:MOST_NAMED])
        if len(labels) > MOST_NAMED:
            names = _("{names} 等 {n} 个单位", names=names, n=len(labels))
        lines.append(str(replace(one, label=names)))
    return lines


def struck(run: Run) -> tuple[Struck, ...]:
    """All that the checks of a run's recipe find in its inputs.

    Raises:
        NotAsAgreed: a check that refuses found something.
    """
    found = tuple(sorted(set(found_by(run))))
    if refused := [one for one in found if one.then == REFUSE]:
        raise NotAsAgreed(refused)
    return found


def found_by(run: Run) -> Iterator[Struck]:
    """All that the checks find, whatever follows from it."""
    if not run.recipe.checks:
        return
    before = type(run)(_unchecked(run.recipe), run.given, run.period if run.asked else None)
    for code, rule in run.recipe.checks.items():
        papers = run.recipe.papers
        for paper in [papers[str(rule["paper"])]] if "paper" in rule else papers.values():
            yield from _Check(before, code, rule, paper).found()


def left(figures: Sequence[Figure], found: Sequence[Struck], own: str) -> Sequence[Figure]:
    """The figures that no check voids; one without a period is of *own*."""
    void: dict[str, list[Struck]] = {}
    for one in found:
        if one.then == VOID:
            void.setdefault(one.unit, []).append(one)
    if not void:
        return figures
    return [f for f in figures if not any(one.covers(f, f.period or own) for one in void.get(f.unit, ()))]


def _unchecked(recipe: Recipe) -> Recipe:
    return Recipe({key: value for key, value in recipe.keys.items() if key != "checks"})


class _Check:
    """One check over the units of one paper."""

    def __init__(self, run: Run, code: str, rule: Mapping[str, Any], paper: PaperRule) -> None:
        self.run, self.code, self.rule, self.paper = run, code, rule, paper
        self.figure = str(rule.get("figure", ""))
        self.members = run.members(paper)

    def found(self) -> Iterator[Struck]:
        for period in self._periods():
            if self.rule.get("each") == "part":
                for part in self.run.series(self.figure) or ("",):
                    yield from self._struck(period, part)
            else:
                yield from self._struck(period, "")

    def _periods(self) -> list[str]:
        if not self.figure:
            return [self.run.period if self.run.asked else self.run.recipe.own_period(self.paper)]
        return sorted({when for (code, _part, when) in self.run.handed_in if code == self.figure})

    def _struck(self, period: str, part: str) -> Iterator[Struck]:
        # a node of no name: plain names are figures here
        here = Scope(self.run, self.paper, NodeRule("", {}), period)
        if self.figure:
            here = here.within((self.code, part), it=lambda: self.run.figure(self.figure, part, period))
        held = np.broadcast_to(truth(str(self.rule["when"]), here).holds, self.members.shape)
        for at in map(int, np.flatnonzero(held & self.members)):
            if self._handed_in(at, period, part):
                yield self._one(at, period, part)

    def _handed_in(self, at: int, period: str, part: str) -> bool:
        return any(
            at in texts
            for (code, series, when), texts in self.run.handed_in.items()
            if when == period and self.figure in ("", code) and part in ("", series)
        )

    def _one(self, at: int, period: str, part: str) -> Struck:
        unit, rule = self.run.units[at], self.run.recipe.figures.get(self.figure, {})
        what = str(rule.get("label", self.figure)) or self.paper.label
        return Struck(
            self.code,
            unit.code,
            period,
            self.figure,
            part,
            str(self.rule.get("then", REFUSE)),
            unit.label or unit.code,
            f"{what}·{(rule.get('parts') or {}).get(part, part)}" if part else what,
            str(self.rule.get("say", "")),
        )
