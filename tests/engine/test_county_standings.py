"""云岭县's 考核办法 after the points: totals, ranks, grades, vetoes, and the departments, worked by hand."""

from fractions import Fraction
from pathlib import Path

import pytest

from kaocheng.engine import Claim, Standing, score
from kaocheng.engine.marks import OutOfRange
from tests.engine.small import Values, given, recipe, standings

TEXT = (Path(__file__).parents[2] / "tenants" / "yunling" / "scheme.toml").read_text("utf-8")
COUNTY = recipe(TEXT)
CLASSES = ("economy", "society", "people", "environment", "safety", "team")
LEAVES = [c for c, n in COUNTY.papers["township"].nodes.items() if n.get("in") in CLASSES]

# The townships' paper with 责任制 as one mark handed in: everything after it is the county's own.
MARKED = recipe(
    TEXT
    + f"""
[figures.mark]
label = "责任制得分"
collector = "考核办"
[papers.marked]
like = "township"
class = "镇"
drop = {[*CLASSES, *LEAVES]}
[papers.marked.nodes]
items = {{ method = "given", full = 100, x = "mark", round = "none" }}
"""
)
ASKED = ("leaders", "departments", "delegates", "public")  # 各方面评价


# -- 年度总分 ------------------------------------------------------------------------------------------


def marked(
    year: dict[str, str], half: dict[str, str] | None = None, asked: dict[str, str] | None = None
) -> Values:
    """Marks for 责任制 and for 各方面评价; whatever is not said is the year's mark."""
    everybody = {f"{who}@2026": asked or year for who in ASKED}
    return {"mark@2026": year, "mark@2026H1": half or year, **everybody}


def places(figures: Values, *claims: Claim) -> dict[str, Standing]:
    return standings(MARKED, given(figures, claims=claims, group="镇"))


def test_the_year_is_weighted_and_then_added_up() -> None:
    """目标责任 = 30 % × 82.5 + 70 % × 91.4 = 24.75 + 63.98 = 88.73
    各方面评价 = 30 % × 90 + 20 % × 85 + 20 % × 88 + 30 % × 92.25 = 27 + 17 + 17.6 + 27.675 = 89.275
    年度总分 = 80 % × 88.73 + 20 % × 89.275 = 70.984 + 17.855 = 88.839 → 88.84
    """
    figures = {
        "mark@2026H1": {"城关镇": "82.5"},
        "mark@2026": {"城关镇": "91.4"},
        "leaders": {"城关镇": "90"},
        "departments": {"城关镇": "85"},
        "delegates": {"城关镇": "88"},
        "public": {"城关镇": "92.25"},
    }
    (sheet,) = score(MARKED, given(figures, group="镇")).papers
    assert sheet.value("城关镇", "responsibility") == Fraction("88.73")
    assert sheet.value("城关镇", "evaluation") == Fraction("89.275")
    assert sheet.shown("城关镇", "total") == "88.84"


def test_nothing_is_rounded_on_the_way_to_the_total() -> None:
    """目标责任 = 30 % × 80.01 + 70 % × 80.05 = 80.038, of which 80 % are 64.0304

    年度总分 = 64.0304 + 20 % × 80.1225 = 64.0304 + 16.0245 = 80.0549 → 80.05
    (with 80.04 for 80.038 it would be 64.032 + 16.0245 = 80.0565 → 80.06)
    """
    figures = marked({"城关镇": "80.05"}, {"城关镇": "80.01"}, {"城关镇": "80.1225"})
    (sheet,) = score(MARKED, given(figures, group="镇")).papers
    assert sheet.value("城关镇", "total") == Fraction("80.0549")  # kept exactly, printed and ranked as 80.05
    assert (sheet.shown("城关镇", "total"), sheet.standings[0].score) == ("80.05", "80.05")


def test_bonuses_stop_at_five_and_deductions_do_not() -> None:
    """80 + min(2 + 1 + 3, 5) = 85;  80 − (4 + 3) = 73."""
    found = places(
        marked({"a": "80", "b": "80"}),
        *(Claim("a", "bonus", points) for points in ("2", "1", "3")),
        *(Claim("b", "deduction", points) for points in ("4", "3")),
    )
    assert (found["a"].score, found["b"].score) == ("85", "73")


def test_a_mark_beyond_full_marks_is_refused_by_name() -> None:
    with pytest.raises(OutOfRange, match=r"城关镇.*100\.5 分.*0 至 100"):
        places(marked({"城关镇": "100.5"}))


# -- 名次、等次 ----------------------------------------------------------------------------------------


def test_equal_totals_share_a_rank_and_the_next_is_passed_over() -> None:
    """四: 84, 83, 83, 82 are 1, 2, 2, 4."""
    found = places(marked({"a": "84", "b": "83", "c": "83", "d": "82"}))
    assert [found[u].rank for u in "abcd"] == [1, 2, 2, 4]


