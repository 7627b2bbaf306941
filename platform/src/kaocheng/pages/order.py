"""Rows in the order the reader clicked: a column's name, or the name after a minus for descending."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from kaocheng.i18n import _
from kaocheng.pages.forms import Malformed

T = TypeVar("T")


@dataclass(eq=False)
class NoSuchColumn(Malformed):
    """Sorting was asked for by a column this table does not have."""

    column: str

    code = "no_such_column"

    def __str__(self) -> str:
        return _("此表没有“{column}”一列可供排序", column=self.column[:40])


def ordered(rows: Iterable[T], sort: str, keys: Mapping[str, Callable[[T], Any]]) -> list[T]:
    """*rows* by the column *sort* names; what is missing comes last either way; empty leaves them be.

    >>> ordered(["b", "", "a"], "-name", {"name": lambda it: it or None})
    ['b', 'a', '']
    """
    listed = list(rows)
    if not sort:
        return listed
    key = keys.get(sort.removeprefix("-"))
    if key is None:
        raise NoSuchColumn(sort.removeprefix("-"))
    known = [row for row in listed if key(row) is not None]
    missing = [row for row in listed if key(row) is None]
    return sorted(known, key=key, reverse=sort.startswith("-")) + missing
