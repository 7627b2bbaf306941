"""Who gets in, what every answer carries, and what a form must bring."""

import html
import re

import pytest

from kaocheng.db import TenantId
from kaocheng.identity.domain import Role
from kaocheng.settings import Settings

pytestmark = pytest.mark.database

DEMO = Settings(demo=True)


async def test_nobody_is_sent_to_the_door_and_back_to_where_he_was_going(browser) -> None:
    async with browser() as nobody:
        answer = await nobody.get("/?role=office")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2F%3Frole%3Doffice"


async def test_name_tenant_and_password_let_a_person_in(browser, person, county: TenantId) -> None:
    await person(county, "li", Role.OFFICE)
    async with browser() as li:
        answer = await li.sign_in("li@county")
        home = await li.get("/")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert home.status_code == 200
    assert "云岭县" in home.text


async def test_the_sign_in_cookie_is_out_of_reach_of_scripts_and_other_sites(
    browser, person, county: TenantId
) -> None:
    await person(county, "li", Role.OFFICE)
    async with browser() as li:
        answer = await li.sign_in("li@county")

    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("kaocheng=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_a_wrong_password_an_unknown_name_and_an_unknown_tenant_read_alike(
    browser, person, county: TenantId
) -> None:
    await person(county, "li", Role.OFFICE)
    async with browser() as somebody:
        wrong = [
            await somebody.sign_in("li@county", "not this one"),
            await somebody.sign_in("xx@county"),
            await somebody.sign_in("li@nowhere"),
        ]

    pages = {
        a.text.replace("xx@county", "?").replace("li@nowhere", "?").replace("li@county", "?") for a in wrong
    }
    assert {a.status_code for a in wrong} == {422}
    assert len(pages) == 1
    assert "账号或密码不对" in pages.pop()


async def test_signing_out_ends_it_in_the_database_too(browser, person, county: TenantId) -> None:
    await person(county, "li", Role.OFFICE)
    async with browser() as li:
        await li.sign_in("li@county")
        token = li.http.cookies["kaocheng"]
        await li.post("/sign-out")
        li.http.cookies.set("kaocheng", token)
        answer = await li.get("/")

    assert answer.headers["location"] == "/sign-in"


async def test_whoever_sends_a_form_after_the_sign_in_ended_is_told_that_it_is_lost(
    browser, person, county: TenantId
) -> None:
    await person(county, "li", Role.OFFICE)
    async with browser() as li:
        await li.sign_in("li@county")
        li.http.cookies.clear()
        answer = await li.post("/scores/run", {"period": "2026"})
        door = await li.get(answer.headers["location"])

    assert answer.headers["location"] == "/sign-in?ended=yes"
    assert "刚才提交的内容没有保存" in door.text


async def test_signing_in_again_switches_the_tenant(browser, person, county: TenantId, neighbour) -> None:
    await person(county, "li", Role.OFFICE)
    await person(neighbour, "li", Role.OFFICE)
    async with browser() as li:
        await li.sign_in("li@county")
        await li.sign_in("li@neighbour")
        home = await li.get("/")

    assert "邻县" in home.text
    assert "云岭县" not in home.text


async def test_after_signing_in_nobody_is_sent_off_to_another_site(browser, person, county: TenantId) -> None:
    await person(county, "li", Role.OFFICE)
    async with browser() as li:
        for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
            answer = await li.post(
                "/sign-in", {"name": "li@county", "password": "a password for tests", "next": elsewhere}
            )

            assert answer.headers["location"] == "/"


