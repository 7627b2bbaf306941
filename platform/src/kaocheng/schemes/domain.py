"""A scheme in its versions: what it declares, where each version stands, and how two of them differ."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from kaocheng.engine import grammar
from kaocheng.engine.recipe import Recipe
from kaocheng.errors import Invalid, Missing, Refused
from kaocheng.i18n import _
from kaocheng.identity.domain import PersonId
from kaocheng.rulebook.names import texts_of

CLAIM_FIELDS = {
    "points": ("分值", "分"),
    "level": ("级别", "text"),
    "matter": ("事项", "text"),
    "category": ("类别", "text"),
    "date": ("日期", "date"),
    "document": ("依据文号", "text"),
}
# What the usual fields of a list's rows are called; the language gives them codes and no labels.
ROW_FIELDS = {"task": "任务", "full": "分值", "due": "完成时限", "done": "完成日期", "progress": "完成进度"}
_OWN_YEAR = re.compile(r"\[(scheme|periods)\]")


class State(StrEnum):
    """Where one version stands."""

    DRAFT = "draft"
    FROZEN = "frozen"
    SUPERSEDED = "superseded"

    @property
    def label(self) -> str:
        """The state's name in the reader's language."""
        return {
            State.DRAFT: _("草案"),
            State.FROZEN: _("已冻结"),
            State.SUPERSEDED: _("已被新版取代"),
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeVersion:
    """One version of one year's scheme: its text as handed in, and its recipe by value."""

    id: int
    code: str
    name: str
    year: int
    version: int
    text: str
    digest: str
    recipe: Recipe
    recipe_digest: str
    state: State
    adopted_at: datetime
    packs: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    adopted_by: PersonId | None = None
    frozen_by: PersonId | None = None
    frozen_at: datetime | None = None
    basis: str | None = None  # digest of the text as handed in, where a workbook supplied values to it

    @property
    def label(self) -> str:
        """As people refer to it: 2026年第2版."""
        return _("{year}年第{version}版", year=self.year, version=self.version)

    def says_the_same(self, digest: str, recipe_digest: str) -> bool:
        """Whether text and compiled rules are these; a pack's new edition may change the rules alone."""
        return self.digest == digest and self.recipe_digest == recipe_digest


class Declared(NamedTuple):
    """Something the scheme lets people hand in: a figure, a target, a field of a list or of a claim."""

    of: str
    code: str
    field: str
    label: str
    measure: str
    collector: str


class Change(NamedTuple):
    """One place in which two versions differ; empty where it is not there at all."""

    path: str
    before: str
    after: str


class Stated(NamedTuple):
    """A value that a workbook states with authority: where the scheme says it, and what it said when seen."""

    path: tuple[str, ...]
    value: str
    before: str
    label: str
    cell: str


@dataclass(eq=False)
class NoScheme(Missing):
    """The tenant has not adopted a scheme, or not for that year, or not in that version."""

    year: int | None = None
    version: int | None = None

    code = "no_scheme"

    def __str__(self) -> str:
        if self.version is not None:
            return _(
                "没有{year}年第{version}版考核方案;请到方案页看有哪些版本",
                year=self.year,
                version=self.version,
            )
        if self.year is not None:
            return _("没有{year}年的考核方案;请先用 kaocheng schemes adopt 采用一份", year=self.year)
        return _("还没有考核方案;请先用 kaocheng schemes adopt 采用一份")


@dataclass(eq=False)
class ReasonNeeded(Refused):
    """A frozen scheme is replaced only with a reason that people can read later."""

    replaced: str

    code = "reason_needed"

    def __str__(self) -> str:
        return _("{replaced}已冻结;用新版取代它要写明理由", replaced=self.replaced)


@dataclass(eq=False)
class SchemeRefused(Invalid):
    """A scheme with mistakes that would change somebody's total without a word."""

    mistakes: Sequence[str]

    code = "scheme_refused"

    def __str__(self) -> str:
        head = _("考核方案有 {count} 处错误,没有采用:", count=len(self.mistakes))
        return "\n".join((head, *self.mistakes))


@dataclass(eq=False)
class FrozenPoints(Refused):
    """A workbook states other points than the rules by which the round is already scored."""

    version: str
    label: str

    code = "frozen_points"

    def __str__(self) -> str:
        return _(
            "“{label}”的分值与已冻结的{version}不同;要改,请先采用方案的新版并写明理由",
            label=self.label,
            version=self.version,
        )


@dataclass(eq=False)
class SchemeMoved(Refused):
    """The scheme says something else by now than when somebody looked at what would change in it."""

    label: str
    before: str
    now: str

    code = "scheme_moved"

    def __str__(self) -> str:
        return _(
            "看过之后方案又改了:“{label}”当时是“{before}”,现在是“{now}”;请重新导入这个文件,看过再同意",
            label=self.label,
            before=self.before,
            now=self.now or "—",
        )


