"""Long work under way, or that came to nothing: the way back to it for whoever left its page."""

from kaocheng.db import jobs
from kaocheng.db.jobs import State
from kaocheng.db.session import TenantSession
from kaocheng.i18n import _
from kaocheng.identity.domain import Person
from kaocheng.web.home.lines import Todo
from kaocheng.web.jobs import name, told


async def running(session: TenantSession, person: Person) -> list[Todo]:
    """What *person* began and has not ended; of what failed, what nothing of its kind came after."""
    own = [job for job in await jobs.recent(session) if job.started_by == person.id]
    newest = {job.kind: job for job in reversed(own)}
    todos = []
    for job in own:
        if not job.ended:
            todos.append(
                Todo(tag=_("进行中"), text=name(job), path=f"/jobs/{job.id}", label=_("看进度"), main=True)
            )
        elif job.state is State.FAILED and newest[job.kind] is job:
            todos.append(
                Todo(
                    tag=_("没有完成"),
                    tone="bad",
                    text=name(job),
                    small=told(job),
                    path=f"/jobs/{job.id}",
                    label=_("看原因"),
                )
            )
    return todos
