"""Documents that were really issued and results that were published, explained: every kind of cell."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import cycle
from pathlib import Path

import pytest

from kaocheng.cli.shelf import ShelfAtHand
from kaocheng.engine.explain import Explanation
from kaocheng.engine.imported import in_words
from kaocheng.engine.run import Run
from kaocheng.engine.score import sheet_of
from kaocheng.engine.sheet import NOT_APPLICABLE
from kaocheng.engine.steps_below import with_steps
from kaocheng.engine.telling import as_text
from kaocheng.engine.working import work_out
from kaocheng.i18n import speaking
from kaocheng.rulebook import read_scheme
from kaocheng.rulebook.files import Tables, read_files
from tests.engine.test_explaining import NO_NODE, adds_up
from tests.schemes.printed import comes_out
from tests.schemes.test_real import FOLDERS, OPTIONAL, name

ASKED = 2  # units of each paper: one in Chinese, the next in English


@lru_cache(maxsize=2)
def run_of(folder: Path) -> Run:
    scheme = read_scheme((folder / "scheme.toml").read_text("utf-8"), packs=ShelfAtHand())
    given = [folder / f"{table}.csv" for table in OPTIONAL]
    tables = Tables(folder / "figures.csv", *(file if file.exists() else None for file in given), {})
    inputs, _found = read_files(scheme, tables, None)
    return Run(scheme.recipe, inputs)


def in_one(run: Run, it: Explanation) -> Iterator[str]:
    """A composition without the names of its parts, where nothing but adding up happened to it."""
    names = {part.label for part in it.parts} | {f"{part.period} {part.label}" for part in it.parts}
    names |= {
        str(rule.get("label", ""))
        for p in run.recipe.papers.values()
        for rule in p.table("adjustments").values()
    }
    if any(not line.startswith(("+ ", "- ", "= ")) for line in it.lines[1:]) or not it.parts:
        return
    text = " ".join(it.lines)
    for label in sorted(names - {""}, key=len, reverse=True):
        text = text.replace(f"{label} ", "")
    yield text


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_every_cell_can_be_explained(folder: Path) -> None:
    """It comes to the cell, the losses add up, and what is printed comes out, in either language."""
    run = run_of(folder)
    for paper in sheet_of(run).papers:
        languages = cycle(("zh", "en"))
        for column in (c for c in paper.columns if c.kind in ("node", "adjustment")):
            if in_words(run.recipe.papers[paper.code].nodes.get(column.node, NO_NODE)):
                continue
            for unit in paper.units[:ASKED]:
                with speaking(next(languages)):
                    it = with_steps(run, work_out(run, unit, column.node, column.period, paper=paper.code))
                    assert as_text(it)
                assert [line for line in (*it.lines, *in_one(run, it)) if not comes_out(line)] == []
                cell = paper.values[column.key][paper.row[unit]]
                assert {"scored": it.exact, "not_applicable": NOT_APPLICABLE}.get(it.state) == cell
                assert it.lost_exact is None or not it.parts or adds_up(run, paper, column, unit, it)


def test_what_a_leader_takes_over_from_his_unit_has_the_units_full_marks() -> None:
    """班子得分 82.7 of 100 and 92 of 100, half each: 87.35 of 100, 8.65 and 4 lost."""
    folder = next(folder for folder in FOLDERS if folder.name == "15-guangzhou-2008")
    it = work_out(run_of(folder), "丁区长")
    assert (it.full, it.points) == ("100", "87.35")
    assert [(loss.label, loss.points) for loss in it.losses] == [("班子得分", "8.65"), ("干部测评", "4")]


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("2 × 3 + 4 = 10", True),
        ("2 × 3 + 4 = 11", False),
        ("20 × (100% × 6 + 75% × 2) ÷ 12 = 12.5", True),
        ("600 - (7 - 1) × 100 ÷ (14 - 1) = 553.846154…", True),
        ("600 - (7 - 1) × 100 ÷ (14 - 1) = 553.846159…", False),
        ("#2 10 ≥ 5 成立:10 × 较小者(1, 3 ÷ 8) = 3.75", True),
        ("#2 10 ≥ 5 成立:10 × 较小者(1, 3 ÷ 8) = 4.13", False),
        ("实际值:甲 ÷ 乙 = 3 ÷ 8 = 0.375;0.375 × 8 = 3", True),
        ("actual value: x ÷ y = 3 ÷ 8 = 0.376; 0.375 × 8 = 3", False),
        ("√(9) + 去尾(2.5) = 5", True),
    ],
)
def test_a_line_that_does_not_come_out_is_seen(line: str, right: bool) -> None:
    assert comes_out(line) == right
