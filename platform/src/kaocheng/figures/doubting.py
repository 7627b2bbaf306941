"""What looks wrong with a figure: said by reader or pack, kept as facts, put into words when read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kaocheng.figures.domain import Figure, Indicator, Of
from kaocheng.figures.reading import NA, Entry, sentences
from kaocheng.figures.reading.findings import DOUBT, Finding
from kaocheng.i18n import _, language
from kaocheng.packs.shelf import Heard, TenantShelf
from kaocheng.packs.values import Finding as Opinion
from kaocheng.packs.values import ReportedFigure, Sentence

PACK = "pack"  # the code of whatever a pack says: its words are its own, in both languages


@dataclass(frozen=True, slots=True)
class PackDoubt(Finding):
    """A pack's doubt about one cell, or that a pack failed."""

    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """The pack's reason, in the reader's language."""
        return _spoken(self.facts, "what")

    @property
    def remedy(self) -> str:
        """The pack's remedy, if it gave one."""
        return _spoken(self.facts, "remedy")


def kept(finding: Finding) -> dict[str, Any]:
    """A doubt as facts, to stand beside its figure."""
    return {"code": finding.code, "facts": dict(finding.facts)}


def spoken(doubt: Mapping[str, Any]) -> str:
    """A kept doubt, in the reader's language."""
    if doubt["code"] == PACK:
        return _spoken(doubt["facts"], "what")
    return sentences.what(doubt["code"], doubt["facts"])


def finding(read: Mapping[str, Any]) -> Finding:
    """A finding as its ``as_json`` wrote it."""
    return (PackDoubt if read["code"] == PACK else Finding).from_json(read)


def opinions(
    shelf: TenantShelf,
    entries: Sequence[Entry],
    period: str,
    known: Mapping[str, Indicator],
    targets: Mapping[tuple[str, str], Decimal],
    past: Mapping[tuple[str, str, str], Sequence[Figure]],
) -> list[Finding]:
    """What the enabled packs say of new figures; a pack that fails is one doubt that names it.

    *known* are figures' indicators by code, *past* earlier figures by unit, indicator and part, oldest first.
    """
    places = [e for e in entries if e.of == Of.FIGURE and (type(e.value) is Decimal or e.value is NA)]
    named = {code: (indicator.label, indicator.measure) for code, indicator in known.items()}
    asked = [
        (
            # In the order of its fields: by their names it takes twice as long, ten thousand times.
            ReportedFigure(
                unit,
                code,
                period,
                None if value is NA else value,  # type: ignore[arg-type]
                series,
                *named[code],
                targets.get((unit, code)) if targets else None,
            ),
            tuple(map(_reported, past.get((unit, code, series), ()))) if past else (),
        )
        for _of, code, _field, series, unit, value, _sheet, _cell in places
    ]
    answers = shelf.doubts(asked)
    said = [
        PackDoubt(DOUBT, PACK, place.sheet, place.cell, _facts(heard))
        for place, heards in zip(places, answers.each, strict=True)
        for heard in heards
    ]
    return [*said, *(PackDoubt(DOUBT, PACK, "", "", _words(failure)) for failure in answers.failures)]


def _reported(figure: Figure) -> ReportedFigure:
    return ReportedFigure(
        unit=figure.unit,
        indicator=figure.indicator.code,
        period=figure.key.period,
        value=figure.value.decimal,
        series=figure.key.series,
        label=figure.indicator.label,
        measure=figure.indicator.measure,
    )


def _facts(heard: Heard[Opinion]) -> dict[str, str]:
    return {"pack": heard.pack, "label": heard.label, **_words(heard.answer)}


def _words(opinion: Opinion) -> dict[str, str]:
    words = {f"what_{one}": opinion.reason.spoken(one) for one in ("zh", "en")}
    remedy: Sentence | None = opinion.remedy
    return words | ({f"remedy_{one}": remedy.spoken(one) for one in ("zh", "en")} if remedy else {})


def _spoken(facts: Mapping[str, str], which: str) -> str:
    said = facts.get(f"{which}_{language()}", facts.get(f"{which}_zh", ""))
    label = facts.get("label", "")
    return _("{label}:{said}", label=label, said=said) if label and which == "what" else said
