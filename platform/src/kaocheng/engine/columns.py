"""A column of texts as it was handed in becomes numbers, days or words, each with its state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import lru_cache

import numpy as np

from kaocheng.engine.arrays import MISSING, NA, OK, Exact, Truth, Words
from kaocheng.engine.grammar import BadExpression
from kaocheng.engine.inputs import NOT_APPLICABLE
from kaocheng.engine.integers import ROUNDING_LIMIT, within
from kaocheng.i18n import _
from kaocheng.numbers import NotANumber, read

WORDY = frozenset(["text", "word", "文字", "文本", "说明"])  # measures of what is words, digits too: 0101
_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?", re.ASCII)
_COLUMN = re.compile(rf"(?:{_PLAIN.pattern}\n)*", re.ASCII)
_AFTER = re.compile(r"\.(\d+)", re.ASCII)


def typed(texts: Mapping[int, str], length: int) -> Exact | Words:
    """A column of texts as numbers, days, or words; what is not there is missing, ``/`` not applicable."""
    plain = _decimals(texts, length)
    return _one_by_one(texts, length) if plain is None else plain


@lru_cache(4096)
def shared(text: str) -> Exact | Words:
    """One text that holds for all alike."""
    if text == NOT_APPLICABLE:
        return Exact.nothing(NA)
    value = parsed(text)
    return Words(np.array(text, object)) if value is None else Exact.constant(value)


def _decimals(texts: Mapping[int, str], length: int) -> Exact | None:
    """A column of plain decimals in one go; ``None`` where one is something else, or too long for it."""
    there = {at: text for at, text in texts.items() if text != NOT_APPLICABLE}
    written = "\n".join(there.values()) + "\n" * bool(there)
    if written.count("\n") != len(there) or not _COLUMN.fullmatch(written):
        return None
    scale = 10 ** max(map(len, _AFTER.findall(written)), default=0)
    # Read and multiplied, each time to the nearest float: below the limit that is less than half a step off.
    n = np.zeros(length)
    n[list(there)] = np.rint(np.array(list(there.values()), float) * scale)
    low, high = within(n)
    if max(-low, high) >= ROUNDING_LIMIT:
        return None
    if len(there) == length:
        return Exact(n, scale, None, low, high)
    state = np.full(length, MISSING, np.uint8)
    state[list(texts)] = NA
    state[list(there)] = OK
    return Exact(n, scale, state, low, high)


def _one_by_one(texts: Mapping[int, str], length: int) -> Exact | Words:
    state = np.full(length, MISSING, np.uint8)
    numbers: list[Fraction | int] = [0] * length
    places = [0] * length  # decimals of the plain numbers, whose digits stand in ``numbers``
    for i, text in texts.items():
        if text == NOT_APPLICABLE:
            state[i] = NA
            continue
        state[i] = OK
        if _PLAIN.fullmatch(text):
            before, _point, after = text.partition(".")
            numbers[i], places[i] = int(before + after), len(after)
        elif (value := parsed(text)) is None:
            return worded(texts, length)
        else:
            numbers[i] = value
    scale = 10 ** max(places, default=0)
    if any(isinstance(n, Fraction) for n in numbers):
        return Exact.of([Fraction(n, 10**p) for n, p in zip(numbers, places, strict=True)], state)
    return Exact.of_whole(
        [int(n) * (scale // 10**p) for n, p in zip(numbers, places, strict=True)], scale, state
    )


def worded(texts: Mapping[int, str], length: int) -> Words:
    """A column of texts as words, whatever they look like."""
    words, state = np.full(length, "", object), np.full(length, MISSING, np.uint8)
    for i, text in texts.items():
        words[i], state[i] = text, NA if text == NOT_APPLICABLE else OK
    return Words(words, state)


def no_number(expression: str, value: object) -> BadExpression:
    """What to say of words (or a condition) where a number is wanted; the words are somebody's figures."""
    words = map(str, np.atleast_1d(value.v)) if isinstance(value, Words) else ()
    odd = next((word for word in words if word and parsed(word) is None), "")
    reason = _("这里要的是数,写的是“{written}”;请改填数", written=odd[:40]) if odd else _("这里要的是数")
    return BadExpression(expression, 0, reason)


def parsed(text: str) -> Fraction | None:
    """A number, a fraction or a day as a number; ``None`` for a word."""
    if len(text) == 10 and text[4] == "-" == text[7]:
        try:
            return Fraction(date.fromisoformat(text).toordinal())
        except ValueError:
            return None
    try:
        reading = read(text)
    except NotANumber:
        return _fraction(text)
    return Fraction(reading.value)


def day(text: str) -> Fraction | None:
    """A date as a rule writes it, ``2026-10-31``, as a number; ``None`` for anything else."""
    return parsed(text) if len(text) == len("2026-10-31") and text[4] == "-" else None


def day_beside(value: Exact | Truth | Words, other: object) -> Exact | Truth | Words:
    """A date the rule writes out, where it is compared with one that was handed in."""
    if not isinstance(value, Words) or value.v.shape or not isinstance(other, Exact):
        return value
    found = day(str(value.v.item()))
    return value if found is None else Exact.constant(found)


def _fraction(text: str) -> Fraction | None:
    above, slash, below = text.partition("/")
    if slash and above.lstrip("-").isdigit() and below.isdigit() and int(below):
        return Fraction(int(above), int(below))
    return None
