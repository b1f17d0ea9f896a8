"""What tasks a client ran, and when: get_task_stream, performance_report, progress."""

from __future__ import annotations

import html
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from treadle import _core
from treadle.callbacks import Observation, task_key
from treadle.diagnostics.profile import Page, Recorded, _Recorder, visualize
from treadle.distributed.future import as_completed, flat, seconds_of
from treadle.errors import InvalidArgument

if TYPE_CHECKING:
    from treadle.distributed.client import Client


class WatchedCall:
    """A call in a run of its own, whose observation ends with it."""

    def __init__(self, state: _core.FutureState, observation: Observation) -> None:
        self._state = state
        self._observation = observation
        self._lock = threading.Lock()
        self._told = False

    def end(self) -> bool:
        """Tells that it has ended, once; whether it has. Its result may be there before its callbacks are called."""
        if self._state.status == "pending":
            return False
        with self._lock:
            if not self._told:
                self._told = True
                self._observation._end(self._state.status != "finished")
        return True


class StreamRecorder(_Recorder):
    """Keeps computations, and calls of clients, that end while it is in force."""

    def __init__(self) -> None:
        super().__init__()
        self._watched: list[WatchedCall] = []

    def watch(self, call: WatchedCall) -> None:
        """Has a call recorded."""
        self._watched.append(call)

    def settle(self) -> None:
        """Takes over what has ended so far."""
        watched, self._watched = self._watched, []
        self._watched += [call for call in watched if not call.end()]

    def records(self, addresses: list[str]) -> list[dict[str, Any]]:
        """A dictionary for each task, in the order in which they began; times as ``time.time()`` counts them."""
        self.settle()
        since = time.time() - time.perf_counter()
        return [_record(one, since, addresses) for one in self._tasks()]

    def page(self, title: str, filename: Any) -> Page:
        """The recording as a page, which is written to a file unless that is None."""
        self.settle()
        if self._runs:
            return visualize(self, filename=filename, show=False, title=title)
        text = f"<!doctype html><title>{html.escape(title)}</title><p>Nothing ran while this was recorded.</p>\n"
        if filename is not None:
            Path(filename).write_text(text, encoding="utf-8")
        return Page(text, None if filename is None else os.fspath(filename))


def _record(task: Recorded, since: float, addresses: list[str]) -> dict[str, Any]:
    return {
        "key": task.run.key or task_key(task.kind, task.number),
        "name": task.kind,
        "worker": addresses[task.worker % len(addresses)],
        "thread": task.worker,
        "startstops": [{"action": "compute", "start": since + task.start, "stop": since + task.end}],
        "status": "error" if task.run.failed else "OK",
    }


def moment_of(when: Any, default: float) -> float:
    """A time of ``time.time()``, or so long ago as a text says: ``"60s"``, ``"500 ms"``."""
    if when is None:
        return default
    return time.time() - float(seconds_of(when) or 0) if isinstance(when, str) else float(when)


class get_task_stream:
    """The tasks that ran in a ``with`` statement: ``data``, a dictionary each.

    ``plot=True`` draws them (``figure``), ``plot="save"`` into ``filename`` besides.
    """

    def __init__(
        self, client: Client | None = None, plot: bool | str = False, filename: Any = "task-stream.html"
    ) -> None:
        from treadle.distributed.client import default_client

        self.client = default_client(client)
        self.data: list[dict[str, Any]] = []
        self.figure: Page | None = None
        self._plot = plot
        self._filename = filename
        self._recorder = StreamRecorder()

    def __enter__(self) -> Self:
        self._recorder.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._recorder.unregister()
        self.data = self._recorder.records(list(self.client.cluster.workers.values()))
        if self._plot:
            self.figure = self._recorder.page("Task stream", self._filename if self._plot == "save" else None)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *error: Any) -> None:
        self.__exit__(*error)


class performance_report:
    """Writes a page about what ran in a ``with`` statement: when tasks ran where, memory, processors."""

    def __init__(
        self,
        filename: Any = "dask-report.html",
        stacklevel: int = 1,
        mode: str | None = None,
        storage_options: Any = None,
    ) -> None:
        if storage_options:
            raise InvalidArgument(
                f"performance_report: expected a file here, found storage_options {storage_options!r}"
            )
        self.filename = filename
        self._recorder = StreamRecorder()

    def __enter__(self) -> Self:
        self._recorder.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._recorder.unregister()
        self._recorder.page("Performance report", self.filename)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *error: Any) -> None:
        self.__exit__(*error)


def progress(
    *futures: Any,
    notebook: bool | None = None,
    multi: bool = True,
    complete: bool = True,
    group_by: str = "prefix",
    interval: Any = "100ms",
    out: Any = None,
    **kwargs: Any,
) -> None:
    """Draws a bar of how many futures have ended, until all have. What was persisted is there already."""
    waited = flat(futures)
    out = sys.stdout if out is None else out
    began = drawn = time.perf_counter()
    _draw_bar(out, 0, len(waited), began)
    for number, _ in enumerate(as_completed(waited), 1):
        now = time.perf_counter()
        if now - drawn >= (seconds_of(interval) or 0) or number == len(waited):
            _draw_bar(out, number, len(waited), began)
            drawn = now
    out.write("\n")
    out.flush()


def _draw_bar(out: Any, done: int, total: int, began: float) -> None:
    from treadle.diagnostics.progress import time_text

    share = done / total if total else 1.0
    width = 40
    bar = "#" * int(width * share)
    out.write(f"\r[{bar:<{width}}] | {int(100 * share)}% Completed | {time_text(time.perf_counter() - began)}")
    out.flush()
