"""Who counts in which class of raters, and whether a ballot is whole: asked before it scores.

The scores themselves are the scheme's: methods ``ballots`` and ``raters``, and its checks on what was
handed in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class RaterClass:
    """One class of raters (评委类别): who is in it, and its share of the result."""

    raters: frozenset[str]
    weight: Fraction


def counted_once(classes: Mapping[str, RaterClass], rated: str) -> dict[str, RaterClass]:
    """The classes with each rater in the first that has him, nobody rating himself, weights summing to 1.

    ``weight_k ÷ Σ weight`` over the classes that still have somebody; an empty class is left out and the
    others re-normalised, it is never 0.  A class is a set expression of posts and units, so it is written
    with the operators of sets: ``leaders & office | deputies``.

    Args:
        classes: code → class, in the order of precedence; weights of any sum.
        rated: who is rated.

    Returns:
        The classes that count, in the same order; empty where nobody is left.

    Raises:
        ValueError: the weights of the classes that have somebody sum to zero.

    Source:
        METHODS M58c (companies and universities, their own staff).

    >>> leaders, office = frozenset({"wang", "li"}), frozenset({"li", "zhao", "sun"})
    >>> found = counted_once({
    ...     "leaders": RaterClass(leaders, Fraction(1, 2)),
    ...     "peers": RaterClass(office | leaders, Fraction(3, 10)),
    ...     "public": RaterClass(frozenset(), Fraction(1, 5)),
    ... }, rated="sun")
    >>> [(code, sorted(one.raters), str(one.weight)) for code, one in found.items()]
    [('leaders', ['li', 'wang'], '5/8'), ('peers', ['zhao'], '3/8')]
    """
    taken = {rated}
    left: dict[str, RaterClass] = {}
    for code, one in classes.items():
        raters = one.raters - taken
        taken |= raters
        if raters:
            left[code] = RaterClass(raters, one.weight)
    whole = sum((one.weight for one in left.values()), Fraction(0))
    if left and not whole:
        raise ValueError("the classes that have somebody have no weight")
    return {code: RaterClass(one.raters, one.weight / whole) for code, one in left.items()}


@dataclass(frozen=True, slots=True)
class Completeness:
    """How a ballot differs from what it was to cover: (rated, item) pairs, in order."""

    open: tuple[tuple[str, str], ...]  # assigned and not filled in
    strange: tuple[tuple[str, str], ...]  # filled in and not assigned

    @property
    def whole(self) -> bool:
        """Exactly the assigned targets, all items."""
        return not (self.open or self.strange)


def completeness(
    assigned: Collection[str], items: Collection[str], filled: Collection[tuple[str, str]]
) -> Completeness:
    """Whether a ballot covers exactly the assigned targets, with all items (完整提交).

    ``{filled} = assigned × items``; a ballot is taken whole or not at all.

    Args:
        assigned: who is to be rated on it.
        items: what each is rated on.
        filled: the (rated, item) pairs that have a mark.

    Returns:
        What is open and what does not belong there.

    Source:
        METHODS M58d (companies and universities, their own staff).

    >>> found = completeness(["wang", "li"], ["work"], [("wang", "work"), ("sun", "work")])
    >>> found.open, found.strange, found.whole
    ((('li', 'work'),), (('sun', 'work'),), False)
    """
    wanted = {(rated, item) for rated in assigned for item in items}
    given = set(filled)
    return Completeness(tuple(sorted(wanted - given)), tuple(sorted(given - wanted)))
