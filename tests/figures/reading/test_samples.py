"""The county's own workbooks, read whole: the golden file of the one reader."""

from datetime import date
from decimal import Decimal

import pytest

from kaocheng.figures.reading import NA, Preview
from tests.figures.reading import county


def value(preview: Preview, cell: str, sheet: str = "Sheet1") -> object:
    (entry,) = [e for e in preview.entries if e.cell == cell and e.sheet == sheet]
    return entry.value


@pytest.mark.parametrize(
    ("number", "form", "period", "values"),
    [
        ("01", "catalogue", "2026", 0),
        ("02", "targets", "2026", 16 * 11),
        ("03", "half", "2026H1", 16 * 29),
        ("04", "year", "2026", 16 * 29),
        ("05", "evaluation", "2026", 16 * 4),
        ("06", "claims", "2026", 7 * 3 + 2),
        ("08", "tasks", "2026", 22 * 4 + 19 + 6 * 6),
    ],
)
def test_each_form_is_recognised_and_read_without_error(
    number: str, form: str, period: str, values: int
) -> None:
    preview = county.preview(number)

    assert (preview.form, preview.period, len(preview.entries)) == (form, period, values)
    assert not preview.errors


def test_the_clean_figures_raise_no_doubt() -> None:
    context = county.year_context()

    assert not county.preview("03").findings
    assert not county.preview("04", context=context).findings


def test_a_fraction_shown_as_per_cent_counts_a_hundredfold_at_fifteen_digits() -> None:
    half = county.preview("03")

    assert value(half, "I7") == Decimal("98.43")  # stored as 0.9843000000000001
    assert value(half, "U6") == Decimal("80.1")  # stored as 0.8009999999999999
    assert value(half, "F7") == Decimal("9.9")  # per cent, not formatted as such


def test_a_slash_is_not_applicable() -> None:
    assert value(county.preview("03"), "W17") is NA


def test_columns_are_bound_to_indicators_and_their_parts() -> None:
    (sheet,) = county.preview("04").understood
    columns = {c.column: c for c in sheet.columns}

    assert sheet.header_rows == (2, 3)
    assert sheet.unit_column == "B"
    assert (columns["L"].code, columns["L"].series, columns["L"].label) == (
        "culture",
        "built",
        "村级文化场所建设·建成投用",
    )
    assert (columns["H"].code, columns["H"].written) == ("projects", "万元")
    assert columns["AE"].series == "serious"


def test_targets_are_read_as_targets() -> None:
    targets = county.preview("02")
    (entry,) = [e for e in targets.entries if e.cell == "H4"]

    assert (entry.of, entry.code, entry.field, entry.series, entry.value) == (
        "target",
        "culture",
        "target",
        "",
        Decimal(6),
    )
    assert value(targets, "G4") == Decimal("97.5")


def test_claims_are_numbered_per_unit_and_kind_and_a_veto_has_no_points() -> None:
    entries = county.preview("06").entries
    bonus = {(e.series, e.field): e.value for e in entries if (e.unit, e.code) == ("chengguan", "bonus")}
    veto = {(e.unit, e.series, e.field): e.value for e in entries if e.code == "veto"}

    assert bonus["1", "points"] == Decimal(2)
    assert bonus["3", "matter"] == "中央媒体宣传报道"
    assert bonus["3", "document"] == "示例〔2026〕5号"
    assert veto == {
        ("beiyuan", "1", "matter"): "发生较大生产安全责任事故",
        ("beiyuan", "1", "document"): "示例〔2026〕11号",
    }


def test_tasks_are_read_by_field_and_an_unfinished_one_has_no_date() -> None:
    tasks = county.preview("08")
    rows = {(e.unit, e.series, e.field): e.value for e in tasks.entries if e.of == "row"}
    unit = next(u.code for u in county.NAMES.units if u.label == "县农业农村局")

    assert rows[unit, "1", "task"] == "高标准农田建设2万亩"
    assert rows[unit, "1", "due"] == date(2026, 11, 30)
    assert rows[unit, "1", "done"] == date(2027, 1, 3)
    assert (unit, "3", "done") not in rows
    assert rows[unit, "3", "progress"] == Decimal(40)
    assert rows[unit, "3", "full"] == Decimal(15)


def test_votes_of_departments_are_told_from_votes_of_townships_by_the_units_beside_them() -> None:
    votes = [e for e in county.preview("08").entries if e.sheet == "班子和队伍建设"]

    assert {e.code for e in votes} == {"vote", "cases"}
    assert value(county.preview("08"), "F2", "班子和队伍建设") == Decimal(2)


def test_the_catalogue_gives_clauses_points_and_collectors() -> None:
    preview = county.preview("01")
    catalogue = preview.catalogue

    assert catalogue is not None
    assert len(catalogue.items) == 21
    assert catalogue.total == Decimal(100)
    assert dict(catalogue.categories)["经济发展"] == Decimal(30)
    health = catalogue.items[8]
    assert (health.clause, health.points, health.collector) == ("表.9", Decimal(3), "县卫健局")
    assert county.found(preview) == [
        ("doubt", "table_measure", "D8"),  # 项 in the catalogue, 万元 in the scheme
        ("conversion", "text_straightened", "E11"),  # ３
    ]
