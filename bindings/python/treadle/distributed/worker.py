"""What plugins and tasks know of a worker."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from treadle.distributed.client import Client
    from treadle.distributed.cluster import LocalCluster


class Worker:
    """A group of threads of a cluster. The same object as long as the cluster has it: what is set on it stays."""

    def __init__(self, cluster: LocalCluster, number: int) -> None:
        self.cluster = cluster
        self.name = number
        self.id = self.address = cluster.workers[number]
        self.nthreads = cluster.threads_per_worker
        self.state = self

    @property
    def client(self) -> Client:
        """In a task its client, else the one that is in force."""
        from treadle.distributed.in_task import get_client

        return get_client()

    def log_event(self, topic: Any, msg: Any) -> None:
        """Notes an event under a topic, or several."""
        self.client.log_event(topic, msg)

    def __repr__(self) -> str:
        return f"<Worker {self.address!r}, threads: {self.nthreads}>"


class Scheduler:
    """What there is to know of a cluster's engine."""

    def __init__(self, cluster: LocalCluster) -> None:
        self.cluster = cluster
        self.address = cluster.scheduler_address
        self.id = f"Scheduler-{cluster.name}"

    @property
    def workers(self) -> dict[str, Worker]:
        """The workers by address."""
        return {worker.address: worker for worker in self.cluster.worker_objects()}

    def __repr__(self) -> str:
        return f"<Scheduler {self.address!r}, workers: {len(self.workers)}>"


def call_here(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], **known: Any) -> Any:
    """Calls a function that is not a task; it gets what it asks for by the names in ``known``; a coroutine function
    is run to its end."""
    from treadle.distributed.future import run_coroutine

    asked = {name: value for name, value in known.items() if name not in kwargs and _takes(function, name)}
    answer = function(*args, **kwargs, **asked)
    return run_coroutine(answer) if inspect.iscoroutine(answer) else answer


def _takes(function: Callable[..., Any], name: str) -> bool:
    try:
        return name in inspect.signature(function).parameters
    except (TypeError, ValueError):  # one of C's
        return False
