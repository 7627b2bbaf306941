"""What scoring adds to the engine: from whom each input came, which run it was, and how runs are refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from kaocheng.engine.explain import Explanation, Used
from kaocheng.engine.inputs import EVERYBODY, Inputs
from kaocheng.engine.periods import span
from kaocheng.engine.sheet import Column, PaperSheet, Sheet, Standing
from kaocheng.errors import Invalid, Missing, Refused
from kaocheng.i18n import _

# (kind, unit, *key): which input it is, in the words the engine's ``Used`` names it by.
Source = tuple[str, ...]


class Origin(NamedTuple):
    """Who filed one input and who vouched for it, when, and from which cell of which file."""

    filed_by: str
    filed_at: str  # ISO; frozen with the sheet, so kept as it is shown
    vouched_by: str = ""
    vouched_at: str = ""
    workbook: str = ""
    cell: str = ""
    workbook_id: int = 0
    words: str = ""  # what a claim is about, and its document: told to people, never computed with

    @property
    def filed(self) -> datetime:
        return datetime.fromisoformat(self.filed_at)

    @property
    def vouched(self) -> datetime | None:
        return datetime.fromisoformat(self.vouched_at) if self.vouched_at else None


Provenance = Mapping[Source, Origin]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a run is about to be computed from; *waiting* counts the values nobody has vouched for."""

    inputs: Inputs
    provenance: Provenance
    waiting: int
    periods: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class SheetHead:
    """One run, without its content."""

    id: int
    period: str
    number: int
    scheme_id: int
    inputs_digest: str
    recipe_digest: str
    sheet_digest: str
    packs: Mapping[str, str]
    engine: str
    waiting: int
    made_by: int
    maker: str
    made_at: datetime

    def same_run(self, sheet: Sheet) -> bool:
        """Whether *sheet* comes from the same inputs, by the same recipe and engine."""
        ours = self.inputs_digest, self.recipe_digest, self.engine
        return ours == (sheet.inputs, sheet.recipe, sheet.engine)


@dataclass(frozen=True, kw_only=True)
class SheetRow(SheetHead):
    """One run and the sheet it yielded; *again* where the run before it was identical."""

    sheet: Sheet
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Where one period stands: its latest run, and whether a new one would come out differently."""

    period: str
    head: SheetHead | None
    counted: int  # values that count
    waiting: int  # filed, and nobody has vouched for them
    changed: bool  # since the latest run, or there is none


@dataclass(frozen=True, slots=True)
class Traced:
    """One value the score was worked from, and where it came from, where somebody filed it."""

    used: Used
    origin: Origin | None
    whose: str = ""  # label of the unit it is of, where that is another


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What full marks here would do, everything else being equal."""

    points: str  # what is lost here
    total: str  # what that is of the total
    score: str  # the total there would be
    rank: tuple[str, str]  # now, and then


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The working of one score, with the people and the files behind it."""

    explanation: Explanation
    paper: PaperSheet
    traced: tuple[Traced, ...]
    standing: Standing | None
    effect: Effect | None
    key: str  # of the column
    is_total: bool
    vetoed: tuple[str, ...] = ()  # what each reported veto of the unit is about, and its document


@dataclass(eq=False)
class NoSuchSheet(Missing):
    """No such score sheet in this tenant."""

    which: str

    code = "no_such_sheet"

    def __str__(self) -> str:
        return _("没有得分表“{which}”;请先计算,或核对时段和编号", which=self.which)


@dataclass(eq=False)
class NoSuchClass(Missing):
    """The sheet has no class of that name."""

    group: str
    known: Sequence[str]

    code = "no_such_class"

    def __str__(self) -> str:
        return _("没有类别“{group}”;现有:{known}", group=self.group, known=_("、").join(self.known))


@dataclass(eq=False)
class NoSuchUnit(Missing):
    """The sheet scores no unit of that name."""

    unit: str
    near: str = ""

    code = "no_such_unit"

    def __str__(self) -> str:
        if self.near:
            return _("得分表里没有单位“{unit}”;是不是“{near}”?", unit=self.unit, near=self.near)
        return _("得分表里没有单位“{unit}”;请核对名称", unit=self.unit)


@dataclass(eq=False)
class NoSuchNode(Missing):
    """The unit's paper has no such indicator."""

    node: str
    near: str = ""

    code = "no_such_node"

    def __str__(self) -> str:
        if self.near:
            return _("本类没有指标“{node}”;是不是“{near}”?", node=self.node, near=self.near)
        return _("本类没有指标“{node}”;请核对名称", node=self.node)


@dataclass(eq=False)
class NoSuchPeriod(Refused):
    """The scheme in force says nothing about this period."""

    period: str
    known: Sequence[str]

    code = "no_such_period"

    def __str__(self) -> str:
        return _(
            "现行方案没有时段“{period}”;可用的时段:{known}",
            period=self.period,
            known=_("、").join(self.known),
        )


def origin(provenance: Provenance, used: Used, unit: str, period: str) -> Origin | None:
    """Where *used* came from, for a score of *unit* in *period*; what holds for everybody is found there."""
    key = (*used.key, period) if used.kind == "claim" else used.key
    whose = (used.kind, used.unit or unit, *key)
    return provenance.get(whose) or provenance.get((whose[0], EVERYBODY, *whose[2:]))


@lru_cache(maxsize=256)  # the same few periods are asked about for every figure
def over_by(period: str, scored: str) -> bool:
    """Whether what was filed for *period* belongs in a run of *scored*: it had ended by then.

    A half-year's sheet must not change its digest because somebody files the year's figures.

    >>> over_by("2026H1", "2026"), over_by("2026", "2026H1"), over_by("2025", "2026H1")
    (True, False, True)
    """
    try:
        ended, at = span(period), span(scored)
    except Invalid:  # a period that only the scheme's own name for it tells apart
        return True
    return ended.first + ended.months <= at.first + at.months


def bare(column: Column) -> str:
    """A column's label without the period in front of it."""
    return column.label.removeprefix(f"{column.period}/")


def named(wanted: str, labels: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """The code *wanted* means among (code, label), or nothing and the label nearest to it.

    >>> town = [("u01", "城关镇")]
    >>> named("城关镇", town), named("城关", town), named("发改局", town)
    (('u01', ''), ('', '城关镇'), ('', ''))
    """
    pairs = list(labels)
    for code, label in pairs:
        if wanted in (code, label):
            return code, ""
    known = [label for _code, label in pairs]
    inside = [label for label in known if wanted in label and 2 * len(wanted) >= len(label)]
    close = inside or get_close_matches(wanted, known, n=1, cutoff=0.5)
    return "", close[0] if wanted and close else ""
