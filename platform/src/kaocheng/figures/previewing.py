"""What a workbook says, before anybody agrees: read, asked about, and kept as JSON beside the file."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from kaocheng import numbers
from kaocheng.db.session import TenantSession
from kaocheng.figures import checking, doubting, naming, queries, reading, supplying
from kaocheng.figures.brought import NO_DOUBT, Brought
from kaocheng.figures.domain import Figure, Indicator, Kind, NewValue, NoSuchFigure, Of, Workbook
from kaocheng.figures.expected import ends
from kaocheng.figures.expected import recipe as recipe_in_force
from kaocheng.figures.reading import CONVERSION, DOUBT, ERROR, Context, Entry, Finding, NotApplicable
from kaocheng.figures.reading.doubts import doubts
from kaocheng.i18n import _
from kaocheng.packs.shelf import TenantShelf
from kaocheng.schemes import queries as schemes
from kaocheng.schemes.domain import Stated
from kaocheng.tenancy import queries as tenancy

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
    values: Brought
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
            "values": self.values.as_json(),
            "findings": [f.as_json() for f in self.findings],
            "stated": [[list(path), *rest] for path, *rest in self.stated],
        }


def from_json(kept: Mapping[str, Any]) -> Preview:
    """Read back what ``as_json`` wrote; without its values where they were left where they are."""
    return Preview(
        name=kept["name"],
        digest=kept["digest"],
        form=kept["form"],
        form_label=kept["form_label"],
        kind=kept["kind"],
        period=kept["period"],
        understood=tuple(kept["understood"]),
        values=Brought.from_json(kept["values"]) if "values" in kept else Brought(),
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
    told = await schemes.period_meant(session, period) if period else ""
    chosen = reading.recognise(book, words, form=form or "", period=told, collector=collector)
    context = await naming.context(session, chosen.period)
    found = await asyncio.to_thread(reading.understand, book, words, chosen, context)
    known, units = await queries.indicators(session), await queries.units(session)
    values = _tied(known, units, found.entries, found.period)
    findings = list(found.findings)
    findings += await _checked(session, found.entries, found.period)
    findings += await _opinions(session, shelf, known, found.entries, found.period, context)
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
        understood=tuple(sheet.as_json() for sheet in found.understood),
        values=values.doubted(_by_cell(findings)),
        findings=tuple(findings),
        stated=stated,
    )


async def doubted(
    session: TenantSession, values: Sequence[NewValue], shelf: TenantShelf | None
) -> Iterator[NewValue]:
    """Values typed one by one, with the doubts that the reader and the packs would have raised in a file."""
    known, units = await queries.indicators(session), await queries.units(session)
    words = await naming.names(session)
    entries = [
        _entry(v, known[v.key.indicator_id], units[v.key.unit_id], f"{place}")
        for place, v in enumerate(values)
    ]
    findings: list[Finding] = []
    for period in dict.fromkeys(value.key.period for value in values):
        own = [e for e, v in zip(entries, values, strict=True) if v.key.period == period]
        context = await naming.context(session, period)
        findings += doubts(own, words, context)
        # Who types a value sees no errors to mend first: what would block a file is a doubt here.
        findings += [replace(f, kind=DOUBT) for f in await _checked(session, own, period)]
        findings += await _opinions(session, shelf, known, own, period, context)
    said = _by_cell(findings)
    return (v._replace(doubts=tuple(said.get(f"!{place}", ()))) for place, v in enumerate(values))


def _entry(value: NewValue, indicator: Indicator, unit: str, place: str) -> Entry:
    one = value.value
    read = one.decimal if one.decimal is not None else one.day or one.word or reading.NA
    return Entry(str(indicator.of), indicator.code, indicator.field, value.key.series, unit, read, "", place)


def _tied(
    known: Mapping[int, Indicator], units: Mapping[int, str], entries: Sequence[Entry], period: str
) -> Brought:
    """Each entry under the ids of its unit and indicator.

    Raises:
        NoSuchFigure: the scheme changed meanwhile, so that an indicator is no longer there.
    """
    if not entries:
        return Brought()
    indicators = {(str(i.of), i.code, i.field): i.id for i in known.values()}
    ids = {code: id for id, code in units.items()}
    ofs, codes, fields, series, whose, read, sheets, cells = zip(*entries, strict=True)
    kinds, written = zip(*map(_value, read), strict=True)
    try:
        unit_id = [ids[unit] for unit in whose]
        indicator_id = [indicators[key] for key in zip(ofs, codes, fields, strict=True)]
    except KeyError:
        missing = next(e for e in entries if (e.of, e.code, e.field) not in indicators or e.unit not in ids)
        place = f"{missing.sheet}!{missing.cell}"
        raise NoSuchFigure(f"{missing.unit} {missing.code} {missing.field} ({place})") from None
    return Brought(
        period=[period] * len(entries),
        unit_id=unit_id,
        indicator_id=indicator_id,
        series=series,
        kind=kinds,
        written=written,
        cell=[f"{sheet}!{cell}" for sheet, cell in zip(sheets, cells, strict=True)],
        doubts=[NO_DOUBT] * len(entries),
    )


def _value(read: Decimal | date | str | NotApplicable) -> tuple[int, str]:
    """Kind and text of a value, as ``str`` writes it."""
    if isinstance(read, Decimal):
        return 0, numbers.text(read)
    if isinstance(read, date):
        return int(Kind.DATE), read.isoformat()
    if isinstance(read, NotApplicable):
        return int(Kind.NOT_APPLICABLE), str(read.value)
    return int(Kind.WORD), read


def _by_cell(findings: Sequence[Finding]) -> dict[str, list[Mapping[str, Any]]]:
    """The doubts about each cell, as the verifier will see them."""
    doubts: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for finding in findings:
        if finding.kind == DOUBT:
            doubts[f"{finding.sheet}!{finding.cell}"].append(doubting.kept(finding))
    return doubts


async def _checked(session: TenantSession, entries: Sequence[Entry], period: str) -> list[Finding]:
    """What the scheme's own checks say, beside the loop: they look at everything that was filed."""
    recipe = await recipe_in_force(session)
    if recipe is None or not recipe.checks:
        return []
    units, filed = await tenancy.units(session), await queries.current(session, of=checking.LOOKED_AT)
    told = [(entry, _value(entry.value)[1]) for entry in entries]
    return await asyncio.to_thread(checking.checked, recipe, units, filed, told, period)


async def _opinions(
    session: TenantSession,
    shelf: TenantShelf | None,
    known: Mapping[int, Indicator],
    entries: Sequence[Entry],
    period: str,
    context: Context,
) -> list[Finding]:
    """What the enabled packs say, in a thread beside the loop: a pack's code is somebody else's."""
    if shelf is None or not shelf.asks("doubts"):
        return []
    figures = {i.code: i for i in known.values() if i.of is Of.FIGURE}
    past = await _past(session, period)
    return await asyncio.to_thread(doubting.opinions, shelf, entries, period, figures, context.targets, past)


async def _past(session: TenantSession, period: str) -> dict[tuple[str, str, str], list[Figure]]:
    """Earlier figures by unit, indicator and part, oldest first."""
    earlier = sorted((p for p in await queries.periods(session) if ends(p) < ends(period)), key=ends)
    found: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
    figures = await queries.current(session, earlier[-PAST_PERIODS:], of=[Of.FIGURE]) if earlier else ()
    for figure in sorted(figures, key=lambda f: ends(f.key.period)):
        found[figure.unit, figure.indicator.code, figure.key.series].append(figure)
    return found
