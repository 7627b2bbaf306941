"""Who is asking, for which tenant, in which language; and the one transaction they get."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from litestar.di import NamedDependency
from litestar.types import HTTPScope

from kaocheng.db.session import TenantSession, tenant_session
from kaocheng.figures.catalogues import against_catalogue
from kaocheng.i18n import LANGUAGES, _, speaking
from kaocheng.identity.domain import Caller, Directory, NotSignedIn, Permission, Person, allows
from kaocheng.packs.shelf import Shelf, TenantShelf
from kaocheng.pages import Ask, MenuItem, Visit, here
from kaocheng.pages.visit import LANGUAGE, SAID, SIGN_IN
from kaocheng.schemes.pages import Remarks
from kaocheng.settings import Settings
from kaocheng.tenancy import queries as tenancy

LONGEST_COOKIE = 8192

# The top line: what a stage is called, where it begins, and who has business there.
MENU: tuple[tuple[Callable[[], str], str, Permission | None], ...] = (
    (lambda: _("年度"), "/", None),
    (lambda: _("方案"), "/schemes", Permission.READ_RULES),
    (lambda: _("填报"), "/figures", Permission.FILE_FIGURES),
    (lambda: _("核验"), "/verification", Permission.VERIFY),
    (lambda: _("得分"), "/scores", Permission.SCORE),
    (lambda: _("名次"), "/standings", Permission.READ_PUBLISHED),
    (lambda: _("公布"), "/publish", Permission.PUBLISH),
    (lambda: _("下级"), "/inbox", Permission.READ_INBOX),
)


class Door:
    """Opens once per request, before any route is sought."""

    def __init__(self, directory: Directory, language: str) -> None:
        self.directory = directory
        self.language = language  # for whoever has not chosen one

    async def open(self, scope: HTTPScope) -> tuple[Visit, str]:
        """The visit, and the language to answer in."""
        cookies = _cookies(scope)
        visit, own = Visit(path=scope["path"]), ""
        try:
            visit, own = await self._visit(cookies, scope["path"])
            visit = replace(visit, address=_address(scope))
        except Exception as problem:
            # Raised again by the guard, so that it is answered where every other problem is.
            scope.setdefault("state", {})["problem"] = problem
        chosen = cookies.get(LANGUAGE, "")
        return visit, chosen if chosen in LANGUAGES else own or self.language

    async def _visit(self, cookies: dict[str, str], path: str) -> tuple[Visit, str]:
        token = cookies.get(SIGN_IN, "")
        caller = await self.directory.caller_of(token, datetime.now(UTC)) if token else None
        if caller is None:
            return Visit(path=path), ""
        chosen = cookies.get(LANGUAGE, "")
        language = chosen if chosen in LANGUAGES else caller.person.language
        visit = Visit(token=token, caller=caller, menu=menu(caller, path, language), path=path)
        return replace(visit, said=visit.unsealed(cookies.get(SAID, ""))), caller.person.language


def menu(caller: Caller, path: str, language: str) -> tuple[MenuItem, ...]:
    """The stages *caller* has business with; the one *path* belongs to is marked."""
    with speaking(language):
        return tuple(
            MenuItem(label(), start, path == start or (start != "/" and path.startswith(start)))
            for label, start, permission in MENU
            if permission is None or allows(caller.person, permission)
            if start != "/inbox" or caller.has_subordinates
        )


async def session(request: Ask) -> AsyncIterator[TenantSession]:
    """This request's one transaction: committed before the answer is sent, rolled back by any problem."""
    tenant = here().tenant
    if tenant is None:
        raise NotSignedIn
    async with tenant_session(request.app.state.engine, tenant) as opened:
        yield opened


def person() -> Person:
    """Who is signed in."""
    found = here().person
    if found is None:
        raise NotSignedIn
    return found


async def shelf(request: Ask, session: NamedDependency[TenantSession]) -> TenantShelf:
    """The packs this tenant has enabled, and nothing of the others."""
    installed: Shelf = request.app.state.shelf
    return installed.for_tenant((await tenancy.tenant(session)).packs)


def remarks() -> Remarks:
    """What is said of rules beside lint: where the office's catalogue differs from them."""
    return Remarks(against_catalogue)


def settings(request: Ask) -> Settings:
    """How this installation runs."""
    found: Settings = request.app.state.settings
    return found


def _address(scope: HTTPScope) -> str:
    """Where a reader of the answer can be sent back to; what a form was sent to cannot be asked for."""
    if scope["method"] != "GET":
        return "/"
    query = scope["query_string"].decode("latin-1")
    return quote(scope["path"]) + (f"?{query}" if query else "")


def _cookies(scope: HTTPScope) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie" and len(value) <= LONGEST_COOKIE:
            try:
                jar.load(value.decode("latin-1"))
            except CookieError:
                continue
    return {key: morsel.value for key, morsel in jar.items()}
