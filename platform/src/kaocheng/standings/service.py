"""The verbs of standings: look with a trace, publish to named readers, say what follows."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from kaocheng import record
from kaocheng.db.jobs import defer
from kaocheng.db.session import TenantSession, next_number
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.sheet import PaperSheet
from kaocheng.identity.domain import Permission, Person, allows, require
from kaocheng.packs.shelf import TenantShelf
from kaocheng.packs.values import Standing
from kaocheng.schemes import queries as schemes
from kaocheng.scoring import queries as scoring
from kaocheng.scoring.compare import Comparison, compare
from kaocheng.scoring.domain import SheetHead, SheetRow
from kaocheng.standings import bundle, keys, queries
from kaocheng.standings.consequences import follow
from kaocheng.standings.domain import (
    Consequences,
    NobodyRanked,
    NoSuchReader,
    NotFrozen,
    NotPublished,
    Publication,
    Seen,
    Superseded,
)
from kaocheng.tenancy import queries as tenancy
from kaocheng.tenancy.domain import Tenant

DELIVER = "rollup.deliver"  # the reader's own stage does it; this one only says that it is to be done


async def look(
    session: TenantSession, period: str, *, by: Person, at: datetime, number: int | None = None
) -> Seen:
    """The standings of *period*: the published ones, or for the office the latest — with a trace.

    The office is shown its latest sheet, or the one it names; a look at a sheet that is not the
    published one leaves an entry in the record. Everybody else reads what was published.

    Raises:
        NotPublished: nothing is, and *by* may not see ranks before.
        NoSuchSheet: there is no such sheet.
    """
    published = await queries.published(session, period)
    if not allows(by, Permission.READ_UNPUBLISHED):
        require(by, Permission.READ_PUBLISHED)
        if published is None or number not in (None, published.number):
            raise NotPublished(period)
        return Seen(row=await _sheet(session, published.sheet_id), publication=published)
    head = await scoring.numbered(session, period, number)
    return await look_at(session, head.id, by=by, at=at)


async def look_at(session: TenantSession, sheet_id: int, *, by: Person, at: datetime) -> Seen:
    """One particular run, for whoever may see ranks before publication; a look at one leaves a trace.

    Raises:
        NoSuchSheet: there is no such sheet.
    """
    require(by, Permission.READ_UNPUBLISHED)
    head = await scoring.head(session, sheet_id)
    publication = await queries.publication_of(session, head.id)
    if publication is None:
        await _traced(session, head, by=by, at=at)
    return Seen(row=await scoring.sheet(session, head), publication=publication)


def difference(before: Seen, after: Seen) -> Comparison:
    """What two runs somebody was shown say differently."""
    return compare(before.row.sheet, after.row.sheet)


async def public(session: TenantSession, period: str) -> Seen:
    """The published standings of *period*, for whoever only reads what is published.

    Raises:
        NotPublished: nothing is.
    """
    published = await queries.published(session, period)
    if published is None:
        raise NotPublished(period)
    return Seen(row=await _sheet(session, published.sheet_id), publication=published)


async def own(
    session: TenantSession, period: str, unit: str, *, by: Person, at: datetime, number: int | None = None
) -> Seen:
    """What *by* may see of one unit: the published standings, or before that his own unit's points alone.

    A liaison sees his unit's score as it stands, without rank or grade, and leaves a trace.

    Raises:
        NotPublished: it is another's unit, and nothing is published.
        NoSuchSheet: the period was never scored.
    """
    try:
        return await look(session, period, by=by, at=at, number=number)
    except NotPublished:
        mine = [it for it in await tenancy.units(session) if it.id == by.unit_id]
        if not any(unit in (it.code, it.label) for it in mine):
            raise
        head = await scoring.numbered(session, period, number)
        await _traced(session, head, by=by, at=at, unit=unit)
        return Seen(row=await scoring.sheet(session, head), publication=None, ranked=False)


async def publish(
    session: TenantSession,
    sheet_id: int,
    to: Sequence[str] = (),
    *,
    by: Person,
    at: datetime,
    data: Path,
) -> Publication:
    """Publish one sheet: to this tenant's own people, and as a signed bundle to the named readers.

    Publishing the same sheet again only adds readers that were not named before.

    Raises:
        NoSuchReader: the tenant does not report to one of them.
        NobodyRanked: the sheet has no result.
        NotFrozen: it was made by a draft of the scheme.
        Superseded: a later sheet of the period is published.
    """
    require(by, Permission.PUBLISH)
    addressed = await readers(session, to)
    head = await scoring.head(session, sheet_id)
    # Drawing the number locks the counter: of two people who publish at once, the second sees the first.
    id = await next_number(session, "publication")
    there = await queries.publication_of(session, sheet_id)
    if there is None:
        there = await _publish(session, head, id=id, by=by, at=at, data=data)
    added = [tenant for tenant in addressed if tenant.code not in there.readers]
    for tenant in added:
        number = await next_number(session, "outbox")
        await queries.address(
            session, there.id, outbox_id=number, reader_id=tenant.id, reader_code=tenant.code
        )
        await defer(session, DELIVER, tenant=session.tenant, outbox=number)
    if added:
        facts: dict[str, str | int] = {
            "publication": there.id,
            "readers": " ".join(tenant.code for tenant in added),
            "digest": there.digest,
        }
        await record.write(session, "standings.addressed", by.id, facts, at)
    return await queries.by_id(session, there.id)


async def readers(session: TenantSession, wanted: Sequence[str]) -> Sequence[Tenant]:
    """The superiors of these codes, each once.

    Raises:
        NoSuchReader: the tenant does not report to one of them.
    """
    known = {tenant.code: tenant for tenant in await tenancy.superiors(session)}
    for code in wanted:
        if code not in known:
            raise NoSuchReader(code)
    return [known[code] for code in dict.fromkeys(wanted)]


async def superiors(session: TenantSession) -> Sequence[Tenant]:
    """To whom this tenant may hand its results."""
    return await tenancy.superiors(session)


async def consequences(
    session: TenantSession, shelf: TenantShelf, paper: PaperSheet, period: str
) -> Consequences:
    """What follows from a year's results, by the enabled packs and earlier years; of a half-year, nothing."""
    if not period.isdigit():
        return Consequences()
    past = await tenancy.history(session)
    history: dict[str, list[Standing]] = {}
    for one in past:
        if one.period.isdigit() and one.period < period:
            history.setdefault(one.unit, []).append(
                Standing(
                    year=int(one.period),
                    unit=one.unit,
                    paper=paper.code,
                    grade=one.grade or None,
                    rank=one.rank,
                    score=one.score,
                )
            )
    return follow(
        shelf,
        paper,
        int(period),
        history,
        invented=any(one.invented for one in past if one.unit in paper.row and one.period < period),
    )


