"""Points that are handed in as they are stay within full marks: the cell says so, not the scoring later."""

from dataclasses import replace
from decimal import Decimal

from openpyxl.worksheet.worksheet import Worksheet

from kaocheng.figures.reading import Names, read
from tests.figures.reading.county import NAMES, changed, sample


def with_most(names: Names) -> Names:
    """The county's names, its evaluations given out of 100."""
    given = {"leaders", "departments", "delegates", "public"}
    indicators = tuple(
        replace(one, most=Decimal(100)) if one.code in given else one for one in names.indicators
    )
    return replace(names, indicators=indicators)


def spoil(sheet: Worksheet) -> None:
    """One above, one below, one at the limit."""
    sheet["C3"], sheet["D4"], sheet["E5"] = 105, -1, 100


def test_more_points_than_there_are_is_an_error_at_its_cell() -> None:
    name, _content = sample("05")

    preview = read(changed("05", spoil), name, with_most(NAMES))

    assert [(f.code, f.cell) for f in preview.errors] == [("out_of_range", "C3"), ("out_of_range", "D4")]
    assert preview.errors[0].what == "给了 105 分,应在 0 至 100 之间"
