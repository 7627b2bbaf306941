"""What is wrong, or doubtful, in a scheme before it is used: each finding with place, reason and remedy."""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from kaocheng.engine import compose
from kaocheng.engine.methods import METHODS
from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe
from kaocheng.i18n import _
from kaocheng.rulebook.findings import Finding, fraction, merged
from kaocheng.rulebook.lint_bands import BandLint
from kaocheng.rulebook.lint_checks import CheckLint
from kaocheng.rulebook.lint_declared import Declared
from kaocheng.rulebook.lint_expressions import ExpressionLint
from kaocheng.rulebook.lint_grades import AfterTotal
from kaocheng.rulebook.lint_words import WordLint
from kaocheng.rulebook.located import Path
from kaocheng.rulebook.names import ring, scored_in
from kaocheng.rulebook.scheme import Scheme
from kaocheng.rulebook.source import BadScheme, nearest


def lint(scheme: Scheme) -> tuple[Finding, ...]:
    """Every finding, errors first, each in the order of the file."""
    linter = Linter(scheme)
    found = merged([finding for check in linter.checks() for finding in check()])
    return tuple(sorted(found, key=lambda f: (f.severity != "error", f.place.line)))


def compile_scheme(scheme: Scheme) -> Recipe:
    """The scheme by value.

    Raises:
        BadScheme: the first error that lint finds.
    """
    for finding in lint(scheme):
        if finding.severity == "error":
            raise BadScheme(finding.place, finding.reason, finding.remedy)
    return scheme.recipe


