"""Statistics of a group of values; gaps are skipped."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from .numbers import MISSING, NA, UNDEFINED, Gap, Value, floor, half_up, largest_remainder, power


def numbers_of(values: list[Value]) -> list[Fraction]:
    """The numbers among values, conditions as 0 and 1."""
    out = []
    for value in values:
        if isinstance(value, bool):
            out.append(Fraction(int(value)))
        elif isinstance(value, Fraction):
            out.append(value)
    return out


def count(values: list[Value]) -> Fraction:
    """How many hold, of conditions; else how many are there."""
    return Fraction(sum(1 for value in values if not isinstance(value, Gap) and value is not False))


def deviation(found: list[Fraction], population: bool) -> Fraction | Gap:
    """The standard deviation, exact where it is rational."""
    spare = 0 if population else 1
    if len(found) - spare <= 0:
        return UNDEFINED
    mean = sum(found, Fraction(0)) / len(found)
    return power(sum(((v - mean) ** 2 for v in found), Fraction(0)) / (len(found) - spare), Fraction(1, 2))


def median(found: list[Fraction]) -> Fraction:
    """The middle value, or the mean of the two."""
    ordered = sorted(found)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


STATISTICS = ("min", "max", "mean", "median", "sum", "count", "sd", "nth")


def statistic(word: str, values: list[Value], extra: Value | None = None) -> Value:
    """One statistic; over nothing `count` is 0 and all else missing."""
    if word == "count":
        return count(values)
    if word == "nth" and isinstance(extra, Gap):
        return extra
    found = numbers_of(values)
    if not found:
        return NA if values and all(value is NA for value in values) else MISSING
    if word == "sum":
        return sum(found, Fraction(0))
    if word == "mean":
        return sum(found, Fraction(0)) / len(found)
    if word == "min":
        return min(found)
    if word == "max":
        return max(found)
    if word == "median":
        return median(found)
    if word == "sd":
        return deviation(found, extra == "population")
    if word == "nth":
        assert isinstance(extra, Fraction)
        place = int(floor(extra))
        return sorted(found, reverse=True)[place - 1] if 1 <= place <= len(found) else MISSING
    raise LookupError(f"no statistic {word}")


def position(
    own: Fraction, among: Mapping[str, Fraction], unit: str, ties: str, *, up: bool = False
) -> Fraction:
    """The rank of a unit's value: 1 is the highest, or with `up` the lowest; `ordinal`: equals by code."""
    # Roots are worked to eighty digits: what agrees in fifty is the same number on paper.
    own, found = half_up(own, 50), {other: half_up(value, 50) for other, value in among.items()}
    better = [v for v in found.values() if (v < own if up else v > own)]
    equal = [other for other, v in found.items() if v == own]
    if ties == "dense":
        return Fraction(len(set(better)) + 1)
    if ties == "average":
        return Fraction(len(better)) + Fraction(len(equal) + 1, 2)
    if ties == "ordinal":
        return Fraction(len(better) + 1 + sum(1 for other in equal if other < unit))
    return Fraction(len(better) + 1)


def shared_out(places: int, sizes: dict[str, Fraction], unit: str) -> Value:
    """A unit's part of so many whole places, by largest remainder; the larger size first, then the code."""
    whole = sum(sizes.values(), Fraction(0))
    if whole == 0:
        return UNDEFINED
    first_to_last = sorted(sizes, key=lambda one: (-sizes[one], one))
    shares = [places * sizes[one] / whole for one in first_to_last]
    return Fraction(largest_remainder(shares, places)[first_to_last.index(unit)])
