"""Locks, flags, queues and values that clients and tasks of one cluster share by name."""

from __future__ import annotations

import asyncio
import queue
import time
import uuid
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from types import TracebackType
from typing import Any, Self

from treadle import processes
from treadle.distributed.future import _ready, seconds_of
from treadle.distributed.sharing import Elsewhere, forget, thing_at

# Those that no cluster has: of programs without a client.
_without_cluster: dict[tuple[str, str], Any] = {}
# How long one call to the client's process waits; then it is made again.
_MOMENT = 0.2

# Tries for so many seconds, None for ever: what it got in a list, an empty one if it was refused.
Attempt = Callable[[float | None], list[Any]]


class _Shared:
    """Something by a name; the same name is the same thing in a cluster."""

    def __init__(self, name: str | None, client: Any, *arguments: Any) -> None:
        from treadle.default_client import default_client_or_none
        from treadle.distributed.in_task import client_here

        self.client = client or client_here() or default_client_or_none()
        self.name = name or f"{type(self).__name__.lower()}-{uuid.uuid4().hex}"
        self._place = (type(self).__name__, self.name)
        self._things = _without_cluster if self.client is None else self.client.cluster.shared
        self._far = self.client is None and processes.in_worker
        self._shared: Any = (
            Elsewhere(self._place, arguments) if self._far else thing_at(self._things, self._place, *arguments)
        )

    def _asynchronous(self) -> bool:
        return self.client is not None and self.client.asynchronous

    def _answer(self, value: Any) -> Any:
        """The value, to be awaited where the client is asynchronous."""
        return _ready(value) if self._asynchronous() else value

    def _waited(self, attempt: Attempt, timeout: Any, refused: Callable[[], Any] = lambda: False) -> Any:
        """What the attempt got, else what ``refused()`` says; to be awaited where the client is asynchronous."""
        seconds = seconds_of(timeout)
        if self._asynchronous():
            return _awaited(attempt, seconds, refused)
        got = _by_moments(attempt, seconds) if self._far else attempt(seconds)
        return got[0] if got else refused()

    def _forget(self) -> None:
        if self._far:
            self._shared.forget()
        else:
            forget(self._things, self._place)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.name}>"

    def __reduce__(self) -> Any:
        return type(self), (self.name,)  # it travels by name


def _by_moments(attempt: Attempt, seconds: float | None) -> list[Any]:
    end = None if seconds is None else time.monotonic() + seconds
    while True:
        left = _MOMENT if end is None else max(0.0, min(_MOMENT, end - time.monotonic()))
        got = attempt(left)
        if got or (end is not None and time.monotonic() >= end):
            return got


async def _awaited(attempt: Attempt, seconds: float | None, refused: Callable[[], Any]) -> Any:
    """Tries again and again without waiting: a thread that waited in the loop's place could not be called off."""
    end = None if seconds is None else time.monotonic() + seconds
    pause = 0.001
    while not (got := attempt(0)):
        if end is not None and time.monotonic() >= end:
            return refused()
        await asyncio.sleep(pause)
        pause = min(2 * pause, 0.02)
    return got[0]


def _if_so(granted: bool) -> list[bool]:
    return [True] if granted else []


