"""What somebody handed in: one value, of whom, for when, from which cell — never edited, only superseded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from kaocheng import numbers
from kaocheng.figures.domain.errors import NoSuchFigure, NotAValue
from kaocheng.i18n import _

NOT_APPLICABLE = "/"
LARGEST = Decimal(10) ** 24
LONGEST_WORD = 2000
WORD_MEASURES = frozenset({"text", "word", "文字"})
DATE_MEASURES = frozenset({"date", "日期"})
CLAIM_WORDS = frozenset({"level", "matter", "category", "document"})
PERCENT = frozenset({"%", "百分点"})


class Kind(IntEnum):
    """What a value is; *missing* is none of these, it is a figure that is not there."""

    DECIMAL = 0
    DATE = 1
    NOT_APPLICABLE = 2
    WORD = 3
    WITHDRAWN = 4  # taken back by a later file of the same form: missing again, and seen to be so


class Of(StrEnum):
    """Which of the four things that are handed in an indicator stands for."""

    FIGURE = "figure"
    TARGET = "target"
    ROW = "row"
    CLAIM = "claim"


class Outcome(StrEnum):
    """How far a figure's current revision has come."""

    FILED = "filed"
    VOUCHED = "vouched"
    RETURNED = "returned"


class Value(NamedTuple):
    """One decimal, date or word, *not applicable*, or *withdrawn*."""

    kind: Kind
    decimal: Decimal | None = None
    day: date | None = None
    word: str | None = None

    def __str__(self) -> str:
        """As the engine and the long CSV write it; a withdrawn value is empty."""
        if self.decimal is not None:
            return numbers.text(self.decimal)
        if self.day is not None:
            return self.day.isoformat()
        return NOT_APPLICABLE if self.kind is Kind.NOT_APPLICABLE else self.word or ""

    @classmethod
    def of(cls, kind: int, written: str) -> "Value":
        """Read back what ``str`` wrote of a value of that *kind*."""
        if kind == 0:  # first, because a large workbook holds ten thousand of these
            return cls(Kind.DECIMAL, decimal=Decimal(written))
        match Kind(kind):
            case Kind.DATE:
                return cls(Kind.DATE, day=date.fromisoformat(written))
            case Kind.WORD:
                return cls(Kind.WORD, word=written)
            case bare:
                return cls(bare)


@dataclass(frozen=True, slots=True)
class Indicator:
    """What a figure is of: a figure, a target, a field of a list's rows or of a claim."""

    id: int
    of: Of
    code: str
    field: str
    label: str
    measure: str
    collector: str

    def read(self, written: str) -> Value:
        """What was written, in the one grammar: ``/`` is not applicable, the measure says the rest.

        >>> str(Indicator(1, Of.FIGURE, "waste", "", "处理率", "%", "").read("９８．５0%"))
        '98.5'
        """
        bare = written.strip()
        if bare in {NOT_APPLICABLE, "／"}:
            return Value(Kind.NOT_APPLICABLE)
        if not bare:
            raise NotAValue(self.label, written, _("空白不是零;没有此项工作请填“/”"))
        if self._holds("date", DATE_MEASURES):
            return Value(Kind.DATE, day=self._day(bare))
        if self.measure in WORD_MEASURES or (self.of is Of.CLAIM and self.field in CLAIM_WORDS):
            return Value(Kind.WORD, word=self._word(bare))
        return Value(Kind.DECIMAL, decimal=self._number(bare))

    def _holds(self, claim_field: str, measures: frozenset[str]) -> bool:
        return self.measure in measures or (self.of is Of.CLAIM and self.field == claim_field)

    def _day(self, written: str) -> date:
        try:
            return date.fromisoformat(written)
        except ValueError:
            raise NotAValue(self.label, written, _("日期请写成 2026-09-30 的样子")) from None

    def _word(self, written: str) -> str:
        if len(written) > LONGEST_WORD or "\x00" in written:
            raise NotAValue(self.label, written, _("文字超过 {most} 字", most=LONGEST_WORD))
        return written

    def _number(self, written: str) -> Decimal:
        reading = numbers.read(written)
        if reading.percent and self.measure not in PERCENT:
            raise NotAValue(self.label, written, _("计量单位是“{measure}”,不用百分号", measure=self.measure))
        if abs(reading.value) >= LARGEST:
            raise NotAValue(self.label, written, _("数值过大"))
        return reading.value


