"""The catalogue (指标表): clause texts, points, measures and collectors, compared with the scheme.

It is the law for points and for the words of clauses: a draft takes them over, a frozen scheme does not.
Its prose about scoring is never parsed; measures and collectors that differ are said.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from kaocheng import numbers
from kaocheng.figures.reading import cells, headed
from kaocheng.figures.reading.desk import ColumnUnderstood, Desk, SheetUnderstood, address, title
from kaocheng.figures.reading.headed import Headed
from kaocheng.figures.reading.labels import alike, is_note, is_total, plain, same_measure, straighten
from kaocheng.figures.reading.names import RuleName
from kaocheng.figures.reading.sheet import Sheet, letter

__all__ = ["WORDS", "Catalogue", "CatalogueItem", "Supply", "read"]

WORDS = {
    "number": ("序号", "编号"),
    "category": ("考核类别", "类别", "一级指标", "指标类别"),
    "label": ("考核指标", "指标", "指标名称", "考核内容", "考核项目", "二级指标", "三级指标"),
    "measure": ("计量单位", "单位"),
    "points": ("分值", "满分", "标准分", "权重", "权重分"),
    "clause": ("计分办法", "计分方法", "计分标准", "评分标准", "评分办法", "评分细则", "考核办法"),
    "collector": (
        "数据采集责任单位",
        "数据采集单位",
        "责任单位",
        "采集单位",
        "数据来源",
        "考核责任单位",
        "牵头单位",
    ),
    "note": ("备注",),
}
NEEDED = ("label", "points", "clause")
DRAFT = "draft"
TABLE = "表."  # clauses a catalogue adds: 表.1, 表.2 …
_CATEGORY_POINTS = re.compile(r"\((\d+(?:\.\d+)?)分\)$")


class Supply(NamedTuple):
    """A value the scheme takes from the table: where it stands there, what it says now, and the cell."""

    path: tuple[str, ...]
    value: str
    before: str
    label: str
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueItem:
    """One line of the catalogue."""

    clause: str
    label: str
    category: str = ""
    measure: str = ""
    points: Decimal | None = None
    text: str = ""
    collector: str = ""
    note: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All lines of the catalogue, the points it states per category, and its total."""

    sheet: str
    items: tuple[CatalogueItem, ...]
    categories: tuple[tuple[str, Decimal], ...] = ()
    total: Decimal | None = None
    supplies: tuple[Supply, ...] = ()


def read(desk: Desk) -> None:
    """Read the first sheet that is a catalogue."""
    for sheet in desk.book.sheets:
        table = headed.find(sheet, WORDS, desk.form.columns, 3) if sheet.rows else None
        if table is not None and all(field in table.columns for field in NEEDED):
            _Reading(desk, sheet, table).read()
            return
    desk.error("no_table", desk.book.sheets[0], "A1", form=desk.form.label or desk.form.code)


