"""Every expression a scheme holds, with the path where it is written and what it must yield."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kaocheng.engine.methods import METHODS
from kaocheng.engine.recipe import NodeRule, Recipe
from kaocheng.rulebook.located import Path

NUMBER, CONDITION, MARK, WORD, ANYTHING = "number", "condition", "mark", "word", "anything"
STAND_INS: Mapping[str, tuple[str, ...]] = {
    "missing": ("refuse", "zero", "not_applicable", "last_period", "group_min", "group_mean"),
    "not_applicable": ("redistribute", "full", "group_mean", "own_rate", "zero"),
    "undefined": ("full", "zero", "missing", "not_applicable"),
}
# Keys of a node that hold no expression: labels, names of nodes and lists, fixed words, decimals.
_PLAIN = frozenset(
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
        "node",
        "open",
        "sheet",
        "paper",
        "as",
    ]
)
_INNER_PLAIN = ("steps", "of", "leave_out")
_CONDITIONS = ("applies", "only_if", "when", "leave_out")
_LIMITS = ("from", "above", "below", "to", "most", "least", "rank_from", "rank_to", "round_first")


@dataclass(frozen=True, slots=True)
class Written:
    """One expression as it is written; *path* goes on from the rule that holds it."""

    path: Path
    text: str
    wanted: str = NUMBER

    @property
    def key(self) -> str:
        """The key it stands under, without the number of a list's member."""
        return next((k for k in reversed(self.path) if not k.startswith("#")), "")


def of_node(recipe: Recipe, node: NodeRule) -> Iterator[Written]:
    """The expressions of a node."""
    own = recipe.methods.get(str(node.get("method"))) or {}
    if isinstance(node.get("of"), Mapping):
        yield from (Written(("of", part), str(weight)) for part, weight in node["of"].items())
    if isinstance(node.get("fold"), Mapping) and "across" in node.keys and "best" not in node["fold"]:
        yield from (Written(("fold", name), str(weight)) for name, weight in node["fold"].items())
    if "from" in node.keys:
        yield Written(("from",), str(node["from"]), WORD)
    for key, value in node.keys.items():
        if key in _PLAIN or (key in STAND_INS and _meant_as_word(recipe, node, value)):
            continue
        if (key in ("not_below", "not_above") and value == "none") or key == "from":
            continue
        if key == "mean_of" and value in ("group", "others"):
            continue
        if key == "leave_out" and node.get("method") != "raters":
            continue
        free = key in ("x", "let") or key in (own.get("keys") or ()) or key in (own.get("defaults") or ())
        yield from _inner((key,), value, ANYTHING if free else NUMBER)


def of_rule(kind: str, rule: Mapping[str, Any]) -> Iterator[Written]:
    """The expressions of an adjustment, a veto or a result."""
    if kind == "adjustments":
        yield from (_one((key,), rule[key]) for key in ("formula",) if key in rule)
        yield from _inner(("most",), rule.get("most"), NUMBER)
    elif kind == "vetoes":
        yield from (_one(("when",), rule[key], CONDITION) for key in ("when",) if key in rule)
    else:
        yield from _of_result(rule)


def _of_result(rule: Mapping[str, Any]) -> Iterator[Written]:
    for key in ("if", "apart"):
        if key in rule:
            yield _one((key,), rule[key], MARK)
    for kind in ("shift", "promote"):
        for number, step in enumerate(rule.get(kind) or [], 1):
            if "when" in step:
                yield _one((kind, f"#{number}", "when"), step["when"], MARK)
    for number, band in enumerate(rule.get("bands") or [], 1):
        for key in _LIMITS:
            if key in band:
                yield _one(("bands", f"#{number}", key), band[key])
        if "if" in band:
            yield _one(("bands", f"#{number}", "if"), band["if"], MARK)


def steps_of(rule: Mapping[str, Any]) -> Iterator[Written]:
    """The chains of a result: nodes with or without a period, adjustments, expressions."""
    for path, chain in (
        (("break",), rule.get("break")),
        (("edge", "by"), (rule.get("edge") or {}).get("by")),
    ):
        if isinstance(chain, list):
            yield from (_one((*path, f"#{n}"), step) for n, step in enumerate(chain, 1))
        elif chain:
            yield _one(path, chain)


def _meant_as_word(recipe: Recipe, node: NodeRule, value: Any) -> bool:
    """Whether a bare word is one of the fixed words, or a slip of one, and no name of a value."""
    named = {"x", "target", "base", "last", *(node.get("let") or {})}
    return isinstance(value, str) and value.isidentifier() and value not in named | set(recipe.figures)


def _one(path: Path, value: Any, wanted: str = NUMBER) -> Written:
    return Written(path, str(value), wanted)


def _inner(path: Path, value: Any, wanted: str) -> Iterator[Written]:
    if isinstance(value, str):
        yield Written(path, value, CONDITION if path[-1] in _CONDITIONS else wanted)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield Written(path, str(value), wanted)
    elif isinstance(value, Mapping):
        for key, held in value.items():
            if key not in _INNER_PLAIN:
                yield from _inner((*path, key), held, wanted)
    elif isinstance(value, list):
        for number, held in enumerate(value, 1):
            yield from _inner((*path, f"#{number}"), held, wanted)


def known_keys(node: NodeRule) -> tuple[str, ...]:
    """The keys of a node's method, which are names in its tables."""
    method = METHODS.get(str(node.get("method")))
    return method.keys if method else ()
