"""What the engine would run for a lazy value, as tasks in a graph of Dask's form: to be looked at, not to be called."""

from __future__ import annotations

import json
from typing import Any

from treadle import _core


class EngineTask:
    """A task that only the engine runs. Called by a scheduler of Dask's, it makes nothing: who names it computes."""

    __slots__ = ("__name__",)

    def __init__(self, kind: str) -> None:
        self.__name__ = kind

    def __call__(self, *inputs: Any) -> None:
        return None

    def __repr__(self) -> str:
        return f"<engine task {self.__name__}>"


def tasks_of(value: Any) -> tuple[dict[str, Any], list[str]]:
    """The tasks under their keys, the kind in front, and the keys of those that end the computation."""
    if hasattr(value, "__treadle_plan__"):
        text = _core.graph_json([value.__treadle_plan__()[0]], True)
    else:
        text = _core.blocks_json([value.__treadle_blocks__()[0]], True)
    graph = json.loads(text)
    keys = [f"{task['name']}-{task['key']}" for task in graph["tasks"]]
    tasks = {
        key: (EngineTask(task["name"]), *(keys[number] for number, _ in task["inputs"]))
        for key, task in zip(keys, graph["tasks"], strict=True)
    }
    return tasks, [keys[number] for number, _ in graph["outputs"]]


def with_engine_tasks(parts: dict[Any, Any], value: Any) -> dict[Any, Any]:
    """``parts``, the tasks that compute a value's partitions, behind the engine's that they would run."""
    tasks, last = tasks_of(value)
    one_each = len(last) == len(parts)
    named = {key: (task[0], last[i]) if one_each else (task[0], *last) for i, (key, task) in enumerate(parts.items())}
    return tasks | named
