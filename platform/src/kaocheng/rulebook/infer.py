"""Works out what an expression yields without any numbers, and says what in it cannot be.

One reader serves one rule: it looks names up as the engine will, and keeps what it found (with the part of
the tree it is about) and the divisors that could be zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from kaocheng.engine import nodes
from kaocheng.engine.columns import day
from kaocheng.engine.grammar import Call, Name, Number, Operation, Tree, Word
from kaocheng.engine.spelling import show
from kaocheng.i18n import _
from kaocheng.rulebook import sorts
from kaocheng.rulebook.calls import call
from kaocheng.rulebook.sorts import ANY, ANYTHING, CONDITION, DATE, NUMBER, RATIO, WORD, Sort
from kaocheng.rulebook.source import nearest

if TYPE_CHECKING:
    from kaocheng.rulebook.knowledge import Knowledge

Words = Mapping[str, Sort | Callable[[], Sort]]
Limit = tuple[str, str, Fraction]  # a written value, on which side it lies, of what
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_DENIED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


class Said(NamedTuple):
    """Something wrong with a part of an expression."""

    tree: Tree
    severity: str
    code: str
    reason: str
    remedy: str = ""


@dataclass(slots=True)
class Reader:
    """Reads the expressions of one rule."""

    about: Knowledge
    words: Words = field(default_factory=dict)  # the rule's own names
    figure: str | None = None  # what ``x.part`` is a part of
    nodes_plain: bool = False  # after the total a plain name may be a node
    any_part: bool = False  # in a method of the scheme's own ``x.part`` depends on who uses it
    found: list[Said] = field(default_factory=list)
    divisors: list[Tree] = field(default_factory=list)  # that could be zero
    used: set[str] = field(default_factory=set)  # figures
    facts: frozenset[str | Limit] = frozenset()  # written values that are not zero here, and their limits
    written: Mapping[str, str] = field(default_factory=dict)  # the texts of the rule's own names
    row_fields: frozenset[str] = frozenset()  # of the list a node is scored by
    answered: bool = False  # inside otherwise(…), which answers a division by zero

    def say(self, tree: Tree, code: str, reason: str, remedy: str = "", severity: str = "error") -> Sort:
        self.found.append(Said(tree, severity, code, reason, remedy))
        return ANYTHING

    @contextmanager
    def with_words(self, **words: Sort | Callable[[], Sort]) -> Iterator[None]:
        """The same rule with more names."""
        before, self.words = self.words, {**self.words, **words}
        try:
            yield
        finally:
            self.words = before

    # -- what is wanted ----------------------------------------------------------------------------

    def number(self, tree: Tree) -> Sort:
        sort = self.sort(tree)
        if sort.kind in (WORD, CONDITION):
            what = _("条件") if sort.kind == CONDITION else _("文字")
            self.say(tree, "wrong_kind", _("这里要的是数,写的是{what}", what=what))
        return sort

    def condition(self, tree: Tree) -> None:
        sort = self.sort(tree)
        if sort.kind != CONDITION:
            what = _("文字") if sort.kind == WORD else _("数")
            self.say(
                tree,
                "wrong_kind",
                _("这里要的是条件,写的是{what}", what=what),
                _("请写成比较,如 {example}", example=f"{show(tree)[:40]} > 0"),
            )

    def a_word(self, tree: Tree) -> None:
        """A word, or an attribute that may hold one."""
        sort = self.sort(tree)
        if sort.kind not in (WORD, sorts.ANY):
            self.say(tree, "wrong_kind", _("这里要的是单位,如 {example}", example='unit.parent, "全市"'))

    # -- trees -------------------------------------------------------------------------------------

    def sort(self, tree: Tree) -> Sort:
        """What a tree yields."""
        if isinstance(tree, Number):
            return sorts.constant(tree.value, tree.percent)
        if isinstance(tree, Name):
            return self._name(tree)
        if isinstance(tree, Operation):
            return self._operation(tree)
        if isinstance(tree, Call):
            return call(self, tree)
        return sorts.A_WORD

    def _name(self, name: Name) -> Sort:
        head, rest = name.path[0], name.path[1:]
        self.period(name)
        if not rest and head in self.words and (name.period is None or head == "x"):
            return self.word(head)
        if head == "unit" and len(rest) == 1:
            return ANYTHING
        if head == "x" and len(rest) == 1 and self.any_part:
            return ANYTHING
        if head == "x" and len(rest) == 1 and self.figure:
            return self._part(self.figure, rest[0], name)
        if rest[:1] == ("rank",) and head in self.about.paper.nodes and head not in self.about.with_rank:
            named = nodes.rank_rules(self.about.paper.nodes[head])
            if rest[1:] and ".".join(rest[1:]) not in named:
                return self.unknown(name)
            return Sort(low=Fraction(1))
        if head in self.about.recipe.figures:
            if self.nodes_plain and head in self.about.paper.nodes and not rest:
                reason = _("“{name}”既是节点又是指标,这里是节点的得分", name=head)
                self.say(name, "either_name", reason, _("请写 score({name}) 或 figure({name})", name=head))
            elif len(rest) < 2:
                return self._part(head, rest[0], name) if rest else self.of_figure(head)
        if self.nodes_plain and head in self.about.after and not rest:
            return Sort(rough=self.about.rough(head))
        return self.unknown(name)

    def word(self, name: str) -> Sort:
        """One of the rule's own names."""
        found = self.words.get(name, ANYTHING)
        return found() if callable(found) else found

    def of_figure(self, code: str) -> Sort:
        self.used.add(code)
        return self.about.measured(code)

    def _part(self, code: str, part: str, name: Name) -> Sort:
        self.used.add(code)
        parts = self.about.recipe.figures.get(code, {}).get("parts") or {}
        if part in parts:
            return self.about.measured(code)
        ranked = _("名次请写 group.rank({name})(低者为先:rank_up)", name=code) if part == "rank" else ""
        return self.say(
            name,
            "unknown_name",
            _("指标“{name}”没有“{part}”这一项", name=self.about.label(code), part=part),
            ranked or nearest(part, parts) or _("请在指标的 parts 里写上"),
        )

    def unknown(self, name: Name) -> Sort:
        written = ".".join(name.path)
        known = [*self.about.recipe.figures, *self.words, *(self.about.after if self.nodes_plain else ())]
        close = nearest(written, known)
        if not close and written in self.about.paper.nodes:
            close = _("节点的得分请写 score({name})", name=written)
        lists = [code for code in self.about.recipe.lists if written in self.about.fields(code)]
        if lists:
            close = _(
                "这是清单“{list}”的字段,请写在 {list}.sum(…) 一类的函数里,或给节点写 rows", list=lists[0]
            )
        reason = _("没有叫“{name}”的指标或名称", name=written)
        return self.say(name, "unknown_name", reason, close or _("请核对拼写,或写在 [figures] 里"))

    def period(self, name: Name) -> None:
        """Refuse a period nobody declared."""
        if name.period and (remedy := self.about.no_period(name.period)) is not None:
            self.say(name, "unknown_period", _("没有时段“{name}”", name=name.period), remedy)

    # -- operators ---------------------------------------------------------------------------------

    def _operation(self, tree: Operation) -> Sort:
        if tree.sign == "not":
            self.condition(tree.parts[0])
            return sorts.A_CONDITION
        if tree.sign in ("and", "or"):
            self.condition(tree.parts[0])
            with self.given(tree.parts[0], holds=tree.sign == "and"):
                self.condition(tree.parts[1])
            return sorts.A_CONDITION
        if len(tree.parts) == 1:
            return sorts.negative(self.number(tree.parts[0]))
        if tree.sign in _FLIPPED:
            return self._compared(tree)
        a, b = (self.number(part) for part in tree.parts)
        if tree.sign in "+-":
            self._alike(tree, a, b)
        if tree.sign == "/":
            self.divides(tree.parts[1], b)
        return sorts.combined(tree.sign, a, b)

    def divides(self, tree: Tree, sort: Sort) -> None:
        """Note a divisor that could be zero; one that always is makes no sense."""
        if sort.constant == 0 and not self.answered:
            self.say(tree, "divided_by_zero", _("除数是零"), _("请核对这个数"))
        elif not (sort.nonzero or self.answered or (self.facts and self._safe(tree))):
            self.divisors.append(tree)

    def _safe(self, tree: Tree) -> bool:
        """Whether the conditions that hold here keep a value, or each of its factors, from zero."""
        if show(tree) in self.facts:
            return True
        if isinstance(tree, Operation) and tree.sign == "-" and isinstance(less := tree.parts[-1], Number):
            beyond = [(limit, sign) for one, sign, limit in self._limits() if one == show(tree.parts[0])]
            if tree.parts[1:] and any(_excludes_zero(sign, limit - less.value) for limit, sign in beyond):
                return True
        factors = tree.parts if isinstance(tree, Operation) and tree.sign == "*" else ()
        silent = Reader(self.about, self.words, self.figure, self.nodes_plain)
        return bool(factors) and all(self._safe(part) or silent.sort(part).nonzero for part in factors)

    def _compared(self, tree: Operation) -> Sort:
        a, b = (self.sort(part) for part in tree.parts)
        ordered = tree.sign not in ("=", "!=")
        kinds = {a.kind, b.kind}
        days = [_beside_a_day(*pair) for pair in zip(tree.parts, (b, a), strict=True)]
        if True in days:
            return sorts.A_CONDITION
        if False in days:
            remedy = _('日期请写成 "2026-10-31" 的样子')
            self.say(tree, "wrong_kind", _("两边不能这样比较"), remedy)
        elif CONDITION in kinds or (WORD in kinds and (ordered or NUMBER in kinds)):
            reason = _("两边不能这样比较")
            remedy = _("文字只能用 = 和 != 与文字比较;条件不能与数比较")
            self.say(tree, "wrong_kind", reason, remedy)
        self._alike(tree, a, b)
        return sorts.A_CONDITION

    def _alike(self, tree: Operation, a: Sort, b: Sort) -> None:
        """Doubt what adds or compares two measures: 98.5 in % with 60 %, which is 0.6."""
        if sorts.unlike(a, b):
            shares = [s for s in (a, b) if s.percent and s.constant is not None]
            if shares and sorts.PERCENT in (a.measure, b.measure):
                points = (shares[0].constant or Fraction(0)) * 100
                reason = _(
                    "一边以 % 计(如 98.5),另一边的 {share}% 是 {value}",
                    share=plain(points),
                    value=plain(points / 100),
                )
                remedy = _("请写成 {points}", points=plain(points))
            else:
                names = [_("纯数(比值)") if s.measure == RATIO else f"“{s.measure}”" for s in (a, b)]
                reason = _("两边计量单位不同:{a} 与 {b}", a=names[0], b=names[1])
                remedy = _("请先换算到同一单位")
            self.say(tree, "unlike_measures", reason, remedy, "warning")
            return
        for one, other in ((a, b), (b, a)):
            value = None if other.percent else other.constant
            if one.measure == RATIO and one.constant is None and value is not None and abs(value) >= 10:
                reason = _("一边是比值(1 就是 100%),另一边是 {value}", value=plain(value))
                remedy = _('请核对,百分数请写成 "{value}%"', value=plain(value))
                self.say(tree, "unlike_measures", reason, remedy, "warning")

    # -- what is known where a condition holds -----------------------------------------------------

    @contextmanager
    def given(self, condition: Tree, *, holds: bool) -> Iterator[None]:
        """Inside, the condition holds (or does not)."""
        before, self.facts = self.facts, self.facts | set(self.nonzero_where(condition, holds))
        try:
            yield
        finally:
            self.facts = before

    def _limits(self) -> Iterator[Limit]:
        return (fact for fact in self.facts if isinstance(fact, tuple))

    def nonzero_where(self, tree: Tree, holds: bool) -> Iterable[str | Limit]:
        """The written values that cannot be zero where *tree* holds (or does not), and the limits it sets."""
        if not isinstance(tree, Operation):
            return
        if tree.sign == "not":
            yield from self.nonzero_where(tree.parts[0], not holds)
        elif tree.sign == ("and" if holds else "or"):
            for part in tree.parts:
                yield from self.nonzero_where(part, holds)
        elif tree.sign in _FLIPPED:
            sign = tree.sign if holds else _DENIED[tree.sign]
            left, right = tree.parts
            if sign in ("<", ">", "!="):
                yield from (show(Operation("-", pair)) for pair in ((left, right), (right, left)))
            for one, other, way in ((left, right, sign), (right, left, _FLIPPED[sign])):
                if isinstance(other, Number):
                    yield (show(one), way, other.value)
                    if _excludes_zero(way, other.value):
                        yield show(one)


def _beside_a_day(written: Tree, other: Sort) -> bool | None:
    """Whether a word of the rule is a date beside one that is handed in; nothing where neither is."""
    if not isinstance(written, Word):
        return None
    is_day = day(written.value) is not None
    could_be = other.kind == DATE or (other.kind == ANY and other.measure is None)
    return True if is_day and could_be else False if other.kind == DATE else None


def _excludes_zero(sign: str, limit: Fraction) -> bool:
    match sign:
        case ">":
            return limit >= 0
        case ">=":
            return limit > 0
        case "<":
            return limit <= 0
        case "<=":
            return limit < 0
        case "=":
            return limit != 0
    return limit == 0


def plain(value: Fraction) -> str:
    """A number of a rule as one would write it."""
    return str(value.numerator) if value.denominator == 1 else str(float(value))
