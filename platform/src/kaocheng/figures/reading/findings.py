"""What is said about a cell: an error blocks, a conversion is agreed to, a doubt goes to the verifier."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from kaocheng.figures.reading import sentences

__all__ = ["CONVERSION", "DOUBT", "ERROR", "Finding"]

ERROR, CONVERSION, DOUBT = "error", "conversion", "doubt"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about one cell; the facts are kept, so that the sentence is put when it is read."""

    kind: str
    code: str
    sheet: str
    cell: str
    facts: Mapping[str, str] = field(default_factory=dict)
    suggestion: str = ""

    @property
    def what(self) -> str:
        """What is wrong or unusual, in the reader's language."""
        return sentences.what(self.code, self.facts)

    @property
    def remedy(self) -> str:
        """What to do about it, in the reader's language."""
        return sentences.remedy(self.code, self.facts, self.suggestion)

    def as_json(self) -> dict[str, Any]:
        """For programs: the stable code and facts, and the two sentences."""
        return {
            "kind": self.kind,
            "code": self.code,
            "sheet": self.sheet,
            "cell": self.cell,
            "what": self.what,
            "remedy": self.remedy,
            "suggestion": self.suggestion,
            "facts": dict(self.facts),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read back what ``as_json`` wrote; the sentences are put anew."""
        return cls(
            kept["kind"], kept["code"], kept["sheet"], kept["cell"], dict(kept["facts"]), kept["suggestion"]
        )
