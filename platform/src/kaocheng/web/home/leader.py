"""A leader's page: the standings as published to him, with what follows from them one press away."""

from datetime import UTC, datetime

from kaocheng.db.session import TenantSession
from kaocheng.identity.domain import Person
from kaocheng.packs.shelf import TenantShelf
from kaocheng.standings import queries, service
from kaocheng.standings.reasons import line_in_words, vetoes
from kaocheng.standings.register import heading, register
from kaocheng.web.home.lines import Told


async def page(session: TenantSession, person: Person, shelf: TenantShelf) -> Told:
    """The leader's page: the register of each class, and what follows from it."""
    publications = await queries.publications(session)
    periods = sorted({p.period for p in publications}, reverse=True)
    if not periods:
        return "home/leader.html", {"seen": None}
    # The year before its half: the longer period says more, and its code is the shorter one.
    latest = max(periods, key=lambda p: (p[:4], -len(p)))
    seen = await service.look(session, latest, by=person, at=datetime.now(UTC))
    registers = [register(paper) for paper in seen.row.sheet.papers]
    return "home/leader.html", {
        "seen": seen,
        "period": latest,
        "registers": registers,
        "lines": [line_in_words(r.line) if r.line else "" for r in registers],
        "publications": publications,
        "follows": [await service.consequences(session, shelf, r.paper, seen.row.period) for r in registers],
        "heading": heading,
        "vetoes": vetoes,
    }
