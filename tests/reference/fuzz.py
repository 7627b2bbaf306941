"""`make fuzz`: many random schemes through both evaluators, on every core, politely.

`python -m tests.reference.fuzz [COUNT] [--from SEED]` goes on until all are done and lists every seed that
failed; `--seed SEED` shows one of them, and `--into FOLDER` writes its files there.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from .seeds import cases_of, failure

BATCH = 50


def batch(first: int, count: int) -> list[str]:
    """What goes wrong in a run of seeds."""
    return [said for seed in range(first, first + count) if (said := failure(seed))]


def run(first: int, count: int, jobs: int) -> int:
    """All of them, with a line of progress; how many failed."""
    began, done, failed = time.monotonic(), 0, 0
    with ProcessPoolExecutor(jobs, initializer=os.nice, initargs=(15,)) as pool:
        starts = range(first, first + count, BATCH)
        under_way = {pool.submit(batch, s, min(BATCH, first + count - s)): s for s in starts}
        for finished in as_completed(under_way):
            done += min(BATCH, first + count - under_way[finished])
            for said in finished.result():
                failed += 1
                print(f"\n{said}")
            rate = done / (time.monotonic() - began)
            left = (count - done) / rate / 60
            print(f"\r{done} of {count} seeds, {failed} failed, {left:.0f} min left ", end="", flush=True)
    print()
    return failed


def show(seed: int, into: Path | None) -> int:
    """One seed by itself; its files written out where asked."""
    said = failure(seed)
    print(said or f"seed {seed}: both say the same")
    for case in cases_of(seed) if into else ():
        folder = Path(str(into)) / case.name.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "scheme.toml").write_text(case.scheme, encoding="utf-8")
        for name, text in {"figures": case.figures, **case.files()}.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return int(bool(said))


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.reference.fuzz")
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--into", type=Path)
    options = parser.parse_args()
    if options.seed is not None:
        sys.exit(show(options.seed, options.into))
    sys.exit(int(bool(run(options.first, options.count, options.jobs))))


if __name__ == "__main__":
    main()
