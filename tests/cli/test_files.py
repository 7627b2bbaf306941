"""A file or folder that cannot be used is one sentence, whichever command meets it, wherever it is said."""

import os
import subprocess
import sys
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


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "ascii", "latin-1"])
def test_chinese_comes_out_on_every_terminal(encoding: str) -> None:
    said = subprocess.run(
        [Path(sys.executable).with_name("kaocheng"), "lint", "没有.toml"],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )

    assert said.returncode == 2
    assert said.stderr.decode("gb18030" if encoding == "gb18030" else "utf-8").startswith("没有.toml:打不开")
