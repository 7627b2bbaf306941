"""Does the arithmetic that an explanation prints come out as it says?

Every line ``a × b + c = d`` is worked out again from its own digits by interval arithmetic, because a value
that was cut (``0.333333…``) stands for all those that begin so.  A text that is no arithmetic (a condition, a
fold of unnamed values) is let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, exp, floor, log, sqrt

SENTENCES = re.compile(r"[:;:;](?: |$|(?=[^\d]))?|(?:,(?! ))")
CUT = Fraction(6, 10_000_000)  # what is behind an ellipsis, and a little
NAMES = {
    "较小者": "min",
    "min": "min",
    "最低": "min",
    "Lowest": "min",
    "较大者": "max",
    "max": "max",
    "最高": "max",
    "Highest": "max",
    "绝对值": "abs",
    "abs": "abs",
    "去尾": "floor",
    "rounded down": "floor",
    "进一": "ceil",
    "rounded up": "ceil",
    "√": "sqrt",
    "ln": "ln",
    "exp": "exp",
    "乘方": "power",
    "power": "power",
}
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?…?%?)|(?P<name>"
    + "|".join(map(re.escape, NAMES))
    + r")|(?P<sign>[-+×÷()\[\],]))"
)


@dataclass(frozen=True)
class Between:
    """A value known up to what an ellipsis hides."""

    low: Fraction
    high: Fraction

    def __add__(self, other: Between) -> Between:
        return Between(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Between:
        return Between(-self.high, -self.low)

    def __sub__(self, other: Between) -> Between:
        return self + -other

    def __mul__(self, other: Between) -> Between:
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Between(min(ends), max(ends))

    def __truediv__(self, other: Between) -> Between:
        if other.low <= 0 <= other.high:
            raise NotArithmetic
        return self * Between(1 / other.high, 1 / other.low)

    def meets(self, other: Between) -> bool:
        return self.low <= other.high and other.low <= self.high


class NotArithmetic(Exception):
    """A text that is words."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text.rstrip()):
            found = TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise NotArithmetic
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self.at = 0

    def value(self) -> Between:
        found = self._sum()
        if self.at != len(self.tokens):
            raise NotArithmetic
        return found

    def _next(self, *signs: str) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at][1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def _sum(self) -> Between:
        found = self._product()
        while sign := self._next("+", "-"):
            other = self._product()
            found = found + other if sign == "+" else found - other
        return found

    def _product(self) -> Between:
        found = self._one()
        while sign := self._next("×", "÷"):
            other = self._one()
            found = found * other if sign == "×" else found / other
        return found

    def _one(self) -> Between:
        if self._next("-"):
            return -self._one()
        for opens, closes in (("(", ")"), ("[", "]")):
            if self._next(opens):
                found = self._sum()
                self._must(closes)
                return found
        if self.at == len(self.tokens):
            raise NotArithmetic
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return _number(text)
        if kind == "name":
            return _applied(NAMES[text], list(self._arguments()))
        raise NotArithmetic

    def _must(self, sign: str) -> None:
        if not self._next(sign):
            raise NotArithmetic

    def _arguments(self) -> Iterator[Between]:
        self._must("(")
        yield self._sum()
        while self._next(","):
            yield self._sum()
        self._must(")")


def _number(text: str) -> Between:
    share, text = text.endswith("%"), text.removesuffix("%")
    value = Fraction(text.removesuffix("…"))
    off = CUT if text.endswith("…") else Fraction(0)
    below = 100 if share else 1
    return Between((value - off) / below, (value + off) / below)


def _applied(name: str, given: list[Between]) -> Between:
    if name in ("min", "max"):
        pick = min if name == "min" else max
        return Between(pick(one.low for one in given), pick(one.high for one in given))
    (one, *rest) = given
    match name:
        case "abs":
            ends = sorted((abs(one.low), abs(one.high)))
            return Between(Fraction(0) if one.low <= 0 <= one.high else ends[0], ends[1])
        case "floor":
            return Between(Fraction(floor(one.low)), Fraction(floor(one.high)))
        case "ceil":
            return Between(Fraction(ceil(one.low)), Fraction(ceil(one.high)))
        case "power" if rest and rest[0].low == rest[0].high:
            return _roughly(one, lambda value: value ** float(rest[0].low))
    return _roughly(one, {"sqrt": sqrt, "ln": log, "exp": exp}[name])


def _roughly(one: Between, function) -> Between:  # type: ignore[no-untyped-def]
    try:
        ends = sorted((function(float(one.low)), function(float(one.high))))
    except (ValueError, OverflowError, ZeroDivisionError):
        raise NotArithmetic from None
    off = max(abs(ends[1]), 1) * 1e-9
    return Between(Fraction(ends[0] - off), Fraction(ends[1] + off))


def comes_out(line: str) -> bool:
    """Whether all that a line prints as arithmetic agrees, in each of its sentences."""
    return all(_agree(sentence) for sentence in SENTENCES.split(re.sub(r"^\s*#\d+ ", "", line)))


def _agree(sentence: str) -> bool:
    values = []
    for side in sentence.split(" = "):
        try:
            values.append(_Reader(side).value())
        except NotArithmetic:
            continue
    return all(a.meets(b) for a, b in pairwise(values))
