"""A rule in words: what the trade calls the method, and what this node says of it.

The clause beside it is what binds; this is how the platform has read the clause, so that a clerk sees
at a glance where the two part.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kaocheng.engine import wording
from kaocheng.engine.grammar import BadExpression, parse
from kaocheng.engine.recipe import NodeRule
from kaocheng.i18n import _

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"  # the names a rule gives to its own sub-expressions

METHODS: Mapping[str, Callable[[], str]] = {
    "given": lambda: _("直接给分"),
    "convert": lambda: _("按满分折算"),
    "completion": lambda: _("完成率"),
    "met": lambda: _("达标得分,不达标不得分"),
    "ratio": lambda: _("比值"),
    "shortfall": lambda: _("差额扣分"),
    "around": lambda: _("按与目标的差距加减分"),
    "control": lambda: _("控制型"),
    "inverse": lambda: _("反向比值"),
    "between": lambda: _("基数到目标之间按比例"),
    "interpolate": lambda: _("分段插值"),
    "bands": lambda: _("分档"),
    "progressive": lambda: _("超额累进"),
    "interval": lambda: _("区间型"),
    "cases": lambda: _("分情形"),
    "deduct": lambda: _("逐起扣分"),
    "count": lambda: _("逐项计分"),
    "status": lambda: _("按形象进度折算"),
    "checklist": lambda: _("要素逐项得分"),
    "choice": lambda: _("按等次给分"),
    "efficacy": lambda: _("功效系数法"),
    "to_best": lambda: _("与最好者相比"),
    "to_mean": lambda: _("与平均数相比"),
    "rank_steps": lambda: _("名次递减"),
    "rank_line": lambda: _("名次等差"),
    "rank_table": lambda: _("按名次给分"),
    "rank_gain": lambda: _("按名次升降"),
    "share": lambda: _("按份额"),
    "z": lambda: _("标准分"),
    "ballots": lambda: _("测评票折算"),
    "raters": lambda: _("评委打分"),
    "import": lambda: _("引用另一张得分表"),
    "formula": lambda: _("公式"),
}
COMPOSED: Mapping[str, Callable[[], str]] = {
    "sum": lambda: _("各项相加"),
    "weighted": lambda: _("加权相加"),
    "mean": lambda: _("平均"),
    "weighted_mean": lambda: _("加权平均"),
    "rescale": lambda: _("折算到满分"),
    "product": lambda: _("基数乘系数"),
    "min": lambda: _("取最低"),
    "max": lambda: _("取最高"),
    "best": lambda: _("取最好的几项"),
    "geometric": lambda: _("几何平均"),
    "harmonic": lambda: _("调和平均"),
    "inherit": lambda: _("随所在单位"),
    "formula": lambda: _("公式"),
}


def method(node: NodeRule, own: Mapping[str, Mapping[str, Any]]) -> str:
    """What the trade calls the node's method or composition, a pack or scheme one of its *own*."""
    if node.composed:
        name = str(node["compose"])
        return COMPOSED[name]() if name in COMPOSED else name
    if node.get("formula"):
        return METHODS["formula"]()
    name = str(node.get("method", ""))
    if name in own:
        return str(own[name].get("label") or name)
    return METHODS[name]() if name in METHODS else name


@dataclass(frozen=True, slots=True)
class Words:
    """The tenant's words in one rule: of a part, a figure or a node by its *code*; of all a formula names."""

    code: Callable[[str], str]
    names: Mapping[str, str]


def details(node: NodeRule, words: Words) -> tuple[str, ...]:
    """What this node says of its method, one short sentence each."""
    own = dict(zip(node.get("let") or {}, _CIRCLED, strict=False))
    words = replace(words, names={**words.names, **own})
    return tuple(filter(None, (*_of_the_method(node, words), *_of_the_gaps(node))))


def in_words(expression: object, words: Words) -> str:
    """An expression with the tenant's words for its names, and signs as they are written on paper.

    >>> in_words("a.built + a.under_way / 2", Words(str, {"a.built": "建成", "a.under_way": "在建"}))
    '建成 + 在建 ÷ 2'
    """
    written = " ".join(str(expression).split())
    try:
        return wording.in_words(parse(written), words.names)
    except BadExpression:
        return written  # a draft may hold what lint is going to object to


