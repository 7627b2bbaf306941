"""One module per kind of form; each reads its sheets onto the desk."""

from collections.abc import Callable, Mapping

from kaocheng.figures.reading.desk import Desk
from kaocheng.figures.reading.forms import catalogue, claims, figures, targets, tasks

__all__ = ["READERS"]

READERS: Mapping[str, Callable[[Desk], None]] = {
    "catalogue": catalogue.read,
    "targets": targets.read,
    "figures": figures.read,
    "evaluation": figures.read,
    "claims": claims.read,
    "tasks": tasks.read,
}
