"""A file or folder that cannot be used is one sentence, whichever command meets it."""

from pathlib import Path

import pytest

from kaocheng.cli import main


def test_a_data_folder_that_cannot_be_made_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("KAOCHENG_DATA", str(tmp_path / "file" / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    assert main(["demo", "--no-serve"]) == 2

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"“{tmp_path / 'file' / 'data'}”不能读写" in said
