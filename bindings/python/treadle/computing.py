"""What works on lazy objects of all kinds: compute, persist, optimize. What they share is done once, in one graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from itertools import chain
from typing import Any

from treadle import _core, config, scheduling
from treadle.base import is_lazy
from treadle.errors import OutOfMemory

# Results up to this many bytes are not worth asking the machine about.
_SMALL = 256 << 20


def compute(
    *args: Any,
    traverse: bool = True,
    optimize_graph: bool = True,
    scheduler: Any = None,
    get: Any = None,
    **kwargs: Any,
) -> tuple[Any, ...]:
    """Computes lazy objects together. Other values stay as they are; containers are looked into (``traverse``), and
    iterators become lists."""
    if traverse:
        args = tuple(list(arg) if isinstance(arg, Iterator) else arg for arg in args)
    found = lazy_in(args, traverse)
    if not found:
        return args
    check_results_fit(list(found.values()), kwargs)
    parts = [one.__treadle_blocks__() for one in found.values()]
    # Arrays alone may be as large as memory_limit, which was looked at above.
    fit = not all(hasattr(one, "__treadle_result_bytes__") for one in found.values())
    settings = {"scheduler": scheduler, "get": get, "optimize_graph": optimize_graph, **kwargs}
    rows = run([blocks for blocks, _ in parts], fit=fit, **settings)
    results = {
        number: row[0] if finish is None else finish(row)
        for number, (_, finish), row in zip(found, parts, rows, strict=True)
    }
    return tuple(_replaced(arg, results, traverse) for arg in args)


def check_results_fit(lazy: list[Any], settings: dict[str, Any]) -> None:
    """Refuses what could never be held, before any work is done for it."""
    needed = sum(one.__treadle_result_bytes__() for one in lazy if hasattr(one, "__treadle_result_bytes__"))
    if needed < _SMALL:
        return
    asked = settings.get("memory_limit", config.get("memory_limit", None))
    limit = _core.memory_limit() if asked is None else config.parse_bytes(asked)
    if needed > limit:
        raise OutOfMemory(
            f"the computed arrays take {needed:_} bytes, found memory_limit {limit:_}: write them to files "
            "(to_zarr, to_hdf5, to_npy_stack, store), compute a part, or reduce them first"
        )


def run(
    blocks: list[_core.Blocks], scheduler: Any = None, get: Any = None, fit: bool = False, **settings: Any
) -> list[list[Any]]:
    """The values of rows of blocks, where the scheduler says. ``fit``: MemoryError, as soon as they do not fit into
    memory together."""
    where = scheduling.chosen(scheduler, get, settings.get("pool"))
    if not isinstance(where, str) and callable(where) and not hasattr(where, "submit"):
        return _by_function(where, blocks, settings)
    options, runner = scheduling.options(scheduler=where, **settings)
    return _core.compute_blocks(blocks, options, runner, fit)


def _by_function(get: Callable[..., Any], blocks: list[_core.Blocks], settings: dict[str, Any]) -> list[list[Any]]:
    """Has a scheduler of Dask's form, a function of a graph and keys, run them: a task each."""

    def task(one: _core.Blocks) -> Callable[[], list[Any]]:
        return lambda: _core.compute_blocks([one], scheduling.options(scheduler="sync")[0])[0]

    graph = {one.key: (task(one),) for one in blocks}
    return list(get(graph, [one.key for one in blocks]))


def persisted(rows: list[_core.Blocks], **settings: Any) -> list[_core.Blocks]:
    """Rows of blocks that are kept once they are there: by a client they are under way, else they are there."""
    where = scheduling.chosen(settings.get("scheduler"), settings.get("get"), settings.get("pool"))
    options, runner = scheduling.options(**settings)
    later = getattr(where, "persists_later", False)
    return (_core.persist_later if later else _core.persist_blocks)(rows, options, runner)


def persist(
    *args: Any, traverse: bool = True, optimize_graph: bool = True, scheduler: Any = None, **kwargs: Any
) -> tuple[Any, ...]:
    """Computes lazy objects and keeps their values in memory: the answers are lazy as before.

    While a client is open, blocks of arrays, items and partitions of bags, and delayed values are computed
    behind the caller's back, as in Dask; frames, and everything without a client, are there when this answers.
    """
    from treadle.delayed import Delayed, _new

    if scheduler is not None:
        kwargs["scheduler"] = scheduler
    if not optimize_graph:
        kwargs["optimize_graph"] = False
    found = lazy_in(args, traverse)
    calls = {number: one for number, one in found.items() if isinstance(one, Delayed)}
    kept: dict[int, Any] = {}
    if calls:
        rows = persisted([one._blocks for one in calls.values()], **kwargs)
        for (number, one), row in zip(calls.items(), rows, strict=True):
            kept[number] = _new(row, one.key, one._length)
    for number, one in found.items():
        if number not in kept:
            kept[number] = one.persist(**kwargs)
    return tuple(_replaced(arg, kept, traverse) for arg in args)


def optimize(*args: Any, traverse: bool = True, **kwargs: Any) -> tuple[Any, ...]:
    """The same objects: plans are optimised together when they are computed."""
    return args


def lazy_in(args: tuple[Any, ...], traverse: bool) -> dict[int, Any]:
    """The lazy objects in arguments by their ids, each once, in the order in which they are met."""
    found: dict[int, Any] = {}
    for arg in args:
        for one in _walk(arg, traverse):
            found.setdefault(id(one), one)
    return found


def _walk(value: Any, traverse: bool) -> Iterator[Any]:
    if is_lazy(value):
        yield value
    elif traverse:
        for one in _items(value):
            yield from _walk(one, True)


def _items(value: Any) -> Any:
    """What a container holds that may be lazy."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return value
    if isinstance(value, dict):
        return chain(value, value.values())
    if not isinstance(value, type) and hasattr(value, "__dataclass_fields__"):
        return [getattr(value, name, None) for name in value.__dataclass_fields__]
    return ()


def _replaced(value: Any, results: dict[int, Any], traverse: bool) -> Any:
    """The value with results in the places of what was lazy."""
    if id(value) in results and is_lazy(value):
        return results[id(value)]
    if not traverse:
        return value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_replaced(one, results, traverse) for one in value))
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value)(_replaced(one, results, traverse) for one in value)
    if isinstance(value, dict):
        made = copy(value)  # of its own kind, with a default factory, if it has one
        made.clear()
        for key, one in value.items():  # update() of a Counter would count
            made[_replaced(key, results, True)] = _replaced(one, results, True)
        return made
    if not isinstance(value, type) and hasattr(value, "__dataclass_fields__"):
        return _replaced_fields(value, results)
    return value


def _replaced_fields(value: Any, results: dict[int, Any]) -> Any:
    made = copy(value)
    for name in value.__dataclass_fields__:
        if hasattr(value, name):
            object.__setattr__(made, name, _replaced(getattr(value, name), results, True))
    return made
