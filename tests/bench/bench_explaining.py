"""How fast one score is explained from a sheet of a million units: nobody else is scored for it."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import cycle

import numpy as np

from kaocheng.engine import Figures, Target, score
from kaocheng.engine.explain import Explanation
from kaocheng.engine.inputs import Unit
from kaocheng.engine.run import Run
from kaocheng.engine.sheet import Standing
from kaocheng.engine.steps_below import with_steps
from kaocheng.engine.working import work_out
from tests.bench import Ratio, bench_engine, benchmark, big, compare

UNITS = 1_000_000
ITEMS = 20
COMPARED = 4  # of them in groups of fifty, by the efficacy coefficient; one more with everybody
GOAL = 0.005
STEPPED = 61  # units whose next steps are looked for
FRESH = 100_000  # units of a sheet of which nobody has asked anything


class _Sheet:
    """A million units, each with twenty items and a total, and somebody who asks about one after another."""

    def __init__(self) -> None:
        self.run = _scored()
        self.asked = self._anybody()

    def _anybody(self) -> Iterator[tuple[str, str]]:
        drawn = random.Random(2026)
        for item in cycle(big.INDICATORS[:ITEMS]):
            yield f"u{drawn.randrange(UNITS):07}", item

    def explained(self) -> Explanation:
        """The working of one item of a unit nobody asked about before."""
        return work_out(self.run, *next(self.asked))

    def among_all(self) -> Explanation:
        """The working of the item that is compared with a million others, of one unit after another."""
        return work_out(self.run, next(self.asked)[0], big.INDICATORS[COMPARED])

    def total(self) -> Explanation:
        """The working of a total, with every point lost."""
        unit, _item = next(self.asked)
        return work_out(self.run, unit)

    def steps(self) -> Callable[[], Explanation]:
        """The next steps under a total that has been worked out, of one unit after another."""
        totals = iter([self.total() for _unit in range(STEPPED)])
        return lambda: with_steps(self.run, next(totals))


_made: list[_Sheet] = []


def _sheet() -> _Sheet:
    """Made once; what every group's best is has been found by the run, and who it is by the first who ask."""
    if not _made:
        _made.append(_Sheet())
        for _round in range(3 * ITEMS):
            _made[0].explained()
    return _made[0]


def _scored() -> Run:
    recipe = big.recipe()
    paper = recipe.keys["papers"]["township"]
    leaves = big.INDICATORS[:ITEMS]
    nodes = {"total": {"label": "总分", "compose": "sum", "full": 5 * ITEMS}}
    nodes |= {code: {"in": "total", "full": 5, "method": "completion"} for code in leaves}
    for code in leaves[:COMPARED]:
        nodes[code] = {"in": "total", "full": 5, "method": "efficacy", "start": "60%", "group": "area"}
    nodes[leaves[COMPARED]] = {"in": "total", "full": 5, "method": "efficacy", "start": "60%"}
    recipe.keys["figures"] = {code: recipe.keys["figures"][code] for code in leaves}  # type: ignore[index]
    paper["nodes"] = nodes
    drawn = np.random.default_rng(2026)
    values = np.asfortranarray(drawn.integers(5000, 11000, (UNITS, ITEMS)).astype(float))
    units = [Unit(f"u{n:07}", f"第{n}镇", "乡镇", {"area": f"a{n // 50}"}) for n in range(UNITS)]
    figures = Figures(
        units,
        leaves,
        values,
        decimals=2,
        targets=[Target("*", code, "100", "target", big.PERIOD) for code in leaves[COMPARED:]],
    )
    scores = score(recipe, figures)
    scores.papers[0].ranks()
    return scores.papers[0].run


def _median(explain: Callable[[], Explanation], rounds: int) -> float:
    """Seconds of this thread's own, because milliseconds on a busy machine are mostly waiting."""
    taken = []
    for _round in range(rounds):
        start = time.thread_time()
        explain()
        taken.append(time.thread_time() - start)
    return statistics.median(taken)


@benchmark("one item of one unit explained from a sheet of 1 000 000 units", against="5 ms", at_most=1)
def one_explained() -> Ratio:
    """Clause, inputs, who set the group's best, roundings, next steps with the rank they would bring."""
    return Ratio(ours=_median(_sheet().explained, 201), plain=GOAL)


@benchmark("one item compared with everybody explained, of 1 000 000 units", against="5 ms", at_most=1)
def among_all_explained() -> Ratio:
    """Whose value the best and the lowest of a million are, and what one step more would bring."""
    _sheet().among_all()  # the order of a million values is found once
    return Ratio(ours=_median(_sheet().among_all, 61), plain=GOAL)


@benchmark("the total of one unit explained from a sheet of 1 000 000 units", against="5 ms", at_most=1)
def total_explained() -> Ratio:
    """With every point lost, told apart by item, and the next unit above and below."""
    return Ratio(ours=_median(_sheet().total, 61), plain=GOAL)


@benchmark("what one step more would bring a total, of 1 000 000 units", against="5 ms", at_most=1)
def next_steps() -> Ratio:
    """Of twenty items the five where one more step of the figure brings most, each with total and rank."""
    return Ratio(ours=_median(_sheet().steps(), STEPPED), plain=GOAL)


class _Fresh:
    """Scores with their ranks, of a scheme of a hundred indicators with a limited grade, as they come."""

    def score(self) -> None:
        """Anew each time, because the first who asks for a total finds out the line of the grade for all."""
        self.scores = bench_engine.ranked(FRESH)[0].papers[0]

    def standings(self) -> tuple[Standing, ...]:
        """Everybody's place and grade."""
        return self.scores.standings()

    def total(self) -> Explanation:
        """A total with rank, grade, the reasons for it, and the next steps."""
        return self.scores.explain(f"u{FRESH // 2:07}", "total")


@benchmark(
    "the first total explained of 100 000 units × 100 indicators, with its grade",
    against="scoring and ranking them",
    at_most=3,
)
def first_total() -> Ratio:
    """Nobody is graded one by one for it; much of it are the hundred items of the one unit."""
    fresh = _Fresh()
    return compare(before=fresh.score, ours=fresh.total, plain=lambda: bench_engine.ranked(FRESH))


@benchmark(
    "a grade with its reasons for each of 100 000 units",
    against="scoring and ranking them by 100 indicators",
    at_most=15,
)
def everybodys_grade() -> Ratio:
    """Mostly the making of so many Python objects."""
    fresh = _Fresh()
    return compare(before=fresh.score, ours=fresh.standings, plain=lambda: bench_engine.ranked(FRESH))
