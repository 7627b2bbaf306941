"""One county's year as plain numbers: what its workbooks say, before anybody writes or reads one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

TOWNSHIPS = (
    *("城关镇", "东川镇", "古城镇", "西坪镇", "南沟镇", "北塬镇", "柳林镇", "石门镇"),
    *("白杨镇", "清溪镇", "龙泉镇", "永丰镇", "双河镇", "高桥镇", "马鞍镇", "凤凰镇"),
)
DEPARTMENTS = ("县发改局", "县财政局", "县教体局", "县卫健局", "县农业农村局", "县信访局")

Value = Decimal | None  # None: not applicable, “/” in a sheet
Key = tuple[str, str]  # an indicator and the part of it, "" where it has none

# The columns of the sheets, left to right, as (indicator, part, stored as a fraction shown in per cent).
FIGURES = (
    ("revenue", "", False),
    ("investment", "", False),
    ("attraction", "", False),
    ("industry", "", False),
    ("grain", "", False),
    ("projects", "", False),
    ("schooling", "", True),
    ("insured", "", True),
    ("health", "", False),
    ("culture", "built", False),
    ("culture", "under_way", False),
    ("culture", "not_begun", False),
    ("income", "now", False),
    ("income", "before", False),
    ("pension", "", True),
    ("employment", "", False),
    ("forest", "", False),
    ("energy", "", True),
    ("waste", "", True),
    ("deaths", "", False),
    ("petitions", "", True),
    ("crime", "", False),
    ("leadership", "excellent", False),
    ("leadership", "competent", False),
    ("leadership", "basic", False),
    ("leadership", "poor", False),
    ("leadership", "abstain", False),
    ("discipline", "minor", False),
    ("discipline", "serious", False),
)
TARGETS = (
    ("revenue", False),
    ("investment", False),
    ("attraction", False),
    ("grain", False),
    ("insured", True),
    ("culture", False),
    ("pension", True),
    ("employment", False),
    ("forest", False),
    ("energy", True),
    ("deaths", False),
)
EVALUATION = ("leaders", "departments", "delegates", "public")
VOTES = ("excellent", "competent", "basic", "poor", "abstain")


@dataclass(frozen=True, slots=True)
class Claim:
    """A line of the bonus and veto list."""

    unit: str
    type: str  # 加分, 扣分 or 一票否决
    matter: str
    points: Decimal | None
    document: str


@dataclass(frozen=True, slots=True)
class Task:
    """A line of a department's task book."""

    task: str
    full: Decimal
    due: date
    done: date | None
    progress: Decimal  # per cent


@dataclass(slots=True)
class County:
    """The whole year; the order of units is that of its workbooks."""

    townships: tuple[str, ...] = TOWNSHIPS
    departments: tuple[str, ...] = DEPARTMENTS
    targets: dict[str, dict[str, Value]] = field(default_factory=dict)
    half: dict[str, dict[Key, Value]] = field(default_factory=dict)
    year: dict[str, dict[Key, Value]] = field(default_factory=dict)
    evaluation: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    tasks: dict[str, list[Task]] = field(default_factory=dict)
    votes: dict[str, dict[str, int]] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)

    def periods(self) -> Mapping[str, dict[str, dict[Key, Value]]]:
        """The two periods' figures."""
        return {"2026H1": self.half, "2026": self.year}
