"""Questions about a tenant, its units, forms and earlier results."""

from typing import Any

from sqlalchemy import Row, select

from kaocheng.db.session import SharedSession, TenantSession
from kaocheng.tenancy.domain import (
    EVERYBODY,
    Form,
    FormKind,
    NoSuchForm,
    NoSuchTenant,
    NoSuchUnit,
    PastResult,
    Tenant,
    TenantId,
    Unit,
    UnitId,
)
from kaocheng.tenancy.tables import form as forms_table
from kaocheng.tenancy.tables import past_result, reports_to
from kaocheng.tenancy.tables import tenant as tenants_table
from kaocheng.tenancy.tables import unit as units_table

__all__ = [
    "everybody",
    "form",
    "forms",
    "history",
    "superiors",
    "tenant",
    "tenant_named",
    "tenants",
    "unit",
    "units",
]

_parent = units_table.alias("parent")
# Looked up by its key: as a join it compares every unit with every other until there are statistics.
_UNITS = select(
    units_table,
    select(_parent.c.code)
    .where(_parent.c.tenant_id == units_table.c.tenant_id, _parent.c.id == units_table.c.parent_id)
    .scalar_subquery()
    .label("parent"),
)
_FORMS = select(forms_table, units_table.c.code.label("collector")).select_from(
    forms_table.outerjoin(
        units_table,
        (units_table.c.tenant_id == forms_table.c.tenant_id)
        & (units_table.c.id == forms_table.c.collector_id),
    )
)


async def tenant(session: TenantSession) -> Tenant:
    """The tenant this session is for."""
    found = await session.execute(select(tenants_table).where(tenants_table.c.id == session.tenant))
    return _tenant(found.one())


async def units(session: TenantSession) -> tuple[Unit, ...]:
    """Every unit in the tenant's own order, those that are only reported about or report included.

    The unit that stands for everybody is not one of them: see `everybody`.
    """
    found = await session.execute(
        _UNITS.where(units_table.c.code != EVERYBODY).order_by(units_table.c.ordinal, units_table.c.id)
    )
    return tuple(map(_unit, found))


async def unit(session: TenantSession, name: str) -> Unit:
    """One unit by its code or its label.

    Raises:
        NoSuchUnit: there is none.
    """
    named = (units_table.c.code == name) | (units_table.c.label == name)
    found = await session.execute(_UNITS.where(named).order_by(units_table.c.code != name))
    row = found.first()
    if row is None:
        raise NoSuchUnit(name)
    return _unit(row)


async def everybody(session: TenantSession) -> UnitId:
    """The unit on which stands what holds for all, such as one target for every township."""
    return UnitId(await session.scalar(select(units_table.c.id).where(units_table.c.code == EVERYBODY)))


async def forms(session: TenantSession) -> tuple[Form, ...]:
    """The forms the tenant has declared, in its own order."""
    found = await session.execute(_FORMS.order_by(forms_table.c.ordinal, forms_table.c.code))
    return tuple(map(_form, found))


async def form(session: TenantSession, code: str) -> Form:
    """One form by its code.

    Raises:
        NoSuchForm: there is none.
    """
    row = (await session.execute(_FORMS.where(forms_table.c.code == code))).first()
    if row is None:
        raise NoSuchForm(code)
    return _form(row)


async def history(session: TenantSession) -> tuple[PastResult, ...]:
    """How the units did before, oldest first."""
    found = await session.execute(
        select(past_result, units_table.c.code.label("unit"))
        .join(
            units_table,
            (units_table.c.tenant_id == past_result.c.tenant_id)
            & (units_table.c.id == past_result.c.unit_id),
        )
        .order_by(past_result.c.period, units_table.c.ordinal)
    )
    return tuple(
        PastResult(
            period=row.period,
            unit=row.unit,
            grade=row.grade,
            score=row.score,
            rank=row.rank,
            invented=row.invented,
        )
        for row in found
    )


async def tenant_named(session: SharedSession | TenantSession, code: str) -> Tenant:
    """The tenant with that code.

    Raises:
        NoSuchTenant: there is none.
    """
    row = (await session.execute(select(tenants_table).where(tenants_table.c.code == code))).first()
    if row is None:
        raise NoSuchTenant(code)
    return _tenant(row)


async def tenants(session: SharedSession) -> tuple[Tenant, ...]:
    """Every tenant of this installation: for its operator's eyes, never for a tenant's."""
    found = await session.execute(select(tenants_table).order_by(tenants_table.c.code))
    return tuple(map(_tenant, found))


async def superiors(session: TenantSession) -> tuple[Tenant, ...]:
    """Whom the tenant reports to: the only ones it may hand its results up to."""
    found = await session.execute(
        select(tenants_table)
        .join(reports_to, reports_to.c.upper_id == tenants_table.c.id)
        .where(reports_to.c.lower_id == session.tenant)
        .order_by(tenants_table.c.code)
    )
    return tuple(map(_tenant, found))


def _tenant(row: Row[Any]) -> Tenant:
    return Tenant(
        id=TenantId(row.id),
        code=row.code,
        name=row.name,
        kind=row.kind,
        packs=row.settings.get("packs", {}),
        invented=row.settings.get("invented", False),
    )


def _unit(row: Row[Any]) -> Unit:
    facts = row._mapping
    return Unit(
        id=UnitId(row.id),
        code=row.code,
        label=row.label,
        group=facts["class"],
        parent=row.parent,
        attributes=row.attributes,
        changes=tuple((day, changed) for day, changed in row.changes),
        assessed=row.assessed,
        ordinal=row.ordinal,
    )


def _form(row: Row[Any]) -> Form:
    return Form(
        code=row.code,
        kind=FormKind(row.kind),
        label=row.label,
        pattern=row.pattern,
        period=row.period,
        collector=row.collector,
        due=row.due,
    )
