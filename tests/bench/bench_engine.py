"""How fast the engine is alone: arrays in, arrays out, beside numpy, float, decimals and a spreadsheet."""

import csv
import shutil
import subprocess
import tempfile
import time
import tracemalloc
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from kaocheng.engine import Figures, Recipe, Scores, Target, Unit, score
from kaocheng.rulebook.lint import compile_scheme
from kaocheng.rulebook.read import read_scheme
from tests.bench import Ratio, benchmark, big, compare

Array = np.ndarray[Any, Any]
CENT = Decimal("0.01")


@cache
def table(units: int, columns: int = 100) -> Array:
    """(units, columns) values around the target of 100, in hundredths."""
    drawn = np.random.default_rng(2026).integers(5000, 11001, (columns, units))
    return np.asfortranarray(drawn.T.astype(float))


@cache
def figures(units: int) -> Figures:
    codes = [Unit(f"u{n:07}", group="乡镇") for n in range(units)]
    targets = tuple(Target("*", code, "100", "target", big.PERIOD) for code in big.INDICATORS)
    return Figures(codes, big.INDICATORS, table(units), 2, targets=targets)


@cache
def promised(units: int) -> Figures:
    """Each unit with targets of its own, as columns beside the figures."""
    targets = np.random.default_rng(7).integers(9000, 12001, (len(big.INDICATORS), units)).T
    codes = [Unit(f"u{n:07}", group="乡镇") for n in range(units)]
    columns = [*big.INDICATORS, *(f"target({code})" for code in big.INDICATORS)]
    return Figures(codes, columns, np.asfortranarray(np.hstack([table(units), targets])), 2)


def ranked(units: int) -> tuple[Scores, Array]:
    scores = score(big.recipe(), figures(units))
    return scores, scores.papers[0].ranks()


def _ranks(recipe: Recipe, given: Figures) -> Array:
    return score(recipe, given).papers[0].ranks()


def beside_numpy(units: int, rounds: int = 5) -> Ratio:
    return compare(
        ours=lambda: ranked(units),
        plain=lambda: table(units).sum(),
        before=lambda: figures(units),
        rounds=rounds,
    )


@benchmark(
    "arrays: score and rank 10 000 units × 100 indicators", against="numpy.sum of the same array", at_most=35
)
def ten_thousand() -> Ratio:
    return beside_numpy(10_000, rounds=9)


@benchmark(
    "arrays: score and rank 100 000 units × 100 indicators", against="numpy.sum of the same array", at_most=35
)
def hundred_thousand() -> Ratio:
    return beside_numpy(100_000)


@benchmark(
    "arrays: score and rank 1 000 000 units × 100 indicators",
    against="numpy.sum of the same array",
    at_most=35,
)
def million() -> Ratio:
    return beside_numpy(1_000_000, rounds=2)


@benchmark(
    "arrays: score and rank 100 000 units × 100 indicators, and read the points of each",
    against="numpy.sum of the same array",
    at_most=35,
)
def every_point() -> Ratio:
    """What nobody looks at is not worked out; here somebody looks at all of it."""
    return compare(ours=lambda: _read(100_000), plain=lambda: table(100_000).sum())


def _read(units: int) -> None:
    scores, _ranks = ranked(units)
    for node in scores.papers[0].nodes:
        scores.papers[0].column(node)


@benchmark(
    "arrays: score and rank 100 000 units × 100 indicators, each unit with targets of its own",
    against="numpy.sum of figures and targets",
    at_most=35,
)
def own_targets() -> Ratio:
    given = promised(100_000)
    return compare(ours=lambda: _ranks(big.recipe(), given), plain=given.values.sum)


@benchmark(
    "arrays: growth from 10 000 to 1 000 000 units",
    against="a hundred times the time of 10 000",
    at_most=1.15,
)
def growth() -> Ratio:
    small = [_timed(lambda: ranked(10_000)) for _ in range(9)]
    large = [_timed(lambda: ranked(1_000_000)) for _ in range(2)]
    return Ratio(min(large), 100 * min(small))


