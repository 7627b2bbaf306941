"""What the scheme language leaves to be read, read one way and worked by hand."""

from dataclasses import replace

import pytest

from kaocheng.engine import Claim, Target, Unit, score
from kaocheng.engine.grammar import BadExpression
from kaocheng.rulebook import lint, read_scheme
from tests.engine.small import HEAD, column, given, points, recipe, standings

TWO = """
[figures]
roads = {}
grain = {}
[papers.town]
class = "镇"
[papers.town.nodes]
total = { compose = "sum" }
roads = { in = "total", full = "unit.marks", method = "convert", out_of = 10 }
grain = { in = "total", full = 40, method = "convert", out_of = 10, applies = "unit.farms = 1" }
"""


def test_marks_by_unit_are_redistributed_though_the_city_has_none() -> None:
    inputs = given({"roads": {"a": 5, "b": 5, "city": 9}, "grain": {"a": 10, "b": 10}})
    known = {"a": {"marks": "60", "farms": "1"}, "b": {"marks": "20", "farms": "0"}}
    units = tuple(Unit(code, code, "镇", known[code]) for code in known)
    inputs = replace(inputs, units=(*units, Unit("city", "全市", "", {}, assessed=False)))
    (paper,) = score(recipe(TWO), inputs).papers
    assert {unit: paper.shown(unit, "total") for unit in paper.units} == {
        "a": "70.00",  # 30 + 40
        "b": "30.00",  # 10 of 20, × 60 ÷ 20
    }


def test_deductions_are_made_from_full_marks_that_were_handed_in() -> None:
    of = recipe("[figures]\nfaults = {}\n[papers.p.nodes]\nfaults = { method = 'deduct', per = 2 }\n")
    inputs = given({"faults": {"a": 3, "b": 1}})
    full = tuple(Target(unit, "faults", marks, "full", "2026") for unit, marks in (("a", "10"), ("b", "6")))
    assert points(of, replace(inputs, targets=full), "faults") == {"a": "4.00", "b": "4.00"}


def test_units_rank_by_the_decimals_that_the_node_prints() -> None:
    of = recipe("""
[figures]
rate = {}
[papers.p.nodes]
total = { x = "rate", formula = "x", round = 3 }
[papers.p.results.overall]
by = "total"
""")
    places = standings(of, given({"rate": {"a": "1.2341", "b": "1.2352", "c": "1.2349"}}))
    assert {unit: place.rank for unit, place in places.items()} == {"a": 3, "b": 1, "c": 1}
    assert places["c"].score == "1.235"


HALVES = """
[figures]
roads = {}
[papers.p]
period = "year"
[papers.p.nodes]
total = { compose = "weighted", of = { "roads@half" = "40%", "roads@year" = "60%" } }
roads = { method = "given", full = 100 }
grown = { formula = "score(total) - score(total@last_year)", only_shown = true, round = 2 }
doubled = { x = "roads@half + roads", formula = "x - last", only_shown = true, round = 0 }
"""


def test_a_named_period_goes_with_the_year() -> None:
    handed_in = {"roads@2026H1": 50, "roads@2026": 80, "roads@2025H1": 30, "roads@2025": 60}
    sheet = score(recipe(HALVES), given({key: {"a": value} for key, value in handed_in.items()}))
    assert column(sheet, "grown") == {"a": "20.00"}  # 20 + 48, a year earlier 12 + 36
    assert column(sheet, "doubled") == {"a": "40"}  # 130, a year earlier 90


def test_months_are_folded_before_two_numbers_are_compared() -> None:
    of = recipe("""
[figures]
rate = {}
[papers.p.nodes]
best = { formula = "max(rate * 2, quarter)", round = 0 }
""")
    quarters = {f"rate@2026Q{k}": {"a": k, "b": k} for k in range(1, 5)}
    assert points(of, given(quarters), "best") == {"a": "8", "b": "8"}
    del quarters["rate@2026Q2"]["b"]
    assert points(of, given(quarters), "best") == {"a": "8", "b": ""}


LED = """
[figures]
total = {}
work = {}
[papers.town]
class = "镇"
[papers.town.nodes]
total = { full = 100, method = "given" }
[papers.town.vetoes]
accident = { scope = ["unit", "leaders"], down = 1, zero = "total" }
[papers.town.results.overall]
bands = [{ grade = "优", from = 90 }, { grade = "良", from = 80 }, { grade = "中" }]
[papers.people]
class = "人"
[papers.people.nodes]
work = { full = 100, method = "given" }
[papers.people.vetoes]
accident = { down = 1 }
[papers.people.results.overall]
bands = [{ grade = "优", from = 90 }, { grade = "良", from = 80 }, { grade = "中" }]
"""


