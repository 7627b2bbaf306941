"""Tables as files: codes or labels, one grammar, and mistakes by file and line."""

from pathlib import Path

import pytest

from kaocheng.engine import Inputs, score
from kaocheng.rulebook import compile_scheme, read_scheme
from kaocheng.rulebook.files import BadTable, Tables, read_inputs, write_standings

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
[lists.task]
fields = { full = "分", due = "date" }
[papers.p.nodes]
total = { label = "总分", compose = "sum" }
grain = { in = "total", full = 10, method = "given" }
roads = { in = "total", full = 10, formula = "roads.new + roads.old" }
[papers.p.adjustments]
bonus = { label = "加分", kind = "bonus", to = "total" }
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


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("figures", "unit,value\n甲,5\n", "figures.csv:1:缺少列:indicator"),
        (
            "figures",
            "unit,indicator,value\n甲,grain,5\n\n甲,grain,6\n",
            "figures.csv:4:“甲”的“grain”写了两次",
        ),
        ("figures", "unit,indicator,value\n甲,grain,1,234\n", "figures.csv:2:这一行多了一格"),
        ("groups", "unit,class\n甲,镇\n甲,镇\n", "groups.csv:3:单位“甲”写了两次"),
        ("rows", "unit,list,row,field,value\n甲,tsak,1,full,5\n", "rows.csv:2:没有清单“tsak”;是否应为“task”"),
        (
            "claims",
            "unit,adjustment,points\n甲,bonsu,5\n",
            "claims.csv:2:没有加减分或否决“bonsu”;是否应为“bonus”",
        ),
        ("claims", "unit,points\n甲,5\n", "claims.csv:1:缺少列:adjustment"),
    ],
)
def test_a_mistake_names_its_file_and_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    assert refused(tmp_path, **{name: text}).startswith(said)


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
        "unit,class,score,rank,grade,粮食,公路,加分\n丙,镇,,,,,,0.00\n甲,镇,8.50,1,,5.00,3.00,0.50\n"
    )
    assert write_standings(paper, codes=True, order=["乙"]) == (
        "unit,class,score,rank,grade,total,grain,roads,bonus\n乙,镇,,,,,/,,0.00\n"
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