@benchmark(
    "arrays: score and rank 100 000 units × 100 indicators (float)",
    against="the same in plain float",
    at_most=1.2,
)
def beside_float() -> Ratio:
    """As somebody would write it in numpy: the same stages, rounding and ranks, ties not exact."""
    values = table(100_000) / 100
    return compare(ours=lambda: ranked(100_000), plain=lambda: _in_float(values))


def _in_float(values: Array) -> Array:
    total = np.zeros(len(values))
    points = np.empty_like(values)
    for at in range(values.shape[1]):
        points[:, at] = np.floor(np.clip(values[:, at] / 100, 0, 1) * 100 + 0.5) / 100
        total += points[:, at]
    return _float_ranks(np.floor(total * 100 + 0.5) / 100)


def _float_ranks(values: Array) -> Array:
    return len(values) - np.searchsorted(np.sort(values), values, side="right") + 1


# -- several ratios ------------------------------------------------------------------------------------

GROUPS = Recipe(
    {
        "code": "growth",
        "year": 2026,
        "round": {"leaf": 2, "total": 2},
        "figures": {"now": {}, "before": {}},
        "papers": {
            "town": {
                "nodes": {
                    "total": {
                        "full": 100,
                        "x": "(now - before) / before",
                        "group": "city",
                        "method": "efficacy",
                        "start": "60%",
                    }
                }
            }
        },
    }
)


