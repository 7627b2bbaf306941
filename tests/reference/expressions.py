"""The expressions of the scheme language: text to a small tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

TOKEN = re.compile(
    r"\s*(?:(?P<at>@\s*(?:\d{4}(?:H[12]|Q[1-4]|-\d{2})?(?:\.\.\d{4}-\d{2})?|[a-z_]\w*))"
    r"|(?P<number>\d+(?:\.\d+)?)(?P<percent>\s*%)?"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<word>\"[^\"]*\"|'[^']*')"
    r"|(?P<sign><=|>=|!=|[-+*/()<>=.,]))",
    re.ASCII,
)
FUNCTIONS = frozenset(
    [
        "sum",
        "count",
        "min",
        "max",
        "mean",
        "abs",
        "floor",
        "ceil",
        "clamp",
        "round",
        "if",
        "days",
        "ln",
        "exp",
        "sqrt",
        "power",
        "is_missing",
        "is_na",
        "otherwise",
        "at",
        "target",
        "base",
        "score",
        "rate",
        "rank",
        "grade",
        "figure",
        "group",
    ]
)


class Tree:
    """A piece of an expression."""


@dataclass(frozen=True, eq=False)
class Number(Tree):
    """A literal; a share written with % remembers that it was."""

    value: Fraction
    percent: bool = False


@dataclass(frozen=True, eq=False)
class Word(Tree):
    """A quoted word."""

    text: str


@dataclass(frozen=True, eq=False)
class Name(Tree):
    """`revenue`, `culture.built`, `unit.kind`, each with a period or without."""

    path: tuple[str, ...]
    period: str | None = None


@dataclass(frozen=True, eq=False)
class Part(Tree):
    """A node named in `score(...)`: its paper, code and period."""

    paper: str | None
    code: str
    period: str | None


@dataclass(frozen=True, eq=False)
class Call(Tree):
    """A function, method, or statistic such as `group(zone).mean(...)`."""

    path: tuple[str, ...]
    arguments: tuple[Tree, ...]
    keys: tuple[tuple[str, Tree], ...] = ()
    of: tuple[Tree, ...] = ()


@dataclass(frozen=True, eq=False)
class Operation(Tree):
    """An operator and its operands."""

    sign: str
    operands: tuple[Tree, ...]


class Parser:
    """Recursive descent, one method a level."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            token = TOKEN.match(text, position)
            if token is None:
                raise SyntaxError(f"cannot read {text[position:]!r} in {text!r}")
            kind = str(token.lastgroup)
            if kind == "percent":
                self.tokens.append(("percent", token["number"]))
            else:
                self.tokens.append((kind, token[kind].strip()))
            position = token.end()
        self.position = 0

    def peek(self, ahead: int = 0) -> tuple[str, str]:
        place = self.position + ahead
        return self.tokens[place] if place < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.position += 1
        return token

    def accept(self, *texts: str) -> str | None:
        kind, text = self.peek()
        if kind in ("sign", "name") and text in texts:
            self.position += 1
            return text
        return None

    def expect(self, text: str) -> None:
        if self.accept(text) is None:
            raise SyntaxError(f"{text!r} expected before {self.peek()[1]!r} in {self.text!r}")

    def whole(self) -> Tree:
        tree = self.disjunction()
        if self.peek()[0] != "end":
            raise SyntaxError(f"cannot go on at {self.peek()[1]!r} in {self.text!r}")
        return tree

    def disjunction(self) -> Tree:
        left = self.conjunction()
        while self.accept("or"):
            left = Operation("or", (left, self.conjunction()))
        return left

    def conjunction(self) -> Tree:
        left = self.negation()
        while self.accept("and"):
            left = Operation("and", (left, self.negation()))
        return left

    def negation(self) -> Tree:
        if self.accept("not"):
            return Operation("not", (self.negation(),))
        left = self.addition()
        sign = self.accept("<", "<=", "=", "!=", ">=", ">")
        return Operation(sign, (left, self.addition())) if sign else left

    def addition(self) -> Tree:
        left = self.product()
        while sign := self.accept("+", "-"):
            left = Operation(sign, (left, self.product()))
        return left

    def product(self) -> Tree:
        left = self.unary()
        while sign := self.accept("*", "/"):
            left = Operation(sign, (left, self.unary()))
        return left

    def unary(self) -> Tree:
        if self.accept("-"):
            return Operation("minus", (self.unary(),))
        return self.primary()

    def primary(self) -> Tree:
        kind, text = self.take()
        if kind == "number":
            return Number(Fraction(text))
        if kind == "percent":
            return Number(Fraction(text) / 100, percent=True)
        if kind == "word":
            return Word(text[1:-1])
        if (kind, text) == ("sign", "("):
            tree = self.disjunction()
            self.expect(")")
            return tree
        if kind == "name":
            return self.named(text)
        raise SyntaxError(f"cannot read {text!r} in {self.text!r}")

    def named(self, first: str) -> Tree:
        path = [first]
        while self.peek() == ("sign", ".") and self.peek(1)[0] == "name":
            self.take()
            path.append(self.take()[1])
        period = self.take()[1][1:].strip() if self.peek()[0] == "at" else None
        if period is None and self.accept("("):
            return self.call(tuple(path))
        return Name(tuple(path), period)

    def call(self, path: tuple[str, ...]) -> Tree:
        if path in {("score",), ("rate",), ("grade",)}:
            return Call(path, (self.part(),))
        arguments: list[Tree] = []
        keys: list[tuple[str, Tree]] = []
        keyed = len(path) == 1 and path[0] not in FUNCTIONS
        while self.accept(")") is None:
            if keyed and self.peek()[0] == "name" and self.peek(1) == ("sign", "="):
                key = self.take()[1]
                self.take()
                keys.append((key, self.disjunction()))
            else:
                arguments.append(self.disjunction())
            if self.peek() != ("sign", ")"):
                self.expect(",")
        if path in {("group",), ("others",)} and self.accept("."):
            inner = self.take()[1]
            self.expect("(")
            call = self.call((*path, inner))
            assert isinstance(call, Call)
            return Call(call.path, call.arguments, call.keys, of=tuple(arguments))
        return Call(path, tuple(arguments), tuple(keys))

    def part(self) -> Tree:
        paper, code = None, self.take()[1]
        if self.accept("/"):
            paper, code = code, self.take()[1]
        period = self.take()[1][1:].strip() if self.peek()[0] == "at" else None
        self.expect(")")
        return Part(paper, code, period)


