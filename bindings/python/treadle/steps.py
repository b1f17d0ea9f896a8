"""Lazy values as bytes: the steps that they are made of, inputs first."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple

from treadle import _core

# The steps that are there already while a pickle is being made a lazy value again, and arrays of the core.
_steps: ContextVar[list[_core.Blocks | None]] = ContextVar("steps of a pickled lazy value")
_arrays: ContextVar[list[_core.Array]] = ContextVar("arrays of the core in a pickled lazy value")


class Mention:
    """Stands in a call's arguments for a block of an earlier step."""

    __slots__ = ("block", "step")

    def __init__(self, step: int, block: int) -> None:
        self.step = step
        self.block = block

    def blocks(self) -> _core.Blocks:
        row = _step(self.step)
        return row if row.num_blocks == 1 else row[self.block]

    def __treadle_blocks__(self) -> tuple[_core.Blocks, None]:
        return self.blocks(), None

    def __reduce__(self) -> Any:
        return Mention, (self.step, self.block)


class RowMention:
    """The same for all blocks of a step: each call of a row gets its own."""

    __slots__ = ("step",)

    def __init__(self, step: int) -> None:
        self.step = step

    def __reduce__(self) -> Any:
        return RowMention, (self.step,)


def mention(step: int, block: int | None) -> Mention | RowMention:
    return RowMention(step) if block is None else Mention(step, block)


def _step(number: int) -> _core.Blocks:
    row = _steps.get()[number]
    assert row is not None, "what stands within an array has no blocks of its own"
    return row


class _Row(NamedTuple):
    """In the arguments that made an array of the core: the blocks of an earlier step."""

    step: int


class _Made(NamedTuple):
    """In the arguments that made an array of the core: one made before."""

    array: int


class _Map(NamedTuple):
    """In the arguments that made an array of the core: a map of a file, of mode r or r+."""

    path: str
    dtype: Any
    offset: int
    shape: tuple[int, ...]
    order: str

    def open(self) -> Any:
        import numpy as np

        return np.memmap(self.path, self.dtype, "r", self.offset, self.shape, self.order)  # type: ignore[call-overload]


class _ArrayCalls:
    """The calls that made arrays of the core; each is written down once for a whole pickle."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def of(self, array: _core.Array, step_of: Callable[[_core.Blocks], int]) -> tuple[list[Any], int]:
        """The calls that are new, arguments first, and the number of the array. Nothing recurses along plans."""
        calls: list[Any] = []
        waiting = [array]
        while waiting:
            one = waiting[-1]
            recipe = getattr(one, "_recipe", None)
            if recipe is None:
                raise TypeError("an array over work of this process cannot be pickled")
            missing = [] if id(one) in self._numbers else [x for x in _arrays_in(recipe) if id(x) not in self._numbers]
            if missing:
                waiting += missing
                continue
            if id(one) not in self._numbers:
                name, args, named, place = recipe
                calls.append((name, self._portable(args, step_of), self._portable(named, step_of), place))
                self._numbers[id(one)] = len(self._numbers)
            waiting.pop()
        return calls, self._numbers[id(array)]

    def _portable(self, value: Any, step_of: Callable[[_core.Blocks], int]) -> Any:
        if isinstance(value, _core.Array):
            return _Made(self._numbers[id(value)])
        if isinstance(value, _core.Blocks):
            return _Row(step_of(value))
        if isinstance(value, dict):
            return {key: self._portable(one, step_of) for key, one in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self._portable(one, step_of) for one in value)
        return _map_of(value)


def _arrays_in(value: Any) -> list[_core.Array]:
    if isinstance(value, _core.Array):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [found for one in value for found in _arrays_in(one)] if type(value) in (list, tuple) else []


def _map_of(value: Any) -> Any:
    """A whole map of a file travels as its place; others and what is changed in mode c as elements."""
    import mmap

    filename = getattr(value, "filename", None)
    if filename is None or getattr(value, "mode", "c") == "c" or not isinstance(value.base, mmap.mmap):
        return value
    order = "C" if value.flags.c_contiguous else "F"
    return _Map(str(filename), value.dtype, int(value.offset), value.shape, order)


def _array(name: str, args: Any, named: Any, place: int | None) -> _core.Array:
    """What a call answered with, or one of it."""
    args = [_restored(one) for one in args]
    named = {key: _restored(one) for key, one in named.items()}
    owner, _, method = name.rpartition(".")
    if owner == "Random":
        made: Any = getattr(_core.Random(tuple(args[0])), method)(*args[1:], **named)
    elif hasattr(_core, name):
        made = getattr(_core, name)(*args, **named)
    else:
        made = getattr(args[0], name)(*args[1:], **named)
    found: _core.Array = made if place is None else made[place]
    return found


def _restored(value: Any) -> Any:
    if isinstance(value, _Made):
        return _arrays.get()[value.array]
    if isinstance(value, _Row):
        return _step(value.step)
    if isinstance(value, _Map):
        return value.open()
    if isinstance(value, dict):
        return {key: _restored(one) for key, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_restored(one) for one in value)
    return value


def pack(blocks: _core.Blocks) -> list[tuple[Any, ...]]:
    """The steps. TypeError for one that is no call of Python, such as a frame's."""
    return _core.describe_blocks(blocks, mention, _ArrayCalls().of)


def pack_or_compute(blocks: _core.Blocks) -> list[tuple[Any, ...]]:
    """The steps, or, where the core makes the value and knows no way to write down how, the value."""
    from treadle import scheduling

    try:
        return pack(blocks)
    except TypeError:
        return pack(_core.persist_blocks([blocks], *scheduling.options())[0])


def unpack(steps: list[tuple[Any, ...]]) -> _core.Blocks:
    """The blocks again: calls keep their keys."""
    made: list[_core.Blocks | None] = []
    token, arrays = _steps.set(made), _arrays.set([])
    try:
        for kind, _, *what in steps:
            made.append(_made(kind, what))
        return _step(len(made) - 1)
    finally:
        _steps.reset(token)
        _arrays.reset(arrays)


def _made(kind: str, what: list[Any]) -> _core.Blocks | None:
    if kind == "call":
        return _core.call_one(*what)
    if kind == "calls":
        function, args, kwargs, *others = what
        return _core.call_each(function, _with_rows(args), _with_rows(kwargs), *others)
    if kind == "kept":
        return _core.keep_blocks(what[0])
    if kind == "array":
        calls, number = what[0]
        for call in calls:
            _arrays.get().append(_array(*call))
        blocks: _core.Blocks = _arrays.get()[number].blocks
        return blocks
    if kind == "within":
        return None
    if kind == "made":
        make, arguments = what[0]
        made: _core.Blocks = make(*arguments).__treadle_blocks__()[0]
        return made
    return _core.join_blocks([one.blocks() for one in what[0]])


def _with_rows(value: Any) -> Any:
    """Arguments with rows of blocks in the places of their mentions."""
    if isinstance(value, RowMention):
        return _step(value.step)
    if type(value) in (list, tuple):
        return type(value)(_with_rows(one) for one in value)
    return {key: _with_rows(one) for key, one in value.items()} if type(value) is dict else value
