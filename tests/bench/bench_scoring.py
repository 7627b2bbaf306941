"""How fast a county is scored: the arithmetic beside numpy and decimals, the stage beside the engine."""

import asyncio
from decimal import ROUND_HALF_UP, Decimal
from itertools import count

import numpy as np

from kaocheng.db import TenantId, tenant_session
from kaocheng.db.session import connect
from kaocheng.engine import circles
from kaocheng.engine.evaluate import Scope
from kaocheng.engine.run import Run
from kaocheng.engine.score import score
from kaocheng.scoring import service
from tests.bench import Ratio, benchmark, big, compare

UNITS = 10_000
COUNTY_UNITS = 100
CENT = Decimal("0.01")


@benchmark(
    "score and rank 10 000 units × 100 indicators, columns in hand",
    against="numpy adding the same array",
    at_most=35,
)
def score_beside_numpy() -> Ratio:
    """Exact arithmetic and exact ranks, from columns of numbers to a column of ranks."""
    given = big.values(UNITS)
    floats = np.array(given, float)
    bench = _Columns(given)
    return compare(before=bench.read, ours=bench.ranked, plain=lambda: floats.sum(axis=0))


@benchmark(
    "score and rank 10 000 units × 100 indicators, columns in hand (decimals)",
    against="a loop over decimal.Decimal",
    at_least=50,
)
def score_beside_decimals() -> Ratio:
    """The same, beside what somebody careful would write without the engine."""
    given = big.values(UNITS)
    columns = [[Decimal(text) for text in column] for column in given]
    bench = _Columns(given)
    return compare(before=bench.read, ours=bench.ranked, plain=lambda: _by_decimals(columns), rounds=3)


@benchmark(
    "score 10 000 units × 100 indicators from texts to a sheet",
    against="the decimal loop, from the same texts to texts",
    at_most=3,
)
def score_from_texts() -> Ratio:
    """All of ``engine.score``: reading a million texts, digests, every cell written, grades with reasons."""
    given = big.values(UNITS)
    recipe, inputs = big.recipe(), big.inputs(given)
    return compare(
        ours=lambda: score(recipe, inputs),
        plain=lambda: _by_decimals([[Decimal(text) for text in column] for column in given], write=True),
        rounds=3,
    )


@benchmark(
    "score a county of 100 units × 100 indicators: read, freeze, score, keep",
    against="the engine scoring the same inputs",
    at_most=5,
)
def score_a_county() -> Ratio:
    """The stage's verb on a database that really writes; each run after one figure was corrected."""
    with big.installation() as place, asyncio.Runner() as loop:
        engine = connect(place.urls.app)  # the pool of the pages: who scores is connected already
        county = TenantId(1)
        staff = loop.run(big.found(engine, county, COUNTY_UNITS))
        big.analyze(place)
        recipe, inputs = big.recipe(), big.inputs(big.values(COUNTY_UNITS))
        revisions = count(2)

        async def run() -> None:
            async with tenant_session(engine, county) as session:
                kept = await service.run(session, big.PERIOD, by=staff["li"], at=big.NOON)
            assert not kept.again

        try:
            return compare(
                before=lambda: loop.run(big.correct(engine, county, staff, next(revisions))),
                ours=lambda: loop.run(run()),
                plain=lambda: score(recipe, inputs, big.PERIOD),
            )
        finally:
            loop.run(engine.dispose())


class _Columns:
    """A run whose figures and targets have been read, and nothing else."""

    def __init__(self, given: list[list[str]]) -> None:
        self.recipe, self.inputs = big.recipe(), big.inputs(given)
        self.paper = self.recipe.papers["township"]

    def read(self) -> None:
        self.run = Run(self.recipe, self.inputs)
        self.here = Scope(self.run, self.paper, None, big.PERIOD)
        for code in big.INDICATORS:
            self.run.figure(code, "", big.PERIOD)
            self.run.target_of(code, "target", self.here)

    def ranked(self) -> None:
        total = self.run.score(self.paper, "total", big.PERIOD)
        circles.ranks(total, self.run.groups(self.here))


def _by_decimals(columns: list[list[Decimal]], *, write: bool = False) -> list[str]:
    totals = [Decimal(0)] * len(columns[0])
    written = []
    for column in columns:
        points = [min(value / 100, Decimal(1)).quantize(CENT, ROUND_HALF_UP) for value in column]
        totals = [total + point for total, point in zip(totals, points, strict=True)]
        if write:
            written += [str(point) for point in points]
    order = sorted(totals, reverse=True)
    place = {total: n for n, total in reversed(list(enumerate(order, 1)))}
    return written + [str(place[total]) for total in totals]
