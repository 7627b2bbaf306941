"""Random leaves worked out by whatever a formula names: peers, periods, days, words, methods as functions."""

from __future__ import annotations

import re
from random import Random

from .generate_leaves import SMALL, UNDEFINED, Keys, Leaf, between, of

LAST = "2025"
QUARTERS = tuple(f"2026Q{k}" for k in range(1, 5))
MONTHS = tuple(f"2026-{k:02}" for k in range(1, 13))
HALVES = ("2026H1", "2026H2")
SPANS = {  # what an expression says, and the periods in which its figure is then reported
    "last": (LAST,),
    ", quarter)": QUARTERS,
    ", month)": MONTHS,
    ", half)": HALVES,
    "@half": ("2026H1", "2025H1"),
    "@q1": ("2026Q1",),
    "@nine": ("2026-01..2026-09",),
    "@2026-03": ("2026-03",),
    "@previous": (LAST,),
}
FORMULAS = [
    "full * clamp(x / 9, 0, 1)",
    "full * if(x > group.mean(x), 1, x / group.max(x))",
    "full - 0.5 * (group.rank(x) - 1)",
    "min(full, round(x / 3, 1) + floor(x / 4))",
    "full * x / group.sum(x)",
    "60% * efficacy(x, start = 50%) + 40% * full * x / 12",
    "full * (x - others.min(x)) / 9",
    "others.max(x) / 3 + others.count(x > 4)",
    "group.count(x < 5) / 3 + abs(x - 5) / 7",
    "group.nth(x, 2) / 4 + ceil(x / 5)",
    "full * sqrt(x) / 4",
    "full * power(x, 1.5) / 40",
    "full * ln(x + 1) / 3",
    "full * exp(-x / 5)",
    "rank_steps(x, step = 3%)",
    "shortfall(x, target = 6, each = 1, deduct = 0.7)",
    "completion(x, target = 8, least = 60%) / 2 + to_best(x) / 2",
    "full * x / unit.people",
    "group(zone).mean(x) / 2 + x / 7",
    "group.portion(7, x)",
    "group.portion(group.count(x), x) / 3",
    "group.sd(x) + group.sd(x, 'population')",
    "group.rank_up(x, 'average') / 2 + group.rank(x, 'dense')",
    "full * (x - x@last_year) / x@last_year",
    "otherwise(x@last_year, x) / 3",
    "if(is_missing(§@last_year) or is_na(§), 1, x / 2)",
    "full * x / at('city', x)",
    "(x - base(§)) / target(§) * full",
    "level * full + 1",
    "group.median(level) * full",
    "track(x, most = 4)",
    "track(x) + 1",
    "sum(§, quarter) / 9",
    "mean(§ * 2 + 1, quarter) / 3",
    "max(§@half, quarter) + min(x, quarter) / 2",
    "count(x > 3, quarter) + x / 20",
    "max(x * 2, quarter) - min(abs(x - 4), quarter)",
    "sum(if(x > 4, 1, x / 9), quarter)",
    "x - last / 2",
    "if(last > 0, (x - last) / last, 1) * full",
    "group.rank(last) - group.rank(x) + 3",
]
LONGER = [
    "x@q1 / 2 + otherwise(x@2026-03, 1)",
    "x@nine / 3 + x / 9",
    "sum(§, month) / 20",
    "mean(x, half) + count(§@nine, month) / 3",
    "max(§@q1, month) + otherwise(§@previous, 1)",
    "target(§@half) + target(§) / 9",
    "otherwise(base(§@last_year), base(§)) / 2 + otherwise(target(§@q1), 1) / 9",
    "x / target(§, 'stretch') * full",
    "count(x > 3, month) / 4",
    "completion(§@half, target_zero = zero) / 2 + met(x)",
    "between(§@last_year) + 1",
]
PEERS = [
    "group(class).mean(x) / 3",
    "group(all).max(x) - x / 2",
    "group(zone, class).sum(x) / 9",
    "others(zone).mean(x) / 2 + 1",
    "others.sum(x) / 9 + others.count()",
    "others.median(x) / 3",
    "others.nth(x, 1) - others.nth(x, 2) / 2",
    "others.sd(x, 'population') + 1",
    "at(unit.parent, x) / 3",
    "otherwise(at(unit.parent, §), 2) + group.count(is_missing(at(unit.parent, x)))",
    "group.mean(otherwise(at(unit.parent, x), x)) / 2",
    "group.mean(x / group(zone).max(x)) * full",
    "group.rank(-x) / 3 + group.rank_up(x / 3, 'dense')",
    "if(group.min(x) = x or not (x < group.median(x)), full, full / 3)",
    "clamp(x, group.min(x) + 1, 8) / 2",
    "group.sum(if(unit.zone = '东', x, 0)) / 9",
    "group.count(unit.zone = '西' and x >= 3) / group.count() * full",
]
CALLED = [
    "met(x, target = 5) / 2 + control(x, target = 4)",
    "between(x, base = 2, target = 9)",
    "inverse(x, target = 3) / 2",
    "around(x, target = 5, at_target = 80%, rate = 0.1, each = 1, steps = whole)",
    "to_mean(x, at_mean = 60%, rate = 2%, each = 3)",
    "to_mean(x, at_mean = 60%, rate = 0.1, each = 1, mean_of = others)",
    "z(x, mean = 60%, spread = 10%)",
    "share(x) / 2 + to_best(x, direction = down) / 3",
    "rank_line(x, first_gets = 100%, last_gets = 40%, alone = 80%, ties = average)",
    "convert(x, out_of = 12) + ratio(x, to = 70)",
    "rank_steps(x, step = 3%, direction = down) / 2 + track(x) / 3",
    "efficacy(x, start = 20%, direction = down) / 2 + track(x / 2, step = 1) / 9",
    "track(x, most = 3) + shortfall(x, target = 4, each = 1, deduct = 0.2, direction = down)",
    "interval(x, lo = 3, hi = 6, outer_lo = 1, outer_hi = 9)",
    "met(x, direction = down) + x / 9",
    "efficacy(x, start = 0%, lo = 2, hi = 9, clamped = true)",
    "efficacy((x - last) / 3, start = 60%)",
    "rank_gain(x, rate = 0.5) + rank_steps(x / 2, step = 5%, ties = dense)",
    "completion(x, target = base(§) + 1, full = 10) / 4",
    "to_best(x / unit.people) / 2 + shortfall(x * 2, target = 9, each = 2, deduct = 5%, steps = up)",
    "60% * rank_steps(x, step = 4%) + 40% * between(x, base = group.min(x), target = group.max(x))",
]
GROWN = ["§ * 2 + 1", "§ - base(§)", "(§ - last) / 3", "§@half + § / 2", "otherwise(§, 3)", "§ / unit.people"]
PARTED = [
    "sum(§) / 3",
    "§.one / (§.one + §.two) * full",
    "count(§, it >= 3) + mean(§) / 2",
    "max(§) - min(§, it + 1)",
    "x.one + x.two / 2",
    "sum(§, it * it) / 9",
    "sum(§, group.rank(it)) + max(§, it - others.min(it))",
    "group.mean(x.one) + group.rank(sum(§)) / 9",
    "otherwise(§.one@last_year, §.two) / 2",
    "group.max(sum(§)) - max(§@last_year, it / 2)",
    "others.count(count(§, it > 2) > 1) + x.three",
    "efficacy(x.one + x.two, start = 50%)",
]
DAYS = [
    "full - clamp(days(target(§, 'due'), §), 0, 90) / 30",
    "if(x <= '2026-06-30', full, full / 2)",
    "if(§ > target(§, 'due'), 0, full)",
    "full - group.count(x < '2026-07-01') / 3",
    "days('2026-01-01', x) / 100",
    "group.mean(days(target(§, 'due'), x)) / 30 + 2",
    "if(is_missing(§), 0, if(x = target(§, 'due'), full / 3, 1))",
    "if(group.rank(days(x, '2026-12-31')) <= 3 and x != '2026-05-01', full, 0)",
]
WORDS = [
    "if(§ = '好', full, if(§ = '中', full / 2, 0))",
    "group.count(§ = '好') / 2",
    "if(x != '差' and unit.zone = '东', full, 1)",
    "if(otherwise(§, '中') = '中', 1, 2)",
    "others.count(x = '差') + 1",
    "if(is_na(x) or x = '好', full, full * 40%)",
]


