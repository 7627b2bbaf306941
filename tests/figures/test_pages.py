"""The pages of what is handed in, asked as a browser would: each role on its own, a file all the way in."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from kaocheng.figures import queries
from kaocheng.identity import queries as identity
from kaocheng.identity import service as accounts
from tests.figures.test_import import changed
from tests.web.conftest import Browser, browser
from tests.yunling import HALF, MISTAKEN, TARGETS, TASKS, WORKBOOKS, YEAR, County

__all__ = ["browser"]
pytestmark = pytest.mark.database
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@asynccontextmanager
async def as_(yunling: County, browser, code: str) -> AsyncIterator[Browser]:
    """Somebody's browser, signed in."""
    person = await yunling.person(code)
    async with yunling.session() as session:
        caller = await identity.caller(session, person)
    opened = await accounts.enter(yunling.engine, caller, datetime.now(UTC))
    async with browser() as b:
        b.http.cookies.set("kaocheng", opened.token)
        yield b


async def upload(b: Browser, name: str, content: bytes | None = None, **fields: str):
    body = (WORKBOOKS / name).read_bytes() if content is None else content
    return await b.post("/figures/import", fields, files={"file": (name, body, XLSX)})


@pytest.mark.parametrize("code", ["lina", "wangqiang", "zhaomin"])
async def test_an_empty_year_says_what_to_do_next(yunling: County, browser, code: str) -> None:
    async with as_(yunling, browser, code) as b:
        page = await b.get("/figures")
    assert page.status_code == 200
    assert "还缺" in page.text
    assert "还没有收到工作簿" in page.text


async def test_a_liaison_goes_straight_to_what_he_owes(yunling: County, browser) -> None:
    async with as_(yunling, browser, "chenxia") as b:
        page = await b.get("/figures", follow_redirects=True)
    assert page.url.path == "/figures/mine"
    assert "还要报" in page.text
    assert "城关镇" not in page.text


async def test_a_leader_is_told_whose_page_this_is(yunling: County, browser) -> None:
    async with as_(yunling, browser, "fangyuan") as b:
        page = await b.get("/figures")
    assert page.status_code == 403


async def test_a_file_is_previewed_agreed_to_and_counted(yunling: County, browser) -> None:
    async with as_(yunling, browser, "lina") as b:
        assert (await b.get("/figures/import")).status_code == 200
        sent = await upload(b, HALF)
        assert sent.status_code == 303, sent.text
        preview = await b.get(sent.headers["location"])
        assert "待确认,还没有存" in preview.text
        assert "新 464 个" in preview.text
        async with yunling.session() as session:
            assert await queries.current(session) == ()
        agreed = await b.post(f"{sent.headers['location']}/agree")
        stored = await b.get(agreed.headers["location"])
        assert "已存入:新 464 个" in stored.text
        again = await b.post(f"{sent.headers['location']}/agree")
        assert "没有重复存" in (await b.get(again.headers["location"])).text
        once_more = await b.get((await upload(b, HALF)).headers["location"])
        assert "没有重复存" in once_more.text
        assert "仍用本表的数" not in once_more.text
        overview = await b.get("/figures?period=2026H1")
        assert "应报 464,已报 464" in overview.text.replace("\u2009", "")
        values = await b.get("/figures/values?period=2026H1&collector=县文旅局")
        assert "Sheet1!L4" in values.text
        table = load_workbook(BytesIO((await b.get("/figures/values.xlsx?period=2026H1")).content)).active
        assert table is not None
        assert table.max_row == 465


async def test_errors_are_shown_with_cell_and_remedy_and_written_into_the_returned_copy(
    yunling: County, browser
) -> None:
    async with as_(yunling, browser, "lina") as b:
        sent = await upload(b, MISTAKEN)
        page = await b.get(sent.headers["location"])
        assert "一个数也不会存" in page.text
        assert "Sheet1!C5" in page.text
        assert "请填准确的数" in page.text
        returned = load_workbook(BytesIO((await b.get(f"{sent.headers['location']}/returned.xlsx")).content))
        comment = returned.worksheets[0]["C5"].comment
        assert comment is not None
        assert "约1200" in comment.text
        refused = await b.post(f"{sent.headers['location']}/agree", {"conversions": "agreed"})
        assert refused.status_code == 409
        gone = await b.post(f"{sent.headers['location']}/discard")
        assert "已放弃" in (await b.get(gone.headers["location"])).text


async def test_a_stored_file_says_what_was_changed_since_and_can_be_gone_back_to(
    yunling: County, browser
) -> None:
    first = await yunling.import_(YEAR)
    await yunling.import_(YEAR, content=changed(YEAR, C4=2150))
    path = f"/figures/workbooks/{first.workbook_id}"
    async with as_(yunling, browser, "lina") as b:
        assert "有 1 个数又改过或被退回" in (await b.get(path)).text
        back = await b.post(f"{path}/agree", {"again": "agreed"})
        page = await b.get(back.headers["location"])
    assert "已存入:新 0 个,改 1 个" in page.text
    assert "仍用本表的数" not in page.text


async def test_rows_of_a_list_are_shown_one_by_one(yunling: County, browser) -> None:
    async with as_(yunling, browser, "lina") as b:
        sent = await upload(b, TASKS)
        page = await b.get(sent.headers["location"])
    assert "高标准农田建设2万亩" in page.text
    # Each field stands in a column of its own under its name, on a phone beside it.
    for name in ("任务", "分值", "完成时限", "完成日期", "完成进度"):
        assert f'<th scope="col">{name}</th>' in page.text
    assert '<td data-label="完成时限">2026-11-30</td>' in page.text


