"""What is told of computations while they run, by Dask's names.

A callback holds from ``register()`` until ``unregister()``, or in a ``with`` statement. The engine runs tasks without
Python: what it recorded is handed over every 20 ms and at the end, in the thread that waits for the result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, ClassVar, Self

from treadle import _core

_HOOKS = ("_start", "_start_state", "_pretask", "_posttask", "_finish")


class Callback:
    """Functions called at the start of a computation, around its tasks, and at its end.

    ``start(dsk)``; ``start_state(dsk, state)``, when it is known how many tasks there are: ``state["waiting"]`` holds
    a number for each; ``pretask(key, dsk, state)`` and ``posttask(key, result, dsk, state, worker)`` for each task that
    ran, ``key`` being what the task does and its number, ``result`` None; ``finish(dsk, state, failed)``. ``dsk`` maps
    the keys known so far, from ``start_state`` on those of all tasks, to what the tasks do and the keys of those whose
    values they take; ``state["dependencies"]`` has the latter alone.
    """

    active: ClassVar[set[Any]] = set()  # those in force, as Dask has it
    wants_graph = False  # whether _recorded() looks at what the tasks take

    def __init__(
        self,
        start: Callable[..., Any] | None = None,
        start_state: Callable[..., Any] | None = None,
        pretask: Callable[..., Any] | None = None,
        posttask: Callable[..., Any] | None = None,
        finish: Callable[..., Any] | None = None,
    ) -> None:
        for name, hook in zip(_HOOKS, (start, start_state, pretask, posttask, finish), strict=True):
            if hook is not None:
                setattr(self, name, hook)

    @property
    def _callback(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name, None) for name in _HOOKS)

    def register(self) -> None:
        """Has it called for every computation from now on."""
        Callback.active.add(self)

    def unregister(self) -> None:
        """Has it called no more. KeyError if it was not registered."""
        Callback.active.remove(self)

    def __enter__(self) -> Self:
        self.register()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unregister()

    # For those of our own, which read the recording itself.

    def _watch(self, observation: Observation) -> None:
        """Called when a computation begins."""

    def _recorded(self, observation: Observation, failed: bool) -> None:
        """Called when it has ended."""


class Observation:
    """One computation as the callbacks in force see it."""

    def __init__(self, callbacks: Iterable[Callback], key: str = "") -> None:
        self.callbacks = list(callbacks)
        self.key = key  # of the only task, if it has a name of its own
        self.failed = False
        wants_graph = any(callback.wants_graph or any(callback._callback) for callback in self.callbacks)
        self.core = _core.RunObserver(self._begin, self._look, self._end, wants_graph)
        self.began = time.perf_counter()  # what its times count from
        self._graph: dict[str, Any] = {}
        self._keys: dict[int, str] = {}
        self._state: dict[str, Any] = {
            "waiting": {}, "ready": [], "running": set(), "finished": set(), "cache": {}, "dependencies": {},
        }  # fmt: skip
        self._total_known = False
        self._seen = 0
        self._planned = 0

    def _call(self, hook: str, *args: Any) -> None:
        for callback in self.callbacks:
            function = getattr(callback, hook, None)
            if function is not None:
                function(*args)

    def _begin(self) -> None:
        self.began = time.perf_counter()
        for callback in self.callbacks:
            callback._watch(self)
        self._call("_start", self._graph)

    def _tell_total(self) -> None:
        if self._total_known:
            return
        self._total_known = True
        self._tell_graph()
        self._state["waiting"] = dict.fromkeys(range(self.core.progress()[1]))
        self._call("_start_state", self._graph, self._state)

    def _tell_graph(self) -> None:
        planned = self.core.planned(self._planned)
        self._planned += len(planned)
        self._keys.update((number, task_key(kind, number)) for number, kind, _ in planned)
        for number, kind, inputs in planned:
            key, needed = self._keys[number], [self._keys[one] for one in inputs]
            self._graph[key] = (kind, *needed)
            self._state["dependencies"][key] = set(needed)

    def _look(self) -> None:
        if not any(any(callback._callback) for callback in self.callbacks):
            return
        if self.core.progress()[1]:
            self._tell_total()
            self._tell_graph()  # what tasks answered with meanwhile
        for number, kind, worker, *_ in self.core.tasks(self._seen):
            self._seen += 1
            key = task_key(kind, number)
            self._graph.setdefault(key, (kind,))
            self._state["waiting"].pop(number & 0xFFFFFFFF, None)
            self._state["running"].add(key)
            self._call("_pretask", key, self._graph, self._state)
            self._state["running"].discard(key)
            self._state["finished"].add(key)
            self._call("_posttask", key, None, self._graph, self._state, worker)

    def _end(self, failed: bool) -> None:
        self.failed = failed
        self._look()
        self._tell_total()
        for callback in self.callbacks:
            callback._recorded(self, failed)
        self._call("_finish", self._graph, self._state, failed)


def task_key(kind: str, number: int) -> str:
    """A task's name: what it does, the number of its graph if it is not the first, its own number."""
    graph = number >> 32
    return f"{kind}-{f'{graph}-' if graph else ''}{number & 0xFFFFFFFF}"


def observer() -> _core.RunObserver | None:
    """What the next computation is to be observed by; None if nobody asked."""
    return Observation(Callback.active).core if Callback.active else None
