"""Checks a tenant's chain, from rows or from an export, without a line of the code that wrote it.

What is written here is written a second time on purpose: a mistake in the writer must not be
repeated by whoever checks it.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from kaocheng.errors import Invalid
from kaocheng.i18n import _

__all__ = [
    "BadExport",
    "Break",
    "Entry",
    "Head",
    "Verdict",
    "export",
    "from_database",
    "from_export",
    "verify",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it was found."""

    tenant: int
    seq: int
    suite: int
    prev: bytes
    digest: bytes
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: its last number and digest."""

    seq: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest.hex()}"

    @classmethod
    def parse(cls, written: str) -> "Head":
        """What ``str`` wrote; kept outside the database, it shows a chain cut short or rewritten."""
        seq, _colon, digest = written.partition(":")
        try:
            return cls(int(seq), bytes.fromhex(digest))
        except ValueError as error:
            raise BadExport(_("“{head}”应写成 序号:摘要", head=written)) from error


START = Head(0, b"\x00" * 32)  # where a chain without an entry ends


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries hold, where they end, and the first break if there is one."""

    entries: int
    head: Head
    broken: Break | None


@dataclass(eq=False)
class BadExport(Invalid):
    """What was to be checked cannot be read."""

    reason: str

    code = "bad_export"

    def __str__(self) -> str:
        return _("操作记录读不了:{reason}", reason=self.reason)


def verify(entries: Iterable[Entry], head: Head | None = None, known: Head | None = None) -> Verdict:
    """Walk the chain from its first entry.

    Args:
        entries: in the order of their numbers.
        head: where the database says it ends.
        known: an end that was noted outside the database, on paper or by another office; without
            one, a chain cut short or rewritten as a whole looks whole.
    """
    last = START
    for entry in entries:
        reason = _wrong(entry, last)
        if reason:
            return Verdict(last.seq, last, Break(last.seq + 1, reason))
        last = Head(entry.seq, entry.digest)
        if known and known.seq == entry.seq and known.digest != entry.digest:
            return Verdict(last.seq, last, Break(entry.seq, _("与库外留存的摘要不同:这一条或更早的被改写过")))
    if known and known.seq > last.seq:
        return Verdict(last.seq, last, Break(last.seq + 1, _("库外留存的记录比这更长:末尾被截去了")))
    if head is not None and head != last:
        return Verdict(last.seq, last, Break(last.seq + 1, _("末尾与登记的不符:后面的记录被删去了")))
    return Verdict(last.seq, last, None)


def from_database(url: str, tenant: int) -> tuple[Iterator[Entry], Head]:
    """A tenant's chain, read as any role that may read it; with where the database says it ends."""

    def rows() -> Iterator[Entry]:
        with psycopg.connect(url) as connection, connection.cursor("entries") as cursor:
            connection.execute(f"set local app.tenant_id = '{tenant:d}'")
            cursor.execute(
                "select tenant_id, seq, suite, prev, hash, body, at from record_entry"
                " where tenant_id = %s order by seq",
                (tenant,),
            )
            for row in cursor:
                yield Entry(*row)

    with psycopg.connect(url) as connection:
        connection.execute(f"set local app.tenant_id = '{tenant:d}'")
        found = connection.execute(
            "select seq, hash from record_head where tenant_id = %s", (tenant,)
        ).fetchone()
    return rows(), Head(*found) if found else START


def export(entries: Iterable[Entry]) -> Iterator[str]:
    """The chain as lines of JSON, to be checked anywhere."""
    for entry in entries:
        yield json.dumps(
            {
                "tenant": entry.tenant,
                "seq": entry.seq,
                "suite": entry.suite,
                "prev": entry.prev.hex(),
                "hash": entry.digest.hex(),
                "body": entry.body.decode(),
                "at": entry.at.isoformat(),
            },
            ensure_ascii=False,
        )


def from_export(path: Path) -> Iterator[Entry]:
    """The chain that `export` wrote.

    Raises:
        BadExport: a line of it is not what it should be.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                one = json.loads(line)
                yield Entry(
                    tenant=int(one["tenant"]),
                    seq=int(one["seq"]),
                    suite=int(one["suite"]),
                    prev=bytes.fromhex(one["prev"]),
                    digest=bytes.fromhex(one["hash"]),
                    body=one["body"].encode(),
                    at=datetime.fromisoformat(one["at"]),
                )
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadExport(_("{file} 第 {line} 行", file=path.name, line=number)) from error


def _wrong(entry: Entry, last: Head) -> str:
    """Why *entry* cannot follow *last*; empty when it can."""
    if entry.seq != last.seq + 1:
        return _("序号应为 {wanted},现为 {found}:有记录被删去或插入", wanted=last.seq + 1, found=entry.seq)
    if entry.prev != last.digest:
        return _("与上一条的摘要不衔接:有记录被调换或改写")
    if entry.suite != 1:
        return _("不认识的摘要算法 {suite}", suite=entry.suite)
    fixed = struct.pack(">BBqq", 0, entry.suite, entry.tenant, entry.seq)
    if hashlib.new("sha256", fixed + entry.prev + entry.body).digest() != entry.digest:
        return _("内容与摘要不符:这一条被改写过")
    if datetime.fromisoformat(json.loads(entry.body)["at"]) != entry.at:
        return _("内容里的时间与登记的时间不符:登记的时间被改写过")
    return ""
