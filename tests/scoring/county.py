"""A small county that the tests of scoring, standings and rollup share: four townships, a scheme, a year.

Its totals can be checked by hand: two items of 50, each ``50 × figure ÷ target`` and at most 50, rounded
to two decimals; plus bonus (at most 5). Of four townships one (25 %) may be 优秀, from 85.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, tenant_session
from kaocheng.db.session import TenantSession
from kaocheng.engine.inputs import Claim, Figure, Inputs, Target, Unit
from kaocheng.engine.recipe import Recipe
from kaocheng.figures import queries as figures
from kaocheng.figures import storing
from kaocheng.figures.brought import Brought
from kaocheng.figures.domain import Key, Kind, NewValue, Value
from kaocheng.identity import queries as identity
from kaocheng.identity.domain import Person, Role
from kaocheng.identity.tables import person as people
from kaocheng.identity.tables import person_role, unit
from kaocheng.schemes import queries as schemes
from kaocheng.schemes.domain import declared
from kaocheng.verification import service as verification
from kaocheng.verification.domain import Filter

NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
SCHEME = """
code = "small-2026"
name = "小县2026年度考核"
year = 2026
round = { leaf = 2, total = 2 }
[periods]
half = "2026H1"
year = "2026"
[clauses]
"一" = "得分=50×实际值÷目标值,超额完成不加分。"
"二" = "85分以上取不超过25%为优秀,80分以上为良好,60分以上为一般,其余较差。"
[figures]
revenue = { label = "财政收入", unit = "万元", collector = "财政局" }
forest = { label = "造林面积", unit = "亩", collector = "林业局" }
[papers.township]
class = "乡镇"
period = "year"
total = { year = "total", half = "items" }
[papers.township.nodes]
total.label = "年度总分"
total.compose = "weighted"
total.of = { "items@half" = "20%", "items@year" = "80%" }
total.clause = "二"
items = { label = "责任制", compose = "sum", full = 100 }
revenue = { in = "items", full = 50, method = "completion", clause = "一" }
forest = { in = "items", full = 50, method = "completion", clause = "一" }
[papers.township.adjustments]
bonus = { label = "加分", kind = "bonus", to = "total", most = 5 }
[papers.township.vetoes]
veto = { label = "一票否决", bars = ["优秀"] }
[papers.township.results.overall]
by = "total"
ties = "competition"
clause = "二"
edge = { by = ["items@year"], still_tied = "none" }
bands = [
  { grade = "优秀", from = 85, most = "25%", round = "down" },
  { grade = "良好", from = 80 }, { grade = "一般", from = 60 }, { grade = "较差" },
]
"""
UNITS = {"east": "东镇", "west": "西镇", "south": "南镇", "north": "北镇"}
# Targets are 100 everywhere, so a figure is a percentage of it: half-year and year, revenue and forest.
VALUES: Mapping[str, Sequence[int]] = {
    "east": (100, 90, 100, 96),  # 95 and 98: 0.2·95 + 0.8·98 = 97.40
    "west": (90, 90, 95, 95),  # 90 and 95: 94.00
    "south": (80, 80, 85, 85),  # 80 and 85: 84.00
    "north": (50, 50, 60, 50),  # 50 and 55: 54.00
}


def recipe() -> Recipe:
    """The scheme as the engine takes it."""
    read: dict[str, Any] = tomllib.loads(SCHEME)
    return Recipe(read)


def inputs(values: Mapping[str, Sequence[int]] = VALUES, *, claims: Sequence[Claim] = ()) -> Inputs:
    """The year's inputs, without a database."""
    return Inputs(
        units=tuple(Unit(code, label, "乡镇") for code, label in UNITS.items()),
        figures=tuple(
            Figure(code, indicator, str(value), period)
            for code, row in values.items()
            for (period, indicator), value in zip(_cells(), row, strict=True)
        ),
        targets=tuple(Target("*", indicator, "100", "target", "2026") for indicator in ("revenue", "forest")),
        claims=tuple(claims),
    )


async def found(engine: AsyncEngine, county: TenantId) -> Mapping[str, Person]:
    """Put units, people and the scheme into the database; who is who, by code."""
    async with tenant_session(engine, county) as session:
        await put(session)
        await _staff(session)
        return {person.code: person for person in await identity.people(session)}


async def put(session: TenantSession) -> None:
    """Units and scheme of the session's tenant."""
    await session.execute(
        insert(unit),
        [
            {
                "tenant_id": session.tenant,
                "id": number,
                "code": code,
                "label": label,
                "class": "乡镇" if code in UNITS else None,
                "parent_id": None,
                "attributes": {},
                "assessed": code in UNITS,
                "ordinal": number,
            }
            for number, (code, label) in enumerate([*UNITS.items(), ("*", "全体")], 1)
        ],
    )
    await schemes.keep(session, _version())
    await schemes.keep_indicators(session, declared(recipe()), relabel=True)


