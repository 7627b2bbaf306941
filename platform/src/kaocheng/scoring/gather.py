"""From what was handed in to what a run is computed from: one figure table becomes the engine's inputs.

Pure: figures in, inputs and their provenance out. Only what a second person vouched for counts; what a
claim is *about* is told to people beside the score and never reaches the engine or the level above,
because it may name persons.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from kaocheng.engine.inputs import Claim, Figure, Inputs, Row, Target
from kaocheng.figures.domain import Indicator, Of, Register
from kaocheng.scoring.domain import Gathered, Origin, Source, over_by
from kaocheng.tenancy.domain import Unit

_TOLD = ("matter", "category", "document")


def gather(
    units: Sequence[Unit], filed: Register, period: str, *, sheets: Mapping[str, str] | None = None
) -> Gathered:
    """The inputs of a run of *period*, and where each of them came from.

    *sheets* are those of other assessments, by the code a rule names them by.
    """
    given = _Given()
    given.read(filed, period)
    claims, from_claims = _claims(given.claims)
    return Gathered(
        inputs=Inputs(
            units=tuple(unit.as_scored() for unit in units),
            figures=tuple(given.figures),
            targets=tuple(given.targets),
            rows=tuple(given.rows),
            claims=claims,
            sheets=sheets or {},
        ),
        provenance=given.provenance | from_claims,
        waiting=given.waiting,
        periods=frozenset(given.periods),
    )


class _Written(dict[datetime | None, str]):
    """Each time as text: thousands of figures were vouched for together."""

    def __missing__(self, at: datetime | None) -> str:
        text = self[at] = at.isoformat() if at else ""
        return text


Entry = tuple[str, str, str, str]  # unit, adjustment, number of the entry, period
Fields = dict[str, tuple[str, Origin | None]]  # by name: what was written, and who stands for it


class _Given:
    """What counts, by kind."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []
        self.targets: list[Target] = []
        self.rows: list[Row] = []
        self.claims: defaultdict[Entry, Fields] = defaultdict(dict)
        self.provenance: dict[Source, Origin] = {}
        self.waiting = 0
        self.periods: set[str] = set()

    def read(self, filed: Register, period: str) -> None:
        """Everything *filed* that belongs in a run of *period*."""
        indicators, units, people, _filings = filed.behind
        filings = {
            key: (filer, at.isoformat(), book, number or 0)
            for key, (_by, filer, at, number, book) in filed.behind.filings.items()
        }
        written = _Written()
        for when, unit, indicator, series, revision, value, cell, outcome, judge, judged_at in filed.rows:
            of = indicators[indicator]
            if of.of is not Of.TARGET and not over_by(when, period):
                continue
            origin = None  # as long as nobody vouches for it
            if outcome == "vouched":
                filer, filed_at, book, number = filings[revision, indicator]
                origin = Origin(filer, filed_at, people[judge], written[judged_at], book, cell, number)
            self._take(of, units[unit][0], when, series, value, origin)

    def _take(
        self, of: Indicator, unit: str, period: str, series: str, value: str, origin: Origin | None
    ) -> None:
        if of.of is Of.CLAIM:
            self.claims[unit, of.code, series, period][of.field] = (value, origin)
        if origin is None:
            self.waiting += 1
            return
        self.periods.add(period)
        if of.of is Of.FIGURE:
            self.figures.append(Figure(unit, of.code, value, period, series))
            self.provenance["figure", unit, of.code, series, period] = origin
        elif of.of is Of.TARGET:
            self.targets.append(Target(unit, of.code, value, of.field, period))
            self.provenance["target", unit, of.code, of.field, period] = origin
        elif of.of is Of.ROW:
            self.rows.append(Row(unit, of.code, series, of.field, value, period))
            self.provenance["row", unit, of.code, series, of.field] = origin


def _claims(entries: Mapping[Entry, Fields]) -> tuple[tuple[Claim, ...], dict[Source, Origin]]:
    """The entries of which every field was vouched for: a claim counts whole or not at all."""
    whole = {entry: found for entry, found in entries.items() if all(o for _value, o in found.values())}
    tokens = _tokens(whole)
    made = sorted((_claim(entry, found, tokens), entry) for entry, found in whole.items())
    origins: dict[Source, Origin] = {}
    places: dict[tuple[str, str, str], int] = defaultdict(int)
    for claim, entry in made:  # numbered in the order of the canonical inputs, as the engine meets them
        whose = (claim.unit, claim.adjustment, claim.period)
        places[whose] += 1
        found = whole[entry]
        _points, origin = found.get("points") or found[min(found)]
        assert origin is not None
        told = " · ".join(found[name][0] for name in _TOLD if name in found)
        source = ("claim", claim.unit, claim.adjustment, str(places[whose]), claim.period)
        origins[source] = origin._replace(words=told)
    return tuple(claim for claim, _entry in made), origins


def _claim(entry: Entry, found: Fields, tokens: Mapping[str, str]) -> Claim:
    unit, adjustment, _number, period = entry
    values = {name: value for name, (value, _origin) in found.items()}
    return Claim(
        unit=unit,
        adjustment=adjustment,
        points=values.get("points", ""),
        level=values.get("level", ""),
        matter=tokens.get(values.get("matter", ""), ""),
        category=values.get("category", ""),
        date=values.get("date", ""),
        period=period,
    )


def _tokens(entries: Mapping[Entry, Fields]) -> Mapping[str, str]:
    """Each matter as a number, alike for every order: the rule asks only whether two are the same."""
    matters = sorted({found["matter"][0] for found in entries.values() if "matter" in found})
    return {matter: f"#{place}" for place, matter in enumerate(matters, 1)}
