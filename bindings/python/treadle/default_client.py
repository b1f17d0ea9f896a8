"""The client that computations go to while it is open: the last that was made, or the one whose context is entered."""

from __future__ import annotations

import threading
from typing import Any

_lock = threading.Lock()
_open: list[Any] = []


def push(client: Any) -> None:
    """Makes it the default."""
    with _lock:
        _open.append(client)


def forget(client: Any) -> None:
    """It is closed: the one before it is the default again."""
    with _lock:
        _open[:] = [one for one in _open if one is not client]


def pop(client: Any) -> None:
    """Undoes the last push() of it."""
    with _lock:
        for place in reversed(range(len(_open))):
            if _open[place] is client:
                del _open[place]
                return


def default_client_or_none() -> Any:
    return _open[-1] if _open else None


def default_client() -> Any:
    """The client in force. ValueError if there is none."""
    client = default_client_or_none()
    if client is None:
        raise ValueError("No clients found. Start a client with treadle.distributed.Client()")
    return client
