"""Periods, targets by period, what looks back, and loops by name."""

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from kaocheng.engine import Figure, Inputs, Recipe, Unit, periods, score
from kaocheng.engine.periods import NoSuchPeriod, Span, span
from kaocheng.engine.run import Loop
from kaocheng.rulebook import BadScheme, read_scheme
from tests.engine.small import HEAD, given, leaf, points, recipe

written = st.one_of(
    st.integers(1990, 2090).map(str),
    st.builds("{}H{}".format, st.integers(1990, 2090), st.integers(1, 2)),
    st.builds("{}Q{}".format, st.integers(1990, 2090), st.integers(1, 4)),
    st.builds("{}-{:02}".format, st.integers(1990, 2090), st.integers(1, 12)),
)


@generated(written)
def test_a_period_written_out_is_the_same_period(period: str) -> None:
    assert periods.written(span(period)) == period


@generated(written)
def test_a_year_back_is_twelve_months_and_previous_is_as_long_as_itself(period: str) -> None:
    now, year, before = span(period), span(periods.last_year(period)), span(periods.previous(period))
    assert year == Span(now.first - 12, now.months)
    assert before == Span(now.first - now.months, now.months)


@pytest.mark.parametrize(
    "text", ["", "26", "2026H3", "2026Q0", "2026-13", "2026-00", "2026h1", "2026-09..2026-01"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(NoSuchPeriod, match="不是时段"):
        span(text)


def test_a_range_of_months_is_a_period() -> None:
    assert span("2025-12..2026-11") == Span(2025 * 12 + 11, 12)
    assert periods.last_year("2026-01..2026-09") == "2025-01..2025-09"


# -- targets -------------------------------------------------------------------------------------------

SHARED = leaf(
    "full = 10, method = 'completion', target_zero = 'full'",
    'value = { label = "财政收入", target = { half = "50%" } }',
).to_bytes()
HALVED = Recipe.from_bytes(
    SHARED.replace(b'"papers":{"paper":{', b'"papers":{"paper":{"total":{"year":"points","half":"points"},')
)


def half(**targets: str) -> str:
    """Ten points for 30 at half-year, by the targets given."""
    named = {
        f"value@{period[1:]}" if period != "none" else "value@": {"甲": v} for period, v in targets.items()
    }
    inputs = given({"value@2026H1": {"甲": "30"}}, targets=named)
    return points(HALVED, inputs, period="2026H1")["甲"]


def test_a_half_years_target_is_the_years_times_the_share() -> None:
    """10 × 30 ÷ (100 × 50 %) = 6."""
    assert half(_2026="100") == "6.00"


def test_a_half_years_own_target_comes_before_the_share() -> None:
    """10 × 30 ÷ 40 = 7.5."""
    assert half(_2026="100", _2026H1="40") == "7.50"


def test_everybodys_target_holds_where_a_unit_has_none() -> None:
    inputs = given({"value": {"甲": "30", "乙": "30"}}, targets={"value": {"*": "60", "甲": "40"}})
    assert points(leaf("full = 10, method = 'completion', target_zero = 'full'"), inputs) == {
        "乙": "5.00",
        "甲": "7.50",
    }


def test_without_a_target_there_are_no_points() -> None:
    inputs = given({"value": {"甲": "30"}})
    assert points(leaf("full = 10, method = 'completion', target_zero = 'full'"), inputs) == {"甲": ""}


def test_a_target_may_be_a_target_of_another_kind() -> None:
    of = leaf("full = 10, method = 'ratio', to = 'target(value, \"stretch\")', undefined = 'zero'")
    inputs = given({"value": {"甲": "30"}}, targets={"value:stretch": {"甲": "50"}, "value": {"甲": "30"}})
    assert points(of, inputs) == {"甲": "6.00"}


# -- looking back --------------------------------------------------------------------------------------


def test_growth_looks_at_the_same_months_a_year_earlier() -> None:
    of = leaf("formula = '(x - last) / last * 100', round = 1")
    assert points(of, given({"value": {"甲": "110"}, "value@2025": {"甲": "100"}})) == {"甲": "10.0"}


def test_the_sum_of_months_needs_every_month() -> None:
    of = leaf("x = 'sum(value, month)', formula = 'x', round = 0")
    months = {f"value@2026-{m:02}": {"甲": str(m)} for m in range(1, 13)}
    assert points(of, given(months)) == {"甲": "78"}
    del months["value@2026-05"]
    assert points(of, given(months)) == {"甲": ""}


def test_two_years_running_can_be_told_by_the_node_itself() -> None:
    """A streak that counts itself a period earlier ends where the figures begin."""
    of = recipe("""
[figures]
poor = { label = "较差" }
[papers.paper.nodes]
streak = { formula = "if(poor = 1, 1 + otherwise(score(streak@last_year), 0), 0)", round = 0 }
""")
    figures = {f"poor@{year}": {"甲": str(int(year > 2023))} for year in range(2022, 2027)}
    assert points(of, given(figures), "streak") == {"甲": "3"}


# -- loops ---------------------------------------------------------------------------------------------


def test_nodes_that_need_each_other_are_named_when_the_scheme_is_compiled() -> None:
    with pytest.raises(BadScheme, match="a → b → a"):
        recipe("""
[papers.paper]
total = "a"
[papers.paper.nodes]
a = { formula = "score(b) + 1" }
b = { formula = "score(a) + 1" }
""")


def test_nodes_that_need_each_other_across_periods_are_named_when_they_are_scored() -> None:
    looped = read_scheme(
        HEAD
        + """
[papers.paper]
total = { year = "a", half = "a" }
[papers.paper.nodes]
a = { formula = "score(b@half) + 1" }
b = { formula = "score(a@year) + 1" }
"""
    )
    with pytest.raises(Loop, match="a@2026 → b@2026H1 → a@2026"):
        score(looped.recipe, given(units=["甲"]))


@pytest.mark.parametrize(
    ("fold", "wanted"),
    [
        ('{ "2026Q1" = 1, "2026Q2" = 3 }', {"a": "87.50", "b": "60.00", "c": "/"}),
        ('{ "2026Q1" = "25%", "2026Q2" = "75%" }', {"a": "87.50", "b": "60.00", "c": "/"}),
        ('{ "2026Q1" = "1/10", "2026Q2" = "3/10" }', {"a": "87.50", "b": "60.00", "c": "/"}),
        ('{ "2026Q1" = 0, "2026Q2" = 1 }', {"a": "90.00", "b": "", "c": "/"}),
    ],
)
def test_weights_of_periods_are_relative_to_those_that_apply(fold: str, wanted: dict[str, str]) -> None:
    node = f'points = {{ x = "work", full = 100, method = "given", across = "quarter", fold = {fold} }}'
    figures = {"work@2026Q1": {"a": 80, "b": 60, "c": "/"}, "work@2026Q2": {"a": 90, "b": "/", "c": "/"}}
    later = {f"work@2026Q{k}": dict.fromkeys("abc", "/") for k in (3, 4)}
    of = recipe(f"[figures]\nwork = {{}}\n[papers.p.nodes]\n{node}\n")
    assert points(of, given(figures | later)) == wanted


@pytest.mark.parametrize(
    ("fold", "wanted"),
    [
        ("{ best = 2 }", {"a": "17.00", "b": "8.00", "c": ""}),
        ('{ best = 2, take = "mean" }', {"a": "8.50", "b": "4.00", "c": ""}),
    ],
)
def test_the_best_periods_are_added_or_averaged(fold: str, wanted: dict[str, str]) -> None:
    of = leaf(f'full = 20, method = "given", across = "quarter", fold = {fold}')
    months = {
        "Q1": {"a": 9, "b": 5, "c": 1},
        "Q2": {"a": 2, "b": "/", "c": 1},
        "Q3": {"a": 8, "b": 3, "c": 1},
    }
    quarters = {f"value@2026{name}": values for name, values in months.items()}
    quarters["value@2026Q4"] = {"a": 1, "b": "/"}  # c's is missing, and so is the whole
    assert points(of, given(quarters)) == wanted


@pytest.mark.parametrize(
    ("asked", "wanted"), [(None, "8.00"), ("2026H1", "3.00"), ("2027", "8.00"), ("2026-06", "")]
)
def test_a_figure_without_a_period_is_the_papers_own(asked: str | None, wanted: str) -> None:
    """The year's 8 is not the half-year's 3; where another year is asked for, the file speaks of that."""
    figures = (Figure("a", "value", "8"), Figure("a", "value", "3", "2026H1"))
    inputs = Inputs((Unit("a", "a", ""),), figures)
    of = recipe(
        "[figures]\nvalue = {}\n[papers.paper]\n"
        "total = { year = 'points', half = 'points', '2027' = 'points', '2026-06' = 'points' }\n"
        "[papers.paper.nodes]\npoints = { full = 10, x = 'value', method = 'given' }\n"
    )
    assert points(of, inputs, period=asked) == {"a": wanted}
