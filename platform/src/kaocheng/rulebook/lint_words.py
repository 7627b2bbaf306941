"""Words a rule may use where: a word nobody knows would be passed over in silence, so each is a finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kaocheng.engine import compose, periods, vetoes
from kaocheng.engine.functions import FUNCTIONS
from kaocheng.engine.grammar import BadExpression, Call, Name, Tree, parse, walk
from kaocheng.engine.methods import METHODS
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.i18n import _
from kaocheng.rulebook.findings import Finding
from kaocheng.rulebook.located import Path
from kaocheng.rulebook.names import expressions, texts_of
from kaocheng.rulebook.source import nearest

if TYPE_CHECKING:
    from kaocheng.rulebook.lint import Linter

TIES = ("competition", "dense", "average", "ordinal")
NODE_WORDS: Mapping[str, tuple[str, ...]] = {
    "direction": ("up", "down"),
    "take": ("sum", "mean"),
    "fold": ("sum", "mean", "min", "max", "last"),
}
STAND_INS: Mapping[str, tuple[str, ...]] = {
    "missing": ("refuse", "zero", "not_applicable", "last_period", "group_min", "group_mean"),
    "not_applicable": ("redistribute", "full", "group_mean", "own_rate", "zero"),
    "undefined": ("full", "zero", "missing", "not_applicable"),
}
AGGREGATES: Mapping[str, tuple[str, ...]] = {
    "group": ("min", "max", "mean", "median", "sum", "count", "sd", "nth", "rank", "rank_up", "portion"),
    "others": ("min", "max", "mean", "median", "sum", "count", "sd", "nth"),
    "parts": ("min", "max", "mean", "sum", "count", "sd"),
}
OVER_ROWS = ("min", "max", "mean", "median", "sum", "count", "sd")
LOOKING_BACK = ("last_year", "previous")
_WORD = re.compile(r"[A-Za-z_]\w*")


class WordLint:
    """The checks of one scheme's fixed words: of nodes, of functions, of periods, of what comes after."""

    def __init__(self, linter: Linter) -> None:
        self.linter, self.recipe = linter, linter.recipe

    # -- nodes -------------------------------------------------------------------------------------

    def nodes(self, paper: PaperRule) -> Iterator[Finding]:
        """Fixed words of nodes, the lists and nodes they name, and their decimals."""
        for node in paper.nodes.values():
            path = ("papers", paper.code, "nodes", node.code)
            for key, words in NODE_WORDS.items():
                if isinstance(node.get(key), str):
                    yield from self._one_of(path, key, node[key], words)
            yield from self._stand_ins(node, path)
            if node.get("rows") is not None:
                yield from self._one_of(path, "rows", node["rows"], self.recipe.lists)
            if node.get("excess_to") is not None:
                yield from self._one_of(path, "excess_to", node["excess_to"], paper.nodes)
            for key in ("round", "rate_round"):
                if key in node.keys and not _decimals(node[key]):
                    yield from self._one_of(path, key, node[key], ("0 … 12", "none"))

    def _stand_ins(self, node: NodeRule, path: Path) -> Iterator[Finding]:
        known = {*self.recipe.figures, *(node.get("let") or {}), "x", "target", "base", "last", "full"}
        for key, words in STAND_INS.items():
            value = node.get(key)
            if isinstance(value, str) and _WORD.fullmatch(value) and value not in known:
                yield from self._one_of(path, key, value, words)

    def _one_of(self, path: Path, key: str, value: Any, words: Iterable[str]) -> Iterator[Finding]:
        if value not in (known := list(words)):
            reason = _("{key} 只能是:{known}", key=key, known=_("、").join(known[:12]))
            close = nearest(str(value), known)
            yield self.linter.finding("error", "unknown_word", (*path, key), reason, close)

    # -- functions and periods ---------------------------------------------------------------------

    def calls(self, paper: PaperRule) -> Iterator[Finding]:
        """Functions and periods nobody knows, in nodes and in what comes after the total."""
        for node in paper.nodes.values():
            path = ("papers", paper.code, "nodes", node.code)
            for key, text in expressions(node):
                yield from self._in_text((*path, key), text)
            if node.composed:
                for reference, _weight in compose.references(paper, node):
                    yield from self._period((*path, "of"), reference.partition("@")[2].strip())
            across = node.get("across")
            for name in across if isinstance(across, list) else [across] if across else []:
                if name not in periods.MONTHS:
                    yield from self._period((*path, "across"), str(name))
        for kind in ("adjustments", "vetoes", "results"):
            for code, rule in paper.table(kind).items():
                for text in texts_of(rule):
                    yield from self._in_text(("papers", paper.code, kind, code), text)

    def _in_text(self, path: Path, text: str) -> Iterator[Finding]:
        try:
            tree = parse(text)
        except BadExpression:
            return  # a label; or lint has said so already
        for inner in walk(tree):
            if isinstance(inner, Name) and inner.period:
                yield from self._period(path, inner.period)
            elif isinstance(inner, Call) and (known := self._unknown(inner)) is not None:
                name = ".".join(inner.path)
                reason = _("没有函数或方法“{name}”", name=name)
                yield self.linter.finding("error", "unknown_function", path, reason, nearest(name, known))

    def _unknown(self, call: Call) -> list[str] | None:
        """What it could have been, where nobody knows the function called."""
        head = call.path[0]
        if len(call.path) == 1:
            known = [*(f for f in FUNCTIONS if f[0] != "_"), *METHODS, *self.recipe.methods]
            return None if head in known else known
        inner = AGGREGATES.get(head) or (OVER_ROWS if head in self.recipe.lists else ())
        known = [f"{head}.{name}" for name in inner]
        return None if ".".join(call.path) in known else known

    def _period(self, path: Path, name: str) -> Iterator[Finding]:
        if not name or name in LOOKING_BACK or name in self.recipe.periods:
            return
        try:
            periods.span(name)
        except periods.NoSuchPeriod:
            close = nearest(name, [*self.recipe.periods, *LOOKING_BACK])
            yield self.linter.finding(
                "error",
                "unknown_period",
                path,
                _("没有时段“{name}”", name=name),
                close or _("请写在 [periods] 里"),
            )

    # -- after the total ---------------------------------------------------------------------------

    def after(self, paper: PaperRule) -> Iterator[Finding]:
        """Fixed words of adjustments and results, and the names their conditions and chains use."""
        for code, rule in paper.table("adjustments").items():
            path = ("papers", paper.code, "adjustments", code)
            yield from self._one_of(path, "kind", rule.get("kind"), ("bonus", "deduction"))
            limits = rule["limits"] if isinstance(rule.get("limits"), Mapping) else {}
            yield from self._one_of(
                (*path, "limits"), "then", limits.get("then", "refuse"), ("refuse", "void")
            )
            for other in limits.get("needs") or {}:
                yield from self._one_of((*path, "limits"), "needs", other, paper.table("adjustments"))
        for code, rule in paper.table("vetoes").items():
            path = ("papers", paper.code, "vetoes", code)
            for scope in vetoes.scopes(rule):
                yield from self._one_of((*path, "scope"), "scope", scope, vetoes.SCOPES)
            if not str(rule.get("for_years", 1)).isdigit():
                yield from self._one_of((*path, "for_years"), "for_years", rule["for_years"], ("1, 2, 3 …",))
        for code, rule in paper.table("results").items():
            path = ("papers", paper.code, "results", code)
            yield from self._one_of(path, "ties", rule.get("ties", "competition"), TIES)
            edge = rule.get("edge") or {}
            yield from self._one_of(
                (*path, "edge"), "still_tied", edge.get("still_tied", "none"), ("none", "all")
            )
            for band in rule.get("bands") or []:
                yield from self._one_of(
                    (*path, "bands"), "round", band.get("round", "down"), ("down", "half_up", "up")
                )
            for key, text in _steps(rule, edge):
                yield from self._names(paper, (*path, key), text)

    def _names(self, paper: PaperRule, path: Path, text: str) -> Iterator[Finding]:
        known = {*self.recipe.figures, *paper.nodes, *paper.table("adjustments"), *self.recipe.lists, "unit"}
        try:
            tree = parse(text)
        except BadExpression as error:
            yield self.linter.finding("error", "bad_expression", path, str(error))
            return
        for name in _plain_names(tree):
            if name.path[0] not in known:
                reason = _("没有叫“{name}”的指标或名称", name=name.path[0])
                yield self.linter.finding("error", "unknown_name", path, reason, nearest(name.path[0], known))


