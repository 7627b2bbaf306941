"""Makes a tenant what its folder says, in the caller's one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from kaocheng import record
from kaocheng.db.session import SharedSession, TenantSession, next_number
from kaocheng.i18n import _
from kaocheng.identity import queries as identity
from kaocheng.identity import service as accounts
from kaocheng.identity.domain import PersonId
from kaocheng.tenancy import queries
from kaocheng.tenancy.domain import EVERYBODY, NoSuchTenant, NoSuperior, Tenant, TenantId, UnitId
from kaocheng.tenancy.folder import DeclaredUnit, TenantFolder
from kaocheng.tenancy.plan import Act, Changes, Present, Subject, changes, past_code
from kaocheng.tenancy.tables import form as forms
from kaocheng.tenancy.tables import past_result, reports_to
from kaocheng.tenancy.tables import tenant as tenants
from kaocheng.tenancy.tables import unit as units

__all__ = ["apply", "enter", "plan", "preview"]

MANY = 2000  # rows to a statement: PostgreSQL takes at most 32767 parameters


async def enter(shared: SharedSession, folder: TenantFolder) -> TenantSession:
    """Go on as the tenant the folder is about, making its bare row if there is none."""
    known = await identity.tenant_of(shared, folder.code)
    if known is None:
        # Two first applications at once: the second waits, and then finds the row there.
        await shared.execute(text("select pg_advisory_xact_lock(hashtext('kaocheng tenants'))"))
        known = await identity.tenant_of(shared, folder.code)
    if known is None:
        known = TenantId((await shared.scalar(select(func.max(tenants.c.id))) or 0) + 1)
        bare = {"id": known, "code": folder.code, "name": folder.code, "kind": "", "settings": {}}
        await shared.execute(insert(tenants).values(bare))
    return await shared.enter(known)


async def preview(shared: SharedSession, folder: TenantFolder) -> Changes:
    """What applying *folder* would do now, be its tenant here or not; nothing is touched."""
    known = await identity.tenant_of(shared, folder.code)
    return changes(Present(), folder) if known is None else await plan(await shared.enter(known), folder)


async def plan(session: TenantSession, folder: TenantFolder) -> Changes:
    """What `apply` would do now; nothing is touched."""
    tenant = await queries.tenant(session)
    present = Present(
        tenant=tenant if tenant.kind else None,  # a bare row is not yet a tenant
        superiors=[upper.code for upper in await queries.superiors(session)],
        units=await queries.units(session),
        people=await identity.people(session),
        forms=await queries.forms(session),
        history=await queries.history(session),
    )
    return changes(present, folder)


async def apply(
    session: TenantSession, folder: TenantFolder, at: datetime, by: PersonId | None = None
) -> Changes:
    """Make the tenant what *folder* says; applying the same folder again changes nothing.

    Raises:
        NoSuperior: it reports to a tenant that has not been applied yet.
    """
    planned = await plan(session, folder)
    if not planned.changes:
        return planned
    await _tenant(session, folder, planned)
    await _superiors(session, folder, planned)
    ids = await _units(session, folder, planned)
    await _people(session, folder, planned, ids, by=by, at=at)
    await _forms(session, folder, planned, ids)
    await _history(session, folder, planned, ids)
    await record.write(session, "tenant_applied", by, _facts(planned), at)
    return planned


async def _tenant(session: TenantSession, folder: TenantFolder, planned: Changes) -> None:
    if planned.of(Subject.TENANT, Act.CREATE, Act.CHANGE):
        settings = {"packs": dict(folder.packs), "invented": folder.invented}
        await session.execute(
            update(tenants)
            .where(tenants.c.id == session.tenant)
            .values(name=folder.name, kind=folder.kind, settings=settings)
        )


async def _superiors(session: TenantSession, folder: TenantFolder, planned: Changes) -> None:
    for code in planned.of(Subject.SUPERIOR, Act.CREATE):
        upper = (await superior(session, folder, code)).id
        await session.execute(insert(reports_to).values(lower_id=session.tenant, upper_id=upper))
    for code in planned.of(Subject.SUPERIOR, Act.REMOVE):
        upper = (await queries.tenant_named(session, code)).id
        await session.execute(
            delete(reports_to).where(reports_to.c.lower_id == session.tenant, reports_to.c.upper_id == upper)
        )


async def superior(session: SharedSession | TenantSession, folder: TenantFolder, code: str) -> Tenant:
    """The tenant a folder reports to.

    Raises:
        NoSuperior: it has not been applied yet.
    """
    try:
        return await queries.tenant_named(session, code)
    except NoSuchTenant:
        raise NoSuperior(folder.reports_at, code) from None


async def _units(session: TenantSession, folder: TenantFolder, planned: Changes) -> Mapping[str, UnitId]:
    """Keep the units; returns every unit's number by its code."""
    found = await session.execute(select(units.c.code, units.c.id))
    ids = {row.code: UnitId(row.id) for row in found}
    new = [EVERYBODY] if EVERYBODY not in ids else []
    new += list(planned.of(Subject.UNIT, Act.CREATE))
    if new:
        first = await next_number(session, "unit", many=len(new))
        ids |= {code: UnitId(first + i) for i, code in enumerate(new)}
    changed = planned.of(Subject.UNIT, Act.CREATE, Act.CHANGE)
    rows: list[dict[str, object]] = [
        {
            "tenant_id": session.tenant,
            "id": ids[unit.code],
            "code": unit.code,
            "label": unit.label,
            "class": unit.group,
            "parent_id": ids[unit.parent] if unit.parent else None,
            "attributes": dict(unit.attributes),
            "changes": [[day, dict(changed)] for day, changed in unit.changes],
            "assessed": unit.group is not None,
            "ordinal": unit.ordinal,
        }
        for unit in _parents_first(folder.units)
        if unit.code in changed
    ]
    if EVERYBODY in new:
        rows.insert(0, _everybody(session, ids[EVERYBODY]))
    await _keep(session, units, rows, ("tenant_id", "id"), fixed=("code",))
    retired = [ids[code] for code in planned.of(Subject.UNIT, Act.RETIRE)]
    if retired:
        await session.execute(
            update(units)
            .where(units.c.tenant_id == session.tenant, units.c.id.in_(retired))
            .values(assessed=False)
        )
    return ids


