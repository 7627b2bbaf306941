"""What the pack declares agrees with its templates and its README."""

import re
import tomllib
from pathlib import Path

import pytest

from kaocheng.packs import Edition
from kaocheng.testing import check_pack
from kaocheng_target_responsibility import indicator_pack
from kaocheng_target_responsibility.indicators import TOWNSHIP

README = Path(__file__).parents[1] / "README.md"
EDITIONS = indicator_pack().editions


def test_the_readme_lists_the_indicators_of_the_newest_edition() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", README.read_text("utf-8"), re.M)

    assert rows[1:] == [(i.label, i.measure, i.method, i.clause) for i in TOWNSHIP]


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.year)
def test_the_template_reports_exactly_the_editions_indicators(edition: Edition) -> None:
    figures = tomllib.loads(edition.templates[0].text)["figures"]

    assert {code: (f["label"], f["unit"], tuple(f.get("parts", ()))) for code, f in figures.items()} == {
        i.code: (i.label, i.measure, i.parts) for i in edition.indicators
    }


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.year)
def test_each_indicator_is_scored_as_declared_in_the_papers(edition: Edition) -> None:
    papers = tomllib.loads(edition.templates[0].text)["papers"]
    nodes = {code: node for paper in papers.values() for code, node in paper["nodes"].items()}
    measured = {node["x"]: node for node in nodes.values() if "x" in node}

    for indicator in edition.indicators:
        node = nodes.get(indicator.code) or measured[indicator.code]
        assert node.get("method") == indicator.method
        assert node.get("clause", "二.4") == indicator.clause
        assert node.get("direction", "up") == ("down" if indicator.code == "crime" else "up")


def test_the_editions_follow_one_another() -> None:
    assert [edition.year for edition in EDITIONS] == ["2025", "2026"]
    assert all(edition.since.year == int(edition.year) for edition in EDITIONS)


def test_what_the_pack_declares_holds_together_and_its_templates_can_be_adopted() -> None:
    check_pack(indicator_pack())
