"""Dates and periods are written as the reader's language writes them."""

import pytest

from kaocheng.formats import day, day_prose, period, span
from kaocheng.i18n import speaking


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "2027年1月6日"), ("en", "6 January 2027")], ids=["Chinese", "English"]
)
def test_a_date_in_a_sentence_is_written_out_and_a_date_in_a_table_is_not(language: str, said: str) -> None:
    with speaking(language):
        assert day_prose("2027-01-06") == said
        assert day("2027-01-06") == "2027-01-06"


@pytest.mark.parametrize(
    ("code", "chinese", "english"),
    [
        ("2026", "2026年度", "2026"),
        ("2026H1", "2026年上半年", "2026 H1"),
        ("2026Q3", "2026年第3季度", "2026 Q3"),
        ("2026-07", "2026年7月", "July 2026"),
        ("2026-01..2026-09", "2026-01..2026-09", "2026-01..2026-09"),
    ],
)
def test_a_period_is_said_in_the_readers_language(code: str, chinese: str, english: str) -> None:
    with speaking("zh"):
        assert period(code) == chinese
    with speaking("en"):
        assert period(code) == english


def test_under_its_year_a_period_needs_only_a_word() -> None:
    with speaking("zh"):
        assert [span(code) for code in ("2026", "2026H1", "2026Q3")] == ["全年", "上半年", "第3季度"]
    with speaking("en"):
        assert [span(code) for code in ("2026", "2026H1", "2026Q3")] == ["Year", "H1", "Q3"]
