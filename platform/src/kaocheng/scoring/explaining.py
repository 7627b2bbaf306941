"""The working of one column of a sheet; the run behind a sheet is kept, so that each look is for one unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from kaocheng.engine.explain import Explanation
from kaocheng.engine.inputs import Inputs
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.run import Run
from kaocheng.engine.sheet import Column, PaperSheet
from kaocheng.engine.steps_below import with_steps
from kaocheng.engine.working import work_out

_KEPT = 4  # runs; what they found out about a group is found once for all who ask


@dataclass(frozen=True, slots=True)
class Told:
    """A row of a list as its unit handed it in: what it calls itself, and what it is worth where it says."""

    name: str
    full: str


RowsToldOf = Mapping[str, Told]  # by the key of the row's column


@dataclass(slots=True)
class KeptRun:
    """A run and who may ask it: one at a time, because it learns while it answers."""

    run: Run
    turn: Lock = field(default_factory=Lock)

    def explanation(self, paper: PaperSheet, unit: str, column: Column) -> Explanation:
        """The working of one column for one unit."""
        with self.turn:
            return worked_out(self.run, paper, unit, column)

    def with_steps(self, paper: PaperSheet, unit: str, column: Column) -> Explanation:
        """The working, and of a composition what one more step of an item below would bring."""
        with self.turn:
            return with_steps(self.run, worked_out(self.run, paper, unit, column))

    def rows(self, paper: PaperSheet, unit: str) -> RowsToldOf:
        """The rows of one unit's lists."""
        return rows_of(self.run, paper, unit)


_runs: dict[str, KeptRun] = {}


def kept(digest: str) -> KeptRun | None:
    """The run of the sheet of this digest, if it is kept."""
    return _runs.get(digest)


def keep(digest: str, recipe: Recipe, inputs: Inputs, period: str) -> KeptRun:
    """The run of a sheet, kept for whoever asks next."""
    while len(_runs) >= _KEPT:
        _runs.pop(next(iter(_runs)))
    return _runs.setdefault(digest, KeptRun(Run(recipe, inputs, period)))


def worked_out(run: Run, paper: PaperSheet, unit: str, column: Column) -> Explanation:
    """The working of one column of a paper for one unit."""
    _key, sign, row = column.key.partition("#")
    return work_out(run, unit, column.node + sign + row, column.period, paper=paper.code)


def rows_of(run: Run, paper: PaperSheet, unit: str) -> RowsToldOf:
    """The rows of one unit's lists, as far as it handed any in."""
    nodes = run.recipe.papers[paper.code].nodes
    found = {}
    for column in (c for c in paper.columns if c.kind == "row"):
        name, n = str(nodes[column.node]["rows"]), int(column.key.rpartition("#")[2])
        texts = run.row_texts(name, column.period, unit)
        if n <= len(texts):
            called = run.row_name(name, column.period, unit, n)
            found[column.key] = Told("" if called == f"#{n}" else called, texts[n - 1].get("full", ""))
    return found
