"""Speeds as ratios: our way against the plain way of doing the same, within one run on one machine.

Seconds say more about the machine than about the code; a ratio does not.  A benchmark is a function
of a module ``tests/bench/bench_*.py``::

    @benchmark("score 10 000 units", against="numpy adding the same array", at_most=35)
    def score() -> Ratio:
        return compare(ours=lambda: …, plain=lambda: …)
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["BENCHMARKS", "Benchmark", "Ratio", "benchmark", "compare"]


@dataclass(frozen=True, slots=True)
class Ratio:
    """What one comparison took, in seconds, as medians of its rounds."""

    ours: float
    plain: float

    @property
    def value(self) -> float:
        """How many times as long ours took as the plain way."""
        return self.ours / self.plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One thing to measure, and the goal it is measured by."""

    name: str
    against: str
    at_most: float | None
    at_least: float | None
    run: Callable[[], Ratio]

    @property
    def goal(self) -> str:
        """The goal as it is printed."""
        return f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"

    def met(self, ratio: Ratio) -> bool:
        """Whether the goal was reached: at most so many times as long, or at least so many times as fast."""
        if self.at_most is not None:
            return ratio.value <= self.at_most
        assert self.at_least is not None
        return 1 / ratio.value >= self.at_least


BENCHMARKS: list[Benchmark] = []


def benchmark(
    name: str, *, against: str, at_most: float | None = None, at_least: float | None = None
) -> Callable[[Callable[[], Ratio]], Callable[[], Ratio]]:
    """Register one: ours takes *at_most* so many times as long, or is *at_least* so many times as fast."""
    if (at_most is None) == (at_least is None):
        raise ValueError(f"{name}: give one goal, at_most or at_least")

    def register(run: Callable[[], Ratio]) -> Callable[[], Ratio]:
        BENCHMARKS.append(Benchmark(name=name, against=against, at_most=at_most, at_least=at_least, run=run))
        return run

    return register


def compare(
    *,
    ours: Callable[[], object],
    plain: Callable[[], object],
    before: Callable[[], object] = lambda: None,
    rounds: int = 5,
) -> Ratio:
    """Both ways in turn, *rounds* times after one warm-up; in turn, so that a busy moment hits both.

    *before* makes ready what the next round of ours uses up, and is not counted.
    """
    times: dict[Callable[[], object], list[float]] = {ours: [], plain: []}
    for number in range(rounds + 1):
        before()
        for way, taken in times.items():
            began = time.perf_counter()
            way()
            if number:
                taken.append(time.perf_counter() - began)
    return Ratio(statistics.median(times[ours]), statistics.median(times[plain]))
