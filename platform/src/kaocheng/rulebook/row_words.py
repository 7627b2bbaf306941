"""Words of a node that are only asked row by row: in ``task.sum(late)`` the word may use a row's fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kaocheng.engine.grammar import BadExpression, Call, Name, Tree, inside, parse
from kaocheng.engine.recipe import NodeRule
from kaocheng.rulebook import texts
from kaocheng.rulebook.sorts import Sort

if TYPE_CHECKING:
    from kaocheng.rulebook.knowledge import Knowledge


def row_words(about: Knowledge, node: NodeRule) -> Mapping[str, Mapping[str, Sort]]:
    """For each word of the node that no other place asks for: the fields of the lists it is asked in."""
    let = node.get("let") or {}
    if not let or node.get("rows") or not about.recipe.lists:
        return {}
    asked: dict[str, set[str]] = {name: set() for name in let}  # by whom: a list, another word, or the node
    for written in texts.of_node(about.recipe, node):
        where = written.key if written.path[0] == "let" else ""
        for name, by in _asked(_tree(written.text), where, about.recipe.lists):
            if name in asked:
                asked[name].add(by)
    found: dict[str, dict[str, Sort]] = {}
    for name in let:
        lists = _lists(name, asked, about.recipe.lists, frozenset())
        if lists:
            found[name] = {f: sort for code in sorted(lists) for f, sort in about.fields(code).items()}
    return found


def _lists(
    name: str, asked: Mapping[str, set[str]], lists: Mapping[str, object], seen: frozenset[str]
) -> set[str]:
    """The lists a word is asked in, through other words too; none where somebody else asks for it."""
    found: set[str] = set() if asked[name] else set(lists)  # nobody asks: nothing is wrong with it
    for by in asked[name]:
        if by in seen:
            return set()
        inner = {by} if by in lists else _lists(by, asked, lists, seen | {by}) if by in asked else set()
        if not inner:
            return set()
        found |= inner
    return found


def _asked(tree: Tree | None, by: str, lists: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Every plain name in a tree, with the list over whose rows it is asked, else *by*."""
    if isinstance(tree, Name) and len(tree.path) == 1:
        yield tree.path[0], by
    if isinstance(tree, Call) and len(tree.path) == 2 and tree.path[0] in lists:
        by = tree.path[0]
    for part in inside(tree) if tree is not None else ():
        yield from _asked(part, by, lists)


def _tree(text: str) -> Tree | None:
    try:
        return parse(text)
    except BadExpression:
        return None
