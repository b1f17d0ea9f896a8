"""Futures: calls that start at once, by the names of Dask's ``distributed``.

``Client()`` runs them on threads of this process; ``Client(processes=True)`` has Python functions run in worker
processes. Workers are groups of the engine's threads; addresses, dashboards and remote machines there are none.
"""

from __future__ import annotations

from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as TimeoutError
from typing import Any

from treadle.distributed.actor import Actor, ActorFuture
from treadle.distributed.client import Client, default_client, futures_of
from treadle.distributed.cluster import LocalCluster
from treadle.distributed.future import Future, as_completed, fire_and_forget, wait
from treadle.distributed.in_task import get_client, get_worker, rejoin, secede, worker_client
from treadle.distributed.plugins import NannyPlugin, SchedulerPlugin, WorkerPlugin
from treadle.distributed.primitives import Event, Lock, MultiLock, Queue, Semaphore, Variable
from treadle.distributed.task_stream import get_task_stream, performance_report, progress
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
    "NannyPlugin",
    "Queue",
    "SchedulerPlugin",
    "Semaphore",
    "TimeoutError",
    "Variable",
    "WorkerPlugin",
    "as_completed",
    "default_client",
    "fire_and_forget",
    "futures_of",
    "get_client",
    "get_task_stream",
    "get_worker",
    "performance_report",
    "progress",
    "rejoin",
    "secede",
    "wait",
    "worker_client",
]

# What Dask has for workers in other processes and on other machines.
_ELSEWHERE = {
    "Adaptive": "threads that have nothing to do cost nothing: LocalCluster(n_workers=...)",
    "Nanny": "LocalCluster(processes=True) watches its worker processes itself",
    "PipInstall": "install packages into this environment: workers share it",
    "SSHCluster": "clusters on other machines are not there yet: LocalCluster()",
    "Scheduler": "the engine of a LocalCluster() is its scheduler",
    "Security": "nothing leaves this process: security=None",
    "SpecCluster": "LocalCluster(n_workers=..., threads_per_worker=..., memory_limit=...)",
    "Worker": "workers are groups of threads of a LocalCluster()",
}


def __getattr__(name: str) -> Any:
    if name in _ELSEWHERE:
        raise NotImplementedError(f"treadle.distributed has no {name}; {_ELSEWHERE[name]}")
    raise AttributeError(f"module 'treadle.distributed' has no attribute {name!r}")
