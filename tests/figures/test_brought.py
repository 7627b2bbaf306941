"""Values by the column: what is kept is what comes back, and what the database makes of it is the same."""

from datetime import date
from decimal import Decimal

import pytest
from asyncpg import UniqueViolationError

from kaocheng.figures import queries, storing
from kaocheng.figures.brought import Brought
from kaocheng.figures.domain import Key, Kind, NewValue, Value
from tests.yunling import NOON, County

AWKWARD = '一"二\\三{四},五\n六\tNULL ’'
DOUBT = {"code": "falls", "facts": {"value": '3 "个"', "last": "4\\5"}}


def values(unit: int, indicator: int) -> list[NewValue]:
    def one(series: str, value: Value, **more: object) -> NewValue:
        return NewValue(Key("2026", unit, indicator, series), value, **more)  # type: ignore[arg-type]

    return [
        one("a", Value(Kind.DECIMAL, Decimal("-0.50")), cell="表 1!C4"),
        one("b", Value(Kind.DATE, day=date(2026, 9, 30)), cell=f"{AWKWARD[:9]}!C5", doubts=(DOUBT,)),
        one("c", Value(Kind.WORD, word=AWKWARD)),
        one("d", Value(Kind.WORD, word="NULL")),
        one("e", Value(Kind.NOT_APPLICABLE)),
    ]


@pytest.mark.parametrize("many", [0, 1, 2, 5])
def test_what_is_kept_is_what_comes_back(many: int) -> None:
    given = values(1, 2)[:many]
    assert list(Brought.from_json(Brought.of(given).as_json())) == given
    assert len(Brought.of(given)) == many


@pytest.mark.database
async def test_the_database_stores_each_kind_as_it_was_meant(yunling: County) -> None:
    office, key = await yunling.person("lina"), await yunling.key("城关镇", "forest")
    given = values(key.unit_id, key.indicator_id)
    async with yunling.session() as session:
        filing = await storing.store(session, Brought.of(given), ["2026"], by=office.id, at=NOON)
        stored = {figure.key: figure for figure in await queries.current(session)}
    assert filing.counts == storing.Counts(new=5, changed=0, withdrawn=0, unchanged=0, doubts=1)
    assert [(v.value, v.cell) for v in given] == [(stored[v.key].value, stored[v.key].cell) for v in given]
    assert [bool(stored[v.key].doubts) for v in given] == [False, True, False, False, False]


@pytest.mark.database
async def test_a_filing_has_no_two_values_for_one_figure(yunling: County) -> None:
    office, key = await yunling.person("lina"), await yunling.key("城关镇", "forest")
    twice = [NewValue(key, Value(Kind.DECIMAL, Decimal(n))) for n in (1, 2)]
    with pytest.raises(UniqueViolationError, match="figure_pkey"):
        async with yunling.session() as session:
            await storing.store(session, Brought.of(twice), ["2026"], by=office.id, at=NOON)
    async with yunling.session() as session:
        assert await queries.current(session) == ()


@pytest.mark.database
async def test_numbers_of_filings_have_no_gap_where_nothing_changed(yunling: County) -> None:
    office, key = await yunling.person("lina"), await yunling.key("城关镇", "forest")
    numbers = []
    for value in ("1", "1.0", "2"):
        async with yunling.session() as session:
            brought = Brought.of([NewValue(key, Value(Kind.DECIMAL, Decimal(value)))])
            filing = await storing.store(session, brought, ["2026"], by=office.id, at=NOON)
            numbers.append(filing.number)
    assert numbers == [1, None, 2]
