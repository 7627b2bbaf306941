"""Tables as files: CSV read column by column, and the place of every cell that is wrong.

Who hears of one mistake at a time sends a file ten times, so all that is wrong is listed at once.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kaocheng.errors import Invalid, Place
from kaocheng.i18n import _
from kaocheng.rulebook.findings import Finding
from kaocheng.rulebook.source import nearest

MOST_SAID = 20  # mistakes of one reading; the rest is counted
_SEPARATORS = ("\t", ";", "|", "\uff0c", "\uff1b")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_CHINESE: Mapping[str, str] = {  # what people call the columns
    "单位": "unit",
    "单位名称": "unit",
    "指标": "indicator",
    "指标名称": "indicator",
    "值": "value",
    "数值": "value",
    "时段": "period",
    "分项": "series",
    "类别": "class",
    "清单": "list",
    "行": "row",
    "字段": "field",
    "种类": "kind",
    "加减分": "adjustment",
    "分值": "points",
    "级别": "level",
    "事项": "matter",
    "日期": "date",
}


@dataclass(eq=False)
class BadTable(Invalid):
    """What is wrong in the tables handed in, each mistake with its place and remedy."""

    findings: Sequence[Finding]

    code = "bad_table"

    def __str__(self) -> str:
        lines = [str(finding) for finding in self.findings[:MOST_SAID]]
        beyond = len(self.findings) - len(lines)
        return "\n".join([*lines, *([_("另有 {n} 处", n=beyond)] if beyond else [])])


@dataclass
class Table:
    """One file: its columns by name, cells stripped, and what was found wrong in it."""

    file: str
    header: Sequence[str] = ()
    columns: dict[str, Sequence[str]] = field(default_factory=dict)
    lines: Sequence[int] = ()  # of each row, in the file
    found: list[Finding] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, name: str) -> Sequence[str]:
        """A column; one the file does not have reads as empty."""
        if name not in self.columns:
            self.columns[name] = [""] * len(self)
        return self.columns[name]

    def wrong(self, row: int, name: str, reason: str, remedy: str = "") -> None:
        """A mistake: nothing is scored from the file before it is put right."""
        self.say("error", self.lines[row], reason, remedy, self._number(name))

    def doubt(self, row: int, name: str, reason: str, remedy: str = "") -> None:
        """Something the person should know; the file is used all the same."""
        self.say("warning", self.lines[row], reason, remedy, self._number(name))

    def say(self, severity: str, line: int, reason: str, remedy: str = "", column: int = 0) -> None:
        self.found.append(Finding(severity, "bad_table", Place(self.file, line, column), reason, remedy))

    def _number(self, name: str) -> int:
        return self.header.index(name) + 1 if name in self.header else 0

    def each(self, name: str) -> Iterator[tuple[str, int]]:
        """The different texts of a column, each with how many there are."""
        yield from Counter(self[name]).items()

    def first(self, name: str, text: str) -> int:
        """The first row with *text* in a column."""
        return self[name].index(text)

    def repeated(self, *keys: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Rows whose *keys* stand in an earlier row too, each with that row."""
        if len(set(map(hash, zip(*keys, strict=True)))) == len(self):  # lighter than the keys themselves
            return
        first: dict[tuple[str, ...], int] = {}
        for row, key in enumerate(zip(*keys, strict=True)):
            if (earlier := first.setdefault(key, row)) != row:
                yield row, earlier


def read_table(path: Path, needed: Sequence[str], further: Sequence[str] | None = ()) -> Table:
    """A table file; what is wrong with it is in the table.

    Args:
        path: the file.
        needed: columns it must have.
        further: columns it may have; ``None`` where any may stand.

    Raises:
        BadTable: there is no such file, or it is no text.
    """
    table, text = Table(path.name), decoded(path)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (at := text.find("\0")) >= 0:
        reason, remedy = _("有看不见的字符(NUL)"), _("请用电子表格软件重新存成 CSV UTF-8")
        table.say("error", text.count("\n", 0, at) + 1, reason, remedy)
        return table
    rows, lines = _rows(table, text)
    if not rows:
        if not table.found:
            table.say("error", 1, _("文件是空的"), _first_line(needed))
        return table
    _head(table, lines[0], rows[0], needed, further)
    if not table.found or all(finding.severity == "warning" for finding in table.found):
        rows, table.lines = _even(table, rows[1:], lines[1:], needed)
        for at, name in enumerate(table.header):
            same: dict[str, str] = {}  # a name that stands in a million rows is kept once
            column = [same.setdefault(text, text) for text in (cells[at].strip() for cells in rows)]
            if name:
                table.columns[name] = column
            elif any(column):
                row = next(row for row, text in enumerate(column) if text)
                reason, remedy = _("第 {n} 列没有列名", n=at + 1), _("请在首行写上列名,或删去这一列")
                table.say("error", table.lines[row], reason, remedy, at + 1)
    return table


