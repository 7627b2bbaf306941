"""Tables as files: long CSV in, standings as CSV out; places of mistakes by file and line."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from kaocheng.engine.inputs import EVERYBODY, Claim, Figure, Inputs, Row, Target, Unit
from kaocheng.engine.sheet import Column, PaperSheet, Sheet, Standing
from kaocheng.errors import Invalid, Place
from kaocheng.i18n import _
from kaocheng.rulebook.scheme import Scheme
from kaocheng.rulebook.source import nearest


@dataclass(eq=False)
class BadTable(Invalid):
    """One mistake in a table file."""

    place: Place
    reason: str
    remedy: str = ""

    code = "bad_table"

    def __str__(self) -> str:
        if not self.remedy:
            return _("{place}:{reason}", place=self.place, reason=self.reason)
        return _("{place}:{reason};{remedy}", place=self.place, reason=self.reason, remedy=self.remedy)


@dataclass(frozen=True, slots=True)
class Tables:
    """The files an analyst scores from; only the figures are needed."""

    figures: Path
    targets: Path | None = None
    groups: Path | None = None
    rows: Path | None = None
    claims: Path | None = None
    sheets: Mapping[str, Path] = field(default_factory=dict)  # code → the sheet of another assessment


def read_inputs(scheme: Scheme, tables: Tables) -> Inputs:
    """Read the files into the engine's inputs; names may be codes or labels.

    Raises:
        BadTable: with the file, the line and the remedy.
    """
    names = _Names(scheme)
    units = list(_units(tables.groups)) if tables.groups else []
    records = list(_records(tables.figures, ("unit", "indicator", "value")))
    figures = [names.figure(record) for record in records]
    targets = (
        [names.target(r) for r in _records(tables.targets, ("unit", "indicator", "value"))]
        if tables.targets
        else []
    )
    rows = (
        [names.row(r) for r in _records(tables.rows, ("unit", "list", "row", "field", "value"))]
        if tables.rows
        else []
    )
    claims = (
        [names.claim(r) for r in _records(tables.claims, ("unit", "adjustment"))] if tables.claims else []
    )
    known = {unit.code for unit in units}
    assessed = tables.groups is None  # units that groups.csv does not name are reference units
    for name in [*(figure.unit for figure in figures), *(row.unit for row in rows)]:
        if name not in known:
            known.add(name)
            units.append(Unit(name, name, assessed=assessed))
    _once(figures, [record.place for record in records])
    present = [f for f in figures if f.value != ""]
    sheets = {code: _sheet(path) for code, path in tables.sheets.items()}
    return Inputs(tuple(units), tuple(present), tuple(targets), tuple(rows), tuple(claims), sheets)


def _sheet(path: Path) -> str:
    """A score sheet as ``compute --json`` writes it; read once, so that a wrong file is refused here."""
    text = decoded(path).strip()
    try:
        Sheet.from_bytes(text.encode())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadTable(
            Place(path.name), _("这不是得分表"), _("请交 kaocheng compute --json 写出的文件")
        ) from None
    return text


def _once(figures: Iterable[Figure], places: Iterable[Place]) -> None:
    seen: set[tuple[str, ...]] = set()
    for figure, place in zip(figures, places, strict=True):
        key = (figure.unit, figure.indicator, figure.period, figure.series)
        if key in seen:
            raise BadTable(
                place,
                _("“{unit}”的“{indicator}”写了两次", unit=figure.unit, indicator=figure.indicator),
                _("请只留一行"),
            )
        seen.add(key)


class _Names:
    """Codes and labels of a scheme, either of which a file may use."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.figures: dict[str, str] = {}
        for code, rule in scheme.figures.items():
            self.figures.setdefault(rule.label.lower(), code)
        self.figures.update({code: code for code in scheme.figures})
        self.adjustments: dict[str, str] = {}
        for paper in scheme.keys["papers"].values():
            for kind in ("adjustments", "vetoes"):
                for code, rule in (paper.get(kind) or {}).items():
                    self.adjustments.setdefault(str(rule.get("label", code)), code)
                    self.adjustments[code] = code

    def indicator(self, record: "Record") -> str:
        name = record["indicator"]
        return self.figures.get(name, self.figures.get(name.lower(), name))

    def part(self, indicator: str, series: str) -> str:
        rule = self.scheme.figures.get(indicator)
        labels = {label: code for code, label in (rule.parts or {}).items()} if rule else {}
        return labels.get(series, series)

    def figure(self, record: "Record") -> Figure:
        indicator = self.indicator(record)
        return Figure(
            record["unit"],
            indicator,
            record["value"],
            self.period(record),
            self.part(indicator, record["series"]),
        )

    def target(self, record: "Record") -> Target:
        kind = record["kind"] or "target"
        return Target(
            record["unit"] or EVERYBODY,
            self.indicator(record),
            record["value"],
            kind,
            self.period(record),
            record["from"],
        )

    def row(self, record: "Record") -> Row:
        rule = self.scheme.lists.get(record["list"])
        if rule is None:
            raise BadTable(
                record.place,
                _("没有清单“{name}”", name=record["list"]),
                nearest(record["list"], self.scheme.lists),
            )
        return Row(
            record["unit"],
            record["list"],
            record["row"],
            record["field"],
            record["value"],
            self.period(record),
        )

    def claim(self, record: "Record") -> Claim:
        name = record["adjustment"]
        if name not in self.adjustments:
            raise BadTable(
                record.place, _("没有加减分或否决“{name}”", name=name), nearest(name, self.adjustments)
            )
        fields = {k: record[k] for k in ("points", "level", "matter", "category", "date")}
        return Claim(record["unit"], self.adjustments[name], **fields, period=self.period(record))

    def period(self, record: "Record") -> str:
        return str(self.scheme.periods.get(record["period"], record["period"]))


