"""Which nodes the expressions of a scheme name."""

from collections.abc import Mapping
from typing import Any

from kaocheng.engine.grammar import BadExpression, Call, Name, parse, walk
from kaocheng.engine.recipe import NodeRule


def scored_in(node: NodeRule) -> set[str]:
    """The nodes a node's expressions score in the same period."""
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
            elif isinstance(inner, Name) and inner.path[1:2] == ("rank",):
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
