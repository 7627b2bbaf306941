"""Methods that compare a unit with its peers (相对计分)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kaocheng.engine.methods.absolute import points, rate

if TYPE_CHECKING:
    from kaocheng.engine.methods import Keys

SHORT = 20  # rows of a table that are asked one after the other


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
    ties = keys.word("ties", "competition") == "average"
    text = rest
    for rank, table in ((_rank(keys, back=True), keys.table("from_end")), (_rank(keys), keys.table("table"))):
        gives = [*map(points, table), rest]
        rows: list[tuple[str, str]] = []
        for i in range(len(table)):
            rows.append((f"{i + 1}", gives[i]))
            if ties:  # between two places, the mean of what both get
                rows.append((f"{i + 1}.5", f"({gives[i]} + {gives[i + 1]}) / 2"))
        text = _row(rank, rows, text)
    return text


def _row(rank: str, rows: Sequence[tuple[str, str]], rest: str) -> str:
    """What the row of *rank* gives; a long table is looked up by halves, because depth has its limit."""
    if len(rows) > SHORT:
        last = rows[-1][0]
        return f"if({rank} <= {last}, {_halved(rank, rows)}, {rest})"
    text = rest
    for place, gives in reversed(rows):
        text = f"if({rank} = {place}, {gives}, {text})"
    return text


def _halved(rank: str, rows: Sequence[tuple[str, str]]) -> str:
    if len(rows) == 1:
        return rows[0][1]
    middle = len(rows) // 2
    return f"if({rank} < {rows[middle][0]}, {_halved(rank, rows[:middle])}, {_halved(rank, rows[middle:])})"


def rank_gain(keys: Keys) -> str:
    """rate·(last year's rank − this year's) (进位)."""
    rank = "rank_up" if keys.down else "rank"
    return f"rate * (group.{rank}(last) - group.{rank}(x))"


def share(keys: Keys) -> str:
    """w·the unit's share of the group's sum / the largest share (贡献率)."""
    largest = (
        "if(group.sum(x) < 0, group.min(x), group.max(x)) / group.sum(x)"  # of a sum below 0, the least x
    )
    return f"full * (x / group.sum(x)) / ({largest})"


def z(keys: Keys) -> str:
    """mean + spread·(x − group mean) / group standard deviation (标准分)."""
    kind = ', "population"' if keys.word("sd", "sample") == "population" else ""
    distance = "(group.mean(x) - x)" if keys.down else "(x - group.mean(x))"
    return f"mean + spread * {distance} / group.sd(x{kind})"


def _rank(keys: Keys, *, back: bool = False) -> str:
    """The unit's place, by the node's rule of ties; *back* counts from the last."""
    name = "rank_up" if keys.down != back else "rank"
    ties = keys.word("ties", "competition")
    return f"group.{name}(x)" if ties == "competition" else f'group.{name}(x, "{ties}")'
