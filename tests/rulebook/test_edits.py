"""One value is put into a scheme's text, and nothing else of it moves."""

import tomllib

import pytest

from kaocheng.rulebook.edits import Unplaced, put
from tests.yunling import TENANTS

NODES = ("papers", "town", "nodes")
FULL = (*NODES, "revenue", "full")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "[papers.town.nodes]\nrevenue = { in = 't', full = 8, method = 'completion' } # 8分\n",
            "[papers.town.nodes]\nrevenue = { in = 't', full = 9, method = 'completion' } # 8分\n",
        ),
        ("[papers.town.nodes]\nrevenue.in = 't'\nrevenue.full = 8\n", None),
        ("[papers.town.nodes.revenue]\nin = 't'\nfull = \"8\"\n", None),
        (
            "[papers.town.nodes]\nrevenue = { x = 'full = 8', over = { full = 8 }, full = 8 }\n",
            "[papers.town.nodes]\nrevenue = { x = 'full = 8', over = { full = 8 }, full = 9 }\n",
        ),
        (
            "[papers.town.nodes]\nrevenue = { bands = [\n  { from = 1 },\n], full = 8 }\n",
            "[papers.town.nodes]\nrevenue = { bands = [\n  { from = 1 },\n], full = 9 }\n",
        ),
        ("papers.town.nodes.revenue = { full = 8 }\n", "papers.town.nodes.revenue = { full = 9 }\n"),
        (
            "[papers.town.nodes]\nrevenue = { method = 'given' }\n",
            "[papers.town.nodes]\nrevenue = { full = 9, method = 'given' }\n",
        ),
        (
            "[papers.town.nodes.revenue]\nmethod = 'given'",
            "[papers.town.nodes.revenue]\nfull = 9\nmethod = 'given'",
        ),
        (
            "[papers.town.nodes]\nrevenue.in = 't'\n",
            "[papers.town.nodes]\nrevenue.in = 't'\nrevenue.full = 9\n",
        ),
        (
            "[papers.town]\nclass = '乡镇'",
            "[papers.town]\nclass = '乡镇'\n\n[papers.town.nodes.revenue]\nfull = 9\n",
        ),
        (
            "[papers.town.nodes.revenue.over]\neach = 1\n",
            "[papers.town.nodes.revenue.over]\neach = 1\n\n[papers.town.nodes.revenue]\nfull = 9\n",
        ),
    ],
)
def test_points_are_put_where_the_text_says_them_or_over_what_it_inherits(
    before: str, after: str | None
) -> None:
    wanted = after or before.replace("full = 8", "full = 9").replace('full = "8"', "full = 9")

    assert put(before, FULL, 9) == wanted


def test_every_leaf_and_clause_of_the_county_takes_a_new_value_alone() -> None:
    text = (TENANTS / "yunling" / "scheme.toml").read_text("utf-8")
    scheme = tomllib.loads(text)
    for code, node in scheme["papers"]["township"]["nodes"].items():
        if "full" in node:
            node["full"] = "7.25"
            text = put(text, ("papers", "township", "nodes", code, "full"), "7.25")
    for clause in scheme["clauses"]:
        scheme["clauses"][clause] = f'条文“{clause}”,写作"\\{clause}"'
        text = put(text, ("clauses", clause), scheme["clauses"][clause])

    assert tomllib.loads(text) == scheme


def test_a_clause_of_the_template_is_said_anew_in_the_schemes_own_section() -> None:
    assert put('[clauses]\n"1" = "甲"\n', ("clauses", "表.3"), "丙") == (
        '[clauses]\n"表.3" = "丙"\n"1" = "甲"\n'
    )
    assert put("[scheme]\nyear = 2026\n", ("clauses", "表.3"), "丙") == (
        '[scheme]\nyear = 2026\n\n[clauses]\n"表.3" = "丙"\n'
    )


def test_a_text_with_no_place_for_the_value_is_left_alone() -> None:
    with pytest.raises(Unplaced, match=r"papers\.town\.nodes\.revenue\.full"):
        put("[papers]\ntown = { class = '乡镇' }\n", FULL, 9)
