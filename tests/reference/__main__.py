"""`python -m tests.reference SCHEME.toml FIGURES.csv [--targets F] …` prints the standings."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import compute


def main() -> None:
    """Read the files, print the papers' standings one after another."""
    parser = argparse.ArgumentParser(prog="tests.reference")
    parser.add_argument("scheme", type=Path)
    parser.add_argument("figures", type=Path)
    for name in ("targets", "groups", "rows", "claims"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--period", default="")
    parser.add_argument("--paper", default="")
    parser.add_argument("--codes", action="store_true")
    options = parser.parse_args()
    files = {
        name: path.read_text(encoding="utf-8")
        for name in ("targets", "groups", "rows", "claims")
        if (path := getattr(options, name)) is not None
    }
    found = compute(
        options.scheme.read_text(encoding="utf-8"),
        options.figures.read_text(encoding="utf-8"),
        period=options.period,
        paper=options.paper,
        codes=options.codes,
        **files,
    )
    sys.stdout.write("\n".join(found.values()))


main()
