"""The level above: its subordinates side by side, and who has published nothing yet."""

from kaocheng.db.session import TenantSession
from kaocheng.identity.domain import Person
from kaocheng.rollup import queries, service
from kaocheng.rollup.domain import latest, periods
from kaocheng.web.home.lines import Told


async def page(session: TenantSession, person: Person) -> Told:
    """The analyst's page."""
    received = await queries.received(session)
    period = latest(periods(received))
    return "home/analyst.html", {
        "period": period,
        "comparison": await service.compare(session, period, received) if period else None,
        "subordinates": await queries.subordinates(session),
        "refused": [it for it in received if not it.accepted][:5],
    }
