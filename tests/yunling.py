"""The fictional county of the samples, its scheme adopted, its people by name: nothing handed in yet.

A test module's ``conftest.py`` imports its fixtures, all three, from here.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from kaocheng.db.roles import Urls
from kaocheng.db.session import TenantId, TenantSession, driver_url, shared_session, tenant_session
from kaocheng.figures import queries, service
from kaocheng.figures.domain import Indicator, Key, Stored
from kaocheng.figures.previewing import Preview
from kaocheng.identity import queries as identity
from kaocheng.identity.domain import Person
from kaocheng.packs.shelf import TenantShelf, open_shelf
from kaocheng.schemes import service as schemes
from kaocheng.tenancy import folder as folders
from kaocheng.tenancy import queries as tenancy
from kaocheng.tenancy import service as tenants

Copy = Callable[[Urls], AbstractContextManager[Urls]]
TENANTS = Path(__file__).parents[1] / "tenants"
WORKBOOKS = TENANTS / "yunling" / "workbooks"
NOON = datetime(2027, 1, 6, 4, tzinfo=UTC)

TARGETS = "02-乡镇目标任务分解表.xlsx"
HALF = "03-乡镇上半年完成情况.xlsx"
YEAR = "04-乡镇全年完成情况.xlsx"
CLAIMS = "06-乡镇加减分及否决.xlsx"
MISTAKEN = "07-乡镇全年完成情况-有错.xlsx"
TASKS = "08-部门任务书及完成情况.xlsx"


@dataclass(frozen=True, slots=True)
class County:
    """Yunling in a test's own database, and how its people act in it."""

    engine: AsyncEngine
    tenant: TenantId
    shelf: TenantShelf

    def session(self) -> AbstractAsyncContextManager[TenantSession]:
        """One transaction."""
        return tenant_session(self.engine, self.tenant)

    async def person(self, code: str) -> Person:
        """One of its people."""
        async with self.session() as session:
            found = await identity.person_named(session, code)
        assert found is not None
        return found

    async def indicator(self, code: str, of: str = "figure", field: str = "") -> Indicator:
        """What a figure is of."""
        async with self.session() as session:
            known = await queries.indicators(session)
        return next(i for i in known.values() if (i.of, i.code, i.field) == (of, code, field))

    async def key(self, unit: str, code: str, period: str = "2026", series: str = "") -> Key:
        """One plain figure of a unit."""
        async with self.session() as session:
            found = await tenancy.unit(session, unit)
        return Key(period, int(found.id), (await self.indicator(code)).id, series)

    async def preview(self, name: str, *, by: str = "lina", content: bytes | None = None) -> Preview:
        """One of its workbooks, looked at by the office."""
        person = await self.person(by)
        body = (WORKBOOKS / name).read_bytes() if content is None else content
        async with self.session() as session:
            return await service.preview(session, name, body, by=person, at=NOON, shelf=self.shelf)

    async def import_(self, name: str, *, by: str = "lina", content: bytes | None = None) -> Stored:
        """One of its workbooks, stored."""
        seen = await self.preview(name, by=by, content=content)
        person = await self.person(by)
        assert seen.workbook_id is not None
        async with self.session() as session:
            return await service.agree(session, seen.workbook_id, by=person, at=NOON, accept_conversions=True)


async def prepare(engine: AsyncEngine) -> County:
    """Apply the county's folder (and its superior's), and adopt its scheme."""
    shelf = open_shelf()
    for code in ("qingjiang", "yunling"):
        folder = folders.read(TENANTS / code)
        async with shared_session(engine) as shared:
            session = await tenants.enter(shared, folder)
            await tenants.apply(session, folder, NOON)
            if folder.scheme is not None:
                own = shelf.for_tenant(folder.packs)
                await schemes.adopt(session, folder.scheme, by=None, at=NOON, shelf=own)
            county = County(engine, session.tenant, shelf.for_tenant(folder.packs))
    return county


@pytest.fixture(scope="session")
def settled(copy: Copy, template: Urls) -> Iterator[tuple[Urls, County]]:
    """The county prepared once, in a database from which each test's own is copied."""
    with copy(template) as urls:
        engine = create_async_engine(driver_url(urls.app, "asyncpg"), poolclass=NullPool)
        yield urls, asyncio.run(prepare(engine))


@pytest.fixture
def urls(copy: Copy, settled: tuple[Urls, County]) -> Iterator[Urls]:
    """One test's own database, with the county in it."""
    with copy(settled[0]) as urls:
        yield urls


@pytest.fixture
def yunling(engine: AsyncEngine, settled: tuple[Urls, County]) -> County:
    """The county, ready for its first workbook."""
    return replace(settled[1], engine=engine)
