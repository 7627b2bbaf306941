"""Who may open a page at all; what they may do with one thing is the service's to say."""

from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from kaocheng.identity.domain import NotSignedIn, Permission, allows, require
from kaocheng.pages.visit import here

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]


def may(*permissions: Permission) -> Guard:
    """Only for people who hold one of *permissions*; the others read which one it takes."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        person = here().person
        if person is None:
            raise NotSignedIn
        if not any(allows(person, permission) for permission in permissions):
            require(person, permissions[0])

    return guard
