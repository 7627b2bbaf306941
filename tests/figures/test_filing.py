"""Values typed into a form: the same grammar as a workbook's, by whoever reports them, all or none."""

from decimal import Decimal

import pytest

from kaocheng.figures import expected, queries, service
from kaocheng.figures.domain import Key, Kind, NoSuchFigure, NotFiled, NotYoursToFile, Outcome, Stored
from kaocheng.figures.expected import Scope
from kaocheng.figures.remit import remit
from kaocheng.figures.service import Typed
from kaocheng.identity.domain import NotAllowed
from tests.yunling import HALF, NOON, TARGETS, YEAR, County

pytestmark = pytest.mark.database


async def file(yunling: County, by: str, *typed: tuple[Key, str]) -> Stored:
    person = await yunling.person(by)
    async with yunling.session() as session:
        return await service.file(
            session, [Typed(*key, written) for key, written in typed], by=person, at=NOON
        )


async def value(yunling: County, key: Key) -> str:
    async with yunling.session() as session:
        return str((await queries.history(session, key))[0].value)


async def test_a_liaison_types_a_figure_of_his_unit_as_people_write_numbers(yunling: County) -> None:
    forest, waste = await yunling.key("永丰镇", "forest"), await yunling.key("永丰镇", "waste")
    stored = await file(yunling, "chenxia", (forest, "１，２３４．５"), (waste, "98.50%"))
    assert stored.new == 2
    assert (await value(yunling, forest), await value(yunling, waste)) == ("1234.5", "98.5")


async def test_a_slash_is_not_applicable_and_zero_is_zero(yunling: County) -> None:
    petitions, deaths = await yunling.key("永丰镇", "petitions"), await yunling.key("永丰镇", "deaths")
    await file(yunling, "chenxia", (petitions, "／"), (deaths, "0"))
    async with yunling.session() as session:
        kinds = [(await queries.history(session, key))[0].value.kind for key in (petitions, deaths)]
    assert kinds == [Kind.NOT_APPLICABLE, Kind.DECIMAL]


@pytest.mark.parametrize("written", ["约80", "12万", "1e999", "nan", "95%", "1,2,3", "-", ""])
async def test_what_could_mean_two_things_is_refused_and_nothing_is_kept(
    yunling: County, written: str
) -> None:
    forest, waste = await yunling.key("永丰镇", "forest"), await yunling.key("永丰镇", "waste")
    with pytest.raises(NotFiled) as refused:
        await file(yunling, "chenxia", (waste, "90"), (forest, written))
    assert list(refused.value.mistakes) == [forest]
    async with yunling.session() as session:
        assert await queries.current(session) == ()


async def test_a_liaison_files_for_no_other_unit(yunling: County) -> None:
    with pytest.raises(NotYoursToFile, match="城关镇的“造林面积”由县林业局填报"):
        await file(yunling, "chenxia", (await yunling.key("城关镇", "forest"), "1"))


@pytest.mark.parametrize(
    ("indicator", "series"), [("leaders", ""), ("health", ""), ("leadership", "excellent")]
)
async def test_whoever_is_rated_does_not_rate_himself(yunling: County, indicator: str, series: str) -> None:
    own = await yunling.key("永丰镇", indicator, series=series)
    with pytest.raises(NotYoursToFile, match="永丰镇"):
        await file(yunling, "chenxia", (own, "90"))
    async with yunling.session() as session:
        asked = await expected.debts(session, ["2026"], await remit(session, await yunling.person("chenxia")))
    assert asked
    assert indicator not in {debt.expectation.indicator.code for debt in asked}
    assert (await file(yunling, "lina", (own, "90"))).new == 1


async def test_a_collector_files_his_indicator_for_any_unit_and_no_other_indicator(yunling: County) -> None:
    assert (await file(yunling, "songtao", (await yunling.key("城关镇", "forest"), "1200"))).new == 1
    with pytest.raises(NotYoursToFile):
        await file(yunling, "songtao", (await yunling.key("城关镇", "waste"), "90"))


async def test_a_verifier_and_a_leader_file_nothing(yunling: County) -> None:
    key = await yunling.key("城关镇", "forest")
    for code in ("zhaomin", "fangyuan"):
        with pytest.raises(NotAllowed):
            await file(yunling, code, (key, "1"))


