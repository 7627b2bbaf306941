"""Rows of a list beside the words of their unit, other units and other rows."""

from tests.engine.small import given, points, recipe

LISTS = """
[figures]
people = { label = "人口" }
[lists.task]
fields = { size = "", minor = "", serious = "", first = "", second = "", third = "", partner = "" }
[lists.visit]
fields = { size = "个" }
[papers.paper.nodes]
"""
ROWS = {"jia": [{"size": 1}, {"size": 2}], "yi": [], "bing": [{"size": 5}]}
PEOPLE = {"people": {"jia": 100, "yi": 300, "bing": 1000}}


def scored(node: str, rows=ROWS, figures=PEOPLE) -> dict[str, str]:  # type: ignore[no-untyped-def]
    """What a node gives; three units and three rows, so that one taken for the other would not show."""
    return points(recipe(f"{LISTS}points = {{ {node} }}\n"), given(figures, rows=rows))


def test_a_sum_over_rows_takes_the_units_own_words_for_each() -> None:
    for words in ('x = "people", formula = "task.sum(size * x)"', 'formula = "task.sum(size * people)"'):
        assert scored(words) == {"jia": "300.00", "yi": "", "bing": "5000.00"}
    let = 'let = { k = "people / 100" }, formula = "task.sum(size * k) + task.max(size)"'
    assert scored(let) == {"jia": "5.00", "yi": "", "bing": "55.00"}


def test_a_word_may_be_of_each_row() -> None:
    node = 'let = { late = "size - 1", cost = "late * people" }, formula = "task.sum(if(late > 0, cost, 0))"'
    assert scored(node) == {"jia": "100.00", "yi": "", "bing": "4000.00"}


def test_each_row_sees_what_all_rows_of_its_unit_come_to() -> None:
    node = 'rows = "task", fold = "max", formula = "{}"'
    assert scored(node.format("size / task.sum(size)")) == {"jia": "0.67", "yi": "", "bing": "1.00"}
    assert scored(node.format("10 / task.count() + size")) == {"jia": "7.00", "yi": "", "bing": "15.00"}


def test_each_row_sees_its_units_place_among_all() -> None:
    node = 'x = "people", rows = "task", fold = "sum", formula = "size * group.rank(x) + group.max(x)"'
    assert scored(node) == {"jia": "2009.00", "yi": "", "bing": "1005.00"}


def test_a_row_names_another_unit() -> None:
    rows = {"jia": [{"partner": "yi"}, {"partner": "bing"}], "yi": [{"partner": "jia"}], "bing": []}
    node = 'formula = "task.sum(at(partner, people))"'
    assert scored(node, rows) == {"jia": "1300.00", "yi": "100.00", "bing": ""}


def test_methods_by_parts_count_the_fields_of_a_row() -> None:
    rows = {"jia": [{"minor": 2, "serious": 1}, {"minor": 0, "serious": 4}]}
    node = 'full = 10, rows = "task", fold = "mean", method = '
    deducted = '"deduct", per = { minor = 1, serious = "20%" }'
    assert scored(node + deducted, rows, {}) == {"jia": "4.00"}  # (10 − 2 − 2 + 10 − 8) ÷ 2
    states = '"status", coefficients = { minor = 1, serious = "50%" }'
    assert scored(node + states, rows, {}) == {"jia": "6.67"}  # (10 × 2.5 ÷ 3 + 10 × 2 ÷ 4) ÷ 2


def test_raters_score_each_row() -> None:
    rows = {"jia": [{"first": 7, "second": 9, "third": 10}, {"first": 6, "second": 6, "third": 9}]}
    node = (
        'rows = "task", fold = "sum", method = "raters", trim = { above = 2, each = 1 }, times = 3, '
        'classes = { all = { of = ["first", "second", "third"], weight = "100%" } }'
    )
    assert scored(node, rows, {}) == {"jia": "45.00"}  # (9 + 6) × 3


def test_a_difficulty_of_each_row_raises_the_ceiling_of_each_row() -> None:
    rows = {"jia": [{"size": 9, "minor": 2}, {"size": 20, "minor": 1}], "yi": [{"size": 4, "minor": 3}]}
    node = 'full = 10, rows = "task", fold = "mean", formula = "size", times = "minor"'
    assert scored(node, rows, {}) == {"jia": "14.00", "yi": "12.00"}  # (18 + 10) ÷ 2
    assert scored(node + ", not_above = 13", rows, {}) == {"jia": "13.00", "yi": "12.00"}  # the whole


def test_what_stands_for_points_without_a_difficulty_keeps_the_plain_ceiling() -> None:
    node = 'x = "people", full = 10, method = "given", times = "hard", missing = "200%"'
    of = recipe(LISTS.replace("[lists.task]", "hard = {}\n[lists.task]") + f"points = {{ {node} }}\n")
    figures = {"people": {"jia": 5, "yi": 8}, "hard": {"jia": 2}}
    assert points(of, given(figures)) == {"jia": "10.00", "yi": "10.00"}


def test_rows_none_of_which_has_a_value_that_applies() -> None:
    figures = {"people": {"jia": "/", "yi": 1, "bing": 2}}
    assert scored('formula = "task.sum(size * people)"', ROWS, figures)["jia"] == "/"


