"""Where a comparison has no ground: in ``at(unit, e)``, whose unit is in no group of the node; among rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kaocheng.engine.evaluate import CIRCLES
from kaocheng.engine.grammar import BadExpression, Call, Name, Tree, parse, walk
from kaocheng.engine.methods import METHODS
from kaocheng.engine.methods import relative as peers
from kaocheng.engine.spelling import show
from kaocheng.i18n import _
from kaocheng.rulebook.sorts import Sort

if TYPE_CHECKING:
    from kaocheng.rulebook.infer import Reader

PEERS = frozenset(c for c, method in METHODS.items() if method.formula.__module__ == peers.__name__)


def at(reader: Reader, tree: Call) -> Sort:
    """What ``at(…)`` yields; a statistic of a group within it is refused, because it has no one meaning."""
    unit, asked = tree.arguments
    reader.a_word(unit)
    compared = next(_compared(reader, asked, frozenset()), None)
    if compared is not None:
        reason = _(
            "at() 问的是另一个单位,它不在本节点的比较范围里,“{call}”没有着落", call=show(compared)[:40]
        )
        remedy = _("请把 at 写到统计里面,如 group.mean(at(…)),或引用那一边的节点,如 at(…, score(卷/节点))")
        reader.say(tree, "compared_elsewhere", reason, remedy)
    return reader.sort(asked)


def compared_by_row(reader: Reader, tree: Tree, through: frozenset[str] = frozenset()) -> bool:
    """Whether what units are compared by asks for a field of a row; said where it does."""
    for name in (one for one in walk(tree) if isinstance(one, Name) and len(one.path) == 1):
        word = name.path[0]
        if word in reader.row_fields:
            reason = _("比较的是单位,不是清单的行,“{name}”是行的字段", name=word)
            remedy = _("请另设一张卷,一行作一个单位来比,这里用 at(…, score(卷/节点)) 引用")
            reader.say(name, "compared_elsewhere", reason, remedy)
            return True
        text = reader.written.get(word) if word not in through else None
        if text is not None and compared_by_row(reader, _parsed(text), through | {word}):
            return True
    return False


def _compared(reader: Reader, tree: Tree, through: frozenset[str]) -> Iterator[Call]:
    """The calls that look at a comparison group, in the expression or in the names it uses."""
    for inner in walk(tree):
        if isinstance(inner, Call) and _looks_at_peers(inner):
            yield inner
        name = inner.path[0] if isinstance(inner, Name) and len(inner.path) == 1 else ""
        text = reader.written.get(name) if name not in through else None
        own = reader.about.recipe.methods.get(inner.path[0]) if isinstance(inner, Call) else None
        for written in (text, (own or {}).get("formula")):
            if written is not None:
                yield from _compared(reader, _parsed(str(written)), through | {name})


def _looks_at_peers(call: Call) -> bool:
    head, given = call.path[0], {key for key, _value in call.keywords}
    if len(call.path) == 2:
        return head in CIRCLES
    return head in PEERS and not ({"lo", "hi"} <= given or "mean_of" in given)


def _parsed(text: str) -> Tree:
    try:
        return parse(text)
    except BadExpression:
        return Name(("",))  # said where it stands
