"""A client as an Executor of the standard library's ``concurrent.futures``."""

from __future__ import annotations

import concurrent.futures
import weakref
from collections.abc import Callable, Iterator
from typing import Any


class ClientExecutor(concurrent.futures.Executor):
    """Runs calls on a client's workers; shutting it down leaves the client open."""

    def __init__(self, client: Any, **kwargs: Any) -> None:
        unknown = kwargs.keys() - {"pure", "workers", "resources", "allow_other_workers", "retries", "priority"}
        if unknown:
            raise TypeError(f"unsupported arguments to ClientExecutor: {sorted(unknown)}")
        self._client = client
        self._kwargs = {"pure": False, **kwargs}
        self._futures: weakref.WeakSet[concurrent.futures.Future[Any]] = weakref.WeakSet()
        self._shut = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        """Calls ``fn(*args, **kwargs)``; the future is one of the standard library's."""
        if self._shut:
            raise RuntimeError("cannot schedule new futures after shutdown")
        started = self._client.submit(fn, *args, **self._kwargs, **kwargs)
        answer: concurrent.futures.Future[Any] = _ExecutorFuture(started)
        self._futures.add(answer)
        started.add_done_callback(lambda future: _tell(future, answer))
        return answer

    def map(
        self, fn: Callable[..., Any], *iterables: Any, timeout: float | None = None, chunksize: int = 1
    ) -> Iterator[Any]:
        return super().map(fn, *iterables, timeout=timeout, chunksize=chunksize)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Takes no more calls; waits for those that were made."""
        self._shut = True
        pending = [future for future in self._futures if not future.done()]
        if cancel_futures:
            for future in pending:
                future.cancel()
        if wait:
            concurrent.futures.wait(pending)


class _ExecutorFuture(concurrent.futures.Future[Any]):
    def __init__(self, started: Any) -> None:
        super().__init__()
        self._started = started

    def cancel(self) -> bool:
        """Gives the call up; False if it has ended."""
        if not super().cancel():
            return False
        self._started.cancel()
        return True


def _tell(future: Any, answer: concurrent.futures.Future[Any]) -> None:
    """Hands a future's end on."""
    if not answer.set_running_or_notify_cancel():
        return
    if future.cancelled():
        answer.set_exception(concurrent.futures.CancelledError())
        return
    error = future._raised()
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(future._state.value())