async def file_year(
    engine: AsyncEngine,
    county: TenantId,
    staff: Mapping[str, Person],
    values: Mapping[str, Sequence[int]] = VALUES,
    *,
    revision: int = 1,
    vouched: bool = True,
    bonus: Mapping[str, str] | None = None,
) -> None:
    """File a year as the collector, and vouch for it as somebody else."""
    async with tenant_session(engine, county) as session:
        known = {(i.of, i.code, i.field): i.id for i in (await figures.indicators(session)).values()}
        numbers = {code: number for number, code in enumerate(UNITS, 1)}
        new = [
            (Key(period, numbers[code], known["figure", indicator, ""]), str(value))
            for code, row in values.items()
            for (period, indicator), value in zip(_cells(), row, strict=True)
        ]
        if revision == 1:
            new += [
                (Key("2026", 5, known["target", indicator, "target"]), "100")
                for indicator in ("revenue", "forest")
            ]
        made = [NewValue(key=key, value=_value(value), cell="表1!C3") for key, value in new]
        for code, points in (bonus or {}).items():
            for field, value in (("points", points), ("matter", f"{code}获省级表彰,先进个人张三")):
                key = Key("2026", numbers[code], known["claim", "bonus", field], "1")
                made.append(NewValue(key=key, value=_value(value)))
        brought = Brought.of(made)
        await storing.store(session, brought, sorted(set(brought.period)), by=staff["wang"].id, at=NOON)
        if vouched:
            await verification.vouch_all(session, Filter(), by=staff["zhao"], at=NOON, reason="一致")


async def veto(engine: AsyncEngine, county: TenantId, staff: Mapping[str, Person], code: str) -> None:
    """Report a veto of one township, vouched for."""
    async with tenant_session(engine, county) as session:
        known = {(i.of, i.code, i.field): i.id for i in (await figures.indicators(session)).values()}
        key = Key("2026", list(UNITS).index(code) + 1, known["claim", "veto", "date"], "1")
        value = Value(Kind.DATE, day=date(2026, 5, 1))
        brought = Brought.of([NewValue(key=key, value=value)])
        await storing.store(session, brought, [key.period], by=staff["wang"].id, at=NOON)
        await verification.vouch_all(session, Filter(), by=staff["zhao"], at=NOON)


async def city_above(engine: AsyncEngine, owner_url: str, county: TenantId) -> TenantId:
    """A tenant that *county* reports to, as the operator declares it."""
    city = TenantId(3)
    with psycopg.connect(owner_url) as owner:
        owner.execute(
            "insert into tenant (id, code, name, kind, settings) values (3, 'city', '清江市', 'city', '{}')"
        )
        owner.execute("insert into reports_to (lower_id, upper_id) values (%s, 3)", [county])
    async with tenant_session(engine, city) as session:
        await _staff(session, analyst=True)
    return city


async def somebody(engine: AsyncEngine, tenant: TenantId, code: str) -> Person:
    """A person of a tenant."""
    async with tenant_session(engine, tenant) as session:
        person = await identity.person_named(session, code)
        assert person is not None
        return person


async def entries(engine: AsyncEngine, tenant: TenantId) -> list[str]:
    """What the tenant's record says was done, oldest first."""
    async with tenant_session(engine, tenant) as session:
        rows = await session.execute(
            text("select convert_from(body, 'UTF8')::json ->> 'what' as what from record_entry order by seq")
        )
        return [row.what for row in rows]


def _cells() -> list[tuple[str, str]]:
    return [(period, code) for period in ("2026H1", "2026") for code in ("revenue", "forest")]


def _value(written: str) -> Value:
    if written.replace(".", "").isdigit():
        return Value(Kind.DECIMAL, decimal=Decimal(written))
    return Value(Kind.WORD, word=written)


async def _staff(session: TenantSession, *, analyst: bool = False) -> None:
    roles = {
        "li": (Role.OFFICE, None),
        "wang": (Role.COLLECTOR, None),
        "zhao": (Role.VERIFIER, None),
        "chen": (Role.LEADER, None),
        "sun": (Role.ANALYST, None),
        "dong": (Role.LIAISON, None if analyst else 1),
    }
    await session.execute(
        insert(people),
        [
            {
                "tenant_id": session.tenant,
                "id": number,
                "code": code,
                "label": f"{code}某",
                "unit_id": unit_id,
                "active": True,
                "language": "zh",
            }
            for number, (code, (_role, unit_id)) in enumerate(roles.items(), 1)
        ],
    )
    await session.execute(
        insert(person_role),
        [
            {"tenant_id": session.tenant, "person_id": number, "role": role.value}
            for number, (role, _unit) in enumerate(roles.values(), 1)
        ],
    )


def _version() -> dict[str, Any]:
    made = recipe()
    return {
        "code": made.code,
        "name": "小县2026年度考核",
        "year": 2026,
        "version": 1,
        "text": SCHEME,
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
