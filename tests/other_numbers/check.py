"""One folder of tenants through the product, and where its standings differ from what they should be."""

from __future__ import annotations

import contextlib
import csv
import io
import tomllib
from collections.abc import Mapping
from pathlib import Path

from kaocheng.cli import main
from tests.other_numbers import by_hand
from tests.other_numbers.county import County
from tests.other_numbers.tables import tables
from tests.reference import compute
from tests.reference.compare import same

Rows = Mapping[str, Mapping[str, str]]


class Product:
    """`kaocheng` on the database that the environment names."""

    def __init__(self) -> None:
        self.said = ""

    def call(self, *words: object) -> tuple[int, str]:
        """Exit code and what was printed; errors are kept beside."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main([str(word) for word in words])
            except SystemExit as stopped:
                code = int(stopped.code or 0)
        self.said = err.getvalue()
        return code, out.getvalue()

    def standings(self, period: str, group: str) -> Rows:
        """One class as it is printed, by unit."""
        code, out = self.call("standings", "yunling", period, "--class", group, "--csv")
        assert code == 0, self.said
        return by_unit(out)


def by_unit(text: str) -> Rows:
    """A CSV's rows by unit."""
    return {row["unit"]: row for row in csv.DictReader(io.StringIO(text))}


def labels(scheme: Path) -> dict[str, str]:
    """Of the items, by code, as the scheme's figures name them."""
    return {code: keys["label"] for code, keys in tomllib.loads(scheme.read_text("utf-8"))["figures"].items()}


Expected = Mapping[tuple[str, str], Rows]  # by period and class


def by_reference(county: County, scheme: Path) -> Expected:
    """What the slow evaluator makes of the scheme and of the county's numbers."""
    text, files = scheme.read_text("utf-8"), tables(county)
    figures = files.pop("figures")
    year = compute(text, figures, **files)
    half = compute(text, figures, period="2026H1", paper="township", **files)
    return {
        ("2026", "乡镇"): by_unit(year["township"]),
        ("2026H1", "乡镇"): by_unit(half["township"]),
        ("2026", "县直部门"): by_unit(year["department"]),
    }


def by_pencil(county: County, scheme: Path) -> Expected:
    """What the rules themselves give."""
    names = labels(scheme)
    return {
        ("2026", "乡镇"): by_hand.townships(county, names).rows,
        ("2026H1", "乡镇"): by_hand.half_year(county, names).rows,
        ("2026", "县直部门"): by_hand.departments(county).rows,
    }


def differences(product: Rows, theirs: Rows) -> list[str]:
    """Every cell in which the product differs; columns only it has are its own."""
    found = []
    if set(product) != set(theirs):
        found.append(f"units {sorted(set(product) ^ set(theirs))}")
    for unit, row in theirs.items():
        for column, cell in row.items():
            ours = product.get(unit, {}).get(column, "no such column")
            if ours != cell and not same(ours, cell):
                found.append(f"{unit} {column}: product {ours!r}, expected {cell!r}")
    return found
