"""The tenant's own words for the reader: units, indicators, parts, forms, as scheme and folder give them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from kaocheng.db.session import TenantSession
from kaocheng.engine import compose, grammar
from kaocheng.engine.recipe import NodeRule, PaperRule, Recipe
from kaocheng.figures import queries
from kaocheng.figures.domain import Indicator, Of
from kaocheng.figures.expected import recipe as rules_in_force
from kaocheng.figures.expected import scheme as scheme_in_force
from kaocheng.figures.expected import targets_of, values_before
from kaocheng.figures.needs import expressions, needs
from kaocheng.figures.reading import (
    AdjustmentName,
    Context,
    FieldName,
    FormName,
    IndicatorName,
    ListName,
    Names,
    PartName,
    RuleName,
    UnitName,
)
from kaocheng.rulebook.knowledge import DIVISORS
from kaocheng.rulebook.names import texts_of
from kaocheng.tenancy import queries as tenancy
from kaocheng.tenancy.domain import Form

_ASKING = frozenset({("is_na",), ("otherwise",)})  # what asks whether a value is there at all


async def names(session: TenantSession, rules: Recipe | None = None) -> Names:
    """Everything a workbook of this tenant may speak of, by *rules* or those in force."""
    version = None if rules else await scheme_in_force(session)
    rules = version.recipe if version else rules
    tenant = await tenancy.tenant(session)
    units = await tenancy.units(session)
    labels = {unit.code: unit.label for unit in units}
    forms = tuple(_form(form) for form in await tenancy.forms(session))
    unit_names = tuple(UnitName(u.code, u.label, u.group or "") for u in units if u.assessed)
    bare = Names(tenant=tenant.name, units=unit_names, forms=forms)
    if rules is None:
        return bare
    known = (await queries.indicators(session)).values()
    return replace(_named(bare, rules, known, labels), state=version.state if version else "")


async def context(session: TenantSession, period: str) -> Context:
    """What a reader may compare new values of *period* with: the last ones, the targets, what only grows."""
    known = await queries.indicators(session)
    codes = await queries.units(session)
    rules = await rules_in_force(session)
    before = await values_before(session, period)
    return Context(
        previous={
            (codes[key.unit_id], known[key.indicator_id].code, key.series): value.decimal
            for key, value in before.items()
            if value.decimal is not None and key.unit_id in codes
        },
        targets={
            (codes[unit], code): value.decimal
            for (unit, code), value in (await targets_of(session, period)).items()
            if value.decimal is not None and unit in codes
        },
        cumulative=_running(rules) if rules else frozenset(),
        divides=dividing(rules) if rules else frozenset(),
        always=always_there(rules) if rules else frozenset(),
    )


def _running(rules: Recipe) -> frozenset[str]:
    """Figures that run on through the year: said to be so, or with a half-year share of their target."""
    return frozenset(
        code for code, keys in rules.figures.items() if keys.get("cumulative") or keys.get("target")
    )


def dividing(rules: Recipe) -> frozenset[str]:
    """Figures measured against a target by a method that divides by it and is not told what zero gives."""
    return frozenset(
        x if (x := str(node.get("x"))) in rules.figures else node.code
        for paper in rules.papers.values()
        for node in paper.nodes.values()
        if DIVISORS.get(str(node.get("method"))) == "target"
        and "target_zero" not in node.keys
        and "target" not in node.keys
    )


def always_there(rules: Recipe) -> frozenset[str]:
    """Figures of which no rule says what it gives to have no such work (“/”)."""
    may_lack: set[str] = set()
    for node in (node for paper in rules.papers.values() for node in paper.nodes.values()):
        trees = [part for tree in expressions(node.keys) for part in grammar.walk(tree)]
        asks = any(isinstance(it, grammar.Call) and it.path in _ASKING for it in trees)
        if asks or "not_applicable" in node.keys or "applies" in node.keys:
            may_lack |= {node.code, *(it.path[0] for it in trees if isinstance(it, grammar.Name))}
    return frozenset(rules.figures) - may_lack


def _given(rules: Recipe) -> dict[str, Decimal]:
    """Full marks of the figures that are points as they are; where papers differ, the higher."""
    most: dict[str, Decimal] = {}
    for paper in rules.papers.values():
        for node in paper.nodes.values():
            full = str(node.get("full", ""))
            if node.get("method") == "given" and "x" not in node.keys and full.isdigit():
                most[node.code] = max(most.get(node.code, Decimal(0)), Decimal(full))
    return most


def _named(bare: Names, rules: Recipe, known: Iterable[Indicator], labels: Mapping[str, str]) -> Names:
    """*bare* (units and forms) with what the rules speak of."""
    groups, given = _groups(rules), _given(rules)
    return replace(
        bare,
        year=rules.year,
        indicators=tuple(
            IndicatorName(
                of=str(i.of),
                code=i.code,
                field=i.field,
                label=i.label,
                measure=i.measure,
                collector=labels.get(i.collector, i.collector),
                parts=_parts(rules, i),
                groups=groups.get((i.of, i.code), ()),
                most=given.get(i.code) if i.of is Of.FIGURE else None,
            )
            for i in known
            if i.of is Of.FIGURE or (i.field == "target" and (i.of, i.code) in groups)
        ),
        lists=tuple(
            ListName(
                code=code,
                label=str(of.get("label", code)),
                fields=_fields(rules, code, of),
                groups=groups.get((Of.ROW, code), ()),
                full=_together(rules, code),
            )
            for code, of in rules.lists.items()
        ),
        adjustments=tuple(_adjustments(rules)),
        rules=tuple(_rules(rules, labels)),
        categories=tuple(_categories(rules)),
        clauses=rules.clauses,
    )


def _form(form: Form) -> FormName:
    return FormName(
        code=form.code, kind=str(form.kind), label=form.label, pattern=form.pattern, period=form.period
    )


def _groups(rules: Recipe) -> dict[tuple[Of, str], tuple[str, ...]]:
    """Which classes use what."""
    found: dict[tuple[Of, str], dict[str, None]] = defaultdict(dict)
    for group, owed in needs(rules).items():
        for need in owed:
            found[need.of, need.code][group] = None
    return {key: tuple(g for g in groups if g) for key, groups in found.items()}


def _parts(rules: Recipe, indicator: Indicator) -> tuple[PartName, ...]:
    if indicator.of is not Of.FIGURE:
        return ()
    parts = rules.figures.get(indicator.code, {}).get("parts") or {}
    return tuple(PartName(code, str(label)) for code, label in parts.items())


def _fields(rules: Recipe, code: str, of: Mapping[str, Any]) -> tuple[FieldName, ...]:
    optional = _may_be_missing(rules, code)
    return tuple(
        FieldName(
            field,
            str(measure),
            optional=field in optional,
        )
        for field, measure in (of.get("fields") or {}).items()
    )


def _may_be_missing(rules: Recipe, code: str) -> frozenset[str]:
    """The fields of a list that a rule asks ``is_missing`` about: an empty cell there says something."""
    nodes = [n for paper in rules.papers.values() for n in paper.nodes.values() if n.get("rows") == code]
    return frozenset(
        argument.path[0]
        for node in nodes
        for text in texts_of(node.keys)
        for call in _calls(text)
        if call.path == ("is_missing",)
        for argument in call.arguments
        if isinstance(argument, grammar.Name)
    )


def _calls(text: str) -> Iterable[grammar.Call]:
    try:
        tree = grammar.parse(text)
    except grammar.BadExpression:
        return ()
    return [part for part in grammar.walk(tree) if isinstance(part, grammar.Call)]


def _adjustments(rules: Recipe) -> Iterable[AdjustmentName]:
    found: dict[str, tuple[str, str, list[str]]] = {}
    for paper in rules.papers.values():
        for code, keys in paper.table("adjustments").items():
            if "formula" not in keys:
                entry = found.setdefault(
                    code, (str(keys.get("label", code)), str(keys.get("kind", "bonus")), [])
                )
                entry[2].append(paper.group)
        for code, keys in paper.table("vetoes").items():
            if "when" not in keys:
                found.setdefault(code, (str(keys.get("label", code)), "veto", []))[2].append(paper.group)
    return [
        AdjustmentName(code=code, label=label, kind=kind, groups=tuple(g for g in groups if g))
        for code, (label, kind, groups) in found.items()
    ]


def _rules(rules: Recipe, labels: Mapping[str, str]) -> Iterable[RuleName]:
    for paper in rules.papers.values():
        summed = _summed(paper)
        for node in paper.nodes.values():
            if not node.composed and node.get("clause"):
                yield _rule(rules, paper, node, labels, summed)


def _rule(
    rules: Recipe, paper: PaperRule, node: NodeRule, labels: Mapping[str, str], summed: Collection[str]
) -> RuleName:
    figure = rules.figures.get(node.code, {})
    collector = str(node.get("collector") or figure.get("collector") or "")
    return RuleName(
        label=str(node.get("label") or figure.get("label") or node.code),
        clause=str(node.get("clause") or ""),
        full=_full(node.get("full")),
        measure=str(figure.get("unit") or figure.get("measure") or ""),
        collector=labels.get(collector, collector),
        group=paper.group,
        paper=paper.code,
        code=node.code if node.code in summed else "",
    )


def _categories(rules: Recipe) -> Iterable[RuleName]:
    """The sums of points within a larger sum: what a table writes in brackets behind a category."""
    for paper in rules.papers.values():
        summed = _summed(paper)
        for node in paper.nodes.values():
            if node.composed and node.code in summed:
                yield _rule(rules, paper, node, {}, summed)


def _summed(paper: PaperRule) -> frozenset[str]:
    """The nodes whose points are added as they are; what a weighted part is worth is no points."""
    sums = [node for node in paper.nodes.values() if node.composed and node["compose"] == "sum"]
    return frozenset(
        part.partition("@")[0] for node in sums for part, _weight in compose.references(paper, node)
    )


def _together(rules: Recipe, code: str) -> Mapping[str, Decimal]:
    """By class, what the points (``full``) of a unit's rows in a list must add up to."""
    found: dict[str, set[Decimal]] = defaultdict(set)
    fields = rules.lists[code].get("fields") or {}
    for paper in rules.papers.values() if "full" in fields else ():
        for node in paper.nodes.values():
            full = _full(node.get("full"))
            if node.get("rows") == code and node.get("fold", "sum") == "sum" and full is not None:
                found[paper.group].add(full)
    return {group: fulls.pop() for group, fulls in found.items() if len(fulls) == 1}


def _full(written: Any) -> Decimal | None:
    try:
        return Decimal(str(written))
    except InvalidOperation:
        return None
