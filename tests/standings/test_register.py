"""The register names the marginal unit on each side of the line, and every grade has its reason in words."""

import tomllib

import pytest

from kaocheng.engine.inputs import Claim, Inputs, Row, Unit
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.run import Run
from kaocheng.engine.score import score
from kaocheng.engine.sheet import PaperSheet
from kaocheng.packs.shelf import open_shelf
from kaocheng.packs.values import Standing
from kaocheng.scoring.domain import Origin, named
from kaocheng.scoring.explaining import rows_of
from kaocheng.scoring.service import find_column
from kaocheng.standings import working
from kaocheng.standings.consequences import follow
from kaocheng.standings.portrait import portrait
from kaocheng.standings.reasons import gaps_in_words, in_words, line_in_words, vetoes
from kaocheng.standings.register import heading, headline, register
from tests.scoring import county


def paper(*claims: Claim, **changed: tuple[int, int, int, int]) -> PaperSheet:
    given = county.inputs({**county.VALUES, **changed}, claims=claims)
    return score(county.recipe(), given, "2026").paper("乡镇")


def reasons(of: PaperSheet, unit: str) -> list[str]:
    return in_words(next(s for s in of.standings if s.unit == unit), of)


def test_the_line_is_drawn_after_the_last_place_and_names_both_neighbours() -> None:
    shown = register(paper())
    assert [place.label for place in shown.places] == ["东镇", "西镇", "南镇", "北镇"]
    assert shown.line is not None
    assert (shown.line.after, shown.line.quota, shown.line.gap) == ("east", "1", "3.40")
    assert "线上末位 东镇 97.40,线下首位 西镇 94.00,差 3.40" in line_in_words(shown.line)


def test_a_vetoed_unit_keeps_its_rank_and_takes_no_place() -> None:
    # 东镇 leads and is vetoed: the one place goes to 西镇, below it in rank.
    struck = paper(Claim("east", "veto", period="2026"))
    shown = register(struck)
    assert shown.line is not None
    assert (shown.line.after, shown.line.vetoed) == ("west", ("东镇",))
    assert "东镇被一票否决,名次照排、不占名额" in line_in_words(shown.line)
    first = shown.places[0]
    assert (first.label, first.standing.rank, first.standing.grade) == ("东镇", 1, "良好")
    assert vetoes(first.standing) == ["一票否决"]
    assert "因否决不得评为优秀" in "".join(reasons(struck, "east"))


def test_a_tie_across_the_line_that_nothing_breaks_leaves_the_place_empty() -> None:
    tied = paper(west=(100, 90, 100, 96))  # the same four figures as 东镇
    assert [(s.rank, s.grade) for s in tied.standings if s.unit in ("east", "west")] == [
        (1, "良好"),
        (1, "良好"),
    ]
    assert register(tied).line is None
    assert "均不评为优秀" in reasons(tied, "east")[0]


def test_each_grade_says_why() -> None:
    whole = paper()
    assert reasons(whole, "east") == ["符合优秀条件,在 1 个名额之内;名额外首位 西镇 94.00,低 3.4 分"]
    assert reasons(whole, "west")[0] == "符合优秀的得分条件,但 1 个名额已满;名额内末位 东镇 97.40,差 3.4 分"
    assert reasons(whole, "south") == ["得分 84.00,80 分以上为良好"]
    assert reasons(whole, "north") == ["得分 54.00,为较差"]


def test_a_unit_without_a_total_comes_last_and_what_it_lacks_is_said() -> None:
    given = county.inputs({code: row for code, row in county.VALUES.items() if code != "west"})
    gap = score(county.recipe(), given, "2026").paper("乡镇")
    shown = register(gap)
    assert (shown.places[-1].label, shown.places[-1].standing.rank) == ("西镇", None)
    (said,) = gaps_in_words(gap)
    assert said.startswith("西镇没有总分,缺 4 项:")
    assert reasons(gap, "west") == ["没有总分,不排名、不定等次"]


def test_units_that_lack_the_same_are_told_in_one_sentence() -> None:
    """A year begun: nobody has the year's figures, and four hundred warnings would say no more than one."""
    codes = [f"u{n}" for n in range(8)]
    units = tuple(Unit(code, f"第{code}镇", "乡镇") for code in codes)
    whole = score(county.recipe(), Inputs(units=units), "2026").paper("乡镇")

    (said,) = gaps_in_words(whole)
    assert said.startswith("第u0镇、第u1镇、第u2镇、第u3镇、第u4镇、第u5镇等 8 个单位没有总分,缺 ")
    (own,) = gaps_in_words(whole, "u7")
    assert own.startswith("第u7镇没有总分,缺 ")


