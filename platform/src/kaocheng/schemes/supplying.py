"""What a table of indicators (指标表) supplies to a scheme: points and clause texts, each put in its place.

The table is the law for these; how points are won stays the scheme's own, bound to its clause.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kaocheng.engine.recipe import Recipe
from kaocheng.i18n import _
from kaocheng.rulebook import Finding, Scheme
from kaocheng.rulebook.edits import put
from kaocheng.schemes.domain import FrozenPoints, SchemeMoved, SchemeVersion, State, Stated

__all__ = ["clauses_changed", "due", "edited", "reason"]

FULL = "full"


def due(version: SchemeVersion, stated: Sequence[Stated]) -> tuple[Stated, ...]:
    """What of it the scheme does not say yet.

    Raises:
        SchemeMoved: it no longer says what it said when somebody looked.
        FrozenPoints: the round is open, and points stay as they are in it.
    """
    found = tuple(one for one in stated if not _alike(one, said(version.recipe, one.path), one.value))
    for one in found:
        now = said(version.recipe, one.path)
        if not _alike(one, now, one.before):
            raise SchemeMoved(one.label, one.before, now)
        if version.state is State.FROZEN:
            raise FrozenPoints(version.label, one.label)
    return found


def edited(version: SchemeVersion, stated: Sequence[Stated]) -> str:
    """The version's text with exactly these values replaced.

    Raises:
        Unplaced: the text is written so that one of them cannot be put into it.
    """
    text = version.text
    for one in stated:
        text = put(text, one.path, _value(one))
    return text


def reason(workbook: str, stated: Sequence[Stated]) -> str:
    """Why there is a new version, for whoever reads the list of them."""
    points = _("、").join(
        _("{label}分值 {before} 改为 {value}", label=one.label, before=one.before, value=one.value)
        for one in stated
        if one.path[-1] == FULL
    )
    clauses = _("、").join(
        _("{label}的计分办法条文", label=one.label) for one in stated if one.path[-1] != FULL
    )
    changed = _(";").join(part for part in (points, clauses) if part)
    return _("依《{workbook}》:{changed}", workbook=workbook, changed=changed)


def clauses_changed(scheme: Scheme, basis: Recipe) -> Iterator[Finding]:
    """Clauses whose words a workbook has changed since a rule was bound to them in *basis*."""
    for code, words in scheme.clauses.items():
        before = basis.clauses.get(code)
        bound = [
            node.code
            for paper in scheme.recipe.papers.values()
            for node in paper.nodes.values()
            if node.get("clause") == code
        ]
        if before is not None and before != words and bound:
            yield Finding(
                "warning",
                "clause_changed",
                scheme.source.place(("clauses", code)),
                _("条文“{clause}”在规则与它绑定之后改过,原文是“{before}”", clause=code, before=before),
                _("请核对引用它的规则({nodes})是否还合条文;无误即可冻结", nodes=_("、").join(bound)),
            )


def said(recipe: Recipe, path: Sequence[str]) -> str:
    """What the rules say at *path*; empty where they say nothing."""
    value: Any = recipe.keys
    for key in path:
        value = value.get(key, "") if isinstance(value, Mapping) else ""
    return str(value)


def _alike(one: Stated, left: str, right: str) -> bool:
    if one.path[-1] == FULL and left and right:
        return Decimal(left) == Decimal(right)
    return left == right


def _value(one: Stated) -> int | str:
    """Points as a scheme writes them: a whole number bare, any other in quotes, so that it stays exact."""
    if one.path[-1] != FULL:
        return one.value
    points = Decimal(one.value)
    return int(points) if points == points.to_integral_value() else one.value
