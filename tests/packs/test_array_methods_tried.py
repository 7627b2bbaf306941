"""What an array method gives is looked at before it counts; ``packs check`` tries it by its example."""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kaocheng.engine import Recipe, Sheet, explain, plugged, score
from kaocheng.engine.arrays import MISSING, NA, OK, Exact
from kaocheng.engine.inputs import Figure, Inputs, Row, Unit
from kaocheng.engine.plugged import NotExact, each
from kaocheng.packs import ArrayMethod, Edition, Example, Pack
from kaocheng.packs.check import mistakes
from tests.packs.functions import (
    HALF,
    against_best,
    first_is_best,
    forgetful,
    halved,
    no_column,
    peeping,
    raising,
    writing,
)

# -- what a function gives back ------------------------------------------------------------------------


def a_recipe(works: Callable[..., Exact], takes: tuple[str, ...] = ("x", "full")) -> Recipe:
    """Two leaves, one by a pack's function and one by an expression."""
    plugged.offer("p:m@2026", "sha256:1", works)
    method = {"label": "自有", "formula": "…", "takes": list(takes)}
    return Recipe(
        {
            "code": "s",
            "year": 2026,
            "figures": {"a": {"label": "甲"}, "b": {"label": "乙"}},
            "methods": {"m": {**method, "function": "p:m@2026", "digest": "sha256:1"}},
            "papers": {
                "p": {
                    "total": "total",
                    "nodes": {
                        "total": {"compose": "sum", "full": 20},
                        "a": {"in": "total", "full": 10, "method": "m"},
                        "b": {"in": "total", "full": 10, "method": "given"},
                    },
                }
            },
        }
    )


def inputs(*values: str) -> Inputs:
    codes = [f"u{at:03}" for at in range(len(values))]
    return Inputs(
        units=tuple(Unit(code, code, "镇") for code in codes),
        figures=tuple(
            Figure(code, name, value, "2026")
            for code, value in zip(codes, values, strict=True)
            for name in ("a", "b")
            if value
        ),
    )


def cells(sheet: Sheet, node: str) -> list[str]:
    (paper,) = sheet.papers
    return [paper.shown(unit, node) for unit in paper.units]


def test_a_sound_function_counts_like_any_method() -> None:
    sheet = score(a_recipe(halved), inputs("4", "6", "/", ""), "2026")

    assert (cells(sheet, "a"), sheet.failed) == (["7", "8", "/", ""], ())


def test_a_function_of_the_group_compares_and_is_found_once_for_all() -> None:
    recipe = a_recipe(against_best, ("x", "full", "group"))

    assert cells(score(recipe, inputs("4", "3", ""), "2026"), "a") == ["10", "7.5", ""]


def held(n: Any, d: Any = 1, state: Any = None) -> Callable[..., Exact]:
    return lambda x, full: Exact(n, d, state)


@pytest.mark.parametrize(
    ("works", "why"),
    [
        (raising, "ZeroDivisionError"),
        (writing, "ValueError"),
        (lambda x, full: [1, 2], "not_a_column"),
        (lambda x, full: x.n, "not_a_column"),
        (lambda x, full: None, "not_a_column"),
        (lambda x, full: Exact.of([1, 2, 3]), "wrong_length"),
        (lambda x: x, "TypeError"),
        (lambda x, full: Exact.of([0.5, 1]), "AttributeError"),
        (held(np.array([0.5, 1.0])), "not_whole"),
        (held(np.array([np.nan, 1.0])), "ValueError"),
        (held(np.array([np.inf, 1.0])), "OverflowError"),
        (held(np.array([2.0**60, 1.0])), "not_whole"),
        (held(np.array([1, 2])), "not_whole"),
        (held(np.array([1.0, 2.0]), np.array([0.0, 1.0])), "not_above_zero"),
        (held(np.array([1.0, 2.0]), 1, np.array([0, 9], np.uint8)), "wrong_state"),
        (lambda x, full: each(float, x), "not_a_fraction"),
        (lambda x, full: Exact(np.array([1 / 3, 1 / 3]), 1, None, 0, 1) * x + full, "not_whole"),
    ],
)
def test_what_is_not_exact_is_one_finding_and_the_rest_goes_on(works: Callable[..., Any], why: str) -> None:
    sheet = score(a_recipe(works), inputs("4", "6"), "2026")

    (failed,) = sheet.failed
    assert failed.problem == why
    assert "指标包 p 的方法“自有”出错" in str(failed)
    assert (cells(sheet, "a"), cells(sheet, "b")) == (["", ""], ["4", "6"])
    assert Sheet.from_bytes(sheet.to_bytes()).failed == sheet.failed


