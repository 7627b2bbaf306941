"""Standings as CSV: one row a unit."""

import csv
import io
from collections.abc import Iterable

from kaocheng.engine.sheet import Column, PaperSheet, Standing


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
