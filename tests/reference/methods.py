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
    given,
    interpolate,
    interval,
    met,
    per_parts,
    progressive,
    shortfall,
    status,
)
from .asked import Asked, Points, Short, divided, sure
from .evaluate import number
from .expressions import tree_of
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
    "deduct": lambda m: m.w - per_parts(m),
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
        return short.gap


def own_method(own: dict[str, Any], asked: Asked) -> Points:
    """A method the scheme declares: its formula, with its keys as names."""
    keys = {**own.get("defaults", {}), **{k: v for k, v in asked.keys.items() if k in own.get("keys", [])}}
    local = dict(asked.place.local or {})
    for key, raw in keys.items():
        local[key] = (tree_of(raw), asked.place.local)
    if asked.x_tree is not None:
        local["x"] = (asked.x_tree, asked.place.local)
    return number(tree_of(own["formula"]), replace(asked.place, local=local))
