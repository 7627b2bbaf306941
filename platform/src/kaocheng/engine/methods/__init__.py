"""The catalogue of scoring methods: each is a formula the trade knows by name.

A method is a function from a node's keys to an expression text; the keys it names stand in the text
under their own names, beside ``x``, ``target``, ``base``, ``last`` and ``full``.  So what is computed,
what is explained and what is documented are one formula.  No method knows another.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kaocheng.engine.methods import absolute, events, relative

Formula = Callable[["Keys"], str]


@dataclass(frozen=True)
class Keys:
    """What a node (or a call) says for a method: which keys there are, and the words among them."""

    given: Mapping[str, Any]
    parts: tuple[str, ...] = ()  # the parts of the figure measured
    down: bool = False  # lower is better

    def __contains__(self, key: str) -> bool:
        return key in self.given

    def word(self, key: str, default: str) -> str:
        """A key that is one of a few words."""
        return str(self.given.get(key, default))

    def table(self, key: str) -> Any:
        """A key that is a table or a list."""
        return self.given.get(key) or {}


@dataclass(frozen=True)
class Method:
    """One entry of the catalogue (METHODS ids in *source*)."""

    code: str
    chinese: str
    english: str
    formula: Formula
    source: str
    shares: tuple[str, ...] = ()  # keys written with % or as a fraction
    points: tuple[str, ...] = ()  # keys in points, or % of full marks
    numbers: tuple[str, ...] = ()  # keys in the figure's unit, or expressions
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    needs_full: bool = True

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key it understands."""
        return (*self.shares, *self.points, *self.numbers, *self.words, *self.tables)


# Methods for which less can be better: `direction`, of the node or, in a call, its own.
DIRECTED = frozenset(
    [
        "met",
        "shortfall",
        "around",
        "efficacy",
        "to_best",
        "to_mean",
        "rank_steps",
        "rank_line",
        "rank_table",
        "rank_gain",
        "z",
    ]
)

_STEPS = {"steps": ("exact", "up", "whole")}
_TIES = {"ties": ("competition", "dense", "average", "ordinal")}
_ZERO = {"target_zero": ("full_if_zero", "full", "zero", "not_applicable")}

