"""Versions of a scheme: what is in force, what may still change, and what stays for ever."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, TenantSession, tenant_session
from kaocheng.errors import Invalid
from kaocheng.packs.shelf import open_shelf
from kaocheng.schemes import queries, service
from kaocheng.schemes.domain import Change, NoScheme, ReasonNeeded, SchemeVersion, State, copied, difference

pytestmark = pytest.mark.database

MARCH = datetime(2026, 3, 6, 9, tzinfo=UTC)
JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)
NO_PACKS = open_shelf().for_tenant({})

SCHEME = """
[scheme]
code = "county-2026"
name = "县2026年度目标责任考核"
year = 2026
language = 2
round = { leaf = 2, total = 2 }

[periods]
year = "2026"

[clauses]
"1" = "按完成率计分。"
"2" = "80分以上为良好,其余为一般。"
"3" = "加分合计最多5分。"

[figures]
revenue = { label = "地方财政收入", unit = "万元", collector = "县财政局" }
grain = { label = "粮食总产量", unit = "吨", collector = "县农业农村局" }

[lists.task]
label = "工作任务"
fields = { full = "分", due = "date" }

[papers.township]
class = "乡镇"
period = "year"
total = "total"
[papers.township.nodes]
total = { label = "总分", compose = "sum", full = 100, clause = "1" }
revenue = { in = "total", full = 60, method = "completion", undefined = "zero", clause = "1" }
grain = { in = "total", full = 40, method = "completion", undefined = "zero", clause = "1" }
[papers.township.adjustments]
bonus = { label = "加分", kind = "bonus", to = "total", most = 5, clause = "3" }
[papers.township.results.overall]
by = "total"
ties = "competition"
clause = "2"
bands = [{ grade = "良好", from = 80 }, { grade = "一般" }]
"""
SHIFTED = SCHEME.replace("full = 60", "full = 70").replace("full = 40", "full = 30")


async def adopted(session: TenantSession, text: str = SCHEME) -> SchemeVersion:
    return await service.adopt(session, text, by=None, at=MARCH, shelf=NO_PACKS)


async def frozen(session: TenantSession, reason: str = "") -> SchemeVersion:
    return await service.freeze(session, by=None, at=JULY, reason=reason)


async def indicators(session: TenantSession) -> dict[tuple[str, str, str], tuple[int, str]]:
    found = await session.execute(sql("select of, code, field, id, label from indicator"))
    return {(row.of, row.code, row.field): (row.id, row.label) for row in found}


async def test_an_adopted_scheme_is_the_draft_in_force_and_its_indicators_can_be_filed(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        version = await adopted(session)

        assert (version.version, version.state, version.adopted_at) == (1, State.DRAFT, MARCH)
        assert await queries.in_force(session) == version
        known = await indicators(session)
        assert known["figure", "revenue", ""][1] == "地方财政收入"
        assert known["target", "grain", "target"][1] == "粮食总产量"
        assert known["row", "task", "due"][1] == "工作任务·完成时限"
        assert known["claim", "bonus", "document"][1] == "加分·依据文号"


async def test_adopting_the_same_text_again_changes_nothing(engine: AsyncEngine, county: TenantId) -> None:
    async with tenant_session(engine, county) as session:
        first = await adopted(session)
        assert await adopted(session) == first
        assert len(await queries.versions(session)) == 1
        await frozen(session)
        assert (await adopted(session)).state is State.FROZEN
        assert len(await queries.versions(session)) == 1


async def test_a_changed_draft_replaces_the_draft_and_indicators_keep_their_numbers(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        await adopted(session)
        before = await indicators(session)
        more = SHIFTED.replace(
            "[lists.task]", 'forest = { label = "造林面积", unit = "亩", collector = "" }\n[lists.task]'
        )
        renamed = more.replace('label = "地方财政收入"', 'label = "一般公共预算收入"')

        second = await adopted(session, renamed)

        after = await indicators(session)
        assert {key: number for key, (number, _) in after.items() if key in before} == {
            key: number for key, (number, _) in before.items()
        }
        assert after["figure", "revenue", ""][1] == "一般公共预算收入"
        assert after["figure", "forest", ""][0] > max(number for number, _ in before.values())
        assert [(v.version, v.state) for v in await queries.versions(session)] == [
            (2, State.DRAFT),
            (1, State.SUPERSEDED),
        ]
        assert (await queries.in_force(session)).id == second.id


async def test_a_frozen_scheme_gives_way_only_to_a_version_frozen_with_a_reason(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        await adopted(session)
        first = await frozen(session)
        assert (first.state, first.frozen_at) == (State.FROZEN, JULY)
        assert await frozen(session) == first

        second = await adopted(session, SHIFTED.replace("地方财政收入", "财政收入"))

        assert (await queries.in_force(session)).id == first.id
        assert (await indicators(session))["figure", "revenue", ""][1] == "地方财政收入"
        with pytest.raises(ReasonNeeded, match="2026年第1版已冻结"):
            await frozen(session)

        replaced = await frozen(session, "县委常委会第9次会议调整分值")

        assert (replaced.id, replaced.reason) == (second.id, "县委常委会第9次会议调整分值")
        assert (await queries.in_force(session)).id == second.id
        assert (await queries.version(session, 2026, 1)).state is State.SUPERSEDED
        assert (await indicators(session))["figure", "revenue", ""][1] == "财政收入"


async def test_a_scheme_with_an_error_is_refused_whole_with_its_line(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        with pytest.raises(Invalid, match=r"scheme\.toml:3[0-9]"):
            await adopted(session, SCHEME.replace("full = 40", "full = 41"))
        with pytest.raises(NoScheme):
            await queries.in_force(session)
        assert await indicators(session) == {}


async def test_the_neighbour_has_no_scheme(
    engine: AsyncEngine, county: TenantId, neighbour: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        await adopted(session)
    async with tenant_session(engine, neighbour) as session:
        with pytest.raises(NoScheme) as other:
            await queries.version(session, 2026, 1)
        with pytest.raises(NoScheme) as absent:
            await queries.version(session, 2026, 9)
        assert str(other.value) == str(absent.value).replace("9", "1")


async def test_what_a_version_says_cannot_be_changed_by_the_application(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        await adopted(session)
    for column in ("text = 'other'", "recipe = ''", "digest = 'other'", "packs = '{}'"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with tenant_session(engine, county) as session:
                await session.execute(sql(f"update scheme set {column}"))
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with tenant_session(engine, county) as session:
            await session.execute(sql("delete from scheme"))


async def test_the_database_itself_keeps_one_scheme_in_force_a_year(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        await adopted(session)
        await frozen(session)
        await adopted(session, SHIFTED)
    with pytest.raises(IntegrityError, match="scheme_one_in_force"):
        async with tenant_session(engine, county) as session:
            await session.execute(sql("update scheme set state = 'frozen', frozen_at = now()"))


async def test_adopting_and_freezing_are_recorded_with_every_digest(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        version = await adopted(session)
        await frozen(session)
        bodies = [
            json.loads(body)
            for body in await session.scalars(sql("select body from record_entry order by seq"))
        ]

    assert [entry["what"] for entry in bodies] == ["scheme.adopted", "scheme.frozen"]
    assert bodies[1]["facts"] == {
        "scheme": "county-2026",
        "year": 2026,
        "version": 1,
        "text": version.digest,
        "recipe": version.recipe_digest,
    }


async def test_next_year_is_a_copy_and_last_year_stays_what_it_was(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        first = await adopted(session)
        await frozen(session)
        following = await adopted(session, copied(first.text, 2027))

        assert (following.code, following.year, following.version) == ("county-2027", 2027, 1)
        assert following.recipe.periods == {"year": "2027"}
        assert (await queries.in_force(session, 2026)).id == first.id
        assert (await queries.in_force(session)).id == following.id


async def test_two_versions_differ_where_their_rules_do(engine: AsyncEngine, county: TenantId) -> None:
    async with tenant_session(engine, county) as session:
        first = await adopted(session)
        second = await adopted(session, SHIFTED)

    assert difference(first, second) == (
        Change("papers.township.nodes.revenue.full", "60", "70"),
        Change("papers.township.nodes.grain.full", "40", "30"),
    )
    assert difference(first, first) == ()


async def test_a_template_is_kept_by_value_with_the_packs_digest(
    engine: AsyncEngine, county: TenantId
) -> None:
    shelf = open_shelf().for_tenant({"performance_management": "2026"})
    text = (
        '[scheme]\ncode = "d"\nname = "区"\nyear = 2026\nlanguage = 2\n'
        'from = "performance_management:district@2026"\n'
        "[papers.street.nodes]\ncontest.full = 4\ncontest.table = [4, 2, 1]\n"
    )
    async with tenant_session(engine, county) as session:
        await service.adopt(session, text, by=None, at=MARCH, shelf=shelf)
        kept = await queries.in_force(session)

    assert kept.packs["performance_management"].startswith("2026 0.1.0 sha256:")
    assert kept.recipe.papers["street"].nodes["contest"]["table"] == [4, 2, 1]
    assert kept.recipe.methods["linear_coefficient"]["keys"] == ["at", "rate", "lowest", "highest"]
    with pytest.raises(Invalid, match=r"scheme\.toml:6.*performance_management"):
        service.check(text, open_shelf().for_tenant({}))
