"""Methods that compare a unit with its peers (相对计分)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kaocheng.engine.methods.absolute import points, rate

if TYPE_CHECKING:
    from kaocheng.engine.methods import Keys


def efficacy(keys: Keys) -> str:
    """w·(start + (1 − start)·(x − lo) / (hi − lo)) (功效系数法); lo and hi are the group's unless given."""
    lo = "lo" if "lo" in keys else "group.min(x)"
    hi = "hi" if "hi" in keys else "group.max(x)"
    if keys.down:
        lo, hi = hi, lo
    start = "start" if "start" in keys else "0"
    reached = rate(keys, f"(x - {lo}) / ({hi} - {lo})")
    share = f"{start} + (1 - {start}) * {reached}"
    if keys.word("clamped", "false").lower() == "true":
        share = f"clamp({share}, {start}, 1)"
    equal = "equal" if "equal" in keys else "full"
    # x stands in the condition too: alike or not, a unit without a value of its own has no points.
    return f"if({hi} = {lo}, {equal}, full * ({share}))"


def to_best(keys: Keys) -> str:
    """w·x / the best of the group; lower is better: the best / x (与最高值之比)."""
    if keys.down:
        return f"if(group.min(x) < 0, _undefined, full * {rate(keys, 'group.min(x) / x')})"
    return f"if(group.max(x) < 0, _undefined, full * {rate(keys, 'x / group.max(x)')})"


def to_mean(keys: Keys) -> str:
    """at_mean + rate·(x − mean) / each (与平均水平比较)."""
    mean = {"group": "group.mean(x)", "others": "others.mean(x)"}.get(
        keys.word("mean_of", "group"), "mean_of"
    )
    distance = f"({mean} - x)" if keys.down else f"(x - {mean})"
    return f"at_mean + rate * {distance} / each"


def rank_steps(keys: Keys) -> str:
    """w − step·(rank − 1) (排名递减)."""
    return f"full - step * ({_rank(keys)} - 1)"


def rank_line(keys: Keys) -> str:
    """From first_gets to last_gets in equal steps over the group (首末名插值)."""
    alone = "alone" if "alone" in keys else "first_gets"
    return (
        f"if(group.count(x) = 1, {alone},"
        f" first_gets - ({_rank(keys)} - 1) * (first_gets - last_gets) / (group.count(x) - 1))"
    )


def rank_table(keys: Keys) -> str:
    """Points by rank from either end (名次对应分值)."""
    rest = "rest" if "rest" in keys else "0"
    ties = ', "average"' if keys.word("ties", "competition") == "average" else ""
    last = f"group.rank(x{ties})" if keys.down else f"group.rank_up(x{ties})"
    text = rest
    for rank, table in ((last, keys.table("from_end")), (_rank(keys), keys.table("table"))):
        gives = [*map(points, table), rest]
        for i in reversed(range(len(table))):
            if ties:  # between two places, the mean of what both get
                text = f"if({rank} = {i + 1}.5, ({gives[i]} + {gives[i + 1]}) / 2, {text})"
            text = f"if({rank} = {i + 1}, {gives[i]}, {text})"
    return text


def rank_gain(keys: Keys) -> str:
    """rate·(last year's rank − this year's) (进位)."""
    rank = "rank_up" if keys.down else "rank"
    return f"rate * (group.{rank}(last) - group.{rank}(x))"


def share(keys: Keys) -> str:
    """w·the unit's share of the group's sum / the largest share (贡献率)."""
    return "full * (x / group.sum(x)) / (group.max(x) / group.sum(x))"


def z(keys: Keys) -> str:
    """mean + spread·(x − group mean) / group standard deviation (标准分)."""
    kind = ', "population"' if keys.word("sd", "sample") == "population" else ""
    distance = "(group.mean(x) - x)" if keys.down else "(x - group.mean(x))"
    return f"mean + spread * {distance} / group.sd(x{kind})"


def _rank(keys: Keys) -> str:
    name = "rank_up" if keys.down else "rank"
    ties = keys.word("ties", "competition")
    return f"group.{name}(x)" if ties == "competition" else f'group.{name}(x, "{ties}")'
