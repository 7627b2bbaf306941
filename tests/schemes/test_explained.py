"""Documents that were really issued and results that were published, explained: every kind of cell."""

from functools import lru_cache
from itertools import cycle
from pathlib import Path

import pytest

from kaocheng.cli.shelf import ShelfAtHand
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
from tests.schemes.test_real import FOLDERS, OPTIONAL, name

ASKED = 2  # units of each paper: one in Chinese, the next in English


@lru_cache(maxsize=2)
def run_of(folder: Path) -> Run:
    scheme = read_scheme((folder / "scheme.toml").read_text("utf-8"), packs=ShelfAtHand())
    given = [folder / f"{table}.csv" for table in OPTIONAL]
    tables = Tables(folder / "figures.csv", *(file if file.exists() else None for file in given), {})
    inputs, _found = read_files(scheme, tables, None)
    return Run(scheme.recipe, inputs)


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_every_cell_can_be_explained(folder: Path) -> None:
    """It comes to the cell, the losses add up, and there is a text in either language."""
    run = run_of(folder)
    for paper in sheet_of(run).papers:
        languages = cycle(("zh", "en"))
        for column in (c for c in paper.columns if c.kind in ("node", "adjustment")):
            if in_words(run.recipe.papers[paper.code].nodes.get(column.node, NO_NODE)):
                continue
            for unit in paper.units[:ASKED]:
                with speaking(next(languages)):
                    it = work_out(run, unit, column.node, column.period, paper=paper.code)
                    assert as_text(with_steps(run, it))
                cell = paper.values[column.key][paper.row[unit]]
                assert {"scored": it.exact, "not_applicable": NOT_APPLICABLE}.get(it.state) == cell
                assert it.lost_exact is None or not it.parts or adds_up(run, paper, column, unit, it)


def test_what_a_leader_takes_over_from_his_unit_has_the_units_full_marks() -> None:
    """班子得分 82.7 of 100 and 92 of 100, half each: 87.35 of 100, 8.65 and 4 lost."""
    folder = next(folder for folder in FOLDERS if folder.name == "15-guangzhou-2008")
    it = work_out(run_of(folder), "丁区长")
    assert (it.full, it.points) == ("100", "87.35")
    assert [(loss.label, loss.points) for loss in it.losses] == [("班子得分", "8.65"), ("干部测评", "4")]
