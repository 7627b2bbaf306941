"""Every sentence a person may see, and which of them have no English yet.

``python -m tests.words`` prints the missing ones as PO entries, ready to be translated into
``platform/src/kaocheng/locale/en.po``.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from kaocheng.engine.methods import METHODS

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "platform" / "src" / "kaocheng"
ENGLISH = SOURCE / "locale" / "en.po"
PAGES = [("**/templates/**.html", "jinja2.ext:babel_extract")]


class Sentence(NamedTuple):
    """One source sentence and where it is said."""

    text: str
    file: str
    line: int


def spoken() -> Iterator[Sentence]:
    """Every string passed to ``_`` in the code and the templates."""
    for call in calls():
        for text in _literals(call.what):
            yield Sentence(text, call.file, call.line)
    for method in METHODS.values():  # the engine says their names by ``_(method.chinese)``
        yield Sentence(method.chinese, "engine/methods/__init__.py", 0)
    found = extract_from_dir(
        SOURCE, PAGES, {"**.html": {"trim_blocks": "true", "silent": "false"}}, keywords={"_": None}
    )
    for file, line, said, _comments, _context in found:
        yield Sentence(said[0] if isinstance(said, tuple) else said, file, line)


class Call(NamedTuple):
    """One call of ``_`` in the code: its sentence as written, and whether the facts come with it."""

    what: ast.expr
    filled: bool
    file: str
    line: int


def calls() -> Iterator[Call]:
    """Every call of ``_`` in the code, also inside f-strings, where Babel does not look."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                file = str(path.relative_to(SOURCE))
                yield Call(node.args[0], bool(node.keywords), file, node.lineno)


def _literals(what: ast.expr) -> Iterator[str]:
    match what:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _literals(one)
            yield from _literals(other)


def filled_later() -> set[str]:
    """Sentences whose facts the code fills in by itself, without knowing the language."""
    return {text for call in calls() if not call.filled for text in _literals(call.what)}


def computed() -> list[Call]:
    """Calls whose sentence cannot be read off the code, so that nobody would notice it missing."""
    return [
        call
        for call in calls()
        if not [*_literals(call.what)]
        and not (isinstance(call.what, ast.Attribute) and call.what.attr == "chinese")
    ]


def english() -> dict[str, str]:
    """What ``en.po`` says."""
    if not ENGLISH.is_file():
        return {}
    with ENGLISH.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}


def missing() -> list[Sentence]:
    """The sentences without English, each once, in the order of the files."""
    known = english()
    first: dict[str, Sentence] = {}
    for sentence in sorted(spoken(), key=lambda s: (s.file, s.line)):
        if sentence.text not in known:
            first.setdefault(sentence.text, sentence)
    return list(first.values())


def unsaid() -> list[str]:
    """Sentences that have English but that nobody says any more."""
    said = {sentence.text for sentence in spoken()}
    return [chinese for chinese in english() if chinese not in said]


def main() -> int:
    """Print what is missing; the exit code is 1 while anything is."""
    catalog = Catalog(locale="en", charset="utf-8")
    absent = missing()
    for sentence in absent:
        catalog.add(sentence.text, locations=[(sentence.file, sentence.line)])
    write_po(sys.stdout.buffer, catalog, omit_header=True, width=0)
    print(f"# {len(absent)} missing", file=sys.stderr)
    return 1 if absent else 0


if __name__ == "__main__":
    raise SystemExit(main())
