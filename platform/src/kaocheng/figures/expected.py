"""Who owes which figure: what the scheme in force needs, unit by unit, beside what is there."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from kaocheng.db.session import TenantSession
from kaocheng.engine.periods import NoSuchPeriod, span
from kaocheng.engine.recipe import Recipe
from kaocheng.errors import Missing
from kaocheng.figures import queries
from kaocheng.figures.domain import (
    Debt,
    Expectation,
    Indicator,
    Key,
    Of,
    Outcome,
    Progress,
    Value,
)
from kaocheng.figures.needs import Need, needs
from kaocheng.schemes import queries as schemes
from kaocheng.schemes.domain import SchemeVersion
from kaocheng.tenancy import queries as tenancy
from kaocheng.tenancy.domain import EVERYBODY, Unit


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures are meant: everything, or what some departments collect and some units report."""

    collectors: frozenset[str] | None = None
    units: frozenset[int] | None = None
    marks: frozenset[str] = frozenset()  # figures that are scores or votes: nobody's own to report

    def covers(self, unit_id: int, indicator: Indicator) -> bool:
        """Whether a figure of *unit_id* is among them; targets and claims are never a unit's own."""
        if self.collectors is None and self.units is None:
            return True
        if indicator.collector in (self.collectors or ()):
            return True
        reported = indicator.of is Of.ROW or (indicator.of is Of.FIGURE and indicator.code not in self.marks)
        return reported and unit_id in (self.units or ())


EVERYTHING = Scope()


async def scheme(session: TenantSession) -> SchemeVersion | None:
    """The scheme in force, if the tenant has adopted any."""
    try:
        return await schemes.in_force(session)
    except Missing:
        return None


async def recipe(session: TenantSession) -> Recipe | None:
    """The rules in force, if the tenant has adopted any."""
    version = await scheme(session)
    return version.recipe if version else None


async def scheme_periods(session: TenantSession) -> tuple[str, ...]:
    """The periods the scheme declares and those anything was filed for, in order of time."""
    rules = await recipe(session)
    declared = set(rules.periods.values()) | {rules.year} if rules else set()
    return tuple(sorted(declared | set(await queries.periods(session)), key=ends))


async def expected(session: TenantSession, period: str) -> tuple[Expectation, ...]:
    """Every figure and target the scheme needs of *period*, unit by unit in their order."""
    rules = await recipe(session)
    if rules is None:
        return ()
    known = {(i.of, i.code, i.field): i for i in (await queries.indicators(session)).values()}
    wanted = {group: [n for n in found if n.period == period] for group, found in _needs(rules).items()}
    return tuple(
        owed
        for unit in await tenancy.units(session)
        if unit.assessed
        for need in (*wanted.get("", ()), *(wanted.get(unit.group or "", ()) if unit.group else ()))
        for owed in _owed(need, unit, known, rules)
    )


async def progress(
    session: TenantSession, period: str, *, by_unit: bool = False, units: Collection[int] | None = None
) -> tuple[Progress, ...]:
    """Expected, filed, vouched, returned and missing of *period*: by collector, or by unit.

    What was filed though no rule asks for it (a claim, a list's rows) is expected once it is there.
    """
    owed = {e.key: e for e in await expected(session, period) if units is None or e.key.unit_id in units}
    filed = {f.key: f for f in await queries.current(session, [period], units=units)}
    for_all = {key.indicator_id for key, figure in filed.items() if figure.unit == EVERYBODY}
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for key, expectation in owed.items():
        if key not in filed and not (expectation.indicator.of is Of.TARGET and key.indicator_id in for_all):
            counts[_bucket(expectation.indicator, expectation.unit, expectation.unit_label, by_unit)][0] += 1
    for figure in filed.values():
        row = counts[_bucket(figure.indicator, figure.unit, figure.unit_label, by_unit)]
        row[0] += 1
        row[1] += 1
        row[2] += figure.outcome is Outcome.VOUCHED
        row[3] += figure.outcome is Outcome.RETURNED
        row[4] += bool(figure.doubts) and figure.outcome is Outcome.FILED
    return tuple(
        Progress(
            code=code,
            label=label,
            period=period,
            expected=row[0],
            filed=row[1],
            vouched=row[2],
            returned=row[3],
            doubted=row[4],
        )
        for (code, label), row in counts.items()
    )


async def debts(
    session: TenantSession, periods: Iterable[str], scope: Scope = EVERYTHING
) -> tuple[Debt, ...]:
    """What is owed: figures not there yet, and those returned, with target and earlier value beside them."""
    owing: list[Debt] = []
    for period in periods:
        filed = {f.key: f for f in await queries.current(session, [period])}
        earlier = await values_before(session, period)
        targets = await targets_of(session, period)
        for owed in await expected(session, period):
            figure = filed.get(owed.key)
            if owed.indicator.of is not Of.FIGURE or not scope.covers(owed.key.unit_id, owed.indicator):
                continue
            if figure is None or figure.outcome is Outcome.RETURNED:
                target = targets.get((owed.key.unit_id, owed.indicator.code))
                owing.append(
                    Debt(expectation=owed, figure=figure, earlier=earlier.get(owed.key), target=target)
                )
        owing += [
            Debt(expectation=Expectation(f.key, f.unit, f.unit_label, f.indicator, f.key.series), figure=f)
            for f in filed.values()
            if f.outcome is Outcome.RETURNED
            and f.indicator.of is not Of.FIGURE
            and scope.covers(f.key.unit_id, f.indicator)
        ]
    return tuple(owing)