def test_rows_that_do_not_apply_may_be_part_of_the_full_marks_or_not() -> None:
    """只计省级任务:本单位的满分写成全部任务之和,或只是省级任务之和,都算合得上。"""
    lists = LISTS.replace('size = "", minor', 'size = "", full = "分", minor')
    rows = {"jia": [{"full": 6, "minor": 1}, {"full": 4, "minor": 0}]}
    node = 'rows = "task", fold = "sum", applies = "minor = 1", formula = "full / 2", full = '
    gives = {
        whole: points(recipe(f"{lists}points = {{ {node}{whole} }}\n"), given({}, rows=rows))["jia"]
        for whole in (10, 6, 7)
    }
    assert gives == {10: "3.00", 6: "3.00", 7: ""}


def test_nothing_is_nothing_out_of_whatever_full_marks() -> None:
    """没有任务的单位记零分:它的满分也无从说起,仍是零分。"""
    node = 'full = "task.sum(size)", rows = "task", fold = "sum", formula = "size", missing = "zero"'
    assert scored(node) == {"jia": "3.00", "yi": "0.00", "bing": "5.00"}
    idle = node.replace('missing = "zero"', 'applies = "task.count() > 0", not_applicable = "zero"')
    assert scored(idle) == {"jia": "3.00", "yi": "0.00", "bing": "5.00"}


def test_whether_it_applies_is_asked_of_a_unit_without_rows_too() -> None:
    node = 'full = 100, rows = "task", formula = "size", fold = "mean", applies = "{}"'
    assert scored(node.format("task.count() > 0")) == {"jia": "1.50", "yi": "/", "bing": "5.00"}
    assert scored(node.format("people > 500")) == {"jia": "/", "yi": "/", "bing": "5.00"}
    assert scored(node.format("size > 1")) == {"jia": "2.00", "yi": "", "bing": "5.00"}


def test_a_row_without_its_weight_leaves_the_whole_open() -> None:
    node = 'full = 10, rows = "task", fold = { weighted = "size" }, formula = "5"'
    rows = {"jia": [{"size": 1}, {"size": 2}], "yi": [{"minor": 1}, {"size": 2}], "bing": [{"minor": 1}]}
    assert scored(node, rows) == {"jia": "5.00", "yi": "", "bing": ""}
    rows = {"jia": [{"size": 0}], "yi": [{"size": "/"}, {"size": 2}], "bing": [{"size": "/"}]}
    assert scored(f'{node}, undefined = "zero"', rows) == {"jia": "0.00", "yi": "5.00", "bing": "/"}


def test_the_place_among_the_rows_may_differ_by_unit() -> None:
    rows = {"jia": [{"size": 4}, {"size": 9}, {"size": 1}], "yi": [{"size": 8}], "bing": []}
    assert scored('formula = "task.nth(size, 2)"', rows) == {"jia": "4.00", "yi": "", "bing": ""}
    last = 'formula = "task.nth(size, task.count())"'
    assert scored(last, rows) == {"jia": "1.00", "yi": "8.00", "bing": ""}
    of_people = {"people": {"jia": 3, "yi": 1}}
    assert scored('formula = "task.nth(size, people)"', rows, of_people) == {"jia": "1.00", "yi": "8.00"}
    whole = 'formula = "task.sd(size, \'population\')", undefined = "zero"'
    assert scored(whole, rows) == {"jia": "3.30", "yi": "0.00", "bing": ""}
    assert scored('formula = "task.sd(size)", undefined = "zero"', rows) == {
        "jia": "4.04",
        "yi": "0.00",
        "bing": "",
    }


def test_the_best_rows_are_added_or_averaged() -> None:
    rows = {"jia": [{"size": 5}, {"size": 1}, {"size": 4}], "yi": [{"size": 3}], "bing": []}
    node = 'rows = "task", formula = "size", fold = '
    assert scored(node + "{ best = 2 }", rows) == {"jia": "9.00", "yi": "3.00", "bing": ""}
    assert scored(node + '{ best = 2, take = "mean" }', rows) == {"jia": "4.50", "yi": "3.00", "bing": ""}


def test_a_row_may_name_a_unit_where_nobody_has_a_row() -> None:
    lists = LISTS.replace('partner = ""', 'partner = "word"')
    of = recipe(f'{lists}points = {{ rows = "task", formula = "at(partner, people)" }}\n')
    assert points(of, given(PEOPLE, rows={})) == {"jia": "", "yi": "", "bing": ""}


def test_a_field_of_words_may_name_a_unit_by_digits() -> None:
    lists = LISTS.replace('partner = ""', 'partner = "word"')
    of = recipe(f'{lists}points = {{ formula = "task.sum(at(partner, people))" }}\n')
    inputs = given(
        {"people": {"01": 7, "02": 5}}, rows={"01": [{"partner": "02"}], "02": [{"partner": "01"}]}
    )
    assert points(of, inputs) == {"01": "5.00", "02": "7.00"}


def test_a_field_of_words_names_a_unit_by_its_code_and_no_number() -> None:
    """0101 stays 0101 where the field is one of words; “/” says that there is no such unit."""
    of = recipe("""
[figures]
air = {}
[lists.station]
fields = { beside = "text", size = "个" }
[papers.town.nodes]
total = { compose = "sum", full = 100 }
near = { in = "total", full = 60, rows = "station", fold = "mean", formula = "at(beside, air) + size" }
up = { in = "total", full = 40, formula = "at(unit.parent, air)", not_applicable = "zero" }
""")
    inputs = given(
        {"air": {"0101": 10, "0102": 20}},
        rows={"0101": [{"beside": "0102", "size": 1}], "0102": [{"beside": "0101", "size": 2}]},
        rows_of="station",
        attributes={"0101": {"parent": "0102"}, "0102": {"parent": "/"}},
    )
    assert points(of, inputs, "near") == {"0101": "21.00", "0102": "12.00"}
    assert points(of, inputs, "up") == {"0101": "20.00", "0102": "0.00"}
