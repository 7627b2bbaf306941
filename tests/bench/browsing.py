"""The real application on a loopback port, asked by several people at once."""

import asyncio
import socket
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import uvicorn

from kaocheng.db.roles import Urls
from kaocheng.pages.visit import SIGN_IN
from kaocheng.settings import Settings
from kaocheng.web.app import create_app

USERS = 20
EACH = 3  # pages one after the other


@asynccontextmanager
async def served(urls: Urls, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """The application listening, and a browser that is signed in."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        app = create_app(Settings(), urls)
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="error", access_log=False, timeout_keep_alive=120)
        )
        serving = asyncio.create_task(server.serve(sockets=[door]))
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        try:
            async with httpx.AsyncClient(
                base_url=address,
                cookies={SIGN_IN: token},
                timeout=120,
                limits=httpx.Limits(max_connections=USERS),
            ) as browser:
                while not server.started:
                    await asyncio.sleep(0.01)
                yield browser
        finally:
            server.should_exit = True
            await serving


async def alone(browser: httpx.AsyncClient, path: str) -> float:
    """How long one person waits for *path*."""
    began = time.perf_counter()
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return time.perf_counter() - began


async def together(browser: httpx.AsyncClient, path: str) -> float:
    """The wait of twenty people at once that only one in twenty exceeds."""

    async def person() -> Sequence[float]:
        return [await alone(browser, path) for _ in range(EACH)]

    waits = [wait for waits in await asyncio.gather(*(person() for _ in range(USERS))) for wait in waits]
    return statistics.quantiles(waits, n=20)[-1]
