"""Which nodes the expressions of a scheme name."""

from collections.abc import Container, Iterable, Mapping
from typing import Any

from kaocheng.engine.grammar import BadExpression, Call, Name, parse, walk
from kaocheng.engine.recipe import NodeRule


def scored_in(node: NodeRule, with_rank: Container[str] = ()) -> set[str]:
    """The nodes a node's expressions score in the same period.

    *with_rank* are figures that have a part called ``rank``, which is no node's rank.
    """
    found = set()
    for text in texts_of(node.keys):
        try:
            tree = parse(text)
        except BadExpression:
            continue
        for inner in walk(tree):
            if isinstance(inner, Call) and inner.path in (("score",), ("rate",)) and inner.arguments:
                named = inner.arguments[0]
                if isinstance(named, Name) and named.period is None:
                    found.add(named.path[0])
            elif isinstance(inner, Name) and inner.path[1:2] == ("rank",) and inner.path[0] not in with_rank:
                found.add(inner.path[0])
    return found


def texts_of(value: Any) -> list[str]:
    """Every text inside tables and lists, labels and clauses left out."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [
            t
            for key, held in value.items()
            if key not in ("label", "clause", "grade")
            for t in texts_of(held)
        ]
    if isinstance(value, list | tuple):
        return [t for held in value for t in texts_of(held)]
    return []


def ring(edges: Mapping[str, Iterable[str]]) -> list[str]:
    """The first chain of names that leads back to its beginning; nothing where there is none."""
    done: set[str] = set()

    def visit(code: str, chain: list[str]) -> list[str]:
        if code in chain:
            return [*chain[chain.index(code) :], code]
        if code in done:
            return []
        for inner in edges[code]:
            if loop := visit(inner, [*chain, code]):
                return loop
        done.add(code)
        return []

    return next((loop for code in edges if (loop := visit(code, []))), [])