def spans_of(text: str) -> tuple[str, ...]:
    """The periods that an expression looks at."""
    return tuple(span for said, spans in SPANS.items() if said in text for span in spans)


def formula(rng: Random, full: int) -> Leaf:
    text = rng.choice(rng.choice([FORMULAS, FORMULAS, FORMULAS, LONGER, PEERS, CALLED]))
    keys: Keys = {"formula": text, "undefined": rng.choice(UNDEFINED)}
    if "level" in text:
        keys["let"] = {"level": "x / (x + 3)"}
    if not re.search(r"x[@,]", text) and rng.random() < 0.15:
        keys["x"] = rng.choice(GROWN)
    said = text + keys.get("x", "")
    kinds = ["target"] * ("completion(§@" in said) + ["target", "base"] * ("between(§@" in said)
    kinds += [kind for kind in ("target", "stretch", "base") if f"{kind}(§" in said or f"'{kind}'" in said]
    targets = {kind: between(0, 9) for kind in kinds}
    sample = rng.choice([between(0, 12), between(1, 12, 1)])
    return Leaf(keys, sample, targets=targets, spans=spans_of(said), at_city="city" in text)


def parted(rng: Random, full: int) -> Leaf:
    text = rng.choice(PARTED)
    keys: Keys = {"formula": text, "undefined": rng.choice(UNDEFINED)}
    return Leaf(keys, parts={"one": SMALL, "two": SMALL, "three": between(0, 2)}, spans=spans_of(text))


DUE = of("2026-03-31", "2026-05-01", "2026-06-30", "2026-12-31")


def dated(rng: Random, full: int) -> Leaf:
    """A day by which something is done."""
    keys: Keys = {"formula": rng.choice(DAYS), "undefined": rng.choice(UNDEFINED)}
    done = of("2026-03-30", "2026-05-01", "2026-06-30", "2026-07-01", "2027-01-02")
    return Leaf(keys, done, targets={"due": DUE} if "due" in keys["formula"] else {}, unit="date")


def worded(rng: Random, full: int) -> Leaf:
    """A word that is judged by what it says."""
    keys: Keys = {"formula": rng.choice(WORDS), "undefined": rng.choice(UNDEFINED)}
    return Leaf(keys, of("好", "中", "差"), unit="text")
