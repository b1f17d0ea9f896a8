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


class CacheProfiler:
    """Not there: how long the engine keeps results is not among its events."""

    def __init__(self, metric: Any = None, metric_name: str | None = None) -> None:
        raise NotImplementedError(
            "CacheProfiler: how long intermediate results stay in memory is not recorded; ResourceProfiler shows what "
            "the process holds over time"
        )


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
