"""Lazy values as bytes: the steps that they are made of, inputs first."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from treadle import _core

# The steps that are there already while a pickle is being made a lazy value again.
_steps: ContextVar[list[_core.Blocks]] = ContextVar("steps of a pickled lazy value")


class Mention:
    """Stands in a call's arguments for a block of an earlier step."""

    __slots__ = ("block", "step")

    def __init__(self, step: int, block: int) -> None:
        self.step = step
        self.block = block

    def blocks(self) -> _core.Blocks:
        row = _steps.get()[self.step]
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


def pack(blocks: _core.Blocks) -> list[tuple[Any, ...]]:
    """The steps. TypeError for one that is no call of Python, such as a frame's."""
    return _core.describe_blocks(blocks, mention)


def pack_or_compute(blocks: _core.Blocks) -> list[tuple[Any, ...]]:
    """The steps, or, where the core makes the value and knows no way to write down how, the value."""
    from treadle import scheduling

    try:
        return pack(blocks)
    except TypeError:
        return pack(_core.persist_blocks([blocks], *scheduling.options())[0])


def unpack(steps: list[tuple[Any, ...]]) -> _core.Blocks:
    """The blocks again: calls keep their keys."""
    made: list[_core.Blocks] = []
    token = _steps.set(made)
    try:
        for kind, _, *what in steps:
            made.append(_made(kind, what))
    finally:
        _steps.reset(token)
    return made[-1]


def _made(kind: str, what: list[Any]) -> _core.Blocks:
    if kind == "call":
        return _core.call_one(*what)
    if kind == "calls":
        function, args, kwargs, *others = what
        return _core.call_each(function, _with_rows(args), _with_rows(kwargs), *others)
    if kind == "kept":
        return _core.keep_blocks(what[0])
    if kind == "made":
        make, arguments = what[0]
        made: _core.Blocks = make(*arguments).__treadle_blocks__()[0]
        return made
    return _core.join_blocks([one.blocks() for one in what[0]])


def _with_rows(value: Any) -> Any:
    """Arguments with rows of blocks in the places of their mentions."""
    if isinstance(value, RowMention):
        return _steps.get()[value.step]
    if type(value) in (list, tuple):
        return type(value)(_with_rows(one) for one in value)
    return {key: _with_rows(one) for key, one in value.items()} if type(value) is dict else value