async def test_what_is_not_there_cannot_be_filed(yunling: County) -> None:
    key = await yunling.key("城关镇", "forest")
    for absent in (key._replace(unit_id=999), key._replace(indicator_id=999)):
        with pytest.raises(NoSuchFigure):
            await file(yunling, "lina", (absent, "1"))


async def test_a_typed_count_that_falls_is_doubted_like_one_in_a_file(yunling: County) -> None:
    await yunling.import_(HALF)
    key = await yunling.key("永丰镇", "forest")
    await file(yunling, "chenxia", (key, "300"))
    async with yunling.session() as session:
        figure = (await queries.history(session, key))[0]
    assert figure.doubts == ("累计数 300 比上一期的 387.7 还小",)
    assert figure.source == "网页填写"


async def test_the_same_value_again_makes_no_revision(yunling: County) -> None:
    key = await yunling.key("永丰镇", "forest")
    await file(yunling, "chenxia", (key, "812.5"))
    assert (await file(yunling, "chenxia", (key, "812.50"))).written == 0
    assert (await file(yunling, "chenxia", (key, "812.51"))).changed == 1


async def test_everything_is_missing_before_anything_is_filed_and_nothing_after(yunling: County) -> None:
    async with yunling.session() as session:
        before = await expected.progress(session, "2026H1")
    await yunling.import_(HALF)
    async with yunling.session() as session:
        after = await expected.progress(session, "2026H1")
    assert sum(row.missing for row in before) == 16 * 29  # 21 items, of which four have parts
    assert [(row.missing, row.waiting) for row in after] == [(0, row.expected) for row in before]


async def test_each_collector_owes_its_own(yunling: County) -> None:
    async with yunling.session() as session:
        rows = {row.label: row.expected for row in await expected.progress(session, "2026H1")}
        owed = await expected.debts(session, ["2026H1"], Scope(collectors=frozenset({"县文旅局"})))
    assert (rows["县文旅局"], len(owed)) == (48, 48)
    assert {debt.expectation.series_label for debt in owed} == {"建成投用", "在建", "未开工"}


async def test_a_unit_sees_target_and_last_value_beside_what_it_owes(yunling: County) -> None:
    await yunling.import_(TARGETS)
    await yunling.import_(HALF)
    unit = (await yunling.key("永丰镇", "forest")).unit_id
    async with yunling.session() as session:
        owed = await expected.debts(session, ["2026"], Scope(units=frozenset({unit})))
    forest = next(debt for debt in owed if debt.expectation.indicator.code == "forest")
    assert (str(forest.target), str(forest.earlier)) == ("900", "387.7")
    assert {debt.expectation.unit_label for debt in owed} == {"永丰镇"}


async def test_targets_are_the_offices_to_set_and_to_correct(yunling: County) -> None:
    await yunling.import_(TARGETS)
    async with yunling.session() as session:
        rows = {row.label: row.filed for row in await expected.progress(session, "2026")}
        unit = (await yunling.key("永丰镇", "forest")).unit_id
        target = (await yunling.indicator("forest", "target", "target")).id
    assert rows[""] == 16 * 11
    for code in ("songtao", "chenxia"):
        with pytest.raises(NotYoursToFile, match="由考核办填报"):
            await file(yunling, code, (Key("2026", unit, target), "1"))
    assert (await file(yunling, "lina", (Key("2026", unit, target), "950"))).changed == 1


async def test_departments_owe_what_their_own_paper_asks(yunling: County) -> None:
    async with yunling.session() as session:
        rows = {row.label: row.expected for row in await expected.progress(session, "2026", by_unit=True)}
    assert rows["县财政局"] == 6  # five kinds of vote, one count of cases; tasks are as many as there are
    assert rows["城关镇"] == 29 + 4 + 11  # figures, four evaluations, eleven targets


async def test_a_file_without_a_figure_of_the_year_leaves_it_owed(yunling: County) -> None:
    await yunling.import_(YEAR)
    async with yunling.session() as session:
        figures = await queries.current(session, ["2026"])
        rows = await expected.progress(session, "2026", by_unit=True)
    assert {f.outcome for f in figures} == {Outcome.FILED}
    assert sum(row.filed for row in rows) == len(figures) == 16 * 29
    assert all(isinstance(f.value.decimal, Decimal) or f.value.kind is Kind.NOT_APPLICABLE for f in figures)
