"""Python functions in worker processes: loky's, which need no ``__main__`` guard and see functions of ``__main__``."""

from __future__ import annotations

import atexit
import copyreg
import threading
from collections.abc import Callable, Iterable
from functools import partial
from types import CellType, FunctionType
from typing import Any

from treadle.errors import TaskFailed, WorkerCrashed
from treadle.optional import needed

_lock = threading.Lock()

in_worker = False  # whether this is a worker process
# In a worker process of a cluster: address and key of where its locks, queues and other shared things are.
home: tuple[str, bytes] | None = None


def set_home(address: str, key: bytes) -> None:
    """Runs in the worker, at its start."""
    global home
    home = address, key


def call_pickled(call: bytes) -> bytes:
    """Runs in the worker: a call by cloudpickle, and its answer, or what it raised."""
    global in_worker
    import cloudpickle

    in_worker = True
    function, args, kwargs = cloudpickle.loads(call)
    try:
        answer = function(*args, **kwargs)
    except Exception as error:
        copyreg.pickle(type(error), _reduce_error)
        raise
    try:
        pickled: bytes = cloudpickle.dumps(answer)
    except Exception as error:
        name = f"the answer of {function_name(function)}, a {type(answer).__name__},"
        raise TypeError(f"{name} cannot be pickled, which a worker process needs: {error}") from error
    return pickled


def _reduce_error(error: Exception) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Exceptions that are pickled in a way of their own would lose their notes, which say which item it was; others
    cannot be made again by their class. What does not travel at all is told about."""
    import cloudpickle

    notes = list(getattr(error, "__notes__", ()))
    as_it_is = (_bare, (type(error), error.args), dict(vars(error)))
    for reduced in (error.__reduce_ex__(2), as_it_is):
        try:
            _with_notes(notes, cloudpickle.loads(cloudpickle.dumps(reduced)))
        except Exception:
            continue
        return _with_notes, (notes, reduced)
    return _with_notes, (notes, (TaskFailed, (f"{type(error).__qualname__}: {error}",)))


def _bare(kind: type[Exception], args: tuple[Any, ...]) -> Exception:
    return kind.__new__(kind, *args)


def _with_notes(notes: list[str], reduced: Any) -> Any:
    make, arguments, *state = reduced
    error = make(*arguments)
    if state and state[0] is not None:
        error.__setstate__(state[0])
    if notes:
        error.__notes__ = notes
    return error


def pickle_call(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """The call as bytes. TypeError naming the function, or its arguments, if that cannot be."""
    import cloudpickle

    try:
        pickled: bytes = cloudpickle.dumps((function, args, kwargs))
    except Exception as error:
        raise _cannot_travel(function, args, kwargs, error) from error
    return pickled


def unpickled(answer: bytes) -> Any:
    """What call_pickled() answered with."""
    import cloudpickle

    return cloudpickle.loads(answer)


def _cannot_travel(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception
) -> TypeError:
    culprit = _culprit((function, args, kwargs))
    if culprit is not None:
        name = f"the function {function_name(culprit)}"
        return TypeError(f"{name} cannot be pickled, which a worker process needs: {error}")
    called = function_name(function)
    named = {f"the function {called}": function}
    named.update({f"argument {i} of {called}, a {type(arg).__name__},": arg for i, arg in enumerate(args)})
    named.update({f"argument {name}= of {called}": arg for name, arg in kwargs.items()})
    for name, value in named.items():
        if not _is_portable(value):
            return TypeError(f"{name} cannot be pickled, which a worker process needs: {error}")
    return TypeError(f"the call of {called} cannot be pickled, which a worker process needs: {error}")


def _is_portable(value: Any) -> bool:
    import cloudpickle

    try:
        cloudpickle.dumps(value)
    except Exception:
        return False
    return True


def _culprit(value: Any, depth: int = 0) -> Any:
    """The innermost function for which a value cannot be pickled, the user's and not what wraps it, if there is one."""
    if depth > 8 or _is_portable(value):
        return None
    for part in _parts(value):
        found = _culprit(part, depth + 1)
        if found is not None:
            return found
    return value if isinstance(value, FunctionType) else None


