"""Handing over: the sender's outbox is read, the reader's own session receives, the sender notes how it went.

No session ever sees two tenants. Between the two transactions the process may be killed: the reader
takes the same bytes only once, so the job may simply run again.
"""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng import settings
from kaocheng.db import queue
from kaocheng.db.session import TenantId, tenant_session
from kaocheng.rollup import service
from kaocheng.rollup.domain import Received
from kaocheng.standings import keys, queries
from kaocheng.standings.service import DELIVER
from kaocheng.tenancy import queries as tenancy


async def deliver(engine: AsyncEngine, data: Path, *, tenant: TenantId, outbox: int) -> Received:
    """Hand one publication to one reader; doing it again has no further effect."""
    async with tenant_session(engine, tenant) as sender:
        publication, reader, code, _when = await queries.waiting(sender, outbox)
        content = await queries.bundle(sender, publication)
        name = (await tenancy.tenant(sender)).code
    keys.introduce(data, code, name)
    at = datetime.now(UTC)
    async with tenant_session(engine, TenantId(reader)) as theirs:
        received = await service.receive(theirs, content, trusted=keys.trusted(data, code), by=None, at=at)
    async with tenant_session(engine, tenant) as sender:
        await queries.delivered(sender, outbox, verdict=received.verdict.value, reason=received.reason, at=at)
    return received


@queue.task(DELIVER)
async def _deliver(engine: AsyncEngine, tenant: int, outbox: int) -> None:
    await deliver(engine, settings.read().data, tenant=TenantId(tenant), outbox=outbox)
