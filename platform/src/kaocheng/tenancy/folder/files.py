"""Reads a folder's files as offices save them, and remembers on which line everything stood."""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from kaocheng.errors import Place
from kaocheng.i18n import _
from kaocheng.tenancy.folder.mistakes import Mistakes

__all__ = ["Line", "Toml", "lines", "read_text", "read_toml"]

LARGEST = 10_000_000  # bytes; a list of every village of a province is far below
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?")
_KEY = re.compile(r'\s*["\']?([^\s"\'=#]+)["\']?\s*=')
_WHERE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")


@dataclass(frozen=True, slots=True)
class Toml:
    """A TOML file, and the line each key stands on: ``("forms", 0, "kind")`` → 12."""

    file: str
    tables: Mapping[str, Any]
    stands: Mapping[tuple[str | int, ...], int]

    def place(self, *path: str | int) -> Place:
        """Where that key is, or else the table it would be in."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.stands:
                return Place(self.file, self.stands[path[:end]])
        return Place(self.file, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a CSV file: its cells by column, stripped."""

    place: Place
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read_text(path: Path, mistakes: Mistakes) -> str | None:
    """The file's text, be it UTF-8 with or without a mark, or what Excel saves on a Chinese Windows."""
    try:
        if path.stat().st_size > LARGEST:
            mistakes.add(Place(path.name), _("文件太大;最大 {size} MB", size=LARGEST // 1_000_000))
            return None
        content = path.read_bytes()
    except OSError as error:
        mistakes.add(Place(path.name), _("读不了这个文件:{reason}", reason=error.strerror or error))
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    mistakes.add(Place(path.name), _("文字编码认不出来;请另存为 UTF-8"))
    return None


def read_toml(path: Path, mistakes: Mistakes) -> Toml:
    """The file's tables; empty when it cannot be read, which is then among the mistakes."""
    text = read_text(path, mistakes)
    if text is None:
        return Toml(path.name, {}, {})
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = _WHERE.search(str(error))
        line, column = where.groups(default="0") if where else ("0", "0")
        place = Place(path.name, int(line) or text.count("\n") + 1, int(column))
        mistakes.add(place, _("不合 TOML 的写法:{reason}", reason=_WHERE.sub("", str(error)).strip()))
        return Toml(path.name, {}, {})
    return Toml(path.name, tables, dict(_stands(text)))


def lines(
    path: Path, needed: Sequence[str], known: Sequence[str] | None, mistakes: Mistakes
) -> Iterator[Line]:
    """The rows of a CSV file below its header; empty rows are skipped.

    The header must have the *needed* columns and may have the *known* ones; None lets any others be.
    """
    text = read_text(path, mistakes)
    if text is None:
        return
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: list[str] | None = None
    try:
        for cells in rows:
            stripped = [cell.strip() for cell in cells]
            if not any(stripped):
                continue
            place = Place(path.name, rows.line_num)
            if columns is None:
                columns = stripped
                if not _good_header(columns, needed, known, place, mistakes):
                    return
            elif len(stripped) > len(columns):
                mistakes.add(
                    place, _("有 {count} 格,表头只有 {header} 格", count=len(stripped), header=len(columns))
                )
            else:
                yield Line(place, dict(zip_longest(columns, stripped, fillvalue="")))
    except csv.Error as error:
        mistakes.add(Place(path.name, rows.line_num), _("不合 CSV 的写法:{reason}", reason=error))
    if columns is None:
        mistakes.add(Place(path.name, 1), _("文件是空的;第一行应为表头"))


def _good_header(
    columns: Sequence[str],
    needed: Sequence[str],
    known: Sequence[str] | None,
    place: Place,
    mistakes: Mistakes,
) -> bool:
    """Whether the rows can be read under it."""
    for column in sorted({name for name in columns if columns.count(name) > 1}):
        mistakes.add(place, _("表头里“{column}”出现了不止一次", column=column))
    for column in columns:
        if known is not None and column not in known:
            mistakes.unknown(place, _("列"), column, known)
    missing = [column for column in needed if column not in columns]
    for column in missing:
        mistakes.add(place, _("缺少列“{column}”", column=column))
    return not missing


def _stands(text: str) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """The line of every table header and of every key that begins a line."""
    table: tuple[str | int, ...] = ()
    counted: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            brackets, name = header.groups()
            table = tuple(part.strip(" \"'") for part in name.split("."))
            if brackets == "[[":
                counted[name] = counted.get(name, -1) + 1
                table = (*table, counted[name])
            yield table, number
        elif key := _KEY.match(line):
            yield (*table, *key[1].split(".")), number
