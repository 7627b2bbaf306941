"""How parts become a whole: sums, weights, means, base × coefficients, the best few, minima."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kaocheng.engine import periods, sums
from kaocheng.engine.arrays import MISSING, NA, OK, UNDEFINED, Exact, Truth, choose
from kaocheng.engine.evaluate import Scope, number
from kaocheng.engine.recipe import NodeRule, PaperRule

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

Array = np.ndarray[Any, Any]
ZERO, ONE = Exact.constant(0), Exact.constant(1)
COMPOSITIONS = [
    "sum",
    "weighted",
    "mean",
    "weighted_mean",
    "rescale",
    "product",
    "min",
    "max",
    "best",
    "geometric",
    "harmonic",
    "inherit",
    "formula",
]


class Part(NamedTuple):
    """One part of a composition: a node, in a period, with its weight."""

    paper: PaperRule
    node: NodeRule
    period: str
    weight: Exact
    weighed: bool = False


def references(paper: PaperRule, node: NodeRule) -> list[tuple[str, Any]]:
    """The parts of a composition as they are written, each with its weight or ``None``."""
    of = node.get("of")
    if isinstance(of, Mapping):
        return list(of.items())
    if of is not None:
        return [(str(code), None) for code in (of if isinstance(of, list | tuple) else [of])]
    return [(code, paper.nodes[code].get("weight")) for code in paper.parts.get(node.code, ())]


def parts(run: Run, paper: PaperRule, node: NodeRule, period: str) -> list[Part]:
    """The parts of a composition: named by ``of``, or the nodes that say they are ``in`` it."""
    key = ("parts", paper.code, node.code, period)
    found: list[Part] = run.once(key, lambda: _parts(run, paper, node, period))
    return found


def _parts(run: Run, paper: PaperRule, node: NodeRule, period: str) -> list[Part]:
    found = []
    for reference, weight in references(paper, node):
        path, _at, name = reference.partition("@")
        other, slash, code = path.rpartition("/")
        home = run.recipe.papers[other.strip()] if slash else paper
        when = _period(run, paper, name.strip(), period)
        weighed = ONE if weight is None else number(str(weight), Scope(run, paper, None, period))
        found.append(Part(home, home.nodes[code.strip()], when, weighed, weight is not None))
    return found


def _period(run: Run, paper: PaperRule, name: str, period: str) -> str:
    match name:
        case "":
            return period
        case "previous":
            return periods.previous(period)
        case "last_year":
            return periods.last_year(period)
    return run.recipe.named(name, paper, period)


def composed(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    """The value of a composition before bounds and rounding."""
    kind = str(node["compose"])
    if kind == "formula":
        return number(str(node["formula"]), run.scope(paper, node, period))
    if kind == "inherit":
        here = run.scope(paper, node, period)
        return number(f"at({node.get('from', 'unit.parent')}, score({node['node']}))", here)
    made_of = parts(run, paper, node, period)
    scores = [run.score(p.paper, p.node.code, p.period) for p in made_of]
    weights = [p.weight for p in made_of]
    if scores and all(s.all_ok for s in scores):
        whole = _folded(run, kind, node, period, made_of, scores, [sums.EVERYBODY] * len(scores), weights)
        return whole.spread(len(run.units))
    there = [np.asarray(s.state != NA) for s in scores]
    if "available" in node.keys:
        scores, there = _available(run, paper, node, period, made_of, scores)
    clean = [
        s.put(np.where(np.asarray(s.state == NA) | ~t, OK, s.state).astype(np.uint8))
        for s, t in zip(scores, there, strict=True)
    ]
    value = _folded(run, kind, node, period, made_of, clean, there, weights)
    nobody = ~reduce(np.logical_or, there) if there else np.ones(len(run.units), bool)
    value = value.spread(len(run.units))
    all_na = reduce(np.logical_and, [s.state == NA for s in scores]) if scores else nobody
    return value.put(np.where(nobody, np.where(all_na, NA, MISSING), value.state).astype(np.uint8))


def _folded(
    run: Run,
    kind: str,
    node: NodeRule,
    period: str,
    made_of: Sequence[Part],
    scores: Sequence[Exact],
    there: Sequence[Array],
    weights: Sequence[Exact],
) -> Exact:
    """One composition over the parts that apply (``there``); what does not apply counts nothing."""
    if kind in ("sum", "weighted"):
        return _closing(run, made_of, scores, there, weights)
    if kind in ("mean", "weighted_mean"):
        return sums.weighted(scores, there, weights) / sums.weighted([ONE] * len(scores), there, weights)
    if kind == "rescale":
        fulls = [run.full(p.paper, p.node.code, p.period) for p in made_of]
        full_marks = number("full", run.scope(made_of[0].paper, node, period))
        return sums.weighted(scores, there, weights) / sums.weighted(fulls, there, weights) * full_marks
    if kind == "product":
        result = ONE
        for score, applies in zip(scores, there, strict=True):
            result = result * choose(Truth(applies), score, ONE)
        return result
    if kind in ("min", "max"):
        return sums.extreme(kind, scores, there)
    if kind == "best":
        return sums.best(int(node.get("n", 1)), node.get("take") == "mean", scores, there)
    return sums.by_powers(kind, scores, there, weights)


def _closing(
    run: Run,
    made_of: Sequence[Part],
    scores: Sequence[Exact],
    there: Sequence[Array],
    weights: Sequence[Exact],
) -> Exact:
    """Weighted sum; what does not apply leaves its marks to the siblings that have full marks."""
    plain = sums.weighted(scores, there, weights)
    if all(map(sums.everywhere, there)):
        return plain
    whole, applicable, rescaled, fixed = ZERO, ZERO, ZERO, ZERO
    for mark, score, applies, weight in zip(upwards(run, made_of), scores, there, weights, strict=True):
        held = Truth(applies)
        points = choose(held, weight * score, ZERO)
        if mark is None:
            fixed = fixed + points
            continue
        up = Truth(np.asarray(mark.state == OK))
        marks = choose(up, mark, ZERO)
        whole = whole + marks
        applicable = applicable + choose(held, marks, ZERO)
        rescaled = rescaled + choose(up, points, ZERO)
        fixed = fixed + choose(up, ZERO, points)
    none_left = Truth(np.asarray(applicable.n == 0))
    return choose(none_left, rescaled, rescaled * whole / choose(none_left, ONE, applicable)) + fixed


def upwards(run: Run, made_of: Sequence[Part]) -> list[Exact | None]:
    """The marks by which each part takes on those of a part that does not apply.

    Missing where a unit has none; nothing where no unit has, or where the part does not count upwards.
    """
    fulls = [run.full(p.paper, p.node.code, p.period) for p in made_of]
    up = [bool(np.all(p.weight.n > 0)) for p in made_of]
    marks = [
        p.weight * full if takes and np.any(full.state == OK) else None
        for p, full, takes in zip(made_of, fulls, up, strict=True)
    ]
    if all(mark is None for mark in marks) and any(p.weighed for p in made_of):
        return [p.weight if takes else None for p, takes in zip(made_of, up, strict=True)]
    return marks


def _available(
    run: Run,
    paper: PaperRule,
    node: NodeRule,
    period: str,
    made_of: Sequence[Part],
    scores: Sequence[Exact],
) -> tuple[list[Exact], list[Array]]:
    """Enough parts are there: the missing ones are left out; else the whole is missing."""
    rule = node["available"]
    by_count = isinstance(rule, Mapping)
    least = number(str(rule["count"] if isinstance(rule, Mapping) else rule), Scope(run, paper, None, period))
    present, whole = ZERO, ZERO
    for part, score in zip(made_of, scores, strict=True):
        weight = ONE if by_count else _mark(run, part)
        whole = whole + weight
        present = present + choose(Truth(np.asarray(score.state == OK)), weight, ZERO)
    enough = (present / whole >= least).holds
    length = len(run.units)
    left = [
        s.put(
            np.where(enough & (s.spread(length).state == MISSING), NA, s.spread(length).state).astype(
                np.uint8
            )
        )
        for s in scores
    ]
    some = np.any([s.spread(length).state != NA for s in scores], axis=0)
    left[0] = left[0].put(np.where(~enough & some, MISSING, left[0].state).astype(np.uint8))
    return left, [np.asarray(s.state != NA) for s in left]


def _mark(run: Run, part: Part) -> Exact:
    if part.weighed:
        return part.weight
    marks = run.full(part.paper, part.node.code, part.period)
    return choose(Truth(np.asarray(marks.state == OK)), marks, ONE)


def full(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    """Full marks that the parts make up; missing where a composition has none of its own."""
    kind = str(node["compose"])
    if kind not in ("sum", "weighted", "mean", "weighted_mean", "min", "max"):
        return Exact.nothing(MISSING)
    made_of = parts(run, paper, node, period)
    fulls = [run.full(p.paper, p.node.code, p.period) for p in made_of]
    there = [np.asarray(f.state == OK) for f in fulls]
    if not any(np.any(t) for t in there):
        return Exact.nothing(MISSING)
    clean = [f.put(np.zeros((), np.uint8)) for f in fulls]
    weights = [p.weight for p in made_of]
    if kind in ("min", "max"):
        result = sums.extreme(kind, clean, there)
    else:
        result = sums.weighted(clean, there, weights)
        if kind in ("mean", "weighted_mean"):
            result = result / sums.weighted([ONE] * len(clean), there, weights)
    nobody = ~reduce(np.logical_or, there)
    return result.put(np.where(nobody, MISSING, OK).astype(np.uint8)) if np.any(nobody) else result


def told_full(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    """Full marks as people are told them: what a node comes to with nothing lost.

    Where a product (base × coefficients) is a part, that is more than the full marks by which the scheme
    counts: a product has those of its base, because a coefficient says how well, not out of how much.
    """
    from kaocheng.engine.alone import whole_of

    kind = str(node.get("compose", ""))
    if "full" not in node.keys and kind == "inherit":
        home, reference = run.recipe.home(paper, str(node["node"]))
        known = told_full(whole_of(run), home, home.nodes[reference.partition("@")[0]], period)
        # of that unit; here only if it is everybody's
        return Exact.nothing(MISSING) if known.shape else known
    if "full" in node.keys or kind not in ("sum", "weighted", "product"):
        return run.full(paper, node.code, period)

    def work() -> Exact:
        whole = None
        for part in parts(run, paper, node, period):
            known = told_full(run, part.paper, part.node, part.period)
            if not np.all(known.state == OK):
                continue
            if kind == "product":
                whole = known if whole is None else whole * known
            else:
                whole = part.weight * known if whole is None else whole + part.weight * known
        return Exact.nothing(MISSING) if whole is None else whole

    found: Exact = run.once(("told full", paper.code, node.code, period), work)
    return found


def own_rate(run: Run, paper: PaperRule, node: NodeRule, period: str) -> Exact:
    """The share of full marks a unit reached on the node's siblings that apply to it."""
    from kaocheng.engine import nodes

    above, below = ZERO, ZERO
    for part in _siblings(run, paper, node, period):
        # before anything stands in where it does not apply, so that two of them can look at each other
        here = run.scope(part.paper, part.node, part.period)
        score = nodes.there(run, here, run.applied(part.paper, part.node.code, part.period))
        marks = run.full(part.paper, part.node.code, part.period)
        counted = Truth(np.asarray((score.state != NA) & (marks.state == OK)))
        above, below = above + choose(counted, score, ZERO), below + choose(counted, marks, ZERO)
    rate = above / below
    # where nothing else applies there is no rate, and no division that `undefined` speaks of
    return rate.put(np.where(rate.state == UNDEFINED, MISSING, rate.state).astype(np.uint8))


