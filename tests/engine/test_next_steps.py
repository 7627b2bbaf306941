"""What one more step of a figure would bring, on schemes small enough to be checked by head."""

from fractions import Fraction

import pytest

from kaocheng.engine.run import Run
from kaocheng.engine.steps_below import with_steps
from kaocheng.engine.telling import as_text
from kaocheng.engine.working import work_out

from .small import NOT_LINEAR, county, explained, given, recipe


def test_the_next_step_is_the_target_or_one_case_less_with_the_total_it_would_bring() -> None:
    """a has 18.16; b 10 + 4.8 + 4 = 18.8 is first. One case less: 19.16; the whole road: 18.2."""
    cases, roads = explained("a", "cases").steps[0], explained("a", "roads").steps[0]
    assert (cases.value, cases.points, cases.gain, cases.total, cases.rank) == (
        "0",
        "4.00",
        "1",
        "19.16",
        "1",
    )
    assert (roads.value, roads.points, roads.total, roads.rank) == ("100", "6.00", "18.20", "2")


def test_a_total_tells_the_items_where_one_step_brings_it_most() -> None:
    """a has 18.16: growth +2.8, one case less +1, the whole road +0.04."""
    run = Run(*county())
    it = with_steps(run, work_out(run, "a"))
    assert [(s.figure[0], s.total_gain, s.total, s.rank) for s in it.steps] == [
        ("growth", "2.8", "20.96", "1"),
        ("cases", "1", "19.16", "1"),
        ("roads", "0.04", "18.20", "2"),
    ]
    assert as_text(it).count("总分 19.16,第 1 名") == 1
    assert with_steps(run, explained("a", "roads")) == explained("a", "roads")


def test_at_most_five_items_are_told_and_none_that_brings_nothing() -> None:
    """Seven items of weights 1 … 7 %, one of which has full marks already."""
    names = [f"i{n}" for n in range(1, 8)]
    body = "[figures]\n" + "".join(f"{n} = {{ label = '{n}' }}\n" for n in names)
    body += "[papers.town.nodes]\ntotal = { compose = 'sum', full = 28 }\n"
    body += "".join(
        f"{n} = {{ in = 'total', full = {n[1:]}, method = 'completion', target = 10 }}\n" for n in names
    )
    body += "[papers.town.results.overall]\nby = 'total'\n"
    run = Run(recipe(body), given({n: {"a": 10 if n == "i6" else 5} for n in names}))
    it = with_steps(run, work_out(run, "a"))
    assert [step.figure[0] for step in it.steps] == ["i7", "i5", "i4", "i3", "i2"]


def test_passing_the_groups_best_moves_the_best() -> None:
    """Growth of 8 draws level with b and gives full marks; others standing still."""
    step = explained("a", "growth").steps[0]
    assert (step.value, step.points, step.total, step.rank) == ("8", "10.00", "20.96", "1")


LIGHTS = """
[figures]
done = { label = "进度", unit = "%" }
[papers.town.nodes]
behind = { label = "滞后", formula = "max(0, target(done) - done)" }
[papers.town.results.light]
by = "behind"
bands = BANDS
"""
BEST_FIRST = '[{ grade = "正常", below = 10 }, { grade = "预警" }]'
RED_FIRST = '[{ grade = "红", above = 30 }, { grade = "黄", from = 10 }, { grade = "绿" }]'
HONOUR = '[{ grade = "红榜", from = 30 }, { grade = "一般" }]'
MOST_FIRST = '[{ grade = "好", from = 10 }, { grade = "差" }]'


@pytest.mark.parametrize(
    ("bands", "offered"), [(BEST_FIRST, "60"), (RED_FIRST, "60"), (HONOUR, "39"), (MOST_FIRST, "39")], ids=str
)
def test_a_step_is_offered_only_towards_what_the_bands_call_better(bands: str, offered: str) -> None:
    """40 of 60 %: 20 behind; fewer behind is better where the first, best band is held from above."""
    found = given({"done": {"a": 40, "b": 60}}, targets={"done": {"*": 60}})
    it = work_out(Run(recipe(LIGHTS.replace("BANDS", bands)), found), "a")
    assert it.steps[0].value == offered
    assert (Fraction(it.steps[0].gain) < 0) == (offered == "60")


