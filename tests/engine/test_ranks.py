"""Ranks, ties and comparison groups: who is counted, and what stands where nobody is."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from kaocheng.engine import circles
from kaocheng.engine.arrays import MISSING, OK, Exact
from kaocheng.engine.grammar import BadExpression
from kaocheng.engine.run import Loop
from tests.engine.small import given, leaf, points, recipe, standings

FIGURES = {"value": {"a": "9", "b": "7", "c": "7", "d": "5"}}


@pytest.mark.parametrize(
    ("ties", "ranks"),
    [
        ("competition", ["1", "2", "2", "4"]),
        ("dense", ["1", "2", "2", "3"]),
        ("average", ["1", "2.5", "2.5", "4"]),
        ("ordinal", ["1", "2", "3", "4"]),
    ],
)
def test_the_four_ways_to_count_a_tie(ties: str, ranks: list[str]) -> None:
    found = points(leaf(f"formula = 'group.rank(x, \"{ties}\")', round = 1"), given(FIGURES))
    assert [Fraction(v) for v in found.values()] == [Fraction(r) for r in ranks]


def test_a_rank_can_be_counted_from_the_other_end() -> None:
    found = points(leaf("formula = 'group.rank_up(x)', round = 0"), given(FIGURES))
    assert list(found.values()) == ["4", "2", "2", "1"]


def test_whoever_has_no_figure_takes_no_rank_from_anybody() -> None:
    """Missing stays missing, not applicable stays so, and neither counts in the group."""
    figures = {"value": {"a": "9", "b": "/", "d": "5"}}
    found = points(leaf("formula = 'group.rank(x)', round = 0"), given(figures, units=["c"]))
    assert found == {"a": "1", "b": "/", "c": "", "d": "2"}


def test_ties_are_of_exact_values() -> None:
    """A third is a third however it was reached, and 0.1 + 0.2 is 0.3."""
    of = leaf("formula = 'group.rank(x / y)', round = 0", "value = {}\ny = {}")
    assert set(points(of, given({"value": {"a": 1, "b": 2}, "y": {"a": 3, "b": 6}})).values()) == {"1"}
    of = leaf("formula = 'group.rank(x + y)', round = 0", "value = {}\ny = {}")
    found = points(of, given({"value": {"a": "0.1", "b": "0.3"}, "y": {"a": "0.2", "b": "0"}}))
    assert set(found.values()) == {"1"}


def test_roots_tie_whichever_way_they_were_worked() -> None:
    """7 · ∛5 is ∛1715, though their sixtieth digits differ."""
    of = leaf("formula = 'group.rank(y * power(x, 1/3))', round = 0", "value = {}\ny = {}")
    figures = {"value": {"a": 5, "b": 1715, "c": "1715.000000001"}, "y": {"a": 7, "b": 1, "c": 1}}
    assert points(of, given(figures)) == {"a": "2", "b": "2", "c": "1"}


def test_each_group_is_ranked_by_itself() -> None:
    zones = {"a": {"zone": "山"}, "b": {"zone": "坝"}, "c": {"zone": "山"}, "d": {"zone": "坝"}}
    found = points(
        leaf("group = 'zone', formula = 'group.rank(x)', round = 0"), given(FIGURES, attributes=zones)
    )
    assert found == {"a": "1", "b": "1", "c": "2", "d": "2"}


@pytest.mark.parametrize(
    ("function", "all_four", "of_one", "of_none"),
    [
        ("group.min(x)", "5", "5", ""),
        ("group.max(x)", "9", "5", ""),
        ("group.mean(x)", "7", "5", ""),
        ("group.median(x)", "7", "5", ""),
        ("group.sum(x)", "28", "5", ""),
        ("group.count(x)", "4", "1", "0"),
        ("group.nth(x, 1)", "9", "5", ""),
        ("group.nth(x, 4)", "5", "", ""),
        ("group.sd(x, 'population')", "1.414", "0", ""),  # √((4 + 0 + 0 + 4) / 4)
        ("group.sd(x)", "1.633", "", ""),  # √(8 / 3); of one there is none
        ("others.count(x)", "3", "0", "0"),
    ],
)
def test_statistics_of_a_group_of_four_of_one_and_of_none(
    function: str, all_four: str, of_one: str, of_none: str
) -> None:
    of = leaf(f'formula = "{function}", round = 3')
    for figures, wanted in (
        (FIGURES, all_four),
        ({"value": {"d": "5"}}, of_one),
        ({}, of_none),
    ):
        found = points(of, given(figures, units=["d"]))["d"]
        assert (found and Fraction(found)) == (wanted and Fraction(wanted))


@generated(st.lists(st.one_of(st.none(), st.integers(-5, 5)), min_size=1, max_size=8))
def test_ranks_are_those_of_the_definition(values: list[int | None]) -> None:
    """Rank = one more than how many are better (competition), by brute force."""
    state = np.array([MISSING if v is None else OK for v in values], np.uint8)
    column = Exact.of([v or 0 for v in values], state)
    found = circles.ranks(column, np.zeros(len(values), int))

    for i, value in enumerate(values):
        wanted = None if value is None else 1 + sum(v is not None and v > value for v in values)
        assert found.fraction(i) == wanted


def test_a_unit_outside_every_group_has_no_rank() -> None:
    found = circles.ranks(Exact.of([3, 2]), np.array([0, -1]))
    assert (found.fraction(0), found.state[1]) == (1, MISSING)


def test_a_unit_to_which_a_node_does_not_apply_is_not_in_its_group() -> None:
    """The mountain township's 9 sets no standard for the others."""
    of = leaf("full = 10, method = 'to_best', undefined = 'zero', applies = \"unit.kind != '山'\"")
    found = points(of, given(FIGURES, attributes={u: {"kind": "山" if u == "a" else "坝"} for u in "abcd"}))
    assert found == {"a": "/", "b": "10.00", "c": "10.00", "d": "7.14"}


