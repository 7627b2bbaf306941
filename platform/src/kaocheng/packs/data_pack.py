"""Packs written as TOML, without a line of Python: the default for vendors the operator does not know.

The folder is found and read without importing anything from it. A folder that brings code is refused,
because a data pack is trusted exactly for bringing none.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from kaocheng.errors import Invalid, Place
from kaocheng.i18n import _
from kaocheng.packs.values import Edition, Indicator, Method, Pack, Template

DATA = {".toml", ".md", ".txt", ".csv"}


@dataclass(eq=False)
class NotAPack(Invalid):
    """A folder that was to be a pack and cannot be read as one."""

    place: Place
    reason: str

    code = "not_a_pack"

    def __str__(self) -> str:
        return _("{place}:{reason}", place=self.place, reason=self.reason)


def read(folder: Path) -> Pack:
    """Read the pack in *folder*.

    Raises:
        NotAPack: something other than data lies there, or the TOML does not say what a pack must.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or (path.is_file() and path.suffix not in DATA):
            raise NotAPack(Place(str(path)), _("数据包只能带 .toml、.md、.txt、.csv 文件;请删去此文件"))
    path = folder / "pack.toml"
    return _Reader(path).pack(toml(path))


def toml(path: Path) -> Mapping[str, Any]:
    """One TOML file; a float in it is refused, because it has already lost digits."""
    if not path.is_file():
        raise NotAPack(Place(str(path)), _("没有此文件"))
    try:
        return tables(path.read_text("utf-8"))
    except ValueError as problem:
        raise NotAPack(Place(str(path)), str(problem)) from problem


def tables(text: str) -> dict[str, Any]:
    """A TOML text without floats.

    Raises:
        ValueError: it is no TOML, or writes one.
    """
    return tomllib.loads(text, parse_float=_no_float)


def _no_float(written: str) -> NoReturn:
    raise ValueError(_('小数请写在引号内:"{written}"', written=written))


class _Reader:
    """Turns the tables of one pack.toml into values, and knows where it is when it must complain."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pack(self, read: Mapping[str, Any]) -> Pack:
        self._known(read, {"pack", "editions"}, "")
        head = self._table(read, "pack", "")
        self._known(head, {"code", "label"}, "pack")
        editions = self._table(read, "editions", "")
        return Pack(
            code=self._text(head, "code", "pack"),
            label=self._text(head, "label", "pack"),
            editions=tuple(self._edition(year, self._table(editions, year, "editions")) for year in editions),
        )

    def _edition(self, year: str, read: Mapping[str, Any]) -> Edition:
        at = f"editions.{year}"
        self._known(read, {"since", "circular", "clauses", "indicators", "methods", "templates"}, at)
        since = read.get("since")
        if type(since) is not date:
            self._refuse(f"{at}.since", _("请写日期,如 2026-01-01"))
        clauses = self._table(read, "clauses", at)
        return Edition(
            year=year,
            since=since,
            circular=self._text(read, "circular", at),
            indicators=tuple(
                self._indicator(c, t, at) for c, t in self._tables(read, "indicators", at).items()
            ),
            methods=tuple(self._method(c, t, at) for c, t in self._tables(read, "methods", at).items()),
            templates=tuple(self._template(c, t, at) for c, t in self._tables(read, "templates", at).items()),
            clauses={code: self._text(clauses, code, f"{at}.clauses") for code in clauses},
        )

    def _indicator(self, code: str, read: Mapping[str, Any], at: str) -> Indicator:
        at = f"{at}.indicators.{code}"
        self._known(read, {"label", "measure", "method", "clause", "direction", "cumulative", "parts"}, at)
        direction = read.get("direction", "up")
        if direction not in ("up", "down"):
            self._refuse(f"{at}.direction", _("请写 up 或 down"))
        return Indicator(
            code=code,
            label=self._text(read, "label", at),
            measure=self._text(read, "measure", at),
            method=self._text(read, "method", at),
            clause=self._text(read, "clause", at),
            direction=direction,
            cumulative=bool(read.get("cumulative", False)),
            parts=tuple(read.get("parts", ())),
        )

    def _method(self, code: str, read: Mapping[str, Any], at: str) -> Method:
        at = f"{at}.methods.{code}"
        self._known(read, {"label", "formula", "keys", "defaults"}, at)
        return Method(
            code=code,
            label=self._text(read, "label", at),
            formula=self._text(read, "formula", at),
            keys=tuple(read.get("keys", ())),
            defaults=dict(read.get("defaults", {})),
        )

    def _template(self, code: str, read: Mapping[str, Any], at: str) -> Template:
        at = f"{at}.templates.{code}"
        self._known(read, {"label", "file"}, at)
        file = self.path.parent / self._text(read, "file", at)
        if self.path.parent.resolve() not in file.resolve().parents or not file.is_file():
            self._refuse(f"{at}.file", _("包内没有文件“{file}”", file=read["file"]))
        return Template(code=code, label=self._text(read, "label", at), text=file.read_text("utf-8"))

    def _table(self, read: Mapping[str, Any], key: str, at: str) -> Mapping[str, Any]:
        table = read.get(key)
        if not isinstance(table, dict) or not table:
            self._refuse(f"{at}.{key}".lstrip("."), _("缺少此表"))
        return table

    def _tables(self, read: Mapping[str, Any], key: str, at: str) -> Mapping[str, Mapping[str, Any]]:
        tables = self._table(read, key, at) if key in read else {}
        return {code: self._table(tables, code, f"{at}.{key}") for code in tables}

    def _text(self, read: Mapping[str, Any], key: str, at: str) -> str:
        written = read.get(key)
        if not isinstance(written, str) or not written:
            self._refuse(f"{at}.{key}", _("请写文字"))
        return written

    def _known(self, read: Mapping[str, Any], keys: set[str], at: str) -> None:
        for key in read:
            if key not in keys:
                self._refuse(
                    f"{at}.{key}".lstrip("."), _("没有这个键;可用:{keys}", keys=_("、").join(sorted(keys)))
                )

    def _refuse(self, path: str, reason: str) -> NoReturn:
        raise NotAPack(Place(str(self.path), path=path), reason)
