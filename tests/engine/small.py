"""Small schemes and inputs for the tests of the engine, written the way one would jot them down.

A figure is keyed by its code, with its part and its period where it has them (``culture.built@2026H1``);
what it holds is one value for each unit.
"""

from collections.abc import Iterable, Mapping, Sequence

from kaocheng.engine import Claim, Figure, Inputs, Recipe, Row, Sheet, Standing, Target, Unit, score
from kaocheng.engine.explain import Explanation
from kaocheng.engine.run import Run
from kaocheng.engine.working import work_out
from kaocheng.rulebook import compile_scheme, read_scheme

Values = Mapping[str, Mapping[str, str | int]]
HEAD = """
[scheme]
code = "small-2026"
year = 2026
language = 2
round = { leaf = 2, total = 2 }
[periods]
half = "2026H1"
year = "2026"
"""


def given(
    figures: Values | None = None,
    *,
    targets: Values | None = None,
    rows: Mapping[str, Sequence[Mapping[str, str | int]]] | None = None,
    claims: Iterable[Claim] = (),
    units: Iterable[str] = (),
    group: str = "",
    attributes: Mapping[str, Mapping[str, str]] | None = None,
    period: str = "2026",
    rows_of: str = "task",
) -> Inputs:
    """Inputs from plain tables.

    Args:
        figures: ``culture.built@2026H1`` → unit → value.
        targets: ``revenue``, ``income:base`` or ``revenue@2026`` → unit (or ``*``) → value.
        rows: unit → its rows, each a table of fields.
        claims: entries of adjustments and vetoes.
        units: more units than the tables name.
        group: the class of every unit.
        attributes: unit → its attributes.
        period: of whatever does not say.
        rows_of: the list the rows belong to.
    """
    reported = [
        Figure(unit, code, str(value), when, part)
        for key, values in (figures or {}).items()
        for code, part, when in [_named(key, period)]
        for unit, value in values.items()
    ]
    promised = []
    for key, values in (targets or {}).items():
        code, _part, when = _named(key, period)
        code, _colon, kind = code.partition(":")
        promised += [Target(unit, code, str(v), kind or "target", when) for unit, v in values.items()]
    listed = [
        Row(unit, rows_of, str(n), field, str(value))
        for unit, of_unit in (rows or {}).items()
        for n, row in enumerate(of_unit, 1)
        for field, value in row.items()
    ]
    entries = tuple(claims)
    codes = dict.fromkeys(
        [
            *units,
            *(f.unit for f in reported),
            *(t.unit for t in promised if t.unit != "*"),
            *(r.unit for r in listed),
            *(c.unit for c in entries),
        ]
    )
    known = attributes or {}
    return Inputs(
        units=tuple(Unit(code, code, group, known.get(code, {})) for code in codes),
        figures=tuple(reported),
        targets=tuple(promised),
        rows=tuple(listed),
        claims=entries,
    )


def _named(key: str, period: str) -> tuple[str, str, str]:
    path, _at, when = key.partition("@")
    code, _dot, part = path.partition(".")
    return code, part, when or period


def recipe(body: str) -> Recipe:
    """The recipe of a scheme; a text without ``[scheme]`` gets the usual head."""
    return compile_scheme(read_scheme(body if "[scheme]" in body else HEAD + body))


def leaf(node: str, figures: str = 'value = { label = "实际值" }') -> Recipe:
    """The recipe of a paper with one node, ``points``, over the figure ``value`` unless it says its x."""
    measured = "" if "x = " in node else "x = 'value', "
    return recipe(f"[figures]\n{figures}\n[papers.paper.nodes]\npoints = {{ {measured}{node} }}\n")


def points(of: Recipe, inputs: Inputs, key: str = "points", period: str | None = None) -> dict[str, str]:
    """What each unit got in one column, as it is printed."""
    return column(score(of, inputs, period), key)


def column(sheet: Sheet, key: str) -> dict[str, str]:
    """One column of a sheet of one paper, as it is printed."""
    (paper,) = sheet.papers
    return {unit: paper.shown(unit, key) for unit in paper.units}


def standings(of: Recipe, inputs: Inputs, period: str | None = None) -> dict[str, Standing]:
    """Each unit's place in the paper's own result."""
    (paper,) = score(of, inputs, period).papers
    return {standing.unit: standing for standing in paper.standings}


RELATIVE = """
[figures]
growth = { label = "增速", unit = "%" }
roads = { label = "公路", unit = "公里" }
cases = { label = "案件", unit = "起", parts = { minor = "一般", serious = "较重" } }
[papers.town.nodes]
total = { label = "总分", compose = "sum", full = 20 }
growth = { in = "total", full = 10, method = "efficacy", start = "60%" }
roads = { in = "total", full = 6, method = "completion", target = 100, show = false }
cases = { in = "total", full = 4, method = "deduct", per = { minor = 1, serious = 2 } }
[papers.town.adjustments]
bonus = { label = "加分", kind = "bonus", to = "total", most = 2 }
[papers.town.results.overall]
by = "total"
"""


def county() -> tuple[Recipe, Inputs]:
    return recipe(RELATIVE), given(
        {
            "growth": {"a": "4.5", "b": "8", "c": "3"},
            "roads": {"a": "99.333", "b": 80, "c": 100},
            "cases.minor": {"a": 1, "b": 0, "c": 0},
            "cases.serious": {"a": 0, "b": 0, "c": 2},
        },
        claims=[Claim("a", "bonus", "1.5"), Claim("a", "bonus", "1")],
    )


def explained(unit: str, node: str = "") -> Explanation:
    return work_out(Run(*county()), unit, node)


NOT_LINEAR = """
[figures]
growth = { label = "增速", unit = "%" }
cases = { label = "案件", unit = "件" }
[papers.town.nodes]
total = { label = "总分", compose = HOW, full = 100, of = ["growth", "safe"] }
growth = { label = "发展", full = 100, method = "convert", out_of = 100 }
safe = { label = "平安", full = 100, x = "cases", method = "deduct", per = 10 }
[papers.town.results.overall]
by = "total"
"""
