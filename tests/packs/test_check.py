"""Checking a vendor's folder: what it would reach is told before a line of it runs."""

from datetime import date
from pathlib import Path

import pytest

from kaocheng.packs import Edition, Indicator, Pack, Template, check
from kaocheng.packs.data_pack import NotAPack

PROJECT = '[project]\nname = "vendor"\n[project.entry-points."kaocheng.packs"]\nroads = "vendor_roads"\n'
PLUGINS = Path(__file__).parents[2] / "plugins"


def a_folder(tmp_path: Path, code: str, project: str = PROJECT) -> Path:
    package = tmp_path / "src" / "vendor_roads"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(code, "utf-8")
    (tmp_path / "pyproject.toml").write_text(project, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("import socket", "socket"),
        ("from os import environ", "os.environ"),
        ("import kaocheng.db.session", "kaocheng.db.session"),
        ("from kaocheng import settings", "kaocheng.settings"),
        ("import sqlalchemy", "sqlalchemy"),
        ("x = open('/etc/passwd')", "open()"),
        ("eval('1')", "eval()"),
    ],
)
def test_what_a_pack_has_no_business_with_is_named_with_its_line(
    tmp_path: Path, line: str, named: str
) -> None:
    folder = a_folder(tmp_path, f"raise SystemExit('the code ran')\n{line}\n")

    (found,) = check.reaches_out(check.source(folder))

    assert found.startswith(f"vendor_roads/__init__.py:2:用到了 {named};")


def test_the_kit_the_engine_itself_and_arithmetic_are_a_packs_own_ground(tmp_path: Path) -> None:
    code = "from kaocheng.packs import Pack\nimport kaocheng.engine.rounding, math, vendor_roads.more\n"

    assert list(check.reaches_out(check.source(a_folder(tmp_path, code)))) == []


def test_a_folder_without_an_entry_point_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(NotAPack, match="恰好一个入口点"):
        check.source(a_folder(tmp_path, "", "[project]\nname = 'x'\n"))


def test_a_pack_that_fails_on_import_is_told_with_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(NotAPack, match="ValueError: no such edition"):
        check.load(check.source(a_folder(tmp_path, "raise ValueError('no such edition')")))


def test_declarations_that_contradict_themselves_are_each_named() -> None:
    paved = Indicator(code="paved", label="通硬化路的村", measure="%", method="met", clause="3.1")
    edition = Edition(
        year="2026",
        since=date(2026, 1, 1),
        circular="示例",
        indicators=(paved, paved),
        templates=(Template(code="county", label="县", text="[scheme"),),
    )

    found = list(check.mistakes(Pack(code="Roads", label="农村公路", editions=(edition, edition))))

    assert [one.partition(":")[0].partition("“")[0] for one in found] == [
        "包代码",
        "",  # “Roads”的版本…
        *["Roads@2026"] * 8,
    ]
    assert "Roads@2026:代码“paved”用了不止一次" in found
    assert "Roads@2026:指标“通硬化路的村”引用的条款“3.1”不在本版条款中" in found
    assert any(one.startswith("Roads@2026:模板“county”读不出") for one in found)


@pytest.mark.parametrize("name", ["target_responsibility", "performance_management"])
def test_the_packs_of_this_repository_pass(name: str) -> None:
    source = check.source(PLUGINS / name)

    assert list(check.reaches_out(source)) == []
    assert list(check.mistakes(check.load(source))) == []
