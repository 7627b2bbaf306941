"""The pages and the JSON of scores, standings and the inbox, asked as a browser and a program would."""

import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, tenant_session
from kaocheng.db import jobs as work
from kaocheng.db.jobs import JobId
from kaocheng.db.roles import Urls
from kaocheng.identity import queries as identity
from kaocheng.identity import service as accounts
from kaocheng.identity.domain import Person
from kaocheng.rollup import jobs
from kaocheng.scoring import service as scoring
from kaocheng.settings import Settings
from kaocheng.standings import jobs as publishing
from kaocheng.standings import keys, queries, service
from tests.scoring import county as given
from tests.web.conftest import Browser, browser

__all__ = ["browser"]
pytestmark = pytest.mark.database
HTMX = {"hx-request": "true"}


@pytest.fixture
def as_(browser, engine: AsyncEngine, tmp_path: Path):
    """``async with as_(tenant, "li") as b``: somebody's browser, signed in."""

    @asynccontextmanager
    async def opened(tenant: TenantId, code: str) -> AsyncIterator[Browser]:
        person = await given.somebody(engine, tenant, code)
        async with tenant_session(engine, tenant) as session:
            caller = await identity.caller(session, person)
        entered = await accounts.enter(engine, caller, datetime.now(UTC))
        async with browser(Settings(data=tmp_path)) as b:
            b.http.cookies.set("kaocheng", entered.token)
            yield b

    return opened


async def scored(engine: AsyncEngine, county: TenantId, *, corrected: bool = False) -> Mapping[str, Person]:
    staff = await given.found(engine, county)
    await given.file_year(engine, county, staff, bonus={"south": "1"})
    async with tenant_session(engine, county) as session:
        await scoring.run(session, "2026", by=staff["li"], at=given.NOON)
    if corrected:
        await given.file_year(engine, county, staff, {"west": (90, 90, 100, 100)}, revision=2)
        async with tenant_session(engine, county) as session:
            await scoring.run(session, "2026", by=staff["li"], at=given.NOON)
    return staff


async def published(engine: AsyncEngine, county: TenantId, data: Path, *readers: str) -> None:
    office = await given.somebody(engine, county, "li")
    async with tenant_session(engine, county) as session:
        await service.publish(session, 1, readers, by=office, at=given.NOON, data=data)


async def worked_off(engine: AsyncEngine, tenant: TenantId, id: int) -> None:
    """Do what the worker does with a job that publishes."""
    await publishing.publish(engine, tenant=tenant, job=id)


async def test_before_anything_is_scored_each_page_says_what_to_do_next(
    as_, engine: AsyncEngine, county: TenantId
) -> None:
    await given.found(engine, county)
    async with as_(county, "li") as b:
        for path, said in (
            ("/standings", "去计算得分"),
            ("/publish", "还没有可公布的得分表"),
            ("/scores", "还没有核验过的数"),
            ("/inbox", "还没有下级"),
        ):
            page = await b.get(path, follow_redirects=True)
            assert page.status_code == 200, path
            assert said in page.text, path
            assert '<a href="/inbox"' not in page.text, "nobody reports to a county"
    async with as_(county, "chen") as b:
        assert "还没有公布的名次" in (await b.get("/standings")).text


