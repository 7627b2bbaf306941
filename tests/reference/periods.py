"""Periods as texts: 2026, 2026H1, 2026Q3, 2026-07 and spans of months; what contains and divides them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

FORM = re.compile(r"(\d{4})(?:(H)([12])|(Q)([1-4])|-(\d{2}))?\Z")


@cache
def months(period: str) -> tuple[int, int]:
    """First and last month, counted from year 0."""
    if ".." in period:
        first, last = period.split("..")
        return months(first)[0], months(last)[1]
    form = FORM.match(period)
    if form is None:
        raise ValueError(f"{period!r} is no period")
    start = int(form[1]) * 12
    if form[2]:
        start += 6 * (int(form[3]) - 1)
        return start, start + 5
    if form[4]:
        start += 3 * (int(form[5]) - 1)
        return start, start + 2
    if form[6]:
        return start + int(form[6]) - 1, start + int(form[6]) - 1
    return start, start + 11


def name(first: int, last: int) -> str:
    """The text of a span of months."""
    year, month = divmod(first, 12)
    length = last - first + 1
    if length == 12 and month == 0:
        return f"{year}"
    if length == 6 and month % 6 == 0:
        return f"{year}H{month // 6 + 1}"
    if length == 3 and month % 3 == 0:
        return f"{year}Q{month // 3 + 1}"
    if length == 1:
        return f"{year}-{month + 1:02}"
    return f"{name(first, first)}..{name(last, last)}"


@cache
def shifted(period: str, by: int) -> str:
    """The period so many months later."""
    first, last = months(period)
    return name(first + by, last + by)


def last_year(period: str) -> str:
    """The same period a year before."""
    return shifted(period, -12)


def previous(period: str) -> str:
    """The period of the same length just before."""
    first, last = months(period)
    return shifted(period, first - last - 1)


def inside(period: str, size: str) -> list[str]:
    """The months, quarters or half-years of a period, in order."""
    step = {"month": 1, "quarter": 3, "half": 6, "year": 12}[size]
    first, last = months(period)
    return [name(k, k + step - 1) for k in range(first, last + 2 - step, step)]


def contains(longer: str, shorter: str) -> bool:
    """Whether the first is longer and covers the second."""
    a, b = months(longer), months(shorter)
    return a != b and a[0] <= b[0] and b[1] <= a[1]


def alike(one: str, other: str) -> bool:
    """Whether both are of the same length."""
    a, b = months(one), months(other)
    return a[1] - a[0] == b[1] - b[0]


@cache
def end(period: str) -> date:
    """The last day."""
    year, month = divmod(months(period)[1] + 1, 12)
    return date(year, month + 1, 1) - timedelta(days=1)
