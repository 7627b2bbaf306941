"""Exact values as the sheet keeps them: the shortest text that says the same."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from kaocheng.engine.arrays import NA, OK, Exact
from kaocheng.engine.inputs import NOT_APPLICABLE
from kaocheng.engine.rounding import LONGEST, plain


def text_of(value: Exact, at: int) -> str | None:
    """One cell as the sheet keeps it."""
    state = int(value.state if not value.state.shape else value.state[at])
    if state == NA:
        return NOT_APPLICABLE
    found: Fraction | None = value.fraction(at)
    return None if found is None else plain(found)


def texts_of(value: Exact) -> list[str | None]:
    """Every cell of a column as the sheet keeps it; each distinct number is written once."""
    if not isinstance(value.d, int):
        return [text_of(value, at) for at in range(value.shape[0])]
    distinct, which = np.unique(value.n, return_inverse=True)
    cells = np.array(_written([int(n) for n in distinct], value.d), object)[which]
    cells[value.state != OK] = None
    cells[value.state == NA] = NOT_APPLICABLE
    texts: list[str | None] = cells.tolist()
    return texts


def _written(numbers: list[int], d: int) -> list[str]:
    """Each number over *d*, as the shortest exact text."""
    decimals = len(str(d))
    scale = 10**decimals
    if scale % d or decimals > LONGEST:
        return [plain(Fraction(n, d)) for n in numbers]
    texts = []
    for n in numbers:
        whole, rest = divmod(abs(n) * (scale // d), scale)
        sign = "-" if n < 0 else ""
        texts.append(f"{sign}{whole}.{rest:0{decimals}}".rstrip("0") if rest else f"{sign}{whole}")
    return texts
