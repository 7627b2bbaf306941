"""The county's rules followed with pencil and paper: from 考核办法.md alone, without any scheme language.

Exact fractions; rounded, half up, where the rules say so and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from tests.other_numbers.county import EVALUATION, County, Key, Task, Value

Points = dict[str, Fraction]  # by unit
HALVED = ("revenue", "investment", "attraction", "grain", "employment", "forest")
FULL = {
    "revenue": 8,
    "investment": 6,
    "attraction": 5,
    "industry": 4,
    "grain": 4,
    "projects": 3,
    "schooling": 4,
    "insured": 4,
    "health": 3,
    "culture": 3,
    "income": 7,
    "pension": 4,
    "employment": 5,
    "forest": 4,
    "energy": 4,
    "waste": 4,
    "deaths": 5,
    "petitions": 4,
    "crime": 5,
    "leadership": 7,
    "discipline": 7,
}
COEFFICIENTS = {
    "excellent": Fraction(1),
    "competent": Fraction(8, 10),
    "basic": Fraction(6, 10),
    "poor": Fraction(4, 10),
}


@dataclass(frozen=True, slots=True)
class Result:
    """One class as it is printed: unit, then column, then text."""

    rows: Mapping[str, Mapping[str, str]]


def two(value: Fraction) -> Fraction:
    """Half up to two decimals; away from zero below it, as the spreadsheet does."""
    cents = floor(abs(value) * 100 + Fraction(1, 2))
    return Fraction(cents if value >= 0 else -cents, 100)


def printed(value: Fraction) -> str:
    """With two decimals."""
    cents = round(two(value) * 100)
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def exact(value: Value) -> Fraction:
    """A figure that must be there."""
    assert value is not None
    return Fraction(value)


# -- the 21 items ----------------------------------------------------------------------------------


class Period:
    """One period's figures and targets, and the 21 items of every township."""

    def __init__(self, county: County, figures: Mapping[str, Mapping[Key, Value]], *, half: bool) -> None:
        self.county, self.figures, self.half = county, figures, half
        self.units = county.townships

    def x(self, unit: str, code: str, part: str = "") -> Fraction:
        return exact(self.figures[unit][code, part])

    def all(self, code: str, part: str = "") -> Points:
        return {unit: self.x(unit, code, part) for unit in self.units}

    def target(self, unit: str, code: str) -> Fraction:
        share = Fraction(1, 2) if self.half and code in HALVED else 1
        return exact(self.county.targets[unit][code]) * share

    def items(self) -> dict[str, Points]:
        """Rounded points by item and unit."""
        found = {
            code: {u: two(p) for u, p in self.item(code).items()} for code in FULL if code != "petitions"
        }
        found["petitions"] = self.petitions()
        return found

    def item(self, code: str) -> Points:
        """One item's points, bounded by zero and its full marks, before rounding."""
        rule: Callable[[str], Fraction] = getattr(self, code, None) or self.completed(code)
        most = FULL[code] + (Fraction(9, 10) if code == "attraction" else 0)
        return {unit: min(max(rule(unit), Fraction(0)), Fraction(most)) for unit in self.units}

    def completed(self, code: str) -> Callable[[str], Fraction]:
        """按完成率计分, 超额完成不加分."""
        return lambda unit: FULL[code] * min(self.rate(unit, code), Fraction(1))

    def rate(self, unit: str, code: str) -> Fraction:
        return self.x(unit, code) / self.target(unit, code)

    def investment(self, unit: str) -> Fraction:
        rate = self.rate(unit, "investment")
        return 6 * min(rate, Fraction(1)) if rate >= Fraction(6, 10) else Fraction(0)

    def attraction(self, unit: str) -> Fraction:
        rate = self.rate(unit, "attraction")
        if rate < 1:
            return 5 * rate
        return 5 + min(floor((rate - 1) * 10) * Fraction(3, 10), Fraction(9, 10))

    def industry(self, unit: str) -> Fraction:
        return 4 * efficacy(self.all("industry"), unit)

    def projects(self, unit: str) -> Fraction:
        ours = self.x(unit, "projects")
        above = sum(other > ours for other in self.all("projects").values())
        return 3 - 3 * Fraction(2, 100) * above

    def schooling(self, unit: str) -> Fraction:
        return 4 - max(Fraction(0), 98 - self.x(unit, "schooling")) * 2

    def insured(self, unit: str) -> Fraction:
        short = max(Fraction(0), self.target(unit, "insured") - self.x(unit, "insured"))
        return 4 - Fraction(1, 2) * ceil(short)

    def health(self, unit: str) -> Fraction:
        return 3 * self.x(unit, "health") / 100

    def culture(self, unit: str) -> Fraction:
        done = self.x(unit, "culture", "built") + self.x(unit, "culture", "under_way") / 2
        return 3 * done / self.target(unit, "culture")

    def income(self, unit: str) -> Fraction:
        now, before = self.all("income", "now"), self.all("income", "before")
        growth = {u: (now[u] - before[u]) / before[u] for u in self.units}
        level = 7 * Fraction(4, 10) * now[unit] / max(now.values())
        return level + 7 * Fraction(6, 10) * efficacy(growth, unit)

    def energy(self, unit: str) -> Fraction:
        return Fraction(4 if self.x(unit, "energy") >= self.target(unit, "energy") else 0)

    def waste(self, unit: str) -> Fraction:
        x = self.x(unit, "waste")
        return Fraction(4 if x >= 95 else 3 if x >= 90 else 2 if x >= 80 else 0)

    def deaths(self, unit: str) -> Fraction:
        limit, dead = self.target(unit, "deaths"), self.x(unit, "deaths")
        if not limit:
            return Fraction(5 if not dead else 0)
        return 5 * (2 - dead / limit)

    def crime(self, unit: str) -> Fraction:
        """最低者得满分, also where the lowest is zero: then everybody else has 5 × 0 ÷ x."""
        least, ours = min(self.all("crime").values()), self.x(unit, "crime")
        return Fraction(5) if ours == least else 5 * least / ours

    def leadership(self, unit: str) -> Fraction:
        return 7 * ballots({part: self.x(unit, "leadership", part) for part in COEFFICIENTS})

    def discipline(self, unit: str) -> Fraction:
        return 7 - self.x(unit, "discipline", "minor") - 2 * self.x(unit, "discipline", "serious")

    def petitions(self) -> Points:
        """Those without a petition get the mean of the others' rounded points, rounded."""
        had = {u: x for u in self.units if (x := self.figures[u]["petitions", ""]) is not None}
        found = {u: two(max(4 - (100 - Fraction(x)) * Fraction(2, 10), Fraction(0))) for u, x in had.items()}
        mean = two(sum(found.values(), Fraction(0)) / len(found))
        return {u: found.get(u, mean) for u in self.units}