RESULT = """
[figures]
total = { label = "总分" }
work = { label = "实绩" }
[papers.paper]
total = "total"
[papers.paper.nodes]
total = { full = 100, method = "given" }
work = { full = 100, method = "given", only_shown = true }
[papers.paper.results.overall]
"""


def test_a_chain_breaks_ties_and_a_gap_in_it_comes_last() -> None:
    of = recipe(RESULT + 'break = ["work"]')
    found = standings(of, given({"total": dict.fromkeys("abc", "90"), "work": {"b": "80", "c": "85"}}))
    assert [found[u].rank for u in "abc"] == [3, 2, 1]


def test_a_mark_in_the_groups_says_yes_or_no_or_is_refused() -> None:
    """单列一栏填“是”、“TRUE”的单列;填“单列”的看不出是还是否,不能悄悄当作否。"""
    of, total = recipe(RESULT + 'apart = "unit.apart"'), {"total": dict.fromkeys("abcd", "90")}
    marks = {"a": "是", "b": "TRUE", "c": "否"}
    found = standings(of, given(total, attributes={unit: {"apart": mark} for unit, mark in marks.items()}))
    assert [found[unit].rank for unit in "abcd"] == [None, None, 1, 1]
    with pytest.raises(BadExpression, match="“单列”看不出是还是否;请写 是 或 否"):
        standings(of, given(total, attributes={"a": {"apart": "单列"}, "b": {"apart": "是"}}))


def test_units_listed_apart_are_graded_but_neither_ranked_nor_counted() -> None:
    of = recipe(
        RESULT + 'apart = "unit.kind = \'开发区\'"\nbands = [{ grade = "优", most = "50%" }, '
        '{ grade = "良" }]\nedge = { by = ["work"], still_tied = "none" }'
    )
    found = standings(
        of, given({"total": {"a": "99", "b": "90", "c": "80"}}, attributes={"a": {"kind": "开发区"}})
    )
    assert (found["a"].rank, found["a"].grade, found["a"].apart) == (None, "良", True)
    assert [(found[u].rank, found[u].grade) for u in "bc"] == [(1, "优"), (2, "良")]


def test_circles_of_a_result_have_their_own_ranks_and_places() -> None:
    of = recipe(
        RESULT + 'within = ["zone"]\nbands = [{ grade = "优", most = "50%" }, { grade = "良" }]\n'
        'edge = { by = ["work"], still_tied = "none" }'
    )
    zones = {u: {"zone": "山" if u in "ab" else "坝"} for u in "abcd"}
    found = standings(of, given({"total": {"a": 70, "b": 60, "c": 90, "d": 80}}, attributes=zones))
    assert [(found[u].rank, found[u].grade) for u in "abcd"] == [(1, "优"), (2, "良"), (1, "优"), (2, "良")]


