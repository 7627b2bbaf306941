"""The operator's page: accounts by role and packs, and which command changes each; no figure, no score."""

from collections import Counter

from kaocheng.db.session import TenantSession
from kaocheng.identity import queries as identity
from kaocheng.identity.domain import Person, Role
from kaocheng.tenancy import queries as tenancy
from kaocheng.web.home.lines import Told


async def page(session: TenantSession, person: Person) -> Told:
    """The operator's page."""
    people = await identity.people(session)
    counts = Counter(role for someone in people if someone.active for role in someone.roles)
    return "home/operator.html", {
        "tenant": await tenancy.tenant(session),
        "people": people,
        "counts": [(role.label, counts[role]) for role in Role],
        "superiors": await tenancy.superiors(session),
        "forms": await tenancy.forms(session),
    }