def _of_the_method(node: NodeRule, words: Words) -> Iterator[str]:
    get = node.get
    if isinstance(get("of"), Mapping):
        yield _("、").join(f"{words.code(part)} {share}" for part, share in get("of").items())
    if get("formula"):
        yield in_words(get("formula"), words)
    for name, expression in (get("let") or {}).items():
        yield f"{words.names[name]} = {in_words(expression, words)}"
    if get("least"):
        yield _("低于 {least} 不得分", least=get("least"))
    yield from _over(get("over"))
    yield from _steps(node)
    if get("start") is not None:
        yield _("最低者得分值的 {start}", start=get("start"))
    if get("direction") == "down":
        yield _("越低越好")
    if get("out_of") is not None:
        yield _("满分按 {out_of} 折算", out_of=get("out_of"))
    if get("x") is not None and get("to") is not None:
        yield f"({in_words(get('x'), words)}) ÷ {in_words(get('to'), words)}"
    yield from _of_the_parts(node, words)
    yield from _bands(get("bands"), get("else"))
    yield from _cases(node, words)
    if get("rows"):
        yield _("逐行计分({list})", list=words.names.get(f"#{get('rows')}", get("rows")))


def _of_the_parts(node: NodeRule, words: Words) -> Iterator[str]:
    get = node.get
    for name in ("values", "coefficients", "per", "elements"):
        if isinstance(get(name), Mapping):
            yield _("、").join(f"{words.code(part)} {value}" for part, value in get(name).items())
    if get("per") is not None and not isinstance(get("per"), Mapping):
        yield _("每起 {points} 分", points=get("per"))
    if get("leave_out") and not isinstance(get("leave_out"), str):
        yield _("不计{parts}", parts=_("、").join(words.code(str(part)) for part in get("leave_out")))


def _cases(node: NodeRule, words: Words) -> Iterator[str]:
    for case in node.get("cases") or ():
        when, gives = (in_words(case.get(key, ""), words) for key in ("when", "gives"))
        yield _("{when}:得 {gives}", when=when, gives=gives)
    if node.get("cases") and node.get("else") is not None:
        yield _("其余得 {gives}", gives=in_words(node["else"], words))


def _over(over: Any) -> Iterator[str]:
    if isinstance(over, Mapping):
        yield _("每超 {each} 加 {add} 分", each=over.get("each", ""), add=over.get("add", ""))
        if over.get("most") is not None:
            yield _("最多加 {most} 分", most=over["most"])


def _steps(node: NodeRule) -> Iterator[str]:
    if node.get("deduct") is not None and node.get("each") is not None:
        yield _("每差 {each} 扣 {deduct} 分", each=node["each"], deduct=node["deduct"])
    if node.get("step") is not None:
        yield _("每降一名减 {step}", step=node["step"])
    match node.get("steps"):
        case "up":
            yield _("不足一档按一档计")
        case "whole":
            yield _("不足一档不计")


def _bands(bands: Any, otherwise: Any) -> Iterator[str]:
    for band in bands or ():
        edges = [
            sign + str(band[name])
            for name, sign in (("from", "≥"), ("above", ">"), ("to", "≤"), ("below", "<"))
            if name in band
        ]
        yield _("{edges} 得 {gives}", edges=" ".join(edges), gives=band.get("gives", band.get("rate", "")))
    if bands and otherwise is not None:
        yield _("其余得 {gives}", gives=otherwise)


def _of_the_gaps(node: NodeRule) -> Iterator[str]:
    words = {
        "zero": _("按 0 分计"),
        "full": _("得满分"),
        "group_mean": _("按本类平均分计"),
        "redistribute": _("分值分摊到其余各项"),
        "last_period": _("按上一时段计"),
        "group_min": _("按本类最低计"),
        "own_rate": _("按本单位得分率计"),
        "not_applicable": _("视同没有此项工作"),
        "refuse": _("不计总分"),
        "missing": _("视同没有报"),
    }
    for key, sentence in (
        ("missing", _("没有报:{then}")),
        ("not_applicable", _("没有此项工作:{then}")),
        ("undefined", _("无从相除:{then}")),
        ("target_zero", _("目标为零:{then}")),
    ):
        then = node.get(key)
        if then is not None:
            shown = (
                _("实际为零得满分,否则不得分") if then == "full_if_zero" else words.get(str(then), str(then))
            )
            yield sentence.format(then=shown)
