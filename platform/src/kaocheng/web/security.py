"""What the browser is told and what a request must bring, the same on every route.

The form's token is derived from the HttpOnly sign-in cookie, so it needs neither a second cookie nor a
secret of ours, survives a restart, and ends with the sign-in.  A request of nobody's (the sign-in
itself) is held to its origin instead.
"""

import hmac
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Message, Scope

from kaocheng.errors import Refused
from kaocheng.i18n import _, language
from kaocheng.identity.domain import NotSignedIn
from kaocheng.pages import Ask, Page, here
from kaocheng.pages.exported import AS, EXCEL
from kaocheng.pages.forms import CSRF, Malformed, UnknownField
from kaocheng.settings import Settings

SAFE = {"GET", "HEAD", "OPTIONS"}
LARGEST_KEY = 2**31 - 1
LONGEST_ADDRESS = 4096
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


@dataclass(eq=False)
class NotFromHere(Refused):
    """A form that did not come from one of our pages, or from a page of an earlier sign-in."""

    code = "not_from_here"

    def __str__(self) -> str:
        return _("这张表单不是从本页提交的,或登录已经换过;请返回、刷新页面后再提交")


@dataclass(eq=False)
class BadAddress(Malformed):
    """An address with a character that is no text."""

    code = "bad_address"

    def __str__(self) -> str:
        return _("地址里有不能用的字符;请从页面上的链接进入")


@dataclass(eq=False)
class UnknownHost(Malformed):
    """The request names a host this installation does not answer to."""

    code = "unknown_host"

    def __str__(self) -> str:
        return _("本系统不以这个名称应答;请用运维人员给的地址进入(设置 KAOCHENG_HOSTS)")


async def before_send(message: Message, scope: Scope) -> None:
    """Put the headers on every answer there is, errors included."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in HEADERS.items():
        headers[name] = value
    if not scope["path"].startswith("/static/") or message["status"] != 200:
        headers["Cache-Control"] = "no-store, private"
    headers["Content-Language"] = "en" if language() == "en" else "zh-CN"


def signed_in(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Every route asks for a signed-in person unless it says ``opt={"open": True}``."""
    problem = connection.scope["state"].get("problem")
    if problem is not None:  # the door could not tell who is asking
        raise problem
    if not handler.opt.get("open") and here().person is None:
        raise NotSignedIn


def sieve(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse what no page asks for: unknown query fields, characters that are no text, impossible keys."""
    known_hosts = connection.app.state.hosts
    if known_hosts is not None and _host(connection.headers.get("host", "")) not in known_hosts:
        raise UnknownHost
    if len(connection.scope["raw_path"]) + len(connection.scope["query_string"]) > LONGEST_ADDRESS:
        raise BadAddress
    if handler.opt.get("static"):  # a file's address carries the digest of its content
        return
    known = _query_names(handler)
    for name, value in connection.query_params.multi_items():
        if name not in known and not (name == AS and value == EXCEL and _is_page(handler)):
            raise UnknownField(name)
        if "\x00" in value:
            raise BadAddress
    for value in connection.path_params.values():
        # A key no row can have, or a text no row can hold, is absent like any other absent one.
        if (isinstance(value, int) and not 0 <= value <= LARGEST_KEY) or "\x00" in str(value):
            raise NotFoundException


def _is_page(handler: BaseRouteHandler) -> bool:
    return handler.parsed_fn_signature.return_type.annotation is Page


async def from_here(request: Ask) -> None:
    """Refuse what changes something and does not come from our own page."""
    if request.method in SAFE:
        return
    if not _same_origin(request):
        raise NotFromHere
    visit = here()
    if visit.token and not hmac.compare_digest(await _token(request), visit.csrf):
        raise NotFromHere


async def _token(request: Ask) -> str:
    sent = request.headers.get("x-csrf", "")
    if not sent and request.content_type[0] in {
        RequestEncodingType.URL_ENCODED,
        RequestEncodingType.MULTI_PART,
    }:
        sent = str((await request.form()).get(CSRF, ""))
    return sent if sent.isascii() else ""


def _same_origin(request: Request[Any, Any, Any]) -> bool:
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _query_names(handler: BaseRouteHandler) -> set[str]:
    names = set()
    for name, field in handler.parsed_fn_signature.parameters.items():
        declared = getattr(field.kwarg_definition, "query", None)
        names.add(declared or name)
    return names


def hosts(settings: Settings) -> frozenset[str] | None:
    """The names this installation answers to; None where a proxy in front of us decides."""
    if is_loopback(settings.host):
        return frozenset({"127.0.0.1", "localhost", "[::1]", settings.host})
    return settings.hosts or None


def is_loopback(host: str) -> bool:
    """Whether *host* is this very machine.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("10.0.0.7")
    (True, True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _host(header: str) -> str:
    """The host's name without its port; an IPv6 address keeps its brackets."""
    return header if header.endswith("]") else header.rsplit(":", 1)[0] if ":" in header else header
