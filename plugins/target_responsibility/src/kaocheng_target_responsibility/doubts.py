"""What looks wrong with a figure of a county: doubts for the verifier, never a refusal."""

from collections.abc import Sequence
from decimal import Decimal

from kaocheng.packs import Finding, Indicator, ReportedFigure, hookimpl, say
from kaocheng_target_responsibility.indicators import DEPARTMENT, EVALUATION, SHARES, TOWNSHIP

KNOWN = {indicator.code: indicator for indicator in TOWNSHIP + EVALUATION + DEPARTMENT}
TIMES_TARGET = 2  # an amount of twice its target is a wrong unit of measure more often than a triumph
TIMES_BEFORE = 4  # a half-year that is a quarter of the year is as low as honest years go
POINTS = 20  # percentage points by which a share may move between two periods


@hookimpl
def doubts(figure: ReportedFigure, past: Sequence[ReportedFigure]) -> Sequence[Finding]:
    """Cumulative counts that fall, multiples of the target or of the last period, impossible shares."""
    indicator, value = KNOWN.get(figure.indicator), figure.value
    if indicator is None or value is None:
        return []
    before = _before(figure, past) if past else None
    found = [_outside(value)] if indicator.code in SHARES else []
    if before is not None:
        found += [_fallen(indicator, value, before), _jumped(indicator, value, before)]
    if figure.target is not None:
        found.append(_over_target(indicator, value, figure.target))
    return [finding for finding in found if finding]


def _before(figure: ReportedFigure, past: Sequence[ReportedFigure]) -> Decimal | None:
    """The last figure of the same year: what was cumulative begins anew on 1 January."""
    year = figure.period[:4]
    same = [
        p.value for p in past if p.period[:4] == year and p.series == figure.series and p.value is not None
    ]
    return same[-1] if same else None


def _outside(value: Decimal) -> Finding | None:
    if 0 <= value <= 100:
        return None
    return Finding(
        say("{value}% 不在 0 到 100 之间", "{value} % is not between 0 and 100", value=value),
        say("请核对小数点", "check the decimal point"),
    )


def _fallen(indicator: Indicator, value: Decimal, before: Decimal) -> Finding | None:
    if not indicator.cumulative or value >= before:
        return None
    return Finding(
        say(
            "累计数由 {before} 减为 {value}",
            "a cumulative count fell from {before} to {value}",
            before=before,
            value=value,
        ),
        say("请核对是否填成了本期数", "check whether only this period was counted"),
    )


def _jumped(indicator: Indicator, value: Decimal, before: Decimal) -> Finding | None:
    if indicator.code in SHARES and abs(value - before) > POINTS:
        return Finding(
            say(
                "由 {before}% 变为 {value}%,变动超过 {points} 个百分点",
                "went from {before} % to {value} %, more than {points} percentage points",
                before=before,
                value=value,
                points=POINTS,
            ),
            say("请核对小数点和分母", "check the decimal point and the denominator"),
        )
    if indicator.cumulative and indicator.direction == "up" and before > 0 and value > TIMES_BEFORE * before:
        return Finding(
            say(
                "是上期累计数 {before} 的 {times} 倍",
                "{times} times the {before} of the period before",
                before=before,
                times=_times(value, before),
            ),
            say("请核对计量单位", "check the unit of measure"),
        )
    return None


def _over_target(indicator: Indicator, value: Decimal, target: Decimal) -> Finding | None:
    if target <= 0 or indicator.direction == "down":
        return None
    if not indicator.cumulative or value <= TIMES_TARGET * target:
        return None
    return Finding(
        say(
            "是目标 {target} 的 {times} 倍",
            "{times} times the target of {target}",
            target=target,
            times=_times(value, target),
        ),
        say("请核对计量单位", "check the unit of measure"),
    )


def _times(value: Decimal, of: Decimal) -> Decimal:
    return (value / of).quantize(Decimal("0.1"))
