"""Array methods: a pack's pure function of exact columns, scored, explained, recomputed, and not trusted."""

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaocheng.engine import Recipe, Sheet, explain, plugged, score
from kaocheng.engine.inputs import Figure, Inputs, Unit
from kaocheng.engine.plugged import PackNeeded
from kaocheng.engine.telling import as_text
from kaocheng.packs.shelf import open_shelf
from kaocheng.rulebook import BadScheme, Scheme, compile_scheme, lint, read_scheme

PAGE = (Path(__file__).parents[2] / "docs" / "packs.md").read_text("utf-8")
LIGHTS = re.findall(r"```python\n(.*?)```", PAGE, re.S)[1]
TAKEN = re.findall(r"```toml\n(.*?)```", PAGE, re.S)[4]
HEAD = """
[scheme]
code = "dispatch-2026"
name = "月度任务"
year = 2026
language = 2
round = { leaf = 2, total = 2 }
[clauses]
"5" = "月度任务未完成亮黄灯,每次扣0.5分;连续两个月未完成亮红灯,每次扣1分。"
[papers.district]
class = "区"
period = "2026"
total = "dispatch"
"""
SCHEME = HEAD + TAKEN
MONTHS = ("m1", "m2", "m3")
Install = Any


@pytest.fixture
def shelf(install: Install) -> Any:
    """The pack of docs/packs.md, installed and allowed."""
    digest = install("warning_lights", files={"__init__.py": LIGHTS})
    return open_shelf({digest})


def a_scheme(shelf: Any, text: str = SCHEME) -> Scheme:
    return read_scheme(text, packs=shelf.for_tenant({"warning_lights": "2026"}))


def months(**units: str) -> Inputs:
    """Each unit's months, separated by blanks; ``-`` for one that was not reported."""
    return Inputs(
        units=tuple(Unit(code, code, "区") for code in units),
        figures=tuple(
            Figure(code, "dispatch", value, "2026", month)
            for code, written in units.items()
            for month, value in zip(MONTHS, written.split(), strict=True)
            if value != "-"
        ),
    )


def shown(sheet: Sheet) -> dict[str, str]:
    (paper,) = sheet.papers
    return {unit: paper.shown(unit, "dispatch") for unit in paper.units}


GIVEN = months(east="100 101 100", west="98.5 100 99", south="99 99 100", north="99 99 -", far="/ 100 100")


# -- scored --------------------------------------------------------------------------------------------


def test_the_page_says_what_comes_out(shelf: Any) -> None:
    recipe = compile_scheme(a_scheme(shelf))

    sheet = score(recipe, GIVEN, "2026")

    assert shown(sheet) == {"east": "10.00", "west": "9.00", "south": "8.50", "north": "", "far": "/"}
    assert sheet.failed == ()


def test_the_recipe_and_the_sheet_name_pack_edition_and_digest(shelf: Any) -> None:
    recipe, digest = a_scheme(shelf).recipe, shelf.installed["warning_lights"].digest

    method = recipe.methods["lights"]

    assert (method["function"], method["digest"]) == ("warning_lights:lights@2026", digest)
    sheet = score(recipe, GIVEN, "2026")
    assert sheet.facts == {"lights": f"warning_lights:lights@2026 {digest}"}
    assert Sheet.from_bytes(sheet.to_bytes()) == sheet


def by_hand(figures: list[Fraction], yellow: Fraction, red: Fraction) -> Fraction:
    """The clause, read again: nothing of it is the pack's or the engine's."""
    points, lights = Fraction(10), [figure < 100 for figure in figures]
    for at, missed in enumerate(lights):
        if missed:
            points -= red if at and lights[at - 1] else yellow
    points = max(Fraction(0), min(points, Fraction(10)))
    return Fraction(int(points * 100 + Fraction(1, 2)), 100)


DECIMALS = st.integers(9_700, 10_300).map(lambda cents: Fraction(cents, 100))
RATES = st.integers(0, 9_999).map(lambda thousandths: Fraction(thousandths, 1000))


