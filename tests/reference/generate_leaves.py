"""Random leaves of methods that look at the unit alone: keys, figures, and values that fall on edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

Sampler = Callable[[Random], str]
Keys = dict[str, Any]


@dataclass
class Leaf:
    """A leaf, its figure, and what may be reported for it."""

    keys: Keys
    sample: Sampler | None = None  # a plain figure
    parts: dict[str, Sampler] = field(default_factory=dict)
    targets: dict[str, Sampler] = field(default_factory=dict)
    spans: tuple[str, ...] = ()  # other periods it is reported for, such as last year
    at_city: bool = False  # the city, which nobody assesses, reports it too
    unit: str = ""

    @property
    def counts(self) -> bool:
        """Whether its figure is a number, and no day or word."""
        wordy = "choice" in self.parts or self.keys.get("method") == "choice"
        return not wordy and self.unit not in ("date", "text")


def number(rng: Random, low: int, high: int, decimals: int = 0) -> str:
    """A decimal between bounds, written plainly."""
    value = rng.randint(low * 10**decimals, high * 10**decimals)
    sign, digits = ("-" if value < 0 else ""), str(abs(value)).rjust(decimals + 1, "0")
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def between(low: int, high: int, decimals: int = 0) -> Sampler:
    return lambda rng: number(rng, low, high, decimals)


def of(*values: object) -> Sampler:
    return lambda rng: str(rng.choice(values))


ROUND_TARGETS = of(8, 16, 40, 80, 125, 200, 400, 1000, 64)
AMOUNT = between(0, 260)
RATE = between(78, 100, 1)
# Numbers that no float holds, and numbers on the edge of a rounding.
LONG = of(
    "0.1", "2.675", "1.005", "33.333333333333333333", "99.99999999999999999", "64.5", "4503599627370497.5"
)
SMALL = between(0, 6)


def share(rng: Random, *choices: int) -> str:
    return f"{rng.choice(choices)}%"


def given(rng: Random, full: int) -> Leaf:
    return Leaf({"method": "given"}, between(0, full, rng.choice([0, 1, 2, 3])))


def convert(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "convert", "out_of": rng.choice([100, 120, 60])}
    if rng.random() < 0.2:
        keys["rate_round"] = rng.choice([1, 2, 3])
    return Leaf(keys, rng.choice([between(0, 100, 1), LONG]))


def completion(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "completion"}
    if rng.random() < 0.4:
        keys["least"] = share(rng, 50, 60, 80)
    if rng.random() < 0.2:
        keys["target"] = rng.choice(["target(§, 'stretch')", "target(§) + 5", 64])
    if rng.random() < 0.4:
        keys["over"] = {
            "each": share(rng, 5, 10, 20),
            "add": rng.choice(["0.3", "0.5", "5%"]),
            "most": rng.choice(["0.9", 1, "20%"]),
            "steps": rng.choice(["whole", "exact"]),
        }
        if rng.random() < 0.2:
            keys["over"].pop("most")
    targets = ROUND_TARGETS
    if rng.random() < 0.3:
        keys["target_zero"] = rng.choice(["full_if_zero", "full", "zero", "not_applicable"])
        targets = of(0, 40, 80, 125)
    if rng.random() < 0.2:
        keys["rate_round"] = rng.choice([2, 3])
    kinds = {"target": targets, "stretch": ROUND_TARGETS} if "target" in keys else {"target": targets}
    return Leaf(keys, rng.choice([AMOUNT, between(0, 120, 1)]), targets=kinds)


def met(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "met"}
    if rng.random() < 0.3:
        keys["direction"] = "down"
    if rng.random() < 0.2:
        keys["is"] = rng.choice([">", "<", "="])
    return Leaf(keys, between(0, 9), targets={"target": between(2, 7)})


def ratio(rng: Random, full: int) -> Leaf:
    if rng.random() < 0.5:
        return Leaf({"method": "ratio", "to": rng.choice([7, 100, "12.5"])}, between(0, 120))
    keys: Keys = {"method": "ratio", "to": "target(§)", "undefined": rng.choice(UNDEFINED)}
    return Leaf(keys, between(0, 50), targets={"target": of(0, 16, 30, 40)})


UNDEFINED: list[Any] = ["full", "zero", "missing", "not_applicable", 0]


def shortfall(rng: Random, full: int) -> Leaf:
    keys: Keys = {
        "method": "shortfall",
        "each": rng.choice([1, "0.1", "0.5", 2]),
        "deduct": rng.choice(["0.2", "0.5", 1, "5%", "0.05"]),
    }
    if rng.random() < 0.6:
        keys["steps"] = rng.choice(["exact", "up", "whole"])
    if rng.random() < 0.4:
        keys["direction"] = "down"
    if rng.random() < 0.5:
        keys["target"] = rng.choice([98, 95, 100, "90.5"])
        return Leaf(keys, RATE, unit="%")
    return Leaf(keys, RATE, targets={"target": RATE}, unit="%")


def around(rng: Random, full: int) -> Leaf:
    keys: Keys = {
        "method": "around",
        "at_target": share(rng, 60, 80, 100),
        "rate": rng.choice(["0.1", "0.5", "2%"]),
        "each": rng.choice([1, "0.5", 3]),
    }
    if rng.random() < 0.6:
        keys["steps"] = rng.choice(["exact", "up", "whole"])
    return Leaf(keys, RATE, targets={"target": between(85, 95, 1)}, unit="%")


def control(rng: Random, full: int) -> Leaf:
    rule = rng.choice(["full_if_zero", "full", "zero", "not_applicable"])
    keys: Keys = {"method": "control", "target_zero": rule}
    if rng.random() < 0.2:
        keys["rate_round"] = 2
    return Leaf(keys, SMALL, targets={"target": of(0, 1, 2, 3, 7)})


def inverse(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "inverse", "undefined": rng.choice(UNDEFINED)}
    return Leaf(keys, between(0, 12), targets={"target": between(1, 6, 1)})


def between_points(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "between"}
    if rng.random() < 0.4:
        keys |= {"base": rng.choice([3, "10.5"]), "target": rng.choice([30, "24.5", 1])}
        return Leaf(keys, between(0, 40, 1))
    if rng.random() < 0.3:
        keys |= {"base": "last", "target": "target(§)", "undefined": rng.choice(UNDEFINED)}
        return Leaf(keys, between(2, 9), targets={"target": between(3, 8)}, spans=("2025",))
    keys["undefined"] = rng.choice(UNDEFINED)
    return Leaf(keys, between(0, 9), targets={"target": between(3, 8), "base": between(2, 5)})


def interpolate(rng: Random, full: int) -> Leaf:
    keys: Keys = {
        "method": "interpolate",
        "knots": [["2", "20%"], ["5.5", "60%"], [9, rng.choice(["90%", full])]],
        "beyond": rng.choice(["hold", "extend"]),
    }
    return Leaf(keys, between(0, 11, 1))


def bands(rng: Random, full: int) -> Leaf:
    top: Keys = {rng.choice(["from", "above"]): 95, "gives": rng.choice(["100%", full])}
    listed: list[Keys] = [top, {"from": 90, "gives": "80%"}]
    listed.append({"from": 80, "gives": rng.choice(["50%", 1, "full * (20% + 60% * (x - lo) / (hi - lo))"])})
    if "above" in top and rng.random() < 0.5:
        listed[1] = {"from": 90, "to": 95, "gives": "80%"}
    if rng.random() < 0.15:
        listed = [
            {"below": 84, "gives": 1},
            {"from": 84, "below": 95, "gives": "60%"},
            {"from": 95, "gives": full},
        ]
    keys: Keys = {"method": "bands", "bands": listed, "else": rng.choice([0, "10%", "full / 9"])}
    if rng.random() < 0.2:
        keys.pop("else")
    return Leaf(keys, RATE, unit="%")


def progressive(rng: Random, full: int) -> Leaf:
    listed: list[Keys] = [{"to": 10, "each": 1, "rate": "0.1"}, {"to": 20, "each": 1, "rate": "0.05"}]
    listed.append({"each": 2, "rate": rng.choice(["0.15", "1%"])})
    keys: Keys = {"method": "progressive", "start": rng.choice(["60%", 1]), "bands": listed}
    if rng.random() < 0.5:
        keys["symmetric"] = True
    return Leaf(keys, between(-30, 40))


def interval(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "interval", "lo": 10, "hi": rng.choice([20, 10])}
    if rng.random() < 0.8:
        keys |= {"outer_lo": 4, "outer_hi": rng.choice([27, 30])}
    if rng.random() < 0.2:
        keys.pop(rng.choice(["outer_lo", "outer_hi"]), None)
    return Leaf(keys, between(0, 34, 1))


def cases(rng: Random, full: int) -> Leaf:
    listed = [
        {"when": "x >= 8", "gives": "100%"},
        {"when": "x >= 5 and unit.zone = '东'", "gives": "full * x / 9"},
        {"when": "x < 2 or x = 3", "gives": rng.choice([0, "10%"])},
    ]
    rest: Keys = {"else": rng.choice(["40%", "full * x / 30"])} if rng.random() < 0.8 else {}
    return Leaf({"method": "cases", "cases": listed, **rest}, between(0, 10))


def deduct(rng: Random, full: int) -> Leaf:
    if rng.random() < 0.5:
        return Leaf({"method": "deduct", "per": rng.choice([1, "0.5", "10%"])}, SMALL)
    per = {"minor": rng.choice([1, "0.5"]), "serious": rng.choice([2, "20%"])}
    return Leaf({"method": "deduct", "per": per}, parts={"minor": SMALL, "serious": between(0, 2)})


def count(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "count"}
    if rng.random() < 0.15:
        return Leaf({**keys, "per": rng.choice(["0.4", 1])}, between(0, 9))
    if rng.random() < 0.4:
        keys |= {"first": {"count": 3, "each": "0.8"}, "then": "0.25"}
        if rng.random() < 0.5:
            keys["most"] = rng.choice([3, "50%"])
        return Leaf(keys, between(0, 9))
    keys["per"] = {"high": "1.5", "low": "0.3"}
    if rng.random() < 0.5:
        keys["most"] = rng.choice([4, "60%"])
    return Leaf(keys, parts={"high": between(0, 3), "low": SMALL})


def status(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "status", "coefficients": {"done": "100%", "building": "50%", "none": "0%"}}
    keys["undefined"] = rng.choice(UNDEFINED)
    return Leaf(keys, parts={"done": SMALL, "building": SMALL, "none": between(0, 3)})


def checklist(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "checklist", "elements": {"plan": "40%", "report": 1, "review": "0.5"}}
    return Leaf(keys, parts={"plan": of(0, 1), "report": of(0, 1), "review": of(0, 1)})


def choice(rng: Random, full: int) -> Leaf:
    keys: Keys = {"method": "choice", "choices": {"好": "100%", "中": "75%", "差": 0}}
    chosen = of("好", "中", "差")
    if rng.random() < 0.5:
        return Leaf(keys, chosen)
    keys["choices"] = {"好": ["80%", "100%"], "中": ["50%", "80%"], "差": rng.choice([0, ["0%", "50%"]])}
    return Leaf(keys, parts={"choice": chosen, "score": between(0, full, rng.choice([0, 1]))})


ABSOLUTE: dict[str, Callable[[Random, int], Leaf]] = {
    "given": given,
    "convert": convert,
    "completion": completion,
    "met": met,
    "ratio": ratio,
    "shortfall": shortfall,
    "around": around,
    "control": control,
    "inverse": inverse,
    "between": between_points,
    "interpolate": interpolate,
    "bands": bands,
    "progressive": progressive,
    "interval": interval,
    "cases": cases,
    "deduct": deduct,
    "count": count,
    "status": status,
    "checklist": checklist,
    "choice": choice,
}
