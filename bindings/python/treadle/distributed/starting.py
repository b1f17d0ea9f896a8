"""How work of a client starts: on its cluster, small calls through a queue, others in a run of their own."""

from __future__ import annotations

import itertools
import threading
import uuid
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from treadle import _core, callbacks
from treadle.callbacks import Observation
from treadle.distributed.demands import Demand
from treadle.distributed.future import Future
from treadle.distributed.in_task import CallHere
from treadle.distributed.sampling import Running
from treadle.distributed.task_stream import StreamRecorder, WatchedCall
from treadle.errors import InvalidArgument
from treadle.scheduling import Runner

if TYPE_CHECKING:
    from treadle.distributed.cluster import LocalCluster

# Starts work by the options and the caller of functions that it is given.
Start = Callable[[_core.ComputeOptions, CallHere], _core.FutureState]


class Starting:
    """That part of a client."""

    cluster: LocalCluster
    status: str
    asynchronous: bool

    def __init__(self) -> None:
        self._by_key: weakref.WeakValueDictionary[str, Future] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()
        self._calls: tuple[_core.Engine | None, _core.CallQueue | None, CallHere] | None = None
        self._demanding: dict[Demand, tuple[_core.CallQueue | None, CallHere]] = {}
        self._prefix = uuid.uuid4().hex[:16]  # of the keys of calls that are like no other
        self._numbers = itertools.count()
        self._running = Running(CallHere.call.__code__)

    def _compute_options(self, settings: dict[str, Any]) -> tuple[_core.ComputeOptions, Runner]:
        """For scheduling: this client as a scheduler."""
        return self._options(settings, callbacks.observer())

    def _options(
        self, settings: dict[str, Any], observer: _core.RunObserver | None = None
    ) -> tuple[_core.ComputeOptions, CallHere]:
        if self.status != "running":
            raise InvalidArgument("expected an open client; this one was closed")
        options, workers = self.cluster.compute_options(settings, observer)
        return options, CallHere(self, workers, self._running)

    def _launch(self, start: Start, key: str, retries: int) -> _core.FutureState:
        """Starts work in a run of its own, which recorders of task streams see."""
        recorders = [one for one in callbacks.Callback.active if isinstance(one, StreamRecorder)]
        if not recorders:
            return start(*self._options({"retries": retries}))
        seen = Observation(recorders, key)
        seen._begin()
        state = start(*self._options({"retries": retries}, seen.core))
        call = WatchedCall(state, seen)
        for recorder in recorders:
            recorder.watch(call)
        state.on_end(call.end)
        return state

    def _start(self, start: Start, key: str, retries: int = 0) -> Future:
        def now() -> _core.FutureState:
            return self._launch(start, key, retries)

        future = Future(key, self, now())
        future._redo = now
        kept = weakref.ref(future)
        future._state.on_end(lambda: _forget_call(kept))
        with self._lock:
            self._by_key[key] = future
        return future

    def _queue(self) -> tuple[_core.CallQueue | None, CallHere]:
        """The queue of small calls on the cluster's engine."""
        engine = self.cluster._engine
        calls = self._calls  # close() may take it away from another thread
        if calls is None or calls[0] is not engine or self.status != "running":
            options, runner = self._options({})
            calls = self._calls = engine, _core.call_queue(options), runner
            self._demanding = {}
        return calls[1], calls[2]

    def _queue_of(self, demand: Demand | None) -> tuple[_core.CallQueue | None, CallHere]:
        """The queue of calls with this demand, of which no more are under way than the cluster has supplies for: they
        would only keep threads from others."""
        plain = self._queue()
        if demand is None:
            return plain
        if demand not in self._demanding:
            options, runner = self._options({"most_at_once": self.cluster.supplies.most_at_once(demand)})
            self._demanding[demand] = _core.call_queue(options), runner
        return self._demanding[demand]

    def _make_call(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        name: str,
        key: str,
        priority: int = 0,
        demand: Demand | None = None,
    ) -> _core.FutureState:
        queue, runner = self._queue_of(demand)
        if queue is not None:
            return _core.queue_call(queue, func, args, kwargs, name, runner.of(key, demand), priority)
        options, runner = self._options({})
        return _core.submit_call(func, args, kwargs, name, options, runner.of(key, demand))

    def _call(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        name: str,
        key: str,
        retries: int | None,
        priority: int = 0,
        demand: Demand | None = None,
    ) -> Future:
        """The future of a call: one that is there, or a new one."""
        known = self._known(key)
        if known is not None:
            return known
        if retries or callbacks.Callback.active:  # in a run of its own

            def start(options: _core.ComputeOptions, runner: CallHere) -> _core.FutureState:
                return _core.submit_call(func, args, kwargs, name, options, runner.of(key, demand), retries or 0)

            return self._start(start, key)
        future = Future(key, self, self._make_call(func, args, kwargs, name, key, priority, demand))
        if priority or demand:
            future._again = priority, demand
        with self._lock:
            self._by_key[key] = future
        return future

    def _new_key(self, name: str) -> str:
        return f"{name}-{self._prefix}{next(self._numbers):016x}"

    def _let_go(self, future: Future) -> None:
        """The future was released: its key is free."""
        with self._lock:
            if self._by_key.get(future.key) is future:
                del self._by_key[future.key]

    def _known(self, key: str | None) -> Future | None:
        """The future that a key names, unless it came to nothing."""
        with self._lock:
            known = self._by_key.get(key) if key is not None else None
        return known if known is not None and known.status in ("pending", "finished") else None


def _forget_call(future: weakref.ref[Future]) -> None:
    """A call that went well is not run again: it lets go of its arguments."""
    ended = future()
    if ended is not None and ended._state.status == "finished":
        ended._redo = None
