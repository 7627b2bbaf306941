"""What a call in an expression yields: functions, methods as functions, groups, parts, rows of lists."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine import periods
from kaocheng.engine.columns import day
from kaocheng.engine.functions import FUNCTIONS
from kaocheng.engine.grammar import Call, Name, Operation, Tree, Word
from kaocheng.engine.imported import in_words
from kaocheng.engine.methods import METHODS
from kaocheng.engine.recipe import PaperRule
from kaocheng.engine.spelling import show
from kaocheng.i18n import _
from kaocheng.rulebook import elsewhere, sorts
from kaocheng.rulebook.arithmetic import arithmetic
from kaocheng.rulebook.method_calls import ANY_NUMBER, a_word, counted, method_called, rough_rank
from kaocheng.rulebook.sorts import ANYTHING, COUNT, RATIO, WORD, Sort
from kaocheng.rulebook.source import nearest

if TYPE_CHECKING:
    from kaocheng.rulebook.infer import Reader

COUNTS: Mapping[str, tuple[int, int]] = {  # how many values each takes
    **dict.fromkeys(("abs", "floor", "ceil", "ln", "exp", "sqrt", "is_missing", "is_na"), (1, 1)),
    **dict.fromkeys(("score", "rate", "figure"), (1, 1)),
    **dict.fromkeys(("target", "base", "round"), (1, 2)),
    **dict.fromkeys(("days", "power", "at", "otherwise"), (2, 2)),
    **dict.fromkeys(("if", "clamp"), (3, 3)),
    **dict.fromkeys(("sum", "count", "min", "max", "mean"), ANY_NUMBER),
    "grade": (0, 1),
}
AGGREGATES: Mapping[str, tuple[str, ...]] = {
    "group": ("min", "max", "mean", "median", "sum", "count", "sd", "nth", "rank", "rank_up", "portion"),
    "others": ("min", "max", "mean", "median", "sum", "count", "sd", "nth"),
    "parts": ("min", "max", "mean", "sum", "count", "sd"),
}
OVER_ROWS = ("min", "max", "mean", "median", "sum", "count", "sd", "nth")
DEVIATIONS = ("sample", "population")
TIES = ("competition", "dense", "average", "ordinal")


def call(reader: Reader, tree: Call) -> Sort:
    """What a call yields; what is wrong with it is said to the reader."""
    head = tree.path[0]
    if len(tree.path) == 2:
        inner = AGGREGATES.get(head) or (OVER_ROWS if head in reader.about.recipe.lists else ())
        if tree.path[1] in inner:
            return _rows(reader, tree) if head not in AGGREGATES else _drawn(reader, tree)
        return _unknown(reader, tree, [f"{head}.{name}" for name in inner])
    if len(tree.path) > 2 or tree.circle:
        return _unknown(reader, tree, [])
    if head in FUNCTIONS and head[0] != "_" and not (head in METHODS and tree.keywords):
        return _function(reader, tree)
    if head in METHODS or head in reader.about.recipe.methods:
        return method_called(reader, tree)
    return _unknown(
        reader, tree, [*(f for f in FUNCTIONS if f[0] != "_"), *METHODS, *reader.about.recipe.methods]
    )


def _unknown(reader: Reader, tree: Call, known: list[str]) -> Sort:
    name = ".".join(tree.path)
    if name in AGGREGATES["group"]:  # drawn from a group, so it must say from which
        inner = ", ".join(map(show, tree.arguments))[:40]
        reason, remedy = _("没有函数或方法“{name}”", name=name), f"group.{name}({inner})"
        return reader.say(tree, "unknown_function", reason, _("请写成 {example}", example=remedy))
    close = nearest(name, known) or (
        _("可以写:{known}", known=_("、").join(known)) if len(known) < 13 else ""
    )
    return reader.say(tree, "unknown_function", _("没有函数或方法“{name}”", name=name), close)


# -- functions -----------------------------------------------------------------------------------------


def _function(reader: Reader, tree: Call) -> Sort:
    head, arguments = tree.path[0], tree.arguments
    for key, _value in tree.keywords:
        reader.say(tree, "unknown_key", _("{name}() 不认识“{key}”", name=head, key=key))
    if not counted(reader, tree, *COUNTS.get(head, (0, 99))):
        return ANYTHING
    match head:
        case "if":
            return _if(reader, tree)
        case "sum" | "count" | "min" | "max" | "mean":
            return _folded(reader, tree)
        case "target" | "base":
            return _target(reader, tree)
        case "score" | "rate":
            return _score(reader, tree)
        case "grade":
            return _grade(reader, tree)
        case "figure":
            return _figure(reader, tree)
        case "at":
            return elsewhere.at(reader, tree)
        case "is_missing" | "is_na":
            reader.sort(arguments[0])
            return sorts.A_CONDITION
        case "otherwise":
            return _otherwise(reader, tree)
        case "days":
            return _days(reader, tree)
    return arithmetic(reader, tree)


def _if(reader: Reader, tree: Call) -> Sort:
    condition, yes, no = tree.arguments
    reader.condition(condition)
    with reader.given(condition, holds=True):
        a = reader.sort(yes)
    with reader.given(condition, holds=False):
        b = reader.sort(no)
    if a.kind and b.kind and a.kind != b.kind:
        reader.say(tree, "wrong_kind", _("if 的两个结果要同是数、同是条件或同是词"))
    return sorts.either(a, b)


def _folded(reader: Reader, tree: Call) -> Sort:
    head, arguments = tree.path[0], tree.arguments
    first, span = arguments[0], arguments[1] if len(arguments) == 2 else None
    code = first.path[0] if isinstance(first, Name) and len(first.path) == 1 else None
    if code == "x" and reader.figure and "x" in reader.words:
        code = reader.figure
    parts = (reader.about.recipe.figures.get(str(code)) or {}).get("parts")
    if isinstance(span, Name) and span.path[0] in periods.MONTHS and span.path[0] not in reader.words:
        given = [reader.sort(first)]
    elif parts and span is None:
        given = [_of_figures(reader, first)]
    elif parts and span is not None:
        _of_figures(reader, first)
        with reader.with_words(it=reader.about.measured(str(code))):
            given = [reader.sort(span)]
    elif head in ("min", "max") and len(arguments) > 1:
        given = [reader.number(argument) for argument in arguments]
        lows = [s.low for s in given if s.low is not None]
        best = max(lows) if lows and head == "max" else sorts.either(*given).low
        return sorts.at_least(sorts.either(*given), best)
    else:
        given = [reader.sort(argument) for argument in arguments]
    if head == "count":
        return COUNT
    for sort, argument in zip(given, arguments, strict=False):
        if sort.kind in (WORD, sorts.CONDITION):
            reader.say(argument, "wrong_kind", _("这里要的是数"))
    merged = sorts.either(*given)
    return Sort(sorts.NUMBER, merged.measure, merged.low, rough=merged.rough)


def _target(reader: Reader, tree: Call) -> Sort:
    named, about = tree.arguments[0], reader.about
    if not isinstance(named, Name):
        return reader.say(tree, "wrong_kind", _("{name}() 里要写指标", name=tree.path[0]))
    reader.period(named)
    if len(tree.arguments) == 2 and a_word(tree.arguments[1]) is None:
        reader.say(tree.arguments[1], "wrong_kind", _("目标的种类要写成词,如 {example}", example='"stretch"'))
    code = named.path[0]
    if code == "x" and reader.figure:
        code = reader.figure
    if code in about.recipe.figures:
        reader.used.add(code)
        return about.measured(code)
    if code not in about.paper.nodes and code not in reader.words:
        reader.unknown(named)
    return ANYTHING


def _in_paper(reader: Reader, named: Tree) -> tuple[PaperRule | None, Tree]:
    """The paper that ``province/…`` names, else the reader's own; and what is named in it."""
    if not (isinstance(named, Operation) and named.sign == "/" and isinstance(named.parts[0], Name)):
        return reader.about.paper, named
    code, papers = named.parts[0].path[0], reader.about.recipe.papers
    if code not in papers:
        reader.say(named, "unknown_part", _("没有卷“{like}”", like=code), nearest(code, papers))
    return papers.get(code), named.parts[1]