async def test_the_register_says_what_the_checks_doubt(
    as_, engine: AsyncEngine, county: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = '[checks.low]\nfigure = "revenue"\nwhen = "it < 96"\nthen = "doubt"\nsay = "偏低"\n'
    monkeypatch.setattr(given, "SCHEME", given.SCHEME + check)
    await scored(engine, county)
    async with as_(county, "li") as b:
        page = await b.get("/standings?period=2026")
    assert re.search(r'<p class="warned">“[^<]*西镇[^<]*:偏低</p>', page.text)
    assert "东镇”2026" not in page.text


async def test_the_register_shows_ranks_the_line_and_the_working(
    as_, engine: AsyncEngine, county: TenantId
) -> None:
    await scored(engine, county)
    async with as_(county, "li") as b:
        page = await b.get("/standings?period=2026")
        part = await b.get("/standings/working?period=2026&unit=west&column=2026/revenue", headers=HTMX)
        whole = await b.get("/standings/working?period=2026&unit=west&column=2026/revenue")
        sorted_ = await b.get("/standings?period=2026&sort=-unit&columns=all")
        absent = await b.get("/standings?period=2026&sort=nonsense")
    assert page.status_code == 200
    assert "未公布 · 第1次计算" in page.text
    assert "线上末位 东镇 97.40,线下首位 西镇 94.00,差 3.40" in page.text
    assert 'class="line"' in page.text
    assert part.status_code == whole.status_code == sorted_.status_code == 200
    assert "<html" not in part.text
    assert "<html" in whole.text
    for said in ("得分=50×实际值÷目标值", "wang某", "zhao某", "47.50", "网页填写"):
        assert said in part.text
    assert absent.status_code == 400


async def test_a_units_page_and_slip_say_where_the_points_went(
    as_, engine: AsyncEngine, county: TenantId
) -> None:
    await scored(engine, county)
    async with as_(county, "li") as b:
        page = await b.get("/standings/unit?period=2026&unit=north")
        slip = await b.get("/standings/slip?period=2026&unit=北镇")
        nobody = await b.get("/standings/unit?period=2026&unit=nobody")
    assert page.status_code == slip.status_code == 200
    # 20 % of the half-year's 50 and 80 % of the year's 45: 10 + 36 points of the total
    assert "满分 100,得 54.00,各项失分减得分合计 46: 未达目标 <b>46</b></p>" in page.text
    assert "第 4 名" in page.text
    assert "较差" in slip.text
    assert "未公布,仅供核对" in slip.text
    assert nobody.status_code == 404


async def test_the_lines_of_what_was_lost_and_gained_add_up_to_full_marks_minus_the_total(
    as_, engine: AsyncEngine, county: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = 'over = { each = "1%", add = "0.5", most = "5", steps = "whole" }'
    over = given.SCHEME.replace('method = "completion"', f'method = "completion", {extra}')
    monkeypatch.setattr(given, "SCHEME", over)
    monkeypatch.setitem(given.VALUES, "east", (100, 90, 104, 96))
    await scored(engine, county)
    gained = 0
    async with as_(county, "li") as b:
        for unit in given.UNITS:
            page = (await b.get(f"/standings/unit?period=2026&unit={unit}")).text
            table = page[page.index("<h2>失分在哪里") :]
            *lines, foot = re.findall(r'</th><td class="n">(得 )?([\d.]+)</td>', table)
            assert sum(Fraction(n) * (-1 if gain else 1) for gain, n in lines) == Fraction(foot[1])
            gained += sum(1 for gain, _n in lines if gain)
            assert re.findall("超出 [0-9.]+", page) == (["超出 2.00"] if unit == "east" else []), (
                unit,
                lines,
            )
            assert ">-" not in page
    assert gained


async def test_the_working_of_a_sum_leads_to_that_of_each_part(
    as_, engine: AsyncEngine, county: TenantId
) -> None:
    await scored(engine, county)
    async with as_(county, "li") as b:
        whole = await b.get("/standings/working?period=2026&unit=north")
        links = re.findall(r'href="(/standings/working\?[^"]+)"', whole.text)
        parts = [await b.get(html.unescape(link)) for link in links]
    assert len(parts) >= 2
    assert {part.status_code for part in parts} == {200}


async def test_every_table_exports_with_typed_cells(as_, engine: AsyncEngine, county: TenantId) -> None:
    await scored(engine, county)
    async with as_(county, "li") as b:
        answer = await b.get("/standings/standings.xlsx?period=2026")
        unit = await b.get("/standings/unit?period=2026&unit=north&as=excel")
    items = load_workbook(BytesIO(unit.content)).worksheets[0]
    assert [cell.value for cell in items[3]][:4] == ["财政收入", 50, 25, 30]
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    head = [cell.value for cell in sheet[1]]
    first = {name: cell.value for name, cell in zip(head, sheet[2], strict=True)}
    assert (first["名次"], first["单位"], first["得分"], first["等次"]) == (1, "东镇", 97.4, "优秀")


async def test_a_liaison_reads_his_own_unit_without_rank_and_no_other(
    as_, engine: AsyncEngine, county: TenantId
) -> None:
    await scored(engine, county)
    async with as_(county, "dong") as b:
        own = await b.get("/standings/unit?period=2026&unit=east")
        other = await b.get("/standings/unit?period=2026&unit=west")
        absent = await b.get("/standings/unit?period=2026&unit=nobody")
        working = await b.get("/standings/working?period=2026&unit=east", headers=HTMX)
        export = await b.get("/standings/standings.xlsx?period=2026")
    assert own.status_code == 200
    assert "97.40" in own.text
    assert "第 1 名" not in own.text
    assert "本类平均" not in own.text.replace("“本类平均”", "")
    assert working.status_code == 200
    assert "等次的理由" not in working.text
    assert other.status_code == absent.status_code == export.status_code == 404


async def test_two_runs_side_by_side(as_, engine: AsyncEngine, county: TenantId) -> None:
    await scored(engine, county, corrected=True)
    async with as_(county, "li") as b:
        page = await b.get("/standings/compare?before=1&after=2", follow_redirects=True)
        book = await b.get("/standings/compare/comparison.xlsx?before=1&after=2")
        standings = await b.get("/standings?period=2026")
        absent = await b.get("/standings/compare?before=1&after=99", follow_redirects=True)
    assert page.status_code == book.status_code == 200
    assert "新列入 西镇" in page.text
    assert "不再列入 东镇" in page.text
    assert "与上次相比 2 个单位变动" in standings.text
    assert absent.status_code == 404
    async with as_(county, "chen") as b:
        refused = await b.get("/standings/compare?before=1&after=2", follow_redirects=True)
    assert refused.status_code == 403


async def test_the_office_publishes_and_the_leader_reads(
    as_, engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await given.city_above(engine, urls.owner, county)
    await scored(engine, county)
    async with as_(county, "li") as b:
        assert "清江市" in (await b.get("/publish?sheet=1", follow_redirects=True)).text
        answer = await b.post("/publish", {"sheet": "1", "reader": "city"})
        twice = await b.post("/publish", {"sheet": "1", "reader": "city"})
        assert answer.headers["location"] == twice.headers["location"] == "/jobs/1"
        assert "公布2026年度第1次计算的结果" in (await b.get("/")).text  # the way back for whoever left
        monkeypatch.setenv("KAOCHENG_DATA", str(tmp_path))
        await worked_off(engine, county, 1)
        done = await b.get("/jobs/1/progress", headers=HTMX)
        assert done.headers["hx-redirect"] == "/publish"
        page = await b.get("/publish", follow_redirects=True)
        assert "待送达" in page.text
        assert "清江市" in page.text
        bundle = await b.get("/publish/1/bundle")
        refused = await b.post("/publish", {"sheet": "1", "reader": "neighbour"})
    assert bundle.status_code == 200
    assert refused.status_code == 404
    async with as_(county, "chen") as b:
        assert "东镇" in (await b.get("/standings?period=2026")).text
        home = (await b.get("/?role=leader")).text
        assert "总分的位置" in home  # the register itself, each total a dot on the scale
        assert '<span class="tag ok">优秀</span>' in home
        assert (await b.get("/publish", follow_redirects=True)).status_code == 403


async def test_a_sheet_whose_figures_have_changed_is_said_to_be_stale_before_it_is_published(
    as_, engine: AsyncEngine, county: TenantId
) -> None:
    staff = await scored(engine, county)
    changed = "数据或规则变了"
    async with as_(county, "li") as b:
        assert changed not in (await b.get("/")).text + (await b.get("/publish?sheet=1")).text
        await given.file_year(engine, county, staff, {"west": (90, 90, 100, 100)}, revision=2)
        home = (await b.get("/")).text
        assert f"第1次计算之后,{changed}" in home
        assert "去公布" not in home
        assert changed in (await b.get("/publish?sheet=1")).text
        async with tenant_session(engine, county) as session:
            await scoring.run(session, "2026", by=staff["li"], at=given.NOON)
        assert changed not in (await b.get("/")).text + (await b.get("/publish?sheet=2")).text
        assert changed in (await b.get("/publish?sheet=1")).text


async def test_a_publication_that_cannot_be_made_says_so_to_whoever_comes_back(
    as_, engine: AsyncEngine, county: TenantId, tmp_path: Path
) -> None:
    await scored(engine, county, corrected=True)
    async with as_(county, "li") as b:
        older = await b.post("/publish", {"sheet": "1"})
        assert older.headers["location"] == "/jobs/1"
        office = await given.somebody(engine, county, "li")
        async with tenant_session(engine, county) as session:
            await service.publish(session, 2, by=office, at=given.NOON, data=tmp_path)
        await worked_off(engine, county, 1)
        failed = (await b.get("/jobs/1")).text
        assert "不能再公布更早的第1次" in failed
        assert "回到公布" in failed  # nobody is left at a page without a way on
        assert "没有完成" in (await b.get("/")).text
    async with tenant_session(engine, county) as session:
        assert (await work.job(session, JobId(1))).state is work.State.FAILED


async def test_the_citys_inbox_receives_compares_and_opens(
    as_, engine: AsyncEngine, county: TenantId, urls: Urls, tmp_path: Path
) -> None:
    city = await given.city_above(engine, urls.owner, county)
    await scored(engine, county)
    await published(engine, county, tmp_path, "city")
    async with tenant_session(engine, county) as session:
        content = await queries.bundle(session, 1)
    keys.introduce(tmp_path, "city", "county")
    changed = content.replace(b"97.4", b"98.4", 1)
    async with as_(city, "sun") as b:
        refused = await b.post("/inbox", files={"bundle": ("a.kcb", changed)}, follow_redirects=True)
        assert "内容被改动" in refused.text
        assert "未接受" in refused.text
        kept = await b.post("/inbox", files={"bundle": ("a.kcb", content)}, follow_redirects=True)
        assert kept.status_code == 200
        assert "签名有效,重算一致" in kept.text
        page = await b.get("/inbox?period=2026", follow_redirects=True)
        assert '<a href="/inbox" aria-current="page">' in page.text
        assert "云岭县" in page.text
        path = str(kept.url.path)
        cell = await b.get(f"{path}?unit=west&column=2026/revenue")
        unit = await b.get(f"{path}/unit?unit=east")
        total = await b.get(f"{path}/unit?unit=west&column=total")
        book = await b.get("/inbox/comparison.xlsx?period=2026")
        original = await b.get(f"{path}/bundle")
        absent = await b.get("/inbox/99")
    assert cell.status_code == unit.status_code == book.status_code == 200
    assert 'class="reach"' in page.text  # from the lowest to the highest, drawn
    assert 'hx-get="' in kept.text
    assert 'hx-select="#working"' in kept.text
    assert "47.50" in cell.text
    for told in ("失分在哪里", "前一名 东镇 97.40,差 3.4", "各部分怎么来的"):
        assert told in total.text
    assert "总分" in cell.text.partition("再增加")[2]
    assert "某" not in cell.text.replace("sun某", "")  # the people stay with the county
    assert original.content == content
    assert absent.status_code == 404
    received = await jobs.deliver(engine, tmp_path, tenant=county, outbox=1)
    assert received.again


async def test_programs_read_standings_scores_and_workings(
    as_, engine: AsyncEngine, county: TenantId, tmp_path: Path
) -> None:
    await scored(engine, county)
    await published(engine, county, tmp_path)
    async with as_(county, "chen") as b:
        standings = (await b.get("/api/v1/standings/2026")).json()
        scores = (await b.get("/api/v1/scores/2026/西镇")).json()
        working = (await b.get("/api/v1/explanations/2026/west?node=2026/revenue")).json()
        absent = await b.get("/api/v1/standings/2031")
        strange = await b.get("/api/v1/explanations/2026/west?node=nothing")
        document = (await b.get("/api/v1/openapi.json")).json()
    places = standings["classes"][0]["places"]
    assert [(p["label"], p["score"], p["rank"], p["grade"]) for p in places][:2] == [
        ("东镇", "97.40", 1, "优秀"),
        ("西镇", "94.00", 2, "良好"),
    ]
    assert {s["key"]: s["points"] for s in scores["scores"]}["2026/revenue"] == "47.50"
    assert working["points"] == "47.50"
    assert {i["filed_by"] for i in working["inputs"]} == {"wang某"}
    assert absent.status_code == strange.status_code == 404
    assert absent.headers["content-type"].startswith("application/problem+json")
    assert absent.json()["code"] == "not_published"
    assert "/api/v1/standings/{period}" in document["paths"]


async def test_the_office_starts_a_run_as_a_job(as_, engine: AsyncEngine, county: TenantId) -> None:
    await scored(engine, county)
    async with as_(county, "li") as b:
        begun = await b.post("/scores/run", {"period": "2026"})
        assert begun.status_code == 303
        assert begun.headers["location"].startswith("/jobs/")
        assert (await b.get(begun.headers["location"])).status_code == 200
        unknown = await b.post("/scores/run", {"period": "2026Q3"})
        runs = await b.get("/scores")
        api = await b.get("/api/v1/runs")
    assert unknown.status_code == 409
    assert "与数据一致" in runs.text
    assert [run["number"] for run in api.json()] == [1]
