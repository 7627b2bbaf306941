"""Why a unit has its grade, as its head would ask: what was missing, how many places, who stands beside."""

from kaocheng.engine import Claim
from kaocheng.engine.run import Run
from kaocheng.engine.telling import as_text
from kaocheng.engine.working import work_out
from kaocheng.i18n import speaking

from .small import given, recipe

PLAIN = """
[figures]
score = { label = "得分" }
old = { label = "上年分" }
[papers.town.nodes]
score = { label = "总分", full = 100, method = "given" }
[papers.town.vetoes]
fraud = { label = "造假", bars = ["优秀"] }
late = { label = "逾期", when = "unit.late = '是'", at_most = "一般" }
[papers.town.results.overall]
BANDS
"""
BEST = '{ grade = "优秀", from = 85, most = "30%", MORE }'
FIRST = f'bands = [{BEST}, {{ grade = "良好", from = 80 }}, {{ grade = "一般" }}]'
EDGE = 'edge = { by = ["figure(old)"], still_tied = "none" }'
SCORES = {"a": 95, "b": 90, "c": 88, "d": 84, "e": 70}


def why(unit: str, bands: str, scores: dict[str, int] | None = None, **inputs: object) -> tuple[str, ...]:
    figures = {"score": scores or SCORES, "old": dict(zip("abcde", (5, 4, 3, 2, 1), strict=True))}
    body = PLAIN.replace("BANDS", bands)
    return work_out(Run(recipe(body), given(figures, **inputs)), unit).grounds  # type: ignore[arg-type]


def limited(more: str) -> str:
    return "\n".join([FIRST.replace("MORE", more), EDGE])


def test_whoever_falls_short_is_told_of_which_line_and_by_how_much() -> None:
    assert why("d", limited('round = "down"')) == ("优秀须 85 分以上,差 1 分", "得分 84.00,80 分以上为良好")
    assert why("e", limited('round = "down"'))[0] == "良好须 80 分以上,差 10 分"


def test_the_places_are_worked_out_and_the_unit_on_the_other_side_is_named() -> None:
    assert why("a", limited('round = "down"')) == (
        "优秀名额:同组 5 个单位 × 30% = 1.5,舍去尾数为 1 个",
        "符合优秀条件,在 1 个名额之内;名额外首位 b 90.00,低 5 分",
    )
    assert why("c", limited('round = "up"'))[:2] == (
        "优秀名额:同组 5 个单位 × 30% = 1.5,进一为 2 个",
        "符合优秀的得分条件,但 2 个名额已满;名额内末位 b 90.00,差 2 分",
    )
    few = FIRST.replace("MORE", "at_least_one = true").replace("30%", "10%")
    assert why("a", "\n".join([few, EDGE]))[0] == "优秀名额:同组 5 个单位 × 10% = 0.5,不足一个的按一个"
    eligible = why("a", limited('of = "eligible", round = "half_up"'))
    assert eligible[0] == "优秀名额:符合条件的 3 个单位 × 30% = 0.9,四舍五入为 1 个"


def test_a_tie_across_the_line_says_what_told_them_apart() -> None:
    tied = {"a": 95, "b": 95, "c": 88, "d": 84, "e": 70}
    assert why("b", limited('round = "down"'), tied)[1] == (
        "符合优秀的得分条件,但 1 个名额已满;名额内末位 a 95.00,差 0 分;同分,比上年分:本单位 4,对方 5"
    )


def test_a_veto_says_what_brought_it_and_what_it_does() -> None:
    told = why(
        "a", limited('round = "down"'), claims=[Claim("a", "fraud", matter="虚报产值", date="2026-05-03")]
    )
    assert told[0] == "有“造假”(虚报产值 2026-05-03):不得评为优秀"
    late = {unit: {"late": "是" if unit == "a" else "否"} for unit in SCORES}
    told = why("a", limited('round = "down"'), attributes=late)
    assert told[0] == "有“逾期”(单位属性“late” = “是”(即 “是” = “是”)):最高评为一般"


def test_each_rule_that_moved_a_grade_is_told_with_how_far() -> None:
    shift = """shift = [
        { when = "figure(old) >= 4", by = 1 }, { when = "figure(score) > 99", by = 1 },
        { when = "figure(old) < 5", by = -2 }
    ]"""
    told = why("b", "\n".join([limited('round = "down"'), shift]))
    assert told[-1] == "由良好调整为一般:上年分 ≥ 4(即 4 ≥ 4),升 1 档;上年分 < 5(即 4 < 5),降 2 档"


def test_of_several_rules_that_lift_a_grade_the_one_that_did_is_told() -> None:
    promote = """promote = [
        { when = "figure(old) >= 2", to = "良好" }, { when = "figure(old) >= 1", to = "优秀" },
        { when = "figure(old) >= 0", to = "良好" }
    ]"""
    told = why("e", "\n".join([limited('round = "down"'), promote]))
    assert told[-1] == "提升为优秀:上年分 ≥ 1(即 1 ≥ 1)"


def test_a_rank_or_a_condition_may_be_what_is_missing() -> None:
    bands = 'bands = [{ grade = "优秀", rank_to = 1, if = "figure(old) > 4" }, { grade = "一般" }]'
    assert why("b", bands)[:2] == ("优秀须在前 1 名,本单位第 2 名", "优秀的条件不成立:上年分 > 4(即 4 > 4)")


def test_the_grade_stands_in_the_text_of_a_total_in_both_languages() -> None:
    figures = {"score": SCORES, "old": {"a": 1}}
    run = Run(recipe(PLAIN.replace("BANDS", limited('round = "down"'))), given(figures))
    assert "等次:良好\n  优秀须 85 分以上,差 1 分" in as_text(work_out(run, "d"))
    with speaking("en"):
        assert "优秀 takes 85 or more: 1 short" in as_text(work_out(run, "d"))
