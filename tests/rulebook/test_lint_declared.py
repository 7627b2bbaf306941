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
[papers.p.nodes]
total = { label = "总分", compose = "sum", full = 10 }
"""
GIVEN = 'grain = { in = "total", full = 10, method = "given", clause = "一" }\n'
BANDS = '[papers.p.results.overall]\nbands = [{ grade = "优", most = "25%" }, { grade = "良" }]\n'

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


def test_a_standard_deviation_of_zero_is_asked_for_like_any_other_divisor() -> None:
    z = GIVEN.replace('"given"', '"z", mean = 5, spread = 1')
    (only,) = lint(read_scheme(HEAD + z))

    assert only.code == "undefined"
    assert list(lint(read_scheme(HEAD + z.replace("spread = 1", "spread = 1, undefined = 5")))) == []


def test_units_in_the_order_of_their_codes_are_never_tied() -> None:
    ordinal = GIVEN + BANDS + 'ties = "ordinal"\nbreak = ["grain"]'

    assert list(lint(read_scheme(HEAD + ordinal))) == []
