"""Bands and tables beside one another: what lint says of gaps, overlaps, bands nobody reaches."""

import pytest

from kaocheng.rulebook import Finding, lint, read_scheme

HEAD = """
[scheme]
code = "small-2026"
year = 2026
round = { leaf = 2, total = 2 }
[clauses]
"一" = "分段计分"
[figures]
grain = { label = "粮食", collector = "农业局", unit = "吨" }
rate = { label = "办结率", collector = "信访局", unit = "%" }
[papers.p]
period = "2026"
[papers.p.nodes]
total = { label = "总分", compose = "sum", clause = "一" }
grain = { in = "total", full = 9, method = "given" }
"""


def found(rule: str) -> list[Finding]:
    return list(lint(read_scheme(HEAD + rule)))


def bands(*rows: str, more: str = "") -> str:
    """A leaf with these bands."""
    return f'rate = {{ in = "total", full = 9, method = "bands", bands = [{", ".join(rows)}]{more} }}\n'


def grades(*rows: str) -> str:
    """A result with these bands."""
    listed = ", ".join(f'{{ grade = "{n}", {row} }}' for n, row in enumerate(rows))
    return f"{bands('{ from = 0, gives = 1 }')}[papers.p.results.overall]\nbands = [{listed}]\n".replace(
        ",  }", " }"
    )


TOP, MIDDLE, LOW = "{ from = 90, gives = 9 }", "{ from = 60, gives = 5 }", "{ from = 0, gives = 1 }"
WRONG = {
    "a hole": (
        bands(TOP, "{ from = 60, to = 89, gives = 5 }", LOW.replace("0,", "0, below = 60,")),
        "band_gap",
        "89 与 90",
    ),
    "a hole in a line": (
        bands(TOP, "{ from = 60, below = 89, gives = 5 }", more=", else = 0"),
        "band_gap",
        "89 与 90",
    ),
    "a hole of one point": (
        bands("{ above = 60, gives = 9 }", "{ below = 60, gives = 5 }"),
        "band_gap",
        "正好 60",
    ),
    "nothing below": (bands(TOP, MIDDLE), "band_gap", "60 以下"),
    "nothing above": (bands("{ to = 50, gives = 3 }", "{ to = 80, gives = 2 }"), "band_gap", "80 以上"),
    "one point twice": (
        bands(TOP, "{ from = 60, to = 90, gives = 5 }", LOW),
        "band_overlap",
        "第 1 档和第 2 档",
    ),
    "a stretch twice": (
        bands("{ from = 85, to = 100, gives = 9 }", "{ from = 0, to = 90, gives = 5 }"),
        "band_overlap",
        "第 1 档和第 2 档",
    ),
    "the wrong way round": (bands(MIDDLE, TOP, LOW), "unreachable_band", "第 2 档"),
    "covered by two": (
        bands(TOP, "{ below = 90, gives = 2 }", "{ from = 85, to = 95, gives = 3 }"),
        "unreachable_band",
        "第 3 档",
    ),
    "upside down": (bands("{ from = 90, to = 60, gives = 9 }", LOW), "unreachable_band", "下限不低于上限"),
    "an empty point": (bands("{ from = 90, below = 90, gives = 9 }", LOW), "unreachable_band", "第 1 档"),
    "grades the wrong way round": (grades("from = 60", "from = 90", ""), "unreachable_band", "第 2 档"),
    "a grade after one for all": (grades("from = 90", "", "from = 60"), "unreachable_band", "第 3 档"),
    "a grade after one from the last upwards": (
        grades("from = 90", "least = 1", "from = 60"),
        "unreachable_band",
        "第 3 档",
    ),
    "grades with a hole": (grades("from = 90", "from = 60, to = 89", "below = 60"), "band_gap", "89 与 90"),
    "grades that overlap": (
        grades("from = 90", "from = 60, to = 90", ""),
        "band_overlap",
        "第 1 档和第 2 档",
    ),
    "two knots at one place": (
        'rate = { in = "total", full = 9, method = "interpolate", knots = [[60, 1], [60, 2]] }',
        "band_order",
        "第 2 个界限",
    ),
    "a step that never ends": (
        'rate = { in = "total", method = "progressive", bands = [{ rate = 1 }, { to = 9, rate = 2 }] }',
        "unreachable_band",
        "第 1 档没有上限",
    ),
    "an interval inside out": (
        'rate = { in = "total", full = 9, method = "interval", lo = 90, hi = 60 }',
        "band_order",
        "hi 应高于 lo",
    ),
    "a slope without width": (
        'rate = { in = "total", full = 9, method = "interval", lo = 60, hi = 90, outer_lo = 60 }',
        "band_order",
        "lo 应高于 outer_lo",
    ),
    "tables that meet": (
        'rate = { in = "total", method = "rank_table", table = [5, 3], from_end = [-2, -1] }',
        "tables_meet",
        "少于 4 个",
    ),
    "no table": ('rate = { in = "total", method = "rank_table", rest = 3 }', "missing_key", "table"),
}
EDGE = 'edge = { by = ["rate"], still_tied = "all" }\n'
VETO = "[papers.p.vetoes]\nv = { label = '否决', clause = '一', "
RIGHT = {
    "the first that holds": bands(TOP, MIDDLE, LOW),
    "both limits": bands(
        "{ from = 90, gives = 9 }", "{ from = 60, below = 90, gives = 5 }", "{ below = 60, gives = 0 }"
    ),
    "from below": bands("{ to = 50, gives = 3 }", "{ to = 80, gives = 2 }", "{ above = 80, gives = 1 }"),
    "up to a hundred": bands("{ to = 50, gives = 3 }", "{ to = 100, gives = 2 }"),
    "the rest": bands("{ to = 10, gives = 9 }", "{ from = 90, gives = 9 }", more=", else = 3"),
    "nothing but the top": bands(TOP, more=", else = 0"),
    "a point of its own": bands("{ from = 100, to = 100, gives = 9 }", "{ from = 0, gives = 1 }"),
    "limits by unit": bands(
        '{ from = "unit.line", gives = 9 }', '{ from = "unit.line - 9", gives = 5 }', more=", else = 0"
    ),
    "grades": grades("from = 90", "from = 60", ""),
    "grades under a condition": grades("from = 60, if = 'unit.a = 1'", "from = 60", ""),
    "a grade from the last rank": grades("from = 90", "", "least = 1") + EDGE,
    "a grade a veto gives": grades("from = 90", "", "") + VETO + "grade = '2' }\n",
    "a grade a veto lowers to": grades("from = 90", "", "") + VETO + "down = 1 }\n",
    "knots": 'rate = { in = "total", full = 9, method = "interpolate", knots = [[50, 1], ["60.5", 2]] }',
    "steps": 'rate = { in = "total", method = "progressive", bands = [{ to = 9, rate = 1 }, { rate = 2 }] }',
    "an interval": 'rate = { in = "total", full = 9, method = "interval", lo = 60, hi = 60, outer_hi = 70 }',
    "a table": 'rate = { in = "total", method = "rank_table", table = [5, 3] }',
}


