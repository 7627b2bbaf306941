"""A collecting department's page: what it still owes for the others, and what waits for its eyes."""

from collections import Counter

from kaocheng.db.session import TenantSession
from kaocheng.figures import expected
from kaocheng.figures.expected import Scope
from kaocheng.figures.remit import own_collectors
from kaocheng.formats import period as spoken
from kaocheng.i18n import _
from kaocheng.identity.domain import Person
from kaocheng.tenancy import queries as tenancy
from kaocheng.web.home.lines import Todo, Told, to
from kaocheng.web.home.running import running
from kaocheng.web.home.verifier import waiting_todos
from kaocheng.web.home.workbooks import previewed


async def page(session: TenantSession, person: Person) -> Told:
    """The collector's page."""
    own = own_collectors(person, await tenancy.units(session))
    periods = await expected.scheme_periods(session)
    owing = await expected.debts(session, periods, Scope(collectors=own))
    todos = [*await running(session, person), *await previewed(session, person)]
    returned = [d for d in owing if d.figure is not None]
    todos += [
        Todo(
            tag=_("退回"),
            tone="bad",
            text=f"{d.expectation.unit_label} {d.expectation.indicator.label}",
            small=f"“{d.figure.reason}” — {d.figure.judge}" if d.figure else "",
            path=to("/figures/mine", period=d.expectation.key.period),
            label=_("修改"),
            main=True,
        )
        for d in returned
    ]
    missing = Counter(
        (d.expectation.key.period, d.expectation.indicator.label) for d in owing if d.figure is None
    )
    todos += [
        Todo(
            tag=_("未报"),
            tone="warn",
            text=_("{indicator}:{n} 个单位还没有数", indicator=label, n=count),
            small=spoken(period),
            path=to("/figures/mine", period=period),
            label=_("填写"),
        )
        for (period, label), count in missing.items()
    ]
    todos += await waiting_todos(session, person)
    progress = [
        row
        for p in periods
        for row in await expected.progress(session, p)
        if row.code in own and row.expected
    ]
    return "home/collector.html", {"todos": todos, "progress": progress, "own": person.unit_label}
