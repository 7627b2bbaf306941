"""Workbooks into figures: all or nothing, the same file once, every value with its file and cell."""

import asyncio
from collections import Counter
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from kaocheng.db.session import tenant_session
from kaocheng.engine.periods import NoSuchPeriod
from kaocheng.figures import expected, queries, service
from kaocheng.figures.domain import (
    AlreadyStored,
    ConversionsOpen,
    Discarded,
    ErrorsRemain,
    Key,
    Kind,
    NoSuchWorkbook,
    NotYoursToFile,
    Of,
    Outcome,
)
from kaocheng.identity.domain import NotAllowed, TenantId
from tests.yunling import CLAIMS, HALF, MISTAKEN, NOON, TARGETS, TASKS, WORKBOOKS, YEAR, County

pytestmark = pytest.mark.database


def changed(name: str, **cells: object) -> bytes:
    """A workbook of the county with some cells of its first sheet set to other values."""
    book = load_workbook(WORKBOOKS / name)
    for cell, value in cells.items():
        book.worksheets[0][cell] = value
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize(
    "name", sorted(path.name for path in WORKBOOKS.glob("*.xlsx") if "有错" not in path.name)
)
async def test_each_workbook_of_the_county_is_read_without_errors_and_stored(
    yunling: County, name: str
) -> None:
    seen = await yunling.preview(name)
    assert [f"{f.cell} {f.what}" for f in seen.errors] == []
    stored = await yunling.import_(name)
    assert stored.new == len(seen.values)


async def test_the_catalogue_agrees_with_the_schemes_clauses(yunling: County) -> None:
    seen = await yunling.preview("01-乡镇指标表.xlsx")
    assert [f.code for f in seen.doubts] == ["table_measure"]  # the scheme measures 重点项目 in 万元


async def test_every_value_keeps_its_file_and_cell_and_who_filed_it(yunling: County) -> None:
    await yunling.import_(YEAR)
    async with yunling.session() as session:
        figure = (await queries.history(session, await yunling.key("高桥镇", "attraction")))[0]
    assert figure.value.decimal == Decimal("4385.6")
    assert (figure.filer, figure.workbook, figure.cell) == ("李娜", YEAR, "Sheet1!E17")
    assert figure.outcome is Outcome.FILED


async def test_not_applicable_is_neither_missing_nor_zero(yunling: County) -> None:
    await yunling.import_(YEAR)
    async with yunling.session() as session:
        petitions = (await queries.history(session, await yunling.key("高桥镇", "petitions")))[0]
        deaths = (await queries.history(session, await yunling.key("古城镇", "deaths")))[0]
        rows = await expected.progress(session, "2026", by_unit=True)
    assert petitions.value.kind is Kind.NOT_APPLICABLE
    assert (deaths.value.kind, deaths.value.decimal) == (Kind.DECIMAL, 0)
    # Evaluations, targets … are still missing for this township; its “/” and its zero are not.
    assert next(r for r in rows if r.label == "高桥镇").missing > 0
    assert str(petitions.value) == "/"


async def test_nothing_is_stored_before_somebody_agrees(yunling: County) -> None:
    await yunling.preview(YEAR)
    async with yunling.session() as session:
        assert await queries.current(session) == ()


async def test_a_period_is_told_by_its_name_in_the_scheme_or_as_it_is_written(yunling: County) -> None:
    async with yunling.session() as session:
        content = (WORKBOOKS / YEAR).read_bytes()
        for told, meant in (("half", "2026H1"), ("2026-07", "2026-07")):
            assert (await service.look(session, YEAR, content, period=told)).period == meant
        for told in ("2026-13", "去年", "2026H3"):
            with pytest.raises(NoSuchPeriod, match=told):
                await service.look(session, YEAR, content, period=told)


async def test_a_file_with_errors_stores_nothing(yunling: County) -> None:
    seen = await yunling.preview(MISTAKEN)
    office = await yunling.person("lina")
    assert len(seen.errors) >= 10
    with pytest.raises(ErrorsRemain, match="一个数也没有存"):
        async with yunling.session() as session:
            await service.agree(session, seen.workbook_id or 0, by=office, at=NOON, accept_conversions=True)
    async with yunling.session() as session:
        assert await queries.current(session) == ()


async def test_conversions_are_agreed_to_before_anything_is_stored(yunling: County) -> None:
    seen = await yunling.preview(YEAR, content=changed(YEAR, E7="１，２３４．５"))
    office = await yunling.person("lina")
    assert seen.conversions
    with pytest.raises(ConversionsOpen):
        async with yunling.session() as session:
            await service.agree(session, seen.workbook_id or 0, by=office, at=NOON)
    async with yunling.session() as session:
        stored = await service.agree(
            session, seen.workbook_id or 0, by=office, at=NOON, accept_conversions=True
        )
    assert stored.new == len(seen.values)