def efficacy(values: Points, unit: str) -> Fraction:
    """0.6 + 0.4 × (own − lowest) ÷ (highest − lowest); where all are equal nobody is behind."""
    low, high = min(values.values()), max(values.values())
    if low == high:
        return Fraction(1)
    return Fraction(6, 10) + Fraction(4, 10) * (values[unit] - low) / (high - low)


def ballots(votes: Mapping[str, Fraction]) -> Fraction:
    """The mean coefficient over valid votes."""
    return sum((votes[p] * c for p, c in COEFFICIENTS.items()), Fraction(0)) / sum(votes.values())


# -- totals, grades and ranks ----------------------------------------------------------------------


def townships(county: County, labels: Mapping[str, str]) -> Result:
    """The class 乡镇: columns as its header file names them, items by *labels*."""
    half = Period(county, county.half, half=True).items()
    year = Period(county, county.year, half=False).items()
    sums = [
        {u: sum((item[u] for item in of.values()), Fraction(0)) for u in county.townships}
        for of in (half, year)
    ]
    totals, chain, barred = {}, {}, {c.unit for c in county.claims if c.type == "一票否决"}
    rows: dict[str, dict[str, str]] = {}
    for unit in county.townships:
        duty = sums[0][unit] * Fraction(3, 10) + sums[1][unit] * Fraction(7, 10)
        views = (
            sum(
                (
                    Fraction(county.evaluation[unit][c]) * w
                    for c, w in zip(EVALUATION, (3, 2, 2, 3), strict=True)
                ),
                Fraction(0),
            )
            / 10
        )
        more = min(claimed(county, unit, "加分"), Fraction(5))
        less = claimed(county, unit, "扣分")
        totals[unit] = two(duty * Fraction(8, 10) + views * Fraction(2, 10) + more - less)
        chain[unit] = (sums[1][unit], views)
        rows[unit] = {"目标责任": printed(duty), "各方面评价": printed(views)}
        for period, items, total in (("2026H1", half, sums[0]), ("2026", year, sums[1])):
            rows[unit][f"{period}/责任制"] = printed(total[unit])
            rows[unit] |= {f"{period}/{labels[code]}": printed(items[code][unit]) for code in FULL}
        rows[unit] |= {"加分": printed(more), "扣分": printed(less)}
    return Result(ranked("乡镇", rows, totals, chain, barred))


