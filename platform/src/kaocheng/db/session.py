"""The one door to a tenant's rows: a transaction that names its tenant before anything else.

Row security compares every row with ``app.tenant_id``.  It is set by the statement ``SET LOCAL`` (the
number formatted as an int), never by a function or for the whole connection: the first is not
propagated by Citus, the second survives in the pool and shows one county its neighbour's rows.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NewType

from asyncpg import Connection
from sqlalchemy import Executable, Result, ScalarResult, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

__all__ = [
    "SharedSession",
    "TenantId",
    "TenantSession",
    "connect",
    "driver_url",
    "next_number",
    "shared_session",
    "tenant_session",
]

TenantId = NewType("TenantId", int)

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def driver_url(url: str, driver: str) -> URL:
    """*url* as people write it (``postgresql://…``), for one driver of SQLAlchemy."""
    return make_url(url).set(drivername=f"postgresql+{driver}")


def connect(url: str, *, size: int = 10) -> AsyncEngine:
    """The pool through which the application reads and writes, as the role in *url*."""
    return create_async_engine(
        driver_url(url, "asyncpg"),
        pool_size=size,
        max_overflow=size,
        pool_pre_ping=True,
        hide_parameters=True,  # a failing statement goes to the log, a county's figures and passwords do not
        json_serializer=partial(json.dumps, ensure_ascii=False),  # as it is read, and half as long
        connect_args={"server_settings": {"application_name": "kaocheng", "timezone": "UTC"}},
    )


class _Session:
    """What both doors can do inside their one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> Result[Any]:
        """Run one statement."""
        return await self._session.execute(statement, parameters)

    async def scalar(self, statement: Executable, parameters: Parameters | None = None) -> Any:
        """The first column of the first row, or None."""
        return await self._session.scalar(statement, parameters)

    async def scalars(self, statement: Executable, parameters: Parameters | None = None) -> ScalarResult[Any]:
        """The first column of every row."""
        return await self._session.scalars(statement, parameters)


class TenantSession(_Session):
    """One transaction that can see one tenant's rows; a SELECT needs no tenant in its WHERE."""

    def __init__(self, session: AsyncSession, tenant: TenantId) -> None:
        super().__init__(session)
        self.tenant = tenant

    async def raw(self) -> Connection:
        """The driver's connection, in this same transaction, for bulk reads and writes."""
        connection = await self._session.connection()
        pooled = await connection.get_raw_connection()
        driver: Connection = pooled.driver_connection
        return driver


class SharedSession(_Session):
    """One transaction on the tables without a tenant; a tenant's rows are out of reach."""

    async def enter(self, tenant: TenantId) -> TenantSession:
        """Go on as *tenant* for the rest of this transaction; there is no way back out of it."""
        await _enter(self._session, tenant)
        return TenantSession(self._session, tenant)


@asynccontextmanager
async def tenant_session(engine: AsyncEngine, tenant: TenantId) -> AsyncIterator[TenantSession]:
    """One transaction of *tenant*: commits at the end, rolls back when anything is raised."""
    async with AsyncSession(engine) as session, session.begin():
        await _enter(session, tenant)
        yield TenantSession(session, tenant)


@asynccontextmanager
async def shared_session(engine: AsyncEngine) -> AsyncIterator[SharedSession]:
    """One transaction on the shared tables: commits at the end, rolls back when anything is raised."""
    async with AsyncSession(engine) as session, session.begin():
        yield SharedSession(session)


async def next_number(session: TenantSession, counter: str, *, many: int = 1) -> int:
    """Draw the tenant's next number of *counter*; with *many*, the first of so many in a row.

    The counter's row stays locked until the transaction ends, so numbers have no gaps and a tenant
    learns nothing of its neighbours' volume, as it would from a sequence.
    """
    last = await session.scalar(
        text(
            "insert into counter (tenant_id, name, last) values (:tenant, :name, :many)"
            " on conflict (tenant_id, name) do update set last = counter.last + excluded.last"
            " returning last"
        ),
        {"tenant": session.tenant, "name": counter, "many": many},
    )
    return int(last) - many + 1


async def _enter(session: AsyncSession, tenant: TenantId) -> None:
    await session.execute(text(f"SET LOCAL app.tenant_id = '{int(tenant)}'"))
