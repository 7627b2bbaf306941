"""One finding of lint, and how a written number is read there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
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


def merged(found: Iterable[Finding]) -> list[Finding]:
    """Findings that papers share, because one is like the other, said once with the names of the papers."""
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for finding in map(_with_remedy, found):
        _papers, _dot, inner = finding.path.partition("papers.")
        where = (str(finding.place.line), str(finding.place.column), inner.partition(".")[2])
        paper = "" if inner and finding.line else finding.path
        alike.setdefault((finding.code, finding.reason, finding.remedy, *where, paper), []).append(finding)
    return [_of_papers(same) for same in alike.values()]


def _with_remedy(finding: Finding) -> Finding:
    """A finding always says what to do, also where no name comes near."""
    if finding.remedy:
        return finding
    if finding.code == "missing_key":
        return replace(finding, remedy=_("请补上"))
    named = finding.code.startswith("unknown_")
    return replace(finding, remedy=_("请核对名称") if named else _("请改写"))


def _of_papers(same: list[Finding]) -> Finding:
    first = same[0]
    before, _dot, inner = first.path.partition("papers.")
    papers = dict.fromkeys(one.path.partition("papers.")[2].partition(".")[0] for one in same)
    if len(papers) < 2:
        return first
    rest = inner.partition(".")[2]
    path = f"{before}papers.{_('、').join(papers)}{'.' if rest else ''}{rest}"
    return replace(first, place=replace(first.place, path=path))


def fraction(value: Any) -> Fraction | None:
    """A number or share as it is written; ``None`` for an expression."""
    text = str(value).strip()
    try:
        if text.endswith("%"):
            return Fraction(text[:-1]) / 100
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
