"""What a band of grades asks of a total and of a rank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kaocheng.engine.arrays import Exact, Truth

OF_TOTALS, OF_RANKS = ("from", "above", "below", "to"), ("rank_from", "rank_to")


def told(band: Mapping[str, Any]) -> dict[str, str]:
    """A band's limits of the total, as they are written."""
    return {key: str(band[key]) for key in OF_TOTALS if key in band}


def within(limit: str, bound: Exact, score: Exact) -> Truth:
    """Who keeps one limit of a band."""
    match limit:
        case "from":
            return score >= bound
        case "above":
            return score > bound
        case "below":
            return score < bound
    return score <= bound


def rank_within(limit: str, bound: Exact, rank: Exact) -> Truth:
    """Whose rank keeps one limit of a band."""
    return rank >= bound if limit == "rank_from" else rank <= bound
