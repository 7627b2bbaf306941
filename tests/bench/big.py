"""A county larger than the samples: any number of units, a hundred indicators, and everything filed."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, migrate, roles, tenant_session
from kaocheng.db.embedded import serve
from kaocheng.db.roles import Urls
from kaocheng.db.session import TenantSession
from kaocheng.engine.inputs import Figure, Inputs, Target, Unit
from kaocheng.engine.recipe import Recipe
from kaocheng.figures import queries as figures
from kaocheng.figures import storing
from kaocheng.figures.brought import Brought
from kaocheng.figures.domain import Indicator, Key, Kind, NewValue, Value
from kaocheng.identity import queries as identity
from kaocheng.identity import service as accounts
from kaocheng.identity.domain import Person, Role
from kaocheng.identity.tables import unit
from kaocheng.schemes import queries as schemes
from kaocheng.schemes.domain import declared
from kaocheng.verification import service as verification
from kaocheng.verification.domain import Filter

INDICATORS = [f"i{number:02}" for number in range(100)]
PERIOD = "2026"
NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
TENANTS = {"county": "大县", "neighbour": "邻县", "city": "大市"}
PEOPLE = {
    "li": Role.OFFICE,
    "wang": Role.OFFICE,
    "zhao": Role.VERIFIER,
    "chen": Role.LEADER,
    "sun": Role.ANALYST,
}


def recipe() -> Recipe:
    """A hundred points, one for each indicator as far as its target was reached; four grades."""
    leaves = {code: {"in": "total", "full": 1, "method": "completion"} for code in INDICATORS}
    bands = [
        {"grade": "优秀", "from": 80, "most": "20%"},
        {"grade": "良好", "from": 75},
        {"grade": "一般", "from": 60},
        {"grade": "较差"},
    ]
    edge = {"edge": {"by": INDICATORS[:1], "still_tied": "none"}}
    return Recipe(
        {
            "code": "big-2026",
            "name": "大县2026年度考核",
            "year": 2026,
            "round": {"leaf": 2, "total": 2},
            "periods": {"year": PERIOD},
            "clauses": {},
            "figures": {
                code: {"label": f"指标{code}", "unit": "%", "collector": "统计局"} for code in INDICATORS
            },
            "papers": {
                "township": {
                    "class": "乡镇",
                    "period": "year",
                    "total": {"year": "total"},
                    "nodes": {"total": {"label": "总分", "compose": "sum", "full": 100}, **leaves},
                    "results": {"overall": {"by": "total", "ties": "competition", "bands": bands, **edge}},
                }
            },
        }
    )


def values(units: int, seed: int = 2026) -> list[list[str]]:
    """For each indicator one value a unit, two decimals, around the target of 100."""
    drawn = random.Random(seed)
    return [[f"{drawn.randint(5000, 11000) / 100}" for _ in range(units)] for _ in INDICATORS]


def inputs(given: list[list[str]]) -> Inputs:
    """The same values as the engine takes them."""
    codes = [f"u{n:06}" for n in range(len(given[0]))]
    return Inputs(
        units=tuple(Unit(code, f"第{code}镇", "乡镇") for code in codes),
        figures=tuple(
            Figure(code, indicator, value, PERIOD)
            for indicator, column in zip(INDICATORS, given, strict=True)
            for code, value in zip(codes, column, strict=True)
        ),
        targets=tuple(Target("*", indicator, "100", "target", PERIOD) for indicator in INDICATORS),
    )


@dataclass(frozen=True, slots=True)
class Installation:
    """An embedded database of its own, migrated, with a county, its neighbour and the city above them."""

    folder: Path
    urls: Urls
    superuser_url: str


@contextmanager
def installation() -> Iterator[Installation]:
    """One for the time of a benchmark; it writes to the disk as one in use does."""
    folder = Path(tempfile.mkdtemp(prefix="kaocheng-bench-"))
    folder.chmod(0o755)
    try:
        with serve(folder / "data") as server:
            urls = roles.prepare(
                server.superuser_url, database="kaocheng", owner_password="o", app_password="a"
            )
            migrate.upgrade(urls.owner)
            with psycopg.connect(urls.owner) as owner, owner.cursor() as rows:
                rows.executemany(
                    "insert into tenant (id, code, name, kind, settings) values (%s, %s, %s, 'county', '{}')",
                    [(id, code, name) for id, (code, name) in enumerate(TENANTS.items(), 1)],
                )
            yield Installation(folder, urls, server.url("kaocheng_super", server.password))
    finally:
        shutil.rmtree(folder)


async def people(session: TenantSession) -> dict[str, Person]:
    """Somebody for each role, by code."""
    for code, role in PEOPLE.items():
        await accounts.add(session, code=code, label=f"{code}某", roles=frozenset({role}), unit=None, at=NOON)
    return {person.code: person for person in await identity.people(session)}


async def found(engine: AsyncEngine, county: TenantId, units: int) -> dict[str, Person]:
    """A county of so many townships, its scheme in force, its year filed and vouched for."""
    made = recipe()
    async with tenant_session(engine, county) as session:
        await session.execute(insert(unit), [_unit(county, n, units) for n in range(units + 1)])
        staff = await people(session)
        await schemes.keep(session, _version(made))
        await schemes.keep_indicators(session, declared(made), relabel=True)
    async with tenant_session(engine, county) as session:
        known = {(i.of, i.code): i for i in (await figures.indicators(session)).values()}
        await storing.store(session, Brought.of(_year(known, units)), [PERIOD], by=staff["wang"].id, at=NOON)
    async with tenant_session(engine, county) as session:
        await verification.vouch_all(session, Filter(), by=staff["zhao"], at=NOON, reason="一致")
    return staff


async def correct(engine: AsyncEngine, county: TenantId, staff: dict[str, Person], revision: int) -> None:
    """One figure filed anew and vouched for, so that the next run finds something it does not know."""
    async with tenant_session(engine, county) as session:
        known = {(i.of, i.code): i for i in (await figures.indicators(session)).values()}
        key = Key(PERIOD, 1, known["figure", INDICATORS[0]].id)
        new = NewValue(key=key, value=Value(Kind.DECIMAL, Decimal(revision)), cell="表1!C3")
        await storing.store(session, Brought.of([new]), [PERIOD], by=staff["wang"].id, at=NOON)
        await verification.vouch_all(session, Filter(), by=staff["zhao"], at=NOON, reason="一致")


def analyze(place: Installation) -> None:
    """What autovacuum does within its minute."""
    with psycopg.connect(place.superuser_url, autocommit=True) as admin:
        admin.execute("vacuum analyze")


def _year(known: dict[tuple[str, str], Indicator], units: int) -> Iterator[NewValue]:
    everybody = units + 1
    for code, column in zip(INDICATORS, values(units), strict=True):
        for n, value in enumerate(column, 1):
            key = Key(PERIOD, n, known["figure", code].id)
            yield NewValue(key=key, value=Value(Kind.DECIMAL, Decimal(value)), cell="表1!C3")
        key = Key(PERIOD, everybody, known["target", code].id)
        yield NewValue(key=key, value=Value(Kind.DECIMAL, Decimal(100)))


def _unit(county: TenantId, n: int, units: int) -> dict[str, object]:
    everybody = n == units
    return {
        "tenant_id": county,
        "id": n + 1,
        "code": "*" if everybody else f"u{n:06}",
        "label": "全体" if everybody else f"第{n}镇",
        "class": None if everybody else "乡镇",
        "parent_id": None,
        "attributes": {},
        "assessed": not everybody,
        "ordinal": n + 1,
    }


def _version(made: Recipe) -> dict[str, object]:
    return {
        "code": made.code,
        "name": "大县2026年度考核",
        "year": 2026,
        "version": 1,
        "text": "",
        "digest": "d",
        "recipe": made.to_bytes(),
        "recipe_digest": made.digest,
        "packs": {},
        "state": "frozen",
        "reason": "",
        "adopted_by": None,
        "adopted_at": NOON,
        "frozen_by": None,
        "frozen_at": NOON,
    }
