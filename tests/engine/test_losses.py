"""Where the points went, told apart exactly, on schemes small enough to be checked by head."""

from fractions import Fraction

from kaocheng.engine.explain import Explanation
from kaocheng.engine.run import Run
from kaocheng.engine.score import sheet_of
from kaocheng.engine.working import work_out

from .small import NOT_LINEAR, explained, given, recipe


def test_what_was_lost_adds_up_to_the_last_digit() -> None:
    """a: growth 10 × (60 % + 40 % × 1.5 ÷ 5) = 7.2; roads 6 × 0.99333 = 5.95998 → 5.96; cases 4 - 1; + 2."""
    it = explained("a")
    assert it.points == "18.16"
    lost = {(loss.node, loss.kind): Fraction(loss.points) for loss in it.losses}
    assert lost == {
        ("growth", "score"): Fraction("2.8"),
        ("roads", "score"): Fraction("0.04002"),
        ("roads", "round"): Fraction("-0.00002"),
        ("cases", "score"): Fraction(1),
        ("bonus", "bonus"): Fraction("-2.5"),
        ("bonus", "cap"): Fraction("0.5"),
    }
    assert sum(lost.values()) == 20 - Fraction("18.16")


def test_full_marks_with_a_product_among_the_parts_are_those_of_its_base() -> None:
    body = """
[figures]
growth = { label = "增速", unit = "%" }
party = { label = "党建", unit = "分" }
race = { label = "争先", unit = "分" }
[papers.town.nodes]
total = { label = "总分", compose = "sum", of = ["product", "race"] }
product = { label = "绩效", compose = "product", of = ["growth", "party"] }
growth = { full = 100, method = "given" }
party = { method = "bands", bands = [{ from = 95, gives = "1.05" }], else = 1 }
race = { full = 4, method = "given" }
[papers.town.results.overall]
by = "total"
"""
    run = Run(recipe(body), given({"growth": {"a": 80}, "party": {"a": 96}, "race": {"a": 1}}))
    it = work_out(run, "a", "")
    # 80 × 1.05 + 1 = 85 of 100 + 4: 20 at growth before the coefficient, which then gives 4 back; 3 at race
    assert (it.full, it.points, it.lost_exact) == ("104", "85.00", "19")
    assert {loss.label: loss.points for loss in it.losses} == {"增速": "20", "党建": "-4", "争先": "3"}
    assert sheet_of(run).papers[0].column["total"].full == "104"


def lost(it: Explanation) -> dict[str, Fraction]:
    """The losses by label, which come to full marks less the points as they are ranked."""
    assert it.full is not None
    assert it.points is not None
    found: dict[str, Fraction] = {}
    for loss in it.losses:
        if loss.kind != "round":
            found[loss.label] = found.get(loss.label, Fraction(0)) + Fraction(loss.points)
    rounding = sum((Fraction(loss.points) for loss in it.losses if loss.kind == "round"), Fraction(0))
    assert sum(found.values()) + rounding == Fraction(it.full) - Fraction(it.points)
    return found


def test_a_mean_by_powers_shares_its_loss_out_by_the_share_of_full_marks_lost() -> None:
    """√(90 · 40) = 60: of 40 lost, 90 lost 10 and 40 lost 60, so 40/7 and 240/7; harmonic likewise."""
    for how in ("geometric", "harmonic"):
        body = NOT_LINEAR.replace("HOW", f'"{how}"').replace("per = 10", "per = 5")
        it = work_out(Run(recipe(body), given({"growth": {"a": 90}, "cases": {"a": 12}})), "a")
        found = lost(it)
        assert found["平安"] == 6 * found["发展"] > 0
    body = NOT_LINEAR.replace("HOW", '"geometric"').replace("per = 10", "per = 5")
    it = work_out(Run(recipe(body), given({"growth": {"a": 90}, "cases": {"a": 12}})), "a")
    assert lost(it) == {"发展": Fraction(40, 7), "平安": Fraction(240, 7)}


