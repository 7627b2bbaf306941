"""``kaocheng methods``: what an analyst sees of the list, in his language."""

from pathlib import Path

import pytest

from kaocheng.cli import main


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["methods", *arguments]) == 0
    return capsys.readouterr().out


def test_without_an_id_it_prints_every_entry(capsys: pytest.CaptureFixture[str]) -> None:
    listed = said(capsys)
    assert listed.count("\n| M") == 109
    assert "| M30 | 功效系数法 · efficacy coefficient | `efficacy` |" in listed


def test_a_code_a_number_and_a_name_find_the_same_section(capsys: pytest.CaptureFixture[str]) -> None:
    by_number = said(capsys, "m39")
    assert by_number.startswith("## M39 进位/提升幅度 · rank improvement\n")
    assert said(capsys, "进位/提升幅度") == by_number
    assert said(capsys, "rank_gain").endswith(by_number)


def test_a_method_under_several_entries_prints_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    sections = said(capsys, "completion")
    assert [line[3:6] for line in sections.splitlines() if line.startswith("## ")] == ["M01", "M03", "M04"]


def test_a_word_of_the_language_finds_what_is_said_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "product").startswith("## M74 ")
    assert said(capsys, "highest_only").startswith("## M87 ")


def test_it_speaks_the_readers_language(capsys: pytest.CaptureFixture[str]) -> None:
    chinese, english = said(capsys, "M05"), said(capsys, "M05", "--lang", "en")
    assert "每差一个单位扣若干分" in chinese
    assert "Points off for each unit short" in english
    assert "每差一个单位扣若干分" not in english


def test_a_scheme_shows_its_own_methods(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scheme = tmp_path / "scheme.toml"
    scheme.write_text(
        '[scheme]\ncode = "own"\nname = "自定"\nyear = 2026\n'
        '[methods.track]\nformula = "full * filed / due"\nkeys = ["filed", "due"]\ndefaults = { due = 1 }\n',
        "utf-8",
    )
    shown = said(capsys, "track", "--scheme", str(scheme))
    assert "`full * filed / due`" in shown
    assert "`filed`、`due` = 1" in shown


def test_a_name_nobody_knows_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods", "efficasy"]) == 2
    assert "efficacy" in capsys.readouterr().err