METHODS: Mapping[str, Method] = {
    m.code: m
    for m in (
        Method("given", "直接给分", "points as given", absolute.given, "M24", needs_full=False),
        Method(
            "convert",
            "折算",
            "conversion",
            absolute.convert,
            "M24 M72",
            numbers=("out_of",),
            required=("out_of",),
        ),
        Method(
            "completion",
            "完成率计分",
            "proportional completion",
            absolute.completion,
            "M01 M03 M04",
            shares=("least",),
            tables=("over",),
            words=_ZERO,
        ),
        Method(
            "met",
            "达标得满分",
            "all or nothing",
            absolute.met,
            "M02",
            words={"is": (">=", "<=", "=", ">", "<")},
        ),
        Method("ratio", "比率计分", "ratio", absolute.ratio, "M16 M47", numbers=("to",), required=("to",)),
        Method(
            "shortfall",
            "每差扣分",
            "deduction per unit short",
            absolute.shortfall,
            "M05",
            numbers=("each",),
            points=("deduct",),
            words=_STEPS,
            required=("each", "deduct"),
        ),
        Method(
            "around",
            "基准加减",
            "around a base score",
            absolute.around,
            "M06",
            shares=("at_target",),
            points=("rate",),
            numbers=("each",),
            words=_STEPS,
            required=("at_target", "rate", "each"),
        ),
        Method("control", "控制型", "control, linear reversal", absolute.control, "M07", words=_ZERO),
        Method("inverse", "倒数比", "inverse ratio", absolute.inverse, "M08"),
        Method("between", "基期目标插值", "from base to target", absolute.between, "M09"),
        Method(
            "interpolate",
            "折线插值",
            "interpolation through knots",
            absolute.interpolate,
            "M09",
            tables=("knots",),
            words={"beyond": ("hold", "extend")},
            required=("knots",),
        ),
        Method(
            "bands",
            "分段计分",
            "step table",
            absolute.bands,
            "M10",
            tables=("bands",),
            points=("else",),
            required=("bands",),
        ),
        Method(
            "progressive",
            "累进计分",
            "progressive bands",
            absolute.progressive,
            "M11",
            points=("start",),
            tables=("bands",),
            words={"symmetric": ("true", "false")},
            required=("bands",),
        ),
        Method(
            "interval",
            "区间最优",
            "interval best",
            absolute.interval,
            "M12",
            numbers=("lo", "hi", "outer_lo", "outer_hi"),
            required=("lo", "hi"),
        ),
        Method(
            "cases",
            "分情形计分",
            "first case that holds",
            absolute.cases,
            "M14 M51",
            tables=("cases",),
            points=("else",),
            required=("cases",),
        ),
        Method(
            "deduct",
            "逐次扣分",
            "deduction per event",
            events.deduct,
            "M18 M19",
            tables=("per",),
            required=("per",),
        ),
        Method(
            "count",
            "数量计分",
            "credit per occurrence",
            events.count,
            "M17",
            tables=("per", "first"),
            points=("then", "most"),
            needs_full=False,
        ),
        Method(
            "status",
            "形象进度",
            "status coefficients",
            events.status,
            "M16",
            tables=("coefficients",),
            required=("coefficients",),
        ),
        Method(
            "checklist",
            "要件核查",
            "checklist",
            events.checklist,
            "M20",
            tables=("elements",),
            required=("elements",),
            needs_full=False,
        ),
        Method(
            "choice",
            "定性分档",
            "qualitative band",
            events.choice,
            "M21",
            tables=("choices",),
            required=("choices",),
        ),
        Method(
            "ballots",
            "等次票折算",
            "graded ballots",
            events.ballots,
            "M50 M59",
            tables=("values", "leave_out"),
            numbers=("issued",),
            shares=("turnout",),
            required=("values",),
        ),
        Method(
            "raters",
            "评委打分",
            "raters by class",
            events.raters,
            "M52 M53 M54 M57",
            tables=("classes", "trim", "leave_out"),
            words={"severity": ("none", "shift", "ratio", "sd")},
        ),
        Method(
            "efficacy",
            "功效系数法",
            "efficacy coefficient",
            relative.efficacy,
            "M30 M31 M57b",
            shares=("start",),
            numbers=("lo", "hi"),
            points=("equal",),
            words={"clamped": ("true", "false")},
        ),
        Method("to_best", "与最高值之比", "ratio to the best", relative.to_best, "M33"),
        Method(
            "to_mean",
            "与平均水平比较",
            "comparison with a mean",
            relative.to_mean,
            "M38",
            points=("at_mean", "rate"),
            numbers=("each", "mean_of"),
            required=("at_mean", "rate", "each"),
        ),
        Method(
            "rank_steps",
            "排名递减",
            "equal steps by rank",
            relative.rank_steps,
            "M34",
            points=("step",),
            words=_TIES,
            required=("step",),
        ),
        Method(
            "rank_line",
            "首末名插值",
            "line between first and last",
            relative.rank_line,
            "M35",
            points=("first_gets", "last_gets", "alone"),
            words=_TIES,
            required=("first_gets", "last_gets"),
        ),
        Method(
            "rank_table",
            "名次对应分值",
            "points by rank",
            relative.rank_table,
            "M36 M37",
            tables=("table", "from_end"),
            points=("rest",),
            words=_TIES,
            needs_full=False,
        ),
        Method(
            "rank_gain",
            "进位",
            "rank gained",
            relative.rank_gain,
            "M39",
            points=("rate",),
            required=("rate",),
            needs_full=False,
        ),
        Method("share", "贡献率", "share of the group", relative.share, "M41"),
        Method(
            "z",
            "标准分",
            "standard score",
            relative.z,
            "M44",
            points=("mean", "spread"),
            words={"sd": ("sample", "population")},
            required=("mean", "spread"),
            needs_full=False,
        ),
        Method(
            "import",
            "引用",
            "result of another sheet",
            absolute.imported,
            "M82",
            tables=("sheet", "paper"),
            words={"as": ("score", "rate", "rank", "grade")},
            required=("sheet",),
            needs_full=False,
        ),
    )
}