def test_every_cell_equals_the_clause_worked_as_fractions(shelf: Any) -> None:
    text = SCHEME.replace('yellow = "0.5"', 'yellow = "YELLOW", red = "RED"')

    @settings(max_examples=60)
    @given(st.lists(st.tuples(DECIMALS, DECIMALS, DECIMALS), min_size=1, max_size=90), RATES, RATES)
    def every_cell(rows: list[tuple[Fraction, ...]], yellow: Fraction, red: Fraction) -> None:
        written = text.replace("YELLOW", str(yellow)).replace("RED", str(red))
        named = {f"u{at:03}": row for at, row in enumerate(rows)}
        inputs = months(**{u: " ".join(f"{float(v):.2f}" for v in row) for u, row in named.items()})

        got = shown(score(a_scheme(shelf, written).recipe, inputs, "2026"))

        assert {u: Fraction(v) for u, v in got.items()} == {
            u: by_hand(list(row), yellow, red) for u, row in named.items()
        }

    every_cell()


def test_the_same_bytes_in_any_order_of_units(shelf: Any) -> None:
    recipe = a_scheme(shelf).recipe
    turned = replace(GIVEN, units=GIVEN.units[::-1], figures=GIVEN.figures[::-1])

    assert score(recipe, turned, "2026").to_bytes() == score(recipe, GIVEN, "2026").to_bytes()


def test_as_a_function_in_a_formula_it_takes_its_keys_as_arguments(shelf: Any) -> None:
    text = SCHEME.replace(
        'method = "lights", target = 100, yellow = "0.5"',
        'target = 100, formula = "lights(dispatch, yellow = 0.5, target = 100) / 2"',
    )

    assert shown(score(compile_scheme(a_scheme(shelf, text)), GIVEN, "2026"))["south"] == "4.25"


# -- explained -----------------------------------------------------------------------------------------


def test_the_working_shows_the_packs_formula_and_all_it_was_given(shelf: Any) -> None:
    it = explain(a_scheme(shelf).recipe, GIVEN, "south", "dispatch", run_period="2026")

    assert it.method == "亮灯扣分"
    assert it.lines[0] == (
        "分值-黄灯扣分×未完成的月数;紧接上月未完成的,改扣红灯扣分(指标包 warning_lights@2026)"
    )
    assert it.lines[1] == ("亮灯扣分(1月 99、2月 99、3月 100、目标值 100、分值 10、yellow 0.5、red 1) = 8.5")
    assert [(used.name, used.value) for used in it.used][:3] == [
        ("月度任务·1月", "99"),
        ("月度任务·2月", "99"),
        ("月度任务·3月", "100"),
    ]
    assert (it.lost, it.lost_to) == ("1.50", "按“亮灯扣分”计分")
    assert "亮灯扣分" in as_text(it)


def test_a_gap_is_named_in_the_working(shelf: Any) -> None:
    it = explain(a_scheme(shelf).recipe, GIVEN, "north", "dispatch", run_period="2026")

    assert it.points is None
    assert it.lines[-1] == "缺 月度任务·3月,不能计分"


# -- only where the pack is, and enabled ---------------------------------------------------------------


def test_a_tenant_that_has_not_enabled_the_pack_cannot_use_it(shelf: Any) -> None:
    with pytest.raises(BadScheme, match=r"没有指标包的方法“warning_lights:lights@2026”.*启用该包"):
        read_scheme(SCHEME, packs=shelf.for_tenant({}))
    with pytest.raises(BadScheme, match="没有指标包的方法"):
        read_scheme(SCHEME)


@pytest.mark.parametrize("key", ["function", "digest", "takes"])
def test_no_scheme_can_name_a_function_itself(shelf: Any, key: str) -> None:
    taken = '{ from = "warning_lights:lights@2026" }'

    with pytest.raises(BadScheme, match=f"不认识“{key}”"):
        a_scheme(
            shelf, SCHEME.replace(taken, f'{{ formula = "full", {key} = "warning_lights:lights@2026" }}')
        )