def declared(recipe: Recipe) -> tuple[Declared, ...]:
    """Everything *recipe* lets people hand in, in the order of the scheme."""
    found = [*_figures(recipe), *_rows(recipe), *_claims(recipe)]
    return tuple({(one.of, one.code, one.field): one for one in found}.values())


def _figures(recipe: Recipe) -> Iterator[Declared]:
    kinds = ("target", *sorted(_kinds(recipe) - {"target"}))
    for code, keys in recipe.figures.items():
        label, measure = str(keys.get("label") or code), str(keys.get("unit") or "")
        collector = str(keys.get("collector") or _collector(recipe, code))
        yield Declared("figure", code, "", label, measure, collector)
        for kind in kinds:
            yield Declared("target", code, kind, label, measure, collector)


def _collector(recipe: Recipe, code: str) -> str:
    """Who reports a figure that names nobody itself: whoever the node of its code is bound to."""
    nodes = [paper.nodes[code] for paper in recipe.papers.values() if code in paper.nodes]
    return next((str(node["collector"]) for node in nodes if node.get("collector")), "")


def _kinds(recipe: Recipe) -> set[str]:
    """The kinds of target that some rule asks for, besides the plain one."""
    kinds: set[str] = set()
    for paper in recipe.papers.values():
        for node in paper.nodes.values():
            kinds |= {"base"} if node.get("method") == "between" else set()
            for written in texts_of(node.keys):
                kinds |= _kinds_in(written)
    return kinds


def _kinds_in(written: str) -> set[str]:
    try:
        tree = grammar.parse(written)
    except grammar.BadExpression:  # a label or a word, no expression
        return set()
    calls = [part for part in grammar.walk(tree) if isinstance(part, grammar.Call)]
    words = [word for call in calls if call.path == ("target",) for word in call.arguments[1:]]
    named = {word.value for word in words if isinstance(word, grammar.Word)}
    return named | {"base" for call in calls if call.path == ("base",)}


def _rows(recipe: Recipe) -> Iterator[Declared]:
    for code, keys in recipe.lists.items():
        label, collector = str(keys.get("label") or code), str(keys.get("collector") or "")
        for name, measure in (keys.get("fields") or {}).items():
            yield Declared(
                "row", code, name, f"{label}·{ROW_FIELDS.get(name, name)}", str(measure), collector
            )


def _claims(recipe: Recipe) -> Iterator[Declared]:
    for paper in recipe.papers.values():
        for code, keys in paper.table("adjustments").items():
            if "formula" not in keys:
                yield from _claim(code, keys, CLAIM_FIELDS)
        for code, keys in paper.table("vetoes").items():
            if "when" not in keys:
                yield from _claim(code, keys, [name for name in CLAIM_FIELDS if name != "points"])


def _claim(code: str, keys: Mapping[str, Any], fields: Iterable[str]) -> Iterator[Declared]:
    label, collector = str(keys.get("label") or code), str(keys.get("collector") or "")
    for name in fields:
        word, measure = CLAIM_FIELDS[name]
        yield Declared("claim", code, name, f"{label}·{word}", measure, collector)


def difference(before: SchemeVersion, after: SchemeVersion) -> tuple[Change, ...]:
    """What *after* says differently, rule by rule: of the compiled rules, so a pack's change shows too."""
    old, new = dict(_leaves(before.recipe.keys)), dict(_leaves(after.recipe.keys))
    paths = list(dict.fromkeys([*new, *old]))
    return tuple(
        Change(path, old.get(path, ""), new.get(path, ""))
        for path in paths
        if old.get(path, "") != new.get(path, "")
    )


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value):
        for number, one in enumerate(value, 1):
            yield from _leaves(one, f"{path}[{number}]")
    elif isinstance(value, list | tuple):
        yield path, _("、").join(map(str, value))
    else:
        yield path, str(value)


def copied(text: str, year: int) -> str:
    """Next year's scheme to start from: the same text with the year moved in its head and its periods.

    >>> copied('[scheme]\\nyear = 2026\\nfrom = "p:t@2026"\\n[clauses]\\n"1" = "2026年"\\n', 2027)
    '[scheme]\\nyear = 2027\\nfrom = "p:t@2026"\\n[clauses]\\n"1" = "2026年"\\n'
    """
    old = str(tomllib.loads(text)["scheme"]["year"])
    lines, own = [], False
    for line in text.splitlines(keepends=True):
        if line.startswith("["):
            own = bool(_OWN_YEAR.match(line))
        # The template's edition stays: a new one is adopted on purpose, when the pack carries it.
        lines.append(line.replace(old, str(year)) if own and not line.startswith("from") else line)
    return "".join(lines)
