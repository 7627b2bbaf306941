"""The assessment office's page: the year as a line, and what blocks it with the button that unblocks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kaocheng.db.session import TenantSession
from kaocheng.figures import expected
from kaocheng.figures.domain import Progress
from kaocheng.formats import day, number, span, today
from kaocheng.formats import period as spoken
from kaocheng.i18n import _
from kaocheng.identity.domain import Person
from kaocheng.rollup import queries as rollup
from kaocheng.schemes import queries as schemes
from kaocheng.schemes.domain import NoScheme, SchemeVersion, State
from kaocheng.scoring import queries as scoring
from kaocheng.scoring import service as scores
from kaocheng.scoring.domain import SheetHead
from kaocheng.standings import queries as standings
from kaocheng.standings.domain import Publication
from kaocheng.tenancy import queries as tenancy
from kaocheng.tenancy.domain import Form
from kaocheng.web.home import analyst
from kaocheng.web.home.lines import Bar, Cell, Row, Todo, Told, to
from kaocheng.web.home.running import running
from kaocheng.web.home.workbooks import previewed

MOST_TODOS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How far one period has come."""

    period: str
    by_collector: tuple[Progress, ...]
    head: SheetHead | None
    stale: bool  # figures or rules changed since the latest sheet
    ranked: tuple[int, ...]  # units of each class of the latest sheet
    publication: Publication | None

    @property
    def total(self) -> Progress:
        """All collectors together."""
        rows = self.by_collector
        return Progress(
            code="",
            label="",
            period=self.period,
            expected=sum(r.expected for r in rows),
            filed=sum(r.filed for r in rows),
            vouched=sum(r.vouched for r in rows),
            returned=sum(r.returned for r in rows),
            doubted=sum(r.doubted for r in rows),
        )

    @property
    def complete(self) -> bool:
        """Everything expected is there and vouched for."""
        total = self.total
        return total.expected > 0 and total.vouched == total.expected

    @property
    def published_latest(self) -> bool:
        """What is published is the latest run."""
        return (
            self.head is not None
            and self.publication is not None
            and self.publication.sheet_id == self.head.id
        )


async def page(session: TenantSession, person: Person) -> Told:
    """The office's page."""
    try:
        version = await schemes.in_force(session)
    except NoScheme:
        # A level that only reads what its subordinates publish has no year of its own to show.
        below = await rollup.subordinates(session)
        return await analyst.page(session, person) if below else ("home/no_scheme.html", {})
    stale = frozenset(it.period for it in await scores.outlooks(session) if it.head and it.changed)
    known = await expected.scheme_periods(session)
    stands = [await stand(session, period, stale) for period in _periods(version, known)]
    waiting = [*await running(session, person), *await previewed(session)]
    todos = [*_todos(version, stands, waiting)]
    names = {superior.code: superior.name for superior in await tenancy.superiors(session)}
    current = next((s for s in stands if not s.published_latest), stands[-1])
    return "home/office.html", {
        "version": version,
        "rows": [_row(version, s, names) for s in stands],
        "todos": todos[:MOST_TODOS],
        "more": len(todos) - MOST_TODOS,
        "current": current.period,
        "bars": await _bars(session, current.period),
        "due": _due(await tenancy.forms(session)),
    }


async def stand(session: TenantSession, period: str, stale: frozenset[str]) -> Stand:
    """How far *period* has come; *stale* are the periods whose figures or rules changed since."""
    heads = await scoring.heads(session, period)
    sheet = (await scoring.sheet(session, heads[0])).sheet if heads else None
    return Stand(
        period=period,
        by_collector=await expected.progress(session, period),
        head=heads[0] if heads else None,
        stale=period in stale,
        ranked=tuple(sum(s.rank is not None for s in p.standings) for p in sheet.papers) if sheet else (),
        publication=await standings.published(session, period),
    )


def _periods(version: SchemeVersion, known: Sequence[str]) -> list[str]:
    """The scheme's own periods, in order of time; a month filed inside one has no line of its own."""
    declared = {*version.recipe.periods.values(), version.recipe.year}
    return [p for p in known if p in declared] or [version.recipe.year]


def _row(version: SchemeVersion, stand: Stand, names: Mapping[str, str]) -> Row:
    total = stand.total
    reached = [
        version.state is State.FROZEN,
        total.missing == 0 and total.expected > 0,
        stand.complete,
        stand.head is not None and not stand.stale,
        bool(stand.ranked) and any(stand.ranked),
        stand.published_latest,
    ]
    now = next((place for place, done in enumerate(reached) if not done), -1)
    cells = (
        _scheme_cell(version),
        _figures_cell(stand),
        _vouched_cell(stand),
        _scored_cell(stand),
        _ranked_cell(stand),
        _published_cell(stand, names),
    )
    return Row(
        label=span(stand.period),
        cells=tuple(
            Cell(value=c.value, note=c.note, path=c.path, state="now" if place == now else "")
            for place, c in enumerate(cells)
        ),
    )


def _scheme_cell(version: SchemeVersion) -> Cell:
    if version.state is State.FROZEN and version.frozen_at:
        note = _("第{version}版,{day}冻结", version=version.version, day=day(version.frozen_at))
        return Cell(value="✓", note=note, path="/schemes")
    return Cell(value=_("草案"), note=_("还没有冻结"), path="/schemes")


