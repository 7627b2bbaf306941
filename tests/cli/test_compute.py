"""``kaocheng compute`` and ``kaocheng lint``: a scheme and two files, no database."""

import json
from pathlib import Path

import pytest

from kaocheng.cli import main

SCHEME = """
[scheme]
code = "t"
year = 2026
round = { leaf = 2, total = 2 }
[figures]
income = { label = "收入", unit = "万元", collector = "财政局" }
[papers.town]
period = "2026"
total = "total"
[papers.town.nodes]
total = { compose = "sum", full = 10, clause = "一" }
income = { in = "total", full = 10, method = "completion", clause = "一", undefined = "missing" }
[clauses]
"一" = "按完成率计分。"
[papers.town.results.overall]
by = "total"
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "scheme.toml").write_text(SCHEME, encoding="utf-8")
    (tmp_path / "figures.csv").write_text(
        "unit,indicator,value\n甲镇,收入,85\n乙镇,income,130\n", encoding="utf-8"
    )
    (tmp_path / "targets.csv").write_text(
        "unit,indicator,kind,value\n*,income,target,100\n", encoding="utf-8"
    )
    return tmp_path


def compute(files: Path, *options: str) -> int:
    names = [str(files / name) for name in ("scheme.toml", "figures.csv")]
    return main(["compute", *names, "--targets", str(files / "targets.csv"), *options])


def test_standings_come_from_a_scheme_and_files_named_by_code_or_label(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compute(files) == 0
    # 10 × 85 ÷ 100 = 8.50; 10 × min(130 ÷ 100, 1) = 10.00
    assert capsys.readouterr().out == (
        "unit,class,score,rank,grade,收入\n甲镇,,8.50,2,,8.50\n乙镇,,10.00,1,,10.00\n"
    )


def test_the_working_of_one_score_is_written_out(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compute(files, "--explain", "甲镇:income") == 0
    said = capsys.readouterr().out
    assert "10 × 85 ÷ 100 = 8.5" in said
    assert "再增加 15 万元,可得 10.00 分" in said


def test_who_or_what_is_not_there_is_said(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compute(files, "--explain", "丙镇") == 2
    assert capsys.readouterr().err == "没有单位“丙镇”;可以写:乙镇、甲镇\n"


def test_the_whole_sheet_can_be_kept_in_a_file(files: Path) -> None:
    assert compute(files, "--json", "--out", str(files / "sheet.json")) == 0
    sheet = json.loads((files / "sheet.json").read_text(encoding="utf-8"))
    assert sheet["papers"][0]["values"]["income"] == ["10", "8.5"]


def test_a_scheme_with_two_readings_is_not_computed(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scheme = SCHEME.replace('method = "completion"', 'method = "completion", least = 60')
    (files / "scheme.toml").write_text(scheme, encoding="utf-8")
    assert compute(files) == 2
    assert "scheme.toml:13" in (said := capsys.readouterr().err)
    assert '"60%"' in said


def test_a_scheme_that_does_not_close_is_computed_and_said(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "scheme.toml").write_text(
        SCHEME.replace("full = 10, clause", "full = 12, clause"), encoding="utf-8"
    )
    assert compute(files) == 0
    assert "各部分合计 10" in capsys.readouterr().err


def test_a_clause_nobody_quoted_and_weights_that_do_not_add_up_are_computed_and_said(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scheme = SCHEME.replace('"sum", full = 10', '"weighted", of = { income = "80%" }')
    (files / "scheme.toml").write_text(scheme.replace('"一" =', '"二" ='), encoding="utf-8")
    assert compute(files) == 0
    printed = capsys.readouterr()
    assert "甲镇,,6.80,2," in printed.out  # 8.5 × 80 %
    assert "不是 100%" in printed.err
    assert "条款“一”没有写在" in printed.err


def test_a_rule_that_does_not_declare_is_computed_and_said(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = SCHEME.replace('"completion"', '"completion", over = { each = "10%", add = 1, most = 2 }')
    (files / "scheme.toml").write_text(silent, encoding="utf-8")
    assert compute(files) == 0
    printed = capsys.readouterr()
    assert "乙镇,,12.00,1," in printed.out
    assert "steps" in printed.err
    assert main(["lint", str(files / "scheme.toml")]) == 1


def test_lint_says_whether_a_scheme_may_be_used(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(files / "scheme.toml")]) == 0
    (files / "scheme.toml").write_text(SCHEME.replace('in = "total"', 'in = "totl"'), encoding="utf-8")
    assert main(["lint", str(files / "scheme.toml")]) == 1
    assert "是否应为“total”" in capsys.readouterr().out


def test_what_counts_nowhere_is_said(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (files / "figures.csv").open("a", encoding="utf-8") as figures:
        figures.write("甲镇,incom,1\n丙镇,income,/\n丁镇,incom,2\n")
    assert compute(files) == 0
    said = capsys.readouterr()
    assert "figures.csv:4:2:方案里没有指标“incom”(共 2 行),没有用到;是否应为“income”?" in said.err
    assert "丁镇 没有总分:缺“收入”" in said.err


def test_points_beyond_full_marks_are_named_with_their_cell(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """乙镇的10分项填了130分:说出是哪个文件的哪一行、哪一列。"""
    scheme = SCHEME.replace('method = "completion"', 'method = "given"')
    (files / "scheme.toml").write_text(scheme, encoding="utf-8")
    (files / "figures.csv").write_text(
        "unit,indicator,value\n甲镇,收入,8.5\n乙镇,income,130\n", encoding="utf-8"
    )
    assert compute(files) == 2
    assert (
        "figures.csv:3:3:“乙镇”的“收入”给了 130 分,应在 0 至 10 之间;请核对填报的分数"
        in capsys.readouterr().err
    )


def test_a_word_among_numbers_is_named(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (files / "figures.csv").open("a", encoding="utf-8") as figures:
        figures.write("丙镇,income,约80\n")
    assert compute(files) == 2
    assert "figures.csv:4:3:“丙镇”的“收入”写的是“约80”,不是数" in capsys.readouterr().err


@pytest.mark.parametrize("target", ["约100", "=1+1"])
def test_a_word_where_a_target_should_be_is_named(
    files: Path, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    targets = files / "targets.csv"
    targets.write_text(f"unit,indicator,value\n甲镇,income,80\n乙镇,income,{target}\n", encoding="utf-8")
    assert compute(files) == 2
    assert f"写的是“{target}”" in capsys.readouterr().err


def test_a_period_nothing_is_scored_in_is_refused(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compute(files, "--period", "2026H1") == 2
    assert "2026H1" in capsys.readouterr().err
    assert compute(files, "--paper", "nix") == 2


def test_a_scheme_takes_the_results_of_another_from_its_sheet(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """甲镇's 8.5 of 10 is 85 % of 4: 3.40."""
    assert compute(files, "--json", "--out", str(files / "last.json")) == 0
    node = (
        'income = { in = "total", full = 4, method = "import", sheet = "last", as = "rate", clause = "一" }'
    )
    old = 'income = { in = "total", full = 10, method = "completion", clause = "一", undefined = "missing" }'
    text = SCHEME.replace(old, node).replace("full = 10", "full = 4")
    (files / "scheme.toml").write_text(text, encoding="utf-8")

    assert compute(files) == 2
    assert "“last”:没有交来" in capsys.readouterr().err
    assert compute(files, "--sheet", f"last={files / 'last.json'}") == 0
    assert capsys.readouterr().out.splitlines()[1] == "甲镇,,3.40,2,,3.40"
    assert compute(files, "--sheet", f"last={files / 'figures.csv'}") == 2
    assert "这不是得分表" in capsys.readouterr().err


