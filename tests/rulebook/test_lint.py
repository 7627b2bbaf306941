"""Every finding of lint: the scheme that has it, where it is shown, and that nothing else is."""

import re
from pathlib import Path

import pytest

from kaocheng.rulebook import BadScheme, Finding, compile_scheme, lint, read_scheme

HEAD = """
[scheme]
code = "small-2026"
year = 2026
language = 2
round = { leaf = 2, total = 2 }
[periods]
half = "2026H1"
year = "2026"
[clauses]
"一" = "按完成率计分"
[figures]
roads = { label = "公路", collector = "交通局", parts = { new = "新建", old = "改建" } }
grain = { label = "粮食", collector = "农业局" }
"""
SUM = 'total = { label = "总分", compose = "sum", full = 10 }\n'
GRAIN = 'grain = { in = "total", full = 10, method = "given", clause = "一" }\n'
ROADS = 'roads = { in = "total", full = 5, formula = "roads.new", clause = "一" }\n'
USED = "[papers.p.adjustments]\nroads_too = { to = 'total', kind = 'bonus', formula = 'figure(roads.new)' }\n"
GOOD = HEAD + "[papers.p.nodes]\n" + SUM + GRAIN + USED
RESULT = "[papers.p.results.overall]\n"


def nodes(*written: str) -> str:
    """A scheme with these nodes."""
    return HEAD + "[papers.p.nodes]\n" + "\n".join(written) + "\n" + USED


# code → (the scheme, what its place names, whether it stops the scheme)
FINDINGS: dict[str, tuple[str, str, bool]] = {
    "unused_figure": (GOOD.replace(USED, ""), "figures.roads", False),
    "no_collector": (GOOD.replace(', collector = "农业局"', ""), "figures.grain", False),
    "unknown_parent": (
        nodes(SUM, GRAIN, 'late = { in = "totl", formula = "grain", clause = "一" }'),
        "late.in",
        True,
    ),
    "not_composed": (
        nodes(SUM, GRAIN, 'roads = { in = "grain", formula = "roads.new", clause = "一" }'),
        "roads.in",
        True,
    ),
    "cycle": (
        nodes(
            'total = { formula = "score(o) + grain", clause = "一" }',
            'o = { formula = "score(total)", clause = "一" }',
        ),
        "nodes",
        True,
    ),
    "unknown_total": (
        GOOD.replace("[papers.p.nodes]", '[papers.p]\ntotal = "totl"\n[papers.p.nodes]'),
        "papers.p.total",
        True,
    ),
    "no_parts": (nodes(SUM, GRAIN, 'empty = { in = "total", compose = "sum" }'), "nodes.empty", True),
    "unknown_part": (
        nodes('total = { compose = "mean", of = ["grian", "grain"] }', GRAIN.replace('in = "total", ', "")),
        "total.of",
        True,
    ),
    "no_method": (GOOD.replace(', method = "given"', ""), "nodes.grain", True),
    "unknown_clause": (GOOD.replace('clause = "一"', 'clause = "二"'), "nodes.grain", True),
    "no_clause": (GOOD.replace(', clause = "一"', ""), "nodes.grain", False),
    "missing_key": (GOOD.replace('"given"', '"convert"'), "nodes.grain", True),
    "bare_share": (
        GOOD.replace('"given"', '"completion", least = 60, target_zero = "full"'),
        "grain.least",
        True,
    ),
    "unknown_word": (GOOD.replace('"given"', '"met", direction = "dwon"'), "grain.direction", True),
    "undefined": (GOOD.replace('"given"', '"completion"'), "nodes.grain", False),
    "not_closed": (GOOD.replace("full = 10 }", "full = 12 }"), "nodes.total", True),
    "weights": (
        nodes(
            'total = { compose = "weighted", of = { grain = "60%", roads = "30%" } }',
            GRAIN,
            ROADS.replace("5", "10"),
        ),
        "nodes.total",
        True,
    ),
    "unequal_full": (
        nodes('total = { compose = "weighted", of = { grain = "60%", roads = "40%" } }', GRAIN, ROADS),
        "nodes.total",
        False,
    ),
    "unknown_name": (GOOD.replace('method = "given"', 'formula = "grian * 2"'), "grain.formula", True),
    "unknown_function": (GOOD.replace('method = "given"', 'formula = "flor(grain)"'), "grain.formula", True),
    "unknown_period": (GOOD.replace('method = "given"', 'formula = "grain@halff"'), "grain.formula", True),
    "bad_expression": (GOOD.replace('method = "given"', 'formula = "grain +"'), "nodes.grain", True),
    "unused_adjustment": (GOOD + 'bonus = { kind = "bonus" }', "adjustments.bonus", True),
    "unknown_grade": (
        GOOD
        + '[papers.p.vetoes]\nv = { bars = ["优秀"] }\n'
        + RESULT
        + 'bands = [{ grade = "优", from = 9 }, { grade = "良" }]',
        "vetoes.v",
        True,
    ),
    "no_edge": (
        GOOD + RESULT + 'bands = [{ grade = "优", most = "25%", round = "up" }, { grade = "良" }]',
        "results.overall",
        True,
    ),
    "unreachable_band": (
        GOOD + RESULT + 'bands = [{ grade = "优" }, { grade = "良" }]',
        "results.overall",
        True,
    ),
    "band_gap": (
        GOOD + RESULT + 'bands = [{ grade = "优", from = 9 }, { grade = "良", from = 6 }]',
        "overall",
        False,
    ),
    "band_order": (
        GOOD + RESULT + 'bands = [{ grade = "良", from = 6, if = "unit.a > 1" }, '
        '{ grade = "优", from = 9 }, { grade = "差" }]',
        "results.overall",
        True,
    ),
    "unused_node": (nodes(SUM, GRAIN, 'late = { formula = "grain", clause = "一" }'), "nodes.late", False),
}


