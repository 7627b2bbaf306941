"""Formulas in the trade's words: 分值 × 实际值 ÷ 目标值, and what its values are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction

from kaocheng.engine import nodes, plugged, several
from kaocheng.engine.evaluate import Scope
from kaocheng.engine.grammar import Call, Name, Number, Operation, Tree, Word, parse
from kaocheng.engine.methods import METHODS
from kaocheng.engine.methods.absolute import points as in_points
from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe
from kaocheng.engine.rounding import plain, printed
from kaocheng.engine.spelling import show
from kaocheng.i18n import _

SIGNS = {"*": " × ", "/": " ÷ ", "+": " + ", "-": " - ", "<=": " ≤ ", ">=": " ≥ ", "!=": " ≠ "}
BINDING = {
    "or": 0,
    "and": 1,
    "<": 2,
    "<=": 2,
    "=": 2,
    "!=": 2,
    ">=": 2,
    ">": 2,
    "+": 3,
    "-": 3,
    "*": 4,
    "/": 4,
}
MEASURED = "the figure measured"  # among labels, its code
DECIMALS = 6  # of a value that is only passed through


def shown(value: Fraction | None) -> str:
    """A number passed through: exact where six decimals suffice, else cut with an ellipsis."""
    if value is None:
        return ""
    exact = plain(value)
    if "/" not in exact and len(exact.partition(".")[2]) <= DECIMALS:
        return exact
    return printed(value, DECIMALS) + "…"


def percent(value: Fraction) -> str:
    """A share as it is written: 80%."""
    return shown(value * 100) + "%"


def sign(written: str) -> str:
    """An operator as people write it."""
    return SIGNS.get(written, {"and": _(" 且 "), "or": _(" 或 ")}.get(written, f" {written} "))


def bracketed(text: str, tree: Tree, outer: int) -> str:
    """*text* in brackets where what stands around it binds closer."""
    binds = BINDING[tree.sign] if isinstance(tree, Operation) and len(tree.parts) == 2 else 9
    return f"({text})" if binds < outer else text


def in_words(tree: Tree, labels: Mapping[str, str], outer: int = -1) -> str:
    """A formula in the trade's words: 分值 × 实际值 ÷ 目标值."""
    match tree:
        case Number():
            return percent(tree.value) if tree.percent else shown(tree.value)
        case Word():
            return f"“{word(tree.value)}”"
        case Name():
            return _name_in_words(tree, labels)
        case Operation():
            if len(tree.parts) == 1:
                return (_("非 ") if tree.sign == "not" else "-") + in_words(tree.parts[0], labels, 5)
            binding = BINDING[tree.sign]
            tight = binding + (1 if tree.sign in ("-", "/") else 0)
            left, right = in_words(tree.parts[0], labels, binding), in_words(tree.parts[1], labels, tight)
            return bracketed(f"{left}{sign(tree.sign)}{right}", tree, outer)
    return _call_in_words(tree, labels, outer)


def _call_in_words(tree: Call, labels: Mapping[str, str], outer: int) -> str:
    if tree.path in (("target",), ("base",)):
        return kind_label(kind_of(tree), _whose(tree, labels))
    if tree.path == ("at",) and len(tree.arguments) == 2:
        where, what = tree.arguments
        unit = where.value if isinstance(where, Word) else in_words(where, labels)
        return _("{unit}的{what}", unit=unit, what=in_words(what, labels, 5))
    if tree.path == ("if",) and _is_guard(tree):
        return in_words(tree.arguments[2], labels, outer)
    if tree.path in (("score",), ("figure",)) and len(tree.arguments) == 1:
        return _named(tree.arguments[0], labels, outer)
    if tree.path == ("otherwise",) and len(tree.arguments) == 2:
        value, instead = in_words(tree.arguments[0], labels, 5), in_words(tree.arguments[1], labels)
        return _("{value}(没有则按 {instead})", value=value, instead=instead)
    if tree.path == ("grade",) and len(tree.arguments) == 1:
        return _grade_in_words(tree.arguments[0], labels)
    if len(tree.path) == 2 and (tree.path[0] == "parts" or f"#{tree.path[0]}" in labels):
        return several.over_many(tree, labels, in_words)
    if tree.path == ("_trimmed",):
        return _of_raters(tree, labels)
    named = [f"{key_label(key)} = {in_words(value, labels)}" for key, value in tree.keywords]
    inside = ", ".join([*(several.argument(one, labels, in_words) for one in tree.arguments), *named])
    head = ".".join(tree.path)
    return f"{several.folds()[head] if several.is_fold(tree) else labels.get(head, head)}({inside})"


