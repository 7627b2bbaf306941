"""Tables as files: codes or labels, one grammar, and mistakes by file and line."""

from pathlib import Path

import pytest

from kaocheng.engine import Inputs, score
from kaocheng.rulebook import compile_scheme, read_scheme
from kaocheng.rulebook.files import BadTable, Tables, read_files, read_inputs
from kaocheng.rulebook.standings import write_standings

SCHEME = read_scheme("""
[scheme]
code = "small"
year = 2026
round = { leaf = 2, total = 2 }
[periods]
half = "2026H1"
[figures]
roads = { label = "公路", parts = { new = "新建", old = "改建" } }
grain = { label = "粮食" }
taxes = { label = "税收", unit = "万元" }
rate = { label = "满意率", unit = "%" }
done = { label = "办结日", unit = "date" }
[lists.task]
fields = { full = "分", due = "date" }
[papers.p.nodes]
total = { label = "总分", compose = "sum" }
grain = { in = "total", full = 10, method = "given" }
roads = { in = "total", full = 10, formula = "roads.new + roads.old" }
[papers.p.adjustments]
bonus = { label = "加分", kind = "bonus", to = "total", levels = { national = 3 } }
dated = { kind = "bonus", to = "total", window = { from = "2026-01-01", to = "2026-12-31" } }
""")


def read(folder: Path, **tables: str) -> Inputs:
    """The inputs that these tables hold."""
    paths = {}
    for name, text in tables.items():
        paths[name] = folder / f"{name}.csv"
        paths[name].write_text(text, "utf-8")
    paths.setdefault("figures", folder / "figures.csv")
    if "figures" not in tables:
        paths["figures"].write_text("unit,indicator,value\n", "utf-8")
    return read_inputs(SCHEME, Tables(**paths))


def refused(folder: Path, **tables: str) -> str:
    with pytest.raises(BadTable) as error:
        read(folder, **tables)
    return str(error.value)


def test_a_file_may_use_codes_or_labels(tmp_path: Path) -> None:
    codes = read(
        tmp_path, figures="unit,indicator,value,period,series\n甲,grain,5,2026H1,\n甲,roads,1,,new\n"
    )
    labels = read(tmp_path, figures="unit,indicator,value,period,series\n甲,粮食,5,half,\n甲,公路,1,,新建\n")
    assert codes.canonical() == labels.canonical()


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ("甲,grain,5,\n甲,taxes,6,\n", ["2026H1", "2026H1"]),  # the file is of the period asked for
        ("甲,grain,5,\n甲,taxes,6,2026H1\n", ["", "2026H1"]),  # what says none is the year's
    ],
)
def test_a_file_without_periods_is_of_the_one_asked_for(tmp_path: Path, rows: str, wanted: list[str]) -> None:
    file = tmp_path / "figures.csv"
    file.write_text("unit,indicator,value,period\n" + rows, "utf-8")
    assert [one.period for one in read_files(SCHEME, Tables(file), "2026H1")[0].figures] == wanted
    assert next(one.period for one in read_files(SCHEME, Tables(file))[0].figures) == ""


def test_claims_may_use_the_label_of_the_adjustment(tmp_path: Path) -> None:
    inputs = read(
        tmp_path, figures="unit,indicator,value\n甲,grain,5\n", claims="unit,adjustment,points\n甲,加分,2\n"
    )
    assert [(c.adjustment, c.points) for c in inputs.claims] == [("bonus", "2")]


def test_units_that_groups_does_not_name_are_reference_units(tmp_path: Path) -> None:
    inputs = read(
        tmp_path,
        figures="unit,indicator,value\n甲,grain,5\n全县,grain,9\n",
        groups="unit,class,zone\n甲,,山\n",
    )
    assert [(u.code, u.assessed, u.attributes.get("zone")) for u in inputs.units] == [
        ("甲", True, "山"),
        ("全县", False, None),
    ]


def test_an_empty_value_is_missing(tmp_path: Path) -> None:
    assert read(tmp_path, figures="unit,indicator,value\n甲,grain,\n").figures == ()


def test_utf8_with_a_mark_and_gb18030_are_read(tmp_path: Path) -> None:
    text = "unit,indicator,value\n甲,粮食,5\n"
    path = tmp_path / "figures.csv"
    for encoding in ("utf-8-sig", "gb18030"):
        path.write_bytes(text.encode(encoding))
        assert read_inputs(SCHEME, Tables(path)).figures[0].indicator == "grain"


