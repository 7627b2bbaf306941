"""Where the office scores: the runs of each period, what a new run would count, and the button."""

from datetime import UTC, datetime

from litestar import Controller, get, post
from litestar.di import NamedDependency

from kaocheng.db.session import TenantSession
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Person
from kaocheng.pages import Ask, Page, form, go, may, render
from kaocheng.scoring import jobs, queries, service


class ScoringPages(Controller):
    """Runs, by period; ranks are on the next stage's pages, where looking leaves a trace."""

    path = "/scores"
    guards = (may(Permission.SCORE),)

    @get("/")
    async def runs(self, request: Ask, *, session: NamedDependency[TenantSession]) -> Page:
        """Each period's runs, the latest first, and what blocks the next."""
        return render(
            request,
            "scoring/runs.html",
            heads=await queries.heads(session),
            outlooks=await service.outlooks(session),
        )

    @post("/run")
    async def run(
        self, request: Ask, *, session: NamedDependency[TenantSession], person: NamedDependency[Person]
    ) -> Page:
        """Start a run as a job; leaving the page does not stop it."""
        handed_in = await form(request, "period")
        period = handed_in.text("period", required=_("时段"), longest=40)
        job = await jobs.start(session, period, by=person, at=datetime.now(UTC))
        return go(request, f"/jobs/{job.id}")
