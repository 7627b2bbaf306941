"""The trade's list of methods: how each entry is said here, what its edges are, an example that runs.

One text for the pages of ``docs/methods`` and for ``kaocheng methods``, in both languages; names, keys and
their types are those of ``kaocheng.engine.methods``.  Formulas: ``w`` full marks, ``x`` the measured value.
"""

import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kaocheng.engine.methods import METHODS, Method
from kaocheng.i18n import _, language

CHAPTERS = ("1-targets", "2-peers", "3-raters", "4-gaps", "5-totals", "6-bonuses", "7-grades")
_KINDS = ("shares", "points", "numbers", "words", "tables")


@dataclass(frozen=True, slots=True)
class Said:
    """A text in the two languages of the product."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if language() == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list."""

    id: str
    name: Said
    methods: tuple[str, ...]  # of the engine's table
    said: tuple[str, ...]  # what else of the language, or which function, says it
    formula: Said
    about: Said
    edges: Said
    keys: Mapping[str, Said]
    example: str
    source: tuple[str, ...]  # numbers of ``sources``

    @property
    def title(self) -> str:
        """Its number and both names, in whatever language is read."""
        return f"{self.id} {self.name.zh} · {self.name.en}"


@dataclass(frozen=True, slots=True)
class Chapter:
    """The entries of one kind, in the list's order."""

    code: str
    name: Said
    about: Said
    entries: tuple[Entry, ...]


@cache
def sources() -> Mapping[str, Said]:
    """The documents the methods were read in, by number."""
    read = tomllib.loads((files(__package__) / "sources.toml").read_text("utf-8"))
    return {number: _said(pair) for number, pair in read.items()}


@cache
def chapters() -> tuple[Chapter, ...]:
    """The whole list."""
    return tuple(_chapter(code) for code in CHAPTERS)


def entries() -> Iterator[Entry]:
    """Every entry, in the list's order."""
    for chapter in chapters():
        yield from chapter.entries


def find(name: str) -> tuple[Entry, ...]:
    """The entries that a number, a name, a method's code or a word of the language stands for."""
    wanted = name.strip().lower()
    for entry in entries():
        if wanted in (entry.id.lower(), entry.name.zh, entry.name.en.lower()):
            return (entry,)
    code = next((m.code for m in METHODS.values() if wanted in (m.code, m.chinese, m.english.lower())), "")
    found = tuple(entry for entry in entries() if code in entry.methods)
    return found or tuple(
        e for e in entries() if any(re.search(rf"\b{re.escape(wanted)}\b", w) for w in e.said)
    )


# -- as text -------------------------------------------------------------------------------------------


def overview() -> str:
    """The whole list in Markdown: a table for each chapter, a line for each entry."""
    blocks = []
    for number, chapter in enumerate(chapters(), 1):
        rows = [
            f"| {e.id} | {e.name.zh} · {e.name.en} | {_said_with(e)} | {e.formula} |" for e in chapter.entries
        ]
        head = _row(_("编号"), _("名称"), _("写法"), _("算法"))
        blocks.append("\n".join([f"## {number} {chapter.name}", "", head, "|---|---|---|---|", *rows]))
    return "\n\n".join(blocks) + "\n"


def page(chapter: Chapter) -> str:
    """A chapter as a page of Markdown."""
    sections = "\n".join(section(entry) for entry in chapter.entries)
    return f"# {chapter.name}\n\n{_lines(str(chapter.about))}\n\n{sections}"


def section(entry: Entry) -> str:
    """One entry as a section of Markdown: formula, keys with their types, edges, example, source."""
    blocks = [
        f"## {entry.title}",
        f"`{entry.formula}`",
        _("写法:{said}", said=_said_with(entry)),
        _lines(str(entry.about)),
        *_keys(entry),
        _lines(_("边界:{edges}", edges=entry.edges)),
        entry.example.strip(),
        _("出处:{source}", source=" · ".join(str(sources()[number]) for number in entry.source)),
    ]
    return "\n\n".join(blocks) + "\n"


def _lines(paragraph: str) -> str:
    """A paragraph over lines that fit a screen; Chinese, which has no blanks, stays on one."""
    return textwrap.fill(paragraph, 120, break_long_words=False, break_on_hyphens=False)


def _said_with(entry: Entry) -> str:
    return _("、").join(f"`{word}`" for word in (*entry.methods, *entry.said))


def _keys(entry: Entry) -> list[str]:
    if not entry.keys:
        return []
    rows = [_row(f"`{key}`", _types(entry, key), str(means)) for key, means in entry.keys.items()]
    return ["\n".join([_row(_("键"), _("类型"), _("含义")), "|---|---|---|", *rows])]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _types(entry: Entry, key: str) -> str:
    """What is written for a key: its kind in the method's table, and whether it must be there."""
    for method in (METHODS[code] for code in entry.methods):
        for kind in _KINDS:
            if key in getattr(method, kind):
                return _type(method, kind, key) + (_(",必写") if key in method.required else "")
    return ""


def _type(method: Method, kind: str, key: str) -> str:
    if kind == "words":
        return " / ".join(f"`{word}`" for word in method.words[key])
    return {
        "shares": _("百分数或分数"),
        "points": _("分,或占满分的 %"),
        "numbers": _("数或算式,用指标的单位"),
        "tables": _("一张表"),
    }[kind]


# -- reading -------------------------------------------------------------------------------------------


def _chapter(code: str) -> Chapter:
    read = tomllib.loads((files(__package__) / f"{code}.toml").read_text("utf-8"))
    head = read.pop("chapter")
    listed = tuple(_entry(id_, keys) for id_, keys in read.items())
    return Chapter(code, _said(head["name"]), _said(head["about"]), listed)


def _entry(id_: str, read: Mapping[str, Any]) -> Entry:
    return Entry(
        id=id_,
        name=_said(read["name"]),
        methods=tuple(read.get("methods", ())),
        said=tuple(read.get("said", ())),
        formula=_said(formula if isinstance(formula := read["formula"], list) else [formula, formula]),
        about=_said(read["about"]),
        edges=_said(read["edges"]),
        keys={key: _said(pair) for key, pair in read.get("keys", {}).items()},
        example=read["example"],
        source=tuple(map(str, read["source"])),
    )


def _said(pair: list[str]) -> Said:
    zh, en = (re.sub(r"\s*\n\s*", " ", text).strip() for text in pair)
    return Said(zh, en)
