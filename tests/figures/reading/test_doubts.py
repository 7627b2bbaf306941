"""Slips of the pen are doubted; a year's ordinary ups and downs are not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures.reading import Context, Entry, IndicatorName, Names, read
from kaocheng.figures.reading.doubts import doubts
from tests.figures.reading import county
from tests.figures.reading.county import NAMES


def doubted(cell: str, value: float) -> list[tuple[str, str]]:
    """What is doubted in the full year's figures once one cell is written over."""
    content = county.changed("04", lambda sheet: sheet.__setitem__(cell, value))
    preview = read(content, "04-乡镇全年完成情况.xlsx", NAMES, context=county.year_context())
    return [(f.code, f.cell) for f in preview.doubts]


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("C8", 380.0, "falls"),  # 384.75 at mid-year
        ("C8", 7076.7, "far_from_last"),  # a shifted point
        ("D8", 497420.0, "far_from_last"),
        ("R8", 1590, "far_from_target"),
        ("K8", 964.0, "far_from_last"),
        ("O8", 137090, "far_from_last"),
        ("I8", 0.098, "far_from_last"),
        ("F8", -3.1, "negative"),
    ],
)
def test_a_slip_is_doubted_once(cell: str, value: float, code: str) -> None:
    assert doubted(cell, value) == [(code, cell)]


def test_a_target_below_zero_among_others_above_is_doubted() -> None:
    content = county.changed("02", lambda sheet: sheet.__setitem__("D4", -5))
    preview = read(content, "02-目标任务分解表.xlsx", NAMES, context=Context())
    assert [(f.code, f.cell) for f in preview.doubts] == [("negative", "D4")]


def test_a_target_of_nothing_is_doubted_where_the_rule_divides_by_it() -> None:
    content = county.changed("02", lambda sheet: sheet.__setitem__("D4", 0))
    book = "02-目标任务分解表.xlsx"
    before = read(content, book, NAMES, context=Context())
    code = next(entry.code for entry in before.entries if entry.cell == "D4")
    after = read(content, book, NAMES, context=Context(divides=frozenset({code})))
    found = [[(f.code, f.cell, f.remedy) for f in seen.doubts] for seen in (before, after)]
    assert found == [[], [("zero_target", "D4", "请核对;没有此项任务的请填“/”")]]


def test_without_last_period_the_target_and_the_peers_are_looked_at() -> None:
    def slip(sheet: Worksheet) -> None:
        sheet["C8"] = 7076.7
        sheet["K8"] = 9.64

    content = county.changed("04", slip)
    targets = county.year_context().targets
    preview = read(content, "04-乡镇全年完成情况.xlsx", NAMES, context=Context(targets=targets))

    assert [(f.code, f.cell) for f in preview.doubts] == [("far_from_target", "C8"), ("far_from_peers", "K8")]


def test_the_first_period_of_a_year_has_peers_only_and_raises_no_false_alarm() -> None:
    for number in ("03", "04"):
        assert not county.preview(number, context=Context()).doubts
        assert not county.preview(number, context=Context(targets=county.year_context().targets)).doubts


def test_a_fall_of_what_does_not_run_on_is_no_doubt() -> None:
    assert doubted("K8", 80) == []


@given(st.lists(st.integers(min_value=5000, max_value=14000), min_size=5, max_size=30))
def test_values_within_three_times_of_one_another_are_never_doubted(values: list[int]) -> None:
    names = Names(indicators=(IndicatorName(of="figure", code="x", label="某项", measure="万元"),))
    entries = [
        Entry("figure", "x", "", "", f"u{place}", Decimal(value), "Sheet1", f"C{place}")
        for place, value in enumerate(values)
    ]

    assert doubts(entries, names, Context()) == []


def test_no_such_work_is_doubted_where_no_rule_speaks_of_it_and_a_figure_in_parts_once() -> None:
    def lacking(sheet: Worksheet) -> None:
        for column in ("C", "L", "M"):
            sheet[f"{column}8"] = "/"

    content = county.changed("04", lacking)
    book = "04-乡镇全年完成情况.xlsx"
    silent = read(content, book, NAMES, context=Context())
    told = read(content, book, NAMES, context=Context(always=frozenset({"revenue", "culture"})))

    assert not [f for f in silent.doubts if f.code == "unasked_not_applicable"]
    assert [f.cell for f in told.doubts if f.code == "unasked_not_applicable"] == ["C8", "L8"]
