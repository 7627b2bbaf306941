"""A scheme looked through together with its units, targets and rows."""

import re
from pathlib import Path

import pytest

from kaocheng.cli import main
from kaocheng.rulebook import read_scheme
from kaocheng.rulebook.files import Tables
from kaocheng.rulebook.lint_files import lint_files

SCHEME = """
[scheme]
code = "t"
year = 2026
round = { leaf = 2, total = 2 }
[periods]
half = "2026H1"
[clauses]
"一" = "按完成率计分。"
[figures]
income = { label = "收入", unit = "万元", collector = "财政局" }
grain = { label = "粮食", unit = "吨", collector = "农业局" }
[lists.task]
label = "任务"
fields = { full = "分", done = "%" }
[papers.town]
class = "镇"
period = "2026"
total = { "2026" = "total", half = "items" }
[papers.town.nodes]
total = { compose = "weighted", of = { "items@half" = "30%", items = "70%" } }
items = { compose = "sum", full = 30 }
income = { in = "items", full = 10, method = "completion", clause = "一", undefined = "zero" }
[papers.town.nodes.grain]
in = "items"
full = 10
method = "rank_table"
table = [10, 8]
from_end = [0, 2]
rest = 5
group = "zone"
clause = "一"
[papers.town.nodes.tasks]
in = "items"
full = 10
rows = "task"
formula = "full * done / 100"
clause = "一"
[papers.town.results.overall]
bands = [{ grade = "优", from = 25, most = "25%", round = "down" }, { grade = "良", from = 20, most = 9 },
  { grade = "差" }]
edge = { by = ["income"], still_tied = "none" }
[papers.zone]
class = "开发区"
like = "town"
"""
GROUPS = "unit,class,zone\n" + "".join(
    f"{name},镇,{'东' if n < 2 else '西'}\n" for n, name in enumerate("甲乙丙丁戊己")
)
TARGETS = "unit,indicator,value\n*,income,100\n"
ROWS = "unit,list,row,field,value\n" + "".join(f"{u},task,1,full,10\n" for u in "甲乙丙丁戊己")
FITTING = SCHEME.replace("most = 9", "most = 3").replace('group = "zone"', "").split("[papers.zone]")[0]


def found(folder: Path, scheme: str = FITTING, **tables: str) -> list[str]:
    paths = {}
    for name, text in tables.items():
        paths[name] = folder / f"{name}.csv"
        paths[name].write_text(text, "utf-8")
    said = [str(finding) for finding in lint_files(read_scheme(scheme), Tables(**paths))]
    return [re.sub(r"^scheme.toml:\d+:\d+ \([^)]*\)", "", one) for one in said]


def test_a_scheme_and_files_that_fit_are_passed_over(tmp_path: Path) -> None:
    assert found(tmp_path, groups=GROUPS, targets=TARGETS, rows=ROWS) == []


def test_units_without_a_target_are_named_once_for_all_periods(tmp_path: Path) -> None:
    assert found(tmp_path, groups=GROUPS, targets="unit,indicator,value\n甲,income,5\n") == [
        "targets.csv:乙、丙、丁、戊、己 没有“收入”的目标(2026、2026H1);请补上,或用 * 写对所有单位的"
    ]
    few = "unit,indicator,value,period\n" + "".join(f"{u},income,5,2026H1\n" for u in "甲乙丙丁戊己")
    assert found(tmp_path, groups=GROUPS, targets=few) == [
        "targets.csv:甲、乙、丙、丁、戊 等 6 个单位 没有“收入”的目标(2026);请补上,或用 * 写对所有单位的"
    ]


@pytest.mark.parametrize(
    "answered",
    [
        "applies = \"unit.zone = '东'\"",
        'missing = "zero"',
        'target = "otherwise(target(income), 100)"',
    ],
)
def test_whoever_needs_no_target_is_not_asked_for_one(tmp_path: Path, answered: str) -> None:
    text = FITTING.replace('"completion", ', f'"completion", {answered}, ')
    targets = "unit,indicator,value\n甲,income,5\n乙,income,6\n"
    assert found(tmp_path, text, groups=GROUPS, targets=targets) == []


def test_targets_that_a_formula_names_are_asked_for_too(tmp_path: Path) -> None:
    text = FITTING.replace('method = "completion"', "formula = \"income / target(income, 'stretch')\"")
    assert found(tmp_path, text, groups=GROUPS, targets=TARGETS) == [
        "targets.csv:甲、乙、丙、丁、戊 等 6 个单位 没有“收入”的 stretch 目标(2026、2026H1);"
        "请补上,或用 * 写对所有单位的"
    ]


def test_targets_of_nobody_and_of_nothing_are_named(tmp_path: Path) -> None:
    targets = TARGETS + "庚,income,1\n*,incom,1\n"
    assert found(tmp_path, groups=GROUPS, targets=targets) == [
        "targets.csv:3:1:没有单位“庚”;请核对名称",
        "targets.csv:4:2:方案里没有指标“incom”,没有用到;是否应为“income”?",
    ]


