"""What publishing adds: who may see which ranks when, who may be handed results, what was handed over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kaocheng.errors import Missing, Refused
from kaocheng.formats import period as spoken
from kaocheng.i18n import _
from kaocheng.scoring.domain import SheetRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One reader of a publication, and how the handing over went."""

    id: int
    reader_code: str
    delivered_at: datetime | None
    verdict: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A sheet that was published: from then on it is what everybody reads, and it is never edited."""

    id: int
    sheet_id: int
    period: str
    number: int  # of the sheet
    digest: str
    key_id: str
    published_by: int
    publisher: str
    published_at: datetime
    deliveries: tuple[Delivery, ...] = ()

    @property
    def readers(self) -> tuple[str, ...]:
        """The codes of those it was handed to."""
        return tuple(delivery.reader_code for delivery in self.deliveries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A sheet somebody is shown, and the publication that makes it everybody's, if there is one."""

    row: SheetRow
    publication: Publication | None
    ranked: bool = True  # whether ranks, grades and other units may be shown with it

    @property
    def published(self) -> bool:
        return self.publication is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequent:
    """What a pack says follows from one unit's result."""

    unit: str
    unit_label: str
    pack: str
    label: str
    reason: str
    clause: str
    days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What follows from a class's results, and what the packs could not say."""

    each: Sequence[Consequent] = ()
    failures: Sequence[str] = ()
    invented: bool = False  # the earlier years it was judged by are made up, and say so

    def by_unit(self) -> Mapping[str, Sequence[Consequent]]:
        found: dict[str, list[Consequent]] = {}
        for one in self.each:
            found.setdefault(one.unit, []).append(one)
        return found


@dataclass(eq=False)
class NotPublished(Missing):
    """There is nothing published for the period."""

    period: str

    code = "not_published"

    def __str__(self) -> str:
        return _("{period}的名次还没有公布;公布后可在此查看", period=spoken(self.period))


@dataclass(eq=False)
class NoSuchPublication(Missing):
    """No such publication in this tenant."""

    id: int

    code = "no_such_publication"

    def __str__(self) -> str:
        return _("没有这次公布;请回到公布页重新选择")


@dataclass(eq=False)
class NoSuchReader(Missing):
    """A reader this tenant does not report to, or that does not exist: the two read alike."""

    reader: str

    code = "no_such_reader"

    def __str__(self) -> str:
        return _(
            "没有可报送的“{reader}”;可报送的上级由操作员登记(tenant.toml 的 reports_to)", reader=self.reader
        )


@dataclass(eq=False)
class NobodyRanked(Refused):
    """The sheet gives nobody a total, so there is nothing to publish."""

    period: str

    code = "nobody_ranked"

    def __str__(self) -> str:
        return _(
            "{period}的得分表没有任何单位得出总分,不能公布;请先补齐数据、核验后重新计算",
            period=spoken(self.period),
        )


@dataclass(eq=False)
class NotFrozen(Refused):
    """The sheet was made by a scheme that is still a draft: nobody may publish by rules that can change."""

    period: str

    code = "not_frozen"

    def __str__(self) -> str:
        return _(
            "{period}的得分表是按方案草案算的,不能公布;请先冻结方案,再重新计算", period=spoken(self.period)
        )


@dataclass(eq=False)
class Superseded(Refused):
    """A later sheet of the period has been published; an older one may not take its place."""

    period: str
    number: int
    later: int

    code = "superseded"

    def __str__(self) -> str:
        return _(
            "{period}已公布第{later}次计算的结果,不能再公布更早的第{number}次;请选择最新的得分表",
            period=spoken(self.period),
            later=self.later,
            number=self.number,
        )
