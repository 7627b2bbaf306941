"""What a single cell may hold, and the answer it gets (RELIABILITY X-01 to X-29)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures.reading import NA, Preview, read
from tests.figures.reading.county import NAMES, changed, found


def filled(cell: str, value: Any, number_format: str = "") -> Preview:
    """The full year's figures with one cell written over."""

    def write(sheet: Worksheet) -> None:
        sheet[cell] = value
        if number_format:
            sheet[cell].number_format = number_format

    return read(changed("04", write), "04-乡镇全年完成情况.xlsx", NAMES)


def value(preview: Preview, cell: str) -> object:
    return next((e.value for e in preview.entries if e.cell == cell), None)


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://a","b")', '=WEBSERVICE("http://a")', "='[1]x'!A1"],
)
def test_a_formula_is_refused(formula: str) -> None:
    preview = filled("C4", formula)

    assert found(preview) == [("error", "formula_not_allowed", "C4")]
    assert value(preview, "C4") is None


def test_an_array_formula_is_a_formula() -> None:
    assert found(filled("C4", ArrayFormula("C4", "=SUM(D4:E4)"))) == [("error", "formula_not_allowed", "C4")]


def test_merged_values_are_refused_with_their_range() -> None:
    preview = read(changed("04", lambda s: s.merge_cells("C4:C6")), "04-乡镇全年完成情况.xlsx", NAMES)

    assert found(preview) == [("error", "merged_cells", "C4")]
    assert "C4:C6" in preview.errors[0].what


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("１２３", "123"),
        ("12,345.6", "12345.6"),
        ("1 234", "1234"),
        ("－5", "-5"),
        ("−5", "-5"),
        ("1234\u200b", "1234"),
        ("'123", "123"),
        ("321", "321"),
    ],
)
def test_an_unusual_writing_of_one_number_is_read_and_listed(written: str, read_as: str) -> None:
    preview = filled("C4", written)

    assert value(preview, "C4") == Decimal(read_as)
    assert [f.kind for f in preview.findings] == ["conversion"]
    assert preview.findings[0].cell == "C4"


@pytest.mark.parametrize("written", ["１２.５％", "12.5%"])
def test_a_percentage_as_text_is_read_in_a_percentage_column(written: str) -> None:
    preview = filled("F4", written)

    assert value(preview, "F4") == Decimal("12.5")
    assert found(preview) == [("conversion", "percent_as_text", "F4")]


@pytest.mark.parametrize(("written", "number_format"), [("98.5%", ""), (0.985, "0.0%"), (98.5, "0.0%")])
def test_a_percentage_in_a_column_of_another_measure_is_ambiguous(
    written: object, number_format: str
) -> None:
    assert found(filled("C4", written, number_format)) == [("error", "unit_ambiguous", "C4")]


@pytest.mark.parametrize(("stored", "answer"), [(1.5, Decimal(150)), (1.51, None), (98.5, None)])
def test_above_150_per_cent_a_formatted_cell_is_ambiguous(stored: float, answer: Decimal | None) -> None:
    preview = filled("I4", stored, "0.00%")

    assert value(preview, "I4") == answer
    assert bool(preview.errors) == (answer is None)


def test_a_percentage_stored_in_two_ways_in_one_column_is_found() -> None:
    assert found(filled("I4", 98.5, "General")) == [("conversion", "percent_mixed", "I4")]
    assert found(filled("I4", 0.985, "General")) == [("error", "unit_ambiguous", "I4")]
    assert found(filled("I4", "0.985")) == [("error", "unit_ambiguous", "I4")]
    assert found(filled("F4", 0.121, "0.0%")) == [("conversion", "percent_mixed", "F4")]


def test_a_whole_column_of_fractions_without_a_percentage_format_is_ambiguous() -> None:
    def unformatted(sheet: Worksheet) -> None:
        for row in range(4, 20):
            sheet[f"I{row}"].number_format = "General"

    preview = read(changed("04", unformatted), "04-乡镇全年完成情况.xlsx", NAMES)

    assert found(preview) == [("error", "maybe_fractions", "I3")]
    assert not any(entry.cell.startswith("I") for entry in preview.entries)  # nor is any of it compared


@pytest.mark.parametrize(
    "written", ["12万", "3.2亿", "约80", "80左右", "≥80", "—", "无", "nan", "inf", "1e999", "1_000", "12件"]
)
def test_what_is_not_one_number_is_refused(written: str) -> None:
    assert found(filled("C4", written)) == [("error", "not_a_number", "C4")]


@pytest.mark.parametrize("written", ["#DIV/0!", "#N/A"])
def test_an_error_value_is_refused(written: str) -> None:
    assert found(filled("C4", written)) == [("error", "error_cell", "C4")]


