"""The reference evaluator against arithmetic done by hand and results published elsewhere."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from fractions import Fraction as F

import pytest

from . import compute
from .cases import TRUTHS, YUNLING, Case, truth, yunling
from .compare import disagreements
from .compositions import mean
from .numbers import UNDEFINED, half_up

Row = dict[str, str]


def standings(case: Case) -> dict[str, Row]:
    """The rows of a case's only (or chosen) paper, by unit."""
    found = compute(case.scheme, case.figures, period=case.period, paper=case.paper, **case.files())
    rows: dict[str, Row] = {}
    for text in found.values():
        rows.update({row["unit"]: row for row in csv.DictReader(io.StringIO(text))})
    return rows


@pytest.fixture(scope="module")
def towns() -> dict[str, Row]:
    return standings(yunling(paper="township"))


@pytest.fixture(scope="module")
def departments() -> dict[str, Row]:
    return standings(yunling(paper="department"))


def test_a_township_from_its_leaves(towns: dict[str, Row]) -> None:
    """城关镇, year end: each of the 21 items as the indicator table says it."""
    growth, least, most = F(14604 - 13820, 13820), F(13709 - 13292, 13292), F(12131 - 10914, 10914)
    leaves = {
        "地方财政收入": F(8),  # 2147.67 ≥ 2140
        "固定资产投资": F(6),  # 17035.8 ≥ 16706
        "招商引资到位资金": 5 * F("7708.6") / 7800,  # 4.9414…
        "规模以上工业增加值增速": 4 * (F("0.6") + F("0.4") * F("8.9") / F("9.1")),  # lowest 3.2, highest 12.3
        "粮食总产量": 4 * F("13463.7") / 13574,
        "重点项目建设": 3 - 11 * F("0.06"),  # 12th of 16: eleven invested more than 5540
        "义务教育巩固率": F(4),  # 99.01 ≥ 98
        "城乡居民医保参保率": 4 - 3 * F("0.5"),  # 97.5 - 95.23 = 2.27, three begun points
        "公共卫生服务考核": 3 * F("84.5") / 100,  # 2.535, a tie: 2.54
        "村级文化场所建设": F(3),  # 6 of 6
        "农村居民人均可支配收入": 7 * F("0.4") * F(14604, 15910)
        + 7 * F("0.6") * (F("0.6") + F("0.4") * (growth - least) / (most - least)),
        "城乡居民养老保险参保率": 4 * F("97.79") / 99,
        "就业帮扶人数": 5 * F(185, 195),
        "造林面积": 4 * F("1219.9") / 1400,
        "单位生产总值能耗降低率": F(4),  # 2.97 ≥ 2.8
        "农村生活垃圾集中处理率": F(3),  # 92.7: 90 to 95
        "生产安全事故死亡人数": 5 * (2 - F(2, 1)),  # two where one is the limit
        "信访事项按期办结率": 4 - F("0.2") * (100 - F("97.21")),
        "万人刑事案件发案率": 5 * F("7.27") / F("16.33"),
        "领导班子民主测评": 7 * (60 + 11 * F("0.8") + F("0.6") + 2 * F("0.4")) / 74,  # two abstain
        "党风廉政建设": F(7 - 2),
    }
    row = towns["城关镇"]
    rounded = {name: half_up(points, 2) for name, points in leaves.items()}
    assert {name: F(row[f"2026/{name}"]) for name in leaves} == rounded
    assert sum(rounded.values()) == F("83.36") == F(row["2026/责任制"])
    # 0.3 × 85.50 + 0.7 × 83.36 = 84.002; 0.3 × 90.91 + 0.2 × 96.76 + 0.2 × 86.95 + 0.3 × 80.84 = 88.267
    # 0.8 × 84.002 + 0.2 × 88.267 = 84.855; bonus 2 + 1 + 3 = 6, at most 5: 89.855, a tie: 89.86
    assert (row["2026H1/责任制"], row["目标责任"], row["各方面评价"]) == ("85.50", "84.00", "88.27")
    assert (row["加分"], row["score"], row["rank"]) == ("5.00", "89.86", "1")