class Record(dict[str, str]):
    """One line of a table; a column the file does not have reads as empty."""

    place: Place

    def __missing__(self, key: str) -> str:
        return ""


def _records(path: Path, needed: Iterable[str]) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(decoded(path)))
    header = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in needed if name not in header]
    if missing:
        raise BadTable(
            Place(path.name, 1),
            _("缺少列:{names}", names=_("、").join(missing)),
            _("首行请写英文列名,如 unit,indicator,value"),
        )
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            raise BadTable(Place(path.name, reader.line_num), _("这一行多了一格"), _("值里有逗号时请加引号"))
        record = Record(zip(header, (cell.strip() for cell in cells), strict=False))
        record.place = Place(path.name, reader.line_num)
        yield record


def _units(path: Path) -> Iterator[Unit]:
    """One unit from each row, and from further rows with a day in ``from`` what changed on that day."""
    rows: dict[str, dict[str, Record]] = {}
    for record in _records(path, ("unit",)):
        code, since = record["unit"], _day(record)
        if since in rows.setdefault(code, {}):
            raise BadTable(
                record.place,
                _("单位“{unit}”写了两次", unit=code),
                _("请只留一行;情况有变的,后一行在 from 列写明自哪天起"),
            )
        rows[code][since] = record
    for code, by_day in rows.items():
        first, *later = (by_day[day] for day in sorted(by_day))
        yield Unit(
            code,
            first["label"] or code,
            first["class"],
            _attributes(first),
            changes=tuple((_day(r), {k: v for k, v in r.items() if v and k not in _OF_ROW}) for r in later),
        )


_OF_ROW = ("unit", "from")


def _attributes(record: Record) -> dict[str, str]:
    return {k: v for k, v in record.items() if k not in (*_OF_ROW, "class", "label")}


def _day(record: Record) -> str:
    written = record["from"]
    try:
        return date.fromisoformat(written).isoformat() if written else ""
    except ValueError:
        raise BadTable(
            record.place, _("“{written}”不是日期", written=written), _("请写成 2026-07-01 的样子")
        ) from None


def decoded(path: Path) -> str:
    """A text file in UTF-8 (with or without a mark) or GB18030.

    Raises:
        BadTable: it is neither, or there is no such file.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise BadTable(Place(str(path)), _("打不开这个文件"), _("请核对文件名")) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable(Place(path.name), _("看不出文字编码"), _("请存成 UTF-8"))


# -- standings as CSV ----------------------------------------------------------------------------------


def write_standings(sheet: PaperSheet, codes: bool = False, order: Iterable[str] | None = None) -> str:
    """One row a unit: unit, class, score, rank, grade, then nodes, adjustments and further results.

    Missing is empty, not applicable ``/``.  *codes* prints codes, hidden nodes and the total as well;
    *order* is the order of units, by code.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = [column for column in sheet.columns if codes or column.show]
    writer.writerow(
        ["unit", "class", "score", "rank", "grade", *(c.key if codes else c.label for c in columns)]
    )
    standings = {standing.unit: standing for standing in sheet.standings}
    for unit in order or sheet.units:
        if unit in sheet.row:
            writer.writerow(_line(sheet, unit, columns, standings.get(unit), codes))
    return out.getvalue()


def _line(
    sheet: PaperSheet, unit: str, columns: Iterable[Column], standing: Standing | None, codes: bool
) -> list[str]:
    group = sheet.classes.get(unit, sheet.group)
    score = sheet.shown(unit, sheet.total)
    rank = "" if standing is None or standing.rank is None else str(standing.rank)
    grade = (standing.grade or "") if standing else ""
    name = unit if codes else sheet.labels.get(unit, unit)
    return [_safe(name), _safe(group), score, rank, grade, *(sheet.shown(unit, c.key) for c in columns)]


def _safe(text: str) -> str:
    """A name that a spreadsheet would take for a formula, kept a name."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


__all__ = ["BadTable", "Tables", "decoded", "read_inputs", "write_standings"]
