"""What is wrong with what follows a total: adjustments, vetoes, grades, quotas, and what counts nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kaocheng.engine import compose
from kaocheng.engine.recipe import PaperRule
from kaocheng.i18n import _
from kaocheng.rulebook.findings import Finding, fraction
from kaocheng.rulebook.names import scored_in, texts_of
from kaocheng.rulebook.source import nearest

_WORD = re.compile(r"[a-z][a-z0-9_]*")

if TYPE_CHECKING:
    from kaocheng.rulebook.lint import Linter


class AfterTotal:
    """The checks of one scheme's papers beyond their trees."""

    def __init__(self, linter: Linter) -> None:
        self.linter = linter

    def rules(self, paper: PaperRule) -> Iterator[Finding]:
        written = [*texts_of(paper.table("results")), *texts_of([node.keys for node in paper.nodes.values()])]
        used = {word for text in written for word in _WORD.findall(text)}
        for code, rule in paper.table("adjustments").items():
            path = ("papers", paper.code, "adjustments", code)
            to = rule.get("to")
            if to is not None and to not in paper.nodes:
                yield self.linter.finding(
                    "error",
                    "unknown_part",
                    path,
                    _("加减分“{code}”要加到的节点“{to}”不存在", code=code, to=to),
                    nearest(str(to), paper.nodes),
                )
            if to is None and code not in used:
                yield self.linter.finding(
                    "error",
                    "unused_adjustment",
                    path,
                    _("加减分“{code}”没有用处", code=code),
                    _("请写 to,或用在并列规则里"),
                )
        grades = {
            str(band.get("grade"))
            for result in paper.table("results").values()
            for band in result.get("bands") or []
        }
        for code, rule in paper.table("vetoes").items():
            path = ("papers", paper.code, "vetoes", code)
            named = [
                *(rule.get("bars") or []),
                *([rule["grade"]] if "grade" in rule else []),
                *([rule["at_most"]] if "at_most" in rule else []),
            ]
            for grade in named:
                if grade not in grades:
                    yield self.linter.finding(
                        "error",
                        "unknown_grade",
                        path,
                        _("否决涉及的等次“{grade}”没有设", grade=grade),
                        nearest(str(grade), grades),
                    )

    def results(self, paper: PaperRule) -> Iterator[Finding]:
        for code, rule in paper.table("results").items():
            path = ("papers", paper.code, "results", code)
            by = rule.get("by")
            if by is not None and str(by).partition("@")[0] not in paper.nodes:
                yield self.linter.finding(
                    "error",
                    "unknown_part",
                    path,
                    _("结果“{code}”依据的节点“{by}”不存在", code=code, by=by),
                    nearest(str(by), paper.nodes),
                )
            bands = rule.get("bands") or []
            if any("most" in band for band in bands) and not rule.get("edge") and not rule.get("break"):
                reason = _("结果“{code}”限了名额,没有规定并列压线怎么办", code=code)
                yield self.linter.finding("error", "no_edge", path, reason, _("请写 edge"))
            conditional = any(key in band for band in bands for key in ("if", "most", "rank_from", "rank_to"))
            floors = [f for band in bands if (f := fraction(band.get("from", band.get("above")))) is not None]
            if conditional and floors != sorted(floors, reverse=True):
                yield self.linter.finding(
                    "error", "band_order", path, _("等次的分数线不是由高到低"), _("请按由高到低排列")
                )

    def unused(self, paper: PaperRule) -> Iterator[Finding]:
        used = {
            ref.partition("@")[0]
            for node in paper.nodes.values()
            if node.composed
            for ref, _w in compose.references(paper, node)
        }
        used |= {name for node in paper.nodes.values() for name in scored_in(node)}
        used |= {node for _period, node in self.linter.totals(paper)} | set(self._named(paper))
        single = len(paper.nodes) == 1
        for node in paper.nodes.values():
            if node.code not in used and not node.get("only_shown") and not single and not node.get("in"):
                if not self.linter.totals(paper) and node.code == self.linter.recipe.total(
                    paper, self.linter.recipe.own_period(paper)
                ):
                    continue
                yield self.linter.finding(
                    "warning",
                    "unused_node",
                    ("papers", paper.code, "nodes", node.code),
                    _("节点“{label}”没有计入任何总分", label=self.linter.label(node)),
                    _("只供展示的请写 only_shown = true"),
                )

    def _named(self, paper: PaperRule) -> Iterator[str]:
        for text in [
            *texts_of(paper.table("results")),
            *texts_of(paper.table("vetoes")),
            *texts_of(paper.table("adjustments")),
        ]:
            yield text.partition("@")[0]
            yield from (word for word in paper.nodes if word in text)