def test_half_the_years_target_at_half_year(towns: dict[str, Row]) -> None:
    """城关镇: 975.11 of 2140 ÷ 2 = 1070: 8 × 975.11 ÷ 1070 = 7.2905…; the insured rate keeps its 97.5 %."""
    assert half_up(8 * F("975.11") / 1070, 2) == F("7.29") == F(towns["城关镇"]["2026H1/地方财政收入"])
    assert towns["城关镇"]["2026H1/城乡居民医保参保率"] == "4.00"  # 98.13 ≥ 97.5


def test_a_quarter_of_sixteen_are_excellent_and_the_vetoed_takes_no_place(towns: dict[str, Row]) -> None:
    """16 × 25 % = 4: ranks 1, 3, 4, 5, as rank 2 (北塬镇, 89.74) is vetoed; rank 6 has 86.50 too."""
    excellent = {unit for unit, row in towns.items() if row["grade"] == "优秀"}
    assert excellent == {"城关镇", "凤凰镇", "西坪镇", "龙泉镇"}
    assert [towns[unit]["rank"] for unit in ("城关镇", "凤凰镇", "西坪镇", "龙泉镇")] == ["1", "3", "4", "5"]
    assert (towns["北塬镇"]["rank"], towns["北塬镇"]["grade"]) == ("2", "良好")
    assert (towns["马鞍镇"]["rank"], towns["马鞍镇"]["score"], towns["马鞍镇"]["grade"]) == (
        "6",
        "86.50",
        "良好",
    )


def test_investment_below_sixty_per_cent_gets_nothing() -> None:
    """城关镇's target 16706: 60 % is 10023.6, which earns 6 × 0.6 = 3.60; 10023.5 earns nothing."""
    case = yunling(paper="township")
    for value, points in (("10023.6", "3.60"), ("10023.5", "0.00")):
        figures = case.figures.replace("城关镇,investment,17035.8,2026,", f"城关镇,investment,{value},2026,")
        assert figures != case.figures
        assert standings(replace(case, figures=figures))["城关镇"]["2026/固定资产投资"] == points


def test_no_petitions_gets_the_mean_of_the_others(towns: dict[str, Row]) -> None:
    """高桥镇 reports “/”: the other fifteen sum to 50.36, ÷ 15 = 3.3573…"""
    others = [F(row["2026/信访事项按期办结率"]) for unit, row in towns.items() if unit != "高桥镇"]
    assert (sum(others), len(others)) == (F("50.36"), 15)
    assert towns["高桥镇"]["2026/信访事项按期办结率"] == "3.36"


def test_thirty_days_late_is_still_eighty_per_cent(departments: dict[str, Row]) -> None:
    """Due 9-30, done 10-30: 30 days, 80 % of 30. Due 10-31, done 12-01: 31 days, half of 20.

    Due 12-31, done next year 1-01: one day, 80 % of 25. No date and 40 % done: half of 40 % of 15."""
    assert departments["县卫健局"]["工作任务完成#1"] == "24.00"
    assert departments["县财政局"]["工作任务完成#2"] == "10.00"
    assert departments["县财政局"]["工作任务完成#1"] == "20.00"
    assert departments["县农业农村局"]["工作任务完成#3"] == "3.00"
    assert departments["县卫健局"]["工作任务完成#4"] == ""


def test_a_department_from_its_parts(departments: dict[str, Row]) -> None:
    """县发改局: 10 + 15 + 10 + 15 = 50; 15 × 44.8 ÷ 49 = 13.7143; 15 - 2; one of six excellent."""
    vote = half_up(15 * (32 + 13 * F("0.8") + 4 * F("0.6")) / 49, 2)
    assert 50 + vote + 13 == F("76.71") == F(departments["县发改局"]["score"])
    assert [unit for unit, row in departments.items() if row["grade"] == "优秀"] == ["县教体局"]
    assert departments["县卫健局"]["grade"] == "良好"  # 93.31, but 6 × 25 % is one place


def test_the_kept_standings_are_what_is_computed() -> None:
    for name, paper, period in (
        ("乡镇", "township", ""),
        ("县直部门", "department", ""),
        ("乡镇-2026H1", "township", "2026H1"),
    ):
        case = yunling(period, paper)
        found = compute(case.scheme, case.figures, period=period, paper=paper, **case.files())
        assert found[paper] == (YUNLING / f"expected-{name}.csv").read_text(encoding="utf-8")