@dataclass(slots=True)
class _Reading:
    """One catalogue, being read."""

    desk: Desk
    sheet: Sheet
    table: Headed
    supplies: dict[tuple[str, ...], Supply] = field(default_factory=dict)

    def read(self) -> None:
        items: list[CatalogueItem] = []
        categories: dict[str, tuple[Decimal, str]] = {}
        total: tuple[Decimal, str] | None = None
        category = ""
        for row in sorted(r for r in self.sheet.rows if r >= self.table.body):
            texts = [str(c.value) for c in self.sheet.rows[row].values() if c.kind == "s"]
            if any(map(is_total, texts)):
                total = self._total(row) or total
                continue
            label = self._text(row, "label")
            if not label or is_note(texts[0]):
                continue
            category = self._category(row, categories) or category
            items.append(self._item(row, label, category, len(items) + 1))
        self._sums(items, categories, total)
        self._compare(items, categories)
        self.desk.catalogue = Catalogue(
            sheet=self.sheet.title,
            items=tuple(items),
            categories=tuple((name, points) for name, (points, _cell) in categories.items()),
            total=total[0] if total else None,
            supplies=tuple(self.supplies.values()),
        )
        self._understood(items)

    def _text(self, row: int, field: str) -> str:
        column = self.table.columns.get(field)
        return straighten(self.sheet.text(row, column)) if column else ""

    def _category(self, row: int, categories: dict[str, tuple[Decimal, str]]) -> str:
        """The category a row stands in; its points are in brackets behind its name."""
        column = self.table.columns.get("category")
        cell = self.sheet.at(row, column) if column else None
        if cell is None:
            return ""
        written = plain(str(cell.value))
        name = _CATEGORY_POINTS.sub("", written)
        if stated := _CATEGORY_POINTS.search(written):
            categories.setdefault(name, (Decimal(stated[1]), cell.address))
        return name

    def _item(self, row: int, label: str, category: str, place: int) -> CatalogueItem:
        return CatalogueItem(
            clause=TABLE + self._number(row, place),
            label=label,
            category=category,
            measure=self._text(row, "measure"),
            points=self._points(row),
            text=self._text(row, "clause"),
            collector=self._text(row, "collector"),
            note=self._text(row, "note"),
            row=row,
        )

    def _number(self, row: int, place: int) -> str:
        column = self.table.columns.get("number")
        outcome = cells.number(self.sheet.rows[row].get(column), percent=False) if column else None
        value = outcome.value if outcome else None
        return numbers.text(value) if isinstance(value, Decimal) else str(place)

    def _points(self, row: int) -> Decimal | None:
        column = self.table.columns["points"]
        outcome = cells.number(self.sheet.rows[row].get(column), percent=False)
        self.desk.outcome(outcome, self.sheet, address(row, column))
        return outcome.value if isinstance(outcome.value, Decimal) else None

    def _total(self, row: int) -> tuple[Decimal, str] | None:
        """The total as typed; a formula there is nobody's figure and is left alone."""
        column = self.table.columns["points"]
        value = cells.number(self.sheet.rows[row].get(column), percent=False).value
        return (value, address(row, column)) if isinstance(value, Decimal) else None

    def _sums(
        self,
        items: list[CatalogueItem],
        categories: dict[str, tuple[Decimal, str]],
        total: tuple[Decimal, str] | None,
    ) -> None:
        if any(item.points is None for item in items):
            return
        stated = [(name, points, cell) for name, (points, cell) in categories.items()]
        stated += [("", total[0], total[1])] if total else []
        for name, points, cell in stated:
            found = sum((i.points or Decimal(0) for i in items if not name or i.category == name), Decimal(0))
            if found != points:
                facts = {"written": numbers.text(points), "sum": numbers.text(found)}
                self.desk.error("total_differs", self.sheet, cell, label=name or "合计", **facts)

    def _compare(self, items: list[CatalogueItem], categories: Mapping[str, tuple[Decimal, str]]) -> None:
        """What the catalogue and the scheme say differently about the same indicator."""
        rules = self.desk.names.rules
        missing = {plain(r.label): r for r in rules if r.clause.startswith(TABLE)}
        papers: dict[str, set[str]] = {}
        for item in items:
            rule = self._meant(item.label, rules)
            missing.pop(plain(item.label), None)
            if rule is None or not rule.clause:
                self._doubt("clause_unbound", item, "label")
            else:
                papers.setdefault(item.category, set()).add(rule.paper)
                self._differences(item, rule)
        for name, (points, cell) in categories.items():
            near = [r for r in self.desk.names.categories if r.paper in papers.get(name, ())]
            if (above := self._meant(name, near)) is not None:
                self._worth(name, points, above, cell)
        for rule in missing.values():
            nearest = max((i.label for i in items), key=lambda label: alike(label, rule.label), default="")
            self.desk.doubt(
                "rule_missing", self.sheet, self.table.cell("label"), label=rule.label, near=nearest
            )

    def _meant(self, label: str, rules: Iterable[RuleName]) -> RuleName | None:
        """The rule of that name; where several papers have one, that of the class the table is about."""
        named = [rule for rule in rules if plain(rule.label) == plain(label)]
        about = f"{title(self.sheet, self.table.row)} {self.desk.form.label} {self.desk.form.group}"
        own = [rule for rule in named if rule.group and rule.group in about] if len(named) > 1 else named
        if len(own) == 1:
            return own[0]
        # Whose it is cannot be told: what differs is said, and nothing supplied.
        return replace(named[-1], paper="", code="") if named else None

    def _differences(self, item: CatalogueItem, rule: RuleName) -> None:
        clause = self.desk.names.clauses.get(rule.clause, "")
        if plain(clause).rstrip("。.;；") != plain(item.text).rstrip("。.;；"):
            self._clause(item, rule, clause)
        if item.points is not None:
            self._worth(item.label, item.points, rule, address(item.row, self.table.columns["points"]))
        if item.measure and rule.measure and not same_measure(plain(item.measure), rule.measure):
            self._doubt("table_measure", item, "measure", written=item.measure, declared=rule.measure)
        if item.collector and rule.collector and plain(item.collector) != plain(rule.collector):
            self._doubt(
                "collector_differs", item, "collector", written=item.collector, declared=rule.collector
            )

    def _clause(self, item: CatalogueItem, rule: RuleName, clause: str) -> None:
        path, cell = ("clauses", rule.clause), address(item.row, self.table.columns["clause"])
        other = self.supplies.get(path)
        ours = bool(rule.paper) and rule.clause.startswith(TABLE) and bool(item.text)
        if not (ours and self._state == DRAFT) or (other is not None and other.value != item.text):
            self._doubt("clause_changed", item, "clause", clause=rule.clause)
            return
        self.desk.conversion("clause_supplied", self.sheet, cell, label=item.label, clause=rule.clause)
        self._supply(path, item.text, clause, item.label, cell)

    def _worth(self, label: str, points: Decimal, rule: RuleName, cell: str) -> None:
        if rule.full is None or points == rule.full:
            return
        facts = {"label": label, "written": numbers.text(points), "declared": numbers.text(rule.full)}
        if not rule.code or points <= 0 or not self._state:
            self.desk.doubt("points_differ", self.sheet, cell, **facts)
        elif self._state == DRAFT:
            path = ("papers", rule.paper, "nodes", rule.code, "full")
            self.desk.conversion("points_supplied", self.sheet, cell, **facts)
            self._supply(path, facts["written"], facts["declared"], label, cell)
        else:
            self.desk.error("points_frozen", self.sheet, cell, **facts)

    def _supply(self, path: tuple[str, ...], value: str, before: str, label: str, cell: str) -> None:
        self.supplies[path] = Supply(path, value, before, label, f"{self.sheet.title}!{cell}")

    @property
    def _state(self) -> str:
        """How far the scheme of the table's own year has come; of another year's nothing is supplied."""
        names = self.desk.names
        return names.state if self.desk.period in ("", names.year) else ""

    def _doubt(self, code: str, item: CatalogueItem, field: str, /, **facts: str) -> None:
        cell = address(item.row, self.table.columns[field])
        self.desk.doubt(code, self.sheet, cell, label=item.label, **facts)

    def _understood(self, items: list[CatalogueItem]) -> None:
        sheet, table = self.sheet, self.table
        self.desk.understood.append(
            SheetUnderstood(
                sheet=sheet.title,
                title=title(sheet, table.row),
                header_rows=tuple(range(table.row, table.body)),
                columns=tuple(
                    ColumnUnderstood(letter(c), sheet.text(table.row, c), "", "", f, "", WORDS[f][0], "", "")
                    for f, c in table.columns.items()
                ),
                rows=tuple((item.row, item.label) for item in items),
                left_out=tuple(f"{letter(c)} {header}" for c, header in table.others.items()),
            )
        )
