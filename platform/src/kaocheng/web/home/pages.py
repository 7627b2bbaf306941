"""One address, one page per role; whoever holds several chooses."""

from collections.abc import Awaitable, Callable, Mapping

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.figures.pace import Pace, pace
from kaocheng.formats import today
from kaocheng.identity.domain import Person, Role
from kaocheng.packs.shelf import TenantShelf
from kaocheng.pages import Ask, Page, render
from kaocheng.web.home import analyst, collector, leader, liaison, office, operator, verifier
from kaocheng.web.home.lines import Told

# Who does something comes before who reads, for whoever holds several roles.
HOMES: Mapping[Role, Callable[[TenantSession, Person], Awaitable[Told]]] = {
    Role.OFFICE: office.page,
    Role.COLLECTOR: collector.page,
    Role.VERIFIER: verifier.page,
    Role.LIAISON: liaison.page,
    Role.ANALYST: analyst.page,
    Role.OPERATOR: operator.page,
}


class HomePages(Controller):
    """The first page after signing in."""

    @get("/")
    async def home(
        self,
        request: Ask,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        shelf: NamedDependency[TenantShelf],
        role: FromQuery[str] = "",
    ) -> Page:
        """The page of the person's role: how things stand, and what to do next."""
        own = [held for held in (*HOMES, Role.LEADER) if held in person.roles]
        if not own:
            return render(request, "home/nothing.html")
        chosen = next((held for held in own if held.value == role), own[0])
        told = (
            leader.page(session, person, shelf) if chosen is Role.LEADER else HOMES[chosen](session, person)
        )
        template, facts = await told
        paced = await _pace(session, shelf, person, chosen)
        return render(
            request, template, person=person, roles=own, role=chosen, pace=paced, absent=shelf.absent, **facts
        )


async def _pace(session: TenantSession, shelf: TenantShelf, person: Person, role: Role) -> Pace | None:
    """The lights against the calendar: all for the office, a unit's own for its liaison."""
    if role is Role.OFFICE:
        return await pace(session, shelf, today())
    if role is Role.LIAISON and person.unit_id is not None:
        return await pace(session, shelf, today(), units=[person.unit_id])
    return None
