"""What is wrong with a scheme's checks on what is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kaocheng.engine.checks import THEN
from kaocheng.i18n import _
from kaocheng.rulebook.findings import Finding
from kaocheng.rulebook.located import Path
from kaocheng.rulebook.source import nearest

if TYPE_CHECKING:
    from kaocheng.rulebook.lint import Linter


class CheckLint:
    """The checks of one scheme."""

    def __init__(self, linter: Linter) -> None:
        self.linter, self.recipe = linter, linter.recipe

    def checks(self) -> Iterator[Finding]:
        """Whose they are, what they ask, and what follows."""
        for code, rule in self.recipe.checks.items():
            path = ("checks", code)
            for key, known in (("figure", self.recipe.figures), ("paper", self.recipe.papers)):
                if key in rule:
                    yield from self._one_of((*path, key), key, rule[key], known)
            if not {"figure", "paper"} & set(rule):
                yield self._lacking(path, "figure")
            yield from self._one_of((*path, "then"), "then", rule.get("then", "refuse"), THEN)
            yield from self._one_of((*path, "each"), "each", rule.get("each", "part"), ("part",))
            if "when" not in rule:
                yield self._lacking(path, "when")

    def _lacking(self, path: Path, key: str) -> Finding:
        reason = _("核对条件“{check}”没有写 {key}", check=path[-1], key=key)
        return self.linter.finding("error", "missing_key", path, reason, _("请补上"))

    def _one_of(self, path: Path, key: str, value: Any, words: Iterable[str]) -> Iterator[Finding]:
        known = list(words)
        if value not in known:
            reason = _("{key} 只能是:{known}", key=key, known=_("、").join(known[:12]))
            close = nearest(str(value), known)
            yield self.linter.finding("error", "unknown_word", path, reason, close)