def _parents_first(declared: Sequence[DeclaredUnit]) -> list[DeclaredUnit]:
    above = {unit.code: unit.parent for unit in declared}

    def depth(unit: DeclaredUnit) -> int:
        steps, parent = 0, unit.parent
        while parent:
            steps, parent = steps + 1, above[parent]
        return steps

    return sorted(declared, key=depth)


def _everybody(session: TenantSession, id: UnitId) -> dict[str, object]:
    return {
        "tenant_id": session.tenant,
        "id": id,
        "code": EVERYBODY,
        "label": _("全体单位"),
        "class": None,
        "parent_id": None,
        "attributes": {},
        "changes": [],
        "assessed": False,
        "ordinal": 0,
    }


async def _people(
    session: TenantSession,
    folder: TenantFolder,
    planned: Changes,
    ids: Mapping[str, UnitId],
    *,
    by: PersonId | None,
    at: datetime,
) -> None:
    known = {person.code: person.id for person in await identity.people(session)}
    changed = planned.of(Subject.PERSON, Act.CREATE, Act.CHANGE)
    for person in folder.people:
        if person.code not in changed:
            continue
        unit = ids[person.unit] if person.unit else None
        if person.code in known:
            await accounts.amend(
                session, known[person.code], label=person.label, roles=person.roles, unit=unit, by=by, at=at
            )
        else:
            await accounts.add(
                session,
                code=person.code,
                label=person.label,
                roles=person.roles,
                unit=unit,
                language=person.language,
                by=by,
                at=at,
            )


async def _forms(
    session: TenantSession, folder: TenantFolder, planned: Changes, ids: Mapping[str, UnitId]
) -> None:
    gone = list(planned.of(Subject.FORM, Act.REMOVE))
    if gone:
        await session.execute(
            delete(forms).where(forms.c.tenant_id == session.tenant, forms.c.code.in_(gone))
        )
    changed = planned.of(Subject.FORM, Act.CREATE, Act.CHANGE)
    rows = [
        {
            "tenant_id": session.tenant,
            "code": form.code,
            "kind": form.kind,
            "label": form.label,
            "pattern": form.pattern,
            "period": form.period,
            "collector_id": ids[form.collector] if form.collector else None,
            "due": form.due,
            "ordinal": ordinal,
        }
        for ordinal, form in enumerate(folder.forms)
        if form.code in changed
    ]
    await _keep(session, forms, rows, ("tenant_id", "code"))


async def _history(
    session: TenantSession, folder: TenantFolder, planned: Changes, ids: Mapping[str, UnitId]
) -> None:
    for code in planned.of(Subject.PAST_RESULT, Act.REMOVE):
        period, _slash, unit = code.partition("/")
        await session.execute(
            delete(past_result).where(
                past_result.c.tenant_id == session.tenant,
                past_result.c.period == period,
                past_result.c.unit_id == ids[unit],
            )
        )
    changed = planned.of(Subject.PAST_RESULT, Act.CREATE, Act.CHANGE)
    rows = [
        {
            "tenant_id": session.tenant,
            "period": past.period,
            "unit_id": ids[past.unit],
            "score": past.score,
            "rank": past.rank,
            "grade": past.grade,
            "invented": past.invented,
        }
        for past in folder.history
        if past_code(past) in changed
    ]
    await _keep(session, past_result, rows, ("tenant_id", "period", "unit_id"))


async def _keep(
    session: TenantSession,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    key: Sequence[str],
    fixed: Sequence[str] = (),
) -> None:
    """Insert the rows, or bring those that are there up to date."""
    for start in range(0, len(rows), MANY):
        statement = upsert(table).values(rows[start : start + MANY])
        new = {name: statement.excluded[name] for name in rows[0] if name not in (*key, *fixed)}
        await session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=new))


def _facts(planned: Changes) -> dict[str, record.Fact]:
    counted: dict[str, int] = {}
    for change in planned.changes:
        name = f"{change.act}_{change.subject}"
        counted[name] = counted.get(name, 0) + 1
    return dict(counted)
