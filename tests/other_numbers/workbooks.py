"""The county's numbers put into copies of the sample workbooks: their titles, merges, formats and notes kept.

Cells hold what a spreadsheet program holds: binary numbers, fractions shown in per cent, dates; and here
and there what people type instead.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.other_numbers.county import EVALUATION, FIGURES, TARGETS, VOTES, County, Value

TENANTS = Path(__file__).parents[2] / "tenants"
SAMPLES = TENANTS / "yunling" / "workbooks"
CATALOGUE, TARGET, HALF, YEAR, VIEWS, CLAIMS, MISTAKEN, TASKS = (
    "01-乡镇指标表.xlsx",
    "02-乡镇目标任务分解表.xlsx",
    "03-乡镇上半年完成情况.xlsx",
    "04-乡镇全年完成情况.xlsx",
    "05-乡镇各方面评价.xlsx",
    "06-乡镇加减分及否决.xlsx",
    "07-乡镇全年完成情况-有错.xlsx",
    "08-部门任务书及完成情况.xlsx",
)
FULLWIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
Cells = Sequence[Any]


def write_tenants(county: County, folder: Path, seed: int) -> None:
    """The county and the city above it as folders of tenants, the workbooks with the county's numbers.

    Every other office lists its units in an order of its own.
    """
    shutil.copytree(TENANTS / "qingjiang", folder / "qingjiang")
    shutil.copytree(TENANTS / "yunling", folder / "yunling")
    write_workbooks(county, folder / "yunling" / "workbooks", seed)
    units = folder / "yunling" / "units.csv"
    header, *lines = units.read_text("utf-8").splitlines()
    if seed % 2:
        Random(f"units {seed}").shuffle(lines)
    units.write_text("\n".join([header, *lines, ""]), "utf-8")


def write_workbooks(county: County, folder: Path, seed: int, *, tidy: bool = False) -> None:
    """Everything but the catalogue and the copy with mistakes, which stay as they are.

    A *tidy* office types numbers only.
    """
    writer = _Writer(county, Random(f"pen {seed}"))
    writer.untidy = writer.untidy and not tidy
    for name, write in (
        (TARGET, writer.targets),
        (HALF, writer.half),
        (YEAR, writer.year),
        (VIEWS, writer.views),
        (CLAIMS, writer.claims),
        (TASKS, writer.tasks),
    ):
        book = load_workbook(SAMPLES / name)
        write(book)
        book.save(folder / name)


class _Writer:
    """One office filling in its forms."""

    def __init__(self, county: County, dice: Random) -> None:
        self.county, self.dice = county, dice
        self.untidy = dice.random() < 0.5

    def targets(self, book: Any) -> None:
        sheet = book.worksheets[0]
        rows = [
            (unit, *(self.cell(self.county.targets[unit][code], percent) for code, percent in TARGETS))
            for unit in self.county.townships
        ]
        self.table(sheet, 4, numbered(rows))

    def half(self, book: Any) -> None:
        self.figures(book.worksheets[0], self.county.half)

    def year(self, book: Any) -> None:
        self.figures(book.worksheets[0], self.county.year)

    def figures(self, sheet: Worksheet, figures: Any) -> None:
        units = list(self.county.townships)
        if self.dice.random() < 0.3:
            self.dice.shuffle(units)
        rows = [
            (unit, *(self.cell(figures[unit][code, part], percent) for code, part, percent in FIGURES))
            for unit in units
        ]
        self.table(sheet, 4, numbered(rows))
        if self.dice.random() < 0.5:
            sheet["A1"] = f"云岭县乡镇考核指标完成情况({self.dice.choice([2026, 2026, 2025])}年,送审稿)"

    def views(self, book: Any) -> None:
        rows = [
            (unit, *(self.cell(self.county.evaluation[unit][code], False) for code in EVALUATION))
            for unit in self.county.townships
        ]
        self.table(book.worksheets[0], 3, numbered(rows))

    def claims(self, book: Any) -> None:
        rows = [
            (c.unit, c.type, c.matter, None if c.points is None else self.cell(c.points, False), c.document)
            for c in self.county.claims
        ]
        self.table(book.worksheets[0], 3, numbered(rows))

    def tasks(self, book: Any) -> None:
        sheet = book.worksheets[0]
        for merged in [r for r in sheet.merged_cells.ranges if r.min_row > 2]:
            sheet.unmerge_cells(str(merged))
        rows: list[Cells] = []
        spans: list[tuple[int, int]] = []
        for unit in self.county.departments:
            start = 3 + len(rows)
            for number, task in enumerate(self.county.tasks[unit], 1):
                done = None if task.done is None else datetime.combine(task.done, datetime.min.time())
                due = datetime.combine(task.due, datetime.min.time())
                rows.append(
                    (
                        unit if number == 1 else None,
                        number,
                        task.task,
                        self.cell(task.full, False),
                        due,
                        "分管副职",
                        "业务科室",
                        done,
                        self.cell(task.progress, True),
                    )
                )
            spans.append((start, 2 + len(rows)))
        self.fill(sheet, 3, rows)
        for top, bottom in spans:
            sheet.merge_cells(start_row=top, end_row=bottom, start_column=1, end_column=1)
        votes = [
            (unit, *(self.county.votes[unit][part] for part in VOTES), self.county.cases[unit])
            for unit in self.county.departments
        ]
        self.fill(book.worksheets[1], 2, votes)

    # -- cells ------------------------------------------------------------------------------------

    def cell(self, value: Value, percent: bool) -> Any:
        """As stored: now and then with the noise that arithmetic in a sheet leaves, or as people type."""
        if value is None:
            return "／" if self.untidy and self.dice.random() < 0.3 else "/"
        odd = self.dice.random() if self.untidy else 1.0
        if odd < 0.01:
            return f"{value:f}%" if percent else f"{value:f}".translate(FULLWIDTH)
        if odd < 0.02 and not percent:
            return f"{value:,f}"
        stored = float(value) / 100 if percent else float(value)
        if percent and self.dice.random() < 0.5:
            stored = float(value) * 0.01
        if stored and self.dice.random() < 0.3:
            stored = math.nextafter(stored, self.dice.choice([-math.inf, math.inf]))
        return int(value) if value == int(value) and not percent else stored

    def table(self, sheet: Worksheet, first: int, rows: Sequence[Cells]) -> None:
        """The rows, then the notes that stood below the table, maybe one more, maybe an empty line."""
        last = max(
            (r for r in range(first, sheet.max_row + 1) if isinstance(sheet.cell(r, 1).value, int)),
            default=first,
        )
        notes = [[c.value for c in row] for row in sheet.iter_rows(min_row=last + 1)]
        if self.dice.random() < 0.4:
            notes.append([self.dice.choice(["说明:以上数据以统计部门核定数为准。", "审核人:张三"])])
        gaps = 1 if self.dice.random() < 0.3 else 0
        self.fill(sheet, first, rows, notes, gaps, inside=self.dice.random() < 0.2)

    def fill(
        self,
        sheet: Worksheet,
        first: int,
        rows: Sequence[Cells],
        notes: Iterable[Cells] = (),
        gaps: int = 0,
        *,
        inside: bool = False,
    ) -> None:
        """Write *rows* from row *first* in the style of that row, and *notes* below; nothing else remains."""
        width = sheet.max_column
        styles = [copy(sheet.cell(first, column)._style) for column in range(1, width + 1)]
        for row in range(first, sheet.max_row + 1):
            for column in range(1, width + 1):
                sheet.cell(row, column).value = None
        lines: list[Cells] = list(rows)
        if inside and len(lines) > 2:
            lines.insert(self.dice.randrange(1, len(lines)), [])
        for row, line in enumerate(lines, first):
            for column in range(1, width + 1):
                sheet.cell(row, column)._style = copy(styles[column - 1])
            for column, value in enumerate(line, 1):
                sheet.cell(row, column).value = value
        for row, line in enumerate(notes, first + len(lines) + gaps):
            for column, value in enumerate(line, 1):
                sheet.cell(row, column).value = value


def numbered(rows: Sequence[Cells]) -> list[Cells]:
    """With their number in front."""
    return [(number, *row) for number, row in enumerate(rows, 1)]
