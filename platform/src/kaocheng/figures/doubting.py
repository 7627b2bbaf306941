"""What looks wrong with a figure: said by reader or pack, kept as facts, put into words when read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from kaocheng.figures.domain import Figure, Indicator, Key, Kind, Of, Value
from kaocheng.figures.reading import sentences
from kaocheng.figures.reading.findings import DOUBT, Finding
from kaocheng.i18n import _, language
from kaocheng.packs.shelf import Heard, TenantShelf
from kaocheng.packs.values import Finding as Opinion
from kaocheng.packs.values import ReportedFigure, Sentence

NUMERIC = frozenset({Kind.DECIMAL, Kind.NOT_APPLICABLE})
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


class Question(NamedTuple):
    """One new figure for the packs to look at, and where it stands."""

    key: Key
    value: Value
    indicator: Indicator
    unit: str
    sheet: str
    cell: str
    target: Decimal | None = None


def opinions(
    shelf: TenantShelf, questions: Sequence[Question], past: Mapping[tuple[int, int, str], Sequence[Figure]]
) -> list[Finding]:
    """What the enabled packs say of new figures; a pack that fails is one doubt that names it.

    *past* holds earlier figures by unit, indicator and part, oldest first.
    """
    places = [q for q in questions if q.indicator.of is Of.FIGURE and q.value.kind in NUMERIC]
    asked = [
        (
            _reported(q.key, q.value, q.indicator, unit=q.unit, target=q.target),
            [
                _reported(f.key, f.value, f.indicator, unit=f.unit)
                for f in past.get((q.key.unit_id, q.indicator.id, q.key.series), ())
            ],
        )
        for q in places
    ]
    answers = shelf.doubts(asked)
    said = [
        PackDoubt(DOUBT, PACK, place.sheet, place.cell, _facts(heard))
        for place, heards in zip(places, answers.each, strict=True)
        for heard in heards
    ]
    return [*said, *(PackDoubt(DOUBT, PACK, "", "", _words(failure)) for failure in answers.failures)]


def _reported(
    key: Key, value: Value, indicator: Indicator, *, unit: str, target: Decimal | None = None
) -> ReportedFigure:
    return ReportedFigure(
        unit=unit,
        indicator=indicator.code,
        period=key.period,
        value=value.decimal,
        series=key.series,
        label=indicator.label,
        measure=indicator.measure,
        target=target,
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
