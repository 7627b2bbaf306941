"""The commands of whoever operates this machine: tenants, people, the record, an outside database."""

import io
import re
import shutil
from pathlib import Path

import psycopg
import pytest

from kaocheng.cli import main
from kaocheng.db import migrate, roles
from kaocheng.db.roles import Urls

pytestmark = pytest.mark.database
EXAMPLE = Path(__file__).parents[1] / "tenancy" / "example"


@pytest.fixture(autouse=True)
def _here(urls: Urls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", urls.app)
    monkeypatch.setenv("KAOCHENG_OWNER_URL", urls.owner)
    monkeypatch.setenv("KAOCHENG_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("KAOCHENG_AS", raising=False)


class Say:
    """Runs one command and gives what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: object, code: int = 0) -> str:
        assert main([str(word) for word in words]) == code
        said = self._capsys.readouterr()
        return said.out if code == 0 else said.err


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    return Say(capsys)


def test_applying_says_what_it_does_and_the_second_time_that_nothing_is_left(say: Say) -> None:
    planned = say("tenants", "apply", EXAMPLE, "--dry-run")
    assert "新建 单位 5: 城关镇、东川镇、县发改局、县能源中心、县统计局" in planned
    assert say("tenants", "apply", EXAMPLE) == planned
    again = say("tenants", "apply", EXAMPLE)
    assert "不变 地区 1、上级 1、单位 5、人员 3、表 2、往年结果 2" in again
    assert "新建" not in again
    assert "county     云岭县" in say("tenants", "list")


def test_a_mistake_anywhere_leaves_every_tenant_as_it_was(say: Say, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "county")
    (tmp_path / "county" / "scheme.toml").write_text("[scheme]\ncode = 3\n")
    before = say("tenants", "list")
    assert "scheme.toml" in say("tenants", "apply", tmp_path, code=2)
    (tmp_path / "county" / "scheme.toml").unlink()
    toml = tmp_path / "county" / "tenant.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("neighbour", "nowhere"), encoding="utf-8")
    assert "tenant.toml:7:上级“nowhere”还没有建立" in say("tenants", "apply", tmp_path, code=2)
    assert say("tenants", "list") == before


def test_a_pack_that_is_not_here_is_a_mistake_with_its_line(say: Say, tmp_path: Path) -> None:
    before = say("tenants", "list")
    shutil.copytree(EXAMPLE, tmp_path / "county")
    toml = tmp_path / "county" / "tenant.toml"
    text = toml.read_text(encoding="utf-8")
    line = text[: text.index("packs = ")].count("\n") + 1
    for written in ('no_such_pack = "2026"', 'target_responsibility = "1999"'):
        toml.write_text(re.sub(r"packs = \{.*\}", f"packs = {{ {written} }}", text), encoding="utf-8")
        said = say("tenants", "apply", tmp_path, code=2)
        assert f"tenant.toml:{line}: 指标包“{written.split()[0]}”用不上" in said
    assert say("tenants", "list") == before


def test_people_are_added_listed_reset_and_closed(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    say("tenants", "apply", EXAMPLE)
    assert "密码(只显示这一次)" in say("people", "add", "zhou@county", "周正", "--roles", "operator")
    assert "已经有了" in say("people", "add", "zhou@county", "周正", code=2)
    assert "须写明所在单位" in say("people", "add", "wu@county", "吴", "--roles", "liaison", code=2)
    assert "没有角色“boss”" in say("people", "add", "wu@county", "吴", "--roles", "boss", code=2)
    assert "没有单位“西坪镇”" in say("people", "add", "wu@county", "吴", "--unit", "西坪镇", code=2)

    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert "密码太短" in say("people", "reset", "zhou@county", "--password-stdin", code=2)
    monkeypatch.setattr("sys.stdin", io.StringIO("long enough\n"))
    assert "密码(" not in say("people", "reset", "zhou@county", "--password-stdin")

    assert "不是账号" in say("people", "close", "zhou", code=2)
    say("people", "close", "li@county")
    listed = say("people", "list", "county", "--as", "zhou@county")
    assert "停用" in next(line for line in listed.splitlines() if line.startswith("li@county"))
    assert "管理账号由系统管理员办理" in say("people", "list", "county", "--as", "wang@county", code=2)
    assert "没有" in say("people", "list", "neighbour", "--as", "zhou@county", code=2)


def test_the_record_is_verified_and_taken_out(say: Say, urls: Urls, tmp_path: Path) -> None:
    say("tenants", "apply", EXAMPLE)
    known = say("record", "verify", "county").rstrip().rpartition(" ")[2]
    (tmp_path / "record.jsonl").write_text(say("record", "export", "county"), encoding="utf-8")
    assert "未被改动" in say("record", "verify", "--file", tmp_path / "record.jsonl", "--known", known)
    with psycopg.connect(urls.owner) as owner:
        owner.execute("update record_entry set body = body || ' ' where tenant_id = 1 and seq = 2")
    assert "第 2 条起不可信" in say("record", "verify", "county", code=1)
    assert "没有“nowhere”" in say("record", "verify", "nowhere", code=2)


def test_what_a_database_administrator_is_told_to_run_is_all_it_takes(say: Say, server: str) -> None:
    told = say("db", "sql", "--database", "told", "--backup")
    statements = [line for line in told.splitlines() if line and not line.startswith("--")]
    with psycopg.connect(server, autocommit=True) as admin:
        for role in (roles.OWNER, roles.APP):  # this server has them already
            assert any(line.startswith(f"create role {role} ") for line in statements)
        for line in statements:
            if not line.startswith((f"create role {roles.OWNER} ", f"create role {roles.APP} ")):
                admin.execute(line)  # type: ignore[arg-type]
    place = server.replace("/postgres?", "/told?")
    owner = place.replace("tester@", "kaocheng_owner@")
    migrate.upgrade(owner)
    with psycopg.connect(owner) as connection:
        connection.execute(
            "insert into tenant (id, code, name, kind, settings) values (1, 'c', '', '', '{}')"
        )
        connection.execute("insert into counter (tenant_id, name, last) values (1, 'unit', 1)")
    with psycopg.connect(place.replace("tester@", "kaocheng_backup@")) as backup:
        assert backup.execute("select count(*) from counter").fetchone() == (1,)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("drop database told")
        admin.execute("revoke pg_read_all_data from kaocheng_backup")
        admin.execute("drop role kaocheng_backup")


def test_migrating_tells_from_where_to_where(say: Say, blank: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAOCHENG_OWNER_URL", blank.owner)
    assert f"- → {migrate.head()}" in say("db", "migrate")
    monkeypatch.delenv("KAOCHENG_OWNER_URL")
    assert "KAOCHENG_OWNER_URL" in say("db", "migrate", code=2)
