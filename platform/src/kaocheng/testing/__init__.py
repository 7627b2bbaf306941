"""For the tests of pack authors, and ours: a pack checked whole, a figure ordinary but for what is named."""

from decimal import Decimal
from typing import Any

from kaocheng.packs import Pack, ReportedFigure
from kaocheng.packs.check import mistakes
from kaocheng.schemes.service import try_templates

__all__ = ["a_figure", "check_pack"]


def a_figure(value: str | None = "1", **facts: Any) -> ReportedFigure:
    """One reported figure; *value* and *target* as people write them, ``None`` for not applicable.

    >>> a_figure("980.5", target="1000").target
    Decimal('1000')
    """
    if facts.get("target") is not None:
        facts["target"] = Decimal(facts["target"])
    ordinary = {"unit": "chengguan", "indicator": "revenue", "period": "2026"}
    return ReportedFigure(value=None if value is None else Decimal(value), **{**ordinary, **facts})


def check_pack(pack: Pack) -> None:
    """Fail with every mistake in what *pack* declares: codes, clauses, editions, templates as schemes."""
    found = [*mistakes(pack), *try_templates(pack)]
    if found:
        raise AssertionError("\n".join(found))
