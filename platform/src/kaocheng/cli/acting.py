"""What the commands share: the database at hand, and on whose behalf the command acts.

``--as name@tenant`` (or KAOCHENG_AS) names the account; the act is recorded like a page's. Without one
a command may read what is published; what it does, it does for the only person whose work that is.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng import settings as settings_
from kaocheng.cli.shelf import installed
from kaocheng.db.embedded import database
from kaocheng.db.session import TenantSession, connect, shared_session, tenant_session
from kaocheng.identity import queries as people
from kaocheng.identity import service as identity
from kaocheng.identity.domain import NobodyNamed, Person, Role
from kaocheng.settings import Settings
from kaocheng.tenancy import queries as tenancy
from kaocheng.tenancy.domain import NoSuchTenant, Tenant

__all__ = ["Desk", "operate", "run"]


@dataclass(frozen=True)
class Desk:
    """One command's way to one tenant."""

    engine: AsyncEngine
    settings: Settings
    tenant: Tenant
    person: Person | None
    at: datetime
    staff: Sequence[Person] = ()  # everybody with an open account

    @asynccontextmanager
    async def session(self) -> AsyncIterator[TenantSession]:
        """One transaction of the tenant."""
        async with tenant_session(self.engine, self.tenant.id) as session:
            yield session

    def somebody(self, role: Role = Role.OFFICE) -> Person:
        """Who acts: the account that was named, else the only person of the tenant with that *role*.

        Raises:
            NobodyNamed: the command was given no account, and there is not just one such person.
        """
        if self.person is not None:
            return self.person
        able = [person for person in self.staff if role in person.roles]
        if len(able) != 1:
            raise NobodyNamed(role, tuple(f"{person.code}@{self.tenant.code}" for person in able))
        return able[0]


def operate(act: Callable[[AsyncEngine, Settings], Awaitable[int]]) -> int:
    """Run *act* on the database itself, for what concerns the installation and no single tenant."""
    settings = settings_.read()

    async def open_and_act(url: str) -> int:
        engine = connect(url, size=2)
        try:
            return await act(engine, settings)
        finally:
            await engine.dispose()

    with database(settings) as urls:
        return asyncio.run(open_and_act(urls.app))


def run(options: argparse.Namespace, tenant: str, act: Callable[[Desk], Awaitable[int]]) -> int:
    """Run *act* at *tenant*'s desk, as the account the command names."""
    settings = settings_.read()
    installed()
    account = getattr(options, "as_account", None) or settings.acting_as
    with database(settings) as urls:
        return asyncio.run(_act(urls.app, settings, account, tenant, act))


async def _act(
    url: str, settings: Settings, account: str | None, tenant: str, act: Callable[[Desk], Awaitable[int]]
) -> int:
    engine = connect(url, size=2)
    try:
        person = await _person(engine, account, tenant)
        async with shared_session(engine) as shared:
            found = await tenancy.tenant_named(shared, tenant)
        desk = Desk(engine, settings, found, person, datetime.now(UTC))
        async with desk.session() as session:
            staff = [one for one in await people.people(session) if one.active]
        return await act(replace(desk, staff=staff))
    finally:
        await engine.dispose()


async def _person(engine: AsyncEngine, account: str | None, tenant: str) -> Person | None:
    if not account:
        return None
    caller = await identity.acting(engine, account)
    if caller.tenant_code != tenant:  # somebody else's tenant reads like none at all
        raise NoSuchTenant(tenant)
    return caller.person
