"""``kaocheng figures``: what scripts see of an import, and how a command ends."""

import json
from pathlib import Path

import pytest

from kaocheng.cli import main
from kaocheng.db.roles import Urls
from tests.yunling import HALF, MISTAKEN, WORKBOOKS, YEAR, County, settled, urls, yunling

__all__ = ["settled", "urls", "yunling"]
pytestmark = pytest.mark.database
FINDING = {"kind", "code", "sheet", "cell", "what", "remedy", "suggestion"}


@pytest.fixture(autouse=True)
def _here(yunling: County, urls: Urls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", urls.app)
    monkeypatch.setenv("KAOCHENG_OWNER_URL", urls.owner)
    monkeypatch.setenv("KAOCHENG_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("KAOCHENG_AS", raising=False)


def call(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_preview_as_json_names_each_finding_with_its_cell_and_stores_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _err = call(
        capsys, "figures", "import", "yunling", WORKBOOKS / MISTAKEN, "--preview", "--json"
    )
    told = json.loads(out)
    assert code == 1
    assert (told["file"], told["form"], told["period"]) == (MISTAKEN, "year", "2026")
    assert all(set(finding) == FINDING for finding in told["findings"])
    assert {"kind": "error", "sheet": "Sheet1", "cell": "D6"}.items() <= next(
        f for f in told["findings"] if f["code"] == "formula_not_allowed"
    ).items()
    assert told["values"][0]["unit"] == "chengguan"
    assert call(capsys, "figures", "vouch", "yunling", "--as", "zhaomin@yunling")[0] == 2


def test_a_command_acts_for_the_only_one_whose_work_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """李娜 is the office, 赵敏 verifies; of two offices a command must be told which."""
    assert call(capsys, "figures", "import", "yunling", WORKBOOKS / HALF)[0] == 0
    assert "已核验 464 个数" in call(capsys, "figures", "vouch", "yunling")[1]
    assert (
        call(capsys, "people", "add", "second@yunling", "第二人", "--unit", "office", "--roles", "office")[0]
        == 0
    )
    code, _out, err = call(capsys, "score", "yunling", "2026")
    assert (code, "--as" in err, "lina@yunling、second@yunling" in err) == (2, True, True)
    assert call(capsys, "people", "close", "second@yunling")[0] == 0
    assert "第 1 次计算" in call(capsys, "score", "yunling", "2026")[1]


def test_an_import_is_done_once(capsys: pytest.CaptureFixture[str]) -> None:
    file = WORKBOOKS / HALF
    office = ("--as", "lina@yunling")
    code, out, _err = call(capsys, "figures", "import", "yunling", file, *office)
    assert (code, "新 464 个" in out) == (0, True)
    code, out, _err = call(capsys, "figures", "import", "yunling", file, *office)
    assert (code, "没有重复存" in out, "--again" in out) == (0, True, False)
    code, out, _err = call(capsys, "figures", "import", "yunling", file, *office, "--again")
    assert (code, "改 0 个" in out) == (0, True)
    code, out, _err = call(capsys, "figures", "vouch", "yunling", "--as", "zhaomin@yunling")
    assert (code, "已核验 464 个数" in out) == (0, True)


def test_several_files_at_once_and_errors_end_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    files = (WORKBOOKS / YEAR, WORKBOOKS / MISTAKEN)
    code, out, _err = call(capsys, "figures", "import", "yunling", *files, "--as", "lina@yunling", "--json")
    told = json.loads(out)
    assert code == 1
    assert told[0]["stored"]["new"] == 464
    assert "stored" not in told[1]


def test_conversions_wait_to_be_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("figures", "import", "yunling", WORKBOOKS / "01-乡镇指标表.xlsx", "--as", "lina@yunling")
    assert call(capsys, *asked)[0] == 3
    assert call(capsys, *asked, "--accept-conversions")[0] == 0


def test_what_is_no_workbook_is_a_finding_in_json_and_a_sentence_otherwise(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "坏的.xlsx"
    file.write_bytes(b"PK but no workbook")
    code, out, _err = call(capsys, "figures", "import", "yunling", file, "--preview", "--json")
    assert (code, len(json.loads(out)["findings"])) == (1, 1)
    code, _out, err = call(capsys, "figures", "import", "yunling", file, "--preview")
    assert (code, bool(err.strip())) == (2, True)


def test_one_file_that_is_not_there_stops_them_all_before_anything_is_stored(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked = ("--as", "lina@yunling", "figures", "import", "yunling", WORKBOOKS / HALF, tmp_path / "none.xlsx")
    code, out, err = call(capsys, *asked)
    assert (code, out) == (2, "")
    assert f"“{tmp_path / 'none.xlsx'}”不能读写(没有这个文件夹或文件)" in err


def test_who_may_not_is_told_so_and_no_file_is_blamed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(
        capsys, "--as", "chenlei@yunling", "figures", "import", "yunling", WORKBOOKS / HALF, "--json"
    )
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("wrong", "said"), [(("--form", "none"), "catalogue、targets"), (("--period", "none"), "2026H1")]
)
@pytest.mark.parametrize("how", [(), ("--json",)])
def test_a_form_or_period_that_is_none_is_the_commands_mistake_and_no_files(
    capsys: pytest.CaptureFixture[str], wrong: tuple[str, str], said: str, how: tuple[str, ...]
) -> None:
    code, out, err = call(capsys, "figures", "import", "yunling", WORKBOOKS / HALF, "--preview", *wrong, *how)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_blank_template_is_written_and_recognised_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "空白.xlsx"
    assert call(capsys, "figures", "template", "yunling", "half", out)[0] == 0
    code, said, _err = call(capsys, "figures", "import", "yunling", out, "--preview", "--json")
    assert (code, json.loads(said)["form"], json.loads(said)["period"]) == (1, "half", "2026H1")
    assert call(capsys, "figures", "template", "yunling", "none", out)[0] == 2


def test_another_tenants_name_reads_like_none(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("figures", "import", "neighbour", WORKBOOKS / HALF, "--preview", "--as", "lina@yunling")
    code, _out, theirs = call(capsys, *asked)
    none = [word if word != "neighbour" else "nowhere" for word in asked]
    assert code == 2
    assert theirs.replace("neighbour", "nowhere") == call(capsys, *none)[2]
