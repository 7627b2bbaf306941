"""What a working tells, on schemes small enough to be checked by head."""

from fractions import Fraction

import pytest

from kaocheng.engine import Claim, Inputs, Recipe
from kaocheng.engine.explain import Explanation, Used
from kaocheng.engine.run import Run
from kaocheng.engine.score import sheet_of
from kaocheng.engine.steps_below import with_steps
from kaocheng.engine.telling import as_text
from kaocheng.engine.working import work_out
from kaocheng.i18n import speaking

from .small import given, recipe

RELATIVE = """
[figures]
growth = { label = "增速", unit = "%" }
roads = { label = "公路", unit = "公里" }
cases = { label = "案件", unit = "起", parts = { minor = "一般", serious = "较重" } }
[papers.town.nodes]
total = { label = "总分", compose = "sum", full = 20 }
growth = { in = "total", full = 10, method = "efficacy", start = "60%" }
roads = { in = "total", full = 6, method = "completion", target = 100, show = false }
cases = { in = "total", full = 4, method = "deduct", per = { minor = 1, serious = 2 } }
[papers.town.adjustments]
bonus = { label = "加分", kind = "bonus", to = "total", most = 2 }
[papers.town.results.overall]
by = "total"
"""


def county() -> tuple[Recipe, Inputs]:
    body = RELATIVE.replace("", "")
    return recipe(body), given(
        {
            "growth": {"a": "4.5", "b": "8", "c": "3"},
            "roads": {"a": "99.333", "b": 80, "c": 100},
            "cases.minor": {"a": 1, "b": 0, "c": 0},
            "cases.serious": {"a": 0, "b": 0, "c": 2},
        },
        claims=[Claim("a", "bonus", "1.5"), Claim("a", "bonus", "1")],
    )


def explained(unit: str, node: str = "") -> Explanation:
    return work_out(Run(*county()), unit, node)


def used(it: Explanation, name: str) -> Used:
    return next(one for one in it.used if one.name == name)


def test_the_groups_best_is_named_with_the_figure_behind_it() -> None:
    best = used(explained("a", "growth"), "本组最高")
    assert (best.value, best.unit, best.among, best.skipped) == ("8", "b", 3, 0)
    assert [(u.unit, u.key, u.value) for u in best.behind] == [("b", ("growth", "", "2026"), "8")]


def test_a_unit_that_sets_the_best_itself_is_told_so_once() -> None:
    best = used(explained("b", "growth"), "本组最高")
    assert (best.unit, best.behind) == ("b", ())


def test_a_hidden_part_brings_its_inputs_along() -> None:
    hidden = next(part for part in explained("a").parts if part.node == "roads")
    assert not hidden.shown
    assert [(u.kind, u.key[0]) for u in hidden.used] == [("figure", "roads"), ("rule", "roads")]
    assert all(part.used == () for part in explained("a").parts if part.shown)


def test_what_was_lost_adds_up_to_the_last_digit() -> None:
    """a: growth 10 × (60 % + 40 % × 1.5 ÷ 5) = 7.2; roads 6 × 0.99333 = 5.95998 → 5.96; cases 4 - 1; + 2."""
    it = explained("a")
    assert it.points == "18.16"
    lost = {(loss.node, loss.kind): Fraction(loss.points) for loss in it.losses}
    assert lost == {
        ("growth", "score"): Fraction("2.8"),
        ("roads", "score"): Fraction("0.04002"),
        ("roads", "round"): Fraction("-0.00002"),
        ("cases", "score"): Fraction(1),
        ("bonus", "bonus"): Fraction("-2.5"),
        ("bonus", "cap"): Fraction("0.5"),
    }
    assert sum(lost.values()) == 20 - Fraction("18.16")


def test_full_marks_with_a_product_among_the_parts_are_those_of_its_base() -> None:
    body = """
[figures]
growth = { label = "增速", unit = "%" }
party = { label = "党建", unit = "分" }
race = { label = "争先", unit = "分" }
[papers.town.nodes]
total = { label = "总分", compose = "sum", of = ["product", "race"] }
product = { label = "绩效", compose = "product", of = ["growth", "party"] }
growth = { full = 100, method = "given" }
party = { method = "bands", bands = [{ from = 95, gives = "1.05" }], else = 1 }
race = { full = 4, method = "given" }
[papers.town.results.overall]
by = "total"
"""
    run = Run(recipe(body), given({"growth": {"a": 80}, "party": {"a": 96}, "race": {"a": 1}}))
    it = work_out(run, "a", "")
    # 80 × 1.05 + 1 = 85 of 100 + 4: 20 at growth before the coefficient, which then gives 4 back; 3 at race
    assert (it.full, it.points, it.lost_exact) == ("104", "85.00", "19")
    assert {loss.label: loss.points for loss in it.losses} == {"增速": "20", "党建": "-4", "争先": "3"}
    assert sheet_of(run).papers[0].column["total"].full == "104"