def test_a_leader_answers_for_the_unit_and_for_himself() -> None:
    inputs = given({"total": {"jia": 95}, "work": {"wang": 95}})
    units = (Unit("jia", "甲镇", "镇"), Unit("wang", "王", "人", {"parent": "jia"}))
    for who, grades in (
        ((), {"jia": "优", "wang": "优"}),
        (("jia",), {"jia": "中", "wang": "良"}),
        (("wang",), {"jia": "优", "wang": "良"}),
        (("jia", "wang"), {"jia": "中", "wang": "中"}),
    ):
        claims = tuple(Claim(unit, "accident") for unit in who)
        sheet = score(recipe(LED), replace(inputs, units=units, claims=claims))
        assert {s.unit: s.grade for paper in sheet.papers for s in paper.standings} == grades


def test_the_rate_of_no_siblings_is_missing_and_no_division_of_the_whole() -> None:
    of = recipe("""
[figures]
roads = { missing = "not_applicable" }
grain = {}
[papers.p.nodes]
total = { compose = "weighted_mean", undefined = "zero" }
roads = { in = "total", full = 10, weight = 1, method = "convert", out_of = 10 }
grain = { in = "total", full = 10, weight = 1, method = "given", not_applicable = "own_rate" }
""")
    found = points(of, given({"roads": {"a": 8}, "grain": {"a": "/", "b": "/"}}), "total")
    assert found == {"a": "8.00", "b": ""}


BOTH = """
[figures]
tasks = {}
culture = { parts = { built = "建成", begun = "在建" } }
[papers.p.nodes]
total = { compose = "sum" }
tasks = { in = "total", full = 10, method = "convert", out_of = 100 }
culture = { in = "total", full = 10, method = "ratio", x = "culture.built", to = 4, undefined = 0 }
[papers.p.adjustments]
bonus = { kind = "bonus", to = "total", formula = "%s" }
[papers.p.results.overall]
bands = [{ grade = "优" }, { grade = "良" }]
shift = [{ when = "bonus >= 9", by = -1 }]
"""


def test_after_the_total_a_name_is_first_a_node_and_a_part_is_a_figure_s() -> None:
    inputs = given(
        {"tasks": {"a": 90, "b": 20}, "culture.built": {"a": 2, "b": 4}, "culture.begun": {"a": 1}}
    )
    for written, bonus in {
        "tasks": {"a": "9.00", "b": "2.00"},
        "figure(tasks)": {"a": "90.00", "b": "20.00"},
        "group.max(tasks)": {"a": "9.00", "b": "9.00"},
        "culture.built": {"a": "2.00", "b": "4.00"},
        "sum(culture)": {"a": "3.00", "b": "4.00"},
    }.items():
        of = read_scheme(HEAD + BOTH % written).recipe
        assert points(of, inputs, "bonus") == bonus, written


def test_only_a_whole_name_may_be_node_or_figure() -> None:
    for written, refused in {
        "tasks": True,
        "culture + 1": True,
        "culture.built": False,
        "sum(culture)": False,
    }.items():
        found = [finding.code for finding in lint(read_scheme(HEAD + BOTH % written))]
        assert ("either_name" in found) is refused, written


def test_a_bonus_is_named_in_what_shifts_a_grade() -> None:
    inputs = given({"tasks": {"a": 90, "b": 20}, "culture.built": {"a": 2, "b": 4}})
    places = standings(recipe(BOTH % "score(tasks)"), inputs)
    assert {unit: place.grade for unit, place in places.items()} == {"a": "良", "b": "优"}


def test_the_place_asked_for_may_differ_by_group_and_by_unit() -> None:
    zones = {
        "a": {"zone": "山"},
        "b": {"zone": "山"},
        "c": {"zone": "坝"},
        "d": {"zone": "坝"},
        "e": {"zone": "坝"},
    }
    figures = {"grain": dict(zip("abcde", (1, 2, 3, 4, 5), strict=True))}

    def of(formula: str) -> list[str]:
        node = f'[figures]\ngrain = {{}}\n[papers.p.nodes]\npoints = {{ formula = "{formula}" }}\n'
        return list(points(recipe(node), given(figures, attributes=zones)).values())

    assert of("group(zone).nth(grain, group(zone).count(grain))") == ["1.00", "1.00", "3.00", "3.00", "3.00"]
    assert of("group.nth(grain, group.rank(grain) - 1)") == ["2.00", "3.00", "4.00", "5.00", ""]
    assert of("others.nth(grain, grain)") == ["5.00", "4.00", "2.00", "1.00", ""]


