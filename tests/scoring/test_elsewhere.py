"""Results of other assessments: taken from what was handed up, published or computed here."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, tenant_session
from kaocheng.db.roles import Urls
from kaocheng.engine.recipe import Recipe
from kaocheng.scoring import elsewhere, service
from kaocheng.scoring.domain import Origin
from kaocheng.scoring.elsewhere import NoSheetToTake
from kaocheng.standings import keys
from kaocheng.standings import service as publishing
from kaocheng.standings.working import as_text
from tests.rollup.test_inbox import handed_up, receive
from tests.scoring import county as given

pytestmark = pytest.mark.database


def taking(sheet: str, code: str = "city-2026", **more: Any) -> Recipe:
    """The small scheme, and beside it each unit's rate in another sheet, of 10."""
    keys = given.recipe().keys
    paper = keys["papers"]["township"]
    node = {"label": "县级得分", "full": 10, "method": "import", "sheet": sheet, "as": "rate", **more}
    nodes = {**paper["nodes"], "above": {**node, "only_shown": True, "clause": "一"}}
    return Recipe({**keys, "code": code, "papers": {"township": {**paper, "nodes": nodes}}})


def rules(urls: Urls, tenant: TenantId, recipe: Recipe) -> None:
    """What is in force from now on; a scheme is never changed, so only its owner can."""
    with psycopg.connect(urls.owner) as owner:
        owner.execute(
            "update scheme set code = %s, recipe = %s, recipe_digest = %s where tenant_id = %s",
            [recipe.code, recipe.to_bytes(), recipe.digest, int(tenant)],
        )


async def received(engine: AsyncEngine, county: TenantId, urls: Urls, data: Path) -> TenantId:
    """The county's year in the city's inbox; the city has the same townships and a scheme of its own."""
    city, content, _entry = await handed_up(engine, county, urls, data)
    keys.pin(data, "city", "county", keys.public(keys.own(data, "county")))
    async with tenant_session(engine, city) as session:
        await given.put(session)
    assert (await receive(engine, city, content, data)).accepted
    return city


@pytest.mark.parametrize("sheet", ["county", "small-2026", "county@2026"])
async def test_what_was_handed_up_counts_with_its_sender_beside_it(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path, sheet: str
) -> None:
    city = await received(engine, county, urls, tmp_path)
    rules(urls, city, taking(sheet))
    person = await given.somebody(engine, city, "li")

    async with tenant_session(engine, city) as session:
        made = await service.run(session, "2026", by=person, at=given.NOON)
        it = await service.explain(session, made, "east", "above")
        (outlook,) = [o for o in await service.outlooks(session) if o.period == "2026"]

    assert made.sheet.paper("乡镇").shown("east", "above") == "9.74"  # 97.40 of 100, of 10
    (traced,) = it.traced
    assert traced.origin is not None
    assert (traced.origin.filed_by, traced.origin.vouched_by) == ("云岭县", "清江市")
    assert traced.origin.workbook.startswith("小县2026年度考核 2026 第 1 次得分表 ")
    said = as_text(it)
    assert f"引自“{sheet}”" in said
    assert "云岭县" in said
    assert not outlook.changed


async def test_a_sheet_that_is_nowhere_is_refused_in_one_sentence(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    city = await received(engine, county, urls, tmp_path)
    rules(urls, city, taking("county@2026H1"))
    person = await given.somebody(engine, city, "li")

    async with tenant_session(engine, city) as session:
        with pytest.raises(NoSheetToTake, match="引用“county”2026H1的得分表,这里没有算过,收件箱里也没有"):
            await service.run(session, "2026", by=person, at=given.NOON)
        assert len(await service.outlooks(session)) == 2  # the office's page goes on


async def test_the_tenants_own_run_counts_and_what_it_published_sooner(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    li = staff["li"]
    async with tenant_session(engine, county) as session:
        first = await service.run(session, "2026H1", by=li, at=given.NOON)
    await given.file_year(engine, county, staff, {"east": (90, 90, 100, 96)}, revision=2)
    async with tenant_session(engine, county) as session:
        await service.run(session, "2026H1", by=li, at=given.NOON)
    rules(urls, county, taking("small-2026@half", code="small-2026"))
    async with tenant_session(engine, county) as session:
        made = await service.run(session, "2026", by=li, at=given.NOON)
        it = await service.explain(session, made, "east", "above")

    assert made.sheet.paper("乡镇").shown("east", "above") == "9.00"  # the latest run: 90 of 100
    assert it.traced[0].origin is not None
    assert it.traced[0].origin.filed_by == "li某"

    async with tenant_session(engine, county) as session:
        await publishing.publish(session, first.id, (), by=li, at=given.NOON, data=tmp_path)
        again = await service.run(session, "2026", by=li, at=given.NOON)

    assert again.sheet.paper("乡镇").shown("east", "above") == "9.50"  # what was published stands


async def test_two_sheets_of_one_code_are_no_answer(
    engine: AsyncEngine, county: TenantId, urls: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = await given.found(engine, county)
    rules(urls, county, taking("twins"))

    async def twins(_session: object, _code: str, _period: str) -> list[elsewhere.Taken]:
        return [elsewhere.Taken("{}", Origin("甲县", given.NOON.isoformat()))] * 2

    monkeypatch.setitem(elsewhere._places, -1, twins)
    async with tenant_session(engine, county) as session:
        with pytest.raises(NoSheetToTake, match="“twins”2026有 2 张得分表;请写报送方的代码"):
            await service.run(session, "2026", by=staff["li"], at=given.NOON)
        assert len(await service.outlooks(session)) == 2  # the office's page goes on


async def test_a_run_does_not_take_from_itself(engine: AsyncEngine, county: TenantId, urls: Urls) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    async with tenant_session(engine, county) as session:
        await service.run(session, "2026", by=staff["li"], at=given.NOON)
    rules(urls, county, taking("small-2026", code="small-2026"))

    async with tenant_session(engine, county) as session:
        with pytest.raises(NoSheetToTake):
            await service.run(session, "2026", by=staff["li"], at=given.NOON)


async def test_a_neighbours_inbox_is_nobody_elses(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    await received(engine, county, urls, tmp_path)
    rules(urls, county, taking("small-2026", code="other-2026"))
    async with tenant_session(engine, county) as session:
        with pytest.raises(NoSheetToTake):
            await service.inputs(session, taking("city"), "2026")