async def series_labels(session: TenantSession) -> Mapping[tuple[int, str], str]:
    """What each part of each figure is called: (indicator, series) → label."""
    rules = await recipe(session)
    if rules is None:
        return {}
    return {
        (indicator.id, part): str(label)
        for indicator in (await queries.indicators(session)).values()
        if indicator.of is Of.FIGURE
        for part, label in (rules.figures.get(indicator.code, {}).get("parts") or {}).items()
    }


async def values_before(
    session: TenantSession, period: str, *, units: Collection[int] | None = None
) -> dict[Key, Value]:
    """Each figure's value in the latest earlier period anything was filed for, under its key in *period*."""
    earlier = period_before(period, await queries.periods(session))
    if earlier is None:
        return {}
    found = await queries.current(session, [earlier], of=[Of.FIGURE], units=units)
    return {f.key._replace(period=period): f.value for f in found}


def period_before(period: str, known: Iterable[str]) -> str | None:
    """The latest of *known* that ends before *period* does, or is a shorter stretch of it.

    >>> period_before("2026", ["2025", "2026H1", "2026"]), period_before("2026H1", ["2026", "2026H1"])
    ('2026H1', None)
    """
    before = [p for p in known if p != period and ends(p) < ends(period) and ends(p) > 0]
    return max(before, key=ends, default=None)


def ends(period: str) -> int:
    """The last month of a period, counted from year 0; a named period without dates is 0."""
    try:
        months = span(period)
    except NoSuchPeriod:
        return 0
    return months.first + months.months


@lru_cache(maxsize=64)
def _needs_of(digest: str, stored: bytes) -> Mapping[str, tuple[Need, ...]]:
    return needs(Recipe.from_bytes(stored))


def _needs(rules: Recipe) -> Mapping[str, tuple[Need, ...]]:
    return _needs_of(rules.digest, rules.to_bytes())


def _owed(
    need: Need, unit: Unit, known: Mapping[tuple[Of, str, str], Indicator], rules: Recipe
) -> Sequence[Expectation]:
    if need.of is Of.ROW:
        return ()  # how many rows a unit has is its own affair; none at all the run refuses by name
    indicator = known.get((need.of, need.code, "target" if need.of is Of.TARGET else ""))
    if indicator is None:
        return ()
    parts = rules.figures.get(need.code, {}).get("parts") or {}
    key = Key(need.period, int(unit.id), indicator.id, need.part)
    return (Expectation(key, unit.code, unit.label, indicator, str(parts.get(need.part, ""))),)


def _bucket(indicator: Indicator, unit: str, unit_label: str, by_unit: bool) -> tuple[str, str]:
    return (unit, unit_label) if by_unit else (indicator.collector, indicator.collector)


async def targets_of(session: TenantSession, period: str) -> dict[tuple[int, str], Value]:
    """Unit and figure → its target in *period*: the period's own, else the share of the longer one's.

    A target of everybody stands under each unit that has none of its own.
    """
    rules = await recipe(session)
    if rules is None:
        return {}
    found = [f for f in await queries.current(session, None, of=[Of.TARGET]) if f.indicator.field == "target"]
    if not found:
        return {}
    names = {code: name for name, code in rules.periods.items()}
    units = [id for id, code in (await queries.units(session)).items() if code != EVERYBODY]
    targets: dict[tuple[int, str], Value] = {}
    # What is nearer goes over what is farther: everybody's under a unit's, the year's under the period's.
    for figure in sorted(found, key=lambda f: (f.unit != EVERYBODY, f.key.period == period)):
        value = figure.value
        if figure.key.period != period:
            if not _within(period, figure.key.period):
                continue
            shares = rules.figures.get(figure.indicator.code, {}).get("target") or {}
            value = _shared(value, shares.get(names.get(period, period)))
        for unit in units if figure.unit == EVERYBODY else [figure.key.unit_id]:
            targets[unit, figure.indicator.code] = value
    return targets


def _within(period: str, longer: str) -> bool:
    try:
        return span(period) in span(longer)
    except NoSuchPeriod:
        return False


def _shared(value: Value, share: object) -> Value:
    """The share of a year's target that a shorter period must reach; all of it where none is declared."""
    if value.decimal is None or not share:
        return value
    part = (
        Fraction(str(share).rstrip("%")) / (100 if str(share).endswith("%") else 1) * Fraction(value.decimal)
    )
    exact = Decimal(part.numerator) / Decimal(part.denominator)
    return Value(value.kind, decimal=exact)