@cache
def parse(text: str) -> Tree:
    """The tree of an expression; the same text gives the same tree."""
    return Parser(text).whole()


@cache
def _literal(value: int) -> Tree:
    return Number(Fraction(value))


def tree_of(value: object) -> Tree:
    """A key of the scheme as an expression: a whole number, a number as a string, or a formula."""
    if isinstance(value, Tree):
        return value
    if isinstance(value, bool):
        return Operation("=", (_literal(0), _literal(0 if value else 1)))
    if isinstance(value, int):
        return _literal(value)
    if isinstance(value, Fraction):
        return Number(value)
    if isinstance(value, str):
        return parse(value)
    raise TypeError(f"{value!r} is no expression")


def heads(tree: Tree) -> set[str]:
    """The first words of all names in an expression."""
    match tree:
        case Name():
            return {tree.path[0]}
        case Call():
            inner = [*tree.arguments, *(value for _, value in tree.keys), *tree.of]
        case Operation():
            inner = list(tree.operands)
        case _:
            inner = []
    return {head for part in inner for head in heads(part)}


def node_reference(text: str) -> Part:
    """`items@half` or `province/total` where a list of parts names a node."""
    code, _, period = text.partition("@")
    paper, slash, rest = code.partition("/")
    return Part(paper if slash else None, rest if slash else code, period or None)
