"""The lights of the year under way: asked of the packs, for what is filed and has a target."""

from datetime import date

import pytest

from kaocheng.figures import service
from kaocheng.figures.pace import Pace, pace
from kaocheng.figures.service import Typed
from kaocheng.packs.shelf import open_shelf
from tests.figures.test_pages import as_
from tests.web.conftest import browser
from tests.yunling import HALF, NOON, TARGETS, County

__all__ = ["browser"]
pytestmark = pytest.mark.database
AUTUMN = date(2026, 10, 19)  # day 292 of 365: 80 % of the year


async def asked(yunling: County, *, units: list[int] | None = None, on: date = AUTUMN) -> Pace | None:
    async with yunling.session() as session:
        return await pace(session, yunling.shelf, on, units=units)


async def filed(yunling: County, unit: str, code: str, written: str) -> None:
    person, key = await yunling.person("lina"), await yunling.key(unit, code)
    async with yunling.session() as session:
        await service.file(session, [Typed(*key, written)], by=person, at=NOON)


async def test_a_year_without_figures_has_no_lights(yunling: County) -> None:
    assert await asked(yunling) is None
    await yunling.import_(TARGETS)
    assert await asked(yunling) is None


async def test_a_half_years_figure_is_held_against_the_end_of_the_half(yunling: County) -> None:
    await yunling.import_(TARGETS)
    await yunling.import_(HALF)
    found = await asked(yunling)
    assert found is not None
    revenue = next(s for s in found.lights if (s.unit_label, s.label) == ("城关镇", "地方财政收入"))
    # 975.11 of 2140 is 45.6 %; day 181 of 365 is 49.6 %: 4.0 points behind, within ten.
    assert (revenue.colour, revenue.reason) == ("green", "完成 45.6%,时间进度 49.6%")


async def test_the_years_figure_goes_over_the_halfs_and_red_comes_first(yunling: County) -> None:
    await yunling.import_(TARGETS)
    await yunling.import_(HALF)
    await filed(yunling, "城关镇", "revenue", "1000")
    found = await asked(yunling)
    assert found is not None
    red = next(s for s in found.lights if (s.unit_label, s.label) == ("城关镇", "地方财政收入"))
    # 1000 of 2140 is 46.7 % with 80 % of the year gone: 33.3 points behind.
    assert (red.colour, red.reason) == ("red", "完成 46.7%,比时间进度 80% 慢 33.3 个百分点")
    colours = [light.colour for light in found.lights]
    assert colours == sorted(colours, key=["red", "yellow", "green"].index)
    assert sum(found.counts.values()) == len(found.lights)


async def test_a_tenant_without_the_pack_sees_no_lights(yunling: County) -> None:
    await yunling.import_(TARGETS)
    await yunling.import_(HALF)
    async with yunling.session() as session:
        assert await pace(session, open_shelf().for_tenant({}), AUTUMN) is None


async def test_the_office_sees_every_units_lights_and_a_liaison_his_own(yunling: County, browser) -> None:
    await yunling.import_(TARGETS)
    await filed(yunling, "永丰镇", "forest", "1")
    await filed(yunling, "城关镇", "forest", "1")
    async with as_(yunling, browser, "lina") as b:
        office = (await b.get("/")).text
    async with as_(yunling, browser, "chenxia") as b:
        own = (await b.get("/")).text
    assert "红灯 2" in office
    assert "红灯 1" in own
    assert "城关镇" not in own
