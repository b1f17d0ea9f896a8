"""What the clients, tasks and worker processes of a cluster share by name.

The things are in the client's process. A task in a worker process calls their methods over a local socket, whose
address and key its pool was started with: no call waits longer than a moment there, so that a process that is killed
leaves nobody waiting for it.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import uuid
from collections.abc import Callable
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

from treadle import processes
from treadle.errors import InvalidArgument

Place = tuple[str, str]  # kind and name


class Cell:
    """A value that may not have been set yet."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._values: list[Any] = []

    def set(self, value: Any) -> None:
        with self._changed:
            self._values = [value]
            self._changed.notify_all()

    def get(self, seconds: float | None) -> list[Any]:
        """The value in a list; an empty one if the time was over first."""
        with self._changed:
            self._changed.wait_for(lambda: self._values, seconds)
            return self._values

    def clear(self) -> None:
        with self._changed:
            self._values = []


class Leases:
    """At most so many at once."""

    def __init__(self, most: int) -> None:
        self._changed = threading.Condition()
        self._most = most
        self._taken = 0

    def acquire(self, seconds: float | None) -> bool:
        """Whether one was taken; waits for it at most so long."""
        with self._changed:
            free = self._changed.wait_for(lambda: self._taken < self._most, seconds)
            self._taken += bool(free)
            return bool(free)

    def release(self) -> None:
        with self._changed:
            if self._taken == 0:
                raise RuntimeError("Released too often")
            self._taken -= 1
            self._changed.notify()

    def most(self) -> int:
        return self._most

    def taken(self) -> int:
        return self._taken


_MAKERS: dict[str, Callable[..., Any]] = {
    "Lock": threading.Lock,
    "Event": threading.Event,
    "Queue": queue.Queue,
    "Variable": Cell,
    "Semaphore": Leases,
}
_making = threading.Lock()


def thing_at(things: dict[Place, Any], place: Place, *arguments: Any) -> Any:
    """The thing of this kind and name; made now if it is the first time that somebody asks."""
    with _making:
        if place not in things:
            things[place] = _MAKERS[place[0]](*arguments)
        return things[place]


def forget(things: dict[Place, Any], place: Place) -> None:
    """Who asks for it next gets a new one."""
    with _making:
        things.pop(place, None)


def _listener(key: bytes) -> Listener:
    try:
        return Listener(None, "AF_UNIX", authkey=key)
    except OSError:  # the path of temporary files is too long for a socket: Linux has names that are no paths
        return Listener(f"\0treadle-{uuid.uuid4().hex}", "AF_UNIX", authkey=key)


class Sharing:
    """Lets worker processes call the methods of a cluster's things."""

    def __init__(self, things: dict[Place, Any]) -> None:
        self._things = things
        self._key = os.urandom(32)
        self._listener = _listener(self._key)
        self._closed = False
        threading.Thread(target=self._listen, name="treadle-sharing", daemon=True).start()

    @property
    def home(self) -> tuple[str, bytes]:
        """What a worker process is told at its start."""
        return os.fsdecode(self._listener.address), self._key

    def _listen(self) -> None:
        while not self._closed:
            with contextlib.suppress(OSError, EOFError, AuthenticationError):
                connection = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), name="treadle-shared", daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        """Answers one thread of a worker process until it is gone."""
        import cloudpickle

        with connection, contextlib.suppress(OSError, EOFError):
            while not self._closed:
                asked = connection.recv_bytes()
                try:
                    answer = True, self._answer(*cloudpickle.loads(asked))
                    told = cloudpickle.dumps(answer)
                except Exception as error:
                    told = cloudpickle.dumps((False, error))
                connection.send_bytes(told)

    def _answer(self, place: Place, arguments: tuple[Any, ...], method: str | None, given: tuple[Any, ...]) -> Any:
        if method is None:
            return forget(self._things, place)
        return getattr(thing_at(self._things, place, *arguments), method)(*given)

    def close(self) -> None:
        """Takes no more calls."""
        self._closed = True
        with contextlib.suppress(OSError):  # accept() is woken up
            Client(self._listener.address, authkey=self._key).close()
        self._listener.close()


_connections = threading.local()


class Elsewhere:
    """In a worker process: a thing of the client's process, by the methods that it has there."""

    def __init__(self, place: Place, arguments: tuple[Any, ...]) -> None:
        self._place = place
        self._arguments = arguments

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda *given: self._ask(method, given)

    def forget(self) -> None:
        self._ask(None, ())

    def _ask(self, method: str | None, given: tuple[Any, ...]) -> Any:
        import cloudpickle

        connection = _connection()
        connection.send_bytes(cloudpickle.dumps((self._place, self._arguments, method, given)))
        fine, answer = cloudpickle.loads(connection.recv_bytes())
        if not fine:
            raise answer
        return answer


def _connection() -> Connection:
    """This thread's, made at first use."""
    if processes.home is None:
        raise InvalidArgument(
            "locks, events, queues, variables and semaphores in a worker process: expected one of a cluster, found one "
            "of scheduler='processes' or of an executor; Client(processes=True) has worker processes that share them"
        )
    address, key = processes.home
    if getattr(_connections, "home", None) != processes.home:
        _connections.home, _connections.socket = processes.home, Client(address, authkey=key)
    found: Connection = _connections.socket
    return found
