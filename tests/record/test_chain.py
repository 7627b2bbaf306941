"""The record: whatever is done to it afterwards is found, and what is not found is said."""

import ast
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng import record
from kaocheng.db import TenantId, tenant_session
from kaocheng.db.roles import Urls
from kaocheng.record import verify as verifier
from kaocheng.record.verify import BadExport, Head, Verdict, export, from_database, from_export, verify

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
ENTRIES = 9


async def written(engine: AsyncEngine, tenant: TenantId, entries: int = ENTRIES) -> None:
    for number in range(entries):
        async with tenant_session(engine, tenant) as session:
            await record.write(session, "figure.filed", 7, {"figure": number, "单位": "城关镇"}, NOON)


def checked(urls: Urls, tenant: TenantId, known: Head | None = None) -> Verdict:
    entries, head = from_database(urls.app, tenant)
    return verify(entries, head, known)


@pytest.mark.database
async def test_an_untouched_chain_holds(engine: AsyncEngine, urls: Urls, county: TenantId) -> None:
    assert checked(urls, county).entries == 0
    await written(engine, county)
    verdict = checked(urls, county)
    assert (verdict.entries, verdict.broken) == (ENTRIES, None)
    assert checked(urls, county, known=verdict.head).broken is None


@pytest.mark.database
async def test_each_tenant_has_a_chain_of_its_own(
    engine: AsyncEngine, urls: Urls, county: TenantId, neighbour: TenantId
) -> None:
    await written(engine, county, 2)
    await written(engine, neighbour, 3)
    assert (checked(urls, county).entries, checked(urls, neighbour).entries) == (2, 3)


@pytest.mark.database
async def test_what_is_rolled_back_leaves_no_entry_and_no_gap(
    engine: AsyncEngine, urls: Urls, county: TenantId
) -> None:
    async def stumble() -> None:
        async with tenant_session(engine, county) as session:
            await record.write(session, "figure.filed", None, {}, NOON)
            raise ZeroDivisionError

    await written(engine, county, 1)
    with pytest.raises(ZeroDivisionError):
        await stumble()
    await written(engine, county, 1)
    assert (checked(urls, county).entries, checked(urls, county).broken) == (2, None)


def edit(owner: psycopg.Connection) -> None:
    body = b'{"at":"2026-07-01T12:00:00+00:00","by":7,"facts":{},"what":"nothing"}'
    owner.execute("update record_entry set body = %s where seq = 5", (body,))


def edit_and_seal(owner: psycopg.Connection) -> None:
    edit(owner)
    # As whoever knows how it is made would: 0x00, suite, tenant, number, previous hash, body.
    owner.execute(
        "update record_entry set hash = sha256('\\x0001'::bytea || int8send(tenant_id) || int8send(seq)"
        " || prev || body) where seq = 5"
    )


def backdate(owner: psycopg.Connection) -> None:
    owner.execute("update record_entry set at = at - interval '1 day' where seq = 5")


def delete(owner: psycopg.Connection) -> None:
    owner.execute("delete from record_entry where seq = 5")


def delete_and_close_the_gap(owner: psycopg.Connection) -> None:
    delete(owner)
    owner.execute("update record_entry set seq = seq + 100 where seq > 5")
    owner.execute("update record_entry set seq = seq - 101 where seq > 100")


def swap(owner: psycopg.Connection) -> None:
    owner.execute("update record_entry set seq = 100 where seq = 5")
    owner.execute("update record_entry set seq = 5 where seq = 6")
    owner.execute("update record_entry set seq = 6 where seq = 100")


def insert(owner: psycopg.Connection) -> None:
    owner.execute("update record_entry set seq = seq + 100 where seq >= 5")
    owner.execute("update record_entry set seq = seq - 99 where seq > 100")
    owner.execute(
        "insert into record_entry (tenant_id, seq, suite, prev, hash, body, at)"
        " select tenant_id, 5, suite, prev, hash, body, at from record_entry where seq = 6"
    )