TIED = """
[scheme]
code = "tied"
name = "tied"
year = 2026
language = 2
round = { leaf = 2, total = 2 }
[periods]
year = "2026"
[figures]
a = { label = "A" }
b = { label = "B" }
[papers.p]
class = "c"
period = "year"
total = "total"
[papers.p.nodes]
total = { label = "T", compose = "sum", full = 100 }
a = { in = "total", full = 60, method = "given" }
b = { in = "total", full = 40, method = "given" }
[papers.p.results.overall]
by = "total"
ties = "competition"
bands = [ { grade = "优", from = 85, most = "50%", round = "down" }, { grade = "良" } ]
edge = { by = ["a"], still_tied = "none" }
"""


def tied(points: list[tuple[int, int]]) -> list[tuple[str, str]]:
    units = "defgh"[: len(points)]
    figures = "unit,indicator,value,period\n"
    for unit, (a, b) in zip(units, points, strict=True):
        figures += f"{unit},a,{a},2026\n{unit},b,{b},2026\n"
    groups = "unit,class\n" + "".join(f"{unit},c\n" for unit in units)
    rows = standings(Case(name="tied", scheme=TIED, figures=figures, groups=groups))
    return [(rows[unit]["rank"], rows[unit]["grade"]) for unit in units]


def test_a_tie_at_the_edge_of_a_quota() -> None:
    """Four units, two places: equal totals share a rank, the next is skipped, the edge's chain decides."""
    assert tied([(60, 40), (50, 40), (55, 35), (20, 20)]) == [
        ("1", "优"),
        ("2", "良"),
        ("2", "优"),
        ("4", "良"),
    ]
    assert tied([(60, 40), (50, 40), (50, 40), (20, 20)]) == [
        ("1", "优"),
        ("2", "良"),
        ("2", "良"),
        ("4", "良"),
    ]


VETOED = """
[scheme]
code = "vetoed"
name = "vetoed"
year = 2026
language = 2
round = { leaf = 2, total = 2 }
[figures]
safety = { label = "安全" }
[papers.p]
class = "c"
period = "2026"
total = "safety"
[papers.p.nodes]
safety = { full = 100, method = "given", applies = "unit.mines = 1", not_applicable = "group_mean" }
[papers.p.vetoes]
accident = { zero = "safety" }
"""


def test_a_mean_leaves_out_what_a_veto_took_from_whom_the_node_does_not_apply_to() -> None:
    """丁 has no mines and 戊 reports “/”: both 0 by the veto, and in no mean. 丙 gets (60 + 0) / 2."""
    case = Case(
        name="vetoed",
        scheme=VETOED,
        figures="unit,indicator,value\n甲,safety,60\n乙,safety,80\n丙,safety,90\n丁,safety,90\n戊,safety,/\n",
        groups="unit,class,mines\n甲,c,1\n乙,c,1\n丙,c,0\n丁,c,0\n戊,c,1\n",
        claims="unit,adjustment,points\n乙,accident,\n丁,accident,\n戊,accident,\n",
    )
    found = {unit: row["score"] for unit, row in standings(case).items()}
    assert found == {"甲": "60.00", "乙": "0.00", "丙": "30.00", "丁": "0.00", "戊": "0.00"}
    assert not disagreements(case)


def test_a_harmonic_mean_of_inverses_that_cancel_out() -> None:
    """2 ÷ (1/4 + 1/12) = 6; 2 ÷ (1/4 − 1/4) is a division by zero."""
    assert mean("harmonic", [F(1), F(1)], [F(4), F(12)]) == 6
    assert mean("harmonic", [F(1), F(1)], [F(4), F(-4)]) is UNDEFINED


@pytest.mark.parametrize("name", TRUTHS)
def test_published_results(name: str) -> None:
    """Every published cell, exactly where it is a whole number or a word, else within 1e-9."""
    case, expected = truth(name)
    found = standings(case)
    for row in expected:
        for column, text in row.items():
            if text == "":
                continue
            cell = found[row["unit"]][column]
            if cell != text:
                assert abs(F(cell) - F(text)) <= F(1, 10**9) * max(1, abs(F(text))), (row["unit"], column)
