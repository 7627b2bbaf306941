"""Values drawn together (合计、平均、最高…), written out: each part, month, row or rater with its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from kaocheng.engine import evaluate as language
from kaocheng.engine import functions, periods
from kaocheng.engine.arrays import OK, Exact, Truth
from kaocheng.engine.grammar import Call, Name, Tree, Word
from kaocheng.engine.several import FOLDING, folds
from kaocheng.engine.using import Using
from kaocheng.engine.wording import shown
from kaocheng.i18n import _

MOST_WRITTEN = 12  # values in one line: of more only what they come to is written


class Together(Using):
    """Those calls of a formula that draw several values of the unit together."""

    def _many(self, tree: Call) -> str:
        """A fold over a figure's parts or months, a list's rows or a composition's parts; else empty."""
        if len(tree.path) == 2:
            if tree.path[0] in self.scope.run.recipe.lists:
                return self._drawn(tree, list(self._rows(tree)))
            return self._drawn(tree, list(self._parts(tree))) if tree.path[0] == "parts" else ""
        first = tree.arguments[0] if tree.arguments else None
        if tree.path[0] == "_trimmed":
            return self._raters(tree)
        code = functions.whole_figure(first, self.scope) if tree.path[0] in FOLDING else None
        spanned = len(tree.arguments) == 2 and functions.is_span(tree.arguments[1])
        if code is None or not isinstance(
            first, Name
        ):  # an expression over months is told by what it comes to
            return self.value(tree) if spanned else ""
        if spanned:
            return self._drawn(tree, list(self._months(tree, code, first)))
        return self._drawn(tree, list(self._series(tree, code, first)))

    def _drawn(self, tree: Call, each: Sequence[str]) -> str:
        """The values as they are drawn together, where a reader can follow; else what they come to."""
        there = [text for text in each if text not in (_("缺"), "/")]
        fold = tree.path[-1]
        if fold not in ("sum", "mean", "min", "max") or not 0 < len(there) <= MOST_WRITTEN:
            return self.value(tree)
        if fold in ("min", "max"):
            return f"{folds()[fold]}({', '.join(there)})"
        if not there[1:]:
            return there[0]
        added = f"({' + '.join(f'({text})' if text.startswith('-') else text for text in there)})"
        return added if fold == "sum" else f"{added} ÷ {len(there)}"

    # -- the parts of a figure, its months ---------------------------------------------------------

    def _series(self, tree: Call, code: str, first: Name) -> Iterator[str]:
        run, when = self.scope.run, language.when(first.period, self.scope)
        for n, part in enumerate(run.series(code)):
            name = Name((code, part), first.period)
            value = self.value(Call(("figure",), (name,)))
            self._use_figure(code, part, name, value)
            if len(tree.arguments) == 1 or value in (_("缺"), "/"):
                yield value
            else:
                it = language.by_unit(run.figure(code, part, when), self.scope)
                yield self._inside(self.scope.within((first, n), it=it), self.at, tree.arguments[1])

    def _months(self, tree: Call, code: str, first: Name) -> Iterator[str]:
        kind = tree.arguments[1].path[0]  # type: ignore[union-attr]
        for period in periods.inside(language.when(first.period, self.scope), kind):
            name = Name((code,), period)
            value = self.value(name)
            self._use_figure(code, "", name, value)
            yield value

    # -- the rows of a list, the parts of a composition --------------------------------------------

    def _rows(self, tree: Call) -> Iterator[str]:
        flat = self.scope.flat()
        rows = flat.run.rows(tree.path[0], flat.period)
        inner = flat.by_rows(rows)
        for i in np.flatnonzero(rows.units == self.unit) if tree.arguments else ():
            yield self._inside(inner, int(i), tree.arguments[0])

    def _parts(self, tree: Call) -> Iterator[str]:
        for part in self.scope.parts() if tree.arguments else ():
            assert part.node is not None
            self._use_node(part.paper, part.node, part.period, self._of(part, Name(("score",))))
            yield self._inside(part, self.at, tree.arguments[0])

    def _inside(self, scope: language.Scope, at: int, tree: Tree) -> str:
        """One of the values in numbers; what it made use of is noted down."""
        value = language.evaluate(tree, scope)
        writer = type(self)(scope, at, self.unit, deep=self.deep)
        text = writer.numbers(tree, 3)
        self.used |= {key: used for key, used in writer.used.items() if key not in self.used}
        self.roundings += writer.roundings
        there = not value.state.shape or int(value.state[at]) == OK
        held = isinstance(value, Truth)
        return text if there and not held else writer.value(tree)

    def _of(self, scope: language.Scope, tree: Tree) -> str:
        return type(self)(scope, self.at, self.unit, deep=False).value(tree)

    # -- raters ------------------------------------------------------------------------------------

    def _raters(self, tree: Call) -> str:
        """The mean of raters, with those that are left out before it."""
        above, beside, left_out, *members = tree.arguments
        for member in members:
            if not isinstance(member, Word):
                self.numbers(member)
        mean = self.value(tree)
        if isinstance(left_out, Word) and left_out.value:
            return mean
        given = [self._fraction(member) for member in members if not isinstance(member, Word)]
        scores = sorted(score for score in given if score is not None)
        most, each = (int(functions.constant(one, self.scope)) for one in (above, beside))
        kept = scores[each : len(scores) - each] if 0 <= most < len(scores) else scores
        if not kept[1:] or len(kept) > MOST_WRITTEN or shown(sum(kept, Fraction(0)) / len(kept)) != mean:
            return mean
        if len(kept) < len(scores):
            left = _("、").join(shown(s) for s in (*scores[:each], *scores[len(scores) - each :]))
            self.first.append(_("去掉最高、最低各 {each} 位:{left}", each=each, left=left))
        return f"({' + '.join(map(shown, kept))}) ÷ {len(kept)}"

    def _fraction(self, tree: Tree) -> Fraction | None:
        value = language.evaluate(tree, self.scope)
        assert isinstance(value, Exact)
        state = int(value.state[self.at]) if value.state.shape else int(value.state)
        return value.fraction(self.at) if state == OK else None