def _name_in_words(name: Name, labels: Mapping[str, str]) -> str:
    if name.period:
        label = _name_in_words(Name(name.path), labels)
        return f"{label}({labels.get('@' + name.period, name.period)})"
    if name.path[0] == "unit" and name.path[1:]:
        return attribute_label(name.path[1])
    if name.path[1:2] == ("rank",) and name.path[0] in labels:
        return _("{node}名次", node=labels[name.path[0]])
    return labels.get(".".join(name.path), labels.get(name.path[0], ".".join(name.path)))


def _whose(tree: Call, labels: Mapping[str, str]) -> str:
    """The figure whose target is asked for, unless it is the one measured."""
    figure = tree.arguments[0] if tree.arguments else None
    if not isinstance(figure, Name) or figure.path[0] in ("x", labels.get(MEASURED)):
        return ""
    return in_words(figure, labels)


def _named(tree: Tree, labels: Mapping[str, str], outer: int) -> str:
    """The node or figure asked for; of another paper, whose stroke is no division."""
    if isinstance(tree, Operation) and tree.sign == "/" and len(tree.parts) == 2:
        paper, name = tree.parts
        home = labels.get(f"/{paper.path[0]}") if isinstance(paper, Name) else None
        return f"{home or in_words(paper, labels)}·{in_words(name, labels)}"
    return in_words(tree, labels, outer)


def _grade_in_words(tree: Tree, labels: Mapping[str, str]) -> str:
    """The grade of a result, of a node that takes one from another sheet, or of another paper's."""
    if isinstance(tree, Operation) and isinstance(tree.parts[0], Name):
        home = labels.get(f"/{tree.parts[0].path[0]}", tree.parts[0].path[0])
        return _("{unit}的{what}", unit=home, what=_("等次"))
    node = labels.get(tree.path[0]) if isinstance(tree, Name) else None
    return _("{unit}的{what}", unit=node, what=_("等次")) if node else _("等次")


def _of_raters(tree: Call, labels: Mapping[str, str]) -> str:
    """The mean of raters, with what is dropped before it."""
    above, each, _left_out, *members = tree.arguments
    of = _("、").join(in_words(member, labels) for member in members if not isinstance(member, Word))
    if isinstance(above, Operation):  # -1: nothing is dropped
        return _("评委平均({of})", of=of)
    facts = {"above": in_words(above, labels), "each": in_words(each, labels)}
    return _("评委平均({of};超过 {above} 位时去掉最高、最低各 {each} 位)", of=of, **facts)


def _is_guard(tree: Call) -> bool:
    """Whether an ``if`` only keeps a formula from dividing by zero: undefined, or all of a group alike."""
    yes = tree.arguments[1]
    if isinstance(yes, Name) and yes.path == ("_undefined",):
        return True
    return only_guards(tree.arguments[0]) and isinstance(yes, Name) and yes.path in (("full",), ("equal",))


def only_guards(condition: Tree) -> bool:
    """Whether a condition only guards a formula (÷ 0, all alike), so that its failing is no news."""
    if not isinstance(condition, Operation) or len(condition.parts) < 2:
        return False
    right = condition.parts[1]
    if isinstance(right, Number) and not right.value:
        return True
    return condition.sign == "=" and not isinstance(right, Word)


def gap_asked(condition: Tree) -> Tree | None:
    """What a condition asks whether it is there at all."""
    asked = isinstance(condition, Call) and condition.path in (("is_missing",), ("is_na",))
    return condition.arguments[0] if asked and isinstance(condition, Call) else None


