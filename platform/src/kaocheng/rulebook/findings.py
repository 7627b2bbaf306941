"""One finding of lint, and how a written number is read there."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kaocheng.errors import Place
from kaocheng.i18n import _


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: an ``error`` stops the scheme from being used, a ``warning`` does not."""

    severity: str
    code: str
    place: Place
    reason: str
    remedy: str = ""

    @property
    def path(self) -> str:
        """The key it is about."""
        return self.place.path

    @property
    def line(self) -> int:
        """The line of the file."""
        return self.place.line

    def __str__(self) -> str:
        remedy = _(";{remedy}", remedy=self.remedy) if self.remedy else ""
        return _("{place}:{reason}{remedy}", place=self.place, reason=self.reason, remedy=remedy)


def fraction(value: Any) -> Fraction | None:
    """A number or share as it is written; ``None`` for an expression."""
    text = str(value).strip()
    try:
        if text.endswith("%"):
            return Fraction(text[:-1]) / 100
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
