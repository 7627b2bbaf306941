"""Pages of standings: the register, one unit, two runs side by side, publishing."""

from kaocheng.standings.pages.comparison import ComparisonPages
from kaocheng.standings.pages.publishing import PublishingPages
from kaocheng.standings.pages.register import StandingsPages
from kaocheng.standings.pages.unit import UnitPages

PAGES = (StandingsPages, UnitPages, ComparisonPages, PublishingPages)

__all__ = ["PAGES", "ComparisonPages", "PublishingPages", "StandingsPages", "UnitPages"]
