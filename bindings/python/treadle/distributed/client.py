"""The client: what starts work, and what it knows of it."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Self

from treadle import _core, callbacks
from treadle import default_client as defaults
from treadle.base import is_lazy
from treadle.computing import lazy_in
from treadle.distributed.administration import Administration
from treadle.distributed.calls import Calls
from treadle.distributed.closing import Closing
from treadle.distributed.cluster import LocalCluster
from treadle.distributed.future import Future, _ready, flat
from treadle.distributed.in_task import CallHere
from treadle.distributed.shared_state import SharedState
from treadle.distributed.worker import Scheduler
from treadle.errors import InvalidArgument

_numbers = itertools.count(1)


class Client(Calls, Administration, SharedState, Closing):
    """Starts calls at once and hands out futures; while it is open, it is also where ``compute()`` runs.

    ``address``: a LocalCluster, or None for one of its own, to which further arguments go.
    """

    dashboard_link: None = None

    @property
    def persists_later(self) -> bool:
        """Whether persist() answers at once: unless somebody watches computations."""
        return not callbacks.Callback.active

    def __init__(
        self,
        address: Any = None,
        loop: Any = None,
        timeout: Any = None,
        set_as_default: bool = True,
        asynchronous: bool = False,
        name: str | None = None,
        **cluster_arguments: Any,
    ) -> None:
        if isinstance(address, (str, tuple)):
            raise InvalidArgument(
                "Client: clusters on other machines are not there yet; expected a LocalCluster or nothing, found "
                f"{address!r}"
            )
        for passed_over in ("scheduler_file", "heartbeat_interval", "direct_to_workers", "extensions"):
            cluster_arguments.pop(passed_over, None)
        Administration.__init__(self)
        SharedState.__init__(self)
        self._own_cluster = address is None
        self.cluster = LocalCluster(**cluster_arguments) if address is None else getattr(address, "cluster", address)
        self.id = f"Client-{name or next(_numbers)}"
        self.name = name or self.id
        self.asynchronous = asynchronous
        self.status = "running"
        self.cluster._clients.append(self)
        if set_as_default:
            defaults.push(self)

    @property
    def scheduler(self) -> Scheduler:
        """What there is to know of the engine: ``client.scheduler.address``."""
        return self.cluster.scheduler

    # Lazy collections

    def compute(
        self,
        collections: Any,
        sync: bool = False,
        optimize_graph: bool = True,
        workers: Any = None,
        allow_other_workers: bool = False,
        resources: Any = None,
        retries: int = 0,
        priority: int = 0,
        fifo_timeout: Any = None,
        actors: Any = None,
        traverse: bool = True,
        **kwargs: Any,
    ) -> Any:
        """Lazy collections as futures of their values, also containers in which some are; ``sync``: the values. Other
        values stay as they are. ``workers``, ``resources``, ``priority`` are for submit() and map(), with a warning."""
        _pass_over(priority=priority, resources=resources, workers=None if allow_other_workers else workers)
        if isinstance(collections, (list, tuple, set, frozenset)):
            made: Any = [self._computed(one, retries, traverse) for one in collections]
        else:
            made = self._computed(collections, retries, traverse)
        return self.gather(made) if sync else made

    def _computed(self, one: Any, retries: int, traverse: bool) -> Any:
        if isinstance(one, Future):
            return one
        if not is_lazy(one):
            within = traverse and lazy_in((one,), traverse)
            return self.submit(_itself, one, retries=retries, pure=False) if within else one
        row = _core.lazy_value(one)
        assert row is not None
        key = getattr(one, "key", None)
        return self._start(partial(_start_blocks, row), key if isinstance(key, str) else f"finish-{row.key}", retries)

    def persist(self, collections: Any, optimize_graph: bool = True, retries: int = 0, **kwargs: Any) -> Any:
        """Starts to compute lazy collections, and keeps their values: they are lazy as before, and ``wait()`` waits
        for them. Frames are there when this answers."""
        from treadle.computing import persist

        several = isinstance(collections, (list, tuple, set, frozenset))
        kept = persist(*(collections if several else [collections]), scheduler=self, **_if_any(retries))
        return list(kept) if several else kept[0]

    def get(self, dsk: Mapping[Any, Any], keys: Any, sync: bool = True, retries: int = 0, **kwargs: Any) -> Any:
        """The values of keys in a graph written by hand."""
        from treadle.graphs import blocks_of_graph, run_graph

        if sync:
            return run_graph(self, dsk, keys, **_if_any(retries))  # type: ignore[arg-type]
        several = isinstance(keys, list)
        futures = []
        for key in keys if several else [keys]:
            row = blocks_of_graph(dsk, key)
            futures.append(self._start(partial(_start_blocks, row), str(key), retries))
        return futures if several else futures[0]

    def get_executor(self, **kwargs: Any) -> Any:
        """This client as an Executor of ``concurrent.futures``; arguments go to each submit()."""
        from treadle.distributed.executor import ClientExecutor

        return ClientExecutor(self, **kwargs)

    def futures_of(self, futures: Any) -> list[Future]:
        return futures_of(futures)

    def normalize_collection(self, collection: Any) -> Any:
        return collection

    # What is under way

    def cancel(
        self,
        futures: Any,
        asynchronous: bool | None = None,
        force: bool = False,
        reason: Any = None,
        msg: Any = None,
    ) -> Any:
        """Gives futures up unless they have ended; the errors of those who ask for results say why."""
        for future in flat(futures):
            future._give_up(reason, msg)
        return _ready(None) if self.asynchronous else None

    def retry(self, futures: Any, asynchronous: bool | None = None) -> Any:
        """Runs calls that failed again."""
        for future in flat(futures):
            if future.status == "error":
                future.retry()
        return _ready(None) if self.asynchronous else None

    # The end

    def restart(self, timeout: Any = None, wait_for_workers: bool = True, **kwargs: Any) -> Any:
        """New workers; all futures are cancelled."""
        self._cancel_all()
        self.cluster.restart()
        return _ready(self) if self.asynchronous else self

    def _cancel_all(self) -> None:
        for future in self.futures.values():
            future._state.cancel()

    def _forget(self) -> None:
        """The client is over; its cluster may live on."""
        if self.status == "closed":
            return
        self.status = "closed"
        self._calls = None
        self._running.close()
        if self._stream is not None and self._stream in callbacks.Callback.active:
            self._stream.unregister()
        defaults.forget(self)
        self._cancel_all()
        for name in list(self._plugins):
            self.unregister_worker_plugin(name)
        if self in self.cluster._clients:
            self.cluster._clients.remove(self)

    def close(self, timeout: Any = None) -> Any:
        """Gives up what is pending and takes no more work; a cluster of its own ends."""
        self._forget()
        if self._own_cluster:
            self.cluster.close()
        return _ready(None) if self.asynchronous else None

    def shutdown(self) -> Any:
        """Closes the client and its cluster."""
        self._forget()
        self.cluster.close()
        return _ready(None) if self.asynchronous else None

    @contextmanager
    def as_current(self) -> Iterator[Self]:
        """This client is the default in the block."""
        defaults.push(self)
        try:
            yield self
        finally:
            defaults.pop(self)

    @staticmethod
    def current(allow_global: bool = True) -> Client:
        client: Client = defaults.default_client()
        return client

    def __await__(self) -> Any:
        return _ready(self).__await__()

    def __repr__(self) -> str:
        threads = sum(self.cluster.nthreads.values())
        return f"<Client: {self.cluster.scheduler_address!r} processes={len(self.cluster.workers)} threads={threads}>"

    def _repr_html_(self) -> str:
        from treadle.distributed.show import client_html

        return client_html(self)

    def __reduce__(self) -> Any:
        raise TypeError("a Client stays in its process; in a task, get_client() gives it")


def _pass_over(**given: Any) -> None:
    """Says which arguments mean nothing to a graph, whose tasks are ordered by what they need."""
    for name, value in given.items():
        if value:
            warnings.warn(f"compute: {name}={value!r} is passed over: submit() and map() heed it", stacklevel=3)


def _itself(value: Any) -> Any:
    return value


def _if_any(retries: int) -> dict[str, Any]:
    return {"retries": retries} if retries else {}


def _start_blocks(row: _core.Blocks, options: _core.ComputeOptions, runner: CallHere) -> _core.FutureState:
    return _core.submit_blocks(row, options, runner)


def default_client(c: Any = None) -> Client:
    """The client in force. ValueError if there is none."""
    client: Client = c or defaults.default_client()
    return client


def futures_of(o: Any, client: Client | None = None) -> list[Future]:
    """The futures in an object, each once."""
    return list(dict.fromkeys(flat(o)))