def test_rows_that_do_not_close_name_their_sum(tmp_path: Path) -> None:
    rows = ROWS.replace("乙,task,1,full,10", "乙,task,1,full,6\n乙,task,2,full,3").replace(
        "己,task,1,full,10\n", ""
    )
    assert found(tmp_path, groups=GROUPS, rows=rows) == [
        "rows.csv:己 没有“tasks”的行;没有的为缺数据,不得分;请补上",
        "rows.csv:3:“乙”的“tasks”各行满分合计 9,应为 10;请核对各行的 full",
    ]


def test_tables_of_ranks_and_quotas_are_held_to_the_number_of_units(tmp_path: Path) -> None:
    few = "unit,class,zone\n甲,镇,东\n乙,镇,西\n丙,镇,西\n"
    assert found(tmp_path, SCHEME, groups=few) == [
        ":“开发区”没有要考核的单位;请核对 class 与单位表的类别",
        ":“粮食”的比较组最少只有 1 个单位,前 2 名与后 2 名重叠;重叠处按名次从前数;请核对",
        ":“镇”有 3 个单位,“优”一个名额也没有;请核对 most,或写 at_least_one = true",
        ":“镇”只有 3 个单位,“良”有 9 个名额,限不住;请核对 most",
    ]


def test_a_quota_that_a_circle_does_not_say_is_named(tmp_path: Path) -> None:
    text = FITTING.replace("most = 3 }", 'most = "unit.places" }').replace("bands", 'within = "zone"\nbands')
    groups = GROUPS.replace("zone\n", "zone,places\n").replace("东\n", "东,1\n").replace("西\n", "西,\n")
    assert found(tmp_path, text, groups=groups) == [
        ":“西”没有“良”的名额:unit.places 缺数据;请核对 most",
        ":“东”有 2 个单位,“优”一个名额也没有;请核对 most,或写 at_least_one = true",
    ]


def test_an_attribute_that_no_unit_has_is_named(tmp_path: Path) -> None:
    text = FITTING.replace('"completion", ', '"completion", times = "unit.wieght", ')
    assert found(tmp_path, text, groups=GROUPS) == [
        "groups.csv:1:方案用到单位的“wieght”,单位表没有这一列;请补上这一列"
    ]
    text = FITTING.replace('"completion", ', '"completion", times = "income / group(zoen).max(income)", ')
    assert found(tmp_path, text, groups=GROUPS) == [
        "groups.csv:1:方案用到单位的“zoen”,单位表没有这一列;请补上这一列"
    ]


def test_every_finding_has_its_code(tmp_path: Path) -> None:
    files = {
        "groups": "unit,class,zone\n甲,镇,东\n乙,镇,东\n",
        "targets": "unit,indicator,value\n甲,income,100\n甲,incom,1\n",
        "rows": "unit,list,row,field,value\n甲,task,1,full,9\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    tables = Tables(**{name: tmp_path / f"{name}.csv" for name in files})
    text = SCHEME.replace('"completion", ', '"completion", times = "unit.wieght", ')
    codes = {finding.code for finding in lint_files(read_scheme(text), tables)}
    assert codes == {
        *("bad_table", "no_target", "no_rows", "not_closed"),
        *("no_units", "no_attribute", "no_places", "tables_meet"),
    }


def test_lint_takes_the_files_and_knows_how_many_units_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "scheme.toml").write_text(FITTING, "utf-8")
    (tmp_path / "groups.csv").write_text(GROUPS, "utf-8")
    (tmp_path / "targets.csv").write_text(TARGETS.replace("100", "一百"), "utf-8")
    scheme, groups = str(tmp_path / "scheme.toml"), str(tmp_path / "groups.csv")

    assert main(["lint", scheme]) == 0
    assert "tables_meet" not in (said := capsys.readouterr().out)
    assert "单位少于 4 个时" in said
    assert main(["lint", scheme, "--groups", groups]) == 0
    assert capsys.readouterr().out == "没有发现问题\n"
    assert main(["lint", scheme, "--groups", groups, "--targets", str(tmp_path / "targets.csv")]) == 1
    assert "错误 targets.csv:2:3:“*”的“收入”写的是“一百”" in capsys.readouterr().out


def test_a_scheme_with_errors_is_not_worked_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scheme.toml").write_text(
        FITTING.replace('in = "items", full = 10, method', 'in = "itms", full = 10, method'), "utf-8"
    )
    (tmp_path / "groups.csv").write_text(GROUPS, "utf-8")
    assert main(["lint", str(tmp_path / "scheme.toml"), "--groups", str(tmp_path / "groups.csv")]) == 1
    assert "是否应为“items”" in capsys.readouterr().out