@cache
def grown(units: int, round_figures: bool) -> Figures:
    drawn = np.random.default_rng(7)
    if round_figures:
        before, now = 1000 * drawn.integers(1, 4, units), 1000 * drawn.integers(3, 6, units)
    else:
        before, now = drawn.integers(10**7, 10**8, units), drawn.integers(10**7, 2 * 10**8, units)
    codes = [Unit(f"u{n:07}", attributes={"city": str(n // 50)}) for n in range(units)]
    return Figures(codes, ["now", "before"], np.asfortranarray(np.stack([now, before], 1).astype(float)), 2)


def beside_float_efficacy(round_figures: bool) -> Ratio:
    given = grown(1_000_000, round_figures)
    now, before = given.values.T
    group = np.array([int(unit.attributes["city"]) for unit in given.units if isinstance(unit, Unit)])
    return compare(
        ours=lambda: _ranks(GROUPS, given),
        plain=lambda: _efficacy_in_float(now, before, group),
        rounds=2,
    )


def _efficacy_in_float(now: Array, before: Array, group: Array) -> Array:
    x = (now - before) / before
    low, high = np.full(group.max() + 1, np.inf), np.full(group.max() + 1, -np.inf)
    np.minimum.at(low, group, x)
    np.maximum.at(high, group, x)
    lo, hi = low[group], high[group]
    spread = np.where(hi == lo, 1, hi - lo)
    points = np.where(hi == lo, 100, 100 * (0.6 + 0.4 * (x - lo) / spread))
    return _float_ranks(np.floor(points * 100 + 0.5) / 100)


@benchmark(
    "efficacy of growth, 1 000 000 units in groups of 50, usual figures", against="plain float", at_most=1.3
)
def efficacy_usual() -> Ratio:
    return beside_float_efficacy(round_figures=False)


@benchmark(
    "efficacy of growth, 1 000 000 units in groups of 50, round figures", against="plain float", at_most=15
)
def efficacy_round() -> Ratio:
    return beside_float_efficacy(round_figures=True)


# -- beside what somebody would use instead ------------------------------------------------------------


@benchmark(
    "arrays: score and rank 10 000 units × 100 indicators (decimals)",
    against="a decimal.Decimal loop",
    at_least=50,
)
def beside_decimals() -> Ratio:
    columns = [[Decimal(int(n)) / 100 for n in column] for column in table(10_000).T]
    return compare(ours=lambda: ranked(10_000), plain=lambda: _by_decimals(columns), rounds=3)


def _by_decimals(columns: list[list[Decimal]]) -> list[int]:
    totals = [Decimal(0)] * len(columns[0])
    for column in columns:
        points = [min(value / 100, Decimal(1)).quantize(CENT, ROUND_HALF_UP) for value in column]
        totals = [total + point for total, point in zip(totals, points, strict=True)]
    order = sorted(totals, reverse=True)
    place = {total: n for n, total in reversed(list(enumerate(order, 1)))}
    return [place[total] for total in totals]


if find_spec("pandas"):

    @benchmark(
        "arrays: score and rank 10 000 units × 100 indicators (pandas)",
        against="pandas",
        at_least=1,
    )
    def beside_pandas() -> Ratio:
        import pandas as pd  # type: ignore[import-untyped,unused-ignore]

        frame = pd.DataFrame(table(10_000) / 100)

        def plain() -> object:
            points = (frame / 100).clip(0, 1).mul(100).add(0.5).floordiv(1).div(100)
            return points.sum(axis=1).round(2).rank(ascending=False, method="min")

        return compare(ours=lambda: ranked(10_000), plain=plain)


if OFFICE := shutil.which("soffice"):

    @benchmark(
        "arrays: score and rank 10 000 units × 50 indicators",
        against="LibreOffice recalculating",
        at_least=15,
    )
    def beside_libreoffice() -> Ratio:
        """What recalculating adds to opening and saving the same table without formulas."""
        values = table(10_000, 50)
        codes = [f"u{n:07}" for n in range(10_000)]
        recipe, names = _fifty()
        targets = tuple(Target("*", name, "100") for name in names)
        given = Figures(codes, names, values, 2, targets=targets)
        ours = min(_timed(lambda: _ranks(recipe, given)) for _ in range(5))
        with tempfile.TemporaryDirectory() as folder:
            with_formulas = _converted(Path(folder), values, formulas=True)
            without = _converted(Path(folder), values, formulas=False)
        return Ratio(ours, max(with_formulas - without, 0.001))

    def _fifty() -> tuple[Recipe, list[str]]:
        keys = dict(big.recipe().keys)
        names = big.INDICATORS[:50]
        paper = dict(keys["papers"]["township"]) | {"class": ""}
        paper["nodes"] = {code: node for code, node in paper["nodes"].items() if code in (*names, "total")}
        paper["nodes"]["total"] = {**paper["nodes"]["total"], "full": 50}
        return Recipe(keys | {"papers": {"township": paper}}), names

    def _converted(folder: Path, values: Array, *, formulas: bool) -> float:
        sheet = folder / f"{'with' if formulas else 'without'}.csv"
        last, first = len(values), "AY"
        with sheet.open("w", newline="") as file:
            rows = csv.writer(file)
            for at, row in enumerate(values, 1):
                points = [f"=ROUND(MIN({n / 100}/100;1);2)" if formulas else n / 10000 for n in row]
                ends = [f"=SUM(A{at}:AX{at})", f"=RANK({first}{at};{first}$1:{first}${last})"]
                rows.writerow([*points, *(ends if formulas else ["1", "1"])])
        command = [
            str(OFFICE),
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "xlsx",
        ]
        return _timed(
            lambda: subprocess.run([*command, str(sheet)], cwd=folder, check=True, capture_output=True)
        )


@benchmark(
    "a scheme of 1 000 nodes read, checked and compiled",
    against="300 ms",
    at_most=1,
)
def scheme_of_a_thousand() -> Ratio:
    text = _scheme(1_000)
    return Ratio(min(_timed(lambda: compile_scheme(read_scheme(text))) for _ in range(3)), 0.3)


HEAD = """
[scheme]
code = "wide"
name = "宽"
year = 2026
language = 2
round = { leaf = 2, total = 2 }
[figures]
"""


def _scheme(nodes: int) -> str:
    leaves = range(nodes - 1)
    text = HEAD + "".join(f'f{n} = {{ label = "指标{n}", collector = "统计局" }}\n' for n in leaves)
    text += f'[papers.town.nodes]\ntotal = {{ label = "总分", compose = "sum", full = {nodes - 1} }}\n'
    return text + "".join(f'f{n} = {{ in = "total", full = 1, method = "completion" }}\n' for n in leaves)


@benchmark(
    "arrays: memory to score 100 000 units × 100 indicators",
    against="the input array",
    at_most=3,
)
def memory() -> Ratio:
    """The input array and the most that is taken beside it, in gigabytes for seconds."""
    given = figures(100_000)
    tracemalloc.start()
    try:
        ranked(100_000)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return Ratio((given.values.nbytes + most) / 1e9, given.values.nbytes / 1e9)


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
