"""Words a rule may use where: a word nobody knows would be passed over in silence, so each is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kaocheng.engine import compose, periods, vetoes
from kaocheng.engine.adjust import OF_ENTRIES
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.i18n import _
from kaocheng.rulebook.findings import Finding
from kaocheng.rulebook.knowledge import no_period
from kaocheng.rulebook.located import Path
from kaocheng.rulebook.source import nearest
from kaocheng.rulebook.texts import STAND_INS

if TYPE_CHECKING:
    from kaocheng.rulebook.lint import Linter

TIES = ("competition", "dense", "average", "ordinal")
NODE_WORDS: Mapping[str, tuple[str, ...]] = {
    "direction": ("up", "down"),
    "take": ("sum", "mean"),
    "fold": ("sum", "mean", "min", "max", "last"),
}
FIGURE_MISSING = ("refuse", "zero", "not_applicable", "last_period")
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

    # -- periods of the scheme, its figures and its papers -------------------------------------------

    def scheme(self) -> Iterator[Finding]:
        """Periods that the scheme, its figures and its papers name."""
        for name, written in self.recipe.periods.items():
            yield from self._period(("periods", name), str(written), of_scheme=True)
        for code, rule in self.recipe.figures.items():
            if "missing" in rule:
                yield from self._one_of(("figures", code), "missing", rule["missing"], FIGURE_MISSING)
            for name in rule.get("target") or {}:
                yield from self._period(("figures", code, "target", name), name)
        for code, paper in self.recipe.papers.items():
            yield from self._period(("papers", code, "period"), str(paper.keys.get("period", "")))
            total = paper.keys.get("total")
            for name in total if isinstance(total, Mapping) else ():
                yield from self._period(("papers", code, "total", name), name)

    # -- periods -----------------------------------------------------------------------------------

    def calls(self, paper: PaperRule) -> Iterator[Finding]:
        """Periods nobody knows, where parts and ``across`` name them."""
        for node in paper.nodes.values():
            path = ("papers", paper.code, "nodes", node.code)
            if node.composed:
                for reference, _weight in compose.references(paper, node):
                    yield from self._period((*path, "of"), reference.partition("@")[2].strip())
            across = node.get("across")
            if isinstance(node.get("fold"), Mapping):
                yield from self._fold(node, (*path, "fold"))
            for name in across if isinstance(across, list) else [across] if across else []:
                if name not in periods.MONTHS:
                    yield from self._period((*path, "across"), str(name))

    def _fold(self, node: NodeRule, path: Path) -> Iterator[Finding]:
        """How many of the best; else of rows the field they are weighed by, of periods a weight each."""
        fold: Mapping[str, Any] = node["fold"]
        if "best" in fold:
            for key in fold:
                yield from self._one_of(path, "fold", key, ("best", "take"))
            if not (isinstance(fold["best"], int) and fold["best"] > 0):
                yield from self._one_of(path, "best", fold["best"], ("1, 2, 3 …",))
            yield from self._one_of(path, "take", fold.get("take", "sum"), NODE_WORDS["take"])
        elif node.get("rows"):
            fields = (self.recipe.lists.get(str(node["rows"])) or {}).get("fields") or {}
            if [*fold] != ["weighted"]:
                yield from self._one_of(path, "fold", next(iter(fold), ""), ("weighted", "best"))
            else:
                yield from self._one_of(path, "weighted", fold["weighted"], fields)
        else:
            for name in fold:
                yield from self._period((*path, name), name)

    def _period(self, path: Path, name: str, *, of_scheme: bool = False) -> Iterator[Finding]:
        remedy = no_period(self.recipe, name, declared=not of_scheme) if name or of_scheme else None
        if remedy is not None:
            reason = _("没有时段“{name}”", name=name)
            yield self.linter.finding("error", "unknown_period", path, reason, remedy)

    # -- after the total ---------------------------------------------------------------------------

    def after(self, paper: PaperRule) -> Iterator[Finding]:
        """Fixed words of adjustments and results, and the names their conditions and chains use."""
        for code, rule in paper.table("adjustments").items():
            path = ("papers", paper.code, "adjustments", code)
            yield from self._one_of(path, "kind", rule.get("kind"), ("bonus", "deduction"))
            only = rule.get("highest_only", {})
            for kind in [only] if isinstance(only, str) else only:
                yield from self._one_of(path, "highest_only", kind, OF_ENTRIES)
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


def _decimals(value: Any) -> bool:
    return value == "none" or (str(value).isdigit() and int(value) <= 12)