def test_a_slash_is_the_one_word_for_not_applicable() -> None:
    assert value(filled("C4", "/"), "C4") is NA
    assert found(filled("C4", "／")) == [("conversion", "text_straightened", "C4")]


@pytest.mark.parametrize("nothing", [None, "", "  ", "\u3000"])
def test_empty_is_neither_zero_nor_not_applicable(nothing: str | None) -> None:
    assert found(filled("C4", nothing)) == [("error", "empty_cell", "C4")]


def test_a_truth_value_or_a_date_is_no_number() -> None:
    assert found(filled("C4", True)) == [("error", "not_a_number", "C4")]
    assert found(filled("C4", datetime(2026, 1, 2))) == [("error", "not_a_number", "C4")]


def test_direction_characters_are_refused_in_numbers_and_names() -> None:
    assert found(filled("C4", "\u202e321")) == [("error", "not_a_number", "C4")]
    assert found(filled("B4", "\u202e城关镇")) == [("error", "direction_characters", "B4")]


def test_invisible_characters_in_a_name_are_stripped_and_listed() -> None:
    assert found(filled("B4", "城关\u200b镇\u00a0")) == [("conversion", "name_straightened", "B4")]


def dated(value: Any, number_format: str = "") -> Preview:
    """The task book with one date written over."""

    def write(sheet: Worksheet) -> None:
        sheet["H4"].number_format = number_format or "General"
        sheet["H4"] = value
        if number_format:
            sheet["H4"].number_format = number_format

    return read(changed("08", write), "08-部门任务书.xlsx", NAMES)


@pytest.mark.parametrize(
    "written", [45292, 60, "2026.2.30", "26/1/2", "二〇二六年一月", "2026/9/24", "2026-02-30", "/"]
)
def test_only_a_date_cell_or_iso_text_is_a_date(written: object) -> None:
    preview = dated(written)

    assert found(preview) == [("error", "not_a_date", "H4")]
    assert "2026-09-30" in preview.errors[0].remedy


@pytest.mark.parametrize("written", ["2026.9.24", "2026/9/24", "2026-9-24", "2026年9月24日"])
def test_a_date_with_the_year_first_is_suggested_in_the_accepted_form(written: str) -> None:
    (finding,) = dated(written).errors
    assert (finding.code, finding.suggestion) == ("not_a_date", "2026-09-24")
    assert finding.remedy.startswith("是否应为“2026-09-24”?")


def test_a_table_with_no_figure_at_all_says_so_once() -> None:
    def empty(sheet: Worksheet) -> None:
        for row in sheet.iter_rows(min_row=4, max_row=19, min_col=3):
            for cell in row:
                cell.value = None

    preview = read(changed("04", empty), "04-乡镇全年完成情况.xlsx", NAMES)
    assert found(preview) == [("error", "nothing_filled_in", "C4")]


def test_a_header_nearly_right_gets_the_nearest_wherever_its_name_stands() -> None:
    def spoil(sheet: Worksheet) -> None:
        sheet["F2"] = "规上工业增加值增速"  # above its unit of measure
        sheet["L3"] = "已建成"  # below an indicator that is named right

    preview = read(changed("04", spoil), "04-乡镇全年完成情况.xlsx", NAMES)
    meant = {f.cell: f.suggestion for f in preview.errors if f.code == "unknown_column"}
    assert meant == {"F3": "规模以上工业增加值增速", "L3": "建成投用"}


def test_a_serial_number_formatted_as_a_date_of_1900_is_refused() -> None:
    assert found(dated(60, "yyyy/m/d")) == [("error", "not_a_date", "H4")]


def test_iso_text_and_a_time_of_day_are_listed() -> None:
    assert found(dated("2026-09-24")) == [("conversion", "date_as_text", "H4")]
    timed = dated(datetime(2026, 9, 24, 17, 30), "yyyy/m/d h:mm")
    assert found(timed) == [("conversion", "time_dropped", "H4")]
    assert value(timed, "H4") == date(2026, 9, 24)


def test_repeated_rows_and_headers_a_missing_header_and_an_extra_column_are_each_listed() -> None:
    def spoil(sheet: Worksheet) -> None:
        sheet["B5"] = "城关镇"
        sheet["D2"] = "地方财政收入"
        sheet["AF3"] = "另一项"
        sheet["AF4"] = 1
        sheet["AG4"] = 1

    preview = read(changed("04", spoil), "04-乡镇全年完成情况.xlsx", NAMES)

    assert {f.code for f in preview.errors} == {
        "duplicate_unit",
        "missing_unit",
        "duplicate_column",
        "missing_column",
        "unknown_column",
        "missing_header",
    }
