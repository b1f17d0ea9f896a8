"""What a task knows while it runs: its client, its worker; and what the client knows of it."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from treadle import default_client as defaults
from treadle import processes
from treadle.distributed.sampling import Running
from treadle.scheduling import Runner

if TYPE_CHECKING:
    from treadle.distributed.client import Client
    from treadle.distributed.demands import Demand
    from treadle.distributed.worker import Worker

_here = threading.local()  # of a task's thread: whose task it runs


class CallHere:
    """Calls the functions of tasks: in the thread, which knows its client meanwhile, or in a worker process."""

    def __init__(self, client: Any, workers: Runner | None, running: Running) -> None:
        self._client = weakref.ref(client)
        self._workers = workers
        self._running = running

    def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return self.call(function, function, args, kwargs)

    def of(self, key: str, demand: Demand | None = None) -> Runner:
        """The same for the one call of a future, which is known by its key; once a worker has what it demands."""
        return _KeyedCall(self, key) if demand is None else partial(self._call_with, demand, key)

    def _call_with(self, demand: Demand, key: str, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        client = self._client()
        if client is None:
            return self.call(key, function, args, kwargs)
        with client.cluster.supplies.taken(demand) as worker:
            return self.call(key, function, args, kwargs, worker)

    def call(
        self,
        label: Any,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        worker: int | None = None,
    ) -> Any:
        before = getattr(_here, "client", None), getattr(_here, "worker", None)
        _here.client, _here.worker = self._client, worker
        outer = self._running.begin(label)
        try:
            if self._workers is not None:
                return self._workers(function, *args, **kwargs)
            answer = function(*args, **kwargs)
            if hasattr(answer, "send") and hasattr(answer, "cr_await"):  # a coroutine function
                from treadle.distributed.future import run_coroutine

                return run_coroutine(answer)
            return answer
        finally:
            self._running.end(outer)
            _here.client, _here.worker = before


class _KeyedCall:
    __slots__ = ("_caller", "_key")

    def __init__(self, caller: CallHere, key: str) -> None:
        self._caller = caller
        self._key = key

    def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return self._caller.call(self._key, function, args, kwargs)


def _why() -> str:
    if not processes.in_worker:
        return ""
    return "; a worker process has none: tasks that start tasks run on threads, Client(processes=False)"


def client_here() -> Client | None:
    """The client whose task this thread runs."""
    reference = getattr(_here, "client", None)
    return None if reference is None else reference()


def get_client(address: Any = None, timeout: Any = None, resolve_address: bool = True) -> Client:
    """In a task, its client; else the one in force. ValueError if there is none."""
    found = client_here() or defaults.default_client_or_none()
    if found is None:
        raise ValueError(f"No global client found and no address provided{_why()}")
    client: Client = found
    return client


@contextmanager
def worker_client(timeout: Any = None, separate_thread: bool = True) -> Iterator[Client]:
    """In a task: its client. Waiting for futures there works on them, so that tasks may start and await others."""
    client = client_here()
    if client is None:
        raise ValueError(f"worker_client: expected to be in a task of a client, found none{_why()}")
    yield client


def secede() -> None:
    """Nothing to do: a task that waits for futures lends its thread to them."""
    if client_here() is None:
        raise ValueError("secede: expected to be in a task of a client, found none")


def rejoin() -> None:
    """Nothing to do: see secede()."""
    secede()


def get_worker() -> Worker:
    """In a task: its worker. ValueError elsewhere."""
    client = client_here()
    if client is None:
        raise ValueError("No worker found: expected to be in a task of a client")
    demanded = getattr(_here, "worker", None)
    number = client.cluster.worker_of(client._running.place_here()) if demanded is None else demanded
    return client.cluster.worker_objects()[number]
