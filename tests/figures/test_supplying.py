"""The table of indicators is the law for points: agreed to, it makes a draft; a frozen scheme it cannot."""

from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures import service
from kaocheng.figures.domain import ConversionsOpen, ErrorsRemain
from kaocheng.figures.previewing import Preview
from kaocheng.identity.domain import NotAllowed
from kaocheng.schemes import queries
from kaocheng.schemes import service as schemes
from kaocheng.schemes.domain import Change, FrozenPoints, SchemeMoved, SchemeVersion, State, difference
from tests.figures.test_pages import as_
from tests.web.conftest import browser
from tests.yunling import NOON, TENANTS, WORKBOOKS, County

__all__ = ["browser"]
pytestmark = pytest.mark.database
CATALOGUE = "01-乡镇指标表.xlsx"
NODES = "papers.township.nodes"


def table(change: Callable[[Worksheet], None]) -> bytes:
    """The county's table of indicators after *change*."""
    book = load_workbook(WORKBOOKS / CATALOGUE)
    change(book.worksheets[0])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def nine_and_five(sheet: Worksheet) -> None:
    sheet["E3"], sheet["E4"] = 9, 5


def a_point_to_society(sheet: Worksheet) -> None:
    sheet["E3"], sheet["E9"] = 7, 5
    sheet["B3"], sheet["B9"] = "经济发展\n(29分)", "社会发展\n(15分)"


def other_words(sheet: Worksheet) -> None:
    sheet["F3"] = "按完成率计分,上不封顶。"


def found(seen: Preview) -> set[tuple[str, str, str]]:
    return {(f.kind, f.code, f.cell) for f in seen.findings}


async def versions(yunling: County) -> tuple[SchemeVersion, ...]:
    async with yunling.session() as session:
        return await queries.versions(session)


async def freeze(yunling: County) -> None:
    async with yunling.session() as session:
        await schemes.freeze(session, by=None, at=NOON)


async def test_the_countys_own_table_changes_nothing_in_the_scheme(yunling: County) -> None:
    seen = await yunling.preview(CATALOGUE)
    assert found(seen) == {("conversion", "text_straightened", "E11"), ("doubt", "table_measure", "D8")}
    await yunling.import_(CATALOGUE)
    assert [version.version for version in await versions(yunling)] == [1]


async def test_other_points_are_told_before_and_make_a_draft_once(yunling: County) -> None:
    content = table(nine_and_five)
    seen = await yunling.preview(CATALOGUE, content=content)
    assert found(seen) >= {("conversion", "points_supplied", "E3"), ("conversion", "points_supplied", "E4")}
    assert not seen.errors
    office = await yunling.person("lina")
    with pytest.raises(ConversionsOpen):
        async with yunling.session() as session:
            await service.agree(session, seen.workbook_id or 0, by=office, at=NOON)
    assert len(await versions(yunling)) == 1

    await yunling.import_(CATALOGUE, content=content)
    again = await yunling.import_(CATALOGUE, content=content)

    second, first = await versions(yunling)
    assert again.again
    assert (second.state, first.state) == (State.DRAFT, State.SUPERSEDED)
    assert difference(first, second) == (
        Change(f"{NODES}.revenue.full", "8", "9"),
        Change(f"{NODES}.investment.full", "6", "5"),
    )
    assert second.reason == f"依《{CATALOGUE}》:地方财政收入分值 8 改为 9、固定资产投资分值 6 改为 5"


async def test_points_moved_between_categories_move_the_categories_too(yunling: County) -> None:
    await yunling.import_(CATALOGUE, content=table(a_point_to_society))
    second, first = await versions(yunling)
    assert {change.path.removeprefix(NODES): change.after for change in difference(first, second)} == {
        ".economy.full": "29",
        ".society.full": "15",
        ".revenue.full": "7",
        ".schooling.full": "5",
    }


