"""Coming in and going out: ``name@tenant`` with a password; in a demo on this very machine, a button."""

from dataclasses import dataclass
from datetime import UTC, datetime

from litestar import Controller, get, post
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db.session import shared_session, tenant_session
from kaocheng.errors import Problem
from kaocheng.i18n import LANGUAGES
from kaocheng.identity import queries as identity_queries
from kaocheng.identity import service as identity
from kaocheng.identity.domain import Directory, Role
from kaocheng.pages import Ask, Page, form, go, here, render
from kaocheng.pages.visit import LANGUAGE, SAID, SIGN_IN
from kaocheng.settings import Settings
from kaocheng.tenancy import queries as tenancy
from kaocheng.tenancy.domain import Tenant
from kaocheng.web.security import is_loopback

A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One button: a role, who holds it, and the account it signs in."""

    role: str
    who: str
    account: str


@dataclass(frozen=True, slots=True)
class DemoTenant:
    """The buttons of one tenant."""

    name: str
    people: tuple[DemoPerson, ...]


class SignInPages(Controller):
    """The door for people with a password."""

    @get("/sign-in", opt={"open": True})
    async def door(self, request: Ask, next: FromQuery[str] = "/", ended: FromQuery[str] = "") -> Page:
        """The form; for somebody already signed in, the way to change tenant."""
        return await _door(request, next, ended=bool(ended))

    @post("/sign-in", opt={"open": True})
    async def come_in(self, request: Ask) -> Page:
        """Sign in, then on to where the person was going."""
        handed_in = await form(request, "name", "password", "next")
        name = handed_in.text("name", longest=200)
        wanted = handed_in.text("next")
        try:
            directory: Directory = request.app.state.directory
            opened = await directory.sign_in(
                name, handed_in.text("password", longest=1000), datetime.now(UTC)
            )
        except Problem as problem:
            return await _door(request, wanted, name=name, mistake=str(problem), status=422)
        return _let_in(request, opened.token, wanted)

    @post("/sign-out")
    async def go_out(self, request: Ask) -> Page:
        """End the sign-in, here and in the database."""
        await request.app.state.directory.sign_out(here().token)
        gone = go(request, "/sign-in")
        for name in (SIGN_IN, SAID):
            gone.set_cookie(Cookie(name, value="", path="/", max_age=0))
        return gone

    @post("/language", opt={"open": True})
    async def speak(self, request: Ask) -> Page:
        """Answer in another language from now on."""
        handed_in = await form(request, "language", "back")
        gone = go(request, local(handed_in.text("back")))
        chosen = handed_in.text("language")
        if chosen in LANGUAGES:
            gone.set_cookie(Cookie(LANGUAGE, value=chosen, path="/", max_age=A_YEAR, samesite="lax"))
        return gone


class DemoDoor(Controller):
    """A button per role, so that whoever tries the demo can be each of its people in turn."""

    @post("/sign-in/as", opt={"open": True})
    async def be(self, request: Ask) -> Page:
        """Sign in as one of the demo's people, without a password."""
        if not from_this_machine(request):
            raise NotFoundException
        handed_in = await form(request, "name", "next")
        engine = request.app.state.engine
        caller = await identity.acting(engine, handed_in.text("name", longest=200))
        opened = await identity.enter(engine, caller, datetime.now(UTC))
        return _let_in(request, opened.token, handed_in.text("next"))


def pages(settings: Settings) -> list[ControllerRouterHandler]:
    """The doors there are: the demo's only where nobody else can reach it."""
    if settings.demo and is_loopback(settings.host):
        return [SignInPages, DemoDoor]
    return [SignInPages]


def from_this_machine(request: Ask) -> bool:
    """Whether the browser runs where we do."""
    return request.client is not None and is_loopback(request.client.host)


def local(path: str) -> str:
    """*path* if it leads to one of our pages, else the first one.

    >>> local("/figures?period=2026"), local("//evil.example"), local("https://evil.example")
    ('/figures?period=2026', '/', '/')
    """
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours and not path.startswith("/sign-in") else "/"


def _let_in(request: Ask, token: str, wanted: str) -> Page:
    gone = go(request, local(wanted))
    secure = request.url.scheme == "https"
    gone.set_cookie(Cookie(SIGN_IN, value=token, path="/", httponly=True, samesite="lax", secure=secure))
    return gone


async def _door(
    request: Ask, wanted: str, *, name: str = "", mistake: str = "", ended: bool = False, status: int = 200
) -> Page:
    settings: Settings = request.app.state.settings
    demo = settings.demo and is_loopback(settings.host) and from_this_machine(request)
    return render(
        request,
        "sign_in.html",
        status=status,
        next=local(wanted),
        name=name,
        mistake=mistake,
        ended=ended,
        tenants=await _demo_people(request.app.state.engine) if demo else (),
    )


async def _demo_people(engine: AsyncEngine) -> list[DemoTenant]:
    """One person per role and tenant, in the order in which a demo is shown."""
    async with shared_session(engine) as shared:
        tenants = await tenancy.tenants(shared)
    # The counties first: it is their year that the demo tells.
    told = sorted(tenants, key=lambda t: (t.kind != "county", t.kind, t.code))
    return [await _one_per_role(engine, tenant) for tenant in told]


async def _one_per_role(engine: AsyncEngine, tenant: Tenant) -> DemoTenant:
    async with tenant_session(engine, tenant.id) as session:
        people = [p for p in await identity_queries.people(session) if p.active]
    shown: list[DemoPerson] = []
    for role in Role:
        for someone in people:
            if role in someone.roles and all(p.account.partition("@")[0] != someone.code for p in shown):
                who = " ".join(filter(None, (someone.unit_label, someone.label)))
                shown.append(DemoPerson(role.label, who, f"{someone.code}@{tenant.code}"))
                break
    return DemoTenant(tenant.name, tuple(shown))
