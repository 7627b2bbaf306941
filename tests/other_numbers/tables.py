"""The county's numbers as the long CSV tables of the reference evaluator: never through a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from tests.other_numbers.county import County, Value

ADJUSTMENTS = {"加分": "bonus", "扣分": "deduction", "一票否决": "veto"}


def tables(county: County) -> dict[str, str]:
    """All five, by the name of the reference's parameter."""
    return {
        "figures": _csv("unit,indicator,value,period,series", _figures(county)),
        "targets": _csv("unit,indicator,kind,value,period", _targets(county)),
        "groups": _csv(
            "unit,class",
            [(u, "乡镇") for u in county.townships] + [(u, "县直部门") for u in county.departments],
        ),
        "rows": _csv("unit,list,row,field,value", _rows(county)),
        "claims": _csv("unit,adjustment,points,level,matter,category,date,period", _claims(county)),
    }


def text(value: Value) -> str:
    """Plainly, without exponent; “/” for what does not apply."""
    return "/" if value is None else f"{value:f}"


def _figures(county: County) -> Iterable[tuple[str, ...]]:
    for period, units in county.periods().items():
        for unit, found in units.items():
            for (code, part), value in found.items():
                yield unit, code, text(value), period, part
    for unit, scores in county.evaluation.items():
        for code, value in scores.items():
            yield unit, code, text(value), "2026", ""
    for unit, counted in county.votes.items():
        for part, votes in counted.items():
            yield unit, "vote", str(votes), "2026", part
        yield unit, "cases", str(county.cases[unit]), "2026", ""


def _targets(county: County) -> Iterable[tuple[str, ...]]:
    for unit, found in county.targets.items():
        for code, value in found.items():
            yield unit, code, "target", text(value), "2026"


def _rows(county: County) -> Iterable[tuple[str, ...]]:
    for unit, tasks in county.tasks.items():
        for number, task in enumerate(tasks, 1):
            fields = {
                "task": task.task,
                "full": text(task.full),
                "due": task.due.isoformat(),
                "progress": text(task.progress),
            }
            if task.done is not None:
                fields["done"] = task.done.isoformat()
            for field, value in fields.items():
                yield unit, "task", str(number), field, value


def _claims(county: County) -> Iterable[tuple[str, ...]]:
    for claim in county.claims:
        points: Decimal | None = claim.points
        yield (
            claim.unit,
            ADJUSTMENTS[claim.type],
            "" if points is None else text(points),
            "",
            claim.matter,
            "",
            "",
            "",
        )


def _csv(header: str, rows: Iterable[tuple[str, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return out.getvalue()
