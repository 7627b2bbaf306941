"""How long people wait for the two heaviest pages, beside the same answers with nothing to look at."""

import asyncio
import statistics
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import asyncpg
import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from kaocheng.db import TenantId, tenant_session
from kaocheng.db.session import driver_url
from kaocheng.identity import service as identity
from kaocheng.rollup import queries as rollup
from kaocheng.rollup.domain import Received, Result, Verdict
from kaocheng.scoring import service as scoring
from kaocheng.standings import service as standings
from tests.bench import Ratio, benchmark, big
from tests.bench.browsing import alone, served, together

UNITS = 100
SUBORDINATES = 100
ROUNDS = 3  # of sixty pages each
ALONE = 20  # of one page
COUNTY, CITY = TenantId(1), TenantId(3)
RESULTS = """
select i.sender, i.sender_name, r.paper, r."group", r.unit, r.label, r.score, r."full", r.rank, r.grade
from inbox i join inbox_result r on r.tenant_id = i.tenant_id and r.inbox_id = i.id
where i.tenant_id = 3 and i.period = '2026'
order by r.inbox_id, r.paper, r.unit
"""


@benchmark(
    "standings page of 100 units × 100 indicators, p95 at 20 users",
    against="the standings as JSON, p95 at 20 users",
    at_most=10,
)
def standings_page() -> Ratio:
    """Every cell a link to its working, read by a leader, against ``/api/v1/standings``."""
    with big.installation() as place:
        engine = create_async_engine(driver_url(place.urls.app, "asyncpg"), poolclass=NullPool)
        return asyncio.run(_standings_page(place, engine))


@benchmark(
    "roll-up page over 100 published subordinates of 100 units",
    against="a plain indexed SELECT of the same rows",
    at_most=2,
)
def rollup_page() -> Ratio:
    """The city's inbox as its analyst opens it, against reading what it is made from as the superuser."""
    with big.installation() as place:
        engine = create_async_engine(driver_url(place.urls.app, "asyncpg"), poolclass=NullPool)
        return asyncio.run(_rollup_page(place, engine))


async def _standings_page(place: big.Installation, engine: AsyncEngine) -> Ratio:
    await _published(engine, place.folder)
    async with served(place.urls, await _token(engine, "chen@county")) as browser:
        page = f"/standings?period={big.PERIOD}&columns=all"
        return await _in_turn(
            lambda: together(browser, page),
            lambda: together(browser, f"/api/v1/standings/{big.PERIOD}"),
        )


async def _rollup_page(place: big.Installation, engine: AsyncEngine) -> Ratio:
    await _handed_up(place, engine)
    plain = await asyncpg.connect(place.superuser_url)
    try:
        async with served(place.urls, await _token(engine, "sun@city")) as browser:
            return await _in_turn(lambda: alone(browser, "/inbox"), lambda: _select(plain), rounds=ALONE)
    finally:
        await plain.close()


async def _in_turn(
    ours: Callable[[], Awaitable[float]], plain: Callable[[], Awaitable[float]], *, rounds: int = ROUNDS
) -> Ratio:
    """The medians of what each says it took, after one warm-up."""
    times = [(await ours(), await plain()) for _ in range(rounds + 1)][1:]
    return Ratio(*(statistics.median(taken) for taken in zip(*times, strict=True)))


async def _published(engine: AsyncEngine, folder: Path) -> None:
    staff = await big.found(engine, COUNTY, UNITS)
    async with tenant_session(engine, COUNTY) as session:
        sheet = await scoring.run(session, big.PERIOD, by=staff["li"], at=big.NOON)
        await standings.publish(session, sheet.id, by=staff["li"], at=big.NOON, data=folder)


async def _handed_up(place: big.Installation, engine: AsyncEngine) -> None:
    """As many counties below the city, each with its published results in the inbox."""
    with psycopg.connect(place.urls.owner) as owner, owner.cursor() as rows:
        below = [(10 + n, f"c{n:03}", f"第{n}县") for n in range(SUBORDINATES)]
        rows.executemany(
            "insert into tenant (id, code, name, kind, settings) values (%s, %s, %s, 'county', '{}')", below
        )
        rows.executemany(
            "insert into reports_to (lower_id, upper_id) values (%s, 3)",
            [(id,) for id, _code, _name in below],
        )
    async with tenant_session(engine, CITY) as session:
        await big.people(session)
        for n, (_id, code, name) in enumerate(below, 1):
            await rollup.keep(session, _received(n, code, name), b"", _results(n))
    big.analyze(place)


def _received(n: int, code: str, name: str) -> Received:
    return Received(
        id=n,
        sender=code,
        sender_name=name,
        period=big.PERIOD,
        scheme="big-2026",
        digest=f"{n:064}",
        verdict=Verdict.ACCEPTED,
        reason="",
        number=1,
        published_at=big.NOON.isoformat(),
        received_at=big.NOON,
    )


def _results(n: int) -> list[Result]:
    return [
        Result(
            paper="township",
            group="乡镇",
            unit=f"u{at:06}",
            label=f"第{at}镇",
            score=Decimal(9000 + n - 10 * at) / 100,
            full=Decimal(100),
            rank=at + 1,
            grade="优秀" if at < UNITS // 5 else "良好",
        )
        for at in range(UNITS)
    ]


async def _select(plain: asyncpg.Connection) -> float:
    began = asyncio.get_running_loop().time()
    assert len(await plain.fetch(RESULTS)) == SUBORDINATES * UNITS
    return asyncio.get_running_loop().time() - began


async def _token(engine: AsyncEngine, account: str) -> str:
    caller = await identity.acting(engine, account)
    return (await identity.enter(engine, caller, datetime.now(UTC))).token
