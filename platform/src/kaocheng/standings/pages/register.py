"""Where standings are read: the register with its working beside it, one unit's page, its score slip."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.engine.sheet import Column, PaperSheet
from kaocheng.formats import period as spoken
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Person, allows
from kaocheng.packs.shelf import TenantShelf
from kaocheng.pages import Ask, Page, may, ordered, render
from kaocheng.pages.excel import Column as Heading
from kaocheng.pages.excel import Table, excel
from kaocheng.scoring import queries as scoring
from kaocheng.scoring import service as sheets
from kaocheng.scoring.compare import compare
from kaocheng.scoring.domain import NoSuchClass, NoSuchSheet
from kaocheng.standings import queries, service, working
from kaocheng.standings.domain import NotPublished, Seen
from kaocheng.standings.pages.shared import cells, explained_for, follows
from kaocheng.standings.reasons import gaps_in_words, line_in_words, vetoes
from kaocheng.standings.register import Place, Register, heading, register


class StandingsPages(Controller):
    """The register of each class."""

    path = "/standings"
    guards = (may(Permission.READ_PUBLISHED, Permission.READ_UNPUBLISHED),)

    @get("/")
    async def standings(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        shelf: NamedDependency[TenantShelf],
        period: FromQuery[str] = "",
        group: FromQuery[str] = "",
        sheet: FromQuery[int | None] = None,
        columns: FromQuery[str] = "",
        sort: FromQuery[str] = "",
        unit: FromQuery[str] = "",
        column: FromQuery[str] = "",
    ) -> Page:
        """One class by rank, the quota's line in cinnabar, the working of the chosen cell beside it."""
        periods = await _periods(session, person)
        period = period or next(iter(periods), "")
        try:
            seen = await service.look(session, period, by=person, at=datetime.now(UTC), number=sheet)
        except (NotPublished, NoSuchSheet) as nothing:
            return _nothing(request, person, period, periods, nothing)
        paper = _paper(seen, group)
        shown = register(paper, _columns(paper, columns))
        return render(
            request,
            "standings/register.html",
            seen=seen,
            periods=periods,
            period=period,
            shown=shown,
            places=ordered(shown.places, sort, _keys(shown)),
            sort=sort,
            columns=columns,
            chosen=(unit, column),
            explained=await explained_for(session, seen, unit, column),
            moved=await _moved(session, person, seen),
            consequences=await follows(session, shelf, seen, paper),
            line=line_in_words(shown.line) if shown.line else "",
            gaps=gaps_in_words(paper),
            heading=heading,
            vetoes=vetoes,
            cells=cells,
            names=await _row_names(session, seen, shown),
            working=working,
            may_publish=allows(person, Permission.PUBLISH) and not seen.published,
            may_read_figures=allows(person, Permission.READ_FIGURES),
        )

    @get("/working")
    async def working(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        period: FromQuery[str],
        unit: FromQuery[str],
        column: FromQuery[str] = "",
        sheet: FromQuery[int | None] = None,
    ) -> Page:
        """The working of one cell, to be set beside the table."""
        seen = await service.own(session, period, unit, by=person, at=datetime.now(UTC), number=sheet)
        explained = await sheets.explain(session, seen.row, unit, column)
        return render(
            request,
            "standings/working.html",
            explained=explained,
            seen=seen,
            working=working,
            may_read_figures=allows(person, Permission.READ_FIGURES),
        )

    @get("/standings.xlsx")
    async def export(
        self,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        period: FromQuery[str],
        sheet: FromQuery[int | None] = None,
    ) -> Page:
        """Every class with every column, as a workbook."""
        seen = await service.look(session, period, by=person, at=datetime.now(UTC), number=sheet)
        tables = [_table(paper) for paper in seen.row.sheet.papers]
        return excel(_("{period}名次", period=spoken(period)), *tables)


async def _periods(session: TenantSession, person: Person) -> list[str]:
    published = [publication.period for publication in await queries.publications(session)]
    if not allows(person, Permission.READ_UNPUBLISHED):
        return list(dict.fromkeys(published))
    return list(dict.fromkeys(head.period for head in await scoring.heads(session)))


def _nothing(request: Ask, person: Person, period: str, periods: list[str], why: Exception) -> Page:
    return render(
        request,
        "standings/nothing.html",
        why=str(why) if period else "",
        may_score=allows(person, Permission.SCORE),
        period=period,
        periods=periods,
    )


def _paper(seen: Seen, group: str) -> PaperSheet:
    papers = seen.row.sheet.papers
    try:
        return seen.row.sheet.paper(group) if group else papers[0]
    except KeyError:
        raise NoSuchClass(group, tuple(paper.group for paper in papers)) from None


def _columns(paper: PaperSheet, which: str) -> list[Column] | None:
    if which != "all":
        return None
    return [c for c in paper.columns if c.show and c.kind not in ("rank", "grade") and c.key != paper.total]


def _keys(shown: Register) -> Mapping[str, Callable[[Place], Any]]:
    paper = shown.paper
    keys: dict[str, Callable[[Place], Any]] = {
        "rank": lambda p: p.standing.rank if isinstance(p.standing.rank, int) else None,
        "unit": lambda p: paper.row[p.unit],
        "score": lambda p: paper.value(p.unit, paper.total),
        "grade": lambda p: p.standing.grade,
    }
    for column in shown.columns:
        keys[column.key] = lambda p, key=column.key: paper.value(p.unit, key)  # type: ignore[misc]
    return keys


async def _row_names(session: TenantSession, seen: Seen, shown: Register) -> Mapping[str, Sequence[str]]:
    """Unit → what each cell of a list's row stands for: no two units have the same tasks."""
    if not any(column.kind == "row" for column in shown.columns):
        return {}
    told = await sheets.rows(session, seen.row, shown.paper, shown.paper.units)
    return {
        unit: [rows[c.key].name if c.key in rows else "" for c in shown.columns]
        for unit, rows in told.items()
    }


async def _moved(session: TenantSession, person: Person, seen: Seen) -> tuple[int, int] | None:
    """The run before, and how many units stand elsewhere since; only for whoever may see both."""
    if not allows(person, Permission.READ_UNPUBLISHED) or seen.row.number == 1:
        return None
    before = await scoring.numbered(session, seen.row.period, seen.row.number - 1)
    older = await scoring.sheet(session, before)
    return before.id, len(compare(older.sheet, seen.row.sheet).moved)


def _table(paper: PaperSheet) -> Table:
    columns = [
        c for c in paper.columns if c.show and c.kind not in ("rank", "grade") and c.key != paper.total
    ]
    shown = register(paper, columns)
    return Table(
        paper.label or paper.group,
        (
            Heading(_("名次"), "number", 0),
            Heading(_("单位")),
            Heading(_("得分"), "number", paper.column[paper.total].decimals),
            *(Heading(heading(c, paper), "number", c.decimals) for c in columns),
            Heading(_("等次")),
            Heading(_("一票否决")),
        ),
        [
            [p.standing.rank, p.label, p.score, *p.cells, p.standing.grade, _("、").join(vetoes(p.standing))]
            for p in shown.places
        ],
        notes=(line_in_words(shown.line),) if shown.line else (),
    )