def test_a_formula_gives_each_node_what_the_whole_falls_by_when_it_is_put_in() -> None:
    """100 × 1; growth 90: 90, so 10; × 1.1 (a coefficient, from 1): 99, so 9 gained."""
    body = """
[figures]
growth = { label = "增速", unit = "%" }
party = { label = "党建", unit = "分" }
[papers.town.nodes]
total = { compose = "formula", full = 100, formula = "score(growth) * score(party)" }
growth = { label = "发展", full = 100, method = "convert", out_of = 100 }
party = { label = "系数", method = "bands", bands = [{ from = 95, gives = "1.1" }], else = 1 }
[papers.town.results.overall]
by = "total"
"""
    run = Run(recipe(body), given({"growth": {"a": 90}, "party": {"a": 96}}))
    assert lost(work_out(run, "a")) == {"发展": 10, "系数": -9}


def test_what_is_scored_over_several_periods_is_told_period_by_period_and_item_by_item() -> None:
    body = """
[figures]
x = { label = "甲项" }
y = { label = "乙项" }
[papers.town.nodes]
total = { compose = "sum", full = 20, of = ["held"] }
held = { label = "各季", compose = "sum", full = 20, across = "quarter", fold = FOLD }
x = { in = "held", full = 10, method = "convert", out_of = 10 }
y = { in = "held", full = 10, method = "convert", out_of = 10 }
[papers.town.results.overall]
by = "total"
"""
    quarters = {f"{code}@2026Q{n}": {"a": v} for code in "xy" for n, v in enumerate((10, 8, 6, 10), 1)}
    three = '{ best = 3, take = "mean" }'  # without the third quarter: 2 × 2 ÷ 3 lost in the second
    for fold, wanted in (
        ('"mean"', {"2026Q2": 1, "2026Q3": 2}),
        ('"min"', {"2026Q3": 8}),
        (three, {"2026Q2": Fraction(4, 3)}),
    ):
        it = work_out(Run(recipe(body.replace("FOLD", fold)), given(quarters)), "a")
        lost(it)
        found: dict[str, Fraction] = {}
        for loss in (one for one in it.losses if one.kind != "round"):
            assert loss.label in ("甲项", "乙项")
            found[loss.period] = found.get(loss.period, Fraction(0)) + Fraction(loss.points)
        assert found == wanted


def test_a_list_is_told_row_by_row() -> None:
    body = """
[figures]
[lists.task]
fields = { full = "分", progress = "%" }
[papers.office.nodes]
total = { compose = "sum", full = 30, of = ["tasks"] }
tasks = { label = "任务", full = 30, rows = "task", method = "formula", formula = "full * progress / 100" }
[papers.office.results.overall]
by = "total"
"""
    rows = given(rows={"a": [{"full": 10, "progress": 50}, {"full": 20, "progress": 100}]})
    assert lost(work_out(Run(recipe(body), rows), "a")) == {"任务#1": 5}


def test_full_marks_that_were_never_the_units_are_neither_lost_nor_gained_back() -> None:
    body = """
[figures]
fish = { label = "渔政" }
waste = { label = "污水" }
[papers.office.nodes]
total = { compose = "sum", full = 60 }
fish.in = "total"
fish.full = 60
fish.method = "convert"
fish.out_of = 10
fish.applies = "unit.duty = 'a'"
fish.not_applicable = "zero"
waste.in = "total"
waste.full = 60
waste.method = "convert"
waste.out_of = 10
waste.applies = "unit.duty = 'b'"
waste.not_applicable = "zero"
[papers.office.results.overall]
by = "total"
"""
    units = {"a": {"duty": "a"}, "b": {"duty": "b"}}
    run = Run(recipe(body), given({"fish": {"a": 9}, "waste": {"b": 5}}, attributes=units))
    assert lost(work_out(run, "a")) == {"渔政": 6}
