"""The expression language: a text becomes a tree, and nothing else of Python gets in.

::

    or       = and { "or" and }            and     = not { "and" not }
    not      = "not" not | compare         compare = sum [ ("<" | "<=" | "=" | "!=" | ">=" | ">") sum ]
    sum      = product { ("+" | "-") product }
    product  = signed { ("*" | "/") signed }
    signed   = "-" signed | atom
    atom     = number ["%"] | "word" | "(" or ")" | name ["@" period] | name "(" arguments ")" [...]
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from kaocheng.errors import Invalid
from kaocheng.i18n import _

LONGEST = 40_000  # characters of one expression
DEEPEST = 60  # brackets in brackets
HIGHEST = (
    150  # operators and calls in one another, as ``a + b + c`` has two: each is worked out inside the next
)

_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?%?)
    | (?P<word>'[^']*'|"[^"]*")
    | (?P<period>@\s*(?:\d{4}(?:H[12]|Q[1-4]|-\d\d(?:\.\.\d{4}-\d\d)?)?|[a-z_][a-z0-9_]*))
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
    | (?P<dotted>\.[a-z_]+)
    | (?P<sign><=|>=|!=|[-+*/()<>=,])
    )""",
    re.VERBOSE,
)
_COMPARE = ("<", "<=", "=", "!=", ">=", ">")
# Inside these ``a = b`` is a comparison; in any other call it names a method's key.
FUNCTIONS = frozenset(
    [
        "if",
        "count",
        "sum",
        "min",
        "max",
        "mean",
        "abs",
        "floor",
        "ceil",
        "clamp",
        "round",
        "days",
        "ln",
        "exp",
        "sqrt",
        "power",
        "at",
        "target",
        "base",
        "score",
        "rate",
        "grade",
        "figure",
        "is_missing",
        "is_na",
        "otherwise",
    ]
)


