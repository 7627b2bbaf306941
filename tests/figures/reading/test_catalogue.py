"""What a table of indicators supplies to a draft, what it only doubts, and what it cannot change."""

from dataclasses import replace
from decimal import Decimal

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures.reading import Names, Preview, RuleName, read
from tests.figures.reading.county import NAMES, changed

REVENUE = next(rule for rule in NAMES.rules if rule.label == "地方财政收入")
ECONOMY = RuleName(label="经济发展", full=Decimal(30), group="乡镇", paper="township", code="economy")


def placed(rule: RuleName, code: str, *, paper: str = "township", group: str = "乡镇") -> RuleName:
    return replace(rule, group=group, paper=paper, code=code)


def names(*more: RuleName, state: str = "draft", code: str = "revenue") -> Names:
    rules = [placed(rule, code if rule is REVENUE else "other") for rule in NAMES.rules]
    return replace(NAMES, rules=(*rules, *more), categories=(ECONOMY,), state=state)


def told(known: Names, period: str = "", **cells: object) -> Preview:
    def change(sheet: Worksheet) -> None:
        for cell, value in cells.items():
            sheet[cell] = value

    return read(changed("01", change), "01-乡镇指标表.xlsx", known, period=period)


def about(seen: Preview, cell: str) -> list[tuple[str, str]]:
    return [(finding.kind, finding.code) for finding in seen.findings if finding.cell == cell]


def supplies(seen: Preview) -> list[tuple[str, str, str, str]]:
    assert seen.catalogue is not None
    return [
        (".".join(path), value, before, cell) for path, value, before, _label, cell in seen.catalogue.supplies
    ]


FULL = "papers.township.nodes.revenue.full"


def test_points_and_clauses_of_the_table_go_into_a_draft() -> None:
    seen = told(names(), E3="９.5", F3="按完成率计分,上不封顶。", B3="经济发展\n(31.5分)")

    assert ("conversion", "points_supplied") in about(seen, "E3")
    assert about(seen, "F3") == [("conversion", "clause_supplied")]
    assert set(supplies(seen)) == {
        (FULL, "9.5", "8", "Sheet1!E3"),
        ("clauses.表.1", "按完成率计分,上不封顶。", NAMES.clauses["表.1"], "Sheet1!F3"),
        ("papers.township.nodes.economy.full", "31.5", "30", "Sheet1!B3"),
    }


def test_measures_and_collectors_are_only_doubted() -> None:
    seen = told(names(), D3="亿元", G3="县审计局")
    assert about(seen, "D3") == [("doubt", "table_measure")]
    assert about(seen, "G3") == [("doubt", "collector_differs")]
    assert supplies(seen) == []


@pytest.mark.parametrize(
    ("known", "period"),
    [
        (names(state=""), ""),  # nobody says how far the scheme has come
        (names(code=""), ""),  # what it weighs is no points
        (names(placed(REVENUE, "revenue", paper="like")), ""),  # two papers of the class have it
        (names(), "2025"),  # of another year
    ],
)
def test_points_that_cannot_be_placed_are_doubted(known: Names, period: str) -> None:
    seen = told(known, period, E3=9)
    assert about(seen, "E3") == [("doubt", "points_differ")]
    assert supplies(seen) == []


def test_where_two_papers_share_a_name_the_class_in_the_title_decides() -> None:
    other = placed(replace(REVENUE, full=Decimal(3)), "income", paper="department", group="县直部门")
    assert supplies(told(names(other), E3=9, B3="经济发展")) == [(FULL, "9", "8", "Sheet1!E3")]


def test_no_points_at_all_are_never_taken_over() -> None:
    assert about(told(names(), E3=0), "E3") == [("doubt", "points_differ")]


def test_a_frozen_scheme_refuses_points_and_doubts_words() -> None:
    seen = told(names(state="frozen"), E3=9, F3="按完成率计分,上不封顶。", B3="经济发展\n(31分)")
    assert about(seen, "E3") == [("error", "points_frozen")]
    assert ("error", "points_frozen") in about(seen, "B3")
    assert about(seen, "F3") == [("doubt", "clause_changed")]
    assert supplies(seen) == []
