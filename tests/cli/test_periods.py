"""A period on the command line: as it is written, by its name in the scheme, or a mistake."""

from pathlib import Path

import pytest

from kaocheng.cli import main
from kaocheng.db.roles import Urls
from tests.yunling import County, settled, urls, yunling

__all__ = ["settled", "urls", "yunling"]
pytestmark = pytest.mark.database
COMMANDS = [
    ("standings", "yunling", "PERIOD"),
    ("standings", "yunling", "PERIOD", "--as", "lina@yunling"),
    ("explain", "yunling", "PERIOD", "城关镇"),
    ("score", "yunling", "PERIOD", "--as", "lina@yunling"),
    ("publish", "yunling", "PERIOD", "--to", "qingjiang", "--as", "lina@yunling"),
    ("bundle", "export", "yunling", "PERIOD", "out.kcb", "--as", "lina@yunling"),
    ("figures", "vouch", "yunling", "--period", "PERIOD", "--as", "zhaomin@yunling"),
]


@pytest.fixture(autouse=True)
def _here(yunling: County, urls: Urls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", urls.app)
    monkeypatch.setenv("KAOCHENG_OWNER_URL", urls.owner)
    monkeypatch.setenv("KAOCHENG_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("KAOCHENG_AS", raising=False)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_what_is_no_period_is_said_so_and_a_name_means_what_the_scheme_says(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    said = {}
    for written in ("2026Q9", "half", "2026H1"):
        code = main([written if word == "PERIOD" else word for word in command])
        said[written] = (code, capsys.readouterr().err)
    assert said["2026Q9"] == (
        2,
        "“2026Q9”不是时段;请写成 2026、2026H1、2026Q3、2026-07 或 2026-01..2026-09\n",
    )
    assert said["half"] == said["2026H1"]
