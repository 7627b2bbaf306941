"""The runs of a period, for programs; what they yielded is the next stage's to show."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.identity.domain import Permission
from kaocheng.pages import may
from kaocheng.scoring import queries


@dataclass(frozen=True, slots=True)
class Run:
    """One score sheet, by its digests."""

    period: str
    number: int
    sheet: str
    inputs: str
    recipe: str
    engine: str
    packs: dict[str, str]
    not_vouched: int
    made_at: datetime


class RunsApi(Controller):
    """Which runs there are."""

    path = "/runs"
    guards = (may(Permission.READ_UNPUBLISHED),)
    tags = ("scores",)

    @get("/", summary="Score sheets, the latest first")
    async def runs(
        self, *, session: NamedDependency[TenantSession], period: FromQuery[str | None] = None
    ) -> list[Run]:
        """The runs of one period, or of all."""
        return [
            Run(
                period=head.period,
                number=head.number,
                sheet=head.sheet_digest,
                inputs=head.inputs_digest,
                recipe=head.recipe_digest,
                engine=head.engine,
                packs=dict(head.packs),
                not_vouched=head.waiting,
                made_at=head.made_at,
            )
            for head in await queries.heads(session, period)
        ]
