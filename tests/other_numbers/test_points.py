"""With other points in the table of indicators, everything is scored by the table's points."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.other_numbers.check import Product, by_reference
from tests.other_numbers.generate import county
from tests.other_numbers.test_standings import agree, product, run
from tests.other_numbers.workbooks import CATALOGUE, write_tenants

__all__ = ["product"]
pytestmark = pytest.mark.database
OFFICE = ("--as", "lina@yunling")


def pointed(folder: Path) -> Path:
    """Revenue 9 instead of 8 and investment 5 instead of 6 in the folder's table; the scheme that says so."""
    path = folder / "yunling" / "workbooks" / CATALOGUE
    book = load_workbook(path)
    book.worksheets[0]["E3"], book.worksheets[0]["E4"] = 9, 5
    book.save(path)
    text = (folder / "yunling" / "scheme.toml").read_text("utf-8")
    for code, before, after in (("revenue", 8, 9), ("investment", 6, 5)):
        node = f'{code} = {{ in = "economy", full = {before}, '
        assert text.count(node) == 1
        text = text.replace(node, node.replace(f"full = {before}", f"full = {after}"))
    meant = folder.parent / "meant.toml"
    meant.write_text(text, "utf-8")
    return meant


def versions(product: Product) -> list[str]:
    """The county's schemes, the latest first, as they are listed."""
    code, said = product.call("schemes", "list", "yunling", *OFFICE)
    assert code == 0, product.said
    return [line for line in said.splitlines() if "2026年第" in line]


def test_the_tables_points_are_scored_and_stay_when_the_demo_runs_again(
    product: Product, tmp_path: Path
) -> None:
    made, folder = county(3), tmp_path / "tenants"
    write_tenants(made, folder, 3)
    meant = pointed(folder)

    for _time in range(2):
        code, said = product.call("demo", "--no-serve", "--tenants", folder)
        assert code == 0, product.said
        agree(product, by_reference(made, meant), "by the table's points")
        newest, handed_in = versions(product)
        assert "已冻结" in newest
        assert f"依《{CATALOGUE}》" in newest
        assert "已被新版取代" in handed_in
    assert "早已公布" in said


def test_other_points_after_the_round_is_open_are_refused_and_change_nothing(
    product: Product, tmp_path: Path
) -> None:
    made, folder = county(4), tmp_path / "tenants"
    scheme = run(product, made, folder, 4)
    pointed(folder)

    table = folder / "yunling" / "workbooks" / CATALOGUE
    code, said = product.call("figures", "import", "yunling", table, "--accept-conversions", *OFFICE)

    assert code == 1, product.said
    assert "[错误] Sheet1!E3" in said
    assert "新版并写明理由" in said
    assert len(versions(product)) == 1
    agree(product, by_reference(made, scheme), "by the scheme")
