"""A run as one unit sees it: all that the whole run found out, cut down to that unit.

What a score is worked out from is then worked out again for one unit in place of all of them.  What looks
at others (a statistic of the group, a rank, a value at another unit) is taken from the whole run, which
found it once for everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kaocheng.engine import adjust, vetoes
from kaocheng.engine.arrays import Exact, Truth, Words
from kaocheng.engine.checks import Struck
from kaocheng.engine.evaluate import Rows, Value
from kaocheng.engine.inputs import Claim
from kaocheng.engine.recipe import PaperRule
from kaocheng.engine.roster import Roster
from kaocheng.engine.run import Run

OWN = frozenset(  # where its names are looked up, and what its parts count: made anew, over its own values
    ["scope", "row scope", "parts", "terms", "counts for", "told stages"]
)
SHARED = frozenset(["adjustment", "vetoed"])  # of one unit, and decided with all in view
OTHERS = frozenset(["circle", "at", "at rows"])  # what only the whole run can know
UNKNOWN = object()


def whole_of(run: Run) -> Run:
    """The run of everybody, of whichever unit's it is asked."""
    return run.whole if isinstance(run, Alone) else run


class LooksAtOthers(Exception):
    """An expression compares with others in a way the whole run has not come across."""


class Alone(Run):
    """The run of one unit inside a whole run; its arrays have one element."""

    def __init__(self, whole: Run, place: int) -> None:
        self.whole, self.place = whole, place
        self.recipe, self.inputs = whole.recipe, whole.inputs
        self.roster = Roster([whole.units[place]])
        self.period, self.asked, self.slow = whole.period, whole.asked, 0
        self.failed, self.functions = whole.failed, whole.functions
        self._known: dict[tuple[Any, ...], Any] = {}
        self._working: list[tuple[str, str, str]] = []
        self._rows_of: dict[str, Any] = {}

    def once(self, key: tuple[Any, ...], work: Callable[[], Any]) -> Any:
        """What the whole run knows, cut to this unit; else *work*, which then looks at this unit alone."""
        found = self._known.get(key, UNKNOWN)  # a key holds a whole formula: it is hashed as seldom as may be
        if found is not UNKNOWN:
            return found
        kind = key[0]
        if kind in SHARED and key not in self.whole._known:
            self._found_by_all(*key)
        known = UNKNOWN if kind in OWN else self.whole._known.get(key, UNKNOWN)
        if known is not UNKNOWN:
            found = self._cut(key, known)
        elif kind in OTHERS:
            raise LooksAtOthers
        else:
            found = work()
        self._known[key] = found
        return found

    def _found_by_all(self, kind: str, paper: str, code: str, period: str) -> None:
        """What how many carry, or whom others lead, decides: worked out for all units."""
        rules = self.recipe.papers[paper]
        if kind == "adjustment":
            adjust.adjustment(self.whole, rules, code, period)
        else:
            vetoes.vetoed(self.whole, rules, code, period)

    def _cut(self, key: tuple[Any, ...], found: Any) -> Any:
        if isinstance(found, Exact):
            return found.one(self.place)
        if isinstance(found, Truth | Words):
            return found.take(np.array([self.place]))
        if isinstance(found, Rows):
            return self._own_rows(found)
        if isinstance(found, np.ndarray):
            return found[[self.place]] if found.shape else found
        if key[0] in ("row points", "at rows"):
            rows, points = found
            return self._own_rows(rows), points.take(self._mine(rows))
        return found

    def _own_rows(self, rows: Rows) -> Rows:
        mine = self._mine(rows)
        fields = {name: value.take(mine) for name, value in rows.fields.items()}
        return Rows(rows.list, np.zeros(len(mine), int), fields)

    def _mine(self, rows: Rows) -> np.ndarray[Any, Any]:
        """The places of this unit's rows: they stand together, in the order of units."""
        first, last = np.searchsorted(rows.units, [self.place, self.place + 1])
        return np.arange(int(first), int(last))

    # -- what the whole run answers ----------------------------------------------------------------

    def figure(self, code: str, part: str, period: str) -> Value:
        """This unit's figure."""
        self.whole.figure(code, part, period)
        return super().figure(code, part, period)

    def attribute(self, name: str, period: str) -> Value:
        """An attribute of this unit, typed as that of all units."""
        self.whole.attribute(name, period)
        return super().attribute(name, period)

    def day(self, period: str) -> str:
        """The day whose attributes hold, as for all units."""
        return self.whole.day(period)

    @property
    def struck(self) -> tuple[Struck, ...]:
        """What the checks found, of everybody."""
        return self.whole.struck

    def has_target(self, code: str, kind: str) -> bool:
        """Whether anybody has such a target."""
        return self.whole.has_target(code, kind)

    def promised(self, code: str, kind: str, period: str, at: int) -> tuple[str, str]:
        """The period and the value of the row this unit's target comes from."""
        return self.whole.promised(code, kind, period, self.place)

    def _target(self, code: str, kind: str, period: str) -> Value:
        from kaocheng.engine.evaluate import Scope

        first = next(iter(self.recipe.papers.values()))
        found = self.whole.target_of(code, kind, Scope(self.whole, first, None, period))
        return self._cut((), found)  # type: ignore[no-any-return]

    def rows(self, name: str, period: str) -> Rows:
        """This unit's rows."""
        self.whole.rows(name, period)
        return super().rows(name, period)

    def claims(self, adjustment: str, period: str, own: str) -> list[tuple[int, Claim]]:
        """This unit's entries."""
        return [(0, claim) for claim in self.whole.claims_of(self.place, adjustment, period, own)]

    def members(self, paper: PaperRule) -> np.ndarray[Any, Any]:
        """Whether the paper assesses this unit."""
        self.whole.members(paper)
        return super().members(paper)

    @property
    def first_month(self) -> int:
        """Where what everybody handed in begins."""
        return self.whole.first_month

    def score(self, paper: PaperRule, code: str, period: str) -> Exact:
        """The points the whole run gave this unit."""
        key = ("score", paper.code, code, period)
        if key not in self._known:
            self._known[key] = self._cut(key, self.whole.score(paper, code, period))
        found: Exact = self._known[key]
        return found

    def node_rank(self, paper: PaperRule, code: str, period: str, name: str = "") -> Exact:
        """This unit's rank by a node."""
        self.whole.node_rank(paper, code, period, name)
        return super().node_rank(paper, code, period, name)

    def grades(self, paper: PaperRule, result: str, period: str) -> Words:
        """This unit's grade."""
        self.whole.grades(paper, result, period)
        return super().grades(paper, result, period)
