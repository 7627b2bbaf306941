"""Adds an entry to a tenant's chain, in the transaction of the change it describes.

Each entry holds the digest of the one before, so an entry cannot be edited, removed or moved without
breaking every later one.  No personal data goes in: entries name people and rows by their ids, so
that a duty to erase can be met without breaking the chain.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import TypeAlias

from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from kaocheng.db.session import TenantSession
from kaocheng.record.tables import record_entry, record_head

__all__ = ["Fact", "write"]

Fact: TypeAlias = "str | int | bool | Decimal | Sequence[Fact] | Mapping[str, Fact] | None"

SUITE = 1  # SHA-256; a change of suite is itself an entry
START = bytes(32)


async def write(
    session: TenantSession, what: str, by: int | None, facts: Mapping[str, Fact], at: datetime
) -> int:
    """Record that *what* was done by person *by*, with its *facts*; returns the entry's number.

    The tenant's head row stays locked until the transaction ends: entries are numbered without a
    gap, and one that is rolled back leaves none.
    """
    seq, prev = await _head(session)
    seq += 1
    body = _canonical({"what": what, "by": by, "at": at.astimezone(UTC).isoformat(), "facts": facts})
    digest = _digest(session.tenant, seq, prev, body)
    await session.execute(
        insert(record_entry).values(
            tenant_id=session.tenant, seq=seq, suite=SUITE, prev=prev, hash=digest, body=body, at=at
        )
    )
    await session.execute(
        update(record_head).where(record_head.c.tenant_id == session.tenant).values(seq=seq, hash=digest)
    )
    return seq


async def _head(session: TenantSession) -> tuple[int, bytes]:
    """The chain's end, locked; the first call makes it."""
    # An update that changes nothing: it locks the row and gives it back in one round trip.
    made = upsert(record_head).values(tenant_id=session.tenant, seq=0, hash=START)
    locked = made.on_conflict_do_update(index_elements=["tenant_id"], set_={"seq": record_head.c.seq})
    row = (await session.execute(locked.returning(record_head.c.seq, record_head.c.hash))).one()
    return row.seq, row.hash


def _canonical(entry: Mapping[str, Fact]) -> bytes:
    """One way to write an entry: sorted names, no spaces, UTF-8, decimals as text, no floats."""
    return json.dumps(_plain(entry), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(fact: Fact) -> object:
    match fact:
        case None | bool() | int() | str():
            return fact
        case Decimal():
            return format(fact, "f")
        case Mapping():
            return {name: _plain(each) for name, each in fact.items()}
        case Sequence():
            return [_plain(each) for each in fact]
        case _:
            raise TypeError(f"a {type(fact).__name__} cannot stand in the record")


def _digest(tenant: int, seq: int, prev: bytes, body: bytes) -> bytes:
    """H(0x00 ‖ suite ‖ tenant ‖ seq ‖ prev ‖ body), the numbers as fixed-length big-endian bytes."""
    return sha256(
        b"\x00" + bytes([SUITE]) + tenant.to_bytes(8, "big") + seq.to_bytes(8, "big") + prev + body
    ).digest()
