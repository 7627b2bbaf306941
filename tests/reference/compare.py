"""One case through `kaocheng compute` and through the reference evaluator, cell by cell."""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kaocheng.cli import main

from . import compute, world_of
from .cases import Case
from .checks import Refused
from .world import World


@dataclass(frozen=True)
class Disagreement:
    """One cell that differs, or a run that ended differently."""

    paper: str
    unit: str
    column: str
    product: str
    reference: str

    def __str__(self) -> str:
        place = f"{self.paper} {self.unit} {self.column}"
        return f"{place}: product {self.product!r}, reference {self.reference!r}"


def product(case: Case, paper: str, *, codes: bool) -> tuple[int, str, str]:
    """What the command line prints: exit code, output, errors."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = written(case, Path(folder))
        for code, other in case.sheets.items():
            within = Path(folder) / code
            within.mkdir()
            sheet = within / "sheet.json"
            printed([*written(other, within), "--json", "--out", str(sheet)])
            arguments += ["--sheet", f"{code}={sheet}"]
        arguments += ["--paper", paper] if paper else []
        return printed(arguments + (["--codes"] if codes else []))


def written(case: Case, folder: Path) -> list[str]:
    """A case's files in a folder, and what is asked of them on the command line."""
    arguments = ["compute"]
    for name, text in (("scheme.toml", case.scheme), ("figures.csv", case.figures)):
        path = folder / name
        path.write_text(text, encoding="utf-8")
        arguments.append(str(path))
    for name, text in case.files().items():
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        arguments += [f"--{name}", str(path)]
    return arguments + (["--period", case.period] if case.period else [])


def printed(arguments: list[str]) -> tuple[int, str, str]:
    """Exit code, output and errors of a command."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as stopped:
            code = int(stopped.code or 0)
    return code, out.getvalue(), err.getvalue()


def expected(case: Case, *, codes: bool) -> dict[str, str]:
    """What the reference evaluator prints, by paper."""
    sheets = {code: world(other) for code, other in case.sheets.items()}
    return compute(
        case.scheme,
        case.figures,
        period=case.period,
        paper=case.paper,
        codes=codes,
        sheets=sheets,
        **case.files(),
    )


def world(case: Case) -> World:
    """A case as the reference evaluator looks things up in it."""
    return world_of(case.scheme, case.figures, period=case.period, **case.files())


def by_unit(text: str) -> tuple[list[str], dict[str, dict[str, str]]]:
    """A CSV's header and its rows by unit."""
    reader = csv.DictReader(io.StringIO(text))
    rows = {row["unit"]: row for row in reader}
    return list(reader.fieldnames or []), rows


def same(a: str, b: str) -> bool:
    """Whether two numbers that were never rounded agree as far as both are printed."""
    try:
        x, y = Fraction(a), Fraction(b)
    except ValueError:
        return False
    decimals = min(len(a.partition(".")[2]), len(b.partition(".")[2]))
    return decimals >= 12 and abs(x - y) <= Fraction(1, 10 ** (decimals - 1))


def disagreements(case: Case, *, codes: bool = True) -> list[Disagreement]:
    """Every cell in which the two differ."""
    try:
        references = expected(case, codes=codes)
    except Refused as refused:
        code, text, _errors = product(case, case.paper, codes=codes)
        return [] if code else [Disagreement("", "", "exit", text, f"refused: {refused}")]
    found: list[Disagreement] = []
    for paper, reference in references.items():
        code, text, errors = product(case, paper, codes=codes)
        if code:
            found.append(Disagreement(paper, "", "exit", f"{code}: {errors.strip()}", "0"))
            continue
        header, ours = by_unit(text)
        columns, theirs = by_unit(reference)
        if header != columns:
            found.append(Disagreement(paper, "", "header", ",".join(header), ",".join(columns)))
        if list(ours) != list(theirs):
            found.append(Disagreement(paper, "", "units", ",".join(ours), ",".join(theirs)))
        for unit in theirs:
            for column in columns:
                a, b = ours.get(unit, {}).get(column, "?"), theirs[unit][column]
                if a != b and column in header and not same(a, b):
                    found.append(Disagreement(paper, unit, column, a, b))
    return found