MISTAKES = {  # of the table, the file's text → the whole sentence
    "figures": {
        "unit,value\n甲,5\n": (
            "1:首行缺少列 indicator,现在是“unit,value”;首行请写英文列名:unit,indicator,value"
        ),
        "unit,indicator,value\n甲,grain,5\n甲,粮食,6\n": "3:“甲”的“粮食”写了两次;第 2 行已有,请只留一行",
        "unit,indicator,value,period\n甲,grain,5,\n甲,grain,6,2026\n": (
            "3:“甲”的“粮食”写了两次;第 2 行已有,请只留一行"
        ),
        "unit,indicator,value\n甲,grain,1,234\n": "2:4:这一行有 4 格,首行只有 3 列;值里有逗号时请加引号",
        "unit,indicator,value,series\n甲,roads,5,nwe\n": "2:4:指标“公路”没有“nwe”这一项;是否应为“new”?",
        "unit,indicator,value,series\n甲,grain,5,x\n": (
            "2:4:指标“粮食”没有“x”这一项;这个指标不分项,请把 series 留空"
        ),
        "unit,indicator,value,period\n甲,grain,5,hlaf\n乙,grain,5,hlaf\n": (
            "2:4:没有时段“hlaf”(共 2 行);是否应为“half”?"
        ),
        "unit,indicator,value,period\n甲,grain,5,2026H3\n": (
            "2:4:没有时段“2026H3”;请写成 2026、2026H1、2026Q3 或 2026-07"
        ),
        "unit,indicator,value\n,grain,5\n": "2:1:没有写单位;请补上",
        "unit,indicator,value\n甲,,5\n": "2:2:没有写指标;请补上",
    },
    "targets": {
        "unit,indicator,value\n*,grain,5\n*,粮食,6\n": "3:“*”的“粮食”写了两次;第 2 行已有,请只留一行",
        "unit,indicator,value\n,grain,5\n": "2:1:没有写单位;对所有单位都有效的请写 *",
        "unit,indicator,value\n*,taxes,五\n": "2:3:“*”的“税收”写的是“五”,不是数;请只填一个数",
        "unit,indicator,value,from\n*,grain,5,七月\n": "2:4:“七月”不是日期;请写成 2026-07-01 的样子",
    },
    "groups": {
        "unit,class\n甲,镇\n甲,镇\n": (
            "3:1:单位“甲”写了两次;请只留一行;情况有变的,后一行在 from 列写明自哪天起"
        ),
        "unit,share\n甲,30%\n": "2:2:“30%”看不出是百分之几还是几倍;请写成不带百分号的数",
    },
    "rows": {
        "unit,list,row,field,value\n甲,tsak,1,full,5\n": "2:2:没有清单“tsak”;是否应为“task”?",
        "unit,list,row,field,value\n甲,task,1,fll,5\n": "2:4:清单“task”没有字段“fll”;是否应为“full”?",
        "unit,list,row,field,value\n甲,task,,full,5\n": "2:3:没有写行号;同一行的各个字段写同一个号",
        "unit,list,row,field,value\n甲,task,1,due,七月\n": (
            "2:5:“甲”的“task·due”写的是“七月”,不是日期;请写成 2026-07-10 的样子"
        ),
        "unit,list,row,field,value\n甲,task,1,full,5\n甲,task,1,full,6\n": (
            "3:“甲”的“task·1·full”写了两次;第 2 行已有,请只留一行"
        ),
    },
    "claims": {
        "unit,adjustment,points\n甲,bonsu,5\n": "2:2:没有加减分或否决“bonsu”;是否应为“bonus”?",
        "unit,points\n甲,5\n": "1:首行缺少列 adjustment,现在是“unit,points”;首行请写英文列名:unit,adjustment",
        "unit,adjustment,points\n甲,bonus,五\n": "2:3:分值写的是“五”,不是数;请只填一个数",
        "unit,adjustment,points\n甲,bonus,-5\n": "2:3:分值 -5 是负数;加分扣分都填正数",
        "unit,adjustment,points\n甲,bonus,\n": "2:3:没有写分值;请写 points,或写级别:national",
        "unit,adjustment,level\n甲,bonus,natinal\n": "2:3:级别“natinal”没有规定分值;是否应为“national”?",
        "unit,adjustment,points,date\n甲,dated,5,\n": "2:4:规定了起止日期,这一条没有写日期;请写 date",
    },
}


