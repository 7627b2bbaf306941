"""The template engine: strict about what is undefined, escaping everything, at home in both languages."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie
from markupsafe import Markup

from kaocheng import formats
from kaocheng.i18n import _, language
from kaocheng.pages.answers import Page
from kaocheng.pages.exported import AS, EXCEL, exported
from kaocheng.pages.forms import CSRF
from kaocheng.pages.visit import SAID, Ask, here

SHOWN_AT = "shown_at"


def render(request: Ask, template: str, /, *, status: int = 200, **facts: Any) -> Page:
    """*template* filled in with *facts*, as a whole page; its tables alone where they are asked for."""
    visit = here()
    cookies = [Cookie(SAID, value="", path="/", max_age=0)] if visit.said else []
    page = fragment(template, request=request, **facts)
    if request.query_params.get(AS) == EXCEL and (tables := exported(page)):
        return tables
    return Response(
        page,
        status_code=status,
        media_type="text/html",
        cookies=cookies,
    )


def fragment(template: str, /, **facts: Any) -> str:
    """*template* filled in, as text: for a part of a page, or a document to keep."""
    return environment().get_template(template).render(visit=here(), language=language(), **facts)


@cache
def environment() -> Environment:
    """The one environment, made at first use."""
    env = Environment(
        loader=PackageLoader("kaocheng", "web/templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals.update(_=_, csrf=_csrf, asset=_asset, here=here, query=_query, today=formats.today)
    env.filters.update(
        number=formats.number,
        percent=formats.percent,
        day=formats.day,
        day_prose=formats.day_prose,
        moment=formats.moment,
        period=formats.period,
        span=formats.span,
        size=formats.size,
        json_script=formats.json_script,
    )
    env.globals["kit"] = env.get_template("macros.html").module
    return env


def shown_at(request: Ask, address: str) -> None:
    """Have the links of a page that answers a form lead where the same page can be asked for."""
    request.state[SHOWN_AT] = address


def _csrf() -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF, here().csrf)


@cache
def _asset(name: str) -> str:
    """The address of a static file, changed with its content, so that a browser may keep it."""
    file = files("kaocheng").joinpath("web", "static", *name.split("/"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "missing"
    return f"/static/{name}?v={digest}"


def _query(request: Ask, **changed: object) -> str:
    """This page's address with some of its query changed; an empty value leaves the query."""
    at = urlsplit(request.state.get(SHOWN_AT) or str(request.url))
    merged = {**dict(parse_qsl(at.query)), **{k.rstrip("_"): v for k, v in changed.items()}}
    kept = {k: v for k, v in merged.items() if v not in (None, "")}
    return at.path + ("?" + urlencode(kept) if kept else "")
