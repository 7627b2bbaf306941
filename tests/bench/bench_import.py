"""How long a large workbook takes all the way into figures, beside merely reading it."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db.embedded import database
from kaocheng.db.session import connect
from kaocheng.figures import naming, reading, service
from kaocheng.settings import Settings
from tests.bench import Ratio, benchmark, compare
from tests.yunling import NOON, County, prepare

TOWNSHIPS = 345  # with 29 columns: ten thousand cells
ROUNDS = 5


@benchmark(
    "import a workbook of 10 000 cells: read, check, preview, store",
    against="openpyxl reading every cell of it",
    at_most=3,
)
def import_workbook() -> Ratio:
    """The verbs of the page, on a database that really writes, against the reader library alone."""
    folder = Path(tempfile.mkdtemp(prefix="kaocheng-bench-"))
    folder.chmod(0o755)
    try:
        with database(Settings(data=folder / "data")) as urls, asyncio.Runner() as loop:
            engine = connect(urls.app)  # the pool of the pages: who imports is connected already
            try:
                county = loop.run(_county(engine))
                books = loop.run(_books(county))
                files = iter(books)
                return compare(
                    ours=lambda: loop.run(_import(county, next(files))),
                    plain=lambda: _read(books[0]),
                    rounds=ROUNDS,
                )
            finally:
                loop.run(engine.dispose())
    finally:
        shutil.rmtree(folder)


async def _county(engine: AsyncEngine) -> County:
    county = await prepare(engine)
    async with county.session() as session:
        await session.execute(
            text(
                "insert into unit (tenant_id, id, code, label, class, attributes, assessed, ordinal)"
                " select :tenant, 1000 + n, 'u' || n, '第' || n || '镇', '乡镇', '{}', true, 1000 + n"
                " from generate_series(1, :many) n"
            ),
            {"tenant": session.tenant, "many": TOWNSHIPS - 16},
        )
    return county


async def _books(county: County) -> list[bytes]:
    """As many versions of the half-year form as there are rounds, no value twice the same."""
    async with county.session() as session:
        words = await naming.names(session)
    blank = reading.blank(words, words.form("half"))
    return [_filled(blank, version) for version in range(ROUNDS + 1)]


def _filled(blank: bytes, version: int) -> bytes:
    book = load_workbook(BytesIO(blank))
    sheet = book.worksheets[0]
    for place, number in _cells(sheet.max_column):
        sheet.cell(*place).value = round(50 + (number * 7919 % 4000) / 100 + version / 100, 2)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _cells(columns: int) -> Iterator[tuple[tuple[int, int], int]]:
    for row in range(TOWNSHIPS):
        for column in range(3, columns + 1):
            yield (row + 4, column), row * columns + column


def _read(content: bytes) -> int:
    return sum(
        cell.value is not None for sheet in load_workbook(BytesIO(content)) for row in sheet for cell in row
    )


async def _import(county: County, content: bytes) -> None:
    office = await county.person("lina")
    async with county.session() as session:
        seen = await service.preview(session, "上半年.xlsx", content, by=office, at=NOON, shelf=county.shelf)
    assert seen.workbook_id is not None
    async with county.session() as session:
        stored = await service.agree(session, seen.workbook_id, by=office, at=NOON, accept_conversions=True)
    assert stored.written == len(seen.values) == TOWNSHIPS * 29, stored