@dataclass(frozen=True, slots=True)
class Number:
    """An exact constant; *percent* remembers how it was written."""

    value: Fraction
    percent: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Word:
    """A quoted word."""

    value: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """``revenue``, ``culture.built``, ``x``, ``unit.population``; *period* is what follows ``@``."""

    path: tuple[str, ...]
    period: str | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """``if(a, b, c)``, ``efficacy(x, start = 60%)``, ``group(zone).mean(e)``."""

    path: tuple[str, ...]
    arguments: tuple["Tree", ...]
    keywords: tuple[tuple[str, "Tree"], ...] = ()
    circle: tuple["Tree", ...] = ()  # what stands in group(…)
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operator between two trees, or (``-``, ``not``) before one."""

    sign: str
    parts: tuple["Tree", ...]
    at: int = field(default=0, compare=False)


Tree = Number | Word | Name | Call | Operation


@dataclass(eq=False)
class BadExpression(Invalid):
    """A text that is no expression, with the character where that shows."""

    text: str
    position: int
    reason: str

    code = "bad_expression"

    def __str__(self) -> str:
        return _(
            "表达式“{text}”第 {column} 个字符处:{reason}",
            text=self.text if len(self.text) < 80 else self.text[:77] + "…",
            column=self.position + 1,
            reason=self.reason,
        )


@lru_cache(maxsize=4096)
def parse(text: str) -> Tree:
    """The tree of one expression.

    >>> parse("2 + 60% * x")
    ... # doctest: +ELLIPSIS
    Operation(sign='+', parts=(Number(value=Fraction(2, 1), ...

    Raises:
        BadExpression: with the position of the first character that cannot be.
    """
    if len(text) > LONGEST:
        raise BadExpression(text, LONGEST, _("超过 {most} 个字符", most=LONGEST))
    reader = _Reader(text)
    tree = reader.either()
    reader.end()
    _hold_down(tree, text)
    return tree


def _hold_down(tree: Tree, text: str) -> None:
    """Refuse a tree so high that it could not be worked out; by a list of what is left, not by recursion."""
    waiting = [(tree, 1)]
    while waiting:
        above, height = waiting.pop()
        if height > HIGHEST:
            raise BadExpression(text, above.at, _("一个式子里的运算套了超过 {most} 层", most=HIGHEST))
        waiting += [(part, height + 1) for part in inside(above)]


def inside(tree: Tree) -> tuple[Tree, ...]:
    """What a tree is directly made of."""
    if isinstance(tree, Operation):
        return tree.parts
    if isinstance(tree, Call):
        return (*tree.circle, *tree.arguments, *(value for _name, value in tree.keywords))
    return ()


def walk(tree: Tree) -> Iterator[Tree]:
    """*tree* and everything in it."""
    yield tree
    for part in inside(tree):
        yield from walk(part)


_ARITHMETIC: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def is_share(text: str) -> bool:
    """A percentage, or a fraction below one, is a share of the circle; anything else is a number of units.

    So is what is worked out from them and plain numbers, ``(1 - 30%) / 2``, ``1/3 * 70%``, and what chooses
    among shares or adds them: ``if(unit.kind = "山", 30%, 20%)``.
    """
    return _share(parse(text))


def _share(tree: Tree) -> bool:
    match tree:
        case Number(value, percent):
            return percent or value == 0
        case Operation() if (known := _written_out(tree)) is not None:
            return 0 <= known < 1 or any(isinstance(one, Number) and one.percent for one in walk(tree))
        case Operation("+" | "-" | "*", parts):
            return all(map(_share, parts))
        case Call(("if" | "at",), parts):
            return all(map(_share, parts[1:]))
        case Call(("min" | "max" | "clamp" | "otherwise",), parts):
            return all(map(_share, parts))
    return False


def _written_out(tree: Tree) -> Fraction | None:
    """What plain numbers come to; nothing where something else is in it."""
    if isinstance(tree, Number):
        return tree.value
    if not isinstance(tree, Operation) or tree.sign not in _ARITHMETIC:
        return None
    values = [value for part in tree.parts if (value := _written_out(part)) is not None]
    if len(values) < len(tree.parts) or (tree.sign == "/" and not values[-1]):
        return None
    return _ARITHMETIC[tree.sign](*values) if values[1:] else -values[0]


def _drawn(
    path: tuple[str, ...],
    arguments: tuple[Tree, ...],
    keywords: tuple[tuple[str, Tree], ...],
    circle: tuple[Tree, ...],
    at: int,
) -> Call:
    """A call; ``group.count()`` counts every unit of the group."""
    everybody = path in (("group", "count"), ("others", "count")) and not arguments
    return Call(path, (Number(Fraction(1), at=at),) if everybody else arguments, keywords, circle, at)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.next = 0
        self.depth = 0

    def _tokens(self) -> Iterator[tuple[str, str, int]]:
        at = 0
        while (start := _SPACE.match(self.text, at).end()) < len(self.text):  # type: ignore[union-attr]
            match = _TOKEN.match(self.text, at)
            if not match:
                reason = _("这里不能写“{found}”", found=self.text[start])
                if self.text[start] in "[{":
                    reason = _("式子里不能写列表和表;请另写一个节点(method、x 和它),这里写 score(节点)")
                elif self.text[start] == "^":
                    reason = _("乘方请写成 power(x, 2)")
                raise BadExpression(self.text, start, reason)
            kind = str(match.lastgroup)
            yield kind, match[kind], match.start(kind)
            at = match.end()
        yield "end", "", len(self.text)

    def peek(self, ahead: int = 0) -> tuple[str, str, int]:
        return self.tokens[min(self.next + ahead, len(self.tokens) - 1)]

    def take(self, *wanted: str) -> str | None:
        kind, text, _at = self.peek()
        if kind in ("sign", "name") and text in wanted:
            self.next += 1
            return text
        return None

    def need(self, wanted: str) -> None:
        if not self.take(wanted):
            self.fail(_("缺“{wanted}”", wanted=wanted))

    def fail(self, reason: str) -> None:
        raise BadExpression(self.text, self.peek()[2], reason)

    def end(self) -> None:
        if self.peek()[0] != "end":
            self.fail(_("“{found}”前面缺运算符,或者多余", found=self.peek()[1]))

    def either(self) -> Tree:
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(_("括号超过 {most} 层", most=DEEPEST))
        left = self.both()
        while (at := self.peek()[2]) is not None and self.take("or"):
            left = Operation("or", (left, self.both()), at)
        self.depth -= 1
        return left

    def both(self) -> Tree:
        left = self.denial()
        while (at := self.peek()[2]) is not None and self.take("and"):
            left = Operation("and", (left, self.denial()), at)
        return left

    def denial(self) -> Tree:
        at, nots = self.peek()[2], 0
        while self.take("not"):
            nots += 1
        tree = self.compared()
        for _again in range(min(nots, 2 - nots % 2)):  # three say what one says, four what two say
            tree = Operation("not", (tree,), at)
        return tree

    def compared(self) -> Tree:
        left = self.sum()
        at = self.peek()[2]
        sign = self.take(*_COMPARE)
        if not sign:
            return left
        right = self.sum()
        if self.peek()[1] in _COMPARE:
            self.fail(_("比较不能连着写;请写成 a < x and x < b"))
        return Operation(sign, (left, right), at)

    def sum(self) -> Tree:
        left = self.product()
        while (at := self.peek()[2]) is not None and (sign := self.take("+", "-")):
            left = Operation(sign, (left, self.product()), at)
        return left

    def product(self) -> Tree:
        left = self.signed()
        while (at := self.peek()[2]) is not None and (sign := self.take("*", "/")):
            left = Operation(sign, (left, self.signed()), at)
        return left

    def signed(self) -> Tree:
        at, minuses = self.peek()[2], 0
        while self.take("-"):
            minuses += 1
        value = self.atom()
        return Operation("-", (value,), at) if minuses % 2 else value

    def atom(self) -> Tree:
        kind, text, at = self.peek()
        if self.take("("):
            inner = self.either()
            self.need(")")
            return inner
        if kind == "number":
            self.next += 1
            share = text.endswith("%")
            return Number(Fraction(text.rstrip("%")) / (100 if share else 1), share, at)
        if kind == "word":
            self.next += 1
            return Word(text[1:-1], at)
        if kind == "name" and text not in ("and", "or", "not"):
            self.next += 1
            return self.named(text, at)
        if text == "*" and self.peek(-1)[1] == "*":
            self.fail(_("乘方请写成 power(x, 2)"))
        self.fail(_("这里缺一个数或名称") if kind == "end" else _("这里不能写“{found}”", found=text))
        raise AssertionError

    def named(self, text: str, at: int) -> Tree:
        path = tuple(text.split("."))
        if self.take("("):
            arguments, keywords = self.arguments(path)
            if self.peek()[0] == "dotted":  # group(zone).mean(e)
                inner = self.peek()[1][1:]
                self.next += 1
                self.need("(")
                return _drawn((*path, inner), self.arguments((*path, inner))[0], (), arguments, at)
            return _drawn(path, arguments, keywords, (), at)
        if self.peek()[0] == "period":
            period = self.peek()[1].lstrip("@").strip()
            self.next += 1
            return Name(path, period, at)
        return Name(path, None, at)

    def arguments(self, path: tuple[str, ...]) -> tuple[tuple[Tree, ...], tuple[tuple[str, Tree], ...]]:
        plain: list[Tree] = []
        named: list[tuple[str, Tree]] = []
        while not self.take(")"):
            if (plain or named) and not self.take(","):
                self.fail(_("缺“,”或“)”"))
            keyed = self.peek()[0] == "name" and self.peek(1)[1] == "=" and len(path) == 1
            if keyed and path[0] not in FUNCTIONS:
                key = self.peek()[1]
                self.next += 2
                named.append((key, self.either()))
            else:
                plain.append(self.either())
        return tuple(plain), tuple(named)
