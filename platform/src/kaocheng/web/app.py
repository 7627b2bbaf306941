"""The application: the stages' pages and programs' addresses, behind one door, under one set of rules."""

from datetime import timedelta
from pathlib import Path
from typing import cast

from litestar import Litestar, Router
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.static_files import create_static_files_router
from litestar.types import (
    ControllerRouterHandler,
    HTTPScope,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Receive,
    Scope,
    Send,
)

from kaocheng.db.roles import Urls
from kaocheng.db.session import connect
from kaocheng.figures import pages as figures
from kaocheng.i18n import speaking
from kaocheng.identity.service import LocalDirectory
from kaocheng.packs.shelf import open_shelf
from kaocheng.pages import visiting
from kaocheng.rollup.pages import InboxPages
from kaocheng.schemes.pages import SchemePages
from kaocheng.scoring.pages import ScoringPages
from kaocheng.settings import Settings
from kaocheng.standings import pages as standings
from kaocheng.verification.pages import VerificationPages
from kaocheng.web import api, door, errors, security, sign_in
from kaocheng.web.home.pages import HomePages
from kaocheng.web.jobs import JobPages

__all__ = ["PAGES", "Platform", "create_app"]

STATIC = Path(__file__).parent / "static"
LARGEST_BODY = 10_000_000  # bytes; a county's workbook is a hundredth of it

# One line per stage, in the order of a figure's life.
PAGES: tuple[ControllerRouterHandler, ...] = (
    SchemePages,
    *figures.PAGES,
    VerificationPages,
    ScoringPages,
    *standings.PAGES,
    InboxPages,
)


class Platform(Litestar):
    """Litestar behind our door: who asks, and in which language, is settled before any route is sought,
    so that an address that leads nowhere is answered like any other."""

    door: door.Door

    def connect(self, urls: Urls) -> None:
        """Answer from this database from now on; the first request opens the way."""
        engine = connect(urls.app)
        directory = LocalDirectory(engine)
        self.state.update({"engine": engine, "directory": directory})
        self.door = door.Door(directory, self.state.settings.language)

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        """Open the door, then answer."""
        asked = cast("HTTPScope", scope)
        if scope["type"] != ScopeType.HTTP or asked["path"].startswith("/static/"):
            return await super().__call__(scope, receive, send)
        visit, language = await self.door.open(asked)
        with visiting(visit), speaking(language):
            return await super().__call__(scope, receive, send)


def create_app(settings: Settings, urls: Urls) -> Platform:
    """The whole application, ready to be served; it connects at the first request."""
    app = Platform(
        route_handlers=[
            HomePages,
            *PAGES,
            JobPages,
            *sign_in.pages(settings),
            api.reading(),
            _static(),
        ],
        dependencies={
            "session": Provide(door.session),
            "person": Provide(door.person, sync_to_thread=False),
            "shelf": Provide(door.shelf),
            "remarks": Provide(door.remarks, sync_to_thread=False),
            "settings": Provide(door.settings, sync_to_thread=False),
        },
        guards=[security.sieve, security.signed_in],
        before_request=security.from_here,
        before_send=[security.before_send],
        exception_handlers={Exception: errors.answer},
        on_shutdown=[_close],
        include_in_schema=False,
        openapi_config=api.DOCUMENT,
        request_max_body_size=LARGEST_BODY,
        state=State(
            {
                "settings": settings,
                "shelf": open_shelf(settings.allowed_packs),
                "hosts": security.hosts(settings),
            }
        ),
        logging_config=None,
    )
    app.connect(urls)
    return app


async def _close(app: Litestar) -> None:
    await app.state.engine.dispose()


def _static() -> Router:
    # The address of a file changes with its content, so a browser may keep it for a year.
    return create_static_files_router(
        path="/static",
        directories=[STATIC],
        cache_control=CacheControlHeader(max_age=int(timedelta(days=365).total_seconds()), immutable=True),
        opt={"open": True, "static": True},
    )