async def test_what_is_no_workbook_is_refused_on_the_same_page(yunling: County, browser) -> None:
    async with as_(yunling, browser, "lina") as b:
        sent = await upload(b, "说明.xlsx", b"not a workbook at all")
    assert sent.status_code == 422
    assert "导入工作簿" in sent.text


async def test_two_tabs_do_not_write_over_one_another_unseen(yunling: County, browser) -> None:
    def field(page: str, key: object) -> str:
        found = re.search(
            rf'name="what" value="{re.escape(str(key))}"><input type="hidden" name="seen" value="(\d+)"', page
        )
        assert found
        return found[1]

    key = await yunling.key("永丰镇", "forest")
    edit = f"/figures/mine/edit?what={key}"
    async with as_(yunling, browser, "chenxia") as b:
        both = {"what": str(key), "seen": field((await b.get("/figures/mine")).text, key)}
        first = await b.post("/figures/mine", {**both, "value": "812.5"})
        again = await b.post("/figures/mine", {**both, "value": "812.5"})
        second = await b.post("/figures/mine", {**both, "value": "90"})
        stale = {"what": str(key), "edit": "yes", "seen": field((await b.get(edit)).text, key)}
        await b.post("/figures/mine", {**stale, "value": "813"})
        late = await b.post("/figures/mine", {**stale, "value": "814"})
        now = {**stale, "seen": field(late.text, key)}
        meant = await b.post("/figures/mine", {**now, "value": "814"})

    assert (first.status_code, again.status_code, second.status_code) == (303, 303, 422)
    assert "“造林面积”在您填写期间已由陈霞填为 812.5" in second.text
    assert late.status_code == 422
    assert "填为 813" in late.text
    assert meant.status_code == 303
    async with yunling.session() as session:
        assert [str(f.value) for f in await queries.history(session, key)] == ["814", "813", "812.5"]


async def test_a_liaison_types_his_figures_and_sees_what_was_wrong(yunling: County, browser) -> None:
    await yunling.import_(TARGETS)
    forest, waste = await yunling.key("永丰镇", "forest"), await yunling.key("永丰镇", "waste")
    async with as_(yunling, browser, "chenxia") as b:
        page = await b.get("/figures/mine?period=2026")
        assert "目标 900" in page.text
        fields = {"what": [str(forest), str(waste)], "value": ["812.5", "约90"], "period": "2026"}
        wrong = await b.post("/figures/mine", fields)
        assert wrong.status_code == 422
        assert "请填准确的数" in wrong.text
        assert 'value="812.5"' in wrong.text
        fields["value"] = ["812.5", ""]
        right = await b.post("/figures/mine", fields)
        assert right.status_code == 303
        page = await b.get(right.headers["location"])
        assert "已填报 1 项" in page.text
        edit = re.search(r'/figures/mine/edit\?what=[^"]+', page.text)
        assert edit is not None
        assert "812.5" in (await b.get(edit.group())).text
        # a correction that is no number comes back where it was typed
        again = await b.post("/figures/mine", {"what": str(forest), "value": "约90", "edit": "yes"})
        assert again.status_code == 422
        for told in ("请填准确的数", 'value="约90"', "填报更正"):
            assert told in again.text
        theirs = await b.post(
            "/figures/mine", {"what": str(await yunling.key("城关镇", "forest")), "value": "1"}
        )
        assert theirs.status_code in {403, 409}
        assert "由县林业局填报" in theirs.text


def sentence(page: str) -> str:
    found = re.search(r"<h1>没有找到</h1>\s*<p>(.*?)</p>", page)
    return found.group(1) if found else ""


async def test_a_figure_of_another_unit_reads_like_none(yunling: County, browser) -> None:
    await yunling.import_(YEAR)
    theirs = await yunling.key("城关镇", "forest")
    async with as_(yunling, browser, "chenxia") as b:
        other = await b.get(f"/figures/mine/edit?what={theirs}")
        none = await b.get(f"/figures/mine/edit?what={theirs._replace(unit_id=999)}")
        workbook = await b.get("/figures/workbooks/1")
        nothing = await b.get("/figures/workbooks/99")
    assert (other.status_code, none.status_code) == (404, 404)
    # The same words to the letter, and nothing of what was asked for in them.
    assert sentence(other.text) == sentence(none.text) != ""
    assert sentence(workbook.text) == sentence(nothing.text) == "没有这个工作簿;请回到导入页重新选择文件"
    assert (workbook.status_code, nothing.status_code) == (404, 404)


async def test_each_form_is_there_blank_and_comes_back_recognised(yunling: County, browser) -> None:
    async with as_(yunling, browser, "lina") as b:
        assert "乡镇全年完成情况" in (await b.get("/figures/templates")).text
        blank = await b.get("/figures/templates/year/blank.xlsx")
        assert blank.status_code == 200
        sent = await upload(b, "随便什么名字.xlsx", blank.content)
        page = await b.get(sent.headers["location"])
    assert "一个数也没有填" in page.text


async def test_a_collector_gets_his_own_columns_only(yunling: County, browser) -> None:
    async with as_(yunling, browser, "linyan") as b:
        blank = load_workbook(BytesIO((await b.get("/figures/templates/half/blank.xlsx")).content)).active
    assert blank is not None
    headers = {str(cell.value) for row in blank.iter_rows(max_row=3) for cell in row if cell.value}
    assert "村级文化场所建设" in headers
    assert "地方财政收入" not in headers
