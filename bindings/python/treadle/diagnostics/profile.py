"""Profilers: what the engine recorded, as Dask's records and as a page."""

from __future__ import annotations

import html
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from treadle import _core
from treadle.callbacks import Callback, Observation, task_key


class TaskData(NamedTuple):
    """A task that ran; times in seconds, as ``time.perf_counter()`` counts them."""

    key: str
    task: str  # what it did
    start_time: float
    end_time: float
    worker_id: int


class ResourceData(NamedTuple):
    """What the process held and used at one moment."""

    time: float
    mem: float  # resident, millions of bytes
    cpu: float  # since the moment before, in percent of one processor


class CacheData(NamedTuple):
    """A task's value while the engine kept it; times as in TaskData."""

    key: str
    task: tuple[str, ...]  # what it did, and the keys of the tasks whose values it took
    metric: int
    cache_time: float
    free_time: float


class Recorded(NamedTuple):
    """A task that ran in a computation; times as in TaskData."""

    run: Observation
    number: int
    kind: str
    worker: int
    start: float
    end: float


# The engine's own task that keeps another one's value: no work of the user's.
_KEEPING = "value.keep"


class _Recorder(Callback):
    """Keeps the computations that end while it is in force."""

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[Observation] = []

    def __enter__(self) -> Self:
        self.clear()
        return super().__enter__()

    def _recorded(self, observation: Observation, failed: bool) -> None:
        self._runs.append(observation)

    def _tasks(self) -> list[Recorded]:
        """The tasks of all computations, in the order in which they began."""
        found = [
            Recorded(run, number, kind, worker, run.began + begin, run.began + end)
            for run in self._runs
            for number, kind, worker, begin, end, *_ in run.core.tasks()
            if kind != _KEEPING
        ]
        return sorted(found, key=lambda one: one.start)

    def clear(self) -> None:
        """Forgets what was recorded."""
        self._runs.clear()

    def visualize(self, **kwargs: Any) -> Page:
        """Draws what was recorded: see ``treadle.diagnostics.visualize``."""
        return visualize(self, **kwargs)


class Profiler(_Recorder):
    """Records when each task began and ended, and on which thread."""

    @property
    def results(self) -> list[TaskData]:
        """A record for each task, in the order in which they began."""
        return [
            TaskData(task_key(one.kind, one.number), one.kind, one.start, one.end, one.worker) for one in self._tasks()
        ]


class ResourceProfiler(_Recorder):
    """Records memory and the use of processors, every ``dt`` seconds (the engine looks each 50 ms)."""

    def __init__(self, dt: float = 1) -> None:
        super().__init__()
        self._dt = dt

    @property
    def results(self) -> list[ResourceData]:
        """A record for each moment, the first and the last of each computation included."""
        return [record for run in self._runs for record in self._of(run)]

    def _of(self, run: Observation) -> list[ResourceData]:
        samples = run.core.samples()
        kept: list[tuple[float, int, float]] = []
        for sample in samples:
            if not kept or sample[0] - kept[-1][0] >= self._dt or sample is samples[-1]:
                kept.append(sample)
        found = []
        for i, (moment, resident, cpu) in enumerate(kept):
            before_moment, _, before = kept[max(i - 1, 0)]
            share = (cpu - before) / (moment - before_moment) * 100 if moment > before_moment else 0.0
            found.append(ResourceData(run.began + moment, resident / 1e6, share))
        return found

    def close(self) -> None:
        """Nothing is left to be closed: the engine samples only while something runs."""


class CacheProfiler(_Recorder):
    """Records how long the engine kept each task's value: until the last task that takes it had ended.

    ``metric``: None counts values, ``"nbytes"`` takes their bytes. Values stay in the engine, so that it cannot be a
    function of them. A task that answered with more tasks has no record: theirs are there.
    """

    wants_graph = True

    def __init__(self, metric: str | None = None, metric_name: str | None = None) -> None:
        if metric not in (None, "nbytes"):
            raise TypeError(f"CacheProfiler: metric is None or 'nbytes', found {metric!r}: values stay in the engine")
        super().__init__()
        self.metric_name = metric_name or metric or "count"
        self._counts = metric is None

    @property
    def results(self) -> list[CacheData]:
        """A record for each value, in the order in which they went."""
        return sorted((record for run in self._runs for record in self._of(run)), key=lambda one: one.free_time)

    def _of(self, run: Observation) -> list[CacheData]:
        planned = run.core.planned()
        keys = {number: task_key(kind, number) for number, kind, _ in planned}
        tasks = run.core.tasks()
        ended = max((end for *_, end, _, _ in tasks), default=0.0)
        ends = {number: end for number, _, _, _, end, _, _ in tasks}
        freed: dict[int, float] = {}
        for number, _, inputs in planned:
            for taken in inputs:
                freed[taken] = max(freed.get(taken, 0.0), ends.get(number, ended))
        needed = {number: tuple(keys[taken] for taken in inputs) for number, _, inputs in planned}
        return [
            CacheData(
                task_key(kind, number),
                (kind, *needed.get(number, ())),
                1 if self._counts else size,
                run.began + end,
                run.began + max(end, freed.get(number, ended)),
            )
            for number, kind, _, _, end, size, how in tasks
            if how == "finished" and kind != _KEEPING
        ]


class Page:
    """A drawing as an HTML page; a notebook shows it."""

    def __init__(self, text: str, path: str | None) -> None:
        self.text = text
        self.path = path

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{html.escape(self.text)}" style="width:100%;height:480px;border:0"></iframe>'


def visualize(
    profilers: _Recorder | Sequence[_Recorder],
    filename: str | os.PathLike[str] | None = "profile.html",
    show: bool = True,
    save: bool | None = None,
    mode: str | None = None,
    **kwargs: Any,
) -> Page:
    """One page of task stream, memory, processors and profile of what the profilers recorded.

    Written to ``filename`` unless ``save`` is false; ``show`` opens it in a browser where there is a terminal to do so.
    """
    chosen = [profilers] if isinstance(profilers, _Recorder) else list(profilers)
    for one in chosen:
        if not isinstance(one, _Recorder):
            raise TypeError(f"visualize: expected Profiler or ResourceProfiler objects, found {type(one).__name__}")
    runs = {id(run): run for one in chosen for run in one._runs}
    if not runs:
        raise ValueError("visualize: nothing was recorded; compute something while the profilers are in force")
    ordered = sorted(runs.values(), key=lambda run: run.began)
    text = _core.html_report(
        [(run.core, run.began - ordered[0].began) for run in ordered], str(kwargs.get("title", ""))
    )
    path = None
    if save is not False and filename is not None:
        path = os.fspath(filename)
        Path(path).write_text(text, encoding="utf-8")
    if show and path and "IPython" not in sys.modules and sys.stdout.isatty():
        import webbrowser

        webbrowser.open(Path(path).resolve().as_uri())
    return Page(text, path)
