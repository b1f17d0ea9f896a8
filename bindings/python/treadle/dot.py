"""Drawings of raw graphs: mappings of keys to tasks, which are tuples of a function and arguments."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from treadle.drawing import Drawing, _with_attributes, draw_dot


def dot_graph(
    dsk: Mapping[Any, Any],
    filename: str | os.PathLike[str] | None = "mytreadle",
    format: str | None = None,
    **kwargs: Any,
) -> Drawing:
    """Draws a raw graph: a circle a task, a box a value; see ``treadle.visualize`` for the file."""
    graph = dsk.__dask_graph__() if hasattr(dsk, "__dask_graph__") else dict(dsk)
    numbers = {key: i for i, key in enumerate(graph)}
    lines = ["digraph tasks {", '  rankdir="BT";\n  node [fontname="sans"];']
    for key, task in graph.items():
        shape = "circle" if _is_task(task) else "box"
        label = f"{_function_name(task)}\n{key}" if _is_task(task) else str(key)
        lines.append(f"  n{numbers[key]} [shape={shape}, label={json.dumps(label)}];")
        lines += [f"  n{number} -> n{numbers[key]};" for number in sorted(set(_keys_in(task, numbers)))]
    return draw_dot(_with_attributes("\n".join([*lines, "}\n"]), kwargs), filename, format)


def _is_task(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and callable(value[0])


def _function_name(task: tuple[Any, ...]) -> str:
    return str(getattr(task[0], "__name__", type(task[0]).__name__))


def _keys_in(value: Any, numbers: Mapping[Any, int]) -> Iterator[int]:
    try:
        if value in numbers:
            yield numbers[value]
            return
    except TypeError:  # not hashable: no key
        pass
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from _keys_in(one, numbers)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _keys_in(one, numbers)
