"""The level above takes only what verifies and recomputes, once, and compares what was published."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, tenant_session
from kaocheng.db.roles import Urls
from kaocheng.db.session import TenantSession
from kaocheng.identity.domain import NotAllowed
from kaocheng.rollup import jobs, queries, service
from kaocheng.rollup.domain import NoSuchBundle, Received, Result, Verdict, current
from kaocheng.rollup.tables import inbox_result
from kaocheng.scoring import service as scoring
from kaocheng.standings import bundle, keys
from kaocheng.standings import queries as standings
from kaocheng.standings import service as publishing
from tests.scoring import county as given

pytestmark = pytest.mark.database


async def handed_up(
    engine: AsyncEngine, county: TenantId, urls: Urls, data: Path
) -> tuple[TenantId, bytes, int]:
    """A county's published bundle, still in its outbox; the city; the entry."""
    city = await given.city_above(engine, urls.owner, county)
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff)
    async with tenant_session(engine, county) as session:
        sheet = await scoring.run(session, "2026", by=staff["li"], at=given.NOON)
        made = await publishing.publish(
            session, sheet.id, ("city",), by=staff["li"], at=given.NOON, data=data
        )
        content = await standings.bundle(session, made.id)
    return city, content, made.deliveries[0].id


async def results(session: TenantSession, inbox_id: int) -> list[Result]:
    """What was kept of each unit, by class and rank."""
    c = inbox_result.c
    asked = select(*(c[name] for name in Result.__dataclass_fields__)).where(c.inbox_id == inbox_id)
    kept = await session.execute(asked.order_by(c.paper, c.rank, c.unit))
    return [Result(**row._mapping) for row in kept]


async def receive(engine: AsyncEngine, city: TenantId, content: bytes, data: Path) -> Received:
    async with tenant_session(engine, city) as session:
        return await service.receive(
            session, content, trusted=keys.trusted(data, "city"), by=None, at=given.NOON
        )


