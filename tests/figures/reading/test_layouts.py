"""Other workbooks of the same form: other order, other titles, other headers; and those that are not."""

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures.reading import FormName, Preview, Value, read
from kaocheng.figures.reading.recognise import FormUnclear
from tests.figures.reading import county
from tests.figures.reading.county import NAMES, changed, found, saved


def year(content: bytes, file: str = "04-乡镇全年完成情况.xlsx") -> Preview:
    return read(content, file, NAMES)


def values(preview: Preview) -> dict[tuple[str, str, str, str], Value]:
    return {(e.of, e.unit, e.code, e.series): e.value for e in preview.entries}


def rebuilt(rows: list[int], columns: list[int]) -> bytes:
    """The full-year figures with rows and columns in another order, and blank rows between."""
    old = load_workbook(BytesIO(county.sample("04")[1])).active
    assert isinstance(old, Worksheet)
    book = Workbook()
    new = book.active
    assert isinstance(new, Worksheet)
    new["A1"] = "关于报送2026年度数据的表"
    for place, column in enumerate(columns, start=2):
        named = max(c for c in range(3, column + 1) if old.cell(2, c).value)
        new.cell(4, place, old.cell(2, named).value)
        new.cell(5, place, old.cell(3, column).value)
    new["A4"] = "单位名称"
    row = 7
    for number in rows:
        new.cell(row, 1, old.cell(number, 2).value)
        for place, column in enumerate(columns, start=2):
            cell = old.cell(number, column)
            new.cell(row, place, cell.value).number_format = cell.number_format
        row += 2
    new.cell(row + 1, 1, "注:数据由各单位提供。")
    new.cell(row + 2, 1, "填报人:某某")
    return saved(book)


def test_order_of_rows_and_columns_title_and_blank_rows_do_not_matter() -> None:
    again = year(rebuilt(list(range(19, 3, -1)), list(range(31, 2, -1))))

    assert not again.findings
    assert values(again) == values(county.preview("04"))


def test_columns_given_without_merging_the_header_over_the_parts_are_read() -> None:
    def unmerge(sheet: Worksheet) -> None:
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))

    assert values(year(changed("04", unmerge))) == values(county.preview("04"))


def test_a_category_row_above_the_indicators_changes_nothing() -> None:
    def category(sheet: Worksheet) -> None:
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        sheet.insert_rows(2)
        sheet["C2"] = "经济发展"
        sheet.merge_cells("C2:H2")
        sheet.merge_cells("L3:N3")

    assert values(year(changed("04", category))) == values(county.preview("04"))


def test_a_row_that_numbers_the_columns_belongs_to_the_header() -> None:
    def number(sheet: Worksheet) -> None:
        sheet.insert_rows(4)
        sheet["A4"], sheet["B4"] = "甲", "乙"
        for column in range(3, 32):
            sheet.cell(4, column, column - 2)

    preview = year(changed("04", number))

    assert not preview.findings
    assert values(preview) == values(county.preview("04"))


def test_totals_below_the_rows_are_left_out_even_as_formulas() -> None:
    def total(sheet: Worksheet) -> None:
        sheet.insert_rows(20)
        sheet["A20"] = "合计"
        sheet["C20"] = "=SUM(C4:C19)"

    assert not year(changed("04", total)).findings


@pytest.mark.parametrize("written", ["合计", "总  计", "全县合计", "全县平均", "平均值", "全县"])
def test_a_total_is_known_by_its_name(written: str) -> None:
    def total(sheet: Worksheet) -> None:
        sheet.insert_rows(20)
        sheet["A20"] = written
        sheet["C20"] = 13345.6

    assert not year(changed("04", total)).findings


def test_a_seal_or_a_date_below_the_table_is_no_row_of_it() -> None:
    def signed(sheet: Worksheet) -> None:
        sheet["A22"], sheet["K22"] = "2027年1月6日", "(盖章)"

    preview = year(changed("04", signed))

    assert not preview.findings
    assert "22 2027年1月6日" in preview.understood[0].left_out


def test_a_header_with_the_measure_in_brackets_is_the_same_header() -> None:
    preview = year(changed("04", lambda sheet: sheet.__setitem__("C2", "地方财政\n收入（万元）")))

    assert not preview.findings


def test_a_header_in_another_measure_is_an_error() -> None:
    preview = year(changed("04", lambda sheet: sheet.__setitem__("C3", "亿元")))

    assert found(preview) == [("error", "measure_differs", "C3")]
    assert "万元" in preview.errors[0].what


def test_a_name_spaced_out_is_read_and_listed() -> None:
    preview = year(changed("04", lambda sheet: sheet.__setitem__("B4", "城 关 镇")))

    assert found(preview) == [("conversion", "name_straightened", "B4")]
    assert len(preview.entries) == 464


def test_missing_double_unknown_and_headless_columns_are_all_listed() -> None:
    def spoil(sheet: Worksheet) -> None:
        sheet["C2"] = "财政收入完成数"  # neither the name nor near enough to be taken for it
        sheet["D2"] = "招商引资到位资金"  # twice
        sheet["M3"] = None
        sheet["AF5"] = 12

    codes = {(c, cell) for _kind, c, cell in found(year(changed("04", spoil)))}

    assert {
        ("unknown_column", "C3"),
        ("missing_column", "B2"),
        ("duplicate_column", "E3"),
        ("missing_header", "AF2"),
        ("unknown_column", "M2"),
    } <= codes


def test_a_unit_of_another_class_is_unknown_here() -> None:
    preview = year(changed("04", lambda sheet: sheet.__setitem__("B4", "县财政局")))

    assert [(f.code, f.cell) for f in preview.errors] == [("missing_unit", "B2"), ("unknown_unit", "B4")]
    assert preview.errors[1].suggestion == "城关镇"


