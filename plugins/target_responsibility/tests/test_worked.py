"""The pack's own method and its templates, worked with pencil and paper."""

from pathlib import Path

import pytest

from kaocheng.engine import score
from kaocheng.engine.inputs import Figure, Inputs, Row, Unit
from kaocheng.packs.check import taking
from kaocheng.packs.shelf import open_shelf
from kaocheng.rulebook import read_scheme

SHELF = open_shelf().for_tenant({"target_responsibility": "2026"})
COUNTY = "target_responsibility:county@2026"
YUNLING = Path(__file__).parents[3] / "tenants" / "yunling" / "scheme.toml"
TRIAL = """
[papers.trial]
class = "试点"
period = "year"
total = "total"
[papers.trial.nodes]
total = { label = "收入", full = 10, method = "level_and_growth", x = "income", clause = "表.11" }
"""


def test_level_and_growth_gives_a_share_for_what_is_and_the_rest_for_what_was_gained() -> None:
    # growth: a (100-80)/80 = 25 %, b 0 %, c (90-75)/75 = 20 %
    # a: 40 %*10*1     + 60 %*10*(.6+.4*1)       = 4   + 6    = 10.00
    # b: 40 %*10*.8    + 60 %*10*(.6+.4*0)       = 3.2 + 3.6  =  6.80
    # c: 40 %*10*.9    + 60 %*10*(.6+.4*.2/.25)  = 3.6 + 5.52 =  9.12
    income = {"a": ("100", "80"), "b": ("80", "80"), "c": ("90", "75")}
    inputs = Inputs(
        units=tuple(Unit(code, code, "试点") for code in income),
        figures=tuple(
            Figure(unit, "income", value, "2026", part)
            for unit, values in income.items()
            for part, value in zip(("now", "before"), values, strict=True)
        ),
    )

    sheet = score(read_scheme(taking(COUNTY, "2026") + TRIAL, packs=SHELF).recipe, inputs, "2026")

    assert [sheet.paper("trial").shown(unit, "total") for unit in "abc"] == ["10.00", "6.80", "9.12"]


@pytest.mark.parametrize(
    ("done", "progress", "points"),
    [
        ("2026-09-30", "100", "15.00"),  # on the day
        ("2026-10-30", "100", "12.00"),  # exactly 30 days late: 80 %
        ("2026-10-31", "100", "7.50"),  # 31 days: 50 %
        ("2027-02-13", "100", "7.50"),  # the year after counts alike
        ("", "40", "3.00"),  # not done: 15 * 50 % * 40 %
    ],
)
def test_a_task_of_fifteen_points(done: str, progress: str, points: str) -> None:
    fields = {"full": "15", "due": "2026-09-30", "done": done, "progress": progress}
    rest = {"full": "55", "due": "2026-12-31", "done": "2026-12-31", "progress": "100"}
    inputs = Inputs(
        units=(Unit("d", "县发改局", "县直部门"),),
        rows=tuple(
            Row("d", "task", row, field, value, "2026")
            for row, given in (("1", fields), ("2", rest))
            for field, value in given.items()
            if value
        ),
    )

    sheet = score(read_scheme(taking(COUNTY, "2026"), packs=SHELF).recipe, inputs, "2026")

    assert sheet.paper("department").shown("d", "tasks#1") == points


def test_the_template_is_the_county_that_wrote_its_rules_out_except_for_how_it_says_growth() -> None:
    template = read_scheme(taking(COUNTY, "2026"), packs=SHELF).recipe
    county = read_scheme(YUNLING.read_text("utf-8")).recipe

    for code, paper in county.papers.items():
        ours = template.papers[code]
        assert {k: v for k, v in ours.keys.items() if k != "nodes"} == {
            k: v for k, v in paper.keys.items() if k != "nodes"
        }
        different = [n for n in paper.nodes if ours.nodes[n].keys != paper.nodes[n].keys]
        assert list(ours.nodes) == list(paper.nodes)
        assert different == (["income"] if code == "township" else [])
