"""The value of an expression: for one unit, in one node and period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from . import imports, numbers, periods
from .expressions import Call, Name, Number, Operation, Part, Tree, Word, tree_of
from .functions import PLAIN, dates
from .numbers import MISSING, NA, UNDEFINED, Gap, Value, worst
from .place import Place, WrongScheme, as_number
from .scheme import Node
from .statistics import STATISTICS, count, position, shared_out, statistic

if TYPE_CHECKING:
    from .world import World

AGGREGATES = ("sum", "count", "min", "max", "mean")
SPANS = {("month",), ("quarter",), ("half",), ("year",)}


def evaluate(tree: Tree, place: Place) -> Value:
    """The value of a tree at a place."""
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Word):
        return tree.text
    if isinstance(tree, Name):
        return name(tree, place)
    if isinstance(tree, Operation):
        return operation(tree, place)
    assert isinstance(tree, Call)
    return call(tree, place)


def number(tree: Tree, place: Place) -> Fraction | Gap:
    """The value, which must be a number or a gap."""
    value = evaluate(tree, place)
    if isinstance(value, bool):
        return Fraction(int(value))
    if isinstance(value, (Fraction, Gap)):
        return value
    raise WrongScheme(f"{value!r} is no number")


def name(tree: Name, place: Place) -> Value:
    """A plain name: the node's own first, then a figure."""
    path, world = tree.path, place.world
    first = path[0]
    if first == "unit":
        return world.attribute(place, path[1])
    if path == ("x",) and tree.period is not None and place.node is not None:
        place = replace(place, period=world.period(tree.period, place))
        tree = Name(path)
    if len(path) == 1 and tree.period is None:
        own = own_name(first, place)
        if own is not None:
            return own
    if first == "x" and len(path) == 2:
        base = (place.part or place).node
        assert base is not None
        return name(Name((*figure_path(world, base), path[1]), tree.period), place)
    after = place.node is None and not place.handed_in and len(path) == 1
    if after and first in place.paper.nodes:
        return world.score(place.paper, first, place.unit, world.period(tree.period, place))
    if first in world.scheme.figures and not (len(path) == 2 and path[1] == "rank"):
        return world.figure(place, first, path[1] if len(path) > 1 else "", world.period(tree.period, place))
    if len(path) == 2 and path[1] == "rank" and first in place.paper.nodes:
        return world.node_rank(place.paper, first, place.unit, world.period(tree.period, place))
    if after and first in place.paper.adjustments:
        return world.adjustment(place.paper, first, place.unit, place.period)
    raise WrongScheme(f"nobody declared {'.'.join(path)!r}")


def figure_path(world: World, node: Node) -> tuple[str, ...]:
    """The figure a node measures: the one its `x` names plainly, else the one with its code."""
    x = tree_of(node.get("x", node.code))
    if isinstance(x, Name) and x.path[0] in world.scheme.figures:
        return x.path
    return (node.code,)


def own_name(word: str, place: Place) -> Value | None:
    """What a name means inside a node, or None where the node has nothing of that name."""
    if word == "it" and place.it is not None:
        return place.it
    if place.local is not None and word in place.local:
        tree, outer = place.local[word]
        return evaluate(tree, replace(place, local=outer))
    if place.part is not None and word in ("score", "rank", "rate", "full", "weight", "x"):
        return part_name(word, place.part)
    if place.row is not None and word in place.row:
        return place.row[word]
    if place.node is None:
        return None
    let = place.node.get("let", {})
    if word in let:
        return evaluate(tree_of(let[word]), place)
    if word in ("x", "target", "base", "last"):
        return own_value(word, place)
    if word == "full":
        full = place.world.full(place)
        return MISSING if full is None else full
    return None


