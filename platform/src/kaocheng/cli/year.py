"""A tenant's whole year done at one go, for the demo: every step a verb of its stage, each safe to repeat.

Only what came from the folder's own workbooks is touched, and what is published stays as it is until
there is another workbook, so that whoever has gone on working in the demo finds his work as he left it.
"""

import hashlib
import shlex
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db.session import TenantSession, tenant_session
from kaocheng.errors import Refused
from kaocheng.figures import queries as figures_queries
from kaocheng.figures import service as figures
from kaocheng.figures.previewing import Preview
from kaocheng.figures.reading import Finding
from kaocheng.i18n import _
from kaocheng.identity import queries as identity
from kaocheng.identity.domain import Person, Role, TenantId
from kaocheng.packs.shelf import TenantShelf
from kaocheng.rollup import jobs
from kaocheng.schemes import queries as schemes_queries
from kaocheng.schemes import service as schemes
from kaocheng.schemes.domain import NoScheme
from kaocheng.scoring import service as scoring
from kaocheng.scoring.domain import NoSuchPeriod
from kaocheng.standings import queries as standings_queries
from kaocheng.standings import service as standings
from kaocheng.standings.domain import NobodyRanked
from kaocheng.tenancy.domain import Form, FormKind
from kaocheng.tenancy.folder import TenantFolder
from kaocheng.verification import service as verification
from kaocheng.verification.domain import Filter, NothingWaits

__all__ = ["FiguresRefused", "NobodyToAct", "Year"]

FIRST = 3  # mistakes of a workbook to be told at once; a command and the import page tell them all
Say = Callable[[str], None]
BEFORE_THE_ROUND = (FormKind.CATALOGUE, FormKind.TARGETS)


@dataclass(eq=False)
class NobodyToAct(Refused):
    """The folder names nobody who could take a step of the year."""

    tenant: str
    role: Role

    code = "nobody_to_act"

    def __str__(self) -> str:
        return _(
            "“{tenant}”没有“{role}”的账号,这一步无人办理;请在 people.csv 里加上一位",
            tenant=self.tenant,
            role=self.role.label,
        )