def test_the_first_page_shows_what_the_total_is_made_of() -> None:
    whole = paper()
    assert [heading(c, whole) for c in headline(whole)] == ["上半年 责任制", "全年 责任制", "加分"]


def test_a_portrait_sets_each_item_against_its_class_and_its_half_year() -> None:
    drawn = portrait(paper(), "south")
    assert drawn.periods == ("2026H1", "2026")
    revenue = drawn.items[0]
    # 80 and 85 of 100: 40.00 and 42.50 of 50; the class's year: (50 + 47.5 + 42.5 + 30) ÷ 4 = 42.5
    assert (revenue.label, revenue.points, revenue.mean) == ("财政收入", ("40.00", "42.50"), 42.5)
    assert (revenue.lost, revenue.rate) == (7.5, revenue.mean_rate)
    # The sums stand below their own periods, what they are put together to after them, the total last.
    assert [(s.label, len([p for p in s.points if p])) for s in drawn.sums] == [
        ("责任制", 2),
        ("加分", 1),
        (paper().column[paper().total].label, 1),
    ]
    assert [s.total for s in drawn.sums] == [False, False, True]
    assert drawn.sums[-1].points == ("", "84.00")


def test_a_row_of_a_list_is_headed_by_its_place_and_told_with_its_own_words_and_worth() -> None:
    text = """
    code = "x-2026"
    year = "2026"
    [figures]
    [lists.task]
    fields = { task = "text", full = "分", progress = "%" }
    [papers.office]
    class = "部门"
    total = "total"
    [papers.office.nodes]
    total = { compose = "sum", of = ["tasks"] }
    tasks = { label = "任务", full = 30, rows = "task", formula = "full * progress / 100", round = 2 }
    """
    rows = [
        Row("a", "task", str(n), field, value)
        for n, of in enumerate([("修路", "10", "50"), ("种树", "20", "100")], 1)
        for field, value in zip(("task", "full", "progress"), of, strict=True)
    ]
    recipe = Recipe(tomllib.loads(text))
    inputs = Inputs(units=(Unit("a", "甲局", "部门"),), rows=tuple(rows))
    whole = score(recipe, inputs, "2026").paper("部门")
    drawn = portrait(whole, "a", rows_of(Run(recipe, inputs, "2026"), whole, "a"))

    assert [heading(c, whole) for c in whole.columns if c.kind == "row"] == ["任务第 1 项", "任务第 2 项"]
    assert [(i.label, i.full, i.points, i.lost) for i in drawn.items if i.row] == [
        ("修路", 10, ("5.00",), 5),
        ("种树", 20, ("20.00",), 0),
    ]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", "total"),
        ("财政收入", "2026/revenue"),
        ("revenue", "2026/revenue"),
        ("2026H1/财政收入", "2026H1/revenue"),
    ],
)
def test_a_column_is_found_by_key_code_or_label(wanted: str, found: str) -> None:
    assert find_column(paper(), wanted) == found


def test_a_name_nearly_right_gets_the_nearest() -> None:
    assert named("东", [("east", "东镇")]) == ("", "东镇")
    assert named("", [("east", "东镇")]) == ("", "")


def test_what_follows_is_the_packs_to_say_and_reads_earlier_years() -> None:
    shelf = open_shelf().for_tenant({"target_responsibility": "2026"})
    past = {"north": [Standing(year=2025, unit="north", paper="township", grade="较差", rank=4)]}
    said = follow(shelf, paper(), 2026, past, invented=True).by_unit()
    assert [one.label for one in said["north"]][-1] == "调整领导班子"
    assert "south" not in said
    assert follow(open_shelf().for_tenant({}), paper(), 2026, past).each == ()


def test_a_figure_was_filed_on_the_readers_day_not_on_that_of_greenwich() -> None:
    late = Origin("李娜", "2026-11-20T19:06:00+00:00", "赵敏", "2026-11-20T15:00:00+00:00")
    said = "\n".join(working.told_of(late, "网页"))
    assert "李娜 · 2026-11-21" in said
    assert "赵敏 · 2026-11-20" in said
