"""What the trade's list of methods says a rule must declare: silence there would pick a winner unseen.

Only what the language has no default for is asked; ``docs/methods.md`` has the whole list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kaocheng.engine.grammar import BadExpression, Call, is_share, parse, walk
from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe
from kaocheng.i18n import _
from kaocheng.rulebook import sorts, texts
from kaocheng.rulebook.findings import Finding, fraction
from kaocheng.rulebook.located import Path

if TYPE_CHECKING:
    from kaocheng.rulebook.lint import Linter


# Methods whose points are a share of full marks, whatever their keys say.
_OF_FULL = frozenset(
    [
        *("completion", "met", "ratio", "convert", "shortfall", "around", "control", "inverse", "between"),
        *("interval", "status", "ballots", "efficacy", "to_best", "rank_steps", "share"),
    ]
)
_THE_MORE_THE_BETTER = frozenset(["completion", "ratio", "convert", "share"])


class Declared:
    """The declarations one scheme owes."""

    def __init__(self, linter: Linter) -> None:
        self.linter = linter

    def nodes(self, paper: PaperRule) -> Iterator[Finding]:
        """Parts of a step (M04, M05), where points start (M30), a group of one (M35), periods (M77)."""
        for node in paper.nodes.values():
            path = ("papers", paper.code, "nodes", node.code)
            label = self.linter.label(node)
            if node.get("method") == "count" and not node.keys.keys() & {"per", "first"}:
                reason = _("“{label}”没有写明每件得几分,按 1 分算", label=label)
                yield self.linter.finding("warning", "undeclared", path, reason, _("请写 per,如 per = 1"))
            over = node.get("over")
            if isinstance(over, Mapping) and "steps" not in over:
                reason = _("“{label}”超额加分,没有写明满一档才加还是按比例加", label=label)
                yield self._owed((*path, "over"), reason, _('请写 steps = "whole" 或 "exact"'))
            yield from self._parts_of_a_step(paper, node, path, label)
            if _forgets(self.linter.recipe, node, "efficacy", "start"):
                reason = _("“{label}”没有写明最差的得几成,按 0 算", label=label)
                yield self._owed(path, reason, _('请写 start,如 start = "60%"'))
            if _forgets(self.linter.recipe, node, "rank_line", "alone"):
                reason = _("“{label}”没有写明只有一个单位时得多少分", label=label)
                yield self._owed(path, reason, _("请写 alone"))
            yield from self._one_way(node, path, label)
            yield from self._unsaid(node, path, label)
            if self._wants_full(node):
                reason = _("“{label}”按分值计分,没有写分值", label=label)
                remedy = _("请写 full;各单位分值不同的,写在 targets.csv 的 full 里")
                yield self.linter.finding("warning", "no_full", path, reason, remedy)
            if "across" in node.keys and "fold" not in node.keys:
                reason = _("“{label}”跨时段计分,没有写明各时段怎样合成", label=label)
                yield self._owed(path, reason, _("请写 fold(mean、sum、last 或各时段的权重)"))

    def _parts_of_a_step(self, paper: PaperRule, node: NodeRule, path: Path, label: str) -> Iterator[Finding]:
        """What falls short by less than a step; of what is counted one by one nothing does."""
        if node.get("method") != "shortfall" or "steps" in node.keys:
            return
        about = self.linter.expressions.knowledge(paper)
        counted = about.sort_of(node, "x").measure in sorts.COUNTED
        if not (counted and fraction(node.get("each")) == 1):
            reason = _("“{label}”没有写明差不足一档的怎么扣,按比例扣", label=label)
            remedy = _('请写 steps = "exact"(按比例)、"up"(算一档)或 "whole"(不算)')
            yield self.linter.finding("warning", "undeclared", path, reason, remedy)

    def _unsaid(self, node: NodeRule, path: Path, label: str) -> Iterator[Finding]:
        """What no case says; and what is better the lower, under a method without direction."""
        method = node.get("method")
        if method == "cases" and node.get("cases") and "else" not in node.keys:
            reason = _("“{label}”的各种情形都不符合时,没有写明得多少分,作缺数处理", label=label)
            yield self.linter.finding("warning", "no_else", path, reason, _("请写 else"))
        if method in _THE_MORE_THE_BETTER and node.get("direction") == "down":
            reason = _("“{label}”越低越好,但 {method} 总是越高得分越多", label=label, method=method)
            remedy = _("请改用 control、inverse 或 shortfall,或去掉 direction")
            yield self.linter.finding("warning", "wrong_way", (*path, "direction"), reason, remedy)

    def period(self, paper: PaperRule) -> Iterator[Finding]:
        """A paper that does not say of which period it is, where no declared one is plainly the year."""
        year = self.linter.recipe.year
        if "period" not in paper.keys and year not in self.linter.recipe.periods.values():
            reason = _("“{paper}”没有写时段,按 {year} 算", paper=paper.label, year=year)
            yield self.linter.finding(
                "warning", "no_period", ("papers", paper.code), reason, _("请写 period")
            )

    def _one_way(self, node: NodeRule, path: Path, label: str) -> Iterator[Finding]:
        """A node is worked out in one way: by a method, a formula or a composition."""
        named = "formula" in (node.get("method"), node.get("compose"))
        ways = [key for key in ("method", "compose", *(() if named else ("formula",))) if key in node.keys]
        if len(ways) > 1:
            reason = _("“{label}”既写了 {a} 又写了 {b}", label=label, a=ways[0], b=ways[1])
            yield self.linter.finding("error", "two_ways", (*path, ways[1]), reason, _("请只留一个"))

    def _wants_full(self, node: NodeRule) -> bool:
        """Whether points are a share of full marks that nobody wrote."""
        fields = (self.linter.recipe.lists.get(str(node.get("rows"))) or {}).get("fields") or {}
        shares = node.get("method") == "choice" and "%" in str(node.get("choices"))
        rescaled = node.get("compose") == "rescale"
        return (node.get("method") in _OF_FULL or shares or rescaled) and "full" not in (*node.keys, *fields)

    def results(self, paper: PaperRule) -> Iterator[Finding]:
        """What becomes of part of a place (M95), and of units still tied across the line of a quota (M96)."""
        for code, rule in paper.table("results").items():
            limited = any("most" in band for band in rule.get("bands") or [])
            for n, band in enumerate(rule.get("bands") or [], 1):
                if "round" not in band and any(_of_many(band.get(key)) for key in ("most", "least")):
                    path = ("papers", paper.code, "results", code, "bands", f"#{n}")
                    reason = _(
                        "“{grade}”的名额不足一个的部分怎么办没有写明,按舍去算", grade=band.get("grade")
                    )
                    remedy = _('请写 round = "down"(舍去)、"half_up"(四舍五入)或 "up"(进一)')
                    yield self.linter.finding("warning", "undeclared", path, reason, remedy)
            steps = rule.get("edge") or rule.get("break")
            settled = "still_tied" in (rule.get("edge") or {}) or rule.get("ties") == "ordinal"
            if limited and steps and not settled:
                reason = _("结果“{code}”没有写明比完仍并列压线的怎么办", code=code)
                remedy = _('请在 edge 里写 still_tied = "none" 或 "all"')
                yield self._owed(("papers", paper.code, "results", code), reason, remedy)

    def _owed(self, path: Path, reason: str, remedy: str) -> Finding:
        return self.linter.finding("error", "undeclared", path, reason, remedy)


def _of_many(places: object) -> bool:
    """Whether a quota is a share of the units, which need not be a whole number of them."""
    try:
        return isinstance(places, str) and is_share(places)
    except BadExpression:
        return False  # lint says so elsewhere


def _forgets(recipe: Recipe, node: NodeRule, method: str, key: str) -> bool:
    """Whether a node uses a method, as its own or as a function, and does not say a key of it."""
    if node.get("method") == method and key not in node.keys:
        return True
    for written in texts.of_node(recipe, node):
        if method not in written.text:
            continue
        try:
            calls = [inner for inner in walk(parse(written.text)) if isinstance(inner, Call)]
        except BadExpression:
            continue  # lint says so elsewhere
        for call in calls:
            if call.path == (method,) and key not in dict(call.keywords):
                return True
    return False