def test_the_working_says_that_the_function_failed_not_that_data_are_missing() -> None:
    it = explain(a_recipe(raising), inputs("4", "6"), "u000", "a", run_period="2026")

    assert it.lines == (
        "指标包 p 的方法“自有”出错(ZeroDivisionError),用它的项目没有得分,其他照算;请告知操作员",
    )


def test_what_one_step_more_would_bring_is_asked_of_the_function() -> None:
    recipe = a_recipe(halved)

    (step,) = explain(recipe, inputs("4", "6"), "u000", "a", run_period="2026").steps

    assert (step.value, step.gain) == ("5", "0.5")


def test_each_row_of_a_list_is_scored_by_itself() -> None:
    plain = a_recipe(against_best, ("x", "full", "group")).keys
    node = {"full": 10, "rows": "task", "fold": "sum", "method": "m", "x": "done"}
    recipe = Recipe(
        {
            **plain,
            "lists": {"task": {"fields": {"done": "%", "full": "分"}}},
            "papers": {"p": {"total": "t", "nodes": {"t": node}}},
        }
    )
    done = {("a", "1"): 4, ("a", "2"): 6, ("b", "1"): 8, ("b", "2"): 2}
    rows = [
        Row(unit, "task", row, field, str(value), "2026")
        for (unit, row), value in done.items()
        for field, value in (("done", value), ("full", 5))
    ]

    sheet = score(recipe, Inputs(units=(Unit("a", "a"), Unit("b", "b")), rows=tuple(rows)), "2026")

    assert dict(sheet.papers[0].values) == {  # full · done / the best done, 8
        "t": ("6.25", "6.25"),
        "t#1": ("2.5", "5"),
        "t#2": ("3.75", "1.25"),
    }


def test_a_function_cannot_change_what_others_are_scored_by() -> None:
    given = inputs("4", "6")

    assert cells(score(a_recipe(writing), given, "2026"), "b") == ["4", "6"]


def test_each_asks_once_for_each_distinct_input_and_leaves_gaps_alone() -> None:
    asked: list[Fraction] = []

    def work(x: Fraction, most: Fraction) -> Fraction | None:
        asked.append(x)
        return None if x > 8 else min(x, most)

    x = Exact.of([3, 7, 7, 9, None], np.array([OK, OK, OK, OK, NA], np.uint8))
    found = each(work, x, Exact.constant(5))

    assert [found.fraction(at) for at in range(5)] == [3, 5, 5, None, None]
    assert [int(state) for state in found.state] == [OK, OK, OK, MISSING, NA]
    assert asked == [3, 7, 9]
    with pytest.raises(NotExact):
        each(lambda v: 0.5, Exact.of([1]))  # type: ignore[arg-type, return-value]


def test_the_same_points_from_a_long_column_and_a_short_one() -> None:
    """Above 64 units the engine estimates and postpones; a function must not notice."""
    recipe = a_recipe(lambda x, full: (x / (x + full)) * (full / (x + HALF)) + x / (full + HALF))
    many = [str(Fraction(at * 37 % 97, 10)) for at in range(1, 400)]
    written = [f"{float(Fraction(v)):.1f}" for v in many]

    long = cells(score(recipe, inputs(*written), "2026"), "a")

    assert long == [cells(score(recipe, inputs(v), "2026"), "a")[0] for v in written]


# -- tried by its example ------------------------------------------------------------------------------

GOOD = Example(takes={"x": ("4", "6", "/"), "full": "10"}, gives=("7", "8", "/"))


def said(
    works: Callable[..., Any], example: Example = GOOD, keys: tuple[str, ...] = (), **more: Any
) -> list[str]:
    method = ArrayMethod(code="m", label="自有", formula="…", works=works, example=example, keys=keys, **more)
    edition = Edition(year="2026", since=date(2026, 1, 1), circular="示例", methods=(method,))
    found = list(mistakes(Pack(code="p", label="包", editions=(edition,))))
    assert all(one.startswith("p@2026:方法“自有”(m):") for one in found)
    return [one.partition(":方法“自有”(m):")[2] for one in found]


