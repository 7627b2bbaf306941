"""Whether the cells of a table hold what their measure says: numbers, days, words.

Most cells are plain decimals and pass at once; only what is written otherwise is looked at.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kaocheng.engine.columns import parsed
from kaocheng.engine.inputs import NOT_APPLICABLE
from kaocheng.i18n import _
from kaocheng.numbers import NotANumber, Reading, read, text
from kaocheng.rulebook import sorts
from kaocheng.rulebook.tables import Table

_PLAIN = re.compile(r"(?:-?\d{1,15}(?:\.\d{1,12})?|/|)", re.ASCII)
_DAY = re.compile(
    r"(\d{4})(?:-(\d\d?)-(\d\d?)|/(\d\d?)/(\d\d?)|\.(\d\d?)\.(\d\d?)|年(\d\d?)月(\d\d?)日)"
    r"(?: 0?0:00(?::00)?)?",  # as a spreadsheet writes a day
    re.ASCII,
)
# What is certainly counted or measured: there even a column of nothing but words is wrong.
_AMOUNT = re.compile(
    r".*(?:元|吨|米|里|亩|顷|人|次|户|家|个|件|起|项|条|宗|名|例|票|票数|处|所|场|篇|天|份|座|台|辆|头|岁|小时|煤|百分点|%)"
)
_TEXT = frozenset(["text", "word", "文字", "文本", "说明"])


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What a cell should hold: what a person calls it, and its measure; one for all cells of one sort."""

    label: str
    measure: str = ""
    wordy: bool = False  # words are as good as numbers, whatever the measure

    @property
    def asked(self) -> bool:
        """Whether anything is asked of it."""
        return self.measure not in _TEXT

    @property
    def day(self) -> bool:
        """Whether it is a day."""
        return sorts.measured(self.measure).kind == sorts.DATE

    @property
    def words(self) -> bool:
        """Whether it may be a word."""
        return self.wordy or not _AMOUNT.fullmatch(self.measure)

    @property
    def percent(self) -> bool:
        """Whether 98.5 % is written 98.5."""
        return sorts.measured(self.measure).measure == sorts.PERCENT


class Cells:
    """The values in one column of a table, each of a kind."""

    def __init__(self, table: Table, kinds: Sequence[Kind], column: str = "value") -> None:
        self.table, self.kinds, self.column = table, kinds, column
        self.values = list(table[column])
        self.changed: list[tuple[int, str, str]] = []  # row, what it is read as, what was straightened

    def checked(self) -> Sequence[str]:
        """The values as the engine reads them; what makes no sense is said in the table."""
        plain = _PLAIN.fullmatch
        odd = [row for row, written in enumerate(self.values) if not plain(written)]
        if any(kind.day for kind in set(self.kinds)):
            held = (row for row, written in enumerate(self.values) if written not in ("", NOT_APPLICABLE))
            odd = sorted({*odd, *(row for row in held if self.kinds[row].day)})
        words: dict[Kind, list[int]] = {}
        for row in odd:
            kind, written = self.kinds[row], self.values[row]
            if not kind.asked:
                continue
            if "\n" in written:
                self._wrong(row, _("里有换行"), _("请写在一行里"))
            elif kind.day:
                self._day(row, written)
            else:
                try:
                    self._number(row, kind, read(written))
                except NotANumber:
                    if not _fraction_or_day(kind, written):
                        words.setdefault(kind, []).append(row)
        for kind, rows in words.items():
            self._words(kind, rows)
        if self.changed:
            self._changes()
        return self.values

    def _wrong(self, row: int, reason: str, remedy: str) -> None:
        unit, name = self.table["unit"][row], self.kinds[row].label
        said = _("“{unit}”的“{name}”{reason}", unit=unit, name=name, reason=reason)
        self.table.wrong(row, self.column, said, remedy)

    def _day(self, row: int, written: str) -> None:
        try:
            found = day(written)
        except ValueError:
            self._wrong(row, _("写的是“{written}”,不是日期", written=written), _("请写成 2026-07-10 的样子"))
            return
        if found != written:
            self.values[row] = found
            self.changed.append((row, found, _("日期")))

    def _number(self, row: int, kind: Kind, reading: Reading) -> None:
        value = text(reading.value)
        if reading.percent and not kind.percent:
            written = self.values[row]
            share = text(reading.value.scaleb(-2))
            reason = _("写的是“{written}”,看不出是 {a} 还是 {b}", written=written, a=value, b=share)
            remedy = _("请写成不带百分号的数")
            if kind.measure:
                reason = _("以“{measure}”计,写的是“{written}”", measure=kind.measure, written=written)
            self._wrong(row, reason, remedy)
        elif reading.changes:
            self.changed.append((row, value, _("、").join(reading.changes)))

    def _words(self, kind: Kind, rows: Sequence[int]) -> None:
        """Words among numbers, or where the measure wants numbers; or the few numbers among words."""
        numbers = [
            row
            for row, other in enumerate(self.kinds)
            if other is kind and _PLAIN.fullmatch(self.values[row]) and self.values[row] not in ("", "/")
        ]
        if kind.words and (not numbers or len(numbers) < len(rows)):
            for row in numbers:
                written = self.values[row]
                self._wrong(row, _("写的是“{written}”,别处都是文字", written=written), _("请写成同样的文字"))
            return
        for row in rows:
            written = self.values[row]
            try:
                read(written)
            except NotANumber as problem:
                self._wrong(row, _("写的是“{written}”,不是数", written=written[:40]), problem.reason)

    def _changes(self) -> None:
        """One line for all that was straightened on reading."""
        row, value, how = self.changed[0]
        facts = {"written": self.table[self.column][row], "value": value, "how": how}
        reason = _("“{written}”按 {value} 读({how})", **facts)
        many = len(self.changed)
        remedy = _("这样改写的共 {n} 处", n=many) if many > 1 else ""
        self.table.doubt(row, self.column, reason, remedy)


def day(written: str) -> str:
    """A day as people write it, year first, as the engine reads it.

    >>> day("2026/5/1"), day("2026年5月1日")
    ('2026-05-01', '2026-05-01')

    Raises:
        ValueError: it is none.
    """
    match = _DAY.fullmatch(written)
    if match is None:
        raise ValueError(written)
    return date(*(int(part) for part in match.groups() if part)).isoformat()


def _fraction_or_day(kind: Kind, written: str) -> bool:
    """What the engine takes for a number besides numbers."""
    value = parsed(written)
    return value is not None and ("/" in written or kind.words)