def _parts(value: Any) -> Iterable[Any]:
    """What a container holds, a function has closed over, an object has as attributes."""
    if isinstance(value, (tuple, list, set)):
        return value
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, partial):
        return (value.func, value.args, value.keywords)
    if isinstance(value, FunctionType):
        return [cell.cell_contents for cell in value.__closure__ or () if cell != CellType()]
    return getattr(value, "__dict__", {}).values()


def function_name(function: Any) -> str:
    """A function's name as its author wrote it."""
    while hasattr(function, "func"):
        function = function.func
    return getattr(function, "__qualname__", None) or type(function).__qualname__


def _load_whole() -> None:
    """Imports what pools of processes use, at first use too, here and now.

    Left to the engine's threads, several import it at once; Python calls a module loaded a moment before it is an
    attribute of its package, and a thread that comes by then finds a package without its module.
    """
    import importlib

    for name in (
        "cloudpickle", "concurrent.futures.process", "hmac", "loky", "loky.backend.fork_exec",
        "loky.backend.popen_loky_posix", "loky.backend.process", "loky.backend.synchronize", "loky.process_executor",
        "multiprocessing.connection", "multiprocessing.resource_tracker", "multiprocessing.spawn",
        "multiprocessing.util",
    ):  # fmt: skip
        importlib.import_module(name)


def _new_pool(num_workers: int, home: tuple[str, bytes] | None, timeout: float | None = None) -> Any:
    from loky.backend import get_context
    from loky.process_executor import ProcessPoolExecutor

    at_start = {} if home is None else {"initializer": set_home, "initargs": home}
    return ProcessPoolExecutor(num_workers, timeout=timeout, context=get_context("loky"), **at_start)


class Workers:
    """A pool of worker processes that is made anew when one of them dies."""

    def __init__(self, num_workers: int, home: tuple[str, bytes] | None = None) -> None:
        for package in ("cloudpickle", "loky"):
            needed(package, "what runs in worker processes", "'treadle[distributed]'")
        self.num_workers = num_workers
        self._home = home
        self._executor: Any = None
        self._lock = threading.Lock()
        self._alone = threading.Lock()
        _load_whole()

    def _open(self) -> Any:
        with self._lock:
            if self._executor is None:
                self._executor = _new_pool(self.num_workers, self._home, timeout=60)
            return self._executor

    def _replace(self, broken: Any) -> None:
        with self._lock:
            if self._executor is broken:
                self._executor = None

    def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The function's answer, or what it raised. WorkerCrashed if its process died."""
        from loky.process_executor import BrokenProcessPool, ShutdownExecutorError

        call = pickle_call(function, args, kwargs)
        executor = self._open()
        try:
            answer = executor.submit(call_pickled, call).result()
        except (BrokenProcessPool, ShutdownExecutorError):
            # A dead worker takes down all that its pool was doing: who did it is found by trying each alone.
            self._replace(executor)
            answer = self._call_alone(function, call)
        return unpickled(answer)

    def _call_alone(self, function: Callable[..., Any], call: bytes) -> bytes:
        from loky.process_executor import BrokenProcessPool

        with self._alone:
            executor = _new_pool(1, self._home)
            try:
                answer: bytes = executor.submit(call_pickled, call).result()
                return answer
            except BrokenProcessPool as error:
                name = function_name(function)
                raise WorkerCrashed(f"the worker process died while it ran {name}: {error}") from None
            finally:
                executor.shutdown(wait=True, kill_workers=True)

    def close(self) -> None:
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, kill_workers=True)


_shared: dict[int, Workers] = {}


def runner(num_workers: int) -> Workers:
    """The workers that computations share, so many processes; they end when they are idle for a minute."""
    with _lock:
        if not _shared:
            atexit.register(_close_shared)
        return _shared.setdefault(num_workers, Workers(num_workers))


def _close_shared() -> None:
    for workers in _shared.values():
        workers.close()
