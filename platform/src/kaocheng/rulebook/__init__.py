"""A scheme as text: read, checked, compiled to a recipe; needs no database."""

from kaocheng.rulebook.read import read_scheme
from kaocheng.rulebook.scheme import FigureRule, ListRule, Scheme

__all__ = ["FigureRule", "ListRule", "Scheme", "read_scheme"]
