"""The working of one score for programs, under the same rules as the pages.

Numbers are strings: a decimal as printed, ``/`` for *not applicable*, null for *missing*.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.engine.explain import Loss, Part, Step
from kaocheng.identity.domain import Permission, Person
from kaocheng.pages import may
from kaocheng.scoring import service as sheets
from kaocheng.scoring.domain import Explained, Traced
from kaocheng.standings import service
from kaocheng.standings.working import reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One value a score was worked from, and who stands for it."""

    name: str
    value: str | None
    measure: str
    kind: str
    unit: str
    filed_by: str | None
    filed_at: str | None
    vouched_by: str | None
    vouched_at: str | None
    workbook: str | None
    cell: str | None
    among: int | None
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedPart:
    """One part of a composition; of a hidden one, its inputs stand among the working's."""

    key: str
    label: str
    period: str
    points: str | None
    full: str | None
    weight: str | None
    adds: str | None
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounded:
    """One rounding, half up."""

    what: str
    decimals: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A bound or a cap that held points back, or up."""

    what: str
    bound: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPoints:
    """Points lost (gained where negative) at one node; all of a working add up exactly."""

    node: str
    period: str
    label: str
    kind: str
    points: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What one more step of a figure would bring, all others standing still."""

    figure: str
    part: str
    value: str
    points: str
    gain: str
    total: str | None
    total_gain: str | None
    rank: str | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The next unit above or below."""

    unit: str
    label: str
    score: str
    rank: str
    gap: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The rank of the unit asked about, where ranks may be seen."""

    rank: str
    among: int
    level: int
    above: Beside | None
    below: Beside | None
    grade: str | None
    why: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """The working of one score."""

    period: str
    unit: str
    label: str
    node: str
    indicator: str
    method: str
    clause: str | None
    clause_text: str
    state: str
    points: str | None
    exact: str | None
    full: str | None
    lines: list[str]
    inputs: list[Input]
    lost: str | None
    lost_to: str
    next_step: str
    no_step: str
    to_total: str | None
    parts: list[WorkedPart]
    roundings: list[Rounded]
    cuts: list[Held]
    losses: list[LostPoints]
    steps: list[NextStep]
    standing: Standing | None


class ExplanationsApi(Controller):
    """Why a score is what it is."""

    path = "/explanations"
    guards = (may(Permission.READ_PUBLISHED, Permission.READ_UNPUBLISHED),)
    tags = ("scores",)

    @get("/{period:str}/{unit:str}", summary="The working of one score")
    async def explanation(
        self,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        period: FromPath[str],
        unit: FromPath[str],
        node: FromQuery[str] = "",
        number: FromQuery[int | None] = None,
    ) -> Working:
        """*node* is a column's key, a code or a label; left out, it is the total."""
        seen = await service.own(session, period, unit, by=person, at=datetime.now(UTC), number=number)
        return _working(await sheets.explain(session, seen.row, unit, node), ranked=seen.ranked)


def _working(explained: Explained, *, ranked: bool) -> Working:
    it = explained.explanation
    return Working(
        period=it.period,
        unit=it.unit,
        label=it.unit_label,
        node=it.node,
        indicator=it.label,
        method=it.method,
        clause=it.clause,
        clause_text=it.clause_text,
        state=it.state,
        points=it.points,
        exact=it.exact,
        full=it.full,
        lines=list(it.lines),
        inputs=[_input(traced, it.unit) for traced in explained.traced],
        lost=it.lost,
        lost_to=it.lost_to,
        next_step=it.next_step,
        no_step=it.no_step,
        to_total=it.to_total,
        parts=[_part(part) for part in it.parts],
        roundings=[Rounded(**asdict(rounding)) for rounding in it.roundings],
        cuts=[Held(**asdict(cut)) for cut in it.cuts],
        losses=[_loss(loss) for loss in it.losses],
        steps=[_step(step, ranked=ranked) for step in it.steps],
        standing=_standing(explained) if ranked else None,
    )


def _part(part: Part) -> WorkedPart:
    return WorkedPart(
        key=part.key,
        label=part.label,
        period=part.period,
        points=part.points,
        full=part.full,
        weight=part.weight,
        adds=part.adds,
        hidden=not part.shown,
    )


def _loss(loss: Loss) -> LostPoints:
    return LostPoints(
        node=loss.node,
        period=loss.period,
        label=loss.label,
        kind=loss.kind,
        points=loss.points,
        why=loss.why,
    )


def _step(step: Step, *, ranked: bool) -> NextStep:
    return NextStep(
        figure=step.figure[0],
        part=step.figure[1],
        value=step.value,
        points=step.points,
        gain=step.gain,
        total=step.total,
        total_gain=step.total_gain,
        rank=step.rank if ranked else None,
        words=step.words,
    )


def _standing(explained: Explained) -> Standing | None:
    place = explained.explanation.place
    if place is None:
        return None
    return Standing(
        rank=place.rank,
        among=place.among,
        level=place.level,
        above=None if place.above is None else Beside(**asdict(place.above)),
        below=None if place.below is None else Beside(**asdict(place.below)),
        grade=explained.standing.grade if explained.standing else None,
        why=reasons(explained),
    )


def _input(traced: Traced, unit: str) -> Input:
    used, origin = traced.used, traced.origin
    return Input(
        name=used.name,
        value=used.value,
        measure=used.measure,
        kind=used.kind,
        unit=used.unit or unit,
        filed_by=origin.filed_by if origin else None,
        filed_at=origin.filed_at if origin else None,
        vouched_by=origin.vouched_by or None if origin else None,
        vouched_at=origin.vouched_at or None if origin else None,
        workbook=origin.workbook or None if origin else None,
        cell=origin.cell or None if origin else None,
        among=used.among,
        skipped=used.skipped,
    )
