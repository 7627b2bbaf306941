"""What a pack is made of, and what it is asked about: frozen values, no session, tenant or person.

A pack that cannot reach the database cannot leak it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from inspect import signature
from typing import Literal, NamedTuple

from kaocheng.engine.arrays import Exact
from kaocheng.i18n import _, language
from kaocheng.numbers import text

Fact = str | int | Decimal | date


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a pack has to say, in both languages: a pack brings its own words, not a catalogue."""

    zh: str
    en: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def spoken(self, language: str) -> str:
        """The sentence in one language, its ``{names}`` filled in; decimals without trailing zeros."""
        facts = {name: text(fact) if isinstance(fact, Decimal) else fact for name, fact in self.facts.items()}
        return (self.en if language == "en" else self.zh).format(**facts)

    def __str__(self) -> str:
        return self.spoken(language())


def say(zh: str, en: str, /, **facts: Fact) -> Sentence:
    """One sentence in both languages.

    >>> str(say("比上期少 {by}", "fell by {by}", by=Decimal("3.50")))
    '比上期少 3.5'
    """
    return Sentence(zh, en, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One thing measured (考核指标): it cannot be written down without its measure and its clause."""

    code: str
    label: str
    measure: str  # unit of measure
    method: str  # of the engine, or of the edition
    clause: str  # code of one of the edition's clauses
    direction: Literal["up", "down"] = "up"
    cumulative: bool = False  # counted from 1 January, so that within a year it can only grow
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A scoring method of the pack's own: a named expression of the scheme language."""

    code: str
    label: str
    formula: str
    keys: tuple[str, ...] = ()
    defaults: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A worked example of an array method: what it takes, one text a unit, and the points each unit gets.

    Texts are written as in figures.csv: decimals, ``/`` for not applicable, empty for missing; points may
    also be a fraction (``1/3``).  A text alone stands for every unit.
    """

    gives: tuple[str, ...]
    takes: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group: tuple[str, ...] = ()  # the circle each unit is compared in, by name


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayMethod:
    """A scoring method of the pack's own that no expression can say: a pure function of exact columns.

    *works* takes what its parameters name and nothing else: the node's own ``x``, ``target``, ``base``,
    ``last``, ``full`` and the method's *keys*, each an ``Exact`` with one value a unit (or one for all);
    ``parts``, the parts of the figure measured by code in the scheme's order; ``group``, the circle of each
    unit as a number (−1: in none).  It gives one ``Exact``: points, one a unit or one for all.
    """

    code: str
    label: str
    formula: str  # in words, as the circular says it: what an explanation shows
    works: Callable[..., Exact]
    example: Example
    keys: tuple[str, ...] = ()
    defaults: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def takes(self) -> tuple[str, ...]:
        """What it asks for, in its own order."""
        return tuple(signature(self.works).parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A scheme, or part of one, to start from: text in the scheme language, taken by ``from``."""

    code: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One year's circular. A new one is added beside the old: last year must stay explicable."""

    year: str
    since: date
    circular: str  # the document it follows, in words
    indicators: tuple[Indicator, ...] = ()
    methods: tuple[Method | ArrayMethod, ...] = ()
    templates: tuple[Template, ...] = ()
    clauses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What one distribution brings: a code, a name, and every edition it ever had, oldest first."""

    code: str
    label: str
    editions: tuple[Edition, ...]

    def edition(self, year: str) -> Edition | None:
        """The edition of one year, if the pack carries it."""
        return next((edition for edition in self.editions if edition.year == year), None)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at: why, and what to do about it."""

    reason: Sentence
    remedy: Sentence | None = None

    def __str__(self) -> str:
        if self.remedy is None:
            return str(self.reason)
        return _("{reason};{remedy}", reason=self.reason, remedy=self.remedy)


class ReportedFigure(NamedTuple):
    """One figure as filed. *value* is ``None`` where it does not apply to the unit (“/”).

    Always written with its fields' names. A large workbook makes ten thousand of these.
    """

    unit: str
    indicator: str
    period: str
    value: Decimal | None
    series: str = ""
    label: str = ""
    measure: str = ""
    target: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one unit has come with one indicator, on one day of the period."""

    unit: str
    indicator: str
    value: Decimal | None
    target: Decimal | None
    begins: date
    ends: date
    on: date
    label: str = ""
    measure: str = ""
    unit_label: str = ""

    @property
    def elapsed(self) -> Fraction:
        """The share of the period's days gone by (时间进度), from 0 to 1."""
        whole = (self.ends - self.begins).days + 1
        return min(Fraction(1), max(Fraction(0), Fraction((self.on - self.begins).days + 1, whole)))


@dataclass(frozen=True, slots=True)
class Signal:
    """A light (红黄绿灯), with its reason beside it: a colour never speaks alone."""

    colour: Literal["green", "yellow", "red"]
    reason: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One unit's result of one year. *last*: nobody of its class ranks lower, shared last places included."""

    year: int
    unit: str
    paper: str
    grade: str | None
    rank: int | None = None
    last: bool = False
    score: Decimal | None = None
    unit_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What follows from a result (结果运用): for whom, by which clause, within how many days."""

    code: str
    label: Sentence
    reason: Sentence
    clause: str
    days: int | None = None
