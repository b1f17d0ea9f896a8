"""The client: what starts work, and what it knows of it."""

from __future__ import annotations

import importlib
import itertools
import sys
import threading
import uuid
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

import treadle.config
from treadle import _core, callbacks
from treadle import default_client as defaults
from treadle.base import is_lazy, tokenize
from treadle.callbacks import Observation
from treadle.distributed.closing import Closing
from treadle.distributed.cluster import LocalCluster
from treadle.distributed.future import Future, _ready, flat
from treadle.distributed.shared_state import SharedState
from treadle.distributed.task_stream import StreamRecorder, WatchedCall, moment_of
from treadle.errors import InvalidArgument
from treadle.processes import function_name
from treadle.scheduling import Runner

_numbers = itertools.count(1)
_here = threading.local()  # of a task's thread: whose task it runs


class Client(SharedState, Closing):
    """Starts calls at once and hands out futures; while it is open, it is also where ``compute()`` runs.

    ``address``: a LocalCluster, or None for one of its own, to which further arguments go.
    """

    dashboard_link: None = None

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
        SharedState.__init__(self)
        self._own_cluster = address is None
        self.cluster = LocalCluster(**cluster_arguments) if address is None else getattr(address, "cluster", address)
        self.id = f"Client-{name or next(_numbers)}"
        self.name = name or self.id
        self.asynchronous = asynchronous
        self.status = "running"
        self._by_key: weakref.WeakValueDictionary[str, Future] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()
        self._calls: tuple[_core.Engine | None, _core.CallQueue | None, Runner] | None = None
        self._prefix = uuid.uuid4().hex[:16]  # of the keys of calls that are like no other
        self._numbers = itertools.count()
        self._metadata: dict[Any, Any] = {}
        self._events: dict[str, list[tuple[float, Any]]] = {}
        self._plugins: dict[str, Any] = {}
        self._stream: StreamRecorder | None = None
        self.cluster._clients.append(self)
        if "joblib" in sys.modules:
            importlib.import_module("treadle.joblib")  # makes the backend known
        if set_as_default:
            defaults.push(self)

    # Where work runs

    def _compute_options(self, settings: dict[str, Any]) -> tuple[_core.ComputeOptions, Runner]:
        """For scheduling: this client as a scheduler."""
        return self._options(settings, callbacks.observer())

    def _options(
        self, settings: dict[str, Any], observer: _core.RunObserver | None = None
    ) -> tuple[_core.ComputeOptions, Runner]:
        if self.status != "running":
            raise InvalidArgument("expected an open client; this one was closed")
        options, workers = self.cluster.compute_options(settings, observer)
        return options, _CallHere(self, workers)

    def _launch(
        self, start: Callable[[_core.ComputeOptions, Runner], _core.FutureState], key: str
    ) -> _core.FutureState:
        """Starts work in a run of its own, which recorders of task streams see."""
        recorders = [one for one in callbacks.Callback.active if isinstance(one, StreamRecorder)]
        if not recorders:
            return start(*self._options({}))
        seen = Observation(recorders, key)
        seen._begin()
        state = start(*self._options({}, seen.core))
        call = WatchedCall(state, seen)
        for recorder in recorders:
            recorder.watch(call)
        state.on_end(call.end)
        return state

    def _start(self, start: Callable[[_core.ComputeOptions, Runner], _core.FutureState], key: str) -> Future:
        def now() -> _core.FutureState:
            return self._launch(start, key)

        future = Future(now(), key, self)
        future._redo = now
        kept = weakref.ref(future)
        future._state.on_end(lambda: _forget_call(kept))
        with self._lock:
            self._by_key[key] = future
        return future

    def _queue(self) -> tuple[_core.CallQueue | None, Runner]:
        """The queue of small calls on the cluster's engine."""
        engine = self.cluster._engine
        if self._calls is None or self._calls[0] is not engine or self.status != "running":
            options, runner = self._options({})
            self._calls = engine, _core.call_queue(options), runner
        return self._calls[1], self._calls[2]

    def _make_call(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], name: str
    ) -> _core.FutureState:
        queue, runner = self._queue()
        if queue is not None:
            return _core.queue_call(queue, func, args, kwargs, name, runner)
        return _core.submit_call(func, args, kwargs, name, *self._options({}))

    def _call(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        name: str,
        key: str,
        retries: int | None,
    ) -> Future:
        """The future of a call: one that is there, or a new one."""
        known = self._known(key)
        if known is not None:
            return known
        if retries or callbacks.Callback.active:  # in a run of its own

            def start(options: _core.ComputeOptions, runner: Runner) -> _core.FutureState:
                return _core.submit_call(func, args, kwargs, name, options, runner, retries or 0)

            return self._start(start, key)
        future = Future(self._make_call(func, args, kwargs, name), key, self)
        with self._lock:
            self._by_key[key] = future
        return future

    def _new_key(self, name: str) -> str:
        return f"{name}-{self._prefix}{next(self._numbers):016x}"

    def _known(self, key: str | None) -> Future | None:
        """The future that a key names, unless it came to nothing."""
        with self._lock:
            known = self._by_key.get(key) if key is not None else None
        return known if known is not None and known.status in ("pending", "finished") else None

    # Calls

    def submit(
        self,
        func: Callable[..., Any],
        *args: Any,
        key: str | None = None,
        workers: Any = None,
        resources: Any = None,
        retries: int | None = None,
        priority: int = 0,
        fifo_timeout: Any = None,
        allow_other_workers: bool = False,
        actor: bool = False,
        actors: bool = False,
        pure: bool | None = None,
        **kwargs: Any,
    ) -> Future:
        """Calls ``func`` as soon as the futures among its arguments are there.

        Equal calls share a future that is alive (``pure=False``: they do not). ``actor``: what the call makes stays
        where it is, and its methods are called one after the other.
        """
        if not callable(func):
            raise TypeError("First input to submit must be a callable function")
        name = _short_name(func)
        if actor or actors:
            return self._submit_actor(func, args, kwargs, name)
        if key is None:
            pure = treadle.config.get("delayed_pure", True) if pure is None else pure
            key = f"{name}-{tokenize(tokenize(func, kwargs), args)}" if pure else self._new_key(name)
        return self._call(func, args, kwargs, name, key, retries)

    def _submit_actor(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], name: str
    ) -> Future:
        from treadle.distributed.actor import Actor

        key = f"{name}-{uuid.uuid4().hex}"

        def make(*args: Any, **kwargs: Any) -> Actor:
            return Actor(func(*args, **kwargs), key)

        def start(options: _core.ComputeOptions, runner: Runner) -> _core.FutureState:
            return _core.submit_call(make, args, kwargs, name, options)

        return self._start(start, key)

    def map(
        self,
        func: Callable[..., Any],
        *iterables: Any,
        key: Any = None,
        workers: Any = None,
        retries: int | None = None,
        resources: Any = None,
        priority: int = 0,
        allow_other_workers: bool = False,
        fifo_timeout: Any = None,
        actor: bool = False,
        actors: bool = False,
        pure: bool | None = None,
        batch_size: int | None = None,
        **kwargs: Any,
    ) -> list[Future]:
        """A call for the items of the iterables side by side: their futures, in order."""
        if not callable(func):
            raise TypeError("First input to map must be a callable function")
        if iterables and all(hasattr(one, "get") and hasattr(one, "qsize") for one in iterables):
            raise TypeError("Queues are no longer supported in map: submit their items")
        rows = list(zip(*iterables, strict=False))
        if isinstance(key, list) and len(key) != len(rows):
            raise ValueError(f"key: expected one for each of {len(rows)} calls, found {len(key)}")
        if actor or actors:
            return [self.submit(func, *row, actor=True, **kwargs) for row in rows]
        name = _short_name(func)
        keys = self._keys_of_calls(func, rows, kwargs, name, key, pure)
        return [self._call(func, row, kwargs, name, own, retries) for row, own in zip(rows, keys, strict=True)]

    def _keys_of_calls(
        self,
        func: Callable[..., Any],
        rows: list[tuple[Any, ...]],
        kwargs: dict[str, Any],
        name: str,
        key: Any,
        pure: bool | None,
    ) -> Iterator[str]:
        if isinstance(key, list):
            return iter(key)
        if key is not None:
            return (f"{key}-{i}" for i in range(len(rows)))
        if treadle.config.get("delayed_pure", True) if pure is None else pure:
            token = tokenize(func, kwargs)  # once: a function's costs more than its arguments'
            return (f"{name}-{tokenize(token, row)}" for row in rows)
        return (self._new_key(name) for _ in rows)

    def gather(self, futures: Any, errors: str = "raise", direct: Any = None, asynchronous: bool | None = None) -> Any:
        """The results in the places of the futures, in containers of any depth. ``errors="skip"`` leaves out, of
        lists, those that failed."""
        if errors not in ("raise", "skip"):
            raise ValueError(f"errors: expected 'raise' or 'skip', found {errors!r}")
        if self.asynchronous if asynchronous is None else asynchronous:
            return self._gather_later(futures, errors)
        for future in flat(futures):
            future._state.wait()
        return self._gathered(futures, errors)

    async def _gather_later(self, futures: Any, errors: str) -> Any:
        for future in flat(futures):
            await future._ended()
        return self._gathered(futures, errors)

    def _gathered(self, value: Any, errors: str) -> Any:
        if isinstance(value, Future):
            return value._get()
        if isinstance(value, dict):
            return {key: self._gathered(one, errors) for key, one in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            kept = [one for one in value if errors == "raise" or not _failed(one)]
            return type(value)(self._gathered(one, errors) for one in kept)
        return [self._gathered(one, errors) for one in value] if isinstance(value, Iterator) else value

    def scatter(
        self,
        data: Any,
        workers: Any = None,
        broadcast: bool = False,
        direct: Any = None,
        hash: bool = True,
        timeout: Any = None,
        asynchronous: bool | None = None,
    ) -> Any:
        """Values as futures that are finished: of a list, set or dict, one for each item."""
        self._compute_options({})  # open?
        if isinstance(data, dict):
            made: Any = {key: self._scattered(value, hash, str(key)) for key, value in data.items()}
        elif isinstance(data, (list, tuple, set, frozenset)):
            made = type(data)(self._scattered(value, hash) for value in data)
        elif isinstance(data, (range, Iterator)):
            made = [self._scattered(value, hash) for value in data]
        else:
            made = self._scattered(data, hash)
        return _ready(made) if self.asynchronous else made

    def _scattered(self, value: Any, by_content: bool, key: str | None = None) -> Future:
        if isinstance(value, Future):
            return value
        name = key or f"{type(value).__name__}-{tokenize(value) if by_content else uuid.uuid4().hex}"
        known = self._known(name) if key is None else None
        return known or self._start(lambda options, runner: _core.finished_future(value), name)

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
        """Lazy collections as futures of their values; ``sync``: the values. Other values stay as they are."""
        if isinstance(collections, (list, tuple, set, frozenset)):
            made: Any = [self._computed(one, retries) for one in collections]
        else:
            made = self._computed(collections, retries)
        return self.gather(made) if sync else made

    def _computed(self, one: Any, retries: int) -> Any:
        if not is_lazy(one) or isinstance(one, Future):
            return one
        row = _core.lazy_value(one)
        assert row is not None
        key = getattr(one, "key", None)
        return self._start(partial(_start_blocks, row), key if isinstance(key, str) else f"finish-{row.key}")

    def persist(self, collections: Any, optimize_graph: bool = True, **kwargs: Any) -> Any:
        """Computes lazy collections and keeps their values: they are lazy as before."""
        from treadle.computing import persist

        several = isinstance(collections, (list, tuple, set, frozenset))
        kept = persist(*(collections if several else [collections]), scheduler=self)
        return list(kept) if several else kept[0]

    def get(self, dsk: Mapping[Any, Any], keys: Any, sync: bool = True, **kwargs: Any) -> Any:
        """The values of keys in a graph written by hand."""
        from treadle.graphs import blocks_of_graph, run_graph

        if sync:
            return run_graph(self, dsk, keys)  # type: ignore[arg-type]
        several = isinstance(keys, list)
        futures = []
        for key in keys if several else [keys]:
            row = blocks_of_graph(dsk, key)
            futures.append(self._start(partial(_start_blocks, row), str(key)))
        return futures if several else futures[0]

    def get_executor(self, **kwargs: Any) -> Any:
        """This client as an Executor of ``concurrent.futures``; arguments go to each submit()."""
        from treadle.distributed.executor import ClientExecutor

        return ClientExecutor(self, **kwargs)

    def futures_of(self, futures: Any) -> list[Future]:
        return flat(futures)

    def normalize_collection(self, collection: Any) -> Any:
        return collection

    # What is under way

    def cancel(self, futures: Any, asynchronous: bool | None = None, force: bool = False, **kwargs: Any) -> Any:
        """Gives futures up unless they have ended."""
        for future in flat(futures):
            future._state.cancel()
        return _ready(None) if self.asynchronous else None

    def retry(self, futures: Any, asynchronous: bool | None = None) -> Any:
        """Runs calls that failed again."""
        for future in flat(futures):
            if future.status == "error":
                future.retry()
        return _ready(None) if self.asynchronous else None

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

    # Functions beside the tasks

    def run(
        self,
        function: Callable[..., Any],
        *args: Any,
        workers: Any = None,
        wait: bool = True,
        nanny: bool = False,
        on_error: str = "raise",
        **kwargs: Any,
    ) -> Any:
        """Calls a function once for each worker, here: its answers by worker."""
        answers = {}
        for address in self._chosen(workers):
            try:
                answers[address] = function(*args, **kwargs)
            except Exception as error:
                if on_error == "raise":
                    raise
                if on_error == "return":
                    answers[address] = error
        return _ready(answers) if self.asynchronous else answers

    def run_on_scheduler(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Calls a function here."""
        answer = function(*args, **kwargs)
        return _ready(answer) if self.asynchronous else answer

    def upload_file(self, filename: str, load: bool = True) -> Any:
        """Makes a file of Python importable in tasks: ``.py``, ``.zip``, ``.egg``."""
        path = Path(filename).resolve()
        if not path.exists():
            raise FileNotFoundError(f"upload_file: no file {filename!r}")
        folder = str(path.parent if path.suffix == ".py" else path)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        if load and path.suffix == ".py":
            module = sys.modules.get(path.stem)
            importlib.invalidate_caches()
            importlib.reload(module) if module is not None else importlib.import_module(path.stem)
        answers = {address: {"status": "OK"} for address in self.cluster.workers.values()}
        return _ready(answers) if self.asynchronous else answers

    def register_plugin(self, plugin: Any, name: str | None = None) -> dict[str, Any]:
        """Calls a plugin's ``setup()`` or ``start()``; its ``teardown()`` or ``close()`` when the client closes."""
        called = name or getattr(plugin, "name", None) or f"{type(plugin).__name__}-{uuid.uuid4().hex}"
        self._plugins[called] = plugin
        _call_hook(plugin, ("setup", "start"), self)
        return {"status": "OK"}

    def register_worker_callbacks(self, setup: Callable[[], Any] | None = None) -> Any:
        """Calls a function once for each worker."""
        return self.run(setup) if setup is not None else {}

    def unregister_worker_plugin(self, name: str, nanny: Any = None) -> dict[str, Any]:
        plugin = self._plugins.pop(name, None)
        if plugin is None:
            raise ValueError(f"The worker plugin {name} does not exist")
        _call_hook(plugin, ("teardown", "close"), self)
        return {"status": "OK"}

    unregister_scheduler_plugin = unregister_worker_plugin

    def restart_workers(self, workers: Any, timeout: Any = None, raise_for_error: bool = True) -> Any:
        """New worker processes in the places of these; threads go on as they are."""
        chosen = self._chosen(workers)
        if self.cluster._workers is not None:
            self.cluster._workers.close()
        answers = dict.fromkeys(chosen, "OK")
        return _ready(answers) if self.asynchronous else answers

    def retire_workers(self, workers: Any = None, close_workers: bool = True, **kwargs: Any) -> Any:
        """Fewer workers: those that are named go, all but the last one if none is."""
        known = list(self.cluster.workers.values())
        gone = known[1:] if workers is None else self._chosen(workers)
        self.cluster.scale_down(gone)
        answers = {address: {"status": "OK"} for address in gone}
        return _ready(answers) if self.asynchronous else answers

    # What is to be seen of it

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

    def __reduce__(self) -> Any:
        raise TypeError("a Client stays in its process; in a task, get_client() gives it")


def _call_hook(plugin: Any, names: tuple[str, str], client: Client) -> None:
    """Calls the hook of a worker's plugin, with the client, or of a scheduler's, which may be a coroutine function."""
    hook = next((getattr(plugin, name) for name in names if hasattr(plugin, name)), None)
    if hook is None:
        return
    answer = hook() if hook.__name__ == "close" else hook(client)
    if hasattr(answer, "cr_await"):
        from treadle.distributed.future import run_coroutine

        run_coroutine(answer)


def _short_name(func: Callable[..., Any]) -> str:
    return function_name(func).rsplit(".", 1)[-1].replace("<lambda>", "lambda")


def _forget_call(future: weakref.ref[Future]) -> None:
    """A call that went well is not run again: it lets go of its arguments."""
    ended = future()
    if ended is not None and ended._state.status == "finished":
        ended._redo = None


def _start_blocks(row: _core.Blocks, options: _core.ComputeOptions, runner: Runner) -> _core.FutureState:
    return _core.submit_blocks(row, options, runner)


class _CallHere:
    """Calls the functions of tasks: in the thread, which knows its client meanwhile, or in a worker process."""

    def __init__(self, client: Client, workers: Runner | None) -> None:
        self._client = weakref.ref(client)
        self._workers = workers

    def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._workers is not None:
            return self._workers(function, *args, **kwargs)
        before = getattr(_here, "client", None)
        _here.client = self._client
        try:
            answer = function(*args, **kwargs)
            if hasattr(answer, "send") and hasattr(answer, "cr_await"):  # a coroutine function
                from treadle.distributed.future import run_coroutine

                return run_coroutine(answer)
            return answer
        finally:
            _here.client = before


def _failed(value: Any) -> bool:
    return isinstance(value, Future) and value.status in ("error", "cancelled", "lost")


def _client_here() -> Client | None:
    """The client whose task this thread runs."""
    reference = getattr(_here, "client", None)
    return None if reference is None else reference()


def default_client(c: Any = None) -> Client:
    """The client in force. ValueError if there is none."""
    client: Client = c or defaults.default_client()
    return client


def get_client(address: Any = None, timeout: Any = None, resolve_address: bool = True) -> Client:
    """In a task, its client; else the one in force. ValueError if there is none."""
    found = _client_here() or defaults.default_client_or_none()
    if found is None:
        raise ValueError("No global client found and no address provided")
    client: Client = found
    return client


@contextmanager
def worker_client(timeout: Any = None, separate_thread: bool = True) -> Iterator[Client]:
    """In a task: its client. Waiting for futures there works on them, so that tasks may start and await others."""
    client = _client_here()
    if client is None:
        raise ValueError("worker_client: expected to be in a task of a client, found none")
    yield client


def secede() -> None:
    """Nothing to do: a task that waits for futures lends its thread to them."""
    if _client_here() is None:
        raise ValueError("secede: expected to be in a task of a client, found none")


def rejoin() -> None:
    """Nothing to do: see secede()."""
    secede()


class _Worker:
    """What a task can ask of its worker."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.name = 0
        self.address = next(iter(client.cluster.workers.values()))
        self.nthreads = client.cluster.threads_per_worker
        self.state = self


def get_worker() -> _Worker:
    """In a task: its worker. ValueError elsewhere."""
    client = _client_here()
    if client is None:
        raise ValueError("No worker found: expected to be in a task of a client")
    return _Worker(client)


def futures_of(o: Any, client: Client | None = None) -> list[Future]:
    """The futures in an object."""
    return flat(o)
