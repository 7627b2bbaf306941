"""The verifier's pages: the queue with its differences, vouching, sending back, one figure's whole life."""

import re

import pytest

from kaocheng.figures import queries, service
from kaocheng.figures.domain import Outcome
from kaocheng.figures.service import Typed
from tests.figures.test_pages import as_
from tests.web.conftest import browser
from tests.yunling import HALF, NOON, YEAR, County

__all__ = ["browser"]
pytestmark = pytest.mark.database


async def typed(yunling: County, by: str, written: str) -> None:
    person, key = await yunling.person(by), await yunling.key("永丰镇", "forest")
    async with yunling.session() as session:
        await service.file(session, [Typed(*key, written)], by=person, at=NOON)


async def test_an_empty_queue_says_what_to_do_next(yunling: County, browser) -> None:
    async with as_(yunling, browser, "zhaomin") as b:
        page = await b.get("/verification")
    assert page.status_code == 200
    assert "这里没有待核验的数" in page.text


async def test_a_verifier_vouches_for_one_collector_and_sends_one_figure_back(
    yunling: County, browser
) -> None:
    await yunling.import_(HALF)
    async with as_(yunling, browser, "zhaomin") as b:
        page = await b.get("/verification?period=2026H1&collector=县文旅局")
        assert "县文旅局 48" in page.text
        assert "Sheet1!L4" in page.text
        refs = re.findall(r'name="ref" value="([^"]+)"', page.text)
        assert len(refs) == 48
        nothing = await b.post("/verification/return", {"ref": refs[0], "reason": ""})
        assert "退回要写明理由" in nothing.text
        back = await b.post(
            "/verification/return", {"ref": refs[0], "reason": "请附照片", "period": "2026H1"}
        )
        assert back.status_code == 303, back.text
        assert "已退回 1 个数" in (await b.get(back.headers["location"])).text
        assert 'name="seen"' in page.text
        # The tests file in January; a page opened before that has not shown what was filed then.
        fields = {
            "all": "1",
            "period": "2026H1",
            "collector": "县文旅局",
            "seen": "2026-11-20T00:00:00+00:00",
        }
        unseen = await b.post("/verification/vouch", fields)
        assert "没有符合条件的待核验数" in unseen.text
        fields["seen"] = "2027-02-01T00:00:00+00:00"
        done = await b.post("/verification/vouch", fields)
        assert "已核验 47 个数" in (await b.get(done.headers["location"])).text
        table = await b.get("/verification/queue.xlsx?period=2026H1")
        assert table.content[:2] == b"PK"
    async with yunling.session() as session:
        figures = await queries.current(session, ["2026H1"])
    assert sum(f.outcome is Outcome.VOUCHED for f in figures) == 47


async def test_one_figure_shows_every_revision_and_who_said_what(yunling: County, browser) -> None:
    await yunling.import_(YEAR)
    await typed(yunling, "chenxia", "812.5")
    async with as_(yunling, browser, "zhaomin") as b:
        queue = await b.get("/verification?period=2026&collector=县林业局")
        path = re.search(r'/verification/figure\?ref=[^"]+', queue.text[queue.text.index("永丰镇") :])
        assert path is not None
        page = await b.get(path.group())
        assert "网页填写" in page.text
        assert f"{YEAR} · Sheet1!S15" in page.text
        ref = re.search(r'name="ref" value="([^"]+)"', page.text)
        assert ref is not None
        await b.post("/verification/vouch", {"ref": ref.group(1)})
        undone = await b.post("/verification/undo", {"ref": ref.group(1), "reason": "看错行"})
        page = await b.get(undone.headers["location"])
        assert "已撤销" in page.text
        assert "看错行" in page.text


async def test_one_cannot_vouch_for_what_one_filed(yunling: County, browser) -> None:
    person, key = await yunling.person("songtao"), await yunling.key("永丰镇", "forest")
    async with yunling.session() as session:
        await service.file(session, [Typed(*key, "812.5")], by=person, at=NOON)
    async with as_(yunling, browser, "songtao") as b:
        page = await b.get("/verification")
        assert "须由另一位核验人核验" in page.text
        refused = await b.post("/verification/vouch", {"ref": f"{key}~1"})
    assert "请由另一位核验人核验" in refused.text
    assert refused.status_code in {403, 409}


async def test_the_office_does_not_verify(yunling: County, browser) -> None:
    async with as_(yunling, browser, "lina") as b:
        assert (await b.get("/verification")).status_code == 403


@pytest.mark.parametrize("ref", ["x", "2026~1~1~", "2026~999999999~1~~1", "~~~~"])
async def test_what_is_no_figure_reads_like_none(yunling: County, browser, ref: str) -> None:
    async with as_(yunling, browser, "zhaomin") as b:
        assert (await b.get(f"/verification/figure?ref={ref}")).status_code == 404


async def test_returning_without_a_reason_says_so_at_the_field_and_keeps_what_was_ticked(
    yunling: County, browser
) -> None:
    await yunling.import_(HALF)
    async with as_(yunling, browser, "zhaomin") as b:
        page = await b.get("/verification?period=2026H1&collector=县林业局")
        refs = re.findall(r'name="ref" value="([^"]+)"', page.text)
        fields = {"ref": refs[1], "reason": " ", "period": "2026H1", "collector": "县林业局"}
        refused = await b.post("/verification/return", fields)
        alone = await b.post("/verification/return", {"ref": refs[1], "one": "yes", "reason": ""})
        again = await b.get("/verification/return?period=2026H1")
    assert refused.status_code == alone.status_code == 422
    for answer in (refused.text, alone.text):
        assert re.search(r'id="f-reason"[^>]*aria-invalid="true"', answer), answer
        assert "退回要写明理由" in answer
    assert re.findall(r'name="ref" value="([^"]+)" checked', refused.text) == [refs[1]]
    assert len(re.findall(r'name="ref"', refused.text)) == len(refs) == 16
    assert "历次填报" in alone.text
    # Its links lead to the queue with the filters as they are, not to where the form was sent.
    assert "/verification/queue.xlsx?period=2026H1&amp;collector=" in refused.text
    assert "/verification/return?" not in refused.text
    assert re.search(r'href="/verification/figure\?ref=[^"]+as=excel"', alone.text), alone.text
    # Whoever reloads the address of the refused form sees the queue.
    assert (again.status_code, again.headers["location"]) == (303, "/verification?period=2026H1")


@pytest.mark.parametrize("answer", ["vouch", "return"])
async def test_a_form_without_a_tick_comes_back_and_says_so(yunling: County, browser, answer: str) -> None:
    await yunling.import_(HALF)
    async with as_(yunling, browser, "zhaomin") as b:
        page = await b.post(f"/verification/{answer}", {"period": "2026H1", "reason": "请附照片"})
    assert page.status_code == 422
    assert "一个数也没有勾选" in page.text
    assert page.text.count('name="ref"') == 464