class Lock(_Shared):
    """A lock; any thread may release it."""

    def __init__(
        self, name: str | None = None, scheduler_rpc: Any = None, loop: Any = None, client: Any = None
    ) -> None:
        super().__init__(name, client)

    def acquire(self, blocking: bool = True, timeout: Any = None) -> Any:
        """Whether it was taken; waits for it, at most ``timeout``."""
        if not blocking and timeout is not None:
            raise ValueError("can't specify a timeout for a non-blocking call")
        return self._waited(self._try, timeout if blocking else 0)

    def _try(self, seconds: float | None) -> list[bool]:
        return _if_so(self._shared.acquire(True, -1 if seconds is None else seconds))

    def release(self) -> Any:
        if not self._shared.locked():
            raise RuntimeError(f"the lock {self.name} is not held")
        return self._answer(self._shared.release())

    def locked(self) -> Any:
        return self._answer(self._shared.locked())

    def __enter__(self) -> Self:
        _by_moments(self._try, None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shared.release()

    async def __aenter__(self) -> Self:
        await _awaited(self._try, None, bool)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._shared.release()


class MultiLock:
    """Several named locks that are taken together, always in the same order."""

    def __init__(self, names: list[str] | None = None, client: Any = None) -> None:
        self.names = sorted(set(names or []))
        self._locks = [Lock(name, client=client) for name in self.names]
        self._held: list[Lock] = []

    def acquire(self, blocking: bool = True, timeout: Any = None, num_locks: int | None = None) -> Any:
        """Whether all, or so many of them, were taken."""
        if not blocking and timeout is not None:
            raise ValueError("can't specify a timeout for a non-blocking call")
        wanted = self._locks[:num_locks]
        if not wanted:
            return True
        return wanted[0]._waited(lambda seconds: self._try(wanted, seconds), timeout if blocking else 0)

    def _try(self, wanted: list[Lock], seconds: float | None) -> list[bool]:
        end = None if seconds is None else time.monotonic() + seconds
        held: list[Lock] = []
        for lock in wanted:
            if not lock._try(None if end is None else max(0.0, end - time.monotonic())):
                for taken in held:
                    taken._shared.release()
                return []
            held.append(lock)
        self._held = held
        return [True]

    def release(self) -> Any:
        if not self._held:
            raise ValueError("the locks are not held")
        for lock in self._held:
            lock._shared.release()
        held, self._held = self._held, []
        return held[0]._answer(None)

    def locked(self) -> bool:
        return bool(self._held)

    def __enter__(self) -> Self:
        _by_moments(lambda seconds: self._try(self._locks, seconds), None)
        return self

    def __exit__(self, *error: object) -> None:
        for lock in self._held:
            lock._shared.release()
        self._held = []

    async def __aenter__(self) -> Self:
        await _awaited(lambda seconds: self._try(self._locks, seconds), None, bool)
        return self

    async def __aexit__(self, *error: object) -> None:
        self.__exit__(*error)


class Event(_Shared):
    """A flag."""

    def __init__(self, name: str | None = None, client: Any = None) -> None:
        super().__init__(name, client)

    def wait(self, timeout: Any = None) -> Any:
        """Waits until it is up; False if the time was over first."""
        return self._waited(lambda seconds: _if_so(self._shared.wait(seconds)), timeout)

    def set(self) -> Any:
        return self._answer(self._shared.set())

    def clear(self) -> Any:
        return self._answer(self._shared.clear())

    def is_set(self) -> Any:
        return self._answer(self._shared.is_set())


class Queue(_Shared):
    """A queue of values or futures."""

    def __init__(self, name: str | None = None, client: Any = None, maxsize: int = 0) -> None:
        super().__init__(name, client, maxsize)

    def put(self, value: Any, timeout: Any = None, **kwargs: Any) -> Any:
        """Adds an element; waits for room. TimeoutError."""

        def attempt(seconds: float | None) -> list[None]:
            try:
                return [self._shared.put(value, True, seconds)]
            except queue.Full:
                return []

        return self._waited(attempt, timeout, lambda: self._raise("full", timeout))

    def get(self, timeout: Any = None, batch: bool | int = False, **kwargs: Any) -> Any:
        """Takes the first element; ``batch``: a list of all that are there, or of so many."""
        if batch is True:
            return self._answer(self._all())
        if batch is False:
            return self._waited(self._first, timeout, lambda: self._raise("empty", timeout))
        return self._waited(self._several(int(batch)), timeout, lambda: self._raise("empty", timeout))

    def _first(self, seconds: float | None) -> list[Any]:
        try:
            return [self._shared.get(True, seconds)]
        except queue.Empty:
            return []

    def _all(self) -> list[Any]:
        found: list[Any] = []
        while got := self._first(0):
            found += got
        return found

    def _several(self, count: int) -> Attempt:
        """Takes so many; they stay in the queue until all are there."""

        def attempt(seconds: float | None) -> list[list[Any]]:
            end = None if seconds is None else time.monotonic() + seconds
            while self._shared.qsize() < count:
                if end is not None and time.monotonic() >= end:
                    return []
                time.sleep(0.001)
            return [[_by_moments(self._first, None)[0] for _ in range(count)]]

        return attempt

    def _raise(self, state: str, timeout: Any) -> None:
        raise FutureTimeout(f"the queue {self.name} was {state} for {timeout} seconds")

    def qsize(self, **kwargs: Any) -> Any:
        return self._answer(self._shared.qsize())

    def close(self) -> None:
        """Forgets the queue."""
        self._forget()


class Variable(_Shared):
    """A value or a future; tasks and clients may change it."""

    def __init__(self, name: str | None = None, client: Any = None) -> None:
        super().__init__(name, client)

    def set(self, value: Any, timeout: Any = None, **kwargs: Any) -> Any:
        return self._answer(self._shared.set(value))

    def get(self, timeout: Any = None, **kwargs: Any) -> Any:
        """The value; waits until one was set. TimeoutError."""
        return self._waited(lambda seconds: self._shared.get(seconds), timeout, lambda: self._raise(timeout))

    def _raise(self, timeout: Any) -> None:
        raise FutureTimeout(f"the variable {self.name} was not set for {timeout} seconds")

    def delete(self) -> None:
        """Forgets the value."""
        self._shared.clear()
        self._forget()


class Semaphore(_Shared):
    """At most ``max_leases`` at once."""

    def __init__(
        self,
        max_leases: int = 1,
        name: str | None = None,
        scheduler_rpc: Any = None,
        loop: Any = None,
        client: Any = None,
    ) -> None:
        super().__init__(name, client, max_leases)
        known = self._shared.most()
        if known != max_leases:
            raise ValueError(f"Inconsistent max leases: {max_leases}, expected: {known}")
        self.max_leases = max_leases

    def acquire(self, timeout: Any = None) -> Any:
        """Whether a lease was taken; waits for one, at most ``timeout``."""
        return self._waited(self._try, timeout)

    def _try(self, seconds: float | None) -> list[bool]:
        return _if_so(self._shared.acquire(seconds))

    def release(self) -> Any:
        self._shared.release()
        return self._answer(True)

    def get_value(self) -> Any:
        return self._answer(self._shared.taken())

    def close(self) -> None:
        """Forgets the semaphore."""
        self._forget()

    def __enter__(self) -> Self:
        _by_moments(self._try, None)
        return self

    def __exit__(self, *error: object) -> None:
        self._shared.release()

    async def __aenter__(self) -> Self:
        await _awaited(self._try, None, bool)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._shared.release()

    def __reduce__(self) -> Any:
        return Semaphore, (self.max_leases, self.name)
