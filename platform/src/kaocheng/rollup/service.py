"""The verbs of the level above: receive what was handed up, compare what was published."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from kaocheng import record
from kaocheng.db.session import TenantSession, next_number
from kaocheng.engine.sheet import PaperSheet, Sheet, Standing
from kaocheng.errors import Problem
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Person, allows, require
from kaocheng.rollup import queries
from kaocheng.rollup.domain import (
    Comparison,
    Impersonation,
    NoSuchBundle,
    Received,
    Result,
    Subordinate,
    UnknownSender,
    Verdict,
    current,
)
from kaocheng.scoring import elsewhere
from kaocheng.scoring.domain import Origin
from kaocheng.scoring.elsewhere import Taken
from kaocheng.standings import bundle, keys
from kaocheng.standings.bundle import Bundle, NotABundle
from kaocheng.standings.keys import PublicKey
from kaocheng.tenancy import queries as tenancy

LARGEST = Decimal(10) ** 24
Trusted = Sequence[tuple[str, PublicKey]]


async def receive(
    session: TenantSession, content: bytes, *, trusted: Trusted, by: int | None, at: datetime
) -> Received:
    """Check a bundle's signature and digests, compute it again, and keep it verbatim with the verdict.

    The same bytes a second time have no second effect. One that was refused for want of a key may be
    accepted once the key is pinned.
    """
    digest = sha256(content).hexdigest()
    there = await queries.same(session, digest, Verdict.ACCEPTED)
    if there is not None:
        return replace(there, again=True)
    checked = await asyncio.to_thread(_check, content, trusted)
    # Drawing the number locks the counter: of two deliveries of one bundle, the second sees the first.
    number = await next_number(session, "inbox")
    there = await queries.same(session, digest, checked.verdict)
    if there is not None:
        return replace(there, again=True)
    it = replace(checked.received, id=number, digest=digest, received_at=at)
    await queries.keep(session, it, content, checked.results)
    facts: dict[str, str | int] = {
        "bundle": number,
        "sender": it.sender,
        "period": it.period,
        "digest": digest,
        "reason": it.reason,
    }
    await record.write(session, f"bundle.{it.verdict}", by, facts, at)
    return it


async def hand_in(
    session: TenantSession, content: bytes, *, trusted: Trusted, by: Person, at: datetime
) -> Received:
    """Receive a bundle that somebody brings as a file.

    Raises:
        NotAllowed: the inbox is not *by*'s.
    """
    require(by, Permission.READ_INBOX)
    return await receive(session, content, trusted=trusted, by=by.id, at=at)


async def trust(
    session: TenantSession, sender: str, key: PublicKey, *, by: Person, at: datetime, data: Path
) -> bool:
    """Pin *sender*'s key for this reader; False where it was pinned already.

    Raises:
        NotAllowed: neither the inbox nor the tenant's configuration is *by*'s.
    """
    if not allows(by, Permission.READ_INBOX):
        require(by, Permission.MANAGE_TENANT)
    reader = (await tenancy.tenant(session)).code
    new = keys.pin(data, reader, sender, key)
    if new:
        await record.write(session, "key.pinned", by.id, {"sender": sender, "key": key.id}, at)
    return new


async def compare(session: TenantSession, period: str, received: Sequence[Received]) -> Comparison:
    """All subordinates side by side for *period*, by what was *received*; also who has published nothing."""
    counted = current(received, period)
    classes = await queries.summaries(session, [it.id for it in counted.values()])
    known = dict(await queries.subordinates(session))
    names = {**{code: it.sender_name for code, it in counted.items()}, **known}
    return Comparison(
        period=period,
        subordinates=tuple(
            Subordinate(
                code=code,
                name=name,
                received=counted.get(code),
                classes=tuple(classes[counted[code].id]) if code in counted else (),
            )
            for code, name in sorted(names.items())
        ),
    )


@elsewhere.place(elsewhere.RECEIVED)
async def handed_up(session: TenantSession, code: str, period: str) -> Sequence[Taken]:
    """The accepted sheets of *period* of this sender or scheme, for a rule that takes from one."""
    counted = current(await queries.received(session), period)
    own = [counted[code]] if code in counted else [it for it in counted.values() if it.scheme == code]
    reader = (await tenancy.tenant(session)).name
    return [await _taken(session, it, reader) for it in own]


async def _taken(session: TenantSession, it: Received, reader: str) -> Taken:
    """A bundle's sheet; the sender stands for it, and the reader for having computed it again."""
    read = bundle.read(await queries.content(session, it.id))
    facts = {"scheme": read.manifest.scheme_name, "period": it.period, "number": it.number}
    book = _("{scheme} {period} 第 {number} 次得分表 {digest}", digest=read.manifest.sheet[:12], **facts)
    received = it.received_at.isoformat()
    published = it.published_at if _is_moment(it.published_at) else received
    return Taken(read.parts["sheet"], Origin(it.sender_name, published, reader, received, book))


