"""What a working tells, on schemes small enough to be checked by head."""

from kaocheng.engine import Claim
from kaocheng.engine.explain import Explanation, Used
from kaocheng.engine.run import Run
from kaocheng.engine.telling import as_text
from kaocheng.engine.working import work_out
from kaocheng.i18n import speaking

from .small import RELATIVE, explained, given, recipe


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


def test_each_rounding_and_each_cap_is_told_before_and_after() -> None:
    roads, total = explained("a", "roads"), explained("a")
    assert [(r.before, r.after, r.decimals) for r in roads.roundings] == [("5.95998", "5.96", 2)]
    assert [(c.what, c.before, c.after) for c in total.cuts] == [("加分", "2.5", "2")]


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


def test_a_row_goes_by_its_own_words_where_it_has_some() -> None:
    of = recipe(
        """
[figures]
[lists.task]
fields = { full = "分", progress = "%", task = "text", note = "text" }
[papers.office.nodes]
total = { compose = "sum", full = 30, of = ["tasks"] }
tasks = { label = "任务", full = 30, rows = "task", method = "formula", formula = "full * progress / 100" }
"""
    )
    roads = {"full": 10, "progress": 50, "note": "已招标", "task": "修通村公路"}
    unnamed = {"full": 20, "progress": 80, "note": "无"}
    run = Run(of, given(rows={"a": [roads, unnamed], "b": [unnamed]}))
    assert [work_out(run, "a", f"tasks#{n}").label for n in (1, 2)] == ["修通村公路", "任务#2"]
    assert [loss.label for loss in work_out(run, "a", "total").losses] == ["修通村公路", "任务#2"]
    assert work_out(run, "b", "tasks#1").label == "任务#1"
    whole = work_out(run, "a", "tasks")
    assert {used.name for used in whole.used} >= {"修通村公路·分值", "#2·分值"}
    assert [line.partition(":")[0] for line in whole.lines[:2]] == ["修通村公路", "#2"]


def test_the_text_is_in_the_readers_language() -> None:
    assert "本组最高(b),3 个单位:8" in as_text(explained("a", "growth"))
    with speaking("en"):
        told = as_text(explained("a"))
    assert "of 20 full marks 18.16 scored; losses less gains come to 1.84:" in told
    assert "next above: b 18.80, 0.64 ahead" in told


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
    assert it.lines[0] == "单位属性“has_gdp” = “是”(即 “否” = “是”) 不成立"
    assert [(one.name, one.value, one.among) for one in it.used] == [("单位属性“has_gdp”", "否", None)]
    with speaking("en"):
        assert work_out(asked_of_all(), "b", "gdp").lines[0].startswith("“has_gdp” of the unit = “yes”")


def test_of_two_vetoes_that_set_one_node_to_zero_only_the_one_that_struck_is_named() -> None:
    body = (
        RELATIVE
        + """
[papers.town.vetoes]
fire = { label = "火灾", zero = "growth" }
fraud = { label = "造假", zero = "growth" }
"""
    )
    figures = {"growth": {"a": 5, "b": 8}, "roads": {"a": 80, "b": 80}}
    figures |= {f"cases.{part}": {"a": 0, "b": 0} for part in ("minor", "serious")}
    run = Run(recipe(body), given(figures, claims=[Claim("a", "fraud")]))
    assert [line for line in work_out(run, "a", "growth").lines if "本项计 0 分" in line] == [
        "造假,本项计 0 分"
    ]


def test_a_formula_of_many_choices_over_rows_is_told_with_the_lists_own_names() -> None:
    body = """
[figures]
[lists.race]
label = "比赛"
fields = { place = "" }
[papers.driver.nodes]
wins.label = "积分"
wins.full = 30
wins.formula = "race.sum(if(place = 1, 9, if(place = 2, 6, if(place = 3, 4, 0))))"
[papers.driver.results.overall]
by = "wins"
"""
    run = Run(recipe(body), given(rows={"a": [{"place": 1}, {"place": 3}]}, rows_of="race"))
    it = work_out(run, "a")
    assert it.lines[0].startswith("比赛各行的合计(若(“place” = 1, 9")
    assert it.points == "13.00"