@pytest.mark.parametrize(
    ("how", "total", "gain"),
    [
        ('"geometric"', "60.00", "63.64"),  # √(90 · 40) = 60; √(90 · 45) ≈ 63.64
        ('"harmonic"', "55.38", "60.00"),  # 2 ÷ (1/90 + 1/40); with 45 : 60
        ('"min"', "40.00", "45.00"),
        ('"formula", formula = "score(growth) * score(safe) / 100"', "36.00", "40.50"),
    ],
)
def test_where_the_way_up_is_not_linear_the_total_is_worked_out_anew(how: str, total: str, gain: str) -> None:
    body = NOT_LINEAR.replace("HOW", how).replace("per = 10", "per = 5")
    run = Run(recipe(body), given({"growth": {"a": 90, "b": 50}, "cases": {"a": 12, "b": 12}}))
    it, leaf = with_steps(run, work_out(run, "a")), work_out(run, "a", "safe")
    assert it.points == total
    assert (leaf.steps[-1].value, leaf.steps[-1].total) == ("11", gain)
    assert ("cases", "") in [step.figure for step in it.steps]


def test_a_figure_that_moves_two_items_moves_both() -> None:
    body = """
[figures]
roads = { label = "公路", unit = "公里" }
[papers.town.nodes]
total = { compose = "sum", full = 20 }
built = { in = "total", x = "roads", full = 10, method = "convert", out_of = 100 }
enough = { in = "total", x = "roads", full = 10, method = "met", target = 80 }
[papers.town.results.overall]
by = "total"
"""
    run = Run(recipe(body), given({"roads": {"a": 79, "b": 10}}))
    (step,) = work_out(run, "a", "enough").steps
    assert (step.value, step.gain, step.total) == ("80", "10", "18.00")


def test_a_step_that_does_not_show_is_widened_until_it_does_and_counts_stay_whole() -> None:
    body = """
[figures]
income = { label = "收入", unit = "元" }
late = { label = "迟报", unit = "次" }
[papers.town.nodes]
total = { compose = "sum", full = 20 }
income = { in = "total", full = 10, formula = "10 * income / 20000" }
late = { in = "total", full = 10, method = "deduct", per = "0.5" }
[papers.town.results.overall]
by = "total"
"""
    run = Run(recipe(body), given({"income": {"a": 7263, "b": 9000}, "late": {"a": 3, "b": 0}}))
    assert [step.value for step in work_out(run, "a", "income").steps] == ["7273"]
    assert [step.value for step in work_out(run, "a", "late").steps] == ["2"]


def test_where_nothing_is_told_the_reason_is() -> None:
    body = """
[figures]
vote = { label = "评议", unit = "分" }
[papers.town.nodes]
total = { compose = "sum", full = 10 }
vote = { in = "total", full = 10, method = "given" }
[papers.town.results.overall]
by = "total"
"""
    run = Run(recipe(body), given({"vote": {"a": 7, "b": 10}}))
    assert (work_out(run, "a", "vote").steps, work_out(run, "b", "vote").no_step) == ((), "")
    assert "评分人" in work_out(run, "a", "vote").no_step
    assert "再进一步:评议:由评分人" in as_text(with_steps(run, work_out(run, "a")))


def test_items_that_name_one_another_are_each_looked_at_once() -> None:
    """``group`` names an attribute that a node goes by as well; a way through the items never comes back."""
    body = """
[figures]
roads = { label = "公路" }
grain = { label = "粮食" }
[papers.town.nodes]
total = { compose = "max", of = ["farm", "far"] }
farm = { compose = "sum", full = 20, rank = { farm = { group = ["farm"] } } }
roads = { in = "farm", full = 10, method = "to_best", group = "farm", applies = "unit.farm = '是'" }
grain = { in = "farm", full = 10, method = "to_best", group = "farm", applies = "unit.farm = '是'" }
far = { compose = "sum", full = 10, of = ["grain", "roads"] }
[papers.town.results.overall]
by = "total"
"""
    figures = {"roads": {"a": 4, "b": 5}, "grain": {"a": 1, "b": 2}}
    farms = {"a": {"farm": "是"}, "b": {"farm": "是"}}
    run = Run(recipe(body), given(figures, attributes=farms))
    it = with_steps(run, work_out(run, "a"))
    assert [step.figure[0] for step in it.steps] == ["grain", "roads"]
