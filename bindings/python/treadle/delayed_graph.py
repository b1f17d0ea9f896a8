"""Lazy values as graphs of Dask's form: every call a task under its key, which others name.

``treadle.get(value.dask, value.key)`` and ``dask.get(value.dask, value.key)`` compute it. What the core makes, a
frame's or an array's blocks, is one task a block.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from treadle import _core
from treadle.steps import Mention, RowMention, mention


class Literal:
    """Gives a value that would be taken for a key or a task, were it in a graph as it is."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self) -> Any:
        return self.value


class _Native:
    """Computes a block of the core's."""

    def __init__(self, blocks: _core.Blocks, block: int) -> None:
        self._blocks = blocks
        self._block = block

    def __call__(self) -> Any:
        from treadle import scheduling

        return _core.compute_blocks([self._blocks[self._block]], scheduling.options(scheduler="sync")[0])[0][0]


Key = str | tuple[str, int]


def graph_of(blocks: _core.Blocks, keys: list[Key]) -> dict[Key, Any]:
    """The graph of a row of blocks, which ``keys`` name in it."""
    steps = _core.describe_blocks(blocks, mention, natives=True)
    graph = _Graph(steps)
    for block, key in enumerate(keys):
        graph.name(Mention(len(steps) - 1, block), key)
    return graph.tasks


def _same(value: Any) -> Any:
    return value


class WithNames:
    """Calls a function with its last arguments by name."""

    __slots__ = ("func", "names")

    def __init__(self, func: Callable[..., Any], names: tuple[str, ...]) -> None:
        self.func = func
        self.names = names

    def __call__(self, *args: Any) -> Any:
        split = len(args) - len(self.names)
        return self.func(*args[:split], **dict(zip(self.names, args[split:], strict=True)))


class _Graph:
    def __init__(self, steps: list[tuple[Any, ...]]) -> None:
        self.tasks: dict[Key, Any] = {}
        self._steps = steps
        self._names = [_name_of(step) for step in steps]
        for number, step in enumerate(steps):
            self._add(number, step)

    def name(self, last: Mention, key: Key) -> None:
        """Puts a block of the last step at the end, under a key of its own."""
        found = self._key(last)
        if self._steps[last.step][0] != "chosen":  # what others made may be named by others, too
            self.tasks[key] = self.tasks.pop(found)
        elif key != found:
            self.tasks[key] = (_same, found)

    def _add(self, number: int, step: tuple[Any, ...]) -> None:
        kind, _, *what = step
        if kind == "call":
            function, args, kwargs, *_ = what
            self.tasks[self._names[number]] = self._task(function, args, kwargs, None)
        elif kind == "calls":
            function, args, kwargs, count, _, _, numbered, _ = what
            for i in range(count):
                given = (i, *args) if numbered else args
                self.tasks[f"{self._names[number]}-{i}"] = self._task(function, given, kwargs, i)
        elif kind == "kept":
            for i, value in enumerate(what[0]):
                self.tasks[f"{self._names[number]}-{i}"] = (Literal(value),)

    def _key(self, one: Mention) -> str:
        """The key of a block, whose task is there."""
        kind, _, *what = self._steps[one.step]
        if kind == "chosen":
            return self._key(what[0][one.block])
        if kind == "call":
            return self._names[one.step]
        key = f"{self._names[one.step]}-{one.block}"
        if kind == "native":
            self.tasks.setdefault(key, (_Native(what[0], one.block),))
        return key

    def _task(self, function: Callable[..., Any], args: Any, kwargs: dict[str, Any], number: int | None) -> Any:
        given = [self._argument(one, number) for one in (*args, *kwargs.values())]
        return (WithNames(function, tuple(kwargs)) if kwargs else function, *given)

    def _argument(self, value: Any, number: int | None) -> Any:
        if isinstance(value, Mention):
            return self._key(value)
        if isinstance(value, RowMention):
            return self._key(Mention(value.step, number or 0))
        if not _holds_mention(value):
            return (Literal(value),) if _is_taken_amiss(value) else value
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return (type(value), *(self._argument(one, number) for one in value))
        if isinstance(value, list):
            return [self._argument(one, number) for one in value]
        if isinstance(value, dict):
            items = [[self._argument(key, number), self._argument(one, number)] for key, one in value.items()]
            return (dict, items)
        if isinstance(value, (tuple, set, frozenset)):
            return (type(value), [self._argument(one, number) for one in value])
        if isinstance(value, slice):
            return (slice, *(self._argument(one, number) for one in (value.start, value.stop, value.step)))
        names = tuple(value.__dataclass_fields__)
        fields = (self._argument(getattr(value, name), number) for name in names)
        return (WithNames(type(value), names), *fields)


def _name_of(step: tuple[Any, ...]) -> str:
    """The key of a call, as Delayed.key has it; of others, the beginning of their blocks' keys."""
    kind, key, *what = step
    called = {"call": 3, "calls": 4}.get(kind)
    return f"{kind if called is None else what[called]}-{key}"


def _holds_mention(value: Any) -> bool:
    if isinstance(value, (Mention, RowMention)):
        return True
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(_holds_mention(one) for one in value)
    if isinstance(value, dict):
        return any(_holds_mention(one) for item in value.items() for one in item)
    if isinstance(value, slice):
        return any(_holds_mention(one) for one in (value.start, value.stop, value.step))
    if not isinstance(value, type) and hasattr(value, "__dataclass_fields__"):
        return any(_holds_mention(getattr(value, name, None)) for name in value.__dataclass_fields__)
    return False


def _is_taken_amiss(value: Any) -> bool:
    """Whether a graph would see a key, a task or a list of such in a plain argument."""
    return isinstance(value, (str, tuple, list)) and bool(value)