async def test_a_delivered_bundle_is_kept_verbatim_and_compared(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    city, content, entry = await handed_up(engine, county, urls, tmp_path)
    received = await jobs.deliver(engine, tmp_path, tenant=county, outbox=entry)
    assert (received.verdict, received.reason, received.sender) == (Verdict.ACCEPTED, "", "county")
    async with tenant_session(engine, city) as session:
        assert await queries.content(session, received.id) == content
        found = await results(session, received.id)
        compared = await service.compare(session, "2026", await queries.received(session))
    assert [(r.label, r.score, r.full, r.rank, r.grade) for r in found][:2] == [
        ("东镇", Decimal("97.40"), Decimal(100), 1, "优秀"),
        ("西镇", Decimal("94.00"), Decimal(100), 2, "良好"),
    ]
    (row,) = compared.subordinates
    (summary,) = row.classes
    # (97.40 + 94.00 + 84.00 + 54.00) ÷ 4 = 82.35 of 100
    assert (summary.units, summary.mean, summary.spread) == (4, Decimal("0.8235"), Decimal("0.4340"))
    assert summary.grades == {"优秀": 1, "良好": 2, "较差": 1}
    assert not compared.missing
    async with tenant_session(engine, county) as session:
        (publication,) = await standings.publications(session)
    assert publication.deliveries[0].verdict == "accepted"


async def test_delivering_twice_has_one_effect(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    city, _content, entry = await handed_up(engine, county, urls, tmp_path)
    first = await jobs.deliver(engine, tmp_path, tenant=county, outbox=entry)
    second = await jobs.deliver(engine, tmp_path, tenant=county, outbox=entry)
    assert (second.id, second.again) == (first.id, True)
    async with tenant_session(engine, city) as session:
        assert len(await queries.received(session)) == 1
    assert (await given.entries(engine, city)).count("bundle.accepted") == 1


async def test_one_changed_byte_is_refused_with_the_reason_and_kept_as_refused(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    city, content, entry = await handed_up(engine, county, urls, tmp_path)
    await jobs.deliver(engine, tmp_path, tenant=county, outbox=entry)
    place = content.index(b'\\"97.4\\"') + 4
    changed = content[:place] + b"8" + content[place + 1 :]
    received = await receive(engine, city, changed, tmp_path)
    assert received.verdict is Verdict.REFUSED
    assert "得分表" in received.reason
    assert "内容被改动" in received.reason
    async with tenant_session(engine, city) as session:
        assert [it.verdict for it in await queries.received(session)] == ["refused", "accepted"]
        assert len(current(await queries.received(session), "2026")) == 1
        assert await results(session, received.id) == []
        with pytest.raises(NoSuchBundle):
            await service.opened(session, received.id)
    assert (await given.entries(engine, city))[-1] == "bundle.refused"


async def test_without_a_pinned_key_it_is_refused_and_once_pinned_accepted(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    city, content, _entry = await handed_up(engine, county, urls, tmp_path)
    refused = await receive(engine, city, content, tmp_path)
    assert refused.verdict is Verdict.REFUSED
    assert "kaocheng keys trust" in refused.reason
    assert (await receive(engine, city, content, tmp_path)).again
    keys.pin(tmp_path, "city", "county", keys.public(keys.own(tmp_path, "county")))
    accepted = await receive(engine, city, content, tmp_path)
    assert accepted.verdict is Verdict.ACCEPTED


async def test_a_bundle_in_anothers_name_is_refused(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    city, content, _entry = await handed_up(engine, county, urls, tmp_path)
    keys.pin(tmp_path, "city", "county", keys.public(keys.own(tmp_path, "neighbour")))
    received = await receive(engine, city, content, tmp_path)
    assert received.verdict is Verdict.REFUSED
    assert "不是登记的公钥" in received.reason


async def test_who_is_trusted_for_himself_is_not_for_another(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    city, content, _entry = await handed_up(engine, county, urls, tmp_path)
    for sender in ("county", "neighbour"):
        keys.introduce(tmp_path, "city", sender)
    forged = bundle.read(content)
    parts = {name: text.encode() for name, text in forged.parts.items()}
    signed = bundle.make(forged.manifest, **parts, key=keys.own(tmp_path, "neighbour"))
    received = await receive(engine, city, signed, tmp_path)
    assert received.verdict is Verdict.REFUSED
    assert "不是登记的公钥" in received.reason


@pytest.mark.parametrize("content", [b"", b"hello", b'{"format":"kaocheng-bundle/1"}', bytes(1000)])
async def test_what_is_no_bundle_is_refused_not_a_fault(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path, content: bytes
) -> None:
    city = await given.city_above(engine, urls.owner, county)
    received = await receive(engine, city, content, tmp_path)
    assert (received.verdict, received.sender) == (Verdict.REFUSED, "")
    assert "不是完整的考成结果包" in received.reason


async def test_a_manifest_with_wild_values_is_refused_not_a_fault(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    city, content, _entry = await handed_up(engine, county, urls, tmp_path)
    for field, value in (("number", 10**30), ("number", "1"), ("scheme", None), ("sender_name", "\x00")):
        written = json.loads(content)
        written["manifest"][field] = value
        changed = json.dumps(written, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        assert (await receive(engine, city, changed, tmp_path)).verdict is Verdict.REFUSED


async def test_who_has_published_nothing_is_named_missing(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    city = await given.city_above(engine, urls.owner, county)
    async with tenant_session(engine, city) as session:
        compared = await service.compare(session, "2026", await queries.received(session))
    assert [one.name for one in compared.missing] == ["云岭县"]


async def test_the_senders_latest_run_counts_even_if_an_older_one_arrives_later(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    city, older, _entry = await handed_up(engine, county, urls, tmp_path)
    staff = {code: await given.somebody(engine, county, code) for code in ("li", "wang", "zhao")}
    await given.file_year(engine, county, staff, {"west": (90, 90, 100, 100)}, revision=2)
    async with tenant_session(engine, county) as session:
        sheet = await scoring.run(session, "2026", by=staff["li"], at=given.NOON)
        made = await publishing.publish(
            session, sheet.id, ("city",), by=staff["li"], at=given.NOON, data=tmp_path
        )
        newer = await standings.bundle(session, made.id)
    keys.introduce(tmp_path, "city", "county")
    for content in (newer, older):
        assert (await receive(engine, city, content, tmp_path)).accepted
    async with tenant_session(engine, city) as session:
        counted = current(await queries.received(session), "2026")
    assert [it.number for it in counted.values()] == [2]


async def test_only_who_may_read_the_inbox_brings_a_file(
    engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    city, content, _entry = await handed_up(engine, county, urls, tmp_path)
    keys.introduce(tmp_path, "city", "county")
    trusted = keys.trusted(tmp_path, "city")
    for who, allowed in (("dong", False), ("chen", False), ("sun", True)):
        person = await given.somebody(engine, city, who)
        async with tenant_session(engine, city) as session:
            if allowed:
                assert (
                    await service.hand_in(session, content, trusted=trusted, by=person, at=given.NOON)
                ).accepted
            else:
                with pytest.raises(NotAllowed):
                    await service.hand_in(session, content, trusted=trusted, by=person, at=given.NOON)


async def test_a_neighbour_sees_nothing_of_the_inbox(
    engine: AsyncEngine, county: TenantId, neighbour: TenantId, urls: Urls, tmp_path: Path
) -> None:
    _city, _content, entry = await handed_up(engine, county, urls, tmp_path)
    received = await jobs.deliver(engine, tmp_path, tenant=county, outbox=entry)
    for other in (neighbour, county):
        async with tenant_session(engine, other) as session:
            assert await queries.received(session) == []
            with pytest.raises(NoSuchBundle):
                await queries.content(session, received.id)
