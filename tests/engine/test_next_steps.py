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


STEPPED = """
[figures]
done = { label = "办结率", unit = "%" }
people = { label = "人口", unit = "人" }
cases = { label = "案件", unit = "件" }
[papers.town.nodes]
total = { label = "总分", compose = "sum", full = 30, of = ["early", "rate", "safe"] }
early = { compose = "weighted", of = { "rate@half" = "100%" } }
rate = { label = "办结", x = "done", full = 10, method = "METHOD" }
safe = { label = "平安", full = 10, formula = "10 - 1000 * cases / people" }
seen = { label = "看看", x = "cases", formula = "2 * x", only_shown = true }
[papers.town.results.overall]
by = "total"
"""


def stepped(method: str = 'convert", out_of = "150', half: str = "80", top: str = "90") -> Run:
    body = STEPPED.replace('"METHOD"', f'"{method}"')
    figures = {"done": {"a": "99.5", "b": top}, "done@2026H1": {"a": half, "b": half}}
    figures |= {"cases": {"a": 5, "b": 2}, "people": {"a": 1000, "b": 1000}}
    return Run(recipe(body), given(figures))


def test_no_step_is_told_of_a_period_that_is_over() -> None:
    it = work_out(stepped(), "a", "rate", "2026H1")
    assert (it.steps, it.no_step) == ((), "时段已过,数据不能再变")
    below = with_steps(stepped(), work_out(stepped(), "a"))
    assert [step.words for step in below.steps] == [
        "平安:案件再减少 1 件,可得 6.00 分",
        "办结:再增加 0.5 个百分点,可得 6.67 分",
    ]


def test_a_percentage_goes_no_further_than_a_hundred_unless_somebodys_does() -> None:
    """99.5 %: one whole point more would be 100.5."""
    assert [step.value for step in work_out(stepped(), "a", "rate").steps] == ["100"]
    assert [step.value for step in work_out(stepped(top="120"), "a", "rate").steps] == ["150", "100.5"]


def test_what_is_only_divided_by_is_no_step_to_take() -> None:
    """Fewer people would not make a town safer; what is measured itself may stand below the line."""
    assert {step.figure[0] for step in work_out(stepped(), "a", "safe").steps} == {"cases"}
    it = work_out(stepped('inverse", target = "90'), "a", "rate")
    assert {step.figure[0] for step in it.steps} == {"done"}


def test_an_item_that_is_only_shown_says_that_it_does_not_count() -> None:
    it = work_out(stepped(), "a", "seen")
    assert (it.steps, it.no_step) == ((), "不计入总分")


def test_of_a_node_of_several_periods_the_last_one_may_still_change() -> None:
    """12 and 20 of 30, in the mean: 5.33 of 10; one visit more in the second half brings 5.5."""
    body = """
[figures]
visits = { label = "走访", unit = "次" }
[papers.office.nodes]
total = { label = "总分", compose = "sum", full = 10 }
visited = { in = "total", label = "走访", full = 10, x = "visits", across = "half", fold = "mean", METHOD }
[papers.office.results.overall]
by = "total"
""".replace("METHOD", 'method = "convert", out_of = 30')
    halves = given({"visits@2026H1": {"a": 12, "b": 30}, "visits@2026H2": {"a": 20, "b": 30}})
    it = work_out(Run(recipe(body), halves), "a", "visited")
    assert [(s.value, s.points, s.total, s.words) for s in it.steps] == [
        ("30", "7.00", "7.00", "2026H2 走访再增加 10 次,可得 7.00 分"),
        ("21", "5.50", "5.50", "2026H2 走访再增加 1 次,可得 5.50 分"),
    ]


def test_a_number_that_stands_beside_a_multiple_of_the_figure_is_no_value_of_it() -> None:
    """100 − 0.01 · 1234: it does not turn at 100."""
    body = """
[figures]
litter = { label = "垃圾", unit = "件" }
[papers.town.nodes]
total = { full = 100, formula = "100 - 0.01 * litter" }
[papers.town.results.overall]
by = "total"
"""
    it = work_out(Run(recipe(body), given({"litter": {"a": 1234, "b": 5}})), "a")
    assert [step.value for step in it.steps] == ["1233"]


@pytest.mark.parametrize(
    "formula",
    [
        'method = "efficacy", start = "60%"',
        'method = "to_best"',
        'method = "rank_steps", step = "2%", ties = "competition"',
        'formula = "10 * worth / group.mean(worth) / 3"',
        'formula = "10 * worth / group.sum(worth)"',
        'formula = "10 / group.rank_up(worth)"',
        'formula = "10 * (worth - group.min(worth)) / 50 + group.count(worth) / 1000"',
    ],
)
def test_a_large_group_is_compared_with_as_a_small_one_is(
    formula: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same steps, whether the group is worked out anew or told from its order and its sums."""
    body = f"""
[figures]
worth = {{ label = "产值", unit = "万元" }}
[papers.town.nodes]
total = {{ compose = "sum", full = 10 }}
worth = {{ in = "total", full = 10, {formula} }}
[papers.town.results.overall]
by = "total"
"""
    values = {f"u{n:02}": str(Fraction(n * n % 37, 2)) for n in range(1, 30)}
    values = {unit: str(float(Fraction(value))) for unit, value in values.items()}

    def told() -> list[tuple[object, ...]]:
        run = Run(recipe(body), given({"worth": values}))
        found = [work_out(run, unit, "worth") for unit in values]
        return [(it.steps, it.no_step) for it in found]

    small = told()
    assert any(steps for steps, _why in small)
    for module in ("what_if", "turning"):
        monkeypatch.setattr(f"kaocheng.engine.{module}.DEAREST", 3)
    assert told() == small
