"""What drawing several values together is called: 合计、平均、最高 over a figure's parts, months, rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kaocheng.engine.grammar import Call, Name, Tree
from kaocheng.engine.periods import MONTHS
from kaocheng.i18n import _

FOLDING = frozenset(["sum", "count", "min", "max", "mean"])  # over a figure's parts or months
Labels = Mapping[str, str]
InWords = Callable[[Tree, Labels], str]


def folds() -> Labels:
    """The folds by name."""
    return {
        "sum": _("合计"),
        "count": _("个数"),
        "mean": _("平均"),
        "min": _("最低"),
        "max": _("最高"),
        "median": _("中位数"),
        "nth": _("第几高"),
        "sd": _("标准差"),
    }


def is_fold(tree: Call) -> bool:
    """Whether a function stands for a fold: over one figure's parts, or over its months."""
    return tree.path[0] in FOLDING and (len(tree.arguments) == 1 or _is_span(tree.arguments[1:]))


def argument(tree: Tree, labels: Labels, in_words: InWords) -> str:
    """An argument in words; a kind of period says how the months are gone through."""
    spans = {"month": _("逐月"), "quarter": _("逐季"), "half": _("逐半年"), "year": _("逐年")}
    span = isinstance(tree, Name) and tree.path[0] not in labels and spans.get(tree.path[0])
    return span or in_words(tree, labels)


def _is_span(trees: tuple[Tree, ...]) -> bool:
    return bool(trees) and isinstance(trees[0], Name) and trees[0].path[0] in MONTHS


def over_many(tree: Call, labels: Labels, in_words: InWords) -> str:
    """A fold over the rows of a list or the parts of a composition."""
    of_parts = tree.path[0] == "parts"
    words = {**labels, **_of_a_part()} if of_parts else labels
    where = "" if of_parts else labels[f"#{tree.path[0]}"]
    if not tree.arguments:
        return _("各部分的个数") if of_parts else _("{list}的行数", list=where)
    what = folds().get(tree.path[1], tree.path[1])
    inside = ", ".join(in_words(one, words) for one in tree.arguments)
    if of_parts:
        return _("各部分的{what}({inside})", what=what, inside=inside)
    return _("{list}各行的{what}({inside})", list=where, what=what, inside=inside)


def _of_a_part() -> Labels:
    return {
        "score": _("得分"),
        "rate": _("得分率"),
        "rank": _("名次"),
        "weight": _("权重"),
        "full": _("满分"),
    }


def asked_of(name: str, asked: str, *, holds: bool) -> str:
    """Whether a value is there, said of it in words."""
    if asked == "is_missing":
        return _("{name}缺数据", name=name) if holds else _("{name}有数据", name=name)
    return _("{name}不适用", name=name) if holds else _("{name}适用", name=name)