@dataclass(eq=False)
class FiguresRefused(Refused):
    """A workbook with mistakes was not brought in, and nothing else brings the figures it is there for."""

    tenant: str
    books: Sequence[tuple[Path, Sequence[Finding]]]

    code = "figures_refused"

    def __str__(self) -> str:
        return _(
            "“{tenant}”的数不全,没有计分也没有公布:{books}。请照上面所列改好(或从文件夹里拿走)再运行一次,"
            "已导入的不会重做",
            tenant=self.tenant,
            books=_(";").join(self._told(path, errors) for path, errors in self.books),
        )

    def _told(self, path: Path, errors: Sequence[Finding]) -> str:
        cells = [f"{wrong.sheet}!{wrong.cell}" for wrong in errors if wrong.cell]
        places = _("、").join(list(dict.fromkeys(cells))[:FIRST])
        return _("{path} 有 {count} 处错误({cells})", path=path, count=len(errors), cells=places or "–")


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file the office handed over, and the form it seems to be by its name."""

    path: Path
    form: Form | None
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One tenant's year, step by step; each step says what it came to."""

    engine: AsyncEngine
    tenant: TenantId
    folder: TenantFolder
    shelf: TenantShelf
    data: Path
    say: Say

    async def bring_in(self, *, before: bool) -> int:
        """Import the workbooks in the order of the forms: those from *before* the round, or the others.

        Raises:
            FiguresRefused: one has mistakes, and no other brings what it holds; the year must not go on.
        """
        office = await self._who(Role.OFFICE)
        brought, refused = 0, []
        for book in self._workbooks():
            if (book.form is not None and book.form.kind in BEFORE_THE_ROUND) == before:
                came = await self._import(book.path, office)
                if isinstance(came, Preview):
                    refused.append((book.path, came))
                brought += came is True
        wanting = [(path, seen.errors) for path, seen in refused if not await self._filed(seen)]
        if wanting:
            raise FiguresRefused(self.folder.name, wanting)
        return brought

    async def freeze(self) -> bool:
        """Open the round; False when it was open, or there is no scheme."""
        office = await self._who(Role.OFFICE)
        async with self._session() as session:
            try:
                before = await schemes_queries.in_force(session)
            except NoScheme:
                return False
            after = await schemes.freeze(session, by=office.id, at=datetime.now(UTC))
            return before.state is not after.state

    async def vouch(self) -> int:
        """Vouch for what the workbooks brought in, as somebody else than filed it.

        By every verifier in turn: none of them vouches for his own unit.
        """
        verifiers = await self._all(Role.VERIFIER)
        digests = {_digest(book.path) for book in self._workbooks()}
        vouched = 0
        async with self._session() as session:
            books = [
                b for b in await figures_queries.handed_in(session, state="stored") if b.digest in digests
            ]
            for book, verifier in product(books, verifiers):
                try:
                    judged = await verification.vouch_all(
                        session,
                        Filter(workbook=book.id),
                        by=verifier,
                        at=datetime.now(UTC),
                        reason=_("演示:与原表核对一致"),
                    )
                except NothingWaits:
                    continue
                vouched += judged.count
        return vouched

    async def score(self, period: str) -> int | None:
        """Score one period; the sheet's id, or None where the period has no result of its own."""
        office = await self._who(Role.OFFICE)
        async with self._session() as session:
            try:
                made = await scoring.run(session, period, by=office, at=datetime.now(UTC))
            except NoSuchPeriod:
                return None
        return made.id

    async def publish(self, sheet: int) -> bool:
        """Publish one sheet, also to whom the tenant reports; False where nobody has a result."""
        office = await self._who(Role.OFFICE)
        async with self._session() as session:
            try:
                await standings.publish(
                    session,
                    sheet,
                    self.folder.reports_to,
                    by=office,
                    at=datetime.now(UTC),
                    data=self.data,
                )
            except NobodyRanked:
                return False
        return True

    async def hand_up(self) -> Sequence[tuple[str, str]]:
        """Deliver what waits in the outbox; for each, what the reader refused, if anything."""
        async with self._session() as session:
            waiting = await standings_queries.undelivered(session)
        received = [
            await jobs.deliver(self.engine, self.data, tenant=self.tenant, outbox=entry) for entry in waiting
        ]
        return [(one.period, one.reason) for one in received]

    async def over(self) -> bool:
        """Whether the year is published, and with it all that led there."""
        async with self._session() as session:
            done = {publication.period for publication in await standings_queries.publications(session)}
            try:
                return (await schemes_queries.in_force(session)).recipe.year in done
            except NoScheme:
                return False

    async def to_bring_in(self) -> bool:
        """Whether the folder holds a workbook without mistakes that nobody has brought in yet."""
        async with self._session() as session:
            known = {book.digest for book in await figures_queries.handed_in(session, state="stored")}
            for book in self._workbooks():
                if _digest(book.path) not in known:
                    content = book.path.read_bytes()
                    seen = await figures.look(session, book.path.name, content, shelf=self.shelf)
                    if not seen.errors:
                        return True
                    self._refused(book.path, seen, first=0)
        return False

    async def periods(self) -> tuple[str, ...]:
        """The periods of the scheme's year for which anything was filed, the whole year last."""
        async with self._session() as session:
            try:
                recipe = (await schemes_queries.in_force(session)).recipe
            except NoScheme:
                return ()
            filed = {period[:4] for period in await figures_queries.periods(session)}
            declared = [period for period in recipe.periods.values() if period[:4] == recipe.year]
            wanted = [*(p for p in dict.fromkeys(declared) if p != recipe.year), recipe.year]
            return tuple(wanted) if recipe.year in filed else ()

    async def unpublished(self) -> tuple[str, ...]:
        """Those of them that nobody has published yet."""
        async with self._session() as session:
            done = {publication.period for publication in await standings_queries.publications(session)}
        return tuple(period for period in await self.periods() if period not in done)

    # -- what the steps stand on ---------------------------------------------------------------

    async def _import(self, path: Path, office: Person) -> Preview | bool:
        """Whether it was brought in just now; as it was read, where it has mistakes."""
        content = path.read_bytes()
        at = datetime.now(UTC)
        async with self._session() as session:
            known = {book.digest for book in await figures_queries.handed_in(session, state="stored")}
            if _digest(path) in known:
                return False
            # Looked at first, so that a workbook with mistakes leaves no half-done import behind.
            seen = await figures.look(session, path.name, content, shelf=self.shelf)
            if seen.errors:
                self._refused(path, seen, first=FIRST)
                return seen
            kept = await figures.preview(session, path.name, content, by=office, at=at, shelf=self.shelf)
            assert kept.workbook_id is not None
            stored = await figures.agree(
                session, kept.workbook_id, by=office, at=at, accept_conversions=True, shelf=self.shelf
            )
        self.say(
            _(
                "{name}:{form},{values} 个数,换算 {conversions} 处,可疑 {doubts} 处",
                name=path.name,
                form=kept.form_label,
                values=stored.new + stored.changed,
                conversions=len(kept.conversions),
                doubts=stored.doubts,
            )
        )
        if kept.stated:
            self.say(_("方案已按本表出一版新草案,冻结之前请核对"))
        return True

    def _refused(self, path: Path, seen: Preview, *, first: int) -> None:
        """Say that a workbook was not brought in, its *first* mistakes, and what shows the others."""
        self.say(_("{name}:有 {count} 处错误,没有导入", name=path.name, count=len(seen.errors)))
        for wrong in seen.errors[:first]:
            self.say(f"  {wrong.sheet}!{wrong.cell} {wrong.what}{_(';')}{wrong.remedy}")
        if len(seen.errors) > first:
            command = shlex.join(["kaocheng", "figures", "import", self.folder.code, str(path), "--preview"])
            self.say("  " + _("{count} 处全部列出:{command}", count=len(seen.errors), command=command))

    async def _filed(self, seen: Preview) -> bool:
        """Whether another workbook brought all that could be read of this one."""
        async with self._session() as session:
            there = {figure.key for figure in await figures_queries.current(session, [seen.period])}
        return bool(len(seen.values)) and all(value.key in there for value in seen.values)

    def _workbooks(self) -> Iterator[Workbook]:
        forms = self.folder.forms
        found = []
        for path in sorted((self.folder.path / "workbooks").glob("*.xlsx")):
            order = next((i for i, form in enumerate(forms) if form.pattern in path.stem), len(forms))
            found.append(Workbook(path, forms[order] if order < len(forms) else None, order))
        yield from sorted(found, key=lambda book: (book.order, book.path.name))

    async def _who(self, role: Role) -> Person:
        return (await self._all(role))[0]

    async def _all(self, role: Role) -> list[Person]:
        async with self._session() as session:
            found = [p for p in await identity.people(session) if role in p.roles and p.active]
        if not found:
            raise NobodyToAct(self.folder.name, role)
        return found

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[TenantSession]:
        async with tenant_session(self.engine, self.tenant) as session:
            yield session


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
