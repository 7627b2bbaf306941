"""What is not there: missing, not applicable, undefined; and conditions and words, each with such a state."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from kaocheng.engine.blocks import Deferred, work
from kaocheng.engine.integers import Array, boolean

# In the order of precedence when two values meet: not applicable beats missing beats undefined.
OK, UNDEFINED, MISSING, NA = range(4)
State = Array | None  # None: everybody's value is there, and no array is needed to say so


def graver(a: State, b: State) -> State:
    """The state of what is made of both."""
    if a is None:
        return b
    return a if b is None else np.maximum(a, b)


def told(state: State) -> State:
    """No states at all where all are fine."""
    return state if state is not None and state.any() else None


@lru_cache(64)
def fine(shape: tuple[int, ...]) -> Array:
    """Nothing but OK."""
    states = np.zeros(shape, np.uint8)
    states.setflags(write=False)
    return states


class Truth:
    """A condition for each unit, with its state."""

    __slots__ = ("_state", "_v")

    def __init__(self, v: bool | Array | Deferred, state: State = None) -> None:
        self._v = v if isinstance(v, bool | Deferred) or v.ndim else bool(v)
        self._state = state

    @property
    def v(self) -> Array:
        """Whether it holds, as far as its state is OK."""
        if type(self._v) is Deferred:
            self._v = self._v.array()
        return np.asarray(self._v)

    @property
    def state(self) -> Array:
        """The state of each."""
        if self._state is not None:
            return self._state
        return fine(() if isinstance(self._v, bool) else self._v.shape)

    def __and__(self, other: Truth) -> Truth:
        """Looks at *other* only where this one holds, or to see whose gap is the greater."""
        if self._state is None and other._state is None:
            return Truth(self.v & other.v)
        off = ~self.v & (self.state == OK)
        return Truth(
            self.v & other.v, np.where(off, OK, np.maximum(self.state, other.state)).astype(np.uint8)
        )

    def __or__(self, other: Truth) -> Truth:
        """Looks at *other* only where this one does not hold, or to see whose gap is the greater."""
        if self._state is None and other._state is None:
            return Truth(self.v | other.v)
        on = self.v & (self.state == OK)
        return Truth(self.v | other.v, np.where(on, OK, np.maximum(self.state, other.state)).astype(np.uint8))

    def __invert__(self) -> Truth:
        v = self._v
        return Truth(not v if isinstance(v, bool) else work(np.logical_not, v, kind=bool), self._state)

    @property
    def holds(self) -> Array:
        """True where it is known to hold."""
        return self.v if self._state is None else self.v & (self.state == OK)

    def take(self, index: Array) -> Truth:
        """The conditions at *index*."""
        v, state = self.v, self._state
        return Truth(v[index] if v.shape else v, state[index] if state is not None and state.shape else state)


class Words:
    """A word for each unit (the kind of zone it lies in), with its state."""

    __slots__ = ("state", "v")

    def __init__(self, v: Array, state: State = None) -> None:
        self.v = v
        self.state = fine(v.shape) if state is None else state

    def same(self, other: Words) -> Truth:
        """The same word."""
        return Truth(boolean(self.v == other.v), np.maximum(self.state, other.state))

    def take(self, index: Array) -> Words:
        """The words at *index*."""
        return self if not self.v.shape else Words(self.v[index], self.state[index])
