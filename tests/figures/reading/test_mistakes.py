"""The workbook with the mistakes people make: each found, at its cell, of its kind, and nothing else."""

from io import BytesIO

from openpyxl import load_workbook

from kaocheng.figures.reading import Finding, returned
from kaocheng.i18n import speaking
from tests.figures.reading import county

MISTAKES = [
    ("error", "missing_unit", "B2"),  # 北塬镇
    ("error", "missing_unit", "B2"),  # 白杨镇
    ("error", "not_a_number", "C5"),  # 约1200
    ("error", "formula_not_allowed", "D6"),  # =C6*7.5
    ("conversion", "text_straightened", "E7"),  # １，２３４．５
    ("doubt", "falls", "E7"),  # 1234.5 after 1333.5 at mid-year
    ("doubt", "negative", "F8"),  # -3.1, all others grow
    ("error", "unknown_unit", "B9"),  # 柳林乡
    ("error", "not_a_number", "G10"),  # 12.5万
    ("error", "duplicate_unit", "B12"),  # 石门镇 again
    ("conversion", "percent_as_text", "I13"),  # the text 98.5%
    ("error", "unit_ambiguous", "I14"),  # 98.5 shown as 9850.00%
    ("error", "empty_cell", "K15"),
    ("error", "error_cell", "T16"),  # #DIV/0!
]


def test_every_mistake_is_found_and_nothing_else() -> None:
    assert county.found(county.preview("07", context=county.year_context())) == MISTAKES


def test_a_wrong_or_repeated_name_is_offered_the_unit_still_without_a_row() -> None:
    suggested = {f.cell: f.suggestion for f in county.preview("07").errors if f.suggestion}

    assert suggested == {"B9": "北塬镇", "B12": "白杨镇", "I14": "98.5%"}


def test_rows_of_unknown_and_repeated_units_give_no_values() -> None:
    rows = {e.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for e in county.preview("07").entries}

    assert not rows & {"9", "12"}
    assert "11" in rows


def test_every_finding_says_what_and_what_to_do() -> None:
    for finding in county.preview("07", context=county.year_context()).findings:
        assert finding.what
        assert finding.remedy
        assert "{" not in finding.what + finding.remedy


def test_a_kept_finding_is_said_in_the_language_of_whoever_reads_it() -> None:
    finding = county.preview("07").errors[0]

    with speaking("en"):
        assert finding.as_json()["code"] == "missing_unit"
        assert "北塬镇" in finding.what  # a name is not translated


def test_the_returned_copy_says_it_in_the_cell_and_changes_nothing_else() -> None:
    file, content = county.sample("07")
    findings = county.preview("07", context=county.year_context()).findings
    before = load_workbook(BytesIO(content)).active
    after = load_workbook(BytesIO(returned(content, file, findings))).active

    assert before is not None
    assert after is not None
    commented = {c.coordinate for row in after for c in row if c.comment}
    assert commented == {cell for _kind, _code, cell in MISTAKES}
    assert "约1200" in after["C5"].comment.text
    assert after["E7"].comment.text.count("【") == 2  # the conversion and the doubt
    assert [[c.value for c in row] for row in after] == [[c.value for c in row] for row in before]


def test_a_comment_about_a_merged_label_goes_to_its_first_cell() -> None:
    file, content = county.sample("04")
    finding = Finding("error", "missing_unit", "Sheet1", "M2", {"unit": "甲"})  # within L2:N2

    sheet = load_workbook(BytesIO(returned(content, file, (finding,)))).active

    assert sheet is not None
    assert sheet["L2"].comment is not None
