"""What an analyst asks for by name (a period, paper, unit or node), and what else there is if not that."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kaocheng.engine import PaperSheet
from kaocheng.engine import periods as written
from kaocheng.engine.recipe import PaperRule
from kaocheng.engine.run import Run
from kaocheng.engine.score import node_label
from kaocheng.errors import Invalid, Missing, Refused
from kaocheng.i18n import _
from kaocheng.rulebook import Scheme
from kaocheng.rulebook.names import texts_of
from kaocheng.rulebook.source import nearest

MOST = 12  # names that a remedy lists


@dataclass(eq=False)
class NoSuch(Missing):
    """There is nothing of that name; *known* are the names there are."""

    sentence: str
    name: str
    known: Sequence[str]

    code = "no_such"

    def __str__(self) -> str:
        listed = _("、").join(dict.fromkeys(self.known[:MOST])) + ("…" if len(self.known) > MOST else "")
        remedy = nearest(self.name, self.known) or (listed and _("可以写:{known}", known=listed))
        return self.sentence + (_(";{remedy}", remedy=remedy) if remedy else "")


@dataclass(eq=False)
class NobodyToScore(Missing):
    """No unit is assessed by the papers asked for."""

    code = "nobody_to_score"

    def __str__(self) -> str:
        return _("没有要计分的单位;请用 --groups 交来单位表,其中的类别(class)要与方案里卷的 class 一致")


@dataclass(eq=False)
class WouldOverwrite(Refused):
    """The output would replace what it is made from."""

    file: Path

    code = "would_overwrite"

    def __str__(self) -> str:
        return _("--out 写的是输入文件“{file}”;请换一个文件名", file=self.file.name)


@dataclass(eq=False)
class NotAPeriod(Invalid):
    """A text that is neither a period nor the name of one."""

    written: str
    names: Sequence[str]

    code = "no_such_period"

    def __str__(self) -> str:
        said = str(written.NoSuchPeriod(self.written))
        close = nearest(self.written, self.names)
        return said + (_(";{remedy}", remedy=close) if close else "")


def spared(out: Path | None, given: Iterable[Path]) -> None:
    """Refuse to write over an input.

    Raises:
        WouldOverwrite: it would.
    """
    if out is not None and out.exists() and any(path.exists() and out.samefile(path) for path in given):
        raise WouldOverwrite(out)


def of(scheme: Scheme, period: str | None, paper: str | None) -> None:
    """Refuse a period or a paper that the scheme does not score.

    Raises:
        NotAPeriod: it is none.
        NoSuch: there is no such paper, or nothing is scored then.
    """
    recipe = scheme.recipe
    papers = [rule for rule in recipe.papers.values() if is_named(rule, paper)]
    if not papers:
        known = [name for rule in recipe.papers.values() for name in (rule.code, rule.label)]
        raise NoSuch(_("方案里没有“{paper}”这一类", paper=paper), paper or "", known)
    if period is None:
        return
    when = recipe.period(period)
    try:
        written.span(when)
    except written.NoSuchPeriod:
        raise NotAPeriod(period, list(scheme.periods)) from None
    if not any(recipe.total(rule, when) for rule in papers):
        scored = [p for rule in papers for p in _scored(scheme, rule)]
        label = _("、").join(rule.label for rule in papers) if paper else ""
        sentence = _("“{paper}”在 {period} 不计分", paper=label, period=period)
        raise NoSuch(sentence if paper else _("方案在 {period} 没有要计分的卷", period=period), "", scored)


def sheets(scheme: Scheme, given: Iterable[str]) -> Iterator[str]:
    """What is said of sheets that no rule takes anything from."""
    used = set(re.findall(r"\w+", " ".join(texts_of(scheme.keys["papers"]))))
    for code in given:
        if code not in used:
            nodes = [node for paper in scheme.recipe.papers.values() for node in paper.nodes.values()]
            close = nearest(code, [str(node["sheet"]) for node in nodes if node.get("sheet")])
            yield _("方案没有用到得分表“{code}”", code=code) + (_(";{remedy}", remedy=close) if close else "")


def is_named(paper: PaperRule | PaperSheet, name: str | None) -> bool:
    """Whether a paper goes by this name: its code, class or label; every paper where none is asked for."""
    return not name or name in (paper.code, paper.group, paper.label)


def _scored(scheme: Scheme, paper: PaperRule) -> list[str]:
    """The periods a paper gives a result for, by name where they have one."""
    total, own = paper.keys.get("total"), scheme.recipe.own_period(paper)
    listed = [scheme.recipe.period(name) for name in total] if isinstance(total, dict) else [own]
    return [*listed, *(name for name, when in scheme.periods.items() if when in listed)]


def about(run: Run, text: str, paper: str | None) -> tuple[str, str, str]:
    """The unit, the paper and the node that ``UNIT[:NODE]`` means, by code or label.

    Raises:
        NoSuch: there is no such unit, or it has no such node.
    """
    unit, node = text, ""
    if run.position(unit) is None:
        unit, _colon, node = text.replace("\uff1a", ":").partition(":")
    at = run.position(unit)
    if at is None:
        known = [name for one in run.units for name in dict.fromkeys((one.code, one.label)) if name]
        raise NoSuch(_("没有单位“{unit}”", unit=unit), unit, known)
    papers = [
        rule for rule, _period in run.paper_periods() if run.members(rule)[at] and is_named(rule, paper)
    ]
    if not papers:
        raise NoSuch(_("“{unit}”这次不计分:没有考核它的卷,或只是参照单位", unit=unit), "", ())
    named = {name: (rule, code) for rule in reversed(papers) for name, code in _nodes(run, rule)}
    code, _row, number = node.partition("#")
    if code and code not in named:
        raise NoSuch(_("“{unit}”没有节点“{node}”", unit=unit, node=code), code, list(named))
    rule, code = named[code] if code else (papers[0], "")
    if number and not (code in rule.nodes and "rows" in rule.nodes[code].keys):
        raise NoSuch(_("“{node}”不是按清单逐行计分的", node=node.partition("#")[0]), "", ())
    return unit, rule.code, code + (f"#{number}" if number else "")


def _nodes(run: Run, paper: PaperRule) -> Iterable[tuple[str, str]]:
    """The nodes and adjustments of a paper, by label and by code."""
    for node in paper.nodes.values():
        yield node_label(run.recipe, node), node.code
    for code, rule in paper.table("adjustments").items():
        yield str(rule.get("label", code)), code
    yield from ((code, code) for code in (*paper.table("adjustments"), *paper.nodes))