async def _publish(
    session: TenantSession, head: SheetHead, *, id: int, by: Person, at: datetime, data: Path
) -> Publication:
    earlier = await queries.published(session, head.period)
    if earlier is not None and earlier.number > head.number:
        raise Superseded(head.period, head.number, earlier.number)
    if await schemes.is_draft(session, head.scheme_id):
        raise NotFrozen(head.period)
    tenant = await tenancy.tenant(session)
    key = keys.own(data, tenant.code)
    recipe, inputs, sheet = await scoring.frozen(session, head)
    row = await scoring.sheet(session, head)
    if not any(s.score for paper in row.sheet.papers for s in paper.standings):
        raise NobodyRanked(head.period)
    manifest = _manifest(tenant, head, Recipe.from_bytes(recipe), at)
    content = bundle.make(manifest, recipe=recipe, inputs=inputs, sheet=sheet, key=key)
    made = Publication(
        id=id,
        sheet_id=head.id,
        period=head.period,
        number=head.number,
        digest=sha256(content).hexdigest(),
        key_id=keys.public(key).id,
        published_by=by.id,
        publisher=by.label,
        published_at=at,
    )
    await queries.keep(session, made, content)
    facts: dict[str, str | int] = {
        "publication": id,
        "sheet": head.id,
        "period": head.period,
        "digest": made.digest,
        "key": made.key_id,
    }
    await record.write(session, "standings.published", by.id, facts, at)
    return made


def _manifest(tenant: Tenant, head: SheetHead, recipe: Recipe, at: datetime) -> bundle.Manifest:
    return bundle.Manifest(
        sender=tenant.code,
        sender_name=tenant.name,
        period=head.period,
        scheme=recipe.code,
        scheme_name=str(recipe.keys.get("name") or recipe.code),
        number=head.number,
        sheet=head.sheet_digest,
        recipe=head.recipe_digest,
        inputs=head.inputs_digest,
        engine=head.engine,
        packs=dict(head.packs),
        published_at=at.isoformat(),
    )


async def _sheet(session: TenantSession, id: int) -> SheetRow:
    return await scoring.sheet(session, await scoring.head(session, id))


async def _traced(
    session: TenantSession, head: SheetHead, *, by: Person, at: datetime, unit: str = ""
) -> None:
    facts: dict[str, str | int] = {
        "sheet": head.id,
        "period": head.period,
        "digest": head.sheet_digest,
        "unit": unit,
    }
    await record.write(session, "standings.seen", by.id, facts, at)