async def test_the_same_file_twice_has_one_effect(yunling: County) -> None:
    first = await yunling.import_(YEAR)
    again = await yunling.import_(YEAR)
    assert (again.again, again.written, again.workbook_id) == (True, 0, first.workbook_id)
    async with yunling.session() as session:
        figures = await queries.current(session)
        assert Counter(f.revision for f in figures) == {1: first.new}


async def test_an_earlier_file_is_gone_back_to_only_when_asked(yunling: County) -> None:
    first = await yunling.import_(YEAR)
    await yunling.import_(YEAR, content=changed(YEAR, C4=2150, D5=5400))
    office, revenue = await yunling.person("lina"), await yunling.key("城关镇", "revenue")
    again = await yunling.import_(YEAR)
    assert (again.again, again.written, again.since, again.unchanged) == (True, 0, 2, first.new - 2)
    for changes in (2, 0):  # asked twice, done once
        async with yunling.session() as session:
            back = await service.agree(session, first.workbook_id or 0, by=office, at=NOON, again=True)
            values = [f.value.decimal for f in await queries.history(session, revenue)]
        assert (back.again, back.changed) == (False, changes)
        assert values == [Decimal("2147.67"), Decimal(2150), Decimal("2147.67")]


async def test_two_who_agree_at_once_have_one_effect(yunling: County) -> None:
    seen = await yunling.preview(YEAR)
    office = await yunling.person("lina")

    async def agree() -> bool:
        async with yunling.session() as session:
            stored = await service.agree(
                session, seen.workbook_id or 0, by=office, at=NOON, accept_conversions=True
            )
        return stored.again

    assert sorted(await asyncio.gather(agree(), agree())) == [False, True]
    async with yunling.session() as session:
        assert {f.revision for f in await queries.current(session)} == {1}


async def test_two_files_at_once_for_one_period_lose_no_value(yunling: County) -> None:
    one = await yunling.preview(YEAR)
    other = await yunling.preview(YEAR, content=changed(YEAR, C4=2150))
    office = await yunling.person("lina")

    async def agree(id: int | None) -> None:
        async with yunling.session() as session:
            await service.agree(session, id or 0, by=office, at=NOON, accept_conversions=True)

    await asyncio.gather(agree(one.workbook_id), agree(other.workbook_id))
    async with yunling.session() as session:
        revisions = await queries.history(session, await yunling.key("城关镇", "revenue"))
    assert {f.value.decimal for f in revisions} == {Decimal("2147.67"), Decimal(2150)}


async def test_only_what_differs_becomes_a_revision(yunling: County) -> None:
    await yunling.import_(YEAR)
    stored = await yunling.import_(YEAR, content=changed(YEAR, C4=2150, D5=5400))
    assert (stored.new, stored.changed) == (0, 2)
    async with yunling.session() as session:
        revisions = await queries.history(session, await yunling.key("城关镇", "revenue"))
    assert [(f.revision, f.value.decimal) for f in revisions] == [(2, Decimal(2150)), (1, Decimal("2147.67"))]


async def test_a_claim_that_a_new_file_no_longer_has_is_withdrawn(yunling: County) -> None:
    await yunling.import_(CLAIMS)
    async with yunling.session() as session:
        before = {(f.unit_label, f.indicator.code) for f in await queries.current(session, of=[Of.CLAIM])}
    book = load_workbook(WORKBOOKS / CLAIMS)
    book.worksheets[0].delete_rows(6)  # 古城镇's only bonus
    kept = BytesIO()
    book.save(kept)
    stored = await yunling.import_(CLAIMS, content=kept.getvalue())
    async with yunling.session() as session:
        after = {(f.unit_label, f.indicator.code) for f in await queries.current(session, of=[Of.CLAIM])}
        gone = [
            f
            for f in await queries.current(session, of=[Of.CLAIM], withdrawn=True)
            if f.value.kind is Kind.WITHDRAWN
        ]
        frozen = {Key(*row[:4]) for row in (await queries.register(session)).rows}
        assert frozen == {f.key for f in await queries.current(session)}
    assert before - after == {("古城镇", "bonus")}
    assert stored.withdrawn == len(gone) > 0


async def test_a_department_without_a_finishing_date_has_none(yunling: County) -> None:
    await yunling.import_(TASKS)
    async with yunling.session() as session:
        rows = await queries.current(session, ["2026"], of=[Of.ROW])
    done = [f for f in rows if f.unit_label == "县信访局" and f.indicator.field == "done"]
    assert [(f.key.series, str(f.value)) for f in done] == [("2", "2027-02-13")]


