"""What programs read: each stage's ``api.py`` under ``/api/v1``, described by one OpenAPI document.

A program signs in as a person does and sends the same cookie; it may read what that person may.
Refusals are ``application/problem+json`` with a ``code`` that does not change with the language.
"""

from typing import Any

from litestar import Response, Router
from litestar.exceptions import NotFoundException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.status_codes import HTTP_404_NOT_FOUND
from litestar.types import ControllerRouterHandler

from kaocheng import __version__
from kaocheng.pages.visit import SIGN_IN
from kaocheng.scoring.api import RunsApi
from kaocheng.standings.api import ExplanationsApi, ScoresApi, StandingsApi

VERSION = "/api/v1"

# One line per stage that programs may read.
READING: tuple[ControllerRouterHandler, ...] = (RunsApi, StandingsApi, ScoresApi, ExplanationsApi)


def _our_own_way(response: Response[Any]) -> Response[Any]:
    """An address under this prefix that leads nowhere is answered like any other."""
    if response.status_code == HTTP_404_NOT_FOUND:
        raise NotFoundException
    return response


DOCUMENT = OpenAPIConfig(
    title="考成 Kaocheng",
    version=__version__,
    description="Scores, explanations and published standings, as the signed-in person may read them.",
    components=Components(
        security_schemes={"signIn": SecurityScheme(type="apiKey", security_scheme_in="cookie", name=SIGN_IN)}
    ),
    security=[{"signIn": []}],
    path=VERSION,
    render_plugins=[JsonRenderPlugin(path="/openapi.json")],
    openapi_router=Router(VERSION, route_handlers=[], opt={"open": True}, after_request=_our_own_way),
)


def reading() -> Router:
    """Everything programs read, in the document and under one prefix."""
    return Router(VERSION, route_handlers=list(READING), include_in_schema=True)
