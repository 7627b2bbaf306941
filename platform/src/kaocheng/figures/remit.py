"""Whose figures a person reports: his department's and his unit's own, never the marks his unit is given."""

from collections.abc import Iterable

from kaocheng.db.session import TenantSession
from kaocheng.engine import grammar
from kaocheng.engine.recipe import NodeRule, Recipe
from kaocheng.figures import expected
from kaocheng.figures.expected import Scope
from kaocheng.figures.needs import expressions
from kaocheng.identity.domain import Person, Role
from kaocheng.tenancy import queries as tenancy
from kaocheng.tenancy.domain import Unit

_MARKING = frozenset({"given", "convert", "ballots"})  # what others think of a unit


async def remit(session: TenantSession, person: Person) -> Scope:
    """What *person* reports as a collector and as a liaison; what the office does for others is not in it."""
    own = own_collectors(person, await tenancy.units(session)) if Role.COLLECTOR in person.roles else ()
    liaison = person.unit_id is not None and Role.LIAISON in person.roles
    rules = await expected.recipe(session) if liaison else None
    return Scope(
        collectors=frozenset(own),
        units=frozenset({int(person.unit_id or 0)} if liaison else ()),
        marks=marks(rules) if rules else frozenset(),
    )


def own_collectors(by: Person, units: Iterable[Unit]) -> frozenset[str]:
    """The names under which a scheme may speak of the department *by* belongs to."""
    codes = {unit.code for unit in units if by.unit_id is not None and unit.id == by.unit_id}
    return frozenset({by.unit_label, *codes} - {""})


def marks(rules: Recipe) -> frozenset[str]:
    """Codes of the figures that are scores or votes: whoever is rated does not rate himself."""
    nodes = [node for paper in rules.papers.values() for node in paper.nodes.values()]
    return frozenset(name for node in nodes if node.get("method") in _MARKING for name in _taken(node, rules))


def _taken(node: NodeRule, rules: Recipe) -> set[str]:
    """The figures whose values a rule takes over: its own, or those its `x` names."""
    if "x" not in node.keys:
        return {node.code}
    trees = [part for tree in expressions({"x": node.keys["x"]}) for part in grammar.walk(tree)]
    return {it.path[0] for it in trees if isinstance(it, grammar.Name)} & set(rules.figures)
