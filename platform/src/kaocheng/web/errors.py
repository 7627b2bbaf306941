"""Which refusal becomes which answer; the only module that knows both our errors and HTTP's numbers.

A page for people, ``application/problem+json`` for programs.  Neither ever shows a trace: a mistake of
ours is one sentence, a reference, and an entry in the log under that reference.
"""

import json
import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kaocheng.db import trouble
from kaocheng.errors import Invalid, Missing, Problem, Refused
from kaocheng.i18n import _
from kaocheng.identity.domain import NotAllowed, NotSignedIn
from kaocheng.pages import Ask
from kaocheng.pages.forms import Malformed
from kaocheng.pages.render import fragment
from kaocheng.web.security import NotFromHere

log = logging.getLogger("kaocheng.web")

PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answered:
    """What a problem becomes: a status, a stable code, and the sentence."""

    status: int
    code: str
    sentence: str
    reference: str = ""
    allow: str = ""


def answer(request: Request, problem: Exception) -> Response[bytes]:  # type: ignore[type-arg]
    """The one exception handler: every error of every route ends here."""
    if isinstance(problem, NotSignedIn) and not _for_programs(request):
        return _to_the_door(request)
    answered = weigh(problem)
    if answered.reference:
        _write_down(answered, request, problem)
    content, media_type = (
        (_as_json(answered), PROBLEM_JSON) if _for_programs(request) else (_as_page(answered), "text/html")
    )
    headers = {"Allow": answered.allow} if answered.allow else {}
    return Response(content, status_code=answered.status, media_type=media_type, headers=headers)


def _write_down(answered: Answered, request: Ask, problem: Exception) -> None:
    # Where the database is away every request says so, and there is nothing to look for in our code.
    known = answered.code in (trouble.Lost.code, trouble.NoRoom.code)
    why = str(problem).partition("\n")[0] if known else answered.code
    facts = answered.reference, request.method, request.url.path, why
    log.error("%s %s %s: %s", *facts, exc_info=None if known else problem)


# Nearest kin first: the first family a problem belongs to decides.
FAMILIES: tuple[tuple[type[Problem], int], ...] = (
    (NotAllowed, 403),
    (NotFromHere, 403),
    (Missing, 404),
    (Refused, 409),
    (Malformed, 400),
    (Invalid, 422),
)


def weigh(problem: BaseException) -> Answered:
    """The answer to *problem*: our own by family, HTTP's by number, the database's by its state."""
    if isinstance(problem, BaseExceptionGroup):
        told = sorted(_leaves(problem), key=lambda p: not isinstance(p, Problem))
        return weigh(told[0])
    if isinstance(problem, NotSignedIn):
        return Answered(401, problem.code, _("请先登录"))
    if isinstance(problem, RecursionError):
        return _http(400)
    if isinstance(problem, HTTPException):
        return _http(problem.status_code, (problem.headers or {}).get("allow", ""))
    for family, status in FAMILIES:
        if isinstance(problem, family):
            return Answered(status, problem.code, str(problem))
    return _database(problem) or Answered(
        500,
        "our_mistake",
        _("这是系统的差错,不是您的;没有改动任何数据。请重试一次,仍不行请把编号告诉运维人员"),
        reference=secrets.token_hex(4),
    )


def _http(status: int, allow: str = "") -> Answered:
    if status >= 500:
        return Answered(503, "unavailable", _("系统暂时不能应答;请稍后再试"), reference=secrets.token_hex(4))
    code, sentence = {
        400: ("malformed", _("请求读不懂:地址或表单里有一项的写法不对;请从页面上重新操作")),
        401: ("not_signed_in", _("请先登录")),
        404: ("missing", _("没有这个页面;可能已不存在,也可能不属于您;请核对地址")),
        405: ("not_that_way", _("这个地址不能这样访问;请从页面上的按钮操作")),
        413: ("too_large", _("交来的内容超过 10 MB;请拆成几个文件再交")),
        415: ("wrong_type", _("交来的内容不是这里能读的格式")),
    }.get(status, ("refused", _("这个请求不能照办;请从页面上重新操作")))
    return Answered(status, code, sentence, allow=allow)


def _database(problem: BaseException) -> Answered | None:
    state = trouble.sqlstate(problem)
    if state.startswith("22"):  # a value no column can hold
        return Answered(422, "out_of_range", _("有一个值超出了能记录的范围;请核对后重填"))
    if state in {"23505", "40001", "40P01", "55P03"}:
        return Answered(409, "at_the_same_time", _("刚才有人同时改了同一处;请刷新后再做一次"))
    found = trouble.told(problem)
    if found is None and isinstance(problem, (PoolTimeout, OSError)):
        found = trouble.Lost()
    if found is not None:
        return Answered(503, found.code, str(found), reference=secrets.token_hex(4))
    return None


def _leaves(group: BaseException) -> Iterator[BaseException]:
    if isinstance(group, BaseExceptionGroup):
        for problem in group.exceptions:
            yield from _leaves(problem)
    else:
        yield group


def _for_programs(request: Ask) -> bool:
    return request.url.path.startswith("/api/") or request.headers.get("accept", "").startswith(
        ("application/json", PROBLEM_JSON)
    )


def _to_the_door(request: Ask) -> Response[bytes]:
    path = request.url.path if request.method == "GET" else "/"
    query = request.scope["query_string"].decode("latin-1") if request.method == "GET" else ""
    wanted = path + ("?" + query if query else "")
    door = "/sign-in" + (f"?next={quote(wanted, safe='')}" if wanted != "/" else "")
    if request.method == "POST":
        door = "/sign-in?ended=yes"  # what was sent is gone, and whoever sent it must be told
    if request.headers.get("hx-request"):
        return Response(b"", status_code=401, headers={"HX-Redirect": door})
    return Response(b"", status_code=303, headers={"Location": door})


def _as_json(answered: Answered) -> bytes:
    body = {
        "type": "about:blank",
        "title": title(answered.status),
        "status": answered.status,
        "code": answered.code,
        "detail": answered.sentence,
    }
    if answered.reference:
        body["reference"] = answered.reference
    return json.dumps(body, ensure_ascii=False).encode()


def _as_page(answered: Answered) -> bytes:
    return fragment(
        "error.html",
        title=title(answered.status),
        sentence=answered.sentence,
        reference=answered.reference,
    ).encode()


def title(status: int) -> str:
    """The head of the page, in a few words."""
    if status >= 500:
        return _("出了差错")
    return {
        401: _("请先登录"),
        403: _("这一步不归您办"),
        404: _("没有找到"),
        405: _("不能这样访问"),
        409: _("现在不能这样做"),
        413: _("太大了"),
    }.get(status, _("有一处要改"))