class Key(NamedTuple):
    """Whose value for what and when: what revisions of one figure have in common."""

    period: str
    unit_id: int
    indicator_id: int
    series: str = ""

    def __str__(self) -> str:
        """For an address or a form's field; no period or series holds a tilde."""
        return f"{self.period}~{self.unit_id}~{self.indicator_id}~{self.series}"

    @classmethod
    def read(cls, written: str) -> "Key":
        """Read back what ``str`` wrote.

        Raises:
            NoSuchFigure: it is nothing that ``str`` writes.
        """
        match written.split("~"):
            case [period, unit, indicator, series] if _number(unit) and _number(indicator):
                return cls(period, int(unit), int(indicator), series)
        raise NoSuchFigure


def _number(written: str) -> bool:
    return written.isascii() and written.isdigit() and len(written) <= 9


class Figure(NamedTuple):
    """One revision of one figure, with where it came from and what became of it."""

    key: Key
    revision: int
    value: Value
    indicator: Indicator
    unit: str
    unit_label: str
    filed_by: int
    filer: str
    filed_at: datetime
    workbook_id: int | None = None
    workbook: str = ""
    cell: str = ""
    doubts: tuple[str, ...] = ()
    outcome: Outcome = Outcome.FILED
    judged_by: int | None = None
    judge: str = ""
    judged_at: datetime | None = None
    reason: str = ""

    @property
    def source(self) -> str:
        """File and cell it was read from, or that somebody typed it."""
        return f"{self.workbook} · {self.cell}" if self.workbook else _("网页填写")


class Behind(NamedTuple):
    """What the numbers in a figure's row stand for."""

    indicators: Mapping[int, Indicator]
    units: Mapping[int, tuple[str, str]]  # code and label, in unit order
    people: Mapping[int | None, str]
    filings: Mapping[tuple[int, int], tuple[int, str, datetime, int | None, str]]  # filed by to workbook


class Register(NamedTuple):
    """Everything handed in as it stands: ten thousand rows that only become what a run needs.

    A row is period, unit, indicator, series, revision, value as text, cell, and what was last said of it:
    outcome, by whom, when.
    """

    rows: Sequence[tuple[str, int, int, str, int, str, str, str | None, int | None, datetime | None]]
    behind: Behind


class NewValue(NamedTuple):
    """A value about to be kept: where it belongs, and where it was found."""

    key: Key
    value: Value
    cell: str = ""
    doubts: tuple[Mapping[str, Any], ...] = ()  # as facts: the sentence is put when it is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What agreeing to a workbook, or typing values, did."""

    workbook_id: int | None
    form: str
    period: str
    digest: str
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    doubts: int = 0
    again: bool = False  # the same file had been stored before; nothing was done now
    since: int = 0  # how much of it was changed or sent back since

    @property
    def written(self) -> int:
        """How many new revisions there are."""
        return self.new + self.changed + self.withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """A file somebody handed in, as it was, without its bytes."""

    id: int
    form: str
    period: str
    name: str
    digest: str
    size: int
    state: str
    filed_by: int
    filer: str
    filed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a new revision changes against the one before it."""

    figure: Figure
    before: Value | None

    @property
    def by(self) -> Decimal | None:
        """How much more, where both are numbers."""
        if self.before is None or self.before.decimal is None or self.figure.value.decimal is None:
            return None
        return self.figure.value.decimal - self.before.decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one collector's (or one unit's) figures of a period have come; a collector may be unnamed."""

    code: str
    label: str
    period: str
    expected: int = 0
    filed: int = 0
    vouched: int = 0
    returned: int = 0
    doubted: int = 0

    @property
    def missing(self) -> int:
        """Expected and not there: neither zero nor not applicable, both of which are filed."""
        return max(0, self.expected - self.filed)

    @property
    def waiting(self) -> int:
        """Filed, and nobody has looked yet."""
        return self.filed - self.vouched - self.returned


class Expectation(NamedTuple):
    """A figure some unit's paper needs: it is owed until it is filed."""

    key: Key
    unit: str
    unit_label: str
    indicator: Indicator
    series_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """One line of what a unit or a collector owes: nothing yet, or returned with a reason."""

    expectation: Expectation
    figure: Figure | None = None
    earlier: Value | None = None
    target: Value | None = None
