"""What a second pair of eyes may say of a figure, and when it may not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kaocheng.errors import Invalid, Refused
from kaocheng.figures.domain import Difference, Figure, Key, NoSuchFigure, Value
from kaocheng.formats import period as spoken
from kaocheng.i18n import _


class Ref(NamedTuple):
    """One revision of one figure: what a verifier saw is what he vouches for."""

    key: Key
    revision: int

    def __str__(self) -> str:
        """For a form's tick box."""
        return f"{self.key}~{self.revision}"

    @classmethod
    def read(cls, written: str) -> "Ref":
        """Read back what ``str`` wrote.

        Raises:
            NoSuchFigure: it is nothing that ``str`` writes.
        """
        key, _tilde, revision = written.rpartition("~")
        if not (revision.isascii() and revision.isdigit() and len(revision) <= 9):
            raise NoSuchFigure
        return cls(Key.read(key), int(revision))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which of the figures that wait; an empty field lets all through."""

    period: str = ""
    collector: str | None = None  # "" is what no department collects, None is all
    unit: str = ""
    indicator: str = ""
    workbook: int = 0
    changed: bool = False  # only those vouched for before, with another value
    doubted: bool | None = None
    filed_until: datetime | None = None  # what came in after the page was opened was not looked at
    chosen: Collection[Ref] | None = None

    def takes(self, waiting: "Waiting") -> bool:
        """Whether *waiting* is among what is asked for."""
        figure = waiting.figure
        return (
            self.period in ("", figure.key.period)
            and self.collector in (None, figure.indicator.collector)
            and self.unit in ("", figure.unit)
            and self.indicator in ("", figure.indicator.code)
            and self.workbook in (0, figure.workbook_id)
            and not (self.changed and waiting.before is None)
            and self.doubted in (None, bool(figure.doubts))
            and (self.filed_until is None or figure.filed_at <= self.filed_until)
            and (self.chosen is None or waiting.ref in self.chosen)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Difference):
    """A figure nobody has looked at yet, beside what it was when last vouched for and a period earlier."""

    earlier: Value | None = None
    series_label: str = ""

    @property
    def ref(self) -> Ref:
        return Ref(self.figure.key, self.figure.revision)


@dataclass(frozen=True, slots=True)
class Remit:
    """Whose figures somebody may judge: a department those it collects, and nobody those of his own unit."""

    collectors: Collection[str] | None  # None is all
    unit: int | None

    def covers(self, figure: Figure) -> bool:
        """Whether *figure* is among them, whoever filed it."""
        within = self.collectors is None or figure.indicator.collector in self.collectors
        return within and figure.key.unit_id != self.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one act of a verifier did."""

    count: int
    own: int = 0  # left for somebody else, because the verifier filed them himself


@dataclass(eq=False)
class FiledByVerifier(Refused):
    """Whoever filed a figure does not vouch for it."""

    unit: str
    indicator: str
    period: str
    count: int = 1

    code = "filed_by_verifier"

    def __str__(self) -> str:
        if self.count == 1:
            return _(
                "{period} {unit}的“{indicator}”是您自己填报的;请由另一位核验人核验",
                period=spoken(self.period),
                unit=self.unit,
                indicator=self.indicator,
            )
        return _(
            "所选中有 {count} 个数是您自己填报的(如{unit}的“{indicator}”);请由另一位核验人核验",
            count=self.count,
            unit=self.unit,
            indicator=self.indicator,
        )


@dataclass(eq=False)
class OutOfRemit(Refused):
    """A figure of the judge's own unit, or one that another department collects."""

    unit: str
    indicator: str

    code = "out_of_remit"

    def __str__(self) -> str:
        return _(
            "{unit}的“{indicator}”不归您核验:采集单位只核验自己采集的数,谁也不核验本单位的数;请由核验人核验",
            unit=self.unit,
            indicator=self.indicator,
        )


@dataclass(eq=False)
class NotWaiting(Refused):
    """Some of what was chosen has been judged, or superseded, since the page was opened."""

    count: int

    code = "not_waiting"

    def __str__(self) -> str:
        return _(
            "所选中有 {count} 个数已有新的填报或已核验;请刷新待核验页,看过现在的数再定", count=self.count
        )


@dataclass(eq=False)
class ReasonNeeded(Invalid):
    """A figure goes back only with a reason its filer can act on."""

    code = "reason_needed"

    def __str__(self) -> str:
        return _("退回要写明理由,让填报人知道改什么;请填写理由后再退回")


@dataclass(eq=False)
class NothingChosen(Invalid):
    """The form was sent without a single tick."""

    code = "nothing_chosen"

    def __str__(self) -> str:
        return _("一个数也没有勾选;请先勾选,或点“核验筛出的全部”")


@dataclass(eq=False)
class NothingWaits(Refused):
    """Nothing of what was asked for waits to be verified."""

    code = "nothing_waits"

    def __str__(self) -> str:
        return _("没有符合条件的待核验数;请换一个时段、采集单位或单位")


@dataclass(eq=False)
class NotJudged(Refused):
    """There is no judgement to take back."""

    unit: str
    indicator: str

    code = "not_judged"

    def __str__(self) -> str:
        return _("{unit}的“{indicator}”还没有核验,没有可撤销的", unit=self.unit, indicator=self.indicator)


@dataclass(eq=False)
class AlreadyScored(Refused):
    """A score sheet was made from this judgement; it stands for good."""

    period: str
    sheet: int

    code = "already_scored"

    def __str__(self) -> str:
        return _(
            "{period}已据此计分(第{sheet}次计算),核验不能撤销;数有错,请填报更正后的数,核验后重新计分",
            period=spoken(self.period),
            sheet=self.sheet,
        )
