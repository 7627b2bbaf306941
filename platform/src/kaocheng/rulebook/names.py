"""Which names the expressions of a scheme use, and which of them nobody declared."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kaocheng.engine.grammar import FUNCTIONS, BadExpression, Call, Name, Operation, Tree, parse, walk
from kaocheng.engine.methods import METHODS
from kaocheng.engine.periods import MONTHS
from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe

OWN = frozenset({"x", "target", "base", "last", "full", "it", "lo", "hi"})
PART_WORDS = frozenset({"score", "rank", "rate", "weight"})
PLAIN = frozenset(
    [
        "label",
        "clause",
        "collector",
        "in",
        "method",
        "compose",
        "of",
        "rows",
        "fold",
        "across",
        "group",
        "show",
        "only_shown",
        "rank",
        "direction",
        "missing",
        "not_applicable",
        "undefined",
        "steps",
        "ties",
        "is",
        "beyond",
        "symmetric",
        "clamped",
        "sd",
        "severity",
        "target_zero",
        "excess_to",
        "round",
        "rate_round",
        "available",
        "take",
        "n",
        "from",
        "node",
        "mean_of",
        "open",
        "weight",
        "leave_out",
        "sheet",
        "paper",
        "as",
    ]
)


def expressions(node: NodeRule) -> Iterator[tuple[str, str]]:
    """(key, text) of every expression a node holds."""
    for key, value in node.keys.items():
        if key in PLAIN:
            if key in ("missing", "not_applicable", "undefined") and " " in str(value):
                yield key, str(value)
            continue
        if key in ("not_below", "not_above") and value == "none":
            continue
        yield from ((key, text) for text in _inner(key, value))


def _inner(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner, held in value.items():
            if inner not in ("steps", "of", "leave_out"):
                yield from _inner(key, held)
    elif isinstance(value, list):
        for held in value:
            yield from _inner(key, held)


def names_in_node(
    recipe: Recipe, paper: PaperRule, node: NodeRule
) -> Iterator[tuple[str, str, Iterable[str]]]:
    """(key, name, known names) of each name in a node's expressions that nobody declared.

    Raises:
        BadExpression: a text is no expression.
    """
    own = set(OWN) | set(node.get("let") or {}) | set(PART_WORDS)
    method = METHODS.get(str(node.get("method")))
    own |= set(method.keys) if method else set()
    own |= set((recipe.methods.get(str(node.get("method"))) or {}).get("keys") or ())
    if node.get("rows"):
        own |= set((recipe.lists.get(str(node["rows"])) or {}).get("fields") or {})
    for key, text in expressions(node):
        for name in free_names(parse(text)):
            head = name.path[0]
            if head in own or head == "unit" or head in recipe.figures or head in recipe.lists:
                if head in recipe.figures and head not in own and len(name.path) > 1:
                    parts = recipe.figures[head].get("parts") or {}
                    if name.path[1] not in parts and name.path[1] != "rank":
                        yield key, ".".join(name.path), parts
                continue
            if name.path[1:] == ("rank",) and head in paper.nodes:
                continue
            yield key, ".".join(name.path), [*recipe.figures, *own]


def free_names(tree: Tree) -> Iterator[Name]:
    """Names that stand for values: not nodes, periods, kinds or lists' own fields."""
    if isinstance(tree, Name):
        yield tree
        return
    if isinstance(tree, Operation):
        for part in tree.parts:
            yield from free_names(part)
        return
    if not isinstance(tree, Call):
        return
    head = tree.path[0]
    if head in ("score", "rate", "grade"):
        return
    if len(tree.path) == 2 and head not in ("group", "others", "parts"):
        return  # over a list: its own fields
    arguments = list(tree.arguments)
    if head in ("target", "base") and len(arguments) > 1:
        arguments = arguments[:1]
    for argument in (*arguments, *(value for key, value in tree.keywords if not _is_word(tree, key))):
        if isinstance(argument, Name) and argument.path[0] in MONTHS and head in FUNCTIONS:
            continue
        yield from free_names(argument)


def _is_word(tree: Call, key: str) -> bool:
    method = METHODS.get(tree.path[0])
    return tree.path == ("import",) or (method is not None and key in method.words)


def names_in_rule(recipe: Recipe, paper: PaperRule) -> set[str]:
    """Every figure a paper uses, plainly or in an expression."""
    used = {code for code in recipe.figures if code in paper.nodes and not paper.nodes[code].composed}
    texts = [text for node in paper.nodes.values() for _key, text in expressions(node)]
    for kind in ("adjustments", "vetoes", "results"):
        texts += texts_of(paper.table(kind))
    texts += [str(rule.get("formula", "")) for rule in recipe.methods.values()]
    for text in texts:
        try:
            tree = parse(text)
        except BadExpression:
            continue
        used |= {inner.path[0] for inner in walk(tree) if isinstance(inner, Name)}
    return used


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
            elif isinstance(inner, Name) and inner.path[1:] == ("rank",):
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