def test_a_key_that_is_called_like_the_figure_it_names_is_that_figure() -> None:
    body = """
[figures]
vote = { label = "评议", unit = "票", parts = { good = "好", poor = "差" } }
issued = { label = "发出选票", unit = "张" }
[papers.town.nodes]
total = { x = "vote", full = 100, method = "ballots", values = VALUES, issued = "issued", turnout = "80%" }
[papers.town.results.overall]
by = "total"
""".replace("VALUES", '{ good = "100%", poor = "50%" }')
    run = Run(recipe(body), given({"vote.good": {"a": 8}, "vote.poor": {"a": 2}, "issued": {"a": 12}}))
    it = work_out(run, "a")
    assert it.lines[1] == "因 (8 + 2) ÷ 12 ≥ 80% 成立"
    assert used(it, "发出选票").key == ("issued", "", "2026")


LISTED = """
[figures]
[lists.task]
label = "任务"
fields = { full = "分", progress = "%", done = "件", due = "件" }
[papers.office.nodes]
total = { compose = "sum", of = ["tasks", "mean"] }
tasks.label = "任务"
tasks.rows = "task"
tasks.formula = "full * progress / 100"
tasks.times = "1.1"
tasks.not_above = 11
tasks.round = 1
mean = { label = "完成率", full = 10, formula = "10 * task.mean(done / due)", round = 2 }
"""
ROADS = {"full": 10, "progress": 33, "done": 1, "due": 4}
WATER = {"full": 20, "progress": 60, "done": 3, "due": 4}
LISTED_ROWS = {"a": [ROADS, WATER]}


def test_what_becomes_of_a_row_is_told_stage_by_stage() -> None:
    """10 · 33 % = 3.3, times 1.1 = 3.63, rounded 3.6; 20 · 60 % = 12, times 1.1 = 13.2, at most 1.1 · 11."""
    it = work_out(Run(recipe(LISTED), given(rows=LISTED_ROWS)), "a", "tasks")
    assert it.lines == (
        "#1:10 × 33 ÷ 100 = 3.3;难度系数:3.3 × 1.1 = 3.63;四舍五入到 1 位:3.6",
        "#2:20 × 60 ÷ 100 = 12;难度系数:12 × 1.1 = 13.2;最高 12.1 分",
        "合计 15.7",
        "最高 12.1 分",
    )


def test_a_fold_over_rows_shows_the_rows_with_their_measures() -> None:
    it = work_out(Run(recipe(LISTED), given(rows=LISTED_ROWS)), "a", "mean")
    assert it.lines == ("10 × 任务各行的平均(已完成 ÷ 应完成)", "10 × (1 ÷ 4 + 3 ÷ 4) ÷ 2 = 5")
    assert [(u.name, u.value, u.measure) for u in it.used[:2]] == [
        ("#1·已完成", "1", "件"),
        ("#1·应完成", "4", "件"),
    ]


def test_a_node_of_several_periods_is_worked_out_in_each_of_them() -> None:
    body = """
[figures]
visits = { label = "走访", unit = "次" }
[papers.office.nodes]
total = { label = "总分", full = 10, x = "visits", across = "half", fold = FOLD, METHOD }
""".replace("METHOD", 'method = "convert", out_of = 30')
    halves = given({"visits@2026H1": {"a": 20}, "visits@2026H2": {"a": 30}})
    weighed = work_out(
        Run(recipe(body.replace("FOLD", '{ "2026H1" = "40%", "2026H2" = "60%" }')), halves), "a"
    )
    assert weighed.lines[1:] == (
        "2026H1 10 × 20 ÷ 30 = 6.666667…;四舍五入到 2 位:6.67",
        "2026H2 10 × 30 ÷ 30 = 10.00",
        "6.67 × 40% + 10 × 60% = 8.668",
        "四舍五入到 2 位:8.67",
    )
    assert [u.name for u in weighed.used if u.kind == "figure"] == ["走访(2026H1)", "走访(2026H2)"]


