"""Every refusal is a sentence: for people a page, for programs a problem with a code."""

import httpx
import pytest

from kaocheng.db import TenantId
from kaocheng.db.roles import Urls
from kaocheng.identity.domain import Role
from kaocheng.settings import Settings
from kaocheng.web.app import create_app

pytestmark = pytest.mark.database


async def test_an_address_that_leads_nowhere_says_so_in_the_readers_frame(
    browser, person, county: TenantId
) -> None:
    await person(county, "li", Role.OFFICE)
    async with browser() as li:
        await li.enter("li@county")
        answer = await li.get("/no/such/page")

    assert answer.status_code == 404
    assert "没有这个页面" in answer.text
    assert "李娜" in answer.text


async def test_programs_get_a_problem_with_a_stable_code(browser) -> None:
    async with browser() as nobody:
        answer = await nobody.get("/api/v1/nowhere")

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404
    assert answer.json()["code"] == "missing"


async def test_a_way_that_does_not_exist_names_those_that_do(browser) -> None:
    async with browser() as nobody:
        answer = await nobody.http.request("DELETE", "/sign-in")

    assert answer.status_code == 405
    assert {"GET", "POST"} <= {way.strip() for way in answer.headers["allow"].split(",")}
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_a_query_field_nobody_asked_for_is_refused(browser) -> None:
    async with browser() as nobody:
        answer = await nobody.get("/sign-in?tenant_id=2")

    assert answer.status_code == 400
    assert "tenant_id" in answer.text


async def test_a_form_field_nobody_asked_for_is_refused(browser) -> None:
    async with browser() as nobody:
        answer = await nobody.post("/language", {"language": "en", "back": "/", "role": "operator"})

    assert answer.status_code == 400
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sign-in?next=%00", 400),
        ("/sign-in?next=" + "a" * 10_000, 400),
        ("/static/../app.py", 404),
        ("/static/%2e%2e/app.py", 404),
    ],
)
async def test_an_address_that_makes_no_sense_is_refused(browser, path: str, status: int) -> None:
    async with browser() as nobody:
        answer = await nobody.get(path)

    assert answer.status_code == status


async def test_text_is_shown_as_it_was_typed(browser) -> None:
    typed = '<script>alert(1)</script>{{7*7}}" onfocus="alert(1)'
    async with browser() as nobody:
        answer = await nobody.post("/sign-in", {"name": typed, "password": "x", "next": "/"})

    assert "<script>alert(1)" not in answer.text
    assert "{{7*7}}" in answer.text
    assert '" onfocus="' not in answer.text


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 403),
        (b"--x\r\nContent-Disposition: form-data; name", "multipart/form-data; boundary=x", 400),
        (b"a" * 10_000_001, "application/x-www-form-urlencoded", 413),
        (b"name=%ff%fe&password=%00&next=/", "application/x-www-form-urlencoded", 422),
    ],
    ids=["JSON", "half a form", "too large", "no text"],
)
async def test_a_body_that_makes_no_sense_is_refused(
    browser, body: bytes, content_type: str, status: int
) -> None:
    async with browser() as nobody:
        answer = await nobody.http.post("/sign-in", content=body, headers={"Content-Type": content_type})

    assert answer.status_code in {status, 422}
    assert "Traceback" not in answer.text


async def test_a_database_that_is_away_is_one_sentence(caplog: pytest.LogCaptureFixture) -> None:
    away = create_app(Settings(), Urls(app="postgresql://kaocheng_app:a@127.0.0.1:1/none", owner=""))
    transport = httpx.ASGITransport(away, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        http.cookies.set("kaocheng", "1.whatever")
        answer = await http.get("/")

    assert answer.status_code == 503
    assert "数据库暂时连不上" in answer.text
    (entry,) = (record for record in caplog.records if record.name == "kaocheng.web")
    assert entry.exc_info is None  # every request would add another hundred lines
    assert entry.args[0] in answer.text
    assert "Connect call failed" in entry.getMessage()


async def test_the_document_lists_what_programs_may_read_and_nothing_else(browser) -> None:
    async with browser() as nobody:
        document = (await nobody.get("/api/v1/openapi.json")).json()

    assert all(path.startswith("/api/v1/") for path in document["paths"])
