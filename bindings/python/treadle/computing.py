"""What works on collections of all kinds: compute, persist."""

from __future__ import annotations

from typing import Any

from treadle import _core
from treadle.dataframe.collection import Lazy, options


def compute(
    *args: Any,
    traverse: bool = True,
    optimize_graph: bool = True,
    scheduler: Any = None,
    get: Any = None,
    **kwargs: Any,
) -> tuple[Any, ...]:
    """Computes collections together: what they share is done once. Other values stay as they are."""
    found: list[Lazy] = []
    for arg in args:
        _collect(arg, found, traverse)
    plans = [one.__treadle_plan__() for one in found]
    run = options({**kwargs, "scheduler": scheduler, "optimize_graph": optimize_graph})
    tables = _core.compute([plan for plan, _ in plans], run) if plans else []
    results = {id(one): finish(table) for one, (_, finish), table in zip(found, plans, tables, strict=True)}
    return tuple(_replace(arg, results, traverse) for arg in args)


def _collect(value: Any, found: list[Lazy], traverse: bool) -> None:
    if isinstance(value, Lazy):
        if not any(one is value for one in found):
            found.append(value)
    elif traverse and isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            _collect(one, found, traverse)
    elif traverse and isinstance(value, dict):
        for one in value.values():
            _collect(one, found, traverse)


def _replace(value: Any, results: dict[int, Any], traverse: bool) -> Any:
    if isinstance(value, Lazy):
        return results[id(value)]
    if traverse and isinstance(value, (list, tuple, set, frozenset)):
        return type(value)(_replace(one, results, traverse) for one in value)
    if traverse and isinstance(value, dict):
        return {key: _replace(one, results, traverse) for key, one in value.items()}
    return value


def persist(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
    """Computes collections and keeps their rows in memory."""
    return tuple(arg.persist(**kwargs) if hasattr(arg, "persist") else arg for arg in args)
