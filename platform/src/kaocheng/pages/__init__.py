'''What every stage's pages share: how a page is asked for, guarded, filled in, answered and exported.

A stage writes its ``pages.py`` on this package and never on ``kaocheng.web``::

    """Where a county's verifier works through what its townships have filed."""

    from datetime import UTC, datetime

    from litestar import Controller, get, post
    from litestar.di import NamedDependency
    from litestar.params import FromPath, FromQuery

    from kaocheng.db.session import TenantSession
    from kaocheng.i18n import _
    from kaocheng.identity.domain import Permission, Person
    from kaocheng.pages import Ask, Page, ordered, answer, form, go, may, render
    from kaocheng.pages.excel import Column, Table, excel


    class VerificationPages(Controller):
        """The queue of one collector, and the two answers to each figure."""

        path = "/verification"
        guards = (may(Permission.VERIFY),)

        @get("/")
        async def queue(
            self,
            request: Ask,
            session: NamedDependency[TenantSession],   # this request's transaction, its tenant set
            person: NamedDependency[Person],           # who is asking; never None behind a guard
            collector: FromQuery[str] = "",            # a query parameter; undeclared ones are refused
            sort: FromQuery[str] = "",
        ) -> Page:
            waiting = await queries.queue(session, collector=collector or None)
            return render(request, "verification/queue.html", waiting=ordered(waiting, sort, KEYS), sort=sort)

        @get("/queue.xlsx")
        async def export(self, session: NamedDependency[TenantSession]) -> Page:
            ...
            columns = (Column(_("单位")), Column(_("完成值"), "number", decimals=2))
            return excel(_("待核验"), Table(_("待核验"), columns, rows))

        @post("/vouch")
        async def vouch(
            self, request: Ask, session: NamedDependency[TenantSession], person: NamedDependency[Person]
        ) -> Page:
            handed_in = await form(request, "collector", "reason")   # any other field is refused
            done = await service.vouch_all(
                session, Filter(collector=handed_in.text("collector")), by=person, at=datetime.now(UTC),
                reason=handed_in.text("reason", required=_("理由")),
            )
            return go(request, "/verification", _("已核验 {n} 条", n=done))   # 303, said on the next page

Besides ``session`` and ``person`` one may ask for ``shelf: NamedDependency[TenantShelf]`` (the packs the
tenant has enabled) and ``settings: NamedDependency[Settings]``.

Nobody catches our errors: ``Missing``, ``Refused`` and ``Invalid`` reach ``web/errors.py``, which
answers with the sentence, and the transaction is rolled back.  To show a form again with its mistake,
catch ``Invalid``, roll back nothing yourself, and ``render(..., status=422, mistakes={"value": str(it)})``;
where the form was sent elsewhere, ``shown_at(request, address)`` first: its links lead to that page then.

Templates live in ``web/templates/<stage>/`` and open with::

    {% extends "base.html" %}
    {% block title %}{{ _("待核验") }}{% endblock %}
    {% block page %}
    {% call kit.head(_("待核验"), _("{n} 条", n=waiting|length)) %}
      {{ kit.link("/verification/queue.xlsx", _("导出 Excel")) }}
    {% endcall %}
    ...
    {% endblock %}

``kit`` (``templates/macros.html``), ``visit``, ``_``, ``csrf()`` and the filters ``number``, ``percent``,
``day``, ``day_prose``, ``moment``, ``period``, ``span``, ``size``, ``json_script`` are there at once.
A page with tables ends with a link that exports them as they stand (``?as=excel``); ``excel`` is for more.
Every form that posts has ``{{ csrf() }}`` in it.  No inline script or style: the browser refuses them.
'''

from kaocheng.pages.answers import Page, answer, go
from kaocheng.pages.forms import Form, Upload, form
from kaocheng.pages.guards import may
from kaocheng.pages.order import ordered
from kaocheng.pages.render import fragment, render, shown_at
from kaocheng.pages.visit import Ask, MenuItem, Visit, here, visiting

__all__ = [
    "Ask",
    "Form",
    "MenuItem",
    "Page",
    "Upload",
    "Visit",
    "answer",
    "form",
    "fragment",
    "go",
    "here",
    "may",
    "ordered",
    "render",
    "shown_at",
    "visiting",
]
