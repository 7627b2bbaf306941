"""One request's circumstances: who asks, in which tenant, and what was said to them a moment ago."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from litestar import Request

from kaocheng.db.session import TenantId
from kaocheng.identity.domain import Caller, Person

SIGN_IN = "kaocheng"  # the cookie that holds the sign-in token
SAID = "said"  # the cookie that carries one sentence over a redirect
LANGUAGE = "language"

Ask: TypeAlias = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One stage in the top line."""

    label: str
    path: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who is asking and for which tenant; made once per request by the door."""

    token: str = field(default="", repr=False)  # the sign-in token; empty when nobody is signed in
    caller: Caller | None = None
    menu: tuple[MenuItem, ...] = ()
    path: str = "/"
    address: str = "/"  # the page one sees, query included, to come back to
    said: str = ""

    @property
    def person(self) -> Person | None:
        """Who is signed in."""
        return self.caller.person if self.caller else None

    @property
    def tenant(self) -> TenantId | None:
        """Whose rows this request may see."""
        return self.caller.tenant if self.caller else None

    @property
    def tenant_name(self) -> str:
        """What the top line says."""
        return self.caller.tenant_name if self.caller else ""

    @property
    def tenant_code(self) -> str:
        """What an account of it ends with."""
        return self.caller.tenant_code if self.caller else ""

    @property
    def csrf(self) -> str:
        """What a form must carry: nobody without the HttpOnly sign-in cookie can work it out."""
        return hmac.digest(self.token.encode(), b"csrf", "sha256").hex() if self.token else ""

    def sealed(self, sentence: str) -> str:
        """*sentence* as a cookie that only this sign-in could have written."""
        body = urlsafe_b64encode(sentence.encode()).decode()
        return f"{body}.{self._seal(body)}"

    def unsealed(self, cookie: str) -> str:
        """The sentence in *cookie*, or nothing if it was not written for this sign-in."""
        body, dot, seal = cookie.partition(".")
        if not dot or not self.token or not hmac.compare_digest(seal.encode(), self._seal(body).encode()):
            return ""
        return urlsafe_b64decode(body).decode(errors="replace")

    def _seal(self, body: str) -> str:
        return hmac.digest(self.token.encode(), b"said" + body.encode(), "sha256").hex()


NOBODY = Visit()
_visit: ContextVar[Visit] = ContextVar("visit", default=NOBODY)


def here() -> Visit:
    """The visit being answered."""
    return _visit.get()


@contextmanager
def visiting(visit: Visit) -> Iterator[None]:
    """Answer *visit* within the block."""
    token = _visit.set(visit)
    try:
        yield
    finally:
        _visit.reset(token)
