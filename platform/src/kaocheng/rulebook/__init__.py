"""A scheme as text: read, checked, compiled to a recipe; needs no database."""

from kaocheng.rulebook.findings import Finding
from kaocheng.rulebook.lint import compile_scheme, lint
from kaocheng.rulebook.read import read_scheme
from kaocheng.rulebook.scheme import FigureRule, ListRule, Scheme
from kaocheng.rulebook.source import BadScheme

__all__ = [
    "BadScheme",
    "FigureRule",
    "Finding",
    "ListRule",
    "Scheme",
    "compile_scheme",
    "lint",
    "read_scheme",
]