def _is_moment(written: str) -> bool:
    """Whether a sender wrote when it published as we do; a careless one may have written anything."""
    try:
        return datetime.fromisoformat(written).tzinfo is not None
    except ValueError:
        return False


async def opened(session: TenantSession, id: int) -> tuple[Received, Bundle]:
    """One accepted bundle, read again from the bytes that came: what was published, and no further."""
    received = await queries.by_id(session, id)
    if not received.accepted:
        raise NoSuchBundle(id)
    return received, bundle.read(await queries.content(session, id))


@dataclass(frozen=True, slots=True)
class _Checked:
    """What the check of some bytes came to."""

    received: Received
    results: tuple[Result, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return self.received.verdict


def _check(content: bytes, trusted: Trusted) -> _Checked:
    read: Bundle | None = None
    try:
        read = bundle.read(content)
        sheet = bundle.verify(read, _key(read, trusted))
        results = tuple(_results(sheet))
    except Problem as refusal:
        return _Checked(_received(read, Verdict.REFUSED, str(refusal)))
    return _Checked(_received(read, Verdict.ACCEPTED, ""), results)


def _key(read: Bundle, trusted: Trusted) -> PublicKey:
    pinned = [key for sender, key in trusted if sender == read.manifest.sender]
    if not pinned:
        raise UnknownSender(read.manifest.sender_name, read.key)
    for key in pinned:
        if key.id == read.key:
            return key
    raise Impersonation(read.manifest.sender_name, read.key)


def _received(read: Bundle | None, verdict: Verdict, reason: str) -> Received:
    manifest = read.manifest if read else None
    return Received(
        id=0,
        sender=manifest.sender if manifest else "",
        sender_name=manifest.sender_name if manifest else "",
        period=manifest.period if manifest else "",
        scheme=manifest.scheme if manifest else "",
        digest="",
        verdict=verdict,
        reason=reason,
        number=manifest.number if manifest else 0,
        published_at=manifest.published_at if manifest else "",
        received_at=datetime.min,
    )


def _results(sheet: Sheet) -> Iterator[Result]:
    for paper in sheet.papers:
        full = _full(paper)
        for standing in paper.standings:
            yield _keepable(
                Result(
                    paper=paper.code,
                    group=paper.group,
                    unit=standing.unit,
                    label=paper.labels.get(standing.unit, standing.unit),
                    score=_decimal(paper.shown(standing.unit, paper.total)),
                    full=full,
                    rank=_rank(standing),
                    grade=standing.grade or "",
                )
            )


def _keepable(result: Result) -> Result:
    """*result*, if a table can hold it: a signed bundle may still come from somebody careless."""
    numbers = [n for n in (result.score, result.full) if n is not None]
    texts = (result.paper, result.group, result.unit, result.label, result.grade)
    if any(abs(n) >= LARGEST for n in numbers) or not all(text.isprintable() for text in texts):
        raise NotABundle(_("{unit}的结果超出能记录的范围", unit=result.label))
    return result


def _rank(standing: Standing) -> int | None:
    return standing.rank if isinstance(standing.rank, int) else None


def _full(paper: PaperSheet) -> Decimal | None:
    marks = Fraction(paper.column[paper.total].full or 0)
    return None if not marks else Decimal(marks.numerator) / marks.denominator


def _decimal(shown: str) -> Decimal | None:
    return Decimal(shown) if shown and shown != "/" else None