@pytest.mark.database
@pytest.mark.parametrize(
    "attack", [edit, edit_and_seal, backdate, delete, delete_and_close_the_gap, swap, insert]
)
async def test_an_entry_cannot_be_touched_unseen(
    engine: AsyncEngine, urls: Urls, county: TenantId, attack: Callable[[psycopg.Connection], None]
) -> None:
    await written(engine, county)
    with psycopg.connect(urls.owner) as owner:
        attack(owner)
    broken = checked(urls, county).broken
    assert broken
    assert broken.seq in (5, 6)


@pytest.mark.database
async def test_a_tail_cut_off_is_seen_by_the_head_and_with_the_head_repaired_by_a_known_end_only(
    engine: AsyncEngine, urls: Urls, county: TenantId
) -> None:
    await written(engine, county)
    known = checked(urls, county).head
    with psycopg.connect(urls.owner) as owner:
        owner.execute("delete from record_entry where seq > 7")
    assert checked(urls, county).broken
    with psycopg.connect(urls.owner) as owner:
        owner.execute("update record_head set seq = 7, hash = (select hash from record_entry where seq = 7)")
    assert not checked(urls, county).broken
    broken = checked(urls, county, known).broken
    assert broken
    assert broken.seq == 8
    with psycopg.connect(urls.owner) as owner:
        owner.execute("delete from record_entry")
        owner.execute("delete from record_head")
    assert not checked(urls, county).broken
    assert checked(urls, county, known).broken


@pytest.mark.database
async def test_a_chain_written_anew_is_seen_by_a_known_end_only(
    engine: AsyncEngine, urls: Urls, county: TenantId
) -> None:
    await written(engine, county)
    known = checked(urls, county).head
    with psycopg.connect(urls.owner) as owner:
        owner.execute("delete from record_entry")
        owner.execute("delete from record_head")
    async with tenant_session(engine, county) as session:
        await record.write(session, "figure.filed", 8, {}, NOON)
    await written(engine, county)
    assert not checked(urls, county).broken
    assert checked(urls, county, known).broken


@pytest.mark.database
async def test_the_application_can_neither_change_nor_remove_an_entry(
    engine: AsyncEngine, urls: Urls, county: TenantId
) -> None:
    await written(engine, county, 1)
    for attempt in ("update record_entry set at = at", "delete from record_entry", "truncate record_entry"):
        with psycopg.connect(urls.app) as app:
            app.execute("set local app.tenant_id = '1'")
            with pytest.raises(InsufficientPrivilege):
                app.execute(attempt)


@pytest.mark.database
async def test_an_export_is_checked_without_a_database(
    engine: AsyncEngine, urls: Urls, county: TenantId, tmp_path: Path
) -> None:
    await written(engine, county)
    entries, head = from_database(urls.app, county)
    taken = tmp_path / "record.jsonl"
    taken.write_text("\n".join(export(entries)), encoding="utf-8")
    assert verify(from_export(taken), known=head).broken is None
    taken.write_text(taken.read_text(encoding="utf-8").replace("城关镇", "东川镇", 1), encoding="utf-8")
    broken = verify(from_export(taken)).broken
    assert broken
    assert broken.seq == 1
    taken.write_text("{}\n", encoding="utf-8")
    with pytest.raises(BadExport, match=r"record.jsonl 第 1 行"):
        verify(from_export(taken))
    with pytest.raises(BadExport):
        Head.parse("nine")


@pytest.mark.database
async def test_facts_are_kept_as_they_were_written_and_nothing_else_may_stand_there(
    engine: AsyncEngine, urls: Urls, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        await record.write(session, "scored", None, {"score": Decimal("1E+2"), "units": [1, 2]}, NOON)
        with pytest.raises(TypeError, match="float"):
            await record.write(session, "scored", None, {"score": {"total": 0.1}}, NOON)  # type: ignore[dict-item]
    (entry,) = from_database(urls.app, county)[0]
    assert json.loads(entry.body)["facts"] == {"score": "100", "units": [1, 2]}


def test_the_verifier_shares_no_code_with_the_writer() -> None:
    tree = ast.parse(Path(verifier.__file__).read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in imported if name.startswith("kaocheng")} == {"kaocheng.errors", "kaocheng.i18n"}
