"""Signing in, and what the answer gives away."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, tenant_session
from kaocheng.identity import queries, service
from kaocheng.identity.domain import (
    NoSuchAccount,
    NotAllowed,
    Permission,
    Person,
    PersonId,
    Role,
    UnreadableAccount,
    WeakPassword,
    WrongPassword,
    allows,
    require,
)
from kaocheng.identity.tries import FREE, REMEMBERED, TooManyTries, Tries

NOON = datetime(2026, 12, 31, 12, tzinfo=UTC)
PASSWORD = "correct horse"


async def a_person(engine: AsyncEngine, tenant: TenantId, code: str = "wang") -> PersonId:
    async with tenant_session(engine, tenant) as session:
        id = await service.add(
            session, code=code, label="王芳", roles=frozenset({Role.OFFICE, Role.LEADER}), at=NOON
        )
        await service.reset(session, id, PASSWORD, at=NOON)
        return id


@pytest.mark.database
async def test_whoever_knows_the_password_gets_a_token_that_names_them(
    engine: AsyncEngine, county: TenantId
) -> None:
    await a_person(engine, county)
    signed_in = await service.sign_in(engine, " wang@county ", PASSWORD, NOON)
    caller = await service.caller_of(engine, signed_in.token, NOON)
    assert caller == signed_in.caller
    assert (caller.account, caller.tenant, caller.tenant_name) == ("wang@county", county, "云岭县")
    assert caller.person.roles == {Role.OFFICE, Role.LEADER}


@pytest.mark.database
async def test_a_wrong_password_and_an_unknown_account_read_alike(
    engine: AsyncEngine, county: TenantId
) -> None:
    await a_person(engine, county)
    said = set()
    tries = [
        ("wang@county", "wrong"),
        ("wang@neighbour", PASSWORD),
        ("li@county", PASSWORD),
        ("wang@nowhere", PASSWORD),
        ("wang", PASSWORD),
        ("", ""),
    ]
    for account, password in tries:
        with pytest.raises(WrongPassword) as refusal:
            await service.sign_in(engine, account, password, NOON)
        said.add(str(refusal.value))
    assert len(said) == 1


@pytest.mark.database
async def test_an_account_without_a_password_cannot_be_signed_in_to(
    engine: AsyncEngine, county: TenantId
) -> None:
    async with tenant_session(engine, county) as session:
        await service.add(session, code="li", label="李强", roles=frozenset(), at=NOON)
    with pytest.raises(WrongPassword):
        await service.sign_in(engine, "li@county", "", NOON)


@pytest.mark.database
async def test_a_token_ends_with_the_day_with_signing_out_and_with_the_password(
    engine: AsyncEngine, county: TenantId
) -> None:
    id = await a_person(engine, county)
    token = (await service.sign_in(engine, "wang@county", PASSWORD, NOON)).token
    assert await service.caller_of(engine, token, NOON + timedelta(hours=11))
    assert not await service.caller_of(engine, token, NOON + timedelta(hours=13))

    await service.sign_out(engine, token)
    assert not await service.caller_of(engine, token, NOON)

    token = (await service.sign_in(engine, "wang@county", PASSWORD, NOON)).token
    async with tenant_session(engine, county) as session:
        await service.reset(session, id, "battery staple", at=NOON)
    assert not await service.caller_of(engine, token, NOON)


@pytest.mark.database
async def test_a_token_opens_nothing_in_another_tenant(
    engine: AsyncEngine, county: TenantId, neighbour: TenantId
) -> None:
    await a_person(engine, county)
    await a_person(engine, neighbour)
    token = (await service.sign_in(engine, "wang@county", PASSWORD, NOON)).token
    moved = f"{neighbour}.{token.partition('.')[2]}"
    assert not await service.caller_of(engine, moved, NOON)
    for nonsense in ("", ".", "1", "1.", "x.y", "²." + token, "9" * 20 + ".x"):
        assert not await service.caller_of(engine, nonsense, NOON)


@pytest.mark.database
async def test_a_closed_account_is_no_account(engine: AsyncEngine, county: TenantId) -> None:
    id = await a_person(engine, county)
    token = (await service.sign_in(engine, "wang@county", PASSWORD, NOON)).token
    async with tenant_session(engine, county) as session:
        await service.close(session, id, at=NOON)
        assert [p.active for p in await queries.people(session)] == [False]
    assert not await service.caller_of(engine, token, NOON)
    with pytest.raises(WrongPassword):
        await service.sign_in(engine, "wang@county", PASSWORD, NOON)
    with pytest.raises(NoSuchAccount, match="wang@county"):
        await service.acting(engine, "wang@county")


@pytest.mark.database
async def test_roles_can_be_taken_away(engine: AsyncEngine, county: TenantId) -> None:
    id = await a_person(engine, county)
    async with tenant_session(engine, county) as session:
        await service.amend(session, id, label="王芳", roles=frozenset({Role.LEADER}), unit=None, at=NOON)
        found = await queries.person_named(session, "wang")
    assert found
    assert found.roles == {Role.LEADER}


@pytest.mark.database
async def test_a_short_password_is_refused(engine: AsyncEngine, county: TenantId) -> None:
    id = await a_person(engine, county)
    async with tenant_session(engine, county) as session:
        with pytest.raises(WeakPassword, match="8"):
            await service.reset(session, id, "1234567", at=NOON)


@pytest.mark.database
async def test_the_command_line_must_write_an_account_in_full(engine: AsyncEngine) -> None:
    for nonsense in ("wang", "@county", "wang@", "a@b@c", "w g@county", "王@county", "..@county"):
        with pytest.raises(UnreadableAccount):
            await service.acting(engine, nonsense)


@pytest.mark.database
async def test_guessing_is_slowed_down_and_tells_nothing(engine: AsyncEngine, county: TenantId) -> None:
    await a_person(engine, county)
    directory = service.LocalDirectory(engine)
    for account in ("wang@county", "nobody@county"):
        for _guess in range(5):
            with pytest.raises(WrongPassword):
                await directory.sign_in(account, "wrong", NOON)
        with pytest.raises(TooManyTries, match="30 秒"):
            await directory.sign_in(account, PASSWORD, NOON)
    await directory.sign_in("wang@county", PASSWORD, NOON + timedelta(seconds=30))
    with pytest.raises(WrongPassword):
        await directory.sign_in("wang@county", "wrong", NOON)


def test_only_so_many_guessed_accounts_are_remembered() -> None:
    tries = Tries()
    for number in range(REMEMBERED + 1):
        for _guess in range(FREE):
            tries.wrong(f"{number}@county", NOON)
    tries.check("0@county", NOON)
    with pytest.raises(TooManyTries):
        tries.check("1@county", NOON)


def a_person_who_is(*roles: Role, active: bool = True) -> Person:
    return Person(id=PersonId(1), code="p", label="某人", roles=frozenset(roles), active=active)


def test_only_the_office_sees_ranks_before_they_are_published() -> None:
    may = {role for role in Role if allows(a_person_who_is(role), Permission.READ_UNPUBLISHED)}
    assert may == {Role.OFFICE}


def test_the_operator_reads_no_figure_and_no_score() -> None:
    operator = a_person_who_is(Role.OPERATOR)
    for permission in (Permission.READ_FIGURES, Permission.READ_UNPUBLISHED, Permission.READ_PUBLISHED):
        assert not allows(operator, permission)


def test_roles_add_up_and_a_closed_account_has_none() -> None:
    assert allows(a_person_who_is(Role.LEADER, Role.VERIFIER), Permission.VERIFY)
    assert not allows(a_person_who_is(Role.VERIFIER, active=False), Permission.VERIFY)


def test_a_refusal_names_who_may_instead() -> None:
    with pytest.raises(NotAllowed, match="公布结果由考核办办理,您的角色是领导"):
        require(a_person_who_is(Role.LEADER), Permission.PUBLISH)