async def test_a_discarded_file_stores_nothing_and_may_come_again(yunling: County) -> None:
    seen = await yunling.preview(YEAR)
    office = await yunling.person("lina")
    async with yunling.session() as session:
        await service.discard(session, seen.workbook_id or 0, by=office, at=NOON)
    with pytest.raises(Discarded):
        async with yunling.session() as session:
            await service.agree(session, seen.workbook_id or 0, by=office, at=NOON)
    assert (await yunling.import_(YEAR)).new == len(seen.values)
    with pytest.raises(AlreadyStored):
        async with yunling.session() as session:
            await service.discard(session, seen.workbook_id or 0, by=office, at=NOON)


async def test_a_collector_imports_his_own_columns_only(yunling: County) -> None:
    with pytest.raises(NotYoursToFile, match="不归您填"):
        await yunling.preview(YEAR, by="wangqiang")


async def test_a_liaison_and_a_verifier_do_not_import(yunling: County) -> None:
    for code in ("chenxia", "zhaomin"):
        with pytest.raises(NotAllowed):
            await yunling.preview(YEAR, by=code)


async def test_a_neighbour_sees_neither_workbook_nor_figure(yunling: County, neighbour: TenantId) -> None:
    stored = await yunling.import_(YEAR)
    async with tenant_session(yunling.engine, neighbour) as session:
        assert await queries.current(session) == ()
        with pytest.raises(NoSuchWorkbook):
            await queries.workbook(session, stored.workbook_id or 0)


async def test_targets_hold_for_the_half_year_by_their_share(yunling: County) -> None:
    await yunling.import_(TARGETS)
    unit = (await yunling.key("城关镇", "revenue")).unit_id
    async with yunling.session() as session:
        half = await expected.targets_of(session, "2026H1")
        year = await expected.targets_of(session, "2026")
    assert (year[unit, "revenue"].decimal, half[unit, "revenue"].decimal) == (Decimal(2140), Decimal(1070))
    assert half[unit, "deaths"].decimal == year[unit, "deaths"].decimal == 1


async def test_a_value_far_from_its_past_goes_to_the_verifier_as_a_doubt(yunling: County) -> None:
    await yunling.import_(HALF)
    await yunling.import_(YEAR, content=changed(YEAR, C4=900))
    async with yunling.session() as session:
        figure = (await queries.history(session, await yunling.key("城关镇", "revenue")))[0]
    assert figure.doubts


@pytest.mark.parametrize("value", ["'NaN'", "'Infinity'", "'-Infinity'", "1e24", "-1e24"])
async def test_the_database_refuses_what_is_no_figure(yunling: County, value: str) -> None:
    key = await yunling.key("城关镇", "revenue")
    with pytest.raises(DBAPIError, match="figure_range"):
        async with yunling.session() as session:
            await session.execute(
                sql(
                    "insert into figure (tenant_id, period, unit_id, indicator_id, series, revision, kind,"
                    f" value) values ({int(session.tenant)}, '2026', {key.unit_id},"
                    f" {key.indicator_id}, '', 1, 0, {value})"
                )
            )


@pytest.mark.parametrize(
    ("revision", "refused_by"), [("revision", "figure_pkey"), ("revision + 1", "foreign key")]
)
async def test_a_filing_has_one_value_of_a_figure_and_a_value_its_filing(
    yunling: County, revision: str, refused_by: str
) -> None:
    await yunling.import_(YEAR)
    with pytest.raises(DBAPIError, match=refused_by):
        async with yunling.session() as session:
            await session.execute(
                sql(
                    "insert into figure (tenant_id, period, unit_id, indicator_id, series, revision, kind)"
                    f" select tenant_id, period, unit_id, indicator_id, series, {revision}, 2"
                    " from figure limit 1"
                )
            )


@pytest.mark.parametrize(
    "statement",
    [
        "update figure set revision = 9",
        "update filing set filed_by = 9",
        "delete from figure",
        "delete from vouching",
    ],
)
async def test_the_application_cannot_change_what_was_filed(yunling: County, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with yunling.session() as session:
            await session.execute(sql(statement))


async def test_the_record_says_who_stored_which_file_and_for_whom(yunling: County) -> None:
    stored = await yunling.import_(YEAR)
    office = await yunling.person("lina")
    async with yunling.session() as session:
        body = (
            await session.execute(
                sql("select convert_from(body, 'UTF8') from record_entry order by seq desc limit 1")
            )
        ).scalar_one()
    assert f'"by":{office.id}' in body
    assert stored.digest in body
    assert "县招商局" in body


def test_the_workbooks_are_where_this_test_looks() -> None:
    assert len(list(WORKBOOKS.glob("*.xlsx"))) == 8
