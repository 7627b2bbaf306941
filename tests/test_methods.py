"""The trade's list of methods: every entry is there, says both languages, and its examples run."""

import doctest
import re
from pathlib import Path

import pytest

from kaocheng.engine.methods import METHODS
from kaocheng.i18n import speaking
from kaocheng.rulebook import catalogue
from kaocheng.rulebook.catalogue import Entry
from tests.examples import case, examples, worked
from tests.reference.compare import disagreements

DOCS = Path(__file__).parents[1] / "docs"
LIST = (Path(__file__).parent / "methods_list.txt").read_text("utf-8").splitlines()
ENTRIES = {entry.id: entry for entry in catalogue.entries()}
CHINESE = re.compile(r"[\u3400-\u9fff]")
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)


def _id(entry: Entry) -> str:
    return entry.id


def test_every_entry_of_the_list_is_there_and_in_its_order() -> None:
    assert list(ENTRIES) == [line.split()[0] for line in LIST]
    assert len(LIST) == 109


@pytest.mark.parametrize("line", LIST, ids=lambda line: str(line.split()[0]))
def test_an_entry_has_the_lists_chinese_name(line: str) -> None:
    number, name = line.split(maxsplit=1)
    assert ENTRIES[number].name.zh == name


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=_id)
def test_an_entry_says_how_it_is_said_in_both_languages_and_shows_it(entry: Entry) -> None:
    assert entry.methods or entry.said
    assert entry.formula.zh
    assert not CHINESE.search(entry.formula.en)
    assert entry.source
    assert examples(entry.example) or _PYTHON.search(entry.example)
    for text in (entry.name, entry.about, entry.edges, *entry.keys.values()):
        assert CHINESE.search(text.zh)
        assert text.en
    assert [m for m in entry.methods if m not in METHODS] == []


EXAMPLES = [(e.id, example) for e in ENTRIES.values() for example in examples(e.example)]


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=[f"{id_}" for id_, _e in EXAMPLES])
def test_an_example_comes_out_as_it_says(number: int) -> None:
    _entry, example = EXAMPLES[number]
    assert example.said
    assert worked(example) == example.said


# What the second evaluator does not know: checks, severity, limits, portions, sheets, last year's grade.
UNKNOWN_THERE = frozenset(["M55", "M56", "M57", "M58b", "M82", "M90", "M91e", "M101"])


@pytest.mark.parametrize(
    "number",
    [n for n, (id_, _example) in enumerate(EXAMPLES) if id_ not in UNKNOWN_THERE],
    ids=lambda n: EXAMPLES[n][0],
)
def test_a_second_evaluator_agrees_on_every_cell_of_an_example(number: int) -> None:
    assert [str(d) for d in disagreements(case(EXAMPLES[number][1]))] == []


@pytest.mark.parametrize("entry", [e for e in ENTRIES.values() if _PYTHON.search(e.example)], ids=_id)
def test_the_arithmetic_an_entry_shows_is_what_it_says(entry: Entry) -> None:
    shown = "\n".join(_PYTHON.findall(entry.example))
    example = doctest.DocTestParser().get_doctest(shown, {}, entry.id, None, 0)
    failed, tried = doctest.DocTestRunner().run(example)
    assert (failed, tried) == (0, len(example.examples))
    assert tried


def test_an_example_that_is_wrong_is_noticed() -> None:
    (example,) = examples(ENTRIES["M07"].example.replace("2.50", "2.51"))
    assert worked(example) != example.said


@pytest.mark.parametrize("code", METHODS)
def test_every_method_is_under_the_entries_it_names_with_all_its_keys(code: str) -> None:
    method = METHODS[code]
    under = [entry for entry in ENTRIES.values() if code in entry.methods]
    keys = {key for entry in under for key in entry.keys}
    assert [entry.id for entry in under] == method.source.split()
    assert [key for key in method.keys if key not in keys] == []


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=_id)
def test_no_entry_explains_a_key_that_its_methods_do_not_have(entry: Entry) -> None:
    known = {key for code in entry.methods for key in METHODS[code].keys}
    assert [key for key in entry.keys if key not in known] == []


# -- pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(1, 8))
def test_the_page_of_a_chapter_is_what_the_command_prints(number: int) -> None:
    """``kaocheng --lang en methods 2 > docs/methods/2-peers.md`` writes it anew."""
    chapter = catalogue.chapters()[number - 1]
    with speaking("en"):
        assert (DOCS / "methods" / f"{chapter.code}.md").read_text("utf-8") == catalogue.page(chapter)


def test_the_index_ends_with_the_list_that_the_command_prints_and_links_to_each_chapter() -> None:
    index = (DOCS / "methods.md").read_text("utf-8")
    with speaking("en"):
        assert index.endswith(catalogue.overview())
    assert [c.code for c in catalogue.chapters() if f"(methods/{c.code}.md)" not in index] == []