def as_given(scope: Scope, code: str, given: Mapping[Name, str]) -> str:
    """A pack's function with all that it was given, each by its name."""
    words = labels(scope)
    named = [
        f"{words.get(written, written)} {value}" for name, value in given.items() for written in [show(name)]
    ]
    return f"{scope.run.recipe.methods[code].get('label', code)}({_('、').join(named)})"


def day(text: str) -> str:
    """A date, from the number the engine keeps it as."""
    return date.fromordinal(int(text)).isoformat() if text.isdigit() else text


def functions() -> Mapping[str, str]:
    """What the functions of one unit's numbers are called."""
    return {
        "min": _("较小者"),
        "max": _("较大者"),
        "abs": _("绝对值"),
        "floor": _("去尾"),
        "ceil": _("进一"),
        "sqrt": "√",
        "ln": "ln",
        "exp": "exp",
        "power": _("乘方"),
    }


def field_label(code: str, kind: str = "date") -> str:
    """What the trade calls the usual fields of a list; others keep the name the scheme gives them."""
    on_a_day = kind == "date"  # or how much was due, and done
    return {
        "task": _("任务"),
        "full": _("分值"),
        "due": _("完成时限") if on_a_day else _("应完成"),
        "done": _("完成日期") if on_a_day else _("已完成"),
        "progress": _("完成进度"),
    }.get(code, code)


def _quoted(field: str, kind: str = "date") -> str:
    """A field in a formula: what the trade calls it, else its own name between marks."""
    label = field_label(field, kind)
    return f"“{field}”" if label == field else label


def key_label(key: str) -> str:
    """What the trade calls a key of a method, where a formula names it."""
    return {
        "start": _("起点"),
        "lo": _("下限"),
        "hi": _("上限"),
        "each": _("每档"),
        "step": _("每名减"),
        "target": _("目标值"),
        "out_of": _("原满分"),
        "first_gets": _("第一名得"),
        "last_gets": _("末名得"),
    }.get(key, key)


def kind_of(tree: Call) -> str:
    """The kind of target a call of ``target`` or ``base`` asks for."""
    if len(tree.arguments) == 2 and isinstance(tree.arguments[1], Word):
        return tree.arguments[1].value
    return tree.path[0]


def kind_label(kind: str, whose: str = "") -> str:
    """What a kind of target is called; of another figure than the one measured, with *whose* it is."""
    known = {
        "target": _("目标值"),
        "base": _("基期值"),
        "full": _("分值"),
        "stretch": _("挑战目标"),
        "due": _("时限"),
    }
    if kind in known:
        return _("{unit}的{what}", unit=whose, what=known[kind]) if whose else known[kind]
    return f"{whose or known['target']}({kind})"


def attribute_label(code: str) -> str:
    """What the trade calls the usual attributes of a unit; others keep the name their column has."""
    known = {
        "class": _("类别"),
        "kind": _("类型"),
        "parent": _("上级单位"),
        "population": _("人口"),
        "households": _("户数"),
        "area": _("面积"),
    }
    return known.get(code) or _("单位属性“{code}”", code=code)


def word(text: str) -> str:
    """A word of the tenant's; yes, no and the language's own words in the reader's."""
    known = {
        "是": _("是"),
        "否": _("否"),
        "average": _("并列取平均"),
        "dense": _("并列不占位"),
        "ordinal": _("不并列"),
        "population": _("总体"),
    }
    return known.get(text, text)


def statistics() -> Mapping[str, str]:
    """What the statistics of a group are called."""
    return {
        "group.min": _("本组最低"),
        "group.max": _("本组最高"),
        "group.mean": _("本组平均"),
        "group.median": _("本组中位数"),
        "group.sum": _("本组合计"),
        "group.count": _("本组个数"),
        "group.sd": _("本组标准差"),
        "group.nth": _("本组第几位"),
        "group.rank": _("本组名次"),
        "group.rank_up": _("本组名次(由低到高)"),
        "group.portion": _("本组占比"),
        "others.min": _("其他单位最低"),
        "others.max": _("其他单位最高"),
        "others.mean": _("其他单位平均"),
        "others.median": _("其他单位中位数"),
        "others.sum": _("其他单位合计"),
        "others.count": _("其他单位个数"),
    }


