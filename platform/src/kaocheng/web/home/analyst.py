"""The level above: its subordinates side by side, and who has published nothing yet."""

from kaocheng.db.session import TenantSession
from kaocheng.identity.domain import Person
from kaocheng.rollup import queries, service
from kaocheng.web.home.lines import Told


async def page(session: TenantSession, person: Person) -> Told:
    """The analyst's page."""
    periods = await queries.periods(session)
    subordinates = await queries.subordinates(session)
    refused = [r for r in await queries.received(session) if not r.accepted]
    latest = max(periods, key=lambda p: (p[:4], -len(p)), default="")
    return "home/analyst.html", {
        "period": latest,
        "comparison": await service.compare(session, latest) if latest else None,
        "subordinates": subordinates,
        "refused": refused[:5],
    }
