"""What the names in a table stand for: codes or labels of figures, parts, periods, adjustments."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from kaocheng.engine import periods
from kaocheng.engine.grammar import BadExpression, Operation, Word, parse, walk
from kaocheng.engine.inputs import EVERYBODY
from kaocheng.i18n import _
from kaocheng.rulebook.names import texts_of
from kaocheng.rulebook.scheme import Scheme
from kaocheng.rulebook.source import nearest
from kaocheng.rulebook.tables import Table
from kaocheng.rulebook.values import Kind

UNASKED = Kind("", "text")
KINDS = ("target", "base", "full")  # of targets, that rules use without naming them


class Names:
    """The names one scheme knows."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.units: dict[str, str] = {}  # labels of groups.csv → codes

    @cached_property
    def _figures(self) -> Mapping[str, str]:
        labels: dict[str, str] = {}
        for code, rule in self.scheme.figures.items():
            labels.setdefault(rule.label.lower(), code)
        return {**labels, **{code: code for code in self.scheme.figures}}

    @cached_property
    def nodes(self) -> frozenset[str]:
        """The nodes of all papers: their full marks may be targets."""
        return frozenset(code for paper in self.scheme.keys["papers"].values() for code in paper["nodes"])

    @cached_property
    def adjustments(self) -> Mapping[str, str]:
        """Adjustments and vetoes of all papers, by code or label."""
        found: dict[str, str] = {}
        for paper in self.scheme.keys["papers"].values():
            for kind in ("adjustments", "vetoes"):
                for code, rule in (paper.get(kind) or {}).items():
                    found.setdefault(str(rule.get("label", code)), code)
                    found[code] = code
        return found

    @cached_property
    def _worded(self) -> frozenset[str]:
        """Figures that some rule compares with words, whatever their measure."""
        found: set[str] = set()
        for paper in self.scheme.keys["papers"].values():
            for code, node in paper["nodes"].items():
                texts = texts_of(node)
                if node.get("method") == "choice" or any(_compares_words(text) for text in texts):
                    found |= {code, *re.findall(r"\w+", " ".join(texts))}
        beside = [self.scheme.keys.get("methods"), self.scheme.keys.get("checks")]
        beside += [p.get(k) for p in self.scheme.keys["papers"].values() for k in ("vetoes", "results")]
        for text in texts_of(beside):
            if _compares_words(text):
                found |= set(re.findall(r"\w+", text))
        return frozenset(found)

    # -- columns of a table ------------------------------------------------------------------------

    def units_in(self, table: Table, *, everybody: bool = False) -> list[str]:
        """The column of units, as codes."""
        codes = {}
        for name, count in table.each("unit"):
            codes[name] = self.units.get(name, name)
            if not name:
                remedy = _("请补上") if not everybody else _("对所有单位都有效的请写 {all}", all=EVERYBODY)
                table.wrong(table.first("unit", ""), "unit", _("没有写单位") + rows_said(count), remedy)
        return [codes[name] for name in table["unit"]]

    def indicators(self, table: Table, further: frozenset[str] = frozenset()) -> list[str]:
        """The column of indicators, as codes; one neither the scheme's nor in *further* counts nowhere."""
        codes = {}
        for name, count in table.each("indicator"):
            codes[name] = code = self._figures.get(name) or self._figures.get(name.lower(), name)
            if not name:
                reason = _("没有写指标") + rows_said(count)
                table.wrong(table.first("indicator", ""), "indicator", reason, _("请补上"))
            elif code not in self.scheme.figures and code not in further:
                reason = _("方案里没有指标“{name}”{rows},没有用到", name=name, rows=rows_said(count))
                close = nearest(name, [*self._figures, *(r.label for r in self.scheme.figures.values())])
                table.doubt(table.first("indicator", name), "indicator", reason, close)
        return [codes[name] for name in table["indicator"]]

    def parts(self, table: Table, indicators: Sequence[str]) -> tuple[list[str], list[Kind]]:
        """The column of parts, as codes, and what each row's value should be."""
        pairs = list(zip(indicators, table["series"], strict=True))
        codes: dict[tuple[str, str], str] = {}
        kinds: dict[tuple[str, str], Kind] = {}
        for pair, count in Counter(pairs).items():
            indicator, name = pair
            rule = self.scheme.figures.get(indicator)
            parts = dict(rule.parts or {}) if rule else {}
            codes[pair] = part = {label: code for code, label in parts.items()}.get(name, name)
            if rule is None:
                kinds[pair] = UNASKED
                continue
            label = f"{rule.label}·{parts.get(part, part)}" if part else rule.label
            kinds[pair] = Kind(label, rule.measure, wordy=indicator in self._worded or part == "choice")
            if part and part not in parts:
                facts = {"name": rule.label, "part": name, "rows": rows_said(count)}
                reason = _("指标“{name}”没有“{part}”这一项{rows}", **facts)
                remedy = _("这个指标不分项,请把 series 留空")
                if parts:
                    listed = _("可以写:{known}", known=_("、").join(parts))
                    remedy = nearest(name, [*parts, *parts.values()]) or listed
                table.wrong(pairs.index(pair), "series", reason, remedy)
        return [codes[pair] for pair in pairs], [kinds[pair] for pair in pairs]

    def kinds(self, table: Table) -> None:
        """Say which kinds of targets no rule asks for."""
        asked = [key for key in ("papers", "methods", "checks") if key in self.scheme.keys]
        words = set(re.findall(r"\w+", " ".join(t for key in asked for t in texts_of(self.scheme.keys[key]))))
        for name, count in table.each("kind"):
            if name and name not in KINDS and name not in words:
                reason = _("没有规则用到“{kind}”这种目标", kind=name) + rows_said(count)
                table.doubt(table.first("kind", name), "kind", reason, nearest(name, KINDS))

    def periods(self, table: Table) -> list[str]:
        """The column of periods, as they are written in full."""
        found = {}
        for name, count in table.each("period"):
            found[name] = str(self.scheme.periods.get(name, name))
            try:
                periods.span(found[name] or "2000")
            except periods.NoSuchPeriod:
                reason = _("没有时段“{name}”", name=name) + rows_said(count)
                close = nearest(name, self.scheme.periods)
                if len(name) == 3 and name.isdigit():  # the rest of 1,085
                    close = _("值里有逗号时请加引号")
                remedy = close or _("请写成 2026、2026H1、2026Q3 或 2026-07")
                table.wrong(table.first("period", name), "period", reason, remedy)
        return [found[name] for name in table["period"]]


def _compares_words(text: str) -> bool:
    try:
        tree = parse(text) if '"' in text or "'" in text else None
    except BadExpression:
        return False  # a label, a clause: no expression
    return tree is not None and any(
        isinstance(inner, Operation) and any(isinstance(part, Word) for part in inner.parts)
        for inner in walk(tree)
    )


def rows_said(count: int) -> str:
    """How many rows a finding is about, where they are several."""
    return _("(共 {n} 行)", n=count) if count > 1 else ""


def once(table: Table, what: Callable[[int], str], *keys: Sequence[str]) -> None:
    """Say each row that is there twice; *what* names a row."""
    for row, earlier in table.repeated(*keys):
        reason = _("“{unit}”的“{name}”写了两次", unit=table["unit"][row], name=what(row))
        remedy = _("第 {line} 行已有,请只留一行", line=table.lines[earlier])
        table.wrong(row, "", reason, remedy)
