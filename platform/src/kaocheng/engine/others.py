"""Who stands behind a statistic of a group: whose value it is, among how many, and where its names lead."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kaocheng.engine import evaluate as language
from kaocheng.engine import nodes
from kaocheng.engine.alone import Alone
from kaocheng.engine.compared import Compared
from kaocheng.engine.grammar import Call, Name, Tree
from kaocheng.engine.run import Run

SET_BY_ONE = ("min", "max", "nth")  # statistics that are one unit's value


@dataclass(frozen=True, slots=True)
class SetBy:
    """Over how many values a statistic was taken, and whose it is where it is one unit's."""

    among: int
    skipped: int
    whole: Run | None = None
    place: int | None = None
    own: bool = False


def set_by(scope: language.Scope, tree: Call, at: int) -> SetBy | None:
    """What a statistic of the group of the unit at *at* was taken over."""
    run = scope.run
    whole, place = (run.whole, run.place) if isinstance(run, Alone) else (run, at)
    compared = whole.known(("compared", *scope.key, tree))
    if not isinstance(compared, Compared):
        return None
    without = tree.path[0] == "others"
    among, skipped = compared.counts(place, others=without)
    if tree.path[1] not in SET_BY_ONE:
        return SetBy(among, skipped)
    result = language.number(tree, scope.flat()).fraction(at)
    other = compared.bearer(place, result, others=without)
    return SetBy(among, skipped, whole, other, other == place)


def outermost(scope: language.Scope, tree: Tree) -> tuple[language.Scope, Tree]:
    """Out of the method it was handed to as ``x``: the expression itself, and where it stands."""
    while is_x(tree) and scope.way and isinstance(call := scope.way[-1], Call) and call.arguments:
        outer = same_scope(scope.run, replace(scope, way=scope.way[:-1]))
        if outer is None:
            break
        scope, tree = outer, call.arguments[0]
    return scope, tree


def same_scope(run: Run, like: language.Scope) -> language.Scope | None:
    """The same names in another run; nothing where they came about in a way that cannot be gone again."""
    if like.node is None:
        scope = language.Scope(run, like.paper, None, like.period)
    else:
        scope = run.scope(like.paper, like.node, like.period)
    for via in like.way:
        if isinstance(via, Call):
            scope = language.called(via, scope)[0]
        elif like.node is not None and via == like.node.get("method"):
            scope = nodes.measuring(scope)
        else:
            return None
    return scope


def is_x(tree: Tree) -> bool:
    """Whether an expression is the value measured."""
    return isinstance(tree, Name) and tree.path == ("x",)
