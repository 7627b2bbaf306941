"""groups.csv: who is assessed, in which class, with which attributes, and from when they change."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from kaocheng.engine.inputs import Unit
from kaocheng.i18n import _
from kaocheng.numbers import NotANumber, read
from kaocheng.rulebook.named import rows_said
from kaocheng.rulebook.scheme import Scheme
from kaocheng.rulebook.source import nearest
from kaocheng.rulebook.tables import Table
from kaocheng.rulebook.values import day

_OF_ROW = ("unit", "from")
_NO_ATTRIBUTE = (*_OF_ROW, "class", "label")


class Groups:
    """The units of one file."""

    def __init__(self, scheme: Scheme, table: Table) -> None:
        self.scheme, self.table = scheme, table
        self.units = tuple(self._units())
        self._classes()
        self._attributes()

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of all units."""
        return frozenset(unit.code for unit in self.units)

    def refers_to(self, unit: str) -> bool:
        """Whether the scheme or an attribute names a unit beside those assessed."""
        return unit in self._attributed or f'"{unit}"' in self.scheme.text or f"'{unit}'" in self.scheme.text

    @cached_property
    def _attributed(self) -> frozenset[str]:
        columns = [name for name in self.table.header if name and name not in _OF_ROW]
        return frozenset(text for name in columns for text in self.table[name])

    def _units(self) -> Iterator[Unit]:
        """One unit from each row, and from further rows with a day in ``from`` what changed on that day."""
        by_unit: dict[str, dict[str, int]] = {}
        for row, code in enumerate(self.table["unit"]):
            since = self._since(row)
            if not code:
                self.table.wrong(row, "unit", _("没有写单位"), _("请补上"))
            elif since is not None and since in by_unit.setdefault(code, {}):
                reason = _("单位“{unit}”写了两次", unit=code)
                remedy = _("请只留一行;情况有变的,后一行在 from 列写明自哪天起")
                self.table.wrong(row, "unit", reason, remedy)
            elif since is not None:
                by_unit[code][since] = row
        for code, by_day in by_unit.items():
            if by_day:
                yield self._unit(code, by_day)

    def _unit(self, code: str, by_day: Mapping[str, int]) -> Unit:
        first, *later = sorted(by_day)
        known = self._row(by_day[first])
        changes = tuple(
            (since, {k: v for k, v in self._row(by_day[since]).items() if v and k not in _OF_ROW})
            for since in later
        )
        attributes = {k: v for k, v in known.items() if k not in _NO_ATTRIBUTE}
        return Unit(code, known.get("label") or code, known.get("class", ""), attributes, changes=changes)

    def _row(self, row: int) -> dict[str, str]:
        return {name: self.table[name][row] for name in self.table.header if name}

    def _since(self, row: int) -> str | None:
        written = self.table["from"][row]
        try:
            return day(written) if written else ""
        except ValueError:
            reason, remedy = _("“{written}”不是日期", written=written), _("请写成 2026-07-01 的样子")
            self.table.wrong(row, "from", reason, remedy)
            return None

    # -- what is in them ---------------------------------------------------------------------------

    def _classes(self) -> None:
        """Say whom no paper assesses."""
        papers = {str(paper.get("class", "")) for paper in self.scheme.keys["papers"].values()}
        if "" in papers or (len(papers) == 1 and not any(self.table["class"])):
            return  # one paper for everybody
        for name, count in self.table.each("class"):
            row = self.table.first("class", name)
            if name in papers or (not name and self.table["from"][row]):
                continue
            rows = rows_said(count)
            reason = _("没有考核“{name}”这一类的卷{rows},不计分", name=name, rows=rows)
            if not name:
                reason = _("没有写类别(class){rows},不计分", rows=rows)
            known = _("、").join(sorted(papers))
            remedy = nearest(name, papers) or _("方案考核的类别:{known}", known=known)
            self.table.doubt(row, "class" if "class" in self.table.header else "unit", reason, remedy)

    def _attributes(self) -> None:
        """A percentage could mean two numbers, and an attribute has no measure to tell which."""
        for name in self.table.header:
            for written in set(self.table[name]) if name not in ("", *_NO_ATTRIBUTE) else ():
                try:
                    percent = written.endswith(("%", "\uff05")) and read(written).percent
                except NotANumber:
                    continue
                if percent:
                    reason = _("“{written}”看不出是百分之几还是几倍", written=written)
                    self.table.wrong(self.table.first(name, written), name, reason, _("请写成不带百分号的数"))
