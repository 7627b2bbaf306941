"""Each role opens its own pages and no others; what is absent and what is a neighbour's read alike."""

import re
from datetime import UTC, datetime

import pytest
from litestar.routes import HTTPRoute

from kaocheng.db import TenantId, jobs
from kaocheng.db.session import tenant_session
from kaocheng.identity.domain import Role
from kaocheng.settings import Settings
from tests.web.conftest import assembled

pytestmark = pytest.mark.database

OPEN = {"/sign-in", "/sign-out", "/language"}
# Who may open the first page of each stage; everybody else reads whose it is.
FIRST_PAGES = {
    "/figures": {Role.OFFICE, Role.COLLECTOR, Role.VERIFIER, Role.LIAISON},
    "/figures/mine": {Role.OFFICE, Role.COLLECTOR, Role.LIAISON},
    "/figures/import": {Role.OFFICE, Role.COLLECTOR},
    "/verification": {Role.COLLECTOR, Role.VERIFIER},
    "/scores": {Role.OFFICE},
    "/standings": set(Role) - {Role.OPERATOR},
    "/publish": {Role.OFFICE},
    "/schemes": set(Role) - {Role.OPERATOR},
}
CSRF = re.compile(r'value="[0-9a-f]{64}"')


def routes() -> list[tuple[str, str]]:
    """Every method and path there is, each key filled with a number nobody has."""
    return [
        (method, re.sub(r"\{[^}]*\}", "987654", route.path))
        for route in assembled(Settings()).routes
        if isinstance(route, HTTPRoute) and not route.path.startswith("/static")
        for method in sorted(route.methods - {"OPTIONS", "HEAD"})
    ]


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_opens_its_own_pages_and_no_others(browser, person, county: TenantId, role) -> None:
    await person(county, "somebody", role)
    opened = {}
    async with browser() as somebody:
        await somebody.enter("somebody@county")
        for path in FIRST_PAGES:
            answer = await somebody.http.get(path, follow_redirects=True)
            opened[path] = answer.status_code

    expected = {path: 200 if role in roles else 403 for path, roles in FIRST_PAGES.items()}
    assert opened == expected


async def test_nothing_but_the_door_opens_to_nobody(browser) -> None:
    async with browser() as nobody:
        for method, path in routes():
            if path in OPEN or path.startswith("/api/v1/openapi") or path == "/api/v1":
                continue
            answer = await nobody.http.request(method, path)

            expected = {401, 404} if path.startswith("/api/") else {303, 404}
            assert answer.status_code in expected, (method, path)
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("role", [Role.OFFICE, Role.LIAISON, Role.LEADER])
async def test_a_key_nobody_has_is_absent_and_never_our_mistake(
    browser, person, county: TenantId, role
) -> None:
    await person(county, "somebody", role)
    async with browser() as somebody:
        await somebody.enter("somebody@county")
        for method, path in routes():
            if path in OPEN:
                continue
            for key in ("987654", "2147483648", "99999999999999999999"):
                if method == "GET":
                    answer = await somebody.http.get(path.replace("987654", key))
                else:
                    answer = await somebody.post(path.replace("987654", key))

                assert answer.status_code < 500, (method, path, key)


async def test_every_form_refuses_a_field_nobody_asked_for(browser, person, county: TenantId) -> None:
    await person(county, "li", Role.OFFICE)
    async with browser() as li:
        await li.enter("li@county")
        for method, path in routes():
            if method != "POST" or path == "/sign-out":
                continue
            answer = await li.post(path, {"tenant_id": "2", "state": "vouched", "score": "100"})

            assert answer.status_code in {400, 403, 404}, path


async def test_the_first_page_of_every_role_says_what_to_do(browser, person, county: TenantId) -> None:
    for role in Role:
        await person(county, role.value, role)
        async with browser() as somebody:
            await somebody.enter(f"{role.value}@county")
            page = await somebody.get("/")

        assert page.status_code == 200, role
        assert len(re.sub(r"<[^>]*>|\s", "", page.text.partition('<main id="page">')[2])) > 20, role


async def test_a_neighbours_thing_and_one_that_never_was_read_alike(
    browser, person, county: TenantId, neighbour: TenantId, engine
) -> None:
    async with tenant_session(engine, neighbour) as session:
        theirs = await jobs.keep(session, "figures.import", {}, by=None, at=datetime.now(UTC), key=None)
    await person(county, "li", Role.OFFICE)
    async with browser() as li:
        await li.enter("li@county")
        for page in ("/jobs/{}", "/jobs/{}/progress", "/figures/workbooks/{}"):
            there = await li.get(page.format(theirs.id))
            nowhere = await li.get(page.format(9))

            assert there.status_code == 404
            assert there.text.replace(f" {theirs.id} ", " 9 ").replace(f"/{theirs.id}", "/9") == nowhere.text
            assert set(there.headers) == set(nowhere.headers)
