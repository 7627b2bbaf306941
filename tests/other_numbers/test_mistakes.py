"""The mistakes people make are found wherever they are made, in any county's full-year workbook."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures.reading import Preview, read
from tests.figures.reading.county import NAMES, found
from tests.other_numbers.county import FIGURES
from tests.other_numbers.generate import county
from tests.other_numbers.workbooks import YEAR, write_workbooks

AMOUNTS = ("revenue", "investment", "attraction", "grain", "forest", "employment")
RATES = ("schooling", "insured", "pension", "energy", "waste")
# What is planted, in which columns, and how it must be found.
MISTAKES: list[tuple[object, str, tuple[str, ...], tuple[str, str]]] = [
    ("约1200", "", AMOUNTS, ("error", "not_a_number")),
    ("12.5万", "", AMOUNTS, ("error", "not_a_number")),
    ("≥80", "", AMOUNTS, ("error", "not_a_number")),
    ("—", "", AMOUNTS, ("error", "not_a_number")),
    ("=C6*7.5", "", AMOUNTS, ("error", "formula_not_allowed")),
    ("#DIV/0!", "", RATES, ("error", "error_cell")),
    (None, "", (*AMOUNTS, "health", "crime"), ("error", "empty_cell")),
    ("１，２３４．５", "", AMOUNTS, ("conversion", "text_straightened")),
    ("1,234.5", "", AMOUNTS, ("conversion", "text_straightened")),
    ("1234.5", "", AMOUNTS, ("conversion", "number_as_text")),
    ("98.5%", "", RATES, ("conversion", "percent_as_text")),
    ("９８．５％", "", RATES, ("conversion", "percent_as_text")),
    (98.5, "", RATES, ("error", "unit_ambiguous")),
    (98.5, "General", RATES, ("conversion", "percent_mixed")),
    (0.985, "General", RATES, ("error", "unit_ambiguous")),
]


def clean(seed: int, folder: Path) -> Worksheet:
    """The county's full year without anything unusual in it, growing everywhere."""
    made = county(seed)
    for figures in made.year.values():
        figures["industry", ""] = Decimal(5) + Decimal(seed % 7) / 10 + len(str(figures))
    write_workbooks(made, folder, seed, tidy=True)
    sheet = load_workbook(folder / YEAR).active
    assert isinstance(sheet, Worksheet)
    return sheet


def rows(sheet: Worksheet) -> list[int]:
    """Those of the units."""
    return [row for row in range(4, sheet.max_row + 1) if sheet.cell(row, 2).value]


def preview(sheet: Worksheet) -> Preview:
    kept = BytesIO()
    sheet.parent.save(kept)
    return read(kept.getvalue(), "07-乡镇全年完成情况-有错.xlsx", NAMES)


@pytest.mark.parametrize("seed", range(300, 312))
def test_every_mistake_is_found_at_its_cell_and_nothing_else(tmp_path: Path, seed: int) -> None:
    sheet, dice = clean(seed, tmp_path), Random(seed)
    assert found(preview(sheet)) == []

    codes = [code for code, _part, _percent in FIGURES]
    expected = []
    for row, (written, shown, columns, (kind, code)) in zip(
        dice.sample(rows(sheet), len(MISTAKES)), MISTAKES, strict=True
    ):
        cell = sheet.cell(row, 3 + codes.index(dice.choice(columns)))
        cell.value = written
        if shown:
            cell.number_format = shown
        expected.append((kind, code, cell.coordinate))

    assert sorted(found(preview(sheet))) == sorted(expected)


@pytest.mark.parametrize("seed", range(320, 332))
def test_a_wrong_name_is_offered_the_unit_it_was_meant_for(tmp_path: Path, seed: int) -> None:
    sheet, dice = clean(seed, tmp_path), Random(seed)
    lines = rows(sheet)
    place, later = sorted(dice.sample(range(0, len(lines) - 1, 3), 2))
    wrong, repeated = lines[place], lines[later + 1]
    meant, doubled = (str(sheet.cell(row, 2).value) for row in (wrong, repeated))
    sheet.cell(wrong, 2).value = f"{meant[:2]}乡"
    sheet.cell(repeated, 2).value = sheet.cell(lines[later], 2).value

    errors = {f.cell: (f.code, f.suggestion) for f in preview(sheet).errors if f.code != "missing_unit"}

    assert errors[f"B{wrong}"] == ("unknown_unit", meant)
    assert errors[f"B{repeated}"] == ("duplicate_unit", doubled)  # the only one left
    assert len(errors) == 2
