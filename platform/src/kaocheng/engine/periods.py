"""Periods as people write them: ``2026``, ``2026H1``, ``2026Q3``, ``2026-07``, ``2026-01..2026-09``."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from kaocheng.errors import Invalid
from kaocheng.i18n import _

_WRITTEN = re.compile(r"(\d{4})(?:H([12])|Q([1-4])|-(\d\d)(?:\.\.(\d{4})-(\d\d))?)?")
MONTHS = {"year": 12, "half": 6, "quarter": 3, "month": 1}


@dataclass(eq=False)
class NoSuchPeriod(Invalid):
    """A text that names no period."""

    written: str

    code = "no_such_period"

    def __str__(self) -> str:
        return _(
            "“{written}”不是时段;请写成 2026、2026H1、2026Q3、2026-07 或 2026-01..2026-09",
            written=self.written,
        )


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A run of months: *first* counts months since year 0, *months* how many."""

    first: int
    months: int

    @property
    def end(self) -> int:
        """The month after the last."""
        return self.first + self.months

    def __contains__(self, other: "Span") -> bool:
        return self.first <= other.first and other.first + other.months <= self.first + self.months


@lru_cache(1024)
def span(period: str) -> Span:
    """The months of a period.

    >>> span("2026H2"), span("2026-01..2026-09")
    (Span(first=24318, months=6), Span(first=24312, months=9))
    """
    match = _WRITTEN.fullmatch(period)
    if not match:
        raise NoSuchPeriod(period)
    year, half, quarter, month, last_year, last_month = match.groups()
    start = int(year) * 12
    if half:
        return Span(start + 6 * (int(half) - 1), 6)
    if quarter:
        return Span(start + 3 * (int(quarter) - 1), 3)
    if month:
        first = start + _month(month, period) - 1
        last = int(last_year) * 12 + _month(last_month, period) - 1 if last_year else first
        if last < first:
            raise NoSuchPeriod(period)
        return Span(first, last - first + 1)
    return Span(start, 12)


def written(months: Span, like: str = "") -> str:
    """The period of these months, written as *like* is written."""
    year, month = divmod(months.first, 12)
    if ".." in like or (months.months, month % months.months if months.months < 13 else 1) not in {
        (12, 0),
        (6, 0),
        (3, 0),
        (1, 0),
    }:
        last_year, last_month = divmod(months.first + months.months - 1, 12)
        return f"{year}-{month + 1:02}..{last_year}-{last_month + 1:02}"
    if months.months == 12:
        return str(year)
    if months.months == 6:
        return f"{year}H{month // 6 + 1}"
    return f"{year}Q{month // 3 + 1}" if months.months == 3 else f"{year}-{month + 1:02}"


def last_year(period: str) -> str:
    """The same months a year earlier.

    >>> last_year("2026H1")
    '2025H1'
    """
    return moved(period, -1)


def moved(period: str, years: int) -> str:
    """The same months so many years later.

    >>> moved("2026-01..2026-09", -1)
    '2025-01..2025-09'
    """
    if not years:
        return period
    now = span(period)
    return written(Span(now.first + 12 * years, now.months), period)


def previous(period: str) -> str:
    """The period of the same length just before.

    >>> previous("2026-01"), previous("2026H1")
    ('2025-12', '2025H2')
    """
    now = span(period)
    return written(Span(now.first - now.months, now.months), period)


@lru_cache(1024)
def last_day(period: str) -> str:
    """The last day of a period.

    >>> last_day("2026H1"), last_day("2026")
    ('2026-06-30', '2026-12-31')
    """
    year, month = divmod(span(period).end, 12)
    return (date(year, month + 1, 1) - timedelta(1)).isoformat()


def inside(period: str, kind: str) -> list[str]:
    """The months (quarters, halves) of a period, in order.

    >>> inside("2026H1", "quarter")
    ['2026Q1', '2026Q2']
    """
    whole, step = span(period), MONTHS[kind]
    return [
        written(Span(first, step))
        for first in range(whole.first, whole.first + whole.months - step + 1, step)
    ]


def _month(text: str, period: str) -> int:
    if not 1 <= int(text) <= 12:
        raise NoSuchPeriod(period)
    return int(text)
