"""Where a computation runs: the engine's threads, the calling thread, worker processes, a client, a pool of one's own.

Everything runs on the engine. What a scheduler changes is its threads, and how Python functions are called: at once,
under the GIL, or through a *runner*, ``runner(function, *args, **kwargs)``, that has another process do it.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any

import treadle.config
from treadle import _core

Runner = Callable[..., Any]

_HERE = ("synchronous", "sync", "single-threaded")
_THREADS = ("threads", "threading", "threaded")
_PROCESSES = ("processes", "multiprocessing")
_NAMES = (*_HERE, *_THREADS, *_PROCESSES)


def chosen(scheduler: Any = None, get: Any = None, pool: Any = None) -> Any:
    """The scheduler that an argument, the default client or the settings name: a name, a Client, an Executor, or a
    function of a graph and keys."""
    said = scheduler if scheduler is not None else get
    if said is None and pool is not None:
        return pool
    if said is None:
        said = treadle.config.get("scheduler", None)
    if said is None:
        said = treadle.config.get("get", None)
    if said is None:
        said = treadle.config.get("pool", None)
    if said is None:
        from treadle.default_client import default_client_or_none

        said = default_client_or_none()
    if said is None:
        return "threads"
    name = getattr(said, "__treadle_scheduler__", said)
    if not isinstance(name, str):
        return name
    if name.lower() in ("distributed", "client", "dask.distributed"):
        from treadle.default_client import default_client

        return default_client()
    if name.lower() not in _NAMES:
        raise ValueError(
            f"scheduler: expected one of {', '.join(_NAMES)}, a Client, an Executor or a function, found {name!r}"
        )
    return name.lower()


def options(scheduler: Any = None, **settings: Any) -> tuple[_core.ComputeOptions, Runner | None]:
    """The engine's options and the runner for what a call says and the settings."""
    where = chosen(scheduler, settings.pop("get", None), settings.pop("pool", None))
    if "optimize_graph" in settings:
        settings["optimize"] = settings.pop("optimize_graph")
    engine_options = treadle.config.engine_options
    if isinstance(where, str) and where not in _PROCESSES:
        return engine_options(**{**settings, "scheduler": where}), context_runner() if where in _THREADS else None
    if hasattr(where, "_compute_options"):  # a Client
        run: tuple[_core.ComputeOptions, Runner | None] = where._compute_options(settings)
        return run
    workers = settings.get("num_workers") or treadle.config.get("num_workers", None)
    if isinstance(where, str):
        from treadle.processes import runner

        return engine_options(**{**settings, "num_workers": workers or num_cpus()}), runner(workers or num_cpus())
    if hasattr(where, "submit"):
        workers = workers or getattr(where, "_max_workers", None) or num_cpus()
        return engine_options(**{**settings, "num_workers": workers}), executor_runner(where)
    if hasattr(where, "apply_async"):
        workers = workers or getattr(where, "_processes", None) or num_cpus()
        return engine_options(**{**settings, "num_workers": workers}), pool_runner(where)
    if callable(where):
        return engine_options(**settings), None
    raise TypeError(f"scheduler: expected a name, a Client, an Executor or a function, found {type(where).__name__}")


def num_cpus() -> int:
    """How many processors this process may keep busy: its affinity, and a container's quota."""
    return _core.usable_threads()


def context_runner() -> Runner | None:
    """Calls that see the caller's context variables; None if none is set, as every call costs a little more so."""
    context = contextvars.copy_context()
    if not len(context):
        return None

    def run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return context.copy().run(function, *args, **kwargs)  # of its own: a context is entered once at a time

    return run


def executor_runner(executor: Any) -> Runner:
    """Calls through an executor of ``concurrent.futures``. To other processes any function travels, by cloudpickle."""
    from concurrent.futures import ProcessPoolExecutor

    from treadle.processes import call_pickled, pickle_call, unpickled

    def run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return executor.submit(function, *args, **kwargs).result()

    def run_elsewhere(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return unpickled(executor.submit(call_pickled, pickle_call(function, args, kwargs)).result())

    return run_elsewhere if isinstance(executor, ProcessPoolExecutor) else run


def pool_runner(pool: Any) -> Runner:
    """Calls through a pool of ``multiprocessing``, whose processes get any function by cloudpickle."""
    from multiprocessing.pool import ThreadPool

    from treadle.processes import call_pickled, pickle_call, unpickled

    def run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return pool.apply(function, args, kwargs)

    def run_elsewhere(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return unpickled(pool.apply(call_pickled, (pickle_call(function, args, kwargs),)))

    return run if isinstance(pool, ThreadPool) else run_elsewhere
