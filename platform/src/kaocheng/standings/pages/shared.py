"""What the pages of standings share: the working of a cell, and what follows from the results."""

from kaocheng.db.session import TenantSession
from kaocheng.engine.sheet import PaperSheet
from kaocheng.packs.shelf import TenantShelf
from kaocheng.scoring import service as sheets
from kaocheng.scoring.domain import Explained
from kaocheng.standings import service
from kaocheng.standings.domain import Consequences, Seen


async def explained_for(session: TenantSession, seen: Seen, unit: str, column: str) -> Explained | None:
    """The working of the chosen cell, where one is chosen."""
    return await sheets.explain(session, seen.row, unit, column) if unit else None


async def follows(session: TenantSession, shelf: TenantShelf, seen: Seen, paper: PaperSheet) -> Consequences:
    """What follows from a class's results, for whoever may see its ranks."""
    if not seen.ranked:
        return Consequences()
    return await service.consequences(session, shelf, paper, seen.row.period)