def own_value(word: str, place: Place) -> Value:
    """`x`, `target`, `base`, `last` of the node itself."""
    node = place.node
    assert node is not None
    if word in node.keys:
        return evaluate(tree_of(node.keys[word]), place)
    path = figure_path(place.world, node) if word != "x" else (node.code,)
    part = path[1] if len(path) > 1 else ""
    if word == "x":
        if node.get("method") == "import":
            return imports.taken(place, node.keys)
        if node.composed:
            return place.world.score(place.paper, node.code, place.unit, place.period)
        return place.world.figure(place, path[0], part, place.period)
    if word == "last":
        earlier = periods.last_year(place.period)
        if "x" in node.keys and not says_last(tree_of(node.keys["x"])):
            return evaluate(tree_of(node.keys["x"]), replace(place, period=earlier))
    return of_figure(word, path, place)


def of_figure(word: str, path: tuple[str, ...], place: Place) -> Value:
    """What `target`, `base` and `last` say of a figure or a part of it."""
    if word == "last":
        part = path[1] if len(path) > 1 else ""
        return place.world.figure(place, path[0], part, periods.last_year(place.period))
    return place.world.target(place, path[0], word, place.period)


def says_last(tree: Tree) -> bool:
    """Whether an expression says `last`: a growth is measured against the figure itself."""
    if isinstance(tree, Name):
        return tree.path == ("last",)
    inner = tree.operands if isinstance(tree, Operation) else tree.arguments if isinstance(tree, Call) else ()
    return any(says_last(one) for one in inner)


def part_name(word: str, place: Place) -> Value:
    """`score`, `rank`, … of a part, inside `parts.mean(...)`."""
    world, node = place.world, place.node
    assert node is not None
    if word == "score":
        return world.score(place.paper, node.code, place.unit, place.period)
    if word == "rank":
        return world.node_rank(place.paper, node.code, place.unit, place.period)
    if word == "rate":
        return world.rate(place.paper, node.code, place.unit, place.period)
    if word == "full":
        full = world.full(place)
        return MISSING if full is None else full
    if word == "weight":
        return number(tree_of(1 if place.weight is None else place.weight), place)
    return own_value("x", place)


def operation(tree: Operation, place: Place) -> Value:
    """Arithmetic, comparison and logic."""
    sign, operands = tree.sign, tree.operands
    if sign in ("and", "or"):
        decides = sign == "or"
        left = evaluate(operands[0], place)
        if left is decides:
            return decides
        right = evaluate(operands[1], place)
        if right is decides and not isinstance(left, Gap):
            return decides
        return worst(left, right) or right
    values = [evaluate(operand, place) for operand in operands]
    gap = worst(*values)
    if gap is not None:
        return gap
    if sign == "not":
        return not values[0]
    if sign == "minus":
        return -as_number(values[0])
    left, right = dates(values)
    if sign in ("=", "!="):
        return (left == right) is (sign == "=")
    if sign in ("<", "<=", ">=", ">"):
        if type(left) is not type(right) and not (isinstance(left, Fraction) and isinstance(right, Fraction)):
            raise WrongScheme(f"{left!r} and {right!r} cannot be compared")
        compare: Callable[[Any, Any], bool] = {
            "<": lambda a, b: a < b,
            "<=": lambda a, b: a <= b,
            ">=": lambda a, b: a >= b,
            ">": lambda a, b: a > b,
        }[sign]
        return compare(left, right)
    a, b = as_number(left), as_number(right)
    if sign == "+":
        return a + b
    if sign == "-":
        return a - b
    if sign == "*":
        return a * b
    return UNDEFINED if b == 0 else a / b


