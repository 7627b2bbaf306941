"""The engine: a recipe and arrays of exact figures in, a score sheet out; numpy and nothing else.

``score(recipe, inputs)`` gives the sheet; ``explain(recipe, inputs, unit, node)`` works one score out.
"""

from kaocheng.engine.explain import Explanation, Used, explain
from kaocheng.engine.inputs import Claim, Figure, Inputs, Row, Target, Unit
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.score import score
from kaocheng.engine.sheet import PaperSheet, Sheet, Standing

__all__ = [
    "Claim",
    "Explanation",
    "Figure",
    "Inputs",
    "PaperSheet",
    "Recipe",
    "Row",
    "Sheet",
    "Standing",
    "Target",
    "Unit",
    "Used",
    "explain",
    "score",
]
