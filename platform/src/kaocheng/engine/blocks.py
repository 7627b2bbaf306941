"""Long columns are worked in blocks that fit the cache, and what stands between two steps is never kept.

A step on a short column is done at once.  On a long one it is only noted down; when somebody looks at
the numbers, all noted steps run over one block after another, so that a formula reads its columns once
and writes its result once, whatever it consists of.  Each step is an element-wise function of numpy:
the numbers are the same either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
            settle([self])
        assert self._made is not None
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


class Noted:
    """Steps that were noted down on some columns, to be done with others."""

    def __init__(self, last: Deferred, columns: Sequence[Any]) -> None:
        order, uses = _ordered([last])
        at = {id(value): i for i, value in enumerate(order)}
        self.places = [at.get(id(column)) for column in columns]  # none for a column that made no difference
        self.begun: list[Any] = [None if type(value) is Deferred else value for value in order]
        self.steps: list[tuple[Callable[..., Any], list[int], Any, int, int | None]] = []
        passing: set[int] = set()  # registers of what is no column, and may be written over
        for i, value in enumerate(order):
            if type(value) is not Deferred or i in self.places:
                continue
            inputs = [at[id(given)] for given in value.inputs]
            for given in value.inputs:
                uses[id(given)] -= 1
            over = next((at[id(v)] for v in value.inputs if not uses[id(v)] and at[id(v)] in passing), None)
            function = type(value.step) is np.ufunc and value.kind is float
            self.steps.append((value.step, inputs, value.kind, i, over if function else None))
            passing |= {i} if value.kind is float else set()

    def done_with(self, columns: Sequence[Any]) -> Any:
        """What the last step comes to."""
        registers = self.begun.copy()
        for place, column in zip(self.places, columns, strict=True):
            if place is not None:
                registers[place] = column
        short = not any(type(c) is Deferred or (type(c) is np.ndarray and c.size > SHORT) for c in columns)
        for step, inputs, kind, at, over in self.steps:
            if short and over is not None:
                registers[at] = step(*[registers[i] for i in inputs], out=registers[over])
            else:
                registers[at] = work(step, *[registers[i] for i in inputs], kind=kind)
        return registers[-1]


def settled(given: Any) -> Any:
    """The numbers themselves, should they still be to be worked."""
    return given.array() if type(given) is Deferred else given


def settle(wanted: Iterable[Any]) -> None:
    """Work what is not worked yet together: what several are made from is read, and worked, once."""
    by_length: dict[int, dict[int, Deferred]] = {}
    for one in wanted:
        if type(one) is Deferred and one._made is None:
            by_length.setdefault(one.length, {})[id(one)] = one
    for length, ones in by_length.items():
        results = [np.empty(length, one.kind) for one in ones.values()]  # a huge piece would be slow to come
        _Program(ones.values(), results).run(length)
        for one, made in zip(ones.values(), results, strict=True):
            one._made, one.inputs = made, ()  # what it was made from need not be kept


def together(*wanted: Any) -> list[Any]:
    """The numbers of each, worked in one go."""
    settle(wanted)
    return [settled(one) for one in wanted]


def _keep(made: Any, out: Array) -> None:
    out[...] = made


class _Program:
    """Every step once, after what it needs, on registers that hold one block each.

    A function of numpy writes into the register of its result.  Registers of what is used no more are
    used again, so that few of them stay in the cache.
    """

    def __init__(self, wanted: Iterable[Deferred], results: Sequence[Array]) -> None:
        self.steps: list[tuple[Callable[..., Any], list[int], int, bool]] = []  # what, of which, to, in place
        self.registers: list[Any] = []
        self.columns: list[tuple[int, Array]] = []  # read, or written, block by block
        self.buffers: list[tuple[int, Array]] = []
        self._at: dict[int, int] = {}
        self._free: list[int] = []
        self._own: set[int] = set()  # registers to be used again
        results_of = {id(one): result for one, result in zip(wanted, results, strict=True)}
        order, uses = _ordered(wanted)
        for value in order:
            if type(value) is Deferred and value._made is None:
                self._step(value, uses, results_of.get(id(value)))
            else:
                self._read(value._made if type(value) is Deferred else value, id(value))

    def run(self, length: int) -> None:
        """All blocks of so long columns."""
        registers = self.registers
        for start in range(0, length, BLOCK):
            end = min(start + BLOCK, length)
            for at, column in self.columns:
                registers[at] = column[start:end]
            for at, buffer in self.buffers:
                registers[at] = buffer[: end - start]
            for step, inputs, at, in_place in self.steps:
                if in_place:
                    step(*[registers[i] for i in inputs], out=registers[at])
                else:
                    registers[at] = step(*[registers[i] for i in inputs])

    def _read(self, value: Any, name: int) -> None:
        self._at[name] = self._register(value)
        if type(value) is np.ndarray and value.size > 1:
            self.columns.append((self._at[name], value))

    def _step(self, value: Deferred, uses: dict[int, int], result: Array | None) -> None:
        inputs = [self._at[id(given)] for given in value.inputs]
        for given in value.inputs:
            uses[id(given)] -= 1
            if not uses[id(given)] and (at := self._at[id(given)]) in self._own:
                self._own.discard(at)
                self._free.append(at)  # from here on: a step may write where it reads, cell by cell
        function = type(value.step) is np.ufunc
        if result is not None:
            at = self._register(None)
            self.columns.append((at, result))
        elif function and value.kind is float:
            at = self._free.pop() if self._free else self._buffer()
            self._own.add(at)
        else:
            at = self._register(None)
        self._at[id(value)] = at
        if result is None or function:
            self.steps.append((value.step, inputs, at, result is not None or at in self._own))
        else:
            made = self._register(None)
            self.steps += [(value.step, inputs, made, False), (_keep, [made], at, True)]

    def _register(self, value: Any) -> int:
        self.registers.append(value)
        return len(self.registers) - 1

    def _buffer(self) -> int:
        at = self._register(None)
        self.buffers.append((at, np.empty(BLOCK)))
        return at


def _ordered(wanted: Iterable[Deferred]) -> tuple[list[Any], dict[int, int]]:
    """Everything that is read or worked, after what it is made from; and how often each is made use of."""
    order: list[Any] = []
    uses: dict[int, int] = {}
    waiting: list[tuple[Any, bool]] = [(one, False) for one in wanted][::-1]
    done: set[int] = set()
    while waiting:
        value, ready = waiting.pop()
        if id(value) in done:
            continue
        if ready or type(value) is not Deferred or value._made is not None:
            done.add(id(value))
            order.append(value)
            continue
        waiting.append((value, True))
        for given in value.inputs[::-1]:
            waiting.append((given, False))
    for value in order:
        if type(value) is Deferred and value._made is None:
            for given in value.inputs:
                uses[id(given)] = uses.get(id(given), 0) + 1
    return order, uses
