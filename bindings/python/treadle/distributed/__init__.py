"""Futures: calls that start at once, by the names of Dask's ``distributed``.

``Client()`` runs them on threads of this process; ``Client(processes=True)`` has Python functions run in worker
processes. Workers are groups of the engine's threads; addresses, dashboards and remote machines there are none.
"""

from __future__ import annotations

from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as TimeoutError

from treadle.distributed.actor import Actor, ActorFuture
from treadle.distributed.client import (
    Client,
    default_client,
    futures_of,
    get_client,
    get_worker,
    rejoin,
    secede,
    worker_client,
)
from treadle.distributed.cluster import LocalCluster
from treadle.distributed.future import Future, as_completed, fire_and_forget, wait
from treadle.distributed.primitives import Event, Lock, MultiLock, Queue, Semaphore, Variable
from treadle.errors import WorkerCrashed as KilledWorker

__all__ = [
    "Actor",
    "ActorFuture",
    "CancelledError",
    "Client",
    "Event",
    "Future",
    "KilledWorker",
    "LocalCluster",
    "Lock",
    "MultiLock",
    "Queue",
    "Semaphore",
    "TimeoutError",
    "Variable",
    "as_completed",
    "default_client",
    "fire_and_forget",
    "futures_of",
    "get_client",
    "get_worker",
    "rejoin",
    "secede",
    "wait",
    "worker_client",
]
