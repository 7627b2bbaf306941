"""Applying a folder: it says what it does, does it whole, and has nothing to do the second time."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, shared_session, tenant_session
from kaocheng.identity import queries as identity
from kaocheng.identity import service as accounts
from kaocheng.identity.domain import Role
from kaocheng.tenancy import folder, queries, service
from kaocheng.tenancy.domain import NoSuchForm, NoSuchUnit, NoSuperior
from kaocheng.tenancy.folder import TenantFolder
from kaocheng.tenancy.plan import Act, Changes, Subject

pytestmark = pytest.mark.database

EXAMPLE = Path(__file__).parent / "example"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


async def apply(engine: AsyncEngine, declared: TenantFolder) -> Changes:
    async with shared_session(engine) as shared:
        return await service.apply(await service.enter(shared, declared), declared, NOON)


def acts(changes: Changes) -> Iterable[tuple[Act, Subject, str]]:
    return [(change.act, change.subject, change.code) for change in changes.changes]


async def test_a_folder_becomes_a_tenant(engine: AsyncEngine, county: TenantId) -> None:
    read = folder.read(EXAMPLE)
    made = await apply(engine, read)
    assert len(made.of(Subject.UNIT, Act.CREATE)) == 5
    assert len(made.of(Subject.PERSON, Act.CREATE)) == 3
    async with tenant_session(engine, county) as session:
        tenant = await queries.tenant(session)
        assert (tenant.kind, tenant.packs, tenant.invented) == (
            "county",
            {"target_responsibility": "2026"},
            True,
        )
        units = await queries.units(session)
        assert [(unit.code, unit.group, unit.assessed) for unit in units[2:4]] == [
            ("development", "县直部门", True),
            ("energy", None, False),
        ]
        assert units[3].parent == "development"
        assert (await queries.unit(session, "城关镇")).code == "chengguan"
        assert await queries.everybody(session) not in [unit.id for unit in units]
        assert await queries.forms(session) == read.forms
        assert (await queries.form(session, "half")).collector == "statistics"
        assert await queries.history(session) == read.history
        assert [upper.code for upper in await queries.superiors(session)] == ["neighbour"]
        people = {person.code: person for person in await identity.people(session)}
        assert people["zhao"].unit_label == "县统计局"
        assert people["zhao"].roles == {Role.COLLECTOR, Role.VERIFIER}


async def test_the_second_time_there_is_nothing_to_do(engine: AsyncEngine, county: TenantId) -> None:
    await apply(engine, folder.read(EXAMPLE))
    async with tenant_session(engine, county) as session:
        entries = await session.scalar(text("select count(*) from record_entry"))
    again = await apply(engine, folder.read(EXAMPLE))
    assert again.changes == ()
    assert again.left[Subject.UNIT] == 5
    async with tenant_session(engine, county) as session:
        assert await session.scalar(text("select count(*) from record_entry")) == entries


async def test_only_what_differs_is_touched(engine: AsyncEngine, county: TenantId) -> None:
    read = folder.read(EXAMPLE)
    await apply(engine, read)
    async with tenant_session(engine, county) as session:
        await accounts.add(session, code="by-hand", label="周", roles=frozenset(), at=NOON)
        before = {unit.code: unit.id for unit in await queries.units(session)}
    units = [unit for unit in read.units if unit.code != "dongchuan"]
    units[0] = replace(units[0], label="城关街道", parent="statistics")
    people = (replace(read.people[1], unit="energy"), *read.people[2:])
    changed = replace(
        read, units=tuple(units), people=people, forms=read.forms[:1], history=read.history[:1], reports_to=()
    )
    assert acts(await apply(engine, changed)) == [
        (Act.REMOVE, Subject.SUPERIOR, "neighbour"),
        (Act.CHANGE, Subject.UNIT, "chengguan"),
        (Act.RETIRE, Subject.UNIT, "dongchuan"),
        (Act.CHANGE, Subject.PERSON, "li"),
        (Act.REMOVE, Subject.FORM, "targets"),
        (Act.REMOVE, Subject.PAST_RESULT, "2025/dongchuan"),
    ]
    async with tenant_session(engine, county) as session:
        after = {unit.code: unit for unit in await queries.units(session)}
        assert {code: unit.id for code, unit in after.items()} == before
        assert after["chengguan"].label == "城关街道"
        assert not after["dongchuan"].assessed
        assert {person.code for person in await identity.people(session)} == {"wang", "li", "zhao", "by-hand"}
    assert (await apply(engine, changed)).changes == ()


async def test_a_change_reads_as_a_sentence(engine: AsyncEngine) -> None:
    read = folder.read(EXAMPLE)
    await apply(engine, read)
    async with shared_session(engine) as shared:
        session = await service.enter(shared, read)
        planned = await service.plan(session, replace(read, name="云岭区"))
    assert [str(change) for change in planned.changes] == ["修改 地区 county name: 云岭县 → 云岭区"]


async def test_an_attribute_is_another_from_some_day_on(
    engine: AsyncEngine, county: TenantId, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(EXAMPLE, tmp_path / "county"))
    text = (copy / "units.csv").read_text("utf-8").replace("ordinal,terrain", "ordinal,terrain,from")
    (copy / "units.csv").write_text(text, "utf-8")
    await apply(engine, folder.read(copy))
    (copy / "units.csv").write_text(text + "chengguan,,,,,开发区,2026-07-01\n", "utf-8")

    changes = await apply(engine, folder.read(copy))

    assert acts(changes) == [(Act.CHANGE, Subject.UNIT, "chengguan")]
    assert (await apply(engine, folder.read(copy))).changes == ()
    async with tenant_session(engine, county) as session:
        unit = (await queries.unit(session, "chengguan")).as_scored()
    assert [unit.word("terrain", day) for day in ("2026-06-30", "2026-07-01")] == ["平原", "开发区"]


async def test_an_unknown_superior_stops_the_whole_folder(engine: AsyncEngine) -> None:
    read = replace(folder.read(EXAMPLE), code="fresh", reports_to=("nowhere",))
    with pytest.raises(NoSuperior, match=r"tenant\.toml:\d+:.*nowhere"):
        await apply(engine, read)
    async with shared_session(engine) as shared:
        assert "fresh" not in [tenant.code for tenant in await queries.tenants(shared)]


async def test_a_tenant_of_thousands_of_units_is_applied_in_any_order(engine: AsyncEngine) -> None:
    read = folder.read(EXAMPLE)
    villages = [
        replace(read.units[0], code=f"v{n}", label=f"村{n}", parent=f"v{n + 1}", ordinal=n) for n in range(9)
    ]
    many = [replace(read.units[0], code=f"w{n}", label=f"组{n}", ordinal=n) for n in range(4000)]
    villages[-1] = replace(villages[-1], parent="chengguan")
    await apply(engine, replace(read, units=(*villages, *many, *read.units)))
    again = await apply(engine, replace(read, units=(*villages, *many, *read.units)))
    assert again.left[Subject.UNIT] == 4014


async def test_what_is_not_there_is_said_by_name(engine: AsyncEngine, county: TenantId) -> None:
    await apply(engine, folder.read(EXAMPLE))
    async with tenant_session(engine, county) as session:
        with pytest.raises(NoSuchUnit, match="没有单位“西坪镇”"):
            await queries.unit(session, "西坪镇")
        with pytest.raises(NoSuchForm, match="没有表“year”"):
            await queries.form(session, "year")
