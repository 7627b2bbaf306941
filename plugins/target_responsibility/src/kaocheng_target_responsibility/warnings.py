"""Pace against the calendar (序时进度): the red, yellow and green of the year under way."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from kaocheng.packs import Progress, Signal, hookimpl, say
from kaocheng_target_responsibility.indicators import TOWNSHIP

KNOWN = {indicator.code: indicator for indicator in TOWNSHIP}
YELLOW = Fraction(10, 100)  # behind the calendar by ten percentage points, inclusive
RED = Fraction(30, 100)  # by more than thirty


@hookimpl
def warnings(progress: Progress) -> Sequence[Signal]:
    """One light for a figure that has a target: amounts by pace, what is to be kept low by what is left."""
    indicator = KNOWN.get(progress.indicator)
    value, target = progress.value, progress.target
    if indicator is None or value is None or target is None:
        return []
    if indicator.direction == "down":
        return [_kept_low(value, target)]
    if indicator.cumulative and target > 0:
        return [_pace(Fraction(value) / Fraction(target), progress.elapsed)]
    return []


def _pace(done: Fraction, elapsed: Fraction) -> Signal:
    behind = elapsed - done
    facts = {"done": _percent(done), "elapsed": _percent(elapsed), "behind": _percent(behind)}
    if behind < YELLOW:
        return Signal(
            "green",
            say("完成 {done}%,时间进度 {elapsed}%", "{done} % done, {elapsed} % of the time gone", **facts),
        )
    return Signal(
        "red" if behind > RED else "yellow",
        say(
            "完成 {done}%,比时间进度 {elapsed}% 慢 {behind} 个百分点",
            "{done} % done, {behind} points behind the calendar's {elapsed} %",
            **facts,
        ),
    )


def _kept_low(value: Decimal, target: Decimal) -> Signal:
    if value > target:
        return Signal(
            "red",
            say(
                "已有 {value},超过控制数 {target}",
                "{value}, above the limit of {target}",
                value=value,
                target=target,
            ),
        )
    if value == target and target > 0:
        return Signal("yellow", say("已达控制数 {target}", "the limit of {target} is reached", target=target))
    return Signal("green", say("控制在 {target} 以内", "within the limit of {target}", target=target))


def _percent(share: Fraction) -> Decimal:
    return (Decimal(share.numerator * 100) / Decimal(share.denominator)).quantize(Decimal("0.1"))
