"""Packs written as TOML: read without running anything, and refused when they bring anything to run."""

from pathlib import Path
from typing import Any

import pytest

from kaocheng.packs import data_pack
from kaocheng.packs.data_pack import NotAPack
from kaocheng.packs.shelf import open_shelf

PACK = """
[pack]
code = "parks"
label = "公园"
[editions.2026]
since = 2026-01-01
circular = "示例"
clauses = { "1" = "按完成率计分" }
indicators.visits = { label = "入园人次", measure = "人", method = "completion", clause = "1" }
"""


def a_folder(tmp_path: Path, **files: str) -> Path:
    for name, content in {"pack_toml": PACK, **files}.items():
        (tmp_path / name.replace("_", ".")).write_text(content, "utf-8")
    return tmp_path


def test_a_data_pack_is_read_without_the_operators_leave(install: Any) -> None:
    install("parks", files={"pack.toml": PACK}, group="kaocheng.data_packs")

    pack = open_shelf().installed["parks"].pack

    assert pack is not None
    assert pack.editions[0].indicators[0].label == "入园人次"


def test_a_data_pack_that_brings_code_is_refused_and_the_code_does_not_run(install: Any) -> None:
    install(
        "parks",
        files={"pack.toml": PACK, "__init__.py": "raise SystemExit('the code ran')"},
        group="kaocheng.data_packs",
    )

    assert "数据包只能带" in open_shelf().installed["parks"].why_not


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        ("since = 2026-01-01", "since = 2026", r"editions\.2026\.since.*请写日期"),
        ('label = "公园"', 'label = "公园"\ntitle = 1', r"pack\.title.*没有这个键;可用:code、label"),
        ('clauses = { "1" = "按完成率计分" }', "", r"editions\.2026\.clauses.*缺少此表"),
        ('clause = "1" }', 'clause = "1", weight = 0.3 }', '小数请写在引号内:"0.3"'),
        ('method = "completion", ', "", r"visits\.method.*请写文字"),
        ('clause = "1" }', 'clause = "1", direction = "sideways" }', "请写 up 或 down"),
    ],
)
def test_a_mistake_in_a_data_pack_is_named_with_its_place(
    tmp_path: Path, written: str, instead: str, complaint: str
) -> None:
    folder = a_folder(tmp_path, pack_toml=PACK.replace(written, instead))

    with pytest.raises(NotAPack, match=complaint):
        data_pack.read(folder)


def test_a_template_may_not_be_taken_from_outside_the_pack(tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text("x = 1")
    (tmp_path / "pack").mkdir()
    more = '[editions.2026.templates.t]\nlabel = "t"\nfile = "../secret.toml"\n'

    with pytest.raises(NotAPack, match="包内没有文件"):
        data_pack.read(a_folder(tmp_path / "pack", pack_toml=PACK + more))
