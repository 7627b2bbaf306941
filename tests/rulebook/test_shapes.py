"""What is no scheme is refused in a sentence with a place, whatever it is."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from kaocheng.errors import Problem
from kaocheng.rulebook import BadScheme, Finding, lint, read_scheme
from tests.rulebook.mutations import mutated

ROOT = Path(__file__).resolve().parents[2]
HEAD = '[scheme]\ncode = "small"\nyear = 2026\n'
SCHEMES = [
    *ROOT.glob("tests/schemes/real/*/scheme.toml"),
    ROOT / "tests" / "reference" / "data" / "yunling" / "scheme.toml",
]


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("papers = 3\n" + HEAD, "papers", (1, 1)),
        (HEAD + "[papers]\np = []\n", "papers", (4, 1)),
        (HEAD + "[papers.p.nodes]\na = 5\n", "nodes", (4, 1)),
        (HEAD + "[papers.p.nodes]\na = { full = [1] }\n", "full", (5, 7)),
        (HEAD + "[papers.p.nodes]\na = { full = true }\n", "full", (5, 7)),
        (HEAD + '[papers.p.nodes]\na = { compose = "best", n = "2" }\n', "n", (5, 25)),
        (HEAD + '[papers.p.nodes]\na = { method = "bands", bands = 3 }\n', "bands", (5, 25)),
        (HEAD + '[papers.p.nodes]\na = { method = "bands", bands = [{ from = 3 }] }\n', "gives", (5, 34)),
        (HEAD + '[papers.p.nodes]\na = { method = "bands", bands = [] }\n', "bands", (5, 25)),
        (HEAD + '[papers.p.nodes]\na = { method = "interpolate", knots = [[1, 2, 3]] }\n', "knots", (5, 31)),
        (HEAD + '[papers.p.nodes]\na = { method = "cases", cases = [{ gives = 1 }] }\n', "when", (5, 34)),
        (HEAD + "[papers.p.results.o]\nbands = [{ from = 3 }]\n", "grade", (5, 10)),
        (HEAD + "[papers.p.results.o]\nshift = [{ when = 'a', by = 'x' }]\n", "by", (5, 24)),
        (HEAD.replace("2026", '"x"'), "year", (3, 1)),
        (HEAD + "round = { leaf = 99 }\n", "round", (4, 1)),
        (HEAD + "[periods]\nhalf = 2026\n", "periods", (4, 1)),
        (HEAD + "[figures.f]\nparts = ['a']\n", "parts", (5, 1)),
    ],
)
def test_a_value_of_another_shape_is_shown_where_it_stands(
    text: str, said: str, place: tuple[int, int]
) -> None:
    with pytest.raises(BadScheme) as error:
        read_scheme(text)
    assert said in error.value.reason
    assert error.value.remedy
    assert (error.value.place.line, error.value.place.column) == place


def test_slips_of_the_hand_end_in_a_sentence_with_a_place() -> None:
    rng = Random(20261120)
    texts = [path.read_text("utf-8") for path in SCHEMES]
    for _round in range(150):
        said = outcome(mutated(rng.choice(texts), rng))
        assert all(isinstance(one, BadScheme | Finding) for one in said)
        assert all(one.place.line and one.reason for one in said)


def outcome(text: str) -> Sequence[BadScheme | Finding]:
    """What is said of a text that may be no scheme."""
    try:
        return lint(read_scheme(text))
    except Problem as problem:
        return [problem]  # type: ignore[list-item]


@pytest.mark.parametrize(
    "formula",
    [
        "(" * 5000,
        "-" * 40_001 + "1",
        "1" + "+1" * 1990,
        "not " * 10_000 + "1 > 0",
        "x" * 1_000_000,
        "min(" * 900,
    ],
    ids=lambda text: text[:6],
)
def test_an_expression_too_long_or_too_deep_is_refused_at_once(formula: str) -> None:
    node = f'a = {{ full = 1, x = "1", formula = """{formula}""", clause = "一" }}\n'
    findings = lint(
        read_scheme(HEAD + '[clauses]\n"一" = "x"\n[papers.p]\nperiod = "2026"\n[papers.p.nodes]\n' + node)
    )
    assert {f.code for f in findings} == {"bad_expression"}


def test_a_scheme_of_too_many_nodes_is_refused() -> None:
    papers = "".join(f"[papers.p{n}]\nlike = 'p'\n" for n in range(220))
    nodes = "".join(f"a{n} = {{ full = 1, method = 'given' }}\n" for n in range(100))
    with pytest.raises(BadScheme, match="20000"):
        read_scheme(HEAD + "[papers.p.nodes]\n" + nodes + papers)


def test_a_chain_of_lets_is_worked_out_once_each() -> None:
    let = ", ".join(f'a{n} = "a{n - 1} + a{n - 1} * 2"' for n in range(1, 60))
    node = f'a = {{ let = {{ a0 = "1", {let} }}, formula = "a59", clause = "一" }}\n'
    assert (
        lint(
            read_scheme(
                HEAD + '[clauses]\n"一" = "x"\n[papers.p]\nperiod = "2026"\n[papers.p.nodes]\n' + node
            )
        )
        == ()
    )
