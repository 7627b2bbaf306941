"""From what was handed in to what a run is computed from: one figure table becomes the engine's inputs.

Pure: figures in, inputs and their provenance out. Only what a second person vouched for counts; what a
claim is *about* is told to people beside the score and never reaches the engine or the level above,
because it may name persons.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from kaocheng.engine.inputs import Claim, Figure, Inputs, Row, Target
from kaocheng.figures.domain import Figure as Filed
from kaocheng.figures.domain import Of, Outcome
from kaocheng.scoring.domain import Gathered, Origin, Source, over_by
from kaocheng.tenancy.domain import Unit

_TOLD = ("matter", "category", "document")


def gather(
    units: Sequence[Unit],
    filed: Iterable[Filed],
    period: str,
    *,
    sheets: Mapping[str, str] | None = None,
) -> Gathered:
    """The inputs of a run of *period*, and where each of them came from.

    *sheets* are those of other assessments, by the code a rule names them by.
    """
    due = [f for f in filed if f.indicator.of is Of.TARGET or over_by(f.key.period, period)]
    counted = [f for f in due if f.outcome is Outcome.VOUCHED]
    by_kind: dict[Of, list[Filed]] = defaultdict(list)
    for figure in counted:
        by_kind[figure.indicator.of].append(figure)
    plain = [f for f in counted if f.indicator.of is not Of.CLAIM]
    claims, from_claims = _claims(by_kind[Of.CLAIM], _entries(due))
    return Gathered(
        inputs=Inputs(
            units=tuple(unit.as_scored() for unit in units),
            figures=tuple(
                Figure(f.unit, f.indicator.code, str(f.value), f.key.period, f.key.series)
                for f in by_kind[Of.FIGURE]
            ),
            targets=tuple(
                Target(f.unit, f.indicator.code, str(f.value), f.indicator.field, f.key.period)
                for f in by_kind[Of.TARGET]
            ),
            rows=tuple(
                Row(f.unit, f.indicator.code, f.key.series, f.indicator.field, str(f.value), f.key.period)
                for f in by_kind[Of.ROW]
            ),
            claims=claims,
            sheets=sheets or {},
        ),
        provenance=dict(zip(map(_source, plain), _origins(plain), strict=True)) | from_claims,
        waiting=sum(f.outcome is not Outcome.VOUCHED for f in due),
        periods=frozenset(f.key.period for f in counted),
    )


Entry = tuple[str, str, str, str]  # unit, adjustment, number of the entry, period


def _entry(f: Filed) -> Entry:
    return f.unit, f.indicator.code, f.key.series, f.key.period


def _entries(filed: Iterable[Filed]) -> Mapping[Entry, int]:
    """How many fields each entry has: one counts when all of it does."""
    sizes: dict[Entry, int] = defaultdict(int)
    for f in filed:
        if f.indicator.of is Of.CLAIM:
            sizes[_entry(f)] += 1
    return sizes


def _claims(
    counted: Sequence[Filed], sizes: Mapping[Entry, int]
) -> tuple[tuple[Claim, ...], dict[Source, Origin]]:
    fields: dict[Entry, dict[str, Filed]] = defaultdict(dict)
    for f in counted:
        fields[_entry(f)][f.indicator.field] = f
    whole = {entry: found for entry, found in fields.items() if len(found) == sizes[entry]}
    tokens = _tokens(whole)
    made = sorted(
        ((_claim(entry, found, tokens), entry) for entry, found in whole.items()), key=lambda it: it[0]
    )
    origins: dict[Source, Origin] = {}
    places: dict[tuple[str, str, str], int] = defaultdict(int)
    for claim, entry in made:  # numbered in the order of the canonical inputs, as the engine meets them
        whose = (claim.unit, claim.adjustment, claim.period)
        places[whose] += 1
        found = whole[entry]
        first = found.get("points") or next(iter(found.values()))
        told = " · ".join(str(found[name].value) for name in _TOLD if name in found)
        source = ("claim", claim.unit, claim.adjustment, str(places[whose]), claim.period)
        (origin,) = _origins([first])
        origins[source] = origin._replace(words=told)
    return tuple(claim for claim, _entry in made), origins


def _claim(entry: Entry, found: Mapping[str, Filed], tokens: Mapping[str, str]) -> Claim:
    unit, adjustment, _number, period = entry
    values = {name: str(f.value) for name, f in found.items()}
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


def _tokens(entries: Mapping[Entry, Mapping[str, Filed]]) -> Mapping[str, str]:
    """Each matter as a number, alike for every order: the rule asks only whether two are the same."""
    matters = sorted({str(f["matter"].value) for f in entries.values() if "matter" in f})
    return {matter: f"#{place}" for place, matter in enumerate(matters, 1)}


def _source(f: Filed) -> Source:
    it = f.indicator
    if it.of is Of.TARGET:
        return "target", f.unit, it.code, it.field, f.key.period
    if it.of is Of.ROW:
        return "row", f.unit, it.code, f.key.series, it.field
    return "figure", f.unit, it.code, f.key.series, f.key.period


def _origins(figures: Iterable[Filed]) -> Iterator[Origin]:
    """Who stands for each figure.  Many came by one filing and were vouched for together: written once."""
    written: dict[datetime, str] = {}
    for f in figures:
        judged = f.judged_at if f.outcome is Outcome.VOUCHED else None
        for at in (f.filed_at, judged):
            if at is not None and at not in written:
                written[at] = at.isoformat()
        yield Origin(
            f.filer,
            written[f.filed_at],
            f.judge if f.outcome is Outcome.VOUCHED else "",
            written[judged] if judged else "",
            f.workbook,
            f.cell,
            f.workbook_id or 0,
        )
