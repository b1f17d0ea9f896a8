"""Locks, flags, queues and values that clients and tasks of one cluster share by name."""

from __future__ import annotations

import queue
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from types import TracebackType
from typing import Any, Self

from treadle.distributed.future import _ready, seconds_of

# Those that no cluster has: of programs without a client.
_without_cluster: dict[tuple[str, str], Any] = {}
_making = threading.Lock()


class _Shared:
    """Something by a name; the same name is the same thing in a cluster."""

    def __init__(self, name: str | None, client: Any, make: Callable[[], Any]) -> None:
        from treadle.default_client import default_client_or_none
        from treadle.distributed.in_task import client_here

        self.client = client or client_here() or default_client_or_none()
        self.name = name or f"{type(self).__name__.lower()}-{uuid.uuid4().hex}"
        self._things = _without_cluster if self.client is None else self.client.cluster.shared
        self._place = (type(self).__name__, self.name)
        with _making:
            self._shared = self._things.setdefault(self._place, None) or make()
            self._things[self._place] = self._shared

    def _answer(self, value: Any) -> Any:
        """The value, to be awaited where the client is asynchronous."""
        return _ready(value) if self.client is not None and self.client.asynchronous else value

    def _forget(self) -> None:
        with _making:
            self._things.pop(self._place, None)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.name}>"

    def __reduce__(self) -> Any:
        # Within the process it travels by name; another process has none of that name.
        return type(self), (self.name,)


class Lock(_Shared):
    """A lock; any thread may release it."""

    def __init__(
        self, name: str | None = None, scheduler_rpc: Any = None, loop: Any = None, client: Any = None
    ) -> None:
        super().__init__(name, client, threading.Lock)

    def acquire(self, blocking: bool = True, timeout: Any = None) -> Any:
        """Whether it was taken; waits for it, at most ``timeout``."""
        if not blocking and timeout is not None:
            raise ValueError("can't specify a timeout for a non-blocking call")
        seconds = seconds_of(timeout)
        return self._answer(self._shared.acquire(blocking, -1 if seconds is None else seconds))

    def release(self) -> Any:
        if not self._shared.locked():
            raise ValueError(f"the lock {self.name} is not held")
        return self._answer(self._shared.release())

    def locked(self) -> Any:
        return self._answer(self._shared.locked())

    def __enter__(self) -> Self:
        self._shared.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shared.release()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *error: Any) -> None:
        self._shared.release()


class MultiLock:
    """Several named locks that are taken together, always in the same order."""

    def __init__(self, names: list[str] | None = None, client: Any = None) -> None:
        self.names = sorted(set(names or []))
        self._locks = [Lock(name, client=client) for name in self.names]
        self._held: list[Lock] = []

    def acquire(self, blocking: bool = True, timeout: Any = None, num_locks: int | None = None) -> bool:
        """Whether all, or so many of them, were taken."""
        held: list[Lock] = []
        for lock in self._locks[:num_locks]:
            seconds = seconds_of(timeout)
            if not lock._shared.acquire(blocking, -1 if seconds is None else seconds):
                for taken in held:
                    taken._shared.release()
                return False
            held.append(lock)
        self._held = held
        return True

    def release(self) -> None:
        if not self._held:
            raise ValueError("the locks are not held")
        for lock in self._held:
            lock._shared.release()
        self._held = []

    def locked(self) -> bool:
        return bool(self._held)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *error: object) -> None:
        self.release()


class Event(_Shared):
    """A flag."""

    def __init__(self, name: str | None = None, client: Any = None) -> None:
        super().__init__(name, client, threading.Event)

    def wait(self, timeout: Any = None) -> Any:
        """Waits until it is up; False if the time was over first."""
        return self._answer(self._shared.wait(seconds_of(timeout)))

    def set(self) -> Any:
        return self._answer(self._shared.set())

    def clear(self) -> Any:
        return self._answer(self._shared.clear())

    def is_set(self) -> Any:
        return self._answer(self._shared.is_set())


class Queue(_Shared):
    """A queue of values or futures."""

    def __init__(self, name: str | None = None, client: Any = None, maxsize: int = 0) -> None:
        super().__init__(name, client, lambda: queue.Queue(maxsize))

    def put(self, value: Any, timeout: Any = None, **kwargs: Any) -> Any:
        """Adds an element; waits for room. TimeoutError."""
        try:
            return self._answer(self._shared.put(value, timeout=seconds_of(timeout)))
        except queue.Full:
            raise FutureTimeout(f"the queue {self.name} was full for {timeout} seconds") from None

    def get(self, timeout: Any = None, batch: bool | int = False, **kwargs: Any) -> Any:
        """Takes the first element; ``batch``: a list of all that are there, or of so many."""
        try:
            if batch is not False:
                return self._answer(self._batch(batch, timeout))
            return self._answer(self._shared.get(timeout=seconds_of(timeout)))
        except queue.Empty:
            raise FutureTimeout(f"the queue {self.name} was empty for {timeout} seconds") from None

    def _batch(self, batch: bool | int, timeout: Any) -> list[Any]:
        if batch is True:
            found: list[Any] = []
            while not self._shared.empty():
                found.append(self._shared.get_nowait())
            return found
        return [self._shared.get(timeout=seconds_of(timeout)) for _ in range(batch)]

    def qsize(self, **kwargs: Any) -> Any:
        return self._answer(self._shared.qsize())

    def close(self) -> None:
        """Forgets the queue."""
        self._forget()


class _Cell:
    """A value that may not have been set yet."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.values: list[Any] = []


class Variable(_Shared):
    """A value or a future; tasks and clients may change it."""

    def __init__(self, name: str | None = None, client: Any = None) -> None:
        super().__init__(name, client, _Cell)

    def set(self, value: Any, timeout: Any = None, **kwargs: Any) -> Any:
        with self._shared.changed:
            self._shared.values = [value]
            self._shared.changed.notify_all()
        return self._answer(None)

    def get(self, timeout: Any = None, **kwargs: Any) -> Any:
        """The value; waits until one was set. TimeoutError."""
        with self._shared.changed:
            if not self._shared.changed.wait_for(lambda: self._shared.values, seconds_of(timeout)):
                raise FutureTimeout(f"the variable {self.name} was not set for {timeout} seconds")
            return self._answer(self._shared.values[0])

    def delete(self) -> None:
        """Forgets the value."""
        with self._shared.changed:
            self._shared.values = []
        self._forget()


class _Leases:
    def __init__(self, most: int) -> None:
        self.changed = threading.Condition()
        self.most = most
        self.taken = 0


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
        super().__init__(name, client, lambda: _Leases(max_leases))
        if self._shared.most != max_leases:
            raise ValueError(f"Inconsistent max leases: {max_leases}, expected: {self._shared.most}")
        self.max_leases = max_leases

    def acquire(self, timeout: Any = None) -> Any:
        """Whether a lease was taken; waits for one, at most ``timeout``."""
        with self._shared.changed:
            free = self._shared.changed.wait_for(lambda: self._shared.taken < self._shared.most, seconds_of(timeout))
            self._shared.taken += bool(free)
        return self._answer(bool(free))

    def release(self) -> Any:
        with self._shared.changed:
            if self._shared.taken == 0:
                raise RuntimeError("Released too often")
            self._shared.taken -= 1
            self._shared.changed.notify()
        return self._answer(True)

    def get_value(self) -> Any:
        return self._answer(self._shared.taken)

    def close(self) -> None:
        """Forgets the semaphore."""
        self._forget()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *error: object) -> None:
        self.release()

    def __reduce__(self) -> Any:
        return Semaphore, (self.max_leases, self.name)