@pytest.mark.parametrize(
    ("name", "text", "said"), [(n, t, said) for n, cases in MISTAKES.items() for t, said in cases.items()]
)
def test_a_mistake_names_its_file_line_column_and_remedy(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    assert refused(tmp_path, **{name: text}) == f"{name}.csv:{said}"


def test_all_mistakes_of_all_files_are_said_at_once_and_very_many_are_counted(tmp_path: Path) -> None:
    said = refused(
        tmp_path,
        figures="unit,indicator,value\n" + "".join(f"甲{n},taxes,约{n}\n" for n in range(49)),
        claims="unit,adjustment,points\n甲,bonsu,5\n",
    ).splitlines()
    assert said[0].startswith("figures.csv:2:3:“甲0”的“税收”写的是“约0”,不是数")
    assert len(said) == 21
    assert said[-1] == "另有 30 处"


def test_a_word_among_numbers_is_wrong_and_a_number_among_words_too(tmp_path: Path) -> None:
    head = "unit,indicator,value\n"
    assert "3:3:“乙”的“粮食”写的是“约6”" in refused(tmp_path, figures=head + "甲,grain,5\n乙,grain,约6\n")
    few = refused(tmp_path, figures=head + "甲,grain,好\n乙,grain,6\n丙,grain,差\n")
    assert few == "figures.csv:3:3:“乙”的“粮食”写的是“6”,别处都是文字;请写成同样的文字"
    assert read(tmp_path, figures=head + "甲,grain,好\n乙,grain,差\n").figures[1].value == "差"


def test_a_figure_with_a_measure_takes_no_words_even_where_all_are(tmp_path: Path) -> None:
    said = refused(tmp_path, figures="unit,indicator,value\n甲,taxes,约5\n乙,taxes,=1+1\n")
    assert said.splitlines() == [
        "figures.csv:2:3:“甲”的“税收”写的是“约5”,不是数;请填准确的数,不写“约”“以上”等字",
        "figures.csv:3:3:“乙”的“税收”写的是“=1+1”,不是数;这是公式的文字,请填算出的数",
    ]


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("9" * 41, "超过 40 位数字"),
        ("9" * 40, "数值过大或过小"),
        ("1e999", "数值过大或过小"),
        ("NaN", "没有此项工作请填“/”"),
        ("-inf", "没有此项工作请填“/”"),
        ("#DIV/0!", "这是电子表格的出错值,请查明后填数"),
        ("1_000", "请只填一个数"),
        ("5万", "请按表头的计量单位填写,不写“万”“亿”"),
        ("2026-05-01", "请只填一个数"),
        ("1/0", "请只填一个数"),
    ],
)
def test_what_is_no_number_is_said_with_its_reason(tmp_path: Path, written: str, remedy: str) -> None:
    said = refused(tmp_path, figures=f"unit,indicator,value\n甲,taxes,{written}\n")
    assert said == f"figures.csv:2:3:“甲”的“税收”写的是“{written[:40]}”,不是数;{remedy}"


def test_a_percentage_is_read_only_where_the_measure_is_per_cent(tmp_path: Path) -> None:
    head = "unit,indicator,value\n"
    assert read(tmp_path, figures=head + "甲,rate,85%\n").figures[0].value == "85%"
    assert refused(tmp_path, figures=head + "甲,taxes,85%\n").endswith(
        "“甲”的“税收”以“万元”计,写的是“85%”;请写成不带百分号的数"
    )
    assert refused(tmp_path, figures=head + "甲,grain,85%\n").endswith(
        "“甲”的“粮食”写的是“85%”,看不出是 85 还是 0.85;请写成不带百分号的数"
    )


def test_a_day_is_read_as_spreadsheets_write_it_and_nothing_else_is(tmp_path: Path) -> None:
    head = "unit,indicator,value\n"
    for written in ("2026-05-01", "2026/5/1", "2026.5.1", "2026年5月1日", "2026-05-01 00:00:00"):
        assert read(tmp_path, figures=head + f"甲,done,{written}\n").figures[0].value == "2026-05-01"
    for written in ("46143", "2026-02-30", "1/5/2026", "五月"):
        assert f"“{written}”,不是日期" in refused(tmp_path, figures=head + f"甲,done,{written}\n")


def doubts(folder: Path, **tables: str) -> list[str]:
    """What is said though the files are read."""
    read(folder, **tables)
    paths = {name: folder / f"{name}.csv" for name in tables}
    paths.setdefault("figures", folder / "figures.csv")
    return [str(finding) for finding in read_files(SCHEME, Tables(**paths))[1]]


def test_what_counts_nowhere_is_said(tmp_path: Path) -> None:
    figures = "unit,indicator,value\n甲,grian,5\n乙,grian,6\n"
    assert doubts(tmp_path, figures=figures) == [
        "figures.csv:2:2:方案里没有指标“grian”(共 2 行),没有用到;是否应为“grain”?"
    ]
    targets = "unit,indicator,value,kind\n*,grain,5,tagret\n"
    assert doubts(tmp_path, targets=targets) == [
        "targets.csv:2:4:没有规则用到“tagret”这种目标;是否应为“target”?"
    ]
    assert doubts(tmp_path, figures="unit,indicator,value,备注\n甲,grain,5,好\n") == [
        "figures.csv:1:4:没有用到列“备注”"
    ]


