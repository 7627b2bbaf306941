"""Tables for people in a terminal: Chinese characters are two columns wide, numbers end together."""

import re
import unicodedata
from collections.abc import Sequence

_NUMBER = re.compile(r"[-+]?\d[\d.]*%?|/|–|")


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """*rows* under *headers*, each column as wide as its widest cell."""
    columns = list(zip(headers, *rows, strict=True)) if rows else [(h,) for h in headers]
    widths = [max(map(width, column)) for column in columns]
    right = [all(_NUMBER.fullmatch(cell) for cell in column[1:]) for column in columns]
    lines = [
        "  ".join(_padded(c, w, r) for c, w, r in zip(row, widths, right, strict=True)).rstrip()
        for row in (headers, *rows)
    ]
    return "\n".join(lines)


def width(text: str) -> int:
    """How many columns *text* takes.

    >>> width("城关镇 8")
    8
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(cell: str, wide: int, right: bool) -> str:
    room = " " * (wide - width(cell))
    return room + cell if right else cell + room
