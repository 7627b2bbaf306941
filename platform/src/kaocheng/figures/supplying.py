"""What a catalogue (指标表) changes in the scheme: tried when it is read, adopted when it is agreed to."""

from collections.abc import Sequence
from datetime import datetime

from kaocheng.db.session import TenantSession
from kaocheng.engine.recipe import Recipe
from kaocheng.errors import Problem
from kaocheng.figures.domain import Workbook
from kaocheng.figures.reading import ERROR, Finding
from kaocheng.figures.shelf import tenants_shelf
from kaocheng.identity.domain import Permission, Person, require
from kaocheng.packs.shelf import TenantShelf
from kaocheng.schemes import queries, service
from kaocheng.schemes.domain import Stated

__all__ = ["mistakes", "supply"]


async def mistakes(
    session: TenantSession, stated: Sequence[Stated], period: str, shelf: TenantShelf | None
) -> list[Finding]:
    """Why the scheme could not be kept with what the catalogue states, each at a cell that says so."""
    version = await queries.in_force(session, _year(period))
    try:
        checked = service.tried(version, stated, await _shelf(session, shelf))
    except Problem as problem:
        return [_open(stated[0], str(problem))]
    wrong = [finding for finding in checked.findings if finding.severity == "error"]
    return [_open(_nearest(stated, tuple(one.path.split(".")), version.recipe), one.reason) for one in wrong]


async def supply(
    session: TenantSession,
    stated: Sequence[Stated],
    book: Workbook,
    *,
    by: Person,
    at: datetime,
    shelf: TenantShelf | None,
) -> None:
    """Have the scheme say what the catalogue states, in a new draft.

    Raises:
        NotAllowed: *by* may hand in figures, but not make rules.
        FrozenPoints, SchemeMoved, SchemeRefused: the scheme is no longer what it was when this was seen.
    """
    require(by, Permission.WRITE_RULES)
    await service.supply(
        session,
        stated,
        year=_year(book.period),
        workbook=book.name,
        digest=book.digest,
        by=by.id,
        at=at,
        shelf=await _shelf(session, shelf),
    )


def _nearest(stated: Sequence[Stated], path: tuple[str, ...], recipe: Recipe) -> Stated:
    """The value that says what is wrong at *path*: the node's own, or else that of one of its parts."""
    for one in stated:
        if one.path[:4] == path[:4]:
            return one
    for one in stated:
        papers, paper, _nodes, node, *_rest = (*one.path, "", "", "")
        if (papers, paper) == path[:2] and recipe.papers[paper].nodes[node].get("in") == path[3:4][0]:
            return one
    return stated[0]


def _open(one: Stated, reason: str) -> Finding:
    sheet, _mark, cell = one.cell.rpartition("!")
    return Finding(ERROR, "points_open", sheet, cell, {"reason": reason})


def _year(period: str) -> int | None:
    return int(period[:4]) if period else None


async def _shelf(session: TenantSession, shelf: TenantShelf | None) -> TenantShelf:
    return shelf if shelf is not None else await tenants_shelf(session, frozenset())
