"""One address, one page per role; whoever holds several chooses."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.identity.domain import Person
from kaocheng.pages import Ask, Page, render


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
        """The page of the person's role."""
        return render(request, "home/nothing.html", person=person)
