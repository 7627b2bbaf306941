"""The examples of docs/schemes.md and docs/methods.md, run; and what docs/tour.md names, looked up.

Two kinds of example.  A *scheme*: a fence ``toml scheme``, the tables beside it (``csv figures``,
``targets``, ``groups``, ``rows``, ``claims``) and what ``kaocheng compute`` prints (``csv gives``, or
``csv gives 2026H1`` for another period) or the sentence it is refused with (``text refused``).  A *node*: a
fence ``toml node`` with one node and its parts, and a table of units whose last column is its points.
"""

import doctest
import importlib
import inspect
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kaocheng.engine import explain, score
from kaocheng.engine.methods import METHODS
from kaocheng.rulebook import BadScheme, compile_scheme, grammar, lint, read_scheme
from kaocheng.rulebook.files import Tables, read_inputs, write_standings
from tests.engine.small import given, leaf, points, recipe

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^```(\w+) ([\w ]+)\n(.*?)^```$", re.M | re.S)
_NODE = re.compile(r"^```toml node\n(?P<toml>.*?)^```\n\n(?P<table>(?:\|[^\n]*\n)+)", re.M | re.S)


@dataclass
class Example:
    """A scheme, the tables beside it, and what is said to come out."""

    line: int
    scheme: str
    tables: dict[str, str] = field(default_factory=dict)
    gives: dict[str, str] = field(default_factory=dict)
    refused: str = ""


def text(page: str) -> str:
    return (DOCS / f"{page}.md").read_text("utf-8")


def schemes(page: str) -> list[Example]:
    """The scheme examples of a page, each with the fences that follow it."""
    found: list[Example] = []
    for fence in _FENCE.finditer(text(page)):
        _language, words, body = fence.groups()
        kind, _blank, period = words.partition(" ")
        if kind == "scheme":
            found.append(Example(text(page)[: fence.start()].count("\n") + 1, body))
        elif kind == "gives":
            found[-1].gives[period] = body
        elif kind == "refused":
            found[-1].refused = body
        elif kind != "node":
            found[-1].tables[kind] = body
    return found


def nodes(page: str) -> list[tuple[str, str]]:
    """The node examples of a page: TOML and table."""
    return [(found["toml"], found["table"]) for found in _NODE.finditer(text(page))]


def _line(example: Example) -> str:
    return f"line {example.line}"


def _code(example: tuple[str, str]) -> str:
    return example[0].partition(" ")[0]


@pytest.mark.parametrize("example", schemes("schemes"), ids=_line)
def test_a_scheme_of_the_page_gives_what_the_page_says(example: Example, tmp_path: Path) -> None:
    scheme = read_scheme(example.scheme)
    if example.refused:
        with pytest.raises(BadScheme) as error:
            compile_scheme(scheme)
        assert str(error.value) == example.refused.strip()
        return
    for name, table in example.tables.items():
        (tmp_path / f"{name}.csv").write_text(table, "utf-8")
    inputs = read_inputs(scheme, Tables(**{name: tmp_path / f"{name}.csv" for name in example.tables}))
    assert example.gives, "an example that shows nothing"
    for period, gives in example.gives.items():
        sheet = score(compile_scheme(scheme), inputs, period or None)
        order = [unit.code for unit in inputs.units]
        assert "\n".join(write_standings(paper, False, order) for paper in sheet.papers) == gives


@pytest.mark.parametrize("page", ["schemes"])
def test_the_schemes_of_the_page_are_clean(page: str) -> None:
    """A reader copies them; lint finds nothing but what a fragment cannot have."""
    for example in schemes(page):
        found = [f for f in lint(read_scheme(example.scheme)) if f.severity == "error"]
        assert bool(found) == bool(example.refused), (example.line, list(map(str, found)))


@pytest.mark.parametrize("example", [*nodes("methods"), *nodes("schemes")], ids=_code)
def test_a_node_of_the_page_gives_the_points_beside_it(example: tuple[str, str]) -> None:
    toml, table = example
    code = _code(example)
    header, _rule, *rows = [[c.strip() for c in line.split("|")[1:-1]] for line in table.splitlines()]
    assert (header[0], header[-1]) == ("unit", "points")
    figures: dict[str, dict[str, str]] = {}
    targets: dict[str, dict[str, str]] = {}
    attributes: dict[str, dict[str, str]] = {}
    elsewhere: dict[str, dict[str, str]] = {}
    for row in rows:
        for column, value in zip(header[1:-1], row[1:-1], strict=True):
            if column.startswith("unit."):
                attributes.setdefault(row[0], {})[column[5:]] = value
            elif column.startswith("sheet."):
                elsewhere.setdefault(column[6:], {})[row[0]] = value
            elif column in ("target", "base", "full") and value:
                targets.setdefault(f"{code}:{column}", {})[row[0]] = value
            elif value:
                figures.setdefault(column, {})[row[0]] = value
    named = [
        c
        for c in header[1:-1]
        if c not in ("target", "base", "full") and not c.startswith(("unit.", "sheet."))
    ]
    rules = recipe(f"{_figures(code, named)}\n[papers.paper.nodes]\n{toml}")
    inputs = given(figures, targets=targets, units=[row[0] for row in rows], attributes=attributes)
    inputs = replace(inputs, sheets={code: _sheet(scores) for code, scores in elsewhere.items()})

    assert points(rules, inputs, code) == {row[0]: row[-1] for row in sorted(rows)}


