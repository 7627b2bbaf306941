"""Arrays in, arrays out: the same points as from texts, and refused where they are not exact."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaocheng.engine import BadFigures, Figure, Figures, Inputs, Recipe, Target, Unit, score
from kaocheng.engine.inputs import NOT_APPLICABLE
from kaocheng.engine.run import Run
from kaocheng.engine.steps_below import with_steps
from kaocheng.engine.working import work_out

GRADED = {"overall": {"by": "total", "within": "class", "bands": [{"grade": "优秀"}]}}
RECIPE = Recipe(
    {
        "code": "small",
        "year": 2026,
        "round": {"leaf": 2, "total": 2},
        "periods": {"half": "2026H1"},
        "figures": {"revenue": {"target": {"half": "50%"}}, "roads": {}, "growth": {}},
        "papers": {
            "town": {
                "period": "2026",
                "nodes": {
                    "total": {"compose": "sum", "full": 100},
                    "revenue": {"in": "total", "full": 50, "method": "completion"},
                    "early": {
                        "in": "total",
                        "full": 10,
                        "x": "revenue@half",
                        "target": "target(revenue@half)",
                        "method": "completion",
                    },
                    "roads": {
                        "in": "total",
                        "full": 20,
                        "method": "efficacy",
                        "start": "60%",
                        "group": "class",
                    },
                    "growth": {
                        "in": "total",
                        "full": 20,
                        "method": "rank_steps",
                        "step": 1,
                        "not_applicable": "group_mean",
                        "missing": "zero",
                    },
                },
                "results": GRADED,
            }
        },
    }
)
COLUMNS = ("revenue", "revenue@half", "target(revenue)", "roads", "growth")
values = st.one_of(st.integers(0, 20000), st.just(None), st.just("/"))
tables = st.integers(1, 8).flatmap(
    lambda n: st.lists(
        st.tuples(values, values, st.integers(1, 20000), values, values), min_size=n, max_size=n
    )
)


def as_texts(table: list[tuple[int | str | None, ...]], codes: list[str]) -> Inputs:
    figures, targets = [], []
    for code, row in zip(codes, table, strict=True):
        for name, value in zip(COLUMNS, row, strict=True):
            if value is None:
                continue
            text = value if value == NOT_APPLICABLE else str(Decimal(value) / 100)
            figure, _at, period = name.partition("@")
            if name.startswith("target"):
                targets.append(Target(code, "revenue", text))
            else:
                figures.append(Figure(code, figure, text, RECIPE.period(period) if period else ""))
    return Inputs(tuple(units(codes)), tuple(figures), tuple(targets))


def units(codes: list[str]) -> list[Unit]:
    return [Unit(code, group="甲" if int(code) % 2 else "乙") for code in codes]


def as_arrays(table: list[tuple[int | str | None, ...]], codes: list[str]) -> Figures:
    cells = np.array(table, object)
    return Figures(
        units(codes),
        COLUMNS,
        np.array([[v if isinstance(v, int) else 0 for v in row] for row in table], float),
        decimals=2,
        missing=cells == None,  # noqa: E711
        not_applicable=cells == NOT_APPLICABLE,
    )


@settings(max_examples=60)
@given(tables, st.randoms(use_true_random=False))
def test_arrays_score_as_texts_do(table: list[tuple[int | str | None, ...]], random: object) -> None:
    codes = [str(n) for n in range(len(table))]
    random.shuffle(codes)  # type: ignore[attr-defined]
    sheet = score(RECIPE, as_texts(table, codes)).papers[0]
    scores = score(RECIPE, as_arrays(table, codes)).papers[0]

    assert scores.units == sheet.units
    for node in scores.nodes:
        assert scores.exact(node) == [sheet.value(unit, node) for unit in sheet.units]
        column = scores.column(node)
        shown = [
            NOT_APPLICABLE if na else "" if gone else str(Decimal(int(n)).scaleb(-column.decimals))
            for n, gone, na in zip(column.values, column.missing, column.not_applicable, strict=True)
        ]
        assert shown == [sheet.shown(unit, node) for unit in sheet.units]
    ranks = [None if np.isnan(rank) else int(rank) for rank in scores.ranks()]
    assert ranks == [standing.rank for standing in sheet.standings]
    assert scores.standings() == sheet.standings
    texts = Run(RECIPE, as_texts(table, codes))
    for node in scores.nodes:
        worked_out = with_steps(texts, work_out(texts, codes[0], node, scores.period))
        told = scores.explain(codes[0], node), worked_out
        # the texts' targets are for every period, those of the arrays for this one
        values = [[(used.name, used.value, used.kind) for used in it.used] for it in told]
        assert values[0] == values[1]
        assert replace(told[0], used=()) == replace(told[1], used=())


@pytest.mark.parametrize(
    "values",
    [
        np.array([[98, 5]]),
        np.array([[98.0, 5.0]]),
        np.array([[Decimal(98), Fraction(5)]], object),
        np.array([[98, 5]], np.uint8),
    ],
)
def test_numbers_come_in_any_exact_type(values: np.ndarray) -> None:
    figures = Figures(["a"], ["revenue", "roads"], values)

    assert [column.fraction(0) for column in figures.exact.values()] == [98, 5]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.array([[98.5]]), "不是整数"),
        (np.array([[np.nan]]), "不是整数"),
        (np.array([[np.inf]]), "不是整数"),
        (np.array([[2.0**60]]), "不是整数"),
        (np.array([[0.5]], object), "不是精确的数"),
        (np.array([[Decimal("NaN")]], object), "不是精确的数"),
        (np.array([[1]], complex), "Decimal"),
        (np.array([[1, 2]]), "形状"),
    ],
)
def test_what_is_not_exact_is_refused(values: np.ndarray, said: str) -> None:
    with pytest.raises(BadFigures, match=said):
        Figures(["a"], ["revenue"], values)


def test_a_unit_or_a_column_twice_is_refused() -> None:
    with pytest.raises(BadFigures, match="同一单位"):
        Figures(["a", "a"], ["revenue"], np.zeros((2, 1)))
    with pytest.raises(BadFigures, match="同一列"):
        Figures(["a"], ["revenue", "revenue"], np.zeros((1, 2)))
