"""A table of indicators supplies points and clause texts to a draft, and to nothing that is frozen."""

import json

import pytest
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, TenantSession, tenant_session
from kaocheng.schemes import queries, service
from kaocheng.schemes.domain import (
    Change,
    FrozenPoints,
    SchemeMoved,
    SchemeRefused,
    SchemeVersion,
    State,
    Stated,
    difference,
)
from kaocheng.schemes.supplying import clauses_changed
from tests.schemes.test_versions import MARCH, NO_PACKS, SCHEME, SHIFTED, adopted, frozen

pytestmark = pytest.mark.database

NODES = ("papers", "township", "nodes")
POINTS = (
    Stated((*NODES, "revenue", "full"), "62.5", "60", "地方财政收入", "Sheet1!E3"),
    Stated((*NODES, "grain", "full"), "37.5", "40", "粮食总产量", "Sheet1!E4"),
)
WORDS = Stated(("clauses", "1"), "按完成率计分,超额不加分。", "按完成率计分。", "地方财政收入", "Sheet1!F3")


async def supplied(session: TenantSession, *stated: Stated) -> SchemeVersion | None:
    return await service.supply(
        session, stated, year=2026, workbook="指标表.xlsx", digest="d" * 64, by=None, at=MARCH, shelf=NO_PACKS
    )


async def test_points_and_words_of_a_table_make_a_new_draft_with_nothing_else_changed(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        first = await adopted(session)

        second = await supplied(session, *POINTS, WORDS)

        assert second is not None
        assert (second.version, second.state) == (2, State.DRAFT)
        assert await queries.in_force(session) == second
        assert difference(first, second) == (
            Change("clauses.1", WORDS.before, WORDS.value),
            Change("papers.township.nodes.revenue.full", "60", "62.5"),
            Change("papers.township.nodes.grain.full", "40", "37.5"),
        )
        points = "地方财政收入分值 60 改为 62.5、粮食总产量分值 40 改为 37.5"
        assert second.reason == f"依《指标表.xlsx》:{points};地方财政收入的计分办法条文"
        assert (await frozen(session)).reason == second.reason
    async with tenant_session(engine, county) as session:
        bodies = [json.loads(row.body) for row in await session.execute(sql("select body from record_entry"))]
    assert [entry["what"] for entry in bodies] == ["scheme.adopted", "scheme.supplied", "scheme.frozen"]
    assert bodies[1]["facts"]["workbook"] == "d" * 64


async def test_what_the_scheme_says_already_changes_nothing(engine: AsyncEngine, county: TenantId) -> None:
    async with tenant_session(engine, county) as session:
        await adopted(session)
        assert await supplied(session, Stated(POINTS[0].path, "60.0", "60", "", "")) is None
        await supplied(session, *POINTS)
        assert await supplied(session, *POINTS) is None
        await frozen(session)
        assert await supplied(session, *POINTS) is None
        assert [v.version for v in await queries.versions(session)] == [2, 1]


async def test_the_same_scheme_handed_in_again_keeps_what_a_table_supplied(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        await adopted(session)
        second = await supplied(session, *POINTS)
        assert await adopted(session) == second
        opened = await frozen(session)
        assert await adopted(session) == opened
        assert len(await queries.versions(session)) == 2


async def test_another_scheme_handed_in_is_taken_at_its_word(engine: AsyncEngine, county: TenantId) -> None:
    async with tenant_session(engine, county) as session:
        await adopted(session)
        await supplied(session, *POINTS)
        third = await adopted(session, SHIFTED)
        assert (third.version, third.text, third.basis) == (3, SHIFTED, None)


async def test_points_that_no_longer_close_are_refused_and_nothing_is_kept(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        first = await adopted(session)
        with pytest.raises(SchemeRefused, match="满分 100"):
            await supplied(session, POINTS[0])
        assert await queries.versions(session) == (first,)


async def test_a_frozen_scheme_is_not_supplied(engine: AsyncEngine, county: TenantId) -> None:
    async with tenant_session(engine, county) as session:
        await adopted(session)
        opened = await frozen(session)
        with pytest.raises(FrozenPoints, match=r"地方财政收入.*已冻结.*写明理由"):
            await supplied(session, *POINTS)
        assert await queries.versions(session) == (opened,)


async def test_a_scheme_changed_since_somebody_looked_is_looked_at_again(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        await adopted(session, SHIFTED)
        with pytest.raises(SchemeMoved, match="当时是“60”,现在是“70”"):
            await supplied(session, *POINTS)


async def test_a_clause_whose_words_changed_is_pointed_at_with_the_rules_bound_to_it(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        first = await adopted(session)
        second = await supplied(session, WORDS)
    assert second is not None
    (finding,) = clauses_changed(service.check(second.text, NO_PACKS).scheme, first.recipe)
    assert (finding.severity, finding.code) == ("warning", "clause_changed")
    assert finding.line == SCHEME.splitlines().index('"1" = "按完成率计分。"') + 1
    assert "revenue、grain" in finding.remedy
