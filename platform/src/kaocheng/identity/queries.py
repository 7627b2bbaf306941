"""Questions to the people of a tenant, and to who has signed in."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, select

from kaocheng.db.session import SharedSession, TenantSession
from kaocheng.identity.domain import Caller, Person, PersonId, Role, TenantId, UnitId
from kaocheng.identity.tables import person, person_role, reports_to, sign_in, tenant, unit

__all__ = ["caller", "password_hash", "people", "person_named", "person_signed_in", "tenant_of"]

_roles = (
    select(func.array_agg(person_role.c.role))
    .where(person_role.c.tenant_id == person.c.tenant_id, person_role.c.person_id == person.c.id)
    .scalar_subquery()
)
_PEOPLE = select(person, unit.c.label.label("unit_label"), _roles.label("roles")).select_from(
    person.outerjoin(unit, (unit.c.tenant_id == person.c.tenant_id) & (unit.c.id == person.c.unit_id))
)


async def tenant_of(session: SharedSession, code: str) -> TenantId | None:
    """The tenant with that code, or None."""
    found = await session.scalar(select(tenant.c.id).where(tenant.c.code == code))
    return None if found is None else TenantId(found)


async def people(session: TenantSession) -> tuple[Person, ...]:
    """Everybody with an account, open or closed, by code."""
    found = await session.execute(_PEOPLE.order_by(person.c.code))
    return tuple(map(_person, found))


async def person_named(session: TenantSession, code: str) -> Person | None:
    """The person with that code, or None."""
    row = (await session.execute(_PEOPLE.where(person.c.code == code))).first()
    return None if row is None else _person(row)


async def person_signed_in(session: TenantSession, token_hash: bytes, at: datetime) -> Person | None:
    """Whoever holds that token, unless it has run out or the account was closed."""
    row = (
        await session.execute(
            _PEOPLE.join(
                sign_in,
                (sign_in.c.tenant_id == person.c.tenant_id) & (sign_in.c.person_id == person.c.id),
            ).where(sign_in.c.token_hash == token_hash, sign_in.c.expires_at > at, person.c.active)
        )
    ).first()
    return None if row is None else _person(row)


async def password_hash(session: TenantSession, id: PersonId) -> str | None:
    """What is kept of somebody's password; None if they have none and cannot sign in with one."""
    found: str | None = await session.scalar(select(person.c.password_hash).where(person.c.id == id))
    return found


async def caller(session: TenantSession, person: Person) -> Caller:
    """*person* together with the tenant of this session."""
    below = exists().where(reports_to.c.upper_id == tenant.c.id)
    asked = select(tenant.c.code, tenant.c.name, below.label("below")).where(tenant.c.id == session.tenant)
    row = (await session.execute(asked)).one()
    return Caller(
        tenant=session.tenant,
        tenant_code=row.code,
        tenant_name=row.name,
        person=person,
        has_subordinates=row.below,
    )


def _person(row: Row[Any]) -> Person:
    return Person(
        id=PersonId(row.id),
        code=row.code,
        label=row.label,
        unit_id=None if row.unit_id is None else UnitId(row.unit_id),
        unit_label=row.unit_label or "",
        roles=frozenset(map(Role, row.roles or ())),
        language=row.language,
        active=row.active,
    )
