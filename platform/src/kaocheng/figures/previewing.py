"""What a workbook would change, before anybody agrees: read, asked about, compared, and kept as JSON."""

import asyncio
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from kaocheng.db.session import TenantSession
from kaocheng.figures import doubting, naming, queries, reading, storing, supplying
from kaocheng.figures.domain import (
    Figure,
    Indicator,
    Key,
    Kind,
    NewValue,
    NoSuchFigure,
    Of,
    Value,
    Workbook,
)
from kaocheng.figures.expected import ends
from kaocheng.figures.reading import CONVERSION, DOUBT, ERROR, Context, Entry, Finding, NotApplicable
from kaocheng.figures.reading.doubts import doubts
from kaocheng.i18n import _
from kaocheng.packs.shelf import TenantShelf
from kaocheng.schemes.domain import Stated

PAST_PERIODS = 3  # as far back as a pack is shown a unit's figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One workbook as it was understood: which form and period, its values, and all there is to say."""

    name: str
    digest: str
    form: str
    form_label: str
    kind: str
    period: str
    understood: tuple[Mapping[str, Any], ...]
    values: tuple[NewValue, ...]
    findings: tuple[Finding, ...]
    workbook_id: int | None = None
    stated: tuple[Stated, ...] = ()  # what a catalogue changes in the scheme
    already: Workbook | None = None  # the same file, stored before

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What blocks."""
        return tuple(f for f in self.findings if f.kind == ERROR)

    @property
    def conversions(self) -> tuple[Finding, ...]:
        """What was straightened, to be agreed to once."""
        return tuple(f for f in self.findings if f.kind == CONVERSION)

    @property
    def doubts(self) -> tuple[Finding, ...]:
        """What the verifier should look at."""
        return tuple(f for f in self.findings if f.kind == DOUBT)

    def kept_as(self, workbook_id: int, already: Workbook | None = None) -> "Preview":
        """The same, with the number of the workbook it was kept as."""
        return replace(self, workbook_id=workbook_id, already=already)

    def as_json(self) -> dict[str, Any]:
        """To be kept beside the file, so that what is agreed to is what was seen."""
        return {
            "name": self.name,
            "digest": self.digest,
            "form": self.form,
            "form_label": self.form_label,
            "kind": self.kind,
            "period": self.period,
            "understood": [dict(one) for one in self.understood],
            # As one text: the database keeps ten thousand values as they are instead of one by one.
            "values": json.dumps(
                [
                    (*v.key, int(v.value.kind), str(v.value), v.cell, [dict(d) for d in v.doubts])
                    for v in self.values
                ],
                ensure_ascii=False,
            ),
            "findings": [f.as_json() for f in self.findings],
            "stated": [[list(path), *rest] for path, *rest in self.stated],
        }


def from_json(kept: Mapping[str, Any]) -> Preview:
    """Read back what ``as_json`` wrote."""
    return Preview(
        name=kept["name"],
        digest=kept["digest"],
        form=kept["form"],
        form_label=kept["form_label"],
        kind=kept["kind"],
        period=kept["period"],
        understood=tuple(kept["understood"]),
        values=tuple(
            NewValue(
                key=Key(period, unit, indicator, series),
                value=Value.of(kind, written),
                cell=cell,
                doubts=tuple(doubts),
            )
            for period, unit, indicator, series, kind, written, cell, doubts in json.loads(kept["values"])
        ),
        findings=tuple(map(doubting.finding, kept["findings"])),
        stated=tuple(Stated(tuple(path), *rest) for path, *rest in kept.get("stated", ())),
    )


def sentence(finding: Finding) -> str:
    """One finding in a line: where, what, and what to do."""
    place = f"{finding.sheet}!{finding.cell}" if finding.sheet and finding.cell else finding.cell
    said = (finding.what, finding.remedy) if finding.remedy else (finding.what,)
    return f"{place} {_(';').join(said)}".strip()


async def read(
    session: TenantSession,
    name: str,
    content: bytes,
    *,
    form: str | None,
    period: str | None,
    collector: str,
    shelf: TenantShelf | None,
) -> Preview:
    """Read a workbook with the tenant's own names, ask the packs, and tie each value to what it is of."""
    words = await naming.names(session)
    # The file is somebody else's and may be slow: it is read beside the loop, not in it.
    book = await asyncio.to_thread(reading.open_book, content, name)
    chosen = reading.recognise(book, words, form=form or "", period=period or "", collector=collector)
    context = await naming.context(session, chosen.period)
    found = await asyncio.to_thread(reading.understand, book, words, chosen, context)
    values = await _tied(session, found.entries, found.period)
    findings = list(found.findings)
    if shelf is not None and shelf.packs:
        findings += await _opinions(session, shelf, values, found.entries, context)
    stated = tuple(Stated(*one) for one in found.catalogue.supplies) if found.catalogue else ()
    if stated and not found.errors:
        findings += await supplying.mistakes(session, stated, found.period, shelf)
    return Preview(
        name=name,
        digest=hashlib.sha256(content).hexdigest(),
        form=found.form,
        form_label=chosen.form.label or chosen.form.code,
        kind=found.kind,
        period=found.period,
        understood=tuple(replace(found, entries=(), findings=()).as_json()["understood"]),
        values=_doubted(values, findings),
        findings=tuple(findings),
        stated=stated,
    )


