"""What a client knows of its futures and workers, and of what ran."""

from __future__ import annotations

import sys
from typing import Any

from treadle import _core
from treadle.distributed.future import Future, _ready, flat
from treadle.distributed.sampling import name_of_label
from treadle.distributed.stack_profile import profile_page, stack_lines
from treadle.distributed.starting import Starting
from treadle.distributed.task_stream import StreamRecorder, moment_of


class Inspection(Starting):
    """That part of a client."""

    _stream: StreamRecorder | None = None

    @property
    def futures(self) -> dict[str, Future]:
        """The futures that somebody holds, by key."""
        with self._lock:
            return dict(self._by_key.items())

    def who_has(self, futures: Any = None, **kwargs: Any) -> dict[str, tuple[str, ...]]:
        """Which workers hold each key: all, as they share their memory."""
        everybody = tuple(self.cluster.workers.values())
        asked = flat(futures) if futures is not None else list(self.futures.values())
        return {future.key: everybody if future.status == "finished" else () for future in asked}

    def has_what(self, workers: Any = None, **kwargs: Any) -> dict[str, tuple[str, ...]]:
        """The keys that each worker holds."""
        keys = tuple(key for key, holders in self.who_has().items() if holders)
        return dict.fromkeys(self._chosen(workers), keys)

    def processing(self, workers: Any = None) -> dict[str, tuple[str, ...]]:
        """The keys that are under way."""
        keys = tuple(key for key, future in self.futures.items() if future.status == "pending")
        return dict.fromkeys(self._chosen(workers), keys)

    def _chosen(self, workers: Any) -> list[str]:
        known = list(self.cluster.workers.values())
        if workers is None:
            return known
        asked = [workers] if isinstance(workers, str) else list(workers)
        return [address for address in known if address in asked]

    def nthreads(self, workers: Any = None, **kwargs: Any) -> dict[str, int]:
        """How many threads each worker has."""
        return {address: self.cluster.threads_per_worker for address in self._chosen(workers)}

    ncores = nthreads

    def scheduler_info(self, n_workers: int = -1, **kwargs: Any) -> dict[str, Any]:
        """What the scheduler knows of itself and of its workers."""
        return self.cluster.scheduler_info

    def wait_for_workers(self, n_workers: int = 1, timeout: Any = None) -> Any:
        self.cluster.wait_for_workers(n_workers, timeout)
        return _ready(None) if self.asynchronous else None

    def get_versions(self, check: bool = False, packages: Any = None) -> dict[str, Any]:
        """Versions of Python and of Treadle, the same everywhere."""
        here = {"packages": {"python": sys.version.split()[0], "treadle": _core.__version__}}
        return {"scheduler": here, "client": here, "workers": dict.fromkeys(self.cluster.workers.values(), here)}

    def nbytes(self, keys: Any = None, summary: bool = True, **kwargs: Any) -> dict[str, int]:
        """Bytes of each finished result, as far as Python tells."""
        finished = {key: future for key, future in self.futures.items() if future.status == "finished"}
        return {key: sys.getsizeof(future._state.value()) for key, future in finished.items()}

    def rebalance(self, futures: Any = None, workers: Any = None, **kwargs: Any) -> Any:
        """Nothing to do: workers share their memory."""
        return _ready(None) if self.asynchronous else None

    def replicate(self, futures: Any, n: int | None = None, workers: Any = None, **kwargs: Any) -> Any:
        """Nothing to do: workers share their memory."""
        return _ready(None) if self.asynchronous else None

    def get_task_stream(
        self,
        start: Any = None,
        stop: Any = None,
        count: int | None = None,
        plot: bool | str = False,
        filename: Any = "task-stream.html",
        bokeh_resources: Any = None,
    ) -> Any:
        """The tasks that ran since this was called first, a dictionary each; with ``plot``, and a drawing of them.

        ``start``, ``stop``: times of ``time.time()``, or how long ago as a text; ``count``: the last so many.
        """
        if self._stream is None:
            self._stream = StreamRecorder()
            self._stream.register()
        first, last = moment_of(start, 0.0), moment_of(stop, float("inf"))
        found = [
            one
            for one in self._stream.records(list(self.cluster.workers.values()))
            if one["startstops"][0]["stop"] >= first and one["startstops"][0]["start"] <= last
        ]
        rows = tuple(found[max(0, len(found) - count) :] if count is not None else found)
        if not plot:
            return rows
        return rows, self._stream.page("Task stream", filename if plot == "save" else None)

    def get_scheduler_logs(self, n: int | None = None) -> tuple[Any, ...]:
        """Nothing is logged: errors are raised."""
        return ()

    def get_worker_logs(
        self, n: int | None = None, workers: Any = None, nanny: bool = False
    ) -> dict[str, tuple[Any, ...]]:
        """Nothing is logged: errors are raised."""
        return dict.fromkeys(self._chosen(workers), ())

    def call_stack(self, futures: Any = None, keys: Any = None) -> Any:
        """Where the calls that run now are: for each worker their keys, each with the lines of its stack.

        Of those futures or keys only, if some are given. A call in a worker process shows where it is waited for.
        """
        wanted = None if futures is None and keys is None else {one.key for one in flat(futures)} | set(keys or ())
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for thread, label, stack in self._running.stacks():
            key = label if isinstance(label, str) else name_of_label(label)
            if wanted is None or key in wanted:
                number = self.cluster.worker_of(self._running.place_of(thread))
                found.setdefault(self.cluster.workers[number], {})[key] = stack_lines(stack)
        return _ready(found) if self.asynchronous else found

    def profile(
        self,
        key: str | None = None,
        start: Any = None,
        stop: Any = None,
        workers: Any = None,
        merge_workers: bool = True,
        plot: bool | str = False,
        filename: Any = None,
        server: bool = False,
        scheduler: bool = False,
    ) -> Any:
        """Where the time of Python functions went since this was called first: stacks, looked at every 10 ms, counted
        function by function.

        ``key``: of calls of this name; ``start``, ``stop``: times of ``time.time()``, or how long ago as a text. The
        answer is a dictionary as Dask has it; with ``plot`` also a page, which ``filename`` or ``plot="save"`` writes.
        """
        sampled = self._running.profile(key, moment_of(start, 0.0), moment_of(stop, float("inf")))
        if plot == "save" and filename is None:
            filename = "dask-profile.html"
        answer: Any = sampled
        if plot or filename is not None:
            answer = sampled, profile_page(sampled, filename)
        elif not merge_workers:
            answer = dict.fromkeys(self._chosen(workers), sampled)
        return _ready(answer) if self.asynchronous else answer
