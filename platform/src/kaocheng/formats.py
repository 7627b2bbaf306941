"""How facts are written on a page: fixed decimals, thin spaces, dates in prose and in tables."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from kaocheng import numbers
from kaocheng.engine.rounding import printed
from kaocheng.i18n import _, language

# One zone for the whole country, without summer time since 1991.
HERE = timezone(timedelta(hours=8))
THIN = "\u2009"
NOTHING = "–"
NOT_APPLICABLE = "/"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def number(value: object, decimals: int | None = None) -> str:
    """A number with thin-space thousands and, where given, a fixed number of decimals, half up.

    >>> number("8120"), number(Decimal("4893.5"), 1), number(None), number("/"), number("86.565", 2)
    ('8\\u2009120', '4\\u2009893.5', '–', '/', '86.57')
    >>> number(Fraction(8)), number(Fraction(1, 4)), number(Fraction(1, 3)), number("3/4")
    ('8', '0.25', '1/3', '3/4')
    """
    if value is None or value == "":
        return NOTHING
    if isinstance(value, str) and not _is_number(value):
        return value
    if decimals is not None:
        return _grouped(printed(Fraction(_exact(value)), decimals))
    if isinstance(value, Fraction):
        return _fraction(value)
    if "/" in str(value):
        return str(value)
    return _grouped(numbers.text(Decimal(str(value))))


def percent(share: object, decimals: int = 0) -> str:
    """A share of one, as a percentage.

    >>> percent(Fraction(1, 3), 1)
    '33.3%'
    """
    if share is None or share == "":
        return NOTHING
    above, below = _exact(share).as_integer_ratio()
    return printed(Fraction(100 * above, below), decimals) + "%"


def day(value: date | datetime | str | None) -> str:
    """A date in a table: 2027-01-06."""
    found = _date(value)
    return found.isoformat() if found else NOTHING


def day_prose(value: date | datetime | str | None) -> str:
    """A date in a sentence: 2027年1月6日, or 6 January 2027."""
    found = _date(value)
    if found is None:
        return NOTHING
    if language() == "en":
        return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"
    return f"{found.year}年{found.month}月{found.day}日"


def moment(value: datetime | None) -> str:
    """A point in time, to the minute, where the reader is: 2027-01-06 14:03."""
    return value.astimezone(HERE).strftime("%Y-%m-%d %H:%M") if value else NOTHING


def period(code: str) -> str:
    """A period as it is said: 2026 → 2026年度, 2026H1 → 2026年上半年.

    >>> period("2026Q3"), period("2026-07")
    ('2026年第3季度', '2026年7月')
    """
    year, rest = code[:4], code[4:]
    if not year.isdigit():
        return code
    if not rest:
        return _("{year}年度", year=year)
    if rest in {"H1", "H2"}:
        return _("{year}年上半年", year=year) if rest == "H1" else _("{year}年下半年", year=year)
    if rest[0] == "Q":
        return _("{year}年第{quarter}季度", year=year, quarter=rest[1:])
    if rest[0] == "-":
        return _month(year, rest[1:])
    return code


def size(length: int) -> str:
    """A file's size: 18 KB, 1.2 MB."""
    return f"{max(1, round(length / 1000))} KB" if length < 1_000_000 else f"{length / 1_000_000:.1f} MB"


def json_script(value: Any, id: str) -> Markup:
    """*value* as data for a script to read; nothing in it can end the element."""
    body = json.dumps(value, ensure_ascii=False, default=str)
    for sign, safe in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e")):
        body = body.replace(sign, safe)
    return Markup('<script type="application/json" id="{}">{}</script>').format(id, Markup(body))


def now() -> datetime:
    """The present, for pages that say what is due."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date where the reader is."""
    return now().astimezone(HERE).date()


def span(code: str) -> str:
    """A period where its year stands above it: 2026 → 全年, 2026H1 → 上半年."""
    if len(code) == 4 and code.isdigit():
        return _("全年")
    year = code[:4]
    words = {"H1": _("上半年"), "H2": _("下半年")}
    return words.get(code[4:]) or period(code).removeprefix(_("{year}年", year=year)).strip()


def _exact(value: object) -> Decimal | Fraction:
    """What *value* says; a float, which stands for no decimal, says what it is printed as."""
    return value if isinstance(value, Decimal | Fraction) else Fraction(str(value))


def _fraction(value: Fraction) -> str:
    """As a decimal where it is one."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:
        return _grouped(numbers.text(Decimal(value.numerator) / Decimal(value.denominator)))
    return f"{_grouped(str(value.numerator))}/{_grouped(str(value.denominator))}"


def _month(year: str, month: str) -> str:
    if not month.isdigit() or not 1 <= int(month) <= 12:
        return f"{year}-{month}"
    if language() == "en":
        return f"{_MONTHS[int(month) - 1]} {year}"
    return f"{year}年{int(month)}月"


def _date(value: date | datetime | str | None) -> date | None:
    if isinstance(value, str):
        return date.fromisoformat(value) if value else None
    if isinstance(value, datetime):
        return value.astimezone(HERE).date()
    return value


def _is_number(value: str) -> bool:
    try:
        Fraction(value)
    except (ValueError, ZeroDivisionError):
        return False
    return True


def _grouped(written: str) -> str:
    sign = "−" if written.startswith("-") else ""
    whole, dot, rest = written.removeprefix("-").partition(".")
    return sign + f"{int(whole):,}".replace(",", THIN) + dot + rest
