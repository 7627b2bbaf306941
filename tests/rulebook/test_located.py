"""Places in a TOML text: line and column of every key, of every member of a list, of every character."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kaocheng.rulebook.located import Locator
from kaocheng.rulebook.source import Source

ROOT = Path(__file__).resolve().parents[2]
ODD = r'''a = "x\n\u4e2dy"  # "not = this"
b = """
hi "there" """
"k\"e" = { q."r" = [1, [2, "zz"]], s = 'x' }
deep = """
一行 \
   接着 \"引\" 完"""
[[t.u]]
v = 1
[[t.u]]
v = "="
[t.u.w]
y = 3
'''
FILES = [
    *ROOT.glob("tenants/*/*.toml"),
    *ROOT.glob("plugins/**/*.toml"),
    *ROOT.glob("tests/**/yunling/*.toml"),
]


def values(held: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value that is no table or list, with its path."""
    if isinstance(held, dict):
        for key, inner in held.items():
            yield from values(inner, (*path, key))
    elif isinstance(held, list):
        for number, inner in enumerate(held, 1):
            yield from values(inner, (*path, f"#{number}"))
    else:
        yield path, held


@pytest.mark.parametrize("text", [ODD, ODD.replace("\n", "\r\n"), *(f.read_text("utf-8") for f in FILES)])
def test_every_character_of_every_text_is_found_where_it_is_written(text: str) -> None:
    found = Locator(text)
    for path, value in values(tomllib.loads(text)):
        spot = found.spots[path]
        if not isinstance(value, str):
            assert text[spot.value :].startswith(str(value).lower())
            continue
        for at, character in enumerate(value):
            assert text[found.character(spot, at)] in (character, "\\", "\r")


def test_a_place_has_line_and_column() -> None:
    source = Source(ODD)
    assert str(source.place(('k"e', "q"))) == 'scheme.toml:4:12 (k"e.q)'
    assert str(source.place(('k"e', "q", "r", "#2", "#2"))) == 'scheme.toml:4:28 (k"e.q.r.#2.#2)'
    assert str(source.place(("t", "u", "#2", "v"))) == "scheme.toml:11:1 (t.u.#2.v)"
    assert str(source.place(("t", "u", "#2", "z"))) == "scheme.toml:10:1 (t.u.#2.z)"


@pytest.mark.parametrize(("at", "line", "column"), [(0, 6, 1), (3, 7, 4), (6, 7, 7), (7, 7, 9)])
def test_a_character_of_a_text_of_several_lines_is_on_its_own_line(at: int, line: int, column: int) -> None:
    place = Source(ODD).place(("deep",), at)
    assert (place.line, place.column) == (line, column)


def test_what_a_paper_takes_from_another_stands_there() -> None:
    source = Source("[papers.a]\nlike = 'b'\n[papers.b.nodes]\nx = { full = 1 }\n")
    place = source.place(("papers", "a", "nodes", "x", "full"))
    assert (place.line, place.column, place.path) == (4, 7, "papers.a.nodes.x.full")