async def doubted(
    session: TenantSession, values: Sequence[NewValue], shelf: TenantShelf | None
) -> list[NewValue]:
    """Values typed one by one, with the doubts that the reader and the packs would have raised in a file."""
    known, units = await queries.indicators(session), await queries.units(session)
    words = await naming.names(session)
    found: list[NewValue] = []
    for period in dict.fromkeys(value.key.period for value in values):
        own = [
            value._replace(cell=f"!{place}")
            for place, value in enumerate(values)
            if value.key.period == period
        ]
        entries = [_entry(v, known[v.key.indicator_id], units[v.key.unit_id]) for v in own]
        context = await naming.context(session, period)
        findings: list[Finding] = doubts(entries, words, context)
        if shelf is not None and shelf.packs:
            findings += await _opinions(session, shelf, own, entries, context)
        found += [value._replace(cell="") for value in _doubted(own, findings)]
    return found


def _entry(value: NewValue, indicator: Indicator, unit: str) -> Entry:
    one = value.value
    read = one.decimal if one.decimal is not None else one.day or one.word or reading.NA
    return Entry(
        str(indicator.of), indicator.code, indicator.field, value.key.series, unit, read, "", value.cell[1:]
    )


async def changes(session: TenantSession, seen: Preview) -> storing.Decision:
    """What agreeing would write now."""
    standing = await queries.standing(session, [seen.period])
    known = await queries.indicators(session)
    gone = storing.taken_back(seen.values, standing, known, seen.form)
    return storing.decide([*seen.values, *gone], standing)


async def _tied(session: TenantSession, entries: Sequence[Entry], period: str) -> list[NewValue]:
    """Each entry under the ids of its unit and indicator.

    Raises:
        NoSuchFigure: the scheme changed meanwhile, so that an indicator is no longer there.
    """
    known = {(str(i.of), i.code, i.field): i.id for i in (await queries.indicators(session)).values()}
    units = {code: id for id, code in (await queries.units(session)).items()}
    tied: list[NewValue] = []
    for entry in entries:
        indicator = known.get((entry.of, entry.code, entry.field))
        unit = units.get(entry.unit)
        if indicator is None or unit is None:
            raise NoSuchFigure(f"{entry.unit} {entry.code} {entry.field} ({entry.sheet}!{entry.cell})")
        tied.append(
            NewValue(
                key=Key(period, unit, indicator, entry.series),
                value=_value(entry.value),
                cell=f"{entry.sheet}!{entry.cell}",
            )
        )
    return tied


def _value(read: Decimal | date | str | NotApplicable) -> Value:
    if isinstance(read, Decimal):
        return Value(Kind.DECIMAL, decimal=read)
    if isinstance(read, date):
        return Value(Kind.DATE, day=read)
    return Value(Kind.NOT_APPLICABLE) if isinstance(read, NotApplicable) else Value(Kind.WORD, word=read)


def _doubted(values: Sequence[NewValue], findings: Sequence[Finding]) -> tuple[NewValue, ...]:
    """Each value with the doubts about its cell, as the verifier will see them."""
    doubts: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for finding in findings:
        if finding.kind == DOUBT:
            doubts[f"{finding.sheet}!{finding.cell}"].append(doubting.kept(finding))
    if not doubts:
        return tuple(values)
    return tuple(v._replace(doubts=tuple(doubts[v.cell])) if v.cell in doubts else v for v in values)


async def _opinions(
    session: TenantSession,
    shelf: TenantShelf,
    values: Sequence[NewValue],
    entries: Sequence[Entry],
    context: Context,
) -> list[Finding]:
    known = await queries.indicators(session)
    period = values[0].key.period if values else ""
    questions = [
        doubting.Question(
            key=value.key,
            value=value.value,
            indicator=known[value.key.indicator_id],
            unit=entry.unit,
            sheet=entry.sheet,
            cell=entry.cell,
            target=context.targets.get((entry.unit, known[value.key.indicator_id].code)),
        )
        for value, entry in zip(values, entries, strict=True)
    ]
    past = await _past(session, period, known)
    return await asyncio.to_thread(doubting.opinions, shelf, questions, past)


async def _past(
    session: TenantSession, period: str, known: Mapping[int, Indicator]
) -> dict[tuple[int, int, str], list[Figure]]:
    """Earlier figures by unit, indicator and part, oldest first."""
    earlier = sorted((p for p in await queries.periods(session) if ends(p) < ends(period)), key=ends)
    found: dict[tuple[int, int, str], list[Figure]] = defaultdict(list)
    figures = await queries.current(session, earlier[-PAST_PERIODS:], of=[Of.FIGURE])
    for figure in sorted(figures, key=lambda f: ends(f.key.period)):
        found[figure.key.unit_id, figure.key.indicator_id, figure.key.series].append(figure)
    return found