def _figures_cell(stand: Stand) -> Cell:
    total = stand.total
    notes = [_("缺 {n}", n=number(total.missing))] if total.missing else []
    notes += [_("可疑 {n}", n=number(total.doubted))] if total.doubted else []
    return Cell(
        value=f"{number(total.filed)}/{number(total.expected)}",
        note=" · ".join(notes) or (_("报齐") if total.expected else _("还没有要报的")),
        path=to("/figures", period=stand.period),
    )


def _vouched_cell(stand: Stand) -> Cell:
    total = stand.total
    notes = [_("待核 {n}", n=number(total.waiting))] if total.waiting else []
    notes += [_("退回 {n}", n=number(total.returned))] if total.returned else []
    return Cell(
        value=number(total.vouched),
        note=" · ".join(notes) or (_("核完") if stand.complete else ""),
        path=to("/figures/values", period=stand.period, outcome="filed" if total.waiting else ""),
    )


def _scored_cell(stand: Stand) -> Cell:
    if stand.head is None:
        return Cell(value="–", note="" if stand.complete else _("未核完也可试算"), path="/scores")
    waiting = _("有 {n} 项未核验", n=stand.head.waiting) if stand.head.waiting else ""
    stale = _("数据或规则已变") if stand.stale else ""
    note = " · ".join(filter(None, (day(stand.head.made_at), waiting, stale)))
    return Cell(value=_("第{n}次", n=stand.head.number), note=note, path="/scores")


def _ranked_cell(stand: Stand) -> Cell:
    if not any(stand.ranked):
        return Cell(value="–")
    path = to("/standings", period=stand.period)
    return Cell(value=" + ".join(map(str, stand.ranked)), note=_("个单位有名次"), path=path)


def _published_cell(stand: Stand, names: Mapping[str, str]) -> Cell:
    if stand.publication is None:
        return Cell(value="–")
    readers = _("、").join(names.get(code, code) for code in stand.publication.readers)
    note = day(stand.publication.published_at) + (f" → {readers}" if readers else "")
    if not stand.published_latest:
        note = _("已公布第{n}次,有更新的计算", n=stand.publication.number)
    return Cell(value="✓", note=note, path="/publish")


def _todos(version: SchemeVersion, stands: Sequence[Stand], waiting: Sequence[Todo]) -> Iterator[Todo]:
    if version.state is not State.FROZEN:
        yield Todo(
            tag=_("拦路"),
            tone="bad",
            text=_("方案还是草案"),
            small=_("冻结之后,规则在本轮内不再变"),
            path="/schemes",
            label=_("去冻结"),
            main=True,
        )
    yield from waiting
    for stand in stands:
        yield from _of_period(stand)


def _of_period(stand: Stand) -> Iterator[Todo]:
    name = spoken(stand.period)
    yield from _of_figures(stand, name)
    yield from _of_runs(stand, name)


def _of_figures(stand: Stand, name: str) -> Iterator[Todo]:
    for row in sorted(stand.by_collector, key=lambda r: -r.missing):
        if row.missing:
            yield Todo(
                tag=_("拦路"),
                tone="bad",
                text=_("{who} 还缺 {n} 个数", who=row.label or _("考核办"), n=row.missing),
                small=name,
                path=to("/figures/values", period=stand.period, collector=row.code, outcome="missing"),
                label=_("看缺哪些"),
            )
    total = stand.total
    if total.doubted:
        yield Todo(
            tag=_("可疑"),
            tone="warn",
            text=_("{n} 个数看上去不对,等核验人定夺", n=total.doubted),
            small=name,
            path=to("/figures/values", period=stand.period, outcome="doubted"),
            label=_("查看"),
        )
    if total.waiting:
        yield Todo(
            tag=_("待核"),
            text=_("{n} 个数等待核验", n=number(total.waiting)),
            small=name,
            path=to("/figures/values", period=stand.period, outcome="filed"),
            label=_("查看"),
        )


def _of_runs(stand: Stand, name: str) -> Iterator[Todo]:
    if stand.complete and stand.head is None:
        yield Todo(
            tag=_("可以办"),
            tone="ok",
            text=_("数据已核完,可以计分"),
            small=name,
            path="/scores",
            label=_("去计分"),
            main=True,
        )
    if stand.head is not None and stand.stale:
        yield Todo(
            tag=_("要重算"),
            tone="warn",
            text=_("第{n}次计算之后,数据或规则变了", n=stand.head.number),
            small=name,
            path="/scores",
            label=_("去计分"),
            main=stand.complete,
        )
    elif stand.head is not None and not stand.published_latest and any(stand.ranked):
        yield Todo(
            tag=_("可以办"),
            tone="ok",
            text=_("第{n}次计算已完成,还没有公布", n=stand.head.number),
            small=name,
            path="/publish",
            label=_("去公布"),
            main=stand.complete,
        )


async def _bars(session: TenantSession, period: str) -> list[Bar]:
    """Each unit's share of what is expected about it, whoever reports it, the least first."""
    rows = [r for r in await expected.progress(session, period, by_unit=True) if r.expected and r.code != "*"]
    rows.sort(key=lambda r: (Fraction(r.filed, r.expected), r.code))
    return [
        Bar(
            label=r.label,
            share=Fraction(min(r.filed, r.expected), r.expected),
            path=to("/figures/values", period=period, unit=r.code),
        )
        for r in rows
    ]


def _due(forms: Sequence[Form]) -> tuple[Form, int] | None:
    """The form due next, and in how many days."""
    coming = sorted((f for f in forms if f.due and f.due >= today()), key=lambda f: (f.due, f.code))
    return (coming[0], (coming[0].due - today()).days) if coming and coming[0].due else None