def labels(scope: Scope) -> dict[str, str]:
    """What each name of a node's formula is called; a word of its own is told by what it means."""
    fields = scope.rows.fields if scope.rows is not None else ()
    words = vocabulary(scope.run.recipe, scope.paper, scope.figure or "", fields)
    if scope.node is None:
        return words
    for name, text in (scope.node.get("let") or {}).items():
        words[name] = f"[{in_words(parse(str(text)), words)}]"
    return words | _keys(scope.node, words)


def vocabulary(
    recipe: Recipe, paper: PaperRule, figure: str = "", fields: Iterable[str] = ()
) -> dict[str, str]:
    """What each name is called in a rule of *paper* that measures *figure*, with *fields* of a list's row."""
    words = {
        "x": _("实际值"),
        "target": _("目标值"),
        "base": _("基期值"),
        "last": _("上年值"),
        "full": _("分值"),
        "it": _("每一项"),
        "if": _("若"),
        "clamp": _("限于"),
        "round": _("四舍五入"),
        "days": _("天数"),
        "sum": _("合计"),
        "count": _("个数"),
        "mean": _("平均"),
        "rate": _("得分率"),
        "is_missing": _("缺数据"),
        "is_na": _("不适用"),
        "_undefined": _("无意义"),
        "_missing": _("缺"),
        "_not_applicable": _("不适用"),
        "lo": _("下限"),
        "hi": _("上限"),
    }
    words |= {**functions(), **statistics(), MEASURED: figure}
    words |= {"@last_year": _("上年"), "@previous": _("上期")}
    words |= {f"@{name}": str(period) for name, period in recipe.periods.items()}
    words |= {code: _(method.chinese) for code, method in METHODS.items() if code not in words}
    words |= {code: other.label for code, other in paper.nodes.items()}
    for code, rule in recipe.figures.items():
        label = str(rule.get("label", code))
        words[code] = label
        for part, name in (rule.get("parts") or {}).items():
            words[f"{code}.{part}"] = f"{label}·{name}"
            if code == figure:
                words[f"x.{part}"] = str(name)
    words |= {f"/{other.code}": other.label or other.group for other in recipe.papers.values()}
    kinds: dict[str, str] = {}
    for code, rule in recipe.lists.items():
        words[f"#{code}"] = str(rule.get("label", code))
        kinds.update((field, str(kind)) for field, kind in (rule.get("fields") or {}).items())
        words = {field: _quoted(field, kinds[field]) for field in rule.get("fields") or {}} | words
    words = {code: str(rule.get("label", code)) for code, rule in paper.table("adjustments").items()} | words
    return words | {field: _quoted(field, kinds.get(field, "date")) for field in fields}


def _keys(node: NodeRule, words: Mapping[str, str]) -> dict[str, str]:
    """The keys of a node's method, as the scheme gives them; points that are a share, as a share of 分值."""
    method = METHODS.get(str(node.get("method")))
    if method is None:
        return {}
    found = {
        key: in_words(parse(str(node[key])), words, 4)
        for key in (*method.shares, *method.numbers)
        if key in node.keys
    }
    return found | {
        key: in_words(parse(in_points(node[key])), words, 4) for key in method.points if key in node.keys
    }


def formula(scope: Scope, taken: Callable[[Tree], Tree] = lambda tree: tree) -> str:
    """A leaf's formula in words; *taken* may leave out the branches that were not."""
    assert scope.node is not None
    own = scope.run.recipe.methods.get(str(scope.node.get("method")))
    if own is not None and plugged.is_plugged(own):
        return plugged.in_words(own)
    return in_words(taken(parse(nodes.formula(scope.node, nodes.measuring(scope)))), labels(scope))
