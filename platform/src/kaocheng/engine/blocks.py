"""Long columns are worked in blocks that fit the cache, and what stands between two steps is never kept.

A step on a short column is done at once.  On a long one it is only noted down; when somebody looks at
the numbers, all noted steps run over one block after another, so that a formula reads its columns once
and writes its result once, whatever it consists of.  Each step is an element-wise function of numpy:
the numbers are the same either way.  What nobody looks at is never worked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import RLock
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SHORT = 4096  # up to here a column is worked at once
BLOCK = 16384  # 128 kB a column: a formula's handful of them stay in the second-level cache
_ONE_BY_ONE = RLock()  # two who look at the same numbers at the same time do not work them at the same time


class Deferred:
    """An element-wise step that has not been done yet, on columns, other such steps, and plain numbers."""

    __slots__ = ("_few", "_made", "inputs", "kind", "length", "step")
    dtype = np.dtype(float)
    ndim = 1

    def __init__(self, step: Callable[..., Array], inputs: tuple[Any, ...], length: int, kind: Any) -> None:
        self.step = step
        self.inputs = inputs
        self.length = length
        self.kind = kind
        self._made: Array | None = None
        self._few: _Program | None = None  # the steps, for one unit after another

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

    def take(self, index: Array) -> Array:
        """The numbers at *index*; where that is a few of many, no others are worked for it."""
        if len(index) > SHORT:
            return self.array()[index]
        with _ONE_BY_ONE:
            if self._made is not None:
                return self._made[index]
            if type(self.step) is Noted and all(type(read) is np.ndarray for read in self.inputs):
                return self.step(*[column[index] for column in self.inputs])
            program = self._few = self._few or _Program([self])
            found = np.empty(len(index), self.kind)
            program.work([column[index] for column in program.columns], [found], program.room(len(index)))
            return found


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


def settle(wanted: Iterable[Any]) -> None:
    """Work what is not worked yet together: what several are made from is read, and worked, once."""
    with _ONE_BY_ONE:
        by_length: dict[int, dict[int, Deferred]] = {}
        for one in wanted:
            if type(one) is Deferred and one._made is None:
                by_length.setdefault(one.length, {})[id(one)] = one
        for length, ones in by_length.items():
            results = [np.empty(length, one.kind) for one in ones.values()]  # a huge piece is slow to come
            _in_blocks(_Program(list(ones.values())), length, results)
            for one, made in zip(ones.values(), results, strict=True):
                one._made = made
                one.inputs, one._few = (), None  # what it was made from need not be kept


def _in_blocks(program: _Program, length: int, results: Sequence[Array]) -> None:
    room = program.room(min(length, BLOCK))
    for start in range(0, length, BLOCK):
        end = min(start + BLOCK, length)
        columns = [column[start:end] for column in program.columns]
        program.work(columns, [result[start:end] for result in results], room)


def together(*wanted: Any) -> list[Any]:
    """The numbers of each, worked in one go."""
    settle(wanted)
    return [settled(one) for one in wanted]


class Noted:
    """Steps that were noted down on some columns, to be done with others; they are one step then."""

    def __init__(self, last: Deferred, columns: Sequence[Any]) -> None:
        self._program = _Program([last], columns)
        at = {id(column): i for i, column in enumerate(columns)}
        self._from = [(at.get(id(read)), read) for read in self._program.columns]

    def done_with(self, columns: Sequence[Any]) -> Array | Deferred:
        """What the last step comes to."""
        return work(self, *[read if at is None else columns[at] for at, read in self._from])

    def __call__(
        self, *blocks: Array, out: Array | None = None, room: Sequence[Array] | None = None
    ) -> Array:
        """The steps, done at once with columns in the order in which they are read."""
        out = np.empty(len(blocks[0])) if out is None else out
        self._program.work(blocks, [out], self._program.room(len(out)) if room is None else room)
        return out

    def added(self, *blocks: Array) -> Array:
        """The steps, done with ever so many columns, and what they come to added up."""
        many = len(self._from)
        whole = self(*blocks[:many])
        one, room = np.empty_like(whole), self._program.room(len(whole))
        for first in range(many, len(blocks), many):
            np.add(whole, self(*blocks[first : first + many], out=one, room=room), out=whole)
        return whole


def noted(number: Any) -> tuple[Noted | None, tuple[Any, ...]]:
    """The noted steps by which a column is still to be worked, and of what; ``None``: it is not so."""
    if type(number) is not Deferred or type(number.step) is not Noted:
        return None, ()
    inputs = number.inputs  # looked at first: whoever works it meanwhile drops them when it is made
    return (number.step, inputs) if number._made is None else (None, ())


def _keep(made: Any, out: Array) -> None:
    out[...] = made


class _Program:
    """Every step once, after what it needs, on registers that hold one block each.

    A function of numpy writes into the register of its result.  Registers of what is used no more are
    used again, so that few of them stay in the cache.
    """

    def __init__(self, wanted: Sequence[Deferred], given: Sequence[Any] = ()) -> None:
        self.columns: list[Any] = []  # read block by block; what is *given* is one, worked or not
        self._steps: list[
            tuple[Callable[..., Any], list[int], int, bool]
        ] = []  # what, of which, to, in place
        self._registers: list[Any] = []
        self._read: list[int] = []  # registers of the columns
        self._buffers: list[int] = []  # registers of what stands between two steps
        self._free: list[int] = []  # of them, those to be used again
        self._at: dict[int, int] = {}
        wanted_ones, given_ones = set(map(id, wanted)), set(map(id, given))
        order, uses = _ordered(wanted, given_ones)
        for value in order:
            if _open(value, given_ones):
                self._step(value, uses, id(value) in wanted_ones)
            else:
                self._look(value, id(value) in given_ones)
        self._results = [self._at[id(one)] for one in wanted]

    def room(self, length: int) -> list[Array]:
        """What the steps need between them, for blocks so long."""
        return [np.empty(length) for _buffer in self._buffers]

    def work(self, columns: Sequence[Array], results: Sequence[Array], room: Sequence[Array]) -> None:
        """All steps on one block of each of the columns, into one of each result."""
        registers = self._registers.copy()
        for at, column in zip(self._read, columns, strict=True):
            registers[at] = column
        for at, result in zip(self._results, results, strict=True):
            registers[at] = result
        for at, buffer in zip(self._buffers, room, strict=True):
            registers[at] = buffer[: len(results[0])]
        for step, inputs, at, in_place in self._steps:
            if in_place:
                step(*map(registers.__getitem__, inputs), out=registers[at])
            else:
                registers[at] = step(*map(registers.__getitem__, inputs))

    def _look(self, value: Any, given: bool) -> None:
        read = value._made if type(value) is Deferred and not given else value
        self._at[id(value)] = self._register(read)
        if given or (type(read) is np.ndarray and read.size > 1):
            self._read.append(self._at[id(value)])
            self.columns.append(read)

    def _step(self, value: Deferred, uses: dict[int, int], wanted: bool) -> None:
        inputs = [self._at[id(given)] for given in value.inputs]
        for given in value.inputs:
            uses[id(given)] -= 1
            if not uses[id(given)] and (at := self._at[id(given)]) in self._buffers:
                self._free.append(at)  # from here on: a step may write where it reads, cell by cell
        in_place = type(value.step) in (np.ufunc, Noted) and (wanted or value.kind is float)
        at = self._buffer() if in_place and not wanted else self._register(None)
        self._at[id(value)] = at
        if in_place or not wanted:
            self._steps.append((value.step, inputs, at, in_place))
        else:
            made = self._register(None)
            self._steps += [(value.step, inputs, made, False), (_keep, [made], at, True)]

    def _register(self, value: Any) -> int:
        self._registers.append(value)
        return len(self._registers) - 1

    def _buffer(self) -> int:
        if self._free:
            return self._free.pop()
        self._buffers.append(self._register(None))
        return self._buffers[-1]


def _open(value: Any, given: set[int]) -> bool:
    """Whether it is still to be worked, and is none of the columns to be *given*."""
    return type(value) is Deferred and value._made is None and id(value) not in given


def _ordered(wanted: Iterable[Deferred], given: set[int]) -> tuple[list[Any], dict[int, int]]:
    """Everything that is read or worked, after what it is made from; and how often each is made use of."""
    order: list[Any] = []
    uses: dict[int, int] = {}
    waiting: list[tuple[Any, bool]] = [(one, False) for one in wanted][::-1]
    done: set[int] = set()
    while waiting:
        value, ready = waiting.pop()
        if id(value) in done:
            continue
        if ready or not _open(value, given):
            done.add(id(value))
            order.append(value)
            continue
        waiting.append((value, True))
        waiting += [(one, False) for one in value.inputs[::-1]]
    for value in order:
        if _open(value, given):
            for used in value.inputs:
                uses[id(used)] = uses.get(id(used), 0) + 1
    return order, uses
