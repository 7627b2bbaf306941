"""Two sheets side by side say who moves, by how much, and which places of the quota change hands."""

from kaocheng.engine.score import score
from kaocheng.engine.sheet import Sheet
from kaocheng.scoring.compare import Cell, compare
from tests.scoring import county


def sheet(**changed: tuple[int, int, int, int]) -> Sheet:
    return score(county.recipe(), county.inputs({**county.VALUES, **changed}), "2026")


def test_equal_sheets_differ_in_nothing() -> None:
    found = compare(sheet(), sheet())
    assert (found.moves, found.places, found.same_inputs, found.same_recipe) == ((), (), True, True)


def test_a_corrected_figure_shows_in_score_rank_and_cell() -> None:
    # 西镇's revenue 95 → 100: item 47.50 → 50.00, year 95 → 97.50, total 0.2·90 + 0.8·97.5 = 96.00
    found = compare(sheet(), sheet(west=(90, 90, 100, 95)))
    assert [move.unit for move in found.moves] == ["west"]
    move = found.moves[0]
    assert (move.score, move.by) == (("94.00", "96.00"), "+2.00")
    assert move.rank == ("2", "2")
    assert not move.regraded
    assert Cell("2026/revenue", "2026/财政收入", "47.50", "50.00") in move.cells
    assert not found.same_inputs


def test_the_place_of_the_quota_that_changes_hands_is_named() -> None:
    # 西镇 all full: 0.2·90 + 0.8·100 = 98.00 passes 东镇's 97.40; the one place goes over.
    found = compare(sheet(), sheet(west=(90, 90, 100, 100)))
    assert {move.label: (move.rank, move.grade) for move in found.moved} == {
        "东镇": (("1", "2"), ("优秀", "良好")),
        "西镇": (("2", "1"), ("良好", "优秀")),
    }
    best = next(places for places in found.places if places.grade == "优秀")
    assert (best.before, best.after, best.gained, best.lost) == (1, 1, ("西镇",), ("东镇",))


def test_a_unit_that_loses_its_total_has_no_difference_but_is_shown() -> None:
    given = county.inputs({code: row for code, row in county.VALUES.items() if code != "north"})
    found = compare(sheet(), score(county.recipe(), given, "2026"))
    north = next(move for move in found.moves if move.unit == "north")
    assert (north.score, north.by, north.rank) == (("54.00", ""), None, ("4", ""))
