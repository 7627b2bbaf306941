"""What the functions of numbers yield: ln, sqrt, power, abs, clamp, round …"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine import irrational
from kaocheng.engine.grammar import Call
from kaocheng.rulebook import sorts
from kaocheng.rulebook.sorts import ANYTHING, Sort

if TYPE_CHECKING:
    from kaocheng.rulebook.infer import Reader

ROUGH = ("ln", "exp", "sqrt", "power")
SHORT = 10**30  # a root or power with fewer digits below the line is the value itself
WORKED: Mapping[str, Callable[..., Fraction | None]] = {  # of written numbers: ln(75000) is never zero
    "ln": irrational.logarithm,
    "exp": irrational.exponential,
    "sqrt": irrational.square_root,
    "power": irrational.power,
    "abs": abs,
    "floor": lambda x: Fraction(x.numerator // x.denominator),
    "ceil": lambda x: Fraction(-(-x.numerator // x.denominator)),
}


def arithmetic(reader: Reader, tree: Call) -> Sort:
    """What it yields; of written numbers alone, the number."""
    head = tree.path[0]
    given = [reader.number(argument) for argument in tree.arguments]
    first = given[0] if given else ANYTHING
    known = [sort.constant for sort in given if sort.constant is not None]
    if head in WORKED and len(known) == len(given) and (value := WORKED[head](*known)) is not None:
        rough = head in ROUGH and value.denominator > SHORT
        return Sort(low=value, never_zero=bool(value), constant=value, rough=rough)
    if head in ROUGH:
        whole = head == "power" and given[1].constant is not None and given[1].constant.denominator == 1
        exact = first.constant is not None and head in ("sqrt", "power") and first.constant in (0, 1)
        low = Fraction(0) if head in ("exp", "sqrt") else None
        return Sort(low=low, never_zero=head == "exp", rough=first.rough or not (whole or exact))
    if head == "abs":
        return Sort(measure=first.measure, low=Fraction(0), never_zero=first.nonzero, rough=first.rough)
    if head == "clamp":
        return sorts.at_least(sorts.either(*given), given[1].constant)
    if head == "round":
        return Sort(measure=first.measure)
    if head in ("floor", "ceil"):
        low = first.low if first.low is not None and first.low.denominator == 1 else None
        return Sort(measure=first.measure, low=low)
    return first
