"""One unit worked out alone, beside a whole run, gives what the run gave it."""

import tempfile
from pathlib import Path

import pytest

from kaocheng.engine import Figure, Inputs, Recipe, Unit, grade, nodes, terms
from kaocheng.engine.alone import Alone
from kaocheng.engine.imported import in_words
from kaocheng.engine.run import Run
from kaocheng.engine.score import sheet_of
from kaocheng.engine.terms import Seat
from kaocheng.errors import Invalid
from kaocheng.rulebook import read_scheme
from kaocheng.rulebook.files import Tables, read_inputs
from tests.reference.cases import TRUTHS, Case, truth, yunling
from tests.reference.generate import random_case
from tests.reference.generate_expressions import expression_case
from tests.reference.themes import NAMES, themed_case


def run_of(case: Case) -> Run:
    """The run of a case."""
    scheme = read_scheme(case.scheme, file=case.name)
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for name, text in {"figures": case.figures, **case.files()}.items():
            paths[name] = Path(folder) / f"{name}.csv"
            paths[name].write_text(text, encoding="utf-8")
        sheets = {code: Path(folder) / f"{code}.json" for code in case.sheets}
        for code, other in case.sheets.items():
            sheets[code].write_bytes(sheet_of(run_of(other)).to_bytes())
        return Run(scheme.recipe, read_inputs(scheme, Tables(**paths, sheets=sheets)), case.period or None)


def unlike(case: Case) -> list[str]:
    """Every node of every unit that comes out otherwise when that unit is worked out alone."""
    run = run_of(case)
    try:
        sheet = sheet_of(run)
    except Invalid:
        return []
    found = []
    for paper in sheet.papers:
        rules = run.recipe.papers[paper.code]
        for column in paper.columns:
            node = rules.nodes.get(column.node) if column.kind == "node" else None
            if node is None or node.get("across") or in_words(node):
                continue
            together = run.applied(rules, node.code, column.period).spread(len(run.units))
            for unit in paper.units:
                at = run.at[unit]
                for _name, value in nodes.stages(Alone(run, at), rules, node, column.period):
                    alone = value.spread(1)
                if (alone.fraction(0), alone.state[0]) != (together.fraction(at), together.state[at]):
                    found.append(f"{case.name} {unit} {column.key}")
    return found


def placed_otherwise(case: Case) -> list[str]:
    """Every unit whose place or grade, asked of a run that graded nobody, is not the one on the sheet."""
    try:
        sheet, run = sheet_of(run_of(case)), run_of(case)
    except Invalid:
        return []
    found = []
    for paper in sheet.papers:
        rules, period = next(pair for pair in run.paper_periods() if pair[0].code == paper.code)
        for code, standings in paper.results.items():
            asked = grade.ranked(run, rules, code, period)
            found += [s.unit for s in reversed(standings) if asked.standing(run.at[s.unit]) != s]
    return found


def test_every_node_of_random_schemes() -> None:
    assert [it for seed in range(60) for it in unlike(random_case(seed))] == []
    assert [it for seed in range(20) for it in unlike(expression_case(seed))] == []


def test_the_place_and_the_grade_of_one_unit() -> None:
    assert [it for seed in range(120) for it in placed_otherwise(random_case(seed))] == []
    assert placed_otherwise(yunling()) == []


@pytest.mark.parametrize("name", NAMES)
def test_corners_of_the_language(name: str) -> None:
    assert unlike(themed_case(name, 1)) == []


@pytest.mark.parametrize("name", TRUTHS)
def test_published_results(name: str) -> None:
    assert unlike(truth(name)[0]) == []


@pytest.mark.parametrize("period", ["2026", "2026H1"])
def test_the_county(period: str) -> None:
    assert unlike(yunling(period)) == []


def test_what_the_parts_count_is_each_units_own() -> None:
    leaves = {code: {"in": "total", "full": 50, "method": "given"} for code in "ab"}
    recipe = Recipe(
        {
            "code": "own",
            "year": 2026,
            "round": {"leaf": 2, "total": 2},
            "figures": {"a": {}, "b": {}},
            "papers": {"town": {"nodes": {"total": {"compose": "sum", "full": 100}} | leaves}},
        }
    )
    told = [("u0", "a", "40"), ("u0", "b", "/"), ("u1", "a", "40"), ("u1", "b", "40")]
    run = Run(recipe, Inputs((Unit("u0"), Unit("u1")), tuple(Figure(*one) for one in told)))
    paper = recipe.papers["town"]
    total = paper.nodes["total"]
    for place in (0, 1):  # each among all first, as it is asked where others decide
        terms.counts_for(Seat(run, place), paper, total, "2026")
        terms.terms(Seat(run, place), paper, total, "2026")

    alone = [Seat(Alone(run, place), 0) for place in (0, 1)]
    assert [terms.counts_for(seat, paper, total, "2026")["a", "2026"] for seat in alone] == [2, 1]
    assert [terms.terms(seat, paper, total, "2026")[0].coefficient for seat in alone] == [2, 1]