def _score(reader: Reader, tree: Call) -> Sort:
    paper, named = _in_paper(reader, tree.arguments[0])
    if paper is None:
        return ANYTHING
    if not isinstance(named, Name):
        return reader.say(tree, "wrong_kind", _("{name}() 里要写节点", name=tree.path[0]))
    reader.period(named)
    code = named.path[0]
    if code not in paper.nodes and tree.path[0] == "score" and code in paper.table("adjustments"):
        return Sort(low=Fraction(0))
    if code not in paper.nodes or len(named.path) > 1:
        name = ".".join(named.path)
        return reader.say(named, "unknown_part", _("没有节点“{node}”", node=name), nearest(name, paper.nodes))
    rough = paper is reader.about.paper and reader.about.rough(code)
    points = Sort(measure=RATIO if tree.path[0] == "rate" else None, rough=rough)
    return sorts.A_WORD if in_words(paper.nodes[code]) else points


def _grade(reader: Reader, tree: Call) -> Sort:
    if not tree.arguments:
        return sorts.A_WORD
    paper, named = _in_paper(reader, tree.arguments[0])
    if paper is not None and isinstance(named, Name):
        reader.period(named)
        results = paper.table("results")
        if named.path[0] not in results:
            reason = _("没有结果“{name}”", name=named.path[0])
            reader.say(named, "unknown_part", reason, nearest(named.path[0], results))
    elif paper is not None:
        reader.say(tree, "wrong_kind", _("grade() 里要写结果的代码"))
    return sorts.A_WORD