def found(text: str) -> list[Finding]:
    return list(lint(read_scheme(text)))


def test_a_good_scheme_has_no_findings() -> None:
    assert found(GOOD) == []


@pytest.mark.parametrize("code", FINDINGS)
def test_each_finding_is_found_where_it_is_and_alone(code: str) -> None:
    text, place, stops = FINDINGS[code]
    (only,) = {(f.code, f.severity): f for f in found(text)}.values()

    assert only.code == code
    assert place in only.path
    assert only.severity == ("error" if stops else "warning")
    assert 0 < only.line <= text.count("\n") + 1
    assert only.reason


@pytest.mark.parametrize("code", FINDINGS)
def test_an_error_stops_the_scheme_and_a_warning_does_not(code: str) -> None:
    text, _place, stops = FINDINGS[code]
    scheme = read_scheme(text)
    if not stops:
        assert compile_scheme(scheme).code == "small-2026"
        return
    with pytest.raises(BadScheme) as error:
        compile_scheme(scheme)
    assert str(found(text)[0].reason) in str(error.value)


def test_every_code_that_lint_knows_is_tested() -> None:
    folder = Path(lint.__code__.co_filename).parent
    stated = re.compile(r'(?:"error"|"warning"|severity),\s*"(\w+)"|say\(\s*[\w\[\]\.]+,\s*"(\w+)"')
    written = {
        code
        for path in folder.glob("*.py")
        for pair in stated.findall(path.read_text("utf-8"))
        for code in pair
    }
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_lint*.py"))
    assert len(written) > 35
    assert {code for code in written - {""} if f'"{code}"' not in tests} == set()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('grain = { in = "total", full = 10, method = "given", missing = "zreo", clause = "一" }', "zero"),
        ('grain = { in = "total", full = 10, method = "given", round = "two", clause = "一" }', "none"),
        ('grain = { in = "total", full = 10, rows = "task", method = "given", clause = "一" }', "rows"),
        ('grain = { in = "total", full = 10, method = "given", excess_to = "totl", clause = "一" }', "total"),
        (
            'grain = { in = "total", full = 10, method = "given", '
            'across = ["hlaf"], fold = "sum", clause = "一" }',
            "half",
        ),
        ('grain = { in = "total", full = 10, formula = "group.maen(x)", clause = "一" }', "group.mean"),
        ('grain = { in = "total", full = 10, method = "import", clause = "一" }', "sheet"),
    ],
)
def test_a_word_nobody_knows_is_never_passed_over(rule: str, said: str) -> None:
    errors = [f for f in found(nodes(SUM, rule)) if f.severity == "error"]
    assert len(errors) == 1
    assert said in str(errors[0])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('bonus = { kind = "bonu", to = "total" }', "bonus"),
        (RESULT + 'ties = "competitive"', "competition"),
        (RESULT + 'break = ["grian"]', "grain"),
        (
            RESULT + 'bands = [{ grade = "优", most = "25%" }, { grade = "良" }]\n'
            'edge = { by = ["grain"], still_tied = "some" }',
            "none",
        ),
        (RESULT + 'if = "grian > 1"', "grain"),
    ],
)
def test_nor_is_one_in_what_comes_after_the_total(more: str, said: str) -> None:
    errors = [f for f in found(GOOD + more) if f.severity == "error"]
    assert len(errors) == 1
    assert said in str(errors[0])


def test_errors_come_first_and_then_the_order_of_the_file() -> None:
    text = GOOD.replace(', collector = "农业局"', "").replace("full = 10 }", "full = 12 }")
    assert [f.code for f in found(text)] == ["not_closed", "no_collector"]


def test_a_finding_says_place_reason_and_remedy_in_one_sentence() -> None:
    (only,) = found(GOOD.replace("full = 10 }", "full = 12 }"))
    line = GOOD.splitlines().index(SUM.strip()) + 1
    assert (
        str(only) == f"scheme.toml:{line}:1 (papers.p.nodes.total):“总分”满分 12,各部分合计 10;请核对各项分值"
    )


@pytest.mark.parametrize(
    ("fold", "codes"),
    [
        ('{ half = "30%", year = "70%" }', []),
        ("{ half = 3, year = 7 }", []),
        ('{ half = "1/3", year = "2/3" }', []),
        ('{ half = "30%", year = "60%" }', ["weights"]),
        ("{ best = 1 }", []),
        ('{ best = 1, take = "mean" }', []),
        ('{ best = 0, take = "meen" }', ["unknown_word", "unknown_word"]),
        ('{ best = 1, half = "30%" }', ["unknown_word"]),
    ],
)
def test_weights_of_periods(fold: str, codes: list[str]) -> None:
    rule = f'across = ["half", "year"], fold = {fold} }}'
    text = nodes(
        'total = { compose = "sum", full = 15, clause = "一" }', GRAIN.replace("}", f", {rule}"), ROADS
    )
    assert [
        f.code for f in lint(read_scheme(text)) if f.code not in ("no_collector", "unused_figure")
    ] == codes