def test_a_day_handed_in_is_compared_with_one_the_rule_writes() -> None:
    node = (
        "[figures]\ndone = {{ unit = 'date' }}\n[papers.p.nodes]\npoints = {{ formula = \"if({}, 1, 0)\" }}\n"
    )
    days = given({"done": {"a": "2026-06-29", "b": "2026-06-30", "c": "2026-07-01"}}, units=["d"])
    for condition, wanted in {
        "done <= '2026-06-30'": ["1.00", "1.00", "0.00", ""],
        "'2026-06-30' < done": ["0.00", "0.00", "1.00", ""],
        "done = '2026-06-30'": ["0.00", "1.00", "0.00", ""],
        "done != '2026-06-30'": ["1.00", "0.00", "1.00", ""],
    }.items():
        assert list(points(recipe(node.format(condition)), days).values()) == wanted


def test_decimals_that_differ_by_unit_are_refused() -> None:
    node = '[figures]\ngrain = {}\n[papers.p.nodes]\npoints = { formula = "round(1 / 7, grain)" }\n'
    with pytest.raises(BadExpression, match="固定的数"):
        points(recipe(node), given({"grain": {"a": 1, "b": 2}}))


def test_units_above_may_have_numbers_for_codes_or_not_be_there() -> None:
    of = recipe("""
[figures]
roads = {}
[papers.town]
class = "镇"
[papers.town.nodes]
roads = { full = 10, method = "given" }
[papers.person]
class = "人"
[papers.person.nodes]
his = { compose = "inherit", from = "unit.parent", node = "town/roads" }
roads_there = { formula = "at(unit.parent, roads)" }
""")
    towns = tuple(Unit(code, code, "镇") for code in ("0101", "0102"))
    inputs = given({"roads": {"0101": 7, "0102": 4}})
    for parent, found in (("0102", "4.00"), ("", ""), ("0103", "")):
        person = Unit("p1", "甲", "人", {"parent": parent})
        papers = score(of, replace(inputs, units=(*towns, person))).papers
        assert [papers[1].shown("p1", node) for node in ("his", "roads_there")] == [found, found]


HALF = (
    HALVES.replace("[papers.p.nodes]", "[papers.p.nodes]\n")
    + """
[papers.p.results.overall]
by = "total"
break = ["q/total"]
[papers.p.results.first_half]
by = "roads@half"
bands = [{ grade = "优", from = 60 }, { grade = "良" }]
[papers.q]
period = "year"
[papers.q.nodes]
total = { x = "roads@2025", method = "given", full = 100 }
"""
)


def test_a_result_ranks_a_node_of_another_period_and_breaks_ties_by_another_paper() -> None:
    handed_in = {
        "roads@2026H1": {"a": 50, "b": 80, "c": 50},
        "roads@2026": {"a": 80, "b": 60, "c": 80},
        "roads@2025": {"a": 30, "b": 90, "c": 40},
        "roads@2025H1": {"a": 0, "b": 0, "c": 0},
    }
    paper, _other = score(recipe(HALF), given(handed_in)).papers
    overall, first_half = ({s.unit: (s.rank, s.grade) for s in found} for found in paper.results.values())
    assert overall == {"a": (3, None), "b": (1, None), "c": (2, None)}  # 68, 68, 68: last year's 30, 90, 40
    assert first_half == {"a": (2, "良"), "b": (1, "优"), "c": (2, "良")}


def test_a_leaf_is_ranked_and_graded_by_the_decimals_it_is_rounded_to() -> None:
    of = recipe("""
[scheme]
code = "t"
year = 2026
round = { leaf = 1, total = 0 }
[figures]
rate = {}
[papers.p.nodes]
rate = { method = "given", full = 100 }
[papers.p.results.overall]
bands = [{ grade = "优", from = 90 }, { grade = "良" }]
""")
    places = standings(of, given({"rate": {"a": "89.62", "b": "89.58", "c": "89.5"}}))
    assert {u: (p.score, p.rank, p.grade) for u, p in places.items()} == {
        "a": ("89.6", 1, "良"),
        "b": ("89.6", 1, "良"),
        "c": ("89.5", 3, "良"),
    }


