"""What a set of values changes: decided against what stands, before a revision is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kaocheng.figures.domain import WITHDRAWN, Indicator, Key, Kind, NewValue, Of, Standing, Value

LISTED = frozenset({Of.ROW, Of.CLAIM})


class Step(NamedTuple):
    """One new revision, and what it supersedes."""

    value: NewValue
    before: Value | None

    @property
    def withdrawn(self) -> bool:
        """Whether the value is taken back."""
        return self.value.value.kind is Kind.WITHDRAWN


@dataclass(frozen=True, slots=True)
class Decision:
    """The new revisions, in the order of the file, and how many values are what they were."""

    steps: tuple[Step, ...]
    unchanged: int

    @property
    def new(self) -> int:
        """Values of what nobody had filed."""
        return sum(step.before is None and not step.withdrawn for step in self.steps)

    @property
    def withdrawn(self) -> int:
        """Values a list or a claim no longer has."""
        return sum(step.withdrawn for step in self.steps)

    @property
    def changed(self) -> int:
        """Values that replace another, or are filed again after they were returned."""
        return len(self.steps) - self.new - self.withdrawn


def decide(values: Sequence[NewValue], standing: Mapping[Key, Standing]) -> Decision:
    """A value that is what it was makes no revision — unless that one was returned and is now insisted on."""
    steps: list[Step] = []
    unchanged = 0
    for value in values:
        now = standing.get(value.key)
        if now is None:
            steps.append(Step(value, None))
        elif now.value == value.value and not now.returned:
            unchanged += 1
        else:
            before = None if now.value.kind is Kind.WITHDRAWN else now.value
            steps.append(Step(value, before))
    return Decision(tuple(steps), unchanged)


def taken_back(
    values: Sequence[NewValue],
    standing: Mapping[Key, Standing],
    indicators: Mapping[int, Indicator],
    form: str,
) -> list[NewValue]:
    """Fields of list rows and claims that *form* had brought and its new file no longer has.

    A row belongs to the form that brought any of its fields: a date typed in later goes with its row.
    """
    given = {value.key for value in values}
    brought = {_entry(key, indicators[key.indicator_id]) for key, now in standing.items() if now.form == form}
    return [
        NewValue(key=key, value=WITHDRAWN)
        for key, now in standing.items()
        if key not in given
        and now.value.kind is not Kind.WITHDRAWN
        and indicators[key.indicator_id].of in LISTED
        and _entry(key, indicators[key.indicator_id]) in brought
    ]


def _entry(key: Key, indicator: Indicator) -> tuple[str, int, Of, str, str]:
    return key.period, key.unit_id, indicator.of, indicator.code, key.series
