"""With other numbers in the workbooks, ``kaocheng demo`` ends with the standings the rules give.

``KAOCHENG_TEST_SEEDS`` is how many counties; ``KAOCHENG_TEST_SEEDS_FROM`` the first, to look elsewhere.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kaocheng.db.roles import Urls
from tests.other_numbers.check import Expected, Product, by_pencil, by_reference, differences
from tests.other_numbers.county import County
from tests.other_numbers.generate import county
from tests.other_numbers.twists import twisted, with_gaps
from tests.other_numbers.workbooks import write_tenants, write_workbooks

FIRST = int(os.environ.get("KAOCHENG_TEST_SEEDS_FROM", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("KAOCHENG_TEST_SEEDS", "6")))
pytestmark = pytest.mark.database


@pytest.fixture
def product(urls: Urls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Product:
    monkeypatch.setenv("DATABASE_URL", urls.app)
    monkeypatch.setenv("KAOCHENG_OWNER_URL", urls.owner)
    monkeypatch.setenv("KAOCHENG_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("KAOCHENG_AS", raising=False)
    return Product()


def run(product: Product, made: County, folder: Path, seed: int) -> Path:
    """The whole demo on the county; where its scheme is."""
    write_tenants(made, folder, seed)
    code, said = product.call("demo", "--no-serve", "--tenants", folder)
    assert code == 0, product.said
    assert said.count("没有导入") == 1, said  # the copy with mistakes, and nothing else
    return folder / "yunling" / "scheme.toml"


def agree(product: Product, expected: Expected, by: str) -> None:
    for (period, group), rows in expected.items():
        found = differences(product.standings(period, group), rows)
        listed = "\n".join(found[:30])
        assert not found, f"{group} {period}, {len(found)} cells differ from what is right {by}:\n{listed}"


@pytest.mark.parametrize("seed", SEEDS)
def test_other_numbers_give_what_the_rules_give(product: Product, tmp_path: Path, seed: int) -> None:
    made = twisted(county(seed), seed)
    scheme = run(product, made, tmp_path / "tenants", seed)

    agree(product, by_pencil(made, scheme), "by hand")
    agree(product, by_reference(made, scheme), "by the scheme")


@pytest.mark.parametrize("seed", SEEDS[::5])
def test_work_a_township_does_not_have_goes_by_the_scheme(
    product: Product, tmp_path: Path, seed: int
) -> None:
    made = with_gaps(county(seed), seed)
    scheme = run(product, made, tmp_path / "tenants", seed)

    agree(product, by_reference(made, scheme), "by the scheme")


def test_the_order_of_units_changes_nothing_but_the_order(product: Product, tmp_path: Path) -> None:
    made = county(0)
    run(product, made, tmp_path / "tenants", 0)
    before = product.standings("2026", "乡镇")
    digests = product.call("score", "yunling", "2026", "--as", "lina@yunling")[1]

    reordered = tmp_path / "tenants" / "yunling" / "units.csv"
    header, *lines = reordered.read_text("utf-8").splitlines()
    reordered.write_text("\n".join([header, *reversed(lines), ""]), "utf-8")
    assert product.call("tenants", "apply", tmp_path / "tenants" / "yunling")[0] == 0

    assert product.call("score", "yunling", "2026", "--as", "lina@yunling")[1] == digests
    after = product.standings("2026", "乡镇")
    assert after == before
    assert list(after) == list(reversed(before))


def test_other_workbooks_in_the_same_folder_are_taken_up_and_published_anew(
    product: Product, tmp_path: Path
) -> None:
    folder = tmp_path / "tenants"
    run(product, county(1), folder, 1)
    made = county(2)
    write_workbooks(made, folder / "yunling" / "workbooks", 2)

    code, said = product.call("demo", "--no-serve", "--tenants", folder)

    assert code == 0, product.said
    assert "早已公布" not in said
    agree(product, by_pencil(made, folder / "yunling" / "scheme.toml"), "by hand")
    assert "早已公布" in product.call("demo", "--no-serve", "--tenants", folder)[1]
