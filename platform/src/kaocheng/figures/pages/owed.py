"""What I owe: a liaison's or a collector's open figures, with a field beside each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.errors import Invalid
from kaocheng.figures import expected, queries, service
from kaocheng.figures.asking import calendar
from kaocheng.figures.domain import Debt, Figure, Indicator, Key, NoSuchFigure, NotFiled, Of, Outcome
from kaocheng.figures.expected import Scope
from kaocheng.figures.pages.words import TONES, place, shown, state
from kaocheng.figures.remit import remit
from kaocheng.figures.service import Typed
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Person, Role, allows
from kaocheng.packs.shelf import TenantShelf
from kaocheng.pages import Ask, Page, form, go, may, render
from kaocheng.pages import Form as Handed

MOST = 400  # fields on one page; a collector with more imports a workbook


class OwedPages(Controller):
    """The list of what is owed, and the one form by which it is filled in."""

    path = "/figures/mine"
    guards = (may(Permission.FILE_FIGURES),)

    @get("/")
    async def mine(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        period: FromQuery[str] = "",
        collector: FromQuery[str | None] = None,
    ) -> Page:
        """What is missing or returned, by indicator; then what is there."""
        return await _page(request, session, person, period, collector)

    @post("/")
    async def hand_in(
        self,
        request: Ask,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        shelf: NamedDependency[TenantShelf],
    ) -> Page:
        """Keep what was typed; fields left empty stay owed."""
        handed_in = await form(request, "what", "value", "seen", "period", "collector", "edit")
        written, seen = _written(handed_in)
        typed = [Typed(*key, value, seen.get(key)) for key, value in written.items() if value]
        if not typed:
            return await _page(
                request,
                session,
                person,
                handed_in.text("period"),
                _collector(handed_in),
                said=_("还没有填任何一项"),
                status=422,
            )
        try:
            stored = await service.file(session, typed, by=person, at=datetime.now(UTC), shelf=shelf)
        except NotFiled as problem:
            if handed_in.text("edit"):
                key, wrong = typed[0].key, (str(problem), typed[0].written)
                return await _edit(request, session, person, key, *wrong, status=422)
            return await _page(
                request,
                session,
                person,
                handed_in.text("period"),
                _collector(handed_in),
                said=str(problem),
                mistakes=problem.mistakes,
                written=written,
                status=422,
            )
        said = _("已填报 {count} 项,等待核验", count=stored.written)
        return go(request, _back(handed_in), said)

    @get("/edit")
    async def edit(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        person: NamedDependency[Person],
        what: FromQuery[str],
    ) -> Page:
        """One figure already filed, to be superseded by another value."""
        return await _edit(request, session, person, Key.read(what))


def _written(handed_in: Handed) -> tuple[dict[Key, str], dict[Key, int]]:
    """What was typed for each figure, and the revision that was shown beside its field."""
    whats, values, seen = (handed_in.all(name) for name in ("what", "value", "seen"))
    if len(whats) != len(values) or len(seen) not in (0, len(whats)) or not all(map(str.isdecimal, seen)):
        raise Invalid(_("表单不完整;请刷新页面后重新填写"))
    keys = [Key.read(what) for what in whats]
    written = {key: value.strip() for key, value in zip(keys, values, strict=True)}
    return written, dict(zip(keys, map(int, seen), strict=False))


async def _edit(
    request: Ask,
    session: TenantSession,
    person: Person,
    key: Key,
    mistake: str = "",
    written: str = "",
    *,
    status: int = 200,
) -> Page:
    latest = (await queries.history(session, key))[0]
    if not _reads(person, latest):
        raise NoSuchFigure
    labels = await expected.series_labels(session)
    return render(
        request,
        "figures/edit.html",
        status=status,
        figure=latest,
        part=labels.get((latest.indicator.id, latest.key.series), latest.key.series),
        mistake=mistake,
        written=written,
        place=place,
        shown=shown,
        state=state,
        tones=TONES,
    )


async def _page(
    request: Ask,
    session: TenantSession,
    person: Person,
    period: str,
    collector: str | None = None,
    *,
    said: str = "",
    mistakes: Mapping[Key, str] | None = None,
    written: Mapping[Key, str] | None = None,
    status: int = 200,
) -> Page:
    periods = await expected.scheme_periods(session)
    chosen = [period] if period else list(periods)
    scope = await _scope(session, person, collector)
    owing = await expected.debts(session, chosen, scope)
    filed = await _filed(session, chosen, scope)
    return render(
        request,
        "figures/mine.html",
        status=status,
        groups=_groups(owing[:MOST]),
        count=len(owing),
        filed=filed[:MOST],
        labels=await expected.series_labels(session),
        periods=periods,
        period_code=period,
        forms=(await calendar(session)).of(debt.expectation for debt in owing),
        own=person.unit_label,
        collector=collector,
        one_unit=not scope.collectors,
        said=said,
        mistakes=mistakes or {},
        written=written or {},
        can_import=allows(person, Permission.IMPORT_FIGURES),
        place=place,
        shown=shown,
        state=state,
        tones=TONES,
    )


async def _scope(session: TenantSession, person: Person, collector: str | None) -> Scope:
    """Whose figures are this person's: his department's, his unit's; the office acts for anybody."""
    if Role.OFFICE in person.roles:
        return Scope(collectors=frozenset({"", person.unit_label} if collector is None else {collector}))
    return await remit(session, person)


async def _filed(session: TenantSession, periods: Sequence[str], scope: Scope) -> list[Figure]:
    found = await queries.current(session, periods, of=[Of.FIGURE, Of.ROW])
    return [
        f for f in found if f.outcome is not Outcome.RETURNED and scope.covers(f.key.unit_id, f.indicator)
    ]


def _groups(owing: Sequence[Debt]) -> list[tuple[str, Indicator, list[Debt]]]:
    """Debts by period and indicator: those with something sent back first, then in the scheme's order."""
    found: dict[tuple[str, int], list[Debt]] = defaultdict(list)
    for debt in owing:
        found[debt.expectation.key.period, debt.expectation.indicator.id].append(debt)
    groups = [(period, debts[0].expectation.indicator, debts) for (period, _id), debts in found.items()]
    # What came back is waited for; what was never there may not be due yet.
    return sorted(groups, key=lambda group: all(debt.figure is None for debt in group[2]))


def _reads(person: Person, figure: Figure) -> bool:
    return allows(person, Permission.READ_FIGURES) or figure.key.unit_id == person.unit_id


def _collector(handed_in: Handed) -> str | None:
    return handed_in.text("collector") if "collector" in handed_in.fields else None


def _back(handed_in: Handed) -> str:
    collector = _collector(handed_in)
    asked = {"period": handed_in.text("period"), **({} if collector is None else {"collector": collector})}
    return "/figures/mine" + (f"?{urlencode(asked)}" if any(asked.values()) else "")
