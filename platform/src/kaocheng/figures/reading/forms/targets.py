"""Targets: the same table as figures, its columns read as what was promised."""

from kaocheng.figures.reading.desk import Desk
from kaocheng.figures.reading.forms import figures

__all__ = ["read"]


def read(desk: Desk) -> None:
    """Read every sheet that holds a table of targets."""
    figures.read_sheets(desk, "target")