def call(tree: Call, place: Place) -> Value:
    """A function, a statistic of a group, of parts or of rows, or a method."""
    path, world = tree.path, place.world
    if path[0] in ("group", "others") and len(path) == 2:
        return group_statistic(tree, place)
    if path[0] == "parts" and len(path) == 2:
        places = world.part_places(place)
        extra = evaluate(tree.arguments[1], place) if len(tree.arguments) > 1 else None
        return statistic(path[1], [inner(tree, p) for p in places], extra)
    if len(path) == 2 and path[0] in world.scheme.lists:
        lines = world.rows(place, path[0])
        extra = evaluate(tree.arguments[1], replace(place, row=None)) if len(tree.arguments) > 1 else None
        return statistic(path[1], [inner(tree, replace(place, row=line)) for line in lines], extra)
    if len(path) > 1:
        raise WrongScheme(f"nobody knows {'.'.join(path)}()")
    word = path[0]
    first = tree.arguments[0] if tree.arguments else None
    if word in AGGREGATES and first is not None and len(tree.arguments) == 2 and is_span(tree.arguments[1]):
        return over_time(word, first, tree, place)
    if word in AGGREGATES and isinstance(first, Name) and over_parts(first, tree, place):
        return aggregate(word, first, tree, place)
    if word in LAZY:
        return LAZY[word](tree, place)
    if word in PLAIN:
        values = [evaluate(argument, place) for argument in tree.arguments]
        return worst(*values) or PLAIN[word](*values)
    return world.method_call(word, tree, place)


def inner(tree: Call, place: Place) -> Value:
    """The argument of a statistic for one member; without one, that the member is there."""
    return evaluate(tree.arguments[0], place) if tree.arguments else True


def group_statistic(tree: Call, place: Place) -> Value:
    """`group.mean(e)`, `others.mean(e)`, `group(zone).rank(e)`."""
    word = tree.path[1]
    members = place.world.group(place, list(tree.of))
    if place.unit not in members:  # of another paper: it is in no such circle
        return MISSING
    if tree.path[0] == "others":
        members = [unit for unit in members if unit != place.unit]
    if word == "portion":
        return portion(tree, place, members)
    argument = tree.arguments[0] if tree.arguments else Number(Fraction(1))
    if word in ("rank", "rank_up"):
        option = tree.arguments[1] if len(tree.arguments) > 1 else None
        ties = option.text if isinstance(option, Word) else "competition"
        own = evaluate(argument, place)
        if isinstance(own, Gap):
            return own
        among = place.world.numbers(argument, place, members)
        return position(as_number(own), among, place.unit, ties, up=word == "rank_up")
    extra = evaluate(tree.arguments[1], place) if len(tree.arguments) > 1 else None
    return statistic(word, place.world.values(argument, place, members), extra)


def portion(tree: Call, place: Place, members: list[str]) -> Value:
    """The unit's part of k places shared out over the group in proportion to e."""
    amount, by = tree.arguments
    own = evaluate(by, place)
    if isinstance(own, Gap):
        return own
    places = number(amount, place.at(min(members)))
    if isinstance(places, Gap):
        return places
    found = {unit: evaluate(by, place.at(unit)) for unit in members}
    sizes = {u: max(Fraction(0), as_number(v)) for u, v in found.items() if not isinstance(v, Gap)}
    return shared_out(int(places), sizes, place.unit)


def over_parts(first: Name, tree: Call, place: Place) -> bool:
    """Whether an aggregate speaks of a figure's parts or periods rather than of plain numbers."""
    if first.path[0] == "x" and len(first.path) == 1 and len(tree.arguments) == 1:
        return True
    if len(first.path) != 1 or first.path[0] not in place.world.scheme.figures:
        return False
    if len(tree.arguments) == 1:
        return True
    return bool(place.world.scheme.figures[first.path[0]].get("parts"))


def is_span(tree: Tree) -> bool:
    """Whether a name is a kind of period."""
    return isinstance(tree, Name) and tree.path in SPANS


def over_time(word: str, first: Tree, tree: Call, place: Place) -> Value:
    """Over the months of the period (or of the one that is named), each of which must be there."""
    span = tree.arguments[1]
    assert isinstance(span, Name)
    whole = place.period
    if isinstance(first, Name):
        whole, first = place.world.period(first.period, place), Name(first.path)
    within = periods.inside(whole, span.path[0])
    values = [evaluate(first, replace(place, period=one)) for one in within]
    return count(values) if word == "count" else worst(*values) or statistic(word, values)


