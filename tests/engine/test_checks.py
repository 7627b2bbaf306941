"""Checks on what is handed in: what is wrong is refused, doubted, or counts as not handed in."""

import pytest

from kaocheng.engine import Sheet, score
from kaocheng.engine.checks import NotAsAgreed
from kaocheng.engine.run import Run
from kaocheng.engine.working import work_out
from kaocheng.rulebook import BadScheme
from tests.engine.small import column, given, points, recipe

TREES = """
[figures]
planted = { label = "造林面积" }
alive = { label = "成活面积" }
[papers.paper.nodes]
points = { full = 10, method = "ratio", x = "alive", to = "planted" }
[checks.alive]
figure = "alive"
when = "alive > planted"
say = "成活面积大于造林面积"
"""
JURY = """
[figures]
mark = { label = "民主评议", parts = { wang = "王", li = "李", zhao = "赵" } }
[papers.paper.nodes]
points = { full = 100, method = "raters", x = "mark", classes = { all = { of = ["wang", "li", "zhao"] } } }
[checks.spread]
figure = "mark"
each = "part"
when = "group.max(it) = group.min(it)"
then = "void"
say = "打分没有拉开差距"
"""
FIGURES = {"planted": {"a": 100, "b": 100}, "alive": {"a": 90, "b": 110}}
MARKS = {
    "mark.wang": {"a": 90, "b": 80},
    "mark.li": {"a": 95, "b": 95},  # the same for everybody
    "mark.zhao": {"a": 80, "b": 90},
}


def test_a_figure_that_cannot_be_stops_the_run() -> None:
    with pytest.raises(NotAsAgreed, match="“b”2026的“成活面积”:成活面积大于造林面积"):
        score(recipe(TREES), given(FIGURES))


def test_a_doubtful_figure_counts_and_is_said() -> None:
    sheet = score(recipe(TREES + 'then = "doubt"\n'), given(FIGURES))
    assert column(sheet, "points") == {"a": "9.00", "b": "10.00"}
    assert [str(found) for found in sheet.struck] == ["“b”2026的“成活面积”:成活面积大于造林面积"]
    assert Sheet.from_bytes(sheet.to_bytes()) == sheet


def test_a_void_figure_is_missing() -> None:
    sheet = score(recipe(TREES + 'then = "void"\n'), given(FIGURES))
    assert column(sheet, "points") == {"a": "9.00", "b": ""}
    assert [found.then for found in sheet.struck] == ["void"]


def test_the_working_names_the_check_that_voids_a_figure() -> None:
    run = Run(recipe(TREES + 'then = "void"\n'), given(FIGURES))
    voided = "“b”2026的“成活面积”:成活面积大于造林面积;作废,按缺数据处理"
    assert voided in work_out(run, "b", "points").lines
    assert voided not in work_out(run, "a", "points").lines
    jury = work_out(Run(recipe(JURY), given(MARKS)), "a", "points")
    assert "“a”2026的“民主评议·李”:打分没有拉开差距;作废,按缺数据处理" in jury.lines


def test_a_rater_who_gives_everybody_the_same_does_not_count() -> None:
    """90 and 80 are left for a, 80 and 90 for b."""
    sheet = score(recipe(JURY), given(MARKS))
    assert column(sheet, "points") == {"a": "85.00", "b": "85.00"}
    assert [(found.unit, found.what) for found in sheet.struck] == [
        ("a", "民主评议·李"),
        ("b", "民主评议·李"),
    ]


def test_a_rater_may_give_only_so_many_high_marks() -> None:
    rule = JURY.replace("group.max(it) = group.min(it)", "group.count(it >= 95) > 1")
    assert points(recipe(rule), given(MARKS)) == {"a": "85.00", "b": "85.00"}


def test_a_gap_is_nothing_wrong() -> None:
    assert points(recipe(TREES), given({"planted": {"b": 100}, "alive": {"a": 90, "b": 80}})) == {
        "a": "",
        "b": "8.00",
    }


def test_each_period_is_checked_by_itself() -> None:
    rule = TREES.replace("points = {", 'points = { across = "half", fold = "mean", ') + 'then = "void"\n'
    halves = {"planted@2026H1": {"a": 100}, "planted@2026H2": {"a": 100}}
    figures = halves | {"alive@2026H1": {"a": 100}, "alive@2026H2": {"a": 101}}
    (found,) = score(recipe(rule), given(figures)).struck
    assert found.period == "2026H2"


def test_no_check_sees_what_another_voids() -> None:
    rule = (
        TREES + 'then = "void"\n[checks.planted]\nfigure = "planted"\nwhen = "alive > 100"\nthen = "doubt"\n'
    )
    assert [found.check for found in score(recipe(rule), given(FIGURES)).struck] == ["alive", "planted"]


def test_a_check_of_a_paper_may_void_all_a_unit_handed_in() -> None:
    rule = TREES.replace('figure = "alive"', 'paper = "paper"\nthen = "void"')
    sheet = score(recipe(rule), given(FIGURES))
    assert column(sheet, "points") == {"a": "9.00", "b": ""}
    assert sheet.struck[0].what == "paper"


def test_a_sheet_in_which_nothing_was_found_says_nothing_of_it() -> None:
    assert (
        b"struck"
        not in score(recipe(TREES), given({k: {"a": v["a"]} for k, v in FIGURES.items()})).to_bytes()
    )


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ('figure = "alive"', "figure = 'live'"),
        ('when = "alive > planted"', "when = 'live > planted'"),
        ('when = "alive > planted"', ""),
        ("say =", "then = 'warn'\nsay ="),
        ('figure = "alive"', ""),
    ],
)
def test_a_check_that_nobody_can_work_out_is_an_error(written: str, wrong: str) -> None:
    with pytest.raises(BadScheme):
        recipe(TREES.replace(written, wrong))
