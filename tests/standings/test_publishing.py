"""Ranks are seen before publication only with a trace; publishing is once, to named readers, whole."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from kaocheng.db import TenantId, tenant_session
from kaocheng.db.roles import Urls
from kaocheng.db.session import driver_url
from kaocheng.identity.domain import NotAllowed
from kaocheng.scoring import service as scoring
from kaocheng.scoring.domain import NoSuchSheet, SheetRow
from kaocheng.standings import bundle, keys, queries, service
from kaocheng.standings.domain import (
    NobodyRanked,
    NoSuchPublication,
    NoSuchReader,
    NotFrozen,
    NotPublished,
    Superseded,
)
from tests.scoring import county as given

pytestmark = pytest.mark.database


async def scored(engine: AsyncEngine, tenant: TenantId) -> SheetRow:
    staff = await given.found(engine, tenant)
    await given.file_year(engine, tenant, staff)
    async with tenant_session(engine, tenant) as session:
        return await scoring.run(session, "2026", by=staff["li"], at=given.NOON)


async def publish(
    engine: AsyncEngine, tenant: TenantId, sheet: int, data: Path, *readers: str, who: str = "li"
) -> int:
    person = await given.somebody(engine, tenant, who)
    async with tenant_session(engine, tenant) as session:
        made = await service.publish(session, sheet, readers, by=person, at=given.NOON, data=data)
        return made.id


async def test_each_look_of_the_office_before_publication_leaves_an_entry(
    engine: AsyncEngine, county: TenantId, tmp_path: Path
) -> None:
    sheet = await scored(engine, county)
    office = await given.somebody(engine, county, "li")
    for looks in (1, 2):
        async with tenant_session(engine, county) as session:
            seen = await service.look(session, "2026", by=office, at=given.NOON)
        assert not seen.published
        assert (await given.entries(engine, county)).count("standings.seen") == looks
    await publish(engine, county, sheet.id, tmp_path)
    async with tenant_session(engine, county) as session:
        assert (await service.look(session, "2026", by=office, at=given.NOON)).published
    assert (await given.entries(engine, county)).count("standings.seen") == 2


async def test_others_read_ranks_only_once_they_are_published(
    engine: AsyncEngine, county: TenantId, tmp_path: Path
) -> None:
    sheet = await scored(engine, county)
    leader = await given.somebody(engine, county, "chen")
    async with tenant_session(engine, county) as session:
        with pytest.raises(NotPublished, match="还没有公布"):
            await service.look(session, "2026", by=leader, at=given.NOON)
        with pytest.raises(NotAllowed):
            await service.look_at(session, sheet.id, by=leader, at=given.NOON)
        with pytest.raises(NotPublished):
            await service.public(session, "2026")
    await publish(engine, county, sheet.id, tmp_path)
    async with tenant_session(engine, county) as session:
        seen = await service.look(session, "2026", by=leader, at=given.NOON)
        assert seen.row.sheet.paper("乡镇").standings[0].rank == 1
        with pytest.raises(NotPublished):  # another run than the published one
            await service.look(session, "2026", by=leader, at=given.NOON, number=2)


async def test_a_liaison_sees_his_own_units_points_and_no_rank_before_publication(
    engine: AsyncEngine, county: TenantId
) -> None:
    await scored(engine, county)
    liaison = await given.somebody(engine, county, "dong")  # of 东镇
    async with tenant_session(engine, county) as session:
        seen = await service.own(session, "2026", "east", by=liaison, at=given.NOON)
    assert not seen.ranked
    assert (await given.entries(engine, county))[-1] == "standings.seen"
    with pytest.raises(NotPublished):
        async with tenant_session(engine, county) as session:
            await service.own(session, "2026", "west", by=liaison, at=given.NOON)


async def test_publishing_makes_a_bundle_that_verifies_and_an_outbox_entry_per_reader(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    await given.city_above(engine, urls.owner, county)
    sheet = await scored(engine, county)
    id = await publish(engine, county, sheet.id, tmp_path, "city")
    async with tenant_session(engine, county) as session:
        published = await queries.by_id(session, id)
        content = await queries.bundle(session, id)
        assert await queries.undelivered(session) == [1]
    assert published.readers == ("city",)
    read = bundle.read(content)
    assert bundle.verify(read, keys.public(keys.own(tmp_path, "county"))).digest == sheet.sheet_digest
    assert (read.manifest.sender, read.manifest.number, read.digest) == ("county", 1, published.digest)
    assert "某" not in content.decode()
    assert (await given.entries(engine, county))[-2:] == ["standings.published", "standings.addressed"]


async def test_publishing_again_has_no_second_effect(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    await given.city_above(engine, urls.owner, county)
    sheet = await scored(engine, county)
    first = await publish(engine, county, sheet.id, tmp_path)
    assert await publish(engine, county, sheet.id, tmp_path, "city") == first  # only the reader is new
    assert await publish(engine, county, sheet.id, tmp_path, "city", "city") == first
    async with tenant_session(engine, county) as session:
        assert len(await queries.publications(session)) == 1
        assert len(await queries.undelivered(session)) == 1
        waiting = await session.scalar(text("select count(*) from queue.procrastinate_jobs"))
    assert waiting == 1


async def test_a_reader_not_reported_to_reads_like_one_that_does_not_exist(
    engine: AsyncEngine, county: TenantId, tmp_path: Path
) -> None:
    sheet = await scored(engine, county)
    said = set()
    for reader in ("neighbour", "nowhere"):
        with pytest.raises(NoSuchReader) as refused:
            await publish(engine, county, sheet.id, tmp_path, reader)
        said.add(str(refused.value).replace(reader, "?"))
    assert len(said) == 1
    async with tenant_session(engine, county) as session:
        assert await queries.publications(session) == []


async def test_only_the_office_publishes(engine: AsyncEngine, county: TenantId, tmp_path: Path) -> None:
    sheet = await scored(engine, county)
    for who in ("chen", "zhao", "wang", "dong", "sun"):
        with pytest.raises(NotAllowed):
            await publish(engine, county, sheet.id, tmp_path, who=who)


async def test_a_correction_is_published_beside_and_never_before_what_it_corrects(
    engine: AsyncEngine, county: TenantId, tmp_path: Path
) -> None:
    first = await scored(engine, county)
    staff = {code: await given.somebody(engine, county, code) for code in ("li", "wang", "zhao")}
    await given.file_year(engine, county, staff, {"west": (90, 90, 100, 100)}, revision=2)
    async with tenant_session(engine, county) as session:
        second = await scoring.run(session, "2026", by=staff["li"], at=given.NOON)
    await publish(engine, county, second.id, tmp_path)
    with pytest.raises(Superseded, match="已公布第2次"):
        await publish(engine, county, first.id, tmp_path)
    async with tenant_session(engine, county) as session:
        published = await queries.published(session, "2026")
        assert published is not None
        assert published.number == 2


async def test_a_sheet_without_any_result_is_not_published(
    engine: AsyncEngine, county: TenantId, tmp_path: Path
) -> None:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff, vouched=False)
    async with tenant_session(engine, county) as session:
        empty = await scoring.run(session, "2026", by=staff["li"], at=given.NOON)
    with pytest.raises(NobodyRanked, match="不能公布"):
        await publish(engine, county, empty.id, tmp_path)


async def test_a_sheet_made_by_a_draft_of_the_scheme_is_not_published(
    engine: AsyncEngine, urls: Urls, county: TenantId, tmp_path: Path
) -> None:
    sheet = await scored(engine, county)
    owner = create_async_engine(driver_url(urls.owner, "asyncpg"))
    async with owner.begin() as db:
        await db.execute(
            text("update scheme set state = 'draft', frozen_at = null where tenant_id = :t"), {"t": county}
        )
    await owner.dispose()
    with pytest.raises(NotFrozen, match="先冻结方案"):
        await publish(engine, county, sheet.id, tmp_path)


async def test_nothing_published_can_be_edited(engine: AsyncEngine, county: TenantId, tmp_path: Path) -> None:
    sheet = await scored(engine, county)
    await publish(engine, county, sheet.id, tmp_path)
    for statement in (
        "update publication set bundle = ''",
        "delete from publication",
        "delete from reader",
        "update outbox set reader_id = 2",
        "delete from outbox",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with tenant_session(engine, county) as session:
                await session.execute(text(statement))


async def test_a_publication_that_is_interrupted_is_not_there_at_all(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    await given.city_above(engine, urls.owner, county)
    sheet = await scored(engine, county)
    before = await given.entries(engine, county)
    office = await given.somebody(engine, county, "li")

    async def interrupted() -> None:
        async with tenant_session(engine, county) as session:
            await service.publish(session, sheet.id, ("city",), by=office, at=given.NOON, data=tmp_path)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await interrupted()
    async with tenant_session(engine, county) as session:
        assert await queries.publications(session) == []
        assert await queries.undelivered(session) == []
        assert await session.scalar(text("select count(*) from queue.procrastinate_jobs")) == 0
    assert await given.entries(engine, county) == before


async def test_a_neighbour_can_neither_publish_nor_read_it(
    engine: AsyncEngine, county: TenantId, neighbour: TenantId, tmp_path: Path
) -> None:
    sheet = await scored(engine, county)
    id = await publish(engine, county, sheet.id, tmp_path)
    await given.found(engine, neighbour)
    with pytest.raises(NoSuchSheet):
        await publish(engine, neighbour, sheet.id, tmp_path)
    async with tenant_session(engine, neighbour) as session:
        assert await queries.publications(session) == []
        with pytest.raises(NoSuchPublication):
            await queries.bundle(session, id)
