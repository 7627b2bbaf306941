"""A verifier's page: what waits for a second pair of eyes, doubts first."""

from collections import Counter

from kaocheng.db.session import TenantSession
from kaocheng.figures import expected
from kaocheng.figures.pages import collector_name
from kaocheng.formats import number
from kaocheng.formats import period as spoken
from kaocheng.i18n import _
from kaocheng.identity.domain import Person
from kaocheng.verification import queries, service
from kaocheng.web.home.lines import Todo, Told, to


async def page(session: TenantSession, person: Person) -> Told:
    """The verifier's page."""
    todos = await waiting_todos(session, person)
    progress = [
        row
        for period in await expected.scheme_periods(session)
        for row in await expected.progress(session, period)
        if row.filed
    ]
    done = [row for row in progress if row.vouched == row.expected]
    under_way = [row for row in progress if row not in done]
    return "home/verifier.html", {"todos": todos, "under_way": under_way, "done": done}


async def waiting_todos(session: TenantSession, person: Person) -> list[Todo]:
    """The queue by period and collector; what this person filed is for somebody else, and is counted."""
    mine = await service.remit(session, person)
    waiting = [w for w in await queries.queue(session) if mine.covers(w.figure)]
    others = [w for w in waiting if w.figure.filed_by != person.id]
    doubted = [w for w in others if w.figure.doubts]
    todos = []
    if doubted:
        todos.append(
            Todo(
                tag=_("可疑"),
                tone="warn",
                text=_("{n} 个数看上去不对,请先看", n=len(doubted)),
                small=doubted[0].figure.unit_label + " " + doubted[0].figure.indicator.label,
                path=to("/verification", only="doubted"),
                label=_("查看"),
                main=True,
            )
        )
    counts = Counter((w.figure.key.period, w.figure.indicator.collector) for w in others)
    for (period, collector), count in counts.items():
        todos.append(
            Todo(
                tag=_("待核"),
                text=_("{who} {n} 个数等待核验", who=collector_name(collector), n=number(count)),
                small=spoken(period),
                path=to("/verification", period=period, collector=collector),
                label=_("去核验"),
            )
        )
    if len(waiting) > len(others):
        todos.append(
            Todo(
                tag=_("不归您核"),
                text=_("{n} 个数是您自己填报的,由另一位核验人核验", n=len(waiting) - len(others)),
            )
        )
    return todos
