"""What a scheme needs handed in."""

from kaocheng.figures.needs import needs
from kaocheng.rulebook import read_scheme

SCHEME = """
[scheme]
code = "info"
year = 2013
[periods]
cut = "2012-12..2013-02"
[figures]
reports = { label = "信息", unit = "条", collector = "府办" }
visits = { label = "接访", unit = "次", collector = "信访局" }
[papers.county]
period = "2013Q1"
[papers.county.nodes]
total = { compose = "sum" }
reports = { in = "total", formula = "sum(reports@cut, month)" }
visits = { in = "total", formula = "max(visits, month)" }
"""


def test_a_sum_over_months_needs_the_months_and_not_their_whole() -> None:
    owed = {(need.code, need.period) for need in needs(read_scheme(SCHEME).recipe)[""]}
    assert owed == {
        *(("reports", month) for month in ("2012-12", "2013-01", "2013-02")),
        *(("visits", month) for month in ("2013-01", "2013-02", "2013-03")),
    }