def test_a_good_method_has_nothing_to_mend() -> None:
    assert said(halved) == []
    best = Example(
        takes={"x": ("4", "3", "9"), "full": "10"}, group=("东", "东", "西"), gives=("10", "7.5", "10")
    )
    assert said(against_best, best) == []


@pytest.mark.parametrize(
    ("works", "gives", "complaint"),
    [
        (halved, ("7", "8.5", "/"), ["示例第 2 个单位得 8,写的是 8.5"]),
        (halved, ("7", "8", ""), ["示例第 3 个单位得 /,写的是 缺"]),
        (raising, ("7", "8", "/"), ["示例算不出:ZeroDivisionError: of nothing"]),
        (writing, ("7", "8", "/"), ["示例算不出:ValueError: assignment destination is read-only"]),
        (no_column, ("7", "8", "/"), ["示例算不出:给出的不是 Exact"]),
        (peeping, ("20/3", "10", "/"), ["第 1 个单位单独算得分不同:要看别的单位,请把 group 写进参数"]),
    ],
)
def test_what_its_example_shows_is_said(
    works: Callable[..., Any], gives: tuple[str, ...], complaint: list[str]
) -> None:
    assert said(works, Example(takes=GOOD.takes, gives=gives)) == complaint


def test_a_method_that_changes_from_call_to_call_is_found() -> None:
    assert any("再算一次结果就不同" in one for one in said(forgetful))


def test_a_method_that_looks_at_the_order_of_units_is_found() -> None:
    example = Example(takes={"x": ("4", "6", "7"), "full": "10"}, gives=("10", "9", "8"))

    assert "单位换了顺序,得分就变了:方法不能看单位的先后" in said(first_is_best, example)


@pytest.mark.parametrize(
    ("works", "keys", "more", "complaint"),
    [
        (lambda x, full, rate: x, (), {}, "函数要的“rate”没有"),
        (lambda x, full: x, ("rate",), {}, "函数没有用到键“rate”"),
        (lambda x, full: x, ("x",), {}, "键“x”与节点自己的名称相同"),
        (lambda x, full: x, (), {"defaults": {"rate": 1}}, "“rate”有默认值,却不在 keys 里"),
        (lambda *columns: columns[0], (), {}, "函数的参数“columns”没有名称可对"),
        (lambda x, full=None: x, (), {}, "函数的参数“full”不要写默认值"),
        (lambda x: x, (), {}, "示例给出的“full”函数不用"),
        (lambda x, full, base: x, (), {}, "示例没有给出“base”"),
    ],
)
def test_a_declaration_that_cannot_be_called_is_said(
    works: Callable[..., Any], keys: tuple[str, ...], more: Mapping[str, Any], complaint: str
) -> None:
    assert any(one.startswith(complaint) for one in said(works, keys=keys, **more))


def test_columns_of_unlike_length_are_said() -> None:
    example = Example(takes={"x": ("4", "6"), "full": "10"}, gives=("7", "8", "/"))

    assert said(halved, example) == ["示例中“x”有 2 个值,应为 3 个"]


def test_a_float_in_the_file_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "scoring.py"
    file.write_text("def m(x, full):\n    return round(x) if False else x\n\nRATE = 0.5\n")
    module: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec"), module)

    found = said(module["m"], Example(takes={"x": ("1", "2"), "full": "3"}, gives=("1", "2")))

    assert found == [
        "scoring.py:4:“0.5”是浮点数,会失去精度;请用 Fraction 或 Exact",
        "scoring.py:2:“round(x)”是浮点数,会失去精度;请用 Fraction 或 Exact",
    ]


def test_what_a_broken_method_says_is_kept_in_no_language() -> None:
    """A sheet is compared byte for byte with one worked out elsewhere, perhaps in English."""
    from kaocheng.i18n import speaking

    recipe = a_recipe(lambda x, full: None)
    with speaking("en"):
        english = score(recipe, inputs("4"), "2026")

    assert english.to_bytes() == score(recipe, inputs("4"), "2026").to_bytes()