def claimed(county: County, unit: str, type: str) -> Fraction:
    """The points of one kind of claim."""
    points = [Fraction(c.points) for c in county.claims if (c.unit, c.type) == (unit, type) and c.points]
    return sum(points, Fraction(0))


def half_year(county: County, labels: Mapping[str, str]) -> Result:
    """半年初评 alone: ranked by its items, without a grade."""
    items = Period(county, county.half, half=True).items()
    totals = {u: sum((item[u] for item in items.values()), Fraction(0)) for u in county.townships}
    rows = {u: {labels[code]: printed(items[code][u]) for code in FULL} for u in county.townships}
    found = ranked("乡镇", rows, totals, dict.fromkeys(totals, ()), set())
    return Result({unit: {**row, "grade": ""} for unit, row in found.items()})


def departments(county: County) -> Result:
    """The class 县直部门: tasks as many columns as the longest task book has."""
    longest = max(len(tasks) for tasks in county.tasks.values())
    totals, chain, rows = {}, {}, {}
    for unit in county.departments:
        points = [two(task_points(task)) for task in county.tasks[unit]]
        work = sum(points, Fraction(0))
        vote = two(15 * ballots({p: Fraction(county.votes[unit][p]) for p in COEFFICIENTS}))
        clean = max(Fraction(15 - 2 * county.cases[unit]), Fraction(0))
        totals[unit], chain[unit] = two(work + vote + clean), (work, vote)
        rows[unit] = {
            "工作任务完成": printed(work),
            **{f"工作任务完成#{n}": "" for n in range(1, longest + 1)},
            **{f"工作任务完成#{n}": printed(p) for n, p in enumerate(points, 1)},
            "班子和队伍建设": printed(vote + clean),
            "民主测评": printed(vote),
            "党风廉政": printed(clean),
        }
    return Result(ranked("县直部门", rows, totals, chain, set()))


def task_points(task: Task) -> Fraction:
    full = Fraction(task.full)
    if task.done is None:
        return full * Fraction(task.progress) / 100 / 2
    late = (task.done - task.due).days
    return full * (1 if late <= 0 else Fraction(8, 10) if late <= 30 else Fraction(5, 10))


def ranked(
    group: str,
    rows: Mapping[str, Mapping[str, str]],
    totals: Points,
    chain: Mapping[str, tuple[Fraction, ...]],
    barred: Iterable[str],
) -> dict[str, dict[str, str]]:
    """Score, rank and grade in front of each row."""
    best = excellent(totals, chain, set(barred))
    found = {}
    for unit, row in rows.items():
        score = totals[unit]
        grade = "优秀" if unit in best else "良好" if score >= 80 else "一般" if score >= 60 else "较差"
        rank = 1 + sum(other > score for other in totals.values())
        head = {"unit": unit, "class": group, "score": printed(score), "rank": str(rank), "grade": grade}
        found[unit] = {**head, **row}
    return found


def excellent(totals: Points, chain: Mapping[str, tuple[Fraction, ...]], barred: set[str]) -> set[str]:
    """At most a quarter of the class, from 85; who ties over the line by every comparison stays out."""
    places = len(totals) // 4
    able = [unit for unit, score in totals.items() if score >= 85 and unit not in barred]

    def standing(unit: str) -> tuple[Fraction, ...]:
        return (totals[unit], *chain[unit])

    return {u for u in able if sum(standing(other) >= standing(u) for other in able) <= places}
