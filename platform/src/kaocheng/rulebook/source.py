"""TOML with the line of everything in it, so that a mistake can be pointed at."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kaocheng.errors import Invalid, Place
from kaocheng.i18n import _

LARGEST = 2_000_000  # characters of one scheme
_HEADER = re.compile(r"\s*\[\[?\s*(?P<path>[^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""\s*(?P<path>(?:[\w\u4e00-\u9fff-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PIECE = re.compile(r"""[\w\u4e00-\u9fff-]+|"[^"]*"|'[^']*'""")
Path = tuple[str, ...]


@dataclass(eq=False)
class BadScheme(Invalid):
    """One mistake in a scheme file, with its place and its remedy."""

    place: Place
    reason: str
    remedy: str = ""

    code = "bad_scheme"

    def __str__(self) -> str:
        if not self.remedy:
            return _("{place}:{reason}", place=self.place, reason=self.reason)
        return _("{place}:{reason};{remedy}", place=self.place, reason=self.reason, remedy=self.remedy)


class Source:
    """A TOML text, read, with the line on which each key stands."""

    def __init__(self, text: str, file: str = "scheme.toml") -> None:
        self.text, self.file = text, file
        self._lines = dict(_located(text))
        if len(text) > LARGEST:
            raise BadScheme(Place(file), _("文件超过 {most} 个字符", most=LARGEST))
        try:
            self.data: dict[str, Any] = tomllib.loads(text, parse_float=_Float)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+), column (\d+)", str(error))
            line, column = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 0)
            raise BadScheme(
                Place(file, line, column),
                _("这一行不合 TOML 的写法"),
                _("请检查引号、括号和等号是否成对;中文的键要加引号"),
            ) from None
        self._refuse_floats(self.data, ())

    def place(self, path: Path) -> Place:
        """Where *path* stands, or the first thing in it, or the nearest thing above it."""
        if inside := [line for known, line in self._lines.items() if path and known[: len(path)] == path]:
            return Place(self.file, min(inside), path=".".join(path))
        for length in range(len(path), -1, -1):
            if path[:length] in self._lines:
                return Place(self.file, self._lines[path[:length]], path=".".join(path))
        return Place(self.file, path=".".join(path))

    def _refuse_floats(self, value: Any, path: Path) -> None:
        if isinstance(value, _Float):
            raise BadScheme(
                self.place(path),
                _("“{written}”没有加引号,读入时会失去精度", written=value.written),
                _('请写成 "{written}"', written=value.written),
            )
        if isinstance(value, dict):
            for key, inner in value.items():
                if isinstance(inner, date):
                    value[key] = inner.isoformat()
                self._refuse_floats(inner, (*path, key))
        elif isinstance(value, list):
            for inner in value:
                self._refuse_floats(inner, path)


def nearest(word: str, known: Iterable[str]) -> str:
    """A half-sentence naming the known word most like *word*, or nothing."""
    close = difflib.get_close_matches(word, list(known), 1, 0.6)
    return _("是否应为“{close}”?", close=close[0]) if close else ""


class _Float:
    def __init__(self, written: str) -> None:
        self.written = written


def _located(text: str) -> Iterable[tuple[Path, int]]:
    table: Path = ()
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        if fence:
            if fence in line:
                fence = ""
            continue
        if header := _HEADER.match(line):
            table = _pieces(header["path"])
            yield table, number
        elif key := _KEY.match(line):
            path = (*table, *_pieces(key["path"]))
            for length in range(len(table) + 1, len(path) + 1):
                yield path[:length], number
        for mark in ('"""', "'''"):
            if line.count(mark) % 2:
                fence = mark


def _pieces(written: str) -> Path:
    return tuple(piece.strip("\"'") for piece in _PIECE.findall(written))


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """*above* laid over *below*, table by table."""
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        both = isinstance(under, Mapping) and isinstance(value, Mapping)
        result[key] = merged(under, value) if both else value  # type: ignore[arg-type]
    return result
