"""``kaocheng explain``: what each account is told of a score before it is published."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.cli import main
from kaocheng.db import TenantId
from kaocheng.db.roles import Urls
from tests.standings.test_pages import scored

pytestmark = pytest.mark.database


async def test_a_liaison_is_told_his_own_score_without_a_rank_and_no_other(
    engine: AsyncEngine,
    county: TenantId,
    urls: Urls,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", urls.app)
    monkeypatch.setenv("KAOCHENG_OWNER_URL", urls.owner)
    monkeypatch.setenv("KAOCHENG_DATA", str(tmp_path / "data"))
    await scored(engine, county)

    async def explain(account: str, unit: str) -> tuple[int, str]:
        code = await asyncio.to_thread(main, ["--as", account, "explain", "county", "2026", unit])
        return code, capsys.readouterr().out

    code, told = await explain("dong@county", "东镇")
    assert (code, "97.40" in told) == (0, True)
    assert "名" not in told.replace("东镇", "")
    code, told = await explain("li@county", "东镇")
    assert (code, "第 1 名" in told) == (0, True)
    assert (await explain("dong@county", "西镇"))[0] == 2
