"""What the scheme's own checks (核对条件) say of values about to be stored, beside all that was filed.

A check is worked out by the engine, as scoring will; here it is heard while there is a cell to point at.
What refuses a run is an error and blocks, unless it looks at other units: their values may be on the way.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kaocheng.engine.checks import REFUSE, Struck, found_by
from kaocheng.engine.evaluate import CIRCLES
from kaocheng.engine.grammar import Call, Name, parse, walk
from kaocheng.engine.inputs import Figure, Inputs, Row, Target
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.run import Run
from kaocheng.errors import Problem
from kaocheng.figures.domain import Figure as Filed
from kaocheng.figures.domain import Of
from kaocheng.figures.reading import DOUBT, ERROR, Entry, Finding
from kaocheng.tenancy.domain import Unit

CHECK, BROKEN, LATER = "check", "check_broken", "later"
LOOKED_AT = (Of.FIGURE, Of.TARGET, Of.ROW)


def checked(
    recipe: Recipe,
    units: Sequence[Unit],
    filed: Sequence[Filed],
    entries: Sequence[tuple[Entry, str]],
    period: str,
) -> list[Finding]:
    """What the checks of *recipe* find in the new entries; each comes with its value as text."""
    given = _inputs(units, filed, entries, period)
    try:
        found = sorted(set(found_by(Run(recipe, given, period))))
    except Problem as problem:  # of what was filed before; scoring says it again
        return [Finding(DOUBT, BROKEN, "", "", {"reason": str(problem)})]
    return [finding for one in found if one.period == period for finding in _told(recipe, one, entries)]


def _told(recipe: Recipe, one: Struck, entries: Sequence[tuple[Entry, str]]) -> Iterator[Finding]:
    """The finding at the value it is about, or at another new one that the check looks at."""
    rule = recipe.checks[one.check]
    named, others = _looks_at(recipe, str(rule["when"]))
    own = [entry for entry, _text in entries if entry.of == Of.FIGURE and entry.unit == one.unit]
    at = [e for e in own if e.code == one.figure and one.part in ("", e.series)]
    at = at or [e for e in own if e.code in named or not one.figure]
    if not at:
        return  # nothing new is to blame
    then = LATER if one.then == REFUSE and others else one.then
    clause = str(rule.get("clause", ""))
    facts = {"check": str(rule.get("label") or one.check), "say": one.say, "then": then, "clause": clause}
    yield Finding(ERROR if then == REFUSE else DOUBT, CHECK, at[0].sheet, at[0].cell, facts)


def _looks_at(recipe: Recipe, when: str) -> tuple[set[str], bool]:
    """The figures a condition names, and whether it looks at other units."""
    inside = list(walk(parse(when)))
    named = {tree.path[0] for tree in inside if isinstance(tree, Name)} & set(recipe.figures)
    return named, any(isinstance(tree, Call) and tree.path[0] in (*CIRCLES, "at") for tree in inside)


def _inputs(
    units: Sequence[Unit], filed: Sequence[Filed], entries: Sequence[tuple[Entry, str]], period: str
) -> Inputs:
    """What was filed, with the new entries in the place of what they supersede."""
    values: dict[tuple[str, ...], str] = {}
    for f in filed:
        it = f.indicator
        values[str(it.of), f.unit, it.code, it.field, f.key.series, f.key.period] = str(f.value)
    values |= {(e.of, e.unit, e.code, e.field, e.series, period): text for e, text in entries}
    made: Mapping[str, list[Any]] = {of: [] for of in LOOKED_AT}
    for (of, unit, code, field, series, when), value in values.items():
        if of == Of.FIGURE:
            made[of].append(Figure(unit, code, value, when, series))
        elif of == Of.TARGET:
            made[of].append(Target(unit, code, value, field, when))
        elif of == Of.ROW:
            made[of].append(Row(unit, code, series, field, value, when))
    return Inputs(
        units=tuple(unit.as_scored() for unit in units),
        figures=tuple(made[Of.FIGURE]),
        targets=tuple(made[Of.TARGET]),
        rows=tuple(made[Of.ROW]),
    )
