"""The one door: a tenant's transaction sees that tenant's rows and nothing else."""

import asyncio
import re
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

import kaocheng
from kaocheng.db import TenantId, next_number, shared_session, tenant_session
from kaocheng.db.roles import Urls
from kaocheng.db.session import connect

pytestmark = pytest.mark.database


async def test_each_tenant_counts_for_itself(
    engine: AsyncEngine, county: TenantId, neighbour: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        assert await next_number(session, "unit") == 1
        assert await next_number(session, "unit", many=3) == 2
        assert await next_number(session, "unit") == 5
    async with tenant_session(engine, neighbour) as session:
        assert await next_number(session, "unit") == 1
        assert await session.scalar(text("select count(*) from counter")) == 1


async def test_numbers_drawn_at_once_have_no_gaps_and_no_doubles(
    engine: AsyncEngine, county: TenantId
) -> None:
    async def draw() -> int:
        async with tenant_session(engine, county) as session:
            return await next_number(session, "unit")

    assert sorted(await asyncio.gather(*(draw() for _ in range(8)))) == list(range(1, 9))


async def test_a_transaction_without_a_tenant_fails_instead_of_finding_nothing(engine: AsyncEngine) -> None:
    async with shared_session(engine) as session:
        with pytest.raises(DBAPIError, match="unrecognized configuration parameter"):
            await session.scalar(text("select count(*) from unit"))


async def test_a_pooled_connection_forgets_the_tenant_it_served(urls: Urls, county: TenantId) -> None:
    engine = connect(urls.app, size=1)
    async with tenant_session(engine, county) as session:
        first = await session.scalar(text("select pg_backend_pid()"))
    async with shared_session(engine) as session:
        assert await session.scalar(text("select pg_backend_pid()")) == first
        with pytest.raises(DBAPIError, match="invalid input syntax"):
            await session.scalar(text("select count(*) from unit"))
    await engine.dispose()


async def test_a_row_for_another_tenant_is_refused(
    engine: AsyncEngine, county: TenantId, neighbour: TenantId
) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with tenant_session(engine, county) as session:
            await session.execute(
                text("insert into counter (tenant_id, name, last) values (:other, 'x', 1)"),
                {"other": neighbour},
            )


async def test_what_raises_leaves_nothing_behind(engine: AsyncEngine, county: TenantId) -> None:
    async def stumble() -> None:
        async with tenant_session(engine, county) as session:
            await next_number(session, "unit")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stumble()
    async with tenant_session(engine, county) as session:
        assert await next_number(session, "unit") == 1


async def test_the_driver_s_connection_is_inside_the_same_transaction(
    engine: AsyncEngine, county: TenantId
) -> None:
    async def stumble() -> None:
        async with tenant_session(engine, county) as session:
            raw = await session.raw()
            await raw.execute("insert into counter (tenant_id, name, last) values ($1, 'x', 7)", int(county))
            assert await next_number(session, "x") == 8
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stumble()
    async with tenant_session(engine, county) as session:
        assert await session.scalar(text("select count(*) from counter")) == 0


async def test_a_shared_transaction_may_go_on_as_the_tenant_it_has_just_made(engine: AsyncEngine) -> None:
    async with shared_session(engine) as shared:
        await shared.execute(
            text("insert into tenant (id, code, name, kind, settings) values (3, 'new', '新', '县', '{}')")
        )
        session = await shared.enter(TenantId(3))
        assert await next_number(session, "unit") == 1


async def test_what_a_failing_statement_was_about_is_not_told(engine: AsyncEngine, urls: Urls) -> None:
    secret = connect(urls.app, size=1)
    with pytest.raises(DBAPIError) as failed:
        async with shared_session(secret) as session:
            await session.execute(text("select 1 / length(replace(:told, :told, ''))"), {"told": "口令"})
    await secret.dispose()

    assert "口令" not in str(failed.value)


def test_the_owner_can_touch_every_tenant_s_rows_in_a_migration(urls: Urls) -> None:
    with psycopg.connect(urls.owner) as owner:
        owner.execute("insert into counter (tenant_id, name, last) values (1, 'x', 1), (2, 'x', 1)")
        assert owner.execute("update counter set last = 2").rowcount == 2


def test_the_tenant_is_set_nowhere_but_at_the_door_and_in_the_record_s_verifier() -> None:
    """A SET without LOCAL would survive in the pool; set_config() is not passed on by Citus."""
    source = Path(kaocheng.__file__).parent
    found = {
        file.relative_to(source).as_posix(): re.findall(r"(?i)\bset\b[^\n]*app\.tenant_id|set_config\(", text)
        for file in source.rglob("*.py")
        if "app.tenant_id" in (text := file.read_text(encoding="utf-8")) or "set_config(" in text
    }
    assert found.keys() == {"db/session.py", "record/verify.py"}
    for statements in found.values():
        assert statements
        assert all(statement.lower().startswith("set local") for statement in statements)
