"""Publishing: which sheet, to whom, what changes by it; and what has been published so far."""

from collections.abc import Sequence
from datetime import UTC, datetime

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Person
from kaocheng.pages import Ask, Page, answer, form, go, may, render
from kaocheng.scoring import queries as scoring
from kaocheng.scoring.domain import SheetHead
from kaocheng.scoring.service import outlooks
from kaocheng.standings import jobs, keys, queries, service
from kaocheng.standings.domain import Publication
from kaocheng.standings.register import register
from kaocheng.tenancy import queries as tenancy


class PublishingPages(Controller):
    """The office's last step; nothing published is ever edited."""

    path = "/publish"
    guards = (may(Permission.PUBLISH),)

    @get("/")
    async def choose(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        sheet: FromQuery[int | None] = None,
    ) -> Page:
        """The runs there are, and with one chosen, what publishing it means."""
        publications = await queries.publications(session)
        heads = await scoring.heads(session)
        if sheet is None:
            return render(
                request,
                "standings/publications.html",
                publications=publications,
                waiting=_waiting(heads, publications),
                names={superior.code: superior.name for superior in await service.superiors(session)},
            )
        seen = await service.look_at(session, sheet, by=person, at=datetime.now(UTC))
        earlier = await queries.published(session, seen.row.period)
        told = seen.publication.readers if seen.publication else ()
        change = None
        if earlier is not None and earlier.sheet_id != seen.row.id:
            old = await service.look_at(session, earlier.sheet_id, by=person, at=datetime.now(UTC))
            change = service.difference(old, seen)
        return render(
            request,
            "standings/publish.html",
            seen=seen,
            earlier=earlier,
            change=change,
            readers=[reader for reader in await service.superiors(session) if reader.code not in told],
            registers=[register(paper) for paper in seen.row.sheet.papers],
            stale=not seen.published and not await _up_to_date(session, seen.row.id),
        )

    @post("/")
    async def publish(
        self, request: Ask, *, session: NamedDependency[TenantSession], person: NamedDependency[Person]
    ) -> Page:
        """Start to publish as a job; leaving the page does not stop it."""
        handed_in = await form(request, "sheet", "reader")
        job = await jobs.start(
            session,
            handed_in.whole("sheet", required=_("得分表")),
            handed_in.all("reader"),
            by=person,
            at=datetime.now(UTC),
        )
        return go(request, f"/jobs/{job.id}")

    @get("/{publication:int}/bundle")
    async def bundle(self, *, session: NamedDependency[TenantSession], publication: FromPath[int]) -> Page:
        """The signed bundle, byte for byte, for a disk or a stick."""
        made = await queries.by_id(session, publication)
        content = await queries.bundle(session, publication)
        return answer(content, f"{made.period}-{made.digest[:12]}.kcb", "application/json")

    @get("/key")
    async def key(self, request: Ask, *, session: NamedDependency[TenantSession]) -> Page:
        """Our public key, to be handed to the reader by another way than the bundle."""
        tenant = await tenancy.tenant(session)
        own = keys.public(keys.own(request.app.state.settings.data, tenant.code))
        return answer(f"{own.line}  # {tenant.code} {own.id}\n".encode(), f"{tenant.code}.pub", "text/plain")


async def _up_to_date(session: TenantSession, sheet: int) -> bool:
    """Whether it is the latest run, of the figures and rules as they are now."""
    return any(it.head and it.head.id == sheet and not it.changed for it in await outlooks(session))


def _waiting(heads: Sequence[SheetHead], publications: Sequence[Publication]) -> list[SheetHead]:
    """Of each period the latest run, where it is not published."""
    published = {publication.sheet_id for publication in publications}
    latest: dict[str, SheetHead] = {}
    for head in heads:
        latest.setdefault(head.period, head)
    return [head for head in latest.values() if head.id not in published]
