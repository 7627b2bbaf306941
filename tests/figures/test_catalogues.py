"""The catalogue beside the scheme: a clause whose text changed is found whichever of the two is newer."""

import pytest

from kaocheng.figures.catalogues import against_catalogue
from kaocheng.schemes import queries as schemes
from kaocheng.schemes import service
from tests.figures.test_pages import as_
from tests.web.conftest import browser
from tests.yunling import NOON, TENANTS, County

__all__ = ["browser"]
pytestmark = pytest.mark.database
CATALOGUE = "01-乡镇指标表.xlsx"
PROJECTS = ("table_measure", "D8")  # the catalogue counts 重点项目 in 项, the scheme in 万元
SCHEME = (TENANTS / "yunling" / "scheme.toml").read_text("utf-8")


async def adopted(yunling: County, text: str) -> None:
    async with yunling.session() as session:
        await service.adopt(session, text, by=None, at=NOON, shelf=yunling.shelf)


async def said(yunling: County) -> list[tuple[str, str]]:
    async with yunling.session() as session:
        rules = (await schemes.in_force(session)).recipe
        return [(f.code, f.place.cell) for f in await against_catalogue(session, rules)]


async def test_the_two_documents_of_the_county_agree_but_for_one_measure(yunling: County) -> None:
    assert await said(yunling) == []  # no catalogue yet
    await yunling.import_(CATALOGUE)
    assert await said(yunling) == [PROJECTS]


async def test_a_clause_changed_after_the_catalogue_came_in_is_found(yunling: County, browser) -> None:
    await yunling.import_(CATALOGUE)
    await adopted(yunling, SCHEME.replace("完成率低于60%的不得分", "完成率低于50%的不得分"))
    assert await said(yunling) == [("clause_changed", "F4"), PROJECTS]
    async with as_(yunling, browser, "lina") as b:
        page = await b.get("/schemes")
    assert "“固定资产投资”的计分办法与方案所引条文(表.2)不一致" in page.text
    assert f"{CATALOGUE}[Sheet1!F4]" in page.text


async def test_so_are_points_that_differ(yunling: County) -> None:
    await yunling.import_(CATALOGUE)
    text = SCHEME.replace('revenue = { in = "economy", full = 8', 'revenue = { in = "economy", full = 7')
    text = text.replace('investment = { in = "economy", full = 6', 'investment = { in = "economy", full = 7')
    await adopted(yunling, text)
    assert await said(yunling) == [("points_differ", "E3"), ("points_differ", "E4"), PROJECTS]
