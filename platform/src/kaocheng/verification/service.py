"""The verbs of a second pair of eyes: vouch, send back, take back — each decided under the figures' lock."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from kaocheng import record
from kaocheng.db.session import TenantSession
from kaocheng.figures import queries as figures
from kaocheng.figures.domain import Figure, Outcome
from kaocheng.figures.remit import own_collectors
from kaocheng.identity.domain import Permission, Person, Role, require
from kaocheng.tenancy import queries as tenancy
from kaocheng.verification import queries
from kaocheng.verification.domain import (
    AlreadyScored,
    FiledByVerifier,
    Filter,
    Judged,
    NothingWaits,
    NotJudged,
    NotWaiting,
    OutOfRemit,
    ReasonNeeded,
    Ref,
    Remit,
    Waiting,
)
from kaocheng.verification.tables import scored_period


async def remit(session: TenantSession, person: Person) -> Remit:
    """Whose figures *person* may judge; a verifier everybody's, save those of his own unit."""
    everything = Role.VERIFIER in person.roles
    own = None if everything else own_collectors(person, await tenancy.units(session))
    return Remit(own, person.unit_id)


async def vouch_all(
    session: TenantSession, wanted: Filter, *, by: Person, at: datetime, reason: str = ""
) -> Judged:
    """Vouch for all that waits and fits *wanted*, so that it counts towards a score.

    With a filter alone, what *by* filed himself is left for somebody else and counted; figures chosen
    one by one must all be somebody else's.

    Raises:
        NothingWaits: nothing fits.
        NotWaiting: something chosen has changed since it was looked at.
        FiledByVerifier: *by* filed it.
        OutOfRemit: something chosen is of *by*'s own unit, or collected by another department.
    """
    require(by, Permission.VERIFY)
    waiting = await _held(session, wanted, by)
    others = [w for w in waiting if w.figure.filed_by != by.id]
    own = [w for w in waiting if w.figure.filed_by == by.id]
    if own and (wanted.chosen is not None or not others):
        raise _filed_by(own)
    judged = await _judge(session, others, "vouched", by=by, at=at, reason=reason)
    return replace(judged, own=len(own))


async def send_back(
    session: TenantSession, wanted: Filter, *, by: Person, at: datetime, reason: str
) -> Judged:
    """Return what fits *wanted* to whoever filed it, with the reason.

    Raises:
        ReasonNeeded: there is none.
        NothingWaits: nothing fits.
        NotWaiting: something chosen has changed since it was looked at.
        FiledByVerifier: *by* filed it; he files the right value instead.
        OutOfRemit: something chosen is of *by*'s own unit, or collected by another department.
    """
    require(by, Permission.VERIFY)
    if not reason.strip():
        raise ReasonNeeded
    waiting = await _held(session, wanted, by)
    own = [w for w in waiting if w.figure.filed_by == by.id]
    if own:
        raise _filed_by(own)
    return await _judge(session, waiting, "returned", by=by, at=at, reason=reason.strip())


async def undo(session: TenantSession, ref: Ref, *, by: Person, at: datetime, reason: str) -> None:
    """Take back what was said of a figure, so that it waits again — until a sheet was made from it.

    Raises:
        ReasonNeeded: there is none.
        NotWaiting: the figure has a newer revision.
        NotJudged: nothing was said of it.
        FiledByVerifier: *by* filed it.
        OutOfRemit: it is of *by*'s own unit, or collected by another department.
        AlreadyScored: a score sheet has been made since.
    """
    require(by, Permission.VERIFY)
    if not reason.strip():
        raise ReasonNeeded
    await figures.hold(session, [ref.key.period])
    latest = (await figures.history(session, ref.key))[0]
    if latest.revision != ref.revision:
        raise NotWaiting(1)
    if latest.outcome is Outcome.FILED or latest.judged_at is None:
        raise NotJudged(latest.unit_label, latest.indicator.label)
    if latest.filed_by == by.id:
        raise FiledByVerifier(latest.unit_label, latest.indicator.label, ref.key.period)
    if not (await remit(session, by)).covers(latest):
        raise _out_of_remit(latest)
    sheet = await queries.scored_since(session, ref.key.period, latest.judged_at)
    if sheet is not None:
        raise AlreadyScored(ref.key.period, sheet)
    await queries.keep(session, {ref: latest.filed_by}, "undone", by=by.id, at=at, reason=reason.strip())
    await record.write(
        session,
        "figures.undone",
        by.id,
        {**_facts([ref]), "was": latest.outcome, "reason": reason.strip()},
        at,
    )


async def scored(
    session: TenantSession, periods: Collection[str], *, sheet: int, by: Person, at: datetime
) -> None:
    """Note that a score sheet was made of *periods*: what was vouched for stays so from now on."""
    rows = [
        {"tenant_id": session.tenant, "period": p, "sheet": sheet, "by_person": by.id, "at": at}
        for p in sorted(set(periods))
    ]
    if rows:
        await session.execute(insert(scored_period).on_conflict_do_nothing(), rows)


async def _held(session: TenantSession, wanted: Filter, by: Person) -> list[Waiting]:
    """What fits *wanted* and is *by*'s to judge, with nobody able to file or judge in between."""
    if wanted.chosen is not None:
        periods = {ref.key.period for ref in wanted.chosen}
    else:
        periods = {wanted.period} if wanted.period else set(await figures.periods(session))
    await figures.hold(session, periods)
    waiting = list(await queries.queue(session, wanted))
    if wanted.chosen is not None and len(waiting) < len(set(wanted.chosen)):
        raise NotWaiting(len(set(wanted.chosen)) - len(waiting))
    mine = await remit(session, by)
    others = [w for w in waiting if not mine.covers(w.figure)]
    if others and wanted.chosen is not None:
        raise _out_of_remit(others[0].figure)
    waiting = [w for w in waiting if mine.covers(w.figure)]
    if not waiting:
        raise NothingWaits
    return waiting


async def _judge(
    session: TenantSession, waiting: Iterable[Waiting], outcome: str, *, by: Person, at: datetime, reason: str
) -> Judged:
    judged = {w.ref: w.figure.filed_by for w in waiting}
    done = await queries.keep(session, judged, outcome, by=by.id, at=at, reason=reason)
    if done.count != len(judged):
        raise NotWaiting(len(judged) - done.count)
    await record.write(session, f"figures.{outcome}", by.id, {**_facts(judged), "reason": reason}, at)
    return done


def _facts(refs: Iterable[Ref]) -> dict[str, str | int]:
    """What the record says of many figures: how many, of when, and a digest that names each one."""
    listed = sorted(str(ref) for ref in refs)
    return {
        "count": len(listed),
        "periods": " ".join(sorted({one.split("~", 1)[0] for one in listed})),
        "figures": hashlib.sha256("\n".join(listed).encode()).hexdigest(),
    }


def _filed_by(own: list[Waiting]) -> FiledByVerifier:
    first = own[0].figure
    return FiledByVerifier(first.unit_label, first.indicator.label, first.key.period, len(own))


def _out_of_remit(figure: Figure) -> OutOfRemit:
    return OutOfRemit(figure.unit_label, figure.indicator.label)


def chosen(refs: Iterable[str]) -> frozenset[Ref]:
    """The tick boxes of a form, as figures."""
    return frozenset(Ref.read(one) for one in refs)


__all__ = ["chosen", "remit", "scored", "send_back", "undo", "vouch_all"]
