"""Every sentence a person may see, and which of them have no English yet.

``python -m tests.words`` prints the missing ones as PO entries, ready to be translated into
``platform/src/kaocheng/locale/en.po``.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "platform" / "src" / "kaocheng"
ENGLISH = SOURCE / "locale" / "en.po"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]


class Sentence(NamedTuple):
    """One source sentence and where it is said."""

    text: str
    file: str
    line: int


def spoken() -> Iterator[Sentence]:
    """Every string passed to ``_`` in the code and the templates."""
    found = extract_from_dir(
        SOURCE, METHODS, {"**.html": {"trim_blocks": "true", "silent": "false"}}, keywords={"_": None}
    )
    for file, line, text, _comments, _context in found:
        yield Sentence(text[0] if isinstance(text, tuple) else text, file, line)


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
    for sentence in spoken():
        if sentence.text not in known:
            first.setdefault(sentence.text, sentence)
    return sorted(first.values(), key=lambda s: (s.file, s.line))


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