def test_each_rounding_and_each_cap_is_told_before_and_after() -> None:
    roads, total = explained("a", "roads"), explained("a")
    assert [(r.before, r.after, r.decimals) for r in roads.roundings] == [("5.95998", "5.96", 2)]
    assert [(c.what, c.before, c.after) for c in total.cuts] == [("加分", "2.5", "2")]


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


def test_the_next_unit_on_each_side_is_named_with_the_gap() -> None:
    place = explained("a").place
    assert place is not None
    assert (place.rank, place.among, place.level) == ("2", 3, 0)
    assert place.above is not None
    assert (place.above.unit, place.above.score, place.above.gap) == ("b", "18.80", "0.64")
    assert place.below is not None
    assert place.below.unit == "c"


def test_a_bonus_shows_its_entries_and_what_its_cap_leaves() -> None:
    it = explained("a", "bonus")
    assert (it.points, [u.value for u in it.used], it.lines[-1]) == (
        "2.00",
        ["1.5", "1"],
        "最多 2 分,计 2 分",
    )


def test_one_row_of_a_list_is_explained_by_itself() -> None:
    of = recipe(
        """
[figures]
[lists.task]
fields = { full = "分", progress = "%" }
[papers.office.nodes]
tasks = { label = "任务", full = 30, rows = "task", method = "formula", formula = "full * progress / 100" }
"""
    )
    rows = given(rows={"a": [{"full": 10, "progress": 50}, {"full": 20, "progress": 100}]})
    it = work_out(Run(of, rows), "a", "tasks#1")
    assert (it.points, [u.key[1] for u in it.used]) == ("5.00", ["1", "1"])


def test_the_text_is_in_the_readers_language() -> None:
    assert "本组最高(b),3 个单位:8" in as_text(explained("a", "growth"))
    with speaking("en"):
        told = as_text(explained("a"))
    assert "of 20 full marks 18.16 scored; losses less gains come to 1.84:" in told
    assert "next above: b 18.80, 0.64 ahead" in told


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
MOST_FIRST = '[{ grade = "好", from = 10 }, { grade = "差" }]'


@pytest.mark.parametrize(
    ("bands", "offered"), [(BEST_FIRST, "60"), (RED_FIRST, "60"), (MOST_FIRST, "39")], ids=str
)
def test_a_step_is_offered_only_towards_what_the_bands_call_better(bands: str, offered: str) -> None:
    """40 of 60 %: 20 behind; fewer behind is better where the first, best band is held from above."""
    found = given({"done": {"a": 40, "b": 60}}, targets={"done": {"*": 60}})
    it = work_out(Run(recipe(LIGHTS.replace("BANDS", bands)), found), "a")
    assert it.steps[0].value == offered
    assert (Fraction(it.steps[0].gain) < 0) == (offered == "60")


NOT_LINEAR = """
[figures]
growth = { label = "增速", unit = "%" }
cases = { label = "案件", unit = "件" }
[papers.town.nodes]
total = { label = "总分", compose = HOW, full = 100, of = ["growth", "safe"] }
growth = { label = "发展", full = 100, method = "convert", out_of = 100 }
safe = { label = "平安", full = 100, x = "cases", method = "deduct", per = 10 }
[papers.town.results.overall]
by = "total"
"""


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


def test_a_formula_that_looks_at_nobody_loses_nothing_to_others() -> None:
    body = """
[figures]
spot = { label = "抽查", unit = "次" }
late = { label = "迟报", unit = "次" }
best = { label = "进度" }
[papers.town.nodes]
total = { compose = "sum", full = 20 }
own = { in = "total", full = 10, formula = "10 - late - otherwise(spot, 0)" }
near = { in = "total", full = 10, formula = "10 * best / group.max(best)" }
[papers.town.results.overall]
by = "total"
"""
    figures = {"late": {"a": 2, "b": 0}, "best": {"a": 3, "b": 6}, "spot": {"b": 1}}
    run = Run(recipe(body), given(figures))
    own, near = work_out(run, "a", "own"), work_out(run, "a", "near")
    assert (own.lost_to, near.lost_to) == ("按公式计分", "与同组其他单位相比")
    assert own.lines[0] == "10 - 迟报 - 抽查(没有则按 0)"