def test_a_reference_unit_nobody_refers_to_is_said(tmp_path: Path) -> None:
    figures = "unit,indicator,value\n城管镇,grain,5\n全县,grain,9\n"
    assert doubts(tmp_path, figures=figures, groups="unit,class\n城关镇,镇\n") == [
        "figures.csv:2:1:“城管镇”不在 groups.csv 里,只作参照单位;是否应为“城关镇”?",
        "figures.csv:3:1:“全县”不在 groups.csv 里,只作参照单位",
    ]
    groups = "unit,class,parent\n城关镇,镇,全县\n"
    assert doubts(tmp_path, figures=figures.replace("城管镇", "城关镇"), groups=groups) == []


def test_targets_and_claims_of_a_unit_in_no_file_are_refused(tmp_path: Path) -> None:
    groups = "unit,class\n城关镇,镇\n"
    targets, claims = "unit,indicator,value\n城管镇,grain,5\n", "unit,adjustment,points\n城管镇,bonus,1\n"
    for name, text in (("targets", targets), ("claims", claims)):
        said = refused(tmp_path, groups=groups, **{name: text})
        assert said == f"{name}.csv:2:1:没有单位“城管镇”;是否应为“城关镇”?"


def test_the_same_entry_twice_counts_twice_and_is_said(tmp_path: Path) -> None:
    claims = "unit,adjustment,points\n甲,bonus,1\n甲,bonus,1\n"
    figures = "unit,indicator,value\n甲,grain,5\n"
    assert doubts(tmp_path, figures=figures, claims=claims) == [
        "claims.csv:3:与第 2 行完全一样,按两笔算;重复的请删去"
    ]


def test_units_may_go_by_their_labels(tmp_path: Path) -> None:
    groups = "unit,label,class\na,甲镇,镇\n"
    assert (
        read(tmp_path, figures="unit,indicator,value\n甲镇,grain,5\n", groups=groups).figures[0].unit == "a"
    )


def test_a_file_that_is_not_there_or_is_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="打不开"):
        read_inputs(SCHEME, Tables(tmp_path / "nobody.csv"))
    (tmp_path / "figures.csv").write_bytes(b"\x81\x00\xff\xff")
    with pytest.raises(BadTable, match="文字编码"):
        read_inputs(SCHEME, Tables(tmp_path / "figures.csv"))


def test_standings_are_written_with_labels_or_codes(tmp_path: Path) -> None:
    inputs = read(
        tmp_path,
        figures="unit,indicator,value,series\n甲,grain,5,\n甲,roads,1,new\n甲,roads,2,old\n乙,grain,/,\n",
        groups="unit,class\n甲,镇\n乙,镇\n丙,镇\n",
        claims="unit,adjustment,points\n甲,bonus,0.5\n",
    )
    (paper,) = score(compile_scheme(SCHEME), inputs).papers

    assert write_standings(paper, order=["丙", "甲"]) == (
        "unit,class,score,rank,grade,粮食,公路,加分,dated\n丙,镇,,,,,,0.00,0.00\n甲,镇,8.50,1,,5.00,3.00,0.50,0.00\n"
    )
    assert write_standings(paper, codes=True, order=["乙"]) == (
        "unit,class,score,rank,grade,total,grain,roads,bonus,dated\n乙,镇,,,,,/,,0.00,0.00\n"
    )


def test_a_name_that_a_spreadsheet_would_run_stays_a_name(tmp_path: Path) -> None:
    inputs = read(tmp_path, figures='unit,indicator,value\n"=1+1",grain,5\n')
    (paper,) = score(compile_scheme(SCHEME), inputs).papers
    assert write_standings(paper).splitlines()[1].startswith("'=1+1,")


def test_a_further_row_of_a_unit_says_what_changed_and_when(tmp_path: Path) -> None:
    table = "unit,class,kind,from\n甲,镇,农业,\n甲,,工业,2026-07-01\n乙,镇,农业,\n"
    jia, yi = read(tmp_path, groups=table).units

    assert (dict(jia.attributes), jia.changes) == ({"kind": "农业"}, (("2026-07-01", {"kind": "工业"}),))
    assert yi.changes == ()


@pytest.mark.parametrize(
    ("again", "reason"),
    [
        ("甲,镇,工业,", "写了两次"),
        ("甲,镇,工业,七月一日", "“七月一日”不是日期"),
        ("甲,镇,工业,2026-07-32", "不是日期"),
    ],
)
def test_a_change_must_say_from_which_day(tmp_path: Path, again: str, reason: str) -> None:
    with pytest.raises(BadTable, match=reason) as error:
        read(tmp_path, groups=f"unit,class,kind,from\n甲,镇,农业,\n{again}\n")
    assert "groups.csv:3" in str(error.value)
