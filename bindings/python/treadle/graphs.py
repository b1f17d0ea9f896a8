"""Graphs written by hand, in Dask's form: ``{"x": 1, "y": (inc, "x"), "z": (sum, ["x", "y"])}``.

A tuple that begins with something callable is a task; what is a key of the graph, in its arguments or in lists, tuples
and sets there, stands for that key's value. Dask's own task objects are understood, too.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from treadle import _core
from treadle.errors import CycleError

_NO_MORE = object()
_CONTAINERS = (list, tuple, set, frozenset)


def _is_task(value: Any) -> bool:
    return type(value) is tuple and bool(value) and callable(value[0])


def _is_key(value: Any, graph: Mapping[Any, Any]) -> bool:
    try:
        return value in graph
    except TypeError:  # nothing that cannot be hashed is a key
        return False


def _is_node(value: Any) -> bool:
    """Whether it is a task object of Dask's."""
    return hasattr(value, "dependencies") and callable(value) and not isinstance(value, type)


def _needs(value: Any, graph: Mapping[Any, Any]) -> Iterator[Hashable]:
    """The keys that a value of the graph mentions."""
    if _is_node(value):
        yield from value.dependencies
    elif _is_task(value):
        for one in value[1:]:
            yield from _needs(one, graph)
    elif _is_key(value, graph):
        yield value
    elif isinstance(value, _CONTAINERS):
        for one in value:
            yield from _needs(one, graph)


def _is_itself(key: Hashable, graph: Mapping[Any, Any]) -> bool:
    """Whether a key's value is the key: a plain value, such as 0 of 0."""
    return type(graph[key]) is type(key) and not _is_task(key) and bool(graph[key] == key)


def _needs_of(key: Hashable, graph: Mapping[Any, Any]) -> Iterator[Hashable]:
    return iter(()) if _is_itself(key, graph) else _needs(graph[key], graph)


def _in_order(graph: Mapping[Any, Any], wanted: Sequence[Hashable]) -> list[Hashable]:
    """What the wanted keys need, inputs first. CycleError if a key needs itself."""
    order: list[Hashable] = []
    done: set[Hashable] = set()
    path: dict[Hashable, Iterator[Hashable]] = {}  # from a wanted key down to where we are
    for root in wanted:
        if root in done:
            continue
        path[root] = _needs_of(root, graph)
        while path:
            key, needs = next(reversed(path.items()))
            below = next(needs, _NO_MORE)
            if below is _NO_MORE:
                order.append(key)
                done.add(key)
                del path[key]
            elif below in path:
                keys = list(path)
                cycle = [*keys[keys.index(below) :], below]
                raise CycleError("Cycle detected in the graph: " + " -> ".join(repr(one) for one in cycle))
            elif below not in done:
                path[below] = _needs_of(below, graph)
    return order


class _Ready:
    """A key's value, as an argument."""

    def __init__(self, blocks: _core.Blocks) -> None:
        self._row = blocks

    def __treadle_blocks__(self) -> tuple[_core.Blocks, None]:
        return self._row, None


def _name(function: Any) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _argument(value: Any, graph: Mapping[Any, Any], ready: Mapping[Any, _Ready]) -> Any:
    if _is_task(value):
        return _Ready(_made(value, graph, ready))
    if _is_key(value, graph):
        return ready[value]
    if not isinstance(value, _CONTAINERS):
        return value
    held = [_argument(one, graph, ready) for one in value]
    if type(value) is list or not any(new is not old for new, old in zip(held, value, strict=True)):
        return held if type(value) is list else value
    call = partial(_put_together, type(value), hasattr(value, "_fields"))
    return _Ready(_core.call_one(call, tuple(held), {}, type(value).__name__))


def _put_together(kind: Any, has_names: bool, *items: Any) -> Any:
    return kind(*items) if has_names else kind(items)


def _made(value: Any, graph: Mapping[Any, Any], ready: Mapping[Any, _Ready]) -> _core.Blocks:
    if _is_node(value):
        values = {key: ready[key] for key in value.dependencies}
        return _core.call_one(value, (values,), {}, _name(getattr(value, "func", value)))
    if _is_task(value):
        arguments = tuple(_argument(one, graph, ready) for one in value[1:])
        return _core.call_one(value[0], arguments, {}, _name(value[0]))
    if _is_key(value, graph):
        return ready[value]._row
    if isinstance(value, _CONTAINERS):
        made = _argument(value, graph, ready)
        if isinstance(made, _Ready):
            return made._row
        if made is not value:
            return _core.call_one(_same, (made,), {}, "list")
    return _core.keep_blocks([value])


def _same(value: Any) -> Any:
    return value


def blocks_of_graph(graph: Mapping[Any, Any], *wanted: Hashable) -> Any:
    """The blocks of a key, or of several as a list. KeyError for one that the graph does not have."""
    graph = dict(graph)
    ready: dict[Hashable, _Ready] = {}
    for key in wanted:
        if key not in graph:
            raise KeyError(f"{key!r} is not a key in the graph")
    for key in _in_order(graph, wanted):
        plain = _is_itself(key, graph)
        ready[key] = _Ready(_core.keep_blocks([graph[key]]) if plain else _made(graph[key], graph, ready))
    rows = [ready[key]._row for key in wanted]
    return rows[0] if len(rows) == 1 else rows


def run_graph(scheduler: str, graph: Mapping[Any, Any], keys: Any, **settings: Any) -> Any:
    """The values of keys; lists of keys, at any depth, give tuples."""
    from treadle.computing import run

    _in_order(graph, list(graph))  # a cycle is an error wherever it is
    wanted = list(dict.fromkeys(_flat(keys)))
    rows = blocks_of_graph(graph, *wanted)
    values = run(rows if len(wanted) != 1 else [rows], scheduler=scheduler, **settings)
    results = {key: row[0] for key, row in zip(wanted, values, strict=True)}
    return _nested(keys, results)


def _flat(keys: Any) -> Iterator[Hashable]:
    if isinstance(keys, list):
        for one in keys:
            yield from _flat(one)
    else:
        yield keys


def _nested(keys: Any, results: Mapping[Hashable, Any]) -> Any:
    return tuple(_nested(one, results) for one in keys) if isinstance(keys, list) else results[keys]
