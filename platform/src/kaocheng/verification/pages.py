"""Where a verifier works through what was filed: a collector's queue, and two answers to each figure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.errors import Invalid
from kaocheng.figures import queries as figures
from kaocheng.figures.pages import collector_name, place, series_name
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Person
from kaocheng.pages import Ask, Form, Page, form, go, may, ordered, render, shown_at
from kaocheng.pages.excel import Column, Table, excel
from kaocheng.verification import queries, service
from kaocheng.verification.domain import Filter, Judged, NothingChosen, ReasonNeeded, Ref, Waiting

SHOWN = 500  # rows: more than anybody looks at one by one; the filter narrows, the export holds all
FIELDS = ("ref", "one", "all", "reason", "period", "collector", "unit", "indicator", "only", "seen")
KEYS: dict[str, Any] = {
    "unit": lambda w: w.figure.unit,
    "indicator": lambda w: w.figure.indicator.id,
    "value": lambda w: w.figure.value.decimal,
    "by": lambda w: w.by,
    "filed": lambda w: w.figure.filed_at,
}


class VerificationPages(Controller):
    """The queue, one figure's whole life, and what may be said of it."""

    path = "/verification"
    guards = (may(Permission.VERIFY),)

    @get("/")
    async def queue(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        period: FromQuery[str] = "",
        collector: FromQuery[str | None] = None,
        unit: FromQuery[str] = "",
        indicator: FromQuery[str] = "",
        only: FromQuery[str] = "",
        sort: FromQuery[str] = "",
    ) -> Page:
        """What waits, by collector, differences and doubts beside the values."""
        asked = {"period": period, "unit": unit, "indicator": indicator, "only": only}
        return await _queue(request, session, person, {**asked, "collector": collector}, sort=sort)

    @get("/queue.xlsx")
    async def export(
        self,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        period: FromQuery[str] = "",
        collector: FromQuery[str | None] = None,
        unit: FromQuery[str] = "",
        indicator: FromQuery[str] = "",
        only: FromQuery[str] = "",
    ) -> Page:
        """The same, whole, as a workbook."""
        mine = await service.remit(session, person)
        asked = {"period": period, "unit": unit, "indicator": indicator, "only": only}
        waiting = await queries.queue(session, _filter({**asked, "collector": collector}))
        return excel(_("待核验"), _table([w for w in waiting if mine.covers(w.figure)]))

    @post("/vouch")
    async def vouch(
        self, request: Ask, session: NamedDependency[TenantSession], person: NamedDependency[Person]
    ) -> Page:
        """Vouch for what was ticked, or for everything the filter shows."""
        handed_in = await form(request, *FIELDS)
        try:
            done = await service.vouch_all(
                session, _chosen(handed_in), by=person, at=datetime.now(UTC), reason=handed_in.text("reason")
            )
        except NothingChosen as problem:
            return await _queue(request, session, person, _asked(handed_in), problem=problem)
        return go(request, _back(_asked(handed_in)), _said(done))

    @post("/return")
    async def send_back(
        self, request: Ask, session: NamedDependency[TenantSession], person: NamedDependency[Person]
    ) -> Page:
        """Send back what was ticked, with the reason."""
        handed_in = await form(request, *FIELDS)
        reason = handed_in.text("reason")
        try:
            done = await service.send_back(
                session, _chosen(handed_in), by=person, at=datetime.now(UTC), reason=reason
            )
        except (NothingChosen, ReasonNeeded) as problem:
            if "one" in handed_in.fields:
                return await _figure(request, session, person, handed_in.text("ref"), mistake=str(problem))
            ticked = frozenset(handed_in.all("ref"))
            return await _queue(request, session, person, _asked(handed_in), ticked=ticked, problem=problem)
        return go(request, _back(_asked(handed_in)), _("已退回 {count} 个数", count=done.count))

    @get(["/return", "/vouch", "/undo"])
    async def back(
        self,
        request: Ask,
        *,
        period: FromQuery[str] = "",
        collector: FromQuery[str | None] = None,
        unit: FromQuery[str] = "",
        indicator: FromQuery[str] = "",
        only: FromQuery[str] = "",
    ) -> Page:
        """The queue again: a refused form leaves its reader at these addresses, with filters to follow."""
        asked = {"period": period, "unit": unit, "indicator": indicator, "only": only}
        return go(request, _back({**asked, "collector": collector}))

    @post("/undo")
    async def undo(
        self, request: Ask, session: NamedDependency[TenantSession], person: NamedDependency[Person]
    ) -> Page:
        """Take back what was said of one figure."""
        handed_in = await form(request, "ref", "reason")
        ref = Ref.read(handed_in.text("ref", required=_("选中的数")))
        try:
            await service.undo(session, ref, by=person, at=datetime.now(UTC), reason=handed_in.text("reason"))
        except ReasonNeeded as problem:
            return await _figure(request, session, person, str(ref), mistake=str(problem))
        return go(request, f"/verification/figure?ref={_quoted(ref)}", _("已撤销,此数重新待核验"))

    @get("/figure")
    async def figure(
        self,
        request: Ask,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        ref: FromQuery[str],
    ) -> Page:
        """One figure's whole life: every revision, and everything said of each."""
        return await _figure(request, session, person, ref)


