"""Random leaves of methods that look at peers or at votes."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from .generate_formulas import LAST, dated, formula, parted, worded
from .generate_leaves import ABSOLUTE, SMALL, UNDEFINED, Keys, Leaf, between, of, share

TIES = ["competition", "dense", "average"]


def efficacy(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "efficacy", "start": share(rng, 0, 50, 60)}
    if rng.random() < 0.3:
        keys["direction"] = "down"
    if rng.random() < 0.3:
        keys |= {"lo": 3, "hi": "8.5"}
        if rng.random() < 0.5:
            keys["clamped"] = True
    elif rng.random() < 0.1:
        keys["lo"] = "group.nth(x, 2)"
        keys["undefined"] = "zero"
    if rng.random() < 0.3:
        keys["equal"] = rng.choice(["full", 0, "60%"])
    if rng.random() < 0.15:
        keys["rate_round"] = rng.choice([2, 3])
    return Leaf(keys, rng.choice([between(2, 9, 1), between(-3, 3), of(4, 5)]))


def to_best(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "to_best", "undefined": rng.choice(UNDEFINED)}
    if rng.random() < 0.4:
        keys["direction"] = "down"
    return Leaf(keys, rng.choice([between(0, 9, 1), between(1, 30), of(0, 1, 3), between(-4, 2)]))


def to_mean(rng: Random, full: int) -> Leaf:
    keys: Keys = {
        "method": "to_mean",
        "at_mean": rng.choice(["60%", "80%", 2]),
        "rate": rng.choice(["0.1", "2%"]),
        "each": rng.choice([1, "0.5", 3]),
        "mean_of": rng.choice(["group", "others", "group.median(x)", "at('city', x)"]),
    }
    if rng.random() < 0.3:
        keys["direction"] = "down"
    return Leaf(keys, between(0, 30), at_city=True)


def rank_steps(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "rank_steps", "step": rng.choice(["2%", "0.5", "7%"]), "ties": rng.choice(TIES)}
    if rng.random() < 0.3:
        keys["direction"] = "down"
    return Leaf(keys, rng.choice([between(0, 5), between(0, 99, 1)]))


def rank_line(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "rank_line", "first_gets": rng.choice(["100%", full])}
    keys |= {"last_gets": rng.choice(["40%", 0]), "alone": rng.choice(["100%", "80%"])}
    keys["ties"] = rng.choice(TIES)
    if rng.random() < 0.3:
        keys["direction"] = "down"
    return Leaf(keys, between(0, 7))


def rank_table(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "rank_table", "table": [full, "80%", "70%"][: rng.randint(1, 3)]}
    if rng.random() < 0.4:
        keys["from_end"] = ["-1", 0][: rng.randint(1, 2)]
    keys |= {"rest": rng.choice(["50%", 1]), "ties": rng.choice(["competition", "dense"])}
    if rng.random() < 0.3:
        keys["direction"] = "down"
    return Leaf(keys, between(0, 12))


def rank_gain(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "rank_gain", "rate": rng.choice(["0.5", 1])}
    if rng.random() < 0.3:
        keys["x"] = "§ / 2 + 1"
    return Leaf(keys, between(0, 9), spans=(LAST,))


def z(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "z", "mean": "60%", "spread": rng.choice(["10%", 1])}
    keys |= {"sd": rng.choice(["sample", "population"]), "undefined": rng.choice(["zero", "60%"])}
    if rng.random() < 0.3:
        keys["direction"] = "down"
    return Leaf(keys, rng.choice([between(0, 20), of(3, 3, 4)]))


def shares(rng: Random, full: int) -> Leaf:
    return Leaf({"method": "share", "undefined": rng.choice(UNDEFINED)}, rng.choice([SMALL, between(1, 90)]))


BALLOTS = {"good": between(10, 60), "fair": between(0, 20), "poor": between(0, 5), "abstain": between(0, 4)}


def ballots(rng: Random, full: int) -> Leaf:
    values = {"good": 1, "fair": rng.choice(["0.8", "0.7"]), "poor": "0.4"}
    keys: Keys = {"method": "ballots", "values": values, "undefined": rng.choice(["missing", "zero"])}
    if rng.random() < 0.5:
        values["abstain"] = "0.5"
    if rng.random() < 0.6:
        keys["leave_out"] = ["abstain"]
    if rng.random() < 0.3:
        keys |= {
            "issued": rng.choice([60, 80, "unit.people * 3", "sum(§) + 2"]),
            "turnout": rng.choice(["2/3", "80%", "50%"]),
        }
    sparse = {part: of(0, 0, 1) for part in BALLOTS}
    return Leaf(keys, parts=rng.choice([dict(BALLOTS), dict(BALLOTS), sparse]))


def raters(rng: Random, full: int) -> Leaf:
    score = rng.choice([between(0, full, 1), between(0, full), of(full, full, 0)])
    keys: Keys = {"method": "raters"}
    keys["classes"] = {
        "leaders": {"of": ["j1", "j2"], "weight": "60%"},
        "peers": {"of": ["j3", "j4", "j5"], "weight": "40%"},
    }
    if rng.random() < 0.15:
        keys.pop("classes")
    if rng.random() < 0.5:
        keys["trim"] = {"above": 2, "each": 1}
    if rng.random() < 0.5:
        keys["leave_out"] = "it = 0"
    if rng.random() < 0.4:
        keys["severity"] = rng.choice(["none", "shift", "ratio", "sd"])
        keys["undefined"] = "zero"
    return Leaf(keys, parts={f"j{k}": score for k in range(1, 6)})


def own(rng: Random, full: int) -> Leaf:
    """A method the scheme declares itself."""
    if rng.random() < 0.3:
        keys: Keys = {"method": "pace", "k": rng.choice([1, "unit.people"]), "undefined": "zero"}
        return Leaf(keys, SMALL, targets={"target": SMALL, "base": between(0, 2)})
    if rng.random() < 0.5:
        bound: Keys = {"most": rng.choice([3, 5])} if rng.random() < 0.5 else {}
        return Leaf({"method": "track", **bound}, SMALL)
    keys = {"method": "blend", "a": rng.choice(["30%", "1/3"]), "undefined": "zero"}
    return Leaf(keys, parts={"one": SMALL, "two": SMALL})


def coefficient(rng: Random, full: int) -> Leaf:
    """What multiplies a base: it has no full marks, so nothing in it is a share of them."""
    lines: list[Keys] = [{"from": 9, "gives": "1.05"}, {"from": 5, "gives": 1}, {"above": 2, "gives": "0.95"}]
    ways: list[Keys] = [
        {"method": "bands", "bands": lines, "else": "0.9"},
        {
            "method": "interpolate",
            "knots": [["2", "0.8"], ["9", "1.2"]],
            "beyond": rng.choice(["hold", "extend"]),
        },
        {"method": "cases", "cases": [{"when": "x >= 5", "gives": "1.1"}], "else": "x / 5"},
        {"formula": "1 + (x - 5) / 100"},
        {"formula": "x / group.max(x)", "undefined": rng.choice(["1", "zero", "missing"])},
    ]
    return Leaf(rng.choice(ways), between(0, 11))


METHODS: dict[str, Keys] = {
    "track": {
        "formula": "min(x * step, most)",
        "keys": ["step", "most"],
        "defaults": {"step": "0.7", "most": 4},
    },
    "pace": {"formula": "full * x / (target * k + base)", "keys": ["k"], "defaults": {"k": 2}},
    "blend": {"formula": "full * (a * x.one + (1 - a) * x.two) / sum(x)", "keys": ["a"]},
}
RELATIVE: dict[str, Callable[[Random, int], Leaf]] = {
    "efficacy": efficacy,
    "to_best": to_best,
    "to_mean": to_mean,
    "rank_steps": rank_steps,
    "rank_line": rank_line,
    "rank_table": rank_table,
    "rank_gain": rank_gain,
    "z": z,
    "share": shares,
    "ballots": ballots,
    "raters": raters,
    "formula": formula,
    "formulas": formula,
    "called": formula,
    "peers": formula,
    "parted": parted,
    "dated": dated,
    "worded": worded,
    "own": own,
}
LEAVES = ABSOLUTE | RELATIVE