def test_totals_are_equal_when_they_are_equal_as_published() -> None:
    """四 compares 得分, and 二.3 keeps two decimals: 83.004 and 83.00 are both 83.00."""
    found = places(marked({"a": "83.004", "b": "83"}))
    assert (found["a"].rank, found["b"].rank) == (1, 1)


def test_of_sixteen_four_are_excellent() -> None:
    """四: 25 % of 16 = 4; all sixteen are above 85."""
    found = places(marked({f"u{n:02}": str(99 - n / 2) for n in range(16)}))
    assert [u for u, s in found.items() if s.grade == "优秀"] == ["u00", "u01", "u02", "u03"]
    assert {s.grade for u, s in found.items() if u > "u03"} == {"良好"}  # 80 and more, but no place


def test_of_six_one_is_excellent() -> None:
    """四: 25 % of 6 = 1.5; what is short of a whole place is given up."""
    found = places(marked({u: str(95 - n) for n, u in enumerate("abcdef")}))
    assert [u for u, s in found.items() if s.grade == "优秀"] == ["a"]


def test_the_lines_of_the_grades_belong_to_the_better_one() -> None:
    """四, of four units (one place): 85 → 优秀, 80 → 良好, 79.99 and 60 → 一般; of two none is excellent."""
    found = places(marked({"a": "85", "b": "80", "c": "79.99", "d": "60"}))
    assert [found[u].grade for u in "abcd"] == ["优秀", "良好", "一般", "一般"]
    assert [s.grade for s in places(marked({"a": "59.99", "b": "90"})).values()] == ["较差", "良好"]


def test_below_eighty_five_nobody_is_excellent() -> None:
    """四: of four units one could be, and none has 85."""
    assert {s.grade for s in places(marked(dict.fromkeys("abcd", "84.99"))).values()} == {"良好"}


def test_the_grade_follows_the_published_total() -> None:
    """二.3 rounds the total, 四 grades 得分: 84.995 is published as 85.00 and is excellent."""
    assert places(marked({"a": "84.995", "b": "70", "c": "70", "d": "70"}))["a"].grade == "优秀"


def test_a_tie_across_the_quota_line_is_settled_by_the_year_end_mark() -> None:
    """四, one place of four. a and b both come to 90:

    a: 80 % × (30 % × 90 + 70 % × 90) + 20 % × 90 = 90
    b: 80 % × (30 % × 83 + 70 % × 93) + 20 % × 90 = 80 % × (24.9 + 65.1) + 18 = 90; its 年终总评 93 > 90.
    """
    found = places(
        marked(
            {"a": "90", "b": "93", "c": "81", "d": "81"},
            {"a": "90", "b": "83", "c": "81", "d": "81"},
            {"a": "90", "b": "90", "c": "81", "d": "81"},
        )
    )
    assert (found["a"].rank, found["b"].rank) == (1, 1)
    assert (found["a"].grade, found["b"].grade) == ("良好", "优秀")


def test_a_tie_across_the_line_is_settled_next_by_the_evaluation() -> None:
    """四, one place of four, both 年终总评 90:

    a: 80 % × (30 % × 90 + 70 % × 90) + 20 % × 90 = 90
    b: 80 % × (30 % × 85 + 70 % × 90) + 20 % × 96 = 80 % × 88.5 + 19.2 = 70.8 + 19.2 = 90; 96 > 90.
    """
    found = places(
        marked(
            {"a": "90", "b": "90", "c": "81", "d": "81"},
            {"a": "90", "b": "85", "c": "81", "d": "81"},
            {"a": "90", "b": "96", "c": "81", "d": "81"},
        )
    )
    assert (found["a"].score, found["b"].score) == ("90", "90")
    assert (found["a"].grade, found["b"].grade) == ("良好", "优秀")


def test_whoever_is_still_tied_across_the_line_is_not_excellent() -> None:
    """四, two places of eight: a leads; b and c are alike in everything, so the second place stays empty."""
    found = places(marked({"a": "95", "b": "90", "c": "90"} | dict.fromkeys("defgh", "80")))
    assert [u for u, s in found.items() if s.grade == "优秀"] == ["a"]
    assert (found["b"].rank, found["c"].rank) == (2, 2)


def test_a_single_place_between_two_alike_goes_to_neither() -> None:
    """四, one place of four, a and b alike in everything: 仍相同的,均不评为优秀."""
    found = places(marked({"a": "90", "b": "90", "c": "84", "d": "84"}))
    assert {s.grade for s in found.values()} == {"良好"}


def test_a_tie_that_does_not_cross_the_line_needs_no_chain() -> None:
    """四, two places of eight, and a and b alike in everything: both are within the line."""
    found = places(marked({"a": "95", "b": "95"} | dict.fromkeys("cdefgh", "84")))
    assert [u for u, s in found.items() if s.grade == "优秀"] == ["a", "b"]


