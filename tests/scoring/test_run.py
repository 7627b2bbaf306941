"""A run counts what was vouched for, freezes it, and gives the same bytes for the same inputs."""

import random

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, tenant_session
from kaocheng.engine.score import score
from kaocheng.figures import queries as figures
from kaocheng.identity.domain import NotAllowed
from kaocheng.scoring import queries, service
from kaocheng.scoring.domain import NoSuchPeriod, NoSuchSheet, SheetRow
from kaocheng.scoring.gather import gather
from kaocheng.tenancy import queries as tenancy
from tests.scoring import county as given

pytestmark = pytest.mark.database


async def run(engine: AsyncEngine, tenant: TenantId, period: str = "2026", who: str = "li") -> SheetRow:
    person = await given.somebody(engine, tenant, who)
    async with tenant_session(engine, tenant) as session:
        return await service.run(session, period, by=person, at=given.NOON)


async def test_a_run_keeps_the_sheet_with_its_digests(engine: AsyncEngine, county: TenantId) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    made = await run(engine, county)
    assert (made.id, made.number, made.waiting, made.again) == (1, 1, 0, False)
    async with tenant_session(engine, county) as session:
        kept = await queries.sheet(session, await queries.numbered(session, "2026"))
        recipe, inputs = await queries.computed_from(session, kept)
    assert kept.sheet.paper("乡镇").shown("east", "total") == "97.40"
    assert kept.maker == "li某"
    assert (kept.inputs_digest, kept.recipe_digest) == (inputs.digest, recipe.digest)
    assert score(recipe, inputs, "2026").to_bytes() == kept.sheet.to_bytes()
    assert kept.sheet_digest == kept.sheet.digest
    assert (await given.entries(engine, county))[-1] == "sheet.made"


async def test_an_identical_run_gives_back_the_sheet_there_is(engine: AsyncEngine, county: TenantId) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    first, second = await run(engine, county), await run(engine, county)
    assert (second.id, second.number, second.again) == (first.id, 1, True)
    async with tenant_session(engine, county) as session:
        assert len(await queries.heads(session)) == 1
    assert (await given.entries(engine, county)).count("sheet.made") == 1


async def test_a_corrected_figure_gives_the_next_number(engine: AsyncEngine, county: TenantId) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    await run(engine, county)
    await given.file_year(engine, county, staff, {"west": (90, 90, 100, 95)}, revision=2)
    made = await run(engine, county)
    assert (made.number, made.sheet.paper("乡镇").shown("west", "total")) == (2, "96.00")


async def test_a_correction_taken_back_is_the_latest_run_again(engine: AsyncEngine, county: TenantId) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    first = await run(engine, county)
    await given.file_year(engine, county, staff, {"west": (90, 90, 100, 95)}, revision=2)
    await run(engine, county)
    await given.file_year(engine, county, staff, {"west": given.VALUES["west"]}, revision=3)
    third = await run(engine, county)
    assert (third.number, third.again, third.sheet_digest) == (3, False, first.sheet_digest)
    async with tenant_session(engine, county) as session:
        assert (await queries.numbered(session, "2026")).id == third.id


async def test_what_nobody_vouched_for_does_not_count_and_is_counted(
    engine: AsyncEngine, county: TenantId
) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    await given.file_year(engine, county, staff, {"west": (90, 90, 100, 95)}, revision=2, vouched=False)
    made = await run(engine, county)
    assert made.waiting == 1  # the others were filed again as they were, which makes no revision
    # The superseded revision does not count either: 西镇 has no total, and the sheet says what is missing.
    assert made.sheet.paper("乡镇").shown("west", "total") == ""
    assert "west\trevenue\t2026" in made.sheet.paper("乡镇").notes


async def test_the_order_in_which_things_were_filed_does_not_matter(
    engine: AsyncEngine, county: TenantId
) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff, bonus={"east": "2", "west": "1"})
    async with tenant_session(engine, county) as session:
        filed, units = await figures.register(session), list(await tenancy.units(session))
    first = gather(units, filed, "2026")
    chance = random.Random(7)
    for _turn in range(5):
        rows = chance.sample(filed.rows, len(filed.rows))
        chance.shuffle(units)
        again = gather(units, filed._replace(rows=rows), "2026")
        assert again.inputs.canonical() == first.inputs.canonical()
        assert again.provenance == first.provenance
        assert (
            score(given.recipe(), again.inputs, "2026").to_bytes()
            == score(given.recipe(), first.inputs, "2026").to_bytes()
        )


