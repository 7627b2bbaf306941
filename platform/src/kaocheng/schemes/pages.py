"""Where the rules are read: the tree of each paper with its clauses, what lint says, every version."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from kaocheng.db.session import TenantSession
from kaocheng.engine.recipe import PaperRule, Recipe
from kaocheng.errors import Invalid, Place
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Person, allows
from kaocheng.packs.shelf import TenantShelf
from kaocheng.pages import Ask, Page, answer, form, go, here, may, render
from kaocheng.pages.excel import Column, Table, excel
from kaocheng.rulebook import Finding
from kaocheng.schemes import queries, rules, service, tree
from kaocheng.schemes.domain import NoScheme, SchemeVersion, State, difference
from kaocheng.schemes.supplying import clauses_changed


@dataclass(frozen=True, slots=True)
class Remarks:
    """What later stages have to say of rules; the shell hands it in, as a stage knows only earlier ones."""

    on: Callable[[TenantSession, Recipe], Awaitable[Sequence[Finding]]]


class SchemePages(Controller):
    """The scheme in force, and every version there was."""

    path = "/schemes"
    guards = (may(Permission.READ_RULES),)

    @get("/")
    async def in_force(
        self,
        request: Ask,
        session: NamedDependency[TenantSession],
        shelf: NamedDependency[TenantShelf],
        remarks: NamedDependency[Remarks],
        paper: FromQuery[str] = "",
    ) -> Page:
        """The rules that count now."""
        try:
            version = await queries.in_force(session)
        except NoScheme:
            return render(request, "schemes/none.html")
        return await _shown(request, session, shelf, remarks, version, paper)

    @get("/{year:int}/{number:int}")
    async def version(
        self,
        request: Ask,
        *,
        session: NamedDependency[TenantSession],
        shelf: NamedDependency[TenantShelf],
        remarks: NamedDependency[Remarks],
        year: FromPath[int],
        number: FromPath[int],
        paper: FromQuery[str] = "",
    ) -> Page:
        """One version, as it was."""
        version = await queries.version(session, year, number)
        return await _shown(request, session, shelf, remarks, version, paper)

    @post("/freeze", guards=(may(Permission.WRITE_RULES),))
    async def freeze(
        self, request: Ask, session: NamedDependency[TenantSession], person: NamedDependency[Person]
    ) -> Page:
        """Open the round with the newest version."""
        handed_in = await form(request, "reason")
        frozen = await service.freeze(
            session, by=person.id, at=datetime.now(UTC), reason=handed_in.text("reason")
        )
        return go(request, "/schemes", _("{version}已冻结,本轮按它计分", version=frozen.label))

    @get("/{year:int}/{number:int}/changes")
    async def changes(
        self,
        request: Ask,
        session: NamedDependency[TenantSession],
        year: FromPath[int],
        number: FromPath[int],
    ) -> Page:
        """What a version says differently from the one before it."""
        version = await queries.version(session, year, number)
        earlier = [v for v in await queries.versions(session, year) if v.version < number]
        return render(
            request,
            "schemes/changes.html",
            version=version,
            before=earlier[0] if earlier else None,
            changes=difference(earlier[0], version) if earlier else (),
        )

    @get("/{year:int}/{number:int}/scheme.toml")
    async def text(
        self, session: NamedDependency[TenantSession], year: FromPath[int], number: FromPath[int]
    ) -> Page:
        """The text as it was handed in, to keep."""
        version = await queries.version(session, year, number)
        name = f"{version.code}.v{version.version}.scheme.toml"
        return answer(version.text.encode(), name, "application/toml")

    @get("/{year:int}/{number:int}/scheme.xlsx")
    async def export(
        self, session: NamedDependency[TenantSession], year: FromPath[int], number: FromPath[int]
    ) -> Page:
        """Every paper as two sheets: the tree with points, methods and clauses, and what follows from it."""
        version = await queries.version(session, year, number)
        papers = version.recipe.papers.values()
        return excel(
            version.name,
            *(table for paper in papers for table in (_table(version, paper), _rules(version, paper))),
        )


async def _shown(
    request: Ask,
    session: TenantSession,
    shelf: TenantShelf,
    remarks: Remarks,
    version: SchemeVersion,
    paper: str,
) -> Page:
    papers = version.recipe.papers
    chosen = papers.get(paper) or next(iter(papers.values()))
    versions = await queries.versions(session)
    return render(
        request,
        "schemes/scheme.html",
        version=version,
        papers=papers.values(),
        chosen=chosen,
        lines=tree.lines(version.recipe, chosen),
        rules=rules.rules(version.recipe, chosen),
        findings=(*_findings(version, shelf, versions), *await remarks.on(session, version.recipe)),
        versions=versions,
        may_freeze=_may_freeze(version, versions),
        replaces=any(v.state is State.FROZEN and v.year == version.year for v in versions),
        clauses=version.recipe.clauses,
    )


def _may_freeze(version: SchemeVersion, versions: Sequence[SchemeVersion]) -> bool:
    """Whether the reader is shown the newest draft of a year, and may open the round with it."""
    person = here().person
    newest = next(v for v in versions if v.year == version.year)
    return (
        version.state is State.DRAFT
        and newest.id == version.id
        and person is not None
        and allows(person, Permission.WRITE_RULES)
    )


def _findings(
    version: SchemeVersion, shelf: TenantShelf, versions: Sequence[SchemeVersion]
) -> Sequence[Finding]:
    """What lint says of the text today; a pack that has gone since leaves the frozen rules untouched."""
    try:
        checked = service.check(version.text, shelf)
    except Invalid as problem:
        return (Finding("error", problem.code, Place(), str(problem)),)
    bound = next((v for v in versions if version.basis and v.digest == version.basis), None)
    if bound is None or version.state is not State.DRAFT:  # who freezes it has looked at its clauses
        return checked.findings
    return (*checked.findings, *clauses_changed(checked.scheme, bound.recipe))


def _table(version: SchemeVersion, paper: PaperRule) -> Table:
    columns = (
        Column(_("指标"), width=36),
        Column(_("分值"), "number"),
        Column(_("权重")),
        Column(_("计量单位")),
        Column(_("计分方法"), width=18),
        Column(_("说明"), width=50),
        Column(_("采集单位"), width=16),
        Column(_("条款")),
        Column(_("条款原文"), width=70),
    )
    rows = [
        (
            "\u3000" * line.depth + line.label,
            line.full,
            line.share,
            line.measure,
            line.method,
            _(";").join(line.details),
            line.collector,
            line.clause,
            line.clause_text,
        )
        for line in tree.lines(version.recipe, paper)
    ]
    return Table(paper.label, columns, rows)


def _rules(version: SchemeVersion, paper: PaperRule) -> Table:
    columns = (
        Column(_("规则"), width=20),
        Column(_("怎样做"), width=70),
        Column(_("条款")),
        Column(_("条款原文"), width=70),
    )
    rows = [
        (rule.label, _(";").join(rule.says), rule.clause, rule.clause_text)
        for rule in rules.rules(version.recipe, paper)
    ]
    return Table(_("{paper} 加分、否决、等次", paper=paper.label), columns, rows)
