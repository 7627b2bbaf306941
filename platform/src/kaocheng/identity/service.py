"""Accounts of our own: adding people, setting passwords, signing in and out.

A token says which tenant it belongs to, because without one no row can be read; the rest of it is
random and only its digest is kept.
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng import record
from kaocheng.db.session import TenantSession, next_number, shared_session, tenant_session
from kaocheng.identity import queries
from kaocheng.identity.domain import (
    OF_A_UNIT,
    Caller,
    NoSuchAccount,
    PersonId,
    Role,
    SignIn,
    TenantId,
    UnitId,
    UnitNeeded,
    UnreadableAccount,
    WeakPassword,
    WrongPassword,
    split_account,
)
from kaocheng.identity.tables import person as people
from kaocheng.identity.tables import person_role
from kaocheng.identity.tables import sign_in as sign_ins
from kaocheng.identity.tries import Tries

__all__ = [
    "LocalDirectory",
    "acting",
    "add",
    "amend",
    "caller_of",
    "close",
    "enter",
    "reset",
    "sign_in",
    "sign_out",
]

HOLDS = timedelta(hours=12)  # a working day; nobody stays signed in overnight
SHORTEST = 8
_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class LocalDirectory:
    """The Directory of an installation without an identity provider."""

    engine: AsyncEngine
    tries: Tries = field(default_factory=Tries)

    async def sign_in(self, account: str, password: str, at: datetime) -> SignIn:
        """Open a door for whoever knows the password.

        Raises:
            WrongPassword: it is not this account's.
            TooManyTries: it was guessed at too often.
        """
        self.tries.check(account, at)
        try:
            opened = await sign_in(self.engine, account, password, at)
        except WrongPassword:
            self.tries.wrong(account, at)
            raise
        self.tries.right(account)
        return opened

    async def caller_of(self, token: str, at: datetime) -> Caller | None:
        """Who holds *token*, if it still opens anything."""
        return await caller_of(self.engine, token, at)

    async def sign_out(self, token: str) -> None:
        """Close that door."""
        await sign_out(self.engine, token)


async def sign_in(engine: AsyncEngine, account: str, password: str, at: datetime) -> SignIn:
    """Open a door for whoever knows the password of *account* (``name@tenant``).

    Raises:
        WrongPassword: no such account, closed, without a password, or another password; all of
            them read alike and take as long.
    """
    known, kept = await _look_up(engine, account)
    right = await asyncio.to_thread(_matches, kept or _nobodys_hash(), password)
    if not (known and kept and right):
        raise WrongPassword
    return await enter(engine, known, at)


async def enter(engine: AsyncEngine, caller: Caller, at: datetime) -> SignIn:
    """Open a door for somebody who has been identified already."""
    token = f"{caller.tenant}.{secrets.token_urlsafe(32)}"
    expires_at = at + HOLDS
    async with tenant_session(engine, caller.tenant) as session:
        await session.execute(delete(sign_ins).where(sign_ins.c.expires_at <= at))
        await session.execute(
            insert(sign_ins).values(
                tenant_id=caller.tenant,
                token_hash=_digest(token),
                person_id=caller.person.id,
                created_at=at,
                expires_at=expires_at,
            )
        )
        await record.write(session, "signed_in", caller.person.id, {}, at)
    return SignIn(token, caller, expires_at)


async def caller_of(engine: AsyncEngine, token: str, at: datetime) -> Caller | None:
    """Who holds *token*, if it still opens anything."""
    tenant = _tenant_in(token)
    if tenant is None:
        return None
    async with tenant_session(engine, tenant) as session:
        found = await queries.person_signed_in(session, _digest(token), at)
        return None if found is None else await queries.caller(session, found)


async def sign_out(engine: AsyncEngine, token: str) -> None:
    """Close the door that *token* opened; closing it twice is no mistake."""
    tenant = _tenant_in(token)
    if tenant is None:
        return
    async with tenant_session(engine, tenant) as session:
        await session.execute(delete(sign_ins).where(sign_ins.c.token_hash == _digest(token)))


async def acting(engine: AsyncEngine, account: str) -> Caller:
    """Who *account* is, for the command line: whoever may run it on this machine is trusted.

    Raises:
        UnreadableAccount: it is not written ``name@tenant``.
        NoSuchAccount: there is none, or it is closed.
    """
    name, code = split_account(account)
    async with shared_session(engine) as shared:
        tenant = await queries.tenant_of(shared, code)
        if tenant is None:
            raise NoSuchAccount(account)
        session = await shared.enter(tenant)
        found = await queries.person_named(session, name)
        if found is None or not found.active:
            raise NoSuchAccount(account)
        return await queries.caller(session, found)


async def add(
    session: TenantSession,
    *,
    code: str,
    label: str,
    roles: frozenset[Role],
    unit: UnitId | None = None,
    language: str = "zh",
    by: PersonId | None = None,
    at: datetime,
) -> PersonId:
    """Give somebody an account; without a password they cannot sign in yet.

    Raises:
        UnitNeeded: a role that acts for a unit, and none is named.
    """
    id = PersonId(await next_number(session, "person"))
    await session.execute(
        insert(people).values(
            tenant_id=session.tenant,
            id=id,
            code=code,
            label=label,
            unit_id=unit,
            active=True,
            language=language,
        )
    )
    await _give(session, id, roles, unit)
    await record.write(session, "person_added", by, _facts(id, roles, unit), at)
    return id


async def amend(
    session: TenantSession,
    id: PersonId,
    *,
    label: str,
    roles: frozenset[Role],
    unit: UnitId | None,
    by: PersonId | None = None,
    at: datetime,
) -> None:
    """Change who somebody is: their name, roles or unit.

    Raises:
        UnitNeeded: a role that acts for a unit, and none is named.
    """
    await session.execute(
        update(people)
        .where(people.c.tenant_id == session.tenant, people.c.id == id)
        .values(label=label, unit_id=unit)
    )
    await session.execute(
        delete(person_role).where(person_role.c.tenant_id == session.tenant, person_role.c.person_id == id)
    )
    await _give(session, id, roles, unit)
    await record.write(session, "person_changed", by, _facts(id, roles, unit), at)


async def reset(
    session: TenantSession, id: PersonId, password: str, *, by: PersonId | None = None, at: datetime
) -> None:
    """Set somebody's password, and open the account again if it was closed.

    Whoever was signed in with the old password is signed out.

    Raises:
        WeakPassword: it is too short.
    """
    if len(password) < SHORTEST:
        raise WeakPassword(SHORTEST)
    kept = await asyncio.to_thread(_hasher.hash, password)
    await session.execute(
        update(people)
        .where(people.c.tenant_id == session.tenant, people.c.id == id)
        .values(password_hash=kept, active=True)
    )
    await _sign_out_everywhere(session, id)
    await record.write(session, "password_reset", by, {"person": id}, at)


async def close(session: TenantSession, id: PersonId, *, by: PersonId | None = None, at: datetime) -> None:
    """Close an account.  The person stays known, because the record names them."""
    await session.execute(
        update(people).where(people.c.tenant_id == session.tenant, people.c.id == id).values(active=False)
    )
    await _sign_out_everywhere(session, id)
    await record.write(session, "person_closed", by, {"person": id}, at)


async def _look_up(engine: AsyncEngine, account: str) -> tuple[Caller | None, str | None]:
    try:
        found = await acting(engine, account)
    except (NoSuchAccount, UnreadableAccount):
        return None, None
    async with tenant_session(engine, found.tenant) as session:
        return found, await queries.password_hash(session, found.person.id)


async def _give(session: TenantSession, id: PersonId, roles: frozenset[Role], unit: UnitId | None) -> None:
    for role in sorted(roles & OF_A_UNIT):
        if unit is None:
            raise UnitNeeded(role)
    if roles:
        rows = [{"tenant_id": session.tenant, "person_id": id, "role": role} for role in sorted(roles)]
        await session.execute(insert(person_role), rows)


async def _sign_out_everywhere(session: TenantSession, id: PersonId) -> None:
    await session.execute(
        delete(sign_ins).where(sign_ins.c.tenant_id == session.tenant, sign_ins.c.person_id == id)
    )


def _facts(id: PersonId, roles: frozenset[Role], unit: UnitId | None) -> dict[str, record.Fact]:
    return {"person": id, "roles": sorted(roles), "unit": unit}


def _matches(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except VerificationError:
        return False


@cache
def _nobodys_hash() -> str:
    """Compared with when there is no such account, so that the answer takes as long."""
    return _hasher.hash(secrets.token_urlsafe())


def _tenant_in(token: str) -> TenantId | None:
    number, dot, _rest = token.partition(".")
    if not dot or not (number.isascii() and number.isdigit()) or len(number) > 9:
        return None
    return TenantId(int(number))


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
