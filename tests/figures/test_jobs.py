"""A large workbook is read by the worker: the page may be left, and what was read is there afterwards."""

import asyncio
from io import BytesIO

import pytest
from openpyxl import load_workbook

from kaocheng.db import jobs as work
from kaocheng.db import queue
from kaocheng.db.roles import Urls
from kaocheng.figures import jobs, queries
from kaocheng.figures.reading.guard import MOST_BYTES, TooLarge
from kaocheng.identity.domain import NotAllowed
from tests.yunling import HALF, NOON, WORKBOOKS, County

pytestmark = pytest.mark.database


async def done(yunling: County, id: work.JobId) -> work.Job:
    """The job once it has ended."""
    for _second in range(200):
        async with yunling.session() as session:
            job = await work.job(session, id)
        if job.ended:
            return job
        await asyncio.sleep(0.1)
    raise AssertionError(job)


def padded(name: str) -> bytes:
    """The workbook with so many notes below its table that it counts as large."""
    book = load_workbook(WORKBOOKS / name)
    for row in range(9000):
        book.worksheets[0].cell(row + 40, 1).value = f"注:{row * 7919 % 100003} {row}"
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


async def test_a_large_file_is_previewed_by_the_worker(yunling: County, urls: Urls) -> None:
    office, content = await yunling.person("lina"), padded(HALF)
    assert jobs.is_long(content)
    async with yunling.session() as session:
        id = await jobs.start(session, HALF, content, form=None, period=None, by=office, at=NOON)
    async with queue.worker(urls.app, yunling.engine):
        job = await done(yunling, id)
    assert (job.state, job.message) == (work.State.DONE, "")
    assert job.result is not None
    async with yunling.session() as session:
        book, kept = await queries.workbook(session, job.result["workbook"])
        waiting = await queries.handed_in(session, state="previewed")
        assert await queries.current(session) == ()
    assert (book.form, book.period, len(kept["findings"])) == ("half", "2026H1", 0)
    assert [one.id for one in waiting] == [book.id]


async def test_a_file_nobody_can_read_fails_with_a_sentence(yunling: County, urls: Urls) -> None:
    office = await yunling.person("lina")
    async with yunling.session() as session:
        id = await jobs.start(session, "坏.xlsx", b"PK nothing", form=None, period=None, by=office, at=NOON)
    async with queue.worker(urls.app, yunling.engine):
        job = await done(yunling, id)
    assert job.state is work.State.FAILED
    assert "坏.xlsx" in job.message
    async with yunling.session() as session:
        assert await queries.handed_in(session, state="previewed") == ()


async def test_what_is_larger_than_any_form_is_not_even_kept(yunling: County) -> None:
    office, verifier = await yunling.person("lina"), await yunling.person("zhaomin")
    for person, content, refused in (
        (office, bytes(MOST_BYTES + 1), TooLarge),
        (verifier, b"x", NotAllowed),
    ):
        with pytest.raises(refused):
            async with yunling.session() as session:
                await jobs.start(session, HALF, content, form=None, period=None, by=person, at=NOON)
