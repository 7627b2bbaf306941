"""What a method called as a function yields, and what a call of any kind may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kaocheng.engine import plugged
from kaocheng.engine.grammar import Call, Name, Number, Tree, Word
from kaocheng.engine.methods import DIRECTED, METHODS
from kaocheng.engine.rounding import plain
from kaocheng.i18n import _
from kaocheng.rulebook import elsewhere, sorts
from kaocheng.rulebook.sorts import Sort
from kaocheng.rulebook.source import nearest

if TYPE_CHECKING:
    from kaocheng.rulebook.infer import Reader

ANY_NUMBER = (1, 99)
WAYS = {"direction": ("up", "down")}


def method_called(reader: Reader, tree: Call) -> Sort:
    name = tree.path[0]
    counted(reader, tree, 0, 1)
    method, own = METHODS.get(name), reader.about.recipe.methods.get(name)
    codes = ("sheet", "paper", "node") if name == "import" else ()  # looked up when the sheet is there
    words = {**(method.words if method else {}), **(WAYS if name in DIRECTED else {})}
    known = [*(method.keys if method else ()), *codes, *words, "full", "target", "base", "last", "x"]
    if own is not None:
        known = [*(own.get("keys") or ()), *(own.get("defaults") or {}), *known]
    given = dict(tree.keywords)
    for key, value in given.items():
        if key not in known:
            reason = _("{name}() 不认识“{key}”", name=name, key=key)
            reader.say(value, "unknown_key", reason, nearest(key, known))
        elif key in words:
            _word(reader, value, key, words[key])
        elif key not in codes and a_word(value) not in ("group", "others"):  # mean_of
            sort = reader.number(value) if own is None else reader.sort(value)
            if method and key in method.shares and _bare(value) and sort.constant is not None:
                said = sort.constant
                reason = _("{key} = {value} 看不出是不是百分之几", key=key, value=plain(said))
                percent = plain(said * 100 if said < 1 else said)  # 0.6 and 60 alike are 60 %
                reader.say(value, "bare_share", reason, _("请写成 {value}% 或分数", value=percent))
    asked = (*method.required, *given) if method and not codes else ()
    tables = [key for key in (method.tables if method else ()) if key in asked]
    if tables:  # a call holds numbers and words only
        reason = _("{name}() 要用表 {key},不能作函数用", name=name, key=tables[0])
        return reader.say(tree, "missing_key", reason, _("请另设一个节点来用它,再写 score(节点)"))
    for key in method.required if method else plugged.required(own):
        if key not in given and key != "full":
            reader.say(tree, "missing_key", _("{name}() 还要写 {key}", name=name, key=key))
    if codes:
        return sorts.A_WORD if a_word(given.get("as", tree)) == "grade" else sorts.A_NUMBER
    measured = reader.sort(tree.arguments[0]) if tree.arguments else reader.word("x")
    if name in elsewhere.PEERS:
        elsewhere.compared_by_row(reader, tree.arguments[0] if tree.arguments else Name(("x",)))
    reader.about.method_divisor(reader, tree, name, given, measured)
    if name.startswith("rank_") and measured.rough:
        reader.say(tree, "rough_rank", *rough_rank(), "warning")
    return Sort(rough=measured.rough)


def _word(reader: Reader, value: Tree, key: str, known: tuple[str, ...]) -> None:
    word = a_word(value)
    if str(word).lower() not in known:
        reason = _("{key} 只能是:{known}", key=key, known=_("、").join(known))
        reader.say(value, "unknown_word", reason, nearest(str(word), known))


def _bare(tree: Tree) -> bool:
    return isinstance(tree, Number) and not tree.percent and tree.value not in (0, 1)


def a_word(tree: Tree) -> str | None:
    """A word that a call may hold: quoted, or plainly."""
    if isinstance(tree, Word):
        return tree.value
    return tree.path[0] if isinstance(tree, Name) and len(tree.path) == 1 and not tree.period else None


def counted(reader: Reader, tree: Call, least: int, most: int) -> bool:
    given = len(tree.arguments)
    if least <= given <= most:
        return True
    count = str(least) if least == most else _("{least} 至 {most}", least=least, most=most)
    if most == ANY_NUMBER[1]:
        count = _("至少 {least}", least=least)
    name = ".".join(tree.path)
    reason = _("{name}() 要 {count} 个值,写了 {given} 个", name=name, count=count, given=given)
    reader.say(tree, "wrong_count", reason)
    return False


def rough_rank() -> tuple[str, str]:
    """Why values that are neither rational nor rounded cannot be ranked."""
    reason = _("用没有取整的无理数(对数、方根、标准差)排名,两个单位是否并列说不准")
    return reason, _("请先用 round 取整")