async def test_the_demo_on_this_machine_has_a_button_per_role(browser, person, county: TenantId) -> None:
    await person(county, "li", Role.OFFICE)
    await person(county, "chen", Role.LEADER, label="陈霞")
    async with browser(DEMO, address="127.0.0.1") as visitor:
        page = await visitor.get("/sign-in")
        answer = await visitor.post("/sign-in/as", {"name": "chen@county", "next": "/"})
        home = await visitor.get("/")

    assert 'value="li@county"' in page.text
    assert 'value="chen@county"' in page.text
    assert answer.headers["location"] == "/"
    assert "陈霞" in home.text


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (Settings(), "127.0.0.1"),
        (DEMO, "10.0.0.7"),
        (Settings(demo=True, host="0.0.0.0"), "127.0.0.1"),
    ],
    ids=["no demo", "another machine", "open to others"],
)
async def test_elsewhere_the_buttons_do_not_exist(
    browser, person, county: TenantId, settings: Settings, address: str
) -> None:
    await person(county, "li", Role.OFFICE)
    async with browser(settings, address) as visitor:
        page = await visitor.get("/sign-in")
        answer = await visitor.post("/sign-in/as", {"name": "li@county", "next": "/"})
        nowhere = await visitor.post("/sign-in/at", {"name": "li@county", "next": "/"})

    assert "li@county" not in page.text
    assert answer.status_code == 404
    assert answer.text == nowhere.text.replace("/sign-in/at", "/sign-in/as")
    assert "kaocheng" not in visitor.http.cookies


async def test_a_form_from_another_page_changes_nothing(browser, person, county: TenantId) -> None:
    await person(county, "li", Role.OFFICE)
    async with browser() as li:
        await li.sign_in("li@county")
        refused = [
            await li.http.post("/sign-out"),
            await li.http.post("/sign-out", data={"_csrf": "0" * 64}),
            await li.post("/sign-out", headers={"Origin": "https://evil.example"}),
            await li.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}),
        ]
        home = await li.get("/")

    assert {a.status_code for a in refused} == {403}
    assert home.status_code == 200


async def test_a_stranger_cannot_sign_somebody_in_from_another_site(
    browser, person, county: TenantId
) -> None:
    await person(county, "li", Role.OFFICE)
    fields = {"name": "li@county", "password": "a password for tests", "next": "/"}
    async with browser() as li:
        answer = await li.post("/sign-in", fields, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert "kaocheng" not in li.http.cookies


@pytest.mark.parametrize("path", ["/sign-in", "/", "/nowhere", "/api/v1/nowhere", "/api/v1/openapi.json"])
async def test_every_answer_carries_the_headers(browser, path: str) -> None:
    async with browser() as nobody:
        answer = await nobody.get(path)

    assert answer.headers["cache-control"] == "no-store, private"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


async def test_static_files_may_be_kept_because_their_address_changes(browser) -> None:
    async with browser() as nobody:
        page = await nobody.get("/sign-in")
        loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
        answers = [await nobody.get(address) for address in loaded]

    assert len(loaded) >= 4
    assert {answer.status_code for answer in answers} == {200}
    assert all("immutable" in answer.headers["cache-control"] for answer in answers)


async def test_the_language_is_the_persons_until_he_chooses_another(
    browser, person, county: TenantId
) -> None:
    await person(county, "li", Role.OFFICE)
    async with browser() as li:
        chinese = await li.get("/sign-in")
        await li.post("/language", {"language": "en", "back": "/sign-in"})
        english = await li.get("/sign-in")

    assert 'lang="zh-CN"' in chinese.text
    assert '<html lang="en">' in english.text
    assert english.headers["content-language"] == "en"


async def test_another_language_shows_the_same_page_with_its_query(browser, person, county: TenantId) -> None:
    await person(county, "li", Role.OFFICE)
    async with browser() as li:
        await li.sign_in("li@county")
        page = await li.get("/figures/values?period=2026&unit=%E4%B8%9C")
        back = re.search(r'name="back" value="([^"]+)"', page.text)
        assert back is not None
        gone = await li.post("/language", {"language": "en", "back": html.unescape(back.group(1))})

    assert gone.headers["location"] == "/figures/values?period=2026&unit=%E4%B8%9C"


async def test_an_unknown_host_is_refused(browser) -> None:
    async with browser() as nobody:
        answer = await nobody.get("/sign-in", headers={"Host": "evil.example"})

    assert answer.status_code == 400
