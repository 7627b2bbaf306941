"""Which form a workbook is, and for which period: told, marked by our template, or seen from its title."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath

from kaocheng.errors import Invalid, Refused
from kaocheng.figures.reading import headed
from kaocheng.figures.reading.forms import catalogue, claims, tasks
from kaocheng.figures.reading.labels import plain
from kaocheng.figures.reading.layout import Lookup
from kaocheng.figures.reading.names import FormName, Names
from kaocheng.figures.reading.sheet import Book
from kaocheng.figures.reading.template import Mark, mark
from kaocheng.i18n import _

__all__ = ["Chosen", "FormUnclear", "OldTemplate", "recognise", "stated_period"]

_HALVES = {"上半年": "H1", "下半年": "H2"}
_QUARTERS = {"一": "Q1", "二": "Q2", "三": "Q3", "四": "Q4", "1": "Q1", "2": "Q2", "3": "Q3", "4": "Q4"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The form a workbook is read as, the period, and whose columns alone it holds, if only one's."""

    form: FormName
    period: str
    collector: str = ""


@dataclass(eq=False)
class FormUnclear(Invalid):
    """It could be none of the tenant's forms, or several."""

    file: str
    possible: tuple[str, ...]

    code = "form_unclear"

    def __str__(self) -> str:
        which = _("、").join(self.possible)
        return _("看不出《{file}》是哪一张表;请选定表名后再导入,可选:{which}", file=self.file, which=which)


@dataclass(eq=False)
class OldTemplate(Refused):
    """A template of another year, another tenant, or from before the units or indicators changed."""

    file: str
    form: str

    code = "template_version"

    def __str__(self) -> str:
        return _(
            "《{file}》用的不是“{form}”现行的模板(年度、单位或指标已不同);请重新下载模板,把数据以“值”粘贴过去",
            file=self.file,
            form=self.form,
        )


def recognise(book: Book, names: Names, *, form: str = "", period: str = "", collector: str = "") -> Chosen:
    """The form that was named, or that *book* shows itself to be.

    Raises:
        NoSuchForm, FormUnclear, OldTemplate.
    """
    marked = Mark.read(book.marker) if book.marker else None
    if form:
        chosen = names.form(form)
    elif marked is not None:
        known = [f for f in names.forms if f.code == marked.form]
        if not known:
            raise OldTemplate(book.file, marked.form)
        chosen = known[0]
    else:
        chosen = _seen(book, names)
    if marked is not None:
        if marked.form != chosen.code or mark(names, chosen, marked.collector) != marked:
            raise OldTemplate(book.file, chosen.label or chosen.code)
        collector = collector or marked.collector
    return Chosen(chosen, period or chosen.period or _period(book), collector)


def stated_period(written: str) -> str:
    """The period a title names: ``2026``, ``2026H1``, ``2026Q3``, ``2026-07``; empty if none.

    >>> [stated_period(title) for title in ("2026年上半年完成情况", "2026年度指标表", "2026年7月")]
    ['2026H1', '2026', '2026-07']
    """
    title = plain(written)
    year = re.search(r"(20\d\d)年", title)
    if year is None:
        return ""
    rest = title[year.end() :]
    for word, half in _HALVES.items():
        if word in rest:
            return year[1] + half
    if quarter := re.search(r"第?([一二三四1-4])季度", rest):
        return year[1] + _QUARTERS[quarter[1]]
    if month := re.match(r"(1[0-2]|0?[1-9])月(?!\d)", rest):
        return f"{year[1]}-{int(month[1]):02}"
    return year[1]


def _period(book: Book) -> str:
    return next(filter(None, map(stated_period, book.heads())), "")


def _seen(book: Book, names: Names) -> FormName:
    stem = PurePath(book.file.replace("\\", "/")).stem
    by_name = [f for f in names.forms if _matches(f.pattern, [stem])]
    if len(by_name) == 1:
        return by_name[0]
    heads = list(book.heads())
    by_title = [f for f in by_name or names.forms if _matches(f.pattern, heads)]
    if len(by_title) == 1:
        return by_title[0]
    left = by_title or by_name or list(names.forms)
    stated = _period(book)
    kinds = _kinds(book, names)
    for narrower in (
        lambda f: f.kind in kinds,
        lambda f: not f.period or not stated or f.period == stated,
    ):
        left = [f for f in left if narrower(f)] or left
        if len(left) == 1:
            return left[0]
    raise FormUnclear(book.file, tuple(f.label or f.code for f in left or names.forms))


def _matches(pattern: str, texts: Iterable[str]) -> bool:
    """Whether a file's name or a title fits: with ``*`` or ``?`` as a whole, else as a part of it."""
    wanted = plain(pattern).removesuffix(".xlsx")
    if not wanted:
        return False
    whole = wanted if any(c in wanted for c in "*?") else f"*{wanted}*"
    return any(fnmatchcase(plain(text), whole) for text in texts)


def _kinds(book: Book, names: Names) -> frozenset[str]:
    """What kinds of form the headers speak for."""
    kinds: set[str] = set()
    for sheet in book.sheets:
        if not sheet.rows:
            continue
        table = headed.find(sheet, catalogue.WORDS, {}, 3)
        if table and all(field in table.columns for field in catalogue.NEEDED):
            return frozenset({"catalogue"})
        listed = headed.find(sheet, claims.WORDS, {}, 3)
        if listed and all(field in listed.columns for field in claims.NEEDED):
            return frozenset({"claims"})
        if any(headed.find(sheet, tasks.words(one), {}, 3) for one in names.lists):
            return frozenset({"tasks"})
        kinds |= _wide(book, names)
    return frozenset(kinds)


def _wide(book: Book, names: Names) -> set[str]:
    """Figures, evaluation or targets: whichever's indicators are headers here, all of them or nearly."""
    lookup = Lookup(names, "figure")
    headers = [text for sheet in book.sheets for c in sheet.texts if lookup.indicator(text := str(c.value))]
    if not headers:
        return set()
    codes = {lookup.indicator(text)[0].code for text in headers}
    scores: dict[str, float] = {}
    for kind in ("figures", "evaluation", "targets"):
        ours = {i.code for i in names.carried(FormName(code="", kind=kind), "")}
        if ours & codes:
            scores[kind] = len(ours & codes) / len(ours | codes)
    best = max(scores.values(), default=0.0)
    return {kind for kind, score in scores.items() if score == best}
