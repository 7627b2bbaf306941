"""Long work as its beginner sees it: how far it is, and where its result is."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from kaocheng.db import jobs
from kaocheng.db.jobs import Job, NoSuchJob, State
from kaocheng.db.session import TenantSession
from kaocheng.formats import period as spoken
from kaocheng.i18n import _
from kaocheng.identity.domain import Person, Role
from kaocheng.pages import Ask, Page, fragment, render
from kaocheng.web.home.lines import to

# What a kind of work is called, and where its result is read unless the result says so itself.
KINDS: Mapping[str, tuple[Callable[[Mapping[str, Any]], str], Callable[[Mapping[str, Any]], str]]] = {
    "figures.import": (
        lambda facts: _("读取《{name}》", name=facts.get("name", "")),
        lambda result: "/figures",
    ),
    "scoring.run": (
        lambda facts: _("{period}计分", period=spoken(str(facts.get("period", "")))),
        lambda result: to("/standings", period=str(result.get("period", ""))),
    ),
    "standings.publish": (
        lambda facts: _(
            "公布{period}第{n}次计算的结果",
            period=spoken(str(facts.get("period", ""))),
            n=facts.get("number", ""),
        ),
        lambda result: "/publish",
    ),
}


class JobPages(Controller):
    """One piece of work."""

    path = "/jobs"

    @get("/{id:int}")
    async def job(
        self,
        request: Ask,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        id: FromPath[int],
    ) -> Page:
        """How far it is."""
        found = await _own(session, person, id)
        return render(
            request,
            "job.html",
            job=found,
            name=name(found),
            told=told(found),
            next=_next(found),
            again=_again(found),
        )

    @get("/{id:int}/progress")
    async def progress(
        self,
        request: Ask,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        id: FromPath[int],
    ) -> Page:
        """The same, as the part of a page that asks again by itself; when it is done, on to the result."""
        found = await _own(session, person, id)
        after = _next(found)
        headers = {"HX-Redirect": after} if found.state is State.DONE and after else {}
        part = fragment("job_progress.html", job=found, told=told(found), next=after, again=_again(found))
        return Response(part, media_type="text/html", headers=headers)


def name(job: Job) -> str:
    """What the work is called."""
    named = KINDS.get(job.kind)
    return named[0](job.facts) if named else job.kind


def told(job: Job) -> str:
    """What there is to say of it besides how far it is."""
    if job.state is State.FAILED:
        return job.message or _("什么都没有保存;请再试一次")
    return job.message or name(job)


async def _own(session: TenantSession, person: Person, id: int) -> Job:
    found = await jobs.job(session, id)
    if found.started_by != person.id and Role.OFFICE not in person.roles:
        raise NoSuchJob(id)
    return found


def _next(job: Job) -> str:
    if job.result is None:
        return ""
    if "next" in job.result:
        return str(job.result["next"])
    named = KINDS.get(job.kind)
    return named[1](job.result) if named else ""


def _again(job: Job) -> tuple[str, str] | None:
    """Where whoever reads that it failed begins anew."""
    return {
        "figures.import": ("/figures/import", _("重新选择文件")),
        "scoring.run": ("/scores", _("回到得分")),
        "standings.publish": ("/publish", _("回到公布")),
    }.get(job.kind)
