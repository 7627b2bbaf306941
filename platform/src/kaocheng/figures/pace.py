"""The year under way against the calendar (序时进度): the enabled packs are asked for a light per figure."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from kaocheng.db.session import TenantSession
from kaocheng.engine.periods import NoSuchPeriod, last_day, span
from kaocheng.figures import expected, queries
from kaocheng.figures.domain import Figure, Key, Kind, Of, Outcome, Value
from kaocheng.packs.shelf import TenantShelf
from kaocheng.packs.values import Progress

COLOURS = ("red", "yellow", "green")


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """What one pack says of one figure's pace; a colour never speaks alone."""

    unit: str
    unit_label: str
    label: str
    colour: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Every light of a year, the red ones first, and what the packs could not say."""

    year: str
    lights: tuple[Light, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many of each colour."""
        found = Counter(light.colour for light in self.lights)
        return {colour: found[colour] for colour in COLOURS}


async def pace(
    session: TenantSession, shelf: TenantShelf, on: date, *, units: Collection[int] | None = None
) -> Pace | None:
    """How the units (or *units* alone) keep up on the day *on*; None where no pack has an opinion.

    A figure of a shorter stretch of the year is held against the calendar of its own last day.
    """
    rules = await expected.recipe(session)
    if rules is None or not shelf.packs:
        return None
    targets = await expected.targets_of(session, rules.year)
    figures = [
        figure
        for figure in (await _latest(session, rules.year, units)).values()
        if (figure.key.unit_id, figure.indicator.code) in targets
    ]
    answers = shelf.warnings([_progress(figure, targets, rules.year, on) for figure in figures])
    lights = [
        Light(
            unit=figure.unit,
            unit_label=figure.unit_label,
            label=figure.indicator.label,
            colour=heard.answer.colour,
            reason=str(heard.answer.reason),
        )
        for figure, said in zip(figures, answers.each, strict=True)
        for heard in said
    ]
    failures = tuple(map(str, answers.failures))
    if not lights and not failures:
        return None
    lights.sort(key=lambda light: COLOURS.index(light.colour))
    return Pace(year=rules.year, lights=tuple(lights), failures=failures)


def _progress(figure: Figure, targets: Mapping[tuple[int, str], Value], year: str, on: date) -> Progress:
    return Progress(
        unit=figure.unit,
        indicator=figure.indicator.code,
        value=figure.value.decimal,
        target=targets[figure.key.unit_id, figure.indicator.code].decimal,
        begins=date(int(year), 1, 1),
        ends=date(int(year), 12, 31),
        on=min(on, date.fromisoformat(last_day(figure.key.period))),
        label=figure.indicator.label,
        measure=figure.indicator.measure,
        unit_label=figure.unit_label,
    )


async def _latest(
    session: TenantSession, year: str, units: Collection[int] | None
) -> Mapping[tuple[int, int], Figure]:
    """Each plain figure as last filed within *year*; what was sent back does not count."""
    within = [period for period in await queries.periods(session) if _inside(period, year)]
    found: dict[tuple[int, int], Figure] = {}
    for figure in await queries.current(session, within, of=[Of.FIGURE], units=units):
        key: Key = figure.key
        if key.series or figure.value.kind is not Kind.DECIMAL or figure.outcome is Outcome.RETURNED:
            continue
        place = key.unit_id, key.indicator_id
        if place not in found or expected.ends(found[place].key.period) < expected.ends(key.period):
            found[place] = figure
    return found


def _inside(period: str, year: str) -> bool:
    try:
        return span(period) in span(year)
    except NoSuchPeriod:
        return False