async def test_the_half_year_is_not_touched_by_the_years_figures(
    engine: AsyncEngine, county: TenantId
) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    half = await run(engine, county, "2026H1")
    assert half.sheet.paper("乡镇").shown("east", "items") == "95.00"
    await given.file_year(engine, county, staff, {"east": (100, 90, 50, 50)}, revision=2)
    assert (await run(engine, county, "2026H1")).again


async def test_claims_count_whole_and_their_words_stay_with_the_county(
    engine: AsyncEngine, county: TenantId
) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff, bonus={"west": "2"})
    made = await run(engine, county)
    assert made.sheet.paper("乡镇").shown("west", "total") == "96.00"  # 94.00 + 2
    async with tenant_session(engine, county) as session:
        _recipe, inputs, _sheet = await queries.frozen(session, made)
        origins = await queries.provenance(session, made)
    assert "张三" not in inputs.decode()
    assert origins["claim", "west", "bonus", "1", "2026"].words == "west获省级表彰,先进个人张三"


async def test_where_each_input_came_from_is_frozen_with_the_sheet(
    engine: AsyncEngine, county: TenantId
) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    made = await run(engine, county)
    async with tenant_session(engine, county) as session:
        origins = await queries.provenance(session, made)
    origin = origins["figure", "east", "revenue", "", "2026"]
    assert (origin.filed_by, origin.vouched_by, origin.cell) == ("wang某", "zhao某", "表1!C3")
    assert ("target", "*", "forest", "target", "2026") in origins


async def test_only_the_office_scores_and_only_what_the_scheme_knows(
    engine: AsyncEngine, county: TenantId
) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    for who in ("chen", "wang", "dong"):
        with pytest.raises(NotAllowed):
            await run(engine, county, who=who)
    with pytest.raises(NoSuchPeriod, match="2026H1、2026"):
        await run(engine, county, "2026Q3")


async def test_a_sheet_cannot_be_changed_or_removed(engine: AsyncEngine, county: TenantId) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    await run(engine, county)
    for statement in ("update score_sheet set number = 9", "delete from score_sheet", "truncate score_sheet"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with tenant_session(engine, county) as session:
                await session.execute(text(statement))


async def test_a_run_that_is_killed_leaves_nothing(engine: AsyncEngine, county: TenantId) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    before = await given.entries(engine, county)

    class Killed(Exception):
        pass

    for fatal in (1, 2, 3):

        async def step(done: int, fatal: int = fatal) -> None:
            if done == fatal:
                raise Killed

        with pytest.raises(Killed):
            async with tenant_session(engine, county) as session:
                await service.run(session, "2026", by=staff["li"], at=given.NOON, step=step)
        async with tenant_session(engine, county) as session:
            assert await queries.heads(session) == []
        assert await given.entries(engine, county) == before
    assert (await run(engine, county)).number == 1


async def test_a_neighbour_sees_no_sheet(engine: AsyncEngine, county: TenantId, neighbour: TenantId) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    made = await run(engine, county)
    async with tenant_session(engine, neighbour) as session:
        assert await queries.heads(session) == []
        with pytest.raises(NoSuchSheet) as theirs:
            await queries.head(session, made.id)
        with pytest.raises(NoSuchSheet) as nobodys:
            await queries.head(session, 4711)
    assert str(theirs.value).replace(str(made.id), "N") == str(nobodys.value).replace("4711", "N")


async def test_outlooks_say_what_a_new_run_would_change(engine: AsyncEngine, county: TenantId) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    async with tenant_session(engine, county) as session:
        before = {it.period: it for it in await service.outlooks(session)}
    assert before["2026"].changed
    assert before["2026"].head is None
    await run(engine, county)
    async with tenant_session(engine, county) as session:
        after = {it.period: it for it in await service.outlooks(session)}
    assert not after["2026"].changed
    assert after["2026H1"].changed
