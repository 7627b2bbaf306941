"""The catalogue of methods, and those a scheme declares itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from .absolute import (
    around,
    bands,
    between,
    cases,
    checklist,
    choice,
    completion,
    control,
    count,
    deduct,
    given,
    interpolate,
    interval,
    met,
    progressive,
    shortfall,
    status,
)
from .asked import Asked, Points, Short, divided, sure
from .evaluate import number
from .expressions import tree_of
from .imports import imported
from .numbers import Gap, worst
from .relative import ballots, efficacy, rank_gain, rank_line, rank_table, raters, share, to_best, to_mean, z

METHODS: dict[str, Callable[[Asked], Fraction]] = {
    "given": given,
    "convert": lambda m: m.w * m.rated(divided(m.x(), m.value("out_of"))),
    "completion": completion,
    "met": met,
    "ratio": lambda m: m.w * m.rated(divided(m.x(), m.value("to"))),
    "shortfall": shortfall,
    "around": around,
    "control": control,
    "inverse": lambda m: m.w * m.rated(divided(m.own("target"), m.x())),
    "between": between,
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
    "efficacy": efficacy,
    "to_best": to_best,
    "to_mean": to_mean,
    "rank_steps": lambda m: m.w - m.points(m.keys["step"]) * (m.rank() - 1),
    "rank_line": rank_line,
    "rank_table": rank_table,
    "rank_gain": rank_gain,
    "share": share,
    "z": z,
    "ballots": ballots,
    "raters": raters,
    "import": imported,
    "formula": lambda m: sure(number(tree_of(m.keys["formula"]), m.place)),
}


def apply(method: str, asked: Asked) -> Points:
    """The points of a method, or the gap that stands for them."""
    own = asked.place.world.scheme.methods.get(method)
    try:
        if own is not None:
            return own_method(own, asked)
        return METHODS[method](asked)
    except Short as short:
        return graver(method, asked, short.gap)


# What a method reads besides its x, so that the gap that wins is found whichever was met first.
READS = {
    "completion": ("target",),
    "met": ("target",),
    "shortfall": ("target",),
    "around": ("target",),
    "control": ("target",),
    "inverse": ("target",),
    "between": ("base", "target"),
}


# Keys in points: a share of full marks is missing where those are.
IN_POINTS = {"around": ("at_target", "rate"), "to_mean": ("at_mean", "rate"), "z": ("mean", "spread")}

# Keys that may be expressions, and so gaps themselves.
SAID = ("to", "out_of", "lo", "hi", "mean_of", "each", "deduct")
PEERS = ("group", "others")


def graver(method: str, asked: Asked, gap: Gap) -> Gap:
    """The gap that wins among a method's operands: not applicable before missing before undefined."""
    gaps = [gap]
    reads = [lambda key=key: asked.own(key) for key in READS.get(method, ())]
    reads += [lambda key=key: asked.value(key) for key in SAID if asked.word(key, "group") not in PEERS]
    reads += [lambda key=key: asked.points(asked.keys.get(key, 0)) for key in IN_POINTS.get(method, ())]
    if method in PLAIN_X:
        reads.append(asked.x)
    for read in reads:
        try:
            read()
        except Short as short:
            gaps.append(short.gap)
    return worst(*gaps) or gap


ELSEWHERE = ["bands", "cases", "deduct", "count", "status", "checklist", "choice", "ballots", "raters"]
PLAIN_X = frozenset(METHODS) - {*ELSEWHERE, "import", "formula"}


def own_method(own: dict[str, Any], asked: Asked) -> Points:
    """A method the scheme declares: its formula, with its keys as names."""
    keys = {**own.get("defaults", {}), **{k: v for k, v in asked.keys.items() if k in own.get("keys", [])}}
    local = dict(asked.place.local or {})
    for key, raw in keys.items():
        local[key] = (tree_of(raw), asked.place.local)
    if asked.called and "full" in asked.keys:
        local["full"] = (tree_of(asked.keys["full"]), asked.place.local)
    if asked.x_tree is not None:
        local["x"] = (asked.x_tree, asked.place.local)
    return number(tree_of(own["formula"]), replace(asked.place, local=local))
