"""A column of texts as it was handed in becomes numbers, days or words, each with its state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import numpy as np

from kaocheng.engine.arrays import MISSING, NA, OK, Exact, Words
from kaocheng.engine.inputs import NOT_APPLICABLE
from kaocheng.numbers import NotANumber, read

_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?", re.ASCII)


def typed(texts: Mapping[int, str], length: int) -> Exact | Words:
    """A column of texts as numbers, days, or words; what is not there is missing, ``/`` not applicable."""
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
        elif (value := _parsed(text)) is None:
            return _words(texts, length)
        else:
            numbers[i] = value
    scale = 10 ** max(places, default=0)
    if any(isinstance(n, Fraction) for n in numbers):
        return Exact.of([Fraction(n, 10**p) for n, p in zip(numbers, places, strict=True)], state)
    return Exact.of_whole(
        [int(n) * (scale // 10**p) for n, p in zip(numbers, places, strict=True)], scale, state
    )


def _words(texts: Mapping[int, str], length: int) -> Words:
    words, state = np.full(length, "", object), np.full(length, MISSING, np.uint8)
    for i, text in texts.items():
        words[i], state[i] = text, NA if text == NOT_APPLICABLE else OK
    return Words(words, state)


def _parsed(text: str) -> Fraction | None:
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


def _fraction(text: str) -> Fraction | None:
    above, slash, below = text.partition("/")
    if slash and above.lstrip("-").isdigit() and below.isdigit() and int(below):
        return Fraction(int(above), int(below))
    return None
