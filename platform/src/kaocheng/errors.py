"""The three ways to say no: there is no such thing, you may not, and that makes no sense.

A class holds the facts, so that the sentence can be put into the reader's language when it is read.
No HTTP status here: ``web/errors.py`` maps the three families, once.
"""

from dataclasses import dataclass

__all__ = ["Invalid", "Missing", "Place", "Problem", "Refused"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mistake is: a file with a line, a sheet with a cell, a scheme with a path."""

    file: str = ""
    line: int = 0
    column: int = 0
    sheet: str = ""
    cell: str = ""
    path: str = ""

    def __str__(self) -> str:
        where = self.file
        if self.line:
            where += f":{self.line}" + (f":{self.column}" if self.column else "")
        if self.sheet or self.cell:
            where += f"[{self.sheet}!{self.cell}]" if self.sheet else f"[{self.cell}]"
        if self.path:
            where += f" ({self.path})" if where else self.path
        return where


class Problem(Exception):
    """Something a person must be told, in a sentence that says what to do next."""

    code: str = "problem"

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else self.__class__.__name__


class Missing(Problem):
    """There is no such thing, or it is not yours: the two read alike."""

    code = "missing"


class Refused(Problem):
    """It exists, but this may not be done to it now, or not by you."""

    code = "refused"


class Invalid(Problem):
    """What was handed in makes no sense; nothing of it was kept."""

    code = "invalid"
