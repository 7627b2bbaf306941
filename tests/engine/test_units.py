"""What is known of a unit, and from which day."""

from kaocheng.engine import Figure, Inputs, Unit, explain, score
from tests.engine.small import points, recipe, standings

ZONES = """
[figures]
value = {}
[papers.paper]
period = "2026"
[papers.paper.nodes]
points = { x = "value", formula = "FORMULA", round = 1 }
"""
JULY = (("2026-07-01", {"kind": "工业", "population": "20"}),)
UNITS = (
    Unit("jia", "甲", "", {"kind": "农业", "population": "10"}, changes=JULY),
    Unit("yi", "乙", "", {"kind": "工业", "population": "10"}),
)


def given(units: tuple[Unit, ...] = UNITS, period: str = "2026") -> Inputs:
    figures = [Figure(u.code, "value", v, period) for u, v in zip(units, ("60", "80"), strict=True)]
    return Inputs(units, tuple(figures))


def in_period(formula: str, period: str) -> dict[str, str]:
    of = recipe(ZONES.replace("FORMULA", formula).replace('period = "2026"', f'period = "{period}"'))
    return points(of, given(period=period))


def test_an_attribute_holds_from_the_day_it_changes() -> None:
    assert in_period("if(unit.kind = '工业', 1, 0)", "2026Q2") == {"jia": "0.0", "yi": "1.0"}
    assert in_period("if(unit.kind = '工业', 1, 0)", "2026Q3") == {"jia": "1.0", "yi": "1.0"}


def test_an_earlier_period_sees_what_held_then() -> None:
    of = recipe(ZONES.replace("FORMULA", "x / unit.population - x / unit.population@half"))
    assert points(of, given()) == {"jia": "-3.0", "yi": "0.0"}


def test_the_comparison_group_follows_the_attribute() -> None:
    assert in_period("group(kind).max(x)", "2026H1") == {"jia": "60.0", "yi": "80.0"}
    assert in_period("group(kind).max(x)", "2026H2") == {"jia": "80.0", "yi": "80.0"}


def test_the_circle_of_a_rank_follows_the_attribute() -> None:
    of = recipe(ZONES.replace("FORMULA", "x") + "[papers.paper.results.overall]\nwithin = ['kind']\n")
    assert {u: s.rank for u, s in standings(of, given()).items()} == {"jia": 2, "yi": 1}
    before = (Unit("jia", "甲", "", {"kind": "农业"}, changes=(("2027-01-01", {"kind": "工业"}),)), UNITS[1])
    assert {u: s.rank for u, s in standings(of, given(before)).items()} == {"jia": 1, "yi": 1}


def test_the_class_at_the_end_of_the_period_decides_the_paper() -> None:
    body = ZONES.replace("FORMULA", "x").replace("[papers.paper]", "[papers.paper]\nclass = '镇'")
    of = recipe(body + "[papers.zone]\nlike = 'paper'\nclass = '区'\n")
    units = (Unit("jia", "甲", "镇", changes=(("2026-10-01", {"class": "区"}),)), Unit("yi", "乙", "镇"))
    papers = score(of, given(units)).papers
    assert {paper.code: paper.units for paper in papers} == {"paper": ("yi",), "zone": ("jia",)}


def test_changes_are_part_of_the_inputs_and_a_unit_without_any_reads_as_ever() -> None:
    assert Inputs.from_bytes(given().canonical()) == given()
    assert b'["yi","\xe4\xb9\x99","",[["kind","' in given().canonical()
    assert given().digest != given((Unit("jia", "甲", "", UNITS[0].attributes), UNITS[1])).digest


def test_one_unit_explained_sees_the_same() -> None:
    of = recipe(ZONES.replace("FORMULA", "unit.population"))
    assert explain(of, given(), "jia", "points").points == "20.0"
