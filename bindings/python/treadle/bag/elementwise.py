"""map, starmap, map_partitions: functions of items or partitions, of one bag or several."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from treadle import _core
from treadle.bag import items, json_steps
from treadle.bag.collection import Bag
from treadle.bag.item import name_of
from treadle.bag.native import known_function
from treadle.base import is_lazy, tokenize


def bag_map(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Bag:
    """``func`` of the items of bags, place by place; other arguments are the same for all."""
    bags = [one for one in (*args, *kwargs.values()) if isinstance(one, Bag)]
    if not bags:
        raise ValueError("At least one argument must be a Bag.")
    if len(args) == 1 and not kwargs and isinstance(args[0], Bag):
        return _map_one(func, args[0])
    return _map_several(func, args, kwargs, bags)


def _map_one(func: Callable[[Any], Any], bag: Bag) -> Bag:
    native = known_function(bag, func)
    if native is not None:
        return native
    if func is json.loads:
        return bag._then(json_steps.loaded, "loads")
    return bag._then(partial(items.mapped, func), name_of(func))


def _map_several(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], bags: list[Bag]) -> Bag:
    count = _common_partitions(bags)
    columns: list[Any] = [one._blocks if isinstance(one, Bag) else _Same(one) for one in args]
    named = {name: one for name, one in kwargs.items() if isinstance(one, Bag)}
    columns += [one._blocks for one in named.values()]
    others = {name: one for name, one in kwargs.items() if name not in named}
    places = [place for place, one in enumerate(columns) if isinstance(one, _Same)]
    values = [one.value if isinstance(one, _Same) else one for one in columns]
    made = _core.call_each(
        partial(_mapped, func, places, list(named)), (values, others), {}, count, f"python: {name_of(func)}", None, True
    )
    return Bag._of(made, name_of(func))


class _Same:
    """An argument that is the same for all items."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _mapped(
    func: Callable[..., Any],
    places: list[int],
    names: list[str],
    number: int,
    columns: list[Any],
    others: dict[str, Any],
) -> list[Any]:
    """The columns of bags go in item by item, those at ``places`` as they are."""
    fixed = {place: columns[place] for place in places}
    moving = [column for place, column in enumerate(columns) if place not in fixed]
    if fixed:
        func = partial(_with_fixed, func, fixed, len(columns) - len(names))
    return items.mapped_together(number, func, moving, names, others)


def _with_fixed(func: Callable[..., Any], fixed: dict[int, Any], count: int, *moving: Any, **named: Any) -> Any:
    rest = iter(moving)
    return func(*(fixed[place] if place in fixed else next(rest) for place in range(count)), **named)


def _common_partitions(bags: list[Bag]) -> int:
    counts = {bag.npartitions for bag in bags}
    if len(counts) > 1:
        raise ValueError("All bags must have the same number of partitions.")
    return counts.pop()


def starmap(func: Callable[..., Any], bag: Bag, kwargs: dict[str, Any]) -> Bag:
    if not any(map(is_lazy, kwargs.values())):
        return bag._then(partial(items.unpacked, func, kwargs), name_of(func))
    row = bag._pieces
    block = "piece" if bag._in_pieces else "partition"
    made = _core.call_each(
        partial(_starmapped, func, block), (row, kwargs), {}, row.num_blocks, f"python: {name_of(func)}", None, True
    )
    return Bag._of(made, name_of(func), in_pieces=bag._in_pieces)


def _starmapped(func: Callable[..., Any], block: str, number: int, part: Any, kwargs: dict[str, Any]) -> Any:
    return items.run_steps(number, part, (partial(items.unpacked, func, kwargs),), block=block)


def map_partitions(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Bag:
    """``func`` of the partitions of bags; other arguments are the same for all."""
    token = kwargs.pop("token", None)
    bags = [one for one in (*args, *kwargs.values()) if isinstance(one, Bag)]
    if not bags:
        raise ValueError("At least one argument must be a Bag.")
    count = _common_partitions(bags)
    name = token or name_of(func)
    made = _core.call_each(
        partial(_of_partition, func),
        tuple(_row_or_value(one) for one in args),
        {key: _row_or_value(one) for key, one in kwargs.items()},
        count,
        f"python: {name}",
        tokenize("map-partitions", func, [bag._blocks.key for bag in bags], args, kwargs),
        True,
    )
    return Bag._of(made, name)


def _row_or_value(one: Any) -> Any:
    return one._blocks if isinstance(one, Bag) else one


def _of_partition(func: Callable[..., Any], number: int, /, *args: Any, **kwargs: Any) -> Any:
    return items.of_partition(partial(_answer, func), number, *args, **kwargs)


def _answer(func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    answer = func(*args, **kwargs)
    return list(answer) if hasattr(answer, "__next__") else answer
