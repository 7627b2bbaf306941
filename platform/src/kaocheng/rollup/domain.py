"""What the level above knows of its subordinates: what they published, checked, and what can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from kaocheng.errors import Missing, Refused
from kaocheng.i18n import _


class Verdict(StrEnum):
    """What the check of a bundle came to."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One bundle in the inbox, without its bytes; *again* where it was there already."""

    id: int
    sender: str
    sender_name: str
    period: str
    scheme: str
    digest: str
    verdict: Verdict
    reason: str
    number: int
    published_at: str
    received_at: datetime
    again: bool = False

    @property
    def accepted(self) -> bool:
        return self.verdict is Verdict.ACCEPTED


def periods(received: Sequence[Received]) -> Sequence[str]:
    """The periods anything accepted is there for, the latest first."""
    return sorted({it.period for it in received if it.accepted}, reverse=True)


def latest(periods: Sequence[str]) -> str:
    """The period to begin with: the year before its half, which says less and has the longer code."""
    return max(periods, key=lambda p: (p[:4], -len(p)), default="")


def current(received: Sequence[Received], period: str) -> Mapping[str, Received]:
    """Of each sender the accepted bundle that counts: the sender's latest run, not the latest to arrive."""
    known = [it for it in received if it.accepted and it.period == period]
    return {it.sender: it for it in sorted(known, key=lambda it: (it.number, it.id))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One unit's result as its county published it."""

    paper: str
    group: str
    unit: str
    label: str
    score: Decimal | None
    full: Decimal | None
    rank: int | None
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One class of one subordinate: unlike schemes are compared by rate (得分率), never by points."""

    inbox_id: int
    paper: str
    group: str
    units: int
    scored: int
    mean: Decimal | None  # rates, as shares of one
    low: Decimal | None
    high: Decimal | None
    grades: Mapping[str, int]

    @property
    def spread(self) -> Decimal | None:
        """The best rate minus the lowest."""
        return None if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Subordinate:
    """One tenant below, and what it has published for the period, if anything."""

    code: str
    name: str
    received: Received | None
    classes: Sequence[Summary] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All subordinates side by side for one period."""

    period: str
    subordinates: Sequence[Subordinate]

    @property
    def top(self) -> Decimal:
        """The end of the scale on which rates are drawn: full marks, or the next tenth above the best."""
        highs = [c.high for one in self.subordinates for c in one.classes if c.high is not None]
        tenths = max(highs, default=Decimal(1)) * 10
        return max(Decimal(1), tenths.to_integral_value(rounding=ROUND_CEILING) / 10)

    @property
    def missing(self) -> Sequence[Subordinate]:
        """Who has published nothing yet."""
        return [one for one in self.subordinates if one.received is None]


@dataclass(eq=False)
class UnknownSender(Refused):
    """No key is pinned for whoever the bundle says it is from."""

    sender: str
    key: str

    code = "unknown_sender"

    def __str__(self) -> str:
        return _(
            "没有登记“{sender}”的公钥 {key},无法确认来源;"
            "请与对方当面核对后用“kaocheng keys trust”登记,再重新接收",
            sender=self.sender or _("(未署名)"),
            key=self.key,
        )


@dataclass(eq=False)
class Impersonation(Refused):
    """The bundle is signed by a trusted key, but not by its sender's."""

    sender: str
    key: str

    code = "impersonation"

    def __str__(self) -> str:
        return _(
            "结果包自称来自“{sender}”,但签名公钥 {key} 不是登记的公钥;请与对方核对公钥",
            sender=self.sender,
            key=self.key,
        )


@dataclass(eq=False)
class NoSuchBundle(Missing):
    """Nothing of that number in this tenant's inbox."""

    id: int

    code = "no_such_bundle"

    def __str__(self) -> str:
        return _("收件箱里没有这个结果包;请回到收件箱重新选择")