class Linter:
    def __init__(self, scheme: Scheme) -> None:
        self.scheme, self.recipe = scheme, scheme.recipe
        self.after, self.words = AfterTotal(self), WordLint(self)
        self.handed_in, self.declared = CheckLint(self), Declared(self)
        self.expressions, self.bands = ExpressionLint(self), BandLint(self)

    def checks(self) -> Iterator[Callable[[], Iterator[Finding]]]:
        yield self.words.scheme
        yield self.handed_in.checks
        for paper in self.recipe.papers.values():
            for check in (
                self._tree,
                self._leaves,
                self._closing,
                self.expressions.nodes,
                self.expressions.rules,
                self.after.rules,
                self.after.results,
                self.after.unused,
                self.bands.nodes,
                self.bands.results,
                self.words.nodes,
                self.words.calls,
                self.words.after,
                self.declared.period,
                self.declared.nodes,
                self.declared.results,
            ):
                yield lambda check=check, paper=paper: check(paper)  # type: ignore[misc]
        yield self.expressions.methods
        yield self.expressions.checks
        yield self._figures  # last: only then is it known which are used

    def finding(self, severity: str, code: str, path: Path, reason: str, remedy: str = "") -> Finding:
        return Finding(severity, code, self.scheme.source.place(path), reason, remedy)

    # -- figures -----------------------------------------------------------------------------------

    def _figures(self) -> Iterator[Finding]:
        used = self.expressions.used
        kept = {code for code, collectors in self._collected().items() if all(collectors)}
        for code, rule in self.scheme.figures.items():
            path = ("figures", code)
            if code not in used:
                yield self.finding(
                    "warning",
                    "unused_figure",
                    path,
                    _("指标“{label}”没有任何规则用到", label=rule.label),
                    _("请核对代码,或删去"),
                )
            if not rule.collector and code not in kept:
                yield self.finding(
                    "warning",
                    "no_collector",
                    path,
                    _("指标“{label}”没有写数据采集单位", label=rule.label),
                    _("请写 collector"),
                )

    def _collected(self) -> dict[str, list[bool]]:
        """Figure → whether the nodes that bear its code say who collects it."""
        found: dict[str, list[bool]] = {}
        for paper in self.recipe.papers.values():
            for node in paper.nodes.values():
                found.setdefault(node.code, []).append("collector" in node.keys)
        return found

    # -- the tree ----------------------------------------------------------------------------------

    def _tree(self, paper: PaperRule) -> Iterator[Finding]:
        base = ("papers", paper.code, "nodes")
        for node in paper.nodes.values():
            parent = node.get("in")
            if parent is not None and parent not in paper.nodes:
                reason = _("“{label}”放在不存在的节点“{parent}”里", label=self.label(node), parent=parent)
                yield self.finding(
                    "error",
                    "unknown_parent",
                    (*base, node.code, "in"),
                    reason,
                    nearest(str(parent), paper.nodes),
                )
            elif parent is not None and not paper.nodes[str(parent)].composed:
                reason = _(
                    "“{parent}”不是合成节点,里面不能再放“{label}”", parent=parent, label=self.label(node)
                )
                yield self.finding(
                    "error", "not_composed", (*base, node.code, "in"), reason, _("请给它写 compose")
                )
            if node.composed:
                yield from self._parts_known(paper, node, (*base, node.code))
        loop = self._loop(paper)
        if loop:
            yield self.finding(
                "error", "cycle", (*base, loop[0]), _("节点互相引用成环:{chain}", chain=" → ".join(loop))
            )
        for _period, total in self.totals(paper):
            if total not in paper.nodes:
                reason = _("总分节点“{node}”不存在", node=total)
                yield self.finding(
                    "error",
                    "unknown_total",
                    ("papers", paper.code, "total"),
                    reason,
                    nearest(total, paper.nodes),
                )

    def totals(self, paper: PaperRule) -> list[tuple[str, str]]:
        total = paper.keys.get("total")
        if isinstance(total, Mapping):
            return [(str(p), str(n)) for p, n in total.items()]
        return [("", str(total))] if total else []

    def _parts_known(self, paper: PaperRule, node: NodeRule, path: Path) -> Iterator[Finding]:
        if node["compose"] in ("formula", "inherit"):
            return
        references = compose.references(paper, node)
        if not references:
            yield self.finding(
                "error",
                "no_parts",
                path,
                _("合成节点“{label}”没有任何部分", label=self.label(node)),
                _("请写 of,或让别的节点写 in"),
            )
        for reference, _weight in references:
            where, _at, _period = reference.partition("@")
            other, _slash, code = where.rpartition("/")
            home = self.recipe.papers.get(other.strip()) if other else paper
            if home is None or code.strip() not in home.nodes:
                reason = _("“{label}”的部分“{part}”不存在", label=self.label(node), part=reference)
                yield self.finding(
                    "error", "unknown_part", (*path, "of"), reason, nearest(code, (home or paper).nodes)
                )

    def _loop(self, paper: PaperRule) -> list[str]:
        edges: dict[str, set[str]] = {}
        with_rank = self.expressions.knowledge(paper).with_rank
        for node in paper.nodes.values():
            found = {ref for ref, _w in compose.references(paper, node)} if node.composed else set()
            edges[node.code] = {
                ref for ref in found | scored_in(node, with_rank) if "@" not in ref and ref in paper.nodes
            }
        return ring({code: sorted(inner) for code, inner in edges.items()})

    # -- leaves ------------------------------------------------------------------------------------

    def _leaves(self, paper: PaperRule) -> Iterator[Finding]:
        for node in paper.nodes.values():
            path = ("papers", paper.code, "nodes", node.code)
            name = node.get("method")
            if not node.composed and name is None and "formula" not in node.keys:
                yield self.finding(
                    "error",
                    "no_method",
                    path,
                    _("“{label}”没有写怎样计分", label=self.label(node)),
                    _("请写 method 或 formula,或 compose"),
                )
            clause = node.get("clause")
            if (
                clause is not None
                and str(clause) not in self.recipe.clauses
                and not str(clause).startswith("表.")
            ):
                reason = _(
                    "“{label}”引用的条款“{clause}”没有写在 [clauses] 里",
                    label=self.label(node),
                    clause=clause,
                )
                yield self.finding(
                    "error", "unknown_clause", path, reason, nearest(str(clause), self.recipe.clauses)
                )
            if clause is None and not node.composed and node.get("show") is not False:
                yield self.finding(
                    "warning",
                    "no_clause",
                    path,
                    _("“{label}”没有写出自哪一条", label=self.label(node)),
                    _("请写 clause"),
                )
            method = METHODS.get(str(name))
            if method is not None:
                yield from self._method(node, path)
            if "across" in node.keys and isinstance(node.get("fold"), Mapping) and "best" not in node["fold"]:
                yield from self._periods(node, (*path, "fold"))

    def _method(self, node: NodeRule, path: Path) -> Iterator[Finding]:
        method = METHODS[str(node["method"])]
        for key in method.required:
            if key not in node.keys:
                yield self.finding(
                    "error",
                    "missing_key",
                    path,
                    _(
                        "“{label}”用了“{method}”,还要写 {key}",
                        label=self.label(node),
                        method=method.chinese,
                        key=key,
                    ),
                )
        for key in (*method.shares, *(("available",) if "available" in node.keys else ())):
            if key in node.keys and not _written_as_share(node[key]):
                yield self._share(node, (*path, key), key, node[key])
        over = node.get("over")
        if isinstance(over, Mapping) and not _written_as_share(over.get("each", "1%")):
            yield self._share(node, (*path, "over"), "over.each", over["each"])
        for key, words in method.words.items():
            if key in node.keys and str(node[key]).lower() not in words:
                close = nearest(str(node[key]), words)
                known = _("、").join(words)
                reason = _("{key} 只能是:{known}", key=key, known=known)
                yield self.finding("error", "unknown_word", (*path, key), reason, close)

    def _share(self, node: NodeRule, path: Path, key: str, value: Any) -> Finding:
        reason = _(
            "“{label}”的 {key} = {value} 看不出是不是百分之几", label=self.label(node), key=key, value=value
        )
        written = fraction(value)
        percent = _shown(written * 100) if written is not None and written < 1 else value
        return self.finding("error", "bare_share", path, reason, _('请写成 "{value}%" 或分数', value=percent))

    # -- closing -----------------------------------------------------------------------------------

    def _closing(self, paper: PaperRule) -> Iterator[Finding]:
        for node in paper.nodes.values():
            if not node.composed:
                continue
            path = ("papers", paper.code, "nodes", node.code)
            references = compose.references(paper, node)
            fulls = [(ref, self._full(paper, ref.partition("@")[0])) for ref, _w in references]
            if node["compose"] == "sum" and isinstance(node.get("full"), int | str):
                known = [f for _ref, f in fulls if f is not None]
                declared = fraction(node["full"])
                sure = not any(self._varies(paper, ref) for ref, _w in references)
                if declared is not None and known and sum(known) != declared:
                    reason = _(
                        "“{label}”满分 {full},各部分合计 {sum}",
                        label=self.label(node),
                        full=declared,
                        sum=_shown(sum(known, Fraction(0))),
                    )
                    severity = "error" if sure else "warning"
                    yield self.finding(severity, "not_closed", path, reason, _("请核对各项分值"))
            if node["compose"] == "weighted":
                yield from self._weights(node, path, references, [f for _ref, f in fulls])

    def _varies(self, paper: PaperRule, reference: str) -> bool:
        """Whether a part's marks differ by unit, so that no one sum says whether it closes."""
        node = paper.nodes.get(reference.partition("@")[0])
        if node is None:
            return True
        said = node.get("full")
        return "applies" in node.keys or (said is not None and fraction(said) is None)

    def _weights(
        self, node: NodeRule, path: Path, references: list[tuple[str, Any]], fulls: list[Fraction | None]
    ) -> Iterator[Finding]:
        weights = [fraction(w) if w is not None else None for _ref, w in references]
        if node.get("open") is True:
            return
        for (ref, written), weight in zip(references, weights, strict=True):
            if weight is None or not _written_as_share(written):
                reason = _("“{label}”中“{part}”的权重要写成百分数或分数", label=self.label(node), part=ref)
                yield self.finding("error", "bare_share", path, reason, _('如 "30%"'))
                return
        total = sum((w for w in weights if w is not None), Fraction(0))
        if total != 1:
            reason = _(
                "“{label}”的权重合计 {sum},不是 100%", label=self.label(node), sum=_shown(total * 100) + "%"
            )
            yield self.finding("error", "weights", path, reason, _("请核对,或写 open = true"))
        known = {f for f in fulls if f is not None}
        if len(known) > 1:
            reason = _("“{label}”加权的各部分满分不同", label=self.label(node))
            yield self.finding("warning", "unequal_full", path, reason, _("请先用 rescale 折算到同一满分"))

    def _periods(self, node: NodeRule, path: Path) -> Iterator[Finding]:
        """Weights of the periods a node is scored in: plain numbers are relative, shares are a whole."""
        weights = [fraction(written) for written in node["fold"].values()]
        total = sum((w for w in weights if w is not None), Fraction(0))
        if None not in weights and total != 1 and any("%" in str(w) for w in node["fold"].values()):
            label, percent = self.label(node), _shown(total * 100) + "%"
            reason = _("“{label}”各时段的权重合计 {sum},不是 100%", label=label, sum=percent)
            yield self.finding("error", "weights", path, reason, _("请核对"))

    def _full(self, paper: PaperRule, code: str) -> Fraction | None:
        node = paper.nodes.get(code)
        if node is None:
            return None
        if "full" in node.keys:
            return fraction(node["full"])
        if not node.composed or node["compose"] not in ("sum", "weighted", "mean"):
            return None
        known = [
            (w, f)
            for ref, weight in compose.references(paper, node)
            if (f := self._full(paper, ref.partition("@")[0])) is not None
            and (w := fraction(weight) if weight is not None else Fraction(1)) is not None
        ]
        whole = sum((w * f for w, f in known), Fraction(0))
        if node["compose"] == "mean":
            return whole / len(known) if known else None
        return whole if known else None

    def label(self, node: NodeRule) -> str:
        return str(node.get("label") or self.recipe.figures.get(node.code, {}).get("label") or node.code)


def _written_as_share(value: Any) -> bool:
    text = str(value).strip()
    return text in ("0", "1") or "%" in text or "/" in text or not text.replace(".", "", 1).isdigit()


def _shown(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else str(float(value))
