"""Why a unit has its grade, in sentences: the engine gives codes and facts, a person reads words."""

from collections.abc import Sequence

from kaocheng.engine.graded import sentence
from kaocheng.engine.sheet import PaperSheet, Standing
from kaocheng.i18n import _
from kaocheng.standings.register import Line

__all__ = ["gaps_in_words", "in_words", "line_in_words", "vetoes"]


def in_words(standing: Standing, paper: PaperSheet) -> list[str]:
    """The reasons, one sentence each; the marginal unit on the other side of a line is named."""

    def named(unit: str) -> tuple[str, str]:
        return _label(paper, unit), paper.shown(unit, paper.total)

    return [sentence(code, facts, named(standing.unit)[1], named) for code, facts in standing.why]


def line_in_words(line: Line) -> str:
    """The quota's line, with the unit on each side of it by name."""
    sentences = [
        _(
            "红线以上为{grade}:本类 {units} 个单位,{quota} 个名额,给出 {places} 个。",
            grade=line.grade,
            units=line.units,
            quota=line.quota,
            places=line.places,
        )
    ]
    if line.vetoed:
        sentences.append(_("{units}被一票否决,名次照排、不占名额。", units=_("、").join(line.vetoed)))
    if line.tied:
        sentences.append(
            _("{units}得分并列在名额边上,依次比较后仍相同,均未列入。", units=_("、").join(line.tied))
        )
    if line.below:
        sentence = (
            _("线上末位 {above} {above_score},线下首位 {below} {below_score},差 {gap}。", **_sides(line))
            if line.stopped
            else _(
                "线上末位 {above} {above_score},线下首位 {below} {below_score},未到得分线。", **_sides(line)
            )
        )
        sentences.append(sentence)
    return "".join(sentences)


def _sides(line: Line) -> dict[str, str]:
    return {
        "above": line.above,
        "above_score": line.above_score,
        "below": line.below,
        "below_score": line.below_score,
        "gap": line.gap,
    }


def vetoes(standing: Standing) -> list[str]:
    """The labels of the vetoes on a unit."""
    named = [facts["veto"] for code, facts in standing.why if code == "veto"]
    return named or list(standing.vetoes)


def gaps_in_words(paper: PaperSheet, unit: str = "") -> list[str]:
    """Who has no total, and what is missing for it; those who lack the same are told together.

    The sheet's notes are unit, node and period.  *unit* asks for one unit's alone.
    """
    missing: dict[str, list[str]] = {}
    labels = {(c.node, c.period): c.label for c in paper.columns if c.kind == "node"}
    for note in paper.notes:
        whose, _tab, rest = note.partition("\t")
        node, _tab, period = rest.partition("\t")
        if unit in ("", whose):
            missing.setdefault(whose, []).append(labels.get((node, period), node))
    alike: dict[tuple[str, ...], list[str]] = {}
    for whose, items in missing.items():
        alike.setdefault(tuple(items), []).append(_label(paper, whose))
    return [
        _(
            "{unit}没有总分,缺 {count} 项:{items}",
            unit=_few(units, _("等 {n} 个单位", n=len(units))),
            count=len(items),
            items=_few(items, "…"),
        )
        for items, units in alike.items()
    ]


def _few(names: Sequence[str], others: str) -> str:
    """The first of *names*; *others* stands for the rest."""
    return _("、").join(names[:6]) + (others if len(names) > 6 else "")


def _label(paper: PaperSheet, unit: str) -> str:
    return paper.labels.get(unit, unit)
