"""Documents that were really issued, explained."""

from pathlib import Path

from kaocheng.cli.shelf import ShelfAtHand
from kaocheng.engine.run import Run
from kaocheng.engine.working import work_out
from kaocheng.rulebook import read_scheme
from kaocheng.rulebook.files import Tables, read_files
from tests.schemes.test_real import FOLDERS, OPTIONAL


def run_of(folder: Path) -> Run:
    scheme = read_scheme((folder / "scheme.toml").read_text("utf-8"), packs=ShelfAtHand())
    given = [folder / f"{table}.csv" for table in OPTIONAL]
    tables = Tables(folder / "figures.csv", *(file if file.exists() else None for file in given), {})
    inputs, _found = read_files(scheme, tables, None)
    return Run(scheme.recipe, inputs)


def test_what_a_leader_takes_over_from_his_unit_has_the_units_full_marks() -> None:
    """班子得分 82.7 of 100 and 92 of 100, half each: 87.35 of 100, 8.65 and 4 lost."""
    folder = next(folder for folder in FOLDERS if folder.name == "15-guangzhou-2008")
    it = work_out(run_of(folder), "丁区长")
    assert (it.full, it.points) == ("100", "87.35")
    assert [(loss.label, loss.points) for loss in it.losses] == [("班子得分", "8.65"), ("干部测评", "4")]
