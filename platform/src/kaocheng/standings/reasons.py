"""Why a unit has its grade, in sentences: the engine gives codes and facts, a person reads words."""

from collections.abc import Callable, Mapping

from kaocheng.engine.sheet import PaperSheet, Standing
from kaocheng.i18n import _
from kaocheng.standings.register import Line

__all__ = ["gaps_in_words", "in_words", "line_in_words", "vetoes"]


_PLAIN: Mapping[str, Callable[[], str]] = {
    "veto": lambda: _("有“{veto}”"),
    "barred": lambda: _("得分够{grade},因否决不得评为{grade},名次照排、不占名额"),
    "least": lambda: _("从末位起至少 {quota} 个为{grade}"),
    "shift": lambda: _("由{from}调整为{to}"),
    "promote": lambda: _("提升为{to}"),
    "no_total": lambda: _("没有总分,不排名、不定等次"),
}


def in_words(standing: Standing, paper: PaperSheet) -> list[str]:
    """The reasons, one sentence each; the marginal unit on the other side of a line is named."""
    return [sentence for code, facts in standing.why if (sentence := _reason(code, facts, standing, paper))]


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


def gaps_in_words(paper: PaperSheet) -> list[str]:
    """Who has no total, and what is missing for it; the sheet's notes are unit, node and period."""
    missing: dict[str, list[str]] = {}
    labels = {(c.node, c.period): c.label for c in paper.columns if c.kind == "node"}
    for note in paper.notes:
        unit, _tab, rest = note.partition("\t")
        node, _tab, period = rest.partition("\t")
        missing.setdefault(unit, []).append(labels.get((node, period), node))
    return [
        _(
            "{unit}没有总分,缺 {count} 项:{items}",
            unit=paper.labels.get(unit, unit),
            count=len(items),
            items=_("、").join(items[:6]) + ("…" if len(items) > 6 else ""),
        )
        for unit, items in missing.items()
    ]


def _reason(code: str, facts: Mapping[str, str], standing: Standing, paper: PaperSheet) -> str:
    if code in _PLAIN:
        return _PLAIN[code]().format(**facts)
    if code.startswith("quota_"):
        return _quota(code, facts, standing, paper)
    if code == "band":
        return _band(facts, paper.shown(standing.unit, paper.total))
    return " ".join([code, *(f"{name}={fact}" for name, fact in facts.items())])


def _quota(code: str, facts: Mapping[str, str], standing: Standing, paper: PaperSheet) -> str:
    grade, quota = facts["grade"], facts["quota"]
    if code == "quota_in":
        if "first_out" not in facts:
            return _("符合{grade}条件,在 {quota} 个名额之内", grade=grade, quota=quota)
        return _(
            "符合{grade}条件,在 {quota} 个名额之内;名额外首位 {unit} {score}",
            grade=grade,
            quota=quota,
            unit=_label(paper, facts["first_out"]),
            score=paper.shown(facts["first_out"], paper.total),
        )
    if code == "quota_tied":
        return _(
            "与他人并列在{grade}名额边上({quota} 个),依次比较后仍相同,均不评为{grade}",
            grade=grade,
            quota=quota,
        )
    if "last_in" not in facts:
        return _("符合{grade}的得分条件,但没有名额", grade=grade)
    return _(
        "符合{grade}的得分条件,但 {quota} 个名额已满;名额内末位 {unit} {score}",
        grade=grade,
        quota=quota,
        unit=_label(paper, facts["last_in"]),
        score=paper.shown(facts["last_in"], paper.total),
    )


def _band(facts: Mapping[str, str], score: str) -> str:
    low, high = facts.get("from") or facts.get("above"), facts.get("below") or facts.get("to")
    if low and high:
        return _(
            "得分 {score},{low} 至 {high} 分为{grade}", score=score, low=low, high=high, grade=facts["grade"]
        )
    if low:
        return _("得分 {score},{low} 分以上为{grade}", score=score, low=low, grade=facts["grade"])
    return _("得分 {score},为{grade}", score=score, grade=facts["grade"])


def _label(paper: PaperSheet, unit: str) -> str:
    return paper.labels.get(unit, unit)
