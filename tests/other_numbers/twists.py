"""What chance would rarely bring: ties across the line of the quota, untied or not, and work nobody has."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from tests.other_numbers.by_hand import Result, departments, townships
from tests.other_numbers.county import EVALUATION, Claim, County


def twisted(made: County, seed: int) -> County:
    """The county with a tie or two where the quota ends, by *seed* resolved or not."""
    dice = Random(f"twist {seed}")
    made = deepcopy(made)
    _townships(made, dice)
    _departments(made, dice)
    return made


def with_gaps(made: County, seed: int) -> County:
    """The county with “/” in other columns than the rules provide for: a plain grain-less township."""
    dice = Random(f"gaps {seed}")
    made = deepcopy(made)
    for unit in dice.sample(made.townships, dice.randint(2, 6)):
        code = dice.choice(
            ["attraction", "grain", "projects", "forest", "industry", "health", "crime", "culture"]
        )
        for period in made.periods().values() if dice.random() < 0.7 else [made.year]:
            for key in [key for key in period[unit] if key[0] == code]:
                period[unit][key] = None
        if code in made.targets[unit] and dice.random() < 0.5:
            made.targets[unit][code] = None
    return made


def order(result: Result) -> list[str]:
    """Units from the first place down."""
    return sorted(result.rows, key=lambda unit: int(result.rows[unit]["rank"]))


def _townships(made: County, dice: Random) -> None:
    kind = dice.choice(["none", "alike", "three", "evaluation", "year", "vetoed"])
    if kind == "none":
        return
    made.claims = [claim for claim in made.claims if claim.type != "一票否决"]
    best = order(townships(made, _Labels()))
    fourth, fifth, sixth = best[3:6]
    if kind == "vetoed":
        made.claims.append(
            Claim(best[dice.randrange(5)], "一票否决", "发生较大生产安全责任事故", None, "示例1号")
        )
        return
    for other in (fifth, sixth) if kind == "three" else (fifth,):
        _twin(made, fourth, other)
    if kind == "evaluation":
        for code in EVALUATION:
            made.evaluation[fourth][code] = Decimal("80.5")
            made.evaluation[fifth][code] = Decimal("85.5")
        made.claims.append(Claim(fifth, "扣分", "县级通报批评", Decimal(1), "示例901号"))
    elif kind == "year":
        for unit in (fourth, fifth):
            made.year[unit]["discipline", "minor"] = Decimal(0 if unit == fifth else 1)
            made.year[unit]["discipline", "serious"] = Decimal(0)
        # One point of the year is 0.56 of the total; it comes off by a deduction, which has no cap.
        made.claims.append(Claim(fifth, "扣分", "县级通报批评", Decimal("0.56"), "示例902号"))


def _twin(made: County, of: str, unit: str) -> None:
    """Everything of *of* holds for *unit* too."""
    for table in (made.targets, made.half, made.year, made.evaluation):
        table[unit] = deepcopy(table[of])  # type: ignore[index]
    made.claims = [c for c in made.claims if c.unit != unit] + [
        replace(c, unit=unit, document=f"{c.document}之二") for c in made.claims if c.unit == of
    ]


def _departments(made: County, dice: Random) -> None:
    kind = dice.choice(["none", "alike", "tasks", "vote"])
    if kind == "none":
        return
    first, second = order(departments(made))[:2]
    for table in (made.tasks, made.votes, made.cases):
        table[second] = deepcopy(table[first])  # type: ignore[index]
    if kind == "vote":
        made.votes[first] = {"excellent": 30, "competent": 0, "basic": 0, "poor": 0, "abstain": 2}
        made.votes[second] = {"excellent": 20, "competent": 0, "basic": 10, "poor": 0, "abstain": 0}
        made.cases[first], made.cases[second] = 1, 0
    elif kind == "tasks":
        whole = replace(made.tasks[first][0], full=Decimal(10), done=made.tasks[first][0].due)
        rest = replace(made.tasks[first][1], full=Decimal(60), done=made.tasks[first][1].due)
        made.tasks[first] = [whole, rest]
        made.tasks[second] = [replace(whole, done=whole.due + timedelta(days=30)), rest]
        made.cases[first], made.cases[second] = 1, 0


class _Labels(dict[str, str]):
    """Only the order is asked for here: a code is label enough."""

    def __missing__(self, code: str) -> str:
        return code
