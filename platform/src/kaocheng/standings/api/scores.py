"""Standings and scores for programs, under the same rules as the pages.

Numbers are strings: a decimal as printed, ``/`` for *not applicable*, null for *missing*.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.engine.sheet import PaperSheet
from kaocheng.identity.domain import Permission, Person
from kaocheng.pages import may
from kaocheng.scoring import service as sheets
from kaocheng.scoring.domain import NoSuchClass
from kaocheng.standings import service
from kaocheng.standings.domain import Seen
from kaocheng.standings.reasons import in_words, vetoes
from kaocheng.standings.register import by_rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One unit's result."""

    unit: str
    label: str
    score: str | None
    rank: int | str | None
    grade: str | None
    vetoes: list[str]
    why: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassStandings:
    """One class, by rank."""

    paper: str
    group: str
    places: list[Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """One period's standings."""

    period: str
    number: int
    sheet: str
    published: bool
    classes: list[ClassStandings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One cell of the sheet; its key is what an explanation is asked for by."""

    key: str
    label: str
    period: str
    points: str | None
    full: str | None
    clause: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitScores:
    """Every score of one unit."""

    period: str
    number: int
    unit: str
    label: str
    published: bool
    rank: int | str | None
    grade: str | None
    scores: list[Score]


class StandingsApi(Controller):
    """Ranks and grades."""

    path = "/standings"
    guards = (may(Permission.READ_PUBLISHED, Permission.READ_UNPUBLISHED),)
    tags = ("standings",)

    @get("/{period:str}", summary="The standings of a period")
    async def standings(
        self,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        period: FromPath[str],
        group: FromQuery[str] = "",
        number: FromQuery[int | None] = None,
    ) -> Standings:
        """The published ones; for the office its latest run, and the look is recorded."""
        seen = await service.look(session, period, by=person, at=datetime.now(UTC), number=number)
        return Standings(
            period=seen.row.period,
            number=seen.row.number,
            sheet=seen.row.sheet_digest,
            published=seen.published,
            classes=[_class(paper) for paper in _papers(seen, group)],
        )


class ScoresApi(Controller):
    """One unit's scores."""

    path = "/scores"
    guards = (may(Permission.READ_PUBLISHED, Permission.READ_UNPUBLISHED),)
    tags = ("scores",)

    @get("/{period:str}/{unit:str}", summary="Every score of a unit")
    async def scores(
        self,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        period: FromPath[str],
        unit: FromPath[str],
        number: FromQuery[int | None] = None,
    ) -> UnitScores:
        """By code or label; before publication the office's, and a unit's own people without rank."""
        seen = await service.own(session, period, unit, by=person, at=datetime.now(UTC), number=number)
        paper, code = sheets.find_unit(seen.row.sheet, unit)
        standing = next((s for s in paper.standings if s.unit == code and seen.ranked), None)
        return UnitScores(
            period=seen.row.period,
            number=seen.row.number,
            unit=code,
            label=paper.labels.get(code, code),
            published=seen.published,
            rank=standing.rank if standing else None,
            grade=standing.grade if standing else None,
            scores=[
                Score(
                    key=column.key,
                    label=column.label,
                    period=column.period,
                    points=paper.shown(code, column.key) or None,
                    full=column.full,
                    clause=column.clause,
                )
                for column in paper.columns
                if column.kind not in ("rank", "grade")
            ],
        )


def _papers(seen: Seen, group: str) -> list[PaperSheet]:
    papers = seen.row.sheet.papers
    if not group:
        return list(papers)
    chosen = [paper for paper in papers if group in (paper.group, paper.code)]
    if not chosen:
        raise NoSuchClass(group, tuple(paper.group for paper in papers))
    return chosen


def _class(paper: PaperSheet) -> ClassStandings:
    return ClassStandings(
        paper=paper.code,
        group=paper.group,
        places=[
            Place(
                unit=standing.unit,
                label=paper.labels.get(standing.unit, standing.unit),
                score=paper.shown(standing.unit, paper.total) or None,
                rank=standing.rank,
                grade=standing.grade,
                vetoes=vetoes(standing),
                why=in_words(standing, paper),
            )
            for standing in by_rank(paper)
        ],
    )
