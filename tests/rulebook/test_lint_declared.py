"""What a rule must declare: each silence is an error, each declaration settles it."""

import pytest

from kaocheng.rulebook import lint, read_scheme

HEAD = """
[scheme]
code = "small-2026"
year = 2026
language = 2
round = { leaf = 2, total = 2 }
[clauses]
"一" = "原文"
[figures]
grain = { label = "粮食", collector = "农业局" }
[papers.p]
period = "2026"
[papers.p.nodes]
total = { label = "总分", compose = "sum", full = 10 }
"""
GIVEN = 'grain = { in = "total", full = 10, method = "given", clause = "一" }\n'
BANDS = (
    '[papers.p.results.overall]\nbands = [{ grade = "优", most = "25%", round = "down" }, { grade = "良" }]\n'
)

# what is not said → (the silent scheme, the key that says it, the declaring scheme)
SILENCES = {
    "parts of a step over the target": (
        GIVEN.replace(
            '"given"', '"completion", target_zero = "full", over = { each = "10%", add = 1, most = 2 }'
        ),
        "grain.over",
        ("most = 2", 'most = 2, steps = "whole"'),
    ),
    "a group of one": (
        GIVEN.replace('"given"', '"rank_line", first_gets = 10, last_gets = 5'),
        "nodes.grain",
        ("last_gets = 5", "last_gets = 5, alone = 10"),
    ),
    "a group of one, in a formula": (
        GIVEN.replace('method = "given"', 'formula = "rank_line(grain, first_gets = 10, last_gets = 5)"'),
        "nodes.grain",
        ("last_gets = 5)", "last_gets = 5, alone = 10)"),
    ),
    "where an efficacy score starts": (
        GIVEN.replace('"given"', '"efficacy"'),
        "nodes.grain",
        ('"efficacy"', '"efficacy", start = "60%"'),
    ),
    "where an efficacy score starts, in a formula": (
        GIVEN.replace('method = "given"', 'formula = "efficacy(grain)"'),
        "nodes.grain",
        ("(grain)", "(grain, start = 0)"),
    ),
    "several periods": (
        GIVEN.replace('"given"', '"given", across = "month"'),
        "nodes.grain",
        ('"month"', '"month", fold = "sum"'),
    ),
    "still tied after a chain": (
        GIVEN + BANDS + 'edge = { by = ["grain"] }',
        "results.overall",
        ('["grain"]', '["grain"], still_tied = "none"'),
    ),
    "still tied after a break": (
        GIVEN + BANDS + 'break = ["grain"]',
        "results.overall",
        ('["grain"]', '["grain"]\nedge = { still_tied = "all" }'),
    ),
}


@pytest.mark.parametrize("what", SILENCES)
def test_silence_is_an_error_and_saying_it_is_enough(what: str) -> None:
    silent, place, (old, new) = SILENCES[what]
    (only,) = lint(read_scheme(HEAD + silent))

    assert (only.code, only.severity) == ("undeclared", "error")
    assert place in only.path
    assert only.remedy
    assert list(lint(read_scheme(HEAD + silent.replace(old, new)))) == []


SHORT = GIVEN.replace('"given"', '"shortfall", target = 9, each = 1, deduct = 2')


def test_less_than_a_step_short_is_asked_about_where_there_is_such_a_thing() -> None:
    (only,) = lint(read_scheme(HEAD + SHORT))
    assert (only.code, only.severity) == (
        "undeclared",
        "warning",
    )  # the language has its answer: in proportion
    assert "steps" in only.remedy
    assert list(lint(read_scheme(HEAD + SHORT.replace("each = 1", 'each = 1, steps = "up"')))) == []
    counted = HEAD.replace('label = "粮食",', 'label = "案件", unit = "件",')
    assert list(lint(read_scheme(counted + SHORT))) == []
    (only,) = lint(read_scheme(counted + SHORT.replace("each = 1", "each = 2")))
    assert only.code == "undeclared"


def test_how_much_each_one_counts_is_asked_about() -> None:
    counted = GIVEN.replace('"given"', '"count"')
    (only,) = lint(read_scheme(HEAD + counted))
    assert (only.code, only.severity, only.remedy) == ("undeclared", "warning", "请写 per,如 per = 1")
    assert list(lint(read_scheme(HEAD + counted.replace('"count"', '"count", per = 1')))) == []


ROUGH = """[scheme]
code = "small-2026"
year = 2026
[periods]
half = "2026H1"
year = "2026"
[clauses]
"一" = "原文"
[figures]
grain = { label = "粮食", collector = "农业局" }
[papers.p.nodes]
grain = { full = 10, formula = "sqrt(grain)", clause = "一" }
"""


def test_what_is_ranked_may_not_be_rough_whether_or_not_a_result_says_so() -> None:
    for results in ("", '[papers.p.results.o]\nby = "grain"\n', '[papers.p.results.o]\nby = "grain@half"\n'):
        (only,) = lint(read_scheme(ROUGH + results))
        assert (only.code, only.severity) == ("rough_rank", "warning")
        rounded = ROUGH.replace("year = 2026\n", "year = 2026\nround = { leaf = 2 }\n")
        assert list(lint(read_scheme(rounded + results))) == []
    (only,) = lint(
        read_scheme(ROUGH.replace("sqrt(grain)", "grain") + '[papers.p.results.o]\nby = "grain@hal"\n')
    )
    assert (only.code, "half" in only.remedy) == ("unknown_period", True)


def test_an_adjustment_may_be_used_in_an_expression() -> None:
    named = GIVEN.replace('method = "given"', 'formula = "min(10, grain + score(bonus))"')
    bonus = '[papers.p.adjustments]\nbonus = { kind = "bonus" }\n'
    assert list(lint(read_scheme(HEAD + named + bonus))) == []
    assert [f.code for f in lint(read_scheme(HEAD + GIVEN + bonus))] == ["unused_adjustment"]


def test_a_standard_deviation_of_zero_is_asked_for_like_any_other_divisor() -> None:
    z = GIVEN.replace('"given"', '"z", mean = 5, spread = 1')
    (only,) = lint(read_scheme(HEAD + z))

    assert only.code == "undefined"
    assert list(lint(read_scheme(HEAD + z.replace("spread = 1", "spread = 1, undefined = 5")))) == []


def test_units_in_the_order_of_their_codes_are_never_tied() -> None:
    ordinal = GIVEN + BANDS + 'ties = "ordinal"\nbreak = ["grain"]'

    assert list(lint(read_scheme(HEAD + ordinal))) == []
