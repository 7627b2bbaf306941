"""Where there is little to show: a class of one, a year that has only begun."""

from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, tenant_session
from kaocheng.identity.tables import unit
from kaocheng.scoring import service as scoring
from tests.scoring import county as given
from tests.standings.test_pages import as_, published
from tests.web.conftest import browser

__all__ = ["as_", "browser"]
pytestmark = pytest.mark.database


async def test_a_class_of_one_is_compared_with_nobody_and_its_grade_is_no_better_for_it(
    as_, engine: AsyncEngine, county: TenantId
) -> None:
    staff = await given.found(engine, county)
    async with tenant_session(engine, county) as session:
        alone = update(unit).where(unit.c.code != "north").values(assessed=False, **{"class": None})
        await session.execute(alone)
    await given.file_year(engine, county, staff, {"north": (80, 80, 70, 70)})
    async with tenant_session(engine, county) as session:
        await scoring.run(session, "2026", by=staff["li"], at=given.NOON)
    async with as_(county, "li") as b:
        page = await b.get("/standings/unit?period=2026&unit=north")
        register = await b.get("/standings?period=2026")

    assert page.status_code == register.status_code == 200
    assert "本类平均" not in page.text
    assert "拉开了差距" not in page.text
    assert '<span class="tag warn">一般</span>' in register.text


async def test_a_year_begun_says_what_is_missing_and_the_half_year_stays_on_the_first_page(
    as_, engine: AsyncEngine, county: TenantId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = await given.found(engine, county)
    monkeypatch.setattr(given, "_cells", lambda: [("2026H1", "revenue"), ("2026H1", "forest")])
    await given.file_year(engine, county, staff, {code: row[:2] for code, row in given.VALUES.items()})
    for period in ("2026H1", "2026"):
        async with tenant_session(engine, county) as session:
            await scoring.run(session, period, by=staff["li"], at=given.NOON)
    async with as_(county, "li") as b:
        home = (await b.get("/")).text
        unit = (await b.get("/standings/unit?period=2026&unit=north")).text
        register = (await b.get("/standings?period=2026")).text
    await published(engine, county, tmp_path)
    async with as_(county, "dong") as b:
        own = (await b.get("/")).text

    assert register.count("没有总分,缺") == 1
    assert "北镇没有总分,缺 2 项" in unit
    assert "没有失分" not in unit
    assert "data-chart" not in unit
    assert home.count("还没有公布") == 1, "the half-year; nobody has a result in the year"
    assert "2026年上半年" in own
    assert '<span class="big">95.00</span>' in own
