"""Puts single values into a scheme's text and leaves every other character as its author wrote it.

A scheme says the same thing in many ways (inline tables, dotted keys, sections, a template's silence), so a
place is tried and the whole text read again: it stands only if exactly the one value has changed.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any

from kaocheng.errors import Place, Refused
from kaocheng.i18n import _
from kaocheng.rulebook.located import Path
from kaocheng.rulebook.source import Source

__all__ = ["Unplaced", "put"]

MOST_PLACES = 60  # tried for one value; the first is right unless the text is written oddly
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_VALUE = re.compile(
    r'"""[\s\S]*?"""' + r"|'''[\s\S]*?'''" + r'|"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'" + r"|[^\s,}\]#]+"
)


@dataclass(eq=False)
class Unplaced(Refused):
    """The text is written so that a value cannot be put into it without touching others."""

    place: Place
    value: str

    code = "unplaced"

    def __str__(self) -> str:
        return _("{place}:“{value}”放不进方案的文本;请在方案里改好再采用", place=self.place, value=self.value)


def put(text: str, path: Path, value: int | str) -> str:
    """*text* with *value* at *path*; where it says nothing there itself, an overriding table is added.

    >>> put('[clauses]\\n"1" = "甲"  # 一\\n', ("clauses", "1"), "乙")
    '[clauses]\\n"1" = "乙"  # 一\\n'

    Raises:
        Unplaced: there is no place for it.
    """
    wanted = _with(tomllib.loads(text), path, value)
    for tried in islice(_tries(text, path, _written(value)), MOST_PLACES):
        if _reads(tried) == wanted:
            return tried
    raise Unplaced(Source(text).place(path), str(value))


def _with(data: Mapping[str, Any], path: Path, value: int | str) -> dict[str, Any]:
    whole = deepcopy(dict(data))
    table = whole
    for key in path[:-1]:
        table = table.setdefault(key, {})
    table[path[-1]] = value
    return whole


def _reads(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _written(value: int | str) -> str:
    # What JSON escapes TOML escapes alike, but for the one control character that JSON lets through.
    return str(value) if isinstance(value, int) else json.dumps(value.replace("\x7f", ""), ensure_ascii=False)


def _tries(text: str, path: Path, written: str) -> Iterator[str]:
    """Every place where the value might stand, the likeliest first."""
    *above, key = path
    at = _start(text, Source(text).place(path).line)
    for found in re.finditer(rf"""(?<![\w-])["']?{re.escape(key)}["']?\s*=\s*""", text[at:]):
        begin = at + found.end()
        if value := _VALUE.match(text, begin):
            yield text[:begin] + written + text[value.end() :]
    if line := Source(text).place(tuple(above)).line:
        yield from _beside(text, _start(text, line), _start(text, line + 1), (above[-1], key), written)
    gap = "" if text.endswith("\n") else "\n"
    yield f"{text}{gap}\n[{'.'.join(map(_key, above))}]\n{_key(key)} = {written}\n"


def _beside(text: str, begin: int, end: int, path: Path, written: str) -> Iterator[str]:
    """Into the inline table that opens on this line, or on a line of its own below it."""
    above, key = path
    if (brace := text.find("{", begin, end)) >= 0:
        rest = text[brace + 1 :].lstrip(" \t")
        comma = "" if rest.startswith("}") else ","
        yield f"{text[:brace]}{{ {_key(key)} = {written}{comma} {rest}"
    gap = "" if text[:end].endswith("\n") else "\n"
    for name in ((key,), (above, key)):
        yield f"{text[:end]}{gap}{'.'.join(map(_key, name))} = {written}\n{text[end:]}"


def _start(text: str, line: int) -> int:
    """Where a line (the first is 1) begins."""
    return sum(map(len, text.splitlines(keepends=True)[: max(line, 1) - 1]))


def _key(word: str) -> str:
    return word if _BARE.fullmatch(word) else json.dumps(word, ensure_ascii=False)
