"""What happens after the points are added: bonuses and deductions, vetoes, ranks and grades, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaocheng.engine.recipe import PaperRule, Recipe
from kaocheng.i18n import _
from kaocheng.schemes.tree import Rule, labelled, words_of
from kaocheng.schemes.words import in_words


def rules(recipe: Recipe, paper: PaperRule) -> tuple[Rule, ...]:
    """The paper's adjustments, vetoes and results, each beside its clause."""
    return (
        *(_rule(recipe, c, k, tuple(_adjustment(recipe, paper, k))) for c, k in _of(paper, "adjustments")),
        *(_rule(recipe, c, k, tuple(_veto(recipe, paper, k))) for c, k in _of(paper, "vetoes")),
        *(_rule(recipe, c, k, tuple(_result(recipe, paper, k))) for c, k in _of(paper, "results")),
    )


def _of(paper: PaperRule, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from paper.table(kind).items()


def _rule(recipe: Recipe, code: str, keys: Mapping[str, Any], says: tuple[str, ...]) -> Rule:
    clause = str(keys.get("clause", ""))
    label = str(keys.get("label") or (_("名次和等次") if "by" in keys or "bands" in keys else code))
    return Rule(code=code, label=label, says=says, clause=clause, clause_text=recipe.clauses.get(clause, ""))


def _adjustment(recipe: Recipe, paper: PaperRule, keys: Mapping[str, Any]) -> Iterator[str]:
    where = labelled(paper, recipe, str(keys.get("to", "")))
    yield (
        _("从{where}中扣", where=where) if keys.get("kind") == "deduction" else _("加到{where}", where=where)
    )
    most = keys.get("most")
    if isinstance(most, Mapping):
        of = {"entry": _("每件"), "matter": _("每一事项"), "category": _("每一类"), "unit": _("每个单位")}
        yield _("、").join(
            _("{what}最多 {most} 分", what=of.get(what, what), most=value) for what, value in most.items()
        )
    elif most is not None:
        yield _("合计最多 {most} 分", most=most)
    for level, points in (keys.get("levels") or {}).items():
        yield _("{level} {points} 分", level=level, points=points)
    if keys.get("formula"):
        yield in_words(keys["formula"], words_of(recipe, paper))


def _veto(recipe: Recipe, paper: PaperRule, keys: Mapping[str, Any]) -> Iterator[str]:
    if keys.get("when"):
        yield _("当 {when}", when=in_words(keys["when"], words_of(recipe, paper)))
    if keys.get("bars"):
        yield _("不得评为{grades}", grades=_("、").join(map(str, keys["bars"])))
    if keys.get("at_most"):
        yield _("最高评为{grade}", grade=keys["at_most"])
    if keys.get("grade"):
        yield _("定为{grade}", grade=keys["grade"])
    if keys.get("down"):
        yield _("降 {steps} 等", steps=keys["down"])
    if keys.get("zero"):
        yield _("{node}记零分", node=labelled(paper, recipe, str(keys["zero"])))


def _result(recipe: Recipe, paper: PaperRule, keys: Mapping[str, Any]) -> Iterator[str]:
    yield _("按{node}排名", node=labelled(paper, recipe, str(keys.get("by", "total"))))
    ties = {
        "competition": _("得分相同的名次并列,下一名次顺延"),
        "dense": _("得分相同的名次并列,下一名次不跳"),
        "average": _("得分相同的取平均名次"),
        "ordinal": _("得分相同的按顺序排"),
    }
    yield ties.get(str(keys.get("ties", "competition")), str(keys.get("ties")))
    for band in keys.get("bands") or ():
        yield _band(band)
    edge = keys.get("edge")
    if isinstance(edge, Mapping):
        chain = _("、").join(labelled(paper, recipe, str(code)) for code in edge.get("by") or ())
        yield _("名额边上并列的,依次比较{chain}", chain=chain)
        if edge.get("still_tied") == "none":
            yield _("仍相同的,都不占名额")


def _band(band: Mapping[str, Any]) -> str:
    words = {
        "from": _("{bound} 分以上"),
        "above": _("超过 {bound} 分"),
        "below": _("不足 {bound} 分"),
        "to": _("至 {bound} 分"),
    }
    says = [sentence.format(bound=band[key]) for key, sentence in words.items() if key in band]
    if "most" in band:
        rounding = {"down": _("舍去零头"), "half_up": _("四舍五入"), "up": _("进一")}
        how = rounding.get(str(band.get("round", "")), "")
        most = _("不超过本类的 {most}", most=band["most"])
        says.append(f"{most}({how})" if how else most)
    if "least" in band:
        says.append(_("从末位起不少于本类的 {least}", least=band["least"]))
    return _("{grade}:{says}", grade=band.get("grade", ""), says=_(",").join(says) or _("其余"))
