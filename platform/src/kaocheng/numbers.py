"""The one number grammar: form, API, Excel, CSV and TOML all read their numbers here.

What could mean two things is an error, never a guess; what was written unusually but means one thing
is read, and the change is listed so that a person can agree to it.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

from kaocheng.errors import Invalid
from kaocheng.i18n import _

__all__ = ["NotANumber", "Reading", "decimal", "from_float", "read", "text"]

LONGEST = 40  # significant digits: enough for any figure, few enough to stay a figure
FARTHEST = 30  # the largest exponent
_PLAIN = re.compile(r"[+-]?(\d+)(\.\d+)?([eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}([,  \u2009\u202f]\d{3})+(\.\d+)?")
_DASHES = dict.fromkeys(map(ord, "−–﹣－"), "-")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u2060"), None)
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(eq=False)
class NotANumber(Invalid):
    """A text that is not one number."""

    written: str
    reason: str

    code = "not_a_number"

    def __str__(self) -> str:
        return _("“{written}”不是数:{reason}", written=self.written[:40], reason=self.reason)


@dataclass(frozen=True, slots=True)
class Reading:
    """A number, whether it was written as a percentage, and what had to be straightened to read it."""

    value: Decimal
    percent: bool = False
    changes: tuple[str, ...] = ()


def read(written: str) -> Reading:
    """Read one number as people write it.

    >>> read("１，２３４．５")
    Reading(value=Decimal('1234.5'), percent=False, changes=('全角字符', '千分位'))
    >>> read("98.5%")
    Reading(value=Decimal('98.5'), percent=True, changes=())

    Raises:
        NotANumber: it is none, or could be more than one.
    """
    changes: list[str] = []
    body = _straighten(written, changes)
    percent = body.endswith("%")
    if percent:
        body = body[:-1].rstrip()
    if _GROUPED.fullmatch(body):
        body = re.sub(r"[,\s\u2009\u202f]", "", body)
        changes.append(_("千分位"))
    if not _PLAIN.fullmatch(body):
        raise NotANumber(written, _reason(body))
    return Reading(_bounded(body, written), percent, tuple(changes))


def decimal(written: str | int) -> Decimal:
    """Read a plain number: no percent sign."""
    reading = read(str(written))
    if reading.percent:
        raise NotANumber(str(written), _("此处不用百分号"))
    return reading.value


def from_float(value: float) -> Decimal:
    """The decimal that Excel shows for a stored binary number, at its 15 significant digits.

    >>> from_float(0.9843000000000001)
    Decimal('0.9843')
    """
    written = repr(value)
    if len(written) < 17 and written[-2:] != ".0" and "e" not in written and "n" not in written:
        return Decimal(written)  # no more than 15 digits, near the point: there is nothing to round
    if 1e-24 < abs(value) < 1e24:  # 15 digits near the point pass every bound
        return Decimal(f"{value:.15g}")
    if not isfinite(value):
        raise NotANumber(str(value), _("不是有限的数"))
    return _bounded(f"{value:.15g}", str(value))


def text(value: Decimal) -> str:
    """The shortest plain writing of *value*: no exponent, no trailing zeros, no minus zero.

    >>> text(Decimal("1.2300")), text(Decimal("1E+3")), text(Decimal("-0.0"))
    ('1.23', '1000', '0')
    """
    if not value:
        return "0"
    written = str(value)
    if "E" in written:
        written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _straighten(written: str, changes: list[str]) -> str:
    if _DIRECTIONS.search(written):
        raise NotANumber(written, _("含有改变文字方向的不可见字符,请重新键入"))
    bare = written.translate(_INVISIBLE).replace("\u00a0", " ").strip().removeprefix("'")
    if bare != written.strip():
        changes.append(_("不可见字符"))
    straight = unicodedata.normalize("NFKC", bare.translate(_DASHES)).strip()
    if straight != bare:
        changes.append(_("全角字符"))
    return straight


def _reason(body: str) -> str:
    if not body:
        return _("空白;没有此项工作请填“/”")
    if re.search(r"[万亿千百]", body):
        return _("请按表头的计量单位填写,不写“万”“亿”")
    if re.search(r"[约近余左右≥≤<>~]", body):
        return _("请填准确的数,不写“约”“以上”等字")
    if body.startswith("="):
        return _("这是公式的文字,请填算出的数")
    if body.lower().lstrip("+-") in {"", "—", "无", "nan", "inf", "n/a", "#n/a", "null", "none"}:
        return _("没有此项工作请填“/”")
    if body.startswith("#"):
        return _("这是电子表格的出错值,请查明后填数")
    if "," in body:
        return _("逗号的位置不是千分位")
    return _("请只填一个数")


def _bounded(body: str, written: str) -> Decimal:
    value = Decimal(body)
    if not value.is_finite() or len(value.as_tuple().digits) > LONGEST:
        raise NotANumber(written, _("超过 {digits} 位数字", digits=LONGEST))
    if value and abs(value.adjusted()) > FARTHEST:
        raise NotANumber(written, _("数值过大或过小"))
    return value if value else Decimal(0)
