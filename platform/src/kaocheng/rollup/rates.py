"""What a score is a rate of: the marks a total is measured against, whatever its scheme is made of."""

from fractions import Fraction
from math import prod

from kaocheng.engine.recipe import PaperRule
from kaocheng.engine.sheet import PaperSheet

__all__ = ["full_marks"]


def full_marks(paper: PaperSheet, rules: PaperRule, key: str = "") -> Fraction | None:
    """The full marks of a column (the total's, left out), or None where nothing says.

    A product has those of its base: a coefficient (党建系数) says how well, not out of how much.
    """
    column = paper.column[key or paper.total]
    stated = Fraction(column.full) if column.full else None
    rule = rules.nodes.get(column.node)
    if rule is None or rule.get("full") is not None or rule.get("compose") not in ("sum", "product"):
        return stated
    parts = [c.key for c in paper.columns if c.parent == column.key and c.kind == "node"]
    known = [full for part in parts if (full := full_marks(paper, rules, part)) is not None]
    if not known:
        return stated
    return sum(known, Fraction(0)) if rule["compose"] == "sum" else prod(known, start=Fraction(1))
