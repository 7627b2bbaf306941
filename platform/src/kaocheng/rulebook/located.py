"""Where everything in a TOML text stands, to the character; for a text that tomllib has already read.

A place is looked for only when there is something to say about it, so a good scheme pays nothing for this.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

Path = tuple[str, ...]  # keys; ``#1`` is the first member of a list
DEEPEST = 20  # tables and lists in one another; what lies deeper is refused, so it is looked for no further

_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}\r\n#]*")
_BASIC = re.compile(r'"(?:[^"\\]|\\.)*"')
_LONG_BASIC = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}(?!")', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''.*?'{3,5}(?!')", re.DOTALL)
_FOLDED = re.compile(r"\\[ \t]*\r?\n[ \t\r\n]*")
_ESCAPES = {"u": 6, "U": 10}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a key stands and where its value begins, in characters of the text."""

    key: int
    value: int


class Locator:
    """Every key and every member of a list of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spots: dict[Path, Spot] = {}
        self._lines = [0, *(m.end() for m in re.finditer(r"\n", text))]
        self._lists: dict[Path, int] = {}
        self._document()

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def character(self, spot: Spot, at: int) -> int:
        """Where the character *at* of a string's value is written, escapes and line breaks counted."""
        text, here = self.text, spot.value
        mark = text[here : here + 1]
        if mark not in ('"', "'"):
            return here + at
        long = text.startswith(mark * 3, here)
        here += 3 if long else 1
        if long and (first := re.compile(r"\r?\n").match(text, here)):
            here = first.end()
        for _seen in range(at):
            here = self._after(here, escapes=mark == '"')
        if mark == '"' and (folded := _FOLDED.match(text, here)):
            here = folded.end()
        return here

    def _after(self, here: int, *, escapes: bool) -> int:
        if escapes and (folded := _FOLDED.match(self.text, here)):
            here = folded.end()
        if escapes and self.text[here] == "\\":
            return here + _ESCAPES.get(self.text[here + 1], 2)
        return here + (2 if self.text.startswith("\r\n", here) else 1)

    # -- the text from top to bottom ---------------------------------------------------------------

    def _document(self) -> None:
        table: Path = ()
        here = self._skip(0)
        while here < len(self.text):
            if self.text[here] == "[":
                table, here = self._header(here)
            else:
                here = self._pair(table, here)
            here = self._skip(here)

    def _header(self, here: int) -> tuple[Path, int]:
        listed = self.text.startswith("[[", here)
        start = here
        here = self._skip(here + (2 if listed else 1))
        keys, here = self._keys(here)
        path: Path = ()
        for number, (key, _at) in enumerate(keys):
            path = (*path, key)
            if listed and number == len(keys) - 1:
                self._lists[path] = self._lists.get(path, 0) + 1
                self.spots.setdefault(path, Spot(start, start))
            if path in self._lists:
                path = (*path, f"#{self._lists[path]}")
        self.spots[path] = Spot(start, start)
        return path, self.text.index("]", here) + (2 if listed else 1)

    def _pair(self, table: Path, here: int) -> int:
        keys, here = self._keys(here)
        here = self._skip(self.text.index("=", here) + 1)
        for length in range(1, len(keys) + 1):
            path = (*table, *(key for key, _at in keys[:length]))
            at = keys[length - 1][1]
            if length == len(keys) or path not in self.spots:
                self.spots[path] = Spot(at, here if length == len(keys) else at)
        return self._value((*table, *(key for key, _at in keys)), here)

    def _keys(self, here: int) -> tuple[list[tuple[str, int]], int]:
        found = []
        while True:
            start = here
            if bare := _BARE.match(self.text, here):
                here = bare.end()
                found.append((bare[0], start))
            else:
                here = self._string(here)
                found.append((self._words(start, here), start))
            here = self._skip(here)
            if not self.text.startswith(".", here):
                return found[: DEEPEST + 1], here
            here = self._skip(here + 1)

    def _words(self, start: int, end: int) -> str:
        written = self.text[start + 1 : end - 1]
        if self.text[start] == "'" or "\\" not in written:
            return written
        import tomllib  # an escape in a key is rare enough to ask the reader itself

        return next(iter(tomllib.loads(f"{self.text[start:end]} = 0")))

    def _value(self, path: Path, here: int) -> int:
        sign = self.text[here]
        if sign in "\"'":
            return self._string(here)
        if sign == "[":
            return self._list(path, here)
        if sign == "{":
            return self._table(path, here)
        plain = _PLAIN.match(self.text, here)
        return plain.end() if plain else here

    def _list(self, path: Path, here: int) -> int:
        here, number = self._skip(here + 1), 0
        while self.text[here] != "]":
            number += 1
            inner = (*path, f"#{number}")
            self.spots[inner] = Spot(here, here)
            here = self._skip(self._value(inner, here))
            if self.text[here] == ",":
                here = self._skip(here + 1)
        return here + 1

    def _table(self, path: Path, here: int) -> int:
        here = self._skip(here + 1)
        while self.text[here] != "}":
            here = self._skip(self._pair(path, here))
            if self.text[here] == ",":
                here = self._skip(here + 1)
        return here + 1

    def _string(self, here: int) -> int:
        mark = self.text[here]
        if self.text.startswith(mark * 3, here):
            found = (_LONG_BASIC if mark == '"' else _LONG_LITERAL).match(self.text, here)
        elif mark == '"':
            found = _BASIC.match(self.text, here)
        else:
            return self.text.index("'", here + 1) + 1
        return found.end() if found else here + 1

    def _skip(self, here: int) -> int:
        found = _SPACE.match(self.text, here)
        return found.end() if found else here