def _siblings(run: Run, paper: PaperRule, node: NodeRule, period: str) -> list[Part]:
    """The other parts of the composition that a node is part of."""
    above = paper.nodes.get(str(node.get("in")))
    owners = [above] if above else [one for one in paper.nodes.values() if one.composed]
    for owner in owners:
        made_of = parts(run, paper, owner, period)
        if any(part.node.code == node.code for part in made_of):
            return [part for part in made_of if part.node.code != node.code]
    return []


def over_periods(run: Run, fold: Any, spans: Sequence[str], each: Sequence[Exact]) -> Exact:
    """The scores of several periods folded into one; a period that does not apply is left out."""
    each = [s.spread(len(run.units)) for s in each]
    there = [np.asarray(s.state != NA) for s in each]
    clean = [s.put(np.where(s.state == NA, OK, s.state).astype(np.uint8)) for s in each]
    if few := sums.few(fold):
        value = sums.best(*few, clean, there)
    elif isinstance(fold, Mapping):
        first = next(iter(run.recipe.papers.values()))
        weights = [number(str(fold.get(p, 0)), Scope(run, first, None, p)) for p in spans]
        value = sums.weighted(clean, there, weights) / sums.weighted([ONE] * len(each), there, weights)
    elif fold == "last":
        value = clean[-1]
        there = there[-1:]
    elif fold in ("min", "max"):
        value = sums.extreme(fold, clean, there)
    else:
        value = sums.weighted(clean, there, [ONE] * len(each))
        if fold == "mean":
            value = value / sums.weighted([ONE] * len(each), there, [ONE] * len(each))
    nobody = ~np.any(there, axis=0)
    whole = value.spread(len(run.units))
    return whole.put(np.where(nobody, NA, whole.state).astype(np.uint8))
