"""The commands that need no database: a bundle is checked offline, with one sentence either way."""

from pathlib import Path

import pytest

from kaocheng.cli import main
from kaocheng.standings import keys
from tests.standings.test_bundle import KEY, a_bundle


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "county.kcb").write_bytes(a_bundle())
    (tmp_path / "county.pub").write_text(keys.public(KEY).line + "\n")
    return tmp_path


def test_a_bundle_is_verified_and_recomputed_without_a_database(
    offline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bundle", "verify", "county.kcb", "--key", "county.pub"]) == 0
    said = capsys.readouterr().out
    assert "签名有效:云岭县(county)" in said
    assert "重算一致:小县2026年度考核 2026 第 1 次计算,4 个单位" in said
    assert sorted(path.name for path in offline.iterdir()) == [
        "county.kcb",
        "county.pub",
    ]  # nothing left behind


def test_a_changed_bundle_another_key_and_no_file_are_each_one_sentence(
    offline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = a_bundle().replace(b"97.4", b"97.5", 1)
    (offline / "changed.kcb").write_bytes(changed)
    other = keys.public(keys.own(offline, "other")).line
    for arguments, said in (
        (["changed.kcb", "--key", "county.pub"], "内容被改动"),
        (["county.kcb", "--key", other], "签名与公钥"),
        (["county.kcb", "--key", "nothing"], "没有公钥"),
        (["absent.kcb", "--key", "county.pub"], "“absent.kcb”不能读写(没有这个文件夹或文件)"),
    ):
        assert main(["bundle", "verify", *arguments]) == 2
        error = capsys.readouterr().err
        assert said in error
        assert len(error.strip().splitlines()) == 1
