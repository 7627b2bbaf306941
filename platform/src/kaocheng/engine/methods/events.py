"""Methods over counted events, states, elements, votes and raters (按件、按票、按评委计分)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kaocheng.engine.methods.absolute import LACKING, points, rate

if TYPE_CHECKING:
    from kaocheng.engine.methods import Keys


def deduct(keys: Keys) -> str:
    """w − Σ per·events (逐次扣分)."""
    start = "full" if keys.given.get("full") is not None else "0"
    return f"{start} - ({_weighed(keys.table('per'))})"


def count(keys: Keys) -> str:
    """Σ per·x; or the first n at one rate and more at another (数量计分)."""
    if "first" in keys:
        first = keys.table("first")
        n = first["count"]
        text = f"min(x, {n}) * {points(first['each'])}"
        if "then" in keys:
            text += f" + max(0, x - ({n})) * then"
    else:
        text = _weighed(keys.given.get("per", 1))
    return f"min({text}, most)" if "most" in keys else text


def status(keys: Keys) -> str:
    """w·Σ coefficient·x / Σ x (形象进度)."""
    weighed = _weighed(keys.table("coefficients"), shares=True)
    return f"full * {rate(keys, f'({weighed}) / ({_sum(keys.parts)})')}"


def checklist(keys: Keys) -> str:
    """Points of the elements that hold (要件核查)."""
    elements: Mapping[str, object] = keys.table("elements")
    terms = [
        f"if({f'x.{code}' if code in keys.parts else code} = 0, 0, {points(gives)})"
        for code, gives in elements.items()
    ]
    return " + ".join(terms)


def choice(keys: Keys) -> str:
    """Points by the word chosen, or the number given inside that word's range (定性分档)."""
    chosen = "x.choice" if "choice" in keys.parts else "x"
    text = LACKING
    for word, gives in reversed(list(keys.table("choices").items())):
        if isinstance(gives, list | tuple):
            low, high = (points(bound) for bound in gives)
            inside = f"if(x.score >= {low} and x.score <= {high}, x.score, {LACKING})"
            value = inside if "score" in keys.parts else LACKING
        else:
            value = points(gives)
        text = f'if({chosen} = "{word}", {value}, {text})'
    return text


def ballots(keys: Keys) -> str:
    """w·Σ value·votes / Σ valid votes (等次票折算); too small a turnout makes it missing."""
    left_out = keys.table("leave_out")
    left_out = [left_out] if isinstance(left_out, str) else list(left_out)
    counted = tuple(part for part in keys.parts if part not in left_out)
    values = {part: value for part, value in keys.table("values").items() if part not in left_out}
    weighed = _weighed(values, shares=True)
    text = f"full * {rate(keys, f'({weighed}) / ({_sum(counted)})')}"
    if "turnout" in keys and "issued" in keys:
        text = f"if(sum(x) / issued >= turnout, {text}, {LACKING})"
    return text


def raters(keys: Keys) -> str:
    """The mean of the raters' scores by class, classes weighted, an empty class re-normalised (分类评委)."""
    classes: Mapping[str, Mapping[str, object]] = keys.table("classes") or {"all": {"of": keys.parts}}
    trim, left_out = keys.table("trim"), keys.given.get("leave_out")
    above, beside = (f"{trim.get('above', 0)}, {trim.get('each', 1)}").split(", ") if trim else ("-1", "0")
    severity = keys.word("severity", "none")
    before = "" if severity == "none" else f'"{severity}", '
    means, weights = [], []
    for rule in classes.values():
        members = rule.get("of") or ()
        listed = ", ".join(f"x.{code}" for code in members)  # type: ignore[attr-defined]
        means.append(f"_trimmed({above}, {beside}, {_condition(left_out)}, {before}{listed})")
        weights.append(f"({rule.get('weight', 1)})")
    if len(means) == 1:
        return means[0]
    above_line = " + ".join(f"{w} * otherwise({m}, 0)" for w, m in zip(weights, means, strict=True))
    empty = [f"(is_missing({m}) or is_na({m}))" for m in means]
    below = " + ".join(f"{w} * if({none}, 0, 1)" for w, none in zip(weights, empty, strict=True))
    nobodys = " and ".join(f"is_na({m})" for m in means)
    return f"if({below} = 0, if({nobodys}, {means[0]}, {LACKING}), ({above_line}) / ({below}))"


def _condition(left_out: object) -> str:
    return f'"{left_out}"' if isinstance(left_out, str) else '""'


def _weighed(per: object, *, shares: bool = False) -> str:
    if not isinstance(per, Mapping):
        return f"{f'({per})' if shares else points(per)} * x"
    return " + ".join(f"{f'({w})' if shares else points(w)} * x.{part}" for part, w in per.items()) or "0"


def _sum(parts: tuple[str, ...]) -> str:
    return " + ".join(f"x.{part}" for part in parts) or LACKING