def aggregate(word: str, first: Name, tree: Call, place: Place) -> Value:
    """Over the parts that were reported."""
    world = place.world
    code = first.path[0]
    if code == "x":
        assert place.node is not None
        code = figure_path(world, place.node)[0]
    period = world.period(first.period, place)
    second = tree.arguments[1] if len(tree.arguments) > 1 else None
    parts = {p: world.figure(place, code, p, period) for p in world.scheme.figures[code].get("parts", {})}
    values: list[Value] = []
    for part in [p for p, value in parts.items() if second is not None and not isinstance(value, Gap)]:
        it = Call(("figure",), (Name((code, part), first.period),))  # of whoever is asked: his own
        values.append(evaluate(second, replace(place, local={**(place.local or {}), "it": (it, None)})))
    return statistic(word, values or list(parts.values()))


def lazy_if(tree: Call, place: Place) -> Value:
    condition = evaluate(tree.arguments[0], place)
    if isinstance(condition, Gap):
        return condition
    return evaluate(tree.arguments[1 if condition else 2], place)


def lazy_otherwise(tree: Call, place: Place) -> Value:
    value = evaluate(tree.arguments[0], place)
    return evaluate(tree.arguments[1], place) if isinstance(value, Gap) else value


def lazy_target(tree: Call, place: Place) -> Value:
    named = tree.arguments[0]
    assert isinstance(named, Name)
    where = place.part or place
    path = named.path
    if path == ("x",):
        assert where.node is not None
        path = figure_path(place.world, where.node)
    kind = "base" if tree.path == ("base",) else "target"
    if len(tree.arguments) > 1:
        word = tree.arguments[1]
        assert isinstance(word, Word)
        kind = word.text
    return place.world.target(where, path[0], kind, place.world.period(named.period, place))


def lazy_figure(tree: Call, place: Place) -> Value:
    named, world = tree.arguments[0], place.world
    assert isinstance(named, Name)
    part = named.path[1] if len(named.path) > 1 else ""
    return world.figure(place, named.path[0], part, world.period(named.period, place))


def lazy_at(tree: Call, place: Place) -> Value:
    unit = evaluate(tree.arguments[0], place)
    if isinstance(unit, Gap):
        return unit
    if numbers.code(unit) not in place.world.inputs.named:  # a unit no file names: nothing is known of it
        return MISSING
    return evaluate(tree.arguments[1], place.at(numbers.code(unit)))


def lazy_node(tree: Call, place: Place) -> Value:
    world, part = place.world, tree.arguments[0]
    assert isinstance(part, Part)
    word = tree.path[0]
    paper = world.scheme.papers[part.paper] if part.paper else place.paper
    period = world.period(part.period, place)
    if word == "grade":
        return world.grade(paper, part.code, place.unit, period)
    if word == "score" and part.code not in paper.nodes and part.code in paper.adjustments:
        return world.adjustment(paper, part.code, place.unit, period)
    if word == "score" and imports.in_words(paper.nodes[part.code]):
        return imports.taken(world.place(paper, part.code, place.unit, period), paper.nodes[part.code].keys)
    if place.node is not None:  # a veto or a bonus prints nothing of what it looks at
        world.reads(place, paper, part.code, period, part.period)
    return (world.score if word == "score" else world.rate)(paper, part.code, place.unit, period)


LAZY: dict[str, Callable[[Call, Place], Value]] = {
    "if": lazy_if,
    "otherwise": lazy_otherwise,
    "is_missing": lambda tree, place: evaluate(tree.arguments[0], place) is MISSING,
    "is_na": lambda tree, place: evaluate(tree.arguments[0], place) is NA,
    "target": lazy_target,
    "base": lazy_target,
    "at": lazy_at,
    "score": lazy_node,
    "rate": lazy_node,
    "grade": lazy_node,
    "figure": lazy_figure,
}


__all__ = ["STATISTICS", "Place", "WrongScheme", "as_number", "count", "evaluate", "number"]