def test_a_vetoed_unit_keeps_its_rank_and_takes_no_place() -> None:
    """五, one place of four: a leads and is vetoed; the place goes to b."""
    found = places(
        marked({"a": "95", "b": "90", "c": "88", "d": "70"}), Claim("a", "veto", matter="安全事故")
    )
    assert [found[u].rank for u in "abcd"] == [1, 2, 3, 4]
    assert [found[u].grade for u in "abcd"] == ["良好", "优秀", "良好", "一般"]
    assert found["a"].vetoes == ("veto",)


def test_the_vetoed_still_belong_to_their_class() -> None:
    """四 and 五: 25 % of 本类单位数 counts the vetoed too: eight units, two places though two are vetoed."""
    found = places(
        marked({u: str(95 - n) for n, u in enumerate("abcdefgh")}), Claim("a", "veto"), Claim("b", "veto")
    )
    assert [u for u, s in found.items() if s.grade == "优秀"] == ["c", "d"]


def test_a_bonus_can_bring_a_unit_over_the_line() -> None:
    """二.5 joins bonuses to the total, 四 grades the total: 84.5 + 0.5 = 85."""
    assert places(marked(dict.fromkeys("abcd", "84.5")), Claim("a", "bonus", "0.5"))["a"].grade == "优秀"


# -- 部门 ----------------------------------------------------------------------------------------------


def tasks(*rows: dict[str, str | int]) -> list[str]:
    """The points of one department's tasks, in order."""
    (paper,) = score(COUNTY, given(rows={"县财政局": rows}, group="县直部门")).papers
    return [paper.shown("县财政局", f"tasks#{n}") for n in range(1, len(rows) + 1)]


@pytest.mark.parametrize(
    ("done", "points"),
    [
        ("2026-11-29", "20.00"),
        ("2026-11-30", "20.00"),  # on the day
        ("2026-12-01", "16.00"),  # one day late: 80 %
        ("2026-12-30", "16.00"),  # exactly 30 days: 30 Nov + 30 = 30 Dec
        ("2026-12-31", "10.00"),  # 31 days: 50 %
        ("2027-01-10", "10.00"),  # next year, 41 days
    ],
)
def test_a_task_is_worth_less_the_later_it_is_done(done: str, points: str) -> None:
    """三.1, 20 points, due 30 November 2026."""
    assert tasks({"full": 20, "due": "2026-11-30", "done": done, "progress": 100}) == [points]


def test_a_task_done_next_year_is_late_by_its_days_like_any_other() -> None:
    """三.1, 10 points, due 15 December: 14 January is day 30 (16 + 14) → 80 %; 15 January day 31 → 50 %."""
    due: dict[str, str | int] = {"full": 10, "due": "2026-12-15", "progress": 100}
    assert tasks({**due, "done": "2027-01-14"}, {**due, "done": "2027-01-15"}) == ["8.00", "5.00"]


def test_an_unfinished_task_gets_half_its_progress() -> None:
    """三.1, 15 points, 65 % done: 15 × 50 % × 65 ÷ 100 = 4.875, half up to 4.88."""
    assert tasks({"full": 15, "due": "2026-11-30", "progress": 65}) == ["4.88"]


def test_a_department_adds_up_tasks_votes_and_discipline() -> None:
    """Tasks 40 + 24 (30 at 80 %) = 64.  Votes 15 × (30 + 0.8 × 6 + 0.6 × 4) ÷ 40 = 15 × 0.93 = 13.95.
    Discipline 15 − 2 × 2 = 11.  Together 88.95.
    """
    votes = {"excellent": "30", "competent": "6", "basic": "4", "poor": "0", "abstain": "3"}
    inputs = given(
        {**{f"vote.{k}": {"县财政局": v} for k, v in votes.items()}, "cases": {"县财政局": "2"}},
        rows={
            "县财政局": [
                {"full": 40, "due": "2026-06-30", "done": "2026-06-30", "progress": 100},
                {"full": 30, "due": "2026-06-30", "done": "2026-07-30", "progress": 100},
            ]
        },
        group="县直部门",
    )
    (paper,) = score(COUNTY, inputs).papers
    assert [paper.shown("县财政局", k) for k in ("tasks", "vote", "clean", "total")] == [
        "64.00",
        "13.95",
        "11.00",
        "88.95",
    ]


# -- 缺 ------------------------------------------------------------------------------------------------


def test_what_is_missing_is_not_zero() -> None:
    """No rule makes a gap a zero: a township without one figure has no total, no rank and no grade."""
    figures = marked({"a": "90", "b": "80"})
    found = places({**figures, "public@2026": {"b": "80"}})
    assert (found["a"].score, found["a"].rank, found["a"].grade) == (None, None, None)
    assert found["b"].rank == 1