def _rows(table: Table, text: str) -> tuple[list[list[str]], Sequence[int]]:
    """The rows that hold something, and the line each begins in."""
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
        lines: Sequence[int] = range(1, len(rows) + 1)
        if len(rows) != text.count("\n") + (not text.endswith("\n")):  # a line break inside quotes
            lines = list(_begins(text))
    except csv.Error:
        reason, remedy = _("引号没有配对"), _("值里有英文引号时请写成两个,或删去引号")
        table.say("error", max(_begins(text, at_fault=True)), reason, remedy)
        return [], ()
    unnamed = [row for row, cells in enumerate(rows) if not cells or not cells[0].strip()]
    blank = {row for row in unnamed if not any(map(str.strip, rows[row]))}
    if blank:
        kept = [row for row in range(len(rows)) if row not in blank]
        return [rows[row] for row in kept], [lines[row] for row in kept]
    return rows, lines


def _begins(text: str, *, at_fault: bool = False) -> Iterator[int]:
    """The line each row begins in, up to one that cannot be read."""
    reader = csv.reader(io.StringIO(text), strict=True)
    line = 0
    try:
        yield 1
        for _cells in reader:
            line = reader.line_num
            yield line + 1
    except csv.Error:
        if not at_fault:
            raise


def _head(
    table: Table, line: int, written: Sequence[str], needed: Sequence[str], further: Sequence[str] | None
) -> None:
    """Check the first line: every column needed, none twice, none that only looks like one."""
    table.header = [name.strip().lower() for name in written]
    known = [*needed, *(further or ())]
    first = ",".join(written)
    for sign in _SEPARATORS if len(written) == 1 else ():
        if sign in first:
            shown = _("制表符") if sign == "\t" else sign
            table.say("error", line, _("各列是用“{sign}”隔开的", sign=shown), _("请存成用英文逗号隔开的 CSV"))
            return
    lacking = [name for name in needed if name not in table.header]
    for at, name in enumerate(table.header, 1):
        if name and name in table.header[: at - 1]:
            table.say("error", line, _("列“{name}”写了两次", name=name), _("请只留一列"), at)
        meant = _CHINESE.get(name) or next(iter(_close(name, known)), "")
        if name and name not in known and meant in known and meant not in table.header:
            reason = _("不认识的列“{name}”", name=written[at - 1].strip())
            table.say("error", line, reason, _("是否应为“{close}”?", close=meant), at)
            lacking = [other for other in lacking if other != meant]
    if further is not None and not table.found and not lacking:
        for at, name in enumerate(table.header, 1):
            if name and name not in known:
                table.say("warning", line, _("没有用到列“{name}”", name=name), "", at)
    if lacking:
        reason = _("首行缺少列 {names},现在是“{first}”", names=_("、").join(lacking), first=first[:60])
        table.say("error", line, reason, _first_line(needed))


def _close(name: str, known: Sequence[str]) -> list[str]:
    return [other for other in known if nearest(name, [other])]


def _first_line(needed: Sequence[str]) -> str:
    return _("首行请写英文列名:{names}", names=",".join(needed))


def _even(
    table: Table, rows: list[list[str]], lines: Sequence[int], needed: Sequence[str]
) -> tuple[list[list[str]], Sequence[int]]:
    """Rows as long as the header; a row that is longer, or lacks what is needed, is left out and said."""
    wide = len(table.header)
    if all(len(cells) == wide for cells in rows):
        return rows, lines
    kept: list[int] = []
    least = max(table.header.index(name) for name in needed) + 1
    for row, cells in enumerate(rows):
        if any(map(str.strip, cells[wide:])):
            reason = _("这一行有 {n} 格,首行只有 {wide} 列", n=len(cells), wide=wide)
            table.say("error", lines[row], reason, _("值里有逗号时请加引号"), wide + 1)
        elif len(cells) < least:
            lacking = _("、").join(name for name in table.header[len(cells) : least] if name in needed)
            reason = _("这一行只有 {n} 格,缺 {names}", n=len(cells), names=lacking)
            table.say("error", lines[row], reason, _("没有数的也请留出空格"), len(cells) + 1)
        else:
            kept.append(row)
    return [(rows[row] + [""] * wide)[:wide] for row in kept], [lines[row] for row in kept]


def decoded(path: Path) -> str:
    """A text file in UTF-8 (with or without a mark), UTF-16 with a mark, or GB18030.

    Raises:
        BadTable: it is none of them, or there is no such file.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise _unreadable(str(path), _("打不开这个文件"), _("请核对文件名")) from None
    if content.startswith(_WORKBOOKS):
        raise _unreadable(path.name, _("这是 Excel 工作簿,不是 CSV"), _("请另存为 CSV UTF-8"))
    for encoding in (_MARKS.get(content[:2], "utf-8-sig"), "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable(path.name, _("看不出文字编码"), _("请存成 UTF-8"))


def _unreadable(file: str, reason: str, remedy: str) -> BadTable:
    return BadTable([Finding("error", "bad_table", Place(file), reason, remedy)])
