"""The real application on a real database, asked over ASGI as a browser would ask it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId
from kaocheng.db.roles import Urls
from kaocheng.db.session import TenantSession, next_number, tenant_session
from kaocheng.identity import service
from kaocheng.identity.domain import Role, UnitId
from kaocheng.identity.tables import person as people
from kaocheng.identity.tables import unit as units
from kaocheng.settings import Settings
from kaocheng.web.app import Platform, create_app

PASSWORD = "a password for tests"
CSRF = re.compile(r'name="_csrf" value="([0-9a-f]*)"')


@dataclass(frozen=True)
class Browser:
    """One person's browser: cookies kept, the form's token found on the page it was last shown."""

    http: httpx.AsyncClient
    app: Platform

    async def get(self, path: str, **more: object) -> httpx.Response:
        return await self.http.get(path, **more)  # type: ignore[arg-type]

    async def post(self, path: str, fields: dict[str, str] | None = None, **more: object) -> httpx.Response:
        """Submit a form of the page at ``/``, with its token."""
        found = CSRF.search((await self.http.get("/sign-in")).text)
        data = {"_csrf": found.group(1) if found else "", **(fields or {})}
        return await self.http.post(path, data=data, **more)  # type: ignore[arg-type]

    async def sign_in(self, account: str, password: str = PASSWORD) -> httpx.Response:
        return await self.post("/sign-in", {"name": account, "password": password, "next": "/"})

    async def enter(self, account: str) -> None:
        """Signed in at once: to compare a password takes longer than a page, and is meant to."""
        engine = self.app.state.engine
        opened = await service.enter(engine, await service.acting(engine, account), datetime.now(UTC))
        self.http.cookies.set("kaocheng", opened.token)


@cache
def hashed() -> str:
    """The tests' password as it is kept, made once: it is made to take long."""
    return PasswordHasher().hash(PASSWORD)


@cache
def assembled(settings: Settings) -> Platform:
    """The application, put together once: its hundred routes take as long as the rest of a test."""
    return create_app(settings, Urls(app="postgresql:///none", owner="postgresql:///none"))


@pytest.fixture
def browser(urls: Urls):
    """``async with browser() as b``: nobody's browser, far from this machine unless *address* says so."""

    @cache
    def connected(settings: Settings) -> Platform:
        app = assembled(settings)
        app.connect(urls)
        return app

    @asynccontextmanager
    async def opened(settings: Settings | None = None, address: str = "10.0.0.7") -> AsyncIterator[Browser]:
        app = connected(settings or Settings())
        transport = httpx.ASGITransport(app, client=(address, 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            yield Browser(http, app)
        await app.state.engine.dispose()

    return opened


@pytest.fixture
def person(engine: AsyncEngine):
    """``await person(tenant, "li", Role.OFFICE)``: somebody with an account and the tests' password."""

    async def added(tenant: TenantId, code: str, *roles: Role, label: str = "李娜") -> None:
        async with tenant_session(engine, tenant) as session:
            now = datetime.now(UTC)
            unit = await _unit(session) if roles and roles[0] in (Role.LIAISON, Role.COLLECTOR) else None
            id = await service.add(session, code=code, label=label, roles=frozenset(roles), unit=unit, at=now)
            await session.execute(update(people).where(people.c.id == id).values(password_hash=hashed()))

    return added


async def _unit(session: TenantSession) -> UnitId:
    """A township of its own for each liaison and collector."""
    id = UnitId(await next_number(session, "unit"))
    await session.execute(
        insert(units).values(
            tenant_id=session.tenant,
            id=id,
            code=f"u{id}",
            label=f"第{id}镇",
            **{"class": "乡镇"},
            attributes={},
            assessed=True,
            ordinal=id,
        )
    )
    return id