def test_without_the_pack_a_kept_recipe_says_which_is_needed(
    shelf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Recipe.from_bytes(a_scheme(shelf).recipe.to_bytes())
    assert shown(score(kept, GIVEN, "2026"))["south"] == "8.50"

    monkeypatch.setattr(plugged, "_offered", {})

    with pytest.raises(PackNeeded) as said:
        score(kept, GIVEN, "2026")
    digest = shelf.installed["warning_lights"].digest
    assert str(said.value).startswith(f"方法“亮灯扣分”要有指标包 warning_lights@2026 才能计算(摘要 {digest})")


def test_a_changed_pack_does_not_stand_in_for_the_one_named(install: Install, shelf: Any) -> None:
    kept = a_scheme(shelf).recipe
    other = replace_digest(kept, "sha256:" + "0" * 64)

    with pytest.raises(PackNeeded, match="sha256:0000"):
        score(other, GIVEN, "2026")


def replace_digest(recipe: Recipe, digest: str) -> Recipe:
    methods = {code: {**rule, "digest": digest} for code, rule in recipe.methods.items()}
    return Recipe({**recipe.keys, "methods": methods})


def test_a_method_that_is_not_used_needs_no_pack(shelf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SCHEME.replace('method = "lights", target = 100, yellow = "0.5"', 'formula = "dispatch.m1 / 10"')
    recipe = a_scheme(shelf, text).recipe
    monkeypatch.setattr(plugged, "_offered", {})

    assert shown(score(recipe, GIVEN, "2026"))["east"] == "10.00"


# -- lint ----------------------------------------------------------------------------------------------


def test_an_unknown_method_is_refused_with_the_pack_that_offers_it(shelf: Any) -> None:
    bare = SCHEME.replace('[methods]\nlights = { from = "warning_lights:lights@2026" }\n', "")

    with pytest.raises(BadScheme) as said:
        a_scheme(shelf, bare)

    assert "没有方法“lights”" in str(said.value)
    assert 'lights = { from = "warning_lights:lights@2026" }' in str(said.value)
    with pytest.raises(BadScheme) as alone:
        read_scheme(bare, packs=shelf.for_tenant({}))
    assert "warning_lights" not in str(alone.value)
    called = re.sub(r'method = "lights"[^}]*', 'formula = "lights(x)" ', bare)
    found = {f.code: f.remedy for f in lint(a_scheme(shelf, called))}
    assert 'lights = { from = "warning_lights:lights@2026" }' in found["unknown_function"]


@pytest.mark.parametrize(
    ("written", "instead", "code", "said"),
    [
        (', yellow = "0.5"', "", "missing_key", "“月度任务”用了“亮灯扣分”,还要写 yellow"),
        (', parts = { m1 = "1月", m2 = "2月", m3 = "3月" }', "", "no_parts", "没有 parts"),
        (
            'method = "lights", target = 100, yellow = "0.5"',
            'formula = "lights(dispatch, target = 100)"',
            "missing_key",
            "lights() 还要写 yellow",
        ),
    ],
)
def test_what_a_function_cannot_do_without_is_an_error(
    shelf: Any, written: str, instead: str, code: str, said: str
) -> None:
    assert written in SCHEME
    found = [f for f in lint(a_scheme(shelf, SCHEME.replace(written, instead))) if f.severity == "error"]

    assert [f.code for f in found] == [code]
    assert said in found[0].reason


def test_a_key_it_does_not_know_is_named_with_the_nearest(shelf: Any) -> None:
    with pytest.raises(BadScheme, match=r"不认识“yelow”.*是否应为“yellow”"):
        a_scheme(shelf, SCHEME.replace("yellow =", "yelow ="))


def test_what_is_taken_from_a_pack_is_not_written_anew(shelf: Any) -> None:
    text = SCHEME.replace('lights@2026" }', 'lights@2026", formula = "full" }')

    with pytest.raises(BadScheme, match="“lights”取自指标包,不能再写 formula"):
        a_scheme(shelf, text)


def test_the_scheme_may_set_other_defaults(shelf: Any) -> None:
    text = SCHEME.replace('lights@2026" }', 'lights@2026", defaults = { red = 3 } }')

    assert shown(score(a_scheme(shelf, text).recipe, GIVEN, "2026"))["south"] == "6.50"
