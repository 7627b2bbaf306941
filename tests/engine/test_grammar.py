"""Expressions: what is read, what is refused, and that the refusal points at the character."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine.grammar import (
    DEEPEST,
    HIGHEST,
    LONGEST,
    BadExpression,
    Call,
    Name,
    Number,
    Operation,
    is_share,
    parse,
    walk,
)
from kaocheng.engine.spelling import show
from kaocheng.rulebook import BadScheme
from tests.engine.small import given as inputs
from tests.engine.small import leaf, points


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("x +", 3),
        ("x + * 3", 4),
        ("(x + 1", 6),
        ("x + 1)", 5),
        ("min(x, 1", 8),
        ("min(x 1)", 6),
        ("x y", 2),
        ("x ** 2", 3),
        ("x ? 1", 2),
        ("x; y", 1),
        ("1_000", 1),  # digits are grouped for people, not here
        ("'未合上", 0),
        ("1.2.3", 3),
        ("x == 1", 3),
        ("not", 3),
        ("实际值 + 1", 0),
        ("lambda: 1", 6),
        ("x[0]", 1),
        ("1e5", 1),
    ],
)
def test_a_mistake_is_shown_at_its_character(text: str, at: int) -> None:
    with pytest.raises(BadExpression) as error:
        parse(text)
    assert error.value.position == at
    assert f"第 {at + 1} 个字符" in str(error.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("10 - 4 - 3", "3"),
        ("12 / 3 / 2", "2"),
        ("-2 * -3", "6"),
        ("--2", "2"),
        ("60% * 5", "3"),
        ("0.1 + 0.2", "0.3"),
        ("if(2 < 3 and not 3 < 2, 1, 0)", "1"),
        ("if(1 = 2 or 2 != 2, 1, 0)", "0"),
        ("min(3, 2, 5) + max(3, 2, 5)", "7"),
        ("abs(-3) + floor(-2.5) + ceil(-2.5)", "-2"),
        ("clamp(7, 0, 5)", "5"),
        ("round(-2.5, 0)", "-3"),
        ("round(2.675, 2)", "2.68"),
        ("power(2, 10)", "1024"),
        ("sqrt(2.25)", "1.5"),
        ("otherwise(x, 9)", "9"),
        ("otherwise(1 / group.count(x), 4)", "4"),
        ("if(is_missing(x), 1, 0)", "1"),
    ],
)
def test_what_an_expression_comes_to(text: str, value: str) -> None:
    of = leaf(f"formula = '{text}'")
    assert Fraction(points(of, inputs(units=["甲"]))["甲"]) == Fraction(value)


def test_a_percentage_is_a_number_that_remembers_how_it_was_written() -> None:
    assert parse("60%") == Number(Fraction(3, 5), percent=True)


def test_names_carry_their_part_and_their_period() -> None:
    assert parse("culture.built@half") == Name(("culture", "built"), "half")
    assert parse("revenue@2026-01..2026-09") == Name(("revenue",), "2026-01..2026-09")


def test_an_equals_sign_names_a_key_in_a_method_and_compares_elsewhere() -> None:
    method, condition = parse("efficacy(x, start = 60%)"), parse("count(race, it = 9)")
    assert isinstance(method, Call)
    assert isinstance(condition, Call)
    assert [key for key, _value in method.keywords] == ["start"]
    assert isinstance(condition.arguments[1], Operation)


def test_a_circle_stands_in_brackets_of_its_own() -> None:
    tree = parse("group(zone).mean(x) + others.max(x)")
    calls = [inner for inner in walk(tree) if isinstance(inner, Call)]
    assert [(c.path, c.circle) for c in calls] == [
        (("group", "mean"), (Name(("zone",), None, 6),)),
        (("others", "max"), ()),
    ]


def test_nothing_of_python_gets_in() -> None:
    for text in ("__import__('os')", "x.__class__.__mro__", "open('/etc/passwd')", "exec(x)"):
        with pytest.raises((BadScheme, BadExpression)):
            points(leaf(f'formula = """{text}"""'), inputs({"value": {"甲": "1"}}))


def test_an_expression_has_a_longest_and_a_deepest() -> None:
    with pytest.raises(BadExpression, match="超过"):
        parse("1 + " * (LONGEST // 4) + "1")
    with pytest.raises(BadExpression, match="括号"):
        parse("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1))
    with pytest.raises(BadExpression, match="套了"):
        parse("1 + " * HIGHEST + "1")
    with pytest.raises(BadExpression, match="套了"):
        parse(f"({' + '.join('1' for _ in range(100))}) * (2 + ({' + '.join('1' for _ in range(149))}))")
    assert parse("(" + ") * (".join(" + ".join("12") for _ in range(100)) + ")")  # wide, not high


@given(st.text(max_size=40))
def test_any_text_is_an_expression_or_is_refused_at_one_of_its_characters(text: str) -> None:
    refused = None
    try:
        parse(text)
    except BadExpression as error:
        refused = error
    assert refused is None or (0 <= refused.position <= len(text) and str(refused))


def test_a_word_that_needs_itself_is_named() -> None:
    with pytest.raises(BadScheme, match="要由它自己算出"):
        points(leaf('let = { a = "b", b = "a + 1" }, formula = "a"'), inputs({"value": {"甲": "1"}}))


def test_a_key_of_a_method_may_be_called_like_the_figure_it_takes() -> None:
    """Half of four ballots issued came back, and half is enough: 10 × 2/2."""
    of = leaf(
        'full = 10, x = "vote", method = "ballots", values = { yes = 1 }, issued = "issued", turnout = "50%"',
        'vote = { parts = { yes = "同意" } }\nissued = { label = "发出" }',
    )
    assert points(of, inputs({"vote.yes": {"甲": 2}, "issued": {"甲": 4}})) == {"甲": "10.00"}
    assert points(of, inputs({"vote.yes": {"甲": 1}, "issued": {"甲": 4}})) == {"甲": ""}


_atoms = st.sampled_from(["x", "12", "0.5", "60%", "target", "culture.built"])


@given(
    st.recursive(_atoms, lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner))
)
def test_a_tree_written_out_reads_as_the_same_tree(text: str) -> None:
    def bare(tree: object) -> object:
        if isinstance(tree, Operation):
            return tree.sign, [bare(part) for part in tree.parts]
        return (tree.path, tree.period) if isinstance(tree, Name) else tree.value  # type: ignore[attr-defined]

    assert bare(parse(show(parse(text)))) == bare(parse(text))


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("x ^ 2", 2, "power(x, 2)"),
        ("x ** 2", 3, "power(x, 2)"),
        ("* 2", 0, "这里不能写"),
        ("if(20 < x <= 50, 1, 0)", 10, "a < x and x < b"),
    ],
)
def test_how_to_say_it_instead(text: str, at: int, said: str) -> None:
    with pytest.raises(BadExpression) as refused:
        parse(text)
    assert refused.value.position == at
    assert said in refused.value.reason


@pytest.mark.parametrize(
    "text",
    [
        *("10%", "1/3", "0", "20% + 5%", "2 * 10%", "(1 - 30%) / 2", "1/3 * 70% + 10%", "1 - 1/3"),
        *("if(unit.kind = '山', 30%, 1/5)", "min(30%, 20% + 5%)", "if(unit.kind = '山', 2 * 10%, 20%)"),
    ],
)
def test_a_quota_worked_out_from_shares_is_a_share(text: str) -> None:
    assert is_share(text)


@pytest.mark.parametrize(
    "text", ["3", "3/2", "2 + 1", "unit.places", "20% * group.count(score(total))", "if(a > 1, 3, 20%)"]
)
def test_any_other_quota_is_a_number_of_places(text: str) -> None:
    assert not is_share(text)
