"""Dask's collection protocol for values that Dask takes as one task, which computes here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class OneTask:
    """A lazy value of ours among Dask's."""

    __slots__ = ()

    def __treadle_tokenize__(self) -> str:
        """What tells equal values."""
        raise NotImplementedError

    def __dask_tokenize__(self) -> str:
        return self.__treadle_tokenize__()

    @property
    def dask(self) -> Tasks:
        """All that makes the value, as a graph of Dask's form: keys to tasks."""
        raise NotImplementedError

    def __dask_graph__(self) -> Tasks:
        return self.dask

    def _computed(self) -> dict[Any, Any]:
        return {self.__dask_keys__()[0]: (Computed(self),)}

    def __dask_keys__(self) -> list[Any]:
        return [f"{type(self).__name__.lower()}-{self.__treadle_tokenize__()}"]

    def __dask_layers__(self) -> tuple[str, ...]:
        return (self.__dask_keys__()[0],)

    def __dask_postcompute__(self) -> tuple[Callable[[Any], Any], tuple[()]]:
        return first, ()

    def __dask_postpersist__(self) -> tuple[Callable[..., Any], tuple[()]]:
        return self._same, ()

    def _same(self, graph: Any, **kwargs: Any) -> Any:
        return self

    @staticmethod
    def __dask_optimize__(graph: Any, keys: Any, **kwargs: Any) -> Any:
        return graph

    @staticmethod
    def __dask_scheduler__(graph: Any, keys: Any, **kwargs: Any) -> Any:
        """What is ours is computed together, what is left by Dask's threads."""
        from dask._task_spec import DataNode  # a value in which Dask shall not look for tasks
        from dask.threaded import get

        from treadle.computing import compute

        tasks = dict(graph.__dask_graph__() if hasattr(graph, "__dask_graph__") else graph)
        calls = {
            key: task[0] if isinstance(task, tuple) else getattr(task, "func", None) for key, task in tasks.items()
        }
        ours = {key: call.value for key, call in calls.items() if isinstance(call, Computed)}
        computed = compute(*ours.values(), traverse=False)
        tasks |= {key: DataNode(key, value) for key, value in zip(ours, computed, strict=True)}
        return get(tasks, keys)


class Tasks(dict[Any, Any]):
    """All tasks of a lazy value, to be looked at or run. Dask copies the graph of what it computes: its copy is what
    ``whole`` gives, the value as a task or one a partition, so that the engine runs it."""

    def __init__(self, tasks: dict[Any, Any], whole: Callable[[], dict[Any, Any]]) -> None:
        super().__init__(tasks)
        self._whole = whole

    def copy(self) -> dict[Any, Any]:
        return self._whole()


class Computed:
    """A task of Dask's that computes something lazy."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self) -> Any:
        return self.value.compute()


def first(results: Any) -> Any:
    """The one result of a value that has one key."""
    return results[0]