def _sheet(scores: dict[str, str]) -> str:
    """The score sheet of another assessment, out of 50."""
    sheet = score(leaf("formula = 'x', full = 50, round = 'none'"), given({"value": scores}))
    return sheet.to_bytes().decode()


def _figures(code: str, columns: list[str]) -> str:
    """Figures with the parts that the columns of a table name."""
    parts: dict[str, list[str]] = {code: []}
    for column in columns:
        figure, _dot, part = column.partition("@")[0].partition(".")
        parts.setdefault(figure, [])
        if part:
            parts[figure].append(f'{part} = "{part}"')
    return "[figures]\n" + "\n".join(f"{f} = {{ parts = {{ {', '.join(p)} }} }}" for f, p in parts.items())


def test_every_key_a_scheme_may_use_is_on_its_page() -> None:
    page = text("schemes")
    keys = {*grammar.NODE, *grammar.FIGURE, *grammar.ADJUSTMENT, *grammar.VETO, *grammar.RESULT}
    keys |= {*grammar.BAND, *grammar.EDGE, *grammar.METHOD, *grammar.LIST, *grammar.PAPER, *grammar.TOP}
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", page)) == []


def test_every_finding_is_on_the_page() -> None:
    folder = Path(lint.__code__.co_filename).parent
    sources = "".join(file.read_text("utf-8") for file in sorted(folder.glob("lint*.py")))
    codes = set(re.findall(r'(?:"error"|"warning"|severity),\s*"(\w+)"', sources))
    assert sorted(code for code in codes if f"`{code}`" not in text("schemes")) == []


# -- the catalogue -------------------------------------------------------------------------------------


def sections() -> dict[str, str]:
    """Method → its section of docs/methods.md, with the heading."""
    found = re.split(r"^### ", text("methods"), flags=re.M)[1:]
    return {m[1]: section for section in found if (m := re.match(r"`(\w+)`", section))}


@pytest.mark.parametrize("code", METHODS)
def test_every_method_has_a_section_with_its_names_keys_sources_and_an_example(code: str) -> None:
    method, section = METHODS[code], sections()[code]

    assert section.startswith(f"`{code}` {method.chinese} · {method.english}\n")
    assert [key for key in method.keys if not re.search(rf"`{key}\b", section)] == []
    assert method.source in " ".join(section.split())
    assert f'method = "{code}"' in section
    assert _NODE.search(section)


def test_no_section_is_of_a_method_that_does_not_exist() -> None:
    assert list(sections()) == list(METHODS)


# -- exactness -----------------------------------------------------------------------------------------


def test_the_examples_of_exactness_are_what_they_say() -> None:
    shown = "\n".join(re.findall(r"^```python\n(.*?)^```$", text("engine"), re.M | re.S))
    example = doctest.DocTestParser().get_doctest(shown, {}, "engine.md", None, 0)
    failed, tried = doctest.DocTestRunner().run(example)
    assert (failed, tried) == (0, len(example.examples))
    assert tried > 5


# -- the tour ------------------------------------------------------------------------------------------

_FILE = re.compile(r"`((?:platform/src/kaocheng|plugins|tenants|tests|docs)/[^`\s]+)`")
_FUNCTION = re.compile(r"`(kaocheng(?:\.\w+)+)`")


@pytest.mark.parametrize("page", ["tour", "engine", "schemes", "methods"])
def test_every_file_a_page_names_is_there(page: str) -> None:
    assert [name for name in _FILE.findall(text(page)) if not (ROOT / name).exists()] == []
    linked = re.findall(r"\]\(([\w./-]+)(?:#[\w-]*)?\)", text(page))
    assert [name for name in linked if not (DOCS / name).exists()] == []


@pytest.mark.parametrize("page", ["tour", "engine"])
def test_every_function_a_page_names_is_there(page: str) -> None:
    names = _FUNCTION.findall(text(page))
    assert names
    for name in names:
        assert found(name) is not None, name


def found(path: str) -> object:
    """What a dotted path names: a module, or something in one."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        try:
            thing: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            thing = inspect.getattr_static(thing, name, None)
        return thing
    return None


def test_the_numbers_of_the_tour_are_those_of_the_county() -> None:
    """7708.6 in cell E4, 4.94 points, and what becomes of them."""
    files = ROOT / "tests" / "reference" / "data" / "yunling"
    scheme = read_scheme((ROOT / "tenants" / "yunling" / "scheme.toml").read_text("utf-8"))
    named = (files / f"{name}.csv" for name in ("figures", "targets", "groups", "rows", "claims"))
    inputs = read_inputs(scheme, Tables(*named))
    paper = score(scheme.recipe, inputs).paper("乡镇")
    worked = explain(scheme.recipe, inputs, "城关镇", "attraction")
    book = load_workbook(ROOT / "tenants" / "yunling" / "workbooks" / "04-乡镇全年完成情况.xlsx")
    page = text("tour")

    assert book["Sheet1"]["E4"].value == 7708.6
    assert "`Sheet1!E4`" in page
    for number in (
        worked.points,
        worked.to_total,
        worked.lost,
        paper.shown("城关镇", "2026/items"),
        paper.shown("城关镇", "total"),
    ):
        assert str(number) in page
    assert next(s for s in paper.standings if s.unit == "城关镇").rank == 1
    assert "91.4 万元" in worked.next_step
    assert "91.4 万元" in page
