"""The data pack agrees with its template and its README, and brings nothing that could run."""

import re
import tomllib
from pathlib import Path

from kaocheng.packs import data_pack
from kaocheng.testing import check_pack

FOLDER = Path(__file__).parents[1]
PACK = data_pack.read(FOLDER / "src" / "kaocheng_performance_management")
EDITION = PACK.editions[0]


def test_the_readme_lists_the_indicators() -> None:
    rows = re.findall(
        r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", (FOLDER / "README.md").read_text("utf-8"), re.M
    )

    assert rows[1:] == [(i.label, i.measure, i.method, i.clause) for i in EDITION.indicators]


def test_the_template_reports_exactly_the_indicators_declared() -> None:
    figures = tomllib.loads(EDITION.templates[0].text)["figures"]

    assert {code: (f["label"], f["unit"]) for code, f in figures.items()} == {
        i.code: (i.label, i.measure) for i in EDITION.indicators
    }


def test_each_rule_of_the_template_cites_a_clause_of_the_edition() -> None:
    papers = tomllib.loads(EDITION.templates[0].text)["papers"]
    cited = {node["clause"] for paper in papers.values() for node in paper["nodes"].values()}

    assert cited <= set(EDITION.clauses)


def test_what_the_pack_declares_holds_together_and_its_template_can_be_adopted() -> None:
    check_pack(PACK)
