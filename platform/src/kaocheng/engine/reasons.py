"""What points lost at an item are lost to, in words."""

from __future__ import annotations

from kaocheng.engine import plugged
from kaocheng.engine.evaluate import CIRCLES
from kaocheng.engine.grammar import Call, Name, parse, walk
from kaocheng.engine.methods import METHODS
from kaocheng.engine.recipe import NodeRule, Recipe
from kaocheng.i18n import _

RELATIVE = ("M30", "M33", "M34", "M35", "M36", "M38", "M41", "M44")


def reason(recipe: Recipe, node: NodeRule) -> str:
    """What points lost at a leaf are lost to, in words."""
    if node.get("rows"):
        return _("清单中有的条目没有得满分")
    method, own = METHODS.get(str(node.get("method"))), recipe.methods.get(str(node.get("method")))
    if own is not None and plugged.is_plugged(own):
        return _("按“{method}”计分", method=own.get("label", node["method"]))
    if method is None or method.code == "formula":
        text = (own or node.keys).get("formula", "x")
        compared = any(_looks_around(str(t)) for t in (text, *(node.get("let") or {}).values()))
        return _("与同组其他单位相比") if compared else _("按公式计分")
    if method.source.startswith(RELATIVE):
        return _("与同组其他单位相比")
    if method.code in ("deduct", "count", "checklist"):
        return _("按件扣分")
    if method.code in ("ballots", "raters", "choice", "given", "import"):
        return _("评价得分")
    return _("未达目标")


def _looks_around(formula: str) -> bool:
    """Whether a formula compares with others: a statistic, a rank, a method that does."""
    for tree in walk(parse(formula)):
        if isinstance(tree, Name) and "rank" in tree.path:
            return True
        if isinstance(tree, Call) and (
            tree.path[0] in CIRCLES
            or (tree.path[0] in METHODS and METHODS[tree.path[0]].source.startswith(RELATIVE))
        ):
            return True
    return False