@pytest.mark.parametrize("name", WRONG)
def test_bands_that_do_not_fit_are_named(name: str) -> None:
    rule, code, said = WRONG[name]
    kept = [f for f in found(rule) if f.code != "unused_figure"]
    assert [f.code for f in kept] == [code]
    assert said in kept[0].reason
    assert kept[0].place.line > HEAD.count("\n")
    assert kept[0].remedy


@pytest.mark.parametrize("name", RIGHT)
def test_bands_that_fit_are_passed_over(name: str) -> None:
    assert [f for f in found(RIGHT[name]) if f.code != "unused_figure"] == []


@pytest.mark.parametrize(
    ("rows", "decimals", "gap"),
    [
        (("from = 10", "to = '9.9'"), 1, False),  # no total of one decimal lies between
        (("from = 10", "to = '9.9'"), 2, True),
        (("from = 10", "below = '9.9'"), 1, True),
        (("above = 10", "below = 10"), 0, True),
        (("from = 90", "from = 80, to = 89", "to = 79"), 0, False),
    ],
)
def test_grades_of_rounded_totals_meet_where_no_total_lies_between(
    rows: tuple[str, ...], decimals: int, gap: bool
) -> None:
    said = list(lint(read_scheme((HEAD + grades(*rows)).replace("total = 2", f"total = {decimals}"))))
    assert [finding.code for finding in said if "results" in str(finding.place.path)].count("band_gap") == gap


@pytest.mark.parametrize(
    "divisor", ["ln(75000) - ln(100)", "sqrt(2)", "power(2, '1/3')", "exp(0)", "ceil(0.1)"]
)
def test_what_is_worked_from_written_numbers_alone_is_known_not_to_be_zero(divisor: str) -> None:
    text = divisor.replace("'1/3'", "1 / 3")
    rule = f'x = {{ in = "total", full = 9, formula = "rate / ({text})" }}\n'
    assert not [finding for finding in found(rule) if finding.code == "undefined"]


def test_what_is_worked_to_zero_is_said() -> None:
    rule = 'x = { in = "total", full = 9, formula = "rate / (sqrt(4) - 2)" }\n'
    assert "divided_by_zero" in [finding.code for finding in found(rule)]


def test_a_side_without_width_is_put_right_by_leaving_it_out() -> None:
    limits = "outer_lo = 60, lo = 60, hi = 90, outer_hi = 90"
    rule = f'rate = {{ in = "total", full = 9, method = "interval", {limits} }}'
    remedies = [f.remedy for f in found(rule) if f.code == "band_order"]
    assert remedies == ["一出界就不得分的,请删去 outer_lo", "一出界就不得分的,请删去 outer_hi"]
