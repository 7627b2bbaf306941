"""Whether another worker lives: each holds a lock, which the database takes back from one that is killed.

Signs of life in a table tell the same, but only after half a minute of silence; and whoever starts a
killed server again should not look at its work for half a minute and see nothing happen.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from psycopg import AsyncConnection, OperationalError

__all__ = ["present"]

LOCK = "hashtext('kaocheng worker')"
AGAIN = 1.0  # seconds between tries to be present again after a server was lost


@asynccontextmanager
async def present(url: str, when_alone: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Be there for others to see while the block lasts; if nobody else is there first, *when_alone*."""
    held = await _connected(url)
    try:
        found = await (await held.execute(f"select pg_try_advisory_lock({LOCK})")).fetchone()
        alone = bool(found and found[0])
        if alone:
            await when_alone()
        await _show(held)
        if alone:
            await held.execute(f"select pg_advisory_unlock({LOCK})")
    except BaseException:
        await held.close()
        raise
    staying = asyncio.create_task(_stay(url, held))
    try:
        yield
    finally:
        staying.cancel()
        with suppress(asyncio.CancelledError):
            await staying


async def _stay(url: str, held: AsyncConnection) -> None:
    while True:
        with suppress(OperationalError):
            async with held:
                async for _word in held.notifies():  # none comes: it ends when the server is lost
                    pass
        await asyncio.sleep(AGAIN)
        with suppress(OperationalError):
            held = await _connected(url)
            await _show(held)


async def _show(held: AsyncConnection) -> None:
    await held.execute(f"select pg_advisory_lock_shared({LOCK})")


async def _connected(url: str) -> AsyncConnection:
    return await AsyncConnection.connect(url, autocommit=True, application_name="kaocheng worker")
