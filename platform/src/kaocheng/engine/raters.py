"""Lenient and strict raters brought to a common measure (打分宽严校正), where the scheme asks for it.

Raters who scored different units, or with different generosity, are made comparable inside their class and
comparison group: each keeps his order of the units, and the class keeps its mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from kaocheng.engine import circles, irrational

Array = np.ndarray[Any, Any]
Scores = list[Fraction | None]


def alike(raters: Sequence[Scores], groups: Array, how: str) -> list[Scores]:
    """Each rater's scores, corrected in each comparison group.

    Args:
        raters: the scores of each rater, one a unit, ``None`` where there is none.
        groups: the comparison group of each unit; −1 for none.
        how: ``shift`` adds the same to all of a rater's scores, ``ratio`` multiplies them, ``sd`` also
            brings their spread to the common one.

    >>> alike([[Fraction(90), Fraction(80)], [Fraction(70), Fraction(60)]], np.array([0, 0]), "shift")
    [[Fraction(80, 1), Fraction(70, 1)], [Fraction(80, 1), Fraction(70, 1)]]
    """
    corrected = [list(scores) for scores in raters]
    for group in sorted({int(g) for g in groups if g >= 0}):
        at = [int(i) for i in np.flatnonzero(groups == group)]
        given = [{i: s for i in at if (s := scores[i]) is not None} for scores in raters]
        pooled = [score for scores in given for score in scores.values()]
        for own, result in zip(given, corrected, strict=True):
            for i, score in _corrected(own, pooled, how).items():
                result[i] = score
    return corrected


def _corrected(own: Mapping[int, Fraction], pooled: Sequence[Fraction], how: str) -> dict[int, Fraction]:
    """One rater's scores by unit; where nothing tells how he measures, the common mean."""
    common, mean = circles.mean(pooled), circles.mean(list(own.values()))
    if common is None or mean is None:
        return {}
    if how == "shift":
        return {i: score - mean + common for i, score in own.items()}
    if how == "ratio":
        return {i: score * common / mean if mean else common for i, score in own.items()}
    spread, shared = circles.variance(list(own.values())), circles.variance(pooled)
    ratio = irrational.square_root(shared / spread) if spread and shared is not None else None
    if ratio is None:
        return dict.fromkeys(own, common)
    return {i: (score - mean) * ratio + common for i, score in own.items()}
