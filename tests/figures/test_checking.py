"""The scheme's own checks, heard when a workbook is looked at and not only when somebody scores."""

import pytest

from kaocheng.figures import queries, service
from kaocheng.figures.domain import ErrorsRemain
from kaocheng.i18n import speaking
from kaocheng.schemes import service as schemes
from tests.figures.test_import import changed
from tests.yunling import HALF, NOON, TENANTS, YEAR, County

pytestmark = pytest.mark.database
SCHEME = (TENANTS / "yunling" / "scheme.toml").read_text("utf-8")
SHARE = """
[checks.share]
label = "参保率"
figure = "insured"
when = "it > 100"
say = "不会超过100%"
clause = "表.8"
"""


async def adopted(yunling: County, checks: str) -> None:
    async with yunling.session() as session:
        await schemes.adopt(session, SCHEME + checks, by=None, at=NOON, shelf=yunling.shelf)


async def said(yunling: County, content: bytes | None = None, name: str = YEAR) -> list[tuple[str, ...]]:
    """Kind, cell and words of what the checks found."""
    seen = await yunling.preview(name, content=content)
    return [(f.kind, f.cell, f.what, f.remedy) for f in seen.findings if f.code.startswith("check")]


async def test_what_refuses_a_run_blocks_with_its_cell_its_words_and_its_clause(yunling: County) -> None:
    await adopted(yunling, SHARE)
    wrong = changed(YEAR, J7=1.005)

    assert await said(yunling) == []
    ((kind, cell, what, remedy),) = await said(yunling, wrong)

    assert (kind, cell) == ("error", "J7")
    assert what == "不合核对条件“参保率”:不会超过100%(依据 表.8)"
    assert remedy == "请核对改正;不改正不能导入"
    seen = await yunling.preview(YEAR, content=wrong)
    office = await yunling.person("lina")
    with pytest.raises(ErrorsRemain):
        async with yunling.session() as session:
            await service.agree(session, seen.workbook_id or 0, by=office, at=NOON)
    with speaking("en"):
        assert seen.errors[0].what == "does not pass the check “参保率”: 不会超过100% (clause 表.8)"


@pytest.mark.parametrize(
    ("then", "remedy"),
    [("doubt", "请与填报单位核实"), ("void", "请核实;不改正的,计分时作废,按缺数据处理")],
)
async def test_a_doubt_goes_to_the_verifier_with_its_figure(yunling: County, then: str, remedy: str) -> None:
    await adopted(yunling, SHARE + f'then = "{then}"\n')

    stored = await yunling.import_(YEAR, content=changed(YEAR, J7=1.005))

    assert stored.new
    found = await said(yunling, changed(YEAR, J7=1.0025))
    assert found == [("doubt", "J7", "不合核对条件“参保率”:不会超过100%(依据 表.8)", remedy)]
    async with yunling.session() as session:
        doubted = [f for f in await queries.current(session) if any("核对条件" in d for d in f.doubts)]
    assert [(f.indicator.code, str(f.value)) for f in doubted] == [("insured", "100.5")]


async def test_it_is_looked_at_beside_what_was_filed_before(yunling: County) -> None:
    """The half-year's grain, filed earlier, is more than the year's; the new cell is the one to look at."""
    await adopted(yunling, '\n[checks.grain]\nfigure = "grain"\nwhen = "it < grain@half"\n')
    await yunling.import_(HALF)

    assert await said(yunling) == []
    found = await said(yunling, changed(YEAR, G7=1))

    assert [(kind, cell, what) for kind, cell, what, _remedy in found] == [
        ("error", "G7", "不合核对条件“grain”")
    ]


async def test_what_looks_at_other_units_is_a_doubt_because_theirs_may_be_on_the_way(yunling: County) -> None:
    await adopted(yunling, '\n[checks.best]\nfigure = "grain"\nwhen = "it > 3 * group.median(it)"\n')

    ((kind, cell, _what, remedy),) = await said(yunling, changed(YEAR, G7=99999999))

    assert (kind, cell) == ("doubt", "G7")
    assert remedy == "请核对;各单位报齐后仍不符的,不予计算"
