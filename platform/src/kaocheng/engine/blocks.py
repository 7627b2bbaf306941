"""Long columns are worked in blocks that fit the cache, and what stands between two steps is never kept.

A step on a short column is done at once.  On a long one it is only noted down; when somebody looks at
the numbers, all noted steps run over one block after another, so that a formula reads its columns once
and writes its result once, whatever it consists of.  Each step is an element-wise function of numpy:
the numbers are the same either way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
BLOCK = 8192  # 64 kB a column: a formula's handful of them stay in the second-level cache
SHORT = 2 * BLOCK  # up to here a column is worked in one piece


class Deferred:
    """An element-wise step that has not been done yet, on columns, other such steps, and plain numbers."""

    __slots__ = ("_made", "inputs", "kind", "length", "step")
    dtype = np.dtype(float)
    ndim = 1

    def __init__(self, step: Callable[..., Array], inputs: tuple[Any, ...], length: int, kind: Any) -> None:
        self.step = step
        self.inputs = inputs
        self.length = length
        self.kind = kind
        self._made: Array | None = None

    @property
    def shape(self) -> tuple[int]:
        """One axis, the units."""
        return (self.length,)

    def array(self) -> Array:
        """The numbers; worked when they are first asked for."""
        if self._made is None:
            self._made = _worked(self)
            self.inputs = ()  # what it was made from need not be kept
        return self._made


def work(step: Callable[..., Any], *inputs: Any, kind: Any = float) -> Array | Deferred:
    """*step* of the *inputs*: done at once on short columns, noted down on long ones."""
    length = 0
    for given in inputs:
        if type(given) is Deferred:
            length = given.length
        elif type(given) is np.ndarray and given.size > SHORT:
            length = given.size
    if length:
        return Deferred(step, inputs, length, kind)
    done: Array = step(*inputs)
    return done


def settled(given: Any) -> Any:
    """The numbers themselves, should they still be to be worked."""
    return given.array() if type(given) is Deferred else given


Step = tuple[int, Callable[..., Array], list[int]]  # where the result goes, what is done, to which registers


def _worked(last: Deferred) -> Array:
    steps, places = _ordered(last)
    result = np.empty(last.length, last.kind)
    columns = [value for value, kind in places if kind == "column"]
    fixed = [i for i, (_value, kind) in enumerate(places) if kind == "column"]
    registers: list[Any] = [value for value, _kind in places]
    for start in range(0, last.length, BLOCK):
        part = slice(start, start + BLOCK)
        for at, column in zip(fixed, columns, strict=True):
            registers[at] = column[part]
        for at, step, inputs in steps:
            registers[at] = step(*[registers[i] for i in inputs])
        result[part] = registers[-1]
    return result


def _ordered(last: Deferred) -> tuple[list[Step], list[tuple[Any, str]]]:
    """Every step once, after what it needs; and what each register begins with."""
    places: list[tuple[Any, str]] = []
    at: dict[int, int] = {}
    steps: list[Step] = []

    def place(value: Any, kind: str) -> int:
        at[id(value)] = len(places)
        places.append((value, kind))
        return len(places) - 1

    waiting: list[tuple[Any, bool]] = [(last, False)]
    while waiting:
        value, ready = waiting.pop()
        if id(value) in at:
            continue
        made = value._made if type(value) is Deferred else value
        if made is not None:
            at[id(value)] = len(places)
            long = type(made) is np.ndarray and made.size > 1
            places.append((made, "column" if long else "number"))
        elif ready:
            inputs = [at[id(given)] for given in value.inputs]
            steps.append((place(value, "step"), value.step, inputs))
        else:
            waiting.append((value, True))
            waiting += [(given, False) for given in value.inputs]
    return steps, places
