"""``python -m tests.bench [WORD…]``: run the benchmarks whose name holds one of the words, or all."""

import json
import sys
from importlib import import_module
from pathlib import Path

from tests.bench import BENCHMARKS


def main(words: list[str]) -> int:
    """Print a table, keep it as bench.json; a goal missed is told, and is no failure."""
    for module in sorted(Path(__file__).parent.glob("bench_*.py")):
        import_module(f"tests.bench.{module.stem}")
    chosen = [b for b in BENCHMARKS if not words or any(word in b.name for word in words)]
    if not chosen:
        print("no benchmark of that name; there are:", *(b.name for b in BENCHMARKS), sep="\n  ")
        return 1
    results = []
    for benchmark in chosen:
        ratio = benchmark.run()
        shown = ratio.value if benchmark.at_most is not None else 1 / ratio.value
        met = benchmark.met(ratio)
        print(
            f"{'met   ' if met else 'MISSED'} {shown:8.2f} × (goal {benchmark.goal})  {benchmark.name}"
            f"  [{ratio.ours * 1000:.1f} ms against {ratio.plain * 1000:.1f} ms: {benchmark.against}]",
            flush=True,
        )
        results.append(
            {
                "name": benchmark.name,
                "against": benchmark.against,
                "ratio": round(shown, 4),
                "goal": benchmark.goal,
                "met": met,
                "ours_seconds": ratio.ours,
                "plain_seconds": ratio.plain,
            }
        )
    Path("bench.json").write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