def test_a_row_of_numbers_without_a_name_is_an_error() -> None:
    preview = year(changed("04", lambda sheet: sheet.__setitem__("B4", None)))

    assert ("error", "nameless_row", "B4") in found(preview)


def test_so_is_one_of_numbers_typed_as_text() -> None:
    def nameless(sheet: Worksheet) -> None:
        sheet["B4"] = None
        for cell in sheet[4][2:]:
            cell.value = "12.5"

    assert ("error", "nameless_row", "B4") in found(year(changed("04", nameless)))


def test_a_table_of_nothing_known_says_so() -> None:
    book = Workbook()
    book.active.append(["姓名", "电话"])  # type: ignore[union-attr]
    preview = read(saved(book), "x.xlsx", NAMES, form="year")

    assert [f.code for f in preview.errors] == ["no_table"]


def test_a_form_is_recognised_from_its_headers_when_its_name_says_nothing() -> None:
    for number in ("01", "02", "03", "04", "05", "06", "08"):
        content = county.sample(number)[1]
        assert read(content, "工作簿1.xlsx", NAMES).form == county.preview(number).form


def test_what_could_be_several_forms_is_asked_for() -> None:
    book = Workbook()
    with pytest.raises(FormUnclear, match="请选定表名"):
        read(saved(book), "工作簿1.xlsx", NAMES)


def test_a_title_of_another_period_is_doubted() -> None:
    file, content = county.sample("03")
    preview = read(content, file, NAMES, form="year")

    assert ("doubt", "period_differs", "A1") in found(preview)


def test_another_sheet_is_left_out_and_said_so() -> None:
    book = load_workbook(BytesIO(county.sample("04")[1]))
    book.create_sheet("说明")["A1"] = "填表说明"
    preview = year(saved(book))

    assert found(preview) == [("doubt", "sheet_left_out", "A1")]


def test_several_sheets_of_one_form_are_read_together() -> None:
    book = load_workbook(BytesIO(county.sample("04")[1]))
    first = book.worksheets[0]
    second = book.copy_worksheet(first)
    first.delete_cols(20, 12)
    second.delete_cols(3, 17)
    codes = {f.code for f in year(saved(book)).findings}

    assert codes <= {"missing_column"}


def test_tasks_keep_their_own_numbers_in_any_order_and_unmerged() -> None:
    def shuffle(sheet: Worksheet) -> None:
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        for column in range(2, 10):
            one, other = sheet.cell(3, column), sheet.cell(5, column)
            one.value, other.value = other.value, one.value

    preview = read(changed("08", shuffle), "08-部门任务书.xlsx", NAMES)

    def rows(preview: Preview) -> dict[tuple[str, str, str], Value]:
        return {(e.unit, e.series, e.field): e.value for e in preview.entries if e.of == "row"}

    assert rows(preview) == rows(county.preview("08"))
    assert {f.code for f in preview.findings} == {"label_carried_down"}
    assert len(preview.findings) == 16


def test_a_header_the_words_do_not_know_is_bound_by_the_form() -> None:
    content = changed("08", lambda sheet: sheet.__setitem__("C2", "攻坚事"))
    form = FormName(code="tasks", kind="tasks", pattern="任务书", period="2026", columns={"攻坚事": "task"})
    file = "08-部门任务书.xlsx"

    assert [f.code for f in read(content, file, NAMES).errors] == ["missing_column"]
    bound = county.NAMES.__class__(
        units=NAMES.units, indicators=NAMES.indicators, lists=NAMES.lists, forms=(form,)
    )
    assert not read(content, file, bound).findings


def test_claims_of_an_unknown_type_without_points_or_twice_are_errors() -> None:
    def spoil(sheet: Worksheet) -> None:
        sheet["C3"] = "奖励"
        sheet["E4"] = None
        sheet["E5"] = -3
        for column in range(2, 7):
            sheet.cell(9, column, sheet.cell(8, column).value)
        sheet["E10"] = 5

    preview = read(changed("06", spoil), "06-加减分.xlsx", NAMES)

    assert found(preview) == [
        ("error", "unknown_type", "C3"),
        ("error", "empty_cell", "E4"),
        ("error", "negative_points", "E5"),
        ("error", "duplicate_row", "B9"),
        ("conversion", "points_left_out", "E10"),
    ]


def test_a_claim_of_a_unit_of_another_class_is_one_error() -> None:
    content = changed("06", lambda sheet: sheet.__setitem__("B3", "县发改局"))

    assert found(read(content, "06.xlsx", NAMES, form="claims")) == [("error", "unknown_unit", "B3")]


def test_no_claims_at_all_is_a_valid_answer() -> None:
    preview = read(changed("06", lambda sheet: sheet.delete_rows(3, 10)), "06-加减分.xlsx", NAMES)

    assert not preview.findings
    assert not preview.entries


def test_a_catalogue_that_differs_from_the_scheme_is_told_where() -> None:
    def differ(sheet: Worksheet) -> None:
        sheet["F3"] = "按完成率计分,上不封顶。"
        sheet["E4"] = 7
        sheet["G5"] = "县商务局"
        sheet["C6"] = "服务业增加值增速"

    codes = {
        (kind, code, cell) for kind, code, cell in found(read(changed("01", differ), "01-指标表.xlsx", NAMES))
    }

    assert {
        ("doubt", "clause_changed", "F3"),
        ("doubt", "points_differ", "E4"),
        ("error", "total_differs", "E24"),
        ("error", "total_differs", "B3"),
        ("doubt", "collector_differs", "G5"),
        ("doubt", "clause_unbound", "C6"),
        ("doubt", "rule_missing", "C2"),
    } <= codes