def _figure(reader: Reader, tree: Call) -> Sort:
    named = tree.arguments[0]
    figures = reader.about.recipe.figures
    if not isinstance(named, Name):
        return reader.say(tree, "wrong_kind", _("{name}() 里要写指标", name="figure"))
    if named.path[0] not in figures:
        reason = _("没有指标“{name}”", name=named.path[0])
        return reader.say(named, "unknown_name", reason, nearest(named.path[0], figures))
    with_words, reader.words = reader.words, {}
    try:
        return _of_figures(reader, named)
    finally:
        reader.words = with_words


def _of_figures(reader: Reader, tree: Tree) -> Sort:
    """What a name yields where it cannot be a node's."""
    before, reader.nodes_plain = reader.nodes_plain, False
    try:
        return reader.sort(tree)
    finally:
        reader.nodes_plain = before


def _otherwise(reader: Reader, tree: Call) -> Sort:
    before, reader.answered = reader.answered, True
    try:
        first = reader.sort(tree.arguments[0])
    finally:
        reader.answered = before
    second = reader.sort(tree.arguments[1])
    if first.kind and second.kind and first.kind != second.kind:
        reader.say(tree, "wrong_kind", _("otherwise 的两个值要同是数或同是词"))
    return sorts.either(first, second)


def _days(reader: Reader, tree: Call) -> Sort:
    for argument in tree.arguments:
        if isinstance(argument, Word) and day(argument.value) is not None:
            continue
        sort = reader.sort(argument)
        if sort.kind in (WORD, sorts.CONDITION) or sort.constant is not None:
            reader.say(argument, "wrong_kind", _("days() 里要写日期"))
    return Sort(measure="天")


# -- groups, parts, rows -------------------------------------------------------------------------------


def _drawn(reader: Reader, tree: Call) -> Sort:
    """Over a comparison group or the parts of a composition."""
    circle, function = tree.path
    least = 0 if circle == "parts" and function == "count" else 2 if function in ("nth", "portion") else 1
    if not counted(reader, tree, least, max(least, 2 if function in ("sd", "rank", "rank_up") else 1)):
        return ANYTHING
    sort = _of_part(reader, tree) if circle == "parts" else _group_of(reader, tree)
    if function in ("count", "rank", "rank_up"):
        # the unit itself is one of its group
        return Sort(
            low=Fraction(0 if circle == "others" or function == "count" else 1), never_zero=circle == "group"
        )
    kept = sort.low if function in ("min", "max", "mean", "median", "nth", "sum") else Fraction(0)
    return Sort(measure=sort.measure, low=kept, rough=sort.rough or function == "sd")


def _group_of(reader: Reader, tree: Call) -> Sort:
    first, *more = tree.arguments
    elsewhere.compared_by_row(reader, first)
    sort = reader.sort(first)
    if sort.kind == WORD:
        reader.say(first, "wrong_kind", _("这里要的是数,写的是{what}", what=_("文字")))
    function = tree.path[1]
    if function in ("rank", "rank_up"):
        if sort.rough:
            reader.say(first, "rough_rank", *rough_rank(), "warning")
        known: tuple[str, ...] = TIES
    elif function == "sd":
        known = DEVIATIONS
    else:
        for argument in more:
            reader.number(argument)
        return sort
    for argument in more:
        one_of(reader, tree, argument, known)
    return sort


def one_of(reader: Reader, tree: Call, argument: Tree, known: tuple[str, ...]) -> None:
    """A word that says how a statistic is meant must be one of those it knows."""
    word = argument.value if isinstance(argument, Word) else None
    if word not in known:
        reason = _("{key} 只能是:{known}", key=".".join(tree.path), known=_("、").join(known))
        reader.say(argument, "unknown_word", reason, nearest(str(word or a_word(argument)), known))


def _of_part(reader: Reader, tree: Call) -> Sort:
    if not tree.arguments:
        return COUNT
    words = dict.fromkeys(
        ("score", "rank", "rate", "weight", "full", "x", "target", "base", "last"), ANYTHING
    )
    before, figure = reader.words, reader.figure
    reader.words, reader.figure = words, None
    try:
        return reader.sort(tree.arguments[0])
    finally:
        reader.words, reader.figure = before, figure


def _rows(reader: Reader, tree: Call) -> Sort:
    function = tree.path[1]
    least = 0 if function == "count" else 2 if function == "nth" else 1
    if not counted(reader, tree, least, max(least, 2 if function == "sd" else 1)):
        return ANYTHING
    for option in tree.arguments[1:]:
        if function == "nth":
            reader.number(option)
        else:
            one_of(reader, tree, option, DEVIATIONS)
    with reader.with_words(**reader.about.fields(tree.path[0])):
        sort = reader.sort(tree.arguments[0]) if tree.arguments else COUNT
    return COUNT if function == "count" else Sort(measure=sort.measure, low=sort.low, rough=sort.rough)
