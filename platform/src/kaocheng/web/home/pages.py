"""One address, one page per role; whoever holds several chooses."""

from collections.abc import Awaitable, Callable, Mapping

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.identity.domain import Person, Role
from kaocheng.pages import Ask, Page, render
from kaocheng.web.home import analyst, collector, leader, liaison, office, operator, verifier
from kaocheng.web.home.lines import Told

# The order decides which page somebody with several roles sees first.
HOMES: Mapping[Role, Callable[[TenantSession, Person], Awaitable[Told]]] = {
    Role.OFFICE: office.page,
    Role.COLLECTOR: collector.page,
    Role.VERIFIER: verifier.page,
    Role.LIAISON: liaison.page,
    Role.LEADER: leader.page,
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
        role: FromQuery[str] = "",
    ) -> Page:
        """The page of the person's role: how things stand, and what to do next."""
        own = [held for held in HOMES if held in person.roles]
        if not own:
            return render(request, "home/nothing.html")
        chosen = next((held for held in own if held.value == role), own[0])
        template, facts = await HOMES[chosen](session, person)
        return render(request, template, person=person, roles=own, role=chosen, **facts)
