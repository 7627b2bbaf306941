"""The examples of docs/schemes.md, run; and what docs/tour.md names, looked up.

Two kinds of example.  A *scheme*: a fence ``toml scheme``, the tables beside it (``csv figures``,
``targets``, ``groups``, ``rows``, ``claims``) and what ``kaocheng compute`` prints (``csv gives``, or
``csv gives 2026H1`` for another period) or the sentence it is refused with (``text refused``).  A *node*
as in ``tests.examples``.
"""

import doctest
import importlib
import inspect
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kaocheng.engine import explain, score
from kaocheng.rulebook import BadScheme, catalogue, compile_scheme, grammar, lint, read_scheme
from kaocheng.rulebook.files import Tables, read_inputs
from kaocheng.rulebook.standings import write_standings
from tests.examples import Example as Node
from tests.examples import examples, worked

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^```(\w+) ([\w ]+)\n(.*?)^```$", re.M | re.S)
CHAPTERS = [f"methods/{chapter.code}" for chapter in catalogue.chapters()]


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


def _line(example: Example) -> str:
    return f"line {example.line}"


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


@pytest.mark.parametrize("example", examples(text("schemes")), ids=lambda example: str(example.code))
def test_a_node_of_the_page_gives_the_points_beside_it(example: Node) -> None:
    assert example.said
    assert worked(example) == example.said


def test_every_key_a_scheme_may_use_is_on_its_page() -> None:
    page = text("schemes")
    keys = {*grammar.NODE, *grammar.FIGURE, *grammar.ADJUSTMENT, *grammar.VETO, *grammar.RESULT}
    keys |= {*grammar.BAND, *grammar.EDGE, *grammar.METHOD, *grammar.LIST, *grammar.PAPER, *grammar.TOP}
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", page)) == []


def test_every_finding_is_on_the_page() -> None:
    folder = Path(lint.__code__.co_filename).parent
    sources = "".join(file.read_text("utf-8") for file in sorted(folder.glob("*.py")))
    codes = set(re.findall(r'(?:"error"|"warning"|severity|say\(\s*[\w.\[\]]+),\s*"(\w+)"', sources))
    assert sorted(code for code in codes if f"`{code}`" not in text("schemes")) == []


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


@pytest.mark.parametrize("page", ["tour", "engine", "schemes", "methods", *CHAPTERS])
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