@pytest.mark.parametrize(
    ("cells", "at"),
    [
        ({"E3": 9, "B3": "经济发展\n(31分)", "E24": 101}, "B3"),  # the year's total stays the scheme's
        (
            {"E3": 9, "E9": 3, "B3": "经济发展", "B9": "社会发展"},
            "E3",
        ),  # no category says its worth
    ],
)
async def test_points_that_no_longer_close_are_an_error_at_a_cell_and_nothing_is_kept(
    yunling: County, cells: dict[str, object], at: str
) -> None:
    def change(sheet: Worksheet) -> None:
        for cell, value in cells.items():
            sheet[cell] = value

    seen = await yunling.preview(CATALOGUE, content=table(change))

    assert ("error", "points_open", at) in found(seen)
    with pytest.raises(ErrorsRemain, match="方案不能成立"):
        await yunling.import_(CATALOGUE, content=table(change))
    assert len(await versions(yunling)) == 1


async def test_a_frozen_scheme_keeps_its_points_and_says_what_is_needed(yunling: County) -> None:
    await freeze(yunling)
    seen = await yunling.preview(CATALOGUE, content=table(nine_and_five))
    assert {(f.code, f.cell) for f in seen.errors} == {("points_frozen", "E3"), ("points_frozen", "E4")}
    assert "新版并写明理由" in seen.errors[0].remedy
    with pytest.raises(ErrorsRemain):
        await yunling.import_(CATALOGUE, content=table(nine_and_five))
    await yunling.import_(CATALOGUE)
    assert [(v.version, v.state) for v in await versions(yunling)] == [(1, State.FROZEN)]


async def test_what_was_frozen_or_changed_since_the_preview_stays_as_it_is(
    yunling: County,
) -> None:
    content = table(nine_and_five)
    text = (TENANTS / "yunling" / "scheme.toml").read_text("utf-8")
    other = text.replace("full = 8, m", "full = 7, m").replace("full = 6, m", "full = 7, m")
    seen, office = await yunling.preview(CATALOGUE, content=content), await yunling.person("lina")

    async def agree() -> None:
        async with yunling.session() as session:
            id = seen.workbook_id or 0
            await service.agree(session, id, by=office, at=NOON, accept_conversions=True)

    async with yunling.session() as session:
        await schemes.adopt(session, other, by=None, at=NOON, shelf=yunling.shelf)
    with pytest.raises(SchemeMoved, match="当时是“8”,现在是“7”"):
        await agree()
    async with yunling.session() as session:
        await schemes.adopt(session, text, by=None, at=NOON, shelf=yunling.shelf)
    await freeze(yunling)
    with pytest.raises(FrozenPoints):
        await agree()


async def test_only_who_makes_the_rules_may_change_them_by_a_table(yunling: County) -> None:
    with pytest.raises(NotAllowed):
        await yunling.import_(CATALOGUE, by="sunyue", content=table(nine_and_five))
    assert len(await versions(yunling)) == 1


async def test_a_clause_with_other_words_is_shown_beside_the_rules_until_they_are_frozen(
    yunling: County, browser
) -> None:
    await yunling.import_(CATALOGUE, content=table(other_words))
    second, first = await versions(yunling)
    assert [change.path for change in difference(first, second)] == ["clauses.表.1"]
    said = "条文“表.1”在规则与它绑定之后改过"
    async with as_(yunling, browser, "lina") as b:
        assert said in (await b.get("/schemes")).text
    await freeze(yunling)
    async with as_(yunling, browser, "lina") as b:
        assert said not in (await b.get("/schemes")).text


async def test_the_page_lists_what_would_change_and_one_press_changes_it(yunling: County, browser) -> None:
    seen = await yunling.preview(CATALOGUE, content=table(nine_and_five))
    async with as_(yunling, browser, "lina") as b:
        page = await b.get(f"/figures/workbooks/{seen.workbook_id}")
        assert "“地方财政收入”的分值是 9,方案草案为 8,按本表改为 9" in page.text
        await b.post(f"/figures/workbooks/{seen.workbook_id}/agree", {"conversions": "agreed"})
        assert "方案已按本表出一版新草案" in (await b.get(f"/figures/workbooks/{seen.workbook_id}")).text
    assert len(await versions(yunling)) == 2
