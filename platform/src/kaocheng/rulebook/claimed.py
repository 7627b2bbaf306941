"""claims.csv: entries of bonuses, deductions and vetoes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kaocheng.engine.inputs import Claim
from kaocheng.i18n import _
from kaocheng.numbers import NotANumber, decimal
from kaocheng.rulebook.named import Names, rows_said
from kaocheng.rulebook.source import nearest
from kaocheng.rulebook.tables import Table

Rules = Sequence[tuple[str, Mapping[str, Any]]]


def claims_in(
    table: Table, names: Names, units: Sequence[str], when: Sequence[str], days: Sequence[str]
) -> list[Claim]:
    """The entries of a file whose units, periods and days are read; what cannot be counted is said."""
    codes, rules = [], dict[str, Rules]()
    for name, count in table.each("adjustment"):
        if name not in names.adjustments:
            reason = _("没有加减分或否决“{name}”", name=name) + rows_said(count)
            table.wrong(
                table.first("adjustment", name), "adjustment", reason, nearest(name, names.adjustments)
            )
        rules[name] = list(_rules(names, names.adjustments.get(name, name)))
    for row, name in enumerate(table["adjustment"]):
        codes.append(names.adjustments.get(name, name))
        if rules[name]:
            _entry(table, row, rules[name])
    for row, earlier in table.repeated(*(table[name] for name in table.header if name)):
        reason = _("与第 {line} 行完全一样,按两笔算", line=table.lines[earlier])
        table.doubt(row, "", reason, _("重复的请删去"))
    columns = [table[name] for name in ("points", "level", "matter", "category")]
    return list(map(Claim._make, zip(units, codes, *columns, days, when, strict=True)))


def _rules(names: Names, code: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What the papers say of an adjustment or a veto."""
    for paper in names.scheme.keys["papers"].values():
        for kind in ("adjustments", "vetoes"):
            if code in (paper.get(kind) or {}):
                yield kind, paper[kind][code]


def _entry(table: Table, row: int, rules: Rules) -> None:
    """Check the points, the level and the day of one entry."""
    if any(kind == "vetoes" for kind, _rule in rules):
        return
    points, level = table["points"][row], table["level"][row]
    levels = {name: worth for _kind, rule in rules for name, worth in (rule.get("levels") or {}).items()}
    if points:
        _points(table, row, points)
    elif level not in levels and not all("formula" in rule for _kind, rule in rules):
        reason = _("没有写分值") if not level else _("级别“{level}”没有规定分值", level=level)
        known = _("、").join(levels)
        remedy = nearest(level, levels) if level else ""
        remedy = remedy or (_("请写 points,或写级别:{known}", known=known) if levels else _("请写 points"))
        table.wrong(row, "level" if level else "points", reason, remedy)
    if all(rule.get("window") for _kind, rule in rules) and not table["date"][row]:
        table.wrong(row, "date", _("规定了起止日期,这一条没有写日期"), _("请写 date"))


def _points(table: Table, row: int, written: str) -> None:
    try:
        if decimal(written) < 0:
            reason = _("分值 {points} 是负数", points=written)
            table.wrong(row, "points", reason, _("加分扣分都填正数"))
    except NotANumber as problem:
        table.wrong(row, "points", _("分值写的是“{written}”,不是数", written=written[:40]), problem.reason)