def test_the_mean_of_raters_is_told_in_words() -> None:
    body = """
[figures]
vote = { label = "评议", parts = { one = "甲", two = "乙", three = "丙" } }
[papers.town.nodes]
total = { x = "vote", full = 100, method = "raters", TRIM classes = { all = { of = PARTS } } }
[papers.town.results.overall]
by = "total"
"""
    body = body.replace("PARTS", '["one", "two", "three"]')
    votes = given({"vote.one": {"a": 70}, "vote.two": {"a": 80}, "vote.three": {"a": 96}})
    plain = work_out(Run(recipe(body.replace("TRIM", "")), votes), "a")
    cut = work_out(Run(recipe(body.replace("TRIM", "trim = { above = 2, each = 1 },")), votes), "a")
    assert (plain.lines[0], plain.points) == ("评委平均(甲、乙、丙)", "82.00")
    assert (cut.lines[0], cut.points) == ("评委平均(甲、乙、丙;超过 2 位时去掉最高、最低各 1 位)", "80.00")


def test_a_rank_in_a_formula_is_called_one() -> None:
    body = """
[figures]
before = { label = "上年名次" }
points = { label = "实绩" }
[papers.town.nodes]
total = { label = "总分", x = "points", method = "given", full = 100, rank = {} }
gain = { formula = "before - total.rank", only_shown = true }
[papers.town.results.overall]
by = "total"
"""
    run = Run(recipe(body), given({"before": {"a": 2, "b": 1}, "points": {"a": 90, "b": 80}}))
    assert work_out(run, "a", "gain").lines == ("上年名次 - 总分名次", "2 - 1 = 1")


ASKED = """
[figures]
pm = { label = "浓度", unit = "微克" }
drop = { label = "下降目标", unit = "%" }
gdp = { label = "生产总值", unit = "亿元" }
[papers.town.nodes]
total = { label = "总分", compose = "weighted_mean", full = 100, of = { air = 1, gdp = 1 } }
air.label = "空气"
air.full = 100
air.method = "ratio"
air.x = "100 * (pm@last_year - pm) / pm@last_year"
air.to = "otherwise(target(drop, 'letter'), target(drop))"
gdp = { full = 100, formula = "full * gdp / group.max(gdp)", applies = "unit.has_gdp = '是'" }
[papers.town.results.overall]
by = "total"
"""


def asked_of_all() -> Run:
    figures = {"pm": {"a": 49, "b": 45}, "pm@2025": {"a": 50, "b": 50}, "gdp": {"a": 5, "b": 8}}
    targets = {"drop:letter": {"a": "2.4", "b": "2.4"}, "drop": {"*": 5}}
    attributes = {"a": {"has_gdp": "是"}, "b": {"has_gdp": "否"}}
    return Run(recipe(ASKED), given(figures, targets=targets, attributes=attributes))


def test_what_is_measured_by_an_expression_is_worked_out_before_the_eyes() -> None:
    it = work_out(asked_of_all(), "a", "air")
    measured = "实际值:100 × (浓度(上年) - 浓度) ÷ 浓度(上年) = 100 × (50 - 49) ÷ 50 = 2"
    assert it.lines[1:3] == (measured, "100 × 2 ÷ 2.4 = 83.333333…")
    assert {"下降目标(letter)", "下降目标的目标值"} <= {one.name for one in it.used}


def test_nothing_is_worked_out_for_whom_an_item_does_not_apply_to() -> None:
    it = work_out(asked_of_all(), "b", "gdp")
    assert it.lines[0] == "单位属性“has_gdp” = “是”(即 否 = “是”) 不成立"
    assert [(one.name, one.value, one.among) for one in it.used] == [("单位属性“has_gdp”", "否", None)]
    with speaking("en"):
        assert work_out(asked_of_all(), "b", "gdp").lines[0].startswith("“has_gdp” of the unit = “yes”")