def test_how_many_units_a_group_has_may_be_asked_without_saying_of_what() -> None:
    zones = {unit: {"zone": "山" if unit in "ab" else "坝"} for unit in "abcde"}
    figures = {"grain": {"a": 1}}
    for written, wanted in {"group": "55555", "others": "44444", "group(zone)": "22333"}.items():
        formula = f'points = {{ formula = "{written}.count()", round = 0 }}'
        of = recipe(f"[figures]\ngrain = {{}}\n[papers.p.nodes]\n{formula}\n")
        found = points(of, given(figures, units="abcde", attributes=zones))
        assert "".join(found.values()) == wanted


def test_a_leaf_whose_full_marks_come_with_the_targets_ranks_by_what_is_printed() -> None:
    of = recipe("""
[scheme]
code = "t"
year = 2026
round = { leaf = 2, total = 0 }
[figures]
rate = {}
[papers.p.nodes]
rate = { method = "given" }
[papers.p.results.overall]
""")
    handed_in = given({"rate": {"a": "90.31", "b": "90.32"}})
    promised = replace(handed_in, targets=(Target("*", "rate", "100", "full", "2026"),))
    places = standings(of, promised)
    assert {unit: (place.score, place.rank) for unit, place in places.items()} == {
        "a": ("90.31", 2),
        "b": ("90.32", 1),
    }


def test_a_deviation_of_the_others_leaves_the_unit_out() -> None:
    """丙 is the odd one: without it nobody deviates; for 甲 the others are 4 and 8, two off their mean."""
    of = recipe("[figures]\nx = {}\n[papers.town.nodes]\nx = { formula = \"others.sd(x, 'population')\" }\n")
    assert points(of, given({"x": {"甲": 4, "乙": 4, "丙": 8}}), "x") == {
        "甲": "2.00",
        "乙": "2.00",
        "丙": "0.00",
    }
    alone = recipe(
        '[figures]\nx = {}\n[papers.town.nodes]\nx = { formula = "others.sd(x)", undefined = 7 }\n'
    )
    assert points(alone, given({"x": {"甲": 4, "乙": 4}}), "x") == {"甲": "7.00", "乙": "7.00"}
    assert points(alone, given({"x": {"甲": 4}}), "x") == {"甲": ""}


def test_a_word_that_nobody_handed_in_stands_beside_other_words() -> None:
    of = recipe("""
[figures]
mark = { unit = "text" }
[papers.town.nodes]
mark = { formula = "if(otherwise(mark, '中') = '中', 1, 2) + if(if(unit.sea = 1, mark, '差') = '差', 3, 0)" }
""")
    inputs = given({"mark": {"甲": "/", "乙": "/"}}, attributes={"甲": {"sea": "0"}, "乙": {"sea": "0"}})
    assert points(of, inputs, "mark") == {"甲": "4.00", "乙": "4.00"}


def test_a_method_asked_about_another_figure_takes_that_figures_targets() -> None:
    """20 of the roads' own 40, and of the half-year's 10, not of the node's 80; its own name is its own."""
    of = recipe("""
[figures]
tax = {}
roads = { target = { half = "25%" } }
[papers.town.nodes]
year = { x = "tax", target = 80, full = 8, formula = "completion(roads, target_zero = zero)" }
half = { x = "tax", target = 80, full = 8, formula = "completion(roads@half, target_zero = zero)" }
own = { x = "tax", target = 80, full = 8, formula = "completion(tax, target_zero = zero)" }
between = { x = "tax", target = 80, base = 1, full = 8, formula = "between(roads)", undefined = "zero" }
""")
    inputs = given(
        {"tax": {"甲": 20}, "roads": {"甲": 20}, "roads@2026H1": {"甲": 5}},
        targets={"tax": {"甲": 30}, "roads": {"甲": 40}, "roads:base": {"甲": 10}},
    )
    found = {node: points(of, inputs, node)["甲"] for node in ("year", "half", "own", "between")}
    assert found == {"year": "4.00", "half": "4.00", "own": "2.00", "between": "2.67"}


def test_a_call_may_say_that_less_is_better() -> None:
    of = recipe("""
[figures]
x = {}
[papers.town.nodes]
x = { full = 12, formula = "to_best(x) / 2 + to_best(x, direction = down) / 2", undefined = "zero" }
""")
    assert points(of, given({"x": {"甲": 2, "乙": 8}}), "x") == {"甲": "7.50", "乙": "7.50"}
