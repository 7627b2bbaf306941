"""What a node measures: that there is something, that its limits carry its measure, that its parts exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine import plugged
from kaocheng.engine.evaluate import PARTWISE
from kaocheng.engine.grammar import BadExpression, Name, Number, parse
from kaocheng.engine.methods import METHODS
from kaocheng.engine.recipe import NodeRule
from kaocheng.i18n import _
from kaocheng.rulebook import elsewhere, sorts, texts
from kaocheng.rulebook.findings import Finding
from kaocheng.rulebook.infer import Reader
from kaocheng.rulebook.knowledge import Knowledge
from kaocheng.rulebook.located import Path
from kaocheng.rulebook.source import nearest
from kaocheng.rulebook.texts import ANYTHING, Written

if TYPE_CHECKING:
    from kaocheng.rulebook.lint_expressions import ExpressionLint

# Tables whose keys are parts of the figure measured.
_BY_PART = {"deduct": "per", "count": "per", "status": "coefficients", "ballots": "values"}


class MeasuredLint:
    """The checks of what one scheme's nodes measure."""

    def __init__(self, lint: ExpressionLint) -> None:
        self.lint, self.recipe = lint, lint.recipe

    def check(self, about: Knowledge, node: NodeRule, path: Path) -> Iterator[Finding]:
        method = METHODS.get(str(node.get("method")))
        if (figure := about.figure(node)) is not None:
            self.lint.used.add(figure)
        yield from self._parts(about, node, path)
        yield from self._of_function(about, node, path)
        if method is None or node.composed:
            return
        own = about.own(node)
        if method.code not in (*PARTWISE, "import") and not own.has_x:  # an import takes its value elsewhere
            reason = _("“{label}”没有写量的是什么", label=self.lint.linter.label(node))
            close = nearest(node.code, self.recipe.figures)
            yield self.lint.finding(
                path, None, "error", "no_x", reason, close or _("请写 x,或用指标的代码作节点的代码")
            )
            return
        yield from self._limits(about.reader(node), node, path)
        if method.code in elsewhere.PEERS and elsewhere.compared_by_row(
            by := about.reader(node), Name(("x",))
        ):
            said = by.found[0]
            yield self.lint.finding((*path, "x"), None, said.severity, said.code, said.reason, said.remedy)

    def _of_function(self, about: Knowledge, node: NodeRule, path: Path) -> Iterator[Finding]:
        """What a pack's function cannot do without: its keys, a figure, the figure's parts."""
        own = self.recipe.methods.get(str(node.get("method"))) or {}
        facts = {"label": self.lint.linter.label(node), "method": own.get("label", node.get("method"))}
        for key in plugged.required(own):
            if key not in node.keys:
                reason = _("“{label}”用了“{method}”,还要写 {key}", key=key, **facts)
                yield self.lint.finding(path, None, "error", "missing_key", reason)
        takes, figure = own.get("takes", ()), about.figure(node)
        if "x" in takes and not about.own(node).has_x:
            reason = _("“{label}”没有写量的是什么", label=facts["label"])
            yield self.lint.finding(
                path, None, "error", "no_x", reason, _("请写 x,或用指标的代码作节点的代码")
            )
        if plugged.PARTS in takes and not (self.recipe.figures.get(figure or "") or {}).get("parts"):
            reason = _("“{label}”用了“{method}”,它按指标的各部分计分,而所量的指标没有 parts", **facts)
            yield self.lint.finding(path, None, "error", "no_parts", reason, _("请写 x,或在指标里写 parts"))

    def _limits(self, reader: Reader, node: NodeRule, path: Path) -> Iterator[Finding]:
        """Limits and steps carry the measure of the figure."""
        measured = reader.word("x") if "x" in reader.words else sorts.ANYTHING
        if measured.measure is None:
            return
        for written in texts.of_node(self.recipe, node):
            number = _number(written.text)
            if number is None or not _is_limit(str(node.get("method")), written) or not number.constant:
                continue
            if number.percent and measured.measure != sorts.RATIO:
                points = _shown(number.constant * 100)
                facts = {"key": written.key, "text": written.text, "value": _shown(number.constant)}
                reason = _(
                    "{key} = {text} 就是 {value},而这个指标以“{unit}”计", unit=measured.measure, **facts
                )
                remedy = _("请按指标的单位写,如 {points}", points=points)
                severity = "error" if measured.measure == sorts.PERCENT else "warning"
                yield self.lint.finding(
                    (*path, *written.path), None, severity, "unlike_measures", reason, remedy
                )
            elif measured.measure == sorts.RATIO and not number.percent and abs(number.constant) >= 10:
                reason = _("量的是比值(1 就是 100%),{key} 写的是 {text}", key=written.key, text=written.text)
                remedy = _('请核对,百分数请写成 "{value}%"', value=written.text)
                yield self.lint.finding(
                    (*path, *written.path), None, "warning", "unlike_measures", reason, remedy
                )
        target = reader.word("target")
        if "target" in node.keys and _number(str(node["target"])) is None and sorts.unlike(measured, target):
            reason = _("两边计量单位不同:{a} 与 {b}", a=measured.measure, b=target.measure)
            yield self.lint.finding(
                (*path, "target"), None, "warning", "unlike_measures", reason, _("请先换算到同一单位")
            )

    def _parts(self, about: Knowledge, node: NodeRule, path: Path) -> Iterator[Finding]:
        """Tables by part name parts of the figure."""
        key = _BY_PART.get(str(node.get("method")), "")
        table = node.get(key)
        if isinstance(table, Mapping):
            yield from self._known_parts(about, node, {(*path, key, part): part for part in table})
        if node.get("method") == "raters" and isinstance(node.get("classes"), Mapping):
            named = {
                (*path, "classes", code, "of", f"#{n}"): str(part)
                for code, rule in node["classes"].items()
                if isinstance(rule, Mapping)
                for n, part in enumerate(rule.get("of") or (), 1)
            }
            yield from self._known_parts(about, node, named)
        if node.get("method") == "checklist" and isinstance(node.get("elements"), Mapping):
            parts = self._counted(about, node)
            reader = about.reader(node)
            others = {(*path, "elements", code): code for code in node["elements"] if code not in parts}
            for where, code in others.items():
                yield from self.lint.read(reader, where, Written((), code, ANYTHING), at=None)
            self.lint.used |= reader.used

    def _counted(self, about: Knowledge, node: NodeRule) -> Mapping[str, object]:
        """What a method counts by name: the parts of the figure, else the fields of a row."""
        parts = (self.recipe.figures.get(str(about.figure(node))) or {}).get("parts") or {}
        return parts or (about.fields(str(node["rows"])) if node.get("rows") else {})

    def _known_parts(self, about: Knowledge, node: NodeRule, named: Mapping[Path, str]) -> Iterator[Finding]:
        figure, parts = about.figure(node), self._counted(about, node)
        for where, part in named.items():
            if part not in parts:
                label = about.label(figure) if figure else self.lint.linter.label(node)
                reason = _("指标“{name}”没有“{part}”这一项", name=label, part=part)
                rows = str(node.get("rows", ""))
                remedy = nearest(part, parts) or (
                    _("请写在清单“{name}”的 fields 里", name=rows) if rows else _("请在指标的 parts 里写上")
                )
                yield self.lint.finding(where, None, "error", "unknown_name", reason, remedy)


def _number(text: str) -> sorts.Sort | None:
    """A bare number, a share or a fraction as it is written."""
    try:
        tree = parse(text) if len(text) < 40 else None
    except BadExpression:
        return None
    if isinstance(tree, Number):
        return sorts.constant(tree.value, tree.percent)
    return None


def _is_limit(method: str, written: Written) -> bool:
    """Whether a key is in the measure of what is measured."""
    if written.path in (("target",), ("base",)):
        return True
    if method == "interpolate":
        return written.path[0] == "knots" and written.path[-1] == "#1"
    keys: Mapping[str, Iterable[str]] = {
        "bands": ("from", "above", "to", "below"),
        "progressive": ("to", "each"),
        "shortfall": ("each",),
        "around": ("each",),
        "to_mean": ("each",),
        "interval": ("lo", "hi", "outer_lo", "outer_hi"),
        "efficacy": ("lo", "hi"),
        "convert": ("out_of",),
        "ratio": ("to",),
    }
    return written.key in keys.get(method, ())


def _shown(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else str(float(value))