def test_pooled_places_sum_to_the_rounded_whole() -> None:
    """Circles of 3, 3 and 2, 30 % each: 0.9 + 0.9 + 0.6 = 2.4, so two places, to the largest remainders."""
    of = recipe(
        RESULT + 'within = ["zone"]\npool = true\n'
        'bands = [{ grade = "优", most = "30%" }, { grade = "良" }]\n'
        'edge = { by = ["work"], still_tied = "none" }'
    )
    zones = {u: {"zone": z} for u, z in zip("abcdefgh", "111222333", strict=False)}
    found = standings(of, given({"total": {u: 90 - n for n, u in enumerate("abcdefgh")}}, attributes=zones))
    assert [u for u, s in found.items() if s.grade == "优"] == ["a", "d"]


@pytest.mark.parametrize(
    ("effect", "grades"),
    [
        ('bars = ["优"]', ["良", "良", "差"]),
        ('at_most = "中"', ["中", "良", "差"]),
        ('grade = "差"', ["差", "良", "差"]),
        ("down = 1", ["良", "良", "差"]),
        ("down = 2", ["中", "良", "差"]),
    ],
)
def test_what_a_veto_does(effect: str, grades: list[str]) -> None:
    """a (95) is vetoed, b (85) and c (50) are not."""
    veto = f'[papers.paper.vetoes.v]\nwhen = "score(work) < 60"\n{effect}\n'
    of = recipe(
        RESULT.replace("[papers.paper.results", f"{veto}[papers.paper.results")
        + 'bands = [{ grade = "优", from = 90 }, { grade = "良", from = 80 }, '
        '{ grade = "中", from = 60 }, { grade = "差" }]'
    )
    figures = {"total": {"a": "95", "b": "85", "c": "50"}, "work": {"a": "50", "b": "90", "c": "90"}}
    found = standings(of, given(figures))
    assert [found[u].grade for u in "abc"] == grades


@pytest.mark.parametrize(
    ("effect", "after", "grades"),
    [
        ('bars = ["优"]', 'promote = [{ when = "score(work) < 60", to = "优" }]', ["良", "良", "良"]),
        ('bars = ["优"]', 'shift = [{ when = "score(work) < 60", by = 2 }]', ["良", "良", "良"]),
        ('at_most = "中"', 'promote = [{ when = "score(work) < 60", to = "优" }]', ["中", "良", "中"]),
        ('grade = "差"', 'shift = [{ when = "score(work) < 60", by = 2 }]', ["差", "良", "差"]),
        ("down = 1", 'shift = [{ when = "score(work) < 60", by = 1 }]', ["优", "良", "差"]),
    ],
)
def test_nothing_gives_a_grade_that_a_veto_keeps_from_a_unit(
    effect: str, after: str, grades: list[str]
) -> None:
    """a (95) and c (50) are vetoed, and shifted or promoted for the same reason; b (85) is neither."""
    veto = f'[papers.paper.vetoes.v]\nwhen = "score(work) < 60"\n{effect}\n'
    of = recipe(
        RESULT.replace("[papers.paper.results", f"{veto}[papers.paper.results")
        + 'bands = [{ grade = "优", from = 90 }, { grade = "良", from = 80 }, '
        '{ grade = "中", from = 60 }, { grade = "差" }]\n' + after
    )
    figures = {"total": {"a": "95", "b": "85", "c": "50"}, "work": {"a": "50", "b": "90", "c": "50"}}
    found = standings(of, given(figures))
    assert [found[u].grade for u in "abc"] == grades


@pytest.mark.parametrize(
    ("edge", "poor"),
    [
        ('{ by = ["work"], still_tied = "none" }', "c"),
        ('{ by = ["work"], still_tied = "all" }', "c"),
        ('{ by = [], still_tied = "none" }', ""),
        ('{ by = [], still_tied = "all" }', "bc"),
    ],
)
def test_a_tie_across_the_line_of_the_last_places_goes_to_the_edge_rule(edge: str, poor: str) -> None:
    """b and c have the same total, c the worse work; one last place, whoever stands first in the file."""
    of = recipe(RESULT + 'bands = [{ grade = "良" }, { grade = "差", least = 1 }]\n' + f"edge = {edge}")
    figures = {"total": {"a": "90", "b": "70", "c": "70"}, "work": {"a": "50", "b": "80", "c": "60"}}
    found = standings(of, given(figures))
    assert "".join(u for u in "abc" if found[u].grade == "差") == poor


