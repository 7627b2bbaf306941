"""The engine: a recipe and arrays of exact figures in, a score sheet out; numpy and nothing else.

``score(recipe, inputs)`` gives a sheet for texts, ``score(recipe, figures)`` arrays for arrays;
``explain(recipe, inputs, unit, node)`` works one score out.
"""

from kaocheng.engine.explain import Explanation, Used, explain
from kaocheng.engine.figures import BadFigures, Figures
from kaocheng.engine.inputs import Claim, Figure, Inputs, Row, Target, Unit
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.score import score
from kaocheng.engine.scores import PaperScores, Points, Scores
from kaocheng.engine.sheet import PaperSheet, Sheet, Standing

__all__ = [
    "BadFigures",
    "Claim",
    "Explanation",
    "Figure",
    "Figures",
    "Inputs",
    "PaperScores",
    "PaperSheet",
    "Points",
    "Recipe",
    "Row",
    "Scores",
    "Sheet",
    "Standing",
    "Target",
    "Unit",
    "Used",
    "explain",
    "score",
]
