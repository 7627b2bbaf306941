"""Two runs side by side: who moves, by how much, which rank, grade and place of the quota change."""

from datetime import UTC, datetime

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Person
from kaocheng.pages import Ask, Page, may, render
from kaocheng.pages.excel import Column, Table, excel
from kaocheng.scoring.compare import Comparison
from kaocheng.standings import service
from kaocheng.standings.domain import Seen


class ComparisonPages(Controller):
    """What a new run changes, before anybody approves it."""

    path = "/standings/compare"
    guards = (may(Permission.READ_UNPUBLISHED),)

    @get("/")
    async def compare(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        before: FromQuery[int],
        after: FromQuery[int],
    ) -> Page:
        """Who moves, and the cells below that made them move."""
        old, new, found = await _both(session, person, before, after)
        return render(request, "standings/comparison.html", old=old, new=new, found=found)

    @get("/comparison.xlsx")
    async def export(
        self,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        before: FromQuery[int],
        after: FromQuery[int],
    ) -> Page:
        """The same as a workbook."""
        old, new, found = await _both(session, person, before, after)
        title = _("第{a}次与第{b}次", a=old.row.number, b=new.row.number)
        return excel(f"{new.row.period} {title}", _moves(title, found), _cells(found))


async def _both(
    session: TenantSession, person: Person, before: int, after: int
) -> tuple[Seen, Seen, Comparison]:
    at = datetime.now(UTC)
    old = await service.look_at(session, before, by=person, at=at)
    new = await service.look_at(session, after, by=person, at=at)
    return old, new, service.difference(old, new)


def _moves(title: str, found: Comparison) -> Table:
    return Table(
        title,
        (
            Column(_("类别")),
            Column(_("单位")),
            Column(_("原得分"), "number", 2),
            Column(_("现得分"), "number", 2),
            Column(_("增减"), "number", 2),
            Column(_("原名次"), "number", 0),
            Column(_("现名次"), "number", 0),
            Column(_("原等次")),
            Column(_("现等次")),
        ),
        [
            [m.group, m.label, *m.score, m.by.removeprefix("+") if m.by else None, *m.rank, *m.grade]
            for m in found.moves
        ],
    )


def _cells(found: Comparison) -> Table:
    return Table(
        _("变动的得分"),
        (Column(_("单位")), Column(_("项目")), Column(_("原"), "number", 2), Column(_("现"), "number", 2)),
        [[m.label, c.label, c.before, c.after] for m in found.moves for c in m.cells],
    )
