"""A county's year at random: plausible numbers that love the edges of every rule."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.other_numbers.county import (
    DEPARTMENTS,
    EVALUATION,
    TOWNSHIPS,
    VOTES,
    Claim,
    County,
    Key,
    Task,
    Value,
)

CENT = Decimal("0.01")
SIZES = {  # a township's usual year
    "revenue": (500, 2500),
    "investment": (4000, 18000),
    "attraction": (2000, 9000),
    "grain": (3000, 15000),
    "employment": (80, 300),
    "forest": (500, 3000),
}


def county(seed: int) -> County:
    """One county; the same seed gives the same."""
    dice = Random(seed)
    made = County()
    made.townships = shuffled(dice, TOWNSHIPS)
    made.departments = shuffled(dice, DEPARTMENTS)
    good = {unit: dice.choice([0.55, 0.8, 0.9, 0.95, 0.98, 1.0]) for unit in made.townships}
    if seed % 3 == 0:
        good = dict.fromkeys(good, 0.97)
    poor = dice.choice(made.townships)
    if seed % 4 == 1:
        good[poor] = 0.2
    for unit in made.townships:
        made.targets[unit] = targets(dice)
        made.half[unit] = figures(dice, made.targets[unit], good[unit], half=True)
        made.year[unit] = figures(dice, made.targets[unit], good[unit], half=False)
        made.evaluation[unit] = {code: score(dice, good[unit]) for code in EVALUATION}
    for period in (made.half, made.year):
        columns(dice, period)
    made.claims = claims(dice, made.townships)
    for unit in made.departments:
        made.tasks[unit] = tasks(dice)
        made.votes[unit] = votes(dice, dice.choice([0.3, 0.8, 0.95]))
        made.cases[unit] = dice.choice([0, 0, 0, 1, 1, 2, 3, 7, 8, 9])
    return made


def shuffled(dice: Random, units: tuple[str, ...]) -> tuple[str, ...]:
    """Half of the offices keep the usual order."""
    return units if dice.random() < 0.5 else tuple(dice.sample(units, len(units)))


def number(dice: Random, low: float, high: float, decimals: int) -> Decimal:
    return Decimal(dice.randint(round(low * 10**decimals), round(high * 10**decimals))).scaleb(-decimals)


def targets(dice: Random) -> dict[str, Value]:
    found: dict[str, Value] = {
        code: number(dice, *size, dice.choice([0, 0, 0, 1, 2])) for code, size in SIZES.items()
    }
    found["insured"] = dice.choice([Decimal("97.5"), Decimal(98), number(dice, 93, 99, 2)])
    found["pension"] = dice.choice([Decimal(99), Decimal(100), number(dice, 90, 100, 1)])
    found["energy"] = dice.choice([Decimal("2.8"), number(dice, 1, 4, 2)])
    found["culture"] = Decimal(dice.randint(1, 8))
    found["deaths"] = Decimal(dice.choice([0, 0, 1, 1, 2, 3]))
    return found


def figures(dice: Random, target: dict[str, Value], good: float, *, half: bool) -> dict[Key, Value]:
    found: dict[Key, Value] = {}
    for code in SIZES:
        goal = (target[code] or Decimal(0)) / (2 if half else 1)
        found[code, ""] = done(dice, goal, good, dice.choice([0, 1, 2, 2]))
    found["industry", ""] = number(dice, -6, 16, dice.choice([0, 1, 2]))
    found["projects", ""] = number(dice, 0, 10000, dice.choice([0, 0, 1]))
    found["schooling", ""] = near(dice, Decimal(98), 3)
    found["insured", ""] = near(dice, target["insured"] or Decimal(0), 4)
    found["health", ""] = number(dice, 60 if good < 0.6 else 88, 100, 1)
    sites = int(target["culture"] or 0)
    built = dice.randint(0 if good < 0.9 else sites // 2, sites)
    begun = dice.randint(0, sites - built)
    for part, count in (("built", built), ("under_way", begun), ("not_begun", sites - built - begun)):
        found["culture", part] = Decimal(count)
    before = number(dice, 9000, 15000, dice.choice([0, 0, 2]))
    found["income", "before"] = before
    found["income", "now"] = (before * number(dice, 0.97, 1.15, 4)).quantize(Decimal(1))
    found["pension", ""] = near(dice, target["pension"] or Decimal(0), 3)
    found["energy", ""] = near(dice, target["energy"] or Decimal(0), 1)
    found["waste", ""] = near(dice, Decimal(dice.choice([95, 95, 90, 80])), 4)
    limit = int(target["deaths"] or 0)
    found["deaths", ""] = Decimal(dice.choice([0, 0, limit, limit, max(0, limit - 1), limit + 1, 2 * limit]))
    found["petitions", ""] = dice.choice([Decimal(100), number(dice, 90, 100, 2), number(dice, 75, 100, 1)])
    found["crime", ""] = number(dice, 4, 20, dice.choice([0, 1, 2, 2]))
    for part, count in votes(dice, good).items():
        found["leadership", part] = Decimal(count)
    found["discipline", "minor"] = Decimal(dice.choice([0, 0, 0, 1, 2]))
    found["discipline", "serious"] = Decimal(dice.choice([0, 0, 0, 0, 1, 4 if good < 0.6 else 0]))
    return found


def done(dice: Random, goal: Decimal, good: float, decimals: int) -> Decimal:
    """What was reached of *goal*: mostly about as good as the unit is, often right at an edge."""
    edge = dice.choice(["0", "0.6", "1", "1.1", "1.2", "1.3", "1.4"])
    if dice.random() < 0.2 and (edge not in ("0", "0.6") or good < 0.6):
        exact = goal * Decimal(edge)
        return max(Decimal(0), exact + dice.choice([0, 0, -1, 1]) * CENT)
    return (goal * Decimal(str(good)) * number(dice, 0.9, 1.15, 4)).quantize(Decimal(1).scaleb(-decimals))


def near(dice: Random, limit: Decimal, spread: int) -> Decimal:
    """A percentage about *limit*, often at it, beside it, or whole points from it."""
    x = limit + dice.choice(
        [
            number(dice, -spread, spread / 2, 2),
            number(dice, -spread, spread / 2, 1),
            Decimal(dice.randint(-spread, 1)),
            Decimal(0),
            dice.choice([CENT, -CENT]),
        ]
    )
    return min(max(x, Decimal(0)), Decimal(100))


def score(dice: Random, good: float) -> Decimal:
    return number(dice, 45 if good < 0.5 else 78, 60 if good < 0.5 else 100, dice.choice([0, 1, 2, 2, 3]))


def votes(dice: Random, good: float) -> dict[str, int]:
    best = dice.randint(20, 80) if good > 0.5 else dice.randint(0, 9)
    rest = [
        dice.randint(0, 20),
        dice.randint(0, 6),
        dice.randint(0, 5 if good > 0.5 else 60),
        dice.randint(0, 4),
    ]
    found = dict(zip(VOTES, [best, *rest], strict=True))
    if not sum(list(found.values())[:-1]):
        found["poor"] = 1
    return found


def columns(dice: Random, period: dict[str, dict[Key, Value]]) -> None:
    """What concerns a whole column: gaps, ties, zeros, everybody alike."""
    units = list(period)
    for unit in dice.sample(units, dice.choice([0, 1, 1, 2, 5])):
        period[unit]["petitions", ""] = None
    for code in ("projects", "industry", "crime"):
        first, *others = dice.sample(units, dice.randint(2, 5))
        for unit in others:
            period[unit][code, ""] = period[first][code, ""]
    if dice.random() < 0.3:
        period[dice.choice(units)]["crime", ""] = Decimal(0)
    if dice.random() < 0.15:
        code, alike = dice.choice(
            [("industry", "5.5"), ("industry", "-2"), ("crime", "0"), ("projects", "0"), ("projects", "3000")]
        )
        for unit in units:
            period[unit][code, ""] = Decimal(alike)
    if dice.random() < 0.1:
        for unit in units:
            period[unit]["income", "now"] = (period[unit]["income", "before"] or Decimal(0)) * 2


def claims(dice: Random, units: tuple[str, ...]) -> list[Claim]:
    drafts: list[tuple[str, str, str, Decimal | None]] = []
    for unit in units:
        if dice.random() < 0.3:
            drafts += [
                (
                    unit,
                    "加分",
                    dice.choice(["省级先进集体表彰", "市级经验交流", "中央媒体宣传报道"]),
                    points(dice),
                )
                for _ in range(dice.randint(1, 4))
            ]
        if dice.random() < 0.2:
            drafts += [(unit, "扣分", "县级通报批评", points(dice)) for _ in range(dice.randint(1, 2))]
    drafts += [
        (unit, "一票否决", "发生较大生产安全责任事故", None)
        for unit in dice.sample(units, dice.choice([0, 1, 1, 2, 3]))
    ]
    if dice.random() < 0.5:
        dice.shuffle(drafts)
    return [
        Claim(unit, type, matter, worth, f"示例〔2026〕{place}号")
        for place, (unit, type, matter, worth) in enumerate(drafts, 3)
    ]


def points(dice: Random) -> Decimal:
    return dice.choice([Decimal(1), Decimal(2), Decimal("0.5"), Decimal("0.25"), number(dice, 0.1, 3, 2)])


def tasks(dice: Random) -> list[Task]:
    found = []
    for place, full in enumerate(shares(dice, dice.randint(2, 6)), 1):
        due = date(2026, 4, 1) + timedelta(days=dice.randint(0, 274))
        late = dice.choice([-40, -3, -1, 0, 0, 0, 1, 15, 29, 30, 30, 31, 31, 60, 90])
        open_ = dice.random() < 0.15
        progress = dice.choice([Decimal(0), Decimal(40), Decimal(65), Decimal("37.5"), Decimal(100)])
        found.append(
            Task(
                f"工作任务之{place}",
                full,
                due,
                None if open_ else due + timedelta(days=late),
                progress if open_ else Decimal(100),
            )
        )
    return found


def shares(dice: Random, count: int) -> list[Decimal]:
    """Marks of so many tasks, 70 in all; some offices give half marks."""
    step = dice.choice([Decimal(5), Decimal(1), Decimal("0.5")])
    steps = int(70 / step)
    cuts = sorted(dice.sample(range(1, steps), count - 1))
    return [(b - a) * step for a, b in zip([0, *cuts], [*cuts, steps], strict=True)]