@pytest.mark.parametrize(
    ("rounds", "ranks", "grades"),
    [
        ("round = 1", [1, 2, 3], "优良良"),
        ("round = 0", [1, 1, 3], "优优良"),
        ('round = "none"', [1, 2, 3], "良良良"),
    ],
)
def test_a_total_with_decimals_of_its_own_is_ranked_and_graded_by_them(
    rounds: str, ranks: list[int], grades: str
) -> None:
    """89.96, 89.7 and 80 of a paper whose totals have two decimals."""
    of = recipe(
        RESULT.replace('method = "given" }\nwork', f'method = "given", {rounds} }}\nwork')
        + 'bands = [{ grade = "优", from = 90 }, { grade = "良" }]'
    )
    found = standings(of, given({"total": {"a": "89.96", "b": "89.7", "c": "80"}}))
    assert [found[u].rank for u in "abc"] == ranks
    assert "".join(str(found[u].grade) for u in "abc") == grades


def test_not_applicable_totals_are_not_ranked() -> None:
    found = standings(recipe(RESULT), given({"total": {"a": "/", "b": "80"}}))
    assert set(found) == {"b"}
    assert found["b"].rank == 1


def test_a_veto_may_look_at_last_years_grade_and_last_years_at_none() -> None:
    of = recipe(
        RESULT
        + 'bands = [{ grade = "优", from = 90 }, { grade = "良" }]\n'
        + '[papers.paper.vetoes]\nagain = { when = "grade(overall@last_year) = \'良\'", bars = ["优"] }'
    )
    found = standings(of, given({"total": {"a": 95, "b": 95}, "total@2025": {"a": 80, "b": 92}}))
    assert [found[u].grade for u in "ab"] == ["良", "优"]


def test_a_grade_that_needs_itself_is_a_loop_that_is_named() -> None:
    of = recipe(
        RESULT
        + 'bands = [{ grade = "优", from = 90 }, { grade = "良" }]\n'
        + '[papers.paper.vetoes]\nagain = { when = "grade(overall) = \'优\'", bars = ["优"] }'
    )
    with pytest.raises(Loop, match=r"grade\(overall\)@2026"):
        standings(of, given({"total": {"a": 95}}))


@pytest.mark.parametrize("ties", ["competition", "average"])
def test_a_table_of_a_hundred_ranks_gives_each_its_row(ties: str) -> None:
    table = [200 - i for i in range(100)]
    of = leaf(f'full = 200, method = "rank_table", table = {table}, rest = 1, ties = "{ties}"')
    values = {f"u{n:03}": str(300 - n) for n in range(110)} | {"u050": "251"}  # as good as u049

    found = points(of, given({"value": values}))

    assert [found[u] for u in ("u000", "u048", "u099", "u100", "u109")] == [
        "200.00", "152.00", "101.00", "1.00", "1.00",
    ]  # fmt: skip
    shared = "151.00" if ties == "competition" else "150.50"
    assert found["u049"] == found["u050"] == shared


def test_a_quota_may_choose_among_shares() -> None:
    """Ten units: 25 % is two places, whichever way the share is put; a number is a number of units."""
    scores = {f"u{n}": 90 - n for n in range(10)}
    for most, places in {
        "if(unit.kind = '山', 25%, 10%)": 2,
        "20% + if(unit.kind = '山', 10%, 0)": 3,
        "min(40%, 30%)": 3,
        "if(unit.kind = '山', 1, 2)": 1,
        "25% * group.count(score(total))": 2,
        "min(2, 4)": 2,
    }.items():
        of = recipe(f"""
[figures]
total = {{}}
[papers.p.nodes]
total = {{ method = "given", full = 100 }}
[papers.p.results.overall]
bands = [{{ grade = "优", most = "{most}" }}, {{ grade = "良" }}]
edge = {{ by = ["total"], still_tied = "none" }}
""")
        found = standings(of, given({"total": scores}, attributes={unit: {"kind": "山"} for unit in scores}))
        assert sum(place.grade == "优" for place in found.values()) == places, most
