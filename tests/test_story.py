"""One year in a real browser: from the office's own workbooks to what the leader and the city read.

The tests run in the order of the year and each begins where the one before left off.
"""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from psycopg import sql

from kaocheng.db import roles

pytestmark = [pytest.mark.browser, pytest.mark.database]

ROOT = Path(__file__).resolve().parents[1]
WORKBOOKS = ROOT / "tenants" / "yunling" / "workbooks"
PICTURES = ROOT / "screenshots"
CHROMIUM = "/usr/bin/chromium"
OFFICE, VERIFIER, LEADER, LIAISON = "lina@yunling", "zhaomin@yunling", "fangyuan@yunling", "chenlei@yunling"
CITY = "zhoulan@qingjiang"


@pytest.fixture(scope="module")
def address(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A served demo of the tenants' folders: scheme and people are there, nothing else yet."""
    urls = roles.prepare(server, database="story", owner_password="o", app_password="a")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": urls.app,
        "KAOCHENG_OWNER_URL": urls.owner,
        "KAOCHENG_DATA": str(tmp_path_factory.mktemp("data")),
        "KAOCHENG_PORT": str(port),
        "KAOCHENG_DEMO": "1",
    }
    kaocheng = Path(sys.executable).with_name("kaocheng")
    subprocess.run([kaocheng, "tenants", "apply", ROOT / "tenants"], env=environment, check=True)
    serving = subprocess.Popen([kaocheng, "serve"], env=environment)
    try:
        yield _answering(f"http://127.0.0.1:{port}")
    finally:
        serving.terminate()
        serving.wait(30)
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier("story")))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser, as people have one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A desktop's page, at the door; anything a page says in the console fails the test."""
    yield from _page(chromium, address, 1280, 900)


@pytest.fixture
def phone(chromium: Browser, address: str) -> Iterator[Page]:
    """A phone's page, 390 px wide."""
    yield from _page(chromium, address, 390, 844)


def test_the_office_imports_its_targets_and_freezes_the_rules(page: Page) -> None:
    _sign_in(page, OFFICE)
    expect(page.locator(".year")).to_contain_text("草案")

    _import(page, "01-乡镇指标表.xlsx")
    _import(page, "02-乡镇目标任务分解表.xlsx")
    page.goto(_at(page, "/schemes"))
    expect(page.get_by_role("row", name="地方财政收入")).to_contain_text("按完成率计分")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="冻结这一版").click()

    expect(page.locator(".said")).to_contain_text("已冻结")
    _picture(page, "schemes")


def test_a_workbook_with_mistakes_is_returned_and_the_right_one_is_stored(page: Page) -> None:
    _sign_in(page, OFFICE)
    _choose(page, "07-乡镇全年完成情况-有错.xlsx")
    expect(page.locator(".blocked")).to_contain_text("改正之前一个数也不会存")
    expect(page.get_by_role("button", name=re.compile("存入"))).to_have_count(0)
    _picture(page, "import-refused")

    for name in (
        "03-乡镇上半年完成情况.xlsx",
        "04-乡镇全年完成情况.xlsx",
        "05-乡镇各方面评价.xlsx",
        "06-乡镇加减分及否决.xlsx",
        "08-部门任务书及完成情况.xlsx",
    ):
        _import(page, name)

    page.goto(_at(page, "/"))
    expect(page.locator(".todo")).to_contain_text("等待核验")
    expect(page.locator(".todo")).to_contain_text("07-乡镇全年完成情况-有错.xlsx 有 10 处错误")
    _picture(page, "office-waiting")


def test_whoever_did_not_file_vouches_for_all_of_it(page: Page) -> None:
    _sign_in(page, VERIFIER)
    page.get_by_role("link", name="打开核验队列").click()
    page.get_by_role("button", name=re.compile("核验筛出的全部")).click()

    expect(page.locator(".said")).to_contain_text("核验")
    expect(page.locator(".empty")).to_contain_text("没有待核验的数")


def test_the_office_scores_explains_and_publishes_to_the_city(page: Page) -> None:
    _sign_in(page, OFFICE)
    for period in ("2026年上半年", "2026年度"):
        page.goto(_at(page, "/scores"))
        row = page.get_by_role("row", name=re.compile(period)).filter(has=page.get_by_role("button"))
        row.get_by_role("button", name="计算").click()
        page.wait_for_url(re.compile("/standings"), timeout=60_000)

    expect(page.locator("tr.line")).to_have_count(1)
    page.locator("tbody td.n a").first.click()
    expect(page.locator(".working")).to_contain_text("考核办法")
    _picture(page, "standings")

    for _period in range(2):
        page.goto(_at(page, "/"))
        page.get_by_role("link", name="去公布").first.click()
        page.get_by_role("link", name=re.compile("公布…|^公布")).last.click()
        page.get_by_role("button", name="公布").click()
        page.wait_for_url(re.compile("/publish$"), timeout=60_000)
    page.goto(_at(page, "/"))
    expect(page.locator(".year")).to_contain_text("清江市")
    _picture(page, "office-done")


def test_the_leader_reads_what_was_published_and_why(page: Page) -> None:
    _sign_in(page, LEADER)
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026年度考核结果")
    page.locator("tbody a").first.click()

    expect(page.get_by_role("link", name="得分单")).to_be_visible()
    _picture(page, "leader-unit")


