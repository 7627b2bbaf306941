"""What is wrong in the expressions of a scheme: each at the character where it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

from kaocheng.engine import plugged
from kaocheng.engine.grammar import BadExpression, Call, Tree, parse, walk
from kaocheng.engine.methods import METHODS
from kaocheng.engine.methods.absolute import bounds
from kaocheng.engine.nodes import rank_rules
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.engine.spelling import show
from kaocheng.i18n import _
from kaocheng.rulebook import sorts, texts
from kaocheng.rulebook.findings import Finding
from kaocheng.rulebook.grammar import offered
from kaocheng.rulebook.infer import Reader
from kaocheng.rulebook.knowledge import DIVISORS, STATED, Knowledge
from kaocheng.rulebook.lint_measured import MeasuredLint
from kaocheng.rulebook.located import Path
from kaocheng.rulebook.method_calls import rough_rank
from kaocheng.rulebook.names import ring
from kaocheng.rulebook.row_words import row_words
from kaocheng.rulebook.texts import ANYTHING, CONDITION, NUMBER, WORD, Written

if TYPE_CHECKING:
    from kaocheng.rulebook.lint import Linter

_PLAIN_NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d+))?(%?)")


MOST_CALLS = 100  # that one call of a method of the scheme's own may come to


class Divisor(NamedTuple):
    """Something that is divided by and could be zero, or always is."""

    path: Path
    at: int | None
    shown: str
    always: bool = False


class ExpressionLint:
    """The checks of one scheme's expressions."""

    def __init__(self, linter: Linter) -> None:
        self.linter, self.recipe = linter, linter.recipe
        self.used: set[str] = set()  # figures that some expression uses
        self._known: dict[str, Knowledge] = {}
        self.measured = MeasuredLint(self)

    def knowledge(self, paper: PaperRule) -> Knowledge:
        """What is known of a paper."""
        return self._known.setdefault(paper.code, Knowledge(self.recipe, paper))

    # -- nodes -------------------------------------------------------------------------------------

    def nodes(self, paper: PaperRule) -> Iterator[Finding]:
        """The expressions of every node, what they divide by, what their limits are measured in."""
        about = self.knowledge(paper)
        for node in paper.nodes.values():
            path = ("papers", paper.code, "nodes", node.code)
            reader = about.reader(node)
            zeros: list[Divisor] = []
            by_row = row_words(about, node)
            for written in texts.of_node(self.recipe, node):
                reader.divisors = []
                with ExitStack() as stack:
                    self._around(stack, about, reader, node, written)
                    if written.path[0] == "let" and written.key in by_row:
                        stack.enter_context(reader.with_words(**by_row[written.key]))
                    plain = Reader(about) if written.path == ("full",) else reader
                    yield from self.read(plain, path, written)
                zeros += [Divisor(written.path, _at(t), show(t)) for t in reader.divisors]
            self.used |= reader.used
            if node.get("compose") == "inherit" and "node" in node.keys:
                named = Written(("node",), f"score({node['node']})")
                yield from self.read(about.reader(node), path, named, at=None)
            yield from self._loops(about, node, path)
            yield from self.measured.check(about, node, path)
            yield from self._divisor(about, node, path, zeros)
            if rank_rules(node) and about.rough(node.code):
                yield self.finding((*path, "rank"), None, "warning", "rough_rank", *rough_rank())

    def _around(
        self, stack: ExitStack, about: Knowledge, reader: Reader, node: NodeRule, written: Written
    ) -> None:
        """What holds, and which further names there are, where a text of a node stands."""
        key = written.path[0]
        if key in ("missing", "applies", "only_if"):
            return
        for gate in ("applies", "only_if"):
            if gate in node.keys and (tree := _tree(str(node[gate]))) is not None:
                stack.enter_context(reader.given(tree, holds=True))
        method = METHODS.get(str(node.get("method")))
        if method is not None and key in method.tables:
            more = dict.fromkeys((k for k in method.keys if k in node.keys), sorts.ANYTHING)
            if written.path[0] == "bands" and written.key == "gives":
                limits = bounds(list(node["bands"]), int(written.path[1][1:]) - 1)
                for name, limit in zip(("lo", "hi"), limits, strict=True):
                    more[name] = sorts.A_NUMBER if limit is None else about.sort_of(node, limit)
            if key == "leave_out":
                more["it"] = sorts.A_NUMBER
            stack.enter_context(reader.with_words(**{k: v for k, v in more.items() if k not in reader.words}))
        if method is not None and method.code == "cases" and key in ("cases", "else"):
            self._earlier_cases(stack, reader, node, written)

    def _earlier_cases(self, stack: ExitStack, reader: Reader, node: NodeRule, written: Written) -> None:
        """No earlier case holds there, and in what a case gives its own does."""
        listed = list(node.get("cases") or [])
        at = int(written.path[1][1:]) if written.path[0] == "cases" else len(listed) + 1
        for number, case in enumerate(listed[:at], 1):
            said = case.get("when") if isinstance(case, Mapping) else None
            ours = number == at
            if said is not None and not (ours and written.key == "when") and (tree := _tree(str(said))):
                stack.enter_context(reader.given(tree, holds=ours))

    def _loops(self, about: Knowledge, node: NodeRule, path: Path) -> Iterator[Finding]:
        for name in sorted(about.own(node).loops):
            key = ("let", name) if name in (node.get("let") or {}) else (name,)
            reason = _("“{name}”要由它自己算出", name=name)
            yield self.finding((*path, *key), None, "error", "cycle", reason, _("请换一个名称,或直接写指标"))

    # -- what it divides by ------------------------------------------------------------------------

    def _divisor(
        self, about: Knowledge, node: NodeRule, path: Path, zeros: list[Divisor]
    ) -> Iterator[Finding]:
        if not node.composed:
            zeros = [*self._of_method(about, node, path, str(node.get("method"))), *zeros]
        elif node["compose"] == "harmonic":
            zeros = [Divisor(("compose",), None, _("各部分的得分")), *zeros]
        label = self.linter.label(node)
        for zero in zeros:
            if zero.always:
                reason = _("“{label}”的除数是零", label=label)
                yield self.finding(
                    (*path, *zero.path), zero.at, "error", "divided_by_zero", reason, _("请核对这个数")
                )
                return
        if "undefined" not in node.keys and zeros:
            first = zeros[0]
            reason = _(
                "“{label}”的除数({divisor})为零时没有规定怎么办", label=label, divisor=first.shown[:40]
            )
            where = (*path, *first.path)
            yield self.finding(where, first.at, "warning", "undefined", reason, _("请写 undefined"))

    def _of_method(self, about: Knowledge, node: NodeRule, path: Path, method: str) -> list[Divisor]:
        """The divisor of a node's method, where it could be zero."""
        own = self.recipe.methods.get(method)
        if plugged.is_plugged(own):
            return []
        if own is not None:
            given = own.get("keys") or ()
            divisor = str(own.get("formula", "0"))
        elif method in DIVISORS and not (DIVISORS[method] == "target" and "target_zero" in node.keys):
            given, divisor = METHODS[method].numbers, DIVISORS[method]
            if divisor in METHODS[method].required and divisor not in node.keys:
                return []
            if method == "to_best" and node.get("direction") == "down":
                divisor = "x"
        else:
            return []
        reader = about.reader(node)
        words: dict[str, Any] = {"_sum": sorts.COUNT}
        for key in given:
            if isinstance(node.get(key), str | int):
                words[key] = about.sort_of(node, str(node[key]))
        tree = _tree(divisor)
        if tree is None:
            return []
        with ExitStack() as stack:
            self._around(stack, about, reader, node, Written(("formula",), divisor))
            stack.enter_context(reader.with_words(**words))
            reader.any_part = True
            sort = reader.sort(tree)
            if own is None:
                reader.divides(tree, sort)
        if any(said.code == "divided_by_zero" for said in reader.found):
            return [Divisor((divisor,) if divisor in node.keys else (), None, "0", always=True)]
        if not reader.divisors:
            return []
        return [Divisor((), None, STATED.get(divisor, divisor) if own is None else show(reader.divisors[0]))]

    # -- what comes after the total, methods of the scheme's own ------------------------------------

    def rules(self, paper: PaperRule) -> Iterator[Finding]:
        """The expressions of adjustments, vetoes and results."""
        about = self.knowledge(paper)
        for kind in ("adjustments", "vetoes", "results"):
            for code, rule in paper.table(kind).items():
                path = ("papers", paper.code, kind, code)
                reader = about.reader(None)
                for written in texts.of_rule(kind, rule):
                    reader.divisors = []
                    yield from self.read(reader, path, written)
                    for tree in reader.divisors[:1]:
                        reason = _("除数({divisor})为零时没有规定怎么办", divisor=show(tree)[:40])
                        remedy = _("请写成 otherwise(…, 0)")
                        yield self.finding(
                            (*path, *written.path), _at(tree), "warning", "undefined", reason, remedy
                        )
                yield from self._steps(about, reader, paper, path, rule if kind == "results" else {})
                self.used |= reader.used
        yield from self._ranked(about, paper)

    def _ranked(self, about: Knowledge, paper: PaperRule) -> Iterator[Finding]:
        """What units are ranked by may not be rough; a paper that states no result ranks its total."""
        total = str(self.recipe.total(paper, self.recipe.own_period(paper)))
        for code, rule in (paper.table("results") or {"": {}}).items():
            by, _at, period = str(rule.get("by") or total).partition("@")
            path = ("papers", paper.code, *(("results", code, "by") if code else ("nodes", by)))
            yield from self._period_of(about, path, period)
            if self.recipe.ranked_to(paper, by) is None and about.rough(by):
                yield self.finding(path, None, "warning", "rough_rank", *rough_rank())

    def _period_of(self, about: Knowledge, path: Path, period: str) -> Iterator[Finding]:
        """A node's period that nobody declared."""
        remedy = about.no_period(period) if period else None
        if remedy is not None:
            reason = _("没有时段“{name}”", name=period)
            yield self.finding(path, None, "error", "unknown_period", reason, remedy)

    def _steps(
        self, about: Knowledge, reader: Reader, paper: PaperRule, path: Path, rule: Mapping[str, Any]
    ) -> Iterator[Finding]:
        """The chains that break ties may not be rough; a node may be named with its period and paper."""
        for written in texts.steps_of(rule):
            home, reference = self.recipe.home(paper, written.text)
            name, _at, period = (part.strip() for part in reference.partition("@"))
            there = self.knowledge(home)
            if name in there.after:
                yield from self._period_of(there, (*path, *written.path), period)
                rough = there.rough(name)
            else:
                yield from self.read(reader, path, written)
                tree = _tree(written.text)
                rough = tree is not None and Reader(about, nodes_plain=True).sort(tree).rough
            if rough:
                yield self.finding((*path, *written.path), None, "warning", "rough_rank", *rough_rank())

    def methods(self) -> Iterator[Finding]:
        """The formulas of the scheme's own methods."""
        paper = next(iter(self.recipe.papers.values()), None)
        if paper is None:
            return
        yield from self._ring()
        for code, rule in self.recipe.methods.items():
            if "formula" not in rule or plugged.is_plugged(rule):
                continue
            words = (
                "x",
                "target",
                "base",
                "last",
                "full",
                *(rule.get("keys") or ()),
                *(rule.get("defaults") or {}),
            )
            reader = Reader(self.knowledge(paper), dict.fromkeys(words, sorts.ANYTHING), any_part=True)
            yield from self.read(reader, ("methods", code), Written(("formula",), str(rule["formula"])))
            self.used |= reader.used

    def _ring(self) -> Iterator[Finding]:
        """Methods of the scheme's own that call one another without end."""
        calls: dict[str, list[str]] = {}
        for code, rule in self.recipe.methods.items():
            tree = _tree(str(rule.get("formula", "0")))
            inner = walk(tree) if tree is not None else ()
            named = [call.path[0] for call in inner if isinstance(call, Call) and len(call.path) == 1]
            calls[code] = [name for name in named if name in self.recipe.methods]
        if chain := ring(calls):
            reason = _("方法互相引用成环:{chain}", chain=" → ".join(chain))
            path = ("methods", chain[0], "formula")
            yield self.finding(path, None, "error", "cycle", reason, _("请改写其中一个"))
        elif long := next((code for code in calls if _unfolded(code, calls) > MOST_CALLS), None):
            reason = _("方法“{method}”层层调用,展开后超过 {most} 次", method=long, most=MOST_CALLS)
            path = ("methods", long, "formula")
            yield self.finding(path, None, "error", "bad_expression", reason, _("请把其中一步另设一个节点"))

    def checks(self) -> Iterator[Finding]:
        """The conditions on what is handed in: plain names are figures, ``it`` is the figure looked at."""
        papers = self.recipe.papers
        for code, rule in self.recipe.checks.items():
            paper = papers.get(str(rule.get("paper"))) or next(iter(papers.values()), None)
            if paper is None or "when" not in rule:
                continue
            about, figure = self.knowledge(paper), str(rule.get("figure", ""))
            reader = Reader(about, {"it": about.measured(figure)} if figure else {})
            reader.used.add(figure)
            yield from self.read(reader, ("checks", code), Written(("when",), str(rule["when"]), CONDITION))
            self.used |= reader.used

    # -- one text ----------------------------------------------------------------------------------

    def read(self, reader: Reader, path: Path, written: Written, at: int | None = 0) -> Iterator[Finding]:
        where = (*path, *written.path)
        if written.wanted in (NUMBER, ANYTHING) and _PLAIN_NUMBER.fullmatch(written.text):
            return
        try:
            tree = parse(written.text)
        except BadExpression as error:
            yield self.finding(where, error.position, "error", "bad_expression", str(error))
            return
        reader.found.clear()
        if written.wanted == NUMBER:
            reader.number(tree)
        elif written.wanted == CONDITION:
            reader.condition(tree)
        elif written.wanted == WORD:
            reader.a_word(tree)
        else:
            reader.sort(tree)
        for said in reader.found:
            place = None if at is None else _at(said.tree)
            remedy = said.remedy
            if said.code == "unknown_function" and isinstance(said.tree, Call):
                remedy = offered(".".join(said.tree.path), self.linter.scheme.packs) or remedy
            yield self.finding(where, place, said.severity, said.code, said.reason, remedy)

    def finding(
        self, path: Path, at: int | None, severity: str, code: str, reason: str, remedy: str = ""
    ) -> Finding:
        return Finding(severity, code, self.linter.scheme.source.place(path, at), reason, remedy)


def _unfolded(code: str, calls: Mapping[str, Sequence[str]]) -> int:
    """How many calls one call of a method comes to, up to a little beyond what is allowed."""
    waiting, count = [code], 0
    while waiting and count <= MOST_CALLS:
        waiting += calls[waiting.pop()]
        count += 1
    return count


def _tree(text: str) -> Tree | None:
    try:
        return parse(text)
    except BadExpression:
        return None


def _at(tree: Tree) -> int:
    """Where a part of an expression begins."""
    return min((inner.at for inner in walk(tree)), default=0)
