"""No page offers a way that leads nowhere: every link is followed, as each role, its query included."""

import asyncio
import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from kaocheng.db.roles import Urls
from kaocheng.db.session import driver_url
from tests.figures.test_pages import as_
from tests.web.conftest import browser
from tests.yunling import HALF, MISTAKEN, TARGETS, YEAR, Copy, County, settled, yunling

__all__ = ["browser", "settled", "yunling"]
pytestmark = pytest.mark.database
LINK = re.compile(r'href="(/[^"#]*)')
EXPORT = re.compile(r'href="/[^"]*(\.xlsx|as=excel)')
MOST = 4  # pages that differ only in which thing they show


@pytest.fixture(scope="module")
def filled(copy: Copy, settled: tuple[Urls, County]) -> Iterator[Urls]:
    """The county with workbooks stored and one waiting, from which each role's database is copied."""
    with copy(settled[0]) as urls:
        engine = create_async_engine(driver_url(urls.app, "asyncpg"), poolclass=NullPool)
        asyncio.run(_fill(replace(settled[1], engine=engine)))
        yield urls


@pytest.fixture
def urls(copy: Copy, filled: Urls) -> Iterator[Urls]:
    """One role's own."""
    with copy(filled) as urls:
        yield urls


async def _fill(county: County) -> None:
    for name in (TARGETS, HALF, YEAR):
        await county.import_(name)
    await county.preview(MISTAKEN)


@pytest.mark.parametrize("code", ["lina", "zhaomin", "songtao", "chenxia", "fangyuan", "admin"])
async def test_every_link_of_every_page_leads_somewhere(yunling: County, browser, code: str) -> None:
    seen, broken, kept, kinds = {"/"}, [], [], Counter[tuple[str, ...]]()
    waiting = ["/"]
    async with as_(yunling, browser, code) as b:
        while waiting:
            address = waiting.pop(0)
            page = await b.get(address, follow_redirects=True)
            if page.status_code != 200:
                broken.append((address, page.status_code))
            if not page.headers["content-type"].startswith("text/html"):
                continue
            kept += [address] if "<table" in page.text and not EXPORT.search(page.text) else []
            for link in map(html.unescape, LINK.findall(page.text)):
                kinds[kind := _kind(link)] += link not in seen
                if link not in seen and kinds[kind] <= MOST and not link.startswith("/static/"):
                    seen.add(link)
                    waiting.append(link)
    assert broken == []
    assert kept == []  # every table exports to Excel
    assert seen > {"/"} or code == "admin"  # the operator reads nothing of what the system is for


def _kind(link: str) -> tuple[str, ...]:
    parts = urlsplit(link)
    names = sorted(name for name, _value in parse_qsl(parts.query, keep_blank_values=True))
    return (re.sub(r"/\d+", "/n", parts.path), *names)
