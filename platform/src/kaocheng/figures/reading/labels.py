"""How two writings of one name are recognised as the same, and what a text cell is when it is no name."""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

__all__ = ["alike", "header_measure", "is_note", "is_total", "measure", "plain", "same_measure", "straighten"]

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), None)
DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "「": '"', "」": '"'})
_BRACKETED = re.compile(r"^(.*?)\(([^()]*)\)$")
_NOTES = re.compile(
    r"(注|备注|说明|填表说明|填报|制表|填表|审核|复核|负责人|联系|单位负责|报送|报表日期|日期|审签|签字|签章|盖章|\*|※)"
)
_TOTALS = re.compile(
    "全[省市县区]|(全[省市县区])?(合计|总计|小计|累计|总和|汇总|平均[值数]?|均值|最[高低]值?)"
)
PERCENT = frozenset({"%", "百分比", "百分点", "个百分点", "百分数"})
_MEASURES = re.compile(
    "[千万亿]?元|[万亿]?吨|吨标准煤|千克|公斤|万?亩|公顷|万?平方米|平方公里|公里|千米|米|立方米|万?人|人次|万?户|‰|"
    "[个项件起次票分天月年家所处座台辆篇条名期场位]|名次"
)


@lru_cache(maxsize=8192)
def plain(written: str) -> str:
    """*written* as names are compared: half-width, without blanks, line breaks and invisible characters.

    >>> plain("城 关\\n镇") == plain("城关镇"), plain("党纪政务处分（起）")
    (True, '党纪政务处分(起)')
    """
    narrow = unicodedata.normalize("NFKC", written.translate(_QUOTES).translate(INVISIBLE))
    return "".join(DIRECTIONS.sub("", narrow).split()).lower()


def straighten(written: str) -> str:
    """*written* without invisible characters, hard blanks and the apostrophe that marks text."""
    bare = written.translate(INVISIBLE).replace("\u00a0", " ").strip()
    return bare.removeprefix("'").strip()


@lru_cache(maxsize=8192)
def header_measure(written: str) -> tuple[str, str]:
    """A header and the measure in brackets behind it, both as compared.

    >>> header_measure("完成投资（万元）"), header_measure("(吨)"), header_measure("在建")
    (('完成投资', '万元'), ('', '吨'), ('在建', ''))
    """
    whole = plain(written)
    bracketed = _BRACKETED.match(whole)
    return (bracketed[1], bracketed[2]) if bracketed else (whole, "")


def measure(written: str) -> str:
    """The unit of measure *written* states, empty when it states none that is known.

    >>> measure("(万元)"), measure("单位:亿元"), measure("计划个数")
    ('万元', '亿元', '')
    """
    body, inner = header_measure(written)
    for candidate in (inner, body):
        known = re.sub(r"^(计量)?单位[::]", "", candidate)
        if known in PERCENT or _MEASURES.fullmatch(known) or "/" in known:
            return known
    return ""


def same_measure(written: str, declared: str) -> bool:
    """Whether a header's measure is the declared one."""
    ours = plain(declared)
    return written == ours or (written in PERCENT and ours in PERCENT)


def is_note(written: str) -> bool:
    """Whether a line is a note, a signature or a date below the table rather than a row of it."""
    whole = plain(written)
    return bool(_NOTES.match(whole)) or len(whole) > 40


def is_total(written: str) -> bool:
    """Whether a row is headed as a total or an average."""
    return bool(_TOTALS.fullmatch(plain(written)))


def alike(one: str, other: str) -> float:
    """How much two names have in common, 0 to 1."""
    return SequenceMatcher(None, plain(one), plain(other), autojunk=False).ratio()
