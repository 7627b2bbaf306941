"""The tables an analyst scores from, read into the engine's inputs; names may be codes or labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kaocheng.engine.inputs import EVERYBODY, Claim, Figure, Inputs, Row, Target, Unit
from kaocheng.engine.sheet import Sheet
from kaocheng.errors import Place
from kaocheng.i18n import _
from kaocheng.rulebook.claimed import claims_in
from kaocheng.rulebook.findings import Finding
from kaocheng.rulebook.grouped import Groups
from kaocheng.rulebook.named import KINDS, UNASKED, Names, once, rows_said
from kaocheng.rulebook.scheme import Scheme
from kaocheng.rulebook.source import nearest
from kaocheng.rulebook.tables import BadTable, Table, decoded, read_table
from kaocheng.rulebook.values import Cells, Kind, day


@dataclass(frozen=True, slots=True)
class Tables:
    """The files an analyst scores from; only the figures are needed."""

    figures: Path | None = None
    targets: Path | None = None
    groups: Path | None = None
    rows: Path | None = None
    claims: Path | None = None
    sheets: Mapping[str, Path] = field(default_factory=dict)  # code → the sheet of another assessment


def read_inputs(scheme: Scheme, tables: Tables, period: str | None = None) -> Inputs:
    """Read the files into the engine's inputs.

    Raises:
        BadTable: all that is wrong, each with file, line, column and remedy.
    """
    inputs, found = read_files(scheme, tables, period)
    if mistakes := [finding for finding in found if finding.severity == "error"]:
        raise BadTable(mistakes)
    return inputs


def read_files(scheme: Scheme, tables: Tables, period: str | None = None) -> tuple[Inputs, list[Finding]]:
    """The inputs, as far as they can be read, and all that is wrong or doubtful in the files.

    Args:
        scheme: whose names the files use.
        tables: the files.
        period: what is scored.
    """
    reading = _Reading(scheme, tables, period)
    return reading.inputs(), reading.found()


class _Reading:
    """One reading of all files."""

    def __init__(self, scheme: Scheme, tables: Tables, period: str | None) -> None:
        self.scheme, self.files, self.names = scheme, tables, Names(scheme)
        recipe = scheme.recipe
        first = next(iter(recipe.papers.values()), None)
        self.period = recipe.period(period) if period else recipe.own_period(first) if first else recipe.year
        self.tables: list[Table] = []

    def found(self) -> list[Finding]:
        """What is wrong or doubtful, file by file and line by line."""
        return [
            finding for table in self.tables for finding in sorted(table.found, key=lambda f: f.place.line)
        ]

    def table(self, path: Path, needed: Sequence[str], further: Sequence[str] | None = ()) -> Table:
        table = read_table(path, needed, further)
        self.tables.append(table)
        return table

    def inputs(self) -> Inputs:
        groups = None
        if self.files.groups is not None:
            groups = Groups(self.scheme, self.table(self.files.groups, ("unit",), None))
            self.names.units = {unit.label: unit.code for unit in groups.units}
        figures = self.figures(self.files.figures) if self.files.figures else []
        rows = self.rows(self.files.rows) if self.files.rows else []
        handed_in = dict.fromkeys([*(f.unit for f in figures), *(row.unit for row in rows)])
        units = list(groups.units) if groups else []
        known = {unit.code for unit in units}
        # units that groups.csv does not name are reference units
        units += [Unit(name, name, assessed=groups is None) for name in handed_in if name not in known]
        if groups and groups.units:
            self._beside(groups, [name for name in handed_in if name not in known])
        known |= set(handed_in)
        targets = self.targets(self.files.targets, known) if self.files.targets else []
        if not (
            self.files.figures or groups or units
        ):  # only looked through: its own units are all there are
            units = [Unit(name, name) for name in dict.fromkeys(target.unit for target in targets)]
        claims = self.claims(self.files.claims, known) if self.files.claims else []
        sheets = {code: _sheet(path) for code, path in self.files.sheets.items()}
        given = tuple(f for f in figures if f.value != "")
        return Inputs(tuple(units), given, tuple(targets), tuple(rows), tuple(claims), sheets)

    # -- tables ------------------------------------------------------------------------------------

    def figures(self, path: Path) -> list[Figure]:
        table = self.table(path, ("unit", "indicator", "value"), ("period", "series"))
        units, indicators = self.names.units_in(table), self.names.indicators(table)
        when, (parts, kinds) = self.names.periods(table), self.names.parts(table, indicators)
        values = Cells(table, kinds).checked()
        undated = self.scheme.recipe.undated(self.period)
        if undated != self.period and not any(when):  # a file that names no period is of the one asked for
            undated, when = self.period, [self.period] * len(when)
        same = [period or undated for period in when] if undated in when and "" in when else when
        once(table, lambda row: kinds[row].label, units, indicators, same, parts)
        return list(map(Figure._make, zip(units, indicators, values, when, parts, strict=True)))

    def targets(self, path: Path, known: set[str]) -> list[Target]:
        table = self.table(path, ("unit", "indicator", "value"), ("kind", "period", "from"))
        units = self.names.units_in(table, everybody=True)
        indicators = self.names.indicators(table, self.names.nodes)
        what = [kind or "target" for kind in table["kind"]]
        sorts = {pair: self._target(*pair) for pair in set(zip(indicators, what, strict=True))}
        kinds = [sorts[pair] for pair in zip(indicators, what, strict=True)]
        values, since = Cells(table, kinds).checked(), _days(table, "from")
        when = self.names.periods(table)
        self.names.kinds(table)
        self._known(table, units, {*known, EVERYBODY})
        once(table, lambda row: kinds[row].label, units, indicators, what, when, since)
        return list(map(Target._make, zip(units, indicators, values, what, when, since, strict=True)))

    def _target(self, indicator: str, kind: str) -> Kind:
        rule = self.scheme.figures.get(indicator)
        label = rule.label if rule else indicator
        label = label if kind == "target" else f"{label}({kind})"
        measure = rule.measure if rule and kind != "full" else ""
        return Kind(label, measure, wordy=kind not in KINDS)

    def rows(self, path: Path) -> list[Row]:
        table = self.table(path, ("unit", "list", "row", "field", "value"), ("period",))
        units, when = self.names.units_in(table), self.names.periods(table)
        kinds = self._fields(table)
        for at, name in enumerate(table["row"]):
            if not name:
                table.wrong(at, "row", _("没有写行号"), _("同一行的各个字段写同一个号"))
        values = Cells(table, kinds).checked()
        keys = (table["list"], table["row"], table["field"])
        once(table, lambda row: "·".join(key[row] for key in keys), units, *keys, when)
        return list(map(Row._make, zip(units, *keys, values, when, strict=True)))

    def _fields(self, table: Table) -> list[Kind]:
        """What each row of a list's file should hold."""
        lists = self.scheme.lists
        for name, count in table.each("list"):
            if name not in lists:
                reason = _("没有清单“{name}”", name=name) + rows_said(count)
                table.wrong(table.first("list", name), "list", reason, nearest(name, lists))
        pairs = list(zip(table["list"], table["field"], strict=True))
        kinds = {}
        for code, name in dict.fromkeys(pairs):
            fields = lists[code].fields if code in lists else {name: ""}
            label = f"{lists[code].label}·{name}" if code in lists else name
            kinds[code, name] = Kind(label, fields[name], wordy=True) if name in fields else UNASKED
            if name not in fields:
                reason = _("清单“{list}”没有字段“{field}”", list=code, field=name)
                count = pairs.count((code, name))
                close = nearest(name, fields) or _("可以写:{known}", known=_("、").join(fields))
                table.wrong(pairs.index((code, name)), "field", reason + rows_said(count), close)
        return [kinds[pair] for pair in pairs]

    def claims(self, path: Path, known: set[str]) -> list[Claim]:
        columns = ("points", "level", "matter", "category", "date", "period")
        table = self.table(path, ("unit", "adjustment"), columns)
        units, when = self.names.units_in(table), self.names.periods(table)
        self._known(table, units, known)
        return claims_in(table, self.names, units, when, _days(table, "date"))

    # -- units -------------------------------------------------------------------------------------

    def _known(self, table: Table, units: Sequence[str], known: set[str]) -> None:
        """Say whose targets or claims count for nobody."""
        for name in dict.fromkeys(units) if known - {EVERYBODY} else ():
            if name and name not in known:
                at, count = units.index(name), units.count(name)
                reason = _("没有单位“{name}”", name=name) + rows_said(count)
                tell = table.wrong if self.files.groups else table.doubt
                tell(at, "unit", reason, nearest(name, known) or _("请核对名称"))

    def _beside(self, groups: Groups, names: Iterable[str]) -> None:
        """Say which units are only reference units, unless somebody refers to them."""
        beside = {name for name in names if name}
        for table in self.tables[1:]:
            here = table["unit"]
            mine = [n for n in dict.fromkeys(here) if n in beside and not groups.refers_to(n)]
            alike = {name: nearest(name, groups.codes) for name in mine[:200]}
            others = [name for name in mine if not alike.get(name)]
            for name in mine if len(others) < 2 else alike:
                if len(others) < 2 or alike[name]:
                    reason = _("“{name}”不在 {file} 里,只作参照单位", name=name, file=groups.table.file)
                    table.doubt(here.index(name), "unit", reason, alike[name])
            if len(others) > 1:
                facts = {"n": len(others), "file": groups.table.file, "names": _("、").join(others[:5])}
                reason = _("有 {n} 个单位不在 {file} 里,只作参照单位:{names}", **facts)
                table.doubt(here.index(others[0]), "unit", reason + ("…" if len(others) > 5 else ""))


def _days(table: Table, name: str) -> list[str]:
    """A column of days; what is none is said."""
    found = list(table[name])
    for at, written in enumerate(found):
        if written:
            try:
                found[at] = day(written)
            except ValueError:
                reason, remedy = _("“{written}”不是日期", written=written), _("请写成 2026-07-01 的样子")
                table.wrong(at, name, reason, remedy)
    return found


def _sheet(path: Path) -> str:
    """A score sheet as ``compute --json`` writes it; read once, so that a wrong file is refused here."""
    text = decoded(path).strip()
    try:
        Sheet.from_bytes(text.encode())
    except (ValueError, KeyError, TypeError, AttributeError):
        reason, remedy = _("这不是得分表"), _("请交 kaocheng compute --json 写出的文件")
        raise BadTable([Finding("error", "bad_table", Place(path.name), reason, remedy)]) from None
    return text


__all__ = ["BadTable", "Tables", "read_files", "read_inputs"]