def _decimals(value: Any) -> bool:
    return value == "none" or (str(value).isdigit() and int(value) <= 12)


def _steps(rule: Mapping[str, Any], edge: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, text) of every condition and step of a result."""
    listed: Callable[[Any], list[Any]] = lambda v: v if isinstance(v, list) else [v] if v else []  # noqa: E731
    yield from (("break", str(step)) for step in listed(rule.get("break")))
    yield from (("edge", str(step)) for step in listed(edge.get("by")))
    yield from ((key, str(rule[key])) for key in ("if", "apart") if key in rule)
    for kind in ("shift", "promote"):
        yield from ((kind, str(step["when"])) for step in rule.get(kind) or [] if "when" in step)
    limits = ("from", "above", "below", "to", "if", "most", "least", "rank_from", "rank_to")
    for band in rule.get("bands") or []:
        yield from (("bands", str(band[key])) for key in limits if key in band)


def _plain_names(tree: Tree) -> Iterator[Name]:
    """Names that stand for values; what ``score(…)`` and ``grade(…)`` name is looked up elsewhere."""
    if isinstance(tree, Name):
        yield tree
    elif isinstance(tree, Call):
        inside = (
            () if tree.path[0] in ("score", "rate", "grade") or len(tree.path) > 1 else tree.arguments[:1]
        )
        for argument in inside:
            yield from _plain_names(argument)
    elif hasattr(tree, "parts"):
        for part in tree.parts:
            yield from _plain_names(part)
