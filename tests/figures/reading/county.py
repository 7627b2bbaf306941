"""A demo tenant's own names and workbooks, built from its folder as a stage above would build them."""

import csv
import tomllib
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures.reading import (
    AdjustmentName,
    Context,
    FieldName,
    FormName,
    IndicatorName,
    ListName,
    Names,
    PartName,
    Preview,
    RuleName,
    UnitName,
    read,
)

FOLDER = Path(__file__).resolve().parents[3] / "tenants" / "yunling"
WORKBOOKS = FOLDER / "workbooks"
# The indicators whose rule asks for a target, and those that run on through the year (二.2).
CUMULATIVE = frozenset({"revenue", "investment", "attraction", "grain", "employment", "forest"})
TARGETS = CUMULATIVE | {"insured", "culture", "pension", "energy", "deaths"}
TOWN, DEPARTMENT = "乡镇", "县直部门"


def _indicators(scheme: dict[str, Any]) -> list[IndicatorName]:
    township = scheme["papers"]["township"]["nodes"]
    found = []
    for code, figure in scheme["figures"].items():
        parts = tuple(PartName(*part) for part in figure.get("parts", {}).items())
        common = {
            "code": code,
            "label": figure["label"],
            "measure": figure["unit"],
            "collector": figure.get("collector", ""),
            "groups": (TOWN if code in township else DEPARTMENT,),
        }
        found.append(IndicatorName(of="figure", parts=parts, **common))
        if code in TARGETS:
            found.append(IndicatorName(of="target", field="target", **common))
    return found


def _names() -> Names:
    scheme = tomllib.loads((FOLDER / "scheme.toml").read_text(encoding="utf-8"))
    tenant = tomllib.loads((FOLDER / "tenant.toml").read_text(encoding="utf-8"))
    with (FOLDER / "units.csv").open(encoding="utf-8") as file:
        units = [UnitName(r["code"], r["label"], r["class"]) for r in csv.DictReader(file)]
    township = scheme["papers"]["township"]
    figures = scheme["figures"]
    rules = [
        RuleName(
            label=figures[code]["label"],
            clause=node["clause"],
            full=Decimal(node["full"]),
            measure=figures[code]["unit"],
            collector=figures[code].get("collector", ""),
        )
        for code, node in township["nodes"].items()
        if code in figures and "clause" in node
    ]
    tasks = scheme["lists"]["task"]
    forms = [
        FormName(**{key: form[key] for key in ("code", "kind", "label", "pattern", "period")})
        for form in tenant["forms"]
    ]
    adjustments = [
        AdjustmentName(code=code, label=one["label"], kind=one.get("kind", "veto"), groups=(TOWN,))
        for code, one in (township["adjustments"] | township["vetoes"]).items()
    ]
    return Names(
        tenant="yunling",
        year="2026",
        units=tuple(unit for unit in units if unit.group in {TOWN, DEPARTMENT}),
        indicators=tuple(_indicators(scheme)),
        lists=(
            ListName(
                code="task",
                label=tasks["label"],
                fields=tuple(FieldName(*field) for field in tasks["fields"].items()),
                groups=(DEPARTMENT,),
            ),
        ),
        adjustments=tuple(adjustments),
        rules=tuple(rules),
        clauses=scheme["clauses"],
        forms=tuple(forms),
    )


NAMES = _names()


def sample(number: str) -> tuple[str, bytes]:
    """The county's workbook of that number: its name and bytes."""
    (path,) = WORKBOOKS.glob(f"{number}-*.xlsx")
    return path.name, path.read_bytes()


@cache
def _understood(number: str) -> Preview:
    file, content = sample(number)
    return read(content, file, NAMES)


def preview(number: str, context: Context | None = None) -> Preview:
    """What the reader makes of it."""
    if context is None:
        return _understood(number)
    file, content = sample(number)
    return read(content, file, NAMES, context=context)


def year_context() -> Context:
    """What is known when the full year's figures come in: the targets and the half-year."""
    return Context(
        previous={
            (e.unit, e.code, e.series): e.value for e in preview("03").entries if isinstance(e.value, Decimal)
        },
        targets={(e.unit, e.code): e.value for e in preview("02").entries if isinstance(e.value, Decimal)},
        cumulative=CUMULATIVE,
    )


def changed(number: str, change: Callable[[Worksheet], None]) -> bytes:
    """The workbook after *change* to its first sheet."""
    book = load_workbook(BytesIO(sample(number)[1]))
    change(book.worksheets[0])
    return saved(book)


def saved(book: Workbook) -> bytes:
    """Its bytes."""
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def found(preview: Preview) -> list[tuple[str, str, str]]:
    """Kind, code and cell of each finding, in order."""
    return [(f.kind, f.code, f.cell) for f in preview.findings]
