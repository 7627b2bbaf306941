"""``kaocheng work``: the worker alone, as a process of its own beside the one that serves pages."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kaocheng import settings as settings_
from kaocheng.cli.running import orderly
from kaocheng.cli.shelf import installed
from kaocheng.db import queue
from kaocheng.db.embedded import database
from kaocheng.db.roles import Urls
from kaocheng.db.session import connect
from kaocheng.figures import jobs as figures
from kaocheng.i18n import _
from kaocheng.rollup import jobs as rollup
from kaocheng.scoring import jobs as scoring
from kaocheng.settings import Settings
from kaocheng.standings import jobs as standings

__all__ = ["JOBS", "working"]

# One line per stage with long work: a stage that is not imported has told the queue nothing.
JOBS = (figures, scoring, standings, rollup)


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    verb = verbs.add_parser("work", help=_("只运行后台任务,直到 Ctrl-C"))
    verb.set_defaults(run=_work)


def _work(options: argparse.Namespace) -> int:
    settings = settings_.read()
    installed()
    with orderly(), database(settings) as urls:
        print(_("后台任务已在运行;Ctrl-C 停止"), flush=True)
        asyncio.run(_until_told(settings, urls))
    return 0


async def _until_told(settings: Settings, urls: Urls) -> None:
    async with working(settings, urls) as worker:
        await worker


@asynccontextmanager
async def working(settings: Settings, urls: Urls) -> AsyncIterator[asyncio.Task[None]]:
    """A worker for everything the stages have jobs for, until the block ends."""
    engine = connect(urls.app, size=4)
    try:
        async with queue.worker(urls.app, engine) as worker:
            yield worker
    finally:
        await engine.dispose()