async def _queue(
    request: Ask,
    session: TenantSession,
    person: Person,
    asked: Mapping[str, str | None],
    *,
    sort: str = "",
    ticked: Collection[str] = (),
    problem: Invalid | None = None,
) -> Page:
    if problem:
        shown_at(request, _back(asked))
    mine = await service.remit(session, person)
    period = asked["period"] or ""
    everything = [w for w in await queries.queue(session, Filter(period=period)) if mine.covers(w.figure)]
    wanted = _filter(asked)
    waiting = [w for w in everything if wanted.takes(w)]
    return render(
        request,
        "verification/queue.html",
        status=422 if problem else 200,
        waiting=ordered(waiting, sort, KEYS)[:SHOWN],
        count=len(waiting),
        own=sum(w.figure.filed_by == person.id for w in waiting),
        periods=await figures.periods(session),
        collectors=Counter(w.figure.indicator.collector for w in everything),
        asked=asked,
        ticked=ticked,
        mistake=str(problem) if isinstance(problem, ReasonNeeded) else "",
        blocked=str(problem) if isinstance(problem, NothingChosen) else "",
        seen=datetime.now(UTC).isoformat(),
        sort=sort,
        name=collector_name,
        place=place,
    )


async def _figure(
    request: Ask, session: TenantSession, person: Person, ref: str, *, mistake: str = ""
) -> Page:
    if mistake:
        shown_at(request, f"/verification/figure?ref={_quoted(ref)}")
    key = Ref.read(ref).key
    history = await figures.history(session, key)
    return render(
        request,
        "verification/figure.html",
        status=422 if mistake else 200,
        history=history,
        times={f.revision: time for time, f in enumerate(reversed(history), 1)},
        latest=history[0],
        ref=Ref(key, history[0].revision),
        said=await queries.judgements(session, key),
        part=await series_name(session, history[0]),
        own=history[0].filed_by == person.id,
        mine=(await service.remit(session, person)).covers(history[0]),
        mistake=mistake,
        place=place,
    )


def _filter(asked: Mapping[str, str | None]) -> Filter:
    wanted = Filter(
        period=asked["period"] or "",
        collector=asked["collector"],
        unit=asked["unit"] or "",
        indicator=asked["indicator"] or "",
    )
    match asked["only"]:
        case "changed":
            return replace(wanted, changed=True)
        case "doubted":
            return replace(wanted, doubted=True)
        case "clear":
            return replace(wanted, doubted=False)
        case _:
            return wanted


def _chosen(handed_in: Form) -> Filter:
    """What the verifier's form says: the ticked ones, or all that the filter showed him."""
    if not handed_in.text("all"):
        if not handed_in.all("ref"):
            raise NothingChosen
        return Filter(chosen=service.chosen(handed_in.all("ref")))
    wanted = _filter(_asked(handed_in))
    return replace(wanted, filed_until=_moment(handed_in.text("seen", required=_("打开页面的时间"))))


def _asked(handed_in: Form) -> dict[str, str | None]:
    """The filters of the form; a collector absent and one of no name differ: the latter is the office."""
    asked: dict[str, str | None] = {
        name: handed_in.text(name) for name in ("period", "unit", "indicator", "only")
    }
    return {**asked, "collector": handed_in.text("collector") if "collector" in handed_in.fields else None}


def _moment(written: str) -> datetime:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise Invalid(_("打开页面的时间无法识别;请刷新待核验页再提交")) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _back(asked: Mapping[str, str | None]) -> str:
    kept = [
        f"{name}={_quoted(value)}"
        for name, value in asked.items()
        if value or (name == "collector" and value is not None)
    ]
    return "/verification" + ("?" + "&".join(kept) if kept else "")


def _quoted(text: object) -> str:
    return quote(str(text), safe="")


def _said(done: Judged) -> str:
    if done.own:
        return _(
            "已核验 {count} 个数;另有 {own} 个是您自己填报的,留给其他核验人", count=done.count, own=done.own
        )
    return _("已核验 {count} 个数", count=done.count)


def _table(waiting: Sequence[Waiting]) -> Table:
    return Table(
        _("待核验"),
        (
            Column(_("时段")),
            Column(_("单位")),
            Column(_("采集单位")),
            Column(_("指标")),
            Column(_("分项")),
            Column(_("计量单位")),
            Column(_("填报值"), "number"),
            Column(_("上次核验值"), "number"),
            Column(_("上期值"), "number"),
            Column(_("填报人")),
            Column(_("填报时间"), "date"),
            Column(_("来源"), width=34),
            Column(_("可疑之处"), width=40),
        ),
        (
            (
                w.figure.key.period,
                w.figure.unit_label,
                collector_name(w.figure.indicator.collector),
                w.figure.indicator.label,
                w.series_label,
                w.figure.indicator.measure,
                str(w.figure.value),
                str(w.before) if w.before else None,
                str(w.earlier) if w.earlier else None,
                w.figure.filer,
                w.figure.filed_at,
                w.figure.source,
                _(";").join(w.figure.doubts),
            )
            for w in waiting
        ),
    )