def test_each_cap_on_the_entries_of_a_bonus_is_told_by_itself() -> None:
    """3 + 3 + 2 + 2 = 10; each at most 2.5: 9; the higher of m: 7; 文 at most 4.5: 6.5; 6 in all."""
    bonus = 'bonus = { label = "加分", kind = "bonus", to = "total", highest_only = "matter", MOST }'
    most = 'most = { entry = "2.5", category = "4.5", unit = 6 }'
    body = RELATIVE.replace('bonus = { label = "加分", kind = "bonus", to = "total", most = 2 }', bonus)
    entries = [("3", "m", "文"), ("2", "m", "文"), ("3", "n", "文"), ("2", "o", "武")]
    claims = [Claim("a", "bonus", p, matter=m, category=c) for p, m, c in entries]
    figures = {"growth": {"a": 1}, "roads": {"a": 1}, "cases.minor": {"a": 0}, "cases.serious": {"a": 0}}
    it = work_out(Run(recipe(body.replace("MOST", most)), given(figures, claims=claims)), "a", "bonus")
    assert it.lines == (
        "3 + 2 + 3 + 2 = 10",
        "每件最多 2.5 分,计 9 分",
        "同一事项只计最高的 1 件,计 7 分",
        "同一类最多 4.5 分,计 6.5 分",
        "最多 6 分,计 6 分",
    )


def test_raters_that_are_left_out_are_named() -> None:
    body = """
[figures]
vote = { label = "评议", parts = { one = "甲", two = "乙", three = "丙", four = "丁" } }
[papers.town.nodes]
total = { x = "vote", full = 100, method = "raters", TRIM, CLASSES }
[papers.town.results.overall]
by = "total"
""".replace("TRIM", "trim = { above = 3, each = 1 }")
    body = body.replace("CLASSES", 'classes = { all = { of = ["one", "two", "three", "four"] } }')
    votes = given({f"vote.{n}": {"a": v} for n, v in (("one", 70), ("two", 80), ("three", 96), ("four", 81))})
    assert work_out(Run(recipe(body), votes), "a").lines[1:] == (
        "去掉最高、最低各 1 位:70、96",
        "(80 + 81) ÷ 2 = 80.5",
    )


def test_what_an_item_adds_to_a_total_that_there_is_not_is_not_told() -> None:
    run = Run(recipe(RELATIVE), given({"growth": {"a": 4, "b": 8}, "roads": {"a": 80}}))
    assert (work_out(run, "a", "growth").points, work_out(run, "a", "growth").to_total) == ("6.00", None)
    assert work_out(run, "b", "roads").lines[-1] == "缺 公路,不能计分"


def test_what_a_method_in_a_formula_is_taken_of_is_worked_out_first() -> None:
    body = """
[figures]
income = { label = "收入", unit = "元" }
[papers.town.nodes]
total = { full = 10, let = { growth = "(income - income@last_year) / income@last_year" }, FORMULA }
[papers.town.results.overall]
by = "total"
""".replace("FORMULA", 'formula = "efficacy(growth, start = 60%)"')
    run = Run(recipe(body), given({"income": {"a": 110, "b": 130}, "income@2025": {"a": 100, "b": 100}}))
    assert work_out(run, "a").lines[1:] == (
        "[(收入 - 收入(上年)) ÷ 收入(上年)] = [(110 - 100) ÷ 100] = 0.1",
        "10 × (0.6 + (1 - 0.6) × (0.1 - 0.1) ÷ (0.3 - 0.1)) = 6",
    )
