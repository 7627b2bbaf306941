"""A second pair of eyes: what waits, what may be said of it, and by whom it may not."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from kaocheng.db.session import tenant_session
from kaocheng.figures import expected, queries, service
from kaocheng.figures.domain import Kind, Outcome
from kaocheng.figures.service import Typed
from kaocheng.identity.domain import NotAllowed, TenantId
from kaocheng.verification import queries as verification
from kaocheng.verification.domain import (
    AlreadyScored,
    FiledByVerifier,
    Filter,
    NothingWaits,
    NotJudged,
    NotWaiting,
    OutOfRemit,
    ReasonNeeded,
    Ref,
)
from kaocheng.verification.service import scored, send_back, undo, vouch_all
from tests.yunling import CLAIMS, HALF, NOON, TARGETS, TASKS, YEAR, County

pytestmark = pytest.mark.database


async def vouch(yunling: County, wanted: Filter, by: str = "zhaomin") -> tuple[int, int]:
    person = await yunling.person(by)
    async with yunling.session() as session:
        done = await vouch_all(session, wanted, by=person, at=NOON)
    return done.count, done.own


async def typed(yunling: County, by: str, unit: str, code: str, written: str) -> Ref:
    person, key = await yunling.person(by), await yunling.key(unit, code)
    async with yunling.session() as session:
        await service.file(session, [Typed(*key, written)], by=person, at=NOON)
        return Ref(key, (await queries.history(session, key))[0].revision)


async def test_one_collectors_figures_are_vouched_for_at_once(yunling: County) -> None:
    await yunling.import_(HALF)
    assert await vouch(yunling, Filter(period="2026H1", collector="县文旅局")) == (48, 0)
    async with yunling.session() as session:
        rows = {r.label: r for r in await expected.progress(session, "2026H1")}
        assert len(await queries.vouched(session, ["2026H1"])) == 48
    assert (rows["县文旅局"].vouched, rows["县财政局"].vouched) == (48, 0)


async def test_whoever_filed_a_figure_cannot_vouch_for_it(yunling: County) -> None:
    ref = await typed(yunling, "songtao", "城关镇", "forest", "1200")
    with pytest.raises(FiledByVerifier, match="另一位核验人"):
        await vouch(yunling, Filter(chosen=[ref]), by="songtao")
    with pytest.raises(FiledByVerifier):
        await vouch(yunling, Filter(period="2026"), by="songtao")
    assert await vouch(yunling, Filter(chosen=[ref])) == (1, 0)


async def test_nor_does_the_database_let_him(yunling: County) -> None:
    ref = await typed(yunling, "songtao", "城关镇", "forest", "1200")
    filer, other = await yunling.person("songtao"), await yunling.person("zhaomin")

    async def insert(by: int, filed_by: int) -> None:
        async with yunling.session() as session:
            await session.execute(
                sql(
                    "insert into vouching values (:tenant, :period, :unit, :indicator, :series, :revision,"
                    " 1, 'vouched', :by, :filed_by, '', now())"
                ),
                {
                    "tenant": session.tenant,
                    "period": ref.key.period,
                    "unit": ref.key.unit_id,
                    "indicator": ref.key.indicator_id,
                    "series": ref.key.series,
                    "revision": ref.revision,
                    "by": by,
                    "filed_by": filed_by,
                },
            )

    with pytest.raises(DBAPIError, match="vouching_second_pair_of_eyes"):
        await insert(filer.id, filer.id)
    with pytest.raises(DBAPIError, match="foreign key"):  # nor by naming another filer
        await insert(filer.id, other.id)
    await insert(other.id, filer.id)


async def test_a_bulk_vouching_leaves_what_is_ones_own_to_somebody_else(yunling: County) -> None:
    await typed(yunling, "songtao", "城关镇", "forest", "1200")
    await typed(yunling, "chenxia", "永丰镇", "forest", "900")
    assert await vouch(yunling, Filter(period="2026"), by="songtao") == (1, 1)


async def test_a_department_judges_only_what_it_collects(yunling: County) -> None:
    ref = await typed(yunling, "chenxia", "永丰镇", "revenue", "812.5")  # 县财政局 collects it
    await typed(yunling, "chenxia", "永丰镇", "forest", "900")
    forester = await yunling.person("songtao")
    for judge in (vouch_all, send_back):
        with pytest.raises(OutOfRemit, match="不归您核验"):
            async with yunling.session() as session:
                await judge(session, Filter(chosen=[ref]), by=forester, at=NOON, reason="x")
    assert await vouch(yunling, Filter(period="2026"), by="songtao") == (1, 0)
    await vouch(yunling, Filter(chosen=[ref]))
    with pytest.raises(OutOfRemit):
        async with yunling.session() as session:
            await undo(session, ref, by=forester, at=NOON, reason="x")


async def test_nobody_judges_a_figure_of_his_own_unit(yunling: County) -> None:
    ref = await typed(yunling, "chenxia", "永丰镇", "forest", "812.5")
    verifier = replace(await yunling.person("zhaomin"), unit_id=(await yunling.person("chenxia")).unit_id)
    with pytest.raises(OutOfRemit, match="本单位"):
        async with yunling.session() as session:
            await vouch_all(session, Filter(chosen=[ref]), by=verifier, at=NOON)
    with pytest.raises(NothingWaits):
        async with yunling.session() as session:
            await vouch_all(session, Filter(period="2026"), by=verifier, at=NOON)


async def test_it_takes_the_role(yunling: County) -> None:
    ref = await typed(yunling, "songtao", "城关镇", "forest", "1200")
    for code in ("lina", "chenxia", "fangyuan"):
        with pytest.raises(NotAllowed):
            await vouch(yunling, Filter(chosen=[ref]), by=code)


async def test_a_figure_sent_back_is_owed_again_with_its_reason(yunling: County) -> None:
    ref = await typed(yunling, "chenxia", "永丰镇", "forest", "812.5")
    verifier = await yunling.person("zhaomin")
    with pytest.raises(ReasonNeeded):
        async with yunling.session() as session:
            await send_back(session, Filter(chosen=[ref]), by=verifier, at=NOON, reason="  ")
    async with yunling.session() as session:
        await send_back(session, Filter(chosen=[ref]), by=verifier, at=NOON, reason="请附名册")
        owed = await expected.debts(session, ["2026"])
        (debt,) = (d for d in owed if d.figure is not None)
    assert (debt.figure and debt.figure.reason, debt.figure and debt.figure.judge) == ("请附名册", "赵敏")
    # Insisting on the same value is a new revision, and waits again.
    await typed(yunling, "chenxia", "永丰镇", "forest", "812.5")
    async with yunling.session() as session:
        assert [w.figure.revision > ref.revision for w in await verification.queue(session)] == [True]
    await typed(yunling, "chenxia", "永丰镇", "forest", "800")
    async with yunling.session() as session:
        (again,) = await verification.queue(session, Filter(changed=True))
    assert (str(again.before), str(again.by)) == ("812.5", "-12.5")


async def test_the_queue_shows_what_changed_since_it_was_last_vouched_for(yunling: County) -> None:
    await yunling.import_(HALF)
    ref = await typed(yunling, "chenxia", "永丰镇", "forest", "812.5")
    await vouch(yunling, Filter(chosen=[ref]))
    await typed(yunling, "chenxia", "永丰镇", "forest", "820")
    async with yunling.session() as session:
        (waiting,) = await verification.queue(session, Filter(period="2026", changed=True))
    assert (str(waiting.before), str(waiting.by), str(waiting.earlier)) == ("812.5", "7.5", "387.7")


async def test_a_run_is_frozen_from_what_the_pages_show(yunling: County) -> None:
    """Numbers, dates, words and “/”, of which some were vouched for, filed anew, sent back or undone."""
    for book in (TARGETS, YEAR, TASKS, CLAIMS):
        await yunling.import_(book)
    verifier, key = await yunling.person("zhaomin"), await yunling.key("永丰镇", "forest")
    async with yunling.session() as session:
        await send_back(session, Filter(collector="县财政局"), by=verifier, at=NOON, reason="请附说明")
    await vouch(yunling, Filter())
    async with yunling.session() as session:
        (latest, *_earlier) = await queries.history(session, key)
        await undo(session, Ref(key, latest.revision), by=verifier, at=NOON, reason="看错了")
    await typed(yunling, "songtao", "城关镇", "forest", "1200.50")
    async with yunling.session() as session:
        shown, (rows, behind) = await queries.current(session), await queries.register(session)
    assert {f.outcome for f in shown} == set(Outcome)
    assert {f.value.kind for f in shown} == {Kind.DECIMAL, Kind.DATE, Kind.NOT_APPLICABLE, Kind.WORD}
    assert sorted(
        (*row[:4], row[4], row[5], row[6], row[7] == "vouched", behind.people.get(row[8], ""), row[9])
        for row in rows
    ) == sorted(
        (*f.key, f.revision, str(f.value), f.cell, f.outcome is Outcome.VOUCHED, f.judge, f.judged_at)
        for f in shown
    )


async def test_what_was_seen_is_what_is_vouched_for(yunling: County) -> None:
    ref = await typed(yunling, "chenxia", "永丰镇", "forest", "812.5")
    await typed(yunling, "chenxia", "永丰镇", "forest", "999")
    with pytest.raises(NotWaiting):
        await vouch(yunling, Filter(chosen=[ref]))
    with pytest.raises(NothingWaits):
        await vouch(yunling, Filter(period="2026", filed_until=NOON - timedelta(hours=1)))


async def test_two_verifiers_at_once_vouch_once(yunling: County) -> None:
    await yunling.import_(HALF)

    async def one() -> int:
        try:
            return (await vouch(yunling, Filter(period="2026H1")))[0]
        except NothingWaits:
            return 0

    assert sorted(await asyncio.gather(one(), one())) == [0, 464]
    async with yunling.session() as session:
        assert (await session.execute(sql("select count(*) from vouching"))).scalar_one() == 464


async def test_a_vouching_is_taken_back_until_a_sheet_was_made_from_it(yunling: County) -> None:
    ref = await typed(yunling, "chenxia", "永丰镇", "forest", "812.5")
    verifier, office = await yunling.person("zhaomin"), await yunling.person("lina")

    async def take_back() -> None:
        async with yunling.session() as session:
            await undo(session, ref, by=verifier, at=NOON, reason="看错行")

    with pytest.raises(NotJudged):
        await take_back()
    await vouch(yunling, Filter(chosen=[ref]))
    await take_back()
    async with yunling.session() as session:
        assert [w.ref for w in await verification.queue(session)] == [ref]
    await vouch(yunling, Filter(chosen=[ref]))
    async with yunling.session() as session:
        await scored(session, ["2026"], sheet=3, by=office, at=NOON + timedelta(hours=1))
    with pytest.raises(AlreadyScored, match="第3次计算"):
        await take_back()
    async with yunling.session() as session:
        assert (await queries.history(session, ref.key))[0].outcome is Outcome.VOUCHED
        assert [line[1] for line in await verification.judgements(session, ref.key)] == [
            "vouched",
            "undone",
            "vouched",
        ]


async def test_a_corrected_figure_waits_again_and_does_not_count_meanwhile(yunling: County) -> None:
    await yunling.import_(YEAR)
    await vouch(yunling, Filter(period="2026"))
    await typed(yunling, "chenxia", "永丰镇", "forest", "812.5")
    async with yunling.session() as session:
        counted = await queries.vouched(session, ["2026"])
    assert len(counted) == 463
    assert all(f.value.kind is not Kind.WITHDRAWN for f in counted)


async def test_a_neighbour_has_nothing_to_verify(yunling: County, neighbour: TenantId) -> None:
    await yunling.import_(HALF)
    async with tenant_session(yunling.engine, neighbour) as session:
        assert await verification.queue(session) == ()
