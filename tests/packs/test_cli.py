"""``kaocheng packs``: what an operator reads before he allows a pack."""

from pathlib import Path
from typing import Any

import pytest

from kaocheng.cli import main

PLUGINS = Path(__file__).parents[2] / "plugins"


def test_the_list_names_each_pack_and_why_one_cannot_be_used(
    install: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = install("roads")

    assert main(["packs", "list"]) == 0

    said = capsys.readouterr().out
    assert "performance_management  区级综合绩效考评  2026        数据包" in said
    assert f"roads: 它运行代码,操作员尚未准许;审阅后把 {digest} 写入 KAOCHENG_PACKS" in said


def test_a_pack_of_this_repository_has_nothing_to_mend(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs", "check", str(PLUGINS / "target_responsibility")]) == 0

    assert capsys.readouterr().out.endswith("没有问题\n")


def test_a_pack_that_reaches_out_is_told_so_and_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "src" / "nosy"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("import socket\nraise SystemExit('the code ran')\n")
    (tmp_path / "pyproject.toml").write_text('[project.entry-points."kaocheng.packs"]\nnosy = "nosy"\n')

    assert main(["packs", "check", str(tmp_path)]) == 1

    assert "nosy/__init__.py:1:用到了 socket" in capsys.readouterr().out


def test_a_template_that_does_not_close_is_a_mistake_with_its_reference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "src" / "loose"
    package.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(
        '[project.entry-points."kaocheng.data_packs"]\nloose = "loose"\n'
    )
    (package / "pack.toml").write_text(
        '[pack]\ncode = "loose"\nlabel = "松"\n[editions.2026]\nsince = 2026-01-01\ncircular = "示例"\n'
        'clauses = { "1" = "合计" }\n[editions.2026.templates.t]\nlabel = "t"\nfile = "t.toml"\n'
    )
    (package / "t.toml").write_text(
        '[scheme]\ncode = "t"\nyear = 2026\n[figures]\n'
        'a = { label = "甲", unit = "分", collector = "office" }\n'
        '[papers.p]\nclass = "镇"\n[papers.p.nodes]\ntotal = { compose = "sum", full = 100, clause = "1" }\n'
        'a = { in = "total", full = 90, method = "given", clause = "1" }\n'
        '[papers.p.results.overall]\nby = "total"\nclause = "1"\n'
    )

    assert main(["packs", "check", str(tmp_path)]) == 1

    assert "loose:t@2026" in capsys.readouterr().out
