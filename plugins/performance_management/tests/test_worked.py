"""Two streets, worked with pencil and paper; the engine must find the same."""

import pytest

from kaocheng.engine import score
from kaocheng.engine.inputs import Figure, Inputs, Target, Unit
from kaocheng.engine.sheet import PaperSheet
from kaocheng.packs.check import taking
from kaocheng.packs.shelf import open_shelf
from kaocheng.rulebook import read_scheme

HANDED_IN = {  # street a, street b
    "tax": ("5", "3"),
    "investment": ("4", "4"),
    "retail": ("6", "8"),
    "energy": ("0.5", "0.6"),
    "hotline": ("98", "96"),
    "accidents": ("2", "0"),
    "sorting": ("90", "80"),
    "jobs": ("120", "90"),
    "renovation": ("3", "4"),
    "rural": ("/", "88"),
    "attraction": ("5", "5"),
    "party": ("92", "80"),
    "leaders": ("90", "80"),
    "telephone": ("94", "88"),
}


@pytest.fixture(scope="module")
def streets() -> PaperSheet:
    shelf = open_shelf().for_tenant({"performance_management": "2026"})
    scheme = read_scheme(taking("performance_management:district@2026", "2026"), packs=shelf)
    inputs = Inputs(
        units=(Unit("a", "甲街道", "街道"), Unit("b", "乙街道", "街道")),
        figures=tuple(
            Figure(unit, code, value, "2026")
            for code, values in HANDED_IN.items()
            for unit, value in zip("ab", values, strict=True)
        ),
        targets=tuple(
            Target(unit, code, value, "target", "2026")
            for unit in "ab"
            for code, value in (("jobs", "100"), ("renovation", "4"))
        ),
    )
    return score(scheme.recipe, inputs, "2026").paper("street")


@pytest.mark.parametrize(
    ("node", "a", "b"),
    [
        ("tax", "100.00", "60.00"),  # the best 60 + 40, the worst 60
        ("investment", "100.00", "100.00"),  # all alike: full
        ("energy", "100.00", "60.00"),  # the lower the better
        ("economy", "92.00", "80.00"),  # .3*100+.3*100+.2*60+.2*100 · .3*60+.3*100+.2*100+.2*60
        ("sorting", "100.00", "60.00"),  # first and last place
        ("governance", "92.00", "68.00"),  # .4*100+.2*60+.4*100 · .4*60+.2*100+.4*60
        ("renovation", "75.00", "100.00"),  # 3 of 4
        ("rural", "/", "100.00"),  # nothing rural in the one; the other stands alone
        ("livelihood", "87.50", "96.00"),  # (.4*100+.4*75)/.8 · .4*90+.4*100+.2*100
        ("development", "90.65", "81.20"),  # .4*92+.3*92+.3*87.5 · .4*80+.3*68+.3*96
        ("k_party", "1.02", "1.00"),
        ("k_satisfaction", "1.02", "0.98"),  # 1+.5*(93.4-90)/100 = 1.017 · 1+.5*(86.8-90)/100 = .984
        ("performance", "94.03", "79.90"),  # 90.65*1.02*1.017 = 94.034871 · 81.2*.984 = 79.9008
        ("contest", "3.00", "3.00"),  # both first
        ("total", "97.03", "82.90"),
    ],
)
def test_each_number_of_the_two_streets(streets: PaperSheet, node: str, a: str, b: str) -> None:
    assert (streets.shown("a", node), streets.shown("b", node)) == (a, b)


def test_thirty_percent_of_two_streets_is_no_place_for_excellence(streets: PaperSheet) -> None:
    assert [standing.grade for standing in streets.standings] == ["良好", "良好"]