def test_what_a_check_doubts_is_said_beside_the_standings(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = '[checks.income]\nfigure = "income"\nwhen = "income > 100"\nsay = "超过一百"\n'
    (files / "scheme.toml").write_text(SCHEME + check + 'then = "doubt"\n', encoding="utf-8")
    assert compute(files) == 0
    said = capsys.readouterr()
    assert said.err == "“乙镇”2026的“收入”:超过一百\n"
    assert said.out.count("\n") == 3

    (files / "scheme.toml").write_text(SCHEME + check, encoding="utf-8")
    assert compute(files) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--period", "2026H3"],
            "“2026H3”不是时段;请写成 2026、2026H1、2026Q3、2026-07 或 2026-01..2026-09",
        ),
        (
            ["--period", "hlaf"],
            "“hlaf”不是时段;请写成 2026、2026H1、2026Q3、2026-07 或 2026-01..2026-09;是否应为“half”?",
        ),
        (["--period", "half"], "方案在 half 没有要计分的卷;可以写:2026、whole"),
        (["--period", "half", "--paper", "town"], "“镇”在 half 不计分;可以写:2026、whole"),
        (["--paper", "twon"], "方案里没有“twon”这一类;是否应为“town”?"),
        (["--explain", "甲正镇"], "没有单位“甲正镇”;是否应为“甲镇”?"),
        (["--explain", "甲镇:incom"], "“甲镇”没有节点“incom”;是否应为“income”?"),
        (["--explain", "甲镇:income#2"], "“income”不是按清单逐行计分的"),
        (["--explain", "甲镇", "--paper", "village"], "“甲镇”这次不计分:没有考核它的卷,或只是参照单位"),
    ],
)
def test_what_is_asked_for_by_a_wrong_name_is_answered_with_the_right_one(
    files: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    text = SCHEME.replace("[figures]", '[periods]\nhalf = "2026H1"\nwhole = "2026"\n[figures]')
    text = text.replace('period = "2026"', 'class = "镇"\nperiod = "2026"')
    text += '[papers.village]\nlike = "town"\nclass = "村"\n'
    (files / "scheme.toml").write_text(text, encoding="utf-8")
    (files / "groups.csv").write_text("unit,class\n甲镇,镇\n乙镇,镇\n丙村,村\n", encoding="utf-8")
    assert compute(files, "--groups", str(files / "groups.csv"), *options) == 2
    assert capsys.readouterr().err == said + "\n"


def test_a_working_may_be_asked_for_by_label_and_as_data(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compute(files, "--explain", "甲镇:income") == 0
    by_code = capsys.readouterr().out
    assert compute(files, "--explain", "甲镇：收入") == 0
    assert capsys.readouterr().out == by_code
    assert compute(files, "--explain", "甲镇:收入", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["unit"], data["node"], data["points"], data["lost_exact"]) == (
        "甲镇",
        "income",
        "8.50",
        "1.5",
    )


def test_a_sheet_of_one_paper_holds_no_other(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "scheme.toml").write_text(SCHEME + '[papers.other]\nlike = "town"\n', encoding="utf-8")
    assert compute(files, "--json", "--paper", "other") == 0
    assert [paper["code"] for paper in json.loads(capsys.readouterr().out)["papers"]] == ["other"]


def test_an_output_that_cannot_be_written_is_one_sentence(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = files / "nowhere" / "out.csv"
    assert compute(files, "--out", str(nowhere)) == 2
    assert f"“{nowhere}”不能读写(没有这个文件夹或文件)" in capsys.readouterr().err
    assert compute(files, "--out", str(files)) == 2
    assert "(这是文件夹)" in capsys.readouterr().err


def test_an_input_is_never_written_over(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (files / "figures.csv").read_text(encoding="utf-8")
    assert compute(files, "--out", str(files / "." / "figures.csv")) == 2
    assert capsys.readouterr().err == "--out 写的是输入文件“figures.csv”;请换一个文件名\n"
    assert (files / "figures.csv").read_text(encoding="utf-8") == before


def test_a_sheet_nobody_takes_from_is_said(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compute(files, "--json", "--out", str(files / "last.json")) == 0
    assert compute(files, "--sheet", f"lats={files / 'last.json'}") == 0
    assert capsys.readouterr().err == "方案没有用到得分表“lats”\n"


def test_units_without_a_total_take_a_line_each_and_very_many_are_counted(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{n}村,收入,\n" for n in range(30))
    (files / "figures.csv").write_text("unit,indicator,value\n" + rows, encoding="utf-8")
    assert compute(files) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "0村 没有总分:缺“收入”"
    assert (len(said), said[-1]) == (21, "另有 10 个单位没有总分")


def test_classes_without_a_table_of_units_are_explained(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SCHEME.replace('period = "2026"', 'class = "镇"\nperiod = "2026"')
    (files / "scheme.toml").write_text(text + '[papers.v]\nlike = "town"\nclass = "村"\n', encoding="utf-8")
    assert compute(files) == 2
    assert "请用 --groups 交来单位表" in capsys.readouterr().err


def test_what_several_units_share_is_said_once(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check = '[checks.all]\nfigure = "income"\nwhen = "group.sum(income) > 200"\nsay = "合计超过二百"\n'
    (files / "scheme.toml").write_text(SCHEME + check + 'then = "doubt"\n', encoding="utf-8")
    assert compute(files) == 0
    assert capsys.readouterr().err == "“乙镇、甲镇”2026的“收入”:合计超过二百\n"

    (files / "scheme.toml").write_text(SCHEME + check, encoding="utf-8")
    assert compute(files) == 2
    assert capsys.readouterr().err == "“乙镇、甲镇”2026的“收入”:合计超过二百;请核对后再算\n"


def test_rows_that_do_not_close_are_named_with_their_sum(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node = 'income = { in = "total", full = 10, rows = "task", formula = "full * done / 100", clause = "一" }'
    text = SCHEME.replace(
        'income = { in = "total", full = 10, method = "completion", clause = "一", undefined = "missing" }',
        node,
    )
    text += '[lists.task]\nfields = { full = "分", done = "%" }\n'
    (files / "scheme.toml").write_text(text, encoding="utf-8")
    rows = "unit,list,row,field,value\n甲镇,task,1,full,6\n甲镇,task,1,done,50\n"
    rows += "乙镇,task,1,full,10\n乙镇,task,1,done,50\n"
    (files / "rows.csv").write_text(rows, encoding="utf-8")
    assert compute(files, "--rows", str(files / "rows.csv")) == 0
    printed = capsys.readouterr()
    assert printed.err == "“甲镇”的“收入”各行满分合计 6,应为 10\n甲镇 没有总分:缺“收入”\n"
    assert "乙镇,,5.00,1," in printed.out
    assert compute(files, "--rows", str(files / "rows.csv"), "--explain", "甲镇:income") == 0
    assert "各项分值合计 6,与满分 10 不符" in capsys.readouterr().out


def test_places_that_a_circle_does_not_say_are_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bands = (
        'within = "zone"\nbands = [{ grade = "优", most = "unit.places" }, { grade = "良" }]\n'
        'edge = { by = ["income"], still_tied = "none" }\n'
    )
    (files / "scheme.toml").write_text(SCHEME + bands, encoding="utf-8")
    groups = files / "groups.csv"
    groups.write_text("unit,class,zone,places\n甲镇,,东,1\n乙镇,,西,\n", encoding="utf-8")
    assert compute(files, "--groups", str(groups)) == 0
    printed = capsys.readouterr()
    assert "甲镇,,8.50,1,优,8.50\n乙镇,,10.00,1,良,10.00\n" in printed.out
    assert "“西”没有“优”的名额:unit.places 缺数据" in printed.err