def test_a_veto_says_what_it_is_about_where_it_was_reported(page: Page) -> None:
    _sign_in(page, LEADER)
    page.get_by_role("link", name="北塬镇").click()

    expect(page.locator(".plain-list")).to_contain_text(
        "否决事项:发生较大生产安全责任事故 · 示例〔2026〕11号"
    )


def test_the_city_compares_its_counties(page: Page) -> None:
    _sign_in(page, CITY)
    for _second in range(30):
        if page.get_by_role("link", name="云岭县").count():
            break
        page.wait_for_timeout(1000)
        page.reload()

    page.get_by_role("link", name="云岭县").first.click()
    expect(page.get_by_role("main")).to_contain_text("云岭县")
    _picture(page, "city")

    page.get_by_role("link", name=re.compile("县直部门")).click()
    page.get_by_role("link", name="县发改局").click()
    expect(page.get_by_role("row", name="编制“十五五”规划纲要")).to_contain_text("15.00")


def test_a_departments_tasks_go_by_their_own_words_in_the_register_and_on_paper(page: Page) -> None:
    _sign_in(page, OFFICE)
    page.goto(_at(page, "/standings?period=2026&group=县直部门&columns=all"))
    expect(page.get_by_role("columnheader", name="工作任务完成第 1 项")).to_be_visible()
    expect(page.get_by_role("row", name="县发改局").locator("a[title*='规划纲要']")).to_have_text("15.00")

    page.goto(_at(page, "/standings/slip?period=2026&unit=development"))
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})  # A4 within its margins
    head = page.get_by_role("columnheader", name="全年").bounding_box()
    clause = page.get_by_role("row", name="民主测评 15").locator(".wrap")
    task = page.get_by_role("rowheader", name="编制“十五五”规划纲要")
    item = page.get_by_role("rowheader", name="工作任务完成")

    assert head is not None
    assert head["height"] < 50, "one line"
    expect(clause).to_contain_text("班子和队伍建设")
    expect(page.get_by_role("row", name="党风廉政 15").locator(".wrap")).to_have_text("同上")
    indents = [float(of.evaluate("e => parseFloat(getComputedStyle(e).paddingLeft)")) for of in (item, task)]
    assert indents[0] < indents[1]
    _fits(page)
    _picture(page, "slip-printed")


def test_a_liaison_sees_his_score_and_his_losses_on_a_phone(phone: Page) -> None:
    _sign_in(phone, LIAISON)
    expect(phone.locator(".big")).to_have_text(re.compile(r"\d+\.\d\d"))
    _picture(phone, "liaison-phone")
    phone.get_by_role("link", name="逐项看得分").click()

    losses = phone.get_by_role("region", name="失分在哪里")
    assert losses.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    _fits(phone)
    for button in phone.locator(".btn:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    # Full marks, both periods and what was lost: the first row's numbers are in sight without scrolling.
    numbers = phone.locator("tr:not(.group) td.n:visible")
    assert [_right(numbers.nth(place)) <= 390 for place in range(4)] == [True] * 4


def test_a_long_name_leaves_the_scores_in_sight(phone: Page) -> None:
    _sign_in(phone, LEADER)
    phone.locator("tbody th a").first.evaluate(
        "a => a.textContent = '高新技术产业开发区管理委员会'.repeat(3)"
    )

    _fits(phone)
    assert _right(phone.locator("tbody tr").first.locator("td.n:visible").nth(1)) <= 390


def test_the_year_can_be_walked_with_a_keyboard_alone(page: Page) -> None:
    _sign_in(page, OFFICE)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    page.goto(_at(page, "/figures"))
    link = page.locator("tbody a").first
    link.focus()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/figures/values"))


def test_what_people_type_is_shown_and_never_run(page: Page) -> None:
    page.goto(_at(page, "/sign-in"))
    page.get_by_label("账号").fill('<img src=x onerror="document.title=1">')
    page.get_by_label("密码").fill("x")
    page.get_by_role("button", name="登录").click()

    expect(page.get_by_label("账号")).to_have_value('<img src=x onerror="document.title=1">')
    assert page.title() != "1"


def _answering(address: str) -> str:
    for _second in range(60):
        with suppress(OSError):
            urllib.request.urlopen(f"{address}/sign-in", timeout=5).close()
            return address
        time.sleep(0.5)
    raise AssertionError("nobody answers")


def _page(chromium: Browser, address: str, width: int, height: int) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": width, "height": height}, base_url=address, is_mobile=width < 500, locale="zh-CN"
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/sign-in")
    yield page
    context.close()
    # A refused form answers 4xx, which a browser mentions by itself.
    assert [text for text in said if "Failed to load resource" not in text] == []


def _at(page: Page, path: str) -> str:
    return re.sub(r"^(https?://[^/]+).*", r"\1", page.url) + path


def _sign_in(page: Page, account: str) -> None:
    page.locator(f'button[value="{account}"]').click()
    page.wait_for_url(re.compile(r"/$"))


def _choose(page: Page, name: str) -> None:
    page.goto(_at(page, "/figures/import"))
    page.set_input_files("input[type=file]", WORKBOOKS / name)
    page.get_by_role("button", name="读取并预览").click()
    page.wait_for_url(re.compile("/figures/workbooks/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def _import(page: Page, name: str) -> None:
    _choose(page, name)
    page.get_by_role("button", name=re.compile("存入")).click()
    expect(page.locator(".said")).to_contain_text("已存入")


def _right(cell: Locator) -> float:
    box = cell.bounding_box()
    assert box is not None
    return box["x"] + box["width"]


def _fits(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def _picture(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"story-{name}.png", full_page=True)
