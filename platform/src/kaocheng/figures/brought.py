"""What a file (or a form) brings, column by column: ten thousand values are kept and stored by the column.

A column is written as the inside of an array in a way that PostgreSQL and JSON read alike, so that what
was previewed is stored by one statement from where it is kept, without coming back here value by value.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from kaocheng.figures.domain import Key, NewValue, Value

__all__ = ["Brought"]

NO_DOUBT = "[]"


@dataclass(frozen=True, slots=True)
class Brought:
    """Values about to be kept, as columns of equal length; *doubts* are JSON, *written* is ``str(Value)``."""

    period: Sequence[str] = ()
    unit_id: Sequence[int] = ()
    indicator_id: Sequence[int] = ()
    series: Sequence[str] = ()
    kind: Sequence[int] = ()
    written: Sequence[str] = ()
    cell: Sequence[str] = ()
    doubts: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.unit_id)

    def __iter__(self) -> Iterator[NewValue]:
        columns = zip(*(getattr(self, one.name) for one in fields(self)), strict=True)
        for period, unit, indicator, series, kind, text, cell, doubts in columns:
            yield NewValue(
                key=Key(period, unit, indicator, series),
                value=Value.of(kind, text),
                cell=cell,
                doubts=() if doubts == NO_DOUBT else tuple(json.loads(doubts)),
            )

    @classmethod
    def of(cls, values: Iterable[NewValue]) -> Self:
        """The columns of values that are there one by one."""
        rows = [
            (*v.key, int(v.value.kind), str(v.value), v.cell, _doubts(v.doubts) if v.doubts else NO_DOUBT)
            for v in values
        ]
        return cls(*zip(*rows, strict=True)) if rows else cls()

    def doubted(self, doubts: Mapping[str, Sequence[Mapping[str, Any]]]) -> Self:
        """The same with the doubts about each cell beside its value."""
        if not doubts:
            return self
        told = {cell: _doubts(said) for cell, said in doubts.items()}
        return replace(self, doubts=[told.get(cell, NO_DOUBT) for cell in self.cell])

    def as_json(self) -> dict[str, str]:
        """To be kept, or to be stored at once."""
        return {one.name: _column(getattr(self, one.name)) for one in fields(self)}

    @classmethod
    def from_json(cls, kept: Mapping[str, str]) -> Self:
        """Read back what ``as_json`` wrote."""
        columns = [json.loads(f"[{kept[one.name]}]", strict=False) for one in fields(cls)]
        many = max(map(len, columns))
        return cls(*(column * many if len(column) == 1 else column for column in columns))


def _doubts(said: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps([dict(one) for one in said], ensure_ascii=False)


def _column(values: Sequence[str] | Sequence[int]) -> str:
    """The inside of an array: what all rows share (period, series …) only once.

    >>> _column(["甲", '乙"'])
    '"甲","乙\\\\""'
    >>> _column([7, 7, 7]), _column([])
    ('7', '')
    """
    several = [*values] if len(set(values)) > 1 else [*values[:1]]
    if several and isinstance(several[0], int):
        return ",".join(map(str, several))
    joined = '","'.join(several)
    if "\\" in joined or joined.count('"') != 2 * max(0, len(several) - 1):
        joined = '","'.join([str(one).replace("\\", "\\\\").replace('"', '\\"') for one in several])
    return f'"{joined}"' if several else ""
